"""The native store as a source."""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import groupby
from typing import Any, TypeVar, cast

from sqlalchemy import Select, text

from dashgraph.connectors.native import api
from dashgraph.connectors.native.changes.carrying import Changing
from dashgraph.connectors.native.changes.handlers import HANDLERS
from dashgraph.connectors.native.tables import NativeTables
from dashgraph.connectors.native.translate import Translator
from dashgraph.connectors.native.ways import ways
from dashgraph.domain.access import PERMISSION
from dashgraph.domain.changes import Changes, Outcome, Terms
from dashgraph.domain.exports import ExportedFile, ExportFormat
from dashgraph.domain.ids import Kind
from dashgraph.domain.lists import Entry, Listing, Lookup, Page, Position, Window, Wish
from dashgraph.domain.problems import Problem, UnsupportedBySource
from dashgraph.domain.retention import USUAL, Retention
from dashgraph.domain.schedules import USUAL_SCHEDULING, Scheduling
from dashgraph.domain.search import SEARCH, SearchFilter
from dashgraph.domain.sources import Capability, Card, Health, SourceKind, Status
from dashgraph.domain.viewers import Viewer
from dashgraph.store import access, search
from dashgraph.store.database import AnyRow, Database
from dashgraph.store.lists import Rows, count, page
from dashgraph.store.visibility import Asker

T = TypeVar("T")

NO_PROJECTS = "the store has folders, and no projects above them"
ELSEWHERE = {
    Capability.PROJECT_READ: NO_PROJECTS,
    Capability.PROJECT_ACCESS: NO_PROJECTS,
    Capability.PUBLIC_LINK: "dashgraph shows nothing to people who have not signed in",
    Capability.PROMOTE: "there is no project above to promote to; use copyDashboards",
    Capability.COMMENT_READ: "the store keeps no comments",
    Capability.REPORT_SEND: "dashgraph sends by itself: use createSchedule and runSchedule",
}
CARD = Card(SourceKind.NATIVE, dict.fromkeys(Capability) | ELSEWHERE, unable={"updateScheduleSettings": NO_PROJECTS})


