"""Statements that take a document in, and the columns that are read out of it."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from dashgraph.domain.dash import Document, JsonObject
from dashgraph.domain.formats.carried import format_of
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.text import fold
from dashgraph.store.among import among
from dashgraph.store.tables import dashboards, datasources, widgets
from dashgraph.store.visibility import Asker, seen

INSERTS: dict[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
ADVISORY_LOCK = 7_226_443_172  # one import at a time on a shared PostgreSQL
UNTAMED = re.compile("[\0\ud800-\udfff]")
LONGEST_KEY = 4000  # characters that are searched: folding a text of combining marks takes the square of its length
LONGEST_TITLE_KEY = 500  # characters; PostgreSQL refuses to index much more than 2000 bytes


async def one_at_a_time(session: AsyncConnection) -> None:
    """Wait until no other import runs, so that an id found free stays free. On SQLite writers queue anyway."""
    if session.dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})


def written(document: JsonObject) -> str:
    return Document.of(document).text


def digest(document: JsonObject) -> str:
    """What tells two documents apart, whatever the order of their keys."""
    canonical = json.dumps(document, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def tame(value: str | None) -> str | None:
    """Text for a column: without the two things that a database may refuse. The document keeps them."""
    return None if value is None else UNTAMED.sub("\ufffd", value)


def folded(value: str | None) -> str | None:
    return None if value is None else fold(value[:LONGEST_KEY])


def title_key(title: str) -> str:
    """Titles are indexed, so of a very long one only the beginning is sorted and searched by."""
    return fold(title[:LONGEST_TITLE_KEY])[:LONGEST_TITLE_KEY]


def of_this_id(native: str) -> Select[Any]:
    """The dashboards that stand for a document's id: the one that has it, and duplicates made of it."""
    return (
        select(
            dashboards.c.id,
            dashboards.c.owner_id,
            dashboards.c.imported_digest,
            dashboards.c.working,
            dashboards.c.published,
            dashboards.c.revision,
            dashboards.c.deleted_at,
        )
        .where(or_(dashboards.c.id == native, dashboards.c.imported_as == native))
        .order_by((dashboards.c.id != native), dashboards.c.created_at, dashboards.c.id)
        .with_for_update()
    )


def editable(asker: Asker, ids: Sequence[str]) -> Select[Any]:
    """Which of these dashboards the viewer may change."""
    rights = seen(asker, lambda column: among(column, ids))
    return select(dashboards.c.id).select_from(rights.dashboards).where(rights.living, rights.may_edit)


def holders(widget_ids: Sequence[str]) -> Select[Any]:
    """Which dashboards have these widget ids, in any edition."""
    return select(widgets.c.id, widgets.c.dashboard_id).where(among(widgets.c.id, widget_ids)).distinct()


async def remember_datasource(session: AsyncConnection, raw: object) -> str | None:
    """The id of the data source that a document names, stored when it is new. None when there is none."""
    row = datasource_row(raw)
    if row is None:
        return None
    await _store_datasources(session, [row])
    one: str = row["id"]
    return one


async def remember_datasources(session: AsyncConnection, rows: Iterable[dict[str, Any]]) -> set[str]:
    """Store those of these data sources that are new; their ids."""
    wanted = {row["id"]: row for row in rows}
    if not wanted:
        return set()
    known = await session.execute(select(datasources.c.id).where(among(datasources.c.id, list(wanted))))
    for one in known.scalars():
        del wanted[one]
    if wanted:
        await _store_datasources(session, list(wanted.values()))
    return set(wanted)


async def _store_datasources(session: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    # Not through the ledger: this is the catalogue of names that were seen, which many documents share.
    await session.execute(INSERTS[session.dialect.name](datasources).on_conflict_do_nothing(), rows)


def datasource_row(raw: object) -> dict[str, Any] | None:
    """The columns of the data source that a document names. None when it names none."""
    if isinstance(raw, str):
        raw = {"title": raw}
    if not isinstance(raw, dict):
        return None
    title, native_id, address, database, full_name = (
        tame(raw[key]) if isinstance(raw.get(key), str) else None
        for key in ("title", "id", "address", "database", "fullname")
    )
    if title is None and full_name is None and native_id is None:
        return None
    identity = json.dumps([title, native_id, address, database, full_name])
    title = title or full_name or native_id or ""
    return {
        "id": hashlib.sha256(identity.encode()).hexdigest()[:24],
        "native_id": native_id,
        "title": title,
        "title_key": title_key(title),
        "address": address,
        "address_key": folded(address),
        "database": database,
        "full_name": full_name,
    }


def edition_row(document: JsonObject, stored: JsonObject, datasource: str | None, now: datetime) -> dict[str, Any]:
    """The columns of an edition. `stored` is the document as it is kept, its widgets elsewhere."""
    title = tame(document["title"]) or ""
    description, type_ = tame(document.get("desc")), tame(document.get("type"))
    return {
        "title": title,
        "title_key": title_key(title),
        "description": description,
        "description_key": folded(description),
        "type": type_,
        "type_key": folded(type_),
        "datasource_id": datasource,
        "format": _foreign(document),
        "document": written(stored),
        "created_at": now,
    }


def widget_row(widget: JsonObject, native: str, datasource: str | None, now: datetime) -> dict[str, Any]:
    title, type_, subtype = (tame(widget.get(key)) for key in ("title", "type", "subtype"))
    return {
        "id": native,
        "title": title,
        "title_key": None if title is None else title_key(title),
        "type": type_,
        "type_key": folded(type_),
        "subtype": subtype,
        "subtype_key": folded(subtype),
        "description": tame(widget.get("desc")),
        "datasource_id": datasource,
        "format": _foreign(widget),
        "updated_at": now,
        "document": written(widget),
    }


def _foreign(part: JsonObject) -> str | None:
    """The format of a dashboard or a widget that came from another tool than Sisense."""
    found = format_of(part)
    return None if found is DocumentFormat.DASH else found.value
