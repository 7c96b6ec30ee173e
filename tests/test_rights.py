"""Who sees what. Each refusal stands beside the same setup allowed."""

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from dashgraph.domain.users import UserStatus
from dashgraph.domain.viewers import TokenScope
from dashgraph.store.demo import ADMIN_EMAIL

TITLES = "query($scope: Scope! = VISIBLE) { dashboards(scope: $scope) { totalCount edges { node { title } } } }"


async def titles(asking: Asking, name: str, **variables: object) -> list[str]:
    viewer = await asking.viewer(f"{name}@x.example")
    found = (await asking.data(viewer, TITLES, **variables))["dashboards"]
    assert found["totalCount"] == len(found["edges"])
    return [edge["node"]["title"] for edge in found["edges"]]


async def people(company: Company, *names: str) -> None:
    for name in names:
        await company.user(name, "admin" if name.startswith("admin") else "designer")


async def test_a_dashboard_is_seen_by_owner_shared_user_and_group_member_and_by_nobody_else(empty: Asking) -> None:
    company = Company(empty.world.database)
    await people(company, "owner", "friend", "member", "stranger", "admin")
    await company.group("team", "member")
    await company.dashboard("plan", "owner")
    await company.share("plan", user="friend")
    await company.share("plan", group="team")

    assert await titles(empty, "owner") == ["plan"]
    assert await titles(empty, "friend") == ["plan"]
    assert await titles(empty, "member") == ["plan"]
    assert await titles(empty, "stranger") == []
    assert await titles(empty, "admin") == []
    assert await titles(empty, "admin", scope="ALL") == ["plan"]


async def test_scope_all_is_for_administrators_with_the_scope_for_it(empty: Asking) -> None:
    company = Company(empty.world.database)
    await people(company, "owner", "admin")
    await company.dashboard("plan", "owner")
    admin = await empty.viewer("admin@x.example")
    narrow = type(admin)(admin.user, admin.role, frozenset({TokenScope.DASHBOARDS_READ}))

    [refused] = await empty.errors(await empty.viewer("owner@x.example"), TITLES, scope="ALL")
    [unscoped] = await empty.errors(narrow, TITLES, scope="ALL")

    assert refused["extensions"]["code"] == "FORBIDDEN"
    assert refused["path"] == ["dashboards"]
    assert unscoped["extensions"] == {"code": "FORBIDDEN", "scope": "admin:read"}
    assert await titles(empty, "admin", scope="ALL") == ["plan"]


async def test_a_token_without_the_scope_reads_nothing_of_that_kind(empty: Asking) -> None:
    company = Company(empty.world.database)
    await people(company, "owner")
    await company.dashboard("plan", "owner")
    owner = await empty.viewer("owner@x.example")
    users_only = type(owner)(owner.user, owner.role, frozenset({TokenScope.USERS_READ}))
    query = "{ dashboards { edges { node { title } } } users { edges { node { displayName } } } }"

    answer = await empty.answer(users_only, query)

    assert answer["data"]["dashboards"] is None
    assert answer["data"]["users"]["edges"] == [{"node": {"displayName": "owner"}}]
    assert [error["extensions"]["scope"] for error in answer["errors"]] == ["dashboards:read"]


async def test_hidden_and_absent_look_the_same_at_every_door(empty: Asking) -> None:
    company = Company(empty.world.database)
    await people(company, "owner", "stranger")
    await company.dashboard("plan", "owner", tiles=("a",))
    await company.share("plan", user="owner")  # a share row to ask for
    stranger, owner = await empty.viewer("stranger@x.example"), await empty.viewer("owner@x.example")
    query = """query($d: ID!, $w: ID!, $s: ID!) {
        a: node(id: $d) { id } b: node(id: $w) { id } c: node(id: $s) { id } nodes(ids: [$d, $w, $s]) { id }
        _entities(representations: [
            {__typename: "Dashboard", id: $d}, {__typename: "Widget", id: $w}, {__typename: "Share", id: $s}
        ]) { __typename } }"""
    hidden = {"d": "plan", "w": "plan-a", "s": "plan/user/owner"}
    absent = {"d": "none", "w": "none-a", "s": "none/user/owner"}
    kinds = {"d": Kind.DASHBOARD, "w": Kind.WIDGET, "s": Kind.SHARE}

    def ids(natives: dict[str, str]) -> dict[str, str]:
        return {name: global_id(kinds[name], native) for name, native in natives.items()}

    first = await empty.answer(stranger, query, **ids(hidden))
    second = await empty.answer(stranger, query, **ids(absent))
    nothing = {"a": None, "b": None, "c": None, "nodes": [None] * 3, "_entities": [None] * 3}
    assert first == second == {"data": nothing}
    allowed = await empty.data(owner, query, **ids(hidden))
    assert [found["id"] for found in allowed["nodes"]] == list(ids(hidden).values())
    assert [found["__typename"] for found in allowed["_entities"]] == ["Dashboard", "Widget", "Share"]


