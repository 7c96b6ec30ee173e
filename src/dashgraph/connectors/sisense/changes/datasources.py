"""What dashboards and widgets on Sisense ask for their numbers, replaced in one dashboard or in all of the server."""

from dashgraph.connectors.sisense.changes.upstream import api, shown, unsupported, whole
from dashgraph.domain.changes import Change, Trace
from dashgraph.domain.dash import JsonObject, widgets_of
from dashgraph.domain.dashboards import DASHBOARD_DOCUMENT
from dashgraph.domain.datasources import DataSourceMatch, NamedDataSource, ReplaceDatasource
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Forbidden
from dashgraph.sources.live.changing import LEAST_TO_EDIT, Desk, Done, Handler
from dashgraph.sources.live.standing import ADMIN

EDITING = "Only the owner, editors and administrators change what a dashboard asks"


async def replace_datasource(desk: Desk, wish: ReplaceDatasource) -> Done:
    """What is published stays as it is until it is published again."""
    if wish.former.fits(wish.new.raw):
        message = "That is the same data source; give another title or address."
        raise BadInput(message, argument="to")
    if wish.former.address is None:
        message = f"{desk.source} finds data sources by address and title; give the address too."
        raise BadInput(message, argument="from")
    if not api(desk).entitled:
        raise unsupported(desk, "only administrators' accounts replace data sources; use updateDashboard")
    if isinstance(wish.scope, ResourceId):
        return await _in_one(desk, wish, wish.scope, wish.former.address)
    if not (desk.who.floor >= ADMIN or desk.viewer.is_admin):
        message = "Only administrators replace a data source everywhere; give the id of a dashboard."
        raise Forbidden(message)
    if not wish.confirmed:
        message = "This changes every dashboard that asks it; say so with confirm: true."
        raise BadInput(message, argument="confirm")
    return await _everywhere(desk, wish, wish.former.address)


async def _in_one(desk: Desk, wish: ReplaceDatasource, one: ResourceId, address: str) -> Done:
    board = await desk.dashboard(one, least=LEAST_TO_EDIT, refusal=EDITING)
    raw = await whole(desk, board.id.native)
    facts = {**_uses(raw, wish.former), "remaining": 0}
    if desk.dry_run or not (facts["dashboards"] or facts["widgets"]):
        return Done(board, facts)
    await api(desk).replace_datasource(address, wish.former.title, wish.new.raw, board.id.native)
    mixed = any(_uses(raw, _match(wish.new)).values())
    back = ReplaceDatasource(scope=board.id, former=_match(wish.new), new=_named(wish.former, raw))
    reason = "parts of it asked the new data source before" if mixed else None
    trace = Trace(board.id, {"title": wish.former.title}, wish.new.raw, undo=() if mixed else (back,), reason=reason)
    return Done(await shown(desk, board.id.native), facts, trace)


async def _everywhere(desk: Desk, wish: ReplaceDatasource, address: str) -> Done:
    oids = [board.id.native for board in await desk.known.all(Kind.DASHBOARD)]
    documents = await desk.known.things(DASHBOARD_DOCUMENT.name, oids)
    widgets = await desk.known.all(Kind.WIDGET)
    named = f"{address}/{wish.former.title}"
    asking = [one for one in widgets if one.datasource is not None and one.datasource.native == named]
    using = {oid for oid, one in documents.items() if wish.former.fits(one.raw.get("datasource"))}
    facts = {
        "dashboards": len(using | {one.dashboard.native for one in asking}),
        "widgets": len(asking),
        "remaining": 0,
    }
    if not desk.dry_run:
        await api(desk).replace_datasource(address, wish.former.title, wish.new.raw, None)
    reason = "what asked the new data source before could not be told apart any more"
    return Done(None, facts, Trace(before={"title": wish.former.title}, after=wish.new.raw, reason=reason))


def _uses(raw: JsonObject, former: DataSourceMatch) -> dict[str, int]:
    """How many dashboards (none or one) and widgets ask it."""
    widgets = sum(former.fits(widget.get("datasource")) for widget in widgets_of(raw))
    return {"dashboards": int(bool(widgets) or former.fits(raw.get("datasource"))), "widgets": widgets}


def _match(one: NamedDataSource) -> DataSourceMatch:
    return DataSourceMatch(one.title, one.address)


def _named(former: DataSourceMatch, raw: JsonObject) -> NamedDataSource:
    """The former data source as the document named it."""
    for part in (raw, *widgets_of(raw)):
        held = part.get("datasource")
        if former.fits(held) and isinstance(held, dict):
            return NamedDataSource(
                title=former.title,
                address=former.address,
                database=held.get("database"),
                native_id=held.get("id"),
                full_name=held.get("fullname"),
            )
    return NamedDataSource(title=former.title, address=former.address)


HANDLERS: dict[type[Change], Handler] = {ReplaceDatasource: replace_datasource}
