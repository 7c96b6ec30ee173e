"""How many statements each question costs: beside each query stands the number, whatever the number of parents."""

from typing import Any

import pytest

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from dashgraph.store.demo import ADMIN_EMAIL
from workshop import Workshop

NESTED = """query($first: Int!) { dashboards(first: $first, scope: ALL) { edges { node {
    title
    owner { email groups(first: 10) { edges { node { name } } } }
    widgets(first: 20) { edges { node { title type } } }
    shares(first: 20) { edges { node { rule user { email } group { name } } } } } } } }"""


@pytest.mark.parametrize("first", [1, 10, 100])
async def test_the_nested_page_costs_seven_statements_for_any_number_of_dashboards(demo: Asking, first: int) -> None:
    admin = await demo.viewer(ADMIN_EMAIL)

    edges = (await demo.data(admin, NESTED, first=first))["dashboards"]["edges"]

    # dashboards; owners, widgets, shares; groups of the owners, users and groups of the shares
    assert len(demo.statements) == 7
    assert len(edges) == min(first, 40)


# An edge, asked of any number of parents at once. The query takes `ids`; the number is without the parents' own.
EDGES = [
    ("Dashboard", "owner { email }", 1),
    ("Dashboard", "folder { name }", 1),
    ("Dashboard", "datasource { title }", 1),
    ("Dashboard", "source { name kind capabilities { name supported } }", 0),
    ("Dashboard", "myPermission { role via { kind } }", 1),
    ("Dashboard", "myPermission { role via { share { rule } group { name } } }", 3),
    ("Dashboard", "layout { type } filters { disabled } style { name } raw hasScript defaultFilters { disabled }", 1),
    ("Dashboard", "layout { columns { cells { subcells { elements { widget { title } } } } } }", 2),
    ("Dashboard", "widgets { edges { node { title } } pageInfo { hasNextPage } }", 1),
    ("Dashboard", "format widgets { edges { node { renderable } } }", 1),
    ("Dashboard", "widgets { totalCount }", 1),
    ("Dashboard", "widgets { totalCount edges { node { title } } }", 2),
    ("Dashboard", "widgets { edges { node { panels { name } raw style { name } } } }", 2),
    ("Dashboard", "widgets { edges { node { unplaced } } }", 2),
    ("Dashboard", "layout { type } widgets { edges { node { unplaced } } }", 2),
    ("Dashboard", "widgets { edges { node { dashboard { title } owner { email } datasource { title } } } }", 3),
    ("Dashboard", "shares { totalCount edges { node { rule } } }", 2),
    ("Dashboard", "shares { edges { node { user { email } group { name } dashboard { title } } } }", 3),
    ("Dashboard", "access { edges { node { role paths { kind } } } }", 1),
    ("Dashboard", "access { totalCount edges { node { user { email } paths { share { rule } group { name } } } } }", 5),
    ("Dashboard", "versions { totalCount edges { node { number publishedBy { email } } } }", 3),
    ("Dashboard", "schedules { totalCount edges { node { name described nextRuns(first: 2) { local } } } }", 2),
    ("User", "schedules { totalCount edges { node { nextRunAt dashboard { title } } } }", 3),
    ("Schedule", "owner { email } runsAs { email } dashboard { title } widget { title }", 2),
    ("Schedule", "targets { kind ... on EmailTarget { recipients { user { email } group { name } address } } }", 3),
    ("Schedule", "problems { code message user { email } group { name } }", 3),
    ("Schedule", "lastRun { status schedule { name } }", 1),
    ("Schedule", "runs { totalCount edges { node { status } } }", 2),
    ("Dashboard", "alerts { totalCount edges { node { name conditions { field values } } } }", 2),
    ("User", "alerts { totalCount edges { node { enabled dashboard { title } } } }", 3),
    ("Alert", "owner { email } runsAs { email } dashboard { title } widget { title }", 2),
    ("Alert", "targets { kind ... on EmailTarget { recipients { user { email } group { name } address } } }", 3),
    ("Alert", "problems { code message user { email } group { name } }", 3),
    ("Alert", "lastRun { status alert { name } }", 1),
    ("Alert", "runs { totalCount edges { node { status } } }", 2),
    ("User", "groups { totalCount edges { node { name } } }", 2),
    ("User", "ownedDashboards { totalCount edges { node { title } } }", 2),
    ("User", "sharedDashboards { totalCount edges { node { role dashboard { title } } } }", 3),
    ("User", "accessibleDashboards { totalCount edges { node { role dashboard { title } } } }", 3),
    ("User", "role { name }", 0),
    ("User", "sameAs { email }", 0),  # there is no other source
    ("Dashboard", "url slug tags pinned updatedBy { email } project { name }", 0),
    ("Dashboard", "publicLink { enabled passwords { note } } promotionDiff { name }", 0),
    ("Dashboard", "comments { totalCount edges { node { text } } }", 0),
    ("Dashboard", "tabs { id name order hidden } raw", 1),
    ("Dashboard", "widgets { edges { node { chartId place { x tab } } } }", 1),
    ("Dashboard", "shares { edges { node { nativeRole inheritedFrom folder { name } } } }", 1),
    ("Folder", "slug private project { name } shares { totalCount edges { node { rule } } }", 0),
    ("Group", "users { totalCount edges { node { email } } }", 2),
    ("Group", "shares { totalCount edges { node { rule dashboard { title } } } }", 3),
    ("Folder", "owner { email } parent { name }", 2),
    ("Folder", "ancestors { name }", 1),
    ("Folder", "children { totalCount edges { node { name } } }", 2),
    ("Folder", "dashboards { totalCount edges { node { title } } }", 2),
    ("Job", "requestedBy { email } dashboard { title }", 2),
    ("Job", "log { message } file { name } result progress { done } durationMs", 2),
    ("Job", "deliveries { totalCount edges { node { recipient user { email } job { status } } } }", 3),
]

