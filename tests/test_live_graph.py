"""What the graph shows of systems elsewhere: projects, links, comments, tabs, shares of folders, what they refuse."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from company import Company
from conftest import Asking
from dashgraph.domain.comments import COMMENTS_OF_DASHBOARD
from dashgraph.domain.dash import Document
from dashgraph.domain.dashboards import DASHBOARD_DOCUMENT
from dashgraph.domain.ids import Kind
from dashgraph.domain.promotion import PROMOTION_DIFF
from dashgraph.domain.public_links import (
    PUBLIC_LINK,
)
from dashgraph.domain.sources import Capability
from dashgraph.domain.widgets import Place
from live_small import DIFF, LINK, SALES, Small, as_, beside, i, small_south, small_store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Asking]:
    async with small_store(tmp_path) as found:
        yield found


@pytest.fixture
def south() -> Small:
    return small_south()


async def test_a_project_leads_to_what_is_in_it_and_back(store: Asking, south: Small) -> None:
    graph = beside(store, south.source())
    query = """{ projects { totalCount edges { node { name type timezone upstream { name } source { name }
        folders { totalCount edges { node { name slug private project { name } } } }
        dashboards(filter: {text: "sales"}) { totalCount edges { node { title project { name } } } } } } } }"""

    found = (await graph.data(await as_(graph, "ann"), query))["projects"]

    live, trial = (edge["node"] for edge in found["edges"])
    assert found["totalCount"] == 2
    assert live == {
        "name": "live", "type": "DEFAULT", "timezone": None, "upstream": None, "source": {"name": "south"},
        "folders": {"totalCount": 0, "edges": []}, "dashboards": {"totalCount": 0, "edges": []},
    }  # fmt: skip
    assert trial == {
        "name": "trial", "type": None, "timezone": "Europe/Berlin", "upstream": {"name": "live"},
        "source": {"name": "south"},
        "folders": {"totalCount": 1, "edges": [
            {"node": {"name": "shelf", "slug": "shelf", "private": True, "project": {"name": "trial"}}}]},
        "dashboards": {"totalCount": 1, "edges": [{"node": {"title": "a: sales", "project": {"name": "trial"}}}]},
    }  # fmt: skip
    # who asks, and one walk of each kind: Ann owns the only dashboard, so no share decides
    assert sorted(south.asked) == ["Dashboard", "Folder", "Project", "User", "memberships"]


async def test_members_of_a_project_are_for_administrators(store: Asking, south: Small) -> None:
    graph = beside(store, south.source())
    query = """query($id: ID!) { project(id: $id) { members { totalCount edges { node {
        user { email } group { name } role { nativeName } inheritedFrom } } } } }"""

    seen = await graph.data(await as_(graph, "boss"), query, id=i(Kind.PROJECT, "live"))
    hidden = await graph.data(await as_(graph, "ann"), query, id=i(Kind.PROJECT, "live"))

    role = {"nativeName": "viewer"}
    member = {"user": {"email": "Ann@X.example"}, "group": None, "role": role, "inheritedFrom": "organization"}
    assert seen["project"]["members"] == {"totalCount": 1, "edges": [{"node": member}]}
    assert hidden["project"]["members"] == {"totalCount": 0, "edges": []}


async def test_who_has_no_account_there_sees_no_project(store: Asking, south: Small) -> None:
    graph = beside(store, south.source())
    query = "query($id: ID!) { projects { totalCount } node(id: $id) { id } }"

    hidden = await graph.data(await as_(graph, "ben"), query, id=i(Kind.PROJECT, "live"))
    seen = await graph.data(await as_(graph, "ann"), query, id=i(Kind.PROJECT, "live"))

    assert hidden == {"projects": {"totalCount": 0}, "node": None}
    assert seen == {"projects": {"totalCount": 2}, "node": {"id": i(Kind.PROJECT, "live")}}


async def test_dashboards_and_folders_are_filtered_by_project_over_all_sources(store: Asking, south: Small) -> None:
    graph = beside(store, south.source())
    query = """query($wanted: IDFilter!) {
        dashboards(filter: {project: $wanted}, scope: ALL) { edges { node { title } } }
        folders(filter: {project: $wanted}, scope: ALL) { totalCount } }"""
    boss = await as_(graph, "boss")

    async def found(**wanted: Any) -> tuple[list[str], int]:
        data = await graph.data(boss, query, wanted=wanted)
        return [edge["node"]["title"] for edge in data["dashboards"]["edges"]], data["folders"]["totalCount"]

    assert await found(eq=i(Kind.PROJECT, "trial")) == (["a: sales"], 1)
    assert await found(eq=i(Kind.PROJECT, "live")) == ([], 0)
    assert await found(isNull=True) == (["b: plan"], 0)
    assert await found(isNull=False) == (["a: sales"], 1)


async def test_a_dashboard_tells_what_its_system_knows_of_it(store: Asking, south: Small) -> None:
    tabs = [{"uuid": "2", "name": "Two", "order": 1, "hidden": True}, {"uuid": "1", "name": "One", "order": 0}, "odd"]
    south.things[DASHBOARD_DOCUMENT.name]["sales"] = Document.of({"tabs": tabs})
    south.held[Kind.WIDGET][0] = _placed(south.held[Kind.WIDGET][0])
    south.comment("sales", "c1", "Is this right?")
    south.comment("sales", "c2", "Yes.", resolved=True)
    graph = beside(store, south.source())
    query = """query($id: ID!) { dashboard(id: $id) { url slug tags pinned updatedBy { displayName } format revision
        tabs { id name order hidden } widgets { edges { node { chartId place { x y width height tab } } } }
        comments(filter: {resolved: false}) { totalCount edges { node {
            nativeId text author widget { id } replyTo resolved createdAt } } }
        shares { edges { node { nativeRole inheritedFrom folder { name } } } } } }"""

    found = (await graph.data(await as_(graph, "ann"), query, **SALES))["dashboard"]

    assert found == {
        "url": "https://bi.x.example/sales", "slug": "sales", "tags": ["q1", "q2"], "pinned": True,
        "updatedBy": {"displayName": "cat"}, "format": None, "revision": None,
        "tabs": [
            {"id": "1", "name": "One", "order": 0, "hidden": False},
            {"id": "2", "name": "Two", "order": 1, "hidden": True},
        ],
        "widgets": {"edges": [
            {"node": {"chartId": "chart-7", "place": {"x": 0, "y": 1, "width": 8, "height": 4, "tab": "1"}}},
            {"node": {"chartId": None, "place": None}},
        ]},
        "comments": {"totalCount": 1, "edges": [{"node": {
            "nativeId": "c1", "text": "Is this right?", "author": "Ann", "widget": None, "replyTo": None,
            "resolved": False, "createdAt": "2026-06-15T12:00:00Z"}}]},
        "shares": {"edges": [{"node": {"nativeRole": "viewer", "inheritedFrom": "project", "folder": None}}]},
    }  # fmt: skip
    assert len(south.asked) == len(set(south.asked)), "nothing is asked twice"


def _placed(widget: Any) -> Any:
    return type(widget)(**{**_values(widget), "chart": "chart-7", "place": Place(0, 1, 8, 4, "1")})


def _values(thing: Any) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in thing.__dataclass_fields__}


async def test_comments_cost_one_question_for_any_number_of_dashboards(store: Asking, south: Small) -> None:
    for number in range(30):
        south.dashboard(f"more{number}", "ann")
        south.comment(f"more{number}", f"c{number}", "hm")
    graph = beside(store, south.source())
    query = """{ dashboards(first: 100, sources: ["south"]) { edges { node { sameOwner: owner { sameAs { email } }
        comments { totalCount edges { node { text } } } publicLink { enabled } tabs { name } } } } }"""

    edges = (await graph.data(await as_(graph, "ann"), query))["dashboards"]["edges"]

    assert sum(edge["node"]["comments"]["totalCount"] for edge in edges) == 30
    once = [COMMENTS_OF_DASHBOARD.name, PUBLIC_LINK.name, DASHBOARD_DOCUMENT.name]
    assert sorted(south.asked) == sorted(["User", "memberships", "Dashboard", *once])
    assert {edge["node"]["sameOwner"]["sameAs"][0]["email"] for edge in edges} == {"ann@x.example"}
    assert len(store.statements) == 1  # the account of the only owner


async def test_links_and_promotions_are_told_to_those_who_edit(store: Asking, south: Small) -> None:
    await Company(store.world.database).user("cat")
    south.things[PUBLIC_LINK.name]["sales"] = LINK
    south.things[PROMOTION_DIFF.name]["sales"] = DIFF
    graph = beside(store, south.source())
    query = """query($id: ID!) { dashboard(id: $id) { title promotionDiff { kind name step }
        publicLink { enabled url passwordRequired passwords { id note createdAt createdByEmail } } } }"""

    owner = (await graph.data(await as_(graph, "ann"), query, **SALES))["dashboard"]
    viewer = (await graph.data(await as_(graph, "cat"), query, **SALES))["dashboard"]

    password = {"id": "p1", "note": "for the board", "createdAt": "2026-06-15T12:00:00Z"}
    assert owner["publicLink"] == {
        "enabled": True,
        "url": "https://bi.x.example/open/1",
        "passwordRequired": True,
        "passwords": [password | {"createdByEmail": "ann@x.example"}],
    }
    assert owner["promotionDiff"] == [
        {"kind": "dashboard", "name": "sales", "step": "UPDATE"},
        {"kind": "chart", "name": "a", "step": "CREATE"},
    ]
    assert viewer == {"title": "a: sales", "publicLink": None, "promotionDiff": []}


async def test_shares_of_a_folder_are_for_administrators_and_whom_they_reach(store: Asking, south: Small) -> None:
    south.folder_share("shelf", "cat")
    graph = beside(store, south.source())
    query = """query($id: ID!, $scope: Scope!) { folder(id: $id, scope: $scope) { shares { totalCount edges { node {
        id rule nativeRole user { displayName } dashboard { title } folder { name } } } } } }"""
    folder = i(Kind.FOLDER, "shelf")

    mine = (await graph.data(await as_(graph, "ann"), query, id=folder, scope="VISIBLE"))["folder"]["shares"]
    every = (await graph.data(await as_(graph, "boss"), query, id=folder, scope="ALL"))["folder"]["shares"]

    [edge] = mine["edges"]
    assert edge["node"] == {
        "id": i(Kind.SHARE, "folder:shelf/user/ann"), "rule": "EDIT", "nativeRole": "editor",
        "user": {"displayName": "ann"}, "dashboard": None, "folder": {"name": "shelf"},
    }  # fmt: skip
    assert every["totalCount"] == 2
    again = await graph.data(await as_(graph, "ann"), "query($id: ID!) { node(id: $id) { id } }", id=edge["node"]["id"])
    assert again == {"node": {"id": edge["node"]["id"]}}


async def test_a_source_says_of_every_mutation_whether_and_why_not(store: Asking, south: Small) -> None:
    south.reasons = {Capability.PROMOTE: "it has one project alone"}
    south.unable = {"copyShares": "add them one by one"}
    graph = beside(store, south.source())
    query = "{ sources { name mutations { name supported reason } } }"

    local, elsewhere = (await graph.data(await as_(graph, "ann"), query))["sources"]

    refused = {one["name"]: one["reason"] for one in elsewhere["mutations"] if not one["supported"]}
    assert refused == {"promoteDashboard": "it has one project alone", "copyShares": "add them one by one"}
    supported = {one["name"] for one in local["mutations"] if one["supported"]}
    assert {"addShare", "deleteUser", "runSchedule"} <= supported
    assert not {"setPublicLink", "updateScheduleSettings"} & supported
    assert not any(name.startswith("_") or "eliverable" in name for name in supported)
    assert south.asked == []
