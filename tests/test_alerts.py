"""Alerts: who sees, makes and changes them, what their conditions may be, and what becomes of them."""

from typing import Any

import pytest
from sqlalchemy import select

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from dashgraph.services.delivering.sealing import new_key
from dashgraph.store.work_tables import alerts, targets
from scheduling import NEW as SCHEDULE
from scheduling import WEBHOOK, d, do, office, to, u, undo
from test_shares import snapshot
from workshop import Workshop

SHOWN = """alert { __typename id name owner { email } dashboard { title } widget { title } timezone enabled
    disabledReason format subject body filters canChange revision problems { code }
    conditions { field operator values raw }
    targets { __typename ... on EmailTarget { recipients { user { email } } } ... on WebhookTarget { hasKey } } } """
WARNED = SHOWN + "warnings { code } "
NAMES = """query($scope: Scope! = VISIBLE, $filter: AlertFilter, $sort: AlertSort! = NAME_ASC) {
    alerts(scope: $scope, filter: $filter, sort: $sort) { totalCount edges { node { nativeId } } } }"""
NEW = {"dashboardId": d("plan"), "name": "Revenue falls", "format": "PDF", "targets": [to("reader")]}
LOW: dict[str, Any] = {"field": "revenue", "operator": "LT", "values": [1000]}


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHGRAPH_SECRET_KEYS", new_key())


async def made(asking: Asking, who: str = "owner", **given: Any) -> dict[str, Any]:
    answer = await do(asking, who, "createAlert", WARNED, **NEW | given)
    assert answer["errors"] == []
    return answer


async def refused(asking: Asking, who: str, name: str, /, **given: Any) -> tuple[str, list[str], str]:
    """The code, the path and the message of the one error; nothing is changed by it."""
    before = await snapshot(asking, without=frozenset())
    [error] = (await do(asking, who, name, "", **given))["errors"]
    assert await snapshot(asking, without=frozenset()) == before
    return error["code"], error["path"], error["message"]


async def test_whoever_sees_a_dashboard_makes_alerts_of_it(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty, without=frozenset())
    raw = {"raw": {"aggregation": "sum", "condition": {"operator": "matches"}}}

    tried = await do(empty, "vic", "createAlert", WARNED, **NEW, dryRun=True)
    assert await snapshot(empty, without=frozenset()) == before
    done = await made(empty, "vic", conditions=[LOW, raw], timezone="Europe/Berlin", body="{{$alert}} {{$nope}}")

    shown = done["alert"]
    assert (shown["__typename"], shown["name"], shown["timezone"]) == ("Alert", "Revenue falls", "Europe/Berlin")
    assert shown["conditions"] == [LOW | {"raw": None}, {"field": None, "operator": None, "values": []} | raw]
    assert (shown["enabled"], shown["canChange"], shown["problems"]) == (True, True, [])
    assert shown["targets"][0]["recipients"] == [{"user": {"email": "reader@x.example"}}]
    assert (done["warnings"], tried["warnings"]) == ([{"code": "UNKNOWN_VARIABLE"}], [])
    assert done["operation"]["kind"] == "createAlert"
    assert {change["noun"] for change in done["operation"]["changes"]} == {"alert", "target", "recipient"}
    assert await undo(empty, "vic", done["operation"]["id"]) == []
    after = await snapshot(empty)
    assert after["alerts"] == after["targets"] == before["alerts"] == []
    assert (await refused(empty, "stranger", "createAlert", **NEW))[0] == "NOT_FOUND"
    assert (await refused(empty, "reader", "createAlert", **NEW | {"targets": [WEBHOOK]}))[0] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("given", "path", "said"),
    [
        ({"name": " "}, "name", "has a name"),
        ({"timezone": "Berlin"}, "timezone", "There is no time zone"),
        ({"targets": []}, "targets", "needs a target"),
        ({"conditions": [{}]}, "conditions", "give field, operator and values; or raw"),
        ({"conditions": [{"raw": 1, "field": "x"}]}, "conditions", "raw stands alone"),
        ({"conditions": [{"field": " ", "operator": "IS_NULL"}]}, "conditions", "it needs an operator, and a field"),
        ({"conditions": [LOW, LOW | {"values": []}]}, "conditions", "Condition 2: LT compares with 1 values, not 0"),
        ({"conditions": [LOW | {"operator": "BETWEEN"}]}, "conditions", "compares with 2 values"),
        ({"conditions": [LOW | {"values": [[1]]}]}, "conditions", "texts, numbers, true and false"),
        ({"conditions": [LOW] * 21}, "conditions", "at most 20"),
        ({"conditions": [{"raw": "x" * 50_000}]}, "conditions", "at most 50000"),
        ({"conditions": [{"raw": "\0"}]}, "conditions", "nothing can keep"),
    ],
)
async def test_what_cannot_be_an_alert_is_refused_with_the_place(
    empty: Asking, given: dict[str, Any], path: str, said: str
) -> None:
    await office(empty)

    _, where, message = await refused(empty, "owner", "createAlert", **NEW | given)

    assert (where, said in message) == ([path], True), message


