"""Lightdash as a source: what it tells, to whom, and for how many calls."""

import pytest

from asker import ADMIN, viewer
from dashgraph.app.fakes.kit import Wrong
from dashgraph.app.fakes.lightdash.fake import LightdashFake
from dashgraph.connectors.lightdash.deliveries import deliverable, jobs, targets
from dashgraph.connectors.lightdash.translate import grants, widgets
from dashgraph.domain.access import ACCESS_OF_DASHBOARD, AccessRole, AccessSort, PathKind
from dashgraph.domain.alerts import ALERTS, AlertSort, Condition, ConditionOperator
from dashgraph.domain.comments import COMMENTS_OF_DASHBOARD, CommentSort
from dashgraph.domain.dashboards import DASHBOARD, DASHBOARD_DOCUMENT, DASHBOARDS, DashboardSort
from dashgraph.domain.deliverables import DeliveryFormat
from dashgraph.domain.exports import ExportFormat
from dashgraph.domain.folders import FOLDERS, FolderSort
from dashgraph.domain.groups import GROUPS, GROUPS_OF_USER, GroupSort
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import JOBS, LOG_OF_JOB, JobSort, JobStatus
from dashgraph.domain.lists import Window, Wish
from dashgraph.domain.problems import (
    BadInput,
    ScanLimitExceeded,
    SourceFailed,
    SourceRefused,
    SourceUnavailable,
    UnsupportedBySource,
)
from dashgraph.domain.projects import MEMBERS_OF_PROJECT, PROJECTS, ProjectMemberSort, ProjectSort
from dashgraph.domain.promotion import PROMOTION_DIFF, PromotionStep
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.schedules import SCHEDULES, SCHEDULES_OF_DASHBOARD, TARGETS_OF_SCHEDULE, ScheduleSort
from dashgraph.domain.secrets import Secret
from dashgraph.domain.shares import SHARES_OF_DASHBOARD, SHARES_OF_FOLDER, ShareRule, ShareSort
from dashgraph.domain.sources import Capability, Health
from dashgraph.domain.targets import EmailTarget, Recipient, SlackChannelTarget
from dashgraph.domain.users import USERS, USERS_OF_GROUP, UserSort, UserStatus
from dashgraph.domain.widgets import WIDGET, WIDGET_DOCUMENT, WIDGETS_OF_DASHBOARD, Place, WidgetSort
from dashgraph.sources.live.settings import Credentials, Mode, Visibility
from dashgraph.sources.live.walks import remembering
from dashgraph.sources.rest.answers import Raw
from live_lightdash import NAME, opened

ALL = Window(100)
BY_TITLE = Wish(DashboardSort.TITLE_ASC, ALL)
BY_SUBJECT = Wish(ShareSort.SUBJECT_ASC, ALL)
LIST = {"GET /api/v1/org/projects": 1, "GET /api/v2/content": 1}
PEOPLE = {"GET /api/v1/org/users": 1, "GET /api/v1/org/groups": 1}


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


def named(rows, name):
    return next(uuid for uuid, row in rows.items() if row["name"] == name)


def board(fake, title):
    return named(fake.held.dashboards, title)


def user(fake, start):
    return next(uuid for uuid, row in fake.held.users.items() if row["email"].startswith(start))


def one(kind, native):
    return ResourceId(NAME, kind, native)


async def page(source, listing, sort, who=ADMIN):
    with remembering():
        found = await source.page(who, listing, Wish(sort, ALL))
    return [entry.item for entry in found.entries]


async def under(source, listing, sort, parents, who=ADMIN):
    with remembering():
        found = await source.pages(who, listing, parents, Wish(sort, ALL))
    return {parent: [entry.item for entry in its.entries] for parent, its in found.items()}


async def titles(source, who):
    return [item.title for item in await page(source, DASHBOARDS, DashboardSort.TITLE_ASC, who)]


