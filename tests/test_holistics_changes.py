"""Changes in Holistics: what they do there, what they refuse without asking, and how they are taken back."""

import asyncio
from dataclasses import replace

import pytest

from asker import ADMIN, viewer
from dashgraph.app.fakes.kit import Wrong
from dashgraph.domain import alert_changes, schedule_changes
from dashgraph.domain.alert_changes import CreateAlert, TriggerAlert, UpdateAlert
from dashgraph.domain.alerts import Condition, ConditionOperator
from dashgraph.domain.changes import Terms
from dashgraph.domain.dashboard_changes import DeleteDashboard
from dashgraph.domain.deliverables import DeliveryFormat
from dashgraph.domain.exports import ExportFormat
from dashgraph.domain.groups import (
    GROUP,
    AddUserToGroup,
    CreateGroup,
    DeleteGroup,
    RemoveUserFromGroup,
    SetUserGroups,
    UpdateGroup,
)
from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import (
    BadInput,
    Conflict,
    Forbidden,
    InvalidState,
    NotFound,
    SourceUnavailable,
    StillOwns,
    UnsupportedBySource,
)
from dashgraph.domain.schedule_changes import (
    CreateSchedule,
    DeleteSchedule,
    RunSchedule,
    SetScheduleEnabled,
    UpdateSchedule,
)
from dashgraph.domain.schedules import SCHEDULE
from dashgraph.domain.secrets import Secret
from dashgraph.domain.targets import EmailTarget, Recipient, SlackChannelTarget, SlackWebhookTarget, WebhookTarget
from dashgraph.domain.user_changes import ChangeUserRole, DeleteUser, InviteUsers, OnOwned, RestoreUser, UpdateUser
from dashgraph.domain.users import UserStatus
from dashgraph.domain.widget_changes import DeleteWidget
from dashgraph.sources.live.settings import Visibility
from live_holistics import one, opened

ONCE = Terms()
DRY = Terms(dry_run=True)
AGAIN = Terms(again=True)
TO_NORA = (EmailTarget(recipients=(Recipient(address="nora@tallgrass.example"),)),)
KOFI = viewer("kofi.mensah")  # owns dashboards 301, 302 and 322
WRITES = ("POST", "PUT", "DELETE")


@pytest.fixture
async def both():
    async with opened() as pair:
        yield pair


@pytest.fixture
def fake(both):
    return both[0]


@pytest.fixture
def source(both):
    return both[1]


async def made(source, wish, who=ADMIN, terms=ONCE):
    return (await source.change_all(who, {0: wish}, terms))[0]


async def refused(source, problem, wish, who=ADMIN, terms=ONCE):
    with pytest.raises(problem) as caught:
        await made(source, wish, who, terms)
    return caught.value


def written(fake):
    """The writing requests so far."""
    return [call.line.replace("/api/v2", "") for call in fake.calls if call.line.startswith(WRITES)]


def a_schedule(**more):
    said = {
        "dashboard": one(Kind.DASHBOARD, 302),
        "called": "Orders, daily",
        "cron": "10 7 * * *",
        "format": DeliveryFormat.PDF,
        "targets": TO_NORA,
    }
    return CreateSchedule(**{**said, **more})


def an_alert(**more):
    said = {
        "dashboard": one(Kind.DASHBOARD, 302),
        "widget": one(Kind.WIDGET, 30201),
        "called": "Few orders",
        "format": DeliveryFormat.INLINE,
        "targets": TO_NORA,
        "conditions": (Condition("12.orders", ConditionOperator.LT, (5,)),),
    }
    return CreateAlert(**{**said, **more})


async def taken_back(source, outcome):
    for change in outcome.trace.undo:
        await made(source, change)


