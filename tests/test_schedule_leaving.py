"""What becomes of schedules when people, dashboards, widgets and groups go, and when they come back."""

from typing import Any

import pytest
from sqlalchemy import select

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from dashgraph.store.tables import dashboards
from dashgraph.store.work_tables import recipients, schedules
from scheduling import d, do, u, undo
from test_shares import snapshot
from workshop import Workshop

PLAN = "plan { id items { kind name step reason } } "
WIDGET = {"widgetId": global_id(Kind.WIDGET, "plan-a")}


async def office(asking: Asking) -> Company:
    """The leaver schedules the plan, which is the leaver's, the board, which the heir sees, and the secret one."""
    company, workshop = Company(asking.world.database), Workshop(asking.world.database)
    await company.user("admin", "admin")
    for name in ("leaver", "heir", "other"):
        await company.user(name)
    await company.group("team", "heir")
    await company.dashboard("plan", "leaver", tiles=("a", "b"))
    for name in ("board", "secret"):
        await company.dashboard(name, "other")
        await company.share(name, user="leaver")
    await company.share("board", user="heir")
    await company.share("plan", user="other")
    for name in ("plan", "board", "secret"):
        await workshop.schedule(f"of {name}", "leaver", name)
        await workshop.target(f"of {name}", users=["leaver"])
    await workshop.schedule("theirs", "other", "plan", widget_id="plan-a")
    await workshop.target("theirs", groups=["team"], users=["other"])
    await workshop.schedule("paused", "leaver", "plan", enabled=0)
    return company


async def state(asking: Asking) -> dict[str, tuple[str, bool, str | None]]:
    """Of each schedule: its owner, whether it fires, and why not."""
    async with asking.world.database.reading() as session:
        rows = await session.execute(select(schedules).order_by(schedules.c.id))
        return {row.id: (row.owner_id, bool(row.enabled), row.disabled_reason) for row in rows}


def off(found: dict[str, tuple[str, bool, str | None]]) -> dict[str, str | None]:
    return {name: reason for name, (_, enabled, reason) in found.items() if not enabled}


async def carried_out(asking: Asking, who: str, name: str, /, **given: Any) -> str:
    """The operation."""
    before = await snapshot(asking, without=frozenset())
    tried = await do(asking, who, name, "", **given, dryRun=True)
    assert tried["errors"] == []
    assert await snapshot(asking, without=frozenset()) == before
    done = await do(asking, who, name, "", **given)
    assert done["errors"] == []
    return str(done["operation"]["id"])


OF_LEAVER = ("of board", "of plan", "of secret")


@pytest.mark.parametrize(
    ("name", "given", "reason"),
    [
        ("setUserActive", {"active": False}, "owner_inactive"),
        ("deleteUser", {"onOwned": "KEEP"}, "owner_deleted"),
    ],
)
async def test_schedules_of_who_leaves_are_disabled_and_stay_so(
    empty: Asking, name: str, given: dict[str, Any], reason: str
) -> None:
    await office(empty)
    before = await snapshot(empty, without=frozenset({"operations", "timers", "tokens"}))
    back = {"setUserActive": {"active": True}, "restoreUser": {}}
    again = "setUserActive" if name == "setUserActive" else "restoreUser"

    operation = await carried_out(empty, "admin", name, userId=u("leaver"), **given)
    gone = off(await state(empty))
    assert await undo(empty, "admin", operation) == []
    undone = await snapshot(empty, without=frozenset({"operations", "timers", "tokens"}))
    await carried_out(empty, "admin", name, userId=u("leaver"), **given)
    await carried_out(empty, "admin", again, userId=u("leaver"), **back[again])

    assert gone == {**dict.fromkeys(OF_LEAVER, reason), "paused": None}
    assert undone == before
    assert off(await state(empty)) == gone
    async with empty.world.database.reading() as session:
        assert "leaver" in (await session.execute(select(recipients.c.user_id))).scalars()
    enabled = {"scheduleId": global_id(Kind.SCHEDULE, "of board"), "enabled": True}
    mended = await do(empty, "admin", "setScheduleEnabled", "schedule { enabled disabledReason } ", **enabled)
    assert mended["schedule"] == {"enabled": True, "disabledReason": None}


async def test_a_deleted_dashboard_stops_its_schedules_and_purging_leaves_them_without_one(empty: Asking) -> None:
    await office(empty)
    before = off(await state(empty))

    operation = await carried_out(empty, "leaver", "deleteDashboard", dashboardId=d("plan"))
    gone = off(await state(empty))
    assert await undo(empty, "leaver", operation) == []
    assert off(await state(empty)) == before
    await carried_out(empty, "leaver", "deleteDashboard", dashboardId=d("plan"))
    await carried_out(empty, "leaver", "restoreDeletedDashboard", dashboardId=d("plan"))
    assert off(await state(empty)) == gone
    await carried_out(empty, "leaver", "deleteDashboard", dashboardId=d("plan"))
    await carried_out(empty, "leaver", "purgeDashboard", dashboardId=d("plan"))

    assert gone == {"of plan": "dashboard_deleted", "theirs": "dashboard_deleted", "paused": None}
    assert off(await state(empty)) == gone
    async with empty.world.database.reading() as session:
        assert (await session.execute(select(dashboards.c.id).where(dashboards.c.id == "plan"))).first() is None
        left = select(schedules.c.id).where(schedules.c.dashboard_id.is_(None)).order_by(schedules.c.id)
        assert (await session.execute(left)).scalars().all() == ["of plan", "paused", "theirs"]