async def test_a_list_of_dashboards_is_of_all_projects_and_two_calls(fake, source):
    found = {item.title: item for item in await page(source, DASHBOARDS, DashboardSort.TITLE_ASC)}

    assert fake.counted() == LIST
    assert len(found) == 21  # of 22; two have one title
    claims = found["Warranty claims"]
    native, project = board(fake, "Warranty claims"), named(fake.held.projects, "Workshops")
    assert claims.id == one(Kind.DASHBOARD, native)
    assert claims.folder == one(Kind.FOLDER, named(fake.held.spaces, "Warranty"))
    assert claims.project == one(Kind.PROJECT, project)
    assert claims.owner is None
    assert claims.updated_by == one(Kind.USER, user(fake, "priya"))
    assert claims.url == f"{source.settings.url}/projects/{project}/dashboards/{native}/view"
    assert (claims.slug, claims.pinned, claims.revision) == ("warranty-claims", False, None)


async def test_ten_thousand_dashboards_are_three_calls_and_one_more_is_too_many():
    async with opened(LightdashFake.crowded(10_000)) as (fake, source):
        first = await source.page(ADMIN, DASHBOARDS, Wish(DashboardSort.TITLE_ASC, Window(100)))
        assert (len(first.entries), first.has_next) == (100, True)
        assert fake.counted() == {"GET /api/v1/org/projects": 1, "GET /api/v2/content": 2}
    async with opened(LightdashFake.crowded(10_001)) as (_, source):
        with pytest.raises(ScanLimitExceeded):
            await source.page(ADMIN, DASHBOARDS, BY_TITLE)


async def test_a_page_of_a_hundred_with_widgets_and_shares_is_a_call_for_each_and_one_for_each_space():
    """114 calls: projects, 2 pages of content, 100 dashboards, 10 spaces, and users, whose names shares go by."""
    async with opened(LightdashFake.crowded(10_000)) as (fake, source):
        with remembering():
            found = await source.page(ADMIN, DASHBOARDS, Wish(DashboardSort.TITLE_ASC, Window(100)))
            ids = [entry.item.id.native for entry in found.entries]
            its = await source.pages(ADMIN, WIDGETS_OF_DASHBOARD, ids, Wish(WidgetSort.POSITION_ASC, ALL))
            shares = await source.pages(ADMIN, SHARES_OF_DASHBOARD, ids, BY_SUBJECT)

        assert {len(found.entries) for found in (*its.values(), *shares.values())} == {1}
        assert fake.counted() == {
            "GET /api/v1/org/projects": 1,
            "GET /api/v2/content": 2,
            "GET /api/v2/projects/*/dashboards/*": 100,
            "GET /api/v1/projects/*/spaces/*": 10,
            "GET /api/v1/org/users": 1,
        }


async def test_people_are_walked_in_one_call_and_groups_come_with_their_members(fake, source):
    with remembering():
        people = {item.name: item for item in (await page(source, USERS, UserSort.NAME_ASC))}
        found = {item.name: item for item in (await page(source, GROUPS, GroupSort.NAME_ASC))}
        leads = found["Workshop leads"].id.native
        members = await source.pages(ADMIN, USERS_OF_GROUP, [leads], Wish(UserSort.NAME_ASC, ALL))
        priya = await source.pages(ADMIN, GROUPS_OF_USER, [user(fake, "priya")], Wish(GroupSort.NAME_ASC, ALL))

    assert [entry.item.name for entry in members[leads].entries] == ["Priya Raghunathan", "Tomás Ibarra"]
    assert [entry.item.name for entry in priya[user(fake, "priya")].entries] == [
        "Everyone at Tallgrass", "Workshop leads",
    ]  # fmt: skip
    assert people["Nora Whitfield"].account.role.kind is RoleKind.ADMIN
    assert people["Claire Dubois-Faure"].account.role.native_name == "interactive_viewer"
    invited = people["theo.lacombe@tallgrass.example"]
    assert (invited.status, invited.initials) == (UserStatus.PENDING, "TT")