async def test_a_schedule_is_made_as_holistics_writes_it(fake, source):
    outcome = await made(source, a_schedule(subject="Orders {{$today}}", body="Good morning", filters={"3021": FILTER}))

    row = fake.tenant.schedules[int(outcome.thing.id.native)]
    assert (row["title"], row["source_type"], row["source_id"]) == ("Orders, daily", "Dashboard", 302)
    assert row["schedule"] == {"repeat": "10 7 * * *", "paused": False, "is_archived": False}
    assert row["dest"] == {
        "type": "EmailDest",
        "recipients": ["nora@tallgrass.example"],
        "title": "Orders {{$today}}",
        "options": {
            "body_text": "Good morning", "attachment_formats": ["pdf"], "preview": False,
            "selected_type": "dashboard", "selected_values": None,
        },
    }  # fmt: skip
    assert (outcome.thing.name, outcome.thing.subject, outcome.thing.filters) == (
        "Orders, daily", "Orders {{$today}}", {"3021": {"modifier": None, **FILTER}},
    )  # fmt: skip
    assert written(fake) == ["POST /data_schedules"]
    await taken_back(source, outcome)
    assert int(outcome.thing.id.native) not in fake.tenant.schedules


FILTER = {"operator": "is", "values": ["DACH"]}


async def test_a_dry_run_tells_what_would_be_and_writes_nothing(fake, source):
    outcome = await made(source, a_schedule(), terms=DRY)
    updated = await made(source, UpdateSchedule(deliverable=one(Kind.SCHEDULE, 501), cron="0 6 * * 1"), terms=DRY)
    group = await made(source, CreateGroup(into="holistics", called="New"), terms=DRY)

    assert (outcome.thing.name, outcome.thing.cron) == ("Orders, daily", "10 7 * * *")
    assert (updated.thing.id, updated.thing.cron, updated.thing.name) == (
        one(Kind.SCHEDULE, 501), "0 6 * * 1", "Scorecard for {{$today}}",
    )  # fmt: skip
    assert group.thing.name == "New"
    assert written(fake) == []


async def test_only_the_owner_of_a_dashboard_and_administrators_have_it_delivered(fake, source):
    await made(source, a_schedule(), KOFI)
    await refused(source, NotFound, a_schedule(), viewer("ingrid.sorensen"))
    await refused(source, NotFound, DeleteSchedule(deliverable=one(Kind.SCHEDULE, 502)), KOFI)
    assert written(fake) == ["POST /data_schedules"]
    async with opened(visibility=Visibility.EVERYONE) as (other, open_one):
        problem = await refused(open_one, Forbidden, a_schedule(), viewer("ingrid.sorensen"))
        assert "Only the owner and administrators" in problem.message
        assert written(other) == []


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"zone": "Europe/Berlin"}, "UTC"),
        ({"cron": "0 25 * * *"}, "hour"),
        ({"targets": (*TO_NORA, *TO_NORA)}, "one place"),
        ({"targets": (SlackWebhookTarget(url=Secret("https://hooks.slack.example/x")),)}, "set up in Holistics"),
        ({"targets": (WebhookTarget(url="https://hooks.example/x"),)}, "set up in Holistics"),
        ({"targets": (SlackChannelTarget(channel="C0123456789", token=Secret("xoxb-1")),)}, "its own app"),
        ({"targets": (SlackChannelTarget(channel="C0123456789"),)}, "INLINE"),
        ({"targets": (EmailTarget(recipients=(Recipient(group=one(Kind.GROUP, 1)),)),)}, "not to groups"),
        ({"targets": (EmailTarget(recipients=(Recipient(user=one(Kind.USER, 10)),)),)}, "deleted"),
        ({"filters": {"3021": "DACH"}}, "conditions by the ids"),
    ],
)
async def test_what_holistics_would_not_do_is_refused_before_it_is_asked(fake, source, more, says):
    problem = await refused(source, BadInput, a_schedule(**more))

    assert says in problem.message
    assert written(fake) == []


