"""Lightdash changed: what each change does there, who may make it, and what it leaves behind to take it back."""

import asyncio
import contextlib

import pytest

from asker import ADMIN, viewer
from dashgraph.app.fakes.kit import Wrong
from dashgraph.app.fakes.lightdash.fake import LightdashFake
from dashgraph.domain import alert_changes, schedule_changes
from dashgraph.domain.alert_changes import SetAlertEnabled, UpdateAlert
from dashgraph.domain.alerts import Condition, ConditionOperator
from dashgraph.domain.changes import Terms
from dashgraph.domain.dashboard_changes import (
    CreateDashboard,
    DeleteDashboard,
    DuplicateDashboard,
    MoveDashboard,
    UpdateDashboard,
)
from dashgraph.domain.deliverables import DeliveryFormat
from dashgraph.domain.folder_changes import CreateFolder, DeleteFolder, FolderDeletion, MoveFolder, RenameFolder
from dashgraph.domain.groups import (
    AddUserToGroup,
    CreateGroup,
    DeleteGroup,
    RemoveUserFromGroup,
    SetUserGroups,
    UpdateGroup,
)
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import JOB, JobStatus
from dashgraph.domain.problems import (
    BadInput,
    Conflict,
    Forbidden,
    InvalidState,
    NotFound,
    SourceUnavailable,
    UnsupportedBySource,
)
from dashgraph.domain.projects import GrantProjectAccess, RevokeProjectAccess, UpdateScheduleSettings
from dashgraph.domain.promotion import PromoteDashboard
from dashgraph.domain.reports import SendReport
from dashgraph.domain.schedule_changes import (
    CreateSchedule,
    DeleteSchedule,
    RunSchedule,
    SetScheduleEnabled,
    UpdateSchedule,
)
from dashgraph.domain.shares import AddShare, Grant, RemoveShare, ShareRule, UpdateShare
from dashgraph.domain.targets import EmailTarget, Recipient, SlackChannelTarget, WebhookTarget
from dashgraph.domain.user_changes import ChangeUserRole, DeleteUser, InviteUsers, OnOwned
from dashgraph.domain.viewers import Viewer
from dashgraph.domain.widget_changes import CreateWidget, DeleteWidget, DuplicateWidget, MoveWidget, UpdateWidget
from dashgraph.sources.live.source import LiveSource
from live_lightdash import NAME, opened

EDITOR, READER = viewer("zoe.vanderlinden"), viewer("jurgen.attenberger")
WRITES = ("POST", "PATCH", "PUT", "DELETE")


class Desk:
    """The source on its fake, changed by whoever is said; content by name."""

    def __init__(self, fake: LightdashFake, source: LiveSource) -> None:
        self.fake, self.source, self.held = fake, source, fake.held

    async def do(self, change, who: Viewer = ADMIN, **terms):
        return (await self.source.change_all(who, {0: change}, Terms(**terms)))[0]

    async def undone(self, outcome, who: Viewer = ADMIN):
        """Take it back as its trace says."""
        assert outcome.trace.undo
        for change in outcome.trace.undo:
            await self.do(change, who)

    def board(self, title):
        return self._id(Kind.DASHBOARD, self.held.dashboards, title)

    def folder(self, name):
        return self._id(Kind.FOLDER, self.held.spaces, name)

    def group(self, name):
        return self._id(Kind.GROUP, self.held.groups, name)

    def project(self, name):
        return self._id(Kind.PROJECT, self.held.projects, name)

    def schedule(self, name, kind=Kind.SCHEDULE):
        return self._id(kind, self.held.schedulers, name)

    def user(self, start):
        found = next(uuid for uuid, row in self.held.users.items() if row["email"].startswith(start))
        return ResourceId(NAME, Kind.USER, found)

    def widget(self, title, place):
        board = self.board(title)
        tile = self.held.dashboards[board.native]["tiles"][place]["uuid"]
        return ResourceId(NAME, Kind.WIDGET, f"{board.native}/{tile}")

    def tiles(self, title):
        return self.held.dashboards[self.board(title).native]["tiles"]

    @property
    def writes(self):
        return [call.line for call in self.fake.calls if call.line.startswith(WRITES)]

    def _id(self, kind, rows, name):
        return ResourceId(NAME, kind, next(uuid for uuid, row in rows.items() if row["name"] == name))


@pytest.fixture
async def desk():
    async with opened() as (fake, source):
        yield Desk(fake, source)


