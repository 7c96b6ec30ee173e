"""Statements that are made once and asked again and again: only the ids and the viewer vary from time to time."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam

from dashgraph.domain.rows import Reader, Row
from dashgraph.store.among import Ids
from dashgraph.store.database import Database
from dashgraph.store.tables import Key
from dashgraph.store.visibility import Asker

KEPT = 1000  # statements; one takes about ten kilobytes

IDS: BindParameter[Any] = bindparam("ids", (), type_=Ids())
"""Stands in a statement for the ids that it is asked about."""

ME: BindParameter[Any] = bindparam("me", None, type_=Key)


class Anybody(Asker):
    """An asker in whose statements a parameter stands for who it is."""

    @property
    def me(self) -> Any:
        return ME


@dataclass(frozen=True, slots=True)
class Prepared:
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


class PreparedStatements:
    """The latest statements of one database, by what they answer. The parameters that vary are named like these."""

    def __init__(self, database: Database, *varying: BindParameter[Any]) -> None:
        self._database = database
        self._varying = {one.key for one in varying}
        self._kept: OrderedDict[Hashable, Prepared] = OrderedDict()

    def reader(self, column: ColumnElement[Any]) -> Reader:
        """What makes the value of a column out of what the driver gives."""
        dialect = self._database.engine.dialect
        reader: Reader = column.type.dialect_impl(dialect).result_processor(dialect, None)
        return reader

    def get(self, key: Hashable, make: Callable[[], Select[Any]]) -> Prepared:
        """The statement for this key; `make` says it when it is not there."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._prepared(make())
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return found

    async def rows(self, prepared: Prepared, **values: Any) -> Sequence[Row]:
        """What it answers for these values. Raises SourceUnavailable when the database does not answer."""
        return await self._database.rows(prepared.text, prepared.with_values(values))

    def _prepared(self, statement: Select[Any]) -> Prepared:
        dialect = self._database.engine.dialect
        compiled: Any = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        names: list[str] = list(compiled.positiontup or ())
        values = compiled.construct_params(escape_names=False)
        writers = {name: one.type.dialect_impl(dialect).bind_processor(dialect) for name, one in compiled.binds.items()}

        def written(name: str) -> Any:
            write = writers.get(name)
            return values[name] if write is None else write(values[name])

        return Prepared(
            text=str(compiled),
            parameters=[None if name in self._varying else written(name) for name in names],
            gaps={one: [at for at, name in enumerate(names) if name == one] for one in self._varying if one in names},
            writers=writers,
        )
