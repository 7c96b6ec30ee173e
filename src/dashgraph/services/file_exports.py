"""Files of dashboards and widgets: drawn for somebody, and the job that does so for who asked."""

from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from dashgraph.domain.access import AccessRole
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.exports import ExportedFile, ExportFormat, exporting
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import InvalidState, SourceUnavailable, UnsupportedBySource
from dashgraph.domain.users import USER
from dashgraph.domain.viewers import Viewer
from dashgraph.services.documents import Documents
from dashgraph.services.identity import Identity
from dashgraph.services.jobs.attempts import Attempt, Ended, TryAgain
from dashgraph.services.reading import Reading
from dashgraph.services.rendering.render import Rendering
from dashgraph.services.sheets import Sheets


class FileExports:
    """The worker of jobs that export. What it draws, it draws as who asked, with today's rights."""

    def __init__(self, reading: Reading, documents: Documents, rendering: Rendering, identity: Identity) -> None:
        self._reading = reading
        self._sheets = Sheets(reading, documents)
        self._rendering = rendering
        self._identity = identity

    async def __call__(self, attempt: Attempt) -> Ended:
        """Raises TryAgain while a source elsewhere does not answer."""
        given = attempt.input
        viewer = exporting(await self._identity.asker(attempt.requested_by, attempt.scopes))
        dashboard = _named(given["dashboard"])
        widget = None if given["widget"] is None else _named(given["widget"])
        moment = attempt.created_at.astimezone(ZoneInfo(given["zone"]))
        try:
            with self._reading.operation():
                role = await self.role(viewer, dashboard)
                made = await self.file(viewer, widget or dashboard, ExportFormat(given["format"]), moment)
        except SourceUnavailable as silence:
            if dashboard.source == attempt.resource.source or not silence.retryable:
                raise
            raise TryAgain(silence.message) from silence
        await attempt.keep_file(made.name, made.content_type, made.content)
        await attempt.progress(1, 1)
        await attempt.log(f"Made {made.name}, {len(made.content):,} bytes.")
        return Ended({"role": role.value})

    async def file(self, viewer: Viewer, one: ResourceId, form: ExportFormat, moment: datetime) -> ExportedFile:
        """The file of a dashboard or a widget, as the viewer sees it: made by its source where that can, else here.

        The moment is in the zone of the readers. Raises NotFound when it is absent or hidden, and what rendering
        raises.
        """
        if form.is_document:
            return await self._rendering.render(await self._sheets.originals(viewer, one), form)
        if form in self._reading.draws(viewer, one):
            with suppress(UnsupportedBySource):  # it makes this of others, but not of this one
                return await self._reading.export(viewer, one, form)
        if one.kind is Kind.WIDGET:
            return await self._rendering.render(await self._sheets.widget(viewer, one, moment), form)
        shares = USER.scope in viewer.scopes  # a token that is not for people shows none
        sheet = await self._sheets.dashboard(viewer, one, moment, with_shares=shares)
        return await self._rendering.render(sheet, form)

    async def role(self, viewer: Viewer, dashboard: ResourceId) -> AccessRole:
        """What the viewer is to a dashboard: what is drawn depends on it. Raises NotFound."""
        return (await self._sheets.one(viewer, DASHBOARD, dashboard, "dashboard")).role


def _named(text: str) -> ResourceId:
    found = ResourceId.decode(text)
    if found is None:
        message = "The job does not say what it exports; ask for the export again."
        raise InvalidState(message)
    return found
