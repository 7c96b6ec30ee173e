"""What every mutation promises, proved for each by its name: a new one without a scenario fails."""

from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type
from sqlalchemy import update

from company import Company, global_id
from conftest import Asking
from dashgraph.connectors.native.changes.handlers import HANDLERS
from dashgraph.connectors.native.source import CARD
from dashgraph.domain.ids import Kind
from dashgraph.domain.users import UserStatus
from dashgraph.domain.written_changes import MODULES, changes
from dashgraph.graph.schema import schema
from dashgraph.store.tables import users
from test_shares import snapshot
from workshop import Workshop

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


def c(name: str) -> str:
    return global_id(Kind.SCHEDULE, name)


def a(name: str) -> str:
    return global_id(Kind.ALERT, name)


def j(name: str) -> str:
    return global_id(Kind.JOB, name)


GRANT = {"subjectId": g("team")}
TO_BEN = [{"email": {"recipients": [{"userId": u("ben")}]}}]
DOCUMENT = {"title": "Imported", "oid": "5" * 24, "widgets": [{"oid": "6" * 24, "title": "w", "type": "pivot"}]}
HERE = {"source": "local"}
PASSWORD = "correct horse battery"

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
    "changePassword": {"currentPassword": PASSWORD, "newPassword": PASSWORD + "!"},
    "resetPassword": {"userId": u("ben")},
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
    "copyDashboards": {"dashboardIds": [d("one")], "toSource": "local", "action": "DUPLICATE"},
    "exportDashboards": {"dashboardIds": [d("one")]},
    "exportDashboard": {"dashboardId": d("one"), "format": "JSON"},
    "exportWidget": {"widgetId": w("one-a"), "format": "CSV"},
    "createUpload": HERE | {"size": 10, "sha256": "0" * 64},
    "createSchedule": {"dashboardId": d("one"), "name": "New", "cron": "0 9 * * 1", "format": "PDF", "targets": TO_BEN},
    "updateSchedule": {"scheduleId": c("weekly"), "name": "Renamed"},
    "deleteSchedule": {"scheduleId": c("weekly")},
    "setScheduleEnabled": {"scheduleId": c("weekly"), "enabled": False},
    "setSchedulesEnabled": {"items": [{"scheduleId": c("weekly"), "enabled": False}]},
    "changeScheduleOwner": {"scheduleId": c("weekly"), "ownerId": u("ben")},
    "changeSchedulesOwner": {"items": [{"scheduleId": c("weekly"), "ownerId": u("ben")}]},
    "runSchedule": {"scheduleId": c("weekly")},
    "testSchedule": {"dashboardId": d("one")},
    "createAlert": {"dashboardId": d("one"), "name": "New", "format": "PDF", "targets": TO_BEN},
    "updateAlert": {"alertId": a("alarm"), "name": "Renamed"},
    "deleteAlert": {"alertId": a("alarm")},
    "setAlertEnabled": {"alertId": a("alarm"), "enabled": False},
    "changeAlertOwner": {"alertId": a("alarm"), "ownerId": u("ben")},
    "testAlert": {"alertId": a("alarm"), "values": {"revenue": 12}},
    "triggerAlert": {"alertId": a("alarm"), "values": {"revenue": 12}},
    "undoImport": {"dashboardId": d("5" * 24)},
    "cancelJob": {"jobId": j("export")},
    "undoOperation": {},
}
LINK = {"dashboardId": d("one")}
PROJECT = {"projectId": global_id(Kind.PROJECT, "sales")}

