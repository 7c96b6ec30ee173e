"""What changes on Sisense have in common: whose account writes, what of a dashboard is there, and what it became."""

from dashgraph.connectors.sisense.api import Sisense
from dashgraph.connectors.sisense.translate import native_widget
from dashgraph.domain.dash import JsonObject, ids_of_widgets
from dashgraph.domain.dashboards import DASHBOARD_DOCUMENT, Dashboard
from dashgraph.domain.exports import EXPORT_OF_DASHBOARD
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import Forbidden, UnsupportedBySource
from dashgraph.sources.live.changing import Desk, missing

EDITING = "Only the owner, editors and administrators change a dashboard"
DECIDING = "Only the owner and administrators may do this with a dashboard"


def api(desk: Desk) -> Sisense:
    found: Sisense = desk.api
    return found


async def check_writable(desk: Desk, board: Dashboard) -> None:
    """Sisense lets nobody but its owner write a dashboard, administrators neither. Raises Forbidden."""
    mine = await api(desk).my_id()
    if mine is None or board.owner is None or board.owner.native == mine:
        return
    owner = (await desk.known.by_ids(Kind.USER, [board.owner.native])).get(board.owner.native)
    name = "somebody else" if owner is None else owner.name
    message = (
        f"{desk.source} lets only the owner change a dashboard, and this one is owned by {name}. Use their own token "
        '(mode = "delegated"), or give it to the account of dashgraph with changeDashboardOwner first.'
    )
    raise Forbidden(message)


async def is_mine(desk: Desk, owner: ResourceId | None) -> bool:
    """Whether the account that writes is this owner, as far as is known."""
    mine = await api(desk).my_id()
    return owner is not None and mine in {None, owner.native}


async def shown(desk: Desk, oid: str) -> Dashboard:
    """The dashboard as it is now."""
    desk.forget()
    found: Dashboard | None = (await desk.known.by_ids(Kind.DASHBOARD, [oid])).get(oid)
    if found is None:
        raise missing("dashboard")
    return found


async def document(desk: Desk, oid: str) -> JsonObject:
    """The document of a dashboard; under `widgets` stand the ids of its widgets."""
    found = (await desk.known.things(DASHBOARD_DOCUMENT.name, [oid])).get(oid)
    if found is None:
        raise missing("dashboard")
    raw: JsonObject = found.raw
    return raw


async def whole(desk: Desk, oid: str) -> JsonObject:
    """The document of a dashboard with its widgets in it."""
    found = (await desk.known.things(EXPORT_OF_DASHBOARD.name, [oid])).get(oid)
    if found is None:
        raise missing("dashboard")
    raw: JsonObject = found.raw
    return raw


def oids_of_widgets(raw: JsonObject) -> set[str]:
    """The ids of its widgets as the layout has them."""
    return {native_widget(native)[1] for native in ids_of_widgets(raw)}


def unsupported(desk: Desk, why: str) -> UnsupportedBySource:
    return UnsupportedBySource(f"{desk.source} cannot do this: {why}.", source=desk.source)
