"""Who takes part, and how each is started: as a process of its own on loopback, which says where it listens."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from asyncio.subprocess import STDOUT
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from benchmark.contest.load import Unanswered
from benchmark.contest.questions import Dialect
from benchmark.contest.stores import POSTGRESQL, SQLITE, Store
from dashgraph.app.settings import PREFIX, environment
from dashgraph.store.database import address

PEERS = Path(__file__).parent / "peers"
LISTENING = re.compile(r"http://127\.0\.0\.1:(\d+)")
SECONDS = 60  # to start


@dataclass(frozen=True)
class Contestant:
    key: str
    name: str
    dialect: Dialect
    command: tuple[str, ...]
    settings: Callable[[Store], Mapping[str, str]]
    packages: tuple[str, ...]  # whose versions are told
    stores: frozenset[str] = frozenset({POSTGRESQL})

    @property
    def needs_node(self) -> bool:
        return self.command[0] == "node"

    def versions(self) -> str:
        return ", ".join(f"{one} {_npm_version(one) if self.needs_node else version(one)}" for one in self.packages)


@dataclass(frozen=True)
class Server:
    """A contestant that listens."""

    contestant: Contestant
    store: Store
    pid: int
    port: int
    sizes: dict[str, list[int]] = field(default_factory=dict)  # of the right answers to each question

    @property
    def token(self) -> str | None:
        return self.store.token if self.contestant.dialect is Dialect.DASHGRAPH else None


def _dashgraph(store: Store, *, plan: bool) -> Mapping[str, str]:
    # Two processes do not carry out jobs on one SQLite file.
    return environment(database_url=store.address, port=0, plan=plan, work=store.kind == POSTGRESQL)


def _plain(store: Store) -> Mapping[str, str]:
    return {"DATABASE": store.address}


def _sqlalchemy(store: Store) -> Mapping[str, str]:
    return {"DATABASE": address(store.address).render_as_string(hide_password=False)}


def _python(file: str) -> tuple[str, ...]:
    return sys.executable, str(PEERS / file)


SERVE = (sys.executable, "-m", "dashgraph", "serve")
BOTH = frozenset({POSTGRESQL, SQLITE})
DASHGRAPH = Contestant(
    "dashgraph",
    "dashgraph",
    Dialect.DASHGRAPH,
    SERVE,
    lambda store: _dashgraph(store, plan=True),
    ("dashgraph", "aiohttp", "uvloop"),
    BOTH,
)
CONTESTANTS = (
    DASHGRAPH,
    Contestant(
        "no-plan",
        "dashgraph, plan off",
        Dialect.DASHGRAPH,
        SERVE,
        lambda store: _dashgraph(store, plan=False),
        ("graphql-core",),
        BOTH,
    ),
    Contestant(
        "strawberry",
        "Strawberry + SQLAlchemy + aiodataloader",
        Dialect.PLAIN,
        _python("plain_strawberry.py"),
        _sqlalchemy,
        ("strawberry-graphql", "sqlalchemy", "aiodataloader"),
        BOTH,
    ),
    Contestant(
        "apollo",
        "Apollo Server + dataloader + pg",
        Dialect.PLAIN,
        ("node", str(PEERS / "apollo.mjs")),
        _plain,
        ("@apollo/server", "dataloader", "pg"),
    ),
    Contestant(
        "postgraphile",
        "PostGraphile",
        Dialect.POSTGRAPHILE,
        ("node", str(PEERS / "postgraphile.mjs")),
        _plain,
        ("postgraphile", "grafast"),
    ),
    Contestant(
        "mercurius",
        "Mercurius + graphql-jit + dataloader + pg",
        Dialect.PLAIN,
        ("node", str(PEERS / "mercurius.mjs")),
        _plain,
        ("mercurius", "graphql-jit", "fastify"),
    ),
    Contestant(
        "json-agg",
        "one json_agg statement in aiohttp",
        Dialect.REST,
        _python("json_agg.py"),
        _plain,
        ("aiohttp", "asyncpg"),
    ),
    Contestant(
        "rest",
        "REST, batched queries in aiohttp",
        Dialect.REST,
        _python("rest.py"),
        _plain,
        ("asyncpg", "orjson"),
    ),
)


@dataclass(frozen=True)
class Launch:
    """A contestant whose process has begun."""

    contestant: Contestant
    store: Store
    process: asyncio.subprocess.Process
    said: Path

    async def listening(self) -> Server:
        """The contestant, ready. Raises Unanswered with what it said when it does not come to listen."""
        loop = asyncio.get_running_loop()
        end = loop.time() + SECONDS
        while self.process.returncode is None and loop.time() < end:
            found = LISTENING.search(_text(self.said))
            if found:
                return Server(self.contestant, self.store, self.process.pid, int(found[1]))
            await asyncio.sleep(0.05)
        message = f"{self.contestant.name} does not listen: {_text(self.said)[-2000:]}"
        raise Unanswered(message)


@asynccontextmanager
async def launched(contestant: Contestant, store: Store) -> AsyncIterator[Launch]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    node = {"NODE_ENV": "production", "GRAPHILE_ENV": "production"}
    with tempfile.TemporaryDirectory(prefix="dashgraph-contest-") as folder:
        said = Path(folder) / "said"
        with said.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *contestant.command,
                cwd=folder,  # where no configuration lies
                env={**ours, **node, **contestant.settings(store)},
                stdout=output,
                stderr=STDOUT,
            )
        try:
            yield Launch(contestant, store, process, said)
        finally:
            if process.returncode is None:
                process.terminate()
            try:
                await asyncio.wait_for(process.wait(), SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()


def _text(said: Path) -> str:
    return said.read_text(errors="replace")


def install() -> str | None:
    """Install the peers of Node as package-lock.json has them, once. Answers why they cannot take part."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "node and npm are not there"
    lock, mark = PEERS / "package-lock.json", PEERS / "node_modules" / ".package-lock.json"
    if mark.exists() and mark.stat().st_mtime >= lock.stat().st_mtime:
        return None
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run([npm, *arguments], cwd=PEERS, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"npm could not install them: {done.stderr[-500:]}"


def node_version() -> str:
    return subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()


def _npm_version(package: str) -> str:
    found: str = json.loads((PEERS / "node_modules" / package / "package.json").read_text())["version"]
    return found
