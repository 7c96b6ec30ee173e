"""Schedules in the graph: who sees them, how they are found, and what stands in their way."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from dashgraph.domain.users import UserStatus
from dashgraph.store.tables import dashboards, shares, users
from dashgraph.store.timers import set_timer
from workshop import Workshop

NAMES = """query($scope: Scope! = VISIBLE, $filter: ScheduleFilter, $sort: ScheduleSort! = NAME_ASC) {
    schedules(scope: $scope, filter: $filter, sort: $sort) { totalCount edges { node { nativeId } } } }"""
ONE = """query($id: ID!, $scope: Scope! = VISIBLE) { schedule(id: $id, scope: $scope) {
    name owner { email } runsAs { email } canChange lastRun { nativeId } runs { totalCount }
    targets { ... on EmailTarget { recipients { user { email } group { name } address } } } } }"""
PROBLEMS = """query($id: ID!) { schedule(id: $id, scope: ALL) {
    problems { code message user { email } group { name } } } }"""


def c(name: str) -> str:
    return global_id(Kind.SCHEDULE, name)


async def office(asking: Asking) -> Workshop:
    """`planner` schedules the `owner`'s plan; `reader` sees it too, of `team` the `stranger` does not."""
    company, workshop = Company(asking.world.database), Workshop(asking.world.database)
    await company.user("admin", "admin")
    for name in ("owner", "planner", "reader", "stranger"):
        await company.user(name)
    await company.group("team", "reader", "stranger")
    await company.dashboard("plan", "owner", tiles=("a",))
    for name in ("planner", "reader"):
        await company.share("plan", user=name)
    await workshop.schedule("weekly", "planner", "plan")
    await workshop.target("weekly", users=["reader"])
    await workshop.schedule("daily", "owner", "plan", enabled=0, format="csv")
    await workshop.target("daily", groups=["team"], addresses=["cfo@partner.example"])
    await workshop.schedule("lost", "stranger")
    await workshop.job("bad", schedule_id="weekly", status="failed", trigger="time")
    await workshop.job("good", schedule_id="weekly", status="succeeded", trigger="time")
    async with asking.world.database.writing() as session:
        await set_timer(session, "weekly", "0 9 * * 1 Europe/Berlin", datetime(2026, 7, 6, 7, tzinfo=UTC))
    return workshop


SEEN = {"owner": ["daily", "weekly"], "planner": ["weekly"], "reader": [], "stranger": ["lost"], "admin": []}


async def names(asking: Asking, who: str, **given: Any) -> list[str]:
    data = await asking.data(await asking.viewer(f"{who}@x.example"), NAMES, **given)
    found = [edge["node"]["nativeId"] for edge in data["schedules"]["edges"]]
    assert data["schedules"]["totalCount"] == len(found)
    return found


@pytest.mark.parametrize("who", SEEN)
async def test_a_schedule_is_seen_by_its_owner_and_by_the_owner_of_the_dashboard(empty: Asking, who: str) -> None:
    await office(empty)
    viewer = await empty.viewer(f"{who}@x.example")
    edges = "{ edges { node { schedules { totalCount edges { node { nativeId } } } } } }"

    assert await names(empty, who) == SEEN[who]
    for name in ("weekly", "daily", "lost"):
        answer = await empty.answer(viewer, ONE, id=c(name))
        assert ("errors" not in answer) is (name in SEEN[who])
        if name not in SEEN[who]:
            absent = await empty.answer(viewer, ONE, id=c("none"))
            assert answer["errors"][0]["message"] == absent["errors"][0]["message"]
    for root in ("dashboards", "users"):
        data = await empty.data(viewer, f"{{ {root} {edges} }}")
        pages = [edge["node"]["schedules"] for edge in data[root]["edges"]]
        found = {edge["node"]["nativeId"] for page in pages for edge in page["edges"]}
        assert found == {name for name in SEEN[who] if root == "users" or name != "lost"}
        assert sum(page["totalCount"] for page in pages) == len(found)


