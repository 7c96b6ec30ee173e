"""Changes in PostHog: what is done upstream, what is told of it, and what is refused before anything is asked."""

import pytest

from asker import ADMIN, viewer
from dashgraph.app.fakes.kit import Wrong
from dashgraph.app.fakes.posthog.content import RIDER_APP, WEBSHOP
from dashgraph.domain.access import AccessRole
from dashgraph.domain.changes import Terms
from dashgraph.domain.dash import Document
from dashgraph.domain.dashboard_changes import (
    CreateDashboard,
    DeleteDashboard,
    DuplicateDashboard,
    RestoreDeletedDashboard,
    UpdateDashboard,
)
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.exports import EXPORT_OF_DASHBOARD
from dashgraph.domain.formats import posthog
from dashgraph.domain.groups import AddUserToGroup, CreateGroup, DeleteGroup, SetUserGroups, UpdateGroup
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.imports import ImportAction, ImportDashboard, ImportOutcome
from dashgraph.domain.problems import (
    BadInput,
    Conflict,
    Forbidden,
    InvalidState,
    NotFound,
    SourceRefused,
    SourceUnavailable,
    StillOwns,
    UnsupportedBySource,
)
from dashgraph.domain.projects import GrantProjectAccess, RevokeProjectAccess
from dashgraph.domain.public_links import (
    AddPublicLinkPassword,
    RemovePublicLinkPassword,
    RotatePublicLink,
    SetPublicLink,
)
from dashgraph.domain.secrets import Secret
from dashgraph.domain.shares import AddShare, CopyShares, Grant, RemoveShare, SetDashboardShares, ShareRule, UpdateShare
from dashgraph.domain.user_changes import ChangeUserRole, DeleteUser, OnOwned
from dashgraph.domain.users import UserStatus
from dashgraph.domain.widget_changes import CreateWidget, DeleteWidget, DuplicateWidget, MoveWidget, UpdateWidget
from dashgraph.sources.live.walks import remembering
from live_posthog import NAME, opened

DRY = Terms(dry_run=True)
REALLY = Terms()


class Office:
    """The source on its fake, with the ids of the example company and one way to make a change."""

    def __init__(self, fake, source):
        self.fake, self.source = fake, source

    async def make(self, change, who=ADMIN, terms=REALLY):
        with remembering():
            return (await self.source.change_all(who, {0: change}, terms))[0]

    async def made_and_undone(self, change, who=ADMIN):
        """The outcome of a change, once it was made and taken back."""
        outcome = await self.make(change, who)
        for one in outcome.trace.undo:
            await self.make(one)
        return outcome

    def row(self, title):
        return next(row for row in self.fake.instance.dashboards.values() if row["name"] == title)

    def board(self, title):
        row = self.row(title)
        return ResourceId(NAME, Kind.DASHBOARD, f"{row['project']}.{row['id']}")

    def tiles(self, title):
        return self.fake.instance.tiles_of(self.row(title)["id"])

    def widget(self, title, place):
        return ResourceId(NAME, Kind.WIDGET, f"{self.board(title).native}.{self.tiles(title)[place]['id']}")

    def user(self, start):
        users = self.fake.instance.users.items()
        return ResourceId(NAME, Kind.USER, next(one for one, row in users if row["email"].startswith(start)))

    def group(self, name):
        roles = self.fake.instance.roles.items()
        return ResourceId(NAME, Kind.GROUP, next(one for one, row in roles if row["name"] == name))

    def everyone(self, project=WEBSHOP):
        return ResourceId(NAME, Kind.GROUP, f"project-{project}")

    def share(self, title, way, subject):
        return ResourceId(NAME, Kind.SHARE, f"{self.board(title).native}/{way}/{subject.native}")

    def levels(self, title):
        row = self.row(title)
        rows = self.fake.instance.controls_on(row["project"], "dashboard", str(row["id"]))
        return {(one["organization_member"] or one["role"], one["access_level"]) for one in rows}

    def member(self, start):
        return self.fake.instance.member_of(self.user(start).native)["id"]

    async def sees(self, start, title):
        board = self.board(title)
        found = await self.source.things(viewer(start), DASHBOARD, [board.native])
        return found[board.native].role if found else None

    def writes(self):
        return [call.line for call in self.fake.calls if not call.line.startswith("GET")]


