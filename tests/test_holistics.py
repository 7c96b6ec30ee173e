"""Holistics as a source: what it tells, to whom, and for how many calls."""

from datetime import UTC, datetime

import pytest

from asker import ADMIN, viewer
from dashgraph.app.fakes.holistics.company import ANALYST_KEY, large
from dashgraph.app.fakes.holistics.fake import HolisticsFake, Level
from dashgraph.app.fakes.kit import Wrong
from dashgraph.connectors.holistics import deliverables, translate
from dashgraph.domain.access import AccessRole
from dashgraph.domain.alerts import (
    ALERT,
    ALERTS,
    ALERTS_OF_DASHBOARD,
    TARGETS_OF_ALERT,
    AlertSort,
    Condition,
    ConditionOperator,
)
from dashgraph.domain.dashboards import (
    DASHBOARD,
    DASHBOARD_DOCUMENT,
    DASHBOARDS,
    DASHBOARDS_OF_OWNER,
    DashboardFilter,
    DashboardSort,
)
from dashgraph.domain.deliverables import DeliveryFormat, DisabledReason
from dashgraph.domain.groups import GROUP, GROUPS, GROUPS_OF_USER, GroupSort
from dashgraph.domain.ids import Kind
from dashgraph.domain.jobs import JOB, LOG_OF_JOB, JobKind, JobStatus
from dashgraph.domain.lists import Page, TextFilter, Window, Wish
from dashgraph.domain.problems import RateLimited, SourceFailed, SourceRefused
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.schedules import SCHEDULE, SCHEDULES, SCHEDULES_OF_DASHBOARD, TARGETS_OF_SCHEDULE, ScheduleSort
from dashgraph.domain.secrets import Secret
from dashgraph.domain.sources import Health
from dashgraph.domain.targets import EmailTarget, Recipient, SftpTarget, SlackChannelTarget, WebhookTarget
from dashgraph.domain.users import USER, USERS, USERS_OF_GROUP, UserSort, UserStatus
from dashgraph.domain.widgets import WIDGET, WIDGET_DOCUMENT, WIDGETS_OF_DASHBOARD, WidgetSort
from dashgraph.sources.live.settings import Credentials, Mode, Visibility
from dashgraph.sources.live.walks import remembering
from dashgraph.sources.rest.answers import Raw
from live_holistics import NAME, one, opened

ALL = Window(100)
BY_TITLE = Wish(DashboardSort.TITLE_ASC, ALL)
BY_PLACE = Wish(WidgetSort.POSITION_ASC, ALL)
BY_NAME = Wish(UserSort.NAME_ASC, ALL)
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)  # a Monday


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


def items(page):
    return [entry.item for entry in page.entries]


def asked(fake):
    """The calls so far, and none from then on."""
    counted = dict(fake.counted())
    fake.calls.clear()
    return {line.replace("/api/v2", ""): count for line, count in counted.items()}


async def test_a_dashboard_is_told_as_far_as_holistics_knows_it(fake, source):
    found = (await source.things(ADMIN, DASHBOARD, ["301"]))["301"]

    assert (found.title, found.owner, found.type, found.tags) == (
        "Dealer scorecard", one(Kind.USER, 4), "v4", ("sales", "weekly"),
    )  # fmt: skip
    assert found.url == "https://eu.holistics.example/dashboards/v4/301-dealer-scorecard"
    assert (found.folder, found.revision, found.created_at, found.role) == (None, None, None, AccessRole.ADMIN)
    assert asked(fake) == {"GET /dashboards/*": 1}


async def test_all_dashboards_are_one_walk_in_the_largest_pages(fake, source):
    page = await source.page(ADMIN, DASHBOARDS, BY_TITLE)

    assert [board.title for board in items(page)][:2] == ["Battery warranty", "Board pack"]
    assert len(page.entries) == 22
    assert [call.line for call in fake.calls] == ["GET /api/v2/dashboards?sort=id_asc&limit=100"]