async def test_projects_tell_their_zone_and_who_has_which_role_where_from(fake, source):
    """1 call for the list, then 1 for each; of a member list 2 for each project, and the users."""
    found = {item.name: item for item in await page(source, PROJECTS, ProjectSort.NAME_ASC)}
    assert fake.counted() == {"GET /api/v1/org/projects": 1, "GET /api/v1/projects/*": 2}
    live, trial = found["Workshops"], found["Workshops (trial)"]
    assert (live.zone, live.upstream, trial.upstream) == ("Europe/Stockholm", None, live.id)

    fake.calls.clear()
    its = await under(source, MEMBERS_OF_PROJECT, ProjectMemberSort.SUBJECT_ASC, [live.id.native, trial.id.native])

    assert fake.counted() == {
        "GET /api/v1/org/users": 1,
        "GET /api/v1/org/groups": 1,
        "GET /api/v1/projects/*/access": 2,
        "GET /api/v1/projects/*/groupAccesses": 2,
    }
    roles = {each.subject: (each.role.native_name, each.inherited_from) for each in its[live.id.native]}
    assert roles[one(Kind.USER, user(fake, "lukasz"))] == ("editor", None)
    assert roles[one(Kind.GROUP, named(fake.held.groups, "Field team"))] == ("interactive_viewer", None)
    assert roles[one(Kind.USER, user(fake, "jurgen"))] == ("viewer", "organization")
    assert one(Kind.USER, user(fake, "eleni")) not in roles  # a member has no role in projects by that


async def test_folders_are_spaces_of_all_projects(fake, source):
    found = {item.name: item for item in await page(source, FOLDERS, FolderSort.NAME_ASC)}

    assert fake.counted() == {"GET /api/v1/org/projects": 1, "GET /api/v1/projects/*/spaces": 2}
    papers, drafts = found["Board papers"], found["Board drafts"]
    assert drafts.parent == papers.id
    assert (papers.private, drafts.private, papers.owner, papers.created_at) == (True, False, None, None)


async def test_shares_of_a_dashboard_are_those_of_its_space_with_where_they_come_from(fake, source):
    claims, drafts = board(fake, "Warranty claims"), board(fake, "Board: draft for May")
    its = await under(source, SHARES_OF_DASHBOARD, ShareSort.SUBJECT_ASC, [claims, drafts])

    assert fake.counted() == {**LIST, "GET /api/v1/projects/*/spaces/*": 2, "GET /api/v1/org/users": 1}
    told = {share.subject.native: (share.native_role, share.rule, share.inherited_from) for share in its[claims]}
    assert told[user(fake, "priya")] == ("admin", ShareRule.EDIT, "folder")
    assert told[user(fake, "lukasz")] == ("editor", ShareRule.EDIT, "project")
    assert told[user(fake, "eleni")] == ("viewer", ShareRule.VIEW, "group")
    assert told[user(fake, "ida")] == ("viewer", ShareRule.VIEW, "organization")
    told = {share.subject.native: (share.native_role, share.inherited_from) for share in its[drafts]}
    assert told == {
        user(fake, "nora"): ("admin", "folder"),
        user(fake, "priya"): ("editor", "folder"),
        user(fake, "Claire"): ("viewer", "folder"),
    }


async def test_of_a_folder_only_what_was_given_there_is_its_own(fake, source):
    drafts = named(fake.held.spaces, "Board drafts")
    its = await under(source, SHARES_OF_FOLDER, ShareSort.SUBJECT_ASC, [drafts])

    assert {share.subject.native: share.inherited_from for share in its[drafts]} == {
        user(fake, "nora"): None,
        user(fake, "priya"): None,
        user(fake, "Claire"): "folder",
    }
    assert its[drafts][0].id.native.startswith(f"folder:{drafts}/user/")