async def test_a_user_receives_by_the_address_of_today(fake, source):
    target = EmailTarget(recipients=(Recipient(user=one(Kind.USER, 3)), *TO_NORA[0].recipients))
    outcome = await made(source, a_schedule(targets=(target,)))

    row = fake.tenant.schedules[int(outcome.thing.id.native)]
    assert row["dest"]["recipients"] == ["Claire.Dubois@Tallgrass.example", "nora@tallgrass.example"]


async def test_a_widget_alone_is_sent(fake, source):
    outcome = await made(source, a_schedule(widget=one(Kind.WIDGET, 30202)))
    elsewhere = a_schedule(widget=one(Kind.WIDGET, "301-v1"))

    assert outcome.thing.widget == one(Kind.WIDGET, 30202)
    await refused(source, NotFound, elsewhere)


async def test_an_update_keeps_what_was_not_said_and_is_taken_back(fake, source):
    before = dict(fake.tenant.schedules[501])
    outcome = await made(source, UpdateSchedule(deliverable=one(Kind.SCHEDULE, 501), cron="0 6 * * 1", body="Hello"))
    after = fake.tenant.schedules[501]

    assert after["schedule"]["repeat"] == "0 6 * * 1"
    assert after["dest"]["recipients"] == before["dest"]["recipients"]
    assert after["dest"]["options"] == {
        "include_filters": True, "attachment_formats": ["pdf"], "body_text": "Hello",
    }  # fmt: skip
    assert [preset["dynamic_filter_id"] for preset in after["dynamic_filter_presets"]] == [3011]
    assert outcome.trace.before["schedule"] == {"repeat": "30 7 * * 1", "paused": False}
    await taken_back(source, outcome)
    assert fake.tenant.schedules[501]["schedule"] == before["schedule"]
    assert fake.tenant.schedules[501]["dest"]["options"]["body_text"] is None


async def test_other_recipients_receive_the_same(fake, source):
    before = fake.tenant.schedules[501]["dest"]
    await made(source, UpdateSchedule(deliverable=one(Kind.SCHEDULE, 501), targets=TO_NORA))

    assert fake.tenant.schedules[501]["dest"] == {**before, "recipients": ["nora@tallgrass.example"]}


async def test_those_who_change_a_schedule_at_the_same_time_lose_nothing(fake, source):
    fake.board.latency = 0.01
    wishes = ({"cron": "0 6 * * 1"}, {"body": "Hello"}, {"filters": None}, {"called": "Monday"})
    found = one(Kind.SCHEDULE, 501)

    await asyncio.gather(*(made(source, UpdateSchedule(deliverable=found, **more)) for more in wishes))

    row = fake.tenant.schedules[501]
    assert (row["schedule"]["repeat"], row["title"], row["dynamic_filter_presets"]) == ("0 6 * * 1", "Monday", [])
    assert row["dest"]["options"]["body_text"] == "Hello"


async def test_an_update_that_changes_nothing_writes_nothing(fake, source):
    await made(source, UpdateSchedule(deliverable=one(Kind.SCHEDULE, 501), cron="30 7 * * 1"))

    assert written(fake) == []


async def test_a_destination_moves_with_its_message_and_an_unknown_one_cannot_come_back(fake, source):
    outcome = await made(source, UpdateSchedule(deliverable=one(Kind.SCHEDULE, 503), targets=TO_NORA))
    lost = await made(source, UpdateSchedule(deliverable=one(Kind.SCHEDULE, 504), targets=TO_NORA))

    assert fake.tenant.schedules[503]["dest"] == {
        "type": "EmailDest", "recipients": ["nora@tallgrass.example"], "title": "Stock",
        "options": {"body_text": "Morning"},
    }  # fmt: skip
    await taken_back(source, outcome)
    assert fake.tenant.schedules[503]["dest"]["slack_channels"] == [{"id": "C0TALLGRASS"}]
    assert (lost.trace.undo, lost.trace.reason) == ((), "what it was before is set up in Holistics alone")


