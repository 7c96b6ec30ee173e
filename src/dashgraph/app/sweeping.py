"""Removing what is kept no longer: beside the server every hour, and by hand with `dashgraph sweep`."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

import structlog
import typer

from dashgraph.app.build import opened
from dashgraph.app.commands import Database, run, settings
from dashgraph.services.retention import Sweeping

EVERY = timedelta(hours=1)

log = structlog.get_logger("dashgraph.sweeping")


def _now() -> datetime:
    return datetime.now(UTC)


async def keep_sweeping(
    sweeping: Sweeping,
    *,
    now: Callable[[], datetime] = _now,
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    chance: Callable[[], float] = random.random,
) -> None:
    """Sweep now and then about every hour, until cancelled. A sweep that fails is made up for by the next."""
    while True:
        try:
            found = await sweeping.sweep(now())
            if any(found.values()):
                log.info("swept", **{noun.replace(" ", "_"): number for noun, number in found.items()})
        except Exception:
            log.exception("not swept")
        await wait(EVERY.total_seconds() * (0.9 + 0.2 * chance()))  # several servers do not sweep at once


def sweep(database: Database = None) -> None:
    chosen = settings(database_url=database)

    async def main() -> Mapping[str, int]:
        async with opened(chosen) as world:
            return await world.sweeping.sweep(_now())

    found = [f"{number} {noun}" for noun, number in run(main).items() if number]
    typer.echo(f"Removed {', '.join(found)}." if found else "There was nothing to remove.")
