"""Every write of a change goes through the ledger, which remembers each row before and after.

So any change can be looked at, previewed (write, look, roll back) and undone, and none is written twice for that.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Index,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from dashgraph.domain.problems import Conflict
from dashgraph.store.among import among
from dashgraph.store.tables import Instant, metadata

Row = dict[str, Any]
Key = tuple[Any, ...]  # of a row: the values of its primary key
MOST_KEYS = 200  # of several parts in one statement: SQLite reads no more than 1000 alternatives

# What counts up with every change: undoing counts it up too, so that a revision never names two contents.
TICKING = frozenset({"revision", "updated_at"})
SECRET = frozenset({"sealed", "password_hash", "hash"})


@dataclass
class Image:
    """One row of one table before and after; None where there was none."""

    table: Table
    before: Row | None
    after: Row | None

    @property
    def key(self) -> Key:
        row = self.before or self.after or {}
        return _key(self.table, row)

    @property
    def only_counts(self) -> bool:
        """Whether nothing of the row itself is otherwise, as when a group gets a member."""
        return self.before is not None and self.after is not None and not self.changed

    @property
    def changed(self) -> set[str]:
        """The columns that an update changed, but for those that only count."""
        if self.before is None or self.after is None:
            return set()
        return {name for name, value in self.before.items() if self.after[name] != value} - TICKING


class Ledger:
    """The writes of one transaction, in order. `now` is the moment of all of them."""

    def __init__(self, session: AsyncConnection, now: datetime) -> None:
        self.session = session
        self.now = now
        self._images: dict[tuple[str, Key], Image] = {}

    @property
    def images(self) -> list[Image]:
        """The rows that differ now from what they were when the transaction began."""
        return [image for image in self._images.values() if image.before != image.after]

    async def insert(self, table: Table, *rows: Row) -> None:
        if not rows:
            return
        await self.session.execute(insert(table), list(rows))
        for row in await self._read_all(table, [_key(table, row) for row in rows]):
            self._note(table, None, row)

    async def update(self, table: Table, condition: ColumnElement[bool], **values: Any) -> list[Row]:
        """Change the rows that meet the condition; what they are then. Counts up revision and updated_at."""
        before = {_key(table, row): row for row in await self._read(table, condition, lock=True)}
        values = self._counted_up(table) | values
        for keys in _some(table, list(before)):
            await self.session.execute(update(table).where(_among(table, keys)).values(values))
        after = await self._read_all(table, list(before))
        for row in after:
            self._note(table, before[_key(table, row)], row)
        return after

    async def delete(self, table: Table, condition: ColumnElement[bool]) -> list[Row]:
        """Delete the rows that meet the condition; what they were."""
        before = await self._read(table, condition, lock=True)
        for keys in _some(table, [_key(table, row) for row in before]):
            await self.session.execute(delete(table).where(_among(table, keys)))
        for row in before:
            self._note(table, row, None)
        return before

    def _counted_up(self, table: Table) -> dict[str, Any]:
        counting = {"revision": table.c.revision + 1} if "revision" in table.c else {}
        return counting | ({"updated_at": self.now} if "updated_at" in table.c else {})

    async def _read_all(self, table: Table, keys: Sequence[Key], *, lock: bool = False) -> list[Row]:
        return [row for some in _some(table, keys) for row in await self._read(table, _among(table, some), lock=lock)]

    async def _read(self, table: Table, condition: ColumnElement[bool], *, lock: bool = False) -> list[Row]:
        statement = select(table).where(condition)
        if lock:
            statement = statement.order_by(*table.primary_key).with_for_update()
        return [dict(row) for row in (await self.session.execute(statement)).mappings()]

    def _note(self, table: Table, before: Row | None, after: Row | None) -> None:
        key = (table.name, _key(table, after if before is None else before))  # type: ignore[arg-type]
        if key in self._images:
            self._images[key].after = after
        else:
            self._images[key] = Image(table, before, after)

    async def put_back(self, images: Sequence[Image]) -> None:
        """Undo these writes. Raises Conflict when one of the rows has changed since, or cannot be as it was.

        What was there comes back first, then rows are changed that may refer to it, and what was made goes last, when
        nothing refers to it any more; within each of these the last first.
        """
        latest = list(reversed(images))
        await self._check_untouched(latest)
        try:
            await self._step_aside(latest)
            for table, some in _runs(latest, lambda image: image.after is None):
                await self.insert(table, *(image.before for image in some if image.before is not None))
            for columns, some in _alike(latest):
                await self._give_back(columns, some)
            for table, some in _runs(latest, lambda image: image.before is None):
                for keys in _some(table, [image.key for image in some]):
                    await self.delete(table, _among(table, keys))
        except IntegrityError as error:
            message = "What it changed does not fit what has been changed since; undo the later changes first."
            raise Conflict(message) from error

    async def _give_back(self, columns: Sequence[str], images: Sequence[Image]) -> None:
        """Give rows of one table, each for itself, what they had in these columns."""
        table = images[0].table
        keys = [image.key for image in images]
        before = {_key(table, row): row for row in await self._read_all(table, keys, lock=True)}
        values = {name: bindparam(f"new_{name}") for name in columns} | self._counted_up(table)
        one = and_(*(column == bindparam(f"key_{column.name}") for column in table.primary_key))
        given = [
            {f"key_{column.name}": part for column, part in zip(table.primary_key, image.key, strict=True)}
            | {f"new_{name}": (image.before or {})[name] for name in columns}
            for image in images
        ]
        await self.session.execute(update(table).where(one).values(values), given)
        for row in await self._read_all(table, keys):
            self._note(table, before[_key(table, row)], row)

    async def _check_untouched(self, images: Sequence[Image]) -> None:
        by_table: dict[str, dict[Key, Image]] = {}
        for image in images:
            by_table.setdefault(image.table.name, {})[image.key] = image
        for name, found in sorted(by_table.items()):
            table = metadata.tables[name]
            now = {_key(table, row): row for row in await self._read_all(table, sorted(found), lock=True)}
            if any(_touched(image, now.get(key)) for key, image in found.items()):
                message = f"What it changed has changed again since ({name}); undo the later change first."
                raise Conflict(message)

    async def _step_aside(self, images: Sequence[Image]) -> None:
        """Give a value of its own for the moment to each row that has one that another row gets back."""
        for table, columns in UNIQUE:
            mine = [image for image in images if image.table is table]
            wanted = {_values(image.before, columns) for image in mine}
            leaving = [image for image in mine if _values(image.before, columns) != _values(image.after, columns)]
            for number, image in enumerate(leaving):
                held = _values(image.after, columns)
                if held in wanted and None not in held:
                    moved = {name: f"aside/{number}" for name in columns if name not in table.primary_key}
                    await self.update(table, _among(table, [image.key]), **moved)


def _touched(image: Image, now: Row | None) -> bool:
    """Whether the row is no longer as the image left it, as far as the image is concerned."""
    if image.after is None or now is None:
        return (image.after is None) is not (now is None)
    names = image.changed if image.before is not None else set(now) - TICKING
    return any(now[name] != image.after[name] for name in names)


def _key(table: Table, row: Row) -> Key:
    return tuple(row[column.name] for column in table.primary_key)


def _values(row: Row | None, columns: Sequence[str]) -> tuple[Any, ...]:
    return tuple(None if row is None else row[name] for name in columns)


def _some(table: Table, keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """As many keys at a time as one statement takes."""
    most = MOST_KEYS if len(table.primary_key) > 1 else max(1, len(keys))
    for start in range(0, len(keys), most):
        yield keys[start : start + most]


def _among(table: Table, keys: Sequence[Key]) -> ColumnElement[bool]:
    """The rows with one of these primary keys. Of keys in parts, those that differ in the last only in one list."""
    *columns, last = table.primary_key
    if not columns:
        return among(last, [key for (key,) in keys])
    ends: dict[Key, list[Any]] = {}
    for *group, end in keys:
        ends.setdefault(tuple(group), []).append(end)
    return or_(
        *(
            and_(*(column == part for column, part in zip(columns, group, strict=True)), last.in_(found))
            for group, found in ends.items()
        )
    )


def _runs(images: Sequence[Image], wanted: Callable[[Image], bool]) -> Iterator[tuple[Table, list[Image]]]:
    """Those that are wanted, in their order, as long as they are of one table together."""
    for table, some in groupby(filter(wanted, images), key=lambda image: image.table):
        yield table, list(some)


def _alike(images: Sequence[Image]) -> Iterator[tuple[Sequence[str], list[Image]]]:
    """The rows that were changed, those of one table together that were in the same columns."""
    found: dict[tuple[str, ...], list[Image]] = {}
    for image in images:
        if image.before is not None and image.after is not None:
            found.setdefault((image.table.name, *sorted(image.changed)), []).append(image)
    for (_, *columns), alike in found.items():
        yield columns, alike


# What no two rows of a table have alike, but for the primary key.
UNIQUE = [
    (table, tuple(column.name for column in unique.columns))
    for table in metadata.sorted_tables
    for unique in (*table.constraints, *table.indexes)
    if isinstance(unique, UniqueConstraint) or (isinstance(unique, Index) and unique.unique)
]


def written(images: Sequence[Image]) -> str:
    """The images as text, for the audit trail."""
    return json.dumps(
        [[image.table.name, _kept(image.before, image), _kept(image.after, image)] for image in images],
        separators=(",", ":"),
    )


def _kept(row: Row | None, image: Image) -> dict[str, Any] | None:
    """A row without the password, which no undoing puts back: the trail outlives it."""
    plain = _plain(row)
    if plain is not None and image.before is not None:
        plain.pop("password_hash", None)
    return plain


def read(text: str) -> list[Image]:
    return [
        Image(metadata.tables[name], _typed(name, before), _typed(name, after))
        for name, before, after in json.loads(text)
    ]


def shown(row: Mapping[str, Any] | None, image: Image) -> dict[str, Any] | None:
    """A row as people may see it: without secrets, and of a changed one just what changed."""
    plain = _plain(row)
    if plain is None:
        return None
    changed = image.changed if image.before and image.after else set(plain)
    return {name: value for name, value in plain.items() if name in changed - SECRET and not name.endswith("_key")}


def _plain(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


def _typed(table: str, row: dict[str, Any] | None) -> Row | None:
    if row is None:
        return None
    columns = metadata.tables[table].c
    return {
        name: datetime.fromisoformat(value) if isinstance(columns[name].type, Instant) and value else value
        for name, value in row.items()
    }