async def test_a_dashboard_is_made_in_a_folder_and_taken_back(desk):
    wish = CreateDashboard(place=NAME, title="Night shift", description="Late", folder=desk.folder("Repairs"))

    made = await desk.do(wish, EDITOR)

    row = desk.held.dashboards[made.thing.id.native]
    assert (row["name"], row["description"], row["spaceUuid"]) == ("Night shift", "Late", wish.folder.native)
    assert made.thing.title == "Night shift"
    await desk.undone(made)
    assert made.thing.id.native not in desk.held.dashboards


async def test_who_only_looks_makes_and_changes_nothing(desk):
    for change in (
        CreateDashboard(place=NAME, title="Mine", folder=desk.folder("Repairs")),
        UpdateDashboard(dashboard=desk.board("Turnaround"), title="Mine"),
        DeleteDashboard(dashboard=desk.board("Turnaround")),
        MoveDashboard(dashboard=desk.board("Turnaround"), folder=desk.folder("Finance room")),
        DeleteWidget(widget=desk.widget("Turnaround", 0)),
        RenameFolder(folder=desk.folder("Repairs"), name="Mine"),
        AddShare(folder=desk.folder("Finance room"), grant=Grant(desk.user("ida"))),
        CreateGroup(into=NAME, called="Mine"),
        ChangeUserRole(user=desk.user("jurgen"), role="admin"),
        GrantProjectAccess(project=desk.project("Workshops"), subject=desk.user("jurgen"), role="admin"),
        PromoteDashboard(dashboard=desk.board("Queue at the counter")),
    ):
        with pytest.raises(Forbidden):
            await desk.do(change, READER)

    assert desk.writes == []


async def test_what_is_hidden_is_not_there_to_be_changed(desk):
    for change in (
        UpdateDashboard(dashboard=desk.board("Board: outlook"), title="Mine"),
        MoveWidget(widget=desk.widget("Board: outlook", 0), dashboard=desk.board("Turnaround")),
        RenameFolder(folder=desk.folder("Board papers"), name="Mine"),
        SetScheduleEnabled(deliverable=desk.schedule("Claims of the week"), enabled=False),
    ):
        with pytest.raises(NotFound):
            await desk.do(change, READER)

    assert desk.writes == []


async def test_a_dry_run_writes_nothing(desk):
    board, folder = desk.board("Turnaround"), desk.folder("Parts")
    for change in (
        CreateDashboard(place=NAME, title="New", folder=folder),
        UpdateDashboard(dashboard=board, title="New", filters=()),
        DuplicateDashboard(dashboard=board),
        MoveDashboard(dashboard=board, folder=folder),
        DeleteDashboard(dashboard=board),
        PromoteDashboard(dashboard=desk.board("Queue at the counter")),
        CreateWidget(dashboard=board, type="markdown", title="New"),
        UpdateWidget(widget=desk.widget("Turnaround", 0), title="New"),
        MoveWidget(widget=desk.widget("Turnaround", 2), dashboard=desk.board("Stock of parts")),
        DuplicateWidget(widget=desk.widget("Turnaround", 0)),
        DeleteWidget(widget=desk.widget("Turnaround", 0)),
        CreateFolder(place=NAME, name="New", parent=folder),
        RenameFolder(folder=folder, name="New"),
        MoveFolder(folder=folder, parent=desk.folder("Repairs")),
        DeleteFolder(folder=folder, mode=FolderDeletion.DELETE_CONTENT),
        AddShare(folder=folder, grant=Grant(desk.user("ida"))),
        InviteUsers(into=NAME, emails=("new@x.example",), role="viewer"),
        ChangeUserRole(user=desk.user("ida"), role="editor"),
        DeleteUser(user=desk.user("ida")),
        CreateGroup(into=NAME, called="New"),
        UpdateGroup(group=desk.group("Finance"), called="New"),
        DeleteGroup(group=desk.group("Finance")),
        AddUserToGroup(user=desk.user("ida"), group=desk.group("Finance")),
        SetUserGroups(user=desk.user("ida"), groups=()),
        GrantProjectAccess(project=desk.project("Workshops"), subject=desk.user("ida"), role="editor"),
        UpdateScheduleSettings(project=desk.project("Workshops"), zone="Europe/Paris"),
        SetScheduleEnabled(deliverable=desk.schedule("Claims of the week"), enabled=False),
        DeleteSchedule(deliverable=desk.schedule("Claims of the week")),
        RunSchedule(deliverable=desk.schedule("Claims of the week")),
    ):
        assert (await desk.do(change, dry_run=True)).problem is None

    assert desk.writes == []


