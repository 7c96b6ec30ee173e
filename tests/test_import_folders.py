"""Folders that an import goes into by their names, and makes where they are not there."""

from typing import Any

import pytest

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from test_dashfile import dashboard
from test_import_changes import DOCUMENTS, RESTORE, UNDO_OPERATION, change, send, undo, undo_operation
from test_import_export import Json, Person, person
from test_shares import snapshot

FOLDERS = "{ folders { edges { node { nativeId name owner { displayName } ancestors { name } } } } }"
WHERE = "query($id: ID!) { dashboard(id: $id) { folder { name nativeId ancestors { name } } } }"
PATH = ["Sales", "Europe"]
PLAN, OTHER = dashboard("plan", "a", title="Plan"), dashboard("other", "b", title="Other")


async def paths(me: Person) -> list[str]:
    found = (await me.asking.data(me.viewer, FOLDERS))["folders"]["edges"]
    return sorted(path(edge["node"]) for edge in found)


def path(folder: Json) -> str:
    return "/".join([*(one["name"] for one in folder["ancestors"]), folder["name"]])


async def path_of(me: Person, name: str = "plan") -> str | None:
    found = (await me.asking.data(me.viewer, WHERE, id=global_id(Kind.DASHBOARD, name)))["dashboard"]["folder"]
    return None if found is None else path(found)


def codes(results: list[Json]) -> list[list[str]]:
    return [[error["code"] for error in one["errors"]] for one in results]


@pytest.fixture
async def me(empty: Asking) -> Person:
    return await person(empty, "me")


async def test_a_missing_path_is_an_error_unless_it_may_be_made(empty: Asking, me: Person) -> None:
    before = await snapshot(empty, without=frozenset())

    [refused] = await send(me, PLAN, folderPath=PATH)
    [tried] = await send(me, PLAN, folderPath=PATH, createMissing=True, dryRun=True)
    assert await snapshot(empty, without=frozenset()) == before
    [done] = await send(me, PLAN, folderPath=PATH, createMissing=True)

    assert refused["errors"][0]["code"] == "NOT_FOUND"
    assert refused["errors"][0]["message"] == "You have no folder Sales / Europe; say createMissing to have it made."
    assert (tried["outcome"], done["outcome"], done["errors"]) == ("CREATED", "CREATED", [])
    assert [row["noun"] for row in done["operation"]["changes"]].count("folder") == 2
    assert await paths(me) == ["Sales", "Sales/Europe"]
    assert await path_of(me) == "Sales/Europe"


async def test_what_is_there_is_used_and_only_ones_own(empty: Asking, me: Person) -> None:
    company = Company(empty.world.database)
    await company.user("else")
    await company.folder("Sales", "else")
    await company.folder("mine", "me")

    results = await send(
        me,
        {"json": PLAN, "folderPath": ["MINE", " Europe "]},
        {"json": OTHER, "folderPath": ["mine", "europe"]},
        {"json": dashboard("third"), "folderPath": ["Sales"]},
        createMissing=True,
    )

    assert codes(results) == [[], [], []]
    assert await paths(me) == ["Sales", "mine", "mine/Europe"]
    assert [await path_of(me, name) for name in ("plan", "other", "third")] == ["mine/Europe", "mine/Europe", "Sales"]
    owners = (await me.asking.data(me.viewer, FOLDERS))["folders"]["edges"]
    assert {edge["node"]["owner"]["displayName"] for edge in owners} == {"me"}
    assert await send(me, {"json": dashboard("fourth"), "folderPath": ["Mine", "Europe"]})  # now it is there


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"folderPath": ["x" * 256]}, "BAD_USER_INPUT"),
        ({"folderPath": ["Sales", " "]}, "BAD_USER_INPUT"),
        ({"folderPath": ["deep"] * 21}, "BAD_USER_INPUT"),
        ({"folderPath": ["Sales"], "folderId": global_id(Kind.FOLDER, "mine")}, "BAD_USER_INPUT"),
        ({"folderId": global_id(Kind.FOLDER, "none")}, "NOT_FOUND"),
    ],
)
async def test_what_cannot_be_a_folder_makes_nothing(
    empty: Asking, me: Person, given: dict[str, Any], code: str
) -> None:
    await Company(empty.world.database).folder("mine", "me")
    before = await snapshot(empty, without=frozenset())

    [refused] = await send(me, PLAN, createMissing=True, **given)

    assert [error["code"] for error in refused["errors"]] == [code]
    assert await snapshot(empty, without=frozenset()) == before


