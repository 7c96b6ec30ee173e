"""What a federation gateway asks for: references in bulk, with the same rights, each failing alone.

Of apollo-federation-subgraph-compatibility these expectations apply: `_service`, `@key` alone and repeated, `@link`,
`@shareable`, `@tag`. The others are about what this schema has no use for: keys of several fields, `@external` with
`@requires` and `@provides`, `@override`, `@inaccessible`, `@composeDirective` and `@interfaceObject` (every field here
is dashgraph's own and open to all), and `ftv1` (traces go out by OpenTelemetry).
"""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, parse

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from dashgraph.domain.viewers import TokenScope
from dashgraph.graph.schema import sdl
from live_small import Small, as_, beside, small_south, small_store

ENTITIES = """query($r: [_Any!]!) { _entities(representations: $r) { __typename
    ... on Dashboard { title } ... on User { nativeId source { name } } ... on Person { email accounts { id } } } }"""


def board(name: str, source: str = "local") -> dict[str, str]:
    return {"__typename": "Dashboard", "id": global_id(Kind.DASHBOARD, name, source)}


def account(name: str) -> dict[str, str]:
    return {"__typename": "User", "id": global_id(Kind.USER, name)}


def mail(name: str, kind: str = "User") -> dict[str, str]:
    return {"__typename": kind, "email": f"{name}@x.example"}


async def test_a_hundred_references_are_one_batch_of_each_type(empty: Asking) -> None:
    company = Company(empty.world.database)
    await company.user("owner", "admin")
    await company.user("stranger")
    for number in range(40):
        await company.dashboard(f"d{number}", "owner" if number % 2 else "stranger")
    boards = [board(f"d{number}") for number in range(40)]
    people = (
        [account("owner"), account("stranger")] * 20
        + [mail("OWNER"), mail("stranger")] * 5
        + [
            mail("stranger", "Person"),
            mail("nobody", "Person"),
        ]
        * 5
    )

    data = await empty.data(await empty.viewer("owner@x.example"), ENTITIES, r=boards + people)

    found = data["_entities"]
    assert len(found) == 100
    assert [one and one["title"] for one in found[:40]] == [f"d{n}" if n % 2 else None for n in range(40)]
    assert [one["nativeId"] for one in found[40:90]] == ["owner", "stranger"] * 25
    stranger = {
        "__typename": "Person",
        "email": "stranger@x.example",
        "accounts": [{"id": global_id(Kind.USER, "stranger")}],
    }
    assert found[90:] == [stranger, None] * 5
    assert len(empty.statements) == 4  # dashboards, users, users by address, people


async def test_a_reference_that_is_wrong_costs_its_own_place(empty: Asking) -> None:
    company = Company(empty.world.database)
    await company.user("owner")
    await company.dashboard("plan", "owner")
    good = board("plan")
    wrong: list[tuple[Any, str, str]] = [
        (
            {"__typename": "Nope", "id": "x"},
            "BAD_USER_INPUT",
            "`__typename` of a reference is one of: Alert, Dashboard",
        ),
        ({"__typename": ["Dashboard"], "id": "x"}, "BAD_USER_INPUT", "`__typename` of a reference is one of"),
        ({"__typename": "Access", "id": "x"}, "BAD_USER_INPUT", "`__typename` of a reference is one of"),
        ({"id": good["id"]}, "BAD_USER_INPUT", "`__typename` of a reference is one of"),
        ({"__typename": "Dashboard"}, "BAD_USER_INPUT", "A reference to a Dashboard holds `id`, which is text."),
        ({"__typename": "Dashboard", "id": None}, "BAD_USER_INPUT", "A reference to a Dashboard holds `id`, which"),
        ({"__typename": "User", "email": 1}, "BAD_USER_INPUT", "A reference to a User holds `id` or `email`, which"),
        ({**good, "title": "plan"}, "BAD_USER_INPUT", "A reference to a Dashboard holds `id`, and no 'title'."),
        ({**good, "info": {}}, "BAD_USER_INPUT", "A reference to a Dashboard holds `id`, and no 'info'."),
        ({"__typename": "Dashboard", "id": "nonsense"}, "BAD_ID", "'nonsense' is not an id of dashgraph"),
        ({"__typename": "User", "email": "a\0b"}, "BAD_USER_INPUT", "A text holds U+0000"),
        ("Dashboard", "BAD_USER_INPUT", "A reference is an object with `__typename` and a key."),
        ([good], "BAD_USER_INPUT", "A reference is an object with `__typename` and a key."),
        ({"__typename": "Person", "email": "else@x.example"}, "FORBIDDEN", "Only administrators ask about others"),
    ]
    references = [good, *(reference for reference, _, _ in wrong), good]

    answer = await empty.answer(await empty.viewer("owner@x.example"), ENTITIES, r=references)

    plan = {"__typename": "Dashboard", "title": "plan"}
    assert answer["data"]["_entities"] == [plan, *[None] * len(wrong), plan]
    told = {error["path"][1] - 1: error for error in answer["errors"]}
    assert [error["path"][0] for error in answer["errors"]] == ["_entities"] * len(wrong)
    for place, (reference, code, message) in enumerate(wrong):
        assert told[place]["extensions"]["code"] == code, reference
        assert told[place]["message"].startswith(message), reference


