"""One person over all sources: accounts with the same address, and what they own and see together."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.access import AccessRole
from dashgraph.domain.ids import Kind
from dashgraph.domain.users import UserStatus
from live_small import Small, as_, beside, small_south, small_store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Asking]:
    async with small_store(tmp_path) as found:
        yield found


@pytest.fixture
def south() -> Small:
    return small_south()


SAME = "query($id: ID!) { user(id: $id) { sameAs { source { name } displayName email } } }"


async def test_accounts_with_the_same_address_are_linked_both_ways(store: Asking, south: Small) -> None:
    east = Small("east")
    east.user("anna", " ann@x.EXAMPLE")
    graph = beside(store, south.source(), east.source())
    boss = await as_(graph, "boss")

    async def linked(native: str, source: str) -> list[tuple[str, str]]:
        found = (await graph.data(boss, SAME, id=global_id(Kind.USER, native, source)))["user"]["sameAs"]
        return [(account["source"]["name"], account["displayName"]) for account in found]

    assert await linked("ann", "local") == [("south", "ann"), ("east", "anna")]
    assert await linked("ann", "south") == [("local", "ann"), ("east", "anna")]
    assert await linked("anna", "east") == [("local", "ann"), ("south", "ann")]
    assert await linked("ben", "local") == []


async def test_what_only_folds_to_the_same_address_is_somebody_else(store: Asking) -> None:
    east, west = Small("east"), Small("west")
    east.user("one", "one@straße.example")
    west.user("two", "one@strasse.example")
    west.user("three", "ONE@STRAßE.example")
    graph = beside(store, east.source(), west.source())
    boss = await as_(graph, "boss")

    found = await graph.data(boss, SAME, id=global_id(Kind.USER, "one", "east"))

    assert [account["displayName"] for account in found["user"]["sameAs"]] == ["three"]


async def test_an_account_is_linked_only_where_it_is_clear_whose_it_is(store: Asking, south: Small) -> None:
    south.user("ben", status=UserStatus.INACTIVE)
    south.user("ben2", "BEN@x.example")
    south.user("boss")
    south.user("boss2", "boss@x.example")
    south.user("left", "ann@x.example", UserStatus.DELETED)
    graph = beside(store, south.source())
    boss = await as_(graph, "boss")

    async def linked(native: str) -> list[str]:
        found = (await graph.data(boss, SAME, id=global_id(Kind.USER, native)))["user"]["sameAs"]
        return [account["displayName"] for account in found]

    assert await linked("ben") == ["ben2"]  # who can sign in
    assert await linked("boss") == []  # either could be
    assert await linked("ann") == ["ann"]  # the other one is gone


async def test_an_address_gives_no_rights(store: Asking, south: Small) -> None:
    graph = beside(store, south.source())
    query = (
        "query($id: ID!) { user(id: $id) { sameAs { email role { name } firstName ownedDashboards { totalCount } } } }"
    )
    ann = global_id(Kind.USER, "ann")

    to_ben = (await graph.data(await as_(graph, "ben"), query, id=ann))["user"]["sameAs"]
    to_ann = (await graph.data(await as_(graph, "ann"), query, id=ann))["user"]["sameAs"]

    assert to_ben == []  # who has no account in the south sees nobody there
    [account] = to_ann
    assert account["role"] == {"name": "Designer"}
    assert account["ownedDashboards"] == {"totalCount": 1}


async def test_a_silent_source_costs_its_own_place_among_the_accounts(store: Asking, south: Small) -> None:
    south.silent = True
    east = Small("east")
    east.user("anna", "ann@x.example")
    graph = beside(store, south.source(), east.source())

    answer = await graph.answer(await as_(graph, "boss"), SAME, id=global_id(Kind.USER, "ann"))

    assert [account and account["displayName"] for account in answer["data"]["user"]["sameAs"]] == [None, "anna"]
    [error] = answer["errors"]
    assert (error["path"], error["extensions"]["source"]) == (["user", "sameAs", 0], "south")


async def test_me_is_the_account_with_my_address(store: Asking, south: Small) -> None:
    graph = beside(store, south.source())
    query = "query($source: String!) { me(source: $source) { source { name } nativeId firstName } }"

    async def me(name: str, source: str) -> Any:
        return (await graph.data(await as_(graph, name), query, source=source))["me"]

    assert await me("ann", "south") == {"source": {"name": "south"}, "nativeId": "ann", "firstName": "ann"}
    assert (await me("ann", "local"))["nativeId"] == "ann"
    assert await me("ben", "south") is None
    [unknown] = await graph.errors(await as_(graph, "ann"), query, source="west")
    assert unknown["extensions"]["code"] == "BAD_USER_INPUT"


PERSON = """query($email: EmailAddress!, $scope: Scope! = VISIBLE, $first: Int, $after: String, $last: Int) {
    person(email: $email, scope: $scope) { email accounts { source { name } } sourceErrors { source code }
        dashboards(first: $first, after: $after, last: $last) { totalCount edges { node { title } cursor }
            pageInfo { hasNextPage endCursor } sourceErrors { source } }
        access(first: 10) { totalCount edges { node { role dashboard { title } } } sourceErrors { source } } } }"""


def titles(connection: dict[str, Any]) -> list[str]:
    return [(edge["node"].get("dashboard") or edge["node"])["title"] for edge in connection["edges"]]


async def test_a_person_has_one_list_of_dashboards_and_of_access_over_all_sources(store: Asking, south: Small) -> None:
    company = Company(store.world.database)
    await company.dashboard("more", "ben", title="d: more")
    await company.share("more", user="ann")
    south.dashboard("open", "cat", title="c: open", everyone=AccessRole.VIEW)
    graph = beside(store, south.source())
    boss = await as_(graph, "boss")

    found = (await graph.data(boss, PERSON, email=" ANN@x.example", scope="ALL", first=10))["person"]
    first = (await graph.data(boss, PERSON, email="ann@x.example", scope="ALL", first=1))["person"]["dashboards"]
    after = first["pageInfo"]["endCursor"]
    second = (await graph.data(boss, PERSON, email="ann@x.example", scope="ALL", first=1, after=after))["person"]
    last = (await graph.data(boss, PERSON, email="ann@x.example", scope="ALL", last=1))["person"]["dashboards"]

    assert found["email"] == "ann@x.example"
    assert [account["source"]["name"] for account in found["accounts"]] == ["local", "south"]
    assert (found["dashboards"]["totalCount"], titles(found["dashboards"])) == (2, ["a: sales", "b: plan"])
    assert (found["access"]["totalCount"], titles(found["access"])) == (
        4, ["a: sales", "b: plan", "c: open", "d: more"],
    )  # fmt: skip
    assert [edge["node"]["role"] for edge in found["access"]["edges"]] == ["OWNER", "OWNER", "VIEW", "VIEW"]
    assert (titles(first), first["pageInfo"]["hasNextPage"]) == (["a: sales"], True)
    assert (titles(second["dashboards"]), second["dashboards"]["pageInfo"]["hasNextPage"]) == (["b: plan"], False)
    assert titles(last) == ["b: plan"]


async def test_everybody_asks_about_themselves_and_only_administrators_about_others(
    store: Asking, south: Small
) -> None:
    graph = beside(store, south.source())
    ann, ben = await as_(graph, "ann"), await as_(graph, "ben")

    own = (await graph.data(ann, PERSON, email="Ann@x.example"))["person"]
    south.asked.clear()
    [of_another] = await graph.errors(ben, PERSON, email="ann@x.example")
    [of_nobody] = await graph.errors(ben, PERSON, email="nobody@x.example")
    nobody = await graph.data(await as_(graph, "boss"), PERSON, email="nobody@x.example")

    assert titles(own["access"]) == ["a: sales", "b: plan"]
    assert of_another == of_nobody
    assert of_another["extensions"]["code"] == "FORBIDDEN"
    assert nobody == {"person": None}
    assert south.asked == ["User"]  # by the administrator alone


async def test_what_is_missing_of_a_person_is_told(store: Asking, south: Small) -> None:
    south.silent = True
    graph = beside(store, south.source())

    answer = await graph.answer(await as_(graph, "boss"), PERSON, email="ann@x.example", scope="ALL")

    found = answer["data"]["person"]
    assert [account["source"]["name"] for account in found["accounts"]] == ["local"]
    assert found["sourceErrors"] == [{"source": "south", "code": "SOURCE_UNAVAILABLE"}]
    assert titles(found["dashboards"]) == ["b: plan"]
    assert (found["dashboards"]["totalCount"], found["access"]["totalCount"]) == (None, None)
    assert found["dashboards"]["sourceErrors"] == found["access"]["sourceErrors"] == [{"source": "south"}]
    assert found["dashboards"]["pageInfo"]["hasNextPage"] is True
    assert sorted(error["path"] for error in answer["errors"]) == [
        ["person"], ["person", "access"], ["person", "dashboards"],
    ]  # fmt: skip