@pytest.fixture
async def office():
    async with opened() as (fake, source):
        yield Office(fake, source)


PROJECT = ResourceId(NAME, Kind.PROJECT, str(WEBSHOP))
TEMPLATE = {
    "template_name": "Launch",
    "dashboard_description": "",
    "dashboard_filters": {},
    "tags": [],
    "tiles": [
        {"type": "TEXT", "body": "Hello"},
        {"type": "INSIGHT", "name": "Events", "query": {"kind": "TrendsQuery"}},
    ],
}


async def test_a_dashboard_is_made_in_a_project(office):
    change = CreateDashboard(place=NAME, title="Fresh", description="New", project=PROJECT)

    tried = await office.make(change, terms=DRY)
    outcome = await office.make(change)

    assert (tried.thing, office.writes()) == (None, [f"POST /api/projects/{WEBSHOP}/dashboards/"])
    assert (outcome.thing.title, outcome.thing.description) == ("Fresh", "New")
    assert outcome.trace.undo == (DeleteDashboard(dashboard=outcome.thing.id),)


async def test_which_project_must_be_said_and_be_one_that_the_viewer_may_enter(office):
    with pytest.raises(BadInput, match="2 projects"):
        await office.make(CreateDashboard(place=NAME, title="Fresh"))
    with pytest.raises(UnsupportedBySource, match="folder"):
        await office.make(CreateDashboard(place=NAME, title="x", folder=ResourceId(NAME, Kind.FOLDER, "1")))
    with pytest.raises(Forbidden):
        await office.make(CreateDashboard(place=NAME, title="x", project=PROJECT), viewer("stranger"))
    await office.make(GrantProjectAccess(project=PROJECT, subject=office.user("zoe"), role="member"))
    row = {"access_level": "none", "organization_member": None, "role": None, "resource": "project"}
    office.fake.instance.controls[WEBSHOP, "project", str(WEBSHOP)].append(row)

    with pytest.raises(NotFound):
        await office.make(CreateDashboard(place=NAME, title="x", project=PROJECT), viewer("noam.barak"))
    made = await office.make(CreateDashboard(place=NAME, title="x", project=PROJECT), viewer("zoe.vanderlinden"))

    assert made.thing.title == "x"


async def test_content_is_changed_and_taken_back(office):
    board = office.board("Newsletter")

    outcome = await office.made_and_undone(UpdateDashboard(dashboard=board, title="Letters", description="All of them"))

    assert (outcome.thing.title, outcome.thing.description) == ("Letters", "All of them")
    assert office.row("Newsletter")["description"] == ""


async def test_what_posthog_would_take_without_a_word_is_refused(office):
    with pytest.raises(UnsupportedBySource, match="filters"):
        await office.make(UpdateDashboard(dashboard=office.board("Newsletter"), filters=()))

    assert office.writes() == []


async def test_viewers_change_nothing_and_editors_do_not_decide(office):
    closed, open_one = office.board("Subscriptions"), office.board("Newsletter")

    with pytest.raises(Forbidden):
        await office.make(UpdateDashboard(dashboard=closed, title="x"), viewer("zoe.vanderlinden"))
    with pytest.raises(Forbidden):
        await office.make(DeleteDashboard(dashboard=open_one), viewer("zoe.vanderlinden"))
    with pytest.raises(NotFound):
        await office.make(DeleteDashboard(dashboard=office.board("Prices under test")), viewer("zoe.vanderlinden"))
    assert office.writes() == []
    edited = await office.make(UpdateDashboard(dashboard=open_one, title="Letters"), viewer("zoe.vanderlinden"))

    assert edited.thing.role is AccessRole.EDIT


