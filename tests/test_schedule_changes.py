"""Schedules: who makes and changes them, what cannot be one, and how they come back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from company import global_id
from conftest import Asking, Stores, asking
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.services.delivering.sealing import new_key
from dashgraph.store.timers import set_timer
from scheduling import NEW, SFTP, WARNED, WEBHOOK, d, do, made, office, refused, to, u, undo
from test_shares import snapshot


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHGRAPH_SECRET_KEYS", new_key())


async def test_whoever_sees_a_dashboard_schedules_it(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty, without=frozenset())

    tried = await do(empty, "vic", "createSchedule", WARNED, **NEW, dryRun=True)
    assert await snapshot(empty, without=frozenset()) == before
    done = await made(empty, "vic", idempotencyKey="k")
    again = await made(empty, "vic", idempotencyKey="k")

    shown = done["schedule"]
    assert (shown["name"], shown["owner"], shown["cron"]) == ("Weekly", {"email": "vic@x.example"}, "0 9 * * MON")
    assert shown["described"] == "Every Monday at 09:00, Europe/Berlin"
    assert (shown["enabled"], shown["disabledReason"], shown["canChange"]) == (True, None, True)
    assert [one["recipients"] for one in shown["targets"]] == [
        [{"user": {"email": "reader@x.example"}, "group": None, "address": None}]
    ]
    assert shown["nextRunAt"] == shown["nextRuns"][0]["at"]
    assert shown["nextRuns"][0]["local"].endswith("T09:00:00" + shown["nextRuns"][0]["offset"])
    assert (done["warnings"], done["operation"]["kind"]) == ([], "createSchedule")
    assert again["schedule"]["id"] == shown["id"]
    assert tried["schedule"]["nextRunAt"] == shown["nextRunAt"]
    assert await undo(empty, "vic", done["operation"]["id"]) == []
    assert (await snapshot(empty))["schedules"] == before["schedules"] == []
    assert (await snapshot(empty))["timers"] == []


@pytest.mark.parametrize(
    ("given", "path", "said"),
    [
        ({"name": "  "}, "name", "has a name"),
        ({"cron": "0 9 * *"}, "cron", "five fields"),
        ({"cron": "* * * * *"}, "cron", "at least 5 minutes"),
        ({"timezone": "Europe/Berln"}, "timezone", "did you mean Europe/Berlin?"),
        ({"targets": []}, "targets", "needs a target"),
        ({"targets": [to("reader")] * 11}, "targets", "at most 10"),
        ({"targets": [to()]}, "targets", "1 to 500 recipients"),
        ({"targets": [to(address="nobody")]}, "targets", "is not an e-mail address"),
        ({"targets": [to("off")]}, "targets", "off is inactive"),
        ({"targets": [to("stranger")]}, "targets", "stranger does not see the dashboard"),
        ({"targets": [to(address="Stranger@X.example")]}, "targets", "stranger does not see the dashboard"),
        ({"targets": [{"slackWebhook": {"url": "https://hooks.slack.com/x"}}]}, "format", "choose INLINE"),
        ({"targets": [SFTP], "format": "INLINE"}, "format", "takes files"),
        ({"targets": [{"webhook": {"url": "https://h.example.com"}}]}, "targets", "needs a secret: key"),
        ({"targets": [{"webhook": {"url": "ftp://h.example.com", "key": "k"}}]}, "targets", "give a whole address"),
        ({"targets": [{"webhook": {"url": "https://a:b@h.example.com", "key": "k"}}]}, "targets", "no password in it"),
        ({"targets": [{"slackChannel": {"channel": "#general", "token": "t"}}]}, "targets", "looks like C0123456789"),
        ({"targets": [{"sftp": SFTP["sftp"] | {"hostKey": "none"}}]}, "targets", "ssh-keyscan"),
        ({"targets": [{"sftp": SFTP["sftp"] | {"port": 0}}]}, "targets", "port from 1 to 65535"),
        ({"targets": [{"webhook": WEBHOOK["webhook"] | {"id": "none"}}]}, "targets", "leave `id` out"),
        ({"filters": [1]}, "filters", "JSON object"),
        ({"subject": "x" * 501}, "subject", "at most 500"),
    ],
)
async def test_what_cannot_be_a_schedule_says_why(empty: Asking, given: dict[str, Any], path: str, said: str) -> None:
    await office(empty)

    code, where, message = await refused(empty, **given)

    assert (code in {"BAD_USER_INPUT", "TOO_MUCH"}, where) == (True, [path])
    assert said in message


async def test_what_is_absent_is_as_what_is_hidden(empty: Asking) -> None:
    await office(empty)
    hidden = await refused(empty, "stranger")

    assert hidden == await refused(empty, "stranger", dashboardId=d("none"))
    assert hidden[0] == "NOT_FOUND"
    for target in (to("nobody"), to(group="nobody")):
        assert (await refused(empty, targets=[target]))[:2] == ["NOT_FOUND", ["targets"]]
    for widget in ("plan-none", "other-a"):
        assert (await refused(empty, widgetId=global_id(Kind.WIDGET, widget)))[:2] == ["NOT_FOUND", ["widgetId"]]
    assert (await made(empty, widgetId=global_id(Kind.WIDGET, "plan-a")))["schedule"]["widget"] == {"title": "a"}


async def test_absent_stays_null_clears_and_undoing_brings_back(empty: Asking) -> None:
    await office(empty)
    done = await made(
        empty, subject="{{$today}}", body="b", filters={"a": 1}, widgetId=global_id(Kind.WIDGET, "plan-a")
    )
    one = {"scheduleId": done["schedule"]["id"]}
    before = await snapshot(empty)

    nothing = await do(empty, "owner", "updateSchedule", **one, name="Weekly")
    changed = await do(
        empty, "owner", "updateSchedule", **one, subject=None, filters=None, widgetId=None, cron="30 8 * * *",
        targets=[to("vic", "owner")],
    )  # fmt: skip
    stale = await refused(empty, "owner", "updateSchedule", **one, name="x", expectedRevision=1)

    assert nothing["schedule"]["revision"] == done["schedule"]["revision"]
    assert nothing["operation"]["canBeUndone"] is False
    shown = changed["schedule"]
    assert (shown["subject"], shown["body"], shown["filters"], shown["widget"]) == (None, "b", None, None)
    assert shown["nextRuns"][0]["local"].endswith(("T08:30:00+01:00", "T08:30:00+02:00"))
    assert shown["nextRunAt"] == shown["nextRuns"][0]["at"]
    assert [one["user"]["email"] for one in shown["targets"][0]["recipients"]] == ["vic@x.example", "owner@x.example"]
    assert stale[0] == "STALE_REVISION"
    for column in ("name", "cron", "timezone", "format", "targets"):
        assert (await refused(empty, "owner", "updateSchedule", **one, **{column: None}))[:2] == [
            "BAD_USER_INPUT",
            [column],
        ]
    assert await undo(empty, "owner", changed["operation"]["id"]) == []
    assert await snapshot(empty) == before


async def test_a_deleted_schedule_comes_back_with_everything_and_fires_from_then_on(empty: Asking) -> None:
    await office(empty)
    done = await made(empty, targets=[WEBHOOK, to("reader", group="team")])
    before = await snapshot(empty)

    gone = await do(empty, "owner", "deleteSchedule", "deletedId", scheduleId=done["schedule"]["id"])
    left = await snapshot(empty)

    assert gone["deletedId"] == done["schedule"]["id"]
    assert [left[name] for name in ("schedules", "targets", "recipients", "timers")] == [[], [], [], []]
    assert all("sealed" not in (change["before"] or {}) for change in gone["operation"]["changes"])
    assert await undo(empty, "owner", gone["operation"]["id"]) == []
    assert await snapshot(empty) == before


async def test_only_its_owner_and_administrators_change_a_schedule(empty: Asking) -> None:
    await office(empty)
    one = {"scheduleId": (await made(empty, "reader"))["schedule"]["id"]}
    changes: dict[str, dict[str, Any]] = {
        "updateSchedule": {"name": "x"},
        "setScheduleEnabled": {"enabled": False},
        "changeScheduleOwner": {"ownerId": u("vic")},
        "runSchedule": {},
        "testSchedule": {},
        "deleteSchedule": {},
    }

    for name, given in changes.items():
        code, _, message = await refused(empty, "owner", name, **one, **given)
        assert (code, message) == ("FORBIDDEN", "Only its owner and administrators change a schedule; ask reader.")
        hidden = await refused(empty, "stranger", name, **one, **given)
        absent = {"scheduleId": global_id(Kind.SCHEDULE, "none")}
        assert hidden == await refused(empty, "stranger", name, **absent, **given)
        assert hidden[0] == "NOT_FOUND"
    for name in ("updateSchedule", "setScheduleEnabled"):
        assert (await do(empty, "admin", name, **one, **changes[name]))["errors"] == []
    assert (await do(empty, "reader", "deleteSchedule", "", **one))["errors"] == []


async def test_enabling_asks_whether_it_can_run(empty: Asking) -> None:
    company = await office(empty)
    one = {"scheduleId": (await made(empty, "reader"))["schedule"]["id"]}

    off = await do(empty, "reader", "setScheduleEnabled", **one, enabled=False)
    on = await do(empty, "reader", "setScheduleEnabled", **one, enabled=True)
    await do(empty, "reader", "setScheduleEnabled", **one, enabled=False)
    await company.delete_dashboard("plan")
    gone = await refused(empty, "reader", "setScheduleEnabled", **one, enabled=True)

    assert (off["schedule"]["enabled"], off["schedule"]["nextRunAt"]) == (False, None)
    assert off["schedule"]["nextRuns"] != []
    assert (on["schedule"]["enabled"], on["schedule"]["nextRunAt"]) == (True, on["schedule"]["nextRuns"][0]["at"])
    assert (gone[0], "dashboard is deleted" in gone[2]) == ("INVALID_STATE", True)


async def test_an_heir_must_be_able_to_do_what_the_schedule_does(empty: Asking) -> None:
    await office(empty)
    plain = {"scheduleId": (await made(empty))["schedule"]["id"]}
    outside = {"scheduleId": (await made(empty, targets=[WEBHOOK]))["schedule"]["id"]}

    async def no(one: dict[str, Any], heir: str) -> list[Any]:
        return await refused(empty, "owner", "changeScheduleOwner", **one, ownerId=u(heir))

    assert (await no(plain, "none"))[:2] == ["NOT_FOUND", ["ownerId"]]
    assert (await no(plain, "off"))[:2] == ["BAD_USER_INPUT", ["ownerId"]]
    blind = await no(plain, "stranger")
    assert (blind[:2], "stranger, as whom it runs, does not see the dashboard" in blind[2]) == (
        ["INVALID_STATE", ["ownerId"]],
        True,
    )
    assert (await no(outside, "vic"))[0] == "FORBIDDEN"
    given = await do(empty, "owner", "changeScheduleOwner", **plain, ownerId=u("vic"))
    assert (given["errors"], given["schedule"]["owner"]) == ([], {"email": "vic@x.example"})
    assert given["schedule"]["canChange"] is False
    assert await undo(empty, "owner", given["operation"]["id"]) == ["FORBIDDEN"]
    assert await undo(empty, "admin", given["operation"]["id"]) == []


async def test_many_are_paused_and_handed_over_at_once(empty: Asking) -> None:
    await office(empty)
    ids = [(await made(empty))["schedule"]["id"] for _ in range(3)]
    query = """mutation($pause: SetSchedulesEnabledInput!, $give: ChangeSchedulesOwnerInput!) {
        setSchedulesEnabled(input: $pause) { succeeded results { schedule { enabled } errors { code } } }
        changeSchedulesOwner(input: $give) { succeeded failed results { schedule { owner { email } } } } }"""
    pause = [{"scheduleId": one, "enabled": False} for one in [*ids, global_id(Kind.SCHEDULE, "none")]]
    give = [{"scheduleId": one, "ownerId": u("vic")} for one in ids]

    data = await empty.data(
        await empty.viewer("owner@x.example"),
        query,
        pause={"items": pause, "mode": "BEST_EFFORT"},
        give={"items": give},
    )

    assert [one["errors"] for one in data["setSchedulesEnabled"]["results"]] == [[], [], [], [{"code": "NOT_FOUND"}]]
    assert data["setSchedulesEnabled"]["succeeded"] == 3
    assert data["changeSchedulesOwner"]["succeeded"] == 3


async def test_what_is_due_when_it_is_changed_stays_due(empty: Asking) -> None:
    """The tick comes after: it must find what it had not fired yet."""
    await office(empty)
    schedule = (await made(empty))["schedule"]["id"]
    native = ResourceId.decode(schedule)
    assert native is not None
    due = datetime.now(UTC) - timedelta(seconds=1)
    async with empty.world.database.writing() as session:
        await set_timer(session, native.native, "0 9 * * MON Europe/Berlin", due)

    changed = await do(empty, "owner", "updateSchedule", scheduleId=schedule, cron="0 10 * * MON")

    assert datetime.fromisoformat(changed["schedule"]["nextRunAt"]) == due


async def test_the_configuration_says_how_often_a_schedule_may_run(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASHGRAPH_LEAST_SCHEDULE_MINUTES", "60")
    async with asking(await stores.fresh("empty")) as found:
        await office(found)

        code, path, message = await refused(found, cron="*/30 * * * *")

        assert (code, path, "at least 60 minutes" in message) == ("BAD_USER_INPUT", ["cron"], True)
        await made(found, cron="0 * * * *")
