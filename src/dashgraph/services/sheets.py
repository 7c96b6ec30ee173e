"""What a dashboard or a widget looks like on paper, gathered with the rights of whom it is for."""

from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from dashgraph.domain.dash import Document
from dashgraph.domain.dashboards import DASHBOARD, Dashboard
from dashgraph.domain.groups import GROUP
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import LARGEST_PAGE, Lookup, Position, Window, Wish
from dashgraph.domain.problems import NotFound, Problem
from dashgraph.domain.shares import SHARES_OF_DASHBOARD, Share, ShareSort
from dashgraph.domain.users import USER
from dashgraph.domain.viewers import Viewer
from dashgraph.domain.widgets import WIDGET, WIDGET_DOCUMENT
from dashgraph.services.documents import Documents
from dashgraph.services.reading import Reading
from dashgraph.services.rendering.render import Originals
from dashgraph.services.rendering.sheet import Sheet, SheetShare, of_dashboard, of_widget

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
        [exported] = await self._documents.give_out(viewer, [dashboard])
        shares = await self._shares(viewer, dashboard) if with_shares else []
        owner = await self._owner(viewer, found)
        return of_dashboard(found, exported.document, owner=owner, shares=shares, moment=moment)

    async def widget(self, viewer: Viewer, widget: ResourceId, moment: datetime) -> Sheet:
        """A widget alone, on a sheet of its dashboard's colours."""
        found = await self.one(viewer, WIDGET, widget, "widget")
        document = await self.one(viewer, WIDGET_DOCUMENT, widget, "widget")
        dashboard = await self.one(viewer, DASHBOARD, found.dashboard, "dashboard")
        [exported] = await self._documents.give_out(viewer, [found.dashboard])
        style = Document.of(exported.document).style
        colors = style.colors if style else ()
        owner = await self._owner(viewer, dashboard)
        return of_widget(found, document.raw, dashboard=dashboard, colors=colors, owner=owner, moment=moment)

    async def originals(self, viewer: Viewer, one: ResourceId) -> Originals:
        """The document of a dashboard or a widget, just as it is."""
        if one.kind is Kind.WIDGET:
            widget = await self.one(viewer, WIDGET, one, "widget")
            document = await self.one(viewer, WIDGET_DOCUMENT, one, "widget")
            return Originals(one, widget.title or "", [document.raw])
        dashboard = await self.one(viewer, DASHBOARD, one, "dashboard")
        [exported] = await self._documents.give_out(viewer, [one])
        return Originals(one, dashboard.title, [exported.document])

    async def _owner(self, viewer: Viewer, dashboard: Dashboard) -> str | None:
        if dashboard.owner is None or USER.scope not in viewer.scopes:
            return None
        found = (await self._reading.things(viewer, USER, [dashboard.owner])).get(dashboard.owner)
        return None if found is None or isinstance(found, Problem) else found.name

    async def _shares(self, viewer: Viewer, dashboard: ResourceId) -> list[SheetShare]:
        shares: list[Share] = []
        after: Position | None = None
        while True:
            wish = Wish(ShareSort.SUBJECT_ASC, Window(LARGEST_PAGE, after=after))
            page = (await self._reading.pages(viewer, SHARES_OF_DASHBOARD, [dashboard], wish))[dashboard]
            if isinstance(page, Problem):
                raise page
            shares.extend(entry.item for entry in page.entries)
            if not page.has_next:
                break
            after = page.entries[-1].position
        users = await self._reading.things(viewer, USER, [one.subject for one in shares])
        groups = await self._reading.things(viewer, GROUP, [one.subject for one in shares])
        names = {one: thing.name for one, thing in {**users, **groups}.items() if not isinstance(thing, Problem)}
        return [SheetShare(names[one.subject], one.subject.kind, one.rule) for one in shares if one.subject in names]

    async def one(self, viewer: Viewer, lookup: Lookup[T], one: ResourceId, noun: str) -> T:
        found = (await self._reading.things(viewer, lookup, [one])).get(one)
        if isinstance(found, Problem):
            raise found
        if found is None:
            message = f"There is no {noun} with this id, or it is hidden from you."
            raise NotFound(message)
        return found
