"""Questions about shares."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, and_, func, or_, select, true

from dashgraph.domain.ids import Kind
from dashgraph.domain.shares import ShareFilter
from dashgraph.domain.users import UserStatus
from dashgraph.store.database import among
from dashgraph.store.lists import Rows
from dashgraph.store.tables import dashboards, groups, shares, users
from dashgraph.store.visibility import Asker, alive, seen, share_is_seen

COLUMNS = (
    shares.c.id, shares.c.dashboard_id, shares.c.user_id, shares.c.group_id, shares.c.rule,
    shares.c.subscribed, shares.c.created_at,
)  # fmt: skip

KEYS: dict[str, ColumnElement[Any]] = {
    "subject": func.coalesce(users.c.name_key, groups.c.name_key),
    "rule": shares.c.rule,
    "created_at": shares.c.created_at,
}


def _seen_shares(rights: Subquery) -> FromClause:
    return (
        rights.join(dashboards, dashboards.c.id == rights.c.dashboard_id)
        .join(shares, shares.c.dashboard_id == dashboards.c.id)
        .outerjoin(users, users.c.id == shares.c.user_id)
        .outerjoin(groups, groups.c.id == shares.c.group_id)
    )


def _visible(asker: Asker, rights: Subquery, wanted: ShareFilter) -> ColumnElement[bool]:
    """Shares to deleted users are kept for the day the user is restored, and hidden until then."""
    conditions = [
        alive(),
        or_(users.c.id.is_(None), users.c.status != UserStatus.DELETED.value),
        share_is_seen(rights, asker),
    ]
    if wanted.rule is not None:
        conditions.append(shares.c.rule == wanted.rule.value)
    if wanted.subject is not None:
        column = shares.c.user_id if wanted.subject is Kind.USER else shares.c.group_id
        conditions.append(column.is_not(None))
    if wanted.subscribed is not None:
        conditions.append(shares.c.subscribed == int(wanted.subscribed))
    return and_(true(), *conditions)


def by_ids(asker: Asker, ids: Sequence[str]) -> Select[Any]:
    dashboard_ids = sorted({one.split("/", 1)[0] for one in ids})
    rights = seen(asker, lambda column: among(column, dashboard_ids))
    return (
        select(*COLUMNS)
        .select_from(_seen_shares(rights))
        .where(among(shares.c.id, ids), _visible(asker, rights, ShareFilter()))
    )


def rows_of_dashboards(asker: Asker, dashboard_ids: Sequence[str], wanted: ShareFilter) -> Rows:
    rights = seen(asker, lambda column: among(column, dashboard_ids))
    statement = select(*COLUMNS).select_from(_seen_shares(rights)).where(_visible(asker, rights, wanted))
    return Rows(statement, KEYS, shares.c.id, parent=shares.c.dashboard_id)


def rows_of_groups(asker: Asker, group_ids: Sequence[str], wanted: ShareFilter) -> Rows:
    shared = select(shares.c.dashboard_id).where(among(shares.c.group_id, group_ids))
    rights = seen(asker, lambda column: column.in_(shared))
    statement = (
        select(*COLUMNS)
        .select_from(_seen_shares(rights))
        .where(among(shares.c.group_id, group_ids), _visible(asker, rights, wanted))
    )
    return Rows(statement, KEYS, shares.c.id, parent=shares.c.group_id)
