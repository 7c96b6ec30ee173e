"""What is too much, or not an operation at all: refused at once, with a code and a sentence."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from conftest import Stores
from dashgraph.graph.execution import Answer, Operation
from serving import INSIDES, RESPONSE_JSON, Service, served

# What is on the wire does not depend on the database.
pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

SECONDS = 5  # a refusal takes milliseconds; exponential work would take hours


@pytest.fixture(scope="module")
async def service(stores: Stores) -> AsyncIterator[Service]:
    async with served(await stores.fresh("demo")) as found:
        yield found


async def refusal(service: Service, query: str, name: str | None = None, **variables: object) -> tuple[str, str]:
    """The code and the sentence with which an operation is refused before anything of it is run."""
    body = {"query": query, "variables": variables, "operationName": name}
    async with asyncio.timeout(SECONDS):
        reply = await service.admin.post(body, accept=RESPONSE_JSON)
    assert (reply.status, list(reply.json)) == (400, ["errors"])
    assert not INSIDES.search(reply.text)
    error = reply.json["errors"][0]
    return error["extensions"]["code"], error["message"]


def chain(levels: int, each: str, last: str) -> str:
    """Fragments on User, each spreading the next one twice."""
    links = [f"fragment A{level} on User{{{each.replace('NEXT', f'...A{level + 1}')}}}" for level in range(levels)]
    return "{viewer{user{...A0}}}" + "".join(links) + f"fragment A{levels} on User{{{last}}}"


PARSE, INVALID, INPUT, MUCH = "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT", "TOO_MUCH"
TWO = "query A { __typename } query B { __typename }"
HOPS = "groups(first: 100) { edges { node { users(first: 100) { edges { node {"
REFUSED = {
    "nothing": ("", PARSE, "Syntax Error: Unexpected <EOF>."),
    "half an operation": ("{ viewer {", PARSE, "Syntax Error: Expected Name, found <EOF>."),
    "half a character": ('{ node(id: "\ud800") { id } }', PARSE, "Invalid character within String: U+D800"),
    "an unknown field": ("{ dashbords { totalCount } }", INVALID, "Did you mean 'dashboards' or 'dashboard'?"),
    "an unknown fragment": ("{ viewer { ...A } }", INVALID, "Unknown fragment 'A'."),
    "circular fragments": (
        "{ viewer { user { ...A } } } fragment A on User { ...B } fragment B on User { ...A }",
        INVALID,
        "Cannot spread fragment 'A' within itself via 'B'.",
    ),
    "a fragment alone": ("fragment A on User { id }", INVALID, "Fragment 'A' is never used."),
    "a subscription": ("subscription { x }", INVALID, "Cannot query field 'x' on type 'Subscription'."),
    "a subscription that is posted": (
        "subscription { jobUpdated(id: 1) { id } }",
        INPUT,
        "A subscription is answered over a WebSocket, or as events: send Accept: text/event-stream.",
    ),
    "two subscriptions in one": (
        "subscription { a: jobUpdated(id: 1) { id } b: jobUpdated(id: 2) { id } }",
        INVALID,
        "must select only one top level field",
    ),
    "two operations": (TWO, INPUT, "The document has 2 operations; say which with `operationName`."),
    "a long text": ("#" * 200_001, MUCH, "The query has 200001 characters; at most 200000 are read."),
    "many lines": ("\n" * 10_001 + "{ a }", MUCH, "The query has 10001 lines; at most 10000 are read."),
    "a hundred thousand tokens": ("{" + "a " * 99_000 + "}", PARSE, "Document contains more than 10000 tokens"),
    "too many equal fields": (
        "{ viewer { user {" + " id" * 9000 + "} } }",
        MUCH,
        "Too many fields are asked for under the same name to find out whether they fit together.",
    ),
    "brackets without end": ("{a" * 3000 + "}" * 3000, MUCH, "The query nests too deep to be read."),
    "deep lists": (f"{{ node(id: {'[' * 3000}{']' * 3000}) {{ id }} }}", MUCH, "The query nests too deep to be read."),
    "deep inline fragments": ("{" + "...{" * 150 + "a" + "}" * 151, INVALID, "Cannot query field 'a'"),
    "a deep list for an id": (f"{{ node(id: {'[' * 150}{']' * 150}) {{ id }} }}", INVALID, "ID cannot represent"),
    "too many fields within fields": (
        "{viewer{user{" + "groups{edges{node{users{edges{node{" * 4 + "id" + "}}}}}}" * 4 + "}}}",
        MUCH,
        "The operation nests 27 fields deep; at most 25 are answered.",
    ),
    "fields that a fragment nests": (
        "{folders{edges{node{...A0}}}}"
        + "".join(f"fragment A{n} on Folder{{a:parent{{...A{n + 1}}}b:parent{{...A{n + 1}}}}}" for n in range(30))
        + "fragment A30 on Folder{id}",
        MUCH,
        "The operation nests 34 fields deep; at most 25 are answered.",
    ),
    "lists that multiply": (
        f"{{ users(first: 100) {{ edges {{ node {{ {HOPS * 2} id {'} } } } } }' * 2} }} }} }} }}",
        MUCH,
        "The operation can cost 20303030301; at most 2500000 is answered. Ask for shorter lists with `first`.",
    ),
    "lists that fragments multiply": (
        chain(
            3, "a:groups{edges{node{users{edges{node{NEXT}}}}}}b:groups{edges{node{users{edges{node{NEXT}}}}}}", "id"
        ),
        MUCH,
        "at most 2500000 is answered. Ask for shorter lists with `first`.",
    ),
    "ten thousand aliases": ("{" + " ".join(f"a{n}:__typename" for n in range(3000)) + "}", MUCH, "has 3000 aliases"),
    "many fields at the root": (
        "{"
        + " ".join(f"a{n}:__typename ...A" for n in range(60))
        + "} fragment A on Query {b:__typename c:__typename}",
        MUCH,
        "The operation asks for 62 fields at its root; at most 50 are answered.",
    ),
    "many directives": (
        "{viewer{" + "scopes @include(if: true) " * 101 + "}}",
        MUCH,
        "The operation has 101 directives; at most 100 are answered.",
    ),
    "a number of 5000 digits": (f"{{ users(first: {'9' * 5000}) {{ totalCount }} }}", MUCH, "at most 1000 are read."),
    "a default of 5000 digits": (
        f"query($n: Int = {'9' * 5000}) {{ users(first: $n) {{ totalCount }} }}",
        MUCH,
        "5000",
    ),
    "a number within a list": (f"{{ nodes(ids: [[{'9' * 5000}]]) {{ id }} }}", MUCH, "5000 digits"),
    "a wrong value that each error would print": (
        "{ dashboards(filter: {" + " ".join(f"a{n}: 1" for n in range(3000)) + "}) { totalCount } }",
        MUCH,
        "Values in the operation are wrong in more ways than can be told.",
    ),
    "directives that are none": ("{viewer{scopes " + "@a" * 3000 + "}}", MUCH, "has 3000 directives"),
}


@pytest.mark.parametrize(("query", "code", "message"), REFUSED.values(), ids=REFUSED)
async def test_what_is_no_operation_or_too_much_is_refused(
    service: Service, query: str, code: str, message: str
) -> None:
    found, sentence = await refusal(service, query)

    assert (found, message in sentence) == (code, True), (found, sentence)


async def test_an_operation_that_is_not_there_cannot_be_named(service: Service) -> None:
    assert await refusal(service, TWO, "C") == (INPUT, "The document has no operation named 'C'.")
    assert (await refusal(service, "{ __typename }", "\ud800"))[0] == INPUT
    assert (await service.admin.post({"query": TWO, "operationName": "B"})).json == {"data": {"__typename": "Query"}}


VARIABLES = {
    "a text for a number": ("query($v: Int) { users(first: $v) { totalCount } }", "x", INPUT),
    "a number beyond measure": ("query($v: Int) { users(first: $v) { totalCount } }", 10**400, INPUT),
    "nothing where something must be": ("query($v: ID!) { node(id: $v) { id } }", None, INPUT),
    "a list for a text": ("query($v: ID!) { node(id: $v) { id } }", [[[["x"]]]], INPUT),
    "an unknown key": ("query($v: DashboardFilter) { dashboards(filter: $v) { totalCount } }", {"x": 1}, INPUT),
    "a word that is no choice": ("query($v: Scope!) { users(scope: $v) { totalCount } }", "EVERYTHING", INPUT),
    "a day that is none": (
        "query($v: DashboardFilter) { dashboards(filter: $v) { totalCount } }",
        {"createdAt": {"ge": "yesterday"}},
        INPUT,
    ),
    "values that nest": ("query($v: ID!) { node(id: $v) { id } }", json.loads("[" * 70 + "]" * 70), MUCH),
    "values that are large": ("query($v: ID!) { node(id: $v) { id } }", "x" * 600_000, MUCH),
    "a type that is none": ("query($v: Nothing) { users(first: $v) { totalCount } }", 1, INVALID),
}


@pytest.mark.parametrize(("query", "value", "code"), VARIABLES.values(), ids=VARIABLES)
async def test_variables_that_do_not_fit_are_refused(service: Service, query: str, value: object, code: str) -> None:
    assert (await refusal(service, query, v=value))[0] == code


FIELDS = {
    "a bad id": ('{ node(id: "zzz") { id } }', "BAD_ID"),
    "an id with U+0000": ('{ node(id: "\\u0000") { id } }', "BAD_ID"),
    "a bad cursor": ('{ users(after: "zzz") { totalCount } }', "BAD_CURSOR"),
    "a long page": ("{ users(first: 1000) { totalCount } }", INPUT),
    "a page of less than nothing": ("{ users(first: -1) { totalCount } }", INPUT),
    "an unknown source": ('{ users(sources: ["\\u0000"]) { totalCount } }', INPUT),
    "U+0000 in a filter": ('{ dashboards(filter: {title: {eq: "\\u0000"}}) { totalCount } }', INPUT),
    "null for a choice": ("query($v: UserSort) { users(sort: $v) { totalCount } }", INPUT),
}


@pytest.mark.parametrize(("query", "code"), FIELDS.values(), ids=FIELDS)
async def test_a_field_that_asks_wrongly_is_told_so(service: Service, query: str, code: str) -> None:
    reply = await service.admin.ask(query, v=None)

    assert (reply.status, reply.codes) == (200, [code]), reply.text
    [error] = reply.json["errors"]
    assert error["path"][0] in reply.json["data"]
    assert not INSIDES.search(reply.text)


async def test_nested_spreads_that_only_look_exponential_are_answered_at_once(service: Service) -> None:
    spreads = chain(21, "NEXT NEXT", "displayName")
    assert len(spreads) < 1000

    async with asyncio.timeout(SECONDS):
        reply = await service.admin.ask(spreads)

    assert reply.json == {"data": {"viewer": {"user": {"displayName": "Nora Whitfield"}}}}


async def test_three_full_pages_within_each_other_are_not_too_much(service: Service) -> None:
    query = f"query($n: Int) {{ users(first: $n) {{ edges {{ node {{ {HOPS} id }} }} }} }} }} }} }} }} }} }}"

    reply = await service.admin.ask(query, n=1)

    assert "errors" not in reply.json
    assert len(reply.json["data"]["users"]["edges"]) == 1


GROUPS = "groups(first: $n) { edges { node { users { totalCount } } } }"
PAGES = f"query($n: Int) {{ users(first: $n) {{ edges {{ node {{ {GROUPS} }} }} }} }}"


async def test_who_asks_for_the_cost_is_told_it(service: Service) -> None:
    body = {"query": "{ users(first: 3) { edges { node { id } } } }"}

    told = await service.admin.post(body, GraphQL_Cost="report")
    untold = await service.admin.post(body)

    assert told.json["extensions"] == {"cost": {"requested": 7, "max": 2_500_000}}
    assert told.json["data"] == untold.json["data"]
    assert "extensions" not in untold.json


async def test_what_is_too_much_says_what_it_would_cost(stores: Stores) -> None:
    async with served(await stores.fresh("demo"), max_cost=1000) as found:
        allowed = await found.admin.ask(PAGES, n=12)
        refused = await found.admin.ask(PAGES, n=50)

    assert "errors" not in allowed.json
    assert refused.json["errors"] == [
        {
            "message": "The operation can cost 7651; at most 1000 is answered. Ask for shorter lists with `first`.",
            "extensions": {"code": MUCH, "cost": {"requested": 7651, "max": 1000}},
        }
    ]


async def test_every_bound_is_a_setting(stores: Stores) -> None:
    bounds = {
        "max_depth": (3, "{ viewer { user { id } } }", "{ viewer { user { source { name } } } }"),
        "max_root_fields": (1, "{ viewer { scopes } }", "{ viewer { scopes } sources { name } }"),
        "max_aliases": (1, "{ a: __typename }", "{ a: __typename b: __typename }"),
        "max_directives": (0, "{ __typename }", "{ __typename @skip(if: false) }"),
        "max_comparisons": (10, "{ viewer { scopes } }", "{ viewer { scopes scopes scopes scopes } }"),
        "max_query_characters": (90, "{ __typename }", "{ __typename } #" + "x" * 90),
        "max_page": (20, "{ users(first: 20) { totalCount } }", "{ users(first: 21) { totalCount } }"),
    }
    async with served(await stores.fresh("demo"), **{name: bound for name, (bound, *_) in bounds.items()}) as found:
        for name, (_, allowed, refused) in bounds.items():
            assert (await found.admin.ask(allowed)).codes == [], name
            assert (await found.admin.ask(refused)).codes == [MUCH], name


async def test_an_endless_row_of_documents_does_not_fill_the_memory(service: Service) -> None:
    executor = service.world.executor
    for number in range(60):
        document = f"{{ __typename }} # {number} {'x' * 10_000}"
        assert (await service.admin.ask(document)).json == {"data": {"__typename": "Query"}}
    assert (await service.admin.post(json.dumps({"query": "{"}).encode())).codes == [PARSE]

    assert 400_000 < executor.remembered <= 500_000


async def test_a_long_document_is_read_while_others_are_answered(service: Service) -> None:
    executor = service.world.executor
    ended = []

    async def ask(name: str, query: str) -> None:
        assert not isinstance(await executor.meant(Operation(query)), Answer)
        ended.append(name)

    await asyncio.gather(ask("long", "{ __typename }" + " " * 5_000), ask("short", "{ __typename }"))

    assert ended == ["short", "long"]


async def test_an_error_after_many_lines_says_its_line(service: Service) -> None:
    """Where each of a hundred errors is must not be found out line by line."""
    body = {"query": "\r\n" * 5_000 + "\n" * 4_000 + "{ viewer {\r" + " ".join(f"x{n}" for n in range(200)) + "} }"}
    async with asyncio.timeout(SECONDS):
        reply = await service.admin.post(body)

    places = [place for error in reply.json["errors"] for place in error.get("locations", [])]
    assert places[:2] == [{"line": 9_002, "column": 1}, {"line": 9_002, "column": 4}]
    assert len(places) == 100
