"""What a REST request is in GraphQL: the examples that people begin with, and everything in the vendors' tables."""

import csv
import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
from graphql import parse, strip_ignored_characters, validate
from hypothesis import given
from hypothesis import strategies as st

from company import global_id
from conftest import SHARED
from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import BadInput
from dashgraph.domain.sources import SourceKind
from dashgraph.graph.cost import Costs
from dashgraph.graph.limits import Limits, check_document
from dashgraph.graph.schema import schema
from dashgraph.graph.translation.matching import VENDORS, Place
from dashgraph.graph.translation.routes import Elsewhere, Follow, Read, Vendor, Write
from dashgraph.graph.translation.translate import translate
from dashgraph.graph.translation.translations import Translation

NATIVE = Place("local", SourceKind.NATIVE)
FINANCE = Place("finance", SourceKind.SISENSE, "https://bi.example.com:8081")
PRODUCT = Place("product", SourceKind.POSTHOG, "https://ph.example.com")
CATALOG = SHARED / "catalog" / "operations.csv"

HEX, UUID = "5523" * 6, "3675b69e-8324-4110-bdca-059031aa8da3"
IDS = {SourceKind.SISENSE: HEX, SourceKind.LIGHTDASH: UUID, SourceKind.HOLISTICS: "12", SourceKind.POSTHOG: "12"}


def valid(found: Translation) -> Translation:
    """The translation, once every text in it is an operation that would be run."""
    texts = [found.operation, *([found.walk.page, found.walk.step] if found.walk else [])]
    for text in texts:
        document = parse(text)
        assert validate(schema._schema, document) == [], text
        check_document(document, Limits())
        Costs(schema._schema).each(document, Limits())
    return found


def of(line: str, **more: Any) -> Translation:
    return valid(translate(line, [NATIVE], **more))


def plain(text: str) -> str:
    """An operation, or a part of one, in as few characters as may be."""
    return strip_ignored_characters(text)


def body_of(text: str) -> str:
    """What an operation asks, without what says whether there is more."""
    inner = plain(text).removeprefix("query($after:String)").removeprefix("query").removeprefix("{").removesuffix("}")
    return re.sub(r"pageInfo\{hasNextPage( endCursor)?\}", "", inner)


USERS = "users(first: 100, after: $after"

