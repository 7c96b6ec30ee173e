"""PostHog as a source: what it tells, to whom, and for how many calls."""

from collections import Counter

import pytest

from asker import ADMIN, viewer
from dashgraph.app.fakes.kit import Wrong
from dashgraph.app.fakes.posthog import rights
from dashgraph.app.fakes.posthog.content import RIDER_APP, WEBSHOP
from dashgraph.app.fakes.posthog.server import PostHogFake
from dashgraph.app.fakes.posthog.sharing import new_control
from dashgraph.domain.access import ACCESS_OF_DASHBOARD, AccessRole, AccessSort, PathKind
from dashgraph.domain.dashboards import DASHBOARD, DASHBOARD_DOCUMENT, DASHBOARDS, DashboardSort
from dashgraph.domain.formats import posthog
from dashgraph.domain.groups import GROUPS_OF_USER, GroupSort
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.layouts import placed
from dashgraph.domain.lists import Window, Wish
from dashgraph.domain.problems import ScanLimitExceeded, SourceFailed, SourceRefused
from dashgraph.domain.projects import MEMBERS_OF_PROJECT, PROJECTS, ProjectMemberSort, ProjectSort
from dashgraph.domain.public_links import PUBLIC_LINK
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.secrets import Secret
from dashgraph.domain.shares import SHARES_OF_DASHBOARD, ShareRule, ShareSort
from dashgraph.domain.sources import Capability, Health
from dashgraph.domain.tiles import TileFailed, TileReady, TilesBegun, TilesDone
from dashgraph.domain.users import USERS, UserSort, UserStatus
from dashgraph.domain.widgets import WIDGET_DOCUMENT, WIDGETS_OF_DASHBOARD, WidgetSort
from dashgraph.sources.live.settings import Credentials, Mode, Visibility
from dashgraph.sources.live.walks import remembering
from live_posthog import NAME, NOW, opened
from source_contract import SourceContract

ALL = Window(100)
BY_TITLE = Wish(DashboardSort.TITLE_ASC, ALL)
BY_PLACE = Wish(WidgetSort.POSITION_ASC, ALL)
BY_SUBJECT = Wish(ShareSort.SUBJECT_ASC, ALL)
PROJECT_LISTS = {"GET /api/projects/": 1, "GET /api/organizations/*/": 1, "GET /api/projects/*/dashboards/": 2}
PEOPLE = {"GET /api/organizations/*/members/": 1, "GET /api/organizations/*/roles/": 1}
GROUNDS = {"GET /api/projects/*/access_controls/": 2, "GET /api/projects/*/resource_access_controls/": 2}


class TestPostHog(SourceContract):
    """PostHog keeps every promise of a source."""

    opened = staticmethod(opened)
    member = "chloe.beaumont@tallgrass.example"
    unlisted = frozenset({"folders"})


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


def native(fake, title):
    """The id of a dashboard of the example company."""
    found = next(row for row in fake.instance.dashboards.values() if row["name"] == title)
    return f"{found['project']}.{found['id']}"


def uuid(fake, start):
    return next(one for one, row in fake.instance.users.items() if row["email"].startswith(start))


def control(fake, title, level, *, member=None, role=None):
    project, number = native(fake, title).split(".")
    named = member and fake.instance.member_of(uuid(fake, member))["id"]
    called = role and next(one for one, row in fake.instance.roles.items() if row["name"] == role)
    new_control(
        fake.instance, int(project), "dashboard", number, fake.admin,
        access_level=level, organization_member=named, role=called,
    )  # fmt: skip


async def titles(source, who):
    with remembering():
        page = await source.page(who, DASHBOARDS, BY_TITLE)
    return [entry.item.title for entry in page.entries]


async def role_of(source, who, dashboard):
    found = await source.things(who, DASHBOARD, [dashboard])
    return found[dashboard].role if dashboard in found else None


async def shares(source, who, dashboard):
    """Who has which right, and where it comes from."""
    with remembering():
        page = (await source.pages(who, SHARES_OF_DASHBOARD, [dashboard], BY_SUBJECT))[dashboard]
    return {(entry.item.subject.native, entry.item.rule, entry.item.inherited_from) for entry in page.entries}