async def test_what_dashboards_of_lightdash_do_not_have_is_refused_without_a_call(desk):
    board = desk.board("Turnaround")
    for change in (
        UpdateDashboard(dashboard=board, style={"palette": "x"}),
        UpdateDashboard(dashboard=board, layout={}),
        CreateWidget(dashboard=board, type="markdown", panels=()),
        AddShare(dashboard=board, grant=Grant(desk.user("ida"))),
        UpdateGroup(group=desk.group("Finance"), mail="a@b.example"),
    ):
        with pytest.raises(UnsupportedBySource):
            await desk.do(change)
    for change in (
        CreateDashboard(place=NAME, title="Nowhere"),
        CreateDashboard(place=NAME, title=" ", folder=desk.folder("Parts")),
        UpdateDashboard(dashboard=board, filters=({"jaql": {}},)),
        MoveDashboard(dashboard=board, folder=None),
    ):
        with pytest.raises(BadInput):
            await desk.do(change)

    assert desk.writes == []


async def test_a_new_title_leaves_everything_else_and_can_be_taken_back(desk):
    board = desk.board("Workshop today")
    before = dict(desk.held.dashboards[board.native])

    told = await desk.do(UpdateDashboard(dashboard=board, title="Now", description=None), EDITOR)

    after = desk.held.dashboards[board.native]
    assert told.thing.title == "Now"
    assert {key for key in after if after[key] != before[key]} == {"name", "description"}
    assert told.trace.before == {"title": before["name"], "description": before["description"]}
    await desk.undone(told)
    assert desk.held.dashboards[board.native] == before


async def test_documented_only_a_title_is_changed_by_the_documented_way():
    async with opened(documented_only=True) as (fake, source):
        desk = Desk(fake, source)
        board = desk.board("Turnaround")

        told = await desk.do(UpdateDashboard(dashboard=board, title="Turnaround time"))

        assert desk.writes == [f"PATCH /api/v1/projects/{desk.project('Workshops').native}/dashboards"]
        assert told.thing.description == "Days from the counter to the road."


async def test_filters_are_replaced_and_tiles_and_tabs_stay(desk):
    board = desk.board("Workshop today")
    before = dict(desk.held.dashboards[board.native])
    rule = {"target": {"fieldId": "repairs_frame", "tableName": "repairs"}, "operator": "equals", "values": ["R7"]}

    await desk.do(UpdateDashboard(dashboard=board, filters=({**rule, "label": None},)), EDITOR)

    after = desk.held.dashboards[board.native]
    assert [one["target"] for one in after["filters"]["dimensions"]] == [rule["target"]]
    assert (after["tiles"], after["tabs"]) == (before["tiles"], before["tabs"])


async def test_a_copy_lands_beside_its_original(desk):
    told = await desk.do(DuplicateDashboard(dashboard=desk.board("Warranty claims")), EDITOR)

    assert told.thing.title == "Warranty claims (copy)"
    assert told.thing.folder == desk.folder("Warranty")
    await desk.undone(told)


async def test_a_dashboard_moves_within_its_project(desk):
    board = desk.board("Turnaround")

    told = await desk.do(MoveDashboard(dashboard=board, folder=desk.folder("Parts")), EDITOR)
    assert told.thing.folder == desk.folder("Parts")
    await desk.undone(told, EDITOR)
    assert desk.held.dashboards[board.native]["spaceUuid"] == desk.folder("Repairs").native

    trial = ResourceId(NAME, Kind.FOLDER, list(desk.held.spaces)[-1])
    with pytest.raises(BadInput, match="within a project"):
        await desk.do(MoveDashboard(dashboard=board, folder=trial))


async def test_deleting_is_for_good_and_done_already_when_sent_again(desk):
    board = desk.board("Turnaround")

    told = await desk.do(DeleteDashboard(dashboard=board), EDITOR)

    assert (told.facts["deleted"], told.trace.undo) == (board.encode(), ())
    assert board.native not in desk.held.dashboards
    with pytest.raises(NotFound):
        await desk.do(DeleteDashboard(dashboard=board))
    assert (await desk.do(DeleteDashboard(dashboard=board), again=True)).problem is None


async def test_a_dashboard_that_was_made_before_the_answer_was_lost_is_not_made_twice(desk):
    wish = CreateDashboard(place=NAME, title="Once", folder=desk.folder("Parts"))
    desk.fake.board.switch_on(Wrong.CUT_AFTER, on="POST", times=1)
    with pytest.raises(SourceUnavailable):
        await desk.do(wish)

    told = await desk.do(wish, again=True)

    assert [row["uuid"] for row in desk.held.dashboards.values() if row["name"] == "Once"] == [told.thing.id.native]