async def test_administrators_see_all_when_they_ask_for_it(empty: Asking) -> None:
    await office(empty)
    assert await names(empty, "admin", scope="ALL") == ["daily", "lost", "weekly"]


async def test_the_owner_of_the_dashboard_sees_what_is_sent_but_neither_changes_it_nor_sees_its_runs(
    empty: Asking,
) -> None:
    await office(empty)

    async def seen(who: str, scope: str = "VISIBLE") -> dict[str, Any]:
        data = await empty.data(await empty.viewer(f"{who}@x.example"), ONE, id=c("weekly"), scope=scope)
        return dict(data["schedule"])

    mine, theirs, all_ = await seen("planner"), await seen("owner"), await seen("admin", "ALL")
    assert mine["runsAs"] == mine["owner"] == {"email": "planner@x.example"}
    assert mine["targets"][0]["recipients"] == [{"user": {"email": "reader@x.example"}, "group": None, "address": None}]
    assert theirs["targets"] == mine["targets"]
    assert [one["canChange"] for one in (mine, theirs, all_)] == [True, False, True]
    assert [one["lastRun"] for one in (mine, theirs, all_)] == [{"nativeId": "good"}, None, {"nativeId": "good"}]
    assert [one["runs"]["totalCount"] for one in (mine, theirs, all_)] == [2, 0, 2]


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"id": {"in": [c("daily"), c("none")]}}, ["daily"]),
    ({"name": {"contains": "AIL"}}, ["daily"]),
    ({"owner": {"eq": global_id(Kind.USER, "planner")}}, ["weekly"]),
    ({"dashboard": {"eq": global_id(Kind.DASHBOARD, "plan")}}, ["daily", "weekly"]),
    ({"dashboard": {"isNull": True}}, ["lost"]),
    ({"enabled": False}, ["daily"]),
    ({"disabledReason": ["OWNER_DELETED"]}, []),
    ({"format": ["CSV", "PNG"]}, ["daily"]),
    ({"target": ["EMAIL"]}, ["daily", "weekly"]),
    ({"target": ["SFTP"]}, []),
    ({"recipient": {"eq": global_id(Kind.USER, "reader")}}, ["weekly"]),
    ({"recipientGroup": {"eq": global_id(Kind.GROUP, "team")}}, ["daily"]),
    ({"lastStatus": ["SUCCEEDED"]}, ["weekly"]),
    ({"lastStatus": ["FAILED"]}, []),
    ({"nextRunAt": {"since": "2026-07-06T07:00:00Z", "before": "2026-07-06T07:00:01Z"}}, ["weekly"]),
    ({"nextRunAt": {"isNull": True}}, ["daily", "lost"]),
]


@pytest.mark.parametrize(("wanted", "expected"), FILTERS)
async def test_schedules_are_found_by_what_they_are(empty: Asking, wanted: dict[str, Any], expected: list[str]) -> None:
    await office(empty)
    assert await names(empty, "admin", scope="ALL", filter=wanted) == expected


async def test_what_came_of_a_run_is_no_way_to_learn_of_the_runs_of_others(empty: Asking) -> None:
    await office(empty)
    wanted = {"lastStatus": ["SUCCEEDED"]}
    assert await names(empty, "planner", filter=wanted) == ["weekly"]
    assert await names(empty, "owner", filter=wanted) == []


async def test_schedules_are_sorted_with_those_that_do_not_fire_at_the_end(empty: Asking) -> None:
    await office(empty)
    assert await names(empty, "admin", scope="ALL", sort="NEXT_RUN_AT_ASC") == ["weekly", "daily", "lost"]
    assert await names(empty, "admin", scope="ALL", sort="CREATED_AT_DESC") == ["lost", "daily", "weekly"]