async def test_a_list_is_of_all_projects(fake, source):
    """5 calls: the projects, their organisation, and a list of each project."""
    with remembering():
        page = await source.page(ADMIN, DASHBOARDS, BY_TITLE)

    boards = {entry.item.title: entry.item for entry in page.entries}
    glance = boards["Shop at a glance"]
    assert fake.counted() == PROJECT_LISTS
    assert len(boards) == 21
    assert "Scratch for a notebook" not in boards
    assert glance.project == ResourceId(NAME, Kind.PROJECT, str(WEBSHOP))
    assert glance.owner == ResourceId(NAME, Kind.USER, uuid(fake, "nora@"))
    assert (glance.pinned, glance.tags, glance.type) == (True, ("weekly",), "default")
    assert glance.url.endswith(f"/project/{WEBSHOP}/dashboard/{glance.id.native.split('.')[1]}")


async def test_one_project_can_be_all_there_is():
    async with opened(options={"project": str(RIDER_APP)}) as (fake, source):
        assert len(await titles(source, ADMIN)) == 7
        assert native(fake, "Newsletter") not in await source.things(ADMIN, DASHBOARD, [native(fake, "Newsletter")])
        projects = await source.page(ADMIN, PROJECTS, Wish(ProjectSort.NAME_ASC))
        assert [entry.item.name for entry in projects.entries] == ["Rider app"]


async def test_a_dashboard_and_its_widgets_are_one_call(fake, source):
    """3 calls: the dashboard, and what tells whether access is controlled."""
    one = native(fake, "Newsletter")

    with remembering():
        [board] = (await source.things(ADMIN, DASHBOARD, [one])).values()
        widgets = (await source.pages(ADMIN, WIDGETS_OF_DASHBOARD, [one], BY_PLACE))[one]
        documents = await source.things(ADMIN, DASHBOARD_DOCUMENT, [one])

    assert fake.counted() == {
        "GET /api/projects/*/dashboards/*/": 1, "GET /api/projects/": 1, "GET /api/organizations/*/": 1
    }  # fmt: skip
    assert fake.instance.computed == 0
    shown = [(entry.item.title, entry.item.type, entry.item.subtype) for entry in widgets.entries]
    assert board.title == "Newsletter"
    assert shown == [
        (None, "TEXT", None),
        ("Opens", "INSIGHT", "TrendsQuery"),
        ("Clicks", "INSIGHT", "TrendsQuery"),
        ("Leaving", "INSIGHT", "TrendsQuery"),
    ]
    assert placed(documents[one]) == {entry.item.id.native for entry in widgets.entries}


async def test_a_page_with_owners_widgets_and_shares_costs_two_calls_for_each_dashboard(fake, source):
    """The list has neither tiles nor access controls, and there is no other that has."""
    with remembering():
        page = await source.page(ADMIN, DASHBOARDS, BY_TITLE)
        ids = [entry.item.id.native for entry in page.entries]
        await source.pages(ADMIN, WIDGETS_OF_DASHBOARD, ids, BY_PLACE)
        await source.pages(ADMIN, SHARES_OF_DASHBOARD, ids, BY_SUBJECT)

    assert fake.counted() == Counter(PROJECT_LISTS) + Counter(PEOPLE) + Counter(GROUNDS) + Counter(
        {
            "GET /api/projects/*/dashboards/*/": 21,
            "GET /api/projects/*/dashboards/*/access_controls/": 21,
            "GET /api/projects/*/dashboards/*/collaborators/": 1,
        }
    )


async def test_without_access_controls_in_the_plan_nothing_is_asked_for_shares(fake, source):
    fake.instance.features.clear()

    everything = await titles(source, viewer("chloe.beaumont"))

    assert len(everything) == 21
    assert fake.counted() == Counter(PROJECT_LISTS) + Counter(PEOPLE)
    assert await role_of(source, viewer("chloe.beaumont"), native(fake, "Board pack: web")) is AccessRole.EDIT