QUERIES = {
    "GET /api/v1/users?fields=firstName,email": f"{USERS}) {{ edges {{ node {{ firstName email }} }} }}",
    "GET /api/v1/users?fields=email&sort=-email&limit=10&skip=20": (
        "users(first: 10, after: $after, sort: EMAIL_DESC) { edges { node { email } } }"
    ),
    "GET /api/v1/users?fields=email&sort=name": f"{USERS}, sort: NAME_ASC) {{ edges {{ node {{ email }} }} }}",
    "GET /api/v1/users?fields=email,groups": (
        f"{USERS}) {{ edges {{ node {{ email groups(first: 100) {{ edges {{ node {{ nativeId }} }} }} }} }} }}"
    ),
    "GET /api/v1/users?fields=email&expand=groups(fields:name)": (
        f"{USERS}) {{ edges {{ node {{ email groups(first: 100) {{ edges {{ node {{ name }} }} }} }} }} }}"
    ),
    "GET /api/v1/users?fields=email&expand=groups(fields:name),groups.users(fields:email)&limit=5": (
        "users(first: 5, after: $after) { edges { node { email groups(first: 100) { edges { node { name "
        "users(first: 100) { edges { node { email } } } } } } } } }"
    ),
    "GET /api/v1/users?fields=email&expand=role(fields:name)": (
        f"{USERS}) {{ edges {{ node {{ email role {{ name }} }} }} }}"
    ),
    "GET /api/v1/users?fields=email&groupId=7&active=true&origin=ad": (
        f'{USERS}, filter: {{group: {{eq: "{global_id(Kind.GROUP, "7")}"}}, active: true, origin: DIRECTORY}}) '
        "{ edges { node { email } } }"
    ),
    "GET /api/v1/users?fields=email&ids=a,b": (
        f'{USERS}, filter: {{ids: {{in: ["{global_id(Kind.USER, "a")}", "{global_id(Kind.USER, "b")}"]}}}}) '
        "{ edges { node { email } } }"
    ),
    f"GET /api/v1/users/{HEX}?fields=email": f'user(id: "{global_id(Kind.USER, HEX)}") {{ email }}',
    "GET /api/v1/dashboards/admin?fields=title&limit=1": (
        "dashboards(first: 1, after: $after, scope: ALL) { edges { node { title } } }"
    ),
    "GET /api/v1/dashboards?fields=title,datasource&limit=1": (
        "dashboards(first: 1, after: $after) { edges { node { title "
        "datasource { title nativeId address database fullName } } } }"
    ),
    f"GET /api/v1/dashboards/{HEX}/widgets?fields=title&type=pivot&limit=3&sort=-title": (
        f'dashboard(id: "{global_id(Kind.DASHBOARD, HEX)}") {{ widgets(first: 3, after: $after, sort: TITLE_DESC, '
        'filter: {type: {eq: "pivot"}}) { edges { node { title } } } }'
    ),
    f"GET /api/v1/dashboards/{HEX}/shares/7?fields=rule": (
        f'nodes( ids: ["{global_id(Kind.SHARE, f"{HEX}/user/7")}", "{global_id(Kind.SHARE, f"{HEX}/group/7")}"] ) '
        "{ ... on Share { rule } }"
    ),
    "GET /api/v1/alerts/count": "alerts { totalCount }",
    "GET /api/v1/application/status": "sources { name status { version health message } }",
    f"GET /api/v1/groups/{UUID}?includeMembers=5": (
        f'group(id: "{global_id(Kind.GROUP, UUID)}") {{ nativeId name createdAt updatedAt users(first: 5) '
        "{ edges { node { nativeId email firstName lastName role { nativeName } status createdAt updatedAt } } } }"
    ),
    "GET /api/v1/org/groups?pageSize=10&page=3&searchQuery=fin": (
        'groups(first: 10, after: $after, filter: {text: "fin"}) '
        "{ edges { node { nativeId name createdAt updatedAt } } }"
    ),
    "/dashboards?limit=5&after=abc": (
        "dashboards(first: 5, after: $after) { edges { node { nativeId title owner { nativeId } filters { raw } "
        "createdAt updatedAt } } }"
    ),
    "GET /api/v2/groups?sort=id_desc": (
        "groups(first: 20, after: $after, sort: ID_DESC) { edges { node { nativeId name } } }"
    ),
    "GET /api/v2/jobs?ids[]=1&ids[]=2": (
        f'nodes(ids: ["{global_id(Kind.JOB, "1")}", "{global_id(Kind.JOB, "2")}"]) {{ ... on Job '
        "{ nativeId status kind createdAt startedAt finishedAt requestedBy { nativeId } error } }"
    ),
    "GET /api/projects/1/dashboards/?limit=2&offset=4&search=x": (
        'dashboards(first: 2, after: $after, filter: {text: "x"}) { edges { node { nativeId title description '
        "createdAt owner { nativeId } filters { raw } pinned tags project { nativeId } } } }"
    ),
}


@pytest.mark.parametrize("line", QUERIES)
def test_a_get_is_the_query_that_answers_it(line: str) -> None:
    assert body_of(of(line).operation) == plain(QUERIES[line])


def test_without_fields_everything_that_rest_gives_is_selected_and_with_a_minus_all_but_that() -> None:
    everything = body_of(of("GET /api/v1/groups").operation)
    but_two = body_of(of("GET /api/v1/groups?fields=-mail,-created").operation)

    assert "{nativeId name mail role{nativeName}origin createdAt updatedAt}" in everything
    assert "{nativeId name role{nativeName}origin updatedAt}" in but_two


def test_lists_within_lists_are_as_long_as_may_be_asked_for() -> None:
    [first] = re.findall(r"users\(first: (\d+)\)", of("/api/v1/users?expand=groups.users&limit=1").operation)
    shorter = re.findall(r"\(first: (\d+)\)", of("/api/v1/users?expand=groups.users.groups.users").operation)

    assert int(first) == 100
    assert {int(one) for one in shorter} == {5}