async def test_a_deleted_dashboard_is_hidden_and_comes_back_with_its_tiles(office):
    board = office.board("Newsletter")

    deleted = await office.make(DeleteDashboard(dashboard=board))
    gone = await office.source.things(ADMIN, DASHBOARD, [board.native])
    again = await office.make(DeleteDashboard(dashboard=board), terms=Terms(again=True))
    back = await office.make(RestoreDeletedDashboard(dashboard=board))

    assert deleted.facts == again.facts == {"deleted": board.encode(), "soft_deleted": True}
    assert gone == {}
    assert back.thing.title == "Newsletter"
    assert len(office.tiles("Newsletter")) == 4
    assert not [line for line in office.writes() if line.startswith("DELETE")]
    with pytest.raises(InvalidState):
        await office.make(RestoreDeletedDashboard(dashboard=board))


async def test_a_copy_shows_the_same_charts(office):
    outcome = await office.make(DuplicateDashboard(dashboard=office.board("Checkout funnel")), viewer("chloe.beaumont"))

    assert outcome.thing.title == "Checkout funnel (copy)"
    charts = [{tile["insight"] for tile in office.tiles(title)} for title in ("Checkout funnel", outcome.thing.title)]
    assert charts[0] == charts[1]


async def test_a_share_is_an_access_control(office):
    board, chloe = office.board("Prices under test"), office.user("chloe")
    grant = Grant(chloe, ShareRule.VIEW)

    before = await office.sees("chloe.beaumont", "Prices under test")
    added = await office.make(AddShare(dashboard=board, grant=grant))
    seen = await office.sees("chloe.beaumont", "Prices under test")
    with pytest.raises(Conflict):
        await office.make(AddShare(dashboard=board, grant=grant))
    again = await office.make(AddShare(dashboard=board, grant=grant), terms=Terms(again=True))
    raised = await office.make(UpdateShare(share=added.thing.id, rule=ShareRule.EDIT))
    edits = await office.sees("chloe.beaumont", "Prices under test")
    removed = await office.make(RemoveShare(share=added.thing.id))

    assert [before, seen, edits] == [None, AccessRole.VIEW, AccessRole.EDIT]
    assert added.thing.id == office.share("Prices under test", "user", chloe)
    assert again.thing == added.thing
    assert raised.trace.undo == (UpdateShare(share=added.thing.id, rule=ShareRule.VIEW),)
    assert removed.facts == {"still_has_access_via": []}
    assert removed.trace.undo == (AddShare(dashboard=board, grant=Grant(chloe, ShareRule.EDIT)),)
    assert await office.sees("chloe.beaumont", "Prices under test") is None


async def test_who_still_gets_in_is_told_before_a_share_is_taken(office):
    mirela, board = office.user("mirela"), office.board("Prices under test")
    share = (await office.make(AddShare(dashboard=board, grant=Grant(mirela, ShareRule.VIEW)))).thing.id

    outcome = await office.make(RemoveShare(share=share), terms=DRY)

    [way] = outcome.facts["still_has_access_via"]
    assert (way["kind"], way["group"]) == ("group", office.group("Analysts").native)
    assert (office.member("mirela"), "viewer") in office.levels("Prices under test")


async def test_everybody_is_shut_out_and_let_in_by_the_share_of_everyone(office):
    everyone = office.share("Newsletter", "group", office.everyone())

    closed = await office.make(RemoveShare(share=everyone))
    hidden = await office.sees("noam.barak", "Newsletter")
    await office.make(closed.trace.undo[0])

    assert hidden is None
    assert await office.sees("noam.barak", "Newsletter") is AccessRole.EDIT
    assert await office.sees("chloe.beaumont", "Newsletter") is AccessRole.OWNER