async def test_people_see_what_their_own_account_sees(fake, source):
    closed = ["Battery health", "Prices under test"]

    chloe, mateo, nobody = [await titles(source, viewer(one)) for one in ("chloe.beaumont", "mateo.alvarez", None)]

    everything = await titles(source, ADMIN)
    assert chloe == [title for title in everything if title not in closed]
    assert mateo == everything
    assert nobody == []


async def test_who_did_not_confirm_the_address_is_nobody(fake, source):
    ida = viewer("ida.fjeld@northbeam.example")

    before = await titles(source, ida)
    fake.instance.users[uuid(fake, "ida")]["is_email_verified"] = True
    after = await titles(source, ida)

    assert (before, len(after)) == ([], 20)


async def test_the_rights_are_those_that_the_upstream_computes(fake, source):
    """Everybody's right to every dashboard, against the fake's own rules."""
    from_rules = {"manager": AccessRole.EDIT, "editor": AccessRole.EDIT, "viewer": AccessRole.VIEW, "none": None}
    control(fake, "Releases", "viewer", member="noam.barak")
    control(fake, "Locks and alarms", "viewer", role="Growth")
    control(fake, "Newsletter", "none", role="Product")
    new_control(fake.instance, RIDER_APP, "project", str(RIDER_APP), fake.admin, access_level="none")
    for start in ("zoe", "olena", "chloe"):
        member = fake.instance.member_of(uuid(fake, start))["id"]
        new_control(
            fake.instance, RIDER_APP, "project", str(RIDER_APP), fake.admin,
            access_level="member", organization_member=member,
        )  # fmt: skip
    rows = fake.instance.dashboards.values()
    listed = [f"{row['project']}.{row['id']}" for row in rows if row["creation_mode"] != "unlisted"]

    for one, row in fake.instance.users.items():
        if not row["is_email_verified"]:
            continue
        with remembering():
            found = await source.things(viewer(row["email"]), DASHBOARD, listed)
        told = {native: board.role for native, board in found.items()}

        wanted = {}
        for number in listed:
            board = fake.instance.dashboards[int(number.split(".")[1])]
            level = fake_level(fake, one, board)
            role = AccessRole.OWNER if board["created_by"] == one else from_rules[level]
            if role is not None:
                wanted[number] = role
        assert told == wanted, row["email"]


def fake_level(fake, user, board):
    """What the fake lets somebody do; who made a dashboard keeps it here even where the project is closed to them."""
    if not rights.sees_project(fake.instance, user, board["project"]):
        return "none"
    level = rights.level(fake.instance, user, board)
    if level == "none":
        return level
    return "editor" if rights.may_edit(fake.instance, user, board) else "viewer"


async def test_shares_tell_where_they_come_from(fake, source):
    roles = {row["name"]: one for one, row in fake.instance.roles.items()}
    mateo, tomas, wei_ting, priya, nora = (
        uuid(fake, start) for start in ("mateo", "tomas", "wei-ting", "priya", "nora@")
    )
    admins = {(one, ShareRule.EDIT, "organization") for one in (priya, nora, tomas)}

    assert await shares(source, ADMIN, native(fake, "Prices under test")) == {
        (roles["Analysts"], ShareRule.EDIT, None),
        (mateo, ShareRule.VIEW, None),
    } | (admins - {(tomas, ShareRule.EDIT, "organization")})  # fmt: skip
    assert await shares(source, ADMIN, native(fake, "Subscriptions")) == {
        (roles["Product"], ShareRule.EDIT, None),
        (f"project-{RIDER_APP}", ShareRule.VIEW, None),
    } | (admins - {(priya, ShareRule.EDIT, "organization")})  # fmt: skip
    assert await shares(source, ADMIN, native(fake, "Board pack: web")) == {
        (tomas, ShareRule.EDIT, None),
        (wei_ting, ShareRule.EDIT, None),
        (f"project-{WEBSHOP}", ShareRule.VIEW, "project"),
    } | (admins - {(nora, ShareRule.EDIT, "organization")})  # fmt: skip