async def test_what_was_done_before_the_answer_was_lost_is_not_done_twice(desk):
    board, folder = desk.board("Turnaround"), desk.folder("Board papers")
    wishes = (
        (CreateWidget(dashboard=board, type="heading", title="Once"), "PATCH"),
        (MoveWidget(widget=desk.widget("Turnaround", 2), dashboard=desk.board("Stock of parts")), "PATCH"),
        (AddShare(folder=folder, grant=Grant(desk.user("tomas"))), "POST"),
        (CreateGroup(into=NAME, called="Once"), "POST"),
        (CreateFolder(place=NAME, name="Once", parent=desk.folder("Repairs")), "POST"),
        (DeleteFolder(folder=desk.folder("Marta's bench"), mode=FolderDeletion.DELETE_CONTENT), "DELETE"),
        (DeleteGroup(group=desk.group("Finance")), "DELETE"),
        (DeleteUser(user=desk.user("ida")), "DELETE"),
        (DeleteSchedule(deliverable=desk.schedule("Claims of the week")), "DELETE"),
    )
    for wish, method in wishes:
        desk.fake.board.switch_on(Wrong.CUT_AFTER, on=method, times=3 if method == "DELETE" else 1)
        with contextlib.suppress(SourceUnavailable):  # what may be repeated has been, perhaps
            await desk.do(wish)
        desk.fake.board.switch_off()

        for _ in range(2):
            assert (await desk.do(wish, again=True)).problem is None

    texts = [tile["properties"].get("text") for tile in desk.tiles("Turnaround")]
    assert texts.count("Once") == 1
    assert len([tile for tile in desk.tiles("Stock of parts") if tile["type"] == "saved_chart"]) == 3
    for rows in (desk.held.groups, desk.held.spaces):
        assert [row["name"] for row in rows.values()].count("Once") == 1


async def test_promoting_is_for_who_may_edit_both_projects_and_tells_what_it_did(desk):
    queue = desk.board("Queue at the counter")

    told = await desk.do(PromoteDashboard(dashboard=queue), EDITOR)

    assert [(one["kind"], one["step"]) for one in told.facts["items"]] == [
        ("dashboard", "create"), ("chart", "create"), ("space", "keep"),
    ]  # fmt: skip
    project = desk.project("Workshops").native
    assert "Queue at the counter" in {
        row["name"] for row in desk.held.dashboards.values() if row["projectUuid"] == project
    }
    with pytest.raises(InvalidState, match="no project above"):
        await desk.do(PromoteDashboard(dashboard=desk.board("Turnaround")), EDITOR)


async def test_a_tile_goes_to_the_bottom_and_all_else_stays(desk):
    before = dict(desk.held.dashboards[desk.board("Workshop today").native])
    wish = CreateWidget(
        dashboard=desk.board("Workshop today"),
        document={"tile": {"type": "markdown", "properties": {"content": "Read me"}, "w": 36, "h": 2}},
        title="Note",
    )

    told = await desk.do(wish, EDITOR)

    after = desk.held.dashboards[desk.board("Workshop today").native]
    assert after["tiles"][:-1] == before["tiles"]
    assert (after["tabs"], after["filters"]) == (before["tabs"], before["filters"])
    assert after["tiles"][-1]["properties"]["content"] == "Read me"
    assert after["tiles"][-1]["y"] == max(tile["y"] + tile["h"] for tile in before["tiles"])
    assert (told.thing.title, told.thing.type) == ("Note", "markdown")
    await desk.undone(told, EDITOR)
    assert desk.tiles("Workshop today") == before["tiles"]


async def test_fifty_who_add_at_the_same_time_lose_nothing(desk):
    board = desk.board("Workshop today")
    first = len(desk.tiles("Workshop today"))
    desk.fake.board.jitter = 0.01

    async def add(number):
        return await desk.do(CreateWidget(dashboard=board, type="heading", title=f"Heading {number}"), EDITOR)

    told = await asyncio.gather(*(add(number) for number in range(50)))

    texts = [tile["properties"]["text"] for tile in desk.tiles("Workshop today")[first:]]
    assert sorted(texts) == sorted(f"Heading {number}" for number in range(50))
    assert len({outcome.thing.id for outcome in told}) == 50
    assert len({tile["y"] for tile in desk.tiles("Workshop today")[first:]}) == 50