# What other systems can do and the store cannot.
ELSEWHERE: dict[str, dict[str, Any]] = {
    "grantProjectAccess": PROJECT | {"subjectId": u("ben"), "role": "viewer"},
    "revokeProjectAccess": PROJECT | {"subjectId": u("ben")},
    "updateScheduleSettings": PROJECT | {"timezone": "Europe/Berlin"},
    "setPublicLink": LINK | {"enabled": True},
    "rotatePublicLink": LINK,
    "addPublicLinkPassword": LINK | {"note": "for the board"},
    "removePublicLinkPassword": LINK | {"passwordId": "1"},
    "promoteDashboard": LINK,
    "sendReport": LINK | {"recipientIds": [u("ben")]},
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
    workshop = Workshop(asking.world.database)
    await workshop.schedule("weekly", "ann", "one")
    await workshop.alert("alarm", "ann", "one")
    await workshop.job("export", asked_by="ann", dashboard_id="one")
    return company


async def send(asking: Asking, who: str, name: str, given: dict[str, Any]) -> dict[str, Any]:
    """The answer to a mutation; its results, one or many, are under `results`."""
    payload = payload_of(name)
    kind = get_named_type(FIELDS[name].args["input"].type)
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
    if name == "changePassword":
        hashed = await asking.world.identity.hashed(PASSWORD)
        async with asking.world.database.writing() as session:
            await session.execute(update(users).where(users.c.id == "boss").values(password_hash=hashed))
    if name == "undoOperation":
        await send(asking, "ann", "addShare", SCENARIOS["addShare"])
        data = await asking.data(await asking.viewer("ann@x.example"), "{ operations { edges { node { id } } } }")
        given["operationId"] = data["operations"]["edges"][0]["node"]["id"]
    if name == "replaceDatasource":
        given |= {"dashboardId": d("one"), "from": {"title": "Sales", "address": "db"}, "to": {"title": "New"}}
    return given


def payload_of(name: str) -> GraphQLObjectType:
    payload = get_named_type(FIELDS[name].type)
    assert isinstance(payload, GraphQLObjectType)
    return payload


def codes(answer: dict[str, Any]) -> list[str]:
    errors = answer["errors"] or [error for result in answer["results"] for error in result["errors"]]
    return [error.get("code") or error["extensions"]["code"] for error in errors]


def test_every_change_is_known_whatever_else_is_loaded() -> None:
    assert {change.__module__ for change in changes().values()} <= {module.__name__ for module in MODULES}


def test_every_mutation_has_a_scenario() -> None:
    assert set(SCENARIOS) | set(ELSEWHERE) == set(FIELDS)


def test_every_change_is_carried_out_by_the_store_or_refused_on_its_card() -> None:
    refused = {name for name, change in changes().items() if CARD.refusal(change.NEEDS, name) is not None}

    assert refused == set(ELSEWHERE)
    assert {change.__name__ for change in HANDLERS} == {name[0].upper() + name[1:] for name in set(changes()) - refused}


@pytest.mark.parametrize("name", ELSEWHERE)
async def test_what_the_store_cannot_do_is_refused_with_its_reason_and_without_a_question(
    empty: Asking, name: str
) -> None:
    await office(empty)
    before = await snapshot(empty, without=frozenset())

    for dry_run in (True, False):
        [refused] = (await send(empty, "boss", name, ELSEWHERE[name] | {"dryRun": dry_run}))["results"]

        assert empty.statements == []
        [error] = refused["errors"]
        assert (error["__typename"], error["code"]) == ("UnsupportedBySource", "UNSUPPORTED_BY_SOURCE")
        assert error["message"].startswith("local cannot do this: ")
        assert refused["operation"] is None
    assert await snapshot(empty, without=frozenset()) == before


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
        kind = result["operation"]["kind"]
        assert kind == name or (kind in {*FIELDS, "importDashboard"} and "errors" not in payload_of(name).fields)
    assert await snapshot(empty, without=frozenset()) != before


def revised(given: dict[str, Any], field: Any) -> dict[str, Any] | None:
    """The input with a revision that nothing is at, if it takes one; of a bulk form, or an import, its items."""
    kind = get_named_type(field.type)
    assert isinstance(kind, GraphQLInputObjectType)
    if "expectedRevision" in kind.fields:
        return given | {"expectedRevision": 999}
    items = next((name for name in ("items", "documents") if name in kind.fields), None)
    below = items and revised(given[items][0], kind.fields[items])
    return {**given, items: [below]} if below else None


@pytest.mark.parametrize("name", SCENARIOS)
async def test_every_mutation_that_takes_a_revision_refuses_a_stale_one(empty: Asking, name: str) -> None:
    stale = revised(await prepared(empty, name), FIELDS[name].args["input"])
    if stale is None:
        return
    if name == "importDashboards":
        await send(empty, "boss", name, SCENARIOS[name])
        stale["action"] = "OVERWRITE"
    before = await snapshot(empty, without=frozenset())

    refused = await send(empty, "boss", name, stale)

    assert codes(refused) == ["STALE_REVISION"]
    assert await snapshot(empty, without=frozenset()) == before


HIDDEN = [
    name for name, given in SCENARIOS.items() if any(isinstance(v, str) and v == d("one") for v in given.values())
]


@pytest.mark.parametrize("name", HIDDEN)
async def test_a_stranger_learns_nothing_of_what_is_hidden(empty: Asking, name: str) -> None:
    given = await prepared(empty, name)
    absent = {key: d("none") if value == d("one") else value for key, value in given.items()}

    assert await send(empty, "eve", name, given) == await send(empty, "eve", name, absent)