async def test_who_sees_a_folder_through_a_group_is_told_by_the_group(fake, source):
    margins = board(fake, "Workshop margins")

    its = await under(source, SHARES_OF_DASHBOARD, ShareSort.SUBJECT_ASC, [margins])
    access = await under(source, ACCESS_OF_DASHBOARD, AccessSort.NAME_ASC, [margins])

    finance = named(fake.held.groups, "Finance")
    assert {share.subject.native for share in its[margins]} == {finance, user(fake, "Claire"), user(fake, "nora")}
    ways = {each.user.native: [path.kind for path in each.paths] for each in access[margins]}
    assert ways[user(fake, "jurgen")] == [PathKind.GROUP]


@pytest.mark.parametrize(
    ("who", "seen", "hidden"),
    [
        ("claire.dubois", {"Board: outlook", "Workshop margins", "Turnaround"}, {"Scratchpad"}),
        ("jurgen.attenberger", {"Unpaid repairs", "Queue at the counter"}, {"Board: outlook", "Scratchpad"}),
        ("eleni.papadopoulou", {"Turnaround"}, {"Queue at the counter", "Unpaid repairs"}),
        ("marta.lindqvist", {"Scratchpad"}, {"Unpaid repairs"}),
    ],
)
async def test_people_see_what_their_account_sees(fake, source, who, seen, hidden):
    found = set(await titles(source, viewer(who)))

    assert seen <= found
    assert not hidden & found
    spaces = {row["spaceUuid"] for row in fake.held.dashboards.values()}
    assert fake.counted() == {**PEOPLE, **LIST, "GET /api/v1/projects/*/spaces/*": len(spaces)}


async def test_what_people_may_do_is_their_role_in_the_space(fake, source):
    native = board(fake, "Turnaround")

    found = {}
    for who in ("zoe.vanderlinden", "jurgen.attenberger"):
        found[who] = (await source.things(viewer(who), DASHBOARD, [native]))[native].role

    assert found == {"zoe.vanderlinden": AccessRole.EDIT, "jurgen.attenberger": AccessRole.VIEW}


async def test_widgets_are_tiles_in_the_order_of_reading(fake, source):
    """1 call for each dashboard, and 1 for the charts of each project."""
    today = board(fake, "Workshop today")
    its = await under(source, WIDGETS_OF_DASHBOARD, WidgetSort.POSITION_ASC, [today])

    assert fake.counted() == {
        **LIST, "GET /api/v2/projects/*/dashboards/*": 1, "GET /api/v1/projects/*/chart-summaries": 1,
    }  # fmt: skip
    assert [(each.title, each.type, each.subtype) for each in its[today]] == [
        ("Workshop today", "markdown", None),
        ("Bikes on stands", "saved_chart", "big_number"),
        ("Repairs by workshop", "saved_chart", "vertical_bar"),
        ("Open repairs", "saved_chart", "table"),
    ]
    last, tabs = its[today][-1], fake.held.dashboards[today]["tabs"]
    assert last.place == Place(x=0, y=11, width=18, height=9, tab=tabs[1]["uuid"])
    assert last.chart == named(fake.held.charts, "Open repairs")
    assert last.updated_at is not None

    again = await source.things(ADMIN, WIDGET, [last.id.native, f"{today}/nothing", "nothing"])
    assert again == {last.id.native: last}


async def test_documents_are_what_lightdash_answered(fake, source):
    today = board(fake, "Workshop today")
    with remembering():
        its = await source.pages(ADMIN, WIDGETS_OF_DASHBOARD, [today], Wish(WidgetSort.POSITION_ASC, ALL))
        ids = [entry.item.id.native for entry in its[today].entries]
        whole = await source.things(ADMIN, DASHBOARD_DOCUMENT, [today])
        parts = await source.things(ADMIN, WIDGET_DOCUMENT, ids)

    assert whole[today].raw["filters"]["dimensions"][0]["target"]["fieldId"] == "repairs_workshop"
    assert parts[ids[0]].raw["chart"] is None
    assert parts[ids[1]].raw["chart"]["metricQuery"]["metrics"] == ["repairs_count"]
    assert fake.counted()["GET /api/v2/projects/*/dashboards/*"] == 1
    assert fake.counted()["GET /api/v1/saved/*"] == 3