async def test_what_comes_from_the_organization_is_not_taken_on_a_dashboard(office):
    share = office.share("Newsletter", "organization", office.user("tomas"))

    with pytest.raises(InvalidState, match="administrator of the organization"):
        await office.make(RemoveShare(share=share))
    assert office.writes() == []


async def test_a_restricted_dashboard_has_collaborators_who_edit(office):
    board, zoe = office.board("Board pack: web"), office.user("zoe")

    with pytest.raises(UnsupportedBySource, match="restricted"):
        await office.make(AddShare(dashboard=board, grant=Grant(zoe, ShareRule.VIEW)))
    with pytest.raises(UnsupportedBySource, match="restricted"):
        await office.make(AddShare(dashboard=board, grant=Grant(office.group("Growth"), ShareRule.EDIT)))
    with pytest.raises(BadInput):
        await office.make(AddShare(dashboard=board, grant=Grant(office.user("priya"), ShareRule.EDIT)))
    assert office.writes() == []
    added = await office.make(AddShare(dashboard=board, grant=Grant(zoe, ShareRule.EDIT)))
    edits = await office.sees("zoe.vanderlinden", "Board pack: web")
    removed = await office.make(RemoveShare(share=added.thing.id))

    assert [edits, await office.sees("zoe.vanderlinden", "Board pack: web")] == [AccessRole.EDIT, AccessRole.VIEW]
    assert [way["kind"] for way in removed.facts["still_has_access_via"]] == ["group"]
    assert [line.rsplit("/dashboards/")[1].split("/")[1] for line in office.writes()] == ["collaborators"] * 2


async def test_all_shares_are_set_at_once_and_back(office):
    board = office.board("Prices under test")
    before = office.levels("Prices under test")
    grants = (Grant(office.user("chloe"), ShareRule.VIEW), Grant(office.group("Analysts"), ShareRule.VIEW))

    outcome = await office.make(SetDashboardShares(dashboard=board, grants=grants))
    middle = office.levels("Prices under test")
    await office.make(outcome.trace.undo[0])

    analysts = office.group("Analysts").native
    assert middle == {(None, "none"), (office.member("chloe"), "viewer"), (analysts, "viewer")}
    assert office.levels("Prices under test") == before


async def test_shares_are_copied_and_the_stronger_stays(office):
    target, origin = office.board("Subscriptions"), office.board("Prices under test")

    await office.make(CopyShares(dashboard=target, origin=origin))

    analysts, product = (office.group(name).native for name in ("Analysts", "Product"))
    assert office.levels("Subscriptions") == {
        (None, "viewer"), (product, "editor"), (analysts, "editor"), (office.member("mateo"), "viewer")
    }  # fmt: skip


async def test_without_access_controls_in_the_plan_nothing_is_shared(office):
    office.fake.instance.features.clear()
    change = AddShare(dashboard=office.board("Newsletter"), grant=Grant(office.user("zoe"), ShareRule.VIEW))

    with pytest.raises(UnsupportedBySource, match="plan"):
        await office.make(change)

    assert office.writes() == []


async def test_a_link_is_opened_rotated_and_closed(office):
    board = office.board("Newsletter")

    on = await office.make(SetPublicLink(dashboard=board, enabled=True))
    rotated = await office.make(RotatePublicLink(dashboard=board))
    off = await office.make(SetPublicLink(dashboard=board, enabled=False))
    with pytest.raises(InvalidState):
        await office.make(RotatePublicLink(dashboard=board))

    assert on.thing.url not in {None, rotated.thing.url}
    assert (off.thing.enabled, off.thing.url) == (False, None)
    assert on.thing.url.rsplit("/")[-1] not in str(on.trace)


