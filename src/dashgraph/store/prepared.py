"""Statements that are made once and asked again and again: only the ids and the viewer vary from time to time."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam

from dashgraph.domain.rows import Columns
from dashgraph.store.among import Ids
from dashgraph.store.database import Database
from dashgraph.store.packing import Kind, kinds_of, packed, unpacked
from dashgraph.store.tables import Key
from dashgraph.store.visibility import Asker

Reader: TypeAlias = Callable[[Any], Any] | None
"""Makes a value out of what the driver gives; None where it is that already."""

KEPT = 1000  # statements; one takes about ten kilobytes
LARGEST = 2000  # characters of its parameters; a filter with more of them is seldom sent twice

IDS: BindParameter[Any] = bindparam("ids", (), type_=Ids())
"""Stands in a statement for the ids that it is asked about."""

ME: BindParameter[Any] = bindparam("me", None, type_=Key)


class Anybody(Asker):
    """An asker in whose statements a parameter stands for who it is."""

    @property
    def me(self) -> Any:
        return ME


@dataclass(frozen=True, slots=True)
class Worded:
    """A statement in the driver's words, and its parameters with gaps for those that vary."""

    text: str
    parameters: Sequence[Any]
    gaps: Mapping[str, Sequence[int]]
    writers: Mapping[str, Callable[[Any], Any] | None]  # of what goes into the gaps

    def with_values(self, values: Mapping[str, Any]) -> Sequence[Any]:
        parameters = list(self.parameters)
        for name, places in self.gaps.items():
            write, value = self.writers[name], values[name]
            written = value if write is None else write(value)
            for at in places:
                parameters[at] = written
        return parameters


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement and how its columns are read; where the driver is slow with rows, also one that packs them."""

    rows: Worded
    readers: Sequence[Reader]
    packed: Worded | None
    kinds: Sequence[Kind]


class PreparedStatements:
    """The latest statements of one database, by what they answer. The parameters that vary are named like these."""

    def __init__(self, database: Database, *varying: BindParameter[Any]) -> None:
        self._database = database
        self._dialect = database.engine.dialect
        self._varying = {one.key for one in varying}
        self._kept: OrderedDict[Hashable, Prepared] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Select[Any]]) -> Prepared:
        """The statement for this key; `make` says it when it is not there."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        found = self._prepared(make())
        if _characters(found.rows.parameters) <= LARGEST:
            self._kept[key] = found
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

    def reader(self, column: ColumnElement[Any]) -> Reader:
        """What makes the value of a column out of what the driver gives."""
        reader: Reader = column.type.dialect_impl(self._dialect).result_processor(self._dialect, None)
        return reader

    async def rows(self, prepared: Prepared, **values: Any) -> Sequence[Sequence[Any]]:
        """What it answers for these values, as the driver gives it. Raises SourceUnavailable when that fails."""
        return await self._database.rows(prepared.rows.text, prepared.rows.with_values(values))

    async def columns(self, prepared: Prepared, **values: Any) -> Columns:
        """What it answers for these values. Raises SourceUnavailable when the database does not answer."""
        found = None
        if prepared.packed is not None:
            [row] = await self._database.rows(prepared.packed.text, prepared.packed.with_values(values))
            found = unpacked(row, prepared.kinds)
        if found is None:
            rows = await self.rows(prepared, **values)
            found = list(zip(*rows, strict=True)) if rows else [()] * len(prepared.readers)
        return [
            column if read is None else list(map(read, column))
            for column, read in zip(found, prepared.readers, strict=True)
        ]

    def _prepared(self, statement: Select[Any]) -> Prepared:
        readers = [self.reader(one) for one in statement.selected_columns]
        kinds = kinds_of(statement, self._dialect)
        packs = self._database.dialect == "postgresql"
        pack = self._worded(packed(statement, kinds)) if packs else None
        return Prepared(self._worded(statement), readers, pack, kinds)

    def _worded(self, statement: Select[Any]) -> Worded:
        dialect = self._dialect
        compiled: Any = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        names: list[str] = list(compiled.positiontup or ())
        values = compiled.construct_params(escape_names=False)
        writers = {name: one.type.dialect_impl(dialect).bind_processor(dialect) for name, one in compiled.binds.items()}

        def written(name: str) -> Any:
            write = writers.get(name)
            return values[name] if write is None else write(values[name])

        return Worded(
            text=str(compiled),
            parameters=[None if name in self._varying else written(name) for name in names],
            gaps={one: [at for at, name in enumerate(names) if name == one] for one in self._varying if one in names},
            writers=writers,
        )


def _characters(parameters: Sequence[Any]) -> int:
    return sum(len(one) for one in parameters if isinstance(one, str))
