"""Programs from npm that the tests run, installed once for each lock file."""

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest

SECONDS = 300  # the first time
NODE_SECONDS = 60  # for node to start and to be done


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


async def told(folder: Path, *arguments: str) -> list[Any]:
    """What a program of node says, a line of JSON each, until it ends well."""
    process = await asyncio.create_subprocess_exec("node", *arguments, cwd=folder, stdout=PIPE, stderr=PIPE)
    try:
        async with asyncio.timeout(NODE_SECONDS):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert (process.returncode, err) == (0, b"")
    return [json.loads(line) for line in out.splitlines()]