async def test_passwords_of_a_link_are_told_once(office):
    board = office.board("Newsletter")
    add = AddPublicLinkPassword(dashboard=board, password=Secret("correct horse"), note="Ida")

    with pytest.raises(InvalidState):
        await office.make(add)
    await office.make(SetPublicLink(dashboard=board, enabled=True, password_required=True))
    with pytest.raises(BadInput):
        await office.make(AddPublicLinkPassword(dashboard=board, password=Secret("short")))
    added = await office.make(add)
    [password] = added.thing.passwords
    removed = await office.make(RemovePublicLinkPassword(dashboard=board, password_id=password.id))

    assert added.facts["password"] == Secret("correct horse")
    assert "correct horse" not in f"{added!r}{office.fake.calls}"
    assert (password.note, removed.thing.passwords) == ("Ida", ())
    with pytest.raises(NotFound):
        await office.make(RemovePublicLinkPassword(dashboard=board, password_id=password.id))
    with pytest.raises(Forbidden):
        await office.make(SetPublicLink(dashboard=board, enabled=True), viewer("zoe.vanderlinden"))


async def test_a_tile_moves_with_another_id_and_back(office):
    widget, goal = office.widget("Newsletter", 1), office.board("Accessories")

    outcome = await office.make(MoveWidget(widget=widget, dashboard=goal))
    there, left = len(office.tiles("Accessories")), len(office.tiles("Newsletter"))
    again = await office.make(MoveWidget(widget=widget, dashboard=goal), terms=Terms(again=True))
    await office.make(outcome.trace.undo[0])

    assert outcome.thing.id.native == f"{goal.native}.{widget.native.split('.')[2]}"
    assert (there, left) == (3, 3)
    assert again.thing == outcome.thing
    assert len(office.tiles("Newsletter")) == 4


async def test_a_chart_that_is_there_already_is_not_moved(office):
    copy = (await office.make(DuplicateDashboard(dashboard=office.board("Newsletter")))).thing.id
    asked = len(office.writes())

    with pytest.raises(Conflict):
        await office.make(MoveWidget(widget=office.widget("Newsletter", 1), dashboard=copy))
    with pytest.raises(UnsupportedBySource):
        await office.make(MoveWidget(widget=office.widget("Newsletter", 1), dashboard=office.board("Releases")))

    assert len(office.writes()) == asked


async def test_texts_and_charts_are_made_and_not_twice(office):
    board = office.board("Newsletter")
    text = CreateWidget(dashboard=board, document={"type": "TEXT", "body": "## Read this"})
    chart = CreateWidget(dashboard=board, document={"type": "INSIGHT", "query": {"kind": "TrendsQuery"}}, title="Reads")

    made = [(await office.make(change)).thing for change in (text, chart)]
    again = [(await office.make(change, terms=Terms(again=True))).thing for change in (text, chart)]
    with pytest.raises(BadInput):
        await office.make(CreateWidget(dashboard=board, type="INSIGHT", title="No query"))

    assert [(one.type, one.title) for one in made] == [("TEXT", None), ("INSIGHT", "Reads")]
    assert [one.id for one in again] == [one.id for one in made]
    assert len(office.tiles("Newsletter")) == 6


async def test_a_chart_changes_wherever_it_is_shown_if_all_of_that_may_be_edited(office):
    widget = office.widget("Subscriptions", 0)
    rename = UpdateWidget(widget=widget, title="Trial riders")
    copy = (await office.make(DuplicateDashboard(dashboard=office.board("Subscriptions"), title="Copy"))).thing.id
    olena, closing = viewer("olena.kovalchuk"), Grant(office.everyone(RIDER_APP), ShareRule.VIEW)
    await office.make(AddShare(dashboard=copy, grant=closing))

    with pytest.raises(Forbidden, match="another dashboard"):
        await office.make(rename, olena)
    await office.make(AddShare(dashboard=copy, grant=Grant(office.user("olena"), ShareRule.EDIT)))
    outcome = await office.make(rename, olena)
    await office.make(outcome.trace.undo[0])

    assert outcome.thing.title == "Trial riders"
    chart = office.tiles("Subscriptions")[0]["insight"]
    assert office.fake.instance.insights[chart]["name"] == "Trials"