async def test_schedulers_are_schedules_and_with_thresholds_alerts(fake, source):
    schedules = {item.name: item for item in await page(source, SCHEDULES, ScheduleSort.NAME_ASC)}
    assert fake.counted() == {
        "GET /api/v1/org/projects": 1,
        "GET /api/v1/schedulers/*/list": 2,
        "GET /api/v1/projects/*/chart-summaries": 2,
    }
    alerts = await page(source, ALERTS, AlertSort.NAME_ASC)

    morning, claims = schedules["Workshops, every morning"], schedules["Claims of the week"]
    assert (morning.cron, morning.zone, morning.format) == ("30 7 * * 1-5", "Europe/Stockholm", DeliveryFormat.PNG)
    assert claims.zone == "Europe/Stockholm"  # its own is not set: the project's
    assert claims.dashboard == one(Kind.DASHBOARD, board(fake, "Warranty claims"))
    assert schedules["Marta's returns"].enabled is False
    assert [alert.conditions for alert in alerts] == [(Condition("repairs_count", ConditionOperator.GT, (5,)),)]
    told = await source.things(ADMIN, TARGETS_OF_SCHEDULE, [morning.id.native, claims.id.native])
    assert [target.channel for target in told[morning.id.native]] == ["C0REPAIRS"]
    assert told[claims.id.native][0].recipients == (Recipient(address="claire.dubois@tallgrass.example"),)


async def test_runs_are_jobs_with_their_log(fake, source):
    found = await page(source, JOBS, JobSort.CREATED_AT_DESC)
    assert fake.counted() == {"GET /api/v1/org/projects": 1, "GET /api/v1/schedulers/*/logs": 2}

    assert [job.status for job in found] == [JobStatus.FAILED, *[JobStatus.SUCCEEDED] * 4]
    failed = found[0]
    assert (failed.alert is None, failed.schedule, failed.error) == (False, None, "The warehouse did not answer")
    log = await source.things(ADMIN, LOG_OF_JOB, [failed.id.native])
    assert [(line.level, line.message) for line in log[failed.id.native]] == [
        ("error", "handleScheduledDelivery: error (The warehouse did not answer)")
    ]


async def test_schedules_are_for_their_owners(fake, source):
    claims = board(fake, "Warranty claims")

    seen = {}
    for who in ("priya.raghunathan", "tomas.ibarra"):
        its = await under(source, SCHEDULES_OF_DASHBOARD, ScheduleSort.NAME_ASC, [claims], viewer(who))
        seen[who] = [item.name for item in its[claims]]

    assert seen == {"priya.raghunathan": ["Claims of the week"], "tomas.ibarra": []}


async def test_a_csv_is_made_by_a_job_of_lightdash():
    naps = []

    async def nap(seconds):
        naps.append(seconds)

    async with opened(nap=nap) as (fake, source):
        ids = [
            f"{board(fake, 'Turnaround')}/{tile['uuid']}"
            for tile in fake.held.dashboards[board(fake, "Turnaround")]["tiles"]
        ]
        made = await source.export(ADMIN, Kind.WIDGET, ids[1], ExportFormat.CSV)

        assert (made.name, made.content[:17]) == ("median-turnaround.csv", b"Workshop,Repairs\n")
        assert naps == [0.25]
        with pytest.raises(UnsupportedBySource, match="Only charts"):
            await source.export(ADMIN, Kind.WIDGET, ids[0], ExportFormat.CSV)


