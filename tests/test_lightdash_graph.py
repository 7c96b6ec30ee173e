"""Lightdash in the whole graph, beside dashgraph's own store and another Lightdash."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from company import Company
from conftest import Asking
from dashgraph.app.build import opened
from dashgraph.app.fakes.lightdash.fake import LightdashFake
from dashgraph.app.settings import Settings
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.secrets import Secret
from dashgraph.domain.sources import SourceKind
from dashgraph.domain.text import fold
from dashgraph.domain.viewers import Viewer
from dashgraph.sources.live.settings import Credentials, LiveSettings

NORA, CLAIRE = "nora@tallgrass.example", "claire.dubois@tallgrass.example"


@dataclass
class Graph:
    ask: Asking
    shop: LightdashFake
    branch: LightdashFake  # another server, with the same in it when it begins

    def id(self, title: str, source: str = "shop") -> str:
        rows = (self.shop if source == "shop" else self.branch).held.dashboards
        native = next(uuid for uuid, row in rows.items() if row["name"] == title)
        return ResourceId(source, Kind.DASHBOARD, native).encode()

    async def nora(self) -> Viewer:
        return await self.ask.viewer(NORA)


@pytest.fixture
async def graph(tmp_path: Path) -> AsyncIterator[Graph]:
    fakes = {"shop": LightdashFake(), "branch": LightdashFake()}
    async with AsyncExitStack() as stack:
        live = [
            LiveSettings(
                name=name,
                kind=SourceKind.LIGHTDASH,
                url=await stack.enter_async_context(fake.serving()),
                credentials=Credentials(token=Secret(fake.TOKEN)),
                freshness=0,
            )
            for name, fake in fakes.items()
        ]
        settings = Settings(database_url=str(tmp_path / "store.sqlite3"))  # type: ignore[arg-type]
        world = await stack.enter_async_context(opened(settings, live))
        company = Company(world.database)
        await company.user("nora", "admin", email=NORA, email_key=fold(NORA))
        await company.user("claire", email=CLAIRE, email_key=fold(CLAIRE))
        yield Graph(Asking(world, []), fakes["shop"], fakes["branch"])


async def test_one_query_walks_from_a_dashboard_to_all_around_it(graph: Graph) -> None:
    query = """{ dashboards(sources: ["shop"], filter: {title: {eq: "Warranty claims"}}) { edges { node {
        title owner { displayName } folder { name parent { name } } project { name } myPermission { role }
        widgets { edges { node { title type } } } comments { edges { node { text author } } } } } } }"""

    found = await graph.ask.data(await graph.ask.viewer(CLAIRE), query)

    assert graph.shop.counted() == {
        "GET /api/v1/org/users": 1,  # who Claire is there
        "GET /api/v1/org/groups": 1,
        "GET /api/v1/org/projects": 1,
        "GET /api/v2/content": 1,
        "GET /api/v1/projects/*/spaces/*": 9,  # each decides what she sees of what is in it
        "GET /api/v1/projects/*": 2,
        "GET /api/v1/projects/*/spaces": 2,
        "GET /api/v2/projects/*/dashboards/*": 1,
        "GET /api/v1/projects/*/chart-summaries": 1,
        "GET /api/v1/comments/dashboards/*": 1,
    }
    assert graph.branch.calls == []
    [node] = [edge["node"] for edge in found["dashboards"]["edges"]]
    assert (node["owner"], node["project"]) == (None, {"name": "Workshops"})
    assert node["folder"] == {"name": "Warranty", "parent": {"name": "Repairs"}}
    assert node["myPermission"]["role"] == "VIEW"
    assert [edge["node"]["title"] for edge in node["widgets"]["edges"]] == [
        "Warranty claims", "Claims opened", "Claims by part", "Cost of claims",
    ]  # fmt: skip
    assert [edge["node"]["author"] for edge in node["comments"]["edges"]] == [
        "Claire Dubois-Faure", "Priya Raghunathan",
    ]  # fmt: skip


async def test_a_change_is_in_the_trail_and_taken_back_from_there(graph: Graph) -> None:
    rename = """mutation($id: ID!) { updateDashboard(input: {dashboardId: $id, title: "Turnaround time"}) {
        dashboard { title } operation { id canBeUndone } errors { message code } } }"""
    undo = "mutation($id: ID!) { undoOperation(input: {operationId: $id}) { errors { message } } }"
    nora, one = await graph.nora(), graph.id("Turnaround")

    changed = (await graph.ask.data(nora, rename, id=one))["updateDashboard"]
    assert (changed["errors"], changed["dashboard"]) == ([], {"title": "Turnaround time"})
    assert changed["operation"]["canBeUndone"] is True
    undone = (await graph.ask.data(nora, undo, id=changed["operation"]["id"]))["undoOperation"]

    assert undone["errors"] == []
    assert graph.id("Turnaround") == one


async def test_what_lightdash_cannot_do_is_refused_with_its_reason_and_no_call(graph: Graph) -> None:
    change = """mutation($id: ID!, $to: ID!) { changeDashboardOwner(input: {dashboardId: $id, ownerId: $to}) {
        errors { code message } } }"""
    to = ResourceId("shop", Kind.USER, next(iter(graph.shop.held.users))).encode()

    told = (await graph.ask.data(await graph.nora(), change, id=graph.id("Turnaround"), to=to))["changeDashboardOwner"]

    [error] = told["errors"]
    assert error["code"] == "UNSUPPORTED_BY_SOURCE"
    assert "nobody owns content in Lightdash" in error["message"]
    assert graph.shop.calls == []


COPY = """mutation($ids: [ID!]!, $to: String!, $action: ImportAction!) { copyDashboards(input: {
    dashboardIds: $ids, toSource: $to, action: $action}) { results { outcome dashboard { title } kept { title } errors {
    message } } } }"""


async def test_a_dashboard_is_copied_to_another_lightdash_and_what_it_writes_over_is_kept(graph: Graph) -> None:
    trial = graph.id("Stock of parts", "branch")
    row = graph.branch.held.dashboards[ResourceId.decode(trial).native]  # type: ignore[union-attr]
    row["name"] = "Stock of parts, as it was"

    found = await graph.ask.data(
        await graph.nora(), COPY, ids=[graph.id("Stock of parts")], to="branch", action="OVERWRITE"
    )

    [told] = found["copyDashboards"]["results"]
    assert told == {
        "outcome": "OVERWRITTEN",
        "dashboard": {"title": "Stock of parts"},
        "kept": {"title": "Stock of parts, as it was"},
        "errors": [],
    }
    assert row["name"] == "Stock of parts"
    assert [tile["type"] for tile in row["tiles"]] == ["markdown", "saved_chart", "saved_chart"]


async def test_a_dashboard_is_copied_into_dashgraphs_own_store(graph: Graph) -> None:
    found = await graph.ask.data(await graph.nora(), COPY, ids=[graph.id("Warranty claims")], to="local", action="AUTO")

    [told] = found["copyDashboards"]["results"]
    assert (told["outcome"], told["dashboard"], told["errors"]) == ("CREATED", {"title": "Warranty claims"}, [])
