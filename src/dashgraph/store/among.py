"""Conditions on many ids with one parameter, whichever the database."""

import json
from collections.abc import Sequence
from typing import Any, Self

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, Select, bindparam, literal_column
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean, Integer, Text, TypeDecorator


class Ids(TypeDecorator[Sequence[str]]):
    """Many ids as one parameter: the text of an array on PostgreSQL, of a JSON list on SQLite.

    The statement stays the same. (As an array the driver looks at each of the ids, whether it is an array too.)
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str:
        ids = value or ()
        return array_text(ids) if dialect.name == "postgresql" else json.dumps(list(ids))


def array_text(texts: Sequence[str]) -> str:
    """These as PostgreSQL writes an array (its manual, section 8.15.6)."""
    if not texts:
        return "{}"
    joined = '","'.join(texts)
    if "\\" in joined or joined.count('"') > 2 * len(texts) - 2:
        joined = '","'.join(one.replace("\\", "\\\\").replace('"', '\\"') for one in texts)
    return f'{{"{joined}"}}'


class _Among(FunctionElement[bool]):
    name = "among"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: object = None) -> Self:
        return self  # a condition as it is: SQLAlchemy would write `… = 1` on SQLite, which no index answers


def among(column: ColumnElement[Any], ids: Sequence[str] | BindParameter[Any] | Select[Any]) -> ColumnElement[bool]:
    """Whether a column is one of these ids, however many, with one parameter; or with the one that is given.

    Ids that a statement finds are looked for once, before anything else: when they are few.
    """
    if isinstance(ids, Select):
        return _Among(column, ids.scalar_subquery())
    given = ids if isinstance(ids, BindParameter) else bindparam("ids", list(ids), type_=Ids(), unique=True)
    return _Among(column, given)


def constant(value: int | str) -> ColumnElement[Any]:
    """A value of ours that stands in the statement itself, where the database can plan with it."""
    return literal_column(str(value), Integer()) if isinstance(value, int) else literal_column(f"'{value}'", Text())


@compiles(_Among, "sqlite")
def _among_on_sqlite(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = element.clauses
    given = compiler.process(ids)
    found = given if isinstance(ids, ScalarSelect) else f"(SELECT value FROM json_each({given}))"
    return f"{compiler.process(column, **options)} IN {found}"


@compiles(_Among, "postgresql")
def _among_on_postgresql(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = element.clauses
    given = compiler.process(ids)
    # As a statement the text is read once; alone, for each row that the planner would compare with it.
    found = f"ARRAY{given}" if isinstance(ids, ScalarSelect) else f"CAST((SELECT CAST({given} AS TEXT[])) AS TEXT[])"
    return f"{compiler.process(column, **options)} = ANY ({found})"