async def test_owners_and_administrators_change_alerts_and_nobody_else(empty: Asking) -> None:
    await office(empty)
    one = {"alertId": (await made(empty, "reader"))["alert"]["id"]}
    changes: list[tuple[str, dict[str, Any]]] = [
        ("updateAlert", {"name": "Renamed", "conditions": [LOW]}),
        ("setAlertEnabled", {"enabled": False}),
        ("changeAlertOwner", {"ownerId": u("vic")}),
        ("deleteAlert", {}),
    ]
    for name, given in changes:
        code, _, message = await refused(empty, "owner", name, **one, **given)
        assert (code, message) == ("FORBIDDEN", "Only its owner and administrators change an alert; ask reader.")
        hidden = await refused(empty, "stranger", name, **one, **given)
        assert hidden == await refused(empty, "stranger", name, alertId=global_id(Kind.ALERT, "none"), **given)
        assert hidden[0] == "NOT_FOUND"
        before = await snapshot(empty)
        done = await do(empty, "reader", name, "" if name == "deleteAlert" else SHOWN, **one, **given)
        assert done["errors"] == []
        assert await undo(empty, "reader" if name != "changeAlertOwner" else "admin", done["operation"]["id"]) == []
        assert await snapshot(empty) == before
    stale = await refused(empty, "admin", "deleteAlert", **one, expectedRevision=1)
    assert stale[0] == "STALE_REVISION"


async def test_updating_changes_what_is_given_and_null_clears(empty: Asking) -> None:
    await office(empty)
    one = {"alertId": (await made(empty, conditions=[LOW], subject="old"))["alert"]["id"]}

    kept = await do(empty, "owner", "updateAlert", WARNED, **one, name="Renamed")
    cleared = await do(empty, "owner", "updateAlert", WARNED, **one, conditions=None, subject=None, targets=[WEBHOOK])
    same = await do(empty, "owner", "updateAlert", SHOWN, **one, name="Renamed")

    assert (kept["alert"]["name"], kept["alert"]["conditions"][0]["field"]) == ("Renamed", "revenue")
    assert (cleared["alert"]["conditions"], cleared["alert"]["subject"]) == ([], None)
    assert cleared["alert"]["targets"] == [{"__typename": "WebhookTarget", "hasKey": True}]
    assert same["alert"]["revision"] == cleared["alert"]["revision"]


async def test_an_heir_must_be_able_to_run_it(empty: Asking) -> None:
    await office(empty)
    one = {"alertId": (await made(empty, targets=[WEBHOOK]))["alert"]["id"]}

    outside = await refused(empty, "owner", "changeAlertOwner", **one, ownerId=u("reader"))
    blind = await refused(empty, "owner", "changeAlertOwner", **one, ownerId=u("stranger"))
    given = await do(empty, "owner", "changeAlertOwner", SHOWN, **one, ownerId=u("admin"))

    assert (outside[0], blind[:2]) == ("FORBIDDEN", ("INVALID_STATE", ["ownerId"]))
    assert given["alert"]["owner"] == {"email": "admin@x.example"}


async def test_an_alert_and_a_schedule_know_nothing_of_each_others_targets(empty: Asking) -> None:
    await office(empty)
    one = await do(empty, "owner", "createSchedule", "schedule { id targets { id } } ", **SCHEDULE)
    alert = await made(empty)

    mixed = {
        "alertId": alert["alert"]["id"],
        "targets": [{"email": to("reader")["email"] | one["schedule"]["targets"][0]}],
    }
    stolen = await refused(empty, "owner", "updateAlert", **mixed)
    other = await refused(empty, "owner", "updateAlert", alertId=one["schedule"]["id"], name="x")

    assert (stolen[0], "has no target" in stolen[2]) == ("BAD_USER_INPUT", True)
    assert other[0] == "NOT_FOUND"
    async with empty.world.database.reading() as session:
        rows = (await session.execute(select(targets.c.schedule_id.is_(None), targets.c.alert_id.is_(None)))).all()
    assert sorted(map(tuple, rows)) == [(False, True), (True, False)]


