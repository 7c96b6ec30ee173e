"""Pages of sorted rows, for one list or for the lists of many parents, in one statement each.

A page starts after a *position* (sort value, source, tie), not at an offset: rows that come or go in the
middle of a walk neither repeat nor hide others. Rows without a value come last in both directions; ties are
broken by `tie`, ascending.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)

from dashgraph.domain.lists import IdFilter, Position, TextFilter, TimeFilter, Wish
from dashgraph.domain.text import fold
from dashgraph.store.among import among, constant


@dataclass(frozen=True)
class Parents:
    """The rows of many parents: of a table, joined with others or not, those that fulfil a condition."""

    rows: FromClause
    wanted: ColumnElement[bool]


@dataclass(frozen=True)
class Rows:
    """The rows that a list may show, not yet sorted or cut.

    `keys` are the columns that each sort key stands for, `tie` makes the order total, `parent` is the column by
    which rows fall to their parents (None in a root list). `nullable` names the keys that may have no value, `unique`
    those that are a total order by themselves, under each parent.

    With `parents`, `select` is about the rows under one of these, all of the table of `tie`: so that a few can be
    read under each and the others left alone. With `pieces` an item is made of several rows, those of equal ties.
    """

    select: Select[Any]
    keys: Mapping[str, ColumnElement[Any]]
    tie: ColumnElement[Any]
    parent: ColumnElement[Any] | None = None
    nullable: frozenset[str] = field(default_factory=frozenset)
    unique: frozenset[str] = field(default_factory=frozenset)
    parents: Parents | None = None
    pieces: bool = False


def page(rows: Rows, wish: Wish, *, source: str, dialect: str) -> Select[Any]:
    """One more row than the page has, so that the reader knows whether there are more.

    Columns `at_value`, `at_tie` and, under parents, `at_parent` are added. Backward pages come last row first.
    """
    key = rows.keys[wish.sort.key].label("at_value")
    tie = rows.tie.label("at_tie")
    most = constant(wish.window.size + 1)
    wanted = rows.select.where(*_between(rows, wish, source))
    order = _order(rows, wish, rows.keys[wish.sort.key], rows.tie)
    if rows.parent is None:
        return wanted.add_columns(key, tie).order_by(*order).limit(most)
    parent = rows.parent.label("at_parent")
    if rows.parents is None:
        number = func.dense_rank() if rows.pieces else func.row_number()
        place = number.over(partition_by=rows.parent, order_by=order).label("at_place")
        numbered = wanted.add_columns(key, tie, parent, place).subquery()
        # Sorted as it was numbered, in the same words: so PostgreSQL does not sort once more.
        again = _order(rows, wish, numbered.c.at_value, numbered.c.at_tie)
        return select(numbered).where(numbered.c.at_place <= most).order_by(numbered.c.at_parent, *again)
    if dialect == "postgresql":
        first = wanted.add_columns(key, tie).order_by(*order).limit(most).lateral()
        under = select(first, parent).select_from(rows.parents.rows.join(first, true()))
        order = _order(rows, wish, first.c.at_value, first.c.at_tie)
    else:  # SQLite has no lateral joins, but finds a row by its number at once
        table = cast("Column[Any]", rows.tie).table
        row = literal_column(f"{table.description}.rowid", Integer())
        few = wanted.with_only_columns(row).order_by(*order).limit(most).correlate_except(table)
        under = select(*rows.select.selected_columns, key, tie, parent)
        under = under.select_from(rows.parents.rows.join(table, row.in_(few)))
    return under.where(rows.parents.wanted).order_by(parent, *order)


def count(rows: Rows) -> Select[Any]:
    """How many rows there are: one number, or `at_parent` and `how_many` for each parent that has some."""
    if rows.parent is None:
        return select(func.count()).select_from(rows.select.with_only_columns(rows.tie).subquery())
    inner = rows.select.with_only_columns(rows.parent.label("at_parent"), rows.tie)
    if rows.parents is not None:
        inner = inner.select_from(rows.parents.rows).where(rows.parents.wanted)
    items = (inner.distinct() if rows.pieces else inner).subquery()
    return select(items.c.at_parent, func.count().label("how_many")).group_by(items.c.at_parent)


def _order(rows: Rows, wish: Wish, key: ColumnElement[Any], tie: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    backward = wish.window.backward
    first = key.desc() if wish.sort.descending != backward else key.asc()
    if wish.sort.key in rows.nullable:  # said in words, not as a column before it: a plain index gives this order
        first = first.nulls_first() if backward else first.nulls_last()
    if wish.sort.key in rows.unique:  # with a tie, an index that ends here would not be seen to give this order
        return [first]
    return [first, tie.desc() if backward else tie.asc()]


def _between(rows: Rows, wish: Wish, source: str) -> list[ColumnElement[bool]]:
    """The rows after and before the positions of the wish."""
    key, nullable, descending = rows.keys[wish.sort.key], wish.sort.key in rows.nullable, wish.sort.descending
    return [
        _on_side(key, rows.tie, position, source, descending=descending, nullable=nullable, beyond=beyond)
        for position, beyond in ((wish.window.after, True), (wish.window.before, False))
        if position is not None
    ]


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