async def test_a_schedule_is_paused_and_goes_on(fake, source):
    outcome = await made(source, SetScheduleEnabled(deliverable=one(Kind.SCHEDULE, 501), enabled=False))
    assert (outcome.thing.enabled, fake.tenant.schedules[501]["schedule"]["paused"]) == (False, True)
    await taken_back(source, outcome)
    assert fake.tenant.schedules[501]["schedule"]["paused"] is False

    await made(source, DeleteDashboard(dashboard=one(Kind.DASHBOARD, 301)))
    await refused(source, InvalidState, SetScheduleEnabled(deliverable=one(Kind.SCHEDULE, 501), enabled=True))


async def test_a_schedule_runs_once_at_a_time(fake, source):
    outcome = await made(source, RunSchedule(deliverable=one(Kind.SCHEDULE, 501)))
    [job] = fake.tenant.jobs
    assert outcome.facts["job"] == one(Kind.JOB, job).encode()

    fake.tenant.jobs[job].steps[:] = ["running", "running", "running", "running", "success"]
    problem = await refused(source, InvalidState, RunSchedule(deliverable=one(Kind.SCHEDULE, 501)))
    again = await made(source, RunSchedule(deliverable=one(Kind.SCHEDULE, 501)), terms=AGAIN)

    assert problem.facts["job"] == again.facts["job"] == one(Kind.JOB, job).encode()


async def test_a_test_goes_to_oneself_unless_it_is_said_otherwise(fake, source):
    sent = []
    fake.tenant.submit = lambda who, about, end=None: sent.append(about) or {"job": {"id": 1, "status": "created"}}
    found = one(Kind.SCHEDULE, 501)

    outcome = await made(source, schedule_changes.TestSchedule(deliverable=found, subject="Try"), KOFI)
    await refused(
        source, BadInput, schedule_changes.TestSchedule(dashboard=one(Kind.DASHBOARD, 302), to_targets=True), KOFI
    )
    await made(source, schedule_changes.TestSchedule(dashboard=one(Kind.DASHBOARD, 302)), KOFI)

    assert outcome.facts["job"] == one(Kind.JOB, 1).encode()
    assert [about[:2] for about in sent] == [("Dashboard", 301), ("Dashboard", 302)]
    assert fake.tenant.schedules[501]["dest"]["title"] == "Scorecard for {{$today}}"


async def test_what_was_broken_off_is_not_made_twice(fake, source):
    fake.board.switch_on(Wrong.CUT_AFTER, on="POST /api/v2/data_schedules", times=1)
    await refused(source, SourceUnavailable, a_schedule())
    [there] = [number for number, row in fake.tenant.schedules.items() if row["title"] == "Orders, daily"]

    outcome = await made(source, a_schedule(), terms=AGAIN)

    assert outcome.thing.id == one(Kind.SCHEDULE, there)
    assert [row["title"] for row in fake.tenant.schedules.values()].count("Orders, daily") == 1


async def test_a_deletion_that_is_cut_is_asked_again_and_is_done(fake, source):
    fake.board.switch_on(Wrong.CUT_AFTER, on="DELETE", times=1)

    outcome = await made(source, DeleteSchedule(deliverable=one(Kind.SCHEDULE, 501)))

    assert outcome.facts["deleted"] == one(Kind.SCHEDULE, 501).encode()
    assert await source.things(ADMIN, SCHEDULE, ["501"]) == {}
    assert len(written(fake)) == 2
    await refused(source, NotFound, DeleteSchedule(deliverable=one(Kind.SCHEDULE, 501)))
    await made(source, DeleteSchedule(deliverable=one(Kind.SCHEDULE, 501)), terms=AGAIN)