NOTES = {
    "GET /api/v1/users?fields=emial": "Users have no `emial`; the nearest is `email`.",
    "GET /api/v1/users?fields=-hash": "`hash` of users: the graph never gives the hash of a password.",
    "GET /api/v1/users?sort=emial": "Users are not sorted by `emial`; the nearest is `email`.",
    "GET /api/v1/users?sort=email,userName": "A list is sorted by one key: by `email`.",
    "GET /api/v1/users?feilds=email": "`feilds` is no parameter that is known here; the nearest is `fields`.",
    "GET /api/v1/users?origin=mars": "`origin` is one of source, directory, service: it is left out here.",
    "GET /api/v1/users?limit=10&skip=20": (
        "A list goes on after a cursor, not after 20 rows: give as `after` the `endCursor` of the page before. "
        "--run goes past the first 20 so."
    ),
    "GET /api/v1/users?limit=250": "A page has 100 rows at most: for all 250, go on with its `endCursor` as `after`.",
    "GET /api/v2/users?after=x": "`after` is a cursor of Holistics: begin anew, and go on with the graph's.",
    "GET /api/v1/users": "No Sisense is configured: this asks local, dashgraph's own store.",
}


@pytest.mark.parametrize("line", NOTES)
def test_what_cannot_be_said_is_told(line: str) -> None:
    found = of(line)
    assert NOTES[line] in found.notes
    told = found.text.partition("query")[0]
    assert NOTES[line] in re.sub(r"\n#? *", " ", told)
    assert all(line.startswith("#") for line in told.splitlines())