async def test_dashboard_by_id_says_not_found_and_never_forbidden(empty: Asking) -> None:
    company = Company(empty.world.database)
    await people(company, "owner", "stranger", "admin")
    await company.dashboard("plan", "owner")
    query = "query($id: ID!, $scope: Scope! = VISIBLE) { dashboard(id: $id, scope: $scope) { title } }"
    stranger = await empty.viewer("stranger@x.example")

    hidden = await empty.answer(stranger, query, id=global_id(Kind.DASHBOARD, "plan"))
    absent = await empty.answer(stranger, query, id=global_id(Kind.DASHBOARD, "none"))
    foreign = await empty.answer(stranger, query, id=global_id(Kind.USER, "plan"))

    assert hidden == absent == foreign
    assert hidden["data"] == {"dashboard": None}
    assert [error["extensions"]["code"] for error in hidden["errors"]] == ["NOT_FOUND"]
    admin = await empty.viewer("admin@x.example")
    found = await empty.data(admin, query, id=global_id(Kind.DASHBOARD, "plan"), scope="ALL")
    assert found == {"dashboard": {"title": "plan"}}


SHARES = """{ dashboards { edges { node { myPermission { role via { kind rule group { name } } }
    shares { totalCount edges { node { rule user { displayName } group { name } } } }
    access { totalCount edges { node { role user { displayName } paths { kind rule group { name } } } } } } } } }"""


async def only_dashboard(asking: Asking, name: str) -> dict[str, object]:
    data = await asking.data(await asking.viewer(f"{name}@x.example"), SHARES)
    [edge] = data["dashboards"]["edges"]
    return edge["node"]


async def test_owner_and_editors_see_all_shares_and_viewers_only_their_own(empty: Asking) -> None:
    company = Company(empty.world.database)
    await people(company, "owner", "editor", "viewer", "member")
    await company.group("team", "member", "viewer")
    await company.dashboard("plan", "owner")
    await company.share("plan", user="editor", rule="edit")
    await company.share("plan", user="viewer")
    await company.share("plan", group="team")

    def named(found: dict[str, object]) -> list[str]:
        nodes = [edge["node"] for edge in found["shares"]["edges"]]
        return [(node["user"] or {}).get("displayName") or node["group"]["name"] for node in nodes]

    assert named(await only_dashboard(empty, "owner")) == ["editor", "team", "viewer"]
    assert named(await only_dashboard(empty, "editor")) == ["editor", "team", "viewer"]
    assert named(await only_dashboard(empty, "viewer")) == ["team", "viewer"]
    assert named(await only_dashboard(empty, "member")) == ["team"]


