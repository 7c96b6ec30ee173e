"""One statement that finds dashboards, widgets, folders, groups and users by their text."""

from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal, or_, select, union_all

from dashgraph.domain.ids import Kind
from dashgraph.domain.search import SearchFilter
from dashgraph.domain.text import fold
from dashgraph.domain.users import UserStatus
from dashgraph.store.among import constant
from dashgraph.store.lists import Rows, contains
from dashgraph.store.tables import dashboards, editions, folders, groups, users, widgets
from dashgraph.store.visibility import (
    Asker,
    folder_is_seen,
    seen,
    seen_dashboards,
    seen_folders,
    seen_widgets,
)


def rows(asker: Asker, wanted: SearchFilter) -> Rows:
    """Rows of `kind`, `id` and the two texts that may have matched, the first being the name."""
    arms = {
        Kind.DASHBOARD: _dashboards,
        Kind.WIDGET: _widgets,
        Kind.FOLDER: _folders,
        Kind.GROUP: _groups,
        Kind.USER: _users,
    }
    hits = union_all(*(arms[kind](asker, wanted.text) for kind in wanted.kinds)).subquery("hits")
    return Rows(
        select(hits.c.kind, hits.c.id, hits.c.first, hits.c.second),
        {"relevance": hits.c.relevance},
        hits.c.tie,
    )


def _arm(
    seen: Select[Any],
    kind: Kind,
    wanted: str,
    *,
    id: ColumnElement[Any],  # noqa: A002 - the column is named so
    first: tuple[ColumnElement[Any], ColumnElement[Any]],
    second: tuple[ColumnElement[Any], ColumnElement[Any]],
) -> Select[Any]:
    """The hits among the rows of one kind that are seen. `first` and `second` are the text and its key.

    Names that begin with the text lead.
    """
    place = case(
        (first[1].startswith(fold(wanted), autoescape=True), literal("0")),
        (contains(first[1], wanted), literal("1")),
        else_=literal("2"),
    )
    return seen.add_columns(
        literal(kind.value).label("kind"),
        id.label("id"),
        cast(first[0], String).label("first"),
        cast(second[0], String).label("second"),
        (place + func.coalesce(first[1], "")).label("relevance"),
        (literal(kind.value + ":") + id).label("tie"),
    ).where(or_(contains(first[1], wanted), contains(second[1], wanted)))


def _dashboards(asker: Asker, wanted: str) -> Select[Any]:
    return _arm(
        seen_dashboards(seen(asker)),
        Kind.DASHBOARD,
        wanted,
        id=dashboards.c.id,
        first=(editions.c.title, editions.c.title_key),
        second=(editions.c.description, editions.c.description_key),
    )


def _widgets(asker: Asker, wanted: str) -> Select[Any]:
    return _arm(
        seen_widgets(seen(asker)),
        Kind.WIDGET,
        wanted,
        id=widgets.c.id,
        first=(widgets.c.title, widgets.c.title_key),
        second=(widgets.c.type, widgets.c.type_key),
    )


def _folders(asker: Asker, wanted: str) -> Select[Any]:
    name = (folders.c.name, folders.c.name_key)
    mine = select().select_from(folders).where(folder_is_seen(seen_folders(asker)))
    return _arm(mine, Kind.FOLDER, wanted, id=folders.c.id, first=name, second=name)


def _groups(_asker: Asker, wanted: str) -> Select[Any]:
    return _arm(
        select().select_from(groups),
        Kind.GROUP,
        wanted,
        id=groups.c.id,
        first=(groups.c.name, groups.c.name_key),
        second=(groups.c.mail, groups.c.mail_key),
    )


def _users(_asker: Asker, wanted: str) -> Select[Any]:
    return _arm(
        select().select_from(users).where(users.c.status != constant(UserStatus.DELETED.value)),
        Kind.USER,
        wanted,
        id=users.c.id,
        first=(users.c.name, users.c.name_key),
        second=(users.c.email, users.c.email_key),
    )
