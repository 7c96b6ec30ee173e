"""Documents go in whole or not at all, and come out as they went in."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from company import Company
from conftest import SHARED, Asking, asking
from dashgraph.domain.changes import Terms
from dashgraph.domain.dash import Document
from dashgraph.domain.formats.reading import read
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.imports import (
    DocumentWarningCode,
    ImportAction,
    ImportDashboard,
    Imported,
    ImportOutcome,
    check_may_import,
)
from dashgraph.domain.problems import Conflict, Forbidden, NotFound
from dashgraph.domain.viewers import TokenScope, Viewer
from dashgraph.services.documents import dash_file
from dashgraph.store.database import Database
from dashgraph.store.tables import dashboards, editions, metadata, widgets
from test_dashfile import dashboard, values_of

Json = dict[str, Any]
REAL = ("tabber-buttons.dash", "tabber-dropdown.dash")


def real(name: str) -> Json:
    path = SHARED / "data" / "sisense" / name
    if not path.exists():
        pytest.skip("the real exported dashboards are not on this machine")
    return json.loads(path.read_bytes())


@pytest.fixture(params=["made", "real"])
def pair(request: pytest.FixtureRequest) -> tuple[Json, Json]:
    """Two documents with one id and the same widget ids, which differ."""
    if request.param == "real":
        first, second = map(real, REAL)
    else:
        first = dashboard("plan", "a", "b", title="First", script="widget.on('b')")
        second = dashboard("plan", "b", "c", title="Second", script="widget.on('b')", extra=None)
    assert first["oid"] == second["oid"]
    return first, second


class Person:
    """Somebody who imports and exports."""

    def __init__(self, asking: Asking, viewer: Viewer) -> None:
        self.asking = asking
        self.viewer = viewer

    async def imports(self, document: Json, action: ImportAction = ImportAction.AUTO, **more: Any) -> Imported:
        [candidate] = read(json.dumps(document).encode())
        assert isinstance(candidate.document, dict), candidate.document
        document_text = Document.of(candidate.document)
        wish = ImportDashboard(place="local", document=document_text, action=action, **more)
        check_may_import(self.viewer)
        outcome = await self.asking.world.changing.one(self.viewer, wish, Terms())
        if outcome.problem is not None:
            raise outcome.problem
        return Imported.of(outcome.facts)

    async def exports(self, one: ResourceId | str) -> Json:
        one = one if isinstance(one, ResourceId) else ResourceId("local", Kind.DASHBOARD, one)
        [exported] = await self.asking.world.documents.give_out(self.viewer, [one])
        return json.loads(dash_file([exported.document]))


async def person(asking: Asking, name: str, role: str = "designer") -> Person:
    return Person(asking, await asking.viewer(await Company(asking.world.database).user(name, role)))


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal in every key, in the order of the keys too."""
    return json.dumps(one) == json.dumps(other)