async def test_an_alert_watches_one_widget_and_is_checked_as_configured():
    async with opened(options={"alert_check": "*/15 * * * *"}) as (fake, source):
        outcome = await made(source, an_alert())
        canvas = await made(
            source, an_alert(dashboard=one(Kind.DASHBOARD, 301), widget=one(Kind.WIDGET, "301-v1"), conditions=())
        )
        problem = await refused(source, BadInput, an_alert(widget=None))

    row = fake.tenant.alerts[int(outcome.thing.id.native)]
    assert (row["source_type"], row["source_id"], row["schedule"]["repeat"]) == (
        "DashboardWidget",
        30201,
        "*/15 * * * *",
    )
    assert row["viz_conditions"] == [
        {
            "field_path": {"field_name": "orders", "model_id": 12},
            "condition": {"operator": "less_than", "values": [5], "modifier": None},
        }
    ]
    assert (outcome.thing.conditions, outcome.thing.widget) == (an_alert().conditions, one(Kind.WIDGET, 30201))
    assert fake.tenant.alerts[int(canvas.thing.id.native)]["source_type"] == "VizBlock"
    assert problem.facts["argument"] == "widgetId"


async def test_conditions_that_holistics_cannot_compare_are_refused(fake, source):
    odd = an_alert(conditions=(Condition("12.orders", ConditionOperator.GTE, (5,)),))
    raw = {"field_path": {"field_name": "at"}, "aggregation": "max", "condition": {"operator": "last", "values": [2]}}

    assert "raw" in (await refused(source, BadInput, odd)).message
    await refused(source, BadInput, an_alert(conditions=(Condition(raw={"what": 1}),)))
    outcome = await made(source, an_alert(conditions=(Condition(raw=raw),)))
    assert outcome.thing.conditions == (Condition(raw=raw),)


async def test_an_alert_goes_to_a_webhook_and_its_conditions_are_taken_back(fake, source):
    hook = (WebhookTarget(url="https://hooks.tallgrass.example/orders"),)
    outcome = await made(source, an_alert(targets=hook))
    await refused(source, BadInput, an_alert(targets=hook, subject="No place for it"))
    wish = UpdateAlert(deliverable=outcome.thing.id, conditions=())

    updated = await made(source, wish)
    assert updated.thing.conditions == ()
    await taken_back(source, updated)
    row = fake.tenant.alerts[int(outcome.thing.id.native)]
    assert (row["dest"]["type"], len(row["viz_conditions"])) == ("WebhookDest", 1)


async def test_an_alert_is_looked_at_now_by_holistics_itself(fake, source):
    outcome = await made(source, TriggerAlert(deliverable=one(Kind.ALERT, 601)))
    tried = await made(source, alert_changes.TestAlert(deliverable=one(Kind.ALERT, 601)))

    assert written(fake) == ["POST /data_alerts/601/submit_execute", "POST /data_alerts/submit_execute"]
    assert outcome.facts["job"] != tried.facts["job"]
    for wish in (TriggerAlert, alert_changes.TestAlert):
        await refused(source, BadInput, wish(deliverable=one(Kind.ALERT, 601), values={"orders": 3}))


async def test_invitations_tell_of_each_address_and_find_who_came(fake, source):
    emails = ("new@tallgrass.example", "NORA@tallgrass.example", "what", "jb.thevenet@tallgrass.example")
    wish = InviteUsers(
        into="holistics", emails=(*emails, "New@tallgrass.example"), role="explorer", groups=(one(Kind.GROUP, 4),)
    )

    dry = await made(source, wish, terms=DRY)
    outcome = await made(source, wish)

    told = [(result["email"], result["outcome"], result["user"]) for result in outcome.facts["results"]]
    new = told[0][2]
    assert told == [
        ("new@tallgrass.example", "invited", new),
        ("NORA@tallgrass.example", "existing", "1"),
        ("what", "refused", None),
        ("jb.thevenet@tallgrass.example", "refused", None),
        ("New@tallgrass.example", "existing", new),
    ]
    assert outcome.facts["source"] == "holistics"
    assert fake.tenant.users[int(new)]["group_ids"] == [4]
    assert [result["outcome"] for result in dry.facts["results"]] == [outcome for _, outcome, _ in told]
    assert written(fake) == ["POST /users/invite"]