async def test_comments_and_what_promoting_would_change(fake, source):
    claims = board(fake, "Warranty claims")
    queue = board(fake, "Queue at the counter")

    said = await under(source, COMMENTS_OF_DASHBOARD, CommentSort.CREATED_AT_ASC, [claims, queue])
    diff = await source.things(ADMIN, PROMOTION_DIFF, [claims, queue])

    assert [(each.author, each.resolved) for each in said[claims]] == [
        ("Claire Dubois-Faure", False),
        ("Priya Raghunathan", True),
    ]
    assert list(diff) == [queue]  # the other's project has nothing above it
    assert [(item.kind, item.step) for item in diff[queue]] == [
        ("dashboard", PromotionStep.CREATE),
        ("chart", PromotionStep.CREATE),
        ("space", PromotionStep.KEEP),
    ]


async def test_what_is_closed_to_our_account_is_absent_and_fails_nothing():
    token = Secret(LightdashFake.VIEWER_TOKEN)
    async with opened(credentials=Credentials(token=token), visibility=Visibility.EVERYONE) as (fake, source):
        everybody = await titles(source, viewer("priya.raghunathan"))
        status = await source.status()
        chart = fake.held.charts[named(fake.held.charts, "Open repairs")]
        chart["spaceUuid"] = named(fake.held.spaces, "Board papers")  # shown on a dashboard that is open
        today = board(fake, "Workshop today")
        ids = [f"{today}/{tile['uuid']}" for tile in fake.held.dashboards[today]["tiles"][2:]]
        told = await source.things(ADMIN, WIDGET_DOCUMENT, ids)

    assert [told[each].raw["chart"] is None for each in ids] == [False, True]
    assert "Board: outlook" not in everybody
    assert (status.health, status.version) == (Health.DEGRADED, "0.2904.5")


async def test_delegated_each_viewer_asks_with_a_token_of_their_own():
    token = Secret(LightdashFake.VIEWER_TOKEN)
    said = {"mode": Mode.DELEGATED, "credentials": Credentials(tokens={"jurgen.attenberger@tallgrass.example": token})}
    async with opened(**said) as (_, source):
        mine = await titles(source, viewer("jurgen.attenberger"))
        status = await source.status()

        assert "Unpaid repairs" in mine
        assert "Scratchpad" not in mine
        assert await titles(source, viewer("priya.raghunathan")) == []
        assert status.health is Health.UP


@pytest.mark.parametrize("body", [{"status": "error", "error": {"name": "UnexpectedServerError"}}, None])
async def test_the_servers_500_is_asked_once_and_one_of_something_in_between_again(fake, source, body):
    fake.board.switch_on(Wrong.ERROR, on="content", status=500 if body else 502, body=body, times=1)
    if body is None:
        assert len(await titles(source, ADMIN)) == 22
        assert fake.counted()["GET /api/v2/content"] == 2
        return
    with pytest.raises(SourceFailed) as told:
        await titles(source, ADMIN)
    assert told.value.facts["upstream"]["code"] == "UnexpectedServerError"
    assert fake.counted()["GET /api/v2/content"] == 1


async def test_the_bare_word_of_a_wrong_token_is_understood():
    async with opened(credentials=Credentials(token=Secret("ldpat_somebody_else"))) as (_, source):
        with pytest.raises(SourceRefused):
            await titles(source, ADMIN)


async def test_a_page_that_comes_again_is_an_error_and_no_end():
    async with opened(LightdashFake.crowded(10_000), scan_limit=20_000) as (fake, source):
        fake.board.switch_on(Wrong.REPLAY, on="content")
        with pytest.raises(SourceFailed):
            await titles(source, ADMIN)


async def test_one_project_that_does_not_answer_fails_the_list_rather_than_shortening_it(fake, source):
    fake.board.switch_on(Wrong.ERROR, on=f"{named(fake.held.projects, 'Workshops (trial)')}/spaces", status=503)

    with pytest.raises(SourceUnavailable):
        await page(source, FOLDERS, FolderSort.NAME_ASC)


