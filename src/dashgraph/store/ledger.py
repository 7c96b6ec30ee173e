"""Every write of a change goes through the ledger, which remembers each row before and after.

So any change can be looked at, previewed (write, look, roll back) and undone, and none is written twice for that.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, false, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dashgraph.domain.problems import Conflict
from dashgraph.store.tables import Instant, metadata

Row = dict[str, Any]

# What counts up with every change: undoing counts it up too, so that a revision never names two contents.
TICKING = frozenset({"revision", "updated_at"})
SECRET = frozenset({"password_hash", "hash"})


@dataclass
class Image:
    """One row of one table before and after; None where there was none."""

    table: Table
    before: Row | None
    after: Row | None

    @property
    def key(self) -> tuple[Any, ...]:
        row = self.before or self.after or {}
        return _key(self.table, row)

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
        self._images: dict[tuple[str, tuple[Any, ...]], Image] = {}

    @property
    def images(self) -> list[Image]:
        """The rows that differ now from what they were when the transaction began."""
        return [image for image in self._images.values() if image.before != image.after]

    async def insert(self, table: Table, *rows: Row) -> None:
        if not rows:
            return
        await self.session.execute(insert(table), list(rows))
        keys = [tuple(row[column.name] for column in table.primary_key) for row in rows]
        written = await self._read(table, or_keys(table, keys))
        for row in written:
            self._note(table, None, row)

    async def update(self, table: Table, condition: ColumnElement[bool], **values: Any) -> list[Row]:
        """Change the rows that meet the condition; what they are then. Counts up revision and updated_at."""
        before = await self._read(table, condition, lock=True)
        if not before:
            return []
        if "revision" in table.c:
            values.setdefault("revision", table.c.revision + 1)
        if "updated_at" in table.c:
            values.setdefault("updated_at", self.now)
        keys = or_keys(table, [_key(table, row) for row in before])
        await self.session.execute(update(table).where(keys).values(values))
        after = {_key(table, row): row for row in await self._read(table, keys)}
        for row in before:
            self._note(table, row, after[_key(table, row)])
        return list(after.values())

    async def delete(self, table: Table, condition: ColumnElement[bool]) -> list[Row]:
        """Delete the rows that meet the condition; what they were."""
        before = await self._read(table, condition, lock=True)
        if before:
            await self.session.execute(delete(table).where(or_keys(table, [_key(table, row) for row in before])))
        for row in before:
            self._note(table, row, None)
        return before

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
        """Undo these writes, the last first. Raises Conflict when one of the rows has changed since."""
        for image in reversed(images):
            condition = _is(image.table, image.key)
            now = await self._read(image.table, condition, lock=True)
            if _touched(image, now[0] if now else None):
                message = f"What it changed has changed again since ({image.table.name}); undo the later change first."
                raise Conflict(message)
            if image.before is None:
                await self.delete(image.table, condition)
            elif image.after is None:
                await self.insert(image.table, image.before)
            else:
                await self.update(image.table, condition, **{name: image.before[name] for name in image.changed})


def _touched(image: Image, now: Row | None) -> bool:
    """Whether the row is no longer as the image left it, as far as the image is concerned."""
    if image.after is None or now is None:
        return (image.after is None) is not (now is None)
    names = image.changed if image.before is not None else set(now) - TICKING
    return any(now[name] != image.after[name] for name in names)


def _key(table: Table, row: Row) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)


def _is(table: Table, key: tuple[Any, ...]) -> ColumnElement[bool]:
    return and_(*(column == part for column, part in zip(table.primary_key, key, strict=True)))


def or_keys(table: Table, keys: Iterable[tuple[Any, ...]]) -> ColumnElement[bool]:
    """The rows with one of these primary keys, those that differ in the last part only in one list."""
    *columns, last = table.primary_key
    ends: dict[tuple[Any, ...], list[Any]] = {}
    for *group, end in keys:
        ends.setdefault(tuple(group), []).append(end)
    return or_(
        false(),
        *(
            and_(*(column == part for column, part in zip(columns, group, strict=True)), last.in_(found))
            for group, found in ends.items()
        ),
    )


def written(images: Sequence[Image]) -> str:
    """The images as text, for the audit trail."""
    return json.dumps(
        [[image.table.name, _plain(image.before), _plain(image.after)] for image in images], separators=(",", ":")
    )


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