async def test_only_owners_and_administrators_see_a_dashboard_where_shares_count(fake, source):
    assert [board.title for board in items(await source.page(viewer("kofi.mensah"), DASHBOARDS, BY_TITLE))] == [
        "Dealer scorecard", "Leasing partners", "Order intake today",
    ]  # fmt: skip
    assert items(await source.page(viewer("ingrid.sorensen"), DASHBOARDS, BY_TITLE)) == []
    assert await source.things(viewer("ingrid.sorensen"), DASHBOARD, ["301"]) == {}
    assert await source.things(viewer("ingrid.sorensen"), WIDGET, ["301-v1"]) == {}


async def test_everybody_sees_all_where_the_source_is_open_to_everyone():
    async with opened(visibility=Visibility.EVERYONE) as (_, source):
        assert len((await source.page(viewer("ingrid.sorensen"), DASHBOARDS, BY_TITLE)).entries) == 22


async def test_an_address_in_capitals_is_the_same_person(source):
    page = await source.page(viewer("claire.dubois"), DASHBOARDS, BY_TITLE)

    assert {board.role for board in items(page)} == {AccessRole.OWNER}
    assert len(page.entries) == 4


async def test_widgets_cost_one_call_for_each_dashboard(fake, source):
    with remembering():
        page = await source.page(ADMIN, DASHBOARDS, BY_TITLE)
        boards = [board.id.native for board in items(page)]
        found = await source.pages(ADMIN, WIDGETS_OF_DASHBOARD, boards, BY_PLACE)

    assert [widget.title for widget in items(found["301"])] == ["Orders by dealer", "Margin by dealer", "Read me"]
    assert sum(len(page.entries) for page in found.values()) == 46
    assert asked(fake) == {"GET /dashboards": 1, "GET /dashboards/*": 22}


async def test_a_dashboard_that_goes_meanwhile_is_just_not_there(fake, source):
    with remembering():
        await source.page(ADMIN, DASHBOARDS, BY_TITLE)
        del fake.tenant.dashboards[301]
        found = await source.pages(ADMIN, WIDGETS_OF_DASHBOARD, ["301", "302"], BY_PLACE)

    assert len(found["302"].entries) == 2
    assert not found.get("301", Page()).entries


async def test_widgets_cost_nothing_where_the_list_holds_them():
    fake = HolisticsFake(whole_lists=True)
    async with opened(fake) as (_, source):
        with remembering():
            boards = [board.id.native for board in items(await source.page(ADMIN, DASHBOARDS, BY_TITLE))]
            found = await source.pages(ADMIN, WIDGETS_OF_DASHBOARD, boards, BY_PLACE)

    assert sum(len(page.entries) for page in found.values()) == 46
    assert asked(fake) == {"GET /dashboards": 1}


async def test_a_widget_is_found_by_an_id_that_is_a_text_or_a_number(fake, source):
    found = await source.things(ADMIN, WIDGET, ["301-v3", "30201", "999"])

    assert set(found) == {"301-v3", "30201"}
    assert (found["301-v3"].type, found["301-v3"].chart, found["30201"].chart) == ("Text", None, "30201")
    assert found["30201"].dashboard == one(Kind.DASHBOARD, 302)
    assert found["30201"].owner == one(Kind.USER, 4)


async def test_documents_are_the_rows_without_the_key_of_embedded_dashboards(fake, source):
    board = (await source.things(ADMIN, DASHBOARD_DOCUMENT, ["305"]))["305"].raw
    widget = (await source.things(ADMIN, WIDGET_DOCUMENT, ["30201"]))["30201"].raw

    assert [one["definition"]["label"] for one in board["dynamic_filters"]] == ["Period", "Region"]
    told = translate.document(Raw({"id": 1, "embed_info": {"secret_key": "s"}}, NAME))
    assert told.raw == {"id": 1}
    assert widget["query_report"]["viz_setting"]["viz_type"] == "line_chart"


