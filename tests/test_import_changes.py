"""Imports as mutations: what is looked at beforehand is what happens, and what happened can be undone."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from dashgraph.store.tables import dashboards, operations
from test_dashfile import dashboard
from test_import_export import Json, Person, person, same
from test_shares import snapshot

IMPORT = """mutation($input: ImportDashboardsInput!) { importDashboards(input: $input) { succeeded failed results {
    document pointer outcome reason dashboard { nativeId title state revision }
    warnings { code pointer } differences { pointer kind } differenceCount
    errors { __typename code message } operation { kind canBeUndone changes { noun before after } } } } }"""
UNDO = """mutation($input: UndoImportInput!) { undoImport(input: $input) {
    dashboard { title state } errors { __typename code message } operation { id kind } } }"""
UNDO_OPERATION = "mutation($input: UndoOperationInput!) { undoOperation(input: $input) { errors { code message } } }"
DOCUMENTS = frozenset({"operations", "datasources"})  # names of data sources once seen stay known
PUBLISH = "mutation($input: PublishDashboardInput!) { publishDashboard(input: $input) { errors { message } } }"
UPDATE = "mutation($input: UpdateDashboardInput!) { updateDashboard(input: $input) { errors { message } } }"
DELETE = "mutation($input: DeleteDashboardInput!) { deleteDashboard(input: $input) { errors { message } } }"
RESTORE = (
    "mutation($input: RestoreDeletedDashboardInput!) { restoreDeletedDashboard(input: $input) { errors { message } } }"
)
FIRST, SECOND = dashboard("plan", "a", "b", title="First"), dashboard("plan", "b", "c", title="Second")


async def send(me: Person, *documents: Any, **more: Any) -> list[Json]:
    """The results. A document is a JSON value, or an input of its own."""
    items = [
        item if isinstance(item, dict) and {"json", "text", "uploadId"} & set(item) else {"json": item}
        for item in documents
    ]
    given = {"source": "local", "documents": items} | more
    return list((await me.asking.data(me.viewer, IMPORT, input=given))["importDashboards"]["results"])


async def undo(me: Person, name: str = "plan", **more: Any) -> Json:
    given = {"dashboardId": global_id(Kind.DASHBOARD, name)} | more
    found: Json = (await me.asking.data(me.viewer, UNDO, input=given))["undoImport"]
    return found


async def code(me: Person, name: str = "plan") -> str:
    [error] = (await undo(me, name))["errors"]
    return str(error["code"])


async def undo_operation(me: Person, kind: str) -> None:
    """Undo the last operation of this kind."""
    last = select(operations.c.id).where(operations.c.kind == kind).order_by(operations.c.at.desc()).limit(1)
    async with me.asking.world.database.reading() as session:
        one = (await session.execute(last)).scalar_one()
    given = {"operationId": global_id(Kind.OPERATION, one)}
    assert (await me.asking.data(me.viewer, UNDO_OPERATION, input=given))["undoOperation"] == {"errors": []}


def told(results: list[Json]) -> list[Json]:
    """The results without what only a change that was made has: its audit entry, and ids that were made for it."""
    known = {"plan", "one", "two"}
    return [
        {key: value for key, value in one.items() if key not in {"operation", "dashboard"}}
        | {"dashboard": one["dashboard"] and one["dashboard"] | {"nativeId": one["dashboard"]["nativeId"] in known}}
        for one in results
    ]


async def change(me: Person, mutation: str, **more: Any) -> None:
    answer = await me.asking.data(me.viewer, mutation, input={"dashboardId": global_id(Kind.DASHBOARD, "plan")} | more)
    [payload] = answer.values()
    assert payload["errors"] == []


async def publish(me: Person) -> None:
    await change(me, PUBLISH)


async def state(me: Person) -> str:
    query = "query($id: ID!) { dashboard(id: $id) { state } }"
    return str((await me.asking.data(me.viewer, query, id=global_id(Kind.DASHBOARD, "plan")))["dashboard"]["state"])


async def test_each_dashboard_has_its_outcome_in_the_order_sent(empty: Asking) -> None:
    me = await person(empty, "me")
    await me.imports(dashboard("two", title="Former"))
    several = json.dumps([dashboard("one", "a"), {"oid": "broken", "title": 7}, dashboard("two", title="Two")])

    results = await send(
        me,
        {"text": several, "action": "OVERWRITE"},
        dashboard("three"),
        {"text": "{"},
        dashboard("one"),
        {"json": dashboard("x"), "text": "x"},
        action="FAIL",
    )

    assert [(one["document"], one["pointer"], one["outcome"]) for one in results] == [
        (0, "/0", "CREATED"),
        (0, "/1/title", "FAILED"),
        (0, "/2", "OVERWRITTEN"),
        (1, "", "CREATED"),
        (2, "", "FAILED"),
        (3, "/oid", "FAILED"),
        (4, "", "FAILED"),
    ]
    messages = [one["errors"][0]["message"] for one in results if one["errors"]]
    assert messages == [
        "Expected text, found a number (at /1/title)",
        "The file ends in the middle; was it cut off? (line 1, column 2)",
        "The dashboard id one is also in document 0/0 (at /oid)",
        "Send each document either as `text`, as `json` or by `uploadId`.",
    ]
    assert [one["dashboard"] and one["dashboard"]["title"] for one in results] == [
        "Plan", None, "Two", "Plan", None, None, None,
    ]  # fmt: skip
    assert same(await me.exports("two"), dashboard("two", title="Two"))


async def test_an_import_leaves_an_operation_with_every_row(empty: Asking) -> None:
    me = await person(empty, "me")

    [created] = await send(me, dashboard("plan", "a"))
    [skipped] = await send(me, dashboard("plan", "a"))

    assert created["errors"] == skipped["errors"] == []
    assert (created["operation"]["kind"], created["operation"]["canBeUndone"]) == ("importDashboard", True)
    assert [(row["noun"], row["before"]) for row in created["operation"]["changes"]] == [
        ("dashboard", None),
        ("dashboard version", None),
        ("widget", None),
    ]
    assert skipped["outcome"] == "SKIPPED"
    assert skipped["operation"]["changes"] == []


@pytest.mark.parametrize("atomic", [False, True])
@pytest.mark.parametrize("action", ["AUTO", "SKIP", "OVERWRITE", "DUPLICATE"])
async def test_a_dry_run_tells_just_what_the_import_does(empty: Asking, action: str, atomic: bool) -> None:
    me = await person(empty, "me")
    await me.imports(dashboard("plan", "a", "b", title="Former", style={"n": 1}))
    datasource = {"title": "New"}
    documents = [
        dashboard("plan", "b", "c", script="x", parentFolder="far", datasource=datasource),
        dashboard("one", "c", widgets=[{"oid": "shared", "datasource": datasource}]),
        dashboard("two", widgets=[{"oid": "shared"}]),  # taken by the one before
    ]
    before = await snapshot(empty, without=frozenset())

    tried = await send(me, *documents, action=action, atomic=atomic, dryRun=True)

    assert await snapshot(empty, without=frozenset()) == before
    assert [one["operation"] for one in tried] == [None] * 3
    done = await send(me, *documents, action=action, atomic=atomic)
    assert told(done) == told(tried)
    assert [warning["code"] for warning in done[2]["warnings"]] == ["WIDGET_IDS_REPLACED"]
    assert all(one["operation"] for one in done)


async def test_differences_and_warnings_name_their_places(empty: Asking) -> None:
    me = await person(empty, "me")
    await me.imports(dashboard("plan", "a", "b", title="Former", gone=1, style={"n": 1, "a/b": [1, 2]}))
    changed = dashboard("plan", "b", "c", title="Plan", style={"n": True, "a/b": [1, 3, 4]}, parentFolder="far")
    changed["widgets"][0]["script"] = "hostile()"
    changed["widgets"][1]["datasource"] = {"title": "New"}

    [done] = await send(me, changed, action="OVERWRITE")

    assert {(one["pointer"], one["kind"]) for one in done["differences"]} == {
        ("/title", "CHANGED"),
        ("/gone", "REMOVED"),
        ("/style/n", "CHANGED"),
        ("/style/a~1b/1", "CHANGED"),
        ("/style/a~1b/2", "ADDED"),
        ("/parentFolder", "ADDED"),
        ("/layout/columns/0/cells/0/subcells/0/elements/0/widgetid", "CHANGED"),
        ("/layout/columns/0/cells/0/subcells/0/elements/1/widgetid", "CHANGED"),
        ("/widgets/0/script", "ADDED"),
        ("/widgets/1", "ADDED"),
        ("/widgets/0", "REMOVED"),
    }
    assert done["differenceCount"] == 11
    assert done["warnings"] == [
        {"code": "SCRIPT", "pointer": "/widgets/0/script"},
        {"code": "FOLDER_UNKNOWN", "pointer": "/parentFolder"},
        {"code": "DATASOURCE_UNKNOWN", "pointer": "/widgets/1/datasource"},
    ]


async def test_of_many_differences_the_first_are_listed(empty: Asking) -> None:
    me = await person(empty, "me")
    await me.imports(dashboard("plan", numbers=list(range(300))))

    [skipped] = await send(me, dashboard("plan", numbers=[-1 - number for number in range(300)]), action="SKIP")

    assert (len(skipped["differences"]), skipped["differenceCount"]) == (100, 300)


async def test_all_or_none_comes_in(empty: Asking) -> None:
    me = await person(empty, "me")
    await me.imports(dashboard("two"))
    before = await snapshot(empty, without=frozenset())

    for broken in (dashboard("two", title="Taken"), {"title": 1}):
        results = await send(me, dashboard("one"), broken, dashboard("three"), action="FAIL", atomic=True)
        assert [one["outcome"] for one in results] == ["FAILED"] * 3
        assert results[0]["errors"][0]["message"].startswith("Not made, because item 1 cannot be: ")
    assert await snapshot(empty, without=frozenset()) == before

    results = await send(me, dashboard("one"), dashboard("three"), action="FAIL", atomic=True)
    assert [one["outcome"] for one in results] == ["CREATED"] * 2


async def test_the_same_key_imports_once(empty: Asking) -> None:
    me = await person(empty, "me")
    documents = [dashboard("plan"), dashboard("one")]
    first = await send(me, *documents, action="DUPLICATE", idempotencyKey="k")
    after = await snapshot(empty, without=frozenset())

    again = await send(me, *documents, action="DUPLICATE", idempotencyKey="k")
    [other, _] = await send(me, dashboard("else"), documents[1], idempotencyKey="k")

    assert again == first
    assert [error["code"] for error in other["errors"]] == ["BAD_USER_INPUT"]
    assert await snapshot(empty, without=frozenset()) == after


async def test_an_overwrite_can_be_bound_to_the_revision_looked_at(empty: Asking) -> None:
    me = await person(empty, "me")
    await me.imports(dashboard("plan"))
    before = await snapshot(empty)
    changed = {"json": dashboard("plan", title="Changed"), "action": "OVERWRITE"}

    [stale] = await send(me, changed | {"expectedRevision": 7})

    assert [(error["__typename"], error["code"]) for error in stale["errors"]] == [("StaleRevision", "STALE_REVISION")]
    assert await snapshot(empty) == before
    [done] = await send(me, changed | {"expectedRevision": 1})
    assert (done["outcome"], done["dashboard"]["revision"]) == ("OVERWRITTEN", 2)


async def test_viewers_see_an_overwrite_when_it_is_republished_by_who_may(empty: Asking) -> None:
    me, editor, friend = [await person(empty, name) for name in ("me", "editor", "friend")]
    company = Company(empty.world.database)
    first, second = dashboard("plan", "a", title="First"), dashboard("plan", "a", title="Second")
    await send(me, first, republish=True)
    assert await state(me) == "DRAFT"
    await company.share("plan", user="editor", rule="edit")
    await company.share("plan", user="friend")
    await publish(me)

    [kept] = await send(editor, second, action="OVERWRITE")
    before = await snapshot(empty)
    [refused] = await send(editor, first, action="OVERWRITE", republish=True)

    assert (kept["dashboard"]["state"], refused["errors"][0]["code"]) == ("MODIFIED", "FORBIDDEN")
    assert await snapshot(empty) == before
    assert same(await friend.exports("plan"), first)
    [done] = await send(me, second, action="OVERWRITE", republish=True)
    assert done["dashboard"]["state"] == "PUBLISHED"
    assert same(await friend.exports("plan"), second)
    await undo_operation(me, "importDashboard")
    assert await snapshot(empty) == before


async def test_a_dashboard_of_others_is_never_shown_by_importing_its_id(empty: Asking) -> None:
    me, other = [await person(empty, name) for name in ("me", "other")]
    await other.imports(FIRST)

    [skipped] = await send(me, SECOND, action="SKIP")
    [duplicate] = await send(me, SECOND, action="DUPLICATE")
    [refused] = await send(me, SECOND, action="OVERWRITE")

    assert (skipped["dashboard"], skipped["differences"], skipped["differenceCount"]) == (None, [], 0)
    assert (duplicate["differences"], duplicate["differenceCount"]) == ([], 0)
    assert "NOT_YOURS" in [warning["code"] for warning in duplicate["warnings"]]
    assert [error["code"] for error in refused["errors"]] == ["CONFLICT"]
    assert (await undo(other))["errors"] == []  # what somebody else skipped is no import of it


async def test_what_was_changed_since_its_import_is_not_called_the_same(empty: Asking) -> None:
    me = await person(empty, "me")
    await send(me, FIRST)
    await change(me, UPDATE, title="Edited")

    [again] = await send(me, FIRST)

    assert (again["outcome"], again["differences"]) == ("SKIPPED", [{"pointer": "/title", "kind": "CHANGED"}])
    assert again["reason"] == "this very document was imported before, and was changed here since"


async def test_what_cannot_be_asked_is_refused_as_a_whole(empty: Asking) -> None:
    me, reader = await person(empty, "me"), await person(empty, "reader", "viewer")
    many = {"text": json.dumps([dashboard(f"d{number}") for number in range(501)])}
    renamed = {"text": json.dumps([dashboard(f"e{number}") for number in range(501)])}
    before = await snapshot(empty, without=frozenset())

    async def refusal(who: Person, documents: list[Json], source: str = "local") -> str:
        given = {"source": source, "documents": documents}
        [error] = await empty.errors(who.viewer, IMPORT, input=given)
        return str(error["extensions"]["code"])

    assert await refusal(me, []) == "TOO_MUCH"
    assert await refusal(me, [many, renamed]) == "TOO_MUCH"
    assert await refusal(reader, [{"json": FIRST}]) == "FORBIDDEN"
    [elsewhere] = await send(me, FIRST, source="elsewhere")
    assert elsewhere["outcome"] == "FAILED"
    assert await snapshot(empty, without=frozenset()) == before


async def test_values_that_no_document_can_hold_fail_alone(empty: Asking) -> None:
    me = await person(empty, "me")
    query = """mutation { importDashboards(input: { source: "local", documents: [
        { json: { title: "Endless", number: 1e999 } }, { json: { title: "Plan", oid: "plan" } }, { json: 7 }] }) {
        results { outcome errors { message } } } }"""

    results = (await empty.data(me.viewer, query))["importDashboards"]["results"]

    assert [one["outcome"] for one in results] == ["FAILED", "CREATED", "FAILED"]


async def test_a_folder_of_ones_own_is_the_only_target(empty: Asking) -> None:
    me = await person(empty, "me")
    company = Company(empty.world.database)
    await company.user("other")
    await company.folder("mine", "me")
    await company.folder("theirs", "other")
    mine, theirs = (global_id(Kind.FOLDER, name) for name in ("mine", "theirs"))

    results = await send(me, {"json": dashboard("one"), "folderId": theirs}, dashboard("two"), folderId=mine)

    assert [one["outcome"] for one in results] == ["FAILED", "CREATED"]
    assert results[0]["errors"][0]["code"] == "NOT_FOUND"
    async with empty.world.database.reading() as session:
        found = await session.execute(select(dashboards.c.id, dashboards.c.folder_id))
        assert [tuple(row) for row in found] == [("two", "mine")]
