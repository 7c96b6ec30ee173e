"""Pages of sorted rows, for one list or for the lists of many parents, in one statement each.

A page starts after a *position* (sort value, source, tie), not at an offset: rows that come or go in the
middle of a walk neither repeat nor hide others. Rows without a value come last in both directions; ties are
broken by `tie`, ascending.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, true

from dashgraph.domain.lists import IdFilter, Position, TextFilter, TimeFilter, Wish
from dashgraph.domain.text import fold
from dashgraph.store.database import among


@dataclass(frozen=True)
class Rows:
    """The rows that a list may show, not yet sorted or cut.

    `keys` are the columns that each sort key stands for, `tie` makes the order total, `parent` is the column by
    which rows fall to their parents (None in a root list). `nullable` names the keys that may have no value.
    """

    select: Select[Any]
    keys: Mapping[str, ColumnElement[Any]]
    tie: ColumnElement[Any]
    parent: ColumnElement[Any] | None = None
    nullable: frozenset[str] = field(default_factory=frozenset)


def page(rows: Rows, wish: Wish, *, source: str) -> Select[Any]:
    """One more row than the page has, so that the reader knows whether there are more.

    Columns `at_value`, `at_tie` and, under parents, `at_parent` are added. Backward pages come last row first.
    """
    key = rows.keys[wish.sort.key]
    nullable = wish.sort.key in rows.nullable
    window = wish.window
    descending = wish.sort.descending
    statement = rows.select.add_columns(key.label("at_value"), rows.tie.label("at_tie"))
    for position, beyond in ((window.after, True), (window.before, False)):
        if position is not None:
            statement = statement.where(
                _on_side(key, rows.tie, position, source, descending=descending, nullable=nullable, beyond=beyond)
            )
    order = _order(key, rows.tie, descending=descending, nullable=nullable, backward=window.backward)
    if rows.parent is None:
        return statement.order_by(*order).limit(window.size + 1)

    place = func.row_number().over(partition_by=rows.parent, order_by=order).label("at_place")
    numbered = statement.add_columns(rows.parent.label("at_parent"), place).subquery()
    return (
        select(numbered)
        .where(numbered.c.at_place <= window.size + 1)
        .order_by(numbered.c.at_parent, numbered.c.at_place)
    )


def count(rows: Rows) -> Select[Any]:
    """How many rows there are: one number, or `at_parent` and `how_many` for each parent that has some."""
    if rows.parent is None:
        return select(func.count()).select_from(rows.select.with_only_columns(rows.tie).subquery())
    inner = rows.select.with_only_columns(rows.parent.label("at_parent")).subquery()
    return select(inner.c.at_parent, func.count().label("how_many")).group_by(inner.c.at_parent)


def _order(
    key: ColumnElement[Any], tie: ColumnElement[Any], *, descending: bool, nullable: bool, backward: bool
) -> list[ColumnElement[Any]]:
    first = key.desc() if descending != backward else key.asc()
    if nullable:  # said in words, not as a column before it: so a plain index on the key gives this order
        first = first.nulls_first() if backward else first.nulls_last()
    return [first, tie.desc() if backward else tie.asc()]


def _on_side(
    key: ColumnElement[Any],
    tie: ColumnElement[Any],
    position: Position,
    source: str,
    *,
    descending: bool,
    nullable: bool,
    beyond: bool,
) -> ColumnElement[bool]:
    """The rows that come after the position (`beyond`) or before it, in the list's order."""
    if position.source == source:
        among_equals: ColumnElement[bool] = tie > position.tie if beyond else tie < position.tie
    else:  # equal values of other sources: whole sources come before or after each other
        among_equals = literal((source > position.source) is beyond)
    if position.value is None:
        rest = and_(key.is_(None), among_equals)
        return rest if beyond else or_(key.is_not(None), rest)
    upward = beyond is not descending
    further = key > position.value if upward else key < position.value
    at_least = key >= position.value if upward else key <= position.value
    side = and_(at_least, or_(further, among_equals))  # the form that an index on the key can answer
    return or_(side, key.is_(None)) if nullable and beyond else side


def text_matches(
    wanted: TextFilter | None, column: ColumnElement[Any], key: ColumnElement[Any] | None = None
) -> ColumnElement[bool]:
    """The condition of a text filter. Without a key, `contains` and `starts_with` compare the column as it is."""
    if wanted is None:
        return true()
    conditions: list[ColumnElement[bool]] = []
    if wanted.eq is not None:
        conditions.append(column == wanted.eq)
    if wanted.any_of is not None:
        conditions.append(column.in_(wanted.any_of))
    if wanted.contains is not None:
        conditions.append(contains(column if key is None else key, wanted.contains))
    if wanted.starts_with is not None:
        folded = fold(wanted.starts_with)
        conditions.append((column if key is None else key).startswith(folded, autoescape=True))
    if wanted.is_null is not None:
        conditions.append(column.is_(None) if wanted.is_null else column.is_not(None))
    return and_(true(), *conditions)


def contains(key: ColumnElement[Any], wanted: str) -> ColumnElement[bool]:
    """Whether a folded key holds the text, without regard to case and accents."""
    return key.contains(fold(wanted), autoescape=True)


def time_matches(wanted: TimeFilter | None, column: ColumnElement[Any]) -> ColumnElement[bool]:
    if wanted is None:
        return true()
    conditions: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        conditions.append(column >= wanted.since)
    if wanted.before is not None:
        conditions.append(column < wanted.before)
    if wanted.is_null is not None:
        conditions.append(column.is_(None) if wanted.is_null else column.is_not(None))
    return and_(true(), *conditions)


def id_matches(wanted: IdFilter | None, column: ColumnElement[Any], source: str) -> ColumnElement[bool]:
    """Ids of other sources match nothing here."""
    if wanted is None:
        return true()
    if wanted.is_null is not None:
        return column.is_(None) if wanted.is_null else column.is_not(None)
    return among(column, wanted.within(source))