async def test_a_user_is_told_with_account_to_administrators_alone(fake, source):
    found = await source.things(ADMIN, USER, ["1", "11", "10"])
    nora, theo, gone = (found[one] for one in ("1", "11", "10"))

    assert (nora.name, nora.account.first_name, nora.account.last_name) == ("Nora Whitfield", "Nora", "Whitfield")
    assert (nora.account.role.native_name, nora.account.role.kind) == ("admin", RoleKind.ADMIN)
    assert (theo.name, theo.status) == ("theo.lacombe@tallgrass.example", UserStatus.PENDING)
    assert gone.status is UserStatus.DELETED
    assert [call.line.split("?")[1] for call in fake.calls] == ["ids%5B%5D=1&ids%5B%5D=11&ids%5B%5D=10&limit=100"]
    assert (await source.things(viewer("kofi.mensah"), USER, ["1"]))["1"].account is None


async def test_users_by_ids_are_asked_for_a_hundred_at_a_time():
    fake = HolisticsFake(large(0, users=250))
    async with opened(fake) as (_, source):
        found = await source.things(ADMIN, USER, [str(number) for number in range(1, 300)])

        assert len(found) == 250
        assert asked(fake) == {"GET /users": 3}
        assert len((await source.page(ADMIN, USERS, BY_NAME)).entries) == 100
        assert asked(fake) == {"GET /users": 3}


async def test_memberships_come_from_the_groups_which_leave_nobody_out(fake, source):
    with remembering():
        groups = items(await source.page(ADMIN, GROUPS, Wish(GroupSort.NAME_ASC, ALL)))
        members = await source.pages(ADMIN, USERS_OF_GROUP, [group.id.native for group in groups], BY_NAME)
        mine = await source.pages(ADMIN, GROUPS_OF_USER, ["11", "4"], Wish(GroupSort.NAME_ASC, ALL))

    assert [group.name for group in groups].count("Regional leads") == 2
    assert [user.name for user in items(members["6"])] == ["theo.lacombe@tallgrass.example", "Zoë van der Linden"]
    assert [group.name for group in items(mine["11"])] == ["Marketing"]
    assert asked(fake) == {"GET /groups": 1, "GET /users": 1}


async def test_one_group_is_asked_for_alone(fake, source):
    assert (await source.things(ADMIN, GROUP, ["3"]))["3"].name == "Finance"
    assert asked(fake) == {"GET /groups/*": 1}


async def test_a_schedule_is_told_with_where_it_goes(fake, source):
    found = await source.things(ADMIN, SCHEDULE, ["501", "503", "505", "507"])

    first = found["501"]
    assert (first.name, first.cron, first.zone, first.enabled) == (
        "Scorecard for {{$today}}",
        "30 7 * * 1",
        "UTC",
        True,
    )
    assert (first.format, first.filters) == (
        DeliveryFormat.PDF, {"3011": {"operator": "is", "values": ["DACH"], "modifier": None}},
    )  # fmt: skip
    assert (found["503"].format, found["503"].body) == (DeliveryFormat.INLINE, "Morning")
    assert (found["505"].enabled, found["505"].next_run_at) == (False, None)
    assert (found["507"].dashboard, found["507"].format) == (None, DeliveryFormat.CSV)
    assert (await source.things(ADMIN, TARGETS_OF_SCHEDULE, ["501", "503", "504"])) == {
        "501": (EmailTarget(id="email", recipients=(Recipient(address="kofi.mensah@tallgrass.example"),)),),
        "503": (SlackChannelTarget(id="C0TALLGRASS", channel="C0TALLGRASS", held=("token",)),),
        "504": (SftpTarget(id="sftp", host="data source 7", user="", folder="/in/late.csv", host_key=""),),
    }


