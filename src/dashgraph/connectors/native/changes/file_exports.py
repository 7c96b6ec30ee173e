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
    """Whoever sees it. Raises UnsupportedBySource for what cannot be printed here.

    What is of another source has been looked at there.
    """
    if wish.kept_in is not None:
        return await _started(desk, wish.dashboard, None, wish.format, wish.zone)
    native = desk.id_of(wish.dashboard, Kind.DASHBOARD, noun="dashboard")
    asker = Asker(exporting(desk.viewer), desk.source)
    if (await desk.session.execute(dashboards.by_ids(asker, [native]))).first() is None:
        raise missing("dashboard")
    check(wish.format, desk.source)
    return await _started(desk, wish.dashboard, None, wish.format, wish.zone)


async def export_widget(desk: Desk, wish: ExportWidget) -> Done:
    if wish.kept_in is not None and wish.dashboard is not None:
        return await _started(desk, wish.dashboard, wish.widget, wish.format, wish.zone)
    native = desk.id_of(wish.widget, Kind.WIDGET, noun="widget")
    asker = Asker(exporting(desk.viewer), desk.source)
    found = (await desk.session.execute(widgets.by_ids(asker, [native]))).first()
    if found is None:
        raise missing("widget")
    check(wish.format, desk.source)
    dashboard = ResourceId(desk.source, Kind.DASHBOARD, found.dashboard_id)
    return await _started(desk, dashboard, wish.widget, wish.format, wish.zone)


async def _started(desk: Desk, dashboard: ResourceId, widget: ResourceId | None, form: ExportFormat, zone: str) -> Done:
    here = dashboard.source == desk.source
    given: dict[str, Any] = {
        "dashboard": dashboard.encode(),
        "widget": None if widget is None else widget.encode(),
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
        dashboard_id=dashboard.native if here else None,
        dashboard_elsewhere=None if here else dashboard.encode(),
        total=1,
    )
    await working.add(desk.session, row)
    return Done(ResourceId(desk.source, Kind.JOB, row["id"]), JOB.name, reason=NOT_UNDONE)


HANDLERS: dict[type[Change], Handler] = {ExportDashboard: export_dashboard, ExportWidget: export_widget}