async def test_documented_only_takes_away_what_needs_other_addresses():
    async with opened(documented_only=True) as (fake, source):
        assert source.card.reason_against(Capability.WIDGET_WRITE) is not None
        assert source.card.refusal(Capability.USER_WRITE, "inviteUsers") is not None
        assert source.card.reason_against(Capability.WIDGET_READ) is None
        assert len(await page(source, SCHEDULES, ScheduleSort.NAME_ASC)) == 4
        assert "GET /api/v1/schedulers/*/list" not in fake.counted()


async def test_settings_say_what_is_missing():
    with pytest.raises(BadInput, match="personal access token"):
        async with opened(credentials=Credentials()):
            pass
    with pytest.raises(BadInput, match="'region'"):
        async with opened(options={"region": "eu"}):
            pass


def test_grants_of_people_who_are_let_in_twice_show_the_stronger_by_itself():
    space = {
        "groupsAccess": [{"groupUuid": "g", "spaceRole": "viewer", "groupName": "G"}],
        "access": [
            {"userUuid": "both", "role": "editor", "hasDirectAccess": True, "inheritedFrom": "organization"},
            {"userUuid": "member", "role": "viewer", "hasDirectAccess": True, "inheritedFrom": "organization"},
            {"userUuid": "other", "role": "viewer", "hasDirectAccess": False, "inheritedFrom": "what is new"},
        ],
    }

    found = grants(Raw(space, NAME), {"g": ["both", "member"]})

    assert {(each.subject.native, each.role, each.inherited_from) for each in found} == {
        ("g", "viewer", None), ("both", "editor", None), ("other", "viewer", "project"),
    }  # fmt: skip


def test_what_is_not_known_of_a_scheduler_is_kept_raw_or_left_out():
    raw = {
        "schedulerUuid": "s", "name": "n", "createdBy": "u", "format": "gsheets", "enabled": True, "cron": "0 9 * * *",
        "thresholds": [{"fieldId": "f", "operator": "isUnusual", "value": 3}],
        "targets": [{"recipient": "a@b.example"}, {"webhook": "x"}, {"recipient": "c@d.example"}, {"channel": "C0"}],
    }  # fmt: skip

    alert = deliverable(Raw(raw, NAME), {})

    assert (alert.format, alert.conditions[0].raw) == (None, raw["thresholds"][0])
    assert targets(Raw(raw, NAME)) == (
        EmailTarget(recipients=(Recipient(address="a@b.example"), Recipient(address="c@d.example"))),
        SlackChannelTarget(channel="C0"),
    )


def test_steps_of_one_firing_are_one_job_as_far_as_its_slowest_step():
    def step(job, status, minute):
        return {
            "task": "t", "jobId": job, "jobGroup": "group", "schedulerUuid": "s", "status": status,
            "scheduledTime": "2026-06-15T09:00:00Z", "createdAt": f"2026-06-15T09:0{minute}:00Z",
        }  # fmt: skip

    log = {
        "schedulers": [{"schedulerUuid": "s", "createdBy": "u"}],
        "logs": [step("b", "started", 3), step("group", "completed", 2), step("group", "started", 1),
                 {**step("z", "error", 4), "schedulerUuid": "gone"}],
    }  # fmt: skip

    [job] = jobs(Raw(log, NAME))

    assert (job.id.native, job.status, job.done, job.total) == ("group", JobStatus.RUNNING, 1, 2)
    assert job.started_at.minute == 1
    assert job.finished_at is None


def test_a_tile_without_what_it_must_have_names_the_place():
    with pytest.raises(SourceFailed, match=r"tiles\[0\].x is not a number"):
        widgets(Raw({"uuid": "d", "tabs": [], "tiles": [{"uuid": "t", "y": 1, "x": "left"}]}, NAME), {})