async def test_everybody_with_access_is_told_with_every_way(fake, source):
    one = native(fake, "Prices under test")

    page = (await source.pages(ADMIN, ACCESS_OF_DASHBOARD, [one], Wish(AccessSort.EMAIL_ASC, ALL)))[one]

    people = {row["uuid"]: row["email"].split("@")[0] for row in fake.instance.users.values()}
    ways = {people[entry.item.user.native]: {path.kind for path in entry.item.paths} for entry in page.entries}
    assert ways == {
        "nora": {PathKind.INHERITED},
        "tomas.ibarra": {PathKind.OWNER},
        "priya.raghunathan": {PathKind.INHERITED, PathKind.GROUP},
        "wei-ting.hsu": {PathKind.GROUP},
        "mirela.colakovic": {PathKind.GROUP},
        "mateo.alvarez": {PathKind.DIRECT},
    }


async def test_people_have_roles_and_belong_to_everyone_in_a_project(fake, source):
    zoe = uuid(fake, "zoe")

    with remembering():
        users = [entry.item for entry in (await source.page(ADMIN, USERS, Wish(UserSort.EMAIL_ASC, ALL))).entries]
        groups = (await source.pages(ADMIN, GROUPS_OF_USER, [zoe], Wish(GroupSort.NAME_ASC)))[zoe]

    levels = Counter(user.account.role.kind for user in users)
    assert levels == {RoleKind.ADMIN: 3, RoleKind.EDITOR: 10}
    assert [user.email for user in users if user.status is not UserStatus.ACTIVE] == ["ida.fjeld@northbeam.example"]
    names = [entry.item.name for entry in groups.entries]
    assert names == ["Everyone in Rider app", "Everyone in Webshop", "Growth"]


async def test_members_of_a_project_are_those_who_may_enter_it(fake, source):
    growth = next(one for one, row in fake.instance.roles.items() if row["name"] == "Growth")
    new_control(fake.instance, RIDER_APP, "project", str(RIDER_APP), fake.admin, access_level="none")
    new_control(fake.instance, RIDER_APP, "project", str(RIDER_APP), fake.admin, access_level="member", role=growth)
    ids = [str(WEBSHOP), str(RIDER_APP)]

    pages = await source.pages(ADMIN, MEMBERS_OF_PROJECT, ids, Wish(ProjectMemberSort.SUBJECT_ASC, ALL))

    admins = {uuid(fake, start) for start in ("nora@", "tomas", "priya")}
    open_one, closed = ([entry.item for entry in pages[one].entries] for one in ids)
    assert {(one.role.native_name, one.inherited_from) for one in open_one} == {
        ("admin", "organization"), ("member", "organization")
    }  # fmt: skip
    assert len(open_one) == 13
    assert {one.subject.native for one in closed} == {growth, *admins}


async def test_a_public_link_is_told_only_while_it_opens_something(fake, source):
    shared, closed = native(fake, "Campaign: commuter week"), native(fake, "Newsletter")

    links = await source.things(ADMIN, PUBLIC_LINK, [shared, closed])
    hidden = await source.things(viewer("seoyeon.kim"), PUBLIC_LINK, [native(fake, "Prices under test")])

    token = fake.instance.sharing[int(shared.split(".")[1])]["access_token"]
    assert links[shared].url.endswith(f"/shared/{token}")
    assert (links[closed].enabled, links[closed].url) == (False, None)
    assert hidden == {}


async def test_a_document_is_a_template_that_the_vendor_takes_again(fake, source):
    one = native(fake, "Checkout funnel")

    with remembering():
        document = (await source.things(ADMIN, DASHBOARD_DOCUMENT, [one]))[one].raw
        widgets = await source.things(ADMIN, WIDGET_DOCUMENT, document["widgets"])

    template = posthog.written({**document, "widgets": [widgets[each].raw for each in document["widgets"]]})
    assert [tile["name"] for tile in template["tiles"]] == [
        "From basket to payment", "Where people leave", "Failed payments"
    ]  # fmt: skip
    assert template["template_name"] == "Checkout funnel"
    assert template["tiles"][0]["query"]["source"]["kind"] == "FunnelsQuery"


async def events(source, who, dashboard):
    return [event async for event in source.tiles(who, dashboard)]


