"""Changes of dashboards: who may, what viewers go on seeing, and that everything can be put back."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.viewers import Reach, TokenScope
from dashgraph.store.demo import ADMIN_EMAIL
from dashgraph.store.tables import dashboards, editions, operations, widgets
from test_shares import UNDO, snapshot

EVERYTHING = frozenset[str]()
SHOWN = "dashboard { title description state revision owner { displayName } folder { name } datasource { title } }"


def change(name: str, answer: str = SHOWN) -> str:
    """The operation of the mutation of this name."""
    kind = f"{name[0].upper()}{name[1:]}Input"
    return f"""mutation($input: {kind}!) {{ it: {name}(input: $input) {{
        {answer} errors {{ __typename code message path }}
        operation {{ id kind canBeUndone reason: reasonAgainstUndoing }} }} }}"""


async def office(asking: Asking) -> Company:
    """The plan is published, with an editor and a viewer."""
    company = Company(asking.world.database)
    for name in ("owner", "editor", "friend", "stranger"):
        await company.user(name)
    await company.user("viewer", "viewer")
    await company.user("admin", "admin")
    await company.folder("finance", "owner")
    await company.dashboard("plan", "owner", tiles=("a", "b"), folder="finance")
    await company.share("plan", user="editor", rule="edit")
    await company.share("plan", user="friend")
    await company.share("plan", user="viewer")
    return company


def plan(name: str = "plan") -> str:
    return global_id(Kind.DASHBOARD, name)


async def make(asking: Asking, who: str, name: str, /, answer: str = SHOWN, **given: Any) -> dict[str, Any]:
    """Send a mutation as somebody whose token is for changes; its payload."""
    viewer = await asking.viewer(f"{who}@x.example")
    viewer = replace(viewer, scopes=viewer.scopes | {TokenScope.DASHBOARDS_WRITE})
    found: dict[str, Any] = (await asking.data(viewer, change(name, answer), input=given))["it"]
    return found


async def seen(asking: Asking, who: str, fields: str, name: str = "plan") -> Any:
    viewer = await asking.viewer(f"{who}@x.example")
    query = f"query($id: ID!) {{ node(id: $id) {{ ... on Dashboard {{ {fields} }} }} }}"
    return (await asking.data(viewer, query, id=plan(name)))["node"]


async def codes(asking: Asking, whos: tuple[str, ...], name: str, /, **given: Any) -> list[str]:
    """What each of these is told; all are refused, and nothing has changed."""
    before = await snapshot(asking, without=EVERYTHING)
    found = [(await make(asking, who, name, answer="", **given))["errors"][0]["code"] for who in whos]
    assert await snapshot(asking, without=EVERYTHING) == before
    return found


async def undone(asking: Asking, who: str, done: dict[str, Any]) -> None:
    assert done["errors"] == []
    viewer = await asking.viewer(f"{who}@x.example")
    answer = await asking.data(viewer, UNDO, input={"operationId": done["operation"]["id"]})
    assert answer["undoOperation"]["errors"] == []


TITLE = {"dashboardId": plan(), "title": "Plan B"}
DECISIONS = {
    "moveDashboard": {"dashboardId": plan(), "folderId": None},
    "publishDashboard": {"dashboardId": plan()},
    "restoreDashboard": {"dashboardId": plan()},
    "deleteDashboard": {"dashboardId": plan()},
}


async def test_an_edit_of_what_is_published_starts_anew_and_viewers_go_on_seeing_the_old(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)

    done = await make(empty, "editor", "updateDashboard", description="new", **TITLE)

    assert done["errors"] == []
    shown = done["dashboard"]
    assert (shown["title"], shown["description"], shown["state"], shown["revision"]) == ("Plan B", "new", "MODIFIED", 2)
    assert done["operation"]["kind"] == "updateDashboard"
    assert await seen(empty, "friend", "title widgets { totalCount }") == {
        "title": "plan",
        "widgets": {"totalCount": 2},
    }
    raw = (await seen(empty, "owner", "raw"))["raw"]
    assert (raw["title"], raw["desc"], raw["style"]) == ("Plan B", "new", {"name": "plain"})
    async with empty.world.database.reading() as session:
        assert (await session.execute(select(dashboards.c.title_key))).scalar_one() == "plan b"
        held = (await session.execute(select(widgets.c.edition, widgets.c.id).order_by(*widgets.primary_key))).all()
    assert [tuple(row) for row in held] == [(1, "plan-a"), (1, "plan-b"), (2, "plan-a"), (2, "plan-b")]
    await undone(empty, "editor", done)
    assert await snapshot(empty) == before


async def test_a_second_edit_changes_the_draft_in_place_and_the_same_again_changes_nothing(empty: Asking) -> None:
    await office(empty)
    await make(empty, "editor", "updateDashboard", **TITLE)
    before = await snapshot(empty, without=frozenset({"operations"}))

    same = await make(empty, "owner", "updateDashboard", **TITLE)
    other = await make(empty, "owner", "updateDashboard", dashboardId=plan(), title="Plan C")

    assert same["dashboard"]["revision"] == 2
    assert (other["dashboard"]["title"], other["dashboard"]["revision"]) == ("Plan C", 3)
    async with empty.world.database.reading() as session:
        numbers = (await session.execute(select(editions.c.number).order_by(editions.c.number))).scalars().all()
    assert numbers == [1, 2]
    await undone(empty, "owner", other)
    assert await snapshot(empty) == before


async def test_what_is_left_out_stays_and_null_clears(empty: Asking) -> None:
    await office(empty)
    filters = [{"jaql": {"dim": "[Sales.Region]", "title": "Region"}}]
    source = {"title": "Sales", "address": "db"}
    given = {"dashboardId": plan(), "description": "d", "filters": filters, "style": {"name": "dark"}}
    content = "description style { name } filters { jaql { title } } datasource { title address } layout { type }"

    await make(empty, "owner", "updateDashboard", datasource=source, **given)
    full = await seen(empty, "owner", content)
    nothing = {"description": None, "filters": None, "style": None, "datasource": None, "layout": None}
    done = await make(empty, "owner", "updateDashboard", dashboardId=plan(), **nothing)

    assert full["description"] == "d"
    assert (full["style"], full["datasource"]) == ({"name": "dark"}, source)
    assert full["filters"] == [{"jaql": {"title": "Region"}}]
    assert done["errors"] == []
    assert await seen(empty, "owner", content) == {**nothing, "filters": []}
    assert (await seen(empty, "owner", "title widgets { totalCount }"))["widgets"] == {"totalCount": 2}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"title": None}, "BAD_USER_INPUT"),
        ({"title": "  "}, "BAD_USER_INPUT"),
        ({"layout": "wide"}, "BAD_DOCUMENT"),
        ({"filters": {"jaql": {}}}, "BAD_DOCUMENT"),
        ({"filters": "abc"}, "BAD_DOCUMENT"),
        ({"style": []}, "BAD_USER_INPUT"),
        ({"title": "x", "expectedRevision": 7}, "STALE_REVISION"),
    ],
)
async def test_content_that_cannot_be_is_refused_whole(empty: Asking, given: dict[str, Any], code: str) -> None:
    await office(empty)

    assert await codes(empty, ("owner",), "updateDashboard", dashboardId=plan(), **given) == [code]


def layout(*placed: str) -> dict[str, Any]:
    elements = [{"widgetid": one} for one in placed]
    return {"type": "columnar", "columns": [{"cells": [{"subcells": [{"elements": elements}]}]}]}


async def test_a_layout_places_each_widget_at_most_once_and_no_other(empty: Asking) -> None:
    await office(empty)

    for placed in (("plan-a", "plan-a"), ("plan-a", "other")):
        refused = await codes(empty, ("owner",), "updateDashboard", dashboardId=plan(), layout=layout(*placed))
        assert refused == ["BAD_DOCUMENT"]
    done = await make(empty, "owner", "updateDashboard", dashboardId=plan(), layout=layout("plan-b"))

    assert done["errors"] == []
    assert (await seen(empty, "owner", "raw"))["raw"]["layout"] == layout("plan-b")
    assert (await seen(empty, "owner", "widgets { totalCount }"))["widgets"]["totalCount"] == 2


async def test_editors_edit_the_owner_and_administrators_decide_and_to_strangers_it_is_not_there(empty: Asking) -> None:
    await office(empty)

    refused = ("friend", "viewer", "stranger")
    assert await codes(empty, refused, "updateDashboard", **TITLE) == ["FORBIDDEN", "FORBIDDEN", "NOT_FOUND"]
    for name, given in DECISIONS.items():
        refused = ("editor", "friend", "stranger")
        assert await codes(empty, refused, name, **given) == ["FORBIDDEN", "FORBIDDEN", "NOT_FOUND"]
    for who in ("owner", "admin"):
        for name, given in {"updateDashboard": TITLE, **DECISIONS}.items():
            assert (await make(empty, who, name, answer="", dryRun=True, **given))["errors"] == []


async def test_a_dry_run_answers_as_the_change_does_and_writes_nothing(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty, without=EVERYTHING)

    tried = await make(empty, "owner", "updateDashboard", dryRun=True, **TITLE)

    assert await snapshot(empty, without=EVERYTHING) == before
    assert tried["operation"] is None
    assert tried["dashboard"] == (await make(empty, "owner", "updateDashboard", **TITLE))["dashboard"]


async def test_publishing_shows_viewers_the_working_content_and_keeps_the_versions(empty: Asking) -> None:
    await office(empty)
    await make(empty, "editor", "updateDashboard", **TITLE)
    before = await snapshot(empty)

    done = await make(empty, "owner", "publishDashboard", dashboardId=plan(), expectedRevision=2)

    assert (done["dashboard"]["state"], done["dashboard"]["revision"]) == ("PUBLISHED", 3)
    assert (await seen(empty, "friend", "title"))["title"] == "Plan B"
    versions = "versions { edges { node { number title publishedBy { displayName } } } }"
    nodes = [edge["node"] for edge in (await seen(empty, "owner", versions))["versions"]["edges"]]
    assert [(node["number"], node["title"]) for node in nodes] == [(2, "Plan B"), (1, "plan")]
    assert nodes[0]["publishedBy"] == {"displayName": "owner"}
    again = await make(empty, "owner", "publishDashboard", dashboardId=plan())
    assert again["dashboard"] == done["dashboard"]
    await undone(empty, "owner", done)
    assert await snapshot(empty) == before


async def test_restoring_goes_back_to_what_is_published_or_to_an_older_version(empty: Asking) -> None:
    await office(empty)
    await make(empty, "owner", "updateDashboard", **TITLE)
    await make(empty, "owner", "publishDashboard", dashboardId=plan())
    await make(empty, "owner", "updateDashboard", dashboardId=plan(), title="Plan C")
    before = await snapshot(empty)
    first = global_id(Kind.VERSION, "plan/1")

    newest = await make(empty, "owner", "restoreDashboard", dashboardId=plan())
    assert (newest["dashboard"]["title"], newest["dashboard"]["state"]) == ("Plan B", "PUBLISHED")
    assert (await seen(empty, "owner", "versions { totalCount }"))["versions"]["totalCount"] == 2
    await undone(empty, "owner", newest)
    assert await snapshot(empty) == before

    older = await make(empty, "owner", "restoreDashboard", dashboardId=plan(), versionId=first)
    assert (older["dashboard"]["title"], older["dashboard"]["state"]) == ("plan", "MODIFIED")
    assert (await seen(empty, "friend", "title"))["title"] == "Plan B"
    assert (await seen(empty, "owner", "widgets { totalCount }"))["widgets"]["totalCount"] == 2
    assert (await make(empty, "owner", "updateDashboard", dashboardId=plan(), title="Plan D"))["errors"] == []


async def test_without_a_version_there_is_nothing_to_go_back_to(empty: Asking) -> None:
    company = await office(empty)
    await company.dashboard("draft", "owner", published=False)
    await company.dashboard("other", "owner")

    assert await codes(empty, ("owner",), "restoreDashboard", dashboardId=plan("draft")) == ["INVALID_STATE"]
    for version in ("plan/9", "plan/x", "other/1"):
        given = {"dashboardId": plan(), "versionId": global_id(Kind.VERSION, version)}
        assert await codes(empty, ("owner",), "restoreDashboard", **given) == ["NOT_FOUND"]


async def test_a_deleted_dashboard_is_seen_by_nobody_and_comes_back_as_it_was(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)

    done = await make(empty, "owner", "deleteDashboard", answer="deletedId", dashboardId=plan())

    assert done["deletedId"] == plan()
    assert [await seen(empty, who, "title") for who in ("owner", "editor", "friend")] == [None] * 3
    gone = ("owner", "editor", "stranger")
    assert await codes(empty, gone, "updateDashboard", **TITLE) == ["NOT_FOUND"] * 3
    assert (
        await codes(empty, ("editor", "stranger"), "restoreDeletedDashboard", dashboardId=plan()) == ["NOT_FOUND"] * 2
    )
    back = await make(empty, "admin", "restoreDeletedDashboard", answer="dashboard { title }", dashboardId=plan())
    assert back["dashboard"] == {"title": "plan"}
    assert await snapshot(empty) == before
    assert await codes(empty, ("owner",), "restoreDeletedDashboard", dashboardId=plan()) == ["INVALID_STATE"]
    again = await make(empty, "owner", "deleteDashboard", answer="deletedId", dashboardId=plan())
    await undone(empty, "owner", again)
    assert await snapshot(empty) == before


async def test_purging_removes_for_good_what_was_deleted(empty: Asking) -> None:
    await office(empty)
    assert await codes(empty, ("owner", "admin"), "purgeDashboard", dashboardId=plan()) == ["INVALID_STATE"] * 2
    await make(empty, "owner", "deleteDashboard", answer="", dashboardId=plan())
    assert await codes(empty, ("editor", "stranger"), "purgeDashboard", dashboardId=plan()) == ["NOT_FOUND"] * 2
    assert (await make(empty, "owner", "purgeDashboard", answer="", dashboardId=plan(), dryRun=True))["errors"] == []

    done = await make(empty, "owner", "purgeDashboard", answer="deletedId", dashboardId=plan())

    assert done["deletedId"] == plan()
    assert done["operation"]["reason"] == "what was purged is gone for good"
    left = await snapshot(empty)
    assert [left[name] for name in ("dashboards", "editions", "widgets", "shares")] == [[]] * 4
    async with empty.world.database.reading() as session:
        purged = operations.c.kind == "purgeDashboard"
        trail = (await session.execute(select(operations.c.changes).where(purged))).scalar_one()
    assert {name for name, _, _ in json.loads(trail)} == {"shares", "dashboards"}
    owner = await empty.viewer("owner@x.example")
    [error] = (await empty.data(owner, UNDO, input={"operationId": done["operation"]["id"]}))["undoOperation"]["errors"]
    assert error["code"] == "CONFLICT"


async def test_who_makes_a_dashboard_owns_it_and_it_is_a_draft(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)
    finance = global_id(Kind.FOLDER, "finance")
    given = {"source": "local", "title": "New", "description": "d", "datasource": {"title": "Sales", "address": "db"}}
    key = {"idempotencyKey": "k"}

    done = await make(empty, "owner", "createDashboard", folderId=finance, **given, **key)

    assert done["errors"] == []
    assert done["dashboard"] == {
        "title": "New",
        "description": "d",
        "state": "DRAFT",
        "revision": 1,
        "owner": {"displayName": "owner"},
        "folder": {"name": "finance"},
        "datasource": {"title": "Sales"},
    }
    again = await make(empty, "owner", "createDashboard", folderId=finance, **given, **key)
    assert again == done
    await undone(empty, "owner", done)
    assert await snapshot(empty) == before


async def test_a_dashboard_is_refused_to_viewers_in_hidden_folders_and_with_widgets_it_has_not(empty: Asking) -> None:
    await office(empty)
    given = {"source": "local", "title": "New"}
    finance = global_id(Kind.FOLDER, "finance")

    assert await codes(empty, ("viewer",), "createDashboard", **given) == ["FORBIDDEN"]
    assert await codes(empty, ("stranger",), "createDashboard", folderId=finance, **given) == ["NOT_FOUND"]
    assert await codes(empty, ("owner",), "createDashboard", layout=layout("plan-a"), **given) == ["BAD_DOCUMENT"]
    assert await codes(empty, ("owner",), "createDashboard", source="nowhere", title="x") == ["BAD_USER_INPUT"]
    friend = await make(empty, "friend", "createDashboard", folderId=finance, **given)
    assert friend["dashboard"]["folder"] == {"name": "finance"}


async def test_a_copy_is_of_what_one_sees_and_shares_nothing_with_the_original(empty: Asking) -> None:
    await office(empty)
    await make(empty, "owner", "updateDashboard", **TITLE)
    before = await snapshot(empty)

    mine = await make(empty, "owner", "duplicateDashboard", dashboardId=plan(), answer=f"{COPY}")
    other = await make(empty, "friend", "duplicateDashboard", dashboardId=plan(), title="Mine", answer=f"{COPY}")

    assert mine["dashboard"]["title"] == "Plan B (copy)"
    assert (mine["dashboard"]["folder"], other["dashboard"]["folder"]) == ({"name": "finance"}, None)
    assert (other["dashboard"]["title"], other["dashboard"]["owner"]) == ("Mine", {"displayName": "friend"})
    for copy in (mine["dashboard"], other["dashboard"]):
        assert (copy["state"], copy["shares"]) == ("DRAFT", {"totalCount": 0})
        ids = [edge["node"]["nativeId"] for edge in copy["widgets"]["edges"]]
        assert len(ids) == 2
        assert not {"plan-a", "plan-b"} & set(ids)
        assert copy["raw"]["widgets"] == ids
        assert copy["raw"]["layout"] == layout(*ids)
        assert copy["raw"]["oid"] == copy["nativeId"]
        assert [edge["node"]["raw"]["oid"] for edge in copy["widgets"]["edges"]] == ids
    assert await codes(empty, ("viewer", "stranger"), "duplicateDashboard", dashboardId=plan()) == [
        "FORBIDDEN",
        "NOT_FOUND",
    ]
    await undone(empty, "friend", other)
    await undone(empty, "owner", mine)
    assert await snapshot(empty) == before


COPY = """dashboard { title state nativeId raw owner { displayName } folder { name } shares { totalCount }
    widgets { edges { node { nativeId raw } } } }"""


async def test_a_dashboard_goes_into_folders_that_one_sees(empty: Asking) -> None:
    company = await office(empty)
    await company.folder("hidden", "stranger")
    await company.folder("sales", "owner")
    before = await snapshot(empty)
    hidden, sales = (global_id(Kind.FOLDER, name) for name in ("hidden", "sales"))

    assert await codes(empty, ("owner",), "moveDashboard", dashboardId=plan(), folderId=hidden) == ["NOT_FOUND"]
    done = await make(empty, "owner", "moveDashboard", dashboardId=plan(), folderId=sales)
    assert done["dashboard"]["folder"] == {"name": "sales"}
    top = await make(empty, "admin", "moveDashboard", dashboardId=plan(), folderId=None)
    assert top["dashboard"]["folder"] is None
    await undone(empty, "admin", top)
    await undone(empty, "owner", done)
    assert await snapshot(empty) == before


BULK = """mutation($input: %s!) { it: %s(input: $input) {
    succeeded failed results { %s errors { code } operation { id } } } }"""


async def test_many_are_moved_and_deleted_all_or_none_or_each_on_its_own(empty: Asking) -> None:
    company = await office(empty)
    await company.dashboard("other", "owner")
    await company.dashboard("foreign", "stranger")
    owner = await empty.viewer("owner@x.example")
    before = await snapshot(empty, without=EVERYTHING)
    delete = BULK % ("DeleteDashboardsInput", "deleteDashboards", "deletedId")
    move = BULK % ("MoveDashboardsInput", "moveDashboards", "dashboard { title folder { name } }")
    items = [{"dashboardId": plan(name)} for name in ("plan", "foreign", "other")]

    refused = (await empty.data(owner, delete, input={"items": items}))["it"]

    assert [one["errors"][0]["code"] for one in refused["results"]] == ["CONFLICT", "NOT_FOUND", "CONFLICT"]
    assert await snapshot(empty, without=EVERYTHING) == before
    finance = global_id(Kind.FOLDER, "finance")
    moved = [{**one, "folderId": finance} for one in items]
    found = (await empty.data(owner, move, input={"items": moved, "mode": "BEST_EFFORT"}))["it"]
    assert (found["succeeded"], found["failed"]) == (2, 1)
    assert found["results"][2]["dashboard"] == {"title": "other", "folder": {"name": "finance"}}
    done = (await empty.data(owner, delete, input={"items": items, "mode": "BEST_EFFORT"}))["it"]
    assert [one["deletedId"] for one in done["results"]] == [plan(), None, plan("other")]


async def test_an_edit_leaves_all_else_of_an_exported_document_as_it_was(demo: Asking) -> None:
    admin = await demo.viewer(ADMIN_EMAIL)
    query = "{ dashboards(scope: ALL, first: 1, filter: {state: PUBLISHED}) { edges { node { id } } } }"
    [edge] = (await demo.data(admin, query))["dashboards"]["edges"]
    one = ResourceId.decode(edge["node"]["id"])
    assert one is not None
    reader = replace(admin, reach=Reach.ALL)
    [before] = await demo.world.documents.give_out(reader, [one])

    await demo.data(admin, change("updateDashboard"), input={"dashboardId": one.encode(), "title": "Another"})
    first = ResourceId(one.source, Kind.WIDGET, before.document["widgets"][0]["oid"])
    given = {"widgetId": first.encode(), "title": "A widget"}
    await demo.data(admin, change("updateWidget", "widget { title }"), input=given)

    [after] = await demo.world.documents.give_out(reader, [one])
    changed, *others = before.document["widgets"]
    assert after.document == {
        **before.document,
        "title": "Another",
        "widgets": [{**changed, "title": "A widget"}, *others],
    }
    assert list(after.document) == list(before.document)


async def test_of_many_edits_at_once_of_one_revision_one_is_made(empty: Asking) -> None:
    await office(empty)

    done = await asyncio.gather(
        *(
            make(empty, "editor", "updateDashboard", dashboardId=plan(), title=f"Plan {number}", expectedRevision=1)
            for number in range(10)
        )
    )

    told = [error for one in done for error in one["errors"]]
    assert [(error["__typename"], error["code"]) for error in told] == [("StaleRevision", "STALE_REVISION")] * 9
    [made] = [one["dashboard"]["title"] for one in done if not one["errors"]]
    assert (await seen(empty, "owner", "title revision")) == {"title": made, "revision": 2}