def test_the_next_run_is_told_in_utc_and_only_for_what_is_understood():
    row = {
        "id": 1, "source_type": "Dashboard", "source_id": 2, "dest": {"type": "GsheetDest"},
        "schedule": {"repeat": "30 7 * * 1", "paused": False, "is_archived": True},
    }  # fmt: skip
    found = deliverables.schedule(Raw(row, NAME), NOW)
    odd = {**row, "schedule": {"repeat": "@daily", "paused": False}}

    assert found.next_run_at == datetime(2026, 6, 22, 7, 30, tzinfo=UTC)
    assert found.disabled_reason is DisabledReason.DASHBOARD_DELETED
    assert deliverables.schedule(Raw(odd, NAME), NOW).next_run_at is None


async def test_schedules_of_dashboards_are_picked_from_one_walk(fake, source):
    wish = Wish(ScheduleSort.NAME_ASC, ALL)
    found = await source.pages(ADMIN, SCHEDULES_OF_DASHBOARD, ["301", "313", "302"], wish)

    assert {board: [schedule.id.native for schedule in items(page)] for board, page in found.items()} == {
        "301": ["501"], "313": ["505", "503"], "302": [],
    }  # fmt: skip
    assert asked(fake)["GET /data_schedules"] == 1
    assert [s.id.native for s in items(await source.page(viewer("kofi.mensah"), SCHEDULES, wish))] == ["501"]


async def test_an_alert_finds_its_dashboard_by_its_widget(fake, source):
    page = await source.page(ADMIN, ALERTS, Wish(AlertSort.NAME_ASC, ALL))

    assert {alert.name: (alert.dashboard, alert.widget) for alert in items(page)}["Many late shipments"] == (
        one(Kind.DASHBOARD, 312), one(Kind.WIDGET, "312-v1"),
    )  # fmt: skip
    assert {line: count for line, count in asked(fake).items() if "widgets" in line} == {
        "GET /dashboard_widgets/312-v1": 1,
        "GET /dashboard_widgets/*": 3,
    }
    of_board = await source.pages(ADMIN, ALERTS_OF_DASHBOARD, ["312"], Wish(AlertSort.NAME_ASC, ALL))
    assert [alert.id.native for alert in items(of_board["312"])] == ["601"]


async def test_conditions_are_told_exactly_or_as_they_are(fake, source):
    rows = fake.tenant.alerts
    rows[602]["viz_conditions"] = [
        {"field_path": {"field_name": "open", "model_id": 3}, "condition": {"operator": "is", "values": [1, 2]}},
        {
            "field_path": {"field_name": "open"},
            "condition": {"operator": "between", "values": [1, 2], "modifier": None},
        },
        {"field_path": {"field_name": "at"}, "condition": {"operator": "last", "values": [2], "modifier": "day"}},
    ]

    found = await source.things(ADMIN, ALERT, ["601", "602"])

    assert found["602"].conditions == (
        Condition("3.open", ConditionOperator.IN, (1, 2)),
        Condition("open", ConditionOperator.BETWEEN, (1, 2)),
        Condition(raw=rows[602]["viz_conditions"][2]),
    )
    assert found["601"].conditions[0].raw["aggregation"] == "count"
    assert (await source.things(ADMIN, TARGETS_OF_ALERT, ["603"]))["603"] == (
        WebhookTarget(id="webhook", url="https://hooks.tallgrass.example/stock"),
    )


async def test_jobs_are_told_by_their_ids_with_log_and_result(fake, source):
    submit = fake.tenant.submit
    fine = str(submit(fake.tenant.users[1], ("DataSchedule", 501, "execute"))["job"]["id"])
    fake.tenant.failures.append("No mail server")
    failed = str(submit(fake.tenant.users[1], ("DashboardWidget", 30201, "export_csv"))["job"]["id"])
    open_one = (await source.things(ADMIN, JOB, [fine]))[fine]
    await source.things(ADMIN, JOB, [fine])
    found = await source.things(ADMIN, JOB, [fine, failed, "5", "what"])

    assert (open_one.status, open_one.native_status) == (JobStatus.RUNNING, "running")
    assert set(found) == {fine, failed}
    assert (found[fine].status, found[fine].schedule, found[fine].kind) == (
        JobStatus.SUCCEEDED, one(Kind.SCHEDULE, 501), JobKind.DELIVERY,
    )  # fmt: skip
    assert (found[failed].status, found[failed].error) == (JobStatus.FAILED, "No mail server")
    log = (await source.things(ADMIN, LOG_OF_JOB, [failed]))[failed]
    assert [(line.level, line.message) for line in log][-1] == ("error", "No mail server")


