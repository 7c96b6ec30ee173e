"""Sisense as a source: what it answers, to whom, and with how many questions upstream."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from dashgraph.app.fakes.kit import Wrong
from dashgraph.app.fakes.sisense.keeping import AdminAccess
from dashgraph.app.fakes.sisense.server import SisenseFake
from dashgraph.domain.access import ACCESS_OF_DASHBOARD, PERMISSION, AccessRole, AccessSort, PathKind
from dashgraph.domain.alerts import ALERTS, TARGETS_OF_ALERT, AlertSort
from dashgraph.domain.dashboards import (
    DASHBOARD,
    DASHBOARD_DOCUMENT,
    DASHBOARDS,
    DashboardFilter,
    DashboardSort,
    DashboardState,
)
from dashgraph.domain.datasources import DATASOURCE
from dashgraph.domain.exports import EXPORT_OF_DASHBOARD, ExportFormat
from dashgraph.domain.folders import FOLDERS, FolderSort
from dashgraph.domain.groups import GROUPS, GROUPS_OF_USER, GroupSort
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import LARGEST_PAGE, TextFilter, Window, Wish
from dashgraph.domain.problems import BadInput, Forbidden, NotFound, SourceFailed, SourceRefused, SourceUnavailable
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.secrets import Secret
from dashgraph.domain.shares import SHARES_OF_DASHBOARD, ShareSort
from dashgraph.domain.sources import Capability, Health
from dashgraph.domain.users import USER, USERS, USERS_OF_GROUP, UserSort, UserStatus
from dashgraph.domain.viewers import Reach
from dashgraph.domain.widgets import WIDGET, WIDGET_DOCUMENT, WIDGETS, WIDGETS_OF_DASHBOARD, WidgetSort
from dashgraph.sources.live.settings import Credentials, Mode, Visibility
from dashgraph.sources.live.walks import remembering
from live_sisense import ALL, AMARA, CLAIRE, NAME, World, opened, viewer

INGRID = "ingrid.sorensen@tallgrass.example"


admin = viewer("nora@tallgrass.example", RoleKind.ADMIN, Reach.ALL)
claire, amara = viewer(CLAIRE), viewer(AMARA, RoleKind.VIEWER)
stranger = viewer("stranger@elsewhere.example")


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with opened() as (fake, source):
        with remembering():
            yield World(fake, source)


async def test_an_administrator_sees_all_dashboards_with_one_question(world: World) -> None:
    titles = await world.titles(admin)

    assert len(titles) == 21
    assert titles == sorted(titles, key=str.casefold)
    assert world.asked() == {"GET /api/v1/dashboards/admin": 1}


async def test_a_page_with_owners_widgets_and_shares_needs_four_questions(world: World) -> None:
    world.fake.pile(300)

    page = await world.source.page(admin, DASHBOARDS, ALL)
    boards = [entry.item for entry in page.entries]
    ids = [board.id.native for board in boards]
    owners = await world.source.things(admin, USER, list({board.owner.native for board in boards if board.owner}))
    widgets = await world.source.pages(admin, WIDGETS_OF_DASHBOARD, ids, Wish(WidgetSort.POSITION_ASC))
    shares = await world.source.pages(admin, SHARES_OF_DASHBOARD, ids, Wish(ShareSort.SUBJECT_ASC))

    assert (len(ids), len(owners), len(widgets), len(shares)) == (100, 13, 100, 100)
    assert all(one.entries for one in widgets.values())
    assert world.asked() == {
        "GET /api/v1/dashboards/admin": 1,  # with the shares
        "GET /api/v1/users": 1,
        "GET /api/v1/dashboards/export": 1,
        "GET /api/v1/groups": 1,  # whom shares are sorted by
    }


async def test_others_see_what_they_own_or_were_given(world: World) -> None:
    owned = {board.working.document["title"] for board in world.fake.keeping.owned_by(world.user(CLAIRE))}
    given = {
        board.working.document["title"]
        for board in world.fake.keeping.boards.values()
        if world.user(CLAIRE) in world.fake.keeping.recipients(board)
    }

    titles = await world.titles(claire)

    assert set(titles) == owned | given
    assert len(owned) == 4
    assert world.asked() == {"GET /api/v1/users": 1, "GET /api/v1/dashboards/admin": 1}


async def test_who_has_no_account_there_sees_nothing(world: World) -> None:
    assert await world.titles(stranger) == []
    assert (await world.source.page(stranger, USERS, Wish(UserSort.NAME_ASC))).entries == []


async def test_an_account_is_known_by_its_address_whatever_its_case(world: World) -> None:
    permission = await world.source.things(viewer(INGRID), PERMISSION, [world.board("Accruals to check").oid])

    [access] = permission.values()
    assert [path.kind for path in access.paths] == [PathKind.GROUP]
    assert access.role is AccessRole.VIEW


async def test_a_dashboard_is_told_as_sisense_tells_it(world: World) -> None:
    boards = {title: world.board(title).oid for title in ("Plan against actuals", "Assumptions under test")}
    edited = world.board("Rolling forecast (in work)").oid

    found = await world.source.things(admin, DASHBOARD, [*boards.values(), edited])
    plan, draft = (found[oid] for oid in boards.values())

    assert (plan.title, plan.state, plan.role) == ("Plan against actuals", DashboardState.PUBLISHED, AccessRole.ADMIN)
    assert plan.description == "Planned, Actual, Gap by month, region."
    assert (plan.owner, plan.folder is not None) == (
        ResourceId(NAME, Kind.USER, world.user("nora@tallgrass.example")),
        True,
    )
    assert plan.published_at == plan.updated_at
    assert (draft.state, draft.published_at) == (DashboardState.DRAFT, None)
    assert found[edited].state is DashboardState.MODIFIED
    assert world.asked() == {"GET /api/v1/dashboards/admin": 3}


async def test_what_is_asked_for_never_includes_what_authenticates_somebody(world: World) -> None:
    await world.source.page(admin, USERS, Wish(UserSort.NAME_ASC))

    [line] = [call.line for call in world.fake.calls]
    assert "fields=_id" in line
    assert "hash" not in line


async def test_users_are_told_with_their_accounts_to_those_who_may_know(world: World) -> None:
    native = world.user(CLAIRE)

    [mine] = (await world.source.things(claire, USER, [native])).values()
    [theirs] = (await world.source.things(amara, USER, [native])).values()
    left = (await world.source.things(admin, USER, [world.user("greta.falkenrath@tallgrass-parts.example")])).values()

    assert (mine.name, mine.initials) == ("Claire Dubois-Faure", "CD")
    assert mine.account is not None
    assert (mine.account.role.native_name, mine.account.role.kind) == ("contributor", RoleKind.EDITOR)
    assert theirs.account is None
    assert [one.status for one in left] == [UserStatus.INACTIVE]


async def test_groups_and_who_is_in_them_are_read_in_bulk(world: World) -> None:
    groups = [entry.item for entry in (await world.source.page(admin, GROUPS, Wish(GroupSort.NAME_ASC))).entries]
    ids = [group.id.native for group in groups]
    members = await world.source.pages(admin, USERS_OF_GROUP, ids, Wish(UserSort.NAME_ASC))

    assert [group.name for group in groups] == ["Advisers", "Board", "Controllers", "Dealers", "Everyone", "Planning"]
    assert [len(members[one].entries) for one in ids] == [3, 1, 3, 3, 13, 4]
    asked = world.asked()
    assert asked["GET /api/v1/groups"] == 1
    assert asked["GET /api/v1/users"] <= 2


async def test_the_groups_of_a_user_are_those_of_their_account(world: World) -> None:
    mine = await world.source.pages(claire, GROUPS_OF_USER, [world.user(CLAIRE)], Wish(GroupSort.NAME_ASC))

    [page] = mine.values()
    assert [entry.item.name for entry in page.entries] == ["Controllers", "Everyone", "Planning"]


async def test_shares_leave_out_the_owner_and_are_for_editors(world: World) -> None:
    oid = world.board("Month end in one page").oid
    wish = Wish(ShareSort.SUBJECT_ASC)

    all_of_it = (await world.source.pages(claire, SHARES_OF_DASHBOARD, [oid], wish))[oid].entries
    mine = (await world.source.pages(amara, SHARES_OF_DASHBOARD, [oid], wish))[oid].entries

    assert [(entry.item.rule.value, entry.item.subscribed) for entry in all_of_it] == [("view", True), ("edit", False)]
    assert all_of_it[0].item.id.native == f"{oid}/group/{world.group('Board')}"
    assert [entry.item.subject.native for entry in mine] == [world.group("Board")]


async def test_everybody_with_access_is_told_with_every_way(world: World) -> None:
    oid = world.board("Plan against actuals").oid

    rows = (await world.source.pages(admin, ACCESS_OF_DASHBOARD, [oid], Wish(AccessSort.EMAIL_ASC)))[oid].entries

    by_user = {entry.item.user.native: entry.item for entry in rows}
    ways = by_user[world.user(AMARA)].paths
    assert {path.kind for path in ways} == {PathKind.DIRECT, PathKind.GROUP}
    assert by_user[world.user(CLAIRE)].role is AccessRole.EDIT
    assert len(by_user) == 5


async def test_widgets_stand_in_the_order_of_the_layout_and_are_known_through_their_dashboard(world: World) -> None:
    board = world.board("Month end in one page")
    cells = board.working.document["layout"]["columns"][0]["cells"]
    cells.reverse()
    expected = [one["oid"] for one in reversed(board.working.widgets)]

    pages = await world.source.pages(claire, WIDGETS_OF_DASHBOARD, [board.oid], Wish(WidgetSort.POSITION_ASC))
    ids = [entry.item.id.native for entry in pages[board.oid].entries]
    again = await world.source.things(claire, WIDGET, [ids[0]])

    assert ids == [f"{board.oid}/{one}" for one in expected]
    assert again[ids[0]].owner == ResourceId(NAME, Kind.USER, world.user(CLAIRE))
    assert await world.source.things(stranger, WIDGET, [ids[0]]) == {}


async def test_all_widgets_are_read_in_bulk(world: World) -> None:
    wish = Wish(WidgetSort.TITLE_ASC, Window(LARGEST_PAGE))
    found = (await world.source.page(admin, WIDGETS, wish)).entries

    assert len(found) == sum(len(board.working.widgets) for board in world.fake.keeping.boards.values())
    assert sum(world.asked().values()) <= 3


async def test_documents_are_the_servers_own_without_what_is_its_business(world: World) -> None:
    board = world.board("Findings for the board")
    widget = board.working.widgets[0]

    [document] = (await world.source.things(admin, DASHBOARD_DOCUMENT, [board.oid])).values()
    natives = document.raw["widgets"]
    parts = await world.source.things(admin, WIDGET_DOCUMENT, natives)

    assert document.raw["layout"] == board.working.document["layout"]
    assert not {"shares", "owner", "_id", "userId"} & set(document.raw)
    assert natives == [f"{board.oid}/{one['oid']}" for one in board.working.widgets]
    assert parts[natives[0]].raw["metadata"] == widget["metadata"]
    assert world.asked() == {"GET /api/v1/dashboards/admin": 2}  # what it is, and all of it


async def test_exports_hold_the_widgets_and_files_are_drawn_by_sisense(world: World) -> None:
    board = world.board("Findings for the board")
    others = [one.oid for one in world.fake.keeping.boards.values()]

    found = await world.source.things(admin, EXPORT_OF_DASHBOARD, others)
    pdf = await world.source.export(admin, Kind.DASHBOARD, board.oid, ExportFormat.PDF)
    widget = f"{board.oid}/{board.working.widgets[0]['oid']}"
    picture = await world.source.export(admin, Kind.WIDGET, widget, ExportFormat.PNG)

    assert [one["oid"] for one in found[board.oid].raw["widgets"]] == [one["oid"] for one in board.working.widgets]
    assert (pdf.name, pdf.content[:4]) == ("findings-for-the-board.pdf", b"%PDF")
    assert picture.content_type == "image/png"
    with pytest.raises(NotFound):
        await world.source.export(stranger, Kind.DASHBOARD, board.oid, ExportFormat.PDF)


async def test_datasources_are_those_that_dashboards_name(world: World) -> None:
    [board] = (await world.source.things(admin, DASHBOARD, [world.board("Plan against actuals").oid])).values()
    assert board.datasource is not None

    [found] = (await world.source.things(admin, DATASOURCE, [board.datasource.native])).values()

    assert (found.title, found.address, found.database) == ("Planning model", "LocalHost", "aPlanningIAAamodel")
    assert world.asked() == {"GET /api/v1/dashboards/admin": 1}


async def test_folders_and_alerts_are_those_of_the_service_account(world: World) -> None:
    folders = (await world.source.page(admin, FOLDERS, Wish(FolderSort.NAME_ASC))).entries
    [alert] = (await world.source.page(admin, ALERTS, Wish(AlertSort.NAME_ASC))).entries
    [targets] = (await world.source.things(admin, TARGETS_OF_ALERT, [alert.item.id.native])).values()

    assert [entry.item.name for entry in folders] == ["Closing", "Dealers", "Drafts", "Plans", "This year"]
    assert alert.item.dashboard == ResourceId(NAME, Kind.DASHBOARD, world.board("Plan against actuals").oid)
    assert alert.item.conditions[0].raw["above"] == 0.1
    assert [one.user.native for one in targets[0].recipients] == [world.user("nora@tallgrass.example")]


async def test_a_wrong_id_is_nothing_whatever_sisense_says_to_it(world: World) -> None:
    assert await world.source.things(admin, DASHBOARD, ["17", "f" * 24]) == {}
    assert await world.source.things(admin, WIDGET, ["17", f"{'f' * 24}/17"]) == {}


async def test_filters_are_met_here(world: World) -> None:
    wanted = DashboardFilter(title=TextFilter(contains="FINDINGS"))

    assert await world.titles(admin, Wish(DashboardSort.TITLE_ASC, filter=wanted)) == [
        "Findings for the board", "Findings, one by one (in work)",
    ]  # fmt: skip


@pytest.mark.parametrize("habit", [AdminAccess.REFUSED, AdminAccess.UNKNOWN])
async def test_where_adminaccess_is_not_taken_each_dashboard_is_asked_for_by_itself(habit: AdminAccess) -> None:
    async with opened() as (fake, source):
        fake.keeping.admin_access = habit
        ids = list(fake.keeping.boards)

        with remembering():
            pages = await source.pages(admin, WIDGETS_OF_DASHBOARD, ids, Wish(WidgetSort.POSITION_ASC))

        assert all(page.entries for page in pages.values())
        assert len(pages) == 21


async def test_a_search_page_by_page_finds_each_dashboard_once_and_as_its_owner_has_it() -> None:
    async with opened(options={"listing": "search"}) as (fake, source):
        fake.pile(120)
        [shared] = [
            one for one in fake.keeping.boards.values() if one.working.document["title"] == "Everybody's numbers"
        ]
        shared.working.document["title"] = "Everybody's numbers (in work)"

        with remembering():
            count = await source.count(admin, DASHBOARDS, ALL)
            [found] = (await source.things(admin, DASHBOARD, [shared.oid])).values()

        assert (count, found.title) == (141, "Everybody's numbers (in work)")
        assert fake.counted() == {"POST /api/v1/dashboards/searches": 6}


async def test_an_account_without_rights_shows_what_it_was_given() -> None:
    fake = SisenseFake()
    token = Credentials(token=Secret(fake.token_of(AMARA)))
    async with opened(fake, options={"listing": "own"}, credentials=token, visibility=Visibility.EVERYONE) as (
        _,
        source,
    ):
        [board, *_] = (await source.page(claire, DASHBOARDS, ALL)).entries
        oid = board.item.id.native
        pages = await source.pages(claire, WIDGETS_OF_DASHBOARD, [oid], Wish(WidgetSort.POSITION_ASC))

        assert board.item.title == "Bridge of the margin"  # as it was published
        assert pages[oid].entries


async def test_in_delegated_mode_each_asks_with_their_own_token() -> None:
    fake = SisenseFake()
    tokens = {CLAIRE: Secret(fake.token_of(CLAIRE))}
    async with opened(fake, mode=Mode.DELEGATED, credentials=Credentials(tokens=tokens)) as (_, source):
        mine = (await source.page(claire, DASHBOARDS, ALL)).entries
        theirs = (await source.page(amara, DASHBOARDS, ALL)).entries

        assert len([one for one in mine if one.item.title.startswith("Month end")]) == 1
        assert theirs == ()


async def test_who_may_not_list_users_asks_as_themselves_all_the_same() -> None:
    fake = SisenseFake()
    fake.keeping.hides_people = True
    tokens = {AMARA: Secret(fake.token_of(AMARA))}
    async with opened(fake, mode=Mode.DELEGATED, credentials=Credentials(tokens=tokens)) as (_, source):
        titles = [entry.item.title for entry in (await source.page(amara, DASHBOARDS, ALL)).entries]
        people = [entry.item.email for entry in (await source.page(amara, USERS, Wish(UserSort.NAME_ASC))).entries]
        groups = (await source.page(amara, GROUPS, Wish(GroupSort.NAME_ASC))).entries

        assert "Plan against actuals" in titles
        assert (people, len(groups)) == ([AMARA], 0)


async def test_documented_routes_alone_are_used_where_that_is_wanted() -> None:
    async with opened(documented_only=True) as (fake, source):
        ids = list(fake.keeping.boards)

        with remembering():
            pages = await source.pages(admin, WIDGETS_OF_DASHBOARD, ids, Wish(WidgetSort.POSITION_ASC))
            await source.pages(admin, SHARES_OF_DASHBOARD, ids, Wish(ShareSort.SUBJECT_ASC))

        assert all(page.entries for page in pages.values())
        assert fake.counted()["GET /api/v1/dashboards/admin"] == 1 + len(ids)
        assert all(" /api/v1/" in call.line and "adminAccess" not in call.line for call in fake.calls)
        assert source.card.refusal(Capability.SHARE_WRITE, "addShare") is not None


async def test_a_name_and_a_password_are_turned_into_a_token_once() -> None:
    fake = SisenseFake()
    known = Credentials(user_name="nora@tallgrass.example", password=Secret(fake.PASSWORD))
    async with opened(fake, credentials=known) as (_, source):
        await source.page(admin, DASHBOARDS, ALL)
        fake.keeping.tokens.clear()
        await source.page(admin, DASHBOARDS, ALL)

        assert fake.counted()["POST /api/v1/authentication/login"] == 2


async def test_how_it_is_doing_says_whether_the_credentials_are_taken() -> None:
    async with opened() as (_, source):
        assert (await source.status()).version == SisenseFake.VERSION
    async with opened(credentials=Credentials(token=Secret("wrong"))) as (_, source):
        status = await source.status()
        with pytest.raises(SourceRefused):
            await source.page(admin, DASHBOARDS, ALL)

        assert (status.health, "credentials" in (status.message or "")) == (Health.DOWN, True)


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ({"wrong": Wrong.PROXY_PAGE, "status": 200}, SourceFailed),
        ({"wrong": Wrong.NONSENSE}, SourceFailed),
        ({"wrong": Wrong.ERROR, "status": 503, "body": {"message": "later"}}, SourceUnavailable),
        ({"wrong": Wrong.ERROR, "status": 403, "body": {"error": {"code": 102, "message": "no"}}}, Forbidden),
    ],
)
async def test_what_cannot_be_used_is_a_problem_that_names_the_source(
    world: World, fault: dict[str, Any], problem: type[Exception]
) -> None:
    world.fake.board.switch_on(**fault, on="/dashboards/admin")

    with pytest.raises(problem) as raised:
        await world.titles(admin)

    assert NAME in str(raised.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"credentials": Credentials()},
        {"credentials": Credentials(user_name="nora")},
        {"options": {"listing": "everything"}},
        {"options": {"region": "eu"}},
        {"options": {"listing": "search"}, "documented_only": True},
    ],
)
async def test_settings_that_cannot_be_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=NAME):
        async with opened(**settings):
            pass
