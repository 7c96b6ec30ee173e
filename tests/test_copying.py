"""Dashboards from one server to another, and what they overwrite kept in dashgraph's own store."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from conftest import Asking, Stores
from dashgraph.app.build import opened
from dashgraph.app.fakes.kit import Fake
from dashgraph.app.fakes.posthog.server import PostHogFake
from dashgraph.app.fakes.sisense.server import SisenseFake
from dashgraph.app.settings import Settings
from dashgraph.domain.secrets import Secret
from dashgraph.domain.sources import SourceKind
from dashgraph.domain.viewers import Reach, Viewer
from dashgraph.sources.live.settings import Credentials, LiveSettings

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

COPY = """
mutation($input: CopyDashboardsInput!) {
  copyDashboards(input: $input) {
    succeeded failed
    results {
      outcome reason
      origin { id }
      dashboard { id title source { name } widgets { totalCount } }
      kept { id title state versions { totalCount } source { name } }
      errors { __typename code message }
    }
  }
}
"""
BOARDS = """
query($source: String!) {
  dashboards(first: 100, scope: ALL, sources: [$source]) { edges { node { id nativeId title widgets { totalCount } } } }
}
"""


@dataclass
class Servers:
    asking: Asking
    fakes: Mapping[str, Fake]

    async def admin(self) -> Viewer:
        return (await self.asking.viewer("nora@tallgrass.example")).within(Reach.ALL)

    async def boards(self, source: str) -> dict[str, Any]:
        """The dashboards of a source by their titles."""
        found = await self.asking.data(await self.admin(), BOARDS, source=source)
        return {edge["node"]["title"]: edge["node"] for edge in found["dashboards"]["edges"]}

    async def copy(self, *ids: str, to: str, **more: Any) -> Any:
        wanted = {"dashboardIds": list(ids), "toSource": to, **more}
        return (await self.asking.data(await self.admin(), COPY, input=wanted))["copyDashboards"]


@pytest.fixture
async def servers(stores: Stores) -> AsyncIterator[Servers]:
    """Two Sisense servers, the second without dashboards; two PostHogs; and the demo company's store."""
    fakes: dict[str, Fake] = {
        "finance": SisenseFake(),
        "sales": SisenseFake(empty=True),
        "web": PostHogFake(),
        "app": PostHogFake(),
    }
    async with AsyncExitStack() as stack:
        live = [
            LiveSettings(
                name=name,
                kind=SourceKind(fake.kind),
                url=await stack.enter_async_context(fake.serving()),
                credentials=Credentials(token=Secret(fake.TOKEN)),
                freshness=0,
            )
            for name, fake in fakes.items()
        ]
        settings = Settings(database_url=await stores.fresh("demo"))  # type: ignore[arg-type]
        world = await stack.enter_async_context(opened(settings, live))
        yield Servers(Asking(world, []), fakes)


def writes(fake: Fake) -> list[str]:
    return [call.line for call in fake.calls if not call.line.startswith("GET")]


async def test_dashboards_move_between_servers_of_a_kind(servers: Servers) -> None:
    before = await servers.boards("finance")
    some = list(before.values())[:3]

    seen = await servers.copy(*(one["id"] for one in some), to="sales", dryRun=True)
    written = writes(servers.fakes["sales"])
    done = await servers.copy(*(one["id"] for one in some), to="sales")

    assert [result["outcome"] for result in seen["results"]] == ["CREATED"] * 3
    assert not written
    assert (done["succeeded"], done["failed"]) == (3, 0)
    after = await servers.boards("sales")
    assert {title: one["widgets"] for title, one in after.items()} == {one["title"]: one["widgets"] for one in some}
    assert await servers.boards("finance") == before
    assert all(result["dashboard"]["source"]["name"] == "sales" for result in done["results"])


async def test_what_is_overwritten_is_kept_as_a_version(servers: Servers) -> None:
    [one, *_] = (await servers.boards("finance")).values()
    await servers.copy(one["id"], to="sales")
    rename = "mutation($input: UpdateDashboardInput!) { updateDashboard(input: $input) { errors { message } } }"
    [there] = (await servers.boards("sales")).values()
    changed = {"dashboardId": there["id"], "title": "Changed over there"}
    assert (await servers.asking.data(await servers.admin(), rename, input=changed))["updateDashboard"]["errors"] == []

    for number in (1, 2):
        done = await servers.copy(one["id"], to="sales", action="OVERWRITE")

        [result] = done["results"]
        assert (result["outcome"], result["errors"]) == ("OVERWRITTEN", [])
        assert list(await servers.boards("sales")) == [one["title"]]
        kept = result["kept"]
        assert kept["source"] == {"name": "local"}
        assert kept["versions"]["totalCount"] == number
        assert kept["title"] == ("Changed over there" if number == 1 else one["title"])


async def test_the_same_key_copies_once(servers: Servers) -> None:
    [one, *_] = (await servers.boards("finance")).values()

    first = await servers.copy(one["id"], to="sales", idempotencyKey="k", action="DUPLICATE")
    second = await servers.copy(one["id"], to="sales", idempotencyKey="k", action="DUPLICATE")

    assert first["results"][0]["dashboard"]["id"] == second["results"][0]["dashboard"]["id"]
    assert len(await servers.boards("sales")) == 1


async def test_the_store_takes_every_kind_and_gives_back_to_its_own(servers: Servers) -> None:
    sisense = next(iter((await servers.boards("finance")).values()))
    posthog = next(iter((await servers.boards("web")).values()))

    stored = await servers.copy(sisense["id"], posthog["id"], to="local", action="DUPLICATE")
    back = [result["dashboard"]["id"] for result in stored["results"]]
    to_sisense = await servers.copy(back[0], to="sales")
    projects = '{ projects(sources: ["app"]) { edges { node { id } } } }'
    [project, *_] = (await servers.asking.data(await servers.admin(), projects))["projects"]["edges"]
    to_posthog = await servers.copy(back[1], to="app", projectId=project["node"]["id"])

    failed = [done["results"][0]["errors"] for done in (stored, to_sisense, to_posthog)]
    assert failed == [[], [], []]
    assert [one["widgets"] for one in (await servers.boards("sales")).values()] == [sisense["widgets"]]


async def test_no_query_is_translated_between_vendors(servers: Servers) -> None:
    [one, *_] = (await servers.boards("finance")).values()

    refused = await servers.copy(one["id"], to="web")

    [error] = refused["results"][0]["errors"]
    assert error["__typename"] == "UnsupportedBySource"
    assert "another language" in error["message"]
    assert not writes(servers.fakes["web"])


async def test_a_dashboard_that_is_hidden_is_not_copied(servers: Servers) -> None:
    titles = await servers.boards("finance")
    viewer = await servers.asking.viewer("zoe.vanderlinden@tallgrass.example")  # nobody in that Sisense
    wanted = {"dashboardIds": [next(iter(titles.values()))["id"]], "toSource": "local"}

    refused = (await servers.asking.data(viewer, COPY, input=wanted))["copyDashboards"]

    assert [error["code"] for error in refused["results"][0]["errors"]] == ["NOT_FOUND"]
