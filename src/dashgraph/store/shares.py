"""Questions about shares."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, true

from dashgraph.domain.ids import Kind
from dashgraph.domain.shares import ShareFilter
from dashgraph.domain.users import UserStatus
from dashgraph.store.among import among, constant
from dashgraph.store.lists import Parents, Rows
from dashgraph.store.tables import dashboards, groups, shares, users
from dashgraph.store.visibility import Asker, Rights, seen, share_is_seen

COLUMNS = (
    shares.c.id, shares.c.dashboard_id, shares.c.user_id, shares.c.group_id, shares.c.rule,
    shares.c.subscribed, shares.c.created_at,
)  # fmt: skip

USER_NAME = select(users.c.name_key).where(users.c.id == shares.c.user_id).correlate(shares).scalar_subquery()
GROUP_NAME = select(groups.c.name_key).where(groups.c.id == shares.c.group_id).correlate(shares).scalar_subquery()
KEYS: dict[str, ColumnElement[Any]] = {
    "subject": func.coalesce(USER_NAME, GROUP_NAME),
    "rule": shares.c.rule,
    "created_at": shares.c.created_at,
}


def _visible(asker: Asker, rights: Rights, wanted: ShareFilter) -> ColumnElement[bool]:
    """Shares to deleted users are kept for the day the user is restored, and hidden until then."""
    is_deleted = users.c.status == constant(UserStatus.DELETED.value)
    to_deleted = select(users.c.id).where(users.c.id == shares.c.user_id, is_deleted).correlate(shares)
    conditions = [~to_deleted.exists(), share_is_seen(rights, asker)]
    if wanted.rule is not None:
        conditions.append(shares.c.rule == wanted.rule.value)
    if wanted.subject is not None:
        column = shares.c.user_id if wanted.subject is Kind.USER else shares.c.group_id
        conditions.append(column.is_not(None))
    if wanted.subscribed is not None:
        conditions.append(shares.c.subscribed == int(wanted.subscribed))
    return and_(true(), *conditions)


def _seen_shares(asker: Asker, rights: Rights, wanted: ShareFilter) -> Select[Any]:
    joined = rights.dashboards.join(shares, shares.c.dashboard_id == dashboards.c.id)
    return select(*COLUMNS).select_from(joined).where(rights.living, _visible(asker, rights, wanted))


def by_ids(asker: Asker, ids: Sequence[str]) -> Select[Any]:
    dashboard_ids = sorted({one.split("/", 1)[0] for one in ids})
    rights = seen(asker, lambda column: among(column, dashboard_ids))
    return _seen_shares(asker, rights, ShareFilter()).where(among(shares.c.id, ids))


def rows_of_dashboards(asker: Asker, dashboard_ids: Sequence[str], wanted: ShareFilter) -> Rows:
    rights = seen(asker, lambda column: among(column, dashboard_ids))
    own = shares.c.dashboard_id == dashboards.c.id
    return Rows(
        select(*COLUMNS).select_from(shares).where(own, _visible(asker, rights, wanted)),
        KEYS,
        shares.c.id,
        parent=dashboards.c.id,
        parents=Parents(rights.dashboards, rights.living),
    )


def rows_of_groups(asker: Asker, group_ids: Sequence[str], wanted: ShareFilter) -> Rows:
    shared = select(shares.c.dashboard_id).where(among(shares.c.group_id, group_ids))
    rights = seen(asker, lambda column: column.in_(shared))
    statement = _seen_shares(asker, rights, wanted).where(among(shares.c.group_id, group_ids))
    return Rows(statement, KEYS, shares.c.id, parent=shares.c.group_id)
