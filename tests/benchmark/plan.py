"""How much faster the plan answers than the reference path, asked in turns: only the ratios say something.

    python tests/benchmark/plan.py [--dashboards 5000] [--rounds 8] [--database postgresql://user@host:port] [--profile]

The store is filled with made-up rows, and deleted at the end: an SQLite file in a temporary folder, or a database of
its own on the given server (`--database start` starts one, as the tests do). Everything runs in this process.
"""

import argparse
import asyncio
import cProfile
import pstats
import statistics
import sys
import time
from collections import Counter
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

import pages
from rich.console import Console
from rich.table import Table as Grid

from dashgraph.app.http import encoded
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.graph.execution import Executor, Operation

ROUNDS = 10  # of a profile

QUERIES = {
    "Q1 dashboards, owner, widgets, shares, groups": """{ dashboards(first: 100, scope: ALL) { edges { node { id title
        owner { id displayName email } widgets(first: 20) { edges { node { id title type } } }
        shares(first: 20) { edges { node { id rule user { id displayName email
            groups(first: 10) { edges { node { id name } } } } group { id name } } } } } } } }""",
    "Q2 one dashboard, widgets": """query($id: ID!) { dashboard(id: $id, scope: ALL) { id title description
        widgets(first: 20) { edges { node { id title type } } } } }""",
    "Q3 users, groups, users": """{ users(first: 100) { edges { node { id displayName
        groups(first: 10) { edges { node { id name users(first: 20) { edges { node { id displayName email } } } } } }
        } } } }""",
}


class Contest:
    """Both paths over one store."""

    def __init__(self, store: pages.Store) -> None:
        world = store.world
        parts = (world.reading, world.changing, world.passwords, world.watching, world.bulk)
        self.store = store
        self.paths = {"on": Executor(*parts), "off": Executor(*parts, plan=False)}
        self._viewer = pages.viewer_of(world.database, pages.ROOT)
        self._one = ResourceId(world.database.name, Kind.DASHBOARD, store.crowd.dashboard(17)).encode()

    async def ask(self, path: str, query: str) -> bytes:
        variables = {"id": self._one} if "$id" in query else {}
        answer = await self.paths[path].run(Operation(query, variables), self._viewer, written=True)
        assert "errors" not in answer.payload, answer.payload["errors"]
        return encoded(answer.payload)

    async def measured(self, path: str, query: str, seconds: float) -> tuple[float, float, float]:
        """Requests per second; milliseconds of CPU for each, in this thread and in this process: SQLite has its own."""
        asked, began, here, spent = 0, time.perf_counter(), time.thread_time(), time.process_time()
        while time.perf_counter() - began < seconds or asked < 2:
            await self.ask(path, query)
            asked += 1
        whole = (time.process_time() - spent) * 1000 / asked
        return asked / (time.perf_counter() - began), (time.thread_time() - here) * 1000 / asked, whole


async def compared(contest: Contest, rounds: int, seconds: float) -> Grid:
    dialect = contest.store.world.database.dialect
    grid = Grid("query", "kB", title=f"{dialect}: plan off, on, and how many times as good")
    for one in ("requests/s", "CPU of Python, ms", "CPU of the process, ms"):
        grid.add_column(one, justify="right")
    for name, query in QUERIES.items():
        answers = {path: await contest.ask(path, query) for path in contest.paths}
        assert answers["on"] == answers["off"], name
        found: dict[str, list[tuple[float, float, float]]] = {"off": [], "on": []}
        for _ in range(rounds):
            for path, kept in found.items():
                kept.append(await contest.measured(path, query, seconds))
        cells = []
        for at in range(3):
            off, on = (statistics.median(one[at] for one in kept) for kept in found.values())
            cells.append(f"{off:.1f} {on:.1f} {off / on if at else on / off:5.2f}")
        grid.add_row(name, f"{len(answers['on']) / 1000:.0f}", *cells)
    return grid


PARTS = {
    "/graph/plan/": "laying out, collecting, writing",
    "<plan>": "laying out, collecting, writing",
    "orjson": "laying out, collecting, writing",
    "/graph/": "the rest of the graph",
    "/domain/": "domain values",
    "<string>": "domain values",  # what dataclasses make
    "/connectors/native/": "statements, and values of their rows",
    "/store/": "statements, and values of their rows",
    "/sqlalchemy/": "SQLAlchemy",
    "/dashgraph/": "services and sources",
}


async def profiled(contest: Contest) -> None:
    for name, query in QUERIES.items():
        await contest.ask("on", query)
        profile = cProfile.Profile(time.thread_time)
        profile.enable()
        for _ in range(ROUNDS):
            await contest.ask("on", query)
        profile.disable()
        spent: Counter[str] = Counter()
        stats = pstats.Stats(profile)
        for (file, _, function), (_, _, seconds, _, _) in stats.stats.items():  # type: ignore[attr-defined]
            part = next((words for part, words in PARTS.items() if part in file or part in function), "Python, drivers")
            spent[part] += seconds * 1000 / ROUNDS
        print(name, {part: f"{milliseconds:.1f} ms" for part, milliseconds in spent.most_common()})
        stats.sort_stats("tottime").print_stats(15)


async def run(address: str, options: argparse.Namespace) -> None:
    async with AsyncExitStack() as stack:
        contest = Contest(await stack.enter_async_context(pages.filled(address, options.dashboards)))
        if options.profile:
            await profiled(contest)
        else:
            Console(width=140).print(await compared(contest, options.rounds, options.seconds))


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    given.add_argument("--dashboards", type=int, default=5000)
    given.add_argument("--rounds", type=int, default=8)
    given.add_argument("--seconds", type=float, default=1.0, help="of each path in each round")
    given.add_argument("--database", help="a PostgreSQL server, or `start` for one of its own; else an SQLite file")
    given.add_argument("--profile", action="store_true", help="show where the time goes instead")
    options = given.parse_args()
    pages.logs.configure("json")
    with ExitStack() as stack:
        place = stack.enter_context(pages.places(options.database))
        asyncio.run(run(place("plan"), options))


if __name__ == "__main__":
    main()