async def test_what_somebody_else_wrote_over_is_written_again(desk):
    """Whoever wrote in between had read the dashboard before: their list of tiles does not have ours."""
    board = desk.board("Turnaround").native
    held = desk.held
    overwritten = []
    write = held.write_version

    def once_over(dashboard, by, *, tiles, tabs, filters):
        stale = list(held.dashboards[dashboard]["tiles"])
        write(dashboard, by, tiles=tiles, tabs=tabs, filters=filters)
        if not overwritten:
            overwritten.append(dashboard)
            write(
                dashboard,
                by,
                tiles=[*stale, {"type": "heading", "x": 0, "y": 99, "w": 1, "h": 1}],
                tabs=(),
                filters=None,
            )

    held.write_version = once_over
    await desk.do(CreateWidget(dashboard=desk.board("Turnaround"), type="heading", title="Ours"), EDITOR)

    texts = [tile["properties"].get("text") for tile in held.dashboards[board]["tiles"]]
    assert texts[-2:] == ["", "Ours"]


async def test_a_tile_is_changed_in_its_place(desk):
    widget = desk.widget("Turnaround", 0)

    told = await desk.do(UpdateWidget(widget=widget, title="Read this"), EDITOR)

    assert told.thing.title == "Read this"
    assert desk.tiles("Turnaround")[0]["uuid"] == widget.native.partition("/")[2]
    await desk.undone(told, EDITOR)
    assert desk.tiles("Turnaround")[0]["properties"]["title"] == "Turnaround"
    with pytest.raises(BadInput, match="stays of its type"):
        await desk.do(UpdateWidget(widget=widget, type="heading"), EDITOR)


async def test_a_tile_moves_to_another_dashboard_but_not_with_a_chart_that_lives_in_this_one(desk):
    before = len(desk.tiles("Stock of parts"))
    target = desk.board("Stock of parts")

    told = await desk.do(MoveWidget(widget=desk.widget("Turnaround", 2), dashboard=target), EDITOR)

    assert len(desk.tiles("Turnaround")) == 2
    assert len(desk.tiles("Stock of parts")) == before + 1
    assert told.thing.dashboard == target
    await desk.undone(told, EDITOR)
    assert len(desk.tiles("Stock of parts")) == before
    with pytest.raises(Conflict, match="lives in this dashboard"):
        await desk.do(MoveWidget(widget=desk.widget("Turnaround", 1), dashboard=target), EDITOR)


async def test_a_tile_is_doubled_and_deleted(desk):
    told = await desk.do(DuplicateWidget(widget=desk.widget("Turnaround", 2)), EDITOR)
    assert told.thing.chart == desk.tiles("Turnaround")[2]["properties"]["savedChartUuid"]

    gone = await desk.do(DeleteWidget(widget=told.thing.id), EDITOR)

    assert gone.thing.id == desk.board("Turnaround")
    assert len(desk.tiles("Turnaround")) == 3
    await desk.undone(gone, EDITOR)
    assert len(desk.tiles("Turnaround")) == 4
    with_its_chart = await desk.do(DeleteWidget(widget=desk.widget("Turnaround", 1)), EDITOR)
    assert with_its_chart.trace.reason == "its chart lived in the dashboard and went with it"


async def test_a_folder_is_made_renamed_moved_and_deleted(desk):
    made = await desk.do(CreateFolder(place=NAME, name="Brakes", parent=desk.folder("Repairs")), EDITOR)
    assert made.thing.parent == desk.folder("Repairs")

    renamed = await desk.do(RenameFolder(folder=made.thing.id, name="Brakes and rims"), EDITOR)
    assert renamed.thing.name == "Brakes and rims"
    await desk.undone(renamed, EDITOR)
    moved = await desk.do(MoveFolder(folder=made.thing.id, parent=desk.folder("Parts")), ADMIN)
    assert moved.thing.parent == desk.folder("Parts")
    with pytest.raises(BadInput, match="into itself"):
        await desk.do(MoveFolder(folder=desk.folder("Parts"), parent=made.thing.id), ADMIN)

    gone = await desk.do(DeleteFolder(folder=made.thing.id), ADMIN)
    assert gone.facts["deleted"] == made.thing.id.encode()
    assert made.thing.id.native not in desk.held.spaces


async def test_renaming_a_private_folder_keeps_it_private(desk):
    await desk.do(RenameFolder(folder=desk.folder("Board papers"), name="Papers"), ADMIN)

    assert desk.held.spaces[desk.folder("Papers").native]["inheritParentPermissions"] is False