async def test_access_lists_everybody_with_all_their_paths(empty: Asking) -> None:
    company = Company(empty.world.database)
    await people(company, "owner", "both", "member")
    await company.user("left", status=UserStatus.INACTIVE)
    await company.group("team", "both", "member", "left")
    await company.group("board", "both", "owner")
    await company.dashboard("plan", "owner")
    await company.share("plan", user="both", rule="edit")
    await company.share("plan", group="team")
    await company.share("plan", group="board")

    def listed(found: dict[str, object]) -> dict[str, object]:
        assert found["access"]["totalCount"] == len(found["access"]["edges"])
        nodes = [edge["node"] for edge in found["access"]["edges"]]
        return {
            node["user"]["displayName"]: (
                node["role"],
                [(path["kind"], path["rule"], (path["group"] or {}).get("name")) for path in node["paths"]],
            )
            for node in nodes
        }

    board, team = ("GROUP", "VIEW", "board"), ("GROUP", "VIEW", "team")
    assert listed(await only_dashboard(empty, "owner")) == {
        "both": ("EDIT", [("DIRECT", "EDIT", None), board, team]),
        "member": ("VIEW", [team]),
        "owner": ("OWNER", [("OWNER", None, None), board]),
    }
    assert listed(await only_dashboard(empty, "member")) == {"member": ("VIEW", [team])}
    assert (await only_dashboard(empty, "both"))["myPermission"] == {
        "role": "EDIT",
        "via": [
            {"kind": "DIRECT", "rule": "EDIT", "group": None},
            {"kind": "GROUP", "rule": "VIEW", "group": {"name": "board"}},
            {"kind": "GROUP", "rule": "VIEW", "group": {"name": "team"}},
        ],
    }


async def test_accessible_dashboards_are_the_inverse_of_access(demo: Asking) -> None:
    admin = await demo.viewer(ADMIN_EMAIL)
    forth = """query($after: String) { dashboards(first: 100, scope: ALL, after: $after) { edges { node {
        nativeId access(first: 100) { edges { node { role user { nativeId } paths { kind rule } } } } } } } }"""
    back = """{ users(first: 100, scope: ALL) { edges { node { nativeId accessibleDashboards(first: 100) {
        totalCount edges { node { role dashboard { nativeId } paths { kind rule } } } } } } } }"""

    def paths(node: dict[str, object]) -> list[tuple[str, str]]:
        return sorted((path["kind"], path["rule"] or "") for path in node["paths"])

    data = await demo.data(admin, forth)
    by_dashboard = {
        (access["node"]["user"]["nativeId"], edge["node"]["nativeId"]): (access["node"]["role"], paths(access["node"]))
        for edge in data["dashboards"]["edges"]
        for access in edge["node"]["access"]["edges"]
    }
    data = await demo.data(admin, back)
    by_user = {
        (edge["node"]["nativeId"], access["node"]["dashboard"]["nativeId"]): (
            access["node"]["role"],
            paths(access["node"]),
        )
        for edge in data["users"]["edges"]
        for access in edge["node"]["accessibleDashboards"]["edges"]
    }
    assert by_user == by_dashboard
    assert len(by_user) > 500


async def test_what_others_can_see_is_known_only_for_what_i_own_or_edit(empty: Asking) -> None:
    company = Company(empty.world.database)
    await people(company, "me", "friend", "other")
    await company.dashboard("mine", "me")
    await company.dashboard("theirs", "other")
    await company.share("mine", user="friend")
    await company.share("theirs", user="friend")
    await company.share("theirs", user="me")
    query = """query($ids: [ID!]!) { nodes(ids: $ids) { ... on User {
        sharedDashboards { totalCount edges { node { dashboard { title } paths { kind } } } }
        accessibleDashboards { totalCount edges { node { dashboard { title } role } } } } } }"""
    ids = [global_id(Kind.USER, "friend"), global_id(Kind.USER, "me")]

    friend, me = (await empty.data(await empty.viewer("me@x.example"), query, ids=ids))["nodes"]

    def reached(connection: dict[str, object]) -> list[str]:
        assert connection["totalCount"] == len(connection["edges"])
        return [edge["node"]["dashboard"]["title"] for edge in connection["edges"]]

    assert reached(friend["sharedDashboards"]) == ["mine"]
    assert reached(friend["accessibleDashboards"]) == ["mine"]
    assert reached(me["sharedDashboards"]) == ["theirs"]
    assert reached(me["accessibleDashboards"]) == ["mine", "theirs"]