REFUSED = {
    "GET /api/v1/users?fields=email,-hash": (
        "`fields` either names what is wanted or, with a minus, what is not; Sisense refuses both at once."
    ),
    "GET /api/v1/users?expand=gruops": (
        "`gruops` of users cannot be expanded; what can: groups, role; the nearest is `groups`."
    ),
    "GET /api/v1/users?expand=groups(": (
        "`expand` cannot be read at 'groups('; it looks like groups(fields:name),groups.users"
    ),
    "GET /api/v1/users?limit=ten": "`limit` is to be a whole number, 0 or more.",
    "GET /api/v1/users?limit=0": "`limit` is 0: that asks for no rows.",
    "GET /api/v1/usres": (
        "GET /api/v1/usres is no operation that is known here; the nearest are: "
        "GET /api/v1/users, GET /api/v1/user, GET /api/v2/users."
    ),
    "PUT /api/v1/groups": (
        "PUT /api/v1/groups is no operation that is known here; at this path there are: "
        "GET /api/v1/groups, POST /api/v1/groups."
    ),
    "GET /api/v1/elasticubes/sets": (
        "This is no operation of the graph. "
        "Cubes are built and secured in Sisense; the graph is over dashboards and people."
    ),
    "GET /api/v2/exports/download": "The request does not say `job_id`.",
    "GET /api/v2/jobs": "The request does not say `ids`.",
    "tell me who is there, please": (
        'This is no request. It looks like "GET /api/v1/users?limit=10", or like a curl command.'
    ),
    "GET https://example.com": (
        'The request has no path. It looks like "GET /api/v1/users?limit=10", or like a curl command.'
    ),
    "GET /api/v1/users?" + "&".join(["expand=" + ".".join(["groups", "users"] * 6)]): (
        "`expand` goes 12 deep; at most 7 are answered."
    ),
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_is_no_request_of_the_graph_is_refused_with_what_to_do(line: str) -> None:
    with pytest.raises(BadInput) as refused:
        of(line)
    assert refused.value.message == REFUSED[line]


MUTATIONS = {
    (f"POST /api/v1/dashboards/{HEX}/change_owner", '{"ownerId": "u7", "originalOwnerRule": "edit"}'): (
        f'changeDashboardOwner(input: {{dashboardId: "{global_id(Kind.DASHBOARD, HEX)}", '
        f'ownerId: "{global_id(Kind.USER, "u7")}", originalOwnerRule: EDIT}})'
    ),
    (f"PATCH /api/v1/users/{HEX}", '{"firstName": "Ada", "active": false, "groups": ["g1"]}'): (
        f'updateUser(input: {{userId: "{global_id(Kind.USER, HEX)}", firstName: "Ada"}})',
        f'setUserActive(input: {{userId: "{global_id(Kind.USER, HEX)}", active: false}})',
        f'setUserGroups(input: {{userId: "{global_id(Kind.USER, HEX)}", groupIds: ["{global_id(Kind.GROUP, "g1")}"]}})',
    ),
    (f"PATCH /api/v1/dashboards/{HEX}", '{"shares": [{"shareId": "g1", "type": "group", "rule": "view"}]}'): (
        f'setDashboardShares(input: {{dashboardId: "{global_id(Kind.DASHBOARD, HEX)}", '
        f'grants: [{{subjectId: "{global_id(Kind.GROUP, "g1")}", rule: VIEW}}]}})'
    ),
    ("DELETE /api/v1/dashboards/bulk?dashboardIds=a,b", None): (
        f'deleteDashboards(input: {{items: [{{dashboardId: "{global_id(Kind.DASHBOARD, "a")}"}}, '
        f'{{dashboardId: "{global_id(Kind.DASHBOARD, "b")}"}}]}})'
    ),
    ("POST /api/v1/dashboards/import/bulk?action=overwrite&republish=true", '[{"title": "A"}, {"title": "B"}]'): (
        'importDashboards(input: {source: "local", documents: [{json: $json}, {json: $json2}], action: OVERWRITE, '
        "republish: true})"
    ),
    ("POST /api/v1/groups/bulk", '[{"name": "A"}, {"name": "B"}]'): (
        'createGroups(input: {items: [{source: "local", name: "A"}, {source: "local", name: "B"}]})'
    ),
    (f"POST /api/v1/projects/{UUID}/dashboards?duplicateFrom={UUID}", '{"dashboardName": "Copy"}'): (
        f'duplicateDashboard(input: {{dashboardId: "{global_id(Kind.DASHBOARD, UUID)}", title: "Copy"}})'
    ),
    ("PATCH /api/projects/1/dashboards/12", '{"deleted": true}'): (
        f'deleteDashboard(input: {{dashboardId: "{global_id(Kind.DASHBOARD, "12")}"}})'
    ),
    ("PATCH /api/projects/1/dashboards/12", '{"deleted": false}'): (
        f'restoreDeletedDashboard(input: {{dashboardId: "{global_id(Kind.DASHBOARD, "12")}"}})'
    ),
    ("POST /api/projects/1/dashboards/12/collaborators", '{"user_uuid": "u7", "level": 37}'): (
        f'addShare(input: {{dashboardId: "{global_id(Kind.DASHBOARD, "12")}", '
        f'grant: {{subjectId: "{global_id(Kind.USER, "u7")}", rule: EDIT}}}})'
    ),
    ("POST /api/v1/reporting", '{"assetId": "d1", "recipients": [{"type": "group", "recipient": "g1"}]}'): (
        f'sendReport(input: {{dashboardId: "{global_id(Kind.DASHBOARD, "d1")}", '
        f'recipientIds: ["{global_id(Kind.GROUP, "g1")}"]}})'
    ),
    (f"DELETE /api/v1/projects/{UUID}/spaces/{UUID}/group/share/{UUID}", None): (
        f'removeShare(input: {{shareId: "{global_id(Kind.SHARE, f"folder:{UUID}/group/{UUID}")}"}})'
    ),
    (f"PATCH /api/v1/groups/{UUID}/projects/{UUID}", '{"role": "editor"}'): (
        f'grantProjectAccess(input: {{projectId: "{global_id(Kind.PROJECT, UUID)}", role: "editor", '
        f'subjectId: "{global_id(Kind.GROUP, UUID)}"}})'
    ),
    ("DELETE /api/v2/users/12", None): f'deleteUser(input: {{userId: "{global_id(Kind.USER, "12")}", onOwned: KEEP}})',
    ("PUT /api/v2/data_schedules/12", '{"data_schedule": {"schedule": {"repeat": "0 7 * * *", "paused": true}}}'): (
        f'updateSchedule(input: {{scheduleId: "{global_id(Kind.SCHEDULE, "12")}", cron: "0 7 * * *"}})',
        f'setScheduleEnabled(input: {{scheduleId: "{global_id(Kind.SCHEDULE, "12")}", enabled: false}})',
    ),
}


@pytest.mark.parametrize("request_and_body", MUTATIONS)
def test_a_change_is_the_mutation_with_its_input_filled(request_and_body: tuple[str, str | None]) -> None:
    line, body = request_and_body
    expected = MUTATIONS[request_and_body]

    told = plain(of(line, body=body).operation)

    wanted = [plain(one) for one in ([expected] if isinstance(expected, str) else expected)]
    assert re.findall(r"\w+\(input:\{.*?\}\)", told) == wanted


def test_what_a_change_does_not_say_is_a_variable_to_be_given() -> None:
    found = of("POST /api/v1/users", body='{"firstName": "Ada"}')

    assert found.missing == {"email": "EmailAddress!", "role": "String!"}
    assert "# To be given as variables: $email (EmailAddress!), $role (String!)." in found.text
    assert found.operation.startswith("mutation ($email: EmailAddress!, $role: String!) {")


def test_a_word_that_the_graph_does_not_know_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadInput, match="`action` is one of: skip, overwrite, duplicate"):
        of("POST /api/v1/dashboards/import/bulk?action=explode", body="[]")