async def test_at_the_top_a_folder_needs_a_project_that_is_clear(desk):
    with pytest.raises(BadInput, match="2 projects"):
        await desk.do(CreateFolder(place=NAME, name="New"))
    trial = desk.project("Workshops (trial)").native
    async with opened(desk.fake, options={"project": trial}) as (_, source):
        made = (await source.change_all(ADMIN, {0: CreateFolder(place=NAME, name="New")}, Terms()))[0]

    assert made.thing.project.native == trial


async def test_a_folder_with_content_goes_only_as_the_mode_says(desk):
    warranty = desk.folder("Warranty")
    boards = [row for row in desk.held.dashboards.values() if row["spaceUuid"] == warranty.native]
    with pytest.raises(InvalidState, match="6 dashboards, charts and folders"):
        await desk.do(DeleteFolder(folder=warranty))

    told = await desk.do(DeleteFolder(folder=warranty, mode=FolderDeletion.MOVE_TO_PARENT))

    assert told.facts["dashboards"] == len(boards) == 3
    assert {row["spaceUuid"] for row in boards} == {desk.folder("Repairs").native}
    with pytest.raises(InvalidState, match="at the top"):
        await desk.do(DeleteFolder(folder=desk.folder("Repairs"), mode=FolderDeletion.MOVE_TO_PARENT))
    await desk.do(DeleteFolder(folder=desk.folder("Repairs"), mode=FolderDeletion.DELETE_CONTENT))
    assert "Turnaround" not in {row["name"] for row in desk.held.dashboards.values()}


async def test_a_folder_is_shared_by_its_administrators_with_users_and_groups(desk):
    folder, tomas = desk.folder("Board papers"), desk.user("tomas")
    told = await desk.do(AddShare(folder=folder, grant=Grant(tomas, ShareRule.EDIT)))
    assert (told.thing.subject, told.thing.rule, told.thing.inherited_from) == (tomas, ShareRule.EDIT, None)
    with pytest.raises(Conflict, match="shared with them already"):
        await desk.do(AddShare(folder=folder, grant=Grant(tomas)))

    less = await desk.do(UpdateShare(share=told.thing.id, rule=ShareRule.VIEW))
    assert less.thing.native_role == "viewer"
    await desk.undone(less)
    group = await desk.do(AddShare(folder=folder, grant=Grant(desk.group("Workshop leads"))))
    gone = await desk.do(RemoveShare(share=told.thing.id))

    assert gone.thing.id == folder
    assert [(way["kind"], way["group"]) for way in gone.facts["still_has_access_via"]] == [
        ("group", desk.group("Workshop leads").native)
    ]
    await desk.undone(group)
    assert desk.held.spaces[folder.native]["groups"] == {}


async def test_a_share_that_comes_from_elsewhere_is_changed_there(desk):
    repairs, papers = desk.folder("Repairs").native, desk.folder("Board papers").native
    ida, board = desk.user("ida").native, desk.board("Turnaround").native
    for native in (f"folder:{repairs}/user/{ida}", f"{board}/user/{ida}"):
        with pytest.raises(UnsupportedBySource):
            await desk.do(RemoveShare(share=ResourceId(NAME, Kind.SHARE, native)))
    with pytest.raises(NotFound):
        await desk.do(RemoveShare(share=ResourceId(NAME, Kind.SHARE, f"folder:{papers}/user/{ida}")))

    assert desk.writes == []


async def test_people_are_invited_and_their_groups_with_them(desk):
    wish = InviteUsers(
        into=NAME,
        emails=("new@tallgrass.example", "IDA.FALK@fjordmetrics.example", "nonsense"),
        role="viewer",
        groups=(desk.group("Finance"),),
    )

    told = await desk.do(wish)

    assert [(one["email"], one["outcome"]) for one in told.facts["results"]] == [
        ("new@tallgrass.example", "invited"), ("IDA.FALK@fjordmetrics.example", "existing"), ("nonsense", "refused"),
    ]  # fmt: skip
    assert desk.user("new@").native in desk.held.groups[desk.group("Finance").native]["members"]
    with pytest.raises(BadInput, match="no role"):
        await desk.do(InviteUsers(into=NAME, emails=("a@b.example",), role="emperor"))