async def test_undoing_does_not_wake_what_cannot_run_any_more(empty: Asking) -> None:
    await office(empty)
    operation = await carried_out(empty, "leaver", "deleteDashboard", dashboardId=d("plan"))
    await carried_out(empty, "admin", "setUserActive", userId=u("other"), active=False)

    assert await undo(empty, "leaver", operation) == []

    assert off(await state(empty)) == {"theirs": "owner_inactive", "paused": None}


@pytest.mark.parametrize(
    ("name", "given"), [("deleteWidget", WIDGET), ("moveWidget", WIDGET | {"toDashboardId": d("board")})]
)
async def test_a_widget_stops_its_schedules_when_it_is_no_longer_delivered(
    empty: Asking, name: str, given: dict[str, Any]
) -> None:
    company = await office(empty)
    await company.share("plan", user="heir", rule="edit")
    before = await state(empty)

    await carried_out(empty, "admin", name, **given)
    meanwhile = await state(empty)
    operation = await carried_out(empty, "leaver", "publishDashboard", dashboardId=d("plan"))
    published = off(await state(empty))
    assert await undo(empty, "leaver", operation) == []

    assert meanwhile == before  # what is published still has it
    assert published == {"theirs": "widget_deleted", "paused": None}
    assert await state(empty) == before


async def test_a_deleted_group_is_no_recipient_until_that_is_undone(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)

    operation = await carried_out(empty, "admin", "deleteGroup", groupId=global_id(Kind.GROUP, "team"))
    left = (await snapshot(empty))["recipients"]

    assert len(left) == len(before["recipients"]) - 1
    assert await undo(empty, "admin", operation) == []
    assert await snapshot(empty) == before


async def test_a_hand_over_moves_the_schedules_that_the_heir_can_run(empty: Asking) -> None:
    await office(empty)
    workshop = Workshop(empty.world.database)
    await workshop.schedule("outside", "leaver", "board")
    await workshop.target("outside", addresses=["cfo@partner.example"])
    before = await snapshot(empty)
    given = {"fromUserId": u("leaver"), "toUserId": u("heir")}

    tried = await do(empty, "admin", "transferOwnership", PLAN, **given, dryRun=True)
    assert await snapshot(empty) == before
    done = await do(empty, "admin", "transferOwnership", PLAN, **given, planId=tried["plan"]["id"])

    items = [item for item in done["plan"]["items"] if item["kind"] == "Schedule"]
    assert done["plan"] == tried["plan"]
    assert [(item["name"], item["step"], (item["reason"] or "")[:24]) for item in items] == [
        ("of board", "TRANSFER", ""),
        ("of plan", "TRANSFER", ""),
        ("of secret", "KEEP", "the heir does not see it"),
        ("outside", "KEEP", "it delivers outside, whi"),
        ("paused", "TRANSFER", ""),
    ]
    owners = {name: owner for name, (owner, _, _) in (await state(empty)).items()}
    assert owners == {
        "of board": "heir",
        "of plan": "heir",
        "of secret": "leaver",
        "outside": "leaver",
        "paused": "heir",
        "theirs": "other",
    }
    assert await undo(empty, "admin", done["operation"]["id"]) == []
    assert {**await snapshot(empty), "timers": []} == before


async def test_a_plan_is_refused_when_a_schedule_has_changed_since(empty: Asking) -> None:
    await office(empty)
    given = {"fromUserId": u("leaver"), "toUserId": u("heir")}
    tried = await do(empty, "admin", "transferOwnership", PLAN, **given, dryRun=True)
    await carried_out(
        empty, "leaver", "updateSchedule", scheduleId=global_id(Kind.SCHEDULE, "of board"), name="renamed"
    )

    refused = await do(empty, "admin", "transferOwnership", PLAN, **given, planId=tried["plan"]["id"])

    assert [error["code"] for error in refused["errors"]] == ["CONFLICT"]


async def test_who_is_deleted_with_an_heir_leaves_the_rest_disabled(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)
    given = {"userId": u("leaver"), "onOwned": "TRANSFER", "heirId": u("heir")}

    done = await do(empty, "admin", "deleteUser", "transferred ", **given)

    assert (done["transferred"], done["errors"]) == (4, [])  # the plan and three schedules
    assert await state(empty) == {
        "of board": ("heir", True, None),
        "of plan": ("heir", True, None),
        "of secret": ("leaver", False, "owner_deleted"),
        "paused": ("heir", False, None),
        "theirs": ("other", True, None),
    }
    assert await undo(empty, "admin", done["operation"]["id"]) == []
    assert {**await snapshot(empty), "timers": []} == {**before, "timers": []}


async def test_another_owner_of_the_dashboard_leaves_its_schedules_with_theirs(empty: Asking) -> None:
    await office(empty)
    before = await state(empty)

    await carried_out(empty, "leaver", "changeDashboardOwner", dashboardId=d("plan"), ownerId=u("heir"))

    assert await state(empty) == before