async def contents(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the audit trail."""
    async with database.reading() as session:
        return {
            table.name: sorted((tuple(row) for row in await session.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
            if table.name != "operations"
        }


async def rows(asking: Asking, statement: Any) -> list[tuple[Any, ...]]:
    async with asking.world.database.reading() as session:
        return [tuple(row) for row in await session.execute(statement)]


async def widget_ids(asking: Asking, dashboard_id: str) -> list[str]:
    """The ids of the widgets in all editions, by place."""
    statement = select(widgets.c.id).where(widgets.c.dashboard_id == dashboard_id)
    return [one for (one,) in await rows(asking, statement.order_by(widgets.c.edition, widgets.c.position))]


def placed(document: Json) -> list[str]:
    """The widget ids that stand in a made layout."""
    elements = document["layout"]["columns"][0]["cells"][0]["subcells"][0]["elements"]
    return [element["widgetid"] for element in elements]


def moved(document: Json, native: str, ids: list[str]) -> Json:
    """What the document must be under other ids: they change wherever they stand, except in its JavaScript."""
    written = json.dumps(document).replace(document["oid"], native)
    for widget, one in zip(document["widgets"], ids, strict=True):
        written = written.replace(f'"{widget["oid"]}"', f'"{one}"')
    return {**json.loads(written), "script": document["script"]}


@pytest.mark.parametrize("name", REAL)
async def test_a_real_file_comes_out_equal_in_every_key(empty: Asking, name: str) -> None:
    document, me = real(name), await person(empty, "me")

    imported = await me.imports(document)

    told = (imported.outcome, imported.native, imported.title, imported.widgets, imported.reason)
    assert told == (ImportOutcome.CREATED, document["oid"], document["title"], 4, None)
    warnings = [warning.code for warning in imported.warnings]
    assert warnings == [DocumentWarningCode.SCRIPT, DocumentWarningCode.DATASOURCE_UNKNOWN]
    assert same(await me.exports(imported.native), document)


async def test_auto_duplicates_what_differs_and_skips_what_does_not(empty: Asking, pair: tuple[Json, Json]) -> None:
    first, second = pair
    me = await person(empty, "me")

    created, duplicated = await me.imports(first), await me.imports(second)
    native = duplicated.native
    ids = await widget_ids(empty, native)

    assert created.outcome is ImportOutcome.CREATED
    assert duplicated.outcome is ImportOutcome.DUPLICATED
    assert native != first["oid"]
    assert len(set(ids)) == len(second["widgets"])
    assert not set(ids) & set(await widget_ids(empty, first["oid"]))
    assert same(await me.exports(created.native), first)
    assert same(await me.exports(native), moved(second, native, ids))
    assert duplicated.reason == f"the id {first['oid']} was taken; its script still names widgets by their old ids"

    before = await contents(empty.world.database)
    again = [await me.imports(document) for document in (first, second, first)]
    assert [one.outcome for one in again] == [ImportOutcome.SKIPPED] * 3
    assert [one.native for one in again] == [first["oid"], native, first["oid"]]
    assert await contents(empty.world.database) == before


async def test_skip_keeps_what_is_there(empty: Asking, pair: tuple[Json, Json]) -> None:
    first, second = pair
    me = await person(empty, "me")
    await me.imports(first, ImportAction.SKIP)
    before = await contents(empty.world.database)

    skipped = await me.imports(second, ImportAction.SKIP)

    assert (skipped.outcome, skipped.native) == (ImportOutcome.SKIPPED, first["oid"])
    assert await contents(empty.world.database) == before


async def test_fail_refuses_an_id_that_is_taken(empty: Asking, pair: tuple[Json, Json]) -> None:
    first, second = pair
    me = await person(empty, "me")
    await me.imports(first, ImportAction.FAIL)
    before = await contents(empty.world.database)

    with pytest.raises(Conflict, match=first["oid"]):
        await me.imports(second, ImportAction.FAIL)

    assert await contents(empty.world.database) == before


async def test_duplicate_gives_new_ids_even_to_the_same_document(empty: Asking, pair: tuple[Json, Json]) -> None:
    first, _ = pair
    me = await person(empty, "me")
    await me.imports(first, ImportAction.DUPLICATE)

    duplicates = [await me.imports(first, ImportAction.DUPLICATE) for _ in range(2)]
    natives = [one.native for one in duplicates]
    ids = [await widget_ids(empty, native) for native in (first["oid"], *natives)]

    assert [one.outcome for one in duplicates] == [ImportOutcome.DUPLICATED] * 2
    assert len({*natives, first["oid"]}) == 3
    assert len({one for several in ids for one in several}) == 3 * len(first["widgets"])
    assert same(await me.exports(first["oid"]), first)
    for native, of_it in zip(natives, ids[1:], strict=True):
        assert same(await me.exports(native), moved(first, native, of_it))


async def test_overwrite_takes_the_document_and_nothing_else(empty: Asking, pair: tuple[Json, Json]) -> None:
    first, second = pair
    me, native = await person(empty, "me"), first["oid"]
    company = Company(empty.world.database)
    await company.folder("plans", "me")
    await company.user("friend")
    created = await me.imports(first, folder=ResourceId("local", Kind.FOLDER, "plans"))
    await company.share(native, user="friend")
    before = await contents(empty.world.database)

    overwritten = await me.imports(second, ImportAction.OVERWRITE)

    assert (overwritten.outcome, overwritten.native) == (ImportOutcome.OVERWRITTEN, created.native)
    assert same(await me.exports(native), second)
    after = await contents(empty.world.database)
    assert {name for name in after if after[name] != before[name]} <= {
        "dashboards",
        "editions",
        "widgets",
        "datasources",
    }
    [row] = await rows(empty, select(dashboards.c.owner_id, dashboards.c.folder_id, dashboards.c.revision))
    assert row == ("me", "plans", 2)
    assert [len(after[name]) for name in ("editions", "widgets")] == [1, len(second["widgets"])]


async def test_overwriting_leaves_what_is_published(empty: Asking) -> None:
    me, friend = await person(empty, "me"), await person(empty, "friend")
    first, second = dashboard("plan", "a", "b", title="First"), dashboard("plan", "b", "c", title="Second")
    third = dashboard("plan", "d", title="Third")
    await me.imports(first)
    await Company(empty.world.database).share("plan", user="friend")
    async with empty.world.database.writing() as session:
        await session.execute(update(dashboards).values(published=1))
        await session.execute(update(editions).values(published_at=select(dashboards.c.created_at).scalar_subquery()))

    for document in (second, third):
        await me.imports(document, ImportAction.OVERWRITE)
        assert same(await me.exports("plan"), document)
        assert same(await friend.exports("plan"), first)

    state = "{ dashboards { edges { node { title state revision widgets { totalCount } } } } }"
    [mine] = (await empty.data(me.viewer, state))["dashboards"]["edges"]
    [theirs] = (await empty.data(friend.viewer, state))["dashboards"]["edges"]
    assert mine["node"] == {"title": "Third", "state": "MODIFIED", "revision": 3, "widgets": {"totalCount": 1}}
    assert theirs["node"] == {"title": "First", "state": "MODIFIED", "revision": 3, "widgets": {"totalCount": 2}}
    assert await rows(empty, select(editions.c.number).order_by(editions.c.number)) == [(1,), (3,)]


async def test_overwriting_is_for_those_who_may_edit(empty: Asking) -> None:
    owner, editor, member, reader, stranger, admin = [
        await person(empty, name, "admin" if name == "admin" else "designer")
        for name in ("owner", "editor", "member", "reader", "stranger", "admin")
    ]
    company = Company(empty.world.database)
    await company.group("team", "member")
    await company.folder("theirs", "editor")
    await owner.imports(dashboard("plan", "a"))
    await company.share("plan", user="editor", rule="edit")
    await company.share("plan", group="team", rule="edit")
    await company.share("plan", user="reader", rule="view")
    changed = dashboard("plan", "a", title="Changed")
    before = await contents(empty.world.database)

    for refused in (reader, stranger):
        with pytest.raises(Conflict, match="not yours to overwrite"):
            await refused.imports(changed, ImportAction.OVERWRITE)
    with pytest.raises(Conflict, match="Only its owner may move"):
        await editor.imports(changed, ImportAction.OVERWRITE, folder=ResourceId("local", Kind.FOLDER, "theirs"))
    assert await contents(empty.world.database) == before

    for allowed in (editor, member, admin):
        assert (await allowed.imports(changed, ImportAction.OVERWRITE)).outcome is ImportOutcome.OVERWRITTEN
        assert same(await owner.exports("plan"), changed)
        [row] = await rows(empty, select(dashboards.c.owner_id, dashboards.c.folder_id))
        assert row == ("owner", None)


async def test_an_id_of_a_dashboard_that_is_not_mine_is_a_collision(empty: Asking) -> None:
    me, other = await person(empty, "me"), await person(empty, "other")
    document = dashboard("plan", "a")
    await other.imports(document)

    mine = await me.imports(document)

    assert mine.outcome is ImportOutcome.DUPLICATED
    assert same(await other.exports("plan"), document)
    assert (await me.imports(document)).native == mine.native
    with pytest.raises(NotFound):
        await me.exports("plan")


async def test_the_id_of_a_deleted_dashboard_is_not_given_again(empty: Asking) -> None:
    me = await person(empty, "me")
    document = dashboard("plan", "a")
    await me.imports(document)
    await Company(empty.world.database).delete_dashboard("plan")

    again = await me.imports(document)

    assert again.outcome is ImportOutcome.DUPLICATED
    assert again.native != "plan"
    with pytest.raises(Conflict, match="is in the trash; restore it first"):
        await me.imports(document, ImportAction.OVERWRITE)


async def test_a_widget_id_that_another_dashboard_has_is_given_anew(empty: Asking) -> None:
    me = await person(empty, "me")
    first, second = dashboard("one", "a", "b"), dashboard("two", "b", "c", script="widget('b')")
    await me.imports(first)

    imported = await me.imports(second)
    found = await me.exports("two")

    new, kept = await widget_ids(empty, "two")
    assert kept == "c"
    assert new not in {"a", "b", "c"}
    assert imported.outcome is ImportOutcome.CREATED
    assert imported.reason == ("taken widget ids replaced: 1; its script still names widgets by their old ids")
    assert placed(found) == [new, "c"]
    assert [(widget["oid"], widget["dashboardid"]) for widget in found["widgets"]] == [(new, "two"), ("c", "two")]
    assert same(found, moved(second, "two", [new, "c"]))
    assert same(await me.exports("one"), first)

    await me.imports(dashboard("two", "a", "c"), ImportAction.OVERWRITE)
    newer, kept = await widget_ids(empty, "two")
    assert kept == "c"
    assert newer not in {"a", "b", "c", new}
    assert same(await me.exports("one"), first)


async def test_widgets_may_be_a_map(empty: Asking) -> None:
    me = await person(empty, "me")
    document = dashboard("plan", "a", "b", "c")
    document["widgets"] = {widget["oid"]: widget for widget in document["widgets"]} | {"odd/key": {"title": "x"}}

    await me.imports(document)
    duplicate = (await me.imports(document, ImportAction.DUPLICATE)).native

    assert same(await me.exports("plan"), document)
    found, ids = await me.exports(duplicate), await widget_ids(empty, duplicate)
    assert list(found["widgets"]) == [*ids[:3], "odd/key"]
    assert [widget.get("oid") for widget in found["widgets"].values()] == [*ids[:3], None]
    assert placed(found) == ids[:3]
    assert not set(ids) & set(await widget_ids(empty, "plan"))


async def test_only_what_names_a_renamed_widget_is_rewritten(empty: Asking) -> None:
    me = await person(empty, "me")
    elements: list[Any] = [
        {"widgetid": []},
        {"widgetid": "a", "note": "a"},
        {"widgetId": "a"},
        {"widgetid": "other"},
        7,
    ]
    layout = {"columns": [{"cells": [{"subcells": [{"elements": elements}]}, None]}]}
    held = [{"oid": "a", "dashboardid": "elsewhere", "note": "a"}, {"dashboardid": "plan"}]
    document = dashboard("plan", layout=layout, widgets=held, note="a plan")

    await me.imports(document)
    native = (await me.imports(document, ImportAction.DUPLICATE)).native

    new, _ = await widget_ids(empty, native)
    elements[1]["widgetid"] = elements[2]["widgetId"] = new
    held[0]["oid"], held[1]["dashboardid"] = new, native
    assert same(await me.exports(native), {**document, "oid": native})


@pytest.mark.parametrize(
    "held",
    [None, [], {}, [{}, {"title": "x"}, {"oid": None}], [{"oid": "a", "dashboardid": "elsewhere"}]],
    ids=["null", "none", "an empty map", "without ids", "of another dashboard"],
)
async def test_widgets_of_every_form_come_out_as_they_went_in(empty: Asking, held: Any) -> None:
    me = await person(empty, "me")
    document = dashboard("plan", widgets=held)

    imported = await me.imports(document)

    assert imported.widgets == len(held or [])
    assert same(await me.exports("plan"), document)
    assert len(set(await widget_ids(empty, "plan"))) == len(held or [])


async def test_a_document_without_widgets_layout_and_id_is_known_by_a_new_id(empty: Asking) -> None:
    me = await person(empty, "me")

    one, other = [await me.imports({"title": "Plan"}) for _ in range(2)]

    assert one.native != other.native
    assert same(await me.exports(one.native), {"title": "Plan"})
    null = await me.imports({"oid": None, "title": "Plan", "widgets": [{"oid": "a"}]})
    clash = await me.imports({"oid": None, "title": "Plan", "widgets": [{"oid": "a"}]})
    assert (await me.exports(null.native))["oid"] is None
    assert (await me.exports(clash.native))["oid"] is None


async def test_javascript_is_kept_as_text(empty: Asking) -> None:
    me = await person(empty, "me")
    script = "dashboard.on('domready', () => { throw '</script>\u2028' })"
    document = dashboard("plan", widgets=[{"oid": "a", "script": script}, {"oid": "b", "script": ""}], script=script)
    query = "{ dashboards { edges { node { hasScript raw widgets { edges { node { hasScript raw } } } } } } }"

    await me.imports(document)
    [edge] = (await empty.data(me.viewer, query))["dashboards"]["edges"]

    found = edge["node"]
    assert found["hasScript"] is True
    assert found["raw"] == {**document, "widgets": ["a", "b"]}
    assert [one["node"]["hasScript"] for one in found["widgets"]["edges"]] == [True, False]
    assert [one["node"]["raw"] for one in found["widgets"]["edges"]] == document["widgets"]
    assert same(await me.exports("plan"), document)


async def test_text_that_a_database_refuses_is_tamed_in_columns_only(empty: Asking) -> None:
    me = await person(empty, "me")
    odd = "a\0b \ud83d \udca9\ud83d\ude00"  # U+0000, halves of characters, and a whole one
    document = dashboard(
        "plan",
        title=odd,
        desc=odd,
        type=odd,
        datasource={"title": odd},
        widgets=[{"oid": "a", "title": odd}],
        x={odd: odd},
    )
    query = "{ dashboards { edges { node { title description widgets { edges { node { title } } } } } } }"

    imported = await me.imports(document)
    [edge] = (await empty.data(me.viewer, query))["dashboards"]["edges"]

    tamed = "a\ufffdb \ufffd \ufffd\U0001f600"
    assert (edge["node"]["title"], edge["node"]["description"]) == (tamed, tamed)
    assert edge["node"]["widgets"]["edges"][0]["node"]["title"] == tamed
    assert same(await me.exports(imported.native), document)


async def test_endless_texts_are_kept_whole(empty: Asking) -> None:
    me = await person(empty, "me")
    title = "".join(chr(0x4E00 + (number * 7919) % 20000) for number in range(20_000))  # nothing to compress
    document = dashboard("plan", title=title, desc=title, datasource={"title": title}, widgets=[{"title": title}])

    await me.imports(document)
    await me.imports({**document, "x": 1}, ImportAction.OVERWRITE)

    assert same(await me.exports("plan"), {**document, "x": 1})


async def test_numbers_of_every_size_survive(empty: Asking) -> None:
    me = await person(empty, "me")
    document = dashboard("plan", numbers=[2**63, 10**4000, -(2**64), 1e308, 5e-324, 0.1, 1.0, -0.0])

    await me.imports(document)

    assert same(await me.exports("plan"), document)


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[Person]:
    async with asking(str(tmp_path / "store.sqlite3")) as found:
        yield await person(found, "me")


values = values_of(st.floats(allow_nan=False, allow_infinity=False))
more_values = st.dictionaries(st.text(st.characters(), max_size=4), values, max_size=4)


@settings(
    max_examples=40,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(more=more_values, layout=more_values, script=st.none() | st.text(), widget=more_values, key=st.text(max_size=3))
async def test_whatever_else_a_document_has_survives(
    alone: Person, more: Json, layout: Json, script: str | None, widget: Json, key: str
) -> None:
    own = {"oid": "a", "title": "", "type": None, "subtype": None, "desc": None, "datasource": None}
    document = {
        **more, "title": "Plan", "oid": "plan", "desc": None, "type": None, "filters": None, "datasource": None,
        "layout": layout, "script": script, "widgets": {key: {**widget, **own}, f"{key}.": {}},
    }  # fmt: skip
    for written in (document, {**document, "widgets": list(document["widgets"].values())}):
        await alone.imports(written, ImportAction.OVERWRITE)
        assert same(await alone.exports("plan"), written)


async def test_an_import_that_fails_at_its_last_row_leaves_nothing_behind(empty: Asking) -> None:
    me = await person(empty, "me")
    await me.imports(dashboard("old", widgets=[{"title": "taken"}]))
    await me.imports(dashboard("plan", "a", title="First"))
    async with empty.world.database.writing() as session:
        await session.execute(text("CREATE UNIQUE INDEX one_title ON widgets (title) WHERE title <> ''"))
    before = await contents(empty.world.database)
    broken = [{"oid": "b", "title": "free"}, {"oid": "c", "title": "taken"}]

    for oid, action in (("new", ImportAction.AUTO), ("plan", ImportAction.DUPLICATE), ("plan", ImportAction.OVERWRITE)):
        with pytest.raises(Conflict, match="same things at the same moment"):
            await me.imports(dashboard(oid, widgets=broken, datasource={"title": "New"}), action)
        assert await contents(empty.world.database) == before

    broken[1]["title"] = "free too"
    assert (await me.imports(dashboard("new", widgets=broken))).outcome is ImportOutcome.CREATED


async def test_twenty_imports_at_once_all_succeed(empty: Asking) -> None:
    me = await person(empty, "me")
    documents = [dashboard(f"plan-{number}", "shared", f"own-{number}") for number in range(20)]

    imported = await asyncio.gather(*(me.imports(document) for document in documents))

    assert [one.outcome for one in imported] == [ImportOutcome.CREATED] * 20
    ids = [one for (one,) in await rows(empty, select(widgets.c.id))]
    assert len(set(ids)) == len(ids) == 40
    assert sum(one.reason is None for one in imported) == 1


async def test_one_document_imported_twenty_times_at_once_is_created_once(empty: Asking) -> None:
    me = await person(empty, "me")

    imported = await asyncio.gather(*(me.imports(dashboard("plan", "a")) for _ in range(20)))

    outcomes = [one.outcome for one in imported]
    assert (outcomes.count(ImportOutcome.CREATED), outcomes.count(ImportOutcome.SKIPPED)) == (1, 19)
    assert {one.native for one in imported} == {"plan"}


async def test_importing_is_for_those_who_may_own_dashboards(empty: Asking) -> None:
    reader, designer = await person(empty, "reader", "viewer"), await person(empty, "designer")
    narrow = Person(empty, replace(designer.viewer, scopes=frozenset({TokenScope.DASHBOARDS_READ})))
    before = await contents(empty.world.database)

    with pytest.raises(Forbidden, match="import as a designer"):
        await reader.imports(dashboard())
    with pytest.raises(Forbidden, match="dashboards:write"):
        await narrow.imports(dashboard())
    assert await contents(empty.world.database) == before

    assert (await designer.imports(dashboard())).outcome is ImportOutcome.CREATED


async def test_a_folder_to_import_into_is_one_of_my_own(empty: Asking) -> None:
    me = await person(empty, "me")
    company = Company(empty.world.database)
    await company.user("other")
    await company.folder("mine", "me")
    await company.folder("theirs", "other")
    before = await contents(empty.world.database)

    for source, native in (("local", "theirs"), ("local", "absent"), ("elsewhere", "mine"), ("local", "\0\ud800")):
        with pytest.raises(NotFound, match="no such folder of yours"):
            await me.imports(dashboard(), folder=ResourceId(source, Kind.FOLDER, native))
    assert await contents(empty.world.database) == before

    await me.imports(dashboard(), folder=ResourceId("local", Kind.FOLDER, "mine"))
    assert await rows(empty, select(dashboards.c.folder_id)) == [("mine",)]


async def test_an_overwrite_moves_a_dashboard_only_when_told_where(empty: Asking) -> None:
    me = await person(empty, "me")
    await Company(empty.world.database).folder("mine", "me")
    await me.imports(dashboard())

    await me.imports(dashboard(), ImportAction.OVERWRITE, folder=ResourceId("local", Kind.FOLDER, "mine"))
    await me.imports(dashboard(), ImportAction.OVERWRITE)

    assert await rows(empty, select(dashboards.c.folder_id)) == [("mine",)]


async def test_export_gives_what_the_viewer_sees_in_the_order_asked(empty: Asking) -> None:
    me, stranger = await person(empty, "me"), await person(empty, "stranger")
    for name in ("one", "two"):
        await me.imports(dashboard(name, f"{name}-a", f"{name}-b"))
    one, two = (ResourceId("local", Kind.DASHBOARD, name) for name in ("one", "two"))
    empty.statements.clear()

    exported = await empty.world.documents.give_out(me.viewer, [two, one, two])

    assert [found.dashboard for found in exported] == [two, one]
    assert len(empty.statements) == 2
    for hidden in (one, ResourceId("local", Kind.DASHBOARD, "absent")):
        with pytest.raises(NotFound, match=f"There is no dashboard {hidden.native}, or it is hidden from you"):
            await stranger.asking.world.documents.give_out(stranger.viewer, [hidden])