PARENTS = 100


async def crowd(asking: Asking) -> None:
    """A hundred of everything, each with something at the end of every edge."""
    company = Company(asking.world.database)
    await company.user("boss", "admin")
    workshop = Workshop(asking.world.database)
    await company.folder("shelf", "boss")
    for number in range(PARENTS):
        await company.user(f"user{number}")
    await company.group("all", *[f"user{number}" for number in range(PARENTS)])
    for number in range(PARENTS):
        await company.group(f"group{number}", f"user{number}", "boss")
        await company.folder(f"folder{number}", "boss", parent="shelf")
        await company.dashboard(
            f"dash{number}", f"user{number}", tiles=("a", "b"), folder=f"folder{number}", published_by="boss"
        )
        await company.share(f"dash{number}", user="boss", rule="edit")
        await company.share(f"dash{number}", group=f"group{number}")
        await workshop.schedule(f"weekly{number}", f"user{number}", f"dash{number}")
        await workshop.target(f"weekly{number}", users=[f"user{PARENTS - 1 - number}"], groups=["all"])
        await workshop.job(f"run{number}", schedule_id=f"weekly{number}", status="failed")
        await workshop.alert(f"alarm{number}", f"user{number}", f"dash{number}")
        await workshop.target(f"alarm{number}", users=[f"user{PARENTS - 1 - number}"], groups=["all"], of="alert_id")
        await workshop.job(f"rung{number}", alert_id=f"alarm{number}", status="failed")
        await workshop.job(f"job{number}", asked_by=f"user{number}", dashboard_id=f"dash{number}")
        await workshop.said(f"job{number}", "begun", "done")
        await workshop.file(f"job{number}", "sheet.pdf")
        await workshop.delivery(f"job{number}", "boss@x.example", user_id="boss")


async def test_every_edge_costs_the_same_for_one_parent_and_for_a_hundred(empty: Asking) -> None:
    await crowd(empty)
    boss = await empty.viewer("boss@x.example")
    prefix = {"Dashboard": "dash", "User": "user", "Group": "group", "Folder": "folder", "Schedule": "weekly"}
    prefix |= {"Job": "job", "Alert": "alarm"}

    for kind, selection, expected in EDGES:
        query = f"query($ids: [ID!]!) {{ nodes(ids: $ids, scope: ALL) {{ ... on {kind} {{ {selection} }} }} }}"
        for parents in (1, PARENTS):
            ids = [global_id(Kind(kind), f"{prefix[kind]}{number}") for number in range(parents)]
            nodes = (await empty.data(boss, query, ids=ids))["nodes"]
            assert len(nodes) == parents
            assert None not in nodes
            assert len(empty.statements) == 1 + expected, (kind, selection, parents, empty.statements)


ROOTS: list[tuple[str, dict[str, Any], int]] = [
    ("{ viewer { user { email } scopes } }", {}, 1),
    ("{ sources { name kind capabilities { name } } }", {}, 0),
    ("{ sources { status { health } } }", {}, 1),
    ("{ dashboards { edges { node { title } } } }", {}, 1),
    ("{ dashboards { totalCount } }", {}, 1),
    ("{ dashboards { totalCount edges { node { title } } pageInfo { endCursor } sourceErrors { code } } }", {}, 2),
    ("{ deletedDashboards(scope: ALL) { edges { node { title purgeAt } } } }", {}, 1),
    ("{ deletedDashboards { totalCount edges { node { owner { email } deletedBy { email } } } } }", {}, 2),
    ("{ widgets { edges { node { title } } } }", {}, 1),
    ("{ schedules(scope: ALL) { totalCount edges { node { name nextRunAt } } } }", {}, 2),
    ("{ alerts(scope: ALL) { totalCount edges { node { name } } } }", {}, 2),
    ("{ users { edges { node { email } } } }", {}, 1),
    ("{ groups { edges { node { name } } } }", {}, 1),
    ("{ folders { edges { node { name } } } }", {}, 1),
    ("{ projects { totalCount edges { node { name folders { totalCount } } } } }", {}, 0),
    ("{ sources { mutations { name supported reason } } }", {}, 0),
    ('{ me(source: "local") { email } }', {}, 1),
    (f'{{ person(email: "{ADMIN_EMAIL}") {{ accounts {{ email }} }} }}', {}, 1),
    (f'{{ person(email: "{ADMIN_EMAIL}") {{ dashboards {{ totalCount edges {{ node {{ title }} }} }} }} }}', {}, 3),
    (f'{{ person(email: "{ADMIN_EMAIL}") {{ access {{ totalCount edges {{ node {{ role }} }} }} }} }}', {}, 3),
    ("{ dashboards(filter: {project: {isNull: true}}) { totalCount } }", {}, 1),
    ("{ jobs { edges { node { status } } } }", {}, 1),
    ("{ jobs(scope: ALL) { totalCount edges { node { status } } } }", {}, 2),
    ('{ search(text: "revenue") { totalCount edges { snippet { match } } } }', {}, 2),
    (
        '{ search(text: "revenue") { edges { node { __typename ... on Dashboard { title } } } } }',
        {},
        3,
    ),  # the search; then the widgets and the dashboards found
]


@pytest.mark.parametrize(("query", "variables", "expected"), ROOTS)
async def test_every_root_costs_its_number_of_statements(
    demo: Asking, query: str, variables: dict[str, Any], expected: int
) -> None:
    await demo.data(await demo.viewer(ADMIN_EMAIL), query, **variables)
    assert len(demo.statements) == expected, demo.statements
