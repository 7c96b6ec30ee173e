"""Documents out of a source: exports."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from dashgraph.domain.dash import Document, JsonObject, ids_of_widgets, with_widgets
from dashgraph.domain.dashboards import DASHBOARD_DOCUMENT, DASHBOARDS, DashboardSort
from dashgraph.domain.exports import EXPORT_OF_DASHBOARD, ExportDashboards
from dashgraph.domain.formats import posthog
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import LARGEST_PAGE, Position, Window, Wish
from dashgraph.domain.problems import Conflict, NotFound, Problem, UnsupportedBySource
from dashgraph.domain.sources import SourceKind
from dashgraph.domain.viewers import Viewer
from dashgraph.domain.widgets import WIDGET_DOCUMENT
from dashgraph.services.reading import Reading


@dataclass(frozen=True, slots=True)
class Exported:
    """A whole dashboard, as dashgraph's own store would keep it, whichever source it is in."""

    dashboard: ResourceId
    document: JsonObject


class Documents:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def give_out(self, viewer: Viewer, dashboards: Sequence[ResourceId]) -> list[Exported]:
        """The documents of these dashboards as the viewer sees them, in this order, as they were imported.

        Each once. Raises NotFound for a dashboard that is absent or hidden.
        """
        for name in {one.source for one in dashboards}:
            reason = self.reason_against(name)
            if reason is not None:
                message = f"{name} cannot do this: {reason}."
                raise UnsupportedBySource(message, source=name)
        ours = {one: self.are_here(one.source) for one in dict.fromkeys(dashboards)}
        kept = await self._kept(viewer, [one for one, here in ours.items() if here])
        elsewhere = [one for one, here in ours.items() if not here]
        found = await self._reading.things(viewer, EXPORT_OF_DASHBOARD, elsewhere) if elsewhere else {}
        return [kept[one] if here else Exported(one, _as_kept(_there(found, one).raw)) for one, here in ours.items()]

    def reason_against(self, source: str) -> str | None:
        """Why a source gives no documents that could be taken in again; None when it does. Asks nobody."""
        return self._reading.card(source).refusal(ExportDashboards.NEEDS, "exportDashboards")

    def are_here(self, source: str) -> bool:
        """Whether a source is dashgraph's own store, where documents are as it keeps them."""
        return self._reading.card(source).kind is SourceKind.NATIVE

    async def _kept(self, viewer: Viewer, dashboards: Sequence[ResourceId]) -> dict[ResourceId, Exported]:
        found = await self._reading.things(viewer, DASHBOARD_DOCUMENT, dashboards)
        documents = {one: _there(found, one).raw for one in dashboards}
        widgets = [
            ResourceId(one.source, Kind.WIDGET, native)
            for one, raw in documents.items()
            for native in ids_of_widgets(raw)
        ]
        parts = await self._reading.things(viewer, WIDGET_DOCUMENT, widgets)
        return {one: Exported(one, _whole(one, raw, parts)) for one, raw in documents.items()}

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


def _there(found: Mapping[ResourceId, Document | Problem], one: ResourceId) -> Document:
    value = found.get(one)
    if isinstance(value, Problem):
        raise value
    if value is None:
        message = f"There is no dashboard {one.native}, or it is hidden from you."
        raise NotFound(message)
    return value


def _as_kept(document: JsonObject) -> JsonObject:
    return posthog.read(document) if posthog.recognised(document) else document


def _whole(dashboard: ResourceId, raw: JsonObject, parts: Mapping[ResourceId, Document | Problem]) -> JsonObject:
    """The document with its widgets put back where their ids stand."""
    widgets = {}
    for native in ids_of_widgets(raw):
        part = parts.get(ResourceId(dashboard.source, Kind.WIDGET, native))
        if isinstance(part, Problem):
            raise part
        if part is None:
            message = f"The dashboard {dashboard.native} was changed while it was exported; try again."
            raise Conflict(message)
        widgets[native] = part.raw
    return with_widgets(raw, widgets)


def dash_file(documents: Sequence[JsonObject]) -> bytes:
    """A `.dash` file: one document, or an array of several. The same input gives the same bytes."""
    return json_file(documents[0] if len(documents) == 1 else list(documents))


def json_file(content: Any) -> bytes:
    """A value as the text of a file."""
    try:
        return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:  # half a character, as JavaScript can leave it, or a number of more than 64 bits
        return (json.dumps(content, indent=2) + "\n").encode()