def test_documents_go_beside_the_operation_as_variables() -> None:
    found = of("POST /api/v1/dashboards/import", body='{"title": "A", "$$key": {"a-b": [1]}}')

    assert found.variables == {"json": {"title": "A", "$$key": {"a-b": [1]}}}
    assert '# Variables: {"json": {"title": "A", "$$key": {"a-b": [1]}}}' in found.text
    assert found.missing == {}


def test_nothing_secret_is_ever_told() -> None:
    line = (
        "curl -su me:hunter2 --request POST -H 'Authorization: Bearer hunter2' --cookie s=hunter2 "
        "'https://me:hunter2@bi.example.com/api/v1/users?token=hunter2' "
        '--data \'{"email": "a@x.example", "password": "hunter2", "roleId": "viewer"}\''
    )
    told = of(line).text

    assert "hunter2" not in told
    assert "# `password` of the request has no equal here." in told


WRITTEN = {
    "curl https://h.example/api/v1/groups?fields=name": "GET",
    "curl -X GET 'https://h.example/api/v1/groups?fields=name' -H 'Accept: */*'": "GET",
    "curl -G https://h.example/api/v1/groups -d fields=name": "GET",
    "curl -sXGET \\\n  -H 'Authorization: Bearer x' \\\n  --url https://h.example/api/v1/groups?fields=name": "GET",
    "curl --compressed --request=GET https://h.example/api/v1/groups?fields=name -o out.json": "GET",
    "GET /api/v1/groups?fields=name HTTP/1.1\r\nHost: h.example\r\nAuthorization: Bearer x": "GET",
    "https://h.example/api/v1/groups/?fields=name": "GET",
    "h.example/api/v1/groups?fields=name": "GET",
    "  get /api/v1/groups?fields=name ": "GET",
}


@pytest.mark.parametrize("text", WRITTEN)
def test_a_request_is_read_however_it_is_written(text: str) -> None:
    assert of(text).operation == of("GET /api/v1/groups?fields=name").operation


def test_a_body_is_read_from_the_request_itself() -> None:
    raw = 'POST /api/v1/groups HTTP/1.1\nHost: h.example\nContent-Type: application/json\n\n{"name": "A"}'
    for text in (raw, """curl /api/v1/groups --json '{"name": "A"}'""", "curl /api/v1/groups -d name=A"):
        assert 'createGroup(input: { source: "local", name: "A" })' in of(text).operation