async def test_a_text_is_written_anew_in_its_place(office):
    widget = office.widget("Newsletter", 0)

    outcome = await office.made_and_undone(
        UpdateWidget(widget=widget, document={"type": "TEXT", "body": "On Fridays."})
    )

    assert outcome.thing.id == widget
    assert len(office.tiles("Newsletter")) == 4
    assert office.tiles("Newsletter")[0]["text"]["body"] == "Sent on Thursdays."


async def test_a_copy_of_a_tile_has_a_chart_of_its_own(office):
    outcome = await office.make(DuplicateWidget(widget=office.widget("Newsletter", 1)))

    charts = {tile["insight"] for tile in office.tiles("Newsletter")}
    assert outcome.thing.title == "Opens (Copy)"
    assert int(outcome.thing.chart) in charts
    assert len(charts) == 5
    assert outcome.thing.place.y == 100


async def test_a_tile_is_taken_off_and_its_chart_stays(office):
    widget = office.widget("Newsletter", 1)
    chart = office.tiles("Newsletter")[1]["insight"]

    outcome = await office.make(DeleteWidget(widget=widget))

    assert outcome.facts == {"deleted": widget.encode()}
    assert len(office.tiles("Newsletter")) == 3
    assert not office.fake.instance.insights[chart]["deleted"]


async def test_roles_are_groups(office):
    made = await office.make(CreateGroup(into=NAME, called="Night shift"))
    with pytest.raises(Conflict):
        await office.make(CreateGroup(into=NAME, called="night SHIFT"))
    named = await office.make(UpdateGroup(group=made.thing.id, called="Early shift"))
    added = await office.make(AddUserToGroup(group=made.thing.id, user=office.user("noam")))
    twice = await office.make(AddUserToGroup(group=made.thing.id, user=office.user("noam")))
    deleted = await office.make(DeleteGroup(group=made.thing.id))

    assert (made.thing.name, named.thing.name) == ("Night shift", "Early shift")
    assert [one.facts["changed"] for one in (added, twice)] == [True, False]
    assert deleted.facts == {"memberships_removed": 1}
    with pytest.raises(InvalidState):
        await office.make(DeleteGroup(group=office.everyone()))
    with pytest.raises(Forbidden):
        await office.make(DeleteGroup(group=office.group("Growth")), viewer("zoe.vanderlinden"))


async def test_the_groups_of_a_user_are_set_and_everyone_stays(office):
    zoe = office.user("zoe")
    wanted = (office.group("Product"), office.everyone())

    outcome = await office.make(SetUserGroups(user=zoe, groups=wanted))
    roles = office.fake.instance.roles_of(zoe.native)
    await office.make(outcome.trace.undo[0])

    assert outcome.facts == {"added": 1, "removed": 1}
    assert roles == {office.group("Product").native}
    assert office.fake.instance.roles_of(zoe.native) == {office.group("Growth").native}


async def test_levels_of_members_change_but_not_the_own_or_the_owners(office):
    noam = office.user("noam")

    outcome = await office.made_and_undone(ChangeUserRole(user=noam, role="admin"))
    refused = [(office.user("nora@"), "member", viewer("tomas.ibarra", admin=True)), (noam, "owner", ADMIN)]
    for user, role, who in refused:
        with pytest.raises((Conflict, UnsupportedBySource)):
            await office.make(ChangeUserRole(user=user, role=role), who)
    with pytest.raises(Forbidden):
        await office.make(ChangeUserRole(user=office.user("nora@"), role="member"))

    assert outcome.thing.account.role.native_name == "admin"
    assert office.fake.instance.member_of(noam.native)["level"] == 1


