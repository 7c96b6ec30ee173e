"""The trash: who sees what is in it, and removing from it for good."""

from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select, true

from dashgraph.domain.trash import DeletedDashboardFilter
from dashgraph.store.ledger import Ledger
from dashgraph.store.lists import Rows, id_matches, text_matches, time_matches
from dashgraph.store.tables import dashboards, editions, shares, widgets
from dashgraph.store.visibility import Asker

COLUMNS = (
    dashboards.c.id, editions.c.title, editions.c.description, dashboards.c.owner_id, dashboards.c.revision,
    dashboards.c.created_at, dashboards.c.deleted_at, dashboards.c.deleted_by,
)  # fmt: skip

# The title of the edition, not the copy of it beside the living ones: its index would lead through all of those.
KEYS: dict[str, ColumnElement[Any]] = {"deleted_at": dashboards.c.deleted_at, "title": editions.c.title_key}


def rows(asker: Asker, wanted: DeletedDashboardFilter) -> Rows:
    """Owners see what was theirs, administrators who ask for everything see all. A share leads to nothing here."""
    working = (editions.c.dashboard_id == dashboards.c.id) & (editions.c.number == dashboards.c.working)
    mine = true() if asker.everything else asker.is_me(dashboards.c.owner_id)
    statement = select(*COLUMNS).select_from(dashboards.join(editions, working))
    statement = statement.where(dashboards.c.deleted_at.is_not(None), mine, matches(asker, wanted))
    return Rows(statement, KEYS, dashboards.c.id)


def matches(asker: Asker, wanted: DeletedDashboardFilter) -> ColumnElement[bool]:
    return and_(
        true(),
        text_matches(wanted.title, editions.c.title, editions.c.title_key),
        id_matches(wanted.owner, dashboards.c.owner_id, asker.source),
        id_matches(wanted.deleted_by, dashboards.c.deleted_by, asker.source),
        time_matches(wanted.deleted_at, dashboards.c.deleted_at),
    )


async def purge(ledger: Ledger, dashboard: str) -> None:
    """Remove a locked dashboard for good, with its widgets, versions and shares.

    What is gone for good is not kept in the audit trail either, so its content goes past the ledger.
    """
    await ledger.delete(shares, shares.c.dashboard_id == dashboard)
    await ledger.session.execute(delete(widgets).where(widgets.c.dashboard_id == dashboard))
    await ledger.session.execute(delete(editions).where(editions.c.dashboard_id == dashboard))
    await ledger.delete(dashboards, dashboards.c.id == dashboard)
