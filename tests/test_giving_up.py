"""What nobody waits for any more is given up: in the database and in the systems behind the sources."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import event, text
from structlog.testing import capture_logs

from conftest import Asking, Stores
from dashgraph.app import presence
from dashgraph.app.build import opened
from dashgraph.app.http import CLOSED
from dashgraph.app.settings import Settings
from dashgraph.domain.sources import SourceKind
from dashgraph.graph.execution import Operation
from dashgraph.sources.live.settings import Credentials, LiveSettings
from dashgraph.store.database import Database
from dashgraph.store.demo import ADMIN_EMAIL
from serving import served
from sockets import connected
from upstream import TOKEN, Upstream

SECONDS = 20  # for what takes milliseconds; what is not given up would never end
ENDLESS = {
    "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(3600)",
}
DASHBOARDS = "{ dashboards(first: 5, scope: ALL) { edges { node { widgets { edges { node { title } } } } } } }"
# The one is asked for by a resolver, the other by a loader, in a task of its own.
PLACES = ["FROM dashboards", "FROM widgets"]


@contextmanager
def heard(database: Database, name: str, listener: Any, **options: Any) -> Iterator[None]:
    event.listen(database.engine.sync_engine, name, listener, **options)
    try:
        yield
    finally:
        event.remove(database.engine.sync_engine, name, listener)


@contextmanager
def stuck(database: Database, words: str) -> Iterator[asyncio.Event]:
    """Makes every statement with these words one without end. The event is set when the first is sent."""
    begun = asyncio.Event()

    def exchange(_connection: Any, _cursor: Any, statement: str, given: Any, *_more: Any) -> tuple[str, Any]:
        if words not in statement:
            return statement, given
        asyncio.get_running_loop().call_soon(begun.set)
        return ENDLESS[database.dialect], ()

    with heard(database, "before_cursor_execute", exchange, retval=True):
        yield begun


async def at_rest(database: Database) -> None:
    """Every connection is back, and nothing of ours runs in the database."""
    async with asyncio.timeout(SECONDS):
        while database.pool().busy:
            await turn()
    async with database.reading() as session:
        if database.dialect == "postgresql":
            running = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'"
            async with asyncio.timeout(SECONDS):
                while (await session.execute(text(running))).scalar():
                    pass


@asynccontextmanager
async def answering(database: Database, found: Any) -> AsyncIterator[None]:
    """The database is asked again afterwards, on every connection that there can be."""
    yield
    await at_rest(database)
    for _ in range(database.pool().most + 1):
        assert await found() == []


@pytest.mark.parametrize("words", PLACES)
async def test_a_query_is_given_up_after_its_time(stores: Stores, words: str) -> None:
    address = await stores.fresh("demo")
    async with opened(Settings(database_url=address, operation_seconds=0.3)) as world:
        admin = await Asking(world, []).viewer(ADMIN_EMAIL)

        async def found() -> list[Any]:
            answer = await world.executor.run(Operation(DASHBOARDS), admin)
            return list(answer.payload.get("errors", []))

        async with answering(world.database, found):
            with stuck(world.database, words):
                async with asyncio.timeout(SECONDS):
                    told = await found()

    message = "The operation was given up after 0.3 seconds. Ask for less at a time."
    assert told == [{"message": message, "extensions": {"code": "TIMEOUT"}}]


@pytest.mark.parametrize("words", PLACES)
async def test_a_query_is_given_up_when_its_asker_hangs_up(stores: Stores, words: str) -> None:
    async with served(await stores.fresh("demo")) as service:

        async def found() -> list[Any]:
            return (await service.admin.ask(DASHBOARDS)).codes

        async with answering(service.world.database, found):
            with stuck(service.world.database, words) as begun, capture_logs() as logged:
                asking = asyncio.create_task(service.admin.ask(DASHBOARDS))
                await asyncio.wait_for(begun.wait(), SECONDS)
                asking.cancel()
                await asyncio.wait([asking])
                await at_rest(service.world.database)
                async with asyncio.timeout(SECONDS):
                    while not logged:
                        await turn()

    assert [(line["event"], line["status"]) for line in logged] == [("request", CLOSED)]


async def test_a_query_over_a_websocket_is_given_up_when_it_is_completed(stores: Stores) -> None:
    async with served(await stores.fresh("demo")) as service, connected(service.client.address) as socket:
        await socket.greet(await service.token())
        with stuck(service.world.database, "FROM widgets") as begun:
            await socket.subscribe("1", DASHBOARDS)
            await asyncio.wait_for(begun.wait(), SECONDS)
            await socket.send({"type": "complete", "id": "1"})
            await socket.alive()
            await at_rest(service.world.database)
        assert "errors" not in await socket.ask(DASHBOARDS)


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_a_mutation_goes_on_when_its_asker_hangs_up(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "LOOK_SECONDS", 0.01)
    create = 'mutation { createFolder(input: {source: "local", name: "kept"}) { errors { code } } }'
    query = '{ folders(filter: {name: {eq: "kept"}}) { totalCount } }'
    async with served(await stores.fresh("demo")) as service:
        database, begun = service.world.database, asyncio.Event()
        async with database.writing():  # nobody else can write meanwhile

            def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
                if statement.startswith("BEGIN"):
                    begun.set()

            with heard(database, "before_cursor_execute", note):
                asked = asyncio.create_task(service.admin.ask(create))
                await asyncio.wait_for(begun.wait(), SECONDS)
            asked.cancel()
            await asyncio.wait([asked])
            await turns(0.1)  # ten looks whether somebody is there
        await at_rest(database)

        assert (await service.admin.ask(query)).json == {"data": {"folders": {"totalCount": 1}}}


async def turn() -> None:
    """One turn of the loop."""
    await asyncio.sleep(0)


async def turns(seconds: float) -> None:
    """Let the loop turn."""
    until = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < until:
        await turn()


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_what_is_asked_of_a_live_source_is_given_up_too(stores: Stores) -> None:
    hung_up = asyncio.Event()

    async def silent(request: web.Request) -> web.Response:
        while request.transport is not None:
            await turn()
        hung_up.set()
        return web.Response()

    upstream = Upstream(answering=silent)
    async with upstream.serving() as url:
        live = LiveSettings(
            name="finance",
            kind=SourceKind.LIGHTDASH,
            url=url,
            credentials=Credentials(token=TOKEN),
            deadline=3600,
            request_seconds=3600,
        )
        settings = Settings(database_url=await stores.fresh("demo"), operation_seconds=0.3)
        async with opened(settings, [live]) as world:
            admin = await Asking(world, []).viewer(ADMIN_EMAIL)
            query = '{ dashboards(sources: ["finance"]) { totalCount } }'
            answer = await world.executor.run(Operation(query), admin)
            await asyncio.wait_for(hung_up.wait(), SECONDS)

    assert [error["extensions"]["code"] for error in answer.payload["errors"]] == ["TIMEOUT"]