async def test_viewers_see_the_published_version_and_editors_the_working_content(empty: Asking) -> None:
    company = Company(empty.world.database)
    await people(company, "owner", "viewer")
    await company.dashboard("plan", "owner", title="Plan", tiles=("a", "b"))
    await company.share("plan", user="viewer")
    await company.change("plan", title="Plan, rewritten", tiles=("b", "c"))
    query = """{ dashboards { edges { node { title state raw widgets { totalCount edges { node { title } } }
        versions { edges { node { number title } } } } } } search(text: "a", kinds: [WIDGET]) { totalCount }
        widgets { edges { node { title dashboard { title } } } } }"""

    async def seen(name: str) -> tuple[object, ...]:
        data = await empty.data(await empty.viewer(f"{name}@x.example"), query)
        [edge] = data["dashboards"]["edges"]
        node = edge["node"]
        tiles = [widget["node"]["title"] for widget in node["widgets"]["edges"]]
        assert tiles == [widget["node"]["title"] for widget in data["widgets"]["edges"]]
        return node["title"], node["raw"]["title"], node["state"], tiles, data["search"]["totalCount"]

    assert await seen("owner") == ("Plan, rewritten", "Plan, rewritten", "MODIFIED", ["b", "c"], 0)
    assert await seen("viewer") == ("Plan", "Plan", "MODIFIED", ["a", "b"], 1)


async def test_deleted_dashboards_are_seen_by_nobody(empty: Asking) -> None:
    company = Company(empty.world.database)
    await people(company, "owner", "admin")
    await company.dashboard("gone", "owner", tiles=("a",))
    await company.dashboard("here", "owner", tiles=("a",))
    await company.delete_dashboard("gone")
    query = """query($ids: [ID!]!) { nodes(ids: $ids, scope: ALL) { id } widgets(scope: ALL) { totalCount }
        search(text: "gone", scope: ALL) { totalCount } }"""
    ids = [global_id(Kind.DASHBOARD, "gone"), global_id(Kind.WIDGET, "gone-a")]

    assert await titles(empty, "owner") == ["here"]
    assert await titles(empty, "admin", scope="ALL") == ["here"]
    data = await empty.data(await empty.viewer("admin@x.example"), query, ids=ids)
    assert data == {"nodes": [None, None], "widgets": {"totalCount": 1}, "search": {"totalCount": 0}}


async def test_an_account_is_private_to_its_user_and_administrators(empty: Asking) -> None:
    company = Company(empty.world.database)
    await people(company, "me", "other", "admin")
    fields = "displayName email userName firstName lastName origin createdAt role { name }"
    query = f"query($id: ID!) {{ user(id: $id) {{ {fields} }} }}"
    other = global_id(Kind.USER, "other")

    async def seen(name: str) -> dict[str, object]:
        return (await empty.data(await empty.viewer(f"{name}@x.example"), query, id=other))["user"]

    public = {"displayName", "email"}
    assert {key for key, value in (await seen("me")).items() if value is not None} == public
    for name in ("other", "admin"):
        assert (await seen(name))["role"] == {"name": "Designer"}
        assert (await seen(name))["firstName"] == "other"


async def test_private_fields_cannot_be_found_out_by_filtering_or_sorting(empty: Asking) -> None:
    company = Company(empty.world.database)
    await people(company, "me", "admin")
    me, admin = await empty.viewer("me@x.example"), await empty.viewer("admin@x.example")
    for arguments in (
        "filter: {role: [ADMIN]}",
        'filter: {firstName: {eq: "x"}}',
        "filter: {hasToken: true}",
        "sort: LAST_LOGIN_AT_DESC",
    ):
        query = f"{{ users({arguments}) {{ edges {{ node {{ id }} }} }} }}"
        [refused] = await empty.errors(me, query)
        assert refused["extensions"]["code"] == "FORBIDDEN"
        await empty.data(admin, query)


async def test_membership_is_known_to_members_and_administrators(empty: Asking) -> None:
    company = Company(empty.world.database)
    await people(company, "one", "two", "outside", "admin")
    await company.group("team", "one", "two")
    await company.group("secret", "two")
    query = """query($group: ID!, $user: ID!) {
        group(id: $group) { name users { totalCount edges { node { displayName } } } }
        user(id: $user) { groups { totalCount edges { node { name } } } }
        users(filter: {group: {eq: $group}}) { totalCount }
        groups(filter: {member: {eq: $user}}) { totalCount } }"""
    ids = {"group": global_id(Kind.GROUP, "team"), "user": global_id(Kind.USER, "two")}

    async def seen(name: str) -> tuple[object, ...]:
        data = await empty.data(await empty.viewer(f"{name}@x.example"), query, **ids)
        assert data["group"]["name"] == "team"
        members = [edge["node"]["displayName"] for edge in data["group"]["users"]["edges"]]
        groups = [edge["node"]["name"] for edge in data["user"]["groups"]["edges"]]
        assert data["group"]["users"]["totalCount"] == len(members) == data["users"]["totalCount"]
        assert data["user"]["groups"]["totalCount"] == len(groups) == data["groups"]["totalCount"]
        return members, groups

    assert await seen("one") == (["one", "two"], ["team"])
    assert await seen("two") == (["one", "two"], ["secret", "team"])
    assert await seen("outside") == ([], [])
    assert await seen("admin") == (["one", "two"], ["secret", "team"])