async def test_next_runs_are_told_with_the_clocks_of_their_zone(empty: Asking) -> None:
    await office(empty)
    query = """query($id: ID!, $first: Int! = 5) { schedule(id: $id) {
        nextRuns(first: $first, after: "2026-10-19T08:00:00Z") { at local offset } } }"""
    planner = await empty.viewer("planner@x.example")

    runs = (await empty.data(planner, query, id=c("weekly"), first=2))["schedule"]["nextRuns"]
    [error] = await empty.errors(planner, query, id=c("weekly"), first=101)

    assert runs == [
        {"at": "2026-10-26T08:00:00Z", "local": "2026-10-26T09:00:00+01:00", "offset": "+01:00"},
        {"at": "2026-11-02T08:00:00Z", "local": "2026-11-02T09:00:00+01:00", "offset": "+01:00"},
    ]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "first"}


async def problems(asking: Asking, name: str) -> list[tuple[str, str | None]]:
    """Each with whom it is about."""
    admin = await asking.viewer("admin@x.example")
    found = (await asking.data(admin, PROBLEMS, id=c(name)))["schedule"]["problems"]
    assert len(asking.statements) <= 4
    assert all(one["message"].endswith(".") for one in found)
    return [(one["code"], (one["user"] or {}).get("email") or (one["group"] or {}).get("name")) for one in found]


async def change(asking: Asking, *statements: Any) -> None:
    async with asking.world.database.writing() as session:
        for statement in statements:
            await session.execute(statement)


def status(user: str, value: UserStatus) -> Any:
    return update(users).where(users.c.id == user).values(status=value.value)


async def test_problems_say_what_would_go_wrong_by_the_rights_of_today(empty: Asking) -> None:
    workshop = await office(empty)
    await workshop.schedule("inner", "owner", "plan", widget_id="plan-a")
    await workshop.target("inner", users=["owner"])

    assert await problems(empty, "weekly") == []
    assert await problems(empty, "inner") == []
    assert await problems(empty, "daily") == [("MEMBERS_WITHOUT_ACCESS", "team")]
    assert await problems(empty, "lost") == [("DASHBOARD_DELETED", None)]

    await change(empty, shares.delete().where(shares.c.user_id == "reader"))
    assert await problems(empty, "weekly") == [
        ("REACHES_NOBODY", None),
        ("RECIPIENT_WITHOUT_ACCESS", "reader@x.example"),
    ]
    await change(empty, status("reader", UserStatus.INACTIVE))
    assert await problems(empty, "weekly") == [("REACHES_NOBODY", None), ("RECIPIENT_INACTIVE", "reader@x.example")]
    await change(empty, shares.delete(), status("planner", UserStatus.INACTIVE))
    assert [code for code, _ in await problems(empty, "weekly")] == [
        "OWNER_INACTIVE",
        "OWNER_LOST_ACCESS",
        "REACHES_NOBODY",
        "RECIPIENT_INACTIVE",
    ]
    await change(empty, update(dashboards).values(owner_id="stranger"))
    assert [code for code, _ in await problems(empty, "daily")] == [
        "OWNER_LOST_ACCESS",
        "OUTSIDE_NOT_ALLOWED",
    ]
    await change(empty, update(dashboards).values(deleted_at=datetime(2026, 7, 1, tzinfo=UTC)))
    assert await problems(empty, "daily") == [("DASHBOARD_DELETED", None)]
    await change(empty, status("owner", UserStatus.DELETED))
    assert (await problems(empty, "inner"))[0] == ("OWNER_DELETED", None)


async def test_a_widget_that_is_not_published_any_more_is_a_problem(empty: Asking) -> None:
    workshop = await office(empty)
    await workshop.schedule("inner", "owner", "plan", widget_id="plan-gone")
    await workshop.target("inner", users=["reader"])
    assert await problems(empty, "inner") == [("WIDGET_DELETED", None)]


async def test_administrators_and_groups_reach_what_is_shared_with_them(empty: Asking) -> None:
    workshop = await office(empty)
    company = Company(empty.world.database)
    await company.group("readers", "stranger")
    await company.share("plan", group="readers")
    await workshop.schedule("wide", "admin", "plan")
    await workshop.target("wide", users=["stranger", "admin"], groups=["team", "readers"])
    assert await problems(empty, "wide") == []
    assert await problems(empty, "daily") == []