async def test_what_is_hidden_or_of_another_kind_is_null_without_a_word(empty: Asking) -> None:
    company = Company(empty.world.database)
    for name in ("owner", "stranger"):
        await company.user(name)
    await company.dashboard("plan", "owner")
    swapped = {"__typename": "Dashboard", "id": global_id(Kind.USER, "owner")}
    elsewhere = board("plan", "nowhere")

    data = await empty.data(
        await empty.viewer("stranger@x.example"), ENTITIES, r=[board("plan"), board("none"), swapped, elsewhere]
    )

    assert data["_entities"] == [None] * 4


async def test_a_token_opens_by_reference_only_what_it_is_for(empty: Asking) -> None:
    company = Company(empty.world.database)
    await company.user("owner")
    await company.dashboard("plan", "owner")
    owner = await empty.viewer("owner@x.example")
    narrow = replace(owner, scopes=frozenset({TokenScope.USERS_READ}))

    answer = await empty.answer(
        narrow, ENTITIES, r=[board("plan"), account("owner"), mail("owner"), mail("owner", "Person")]
    )

    assert [one and one["__typename"] for one in answer["data"]["_entities"]] == [None, "User", "User", "Person"]
    [error] = answer["errors"]
    assert (error["path"], error["extensions"]) == (
        ["_entities", 0],
        {"code": "FORBIDDEN", "scope": "dashboards:read"},
    )


async def test_more_references_than_the_setting_are_refused(empty: Asking) -> None:
    await Company(empty.world.database).user("owner")
    owner = await empty.viewer("owner@x.example")

    [error] = await empty.errors(owner, ENTITIES, r=[account("owner")] * 1001)

    assert error["extensions"]["code"] == "TOO_MUCH"
    assert len((await empty.data(owner, ENTITIES, r=[account("owner")] * 1000))["_entities"]) == 1000


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Asking]:
    async with small_store(tmp_path) as found:
        yield found


async def test_references_into_a_live_source_are_one_question(store: Asking) -> None:
    south = Small("south")
    south.user("boss")
    for number in range(50):
        south.dashboard(f"s{number}", "boss")
    graph = beside(store, south.source())
    boss = await as_(graph, "boss")
    south.asked.clear()

    data = await graph.data(boss, ENTITIES, r=[board(f"s{number}", "south") for number in range(50)] * 2)

    assert [one["title"] for one in data["_entities"]] == [f"s{number}" for number in range(50)] * 2
    assert south.asked == ["User", "memberships", "Dashboard"]  # who the viewer is there, and once for all


async def test_an_address_means_the_account_in_the_first_source_that_has_one(store: Asking) -> None:
    south = small_south()
    graph = beside(store, south.source())
    boss = await as_(graph, "boss")

    found = (await graph.data(boss, ENTITIES, r=[mail("ann"), mail("cat"), mail("nobody")]))["_entities"]

    assert [one and one["source"]["name"] for one in found] == ["local", "south", None]
    south.silent = True
    answer = await graph.answer(boss, ENTITIES, r=[mail("ann"), mail("cat"), mail("ann", "Person")])
    [ann, cat, person] = answer["data"]["_entities"]
    assert (ann["source"]["name"], cat, person["email"]) == ("local", None, "ann@x.example")
    assert {(error["path"][1], error["extensions"]["source"]) for error in answer["errors"]} == {
        (1, "south"),
        (2, "south"),
    }


async def test_the_service_tells_the_schema_that_is_published(empty: Asking) -> None:
    await Company(empty.world.database).user("owner")

    data = await empty.data(await empty.viewer("owner@x.example"), "{ _service { sdl } }")

    assert data["_service"]["sdl"] == sdl().rstrip("\n")


def test_the_schema_links_the_newest_federation_that_all_composers_know() -> None:
    assert re.search(
        r'@link\(url: "https://specs.apollo.dev/federation/v2.7", import: '
        r'\["@authenticated", "@key", "@requiresScopes", "@shareable", "@tag"\]\)',
        sdl(),
    )
    assert "type PageInfo @shareable" in sdl()
    assert re.search(r'^type User .*@key\(fields: "id"\) @key\(fields: "email"\)', sdl(), re.MULTILINE)
    assert re.search(r'^type Person .*@key\(fields: "email"\)', sdl(), re.MULTILINE)


def test_the_relay_interface_has_an_id_and_nothing_more() -> None:
    """Composers want every node of every subgraph to have all fields of the interface."""
    assert list(build_schema(sdl(), assume_valid=True).type_map["Node"].fields) == ["id"]


def test_without_access_the_schema_is_the_same_but_for_who_may() -> None:
    text = sdl(access=False)

    assert not re.search(r"authenticated\b.*\bdirective|@(authenticated|requiresScopes)\b", text)
    assert text.count("@tag(") == sdl().count("@tag(") > 10
    [first, second] = (build_schema(one, assume_valid=True).type_map for one in (text, sdl()))
    assert first.keys() == second.keys()
    assert parse(text)