async def crowd(asking: Asking) -> Workshop:
    """`watcher` has an alert of the `owner`'s plan, which the owner sees too; `lost` has lost its dashboard."""
    company, workshop = Company(asking.world.database), Workshop(asking.world.database)
    await company.user("admin", "admin")
    for name in ("owner", "watcher", "reader", "stranger"):
        await company.user(name)
    await company.group("team", "watcher")
    await company.dashboard("plan", "owner", tiles=("a",))
    for name in ("watcher", "reader"):
        await company.share("plan", user=name)
    await workshop.alert("alarm", "watcher", "plan", widget_id="plan-a")
    await workshop.target("alarm", users=["reader"], of="alert_id")
    await workshop.alert("bell", "owner", "plan", enabled=0, format="csv")
    await workshop.target("bell", groups=["team"], of="alert_id")
    await workshop.alert("lost", "stranger")
    await workshop.schedule("alarm", "owner", "plan")  # an id of both says nothing of either
    await workshop.job("first", alert_id="alarm", status="failed", trigger="alert")
    await workshop.job("last", alert_id="alarm", status="skipped", trigger="alert")
    await workshop.job("other", schedule_id="alarm", status="succeeded", trigger="time")
    return workshop


SEEN = {"owner": ["alarm", "bell"], "watcher": ["alarm"], "reader": [], "stranger": ["lost"], "admin": []}


async def names(asking: Asking, who: str, **given: Any) -> list[str]:
    data = await asking.data(await asking.viewer(f"{who}@x.example"), NAMES, **given)
    found = [edge["node"]["nativeId"] for edge in data["alerts"]["edges"]]
    assert data["alerts"]["totalCount"] == len(found)
    return found


@pytest.mark.parametrize("who", SEEN)
async def test_an_alert_is_seen_by_its_owner_and_by_the_owner_of_the_dashboard(empty: Asking, who: str) -> None:
    await crowd(empty)
    viewer = await empty.viewer(f"{who}@x.example")
    one = "query($id: ID!) { alert(id: $id) { name } node(id: $id) { id } }"

    assert await names(empty, who) == SEEN[who]
    for name in ("alarm", "bell", "lost"):
        answer = await empty.answer(viewer, one, id=global_id(Kind.ALERT, name))
        assert ("errors" not in answer) is (name in SEEN[who])
        if name not in SEEN[who]:
            absent = await empty.answer(viewer, one, id=global_id(Kind.ALERT, "none"))
            assert answer == absent
    for root in ("dashboards", "users"):
        data = await empty.data(
            viewer, f"{{ {root} {{ edges {{ node {{ alerts {{ edges {{ node {{ nativeId }} }} }} }} }} }} }}"
        )
        found = {edge["node"]["nativeId"] for page in data[root]["edges"] for edge in page["node"]["alerts"]["edges"]}
        assert found == {name for name in SEEN[who] if root == "users" or name != "lost"}
    assert await names(empty, "admin", scope="ALL") == ["alarm", "bell", "lost"]


async def test_its_runs_are_its_own_and_shown_to_its_owner(empty: Asking) -> None:
    await crowd(empty)
    query = """query($id: ID!, $alert: ID!) { alert(id: $id) { lastRun { nativeId alert { name } schedule { name } }
        runs { edges { node { nativeId } } } } jobs(filter: { alert: { eq: $alert } }) { totalCount } }"""
    given = {"id": global_id(Kind.ALERT, "alarm"), "alert": global_id(Kind.ALERT, "alarm")}

    mine = await empty.data(await empty.viewer("watcher@x.example"), query, **given)
    theirs = await empty.data(await empty.viewer("owner@x.example"), query, **given)

    assert mine["alert"]["lastRun"] == {"nativeId": "last", "alert": {"name": "alarm"}, "schedule": None}
    assert [edge["node"]["nativeId"] for edge in mine["alert"]["runs"]["edges"]] == ["last", "first"]
    assert mine["jobs"]["totalCount"] == 2
    assert theirs == {"alert": {"lastRun": None, "runs": {"edges": []}}, "jobs": {"totalCount": 0}}


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"id": {"in": [global_id(Kind.ALERT, "bell"), global_id(Kind.SCHEDULE, "alarm")]}}, ["bell"]),
    ({"name": {"contains": "ELL"}}, ["bell"]),
    ({"owner": {"eq": u("watcher")}}, ["alarm"]),
    ({"dashboard": {"isNull": True}}, ["lost"]),
    ({"enabled": False}, ["bell"]),
    ({"format": ["CSV"]}, ["bell"]),
    ({"target": ["EMAIL"]}, ["alarm", "bell"]),
    ({"recipient": {"eq": u("reader")}}, ["alarm"]),
    ({"recipientGroup": {"eq": global_id(Kind.GROUP, "team")}}, ["bell"]),
    ({"lastStatus": ["SKIPPED"]}, ["alarm"]),
    ({"lastStatus": ["SUCCEEDED"]}, []),
]


@pytest.mark.parametrize(("wanted", "expected"), FILTERS)
async def test_alerts_are_found_by_what_they_are(empty: Asking, wanted: dict[str, Any], expected: list[str]) -> None:
    await crowd(empty)
    assert await names(empty, "admin", scope="ALL", filter=wanted) == expected