async def test_a_role_is_changed_and_taken_back_but_not_the_last_administrators(desk):
    told = await desk.do(ChangeUserRole(user=desk.user("ida"), role="editor"))
    assert told.thing.account.role.native_name == "editor"
    await desk.undone(told)
    assert desk.held.users[desk.user("ida").native]["role"] == "viewer"

    for change in (ChangeUserRole(user=desk.user("nora"), role="viewer"), DeleteUser(user=desk.user("nora"))):
        with pytest.raises(InvalidState, match="last administrator"):
            await desk.do(change)


async def test_a_user_with_schedules_is_deleted_only_when_that_is_said(desk):
    marta = desk.user("marta")
    with pytest.raises(InvalidState, match="Marta's returns"):
        await desk.do(DeleteUser(user=marta))
    with pytest.raises(UnsupportedBySource):
        await desk.do(DeleteUser(user=marta, on_owned=OnOwned.TRANSFER, heir=desk.user("zoe")))
    assert desk.writes == []

    await desk.do(DeleteUser(user=marta, on_owned=OnOwned.KEEP))

    assert marta.native not in desk.held.users
    assert "Scratchpad" in {row["name"] for row in desk.held.dashboards.values()}


async def test_groups_and_who_is_in_them(desk):
    made = await desk.do(CreateGroup(into=NAME, called="Couriers"))
    with pytest.raises(Conflict):
        await desk.do(CreateGroup(into=NAME, called="Couriers"))
    renamed = await desk.do(UpdateGroup(group=made.thing.id, called="Riders"))
    assert renamed.thing.name == "Riders"
    ida, riders = desk.user("ida"), made.thing.id

    added = [await desk.do(AddUserToGroup(user=ida, group=riders)) for _ in range(2)]
    removed = [await desk.do(RemoveUserFromGroup(user=ida, group=riders)) for _ in range(2)]

    assert [told.facts["changed"] for told in (*added, *removed)] == [True, False, True, False]
    told = await desk.do(SetUserGroups(user=desk.user("priya"), groups=(riders, desk.group("Workshop leads"))))
    assert (told.facts["added"], told.facts["removed"]) == (1, 1)
    await desk.undone(told)
    assert desk.held.groups[riders.native]["members"] == []
    gone = await desk.do(DeleteGroup(group=desk.group("Workshop leads")))
    assert gone.facts["memberships_removed"] == 2


async def test_roles_in_projects_are_given_to_users_and_groups_and_taken_back(desk):
    project = desk.project("Workshops")
    for subject, held in ((desk.user("ida"), "access"), (desk.group("Finance"), "groupAccess")):
        given = await desk.do(GrantProjectAccess(project=project, subject=subject, role="editor"))
        more = await desk.do(GrantProjectAccess(project=project, subject=subject, role="developer"))
        assert desk.held.projects[project.native][held][subject.native] == "developer"
        await desk.undone(more)
        assert desk.held.projects[project.native][held][subject.native] == "editor"
        await desk.undone(given)
        assert subject.native not in desk.held.projects[project.native][held]

    with pytest.raises(NotFound, match="comes from elsewhere"):
        await desk.do(RevokeProjectAccess(project=project, subject=desk.user("ida")))
    zone = await desk.do(UpdateScheduleSettings(project=project, zone="Europe/Paris"))
    assert (zone.thing.zone, desk.held.projects[project.native]["schedulerTimezone"]) == ("Europe/Paris",) * 2


async def test_a_schedule_of_a_dashboard_or_of_a_chart_on_it(desk):
    said = {"dashboard": desk.board("Turnaround"), "cron": "15 6 * * *", "format": DeliveryFormat.CSV, "enabled": False}
    targets = (EmailTarget(recipients=(Recipient(user=desk.user("ida")),)), SlackChannelTarget(channel="C0TURN"))

    made = await desk.do(CreateSchedule(called="Turnaround, daily", targets=targets, zone="Europe/Paris", **said))
    chart = await desk.do(
        CreateSchedule(called="A chart", targets=targets, widget=desk.widget("Turnaround", 1), **said)
    )

    row = desk.held.schedulers[made.thing.id.native]
    assert (row["cron"], row["timezone"], row["enabled"]) == ("15 6 * * *", "Europe/Paris", False)
    assert [target.get("recipient") or target["channel"] for target in row["targets"]] == [
        "ida.falk@fjordmetrics.example", "C0TURN",
    ]  # fmt: skip
    assert desk.held.schedulers[chart.thing.id.native]["dashboardUuid"] is None
    assert chart.thing.dashboard == desk.board("Turnaround")  # in which the chart lives
    await desk.undone(made)
    assert made.thing.id.native not in desk.held.schedulers


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"cron": "* * * * *"}, BadInput),
        ({"format": DeliveryFormat.PDF}, UnsupportedBySource),
        ({"subject": "Hello"}, UnsupportedBySource),
        ({"zone": "Nowhere/Here"}, BadInput),
        ({"targets": ()}, BadInput),
        ({"targets": (WebhookTarget(url="https://hook.example"),)}, UnsupportedBySource),
        ({"filters": {"palette": 1}}, BadInput),
    ],
)
async def test_what_lightdash_would_take_and_not_do_is_refused_before(desk, said, problem):
    wish = {
        "dashboard": desk.board("Turnaround"), "called": "S", "cron": "0 6 * * *", "format": DeliveryFormat.CSV,
        "targets": (EmailTarget(recipients=(Recipient(address="a@b.example"),)),),
    }  # fmt: skip

    with pytest.raises(problem):
        await desk.do(CreateSchedule(**{**wish, **said}))

    assert desk.writes == []


