"""Filters, sorts and search over the demo company, against what plain Python finds in the same lists."""

from typing import Any

import pytest

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from dashgraph.domain.search import snippet
from dashgraph.domain.text import fold
from dashgraph.store.demo import ADMIN_EMAIL


async def everything(demo: Asking, root: str, selection: str, arguments: str = "") -> list[dict[str, Any]]:
    """All nodes of a root list, as the administrator."""
    viewer = await demo.viewer(ADMIN_EMAIL)
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        query = f"""{{ {root}(first: 100, scope: ALL {after} {arguments}) {{
            totalCount edges {{ node {{ {selection} }} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
        page = (await demo.data(viewer, query))[root]
        found += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(found)
            return found
        after = f'after: "{page["pageInfo"]["endCursor"]}"'


DASHBOARD = """id title description type state createdAt updatedAt publishedAt owner { id displayName }
    folder { id ancestors { id } } datasource { title address } shares(first: 100) { edges { node {
    user { id } group { id } } } } myPermission { role }"""


def shared_with(node: dict[str, Any], kind: str) -> set[str]:
    return {edge["node"][kind]["id"] for edge in node["shares"]["edges"] if edge["node"][kind]}


async def test_every_dashboard_filter_keeps_just_what_meets_it(demo: Asking) -> None:
    nodes = await everything(demo, "dashboards", DASHBOARD)
    assert len(nodes) == 40
    one = next(node for node in nodes if node["folder"] and node["folder"]["ancestors"] and shared_with(node, "group"))
    owner, folder, top = one["owner"]["id"], one["folder"]["id"], one["folder"]["ancestors"][0]["id"]
    group = min(shared_with(one, "group"))
    user = min(next(found for node in nodes if (found := shared_with(node, "user"))))
    moment = sorted(node["updatedAt"] for node in nodes)[20]
    source = one["datasource"]["title"]

    cases: list[tuple[str, Any]] = [
        (f'ids: {{eq: "{one["id"]}"}}', lambda n: n["id"] == one["id"]),
        (f'ids: {{in: ["{one["id"]}", "{nodes[0]["id"]}"]}}', lambda n: n["id"] in {one["id"], nodes[0]["id"]}),
        ("ids: {in: []}", lambda n: False),
        (f'ids: {{eq: "{owner}"}}', lambda n: False),  # the id of another kind
        ('title: {contains: "REVÉNUE"}', lambda n: "revenue" in n["title"].lower()),
        ('title: {startsWith: "rev"}', lambda n: n["title"].lower().startswith("rev")),
        (f'title: {{eq: "{one["title"]}"}}', lambda n: n["title"] == one["title"]),
        (f'title: {{in: ["{one["title"]}", "none"]}}', lambda n: n["title"] == one["title"]),
        ('title: {contains: "%"}', lambda n: "%" in n["title"]),
        ('title: {contains: "_"}', lambda n: "_" in n["title"]),
        ('title: {contains: "a", startsWith: "b"}', lambda n: "a" in n["title"] and n["title"][0] in "bB"),
        ("description: {isNull: true}", lambda n: n["description"] is None),
        ("description: {isNull: false}", lambda n: n["description"] is not None),
        ('type: {eq: "dashboard"}', lambda n: n["type"] == "dashboard"),
        (f'owner: {{eq: "{owner}"}}', lambda n: n["owner"]["id"] == owner),
        (f'folder: {{eq: "{folder}"}}', lambda n: (n["folder"] or {}).get("id") == folder),
        ("folder: {isNull: true}", lambda n: n["folder"] is None),
        (
            f'withinFolder: {{eq: "{top}"}}',
            lambda n: n["folder"] and top in {n["folder"]["id"], *(above["id"] for above in n["folder"]["ancestors"])},
        ),
        (f'datasource: {{title: {{eq: "{source}"}}}}', lambda n: n["datasource"]["title"] == source),
        ('datasource: {address: {contains: "a"}}', lambda n: "a" in n["datasource"]["address"].lower()),
        (f'sharedWithGroup: {{eq: "{group}"}}', lambda n: group in shared_with(n, "group")),
        (f'sharedWithUser: {{eq: "{user}"}}', lambda n: user in shared_with(n, "user")),
        ("myRole: [OWNER]", lambda n: n["myPermission"]["role"] == "OWNER"),
        ("state: [DRAFT, MODIFIED]", lambda n: n["state"] in {"DRAFT", "MODIFIED"}),
        (f'updatedAt: {{since: "{moment}"}}', lambda n: n["updatedAt"] >= moment),
        (f'updatedAt: {{before: "{moment}"}}', lambda n: n["updatedAt"] < moment),
        (f'createdAt: {{before: "{moment}"}}', lambda n: n["createdAt"] < moment),
        ("publishedAt: {isNull: true}", lambda n: n["publishedAt"] is None),
        (
            'text: "region"',
            lambda n: "region" in n["title"].lower() or "region" in (n["description"] or "").lower(),
        ),
        ("title: null, owner: null", lambda n: True),
    ]
    for condition, meets in cases:
        found = await everything(demo, "dashboards", "id", f"filter: {{{condition}}}")
        assert {node["id"] for node in found} == {node["id"] for node in nodes if meets(node)}, condition


async def test_every_user_filter_keeps_just_what_meets_it(demo: Asking) -> None:
    selection = """id displayName email userName firstName lastName initials status origin lastLoginAt role { kind }
        groups(first: 100) { edges { node { id name } } }"""
    nodes = await everything(demo, "users", selection, "filter: {status: [ACTIVE, INACTIVE, PENDING, DELETED]}")
    assert len(nodes) == 60
    present = [node for node in nodes if node["status"] != "DELETED"]
    group = present[0]["groups"]["edges"][0]["node"]["id"]

    cases: list[tuple[str, Any]] = [
        ("", lambda n: True),
        ('name: {contains: "é"}', lambda n: "e" in fold(n["displayName"])),
        ('email: {startsWith: "NORA"}', lambda n: n["email"].startswith("nora")),
        ('userName: {eq: "nora"}', lambda n: n["userName"] == "nora"),
        ('firstName: {in: ["Nora", "Marta"]}', lambda n: n["firstName"] in {"Nora", "Marta"}),
        ("lastName: {isNull: true}", lambda n: n["lastName"] is None),
        ("role: [ADMIN]", lambda n: n["role"]["kind"] == "ADMIN"),
        ("role: [EDITOR, VIEWER]", lambda n: n["role"]["kind"] in {"EDITOR", "VIEWER"}),
        ("role: [OTHER]", lambda n: False),
        ("status: [INACTIVE]", lambda n: n["status"] == "INACTIVE"),
        ("active: true", lambda n: n["status"] == "ACTIVE"),
        ("active: false", lambda n: n["status"] != "ACTIVE"),
        ("origin: DIRECTORY", lambda n: n["origin"] == "DIRECTORY"),
        (
            f'group: {{eq: "{group}"}}',
            lambda n: group in {edge["node"]["id"] for edge in n["groups"]["edges"]},
        ),
        ("lastLoginAt: {isNull: true}", lambda n: n["lastLoginAt"] is None),
        ("hasToken: false", lambda n: True),
        ("hasToken: true", lambda n: False),
        ('text: "tallgrass"', lambda n: True),
    ]
    for condition, meets in cases:
        found = await everything(demo, "users", "id", f"filter: {{{condition}}}")
        assert {node["id"] for node in found} == {node["id"] for node in present if meets(node)}, condition


async def test_widgets_groups_and_folders_are_filtered_too(demo: Asking) -> None:
    widgets = await everything(
        demo, "widgets", "id title type subtype dashboard { id } owner { id } datasource { title }"
    )
    groups = await everything(
        demo, "groups", "id name mail origin role { kind } users(first: 100) { edges { node { id } } }"
    )
    folders = await everything(demo, "folders", "id name parent { id } owner { id }")
    assert (len(widgets), len(groups), len(folders)) == (320, 12, 14)
    widget, member = widgets[100], groups[0]["users"]["edges"][0]["node"]["id"]
    child = next(folder for folder in folders if folder["parent"])

    cases: list[tuple[str, list[dict[str, Any]], str, Any]] = [
        ("widgets", widgets, 'type: {startsWith: "chart/"}', lambda n: n["type"].startswith("chart/")),
        ("widgets", widgets, 'title: {contains: "revenue"}', lambda n: "revenue" in (n["title"] or "").lower()),
        (
            "widgets",
            widgets,
            f'dashboard: {{eq: "{widget["dashboard"]["id"]}"}}',
            lambda n: n["dashboard"]["id"] == widget["dashboard"]["id"],
        ),
        (
            "widgets",
            widgets,
            f'owner: {{eq: "{widget["owner"]["id"]}"}}',
            lambda n: n["owner"]["id"] == widget["owner"]["id"],
        ),
        (
            "widgets",
            widgets,
            f'datasource: {{title: {{eq: "{widget["datasource"]["title"]}"}}}}',
            lambda n: n["datasource"]["title"] == widget["datasource"]["title"],
        ),
        ("groups", groups, 'name: {startsWith: "people"}', lambda n: n["name"].startswith("People")),
        ("groups", groups, "mail: {isNull: true}", lambda n: n["mail"] is None),
        ("groups", groups, "role: [EDITOR]", lambda n: n["role"] and n["role"]["kind"] == "EDITOR"),
        ("groups", groups, "origin: SOURCE", lambda n: n["origin"] == "SOURCE"),
        (
            "groups",
            groups,
            f'member: {{eq: "{member}"}}',
            lambda n: member in {edge["node"]["id"] for edge in n["users"]["edges"]},
        ),
        ("folders", folders, "parent: {isNull: true}", lambda n: n["parent"] is None),
        (
            "folders",
            folders,
            f'parent: {{eq: "{child["parent"]["id"]}"}}',
            lambda n: n["parent"] and n["parent"]["id"] == child["parent"]["id"],
        ),
        (
            "folders",
            folders,
            f'owner: {{eq: "{child["owner"]["id"]}"}}',
            lambda n: n["owner"]["id"] == child["owner"]["id"],
        ),
        ("folders", folders, 'text: "revenue"', lambda n: "revenue" in n["name"].lower()),
    ]
    for root, nodes, condition, meets in cases:
        found = await everything(demo, root, "id", f"filter: {{{condition}}}")
        assert {node["id"] for node in found} == {node["id"] for node in nodes if meets(node)}, (root, condition)


async def test_members_are_filtered_by_their_other_groups_and_groups_by_their_other_members(demo: Asking) -> None:
    nora = await demo.viewer(ADMIN_EMAIL)
    both = """{ groups { edges { node { id users(first: 100) { edges { node { id } } } } } } }"""
    members = {
        edge["node"]["id"]: {one["node"]["id"] for one in edge["node"]["users"]["edges"]}
        for edge in (await demo.data(nora, both))["groups"]["edges"]
    }
    other = min(members, key=lambda one: len(members[one]) or 1000)
    person = min(members[other])
    query = """query($group: ID!, $user: ID!) { groups { edges { node { id
      users(first: 100, filter: {group: {eq: $group}}) { totalCount edges { node { id
        groups(first: 100, filter: {member: {eq: $user}}) { totalCount edges { node { id } } } } } } } } } }"""
    found = await demo.data(nora, query, group=other, user=person)
    of_person = {one for one, its in members.items() if person in its}
    for edge in found["groups"]["edges"]:
        users = edge["node"]["users"]
        assert {one["node"]["id"] for one in users["edges"]} == members[edge["node"]["id"]] & members[other]
        assert users["totalCount"] == len(users["edges"])
        for one in users["edges"]:
            of_user = {group for group, its in members.items() if one["node"]["id"] in its}
            assert {group["node"]["id"] for group in one["node"]["groups"]["edges"]} == of_user & of_person


SORTS = [
    ("dashboards", ["TITLE", "TYPE", "OWNER", "DATASOURCE", "CREATED_AT", "UPDATED_AT", "PUBLISHED_AT", "ID"]),
    ("widgets", ["POSITION", "TITLE", "TYPE", "SUBTYPE", "UPDATED_AT", "ID"]),
    (
        "users",
        [
            *("NAME", "EMAIL", "USER_NAME", "FIRST_NAME", "LAST_NAME", "INITIALS"),
            *("ROLE", "STATUS", "CREATED_AT", "UPDATED_AT", "LAST_LOGIN_AT", "ID"),
        ],
    ),
    ("groups", ["NAME", "MAIL", "CREATED_AT", "UPDATED_AT", "ID"]),
    ("folders", ["NAME", "CREATED_AT", "UPDATED_AT", "ID"]),
]


@pytest.mark.parametrize(("root", "keys"), SORTS)
async def test_every_sort_walks_everything_once_in_small_pages(demo: Asking, root: str, keys: list[str]) -> None:
    viewer = await demo.viewer(ADMIN_EMAIL)
    whole = {node["id"] for node in await everything(demo, root, "id")}
    for key in keys:
        for direction in ("ASC", "DESC"):
            walked: list[str] = []
            after = None
            while True:
                query = f"""query($after: String) {{
                    {root}(first: 37, after: $after, sort: {key}_{direction}, scope: ALL)
                    {{ edges {{ node {{ id }} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
                page = (await demo.data(viewer, query, after=after))[root]
                walked += [edge["node"]["id"] for edge in page["edges"]]
                if not page["pageInfo"]["hasNextPage"]:
                    break
                after = page["pageInfo"]["endCursor"]
            assert len(walked) == len(whole), (key, direction)
            assert set(walked) == whole


SEARCH = """query($text: String!, $kinds: [NodeKind!]) { search(text: $text, kinds: $kinds, first: 100, scope: ALL) {
    totalCount edges { snippet { field before match after } node { __typename ... on Dashboard { title }
    ... on Widget { title } ... on Folder { name } ... on Group { name } ... on User { displayName email } } } } }"""


async def search(demo: Asking, text: str, **variables: Any) -> list[dict[str, Any]]:
    found = (await demo.data(await demo.viewer(ADMIN_EMAIL), SEARCH, text=text, **variables))["search"]
    assert found["totalCount"] >= len(found["edges"])
    return list(found["edges"])


async def test_search_finds_all_five_kinds_with_a_snippet_of_what_matched(demo: Asking) -> None:
    hits = await search(demo, "REVENUE")
    names = [next(value for key, value in hit["node"].items() if key != "__typename") for hit in hits]
    starts = [name.lower().startswith("revenue") for name in names]

    assert {hit["node"]["__typename"] for hit in hits} == {"Dashboard", "Widget", "Folder"}
    assert starts == sorted(starts, reverse=True)  # names that begin with the text come first
    for hit in hits:
        assert hit["snippet"]["match"].lower() == "revenue"
    assert {hit["node"]["__typename"] for hit in await search(demo, "finance", kinds=["GROUP", "FOLDER"])} == {
        "Group",
        "Folder",
    }
    [person] = await search(demo, "nora@tallgrass")
    assert person == {
        "snippet": {"field": "email", "before": "", "match": "nora@tallgrass", "after": ".example"},
        "node": {"__typename": "User", "displayName": "Nora Whitfield", "email": "nora@tallgrass.example"},
    }


async def test_search_ignores_accents_and_treats_wildcards_as_text(empty: Asking) -> None:
    company = Company(empty.world.database)
    await company.user("owner")
    await company.dashboard("one", "owner", title="Übersicht 100% café_plan")
    await company.dashboard("two", "owner", title="Plain")
    query = "query($text: String!) { search(text: $text) { edges { snippet { before match after } } } }"
    owner = await empty.viewer("owner@x.example")

    async def matches(text: str) -> list[str]:
        edges = (await empty.data(owner, query, text=text))["search"]["edges"]
        return ["|".join(edge["snippet"].values()) for edge in edges]

    assert await matches("ubersicht") == ["|Übersicht| 100% café_plan"]
    assert await matches("CAFÉ") == ["Übersicht 100% |café|_plan"]
    assert await matches("0%") == ["Übersicht 10|0%| café_plan"]
    assert await matches("e_p") == ["Übersicht 100% caf|é_p|lan"]
    assert await matches("%") == ["Übersicht 100|%| café_plan"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ('text: ""', "text"),
        ('text: "  "', "text"),
        (f'text: "{"x" * 201}"', "text"),
        ('text: "a", kinds: []', "kinds"),
        ('text: "a", kinds: [SHARE]', "kinds"),
    ],
)
async def test_a_search_that_cannot_be_is_refused(empty: Asking, arguments: str, word: str) -> None:
    await Company(empty.world.database).user("owner")
    [error] = await empty.errors(await empty.viewer("owner@x.example"), f"{{ search({arguments}) {{ totalCount }} }}")
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": word}


@pytest.mark.parametrize(
    ("filter_", "code"),
    [
        ('owner: {eq: "nonsense"}', "BAD_ID"),
        ('ids: {in: ["a b"]}', "BAD_ID"),
        ('title: {contains: "\\u0000"}', "BAD_USER_INPUT"),
        ('createdAt: {since: "yesterday"}', "BAD_USER_INPUT"),
        ('createdAt: {since: "2026-01-01T00:00:00"}', "BAD_USER_INPUT"),
    ],
)
async def test_a_filter_that_cannot_be_is_refused(empty: Asking, filter_: str, code: str) -> None:
    await Company(empty.world.database).user("owner")
    owner = await empty.viewer("owner@x.example")
    [error] = await empty.errors(owner, f"{{ dashboards(filter: {{{filter_}}}) {{ totalCount }} }}")
    assert error["extensions"]["code"] == code


async def test_too_many_values_in_a_filter_are_refused(empty: Asking) -> None:
    await Company(empty.world.database).user("owner")
    query = "query($ids: [ID!]) { dashboards(filter: {ids: {in: $ids}}) { totalCount } }"
    owner = await empty.viewer("owner@x.example")

    [error] = await empty.errors(owner, query, ids=[global_id(Kind.DASHBOARD, "x")] * 1001)

    assert error["extensions"]["code"] == "TOO_MUCH"
    assert (await empty.data(owner, query, ids=[global_id(Kind.DASHBOARD, "x")] * 1000))["dashboards"]


def test_a_snippet_is_cut_to_a_few_words_on_each_side() -> None:
    found = snippet("title", "x" * 100 + " Straße " + "y" * 100, "STRASSE")
    assert found is not None
    assert found.match == "Straße"
    assert (found.before[0], len(found.before)) == ("…", 41)
    assert (found.after[-1], len(found.after)) == ("…", 41)
    assert snippet("title", "abc", "d") is None


@pytest.mark.parametrize("condition", ["title: {contains: $text}", "title: {startsWith: $text}", "text: $text"])
async def test_a_text_that_no_database_looks_for_is_refused(empty: Asking, condition: str) -> None:
    company = Company(empty.world.database)
    await company.user("owner")
    await company.dashboard("plan", "owner")
    query = (
        f"query($text: String!) {{ dashboards(filter: {{{condition}}}) {{ totalCount edges {{ node {{ id }} }} }} }}"
    )
    viewer = await empty.viewer("owner@x.example")

    for letter in ("x", "\ufdfa", "%"):  # folded, or with its marks, it is longer
        assert (await empty.data(viewer, query, text=letter * 1000))["dashboards"]["totalCount"] == 0
        [error] = (await empty.answer(viewer, query, text=letter * 1001))["errors"]
        assert error["extensions"]["code"] == "TOO_MUCH"
