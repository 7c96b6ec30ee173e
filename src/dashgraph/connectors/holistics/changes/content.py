"""Changes of dashboards and widgets: Holistics lets them be deleted, nothing else."""

from dashgraph.connectors.holistics.changes.means import means
from dashgraph.domain.changes import Change, Trace
from dashgraph.domain.dashboard_changes import DeleteDashboard
from dashgraph.domain.problems import BadInput, InvalidState, NotFound
from dashgraph.domain.widget_changes import DeleteWidget
from dashgraph.sources.live.changing import LEAST_TO_EDIT, LEAST_TO_SHARE, Desk, Done, Handler

FOR_GOOD = "Holistics deletes for good"
DECIDING = "Only the owner and administrators may do this with a dashboard"
EDITING = "Only the owner, editors and administrators change a dashboard"


async def delete_dashboard(desk: Desk, wish: DeleteDashboard) -> Done:
    """What is defined in the code of a project Holistics refuses, and says so."""
    facts = {"deleted": wish.dashboard.encode()}
    try:
        found = await desk.dashboard(wish.dashboard, least=LEAST_TO_SHARE, refusal=DECIDING)
    except NotFound:
        if not desk.again:
            raise
        return Done(facts=facts, trace=Trace(about=wish.dashboard, reason=FOR_GOOD))
    if desk.dry_run:
        return Done(facts=facts)
    try:
        await means(desk).api.delete_dashboard(found.id.native)
    except BadInput as refusal:
        message = f"Holistics does not delete {found.title!r}; it may be defined in the code of its project."
        raise InvalidState(message, **refusal.facts) from None
    trace = Trace(about=found.id, before={"title": found.title, "url": found.url}, reason=FOR_GOOD)
    return Done(facts=facts, trace=trace)


async def delete_widget(desk: Desk, wish: DeleteWidget) -> Done:
    facts = {"deleted": wish.widget.encode()}
    try:
        widget, dashboard = await desk.widget(wish.widget, least=LEAST_TO_EDIT, refusal=EDITING)
    except NotFound:
        if not desk.again:
            raise
        return Done(facts=facts, trace=Trace(about=wish.widget, reason=FOR_GOOD))
    if desk.dry_run:
        return Done(dashboard, facts)
    await means(desk).api.delete_widget(widget.id.native)
    before = {"title": widget.title, "dashboard": dashboard.id.native}
    return Done(dashboard, facts, Trace(about=widget.id, before=before, reason=FOR_GOOD))


HANDLERS: dict[type[Change], Handler] = {
    DeleteDashboard: delete_dashboard,
    DeleteWidget: delete_widget,
}
