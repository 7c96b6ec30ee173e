"""Changes of widgets: the layout never names what is not there, and every change can be put back."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from company import Company, global_id
from conftest import Asking
from dashgraph.domain import layouts
from dashgraph.domain.dash import Layout
from dashgraph.domain.ids import Kind
from test_dashboard_changes import BULK, codes, make, office, plan, seen, undone
from test_shares import snapshot

SHOWN = """widget { nativeId title type subtype description datasource { title } raw
    dashboard { nativeId state revision } }"""
LISTED = "raw widgets(first: 100, sort: POSITION_ASC) { edges { node { nativeId title } } }"


def widget(name: str) -> str:
    return global_id(Kind.WIDGET, name)


async def listed(asking: Asking, who: str, name: str = "plan") -> list[str]:
    """The ids of the widgets of a dashboard, whose document agrees with them."""
    found = await seen(asking, who, LISTED, name)
    ids = [edge["node"]["nativeId"] for edge in found["widgets"]["edges"]]
    assert found["raw"]["widgets"] == ids
    layouts.check(found["raw"]["layout"], ids)
    return ids


async def test_a_widget_is_made_at_the_bottom_of_its_dashboard(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)
    panels = [{"name": "values", "items": [{"jaql": {"title": "Revenue"}}]}]
    source = {"title": "Sales", "address": "db"}
    given = {"dashboardId": plan(), "title": "New", "type": "pivot", "panels": panels, "datasource": source}

    done = await make(empty, "editor", "createWidget", SHOWN, idempotencyKey="k", expectedRevision=1, **given)
    again = await make(empty, "editor", "createWidget", SHOWN, idempotencyKey="k", expectedRevision=1, **given)

    made = done["widget"]
    assert (made["title"], made["type"], made["datasource"]) == ("New", "pivot", {"title": "Sales"})
    assert made["dashboard"] == {"nativeId": "plan", "state": "MODIFIED", "revision": 2}
    assert made["raw"]["metadata"] == {"panels": panels}
    assert again == done
    assert await listed(empty, "editor") == ["plan-a", "plan-b", made["nativeId"]]
    assert await listed(empty, "friend") == ["plan-a", "plan-b"]
    await undone(empty, "editor", done)
    assert await snapshot(empty) == before


PLACES = "widgets(first: 100, sort: POSITION_ASC) { edges { node { nativeId unplaced } } }"


async def test_a_widget_that_the_layout_does_not_name_is_unplaced(empty: Asking) -> None:
    """To each viewer by the layout that they see."""
    await office(empty)

    async def unplaced(who: str) -> list[str]:
        found = (await seen(empty, who, PLACES))["widgets"]["edges"]
        return [edge["node"]["nativeId"] for edge in found if edge["node"]["unplaced"]]

    async def laid_out(layout: Any) -> None:
        assert (await make(empty, "editor", "updateDashboard", "", dashboardId=plan(), layout=layout))["errors"] == []

    assert await unplaced("editor") == []
    only_b = [{"cells": [{"subcells": [{"elements": [{"widgetId": "plan-b"}]}]}]}]
    await laid_out({"type": "columnar", "columns": only_b})
    assert (await unplaced("editor"), await unplaced("friend")) == (["plan-a"], [])
    await laid_out(None)
    assert (await unplaced("editor"), await unplaced("friend")) == (["plan-a", "plan-b"], [])


async def test_a_widget_is_made_of_a_whole_document_under_an_id_of_its_own(empty: Asking) -> None:
    await office(empty)
    document = {"oid": "plan-a", "dashboardid": "x", "title": "Old", "type": "pivot", "script": "x", "own": [1]}

    done = await make(empty, "owner", "createWidget", SHOWN, dashboardId=plan(), document=document, title="New")

    raw = done["widget"]["raw"]
    assert raw["oid"] == done["widget"]["nativeId"] != "plan-a"
    assert (raw["title"], raw["dashboardid"], raw["script"], raw["own"]) == ("New", "plan", "x", [1])


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "BAD_USER_INPUT"),
        ({"type": None}, "BAD_USER_INPUT"),
        ({"type": "pivot", "document": []}, "BAD_USER_INPUT"),
        ({"type": "pivot", "document": {"title": 7}}, "BAD_DOCUMENT"),
        ({"type": "pivot", "panels": {"name": "rows"}}, "BAD_USER_INPUT"),
        ({"type": "pivot", "style": "dark"}, "BAD_USER_INPUT"),
        ({"type": "pivot", "expectedRevision": 9}, "STALE_REVISION"),
    ],
)
async def test_a_widget_that_cannot_be_is_refused(empty: Asking, given: dict[str, Any], code: str) -> None:
    await office(empty)

    assert await codes(empty, ("owner",), "createWidget", dashboardId=plan(), **given) == [code]


async def test_a_change_of_a_widget_keeps_what_is_left_out(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)
    document = {"title": "Whole", "type": "chart/column", "own": 1}

    done = await make(empty, "editor", "updateWidget", SHOWN, widgetId=widget("plan-a"), title="A", description="d")
    same = await make(empty, "editor", "updateWidget", SHOWN, widgetId=widget("plan-a"), title="A")
    whole = await make(empty, "editor", "updateWidget", SHOWN, widgetId=widget("plan-a"), document=document, title=None)

    first = done["widget"]
    assert (first["title"], first["type"], first["description"]) == ("A", "pivot", "d")
    assert first["dashboard"] == same["widget"]["dashboard"] == {"nativeId": "plan", "state": "MODIFIED", "revision": 2}
    assert whole["widget"]["raw"] == {"title": None, "type": "chart/column", "own": 1, "oid": "plan-a"}
    query = "query($id: ID!) { node(id: $id) { ... on Widget { title } } }"
    friend = await empty.viewer("friend@x.example")
    assert (await empty.data(friend, query, id=widget("plan-a")))["node"] == {"title": "a"}
    await undone(empty, "editor", whole)
    await undone(empty, "editor", done)
    assert await snapshot(empty) == before


async def test_editors_change_widgets_viewers_may_not_and_to_strangers_they_are_not_there(empty: Asking) -> None:
    company = await office(empty)
    await company.dashboard("other", "owner")
    one = {"widgetId": widget("plan-a")}
    wishes = {
        "createWidget": {"dashboardId": plan(), "type": "pivot"},
        "updateWidget": {**one, "title": "x"},
        "duplicateWidget": one,
        "deleteWidget": one,
        "moveWidget": {**one, "toDashboardId": plan("other")},
    }
    for name, wanted in wishes.items():
        assert await codes(empty, ("friend", "stranger"), name, **wanted) == ["FORBIDDEN", "NOT_FOUND"]
        for who in ("owner", "admin"):
            before = await snapshot(empty, without=frozenset())
            assert (await make(empty, who, name, "", dryRun=True, **wanted))["errors"] == []
            assert await snapshot(empty, without=frozenset()) == before
    assert await codes(empty, ("editor",), "moveWidget", **wishes["moveWidget"]) == ["NOT_FOUND"]
    absent = {"widgetId": widget("none"), "title": "x"}
    assert await codes(empty, ("owner",), "updateWidget", **absent) == ["NOT_FOUND"]


async def test_a_widget_moves_with_its_size_and_both_layouts_follow(empty: Asking) -> None:
    company = await office(empty)
    await company.dashboard("draft", "owner", tiles=("c",), published=False)
    before = await snapshot(empty)

    def to(name: str, target: str) -> dict[str, Any]:
        return {"widgetId": widget(name), "toDashboardId": plan(target)}

    same = await make(empty, "owner", "moveWidget", SHOWN, **to("plan-a", "plan"))
    assert same["widget"]["dashboard"]["revision"] == 1
    kept = await make(empty, "owner", "moveWidget", SHOWN, **to("draft-c", "plan"))
    assert kept["widget"]["nativeId"] == "draft-c"
    assert await listed(empty, "owner") == ["plan-a", "plan-b", "draft-c"]
    assert await listed(empty, "owner", "draft") == []
    away = await make(empty, "owner", "moveWidget", SHOWN, **to("plan-a", "draft"))
    assert away["widget"]["nativeId"] != "plan-a"  # the published version keeps it
    assert await listed(empty, "owner") == ["plan-b", "draft-c"]
    assert await listed(empty, "friend") == ["plan-a", "plan-b"]
    assert await listed(empty, "owner", "draft") == [away["widget"]["nativeId"]]
    for done in (away, kept):
        await undone(empty, "owner", done)
    assert await snapshot(empty) == before


async def test_twenty_widgets_made_at_once_are_all_there(empty: Asking) -> None:
    await office(empty)

    made = await asyncio.gather(
        *(make(empty, "editor", "createWidget", SHOWN, dashboardId=plan(), type="pivot") for _ in range(20))
    )

    ids = {one["widget"]["nativeId"] for one in made}
    assert set(await listed(empty, "owner")) == {"plan-a", "plan-b", *ids}
    assert (await seen(empty, "owner", "revision versions { totalCount }"))["revision"] == 21


async def test_widgets_that_cross_each_other_on_their_way_both_arrive(empty: Asking) -> None:
    company = await office(empty)
    await company.dashboard("other", "owner", tiles=("x",), published=False)
    there = {"widgetId": widget("plan-a"), "toDashboardId": plan("other")}
    back = {"widgetId": widget("other-x"), "toDashboardId": plan()}

    await asyncio.gather(
        make(empty, "owner", "moveWidget", "", **there), make(empty, "owner", "moveWidget", "", **back)
    )

    assert await listed(empty, "owner") == ["plan-b", "other-x"]
    assert len(await listed(empty, "owner", "other")) == 1


async def test_many_widgets_are_deleted_at_once(empty: Asking) -> None:
    await office(empty)
    owner = await empty.viewer("owner@x.example")
    delete = BULK % ("DeleteWidgetsInput", "deleteWidgets", "deletedId dashboard { widgets { totalCount } }")
    items = [{"widgetId": widget(name)} for name in ("plan-a", "none", "plan-b")]

    done = (await empty.data(owner, delete, input={"items": items, "mode": "BEST_EFFORT"}))["it"]

    assert (done["succeeded"], done["failed"]) == (2, 1)
    assert [one["deletedId"] for one in done["results"]] == [widget("plan-a"), None, widget("plan-b")]
    assert await listed(empty, "owner") == []
    assert await listed(empty, "friend") == ["plan-a", "plan-b"]


STEPS = st.tuples(
    st.sampled_from(["create", "update", "move", "duplicate", "delete", "publish", "restore"]),
    st.integers(0, 20),
    st.integers(0, 2),
)
NAMES = ("plan", "draft", "other")


async def wish(asking: Asking, step: tuple[str, int, int]) -> dict[str, Any]:
    """Carry out one step of a random story as the owner."""
    what, which, where = step
    board = {"dashboardId": plan(NAMES[where])}
    if what == "create":
        return await make(asking, "owner", "createWidget", "", type="pivot", title=str(which), **board)
    if what in {"publish", "restore"}:
        return await make(asking, "owner", f"{what}Dashboard", "", **board)
    ids = [one for name in NAMES for one in await listed(asking, "owner", name)] or ["none"]
    chosen = {"widgetId": widget(ids[which % len(ids)])}
    if what == "move":
        return await make(asking, "owner", "moveWidget", "", toDashboardId=plan(NAMES[where]), **chosen)
    if what == "update":
        return await make(asking, "owner", "updateWidget", "", title=f"{which} {where}", **chosen)
    return await make(asking, "owner", f"{what}Widget", "", **chosen)


@settings(
    max_examples=15,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(STEPS, min_size=1, max_size=10))
async def test_whatever_is_done_the_layouts_hold_and_undoing_it_backwards_leads_back(
    boards: Asking, story: list[tuple[str, int, int]]
) -> None:
    before = await snapshot(boards)
    done = []
    for step in story:
        outcome = await wish(boards, step)
        done += [outcome] if outcome["operation"] and outcome["operation"]["canBeUndone"] else []
        held = [one for name in NAMES for one in await listed(boards, "owner", name)]
        assert len(held) == len(set(held))
        for name in NAMES:
            await listed(boards, "friend", name)

    for outcome in reversed(done):
        await undone(boards, "owner", outcome)
    assert await snapshot(boards) == before


@pytest.fixture
async def boards(empty: Asking) -> Asking:
    """Three dashboards of one owner, of which the friend sees what is published."""
    company: Company = await office(empty)
    await company.dashboard("draft", "owner", tiles=("c",))
    await company.dashboard("other", "owner", tiles=("d", "e", "f"))
    for name in ("draft", "other"):
        await company.share(name, user="friend")
    assert Layout((await seen(empty, "owner", "raw"))["raw"]["layout"]).columns
    return empty
