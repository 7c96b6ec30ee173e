"""Changes on a Sisense server: what reaches it, what is refused before that, and what takes it back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from dashgraph.app.fakes.kit import Wrong
from dashgraph.app.fakes.sisense.keeping import Board
from dashgraph.domain.alert_changes import CreateAlert, DeleteAlert, SetAlertEnabled
from dashgraph.domain.alerts import Condition
from dashgraph.domain.changes import Change
from dashgraph.domain.dash import Document
from dashgraph.domain.dashboard_changes import (
    CreateDashboard,
    DeleteDashboard,
    DuplicateDashboard,
    MoveDashboard,
    PublishDashboard,
    RestoreDashboard,
    UpdateDashboard,
)
from dashgraph.domain.dashboards import DashboardState
from dashgraph.domain.datasources import DataSourceMatch, NamedDataSource, ReplaceDatasource
from dashgraph.domain.deliverables import DeliveryFormat
from dashgraph.domain.folder_changes import CreateFolder, DeleteFolder, FolderDeletion
from dashgraph.domain.groups import AddUserToGroup
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.imports import ImportAction, ImportDashboard, UndoImport
from dashgraph.domain.ownership import ChangeDashboardOwner, OriginalOwnerRule, TransferOwnership
from dashgraph.domain.problems import (
    BadInput,
    Conflict,
    Forbidden,
    InvalidState,
    NotFound,
    Problem,
    SourceUnavailable,
    UnsupportedBySource,
)
from dashgraph.domain.reports import SendReport
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.secrets import Secret
from dashgraph.domain.shares import AddShare, CopyShares, Grant, RemoveShare, SetDashboardShares, ShareRule, UpdateShare
from dashgraph.domain.targets import EmailTarget, Recipient
from dashgraph.domain.user_changes import (
    DeleteUser,
)
from dashgraph.domain.viewers import Reach, TokenScope, Viewer
from dashgraph.domain.widget_changes import CreateWidget, DeleteWidget, DuplicateWidget, MoveWidget, UpdateWidget
from dashgraph.sources.live.settings import Credentials, Mode
from live_sisense import AGAIN, AMARA, CLAIRE, DRY, JURGEN, NAME, NORA, TERMS, Changing, claire, nora, opened


@pytest.fixture
async def world() -> AsyncIterator[Changing]:
    async with opened() as (fake, source):
        yield Changing(fake, source)


MINE, DRAFT, EDITED = "Plan against actuals", "Assumptions under test", "Rolling forecast (in work)"
THEIRS = "Month end in one page"


def share_of(board: ResourceId, subject: ResourceId) -> ResourceId:
    return replace(board, kind=Kind.SHARE, native=f"{board.native}/{subject.kind.value.lower()}/{subject.native}")


# shares


async def test_a_share_is_added_beside_the_others_and_taken_back(world: Changing) -> None:
    board, amara = world.dashboard(THEIRS), world.person(AMARA)
    before = world.shares(THEIRS)

    done = await world.do(AddShare(dashboard=board, grant=Grant(amara, ShareRule.EDIT)))
    added = world.shares(THEIRS)
    assert done.trace is not None
    await world.do(done.trace.undo[0])

    assert added == {**before, amara.native: "edit"}
    assert done.thing.subject == amara
    assert world.shares(THEIRS) == before
    assert world.writes() == ["POST /api/shares/dashboard/*"] * 2  # published before, so not again


async def test_the_first_share_publishes_once(world: Changing) -> None:
    await world.do(AddShare(dashboard=world.dashboard(DRAFT), grant=Grant(world.person(AMARA))))
    await world.do(AddShare(dashboard=world.dashboard(DRAFT), grant=Grant(world.person(CLAIRE))))

    assert world.writes() == [
        "POST /api/shares/dashboard/*", "POST /api/shares/dashboard/*", "POST /api/v1/dashboards/*/publish",
    ]  # fmt: skip
    assert world.board(DRAFT).published is not None


async def test_fifty_who_share_at_once_lose_nothing(world: Changing) -> None:
    board = world.dashboard(DRAFT)
    known = next(iter(world.fake.keeping.groups.values()))
    for number in range(50):
        group = world.fake.keeping.new_id()
        world.fake.keeping.groups[group] = {**known, "_id": group, "name": f"Team {number}"}
    groups = list(world.fake.keeping.groups)
    subjects = [world.one(Kind.USER, one) for one in world.fake.keeping.users if one != world.user(NORA)]
    subjects += [world.one(Kind.GROUP, one) for one in groups]
    world.fake.board.jitter = 0.01

    outcomes = await asyncio.gather(
        *(world.do(AddShare(dashboard=board, grant=Grant(subject))) for subject in subjects)
    )

    assert all(outcome.problem is None for outcome in outcomes)
    assert set(world.shares(DRAFT)) == {subject.native for subject in subjects}
    assert world.writes().count("POST /api/v1/dashboards/*/publish") == 1


class Contested(Board):
    """A dashboard whose list of shares somebody else writes right after it was written, `left` times."""

    left = 0

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "shares" and self.left:
            self.left -= 1
        else:
            super().__setattr__(name, value)


@pytest.mark.parametrize(("times", "problem"), [(1, None), (3, None), (9, Conflict)])
async def test_a_share_that_somebody_else_overwrites_is_written_again_but_not_for_ever(
    world: Changing, times: int, problem: type[Problem] | None
) -> None:
    board, amara = world.dashboard(THEIRS), world.person(AMARA)
    contested = Contested(**vars(world.board(THEIRS)))
    contested.left = times
    world.fake.keeping.boards[board.native] = contested
    change = AddShare(dashboard=board, grant=Grant(amara))

    if problem is None:
        await world.do(change)
        assert world.shares(THEIRS)[amara.native] == "view"
    else:
        with pytest.raises(problem):
            await world.do(change)


async def test_what_broke_off_between_sharing_and_publishing_is_gone_on_with(world: Changing) -> None:
    change = AddShare(dashboard=world.dashboard(DRAFT), grant=Grant(world.person(AMARA)))
    world.fake.board.switch_on(Wrong.ERROR, on="/publish", status=400, body={"error": {"code": 300}})

    with pytest.raises(Problem):
        await world.do(change)
    world.fake.board.switch_off()
    with pytest.raises(Conflict):
        await world.do(change)
    await world.do(change, terms=AGAIN)

    assert world.board(DRAFT).published is not None
    assert list(world.shares(DRAFT)) == [world.user(AMARA)]


async def test_shares_are_changed_removed_set_and_copied(world: Changing) -> None:
    board, amara = world.dashboard(MINE), world.person(AMARA)
    planning = world.one(Kind.GROUP, world.group("Planning"))

    await world.do(UpdateShare(share=share_of(board, amara), rule=ShareRule.EDIT, subscribed=True))
    changed = world.shares(MINE)[amara.native]
    removed = await world.do(RemoveShare(share=share_of(board, amara)))
    set_ = await world.do(SetDashboardShares(dashboard=board, grants=(Grant(planning),)))
    await world.do(CopyShares(dashboard=board, origin=world.dashboard(THEIRS)))

    assert changed == "edit"
    assert [way["kind"] for way in removed.facts["still_has_access_via"]] == ["group"]  # by the group Board
    assert set_.thing.id == board
    assert world.shares(MINE) == {
        planning.native: "view",
        world.group("Controllers"): "edit",
        world.group("Board"): "view",
    }


async def test_what_cannot_be_shared_is_refused_before_anything_is_written(world: Changing) -> None:
    board = world.dashboard(MINE)
    wishes: list[tuple[Change, Viewer, type[Problem]]] = [
        (AddShare(dashboard=board, grant=Grant(world.person(NORA))), nora, BadInput),
        (AddShare(dashboard=board, grant=Grant(world.one(Kind.USER, "f" * 24))), nora, NotFound),
        (AddShare(dashboard=board, grant=Grant(world.person(AMARA))), nora, Conflict),
        (AddShare(folder=world.folder("Plans"), grant=Grant(world.person(AMARA))), nora, UnsupportedBySource),
        (AddShare(dashboard=board, grant=Grant(world.person(JURGEN))), claire, Forbidden),
        (RemoveShare(share=share_of(board, world.person(JURGEN))), nora, NotFound),
    ]
    for wish, who, problem in wishes:
        with pytest.raises(problem):
            await world.do(wish, who)

    dry = await world.do(AddShare(dashboard=board, grant=Grant(world.person(JURGEN))), terms=DRY)
    assert dry.thing.rule is ShareRule.VIEW
    assert world.writes() == []


# dashboards


async def test_a_dashboard_is_made_found_by_what_is_new_and_given_to_its_maker(world: Changing) -> None:
    change = CreateDashboard(place=NAME, title="Fleet", description="All of it", folder=world.folder("Plans"))

    done = await world.do(change, claire)

    assert (done.thing.title, done.thing.description, done.thing.state) == (
        "Fleet",
        "All of it",
        DashboardState.PUBLISHED,
    )
    assert done.thing.owner == world.person(NORA)  # the account that writes
    assert done.thing.folder == world.folder("Plans")
    assert world.shares("Fleet") == {world.user(CLAIRE): "edit"}
    assert done.trace is not None
    await world.do(done.trace.undo[0])
    with pytest.raises(ValueError, match="unpack"):
        world.board("Fleet")


async def test_a_dashboard_that_was_made_before_it_broke_off_is_not_made_twice(world: Changing) -> None:
    change = CreateDashboard(place=NAME, title="Fleet")
    world.fake.board.switch_on(Wrong.CUT_AFTER, on="POST /api/v1/dashboards$", times=1)

    with pytest.raises(SourceUnavailable):
        await world.do(change)
    done = await world.do(change, terms=AGAIN)

    assert done.thing.id == world.dashboard("Fleet")


async def test_a_dashboard_is_changed_by_its_owners_account_alone(world: Changing) -> None:
    board = world.dashboard(MINE)

    done = await world.do(UpdateDashboard(dashboard=board, title="Plan", filters=()))
    with pytest.raises(Forbidden, match="owned by Claire Dubois-Faure"):
        await world.do(UpdateDashboard(dashboard=world.dashboard(THEIRS), title="Mine"))

    assert (done.thing.title, done.thing.state) == ("Plan", DashboardState.MODIFIED)
    assert world.writes() == ["PATCH /api/v1/dashboards/*"]
    assert done.trace is not None
    assert (await world.do(done.trace.undo[0])).thing.title == MINE


async def test_a_layout_must_place_what_is_there(world: Changing) -> None:
    layout = {"columns": [{"cells": [{"subcells": [{"elements": [{"widgetid": "f" * 24}]}]}]}]}

    with pytest.raises(Problem, match="not on this dashboard"):
        await world.do(UpdateDashboard(dashboard=world.dashboard(MINE), layout=layout))

    assert world.writes() == []


async def test_a_dashboard_is_copied_moved_published_and_restored(world: Changing) -> None:
    board = world.dashboard(EDITED)

    copy = await world.do(DuplicateDashboard(dashboard=world.dashboard(THEIRS)))
    moved = await world.do(MoveDashboard(dashboard=board, folder=None))
    restored = await world.do(RestoreDashboard(dashboard=board))
    back = await world.do(restored.trace.undo[0]) if restored.trace else None
    published = await world.do(PublishDashboard(dashboard=board))

    assert (copy.thing.title, copy.thing.owner) == (f"{THEIRS} (copy)", world.person(NORA))
    assert len(world.board(f"{THEIRS} (copy)").working.widgets) == len(world.board(THEIRS).working.widgets)
    assert moved.thing.folder is None
    assert restored.thing.title == "Rolling forecast"
    assert back is not None
    assert back.thing.title == EDITED
    assert published.thing.state is DashboardState.PUBLISHED
    with pytest.raises(InvalidState):
        await world.do(RestoreDashboard(dashboard=world.dashboard(DRAFT)))


async def test_a_deleted_dashboard_comes_back_by_what_was_kept_of_it(world: Changing) -> None:
    board, shares = world.dashboard(MINE), world.shares(MINE)
    widgets = [one["oid"] for one in world.board(MINE).working.widgets]

    done = await world.do(DeleteDashboard(dashboard=board))
    gone = MINE in [one.working.document["title"] for one in world.fake.keeping.boards.values()]
    assert done.trace is not None
    for change in done.trace.undo:
        await world.do(change)

    assert (done.facts["deleted"], gone) == (board.encode(), False)
    assert world.board(MINE).oid == board.native
    assert world.shares(MINE) == shares
    assert [one["oid"] for one in world.board(MINE).working.widgets] == widgets


async def test_in_delegated_mode_the_owner_changes_what_they_own() -> None:
    from dashgraph.app.fakes.sisense.server import SisenseFake

    fake = SisenseFake()
    tokens = {CLAIRE: Secret(fake.token_of(CLAIRE))}
    async with opened(fake, mode=Mode.DELEGATED, credentials=Credentials(tokens=tokens)) as (_, source):
        world = Changing(fake, source)
        fake.keeping.users[world.user(CLAIRE)]["roleId"] = fake.keeping.users[world.user(NORA)]["roleId"]

        done = await world.do(UpdateDashboard(dashboard=world.dashboard(THEIRS), title="Closing"), claire)

        assert done.thing.title == "Closing"


# widgets


async def test_a_widget_is_made_placed_changed_moved_and_deleted(world: Changing) -> None:
    board, other = world.dashboard(MINE), world.dashboard(DRAFT)

    made = await world.do(CreateWidget(dashboard=board, title="Gap", type="indicator"))
    changed = await world.do(UpdateWidget(widget=made.thing.id, title="Gap now"))
    copy = await world.do(DuplicateWidget(widget=made.thing.id))
    moved = await world.do(MoveWidget(widget=copy.thing.id, dashboard=other))
    deleted = await world.do(DeleteWidget(widget=made.thing.id))

    assert made.thing.dashboard == board
    assert changed.thing.title == "Gap now"
    assert moved.thing.dashboard == other
    assert deleted.facts["deleted"] == made.thing.id.encode()
    for title in (MINE, DRAFT):
        kept = world.board(title).working
        elements = [
            cell["subcells"][0]["elements"][0]["widgetid"] for cell in kept.document["layout"]["columns"][0]["cells"]
        ]
        assert elements == [widget["oid"] for widget in kept.widgets]
    assert [widget["title"] for widget in world.board(DRAFT).working.widgets][-1] == "Gap now"


async def test_a_widget_that_was_made_and_not_placed_is_placed(world: Changing) -> None:
    change = CreateWidget(dashboard=world.dashboard(MINE), title="Gap", type="indicator")
    before = len(world.board(MINE).working.widgets)
    world.fake.board.switch_on(Wrong.ERROR, on="PATCH", status=400, body={"message": "no"}, times=1)

    with pytest.raises(BadInput):
        await world.do(change)
    await world.do(change, terms=AGAIN)

    assert len(world.board(MINE).working.widgets) == before + 1
    assert len(world.board(MINE).working.document["layout"]["columns"][0]["cells"]) == before + 1


# ownership


@pytest.mark.parametrize("rule", OriginalOwnerRule)
async def test_a_dashboard_is_given_away_and_the_former_owner_keeps_what_the_rule_says(
    world: Changing, rule: OriginalOwnerRule
) -> None:
    board, heir = world.dashboard(THEIRS), world.person("lukasz.zielinski@tallgrass.example")
    before = world.shares(THEIRS)
    change = ChangeDashboardOwner(dashboard=board, owner=heir, original_owner_rule=rule, as_admin=True)

    done = await world.do(change)

    kept = {} if rule is OriginalOwnerRule.NONE else {world.user(CLAIRE): rule.value}
    assert done.thing.owner == heir
    assert world.shares(THEIRS) == {**before, **kept}
    assert done.trace is not None
    for one in done.trace.undo:
        await world.do(one)
    assert (world.board(THEIRS).owner, world.shares(THEIRS)) == (world.user(CLAIRE), before)


async def test_owners_give_away_what_they_own_and_administrators_say_that_they_are(world: Changing) -> None:
    board, heir = world.dashboard(THEIRS), world.person(JURGEN)

    with pytest.raises(Forbidden):
        await world.do(ChangeDashboardOwner(dashboard=board, owner=heir))
    with pytest.raises(BadInput, match="viewer"):
        await world.do(ChangeDashboardOwner(dashboard=board, owner=world.person(AMARA), as_admin=True))
    assert world.writes() == []

    await world.do(ChangeDashboardOwner(dashboard=board, owner=heir), claire)
    assert world.board(THEIRS).owner == heir.native


async def test_a_hand_over_goes_on_where_it_broke_off(world: Changing) -> None:
    giver, heir = world.person(CLAIRE), world.person(JURGEN)
    change = TransferOwnership(giver=giver, heir=heir)
    owned = {board.oid for board in world.fake.keeping.owned_by(giver.native)}

    plan = await world.do(change, terms=DRY)
    assert world.writes() == []
    planned = replace(change, plan=plan.facts["plan"])
    for number in range(12):
        world.fake.board.switch_off()
        world.fake.board.switch_on(Wrong.CUT, on="(POST|PATCH)", skip=1, times=3)
        try:
            await world.do(planned, terms=AGAIN if number else TERMS)
        except SourceUnavailable:
            continue
    world.fake.board.switch_off()
    await world.do(planned, terms=AGAIN)

    assert [item["kind"] for item in plan.facts["items"]] == ["Dashboard"] * 4 + ["Folder"]
    assert world.fake.keeping.owned_by(giver.native) == []
    assert owned <= {board.oid for board in world.fake.keeping.owned_by(heir.native)}
    assert not any(
        giver.native in world.shares(board.working.document["title"])
        for board in world.fake.keeping.owned_by(heir.native)
    )


# documents


async def test_a_document_is_created_skipped_doubled_or_taken_over(world: Changing) -> None:
    def taking(action: ImportAction, title: str = "Brought") -> ImportDashboard:
        raw = {"title": title, "oid": "a" * 24, "widgets": [{"oid": "b" * 24, "type": "indicator", "title": "W"}]}
        return ImportDashboard(place=NAME, document=Document.of(raw), action=action)

    created = await world.do(taking(ImportAction.AUTO))
    skipped = await world.do(taking(ImportAction.SKIP))
    doubled = await world.do(taking(ImportAction.DUPLICATE))
    over = await world.do(taking(ImportAction.OVERWRITE, "Brought again"))
    undone = await world.do(UndoImport(dashboard=created.thing.id))

    outcomes = [one.facts["outcome"] for one in (created, skipped, doubled, over)]
    assert outcomes == ["created", "skipped", "duplicated", "overwritten"]
    assert created.thing.id.native == "a" * 24
    assert doubled.thing.id != created.thing.id
    assert (over.thing.title, undone.thing.title) == ("Brought again", "Brought")
    assert over.facts["different"] > 0
    with pytest.raises(Conflict):
        await world.do(taking(ImportAction.FAIL))
    with pytest.raises(InvalidState):
        await world.do(UndoImport(dashboard=created.thing.id))


async def test_a_document_that_is_not_taken_in_says_why_to_administrators(world: Changing) -> None:
    document = Document.of({"title": "Brought", "parentFolder": "f" * 24})

    with pytest.raises(Conflict) as raised:
        await world.do(ImportDashboard(place=NAME, document=document))

    assert "not found" in str(raised.value.facts["upstream"])
    assert "upstream" not in (await _refusal(world, ImportDashboard(place=NAME, document=document), claire)).facts


async def _refusal(world: Changing, change: Change, who: Viewer) -> Problem:
    with pytest.raises(Problem) as raised:
        await world.do(change, who)
    return raised.value


async def test_a_datasource_is_replaced_here_or_everywhere_when_that_is_said(world: Changing) -> None:
    former, new = DataSourceMatch("Planning model", "LocalHost"), NamedDataSource(title="Plan 2", address="LocalHost")
    board = world.dashboard(MINE)

    one = await world.do(ReplaceDatasource(scope=board, former=former, new=new))
    with pytest.raises(BadInput, match="confirm"):
        await world.do(ReplaceDatasource(scope=NAME, former=former, new=new))
    every = await world.do(ReplaceDatasource(scope=NAME, former=former, new=new, confirmed=True))

    widgets = len(world.board(MINE).working.widgets)
    assert one.facts == {"dashboards": 1, "widgets": widgets, "remaining": 0}
    assert every.facts["dashboards"] == 8
    assert world.writes() == ["POST /api/v1/dashboards/LocalHost/Planning%20model/replace_datasource"] * 2


# alerts and reports


async def test_an_alert_is_made_switched_off_and_deleted(world: Changing) -> None:
    targets = (EmailTarget(recipients=(Recipient(user=world.person(AMARA)),)),)
    change = CreateAlert(
        dashboard=world.dashboard(MINE),
        called="Too wide",
        format=DeliveryFormat.INLINE,
        targets=targets,
        widget=world.widget(MINE),
        conditions=(Condition(raw={"above": 3}),),
    )

    made = await world.do(change)
    off = await world.do(SetAlertEnabled(deliverable=made.thing.id, enabled=False))
    kept = dict(world.fake.keeping.alerts[made.thing.id.native])
    await world.do(DeleteAlert(deliverable=made.thing.id))

    assert (made.thing.widget, off.thing.enabled) == (world.widget(MINE), False)
    assert kept["parties"] == [{"type": "user", "id": world.user(AMARA)}]
    assert kept["context"]["above"] == 3
    with pytest.raises(UnsupportedBySource):
        await world.do(replace(change, format=DeliveryFormat.PDF))


async def test_a_report_is_sent_to_whom_the_dashboard_is_shared_with(world: Changing) -> None:
    board = world.dashboard(MINE)

    await world.do(SendReport(dashboard=board, recipients=(world.person(AMARA),)))
    with pytest.raises(BadInput, match="share it with them first"):
        await world.do(SendReport(dashboard=board, recipients=(world.person(JURGEN),)))
    with pytest.raises(UnsupportedBySource):
        await world.do(SendReport(dashboard=board, recipients=(world.person(AMARA),), format=DeliveryFormat.XLSX))

    [sent] = world.fake.keeping.reports
    assert sent["recipients"] == [{"type": "user", "recipient": world.user(AMARA)}]
    assert world.writes() == ["POST /api/v1/reporting"]


# what holds for all


async def test_a_dry_run_writes_nothing(world: Changing) -> None:
    board, amara = world.dashboard(MINE), world.person(AMARA)
    wishes: list[Change] = [
        CreateDashboard(place=NAME, title="T"),
        UpdateDashboard(dashboard=board, title="T"),
        DuplicateDashboard(dashboard=board),
        DeleteDashboard(dashboard=board),
        PublishDashboard(dashboard=board),
        CreateWidget(dashboard=board, type="indicator"),
        DeleteWidget(widget=world.widget(MINE)),
        ChangeDashboardOwner(dashboard=board, owner=world.person(CLAIRE), as_admin=True),
        DeleteUser(user=amara),
        AddUserToGroup(user=amara, group=world.one(Kind.GROUP, world.group("Planning"))),
        CreateFolder(place=NAME, name="F"),
        DeleteFolder(folder=world.folder("Plans"), mode=FolderDeletion.DELETE_CONTENT),
        SendReport(dashboard=board, recipients=(amara,)),
    ]
    for wish in wishes:
        await world.do(wish, terms=DRY)

    assert world.writes() == []


async def test_who_sees_nothing_changes_nothing(world: Changing) -> None:
    stranger = Viewer(ResourceId("local", Kind.USER, "s"), RoleKind.EDITOR, frozenset(TokenScope), email="s@x.example")
    for wish in (
        UpdateDashboard(dashboard=world.dashboard(MINE), title="T"),
        DeleteDashboard(dashboard=world.dashboard(MINE)),
        AddShare(dashboard=world.dashboard(MINE), grant=Grant(world.person(JURGEN))),
        DeleteWidget(widget=world.widget(MINE)),
    ):
        with pytest.raises(NotFound):
            await world.do(wish, stranger)

    assert world.writes() == []
    assert stranger.reach is Reach.VISIBLE
