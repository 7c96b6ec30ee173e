"""Statements that take a document in, and the columns that are read out of it."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from dashgraph.domain.dash import JsonObject
from dashgraph.domain.text import fold
from dashgraph.store.database import among
from dashgraph.store.tables import dashboards, datasources, widgets

INSERTS: dict[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def written(document: JsonObject) -> str:
    """A document as text: keys in their order, and only ASCII, so that every database keeps every character."""
    return json.dumps(document, separators=(",", ":"))


def digest(document: JsonObject) -> str:
    """What tells two documents apart, whatever the order of their keys."""
    canonical = json.dumps(document, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def tame(text: str | None) -> str | None:
    """Text for a column: without the two things that a database may refuse. The document keeps them."""
    if text is None:
        return None
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def folded(text: str | None) -> str | None:
    return None if text is None else fold(text)


def of_this_id(native: str) -> Select[Any]:
    """The dashboards that stand for a document's id: the one that has it, and duplicates made of it."""
    return (
        select(
            dashboards.c.id,
            dashboards.c.owner_id,
            dashboards.c.deleted_at,
            dashboards.c.imported_digest,
            dashboards.c.working,
            dashboards.c.published,
        )
        .where(or_(dashboards.c.id == native, dashboards.c.imported_as == native))
        .order_by((dashboards.c.id != native), dashboards.c.created_at)
    )


def holders(widget_ids: list[str]) -> Select[Any]:
    """Which dashboards have these widget ids, in any edition."""
    return select(widgets.c.id, widgets.c.dashboard_id).where(among(widgets.c.id, widget_ids)).distinct()


async def remember_datasource(session: AsyncConnection, raw: object) -> str | None:
    """The id of the data source that a document names, stored when it is new. None when there is none."""
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
    one = hashlib.sha256(identity.encode()).hexdigest()[:24]
    title = title or full_name or native_id or ""
    await session.execute(
        INSERTS[session.dialect.name](datasources)
        .values(
            id=one,
            native_id=native_id,
            title=title,
            title_key=fold(title),
            address=address,
            address_key=folded(address),
            database=database,
            full_name=full_name,
        )
        .on_conflict_do_nothing()
    )
    return one


def edition_row(document: JsonObject, stored: JsonObject, datasource: str | None, now: datetime) -> dict[str, Any]:
    """The columns of an edition. `stored` is the document as it is kept, its widgets elsewhere."""
    title = tame(document["title"]) or ""
    description, type_ = tame(document.get("desc")), tame(document.get("type"))
    return {
        "title": title,
        "title_key": fold(title),
        "description": description,
        "description_key": folded(description),
        "type": type_,
        "type_key": folded(type_),
        "datasource_id": datasource,
        "document": written(stored),
        "created_at": now,
    }


def widget_row(widget: JsonObject, native: str, datasource: str | None, now: datetime) -> dict[str, Any]:
    title, type_, subtype = (tame(widget.get(key)) for key in ("title", "type", "subtype"))
    return {
        "id": native,
        "title": title,
        "title_key": folded(title),
        "type": type_,
        "type_key": folded(type_),
        "subtype": subtype,
        "subtype_key": folded(subtype),
        "description": tame(widget.get("desc")),
        "datasource_id": datasource,
        "updated_at": now,
        "document": written(widget),
    }