async def test_a_folder_is_seen_by_its_owner_and_by_whoever_sees_something_below_it(empty: Asking) -> None:
    company = Company(empty.world.database)
    await people(company, "owner", "guest", "stranger", "admin")
    await company.folder("top", "owner")
    await company.folder("middle", "owner", parent="top")
    await company.folder("bottom", "owner", parent="middle")
    await company.folder("empty", "owner", parent="top")
    await company.dashboard("plan", "owner", folder="bottom")
    await company.share("plan", user="guest")
    query = """query($scope: Scope! = VISIBLE) { folders(scope: $scope) { totalCount edges { node { name
        parent { name } ancestors { name } children { edges { node { name } } }
        dashboards { edges { node { title } } } } } } }"""

    async def seen(name: str, **variables: object) -> dict[str, object]:
        data = await empty.data(await empty.viewer(f"{name}@x.example"), query, **variables)
        assert data["folders"]["totalCount"] == len(data["folders"]["edges"])
        return {edge["node"]["name"]: edge["node"] for edge in data["folders"]["edges"]}

    everything = ["bottom", "empty", "middle", "top"]
    guest = await seen("guest")
    assert list(guest) == ["bottom", "middle", "top"]
    assert [folder["name"] for folder in guest["bottom"]["ancestors"]] == ["top", "middle"]
    assert guest["bottom"]["parent"] == {"name": "middle"}
    assert [edge["node"]["name"] for edge in guest["top"]["children"]["edges"]] == ["middle"]
    assert [edge["node"]["title"] for edge in guest["bottom"]["dashboards"]["edges"]] == ["plan"]
    assert list(await seen("owner")) == everything
    assert list(await seen("stranger")) == []
    assert list(await seen("admin")) == []
    assert list(await seen("admin", scope="ALL")) == everything


async def test_an_unpublished_dashboard_is_not_shown_to_viewers(empty: Asking) -> None:
    company = Company(empty.world.database)
    await people(company, "owner", "viewer", "editor")
    await company.dashboard("draft", "owner", published=False)
    await company.share("draft", user="viewer")
    await company.share("draft", user="editor", rule="edit")

    assert await titles(empty, "viewer") == []
    assert await titles(empty, "editor") == ["draft"]
    assert await titles(empty, "owner") == ["draft"]


async def test_shares_to_deleted_users_are_hidden(empty: Asking) -> None:
    company = Company(empty.world.database)
    await people(company, "owner")
    await company.user("gone", status=UserStatus.DELETED)
    await company.dashboard("plan", "owner")
    await company.share("plan", user="gone")

    found = await only_dashboard(empty, "owner")

    assert found["shares"] == {"totalCount": 0, "edges": []}
    assert [edge["node"]["user"]["displayName"] for edge in found["access"]["edges"]] == ["owner"]


async def test_the_owner_who_was_deleted_is_still_shown(empty: Asking) -> None:
    company = Company(empty.world.database)
    await people(company, "reader")
    await company.user("gone", status=UserStatus.DELETED)
    await company.dashboard("plan", "gone")
    await company.share("plan", user="reader")
    query = "{ dashboards { edges { node { owner { displayName status } } } } users { totalCount } }"

    data = await empty.data(await empty.viewer("reader@x.example"), query)

    assert data["dashboards"]["edges"] == [{"node": {"owner": {"displayName": "gone", "status": "DELETED"}}}]
    assert data["users"] == {"totalCount": 1}
