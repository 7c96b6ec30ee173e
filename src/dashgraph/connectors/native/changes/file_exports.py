"""Having files made of dashboards and widgets. The job is written in the same transaction, past the ledger."""

from typing import Any

from dashgraph.connectors.native.changes.desk import Desk, Done, Handler, missing
from dashgraph.domain import zones
from dashgraph.domain.changes import Change
from dashgraph.domain.exports import ExportDashboard, ExportFormat, ExportWidget, check, exporting
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import JOB, JobKind, Trigger
from dashgraph.store import dashboards, widgets, working
from dashgraph.store.visibility import Asker

NOT_UNDONE = "nothing was changed by making a file"


async def export_dashboard(desk: Desk, wish: ExportDashboard) -> Done:
    """Whoever sees it. Raises UnsupportedBySource for what cannot be printed here."""
    native = desk.id_of(wish.dashboard, Kind.DASHBOARD, noun="dashboard")
    asker = Asker(exporting(desk.viewer), desk.source)
    if (await desk.session.execute(dashboards.by_ids(asker, [native]))).first() is None:
        raise missing("dashboard")
    return await _started(desk, native, None, wish.format, wish.zone)


async def export_widget(desk: Desk, wish: ExportWidget) -> Done:
    native = desk.id_of(wish.widget, Kind.WIDGET, noun="widget")
    asker = Asker(exporting(desk.viewer), desk.source)
    found = (await desk.session.execute(widgets.by_ids(asker, [native]))).first()
    if found is None:
        raise missing("widget")
    return await _started(desk, found.dashboard_id, native, wish.format, wish.zone)


async def _started(desk: Desk, dashboard: str, widget: str | None, form: ExportFormat, zone: str) -> Done:
    check(form, desk.source)
    given: dict[str, Any] = {
        "dashboard": dashboard,
        "widget": widget,
        "format": form.value,
        "zone": zones.zone(zone).key,
    }
    row = working.job_row(
        JobKind.EXPORT,
        Trigger.REQUEST,
        desk.now,
        given=given,
        requested_by=desk.me,
        scopes=" ".join(sorted(desk.viewer.scopes)),
        dashboard_id=dashboard,
        total=1,
    )
    await working.add(desk.session, row)
    return Done(ResourceId(desk.source, Kind.JOB, row["id"]), JOB.name, reason=NOT_UNDONE)


HANDLERS: dict[type[Change], Handler] = {ExportDashboard: export_dashboard, ExportWidget: export_widget}
