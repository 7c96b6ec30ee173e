"""The benchmark that people can run: dashgraph and its peers over the same tables, one table of ratios.

    python tests/benchmark/contest [--quick] [--database postgresql|sqlite|postgresql://user@host:port]
        [--only dashgraph,apollo] [--seconds 2] [--rounds 3] [--ten-times] [--minutes 10]

Everything runs on this machine, which must be Linux; the database is made for the run and deleted after it. Peers
apply no rights; dashgraph runs with an administrator's token and all its limits. The contestants of Node are installed
once, as package-lock.json has them. On SQLite only dashgraph and plain Strawberry take part. PostGraphile is not asked
for access lists (Q4): they are in no table.
"""

import argparse
import logging
import os
import re
import shlex
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import structlog
import uvloop

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from benchmark.contest import report, rounds
from benchmark.contest.contestants import CONTESTANTS, DASHGRAPH, Contestant, Server, install, launched
from benchmark.contest.load import Unanswered
from benchmark.contest.rounds import Pace
from benchmark.contest.stores import POSTGRESQL, SQLITE, Store, filled

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))

QUICK = Pace(seconds=0.3, rounds=1, concurrency=(1, 4), warm_up=0.2)
CONCURRENCY, LASTING = (1, 16), 16


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python tests/benchmark/contest", description="dashgraph and its peers.")
    keys = ", ".join(one.key for one in CONTESTANTS)
    parser.add_argument("--database", default=POSTGRESQL, metavar="WHERE", help="postgresql, sqlite, or a server's URL")
    parser.add_argument("--only", type=_chosen, metavar="NAMES", help=f"dashgraph and some of {keys}")
    parser.add_argument("--seconds", type=float, default=2, help="of each load")
    parser.add_argument("--rounds", type=int, default=3, help="in which all take turns")
    parser.add_argument("--quick", action="store_true", help="be done in a minute: one round of very short loads")
    parser.add_argument("--ten-times", action="store_true", help="compare with ten times the data instead")
    parser.add_argument(
        "--minutes", type=int, default=0, help="load dashgraph for so long instead, and tell its memory"
    )
    given = parser.parse_args()
    if given.database not in {POSTGRESQL, SQLITE} and not given.database.startswith(("postgres://", "postgresql://")):
        parser.error(f"--database is {POSTGRESQL}, {SQLITE} or postgresql://user@host:port")
    if given.seconds <= 0 or given.rounds < 1 or given.minutes < 0:
        parser.error("--seconds, --rounds and --minutes are not negative, and at least one round is needed")
    return given


def _chosen(text: str) -> list[str]:
    keys = text.split(",")
    unknown = set(keys) - {one.key for one in CONTESTANTS}
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no {', '.join(sorted(unknown))}")
    return keys


def _taking_part(only: Sequence[str] | None, kind: str) -> list[Contestant]:
    found = [one for one in CONTESTANTS if only is None or one.key in {*only, DASHGRAPH.key}]
    absent = [one for one in found if kind not in one.stores]
    if absent:
        print(f"On {kind} without {', '.join(one.key for one in absent)}", file=sys.stderr)
    if any(one.needs_node for one in found if one not in absent):
        why = install()
        if why is not None:
            print(f"Without the contestants of Node: {why}", file=sys.stderr)
            absent += [one for one in found if one.needs_node]
    return [one for one in found if one not in absent]


async def _all_started(stack: AsyncExitStack, contestants: Sequence[Contestant], store: Store) -> list[Server]:
    launches = [await stack.enter_async_context(launched(one, store)) for one in contestants]
    return [await one.listening() for one in launches]


async def contest(contestants: Sequence[Contestant], where: str, pace: Pace, heading: str) -> None:
    async with filled(where, (1,)) as (store,), AsyncExitStack() as stack:
        servers = await _all_started(stack, contestants, store)
        await rounds.compare(servers)
        await rounds.warm_up(servers, pace.warm_up)
        report.print_versions(contestants, store.version, heading)
        results = await rounds.measured(servers, pace)
        report.print_details(servers, results, pace.concurrency)
        report.print_memory(servers)
        report.print_ratios(servers, results, pace.concurrency)


async def ten_times(contestants: Sequence[Contestant], where: str, pace: Pace, heading: str) -> None:
    async with filled(where, (1, 10)) as stores, AsyncExitStack() as stack:
        small, large = [await _all_started(stack, contestants, store) for store in stores]
        servers = [one for pair in zip(small, large, strict=True) for one in pair]
        await rounds.compare(servers)
        await rounds.warm_up(servers, pace.warm_up)
        report.print_versions(contestants, stores[0].version, heading)
        results = await rounds.measured(servers, replace(pace, concurrency=(1,)))
        report.print_growth(list(zip(small, large, strict=True)), results)


async def lasting(contestants: Sequence[Contestant], where: str, minutes: int, heading: str) -> None:
    async with filled(where, (1,)) as (store,):
        report.print_versions(contestants, store.version, heading)
        for one in contestants:
            async with AsyncExitStack() as stack:
                (server,) = await _all_started(stack, [one], store)
                await rounds.compare([server])
                report.print_minutes(server, await rounds.lasting(server, minutes, LASTING))


def main() -> None:
    given = _arguments()
    kind = SQLITE if given.database == SQLITE else POSTGRESQL
    pace = QUICK if given.quick else Pace(given.seconds, given.rounds, CONCURRENCY, given.seconds / 2)
    command = shlex.join(["python", "tests/benchmark/contest", *(_told(one) for one in sys.argv[1:])])
    heading = f"`{command}`, begun under a load of {os.getloadavg()[0]:.1f}"
    only = given.only
    if only is None and (given.minutes or given.ten_times):
        only = [DASHGRAPH.key]
    chosen = _taking_part(only, kind)
    if given.minutes:
        work = lasting(chosen, given.database, given.minutes, heading)
    elif given.ten_times:
        work = ten_times(chosen, given.database, pace, heading)
    else:
        work = contest(chosen, given.database, pace, heading)
    try:
        uvloop.run(work)
    except Unanswered as error:
        sys.exit(str(error))


def _told(argument: str) -> str:
    """Without the password that an address may hold."""
    return re.sub(r"://[^/]*@", "://", argument)


if __name__ == "__main__":
    main()
