"""What a request leaves behind: nothing in circles, where it would wait with its answer for the garbage collector."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from conftest import Stores
from dashgraph.graph.execution import Answer, Operation
from serving import Client, Service, served
from sockets import connected

PAGE = "{ dashboards(first: 5) { edges { node { title owner { email } widgets { edges { node { title } } } } } } }"
CHANGE = 'mutation { renameDashboard(input: {dashboardId: "none", title: "x"}) { errors { code } } }'
BODIES: dict[str, Any] = {
    "a query": {"query": PAGE},
    "a change": {"query": CHANGE},
    "an error": {"query": '{ dashboard(id: "none") { title } }'},
    "introspection": {"query": "{ __schema { queryType { name } } }"},
    "no document": {"query": "{ dashboards { nothing } }"},
    "no JSON": b"{",
    "a list": [{"query": PAGE}],
    "too much": {"query": "{" * 500},
}
TIMES = 5


@pytest.fixture
async def service(stores: Stores) -> AsyncIterator[Service]:
    async with served(await stores.fresh("demo")) as found:
        yield found


async def left_by(work: Callable[[], Awaitable[None]]) -> list[str]:
    """The types of what is left in circles, of a server's own."""
    gc.collect()
    gc.disable()
    try:
        for _ in range(TIMES):
            await work()
        await asyncio.sleep(0)
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        return [type(one).__name__ for one in gc.garbage if isinstance(one, web.Request | Answer | Operation)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


@pytest.mark.parametrize("what", BODIES)
async def test_a_request_leaves_nothing_in_circles(service: Service, what: str) -> None:
    async def ask(client: Client = service.admin) -> None:
        await client.post(BODIES[what])

    await ask()
    assert await left_by(ask) == []


async def test_who_may_not_ask_leaves_nothing_in_circles(service: Service) -> None:
    async def ask() -> None:
        assert (await service.client.holding("dg_nobody").ask(PAGE)).status == 401

    await ask()
    assert await left_by(ask) == []


async def test_operations_on_a_websocket_leave_nothing_in_circles(service: Service) -> None:
    async with connected(service.admin.address) as socket:
        await socket.greet(await service.token())

        async def ask() -> None:
            assert "errors" not in await socket.ask(PAGE)

        await ask()
        assert await left_by(ask) == []