async def test_tiles_come_as_they_are_made_ready(fake, source):
    one = native(fake, "Shop at a glance")
    failing = fake.instance.tiles_of(int(one.split(".")[1]))[4]["id"]
    fake.instance.failing.add(failing)

    begun, *ready, failed, done = await events(source, ADMIN, one)

    assert isinstance(begun, TilesBegun)
    assert begun.dashboard.title == "Shop at a glance"
    assert [(event.order, event.widget.title) for event in ready if isinstance(event, TileReady)] == [
        (0, None), (1, "Visitors"), (2, "Orders"), (3, "Basket value")
    ]  # fmt: skip
    assert failed == TileFailed(f"{one}.{failing}", "posthog could not work this widget out.")
    assert done == TilesDone(4)


async def test_a_stream_that_is_cut_says_so_and_is_not_begun_again(fake, source):
    fake.instance.cut_after = 2

    *_, last, failed, done = await events(source, ADMIN, native(fake, "Newsletter"))

    assert isinstance(last, TileReady)
    assert isinstance(failed, TileFailed)
    assert (failed.widget, done) == (None, TilesDone(3))
    assert sum("stream_tiles" in call.line for call in fake.calls) == 1


async def test_with_tokens_of_their_own_people_see_what_the_system_shows_them():
    fake = PostHogFake(now=lambda: NOW)
    fake.keys["phx_chloe"] = uuid(fake, "chloe")
    tokens = {"chloe.beaumont@tallgrass.example": Secret("phx_chloe")}

    async with opened(fake, mode=Mode.DELEGATED, credentials=Credentials(tokens=tokens)) as (_, source):
        chloe, nora = [await titles(source, viewer(one)) for one in ("chloe.beaumont", "nora")]

    assert len(chloe) == 19
    assert nora == []


async def test_documented_addresses_alone_tell_no_people_and_so_nobody_sees_anything_but_administrators():
    async with opened(documented_only=True) as (fake, source):
        seen = [len(await titles(source, who)) for who in (viewer("mateo.alvarez"), ADMIN)]
        given = await shares(source, ADMIN, native(fake, "Board pack: web"))

        assert seen == [0, 21]
        assert {subject for subject, *_ in given} == {uuid(fake, "tomas"), uuid(fake, "wei-ting")}
        assert source.card.reason_against(Capability.USER_READ) is not None
        assert not [call.line for call in fake.calls if "organizations" in call.line or "access_controls" in call.line]


async def test_with_visibility_for_everyone_all_who_are_signed_in_see_all():
    async with opened(visibility=Visibility.EVERYONE) as (_, source):
        assert len(await titles(source, viewer("stranger"))) == 21


@pytest.mark.parametrize(
    ("token", "scopes", "problem"),
    [("phx_wrong", None, SourceRefused), (PostHogFake.TOKEN, frozenset({"dashboard:read"}), SourceRefused)],
)
async def test_a_key_that_is_wrong_or_not_for_this_is_told_from_a_hidden_dashboard(token, scopes, problem):
    fake = PostHogFake(now=lambda: NOW)
    fake.scopes = scopes

    async with opened(fake, credentials=Credentials(token=Secret(token))) as (_, source):
        status = await source.status()
        with pytest.raises(problem) as caught:
            await titles(source, ADMIN)

    assert status.health is Health.DOWN
    assert token not in caught.value.message
    assert caught.value.facts["upstream"]["code"] in {"authentication_failed", "permission_denied"}


async def test_the_page_of_something_in_between_is_no_answer(fake, source):
    fake.board.switch_on(Wrong.PROXY_PAGE, "dashboards", status=200)

    with pytest.raises(SourceFailed):
        await titles(source, ADMIN)


async def test_pages_that_overlap_give_each_dashboard_once_and_long_lists_have_a_ceiling():
    fake = PostHogFake(filled=False, now=lambda: NOW)
    fake.fill(1200, tiles=0)

    async with opened(fake, scan_limit=1200) as (_, source):
        with remembering():
            count = await source.count(ADMIN, DASHBOARDS, BY_TITLE)
    async with opened(fake, scan_limit=1199) as (_, source):
        with pytest.raises(ScanLimitExceeded):
            await titles(source, ADMIN)

    assert count == 1200
    assert sum("dashboards/?limit=500" in call.line and call.status == 200 for call in fake.calls) >= 3
