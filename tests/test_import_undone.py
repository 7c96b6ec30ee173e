"""Undoing an import: what was there comes back to the byte, and what was created goes to the trash."""

import json

import pytest
from sqlalchemy import select

from company import Company
from conftest import Asking
from dashgraph.store.tables import dashboards
from test_dashfile import dashboard
from test_import_changes import (
    DELETE,
    DOCUMENTS,
    FIRST,
    RESTORE,
    SECOND,
    UPDATE,
    change,
    code,
    publish,
    send,
    state,
    told,
    undo,
    undo_operation,
)
from test_import_export import REAL, person, real, same
from test_shares import snapshot


@pytest.mark.parametrize("action", ["SKIP", "OVERWRITE", "DUPLICATE", "FAIL"])
async def test_the_real_pair_has_each_outcome_and_goes_back(empty: Asking, action: str) -> None:
    first, second = map(real, REAL)
    me, native = await person(empty, "me"), first["oid"]
    outcomes = {"SKIP": "SKIPPED", "OVERWRITE": "OVERWRITTEN", "DUPLICATE": "DUPLICATED", "FAIL": "FAILED"}
    await send(me, {"text": json.dumps(first)})
    before = await snapshot(empty, without=DOCUMENTS)

    [tried] = await send(me, second, action=action, dryRun=True)
    [done] = await send(me, second, action=action)

    assert done["outcome"] == outcomes[action]
    [tried_told], [done_told] = told([tried]), told([done])
    assert tried_told == done_told
    if action in {"SKIP", "FAIL"}:
        assert await snapshot(empty, without=DOCUMENTS) == before
        return
    assert done["differenceCount"] > 0
    if action == "OVERWRITE":
        assert same(await me.exports(native), second)
    undone = await undo(me, done["dashboard"]["nativeId"])
    assert undone["errors"] == []
    assert same(await me.exports(native), first)
    await undo_operation(me, "undoImport")
    await undo_operation(me, "importDashboard")
    assert await snapshot(empty, without=DOCUMENTS) == before


@pytest.mark.parametrize("published", [False, True])
@pytest.mark.parametrize("since", ["nothing", "edited", "published", "edited after publishing"])
async def test_undoing_an_import_brings_back_what_was_whatever_happened_since(
    empty: Asking, published: bool, since: str
) -> None:
    me, friend = [await person(empty, name) for name in ("me", "friend")]
    await me.imports(FIRST)
    if published:
        await Company(empty.world.database).share("plan", user="friend")
        await publish(me)
    former = await state(me)
    await send(me, SECOND, action="OVERWRITE")
    if since == "edited":
        await change(me, UPDATE, title="Edited")
    if "publish" in since:
        await publish(me)
    if since == "edited after publishing":
        await change(me, UPDATE, title="Edited")

    undone = await undo(me)

    assert undone["errors"] == []
    assert (undone["operation"]["kind"], undone["dashboard"]) == ("undoImport", {"title": "First", "state": former})
    assert same(await me.exports("plan"), FIRST)
    if published:
        assert same(await friend.exports("plan"), FIRST)
    assert await code(me) == "INVALID_STATE"
    await change(me, UPDATE, title="Goes on")
    await publish(me)


async def test_undoing_keeps_working_content_and_published_version_apart(empty: Asking) -> None:
    me, friend = [await person(empty, name) for name in ("me", "friend")]
    await me.imports(FIRST)
    await Company(empty.world.database).share("plan", user="friend")
    await publish(me)
    await send(me, SECOND, action="OVERWRITE")  # first is published, second is worked on
    third = dashboard("plan", "d", title="Third")
    before = await snapshot(empty)
    await send(me, third, action="OVERWRITE", republish=True)
    assert same(await friend.exports("plan"), third)

    tried = await undo(me, dryRun=True)
    assert same(await friend.exports("plan"), third)
    undone = await undo(me)

    assert tried["dashboard"] == undone["dashboard"] == {"title": "Second", "state": "MODIFIED"}
    assert same(await me.exports("plan"), SECOND)
    assert same(await friend.exports("plan"), FIRST)
    await undo_operation(me, "undoImport")
    assert same(await friend.exports("plan"), third)
    await undo_operation(me, "importDashboard")
    assert await snapshot(empty) == before