async def test_the_folder_that_a_document_names_is_made_for_new_ones_only(empty: Asking, me: Person) -> None:
    left = {"parentFolder": "5f00000000000000000000ff"}

    [dropped] = await send(me, PLAN | left)
    [taken, again] = await send(me, OTHER | left, dashboard("third") | left, createMissing=True)
    [overwritten] = await send(me, PLAN | left | {"title": "Anew"}, createMissing=True, action="OVERWRITE")

    assert [one["warnings"] for one in (taken, again, overwritten)] == [[], [], []]
    assert [warning["code"] for warning in dropped["warnings"]] == ["FOLDER_UNKNOWN"]
    assert await paths(me) == ["5f00000000000000000000ff"]
    assert [await path_of(me, name) for name in ("plan", "other", "third")] == [None, *["5f00000000000000000000ff"] * 2]


async def test_a_folder_with_the_id_that_a_document_names_is_the_one(empty: Asking, me: Person) -> None:
    await Company(empty.world.database).folder("drawer", "me")

    await send(me, PLAN | {"parentFolder": "drawer"}, createMissing=True)

    assert (await paths(me), await path_of(me)) == (["drawer"], "drawer")


async def test_an_overwrite_goes_where_it_is_asked_to(empty: Asking, me: Person) -> None:
    await send(me, PLAN)

    [done] = await send(me, PLAN | {"title": "Anew"}, action="OVERWRITE", folderPath=PATH, createMissing=True)

    assert done["outcome"] == "OVERWRITTEN"
    assert await path_of(me) == "Sales/Europe"


async def test_what_is_skipped_makes_no_folder(empty: Asking, me: Person) -> None:
    await send(me, PLAN)

    [skipped] = await send(me, PLAN, folderPath=PATH, createMissing=True)

    assert skipped["outcome"] == "SKIPPED"
    assert await paths(me) == []


@pytest.mark.parametrize("way", ["undoImport", "undoOperation"])
async def test_empty_folders_go_with_their_import(empty: Asking, me: Person, way: str) -> None:
    boss = await person(empty, "boss", "admin")
    before = await snapshot(empty, without=DOCUMENTS)
    await send(me, PLAN, folderPath=PATH, createMissing=True)
    after = await snapshot(empty, without=DOCUMENTS)

    if way == "undoOperation":
        await undo_operation(me, "importDashboard")
        assert await snapshot(empty, without=DOCUMENTS) == before
    else:
        assert (await undo(me))["errors"] == []
        assert await paths(me) == []
        await change(me, RESTORE)
        assert await path_of(me) is None, "its folder is gone, so it comes back at the top"
        await undo_operation(me, "restoreDeletedDashboard")
    await undo_operation(boss, way)
    assert await snapshot(empty, without=DOCUMENTS) == after


@pytest.mark.parametrize("way", ["undoImport", "undoOperation"])
async def test_a_folder_that_somebody_uses_stays(empty: Asking, me: Person, way: str) -> None:
    await send(me, PLAN, folderPath=PATH, createMissing=True)
    await send(me, OTHER, folderPath=["Sales"])

    if way == "undoImport":
        assert (await undo(me))["errors"] == []
    else:
        await undo_first(me)

    assert await paths(me) == ["Sales"]
    assert await path_of(me, "other") == "Sales"


async def undo_first(me: Person) -> None:
    """Undo the import of the plan, which was not the last."""
    about = (
        f'{{ operations(filter: {{about: ["{global_id(Kind.DASHBOARD, "plan")}"]}}) {{ edges {{ node {{ id }} }} }} }}'
    )
    [edge] = (await me.asking.data(me.viewer, about))["operations"]["edges"]
    done = await me.asking.data(me.viewer, UNDO_OPERATION, input={"operationId": edge["node"]["id"]})
    assert done["undoOperation"]["errors"] == []


async def test_a_folder_that_was_renamed_since_stays(empty: Asking, me: Person) -> None:
    await send(me, PLAN, folderPath=["Sales"], createMissing=True)
    [edge] = (await me.asking.data(me.viewer, FOLDERS))["folders"]["edges"]
    rename = "mutation($input: RenameFolderInput!) { renameFolder(input: $input) { errors { message } } }"
    given = {"folderId": global_id(Kind.FOLDER, edge["node"]["nativeId"]), "name": "Kept"}
    await me.asking.data(me.viewer, rename, input=given)

    await undo_first(me)

    assert await paths(me) == ["Kept"]
