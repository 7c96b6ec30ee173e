"""Programs from PyPI that need an environment of their own, made once for each file of requirements."""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

SECONDS = 300  # the first time


def python_with(requirements: Path, cache: pytest.Cache) -> Path:
    """A Python that has these requirements and nothing else. Skips the test where pip cannot install them."""
    digest = hashlib.sha256(requirements.read_bytes() + sys.version.encode())
    home = cache.mkdir(f"python-{digest.hexdigest()[:12]}")
    if not (home / "ready").exists():
        building = home / f"building-{os.getpid()}"  # another process of this run may build it too
        venv.create(building, with_pip=False)
        command = [sys.executable, "-m", "pip", "--python", str(_python(building)), "install", "-q", "--no-deps"]
        done = subprocess.run(
            [*command, "-r", str(requirements)], capture_output=True, text=True, timeout=SECONDS, check=False
        )
        if done.returncode != 0:
            shutil.rmtree(building)
            pytest.skip(f"pip could not install {requirements.name}: {done.stderr[-200:]}")
        try:
            building.rename(home / "ready")
        except OSError:  # the other one was first
            shutil.rmtree(building)
    return _python(home / "ready")


def _python(home: Path) -> Path:
    return home / "bin" / "python"