async def test_a_dashboard_shared_since_stays_visible(empty: Asking) -> None:
    me, friend = [await person(empty, name) for name in ("me", "friend")]
    await me.imports(FIRST)
    await send(me, SECOND, action="OVERWRITE")
    await Company(empty.world.database).share("plan", user="friend")
    await publish(me)

    assert (await undo(me))["dashboard"] == {"title": "First", "state": "PUBLISHED"}

    assert same(await friend.exports("plan"), FIRST)


async def test_undoing_the_import_that_created_it_is_the_trash(empty: Asking) -> None:
    me, editor, stranger = [await person(empty, name) for name in ("me", "editor", "stranger")]
    await send(me, FIRST)
    await Company(empty.world.database).share("plan", user="editor", rule="edit")
    before = await snapshot(empty)

    assert [await code(editor), await code(stranger)] == ["FORBIDDEN", "NOT_FOUND"]
    assert await snapshot(empty) == before
    assert await undo(me, dryRun=True) == {"dashboard": None, "errors": [], "operation": None}
    assert await snapshot(empty) == before
    assert (await undo(me))["errors"] == []
    async with empty.world.database.reading() as session:
        assert (await session.execute(select(dashboards.c.deleted_by))).scalar_one() == "me"
    assert await code(me) == "INVALID_STATE"
    assert await code(editor) == "NOT_FOUND"
    await change(me, RESTORE)
    assert same(await me.exports("plan"), FIRST)


async def test_deleting_does_not_stand_in_the_way(empty: Asking) -> None:
    me = await person(empty, "me")
    await me.imports(FIRST)
    await send(me, SECOND, action="OVERWRITE")
    await change(me, DELETE)

    assert await undo(me) | {"operation": None} == {"dashboard": None, "errors": [], "operation": None}

    await change(me, RESTORE)
    assert same(await me.exports("plan"), FIRST)


async def test_editors_undo_an_overwrite_and_viewers_do_not(empty: Asking) -> None:
    me, editor, reader = [await person(empty, name) for name in ("me", "editor", "reader")]
    await me.imports(FIRST)
    company = Company(empty.world.database)
    await company.share("plan", user="editor", rule="edit")
    await company.share("plan", user="reader")
    await publish(me)
    await send(me, SECOND, action="OVERWRITE")
    before = await snapshot(empty)

    assert await code(reader) == "FORBIDDEN"
    [stale] = (await undo(editor, expectedRevision=99))["errors"]
    assert stale["code"] == "STALE_REVISION"
    assert await snapshot(empty) == before
    assert (await undo(editor))["errors"] == []
    assert same(await me.exports("plan"), FIRST)


async def test_without_an_import_that_changed_it_there_is_nothing_to_undo(empty: Asking) -> None:
    me = await person(empty, "me")
    await Company(empty.world.database).dashboard("made", "me")
    await send(me, FIRST)
    await send(me, FIRST, action="SKIP")
    before = await snapshot(empty)

    assert [await code(me, "made"), await code(me, "plan"), await code(me, "absent")] == [
        "INVALID_STATE",
        "INVALID_STATE",
        "NOT_FOUND",
    ]
    assert await snapshot(empty) == before


async def test_an_older_import_counts_again_when_the_later_is_undone_as_an_operation(empty: Asking) -> None:
    me = await person(empty, "me")
    await send(me, FIRST)
    await send(me, SECOND, action="OVERWRITE")
    await undo_operation(me, "importDashboard")
    assert same(await me.exports("plan"), FIRST)

    assert (await undo(me)) | {"operation": None} == {"dashboard": None, "errors": [], "operation": None}