async def test_who_leaves_keeps_what_they_made(office):
    chloe = office.user("chloe")

    with pytest.raises(StillOwns) as blocked:
        await office.make(DeleteUser(user=chloe))
    with pytest.raises(UnsupportedBySource):
        await office.make(DeleteUser(user=chloe, on_owned=OnOwned.TRANSFER, heir=office.user("zoe")))
    assert office.writes() == []
    gone = await office.make(DeleteUser(user=chloe, on_owned=OnOwned.KEEP))

    assert blocked.value.owned == [office.board("Newsletter")]
    assert gone.thing.status is UserStatus.DELETED
    assert office.fake.instance.member_of(chloe.native) is None
    assert await office.sees("chloe.beaumont", "Newsletter") is None


async def test_access_to_a_project_is_given_and_taken(office):
    subject = office.group("Growth")
    grant = GrantProjectAccess(project=PROJECT, subject=subject, role="admin")

    granted = await office.make(grant)
    rows = office.fake.instance.controls_on(WEBSHOP, "project", str(WEBSHOP))
    held = [(row["role"], row["access_level"]) for row in rows]
    await office.make(granted.trace.undo[0])

    assert granted.trace.undo == (RevokeProjectAccess(project=PROJECT, subject=subject),)
    assert held == [(subject.native, "admin")]
    assert rows == []
    with pytest.raises(InvalidState):
        await office.make(RevokeProjectAccess(project=PROJECT, subject=subject))


def template(**parts):
    return Document.of(posthog.read(TEMPLATE | parts))


async def test_a_template_becomes_a_dashboard(office):
    change = ImportDashboard(place=NAME, document=template(), path=("Webshop",))

    tried = await office.make(change, terms=DRY)
    made = await office.make(change)
    hidden = ImportDashboard(place=NAME, document=template(tiles=[{"type": "WIDGET"}]), path=("Webshop",))
    with pytest.raises(BadInput) as refused:
        await office.make(hidden)

    assert tried.facts["outcome"] is made.facts["outcome"] is ImportOutcome.CREATED
    assert made.facts["native"] == made.thing.id.native
    assert [tile["text"] is None for tile in office.tiles("Launch")] == [False, True]
    assert refused.value.facts["upstream"]["message"].startswith("template__tiles__0__type: ")


async def test_a_dashboard_that_is_there_is_skipped_or_doubled_but_not_overwritten(office):
    board = office.board("Checkout funnel")
    exported = (await office.source.things(ADMIN, EXPORT_OF_DASHBOARD, [board.native]))[board.native]
    whole = Document.of(posthog.read(exported.raw))

    async def taken_in(action):
        return await office.make(ImportDashboard(place=NAME, document=whole, action=action, path=("Webshop",)))

    skipped = await taken_in(ImportAction.SKIP)
    with pytest.raises(Conflict):
        await taken_in(ImportAction.FAIL)
    with pytest.raises(UnsupportedBySource):
        await taken_in(ImportAction.OVERWRITE)
    assert office.writes() == []
    doubled = await taken_in(ImportAction.AUTO)

    assert (skipped.thing.id, skipped.facts["outcome"]) == (board, ImportOutcome.SKIPPED)
    assert doubled.facts["outcome"] is ImportOutcome.DUPLICATED
    assert doubled.thing.id != board
    assert doubled.thing.title == "Checkout funnel"


async def test_a_key_that_is_not_for_writing_is_told_to_administrators(office):
    office.fake.scopes = frozenset({"dashboard:read", "project:read", "organization:read"})

    with pytest.raises(SourceRefused) as refused:
        await office.make(UpdateDashboard(dashboard=office.board("Newsletter"), title="x"))

    assert refused.value.facts["upstream"]["message"] == "API key missing required scope 'dashboard:write'"
    assert office.row("Newsletter")["name"] == "Newsletter"


async def test_an_answer_that_is_lost_is_not_asked_for_twice_where_that_would_do_it_twice(office):
    office.fake.board.switch_on(Wrong.CUT_AFTER, "POST", times=1)

    with pytest.raises(SourceUnavailable, match="broke the connection"):
        await office.make(CreateDashboard(place=NAME, title="Once", project=PROJECT))

    assert sum(row["name"] == "Once" for row in office.fake.instance.dashboards.values()) == 1
