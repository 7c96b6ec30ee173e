"""Files that Holistics makes of widgets: a job of its own makes each, and is looked at until it is over."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from dashgraph.connectors.holistics import translate
from dashgraph.connectors.holistics.api import Holistics
from dashgraph.connectors.holistics.changes.means import submitted
from dashgraph.domain.exports import ExportFormat
from dashgraph.domain.ids import Kind
from dashgraph.domain.jobs import JobStatus
from dashgraph.domain.problems import SourceFailed, SourceUnavailable, UnsupportedBySource
from dashgraph.sources.live.facts import Draw

FORMATS = (ExportFormat.CSV, ExportFormat.XLSX, ExportFormat.PDF)
PAUSES = (0.0, 0.25, 0.5, *[1.0] * 60, *[2.0] * 30)  # seconds before looks at the job; more than an export may take


class Files:
    """`nap` is how to wait for a job there."""

    def __init__(self, api: Holistics, nap: Callable[[float], Awaitable[object]]) -> None:
        self._api = api
        self._nap = nap

    def draws(self) -> Mapping[Kind, Mapping[ExportFormat, Draw]]:
        return {Kind.WIDGET: {form: partial(self._drawn, form) for form in FORMATS}}

    async def _drawn(self, form: ExportFormat, widget: str) -> bytes:
        """Raises UnsupportedBySource for a widget that it makes no files of, such as a text."""
        source = self._api.rest.source
        permissions = (await self._api.widget(widget)).optional_object("permissions")
        if permissions is not None and permissions.get("can_export") is False:
            message = f"{source} makes no files of this widget."
            raise UnsupportedBySource(message, source=source)
        job = submitted(await self._api.export_widget(widget, form.value))[0].native
        for pause in PAUSES:
            await self._nap(pause)
            found = next((translate.job(row) for row in await self._api.jobs([job])), None)
            if found is not None and found.status is JobStatus.SUCCEEDED:
                return await self._api.download(job)
            if found is None or found.status.is_over:
                message = f"{source} could not make the file; see its job {job} there."
                raise SourceFailed(message, source=source)
        message = f"{source} is still making the file; try again later."
        raise SourceUnavailable(message, source=source)