async def test_invitations_that_fail_are_no_success(fake, source):
    fake.tenant.failures.append("The mail server is full")
    wish = InviteUsers(into="holistics", emails=("new@tallgrass.example",), role="user")

    problem = await refused(source, Conflict, wish)

    assert problem.facts["reason"] == "The mail server is full"
    await refused(source, BadInput, replace(wish, role="viewer"))
    await refused(source, Forbidden, wish, KOFI)


async def test_a_role_is_changed_but_not_of_those_who_are_needed(fake, source):
    outcome = await made(source, ChangeUserRole(user=one(Kind.USER, 4), role="analyst"))
    assert (outcome.thing.account.role.native_name, fake.tenant.users[4]["role"]) == ("analyst", "analyst")
    await taken_back(source, outcome)
    assert fake.tenant.users[4]["role"] == "explorer"

    await refused(source, BadInput, ChangeUserRole(user=one(Kind.USER, 4), role="boss"))
    await refused(source, Forbidden, ChangeUserRole(user=one(Kind.USER, 1), role="user"))
    by_another = viewer("tomas.ibarra", admin=True)
    problem = await refused(source, Conflict, ChangeUserRole(user=one(Kind.USER, 1), role="user"), by_another)
    assert "the account that dashgraph uses" in problem.message


async def test_a_name_is_one_of_two_parts_and_everybody_changes_the_own(fake, source):
    outcome = await made(source, UpdateUser(user=one(Kind.USER, 4), first_name="Kofi A."), KOFI)
    assert fake.tenant.users[4]["name"] == "Kofi A. Mensah-Boateng"
    await taken_back(source, outcome)
    assert fake.tenant.users[4]["name"] == "Kofi Mensah-Boateng"

    await refused(source, Forbidden, UpdateUser(user=one(Kind.USER, 3), first_name="Clara"), KOFI)
    fake.calls.clear()
    await refused(source, UnsupportedBySource, UpdateUser(user=one(Kind.USER, 4), email="kofi@tallgrass.example"))
    assert written(fake) == []


async def test_who_owns_something_is_deleted_only_when_that_is_said(fake, source):
    problem = await refused(source, StillOwns, DeleteUser(user=one(Kind.USER, 4)))
    assert (problem.count, problem.owned[0].kind) == (3, Kind.DASHBOARD)
    heir = DeleteUser(user=one(Kind.USER, 4), on_owned=OnOwned.TRANSFER, heir=one(Kind.USER, 3))
    await refused(source, UnsupportedBySource, heir)
    assert written(fake) == []

    outcome = await made(source, DeleteUser(user=one(Kind.USER, 4), on_owned=OnOwned.KEEP))
    assert outcome.thing.status is UserStatus.DELETED
    assert fake.tenant.dashboards[301]["owner_id"] == 4
    await refused(source, InvalidState, AddUserToGroup(user=one(Kind.USER, 4), group=one(Kind.GROUP, 6)))
    await taken_back(source, outcome)
    assert not fake.tenant.users[4]["is_deleted"]
    await refused(source, InvalidState, RestoreUser(user=one(Kind.USER, 4)))


async def test_nobody_deletes_themselves_or_the_account_of_dashgraph(fake, source):
    await refused(source, Forbidden, DeleteUser(user=one(Kind.USER, 1), on_owned=OnOwned.KEEP))
    by_another = viewer("tomas.ibarra", admin=True)
    await refused(source, Conflict, DeleteUser(user=one(Kind.USER, 1), on_owned=OnOwned.KEEP), by_another)
    assert written(fake) == []


