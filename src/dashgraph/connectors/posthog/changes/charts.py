"""Charts: what several dashboards may show, so that changing one needs a right on each of them."""

from dashgraph.connectors.posthog.changes.places import upstream
from dashgraph.connectors.posthog.translate import Address
from dashgraph.domain.problems import Forbidden, UnsupportedBySource
from dashgraph.sources.live.changing import LEAST_TO_EDIT, Desk
from dashgraph.sources.live.standing import may


def check_chart(desk: Desk) -> None:
    """Raises UnsupportedBySource where only documented addresses are used: those of charts are not."""
    if desk.documented_only:
        message = (
            f"{desk.source} cannot do this: charts need addresses that are not documented; set documented_only off."
        )
        raise UnsupportedBySource(message, source=desk.source)


async def editable_elsewhere(desk: Desk, dashboard: Address, chart: str) -> None:
    """Raises Forbidden when the chart is on another dashboard too that the viewer may not edit."""
    shown_on = (await upstream(desk).api.insight(dashboard.project, chart)).list("dashboards")
    others = {Address(dashboard.project, one.as_id()).native for one in shown_on} - {dashboard.native}
    there = [address.native for address in await upstream(desk).opened(sorted(others))]
    found = await desk.lists.dashboards_by_ids(there)
    if any(one not in found or not may(found[one], LEAST_TO_EDIT) for one in there):
        message = "The chart is on another dashboard too that you may not edit; duplicate the widget and change that."
        raise Forbidden(message)
