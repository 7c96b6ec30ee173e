"""A whole answer of PostgreSQL as one row, the texts of a column joined: so its driver reads columns, and no rows.

Half of what a long answer costs is the driver's look at every value of every row. Joined texts are split by one call,
and cost the server no more than the rows did.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Any

from sqlalchemy import Column, ColumnElement, Join, Label, Null, Select, String, Text, func, literal_column, select
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.visitors import iterate
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

# Any text may hold these. Then the numbers below do not agree, and the answer is asked for again as rows.
SEPARATOR, NULL = "\x1f", "\x1e"
JOINT, NO_TEXT = (literal_column(f"E'\\x{ord(one):02x}'", Text()) for one in (SEPARATOR, NULL))


class Kind(Enum):
    """What becomes of a column."""

    TEXT = "joined"
    TEXT_OR_NULL = "joined, and those that are not null counted"
    OTHER = "an array"
    NOTHING = "left out, for it has no values"


def kinds_of(statement: Select[Any], dialect: Dialect) -> list[Kind]:
    """What becomes of each column. In an outer join any column can be null, whatever its table says."""
    outer = any(isinstance(one, Join) and (one.isouter or one.full) for one in iterate(statement))
    return [_kind(one, dialect, outer=outer) for one in statement.selected_columns]


def _kind(column: ColumnElement[Any], dialect: Dialect, *, outer: bool) -> Kind:
    type_: TypeEngine[Any] = column.type
    if isinstance(type_, TypeDecorator):
        type_ = type_.load_dialect_impl(dialect)
    if isinstance(type_, NullType):
        return Kind.NOTHING if _is_null(column) else Kind.OTHER
    if not isinstance(type_, String):
        return Kind.OTHER
    always = not outer and all(isinstance(one, Column) and not one.nullable for one in column.base_columns)
    return Kind.TEXT if always else Kind.TEXT_OR_NULL


def _is_null(column: ColumnElement[Any]) -> bool:
    return all(isinstance(one.element if isinstance(one, Label) else one, Null) for one in column.base_columns)


def packed(statement: Select[Any], kinds: Sequence[Kind]) -> Select[Any]:
    """The statement that gives one row: how many rows there are, then what each column holds."""
    found = statement.subquery("found")
    columns: list[ColumnElement[Any]] = []
    for column, kind in zip(found.c, kinds, strict=True):
        match kind:
            case Kind.TEXT:
                columns.append(func.string_agg(column, JOINT))
            case Kind.TEXT_OR_NULL:
                columns += [func.string_agg(func.coalesce(column, NO_TEXT), JOINT), func.count(column)]
            case Kind.OTHER:
                columns.append(func.array_agg(column))
            case Kind.NOTHING:
                pass
    return select(func.count(), *columns).select_from(found)


def unpacked(row: Sequence[Any], kinds: Sequence[Kind]) -> list[Sequence[Any]] | None:
    """The columns of an answer; None when a text in it reads like what joins them."""
    values = iter(row)
    many = next(values)
    columns: list[Sequence[Any]] = []
    for kind in kinds:
        if kind is Kind.NOTHING:
            columns.append([None] * many)
            continue
        found = next(values) or ""
        if kind is not Kind.OTHER:
            found = found.split(SEPARATOR) if many else []
            if len(found) != many:
                return None
        if kind is Kind.TEXT_OR_NULL:
            nulls = many - next(values)
            if nulls and found.count(NULL) != nulls:
                return None
            if nulls:
                found = [None if one == NULL else one for one in found]
        columns.append(found)
    return columns
