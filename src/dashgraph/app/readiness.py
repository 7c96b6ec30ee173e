"""Whether requests can be answered: the database, its schema, the loaders, and which sources are silent."""

import asyncio
from collections.abc import Mapping
from typing import TypeAlias

import structlog

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.observing import Event, SourceTurned, Work, looked_on
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.viewers import TokenScope, Viewer
from dashgraph.graph.execution import Executor, Operation
from dashgraph.store import upgrade
from dashgraph.store.database import Database

log = structlog.get_logger("dashgraph.server")

SECONDS = 5.0  # for all of it
QUERY = "query Ready($id: ID!) { node(id: $id) { id } }"  # through a loader to the database, and finds nothing
NOBODY = "readyz"

Told: TypeAlias = Mapping[str, str | list[str]]


class Silences:
    """An observer that knows which sources do not answer at the moment. Sources are not asked for this."""

    def __init__(self) -> None:
        self.sources: set[str] = set()

    def begun(self, work: Work) -> None:
        pass

    def within(self, _work: Work) -> None:
        return None

    def ended(self, work: Work) -> None:
        pass

    def noted(self, event: Event) -> None:
        if isinstance(event, SourceTurned):
            (self.sources.add if event.is_silent else self.sources.discard)(event.source)


async def readiness(database: Database, executor: Executor, silences: Silences) -> tuple[bool, Told]:
    """Whether it is ready, and what is told of that. A silent source costs only its own fields."""
    try:
        async with asyncio.timeout(SECONDS):
            if await upgrade.current(database) != upgrade.head():
                return False, {"status": "unready", "database": "needs: dashgraph migrate"}
    except Exception:
        log.warning("not ready", exc_info=True)
        return False, {"status": "unready", "database": "does not answer"}
    if not await _loads(database, executor):
        return False, {"status": "unready", "database": "ok", "loaders": "do not answer"}
    if silences.sources:
        return True, {"status": "degraded", "database": "ok", "loaders": "ok", "silent": sorted(silences.sources)}
    return True, {"status": "ready", "database": "ok", "loaders": "ok"}


async def _loads(database: Database, executor: Executor) -> bool:
    nobody = ResourceId(database.name, Kind.USER, NOBODY)
    viewer = Viewer(nobody, RoleKind.VIEWER, frozenset({TokenScope.USERS_READ}))
    with looked_on(()):  # it is no operation that anybody asked for
        try:
            async with asyncio.timeout(SECONDS):
                answer = await executor.run(Operation(QUERY, {"id": nobody.encode()}, is_counted=False), viewer)
        except TimeoutError:
            return False
    return answer.payload == {"data": {"node": None}}
