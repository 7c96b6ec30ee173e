"""What a dashboard or a widget looks like on paper, gathered with the rights of whom it is for.

Of sources elsewhere that is what their widgets say of themselves: each has documents of its own shape, and only
Sisense's is the one that sheets are drawn from.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from dashgraph.domain.dash import Document, JsonObject
from dashgraph.domain.dashboards import DASHBOARD, DASHBOARD_DOCUMENT, Dashboard
from dashgraph.domain.exports import EXPORT_OF_DASHBOARD
from dashgraph.domain.groups import GROUP
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import LARGEST_PAGE, Listing, Lookup, Position, Sort, Window, Wish
from dashgraph.domain.problems import NotFound, Problem
from dashgraph.domain.shares import SHARES_OF_DASHBOARD, ShareSort
from dashgraph.domain.users import USER
from dashgraph.domain.viewers import Viewer
from dashgraph.domain.widgets import WIDGET, WIDGET_DOCUMENT, WIDGETS_OF_DASHBOARD, Widget, WidgetSort
from dashgraph.services.documents import Documents
from dashgraph.services.reading import Reading
from dashgraph.services.rendering.places import gridded
from dashgraph.services.rendering.render import Originals
from dashgraph.services.rendering.sheet import Sheet, SheetShare, in_our_shape, of_dashboard, of_widget

T = TypeVar("T")


class Sheets:
    def __init__(self, reading: Reading, documents: Documents) -> None:
        self._reading = reading
        self._documents = documents

    async def seen(self, viewer: Viewer, dashboard: ResourceId) -> Viewer:
        """The viewer as a delivery sees: what readers are shown, or of a draft of one's own the working content.

        Raises NotFound when the dashboard is absent or hidden.
        """
        reader = replace(viewer, as_reader=True)
        if (await self._reading.things(reader, DASHBOARD, [dashboard])).get(dashboard) is not None:
            return reader
        await self.one(viewer, DASHBOARD, dashboard, "dashboard")
        return viewer

    async def dashboard(
        self, viewer: Viewer, dashboard: ResourceId, moment: datetime, *, with_shares: bool = False
    ) -> Sheet:
        """The moment is in the zone of the readers. Raises NotFound when the dashboard is absent or hidden."""
        found = await self.one(viewer, DASHBOARD, dashboard, "dashboard")
        shares = await self._shares(viewer, dashboard) if with_shares else []
        owner = await self._owner(viewer, found)
        if self._documents.are_here(dashboard.source):
            [exported] = await self._documents.give_out(viewer, [dashboard])
            return of_dashboard(found, exported.document, owner=owner, shares=shares, moment=moment)
        document, widgets = await self._elsewhere(viewer, found)
        tabs = gridded(widgets, Document.of(document).tabs)
        shown = {**document, "widgets": await self._in_our_shape(viewer, widgets)}
        return of_dashboard(found, shown, owner=owner, shares=shares, moment=moment, tabs=tabs)

    async def _elsewhere(self, viewer: Viewer, dashboard: Dashboard) -> tuple[JsonObject, Sequence[Widget]]:
        """The document of a dashboard elsewhere, as far as it tells one, and its widgets."""
        found = (await self._reading.things(viewer, DASHBOARD_DOCUMENT, [dashboard.id])).get(dashboard.id)
        if isinstance(found, Problem):
            raise found
        widgets = await self._all(viewer, WIDGETS_OF_DASHBOARD, dashboard.id, WidgetSort.POSITION_ASC)
        return {} if found is None else found.raw, widgets

    async def _in_our_shape(self, viewer: Viewer, widgets: Sequence[Widget]) -> list[JsonObject]:
        documents = await self._reading.things(viewer, WIDGET_DOCUMENT, [one.id for one in widgets])
        known = {one: found.raw for one, found in documents.items() if not isinstance(found, Problem)}
        return [in_our_shape(one, known.get(one.id, {})) for one in widgets]

    async def widget(self, viewer: Viewer, widget: ResourceId, moment: datetime) -> Sheet:
        """A widget alone, on a sheet of its dashboard's colours."""
        found = await self.one(viewer, WIDGET, widget, "widget")
        dashboard = await self.one(viewer, DASHBOARD, found.dashboard, "dashboard")
        colors: Sequence[str] = ()
        if self._documents.are_here(widget.source):
            document = (await self.one(viewer, WIDGET_DOCUMENT, widget, "widget")).raw
            [exported] = await self._documents.give_out(viewer, [found.dashboard])
            style = Document.of(exported.document).style
            colors = style.colors if style else ()
        else:
            [document] = await self._in_our_shape(viewer, [found])
        owner = await self._owner(viewer, dashboard)
        return of_widget(found, document, dashboard=dashboard, colors=colors, owner=owner, moment=moment)

    async def originals(self, viewer: Viewer, one: ResourceId) -> Originals:
        """The document of a dashboard or a widget, just as it is.

        Elsewhere it is what a source of the same kind takes in, or where there is none, all that the source tells.
        """
        if one.kind is Kind.WIDGET:
            widget = await self.one(viewer, WIDGET, one, "widget")
            document = await self.one(viewer, WIDGET_DOCUMENT, one, "widget")
            return Originals(one, widget.title or "", [document.raw])
        dashboard = await self.one(viewer, DASHBOARD, one, "dashboard")
        if not self._documents.are_here(one.source):
            writes = self._documents.reason_against(one.source) is None
            told = await self.one(viewer, EXPORT_OF_DASHBOARD if writes else DASHBOARD_DOCUMENT, one, "dashboard")
            return Originals(one, dashboard.title, [told.raw])
        [exported] = await self._documents.give_out(viewer, [one])
        return Originals(one, dashboard.title, [exported.document])

    async def _owner(self, viewer: Viewer, dashboard: Dashboard) -> str | None:
        if dashboard.owner is None or USER.scope not in viewer.scopes:
            return None
        found = (await self._reading.things(viewer, USER, [dashboard.owner])).get(dashboard.owner)
        return None if found is None or isinstance(found, Problem) else found.name

    async def _shares(self, viewer: Viewer, dashboard: ResourceId) -> list[SheetShare]:
        shares = await self._all(viewer, SHARES_OF_DASHBOARD, dashboard, ShareSort.SUBJECT_ASC)
        users = await self._reading.things(viewer, USER, [one.subject for one in shares])
        groups = await self._reading.things(viewer, GROUP, [one.subject for one in shares])
        names = {one: thing.name for one, thing in {**users, **groups}.items() if not isinstance(thing, Problem)}
        return [SheetShare(names[one.subject], one.subject.kind, one.rule) for one in shares if one.subject in names]

    async def _all(self, viewer: Viewer, listing: Listing[T], dashboard: ResourceId, sort: Sort) -> list[T]:
        """All that hangs off a dashboard."""
        found: list[T] = []
        after: Position | None = None
        while True:
            wish = Wish(sort, Window(LARGEST_PAGE, after=after))
            page = (await self._reading.pages(viewer, listing, [dashboard], wish)).get(dashboard)
            if isinstance(page, Problem):
                raise page
            if page is None:
                return found
            found.extend(entry.item for entry in page.entries)
            if not page.has_next:
                return found
            after = page.entries[-1].position

    async def one(self, viewer: Viewer, lookup: Lookup[T], one: ResourceId, noun: str) -> T:
        found = (await self._reading.things(viewer, lookup, [one])).get(one)
        if isinstance(found, Problem):
            raise found
        if found is None:
            message = f"There is no {noun} with this id, or it is hidden from you."
            raise NotFound(message)
        return found