def test_the_source_is_the_one_at_the_host_then_the_only_one_of_the_kind_then_the_store() -> None:
    places = [NATIVE, FINANCE, PRODUCT]

    def asked(line: str, source: str | None = None) -> str:
        return body_of(valid(translate(line, places, source=source)).operation)

    assert asked("GET /dashboards?fields=title&limit=1") == (
        'dashboards(first:1 after:$after sources:["finance"]){edges{node{title}}}'
    )
    assert 'sources:["product"]' in asked("GET https://ph.example.com/api/projects/1/dashboards")
    assert 'sources:["finance"]' in asked("GET https://me:secret@bi.example.com:8081/api/dashboards")
    assert 'sources:["local"]' in asked("GET /api/v1/dashboards", "local")
    assert 'sources:["local"]' in asked("GET /api/v2/dashboards")
    assert global_id(Kind.USER, HEX, "finance") in asked(f"GET /api/v1/users/{HEX}")


def test_ids_are_made_as_the_connector_of_the_source_makes_them() -> None:
    widget = f"GET /api/v1/dashboards/{HEX}/widgets/7"
    tile = "PATCH /api/projects/1/dashboards/12/move_tile"
    body = '{"tile": {"id": 5}, "to_dashboard": 13}'
    both = [NATIVE, FINANCE, PRODUCT]

    assert global_id(Kind.WIDGET, f"{HEX}/7", "finance") in valid(translate(widget, both)).operation
    assert global_id(Kind.WIDGET, "7") in of(widget).operation
    moved = valid(translate(tile, both, body=body)).operation
    assert global_id(Kind.WIDGET, "1.12.5", "product") in moved
    assert global_id(Kind.DASHBOARD, "1.13", "product") in moved
    removed = "DELETE /api/projects/1/dashboards/12/collaborators/u7"
    assert global_id(Kind.SHARE, "1.12/user/u7", "product") in valid(translate(removed, both)).operation


def test_a_list_of_a_project_is_cut_by_it_where_there_are_projects() -> None:
    line = "GET /api/projects/1/dashboards"
    live = plain(valid(translate(line, [NATIVE, PRODUCT])).operation)

    assert f'filter:{{project:{{eq:"{global_id(Kind.PROJECT, "1", "product")}"}}}}' in live
    assert "filter:" not in plain(of(line).operation)
    assert "There are no projects in local: this is of all of it." in of(line).notes


def test_what_goes_on_answering_is_a_subscription() -> None:
    found = of("GET /api/projects/1/dashboards/12/stream_tiles")
    assert f'dashboardTiles(dashboardId: "{global_id(Kind.DASHBOARD, "12")}")' in found.operation
    assert found.operation.startswith("subscription {")


def test_a_source_that_is_not_clear_or_not_there_is_told() -> None:
    other = Place("sales", SourceKind.SISENSE, "https://sales.example.com")

    with pytest.raises(BadInput, match="Several sources are Sisense: finance, sales; say which with --source"):
        translate("GET /api/v1/users", [NATIVE, FINANCE, other])
    with pytest.raises(BadInput, match="There is no source named 'finanse'; the configured ones are: local, finance"):
        translate("GET /api/v1/users", [NATIVE, FINANCE], source="finanse")


# Everything in the tables


def reason_against(line: str, places: Sequence[Place], **more: Any) -> str | None:
    """Why a request is refused; None when it is translated, to something valid."""
    try:
        valid(translate(line, places, **more))
    except BadInput as problem:
        return problem.message
    return None


ROUTES = [
    pytest.param(vendor, route, id=f"{vendor.kind} {route.method} {route.path}")
    for vendor in VENDORS
    for route in vendor.routes
    if not isinstance(route, Elsewhere)
]
NEEDED = {"/jobs": "?ids=1", "/exports/download": "?job_id=1"}


def filled(path: str, vendor: Vendor) -> str:
    """A path of the tables or of the catalog, with ids in it."""
    return re.sub(r"\{\w+\}|:\w+", IDS[vendor.kind], path).replace("projects|environments", "projects")


