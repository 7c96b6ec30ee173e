"""What every mutation promises, proved for each by its name: a new one without a scenario fails."""

from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from dashgraph.domain.users import UserStatus
from dashgraph.graph.schema import schema
from test_shares import snapshot

MUTATION = schema._schema.mutation_type
assert isinstance(MUTATION, GraphQLObjectType)
FIELDS = MUTATION.fields


def d(name: str) -> str:
    return global_id(Kind.DASHBOARD, name)


def w(name: str) -> str:
    return global_id(Kind.WIDGET, name)


def u(name: str) -> str:
    return global_id(Kind.USER, name)


def g(name: str) -> str:
    return global_id(Kind.GROUP, name)


def f(name: str) -> str:
    return global_id(Kind.FOLDER, name)


def s(name: str) -> str:
    return global_id(Kind.SHARE, name)


GRANT = {"subjectId": g("team")}
DOCUMENT = {"title": "Imported", "oid": "5" * 24, "widgets": [{"oid": "6" * 24, "title": "w", "type": "pivot"}]}
HERE = {"source": "local"}

# An input that the administrator's rights carry out, for each mutation.
SCENARIOS: dict[str, dict[str, Any]] = {
    "addShare": {"dashboardId": d("one"), "grant": GRANT},
    "updateShare": {"shareId": s("one/user/ben"), "rule": "EDIT"},
    "removeShare": {"shareId": s("one/user/ben")},
    "setDashboardShares": {"dashboardId": d("one"), "grants": [GRANT]},
    "copyShares": {"fromDashboardId": d("one"), "toDashboardId": d("two")},
    "addShares": {"items": [{"dashboardId": d("one"), "grant": GRANT}]},
    "removeShares": {"items": [{"shareId": s("one/user/ben")}]},
    "changeDashboardOwner": {"dashboardId": d("one"), "ownerId": u("ben"), "asAdmin": True},
    "changeDashboardsOwner": {"items": [{"dashboardId": d("one"), "ownerId": u("ben"), "asAdmin": True}]},
    "transferOwnership": {"fromUserId": u("ann"), "toUserId": u("ben")},
    "createDashboard": HERE | {"title": "New"},
    "updateDashboard": {"dashboardId": d("one"), "title": "Renamed"},
    "duplicateDashboard": {"dashboardId": d("one")},
    "moveDashboard": {"dashboardId": d("one"), "folderId": f("sub")},
    "moveDashboards": {"items": [{"dashboardId": d("one"), "folderId": f("sub")}]},
    "publishDashboard": {"dashboardId": d("two")},
    "restoreDashboard": {"dashboardId": d("three")},
    "deleteDashboard": {"dashboardId": d("one")},
    "deleteDashboards": {"items": [{"dashboardId": d("one")}]},
    "restoreDeletedDashboard": {"dashboardId": d("gone")},
    "purgeDashboard": {"dashboardId": d("gone")},
    "createWidget": {"dashboardId": d("one"), "title": "New", "type": "pivot"},
    "updateWidget": {"widgetId": w("one-a"), "title": "Renamed"},
    "moveWidget": {"widgetId": w("one-a"), "toDashboardId": d("two")},
    "duplicateWidget": {"widgetId": w("one-a")},
    "deleteWidget": {"widgetId": w("one-a")},
    "deleteWidgets": {"items": [{"widgetId": w("one-a")}]},
    "createFolder": HERE | {"name": "New"},
    "renameFolder": {"folderId": f("sub"), "name": "Renamed"},
    "moveFolder": {"folderId": f("sub"), "parentId": None},
    "deleteFolder": {"folderId": f("sub")},
    "createUser": HERE | {"email": "new@x.example", "role": "designer"},
    "createUsers": {"items": [HERE | {"email": "new@x.example", "role": "designer"}]},
    "inviteUsers": HERE | {"emails": ["new@x.example"], "role": "viewer"},
    "updateUser": {"userId": u("ben"), "firstName": "Benjamin"},
    "setUserActive": {"userId": u("ben"), "active": False},
    "changeUserRole": {"userId": u("ben"), "role": "admin"},
    "deleteUser": {"userId": u("ben")},
    "deleteUsers": {"items": [{"userId": u("ben")}]},
    "restoreUser": {"userId": u("old")},
    "createGroup": HERE | {"name": "New"},
    "createGroups": {"items": [HERE | {"name": "New"}]},
    "updateGroup": {"groupId": g("team"), "name": "Renamed"},
    "deleteGroup": {"groupId": g("team")},
    "addUserToGroup": {"userId": u("ben"), "groupId": g("team")},
    "addUsersToGroup": {"items": [{"userId": u("ben"), "groupId": g("team")}]},
    "removeUserFromGroup": {"userId": u("ann"), "groupId": g("team")},
    "removeUsersFromGroup": {"items": [{"userId": u("ann"), "groupId": g("team")}]},
    "setUserGroups": {"userId": u("ben"), "groupIds": [g("team")]},
    "replaceDatasource": {},
    "importDashboards": HERE | {"documents": [{"json": DOCUMENT}]},
    "exportDashboards": {"dashboardIds": [d("one")]},
    "createUpload": HERE | {"size": 10, "sha256": "0" * 64},
    "undoImport": {"dashboardId": d("5" * 24)},
    "undoOperation": {},
}
# What anybody who may own things may do: the one who may not is a viewer.
OPEN_TO_DESIGNERS = {"createDashboard", "createFolder", "importDashboards", "createUpload"}