async def test_an_update_says_all_of_it_again_and_keeps_what_is_not_ours(desk):
    owner = viewer("priya.raghunathan")
    claims = desk.schedule("Claims of the week")
    desk.held.schedulers[claims.native]["notificationFrequency"] = "always"

    told = await desk.do(UpdateSchedule(deliverable=claims, called="Claims, Mondays", cron="0 8 * * 1"), owner)

    row = desk.held.schedulers[claims.native]
    assert (row["name"], row["cron"], row["format"]) == ("Claims, Mondays", "0 8 * * 1", "csv")
    assert [target["recipient"] for target in row["targets"]] == ["claire.dubois@tallgrass.example"]
    assert (row["options"], row["notificationFrequency"]) == ({"formatted": True, "limit": "table"}, "always")
    assert told.thing.name == "Claims, Mondays"


async def test_a_schedule_is_paused_run_tested_and_deleted(desk):
    owner, claims = viewer("priya.raghunathan"), desk.schedule("Claims of the week")
    paused = await desk.do(SetScheduleEnabled(deliverable=claims, enabled=False), owner)
    assert paused.thing.enabled is False
    await desk.undone(paused, owner)

    ran = await desk.do(RunSchedule(deliverable=claims), owner)
    job = ResourceId.decode(ran.facts["job"])
    statuses = [(await desk.source.things(ADMIN, JOB, [job.native]))[job.native].status for _ in range(2)]
    assert statuses == [JobStatus.RUNNING, JobStatus.SUCCEEDED]
    tested = await desk.do(schedule_changes.TestSchedule(deliverable=claims), owner)
    assert tested.facts["job"] != ran.facts["job"]

    gone = await desk.do(DeleteSchedule(deliverable=claims), owner)
    assert gone.facts["deleted"] == claims.encode()
    assert claims.native not in desk.held.schedulers
    with pytest.raises(NotFound):
        await desk.do(DeleteSchedule(deliverable=desk.schedule("Margins of the month")), owner)


async def test_an_alert_gets_other_thresholds_and_is_paused(desk):
    alert = desk.schedule("Parts run out", Kind.ALERT)
    conditions = (Condition("repairs_count", ConditionOperator.INCREASED_BY, (10,)),)

    told = await desk.do(UpdateAlert(deliverable=alert, conditions=conditions))

    assert told.thing.conditions == conditions
    assert desk.held.schedulers[alert.native]["thresholds"] == [
        {"fieldId": "repairs_count", "operator": "increasedBy", "value": 10}
    ]
    assert (await desk.do(SetAlertEnabled(deliverable=alert, enabled=False))).thing.enabled is False
    assert (await desk.do(alert_changes.TestAlert(deliverable=alert))).facts["job"]
    for conditions in ((), (Condition("f", ConditionOperator.BETWEEN, (1, 2)),)):
        with pytest.raises(BadInput):
            await desk.do(UpdateAlert(deliverable=alert, conditions=conditions))


async def test_a_report_goes_to_who_may_see_the_dashboard(desk):
    margins = desk.board("Workshop margins")
    said = {"dashboard": margins, "format": DeliveryFormat.PNG}

    told = await desk.do(SendReport(recipients=(desk.group("Everyone at Tallgrass"), desk.user("jurgen")), **said))

    assert told.trace.after == {
        "sent to": [f"{name}@tallgrass.example" for name in ("nora", "Claire.Dubois", "jurgen.attenberger")]
    }
    with pytest.raises(BadInput, match="may not see"):
        await desk.do(SendReport(recipients=(desk.user("ida"),), **said))