class NativeSource:
    """Answers the port from SQL, one statement a question, the viewer's rights in it."""

    card = CARD
    keeps_trail = True

    def __init__(
        self, database: Database, retention: Retention = USUAL, scheduling: Scheduling = USUAL_SCHEDULING
    ) -> None:
        self._database = database
        self._retention = retention
        self._changing = Changing(database, HANDLERS, retention, scheduling)
        self.tables = NativeTables(database)
        self.name = database.name

    async def status(self) -> Status:
        try:
            async with self._database.reading() as session:
                await session.execute(text("SELECT 1"))
        except Problem as problem:
            return Status(Health.DOWN, problem.message)
        return Status(Health.UP, version=self._database.dialect)

    def tiles(self, viewer: Viewer, dashboard: str) -> None:
        return None

    def draws(self, viewer: Viewer, kind: Kind) -> Collection[ExportFormat]:
        return ()

    async def export(self, viewer: Viewer, kind: Kind, native: str, form: ExportFormat) -> ExportedFile:
        message = f"{self.name} keeps dashboards and draws none; dashgraph draws its own sheets of them."
        raise UnsupportedBySource(message, source=self.name)

    async def things(self, viewer: Viewer, lookup: Lookup[T], ids: Sequence[str]) -> Mapping[str, T]:
        asker, translator = Asker(viewer, self.name), Translator(self.name, viewer)
        found: Mapping[str, Any]
        if lookup.name in api.NOWHERE:
            return {}
        if lookup.name == PERMISSION.name:
            rows = await self._all(access.permissions(asker, ids))
            found = {
                one: translator.access(list(paths), as_admin=asker.everything)
                for one, paths in groupby(rows, key=lambda row: row.dashboard_id)
            }
        elif lookup.name in api.GROUPED:
            grouped = api.GROUPED[lookup.name]
            rows = await self._all(grouped.statement(asker, ids))
            found = {one: grouped.read(translator, list(its)) for one, its in groupby(rows, key=grouped.key)}
        else:
            question = api.LOOKUPS[lookup.name]
            rows = await self._all(question.statement(asker, ids))
            found = {question.key(row): question.read(translator, row) for row in rows}
        return found

    async def page(self, viewer: Viewer, listing: Listing[T], wish: Wish) -> Page[T]:
        if listing.name in api.NOWHERE:
            return Page()
        asker, translator = Asker(viewer, self.name), Translator(self.name, viewer, self._retention)
        rows = await self._all(self._paged(self._root(asker, listing, wish), wish))
        items = [[row] for row in rows]
        if listing.name == SEARCH.name:
            wanted = cast("SearchFilter", wish.filter).text
            return self._cut(items, wish.window, lambda item: translator.hit(item[0], wanted))
        read = api.ROOTS[listing.name].read
        return self._cut(items, wish.window, lambda item: read(translator, item[0]))

    async def count(self, viewer: Viewer, listing: Listing[T], wish: Wish) -> int:
        if listing.name in api.NOWHERE:
            return 0
        rows = await self._all(count(self._root(Asker(viewer, self.name), listing, wish)))
        return cast("int", rows[0][0])

    def _root(self, asker: Asker, listing: Listing[T], wish: Wish) -> Rows:
        if listing.name == SEARCH.name:
            return search.rows(asker, cast("SearchFilter", wish.filter))
        question = api.ROOTS[listing.name]
        return question.rows(asker, wish.filter or question.nothing)

    async def pages(
        self, viewer: Viewer, listing: Listing[T], parents: Sequence[str], wish: Wish
    ) -> Mapping[str, Page[T]]:
        asker, translator = Asker(viewer, self.name), Translator(self.name, viewer)
        nothing: Page[T] = Page()
        pages = dict.fromkeys(parents, nothing)
        if listing.name in api.NOWHERE:
            return pages
        if listing.name in api.PATHS:
            rows = await self._all(ways(asker, listing, parents, wish).page(wish, dialect=self._database.dialect))
            for parent, under in groupby(rows, key=lambda row: row.at_parent):
                items = [list(paths) for _, paths in groupby(under, key=lambda row: row.at_place)]
                pages[parent] = self._cut(items, wish.window, translator.access)
            return pages
        question = api.EDGES[listing.name]
        found = question.rows(asker, parents, wish.filter or question.nothing)
        rows = await self._all(self._paged(found, wish))
        for parent, under in groupby(rows, key=lambda row: row.at_parent):
            items = [[row] for row in under]
            pages[parent] = self._cut(items, wish.window, lambda item: question.read(translator, item[0]))
        return pages

    async def counts(
        self, viewer: Viewer, listing: Listing[T], parents: Sequence[str], wish: Wish
    ) -> Mapping[str, int]:
        if listing.name in api.NOWHERE:
            return {}
        asker = Asker(viewer, self.name)
        if listing.name in api.PATHS:
            statement = ways(asker, listing, parents, wish).count()
        else:
            question = api.EDGES[listing.name]
            statement = count(question.rows(asker, parents, wish.filter or question.nothing))
        return {row.at_parent: row.how_many for row in await self._all(statement)}

    async def change_all(self, viewer: Viewer, changes: Changes, terms: Terms) -> Mapping[int, Outcome]:
        return await self._changing.all(viewer, changes, terms)

    async def change_each(self, viewer: Viewer, changes: Changes, terms: Terms) -> Mapping[int, Outcome]:
        return await self._changing.each(viewer, changes, terms)

    def _paged(self, rows: Rows, wish: Wish) -> Select[Any]:
        return page(rows, wish, source=self.name, dialect=self._database.dialect)

    async def _all(self, statement: Select[Any]) -> Sequence[AnyRow]:
        async with self._database.reading() as session:
            rows: Sequence[AnyRow] = (await session.execute(statement)).all()
            return rows

    def _cut(
        self, items: Sequence[Sequence[AnyRow]], window: Window, read: Callable[[Sequence[AnyRow]], Any]
    ) -> Page[Any]:
        """A page of items, each of one or more rows, without the item that only told whether there are more."""
        more = len(items) > window.size
        entries = [
            Entry(read(item), Position(item[0].at_value, self.name, item[0].at_tie)) for item in items[: window.size]
        ]
        if window.backward:
            return Page(entries[::-1], has_next=window.before is not None, has_previous=more)
        return Page(entries, has_next=more, has_previous=window.after is not None)