@pytest.mark.parametrize(("vendor", "route"), ROUTES)
def test_every_line_of_the_tables_is_a_valid_operation(vendor: Vendor, route: Read | Write | Follow) -> None:
    place = Place("there", vendor.kind, "https://there.example")
    line = f"{route.method} {vendor.prefixes[0]}{filled(route.path, vendor)}{NEEDED.get(route.path, '')}"

    found = valid(translate(line, [NATIVE, place]))

    assert found.operation.startswith(("query", "{") if isinstance(route, Read) else ("mutation", "subscription"))
    for name in (
        vendor.records[route.record].expands if isinstance(route, Read) and "expand" in vendor.selecting else ()
    ):
        valid(translate(f"{line}?expand={name}", [NATIVE, place]))


# The rows of the catalog that are to be reached and are no operations, each with the reason that people are told.
NOT_THERE = {
    "GET /authentication/logout": "A token ends with `dashgraph token revoke`, a session in the browser.",
    "POST /authentication/login": (
        "Nobody signs in by the graph: send a bearer token, which `dashgraph token create` makes."
    ),
}
FOR_LATER = {"GET /api/v1/comments/dashboards/{dashboardUuid}"}  # and there already


@pytest.mark.skipif(not CATALOG.exists(), reason="the catalog of the vendors' operations is not beside the repository")
def test_every_operation_of_the_vendors_is_translated_or_refused_with_a_reason() -> None:
    before = {"sisense": "/api/v1", "holistics": "/api/v2"}
    refused = {}
    with CATALOG.open() as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        [vendor] = [one for one in VENDORS if one.kind == row["system"]]
        place = Place("there", vendor.kind, "https://there.example")
        path = filled(row["path"], vendor) + NEEDED.get(row["path"], "")
        line = f"{row['method']} {before.get(row['system'], '')}{path}"
        why = reason_against(line, [NATIVE, place])
        if row["priority"] not in {"core", "important"}:
            assert (why is None) is (f"{row['method']} {row['path']}" in FOR_LATER), line
        elif why is not None:
            refused[f"{row['method']} {row['path']}"] = why.removeprefix("This is no operation of the graph. ")

    assert len(rows) == 362
    assert refused == NOT_THERE


# Anything that people may write

NAMES = st.sampled_from(
    [*"abc", "email", "name", "groups", "users", "title", "role", "owner", "widgets", "-hash", "oid"]
)
EXPANSIONS = st.lists(NAMES, min_size=1, max_size=3).map(".".join) | st.builds("{0}(fields:{1})".format, NAMES, NAMES)
PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "fields": st.lists(NAMES, max_size=4).map(",".join),
        "expand": st.lists(EXPANSIONS, max_size=3).map(",".join),
        "sort": NAMES | NAMES.map("-{}".format),
        "limit": st.integers(0, 300).map(str) | st.just("x"),
        "skip": st.integers(0, 300).map(str),
        "name": st.text(max_size=5),
    },
)
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
BODY_NAMES = st.sampled_from(
    ["title", "name", "email", "shares", "groups", "active", "roleId", "owner", "filters", "deleted", "template"]
)
BODIES = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(BODY_NAMES, inner, max_size=4), max_leaves=8
)


@given(noun=st.sampled_from(["users", "groups", "dashboards", "folders", "alerts"]), parameters=PARAMETERS)
def test_whatever_is_asked_for_is_valid_or_refused(noun: str, parameters: dict[str, str]) -> None:
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    assert reason_against(f"GET /api/v1/{noun}?{query}", [NATIVE]) != ""


@given(chosen=st.sampled_from([one.values for one in ROUTES if isinstance(one.values[1], Write)]), body=BODIES)
def test_whatever_a_body_holds_the_mutation_is_valid_or_refused(chosen: tuple[Vendor, Write], body: object) -> None:
    vendor, route = chosen
    place = Place("there", vendor.kind, "https://there.example")
    line = f"{route.method} {vendor.prefixes[0]}{filled(route.path, vendor)}"
    assert reason_against(line, [NATIVE, place], body=json.dumps(body)) != ""