async def test_groups_are_made_renamed_and_deleted(fake, source):
    outcome = await made(source, CreateGroup(into="holistics", called="Sales"))
    renamed = await made(source, UpdateGroup(group=outcome.thing.id, called="Sales, North"))
    assert renamed.thing.name == "Sales, North"
    await taken_back(source, renamed)
    assert (await source.things(ADMIN, GROUP, [outcome.thing.id.native]))[outcome.thing.id.native].name == "Sales"
    await taken_back(source, outcome)

    gone = await made(source, DeleteGroup(group=one(Kind.GROUP, 6)))
    assert gone.facts == {"memberships_removed": 2}
    await refused(source, NotFound, DeleteGroup(group=one(Kind.GROUP, 6)))
    await made(source, DeleteGroup(group=one(Kind.GROUP, 6)), terms=AGAIN)
    await refused(source, UnsupportedBySource, CreateGroup(into="holistics", called="X", mail="x@tallgrass.example"))
    await refused(source, Forbidden, CreateGroup(into="holistics", called="X"), KOFI)


async def test_a_member_joins_once_and_leaves_once(fake, source):
    join = AddUserToGroup(user=one(Kind.USER, 4), group=one(Kind.GROUP, 6))
    first, second = await made(source, join), await made(source, join)

    assert [outcome.facts["changed"] for outcome in (first, second)] == [True, False]
    assert written(fake) == ["POST /groups/6/add_user/4"]
    await taken_back(source, first)
    assert 4 not in fake.tenant.members(6)
    assert not (await made(source, RemoveUserFromGroup(user=join.user, group=join.group))).facts["changed"]


async def test_all_groups_of_a_user_are_set_at_once(fake, source):
    wish = SetUserGroups(user=one(Kind.USER, 4), groups=(one(Kind.GROUP, 6), one(Kind.GROUP, 4)))
    outcome = await made(source, wish)

    assert outcome.facts == {"added": 1, "removed": 1}
    assert fake.tenant.users[4]["group_ids"] == [4, 6]
    assert written(fake) == ["PUT /users/4"]
    await taken_back(source, outcome)
    assert fake.tenant.users[4]["group_ids"] == [4, 5]


async def test_dashboards_and_widgets_are_deleted_for_good(fake, source):
    await refused(source, NotFound, DeleteDashboard(dashboard=one(Kind.DASHBOARD, 303)), KOFI)
    widget = await made(source, DeleteWidget(widget=one(Kind.WIDGET, "301-v1")), KOFI)
    board = await made(source, DeleteDashboard(dashboard=one(Kind.DASHBOARD, 302)), KOFI)

    assert (widget.thing.id, widget.facts["deleted"]) == (
        one(Kind.DASHBOARD, 301), one(Kind.WIDGET, "301-v1").encode(),
    )  # fmt: skip
    assert board.trace.reason == "Holistics deletes for good"
    assert 302 not in fake.tenant.dashboards
    problem = await refused(source, InvalidState, DeleteDashboard(dashboard=one(Kind.DASHBOARD, 316)))
    assert "code of its project" in problem.message


async def test_a_file_of_a_widget_is_made_by_a_job_there_and_fetched(fake, source):
    made_there = await source.export(KOFI, Kind.WIDGET, "30201", ExportFormat.CSV)

    assert made_there.content.startswith(b"Month,Amount")
    assert fake.leaked == 0
    assert written(fake) == ["POST /dashboard_widgets/30201/submit_export"]
    text = next(str(row["id"]) for row in fake.tenant.dashboards[301]["widgets"] if row["source_type"] == "Text")
    for widget, form in (("30201", ExportFormat.PNG), (text, ExportFormat.CSV)):
        with pytest.raises(UnsupportedBySource):
            await source.export(ADMIN, Kind.WIDGET, widget, form)
    with pytest.raises(NotFound):
        await source.export(KOFI, Kind.WIDGET, "30301", ExportFormat.CSV)
