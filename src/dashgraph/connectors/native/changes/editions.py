"""Changing the content of a dashboard: what was published never changes, the first change after it starts anew."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from dashgraph.connectors.native.changes.desk import Desk
from dashgraph.domain import layouts
from dashgraph.domain.dash import JsonObject
from dashgraph.domain.formats import reading
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.problems import BadDocument, TooMuch
from dashgraph.store.database import AnyRow
from dashgraph.store.imports import edition_row, remember_datasource, widget_row, written
from dashgraph.store.tables import dashboards, editions, widgets

MOST_WIDGETS = reading.USUAL.widgets


class Draft:
    """The working edition of a locked dashboard while it is changed.

    Change `document`, or the widgets by the methods, and then `save`. Nothing is written where nothing differs.
    """

    def __init__(self, desk: Desk, dashboard: AnyRow, edition: AnyRow, held: Mapping[str, int]) -> None:
        self._desk = desk
        self._edition = edition
        self._held = dict(held)  # ids of widgets with their positions
        self._starts_anew = dashboard.working == dashboard.published
        self._number: int = dashboard.working
        self._touched = False
        self.dashboard: str = dashboard.id
        self.document: JsonObject = json.loads(edition.document)

    @property
    def widgets(self) -> set[str]:
        return set(self._held)

    async def widget(self, native: str) -> AnyRow | None:
        """The row of a widget of this edition."""
        found: AnyRow | None = (await self._desk.session.execute(select(widgets).where(self._is(native)))).first()
        return found

    async def rows(self) -> Sequence[AnyRow]:
        """The rows of all widgets of this edition."""
        held = select(widgets).where(of_edition(self.dashboard, self._number)).order_by(widgets.c.position)
        found: Sequence[AnyRow] = (await self._desk.session.execute(held)).all()
        return found

    async def add(self, native: str, document: JsonObject, *, like: JsonObject | None = None) -> None:
        """Add a widget at the end, and at the bottom of the layout; in size like the element of another."""
        if len(self._held) >= MOST_WIDGETS:
            message = f"A dashboard holds at most {MOST_WIDGETS} widgets; delete some, or use another dashboard."
            raise TooMuch(message)
        number = await self._begin()
        position = max(self._held.values(), default=-1) + 1
        document = {**document, "oid": native}
        if "dashboardid" in document:
            document["dashboardid"] = self.dashboard
        datasource = await remember_datasource(self._desk.session, document.get("datasource"))
        row = widget_row(document, native, datasource, self._desk.now)
        at = {"dashboard_id": self.dashboard, "edition": number, "position": position}
        await self._desk.ledger.insert(widgets, {**at, **row})
        self._held[native] = position

        listed = self.document.get("widgets")
        self.document["widgets"] = {**listed, native: native} if isinstance(listed, dict) else [*(listed or ()), native]
        self.document["layout"] = layouts.added(self._layout(), native, like=like)

    async def rewrite(self, row: AnyRow, document: JsonObject) -> bool:
        """Give a widget another document. Whether that differs from what it had."""
        former = json.loads(row.document)
        if document == former:
            return False
        await self._begin()
        datasource = row.datasource_id
        if document.get("datasource") != former.get("datasource"):
            datasource = await remember_datasource(self._desk.session, document.get("datasource"))
        values = widget_row(document, row.id, datasource, self._desk.now)
        await self._desk.ledger.update(widgets, self._is(row.id), **values)
        return True

    async def remove(self, native: str) -> None:
        """Take a widget away, and its place in the layout."""
        await self._begin()
        await self._desk.ledger.delete(widgets, self._is(native))
        del self._held[native]
        listed = self.document.get("widgets")
        if isinstance(listed, dict):
            self.document["widgets"] = {key: one for key, one in listed.items() if one != native}
        else:
            self.document["widgets"] = [one for one in listed or () if one != native]
        if layout := self._layout():
            self.document["layout"] = layouts.fitting(layout, self._held)

    def place_of(self, native: str) -> JsonObject | None:
        """The element of the layout that places this widget."""
        return layouts.element(self._layout(), native)

    async def save(self) -> bool:
        """Write what differs, and count up the revision of the dashboard once. Whether anything differs."""
        former = json.loads(self._edition.document)
        if self.document == former and not self._touched:
            return False
        number = await self._begin()
        datasource = self._edition.datasource_id
        if self.document.get("datasource") != former.get("datasource"):
            datasource = await remember_datasource(self._desk.session, self.document.get("datasource"))
        values = edition_row(self.document, self.document, datasource, self._desk.now)
        del values["created_at"]  # it is when this edition was started
        ledger = self._desk.ledger
        await ledger.update(editions, is_edition(self.dashboard, number), **values)
        changes = {"working": number, "title_key": values["title_key"]}
        await ledger.update(dashboards, dashboards.c.id == self.dashboard, **changes)
        return True

    async def _begin(self) -> int:
        """The number of an edition that may be changed: a copy of the working one when that is published."""
        self._touched = True
        if self._starts_anew:
            self._starts_anew = False
            number = await last_number(self._desk, self.dashboard) + 1  # more than the working one, after an undoing
            await copied(self._desk, self.dashboard, self._number, number)
            self._number = number
        return self._number

    def _layout(self) -> JsonObject | None:
        layout = self.document.get("layout")
        return layout if isinstance(layout, dict) else None

    def _is(self, native: str) -> ColumnElement[bool]:
        return (
            (widgets.c.dashboard_id == self.dashboard) & (widgets.c.edition == self._number) & (widgets.c.id == native)
        )


async def draft(desk: Desk, dashboard: str) -> Draft:
    """The working edition of a dashboard that the viewer may edit; the dashboard is locked already."""
    [row] = (await desk.session.execute(select(dashboards).where(dashboards.c.id == dashboard))).all()
    [edition] = (await desk.session.execute(select(editions).where(is_edition(dashboard, row.working)))).all()
    held = select(widgets.c.id, widgets.c.position).where(of_edition(dashboard, row.working))
    positions = {one.id: one.position for one in await desk.session.execute(held)}
    return Draft(desk, row, edition, positions)


async def copied(desk: Desk, dashboard: str, number: int, into: int) -> None:
    """Make a working edition with the content of another edition of the same dashboard."""
    edition = (await desk.session.execute(select(editions).where(is_edition(dashboard, number)))).mappings().one()
    blank = {"number": into, "created_at": desk.now, "published_at": None, "published_by": None}
    await desk.ledger.insert(editions, {**edition, **blank})
    held = (await desk.session.execute(select(widgets).where(of_edition(dashboard, number)))).mappings()
    await desk.ledger.insert(widgets, *({**row, "edition": into} for row in held))


async def last_number(desk: Desk, dashboard: str) -> int:
    """The highest number of an edition of this dashboard."""
    highest = select(func.max(editions.c.number)).where(editions.c.dashboard_id == dashboard)
    found: int = (await desk.session.execute(highest)).scalar_one()
    return found


def is_edition(dashboard: str, number: int) -> ColumnElement[bool]:
    return (editions.c.dashboard_id == dashboard) & (editions.c.number == number)


def of_edition(dashboard: str, number: int) -> ColumnElement[bool]:
    """The widgets of an edition."""
    return (widgets.c.dashboard_id == dashboard) & (widgets.c.edition == number)


def checked(parts: Mapping[str, Any]) -> None:
    """Whether these parts of a document can stand in one. Raises BadDocument, with the place."""
    try:
        text = written({"title": "", **parts})
    except (RecursionError, ValueError):
        message = "A document nests at most 100 levels, and its numbers have at most 4300 digits"
        raise BadDocument(message) from None
    [candidate] = reading.read(text.encode(), kind=DocumentFormat.DASH)
    if isinstance(candidate.document, BadDocument):
        raise candidate.document
