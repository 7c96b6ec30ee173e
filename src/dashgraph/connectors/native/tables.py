"""The native store's answers as columns: which one is which attribute, and the statements, each made once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Select, case, func, null

from dashgraph.connectors.native import api, ways
from dashgraph.connectors.native.translate import Translator
from dashgraph.domain.dashboards import (
    DASHBOARD,
    DASHBOARDS,
    DASHBOARDS_OF_FOLDER,
    DASHBOARDS_OF_OWNER,
)
from dashgraph.domain.folders import CHILDREN_OF_FOLDER, FOLDER, FOLDERS
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.groups import GROUP, GROUPS, GROUPS_OF_USER
from dashgraph.domain.ids import Kind
from dashgraph.domain.lists import Listing, Lookup, Wish
from dashgraph.domain.rows import ID, TIE, VALUE, Columns, reference
from dashgraph.domain.shares import SHARES_OF_DASHBOARD, SHARES_OF_GROUP
from dashgraph.domain.users import USER, USERS, USERS_OF_GROUP
from dashgraph.domain.viewers import Viewer
from dashgraph.domain.widgets import WIDGET, WIDGETS, WIDGETS_OF_DASHBOARD
from dashgraph.store.dashboards import PUBLISHED_AT, STATE
from dashgraph.store.database import Database
from dashgraph.store.lists import Rows, count, page
from dashgraph.store.prepared import IDS, ME, Anybody, PreparedStatements
from dashgraph.store.tables import dashboards, editions, folders, groups, shares, users, widgets

T = TypeVar("T")
Column: TypeAlias = ColumnElement[Any]
Question: TypeAlias = Lookup[Any] | Listing[Any]

OF_USER: dict[str, Column] = {
    ID: users.c.id,
    "name": users.c.name,
    "email": users.c.email,
    "initials": users.c.initials,
    "status": users.c.status,
    "revision": users.c.revision,
}
OF_ACCOUNT: dict[str, Column] = {
    f"account.{column.name}": column
    for column in (
        users.c.user_name,
        users.c.first_name,
        users.c.last_name,
        users.c.origin,
        users.c.created_at,
        users.c.updated_at,
        users.c.last_login_at,
        users.c.deleted_at,
    )
}
OF_GROUP: dict[str, Column] = {
    ID: groups.c.id,
    "name": groups.c.name,
    "mail": groups.c.mail,
    "origin": groups.c.origin,
    "revision": groups.c.revision,
    "created_at": groups.c.created_at,
    "updated_at": groups.c.updated_at,
}
OF_FOLDER: dict[str, Column] = {
    ID: folders.c.id,
    "name": folders.c.name,
    "revision": folders.c.revision,
    "created_at": folders.c.created_at,
    "updated_at": folders.c.updated_at,
    reference("parent", Kind.FOLDER): folders.c.parent_id,
    reference("owner", Kind.USER): folders.c.owner_id,
    reference("project", Kind.PROJECT): null(),
    "slug": null(),
    "private": null(),
}
OF_DASHBOARD: dict[str, Column] = {
    ID: dashboards.c.id,
    "title": editions.c.title,
    "description": editions.c.description,
    "type": editions.c.type,
    "state": STATE,
    "format": func.coalesce(func.nullif(editions.c.format, ""), DocumentFormat.DASH.value),
    "revision": dashboards.c.revision,
    "created_at": dashboards.c.created_at,
    "updated_at": dashboards.c.updated_at,
    "published_at": PUBLISHED_AT,
    reference("owner", Kind.USER): dashboards.c.owner_id,
    reference("updated_by", Kind.USER): null(),
    reference("folder", Kind.FOLDER): dashboards.c.folder_id,
    reference("project", Kind.PROJECT): null(),
    "slug": null(),
    "pinned": null(),
}
OF_WIDGET: dict[str, Column] = {
    ID: widgets.c.id,
    "title": widgets.c.title,
    "type": widgets.c.type,
    "subtype": widgets.c.subtype,
    "description": widgets.c.description,
    "updated_at": widgets.c.updated_at,
    reference("dashboard", Kind.DASHBOARD): dashboards.c.id,
    reference("owner", Kind.USER): dashboards.c.owner_id,
    "chart": null(),
}
OF_SHARE: dict[str, Column] = {
    ID: shares.c.id,
    "rule": shares.c.rule,
    "subscribed": shares.c.subscribed != 0,
    "created_at": shares.c.created_at,
    reference("subject", Kind.USER): shares.c.user_id,
    reference("subject", Kind.GROUP): shares.c.group_id,
    reference("dashboard", Kind.DASHBOARD): shares.c.dashboard_id,
    reference("folder", Kind.FOLDER): null(),
    "native_role": null(),
    "inherited_from": null(),
}
ATTRIBUTES: Mapping[str, Mapping[str, Column]] = {
    question.name: columns
    for columns, questions in (
        (OF_USER | OF_ACCOUNT, (USER, USERS, USERS_OF_GROUP)),
        (OF_GROUP, (GROUP, GROUPS, GROUPS_OF_USER)),
        (OF_FOLDER, (FOLDER, FOLDERS, CHILDREN_OF_FOLDER)),
        (OF_DASHBOARD, (DASHBOARD, DASHBOARDS, DASHBOARDS_OF_OWNER, DASHBOARDS_OF_FOLDER)),
        (OF_WIDGET, (WIDGET, WIDGETS, WIDGETS_OF_DASHBOARD)),
        (OF_SHARE, (SHARES_OF_DASHBOARD, SHARES_OF_GROUP)),
    )
    for question in questions
}
"""Of each question that rows answer."""

PLACES = {VALUE: "at_value", TIE: "at_tie"}
"""The columns that a page has anyway."""


class NativeTables:
    """Rows from SQL, one statement a question, the viewer's rights in it. See `sources.port.Tables`."""

    def __init__(self, database: Database) -> None:
        self._source = database.name
        self._dialect = database.dialect
        self._statements = PreparedStatements(database, IDS, ME)

    def answers(self, question: Question, attributes: Sequence[str]) -> bool:
        known = ways.ATTRIBUTES if question.name in api.PATHS else ATTRIBUTES.get(question.name)
        return known is not None and all(one in known or one in PLACES for one in attributes)

    async def things(self, viewer: Viewer, lookup: Lookup[T], ids: Sequence[str], attributes: Sequence[str]) -> Columns:
        def made(asker: Anybody) -> Select[Any]:
            statement = api.LOOKUPS[lookup.name].statement(asker, IDS)  # type: ignore[arg-type]
            return statement.with_only_columns(*_columns(viewer, lookup, attributes))

        return await self._asked(viewer, (lookup.name, *attributes), made, ids)

    async def page(self, viewer: Viewer, listing: Listing[T], wish: Wish, attributes: Sequence[str]) -> Columns:
        question = api.ROOTS[listing.name]

        def made(asker: Anybody) -> Select[Any]:
            found = question.rows(asker, wish.filter or question.nothing)
            return self._page(viewer, listing, found, wish, attributes)

        return await self._asked(viewer, (listing.name, wish, *attributes), made)

    async def pages(
        self, viewer: Viewer, listing: Listing[T], parents: Sequence[str], wish: Wish, attributes: Sequence[str]
    ) -> Columns:
        if listing.name in api.PATHS:
            return await self._access(viewer, listing, parents, wish, attributes)
        question = api.EDGES[listing.name]

        def made(asker: Anybody) -> Select[Any]:
            found = question.rows(asker, IDS, wish.filter or question.nothing)  # type: ignore[arg-type]
            return self._page(viewer, listing, found, wish, attributes)

        return await self._asked(viewer, (listing.name, wish, *attributes), made, parents)

    async def counts(self, viewer: Viewer, listing: Listing[T], parents: Sequence[str], wish: Wish) -> Columns:
        def made(asker: Anybody) -> Select[Any]:
            if listing.name in api.PATHS:
                return ways.ways(asker, listing, IDS, wish).count()  # type: ignore[arg-type]
            question = api.EDGES[listing.name]
            return count(question.rows(asker, IDS, wish.filter or question.nothing))  # type: ignore[arg-type]

        return await self._asked(viewer, (listing.name, wish.filter), made, parents)

    async def _access(
        self, viewer: Viewer, listing: Listing[T], parents: Sequence[str], wish: Wish, attributes: Sequence[str]
    ) -> Columns:
        def made(asker: Anybody) -> Select[Any]:
            found = ways.ways(asker, listing, IDS, wish)  # type: ignore[arg-type]
            return ways.narrowed(found.page(wish, dialect=self._dialect), attributes)

        found = await self._asked(viewer, (listing.name, wish, VALUE in attributes), made, parents)
        return ways.items(found, listing, attributes, Translator(self._source, viewer))

    def _page(
        self, viewer: Viewer, listing: Listing[T], found: Rows, wish: Wish, attributes: Sequence[str]
    ) -> Select[Any]:
        columns = _columns(viewer, listing, attributes)
        wanted = replace(found, select=found.select.with_only_columns(*columns))
        statement = page(wanted, wish, source=self._source, dialect=self._dialect)
        names = [PLACES.get(one, f"a{at}") for at, one in enumerate(attributes)]
        names += [] if found.parent is None else ["at_parent"]
        return statement.with_only_columns(*(statement.selected_columns[name] for name in names or ["at_tie"]))

    async def _asked(
        self,
        viewer: Viewer,
        question: tuple[Any, ...],
        make: Callable[[Anybody], Select[Any]],
        ids: Sequence[str] = (),
    ) -> Columns:
        asker = Anybody(viewer, self._source)
        key = (question, viewer.is_admin, viewer.reach, viewer.as_reader)
        statement = self._statements.get(key, lambda: make(asker))
        return await self._statements.columns(statement, me=viewer.native_in(self._source), ids=ids)


def _columns(viewer: Viewer, question: Question, attributes: Sequence[str]) -> list[Any]:
    """The columns of these attributes, but those of places. An account is for the user and for administrators."""
    known = ATTRIBUTES[question.name]
    found = []
    for at, name in enumerate(attributes):
        if name in PLACES:
            continue
        column = known[name]
        if name in OF_ACCOUNT and not viewer.is_admin:
            column = case((users.c.id == ME, column))
        found.append(column.label(f"a{at}"))
    return found
