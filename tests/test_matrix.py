"""Every mutation on every live source: what its card refuses is refused by name and reason, and nobody is asked."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from conftest import Stores
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.written_changes import changes
from five import Five, five
from test_mutations import ELSEWHERE, FIELDS, PASSWORD, SCENARIOS, payload_of

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

# Mutations that are about no source, or about dashgraph's own store whatever is sent.
OF_NO_SOURCE = {"undoOperation", "copyDashboards"}
MORE: dict[str, dict[str, Any]] = {
    "replaceDatasource": {"from": {"title": "Sales"}, "to": {"title": "New"}},
    "changePassword": {"currentPassword": PASSWORD, "newPassword": PASSWORD + "!"},
}
# The change that each item of a bulk mutation asks for.
SINGLE = {
    name: name.removesuffix("s") for name in SCENARIOS if name not in changes() and name.removesuffix("s") in changes()
} | {
    "changeDashboardsOwner": "changeDashboardOwner",
    "changeSchedulesOwner": "changeScheduleOwner",
    "setSchedulesEnabled": "setScheduleEnabled",
    "addUsersToGroup": "addUserToGroup",
    "removeUsersFromGroup": "removeUserFromGroup",
    "importDashboards": "importDashboard",
}


@pytest.fixture
async def world(stores: Stores) -> AsyncIterator[Five]:
    async with five(stores) as found:
        yield found


def there(value: Any, source: str) -> Any:
    """The input of a scenario, as it is said of another source."""
    if isinstance(value, dict):
        return {key: there(item, source) for key, item in value.items()}
    if isinstance(value, list):
        return [there(item, source) for item in value]
    if value == "local":
        return source
    one = ResourceId.decode(value) if isinstance(value, str) else None
    return value if one is None else ResourceId(source, one.kind, one.native).encode()


async def send(world: Five, name: str, given: dict[str, Any]) -> list[dict[str, Any]]:
    """The errors of each result."""
    kind = get_named_type(FIELDS[name].args["input"].type)
    assert isinstance(kind, GraphQLInputObjectType)
    selection = "errors { __typename code message }"
    single = "errors" in payload_of(name).fields
    shown = selection if single else f"results {{ {selection} }}"
    query = f"mutation($input: {kind.name}!) {{ {name}(input: $input) {{ {shown} }} }}"
    answer = await world.asking.answer(await world.admin(), query, input=given)
    assert "errors" not in answer, (name, answer["errors"])
    found = answer["data"][name]
    results = [found] if single else found["results"]
    return [error for result in results for error in result["errors"]]


@pytest.mark.parametrize("source", ["sisense", "lightdash", "holistics", "posthog"])
async def test_every_mutation_on_every_source(world: Five, source: str) -> None:
    card = world.asking.world.reading.card(source)
    refused, made = set(), set()
    for name, given in (SCENARIOS | ELSEWHERE).items():
        if name in OF_NO_SOURCE:
            continue
        change = changes()[SINGLE.get(name, name)]
        reason = card.refusal(change.NEEDS, SINGLE.get(name, name))
        wanted = there(given, source) | MORE.get(name, {})
        if name == "replaceDatasource":
            wanted["dashboardId"] = there(SCENARIOS["publishDashboard"]["dashboardId"], source)
        if "dryRun" in get_named_type(FIELDS[name].args["input"].type).fields:
            wanted["dryRun"] = True
        world.calls()

        errors = await send(world, name, wanted)

        if reason is not None and name != "changePassword":
            assert [(error["__typename"], error["code"]) for error in errors] == [
                ("UnsupportedBySource", "UNSUPPORTED_BY_SOURCE")
            ], (name, errors)
            assert errors[0]["message"] == f"{source} cannot do this: {reason}."
            assert sum(world.calls().values()) == 0, name
            refused.add(name)
        else:
            assert not any(error["message"].startswith(f"{source} cannot do this") for error in errors), (name, errors)
            lines = [call.line for call in world.fakes[source].calls]
            assert all(line.startswith("GET") or "searches" in line or "login" in line for line in lines), (name, lines)
            made.add(name)
    assert len(made) > 5
