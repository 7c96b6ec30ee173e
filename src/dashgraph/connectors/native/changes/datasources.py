"""Changes of what dashboards and widgets ask for their numbers."""

import json
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select

from dashgraph.connectors.native.changes.desk import LEAST_TO_EDIT, Desk, Done, Handler
from dashgraph.connectors.native.changes.editions import checked, draft
from dashgraph.domain.changes import Change
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.datasources import DataSourceMatch, ReplaceDatasource, replaced
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.problems import BadInput, Forbidden
from dashgraph.store.imports import tame
from dashgraph.store.tables import dashboards, datasources, editions, widgets
from dashgraph.store.visibility import alive

MOST_AT_ONCE = 1000  # dashboards of one change, which is held in memory and written into the audit trail whole
EDITING = "Only the owner, editors and administrators change what a dashboard asks"


async def replace_datasource(desk: Desk, wish: ReplaceDatasource) -> Done:
    """What is published stays as it is until it is published again."""
    checked({"datasource": wish.new.raw})
    if wish.former.fits(wish.new.raw):
        message = "That is the same data source; give another title or address."
        raise BadInput(message, argument="to")
    if isinstance(wish.scope, ResourceId):
        dashboard = await desk.dashboard(wish.scope, least=LEAST_TO_EDIT, refusal=EDITING)
        facts = await _replace(desk, [dashboard.id], wish)
        return Done(wish.scope, DASHBOARD.name, {**facts, "remaining": 0})
    if not desk.asker.everything:
        message = "Only administrators replace a data source everywhere; give the id of a dashboard."
        raise Forbidden(message)
    if not wish.confirmed:
        message = "This changes every dashboard that asks it; say so with confirm: true."
        raise BadInput(message, argument="confirm")
    using = alive() & _uses(wish.former)
    count = (await desk.session.execute(select(func.count()).select_from(dashboards).where(using))).scalar_one()
    first = select(dashboards.c.id).where(using).order_by(dashboards.c.id).limit(MOST_AT_ONCE).with_for_update()
    found = (await desk.session.execute(first)).scalars().all()
    facts = await _replace(desk, found, wish)
    return Done(None, facts={**facts, "remaining": max(0, count - len(found))})


async def _replace(desk: Desk, found: Sequence[str], wish: ReplaceDatasource) -> dict[str, int]:
    """Replace it in these dashboards, which are locked; how many dashboards and widgets that changed."""
    changed = rewritten = 0
    for one in found:
        changing = await draft(desk, one)
        changing.document = replaced(changing.document, wish.former, wish.new)
        for row in await changing.rows():
            document = json.loads(row.document)
            if wish.former.fits(document.get("datasource")):
                rewritten += await changing.rewrite(row, replaced(document, wish.former, wish.new))
        changed += await changing.save()
    return {"dashboards": changed, "widgets": rewritten}


def _uses(former: DataSourceMatch) -> ColumnElement[bool]:
    """Whether the working edition of a dashboard, or a widget of it, asks this data source."""
    title, address = tame(former.title), tame(former.address)
    meant = select(datasources.c.id).where(datasources.c.title == title, datasources.c.address == address)
    edition = select(editions.c.number).where(
        editions.c.dashboard_id == dashboards.c.id,
        editions.c.number == dashboards.c.working,
        editions.c.datasource_id.in_(meant),
    )
    widget = select(widgets.c.id).where(
        widgets.c.dashboard_id == dashboards.c.id,
        widgets.c.edition == dashboards.c.working,
        widgets.c.datasource_id.in_(meant),
    )
    return or_(edition.correlate(dashboards).exists(), widget.correlate(dashboards).exists())


HANDLERS: dict[type[Change], Handler] = {ReplaceDatasource: replace_datasource}
