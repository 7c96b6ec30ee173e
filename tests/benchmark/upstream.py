"""How many calls a page costs upstream: 10,000 dashboards on a fake of each system, which answers in 20 ms.

Run it with: python tests/benchmark/upstream.py
"""

import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parent.parent))

from dashgraph.app.build import opened
from dashgraph.app.fakes.holistics.company import large
from dashgraph.app.fakes.holistics.fake import HolisticsFake
from dashgraph.app.fakes.kit import Fake
from dashgraph.app.fakes.lightdash.fake import LightdashFake
from dashgraph.app.fakes.posthog.server import PostHogFake
from dashgraph.app.fakes.sisense.server import SisenseFake
from dashgraph.app.settings import Settings
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.secrets import Secret
from dashgraph.domain.sources import SourceKind
from dashgraph.domain.viewers import Reach, Viewer
from dashgraph.graph.execution import Operation
from dashgraph.services.identity import scopes_of
from dashgraph.sources.live.settings import Credentials, LiveSettings

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))

DASHBOARDS, LATENCY = 10_000, 0.02
PAGE = """
{
  dashboards(first: 100, scope: ALL, sources: ["it"]) {
    edges {
      node {
        title
        owner { email }
        widgets(first: 100) { edges { node { title type } } }
        shares(first: 100) { edges { node { rule user { email } group { name } } } }
      }
    }
    pageInfo { hasNextPage }
  }
}
"""
NORA = Viewer(
    ResourceId("local", Kind.USER, "nora"),
    RoleKind.ADMIN,
    scopes_of(RoleKind.ADMIN),
    reach=Reach.ALL,
    email="nora@tallgrass.example",
)
Get = Callable[[str], Awaitable[Any]]


def sisense() -> Fake:
    fake = SisenseFake(empty=True)
    fake.pile(DASHBOARDS)
    return fake


def posthog() -> Fake:
    fake = PostHogFake(filled=False)
    fake.fill(DASHBOARDS, shares=2)
    return fake


FAKES: dict[SourceKind, Callable[[], Fake]] = {
    SourceKind.SISENSE: sisense,
    SourceKind.LIGHTDASH: lambda: LightdashFake.crowded(DASHBOARDS),
    SourceKind.HOLISTICS: lambda: HolisticsFake(large(DASHBOARDS), quotas=None),
    SourceKind.POSTHOG: posthog,
}
HEADERS = {
    SourceKind.SISENSE: lambda token: {"Authorization": f"Bearer {token}"},
    SourceKind.LIGHTDASH: lambda token: {"Authorization": f"ApiKey {token}"},
    SourceKind.HOLISTICS: lambda token: {"X-Holistics-Key": token},
    SourceKind.POSTHOG: lambda token: {"Authorization": f"Bearer {token}"},
}


async def naive_sisense(get: Get) -> None:
    boards = await get("/api/v1/dashboards/admin?dashboardType=owner")
    for board in sorted(boards, key=lambda one: one["title"])[:100]:
        await get(f"/api/v1/users/{board['owner']}")
        await get(f"/api/v1/dashboards/export?dashboardIds={board['oid']}&adminAccess=true")
        for share in (await get(f"/api/shares/dashboard/{board['oid']}?adminAccess=true"))["sharesTo"]:
            kind = "users" if share["type"] == "user" else "groups"
            await get(f"/api/v1/{kind}/{share['shareId']}")


async def naive_lightdash(get: Get) -> None:
    boards = []
    for project in (await get("/api/v1/org/projects"))["results"]:
        boards += (await get(f"/api/v1/projects/{project['projectUuid']}/dashboards"))["results"]
    for board in sorted(boards, key=lambda one: one["name"])[:100]:
        await get(f"/api/v1/dashboards/{board['uuid']}")
        await get(f"/api/v1/projects/{board['projectUuid']}/spaces/{board['spaceUuid']}")


async def naive_holistics(get: Get) -> None:
    boards, after = [], ""
    while True:
        page = await get(f"/api/v2/dashboards?limit=100{after}")
        boards += page["dashboards"]
        if page["cursors"]["next"] is None:
            break
        after = f"&after={page['cursors']['next']}"
    await get("/api/v2/users?limit=100")
    for board in sorted(boards, key=lambda one: one["title"])[:100]:
        await get(f"/api/v2/dashboards/{board['id']}")


async def naive_posthog(get: Get) -> None:
    boards: list[Any] = []
    for project in (await get("/api/projects/"))["results"]:
        count, found = 1, 0
        while found < count:
            page = await get(f"/api/projects/{project['id']}/dashboards/?limit=100&offset={found}")
            boards += [(board["name"], project["id"], board["id"]) for board in page["results"]]
            count, found = page["count"], found + len(page["results"])
    for _, project, board in sorted(boards)[:100]:
        await get(f"/api/projects/{project}/dashboards/{board}/")
        await get(f"/api/projects/{project}/dashboards/{board}/access_controls/")


NAIVE = {
    SourceKind.SISENSE: naive_sisense,
    SourceKind.LIGHTDASH: naive_lightdash,
    SourceKind.HOLISTICS: naive_holistics,
    SourceKind.POSTHOG: naive_posthog,
}


async def through_dashgraph(kind: SourceKind, url: str, fake: Fake, folder: Path) -> tuple[float, int]:
    """Milliseconds, and how many dashboards the page had."""
    live = LiveSettings(
        name="it",
        kind=kind,
        url=url,
        credentials=Credentials(token=Secret(fake.TOKEN)),
        freshness=0,
        deadline=60,
        request_seconds=60,
    )
    settings = Settings(database_url=str(folder / f"{kind}.sqlite3"))  # type: ignore[arg-type]
    async with opened(settings, [live]) as world:
        began = time.perf_counter()
        answer = (await world.executor.run(Operation(PAGE), NORA)).payload
        took = time.perf_counter() - began
    if "errors" in answer:
        raise SystemExit(answer["errors"][0])
    return took * 1000, len(answer["data"]["dashboards"]["edges"])


async def naively(kind: SourceKind, url: str, fake: Fake) -> float:
    """Milliseconds of a script that walks the API, one call after another."""
    async with aiohttp.ClientSession(headers=HEADERS[kind](fake.TOKEN)) as session:

        async def get(path: str) -> Any:
            async with session.get(url + path) as answer:
                answer.raise_for_status()
                return await answer.json(content_type=None)

        began = time.perf_counter()
        await NAIVE[kind](get)
        return (time.perf_counter() - began) * 1000


async def main() -> None:
    table = Table("system", "dashgraph: calls", "ms", "naive walk: calls", "ms", "calls of dashgraph, by path")
    with tempfile.TemporaryDirectory() as folder:
        for kind, make in FAKES.items():
            async with AsyncExitStack() as stack:
                fake = make()
                fake.board.latency = LATENCY
                url = await stack.enter_async_context(fake.serving())
                took, many = await through_dashgraph(kind, url, fake, Path(folder))
                calls, by_path = len(fake.calls), fake.counted()
                fake.calls.clear()
                walked = await naively(kind, url, fake)
                told = "\n".join(f"{number} x {path}" for path, number in by_path.items())
                table.add_row(kind, str(calls), f"{took:.0f}", str(len(fake.calls)), f"{walked:.0f}", told)
                assert many == 100, (kind, many)
    Console(width=160).print(table)


if __name__ == "__main__":
    asyncio.run(main())