async def test_who_is_not_an_administrator_there_is_told_so():
    fake = HolisticsFake()
    async with opened(fake, credentials=Credentials(token=Secret(ANALYST_KEY))) as (_, source):
        status = await source.status()

    assert (status.health, status.message) == (
        Health.UP,
        "The key is analyst's: it cannot change users and groups, and may not see all dashboards.",
    )


async def test_each_viewers_own_key_is_used_where_that_is_configured():
    tokens = {"wei-ting.hsu@tallgrass.example": Secret(ANALYST_KEY)}
    async with opened(mode=Mode.DELEGATED, credentials=Credentials(tokens=tokens)) as (fake, source):
        assert items(await source.page(viewer("kofi.mensah"), DASHBOARDS, BY_TITLE)) == []
        assert fake.calls == []
        assert len(items(await source.page(viewer("wei-ting.hsu"), DASHBOARDS, BY_TITLE))) == 22


async def test_a_wrong_key_is_a_matter_of_the_configuration_and_shows_nowhere():
    secret = "hol-key-that-nobody-has-12345678"
    async with opened(credentials=Credentials(token=Secret(secret))) as (_, source):
        with pytest.raises(SourceRefused) as caught:
            await source.page(ADMIN, DASHBOARDS, BY_TITLE)

    assert caught.value.facts["upstream"]["code"] == "AuthError"
    assert secret not in repr((caught.value.facts, caught.value.message))


async def test_a_used_up_quota_is_told_with_the_seconds_to_wait():
    fake = HolisticsFake(quotas={Level.ANY: 1, Level.HEAVY: 1, Level.SERVER: 1})
    async with opened(fake) as (_, source):
        await source.page(ADMIN, DASHBOARDS, BY_TITLE)
        with pytest.raises(RateLimited) as caught:
            await source.page(ADMIN, DASHBOARDS, BY_TITLE)

    assert 50 <= caught.value.facts["retryAfter"] <= 61
    assert asked(fake) == {"GET /dashboards": 1}  # it was not asked in vain


async def test_a_page_that_comes_again_is_no_end():
    fake = HolisticsFake(large(250), quotas=None)
    async with opened(fake) as (_, source):
        fake.board.switch_on(Wrong.REPLAY, on="GET /api/v2/dashboards")
        with pytest.raises(SourceFailed, match="again and again"):
            await source.page(ADMIN, DASHBOARDS, BY_TITLE)


async def test_a_row_of_another_shape_names_its_place(fake, source):
    fake.tenant.dashboards[301]["title"] = 7
    with pytest.raises(SourceFailed, match=r"dashboards\[0\]\.title is not a text"):
        await source.page(ADMIN, DASHBOARDS, BY_TITLE)


async def test_ten_thousand_dashboards_are_a_hundred_pages():
    fake = HolisticsFake(large(10_000, users=50), quotas=None)
    async with opened(fake, deadline=60) as (_, source):
        wish = Wish(DashboardSort.TITLE_ASC, ALL, DashboardFilter(title=TextFilter(contains="999")))
        page = await source.page(ADMIN, DASHBOARDS, wish)

    assert len(page.entries) == 19
    assert asked(fake) == {"GET /dashboards": 100}


async def test_what_somebody_owns_is_picked_from_the_walk(source):
    found = await source.pages(ADMIN, DASHBOARDS_OF_OWNER, ["10"], BY_TITLE)

    assert [board.title for board in items(found["10"])] == ["Regional targets", "Spring campaign"]