async def test_schedules_and_alerts_are_deliverables(empty: Asking) -> None:
    await crowd(empty)
    query = """query($ids: [ID!]!) { nodes(ids: $ids, scope: ALL) { ... on Deliverable {
        __typename name runsAs { email } problems { code } lastRun { nativeId } } } }"""
    ids = [global_id(kind, "alarm") for kind in (Kind.ALERT, Kind.SCHEDULE)]

    found = (await empty.data(await empty.viewer("admin@x.example"), query, ids=ids))["nodes"]

    shown = [(one["__typename"], one["runsAs"]["email"], one["lastRun"]["nativeId"]) for one in found]
    assert shown == [("Alert", "watcher@x.example", "last"), ("Schedule", "owner@x.example", "other")]
    assert [one["problems"] for one in found] == [[], [{"code": "REACHES_NOBODY"}]]


async def test_what_stands_in_the_way_is_told(empty: Asking) -> None:
    await crowd(empty)
    query = "query($id: ID!) { alert(id: $id, scope: ALL) { problems { code user { email } } } }"
    await do(empty, "owner", "removeShare", "", shareId=global_id(Kind.SHARE, "plan/user/reader"))
    admin = await empty.viewer("admin@x.example")

    alarm = (await empty.data(admin, query, id=global_id(Kind.ALERT, "alarm")))["alert"]["problems"]
    lost = (await empty.data(admin, query, id=global_id(Kind.ALERT, "lost")))["alert"]["problems"]

    assert alarm == [
        {"code": "REACHES_NOBODY", "user": None},
        {"code": "RECIPIENT_WITHOUT_ACCESS", "user": {"email": "reader@x.example"}},
    ]
    assert lost == [{"code": "DASHBOARD_DELETED", "user": None}]


async def off(asking: Asking) -> dict[str, str | None]:
    async with asking.world.database.reading() as session:
        rows = await session.execute(select(alerts).where(alerts.c.enabled == 0))
        return {row.id: row.disabled_reason for row in rows}


@pytest.mark.parametrize(
    ("name", "given", "reason"),
    [
        ("setUserActive", {"userId": u("watcher"), "active": False}, "owner_inactive"),
        ("deleteUser", {"userId": u("watcher"), "onOwned": "KEEP"}, "owner_deleted"),
        ("deleteDashboard", {"dashboardId": d("plan")}, "dashboard_deleted"),
    ],
)
async def test_an_alert_goes_off_with_its_owner_and_its_dashboard_and_comes_back(
    empty: Asking, name: str, given: dict[str, Any], reason: str
) -> None:
    await crowd(empty)
    before = await off(empty)

    done = await do(empty, "admin", name, "", **given)
    gone = await off(empty)
    enabling = await refused(empty, "admin", "setAlertEnabled", alertId=global_id(Kind.ALERT, "alarm"), enabled=True)
    assert await undo(empty, "admin", done["operation"]["id"]) == []

    assert gone == before | {"alarm": reason}
    assert enabling[0] == "INVALID_STATE"
    assert await off(empty) == before


async def test_a_widget_that_is_published_no_more_stops_its_alert(empty: Asking) -> None:
    await crowd(empty)

    await do(empty, "owner", "deleteWidget", "", widgetId=global_id(Kind.WIDGET, "plan-a"))
    meanwhile = await off(empty)
    await do(empty, "owner", "publishDashboard", "", dashboardId=d("plan"))

    assert (meanwhile, await off(empty)) == ({"bell": None}, {"bell": None, "alarm": "widget_deleted"})


async def test_a_hand_over_moves_the_alerts_that_the_heir_can_run(empty: Asking) -> None:
    workshop = await crowd(empty)
    await workshop.alert("outside", "watcher", "plan")
    await workshop.target("outside", addresses=["cfo@partner.example"], of="alert_id")
    before = await snapshot(empty)
    plan = "plan { items { kind name step } } "
    given = {"fromUserId": u("watcher"), "toUserId": u("reader")}

    done = await do(empty, "admin", "transferOwnership", plan, **given)

    items = [(item["name"], item["step"]) for item in done["plan"]["items"] if item["kind"] == "Alert"]
    assert items == [("alarm", "TRANSFER"), ("outside", "KEEP")]
    assert await names(empty, "reader") == ["alarm"]
    assert await undo(empty, "admin", done["operation"]["id"]) == []
    assert await snapshot(empty) == before
    leaving = {"userId": u("watcher"), "onOwned": "TRANSFER", "heirId": u("reader")}
    left = await do(empty, "admin", "deleteUser", "transferred ", **leaving)
    assert left["transferred"] == 1
    assert await off(empty) == {"bell": None, "outside": "owner_deleted"}
