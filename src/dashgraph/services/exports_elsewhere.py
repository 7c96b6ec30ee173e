"""Exports of what other sources have: looked at there, and then kept, as all exports are, in dashgraph's own store."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.exports import (
    Export,
    ExportDashboard,
    ExportDashboards,
    ExportFormat,
    ExportWidget,
    check,
    exporting,
    reason_against,
)
from dashgraph.domain.formats import writing
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.lists import Lookup
from dashgraph.domain.problems import NotFound, Problem, UnsupportedBySource
from dashgraph.domain.viewers import Viewer
from dashgraph.domain.widgets import WIDGET
from dashgraph.services.documents import Documents
from dashgraph.services.reading import Reading

T = TypeVar("T")


class ExportsElsewhere:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._documents = Documents(reading)

    async def kept_here(self, viewer: Viewer, wish: Export) -> Export:
        """The same export as dashgraph's own store carries it out, where who asks is known.

        Raises NotFound for what is absent or hidden, and for a format that cannot be made UnsupportedBySource, which
        asks nobody, or BadFormat.
        """
        asker, here = exporting(viewer), viewer.user.source
        match wish:
            case ExportDashboard():
                self._check(asker, wish.dashboard, wish.format)
                await self._seen(asker, DASHBOARD, [wish.dashboard])
                return replace(wish, kept_in=here)
            case ExportWidget():
                self._check(asker, wish.widget, wish.format)
                [widget] = await self._seen(asker, WIDGET, [wish.widget])
                return replace(wish, kept_in=here, dashboard=widget.dashboard)
            case ExportDashboards():
                kind = await self._format(asker, wish)
                return replace(wish, kept_in=here, format=kind)
        raise TypeError(type(wish))

    def _check(self, viewer: Viewer, one: ResourceId, form: ExportFormat) -> None:
        """Raises UnsupportedBySource, with what there is instead, when neither the source nor dashgraph makes this."""
        own = self._reading.draws(viewer, one)
        if form in own:
            return
        check(form, one.source)
        reason = self._documents.reason_against(one.source) if form is ExportFormat.DASH else None
        if reason is not None:
            others = [other for other in ExportFormat if other in own or reason_against(other) is None]
            names = ", ".join(other.name for other in others if other is not ExportFormat.DASH)
            message = f"{one.source} cannot do this: {reason}. It can be had as {names}."
            raise UnsupportedBySource(message, source=one.source)

    async def _format(self, viewer: Viewer, wish: ExportDashboards) -> DocumentFormat:
        """The format that they are written in: dashgraph's own, or that of their source, which is the same for all."""
        boards = await self._seen(viewer, DASHBOARD, wish.dashboards)
        spoken = boards[0].format or DocumentFormat.DASHGRAPH
        if wish.format not in {None, spoken, DocumentFormat.DASHGRAPH}:
            raise writing.refusal(wish.format, boards[0].title, spoken)
        return wish.format or spoken

    async def _seen(self, viewer: Viewer, lookup: Lookup[T], wanted: Sequence[ResourceId]) -> list[T]:
        """These things. Raises NotFound for one that is absent, hidden, or of another source than the first."""
        asked = [one for one in wanted if one.source == wanted[0].source]
        found = await self._reading.things(viewer, lookup, asked)
        there: list[T] = []
        for one in wanted:
            thing = found.get(one)
            if isinstance(thing, Problem):
                raise thing
            if thing is None:
                message = f"There is no {lookup.of.value.lower()} with this id, or it is hidden from you."
                raise NotFound(message)
            there.append(thing)
        return there
