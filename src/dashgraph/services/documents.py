"""Documents in and out of a source: imports and exports."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashgraph.domain.dash import JsonObject
from dashgraph.domain.dashboards import DASHBOARD_DOCUMENT, DASHBOARDS, DashboardSort
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.imports import Imported, ImportWish
from dashgraph.domain.lists import LARGEST_PAGE, Position, Window, Wish
from dashgraph.domain.problems import NotFound, Problem
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import Viewer
from dashgraph.domain.widgets import WIDGET_DOCUMENT, WIDGETS_OF_DASHBOARD, WidgetSort
from dashgraph.services.reading import Reading
from dashgraph.sources.fleet import Fleet


@dataclass(frozen=True, slots=True)
class Exported:
    dashboard: ResourceId
    document: JsonObject


class Documents:
    def __init__(self, fleet: Fleet, reading: Reading) -> None:
        self._fleet = fleet
        self._reading = reading

    async def take_in(self, viewer: Viewer, source: str, wish: ImportWish) -> Imported:
        """Import one document into a source. Whole or not at all; raises the problem that stopped it."""
        able = self._fleet.able(source, Capability.DASHBOARD_IMPORT)
        return await able.import_dashboard(viewer, wish)

    async def give_out(self, viewer: Viewer, dashboards: Sequence[ResourceId]) -> list[Exported]:
        """The documents of these dashboards as the viewer sees them, in this order, as they were imported.

        Raises NotFound for a dashboard that is absent or hidden.
        """
        for name in {one.source for one in dashboards}:
            self._fleet.able(name, Capability.DASHBOARD_EXPORT)
        found = await self._reading.things(viewer, DASHBOARD_DOCUMENT, dashboards)
        exported = []
        for one in dashboards:
            document = _there(found, one)
            exported.append(Exported(one, await self._with_widgets(viewer, one, document.raw)))
        return exported

    async def visible(self, viewer: Viewer, source: str) -> list[ResourceId]:
        """The ids of all dashboards that the viewer sees in a source, by title."""
        ids: list[ResourceId] = []
        after: Position | None = None
        while True:
            wish = Wish(DashboardSort.TITLE_ASC, Window(LARGEST_PAGE, after=after))
            page = await self._reading.page(viewer, DASHBOARDS, wish, [source])
            ids.extend(entry.item.id for entry in page.entries)
            if not page.has_next:
                return ids
            after = page.entries[-1].position

    async def _with_widgets(self, viewer: Viewer, dashboard: ResourceId, raw: JsonObject) -> JsonObject:
        """The document with its widgets put back where their ids stand."""
        held = raw.get("widgets")
        if not held:
            return raw
        widgets = await self._widgets(viewer, dashboard)
        if isinstance(held, dict):
            return {**raw, "widgets": {key: widgets[native] for key, native in held.items()}}
        return {**raw, "widgets": [widgets[native] for native in held]}

    async def _widgets(self, viewer: Viewer, dashboard: ResourceId) -> dict[str, Any]:
        ids: list[ResourceId] = []
        after: Position | None = None
        while True:
            wish = Wish(WidgetSort.POSITION_ASC, Window(LARGEST_PAGE, after=after))
            pages = await self._reading.pages(viewer, WIDGETS_OF_DASHBOARD, [dashboard], wish)
            page = _there(pages, dashboard)
            ids.extend(entry.item.id for entry in page.entries)
            if not page.has_next:
                break
            after = page.entries[-1].position
        documents = await self._reading.things(viewer, WIDGET_DOCUMENT, ids)
        return {one.native: _there(documents, one).raw for one in ids}


def _there(found: Mapping[ResourceId, Any], one: ResourceId) -> Any:
    value = found.get(one)
    if isinstance(value, Problem):
        raise value
    if value is None:
        noun = "dashboard" if one.kind is Kind.DASHBOARD else str(one.kind).lower()
        message = f"There is no {noun} {one.native}, or it is hidden from you."
        raise NotFound(message)
    return value


def dash_file(documents: Sequence[JsonObject]) -> bytes:
    """A `.dash` file: one document, or an array of several. The same input gives the same bytes."""
    content = documents[0] if len(documents) == 1 else list(documents)
    try:
        return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
    except UnicodeEncodeError:  # half a character, as JavaScript can leave it: escaped it survives
        return (json.dumps(content, indent=2) + "\n").encode()