async def office(asking: Asking) -> Company:
    company = Company(asking.world.database)
    await company.user("boss", "admin")
    for name in ("ann", "ben", "eve"):
        await company.user(name)
    await company.user("vic", "viewer")
    await company.user("old", status=UserStatus.DELETED)
    await company.group("team", "ann")
    await company.folder("shelf", "ann")
    await company.folder("sub", "ann", parent="shelf")
    await company.dashboard("one", "ann", folder="shelf", tiles=("a", "b"))
    await company.share("one", user="ben")
    await company.dashboard("two", "ann", published=False, tiles=("c",))
    await company.dashboard("three", "ann", tiles=("d",))
    await company.change("three", title="three, changed", tiles=("d", "e"))
    await company.dashboard("gone", "ann")
    await company.delete_dashboard("gone")
    return company


async def send(asking: Asking, who: str, name: str, given: dict[str, Any]) -> dict[str, Any]:
    """The answer to a mutation; its results, one or many, are under `results`."""
    payload = get_named_type(FIELDS[name].type)
    kind = get_named_type(FIELDS[name].args["input"].type)
    assert isinstance(payload, GraphQLObjectType)
    assert isinstance(kind, GraphQLInputObjectType)
    selection = "errors { __typename code message path } operation { kind changes { noun } }"
    if "errors" not in payload.fields:
        selection = f"results {{ {selection} }}"
    query = f"mutation($input: {kind.name}!) {{ {name}(input: $input) {{ {selection} }} }}"
    answer = await asking.answer(await asking.viewer(f"{who}@x.example"), query, input=given)
    found = (answer.get("data") or {}).get(name)
    results = [] if found is None else [found] if "errors" in payload.fields else found["results"]
    return {"errors": answer.get("errors", []), "results": results}


async def prepared(asking: Asking, name: str) -> dict[str, Any]:
    """The input of the scenario, after what must have happened before."""
    await office(asking)
    given = dict(SCENARIOS[name])
    if name == "undoImport":
        done = await send(asking, "ann", "importDashboards", SCENARIOS["importDashboards"])
        assert not done["errors"]
    if name == "undoOperation":
        await send(asking, "ann", "addShare", SCENARIOS["addShare"])
        data = await asking.data(await asking.viewer("ann@x.example"), "{ operations { edges { node { id } } } }")
        given["operationId"] = data["operations"]["edges"][0]["node"]["id"]
    if name == "replaceDatasource":
        given |= {"dashboardId": d("one"), "from": {"title": "Sales", "address": "db"}, "to": {"title": "New"}}
    return given


def codes(answer: dict[str, Any]) -> list[str]:
    errors = answer["errors"] or [error for result in answer["results"] for error in result["errors"]]
    return [error.get("code") or error["extensions"]["code"] for error in errors]


def test_every_mutation_has_a_scenario() -> None:
    assert set(SCENARIOS) == set(FIELDS)


@pytest.mark.parametrize("name", FIELDS)
def test_every_mutation_takes_one_input_and_answers_a_payload(name: str) -> None:
    field = FIELDS[name]
    kind, payload = get_named_type(field.args["input"].type), get_named_type(field.type)
    capital = name[0].upper() + name[1:]

    assert list(field.args) == ["input"]
    assert (kind.name, payload.name) == (f"{capital}Input", f"{capital}Payload")
    assert isinstance(kind, GraphQLInputObjectType)
    assert isinstance(payload, GraphQLObjectType)
    assert {"dryRun", "idempotencyKey"} <= set(kind.fields)
    if "errors" not in payload.fields:
        assert str(payload.fields["results"].type).endswith("!]!")
    else:
        assert str(payload.fields["errors"].type) == "[UserError!]!"
        assert str(payload.fields["operation"].type) == "Operation"


@pytest.mark.parametrize("name", SCENARIOS)
async def test_every_mutation_keeps_its_promises(empty: Asking, name: str) -> None:
    given = await prepared(empty, name)
    stranger = "vic" if name in OPEN_TO_DESIGNERS else "eve"
    before = await snapshot(empty, without=frozenset())

    refused = await send(empty, stranger, name, given)
    assert codes(refused), "a stranger is refused"
    assert await snapshot(empty, without=frozenset()) == before, "a refusal changes nothing"

    tried = await send(empty, "boss", name, given | {"dryRun": True})
    assert codes(tried) == []
    assert await snapshot(empty, without=frozenset()) == before, "a dry run writes nothing"

    done = await send(empty, "boss", name, given)
    assert codes(done) == []
    assert done["results"]
    for result in done["results"]:
        assert result["operation"]["kind"], "every change leaves an operation"
    assert await snapshot(empty, without=frozenset()) != before


HIDDEN = [
    name for name, given in SCENARIOS.items() if any(isinstance(v, str) and v == d("one") for v in given.values())
]


@pytest.mark.parametrize("name", HIDDEN)
async def test_a_stranger_learns_nothing_of_what_is_hidden(empty: Asking, name: str) -> None:
    given = await prepared(empty, name)
    absent = {key: d("none") if value == d("one") else value for key, value in given.items()}

    assert await send(empty, "eve", name, given) == await send(empty, "eve", name, absent)
