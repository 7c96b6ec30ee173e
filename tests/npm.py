"""Programs from npm that the tests run, installed once for each lock file."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

SECONDS = 300  # the first time


def installed(folder: Path, cache: pytest.Cache) -> Path:
    """A folder with the files of this one and what its package-lock.json names. Skips the test where npm cannot."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip(f"tests/{folder.name} needs node and npm")
    files = sorted(path for path in folder.iterdir() if path.is_file())
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files))
    home = cache.mkdir(f"{folder.name}-{digest.hexdigest()[:12]}")
    if not (home / "ready").exists():
        building = home / f"building-{os.getpid()}"  # another process of this run may build it too
        building.mkdir()
        for path in files:
            shutil.copy(path, building)
        arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
        done = subprocess.run(
            [npm, *arguments], cwd=building, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        if done.returncode != 0:
            shutil.rmtree(building)
            pytest.skip(f"npm could not install tests/{folder.name}: {done.stderr[-200:]}")
        try:
            building.rename(home / "ready")
        except OSError:  # the other one was first
            shutil.rmtree(building)
    return home / "ready"
