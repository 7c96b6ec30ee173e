"""Questions about who can see a dashboard and by which paths, asked from either end."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    and_,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)

from dashgraph.domain.access import AccessFilter, PathKind
from dashgraph.domain.lists import Wish
from dashgraph.domain.users import UserStatus
from dashgraph.store.among import among, constant
from dashgraph.store.lists import Rows, count, page
from dashgraph.store.tables import dashboards, editions, memberships, shares, users
from dashgraph.store.visibility import OWNER, Asker, Narrow, Rights, rank_of, seen, seen_dashboards


def paths(
    *,
    of_dashboards: Narrow | None = None,
    of_users: Narrow | None = None,
    kinds: Sequence[PathKind] | None = None,
) -> Subquery:
    """Every way in, or those of some kinds: `dashboard_id`, `user_id`, `kind`, `rank`, `share_id`, `group_id`."""

    def only(dashboard: ColumnElement[Any], user: ColumnElement[Any]) -> ColumnElement[bool]:
        return and_(
            true() if of_dashboards is None else of_dashboards(dashboard),
            true() if of_users is None else of_users(user),
        )

    def arm(
        kind: PathKind,
        start: FromClause,
        dashboard: ColumnElement[Any],
        user: ColumnElement[Any],
        rank: ColumnElement[int],
        share: ColumnElement[Any],
        group: ColumnElement[Any],
    ) -> Select[Any]:
        return (
            select(
                dashboard.label("dashboard_id"), user.label("user_id"), constant(kind.value).label("kind"),
                rank.label("rank"), share.label("share_id"), group.label("group_id"),
            )
            .select_from(start)
            .where(user.is_not(None), only(dashboard, user))
        )  # fmt: skip

    to_user, to_group = shares.c.user_id, memberships.c.user_id
    rank = rank_of(shares.c.rule)
    share, group = shares.c.id, shares.c.group_id
    # A dashboard has few shares, a group may have very many: asked by dashboard, no index of groups may tempt the
    # planner (PostgreSQL read all shares of all groups for two dashboards with many shares).
    of_share = group if of_dashboards is None else func.coalesce(group, "")
    through_group = shares.join(memberships, memberships.c.group_id == of_share)
    owned = arm(PathKind.OWNER, dashboards, dashboards.c.id, dashboards.c.owner_id, constant(OWNER), null(), null())
    direct = arm(PathKind.DIRECT, shares, shares.c.dashboard_id, to_user, rank, share, null())
    by_group = arm(PathKind.GROUP, through_group, shares.c.dashboard_id, to_group, rank, share, group)
    arms = {PathKind.OWNER: owned, PathKind.DIRECT: direct, PathKind.GROUP: by_group}
    if kinds is not None:
        arms = {kind: arms[kind] for kind in kinds if kind in arms} or {PathKind.OWNER: owned.where(false())}
    return union_all(*arms.values()).subquery("paths")


def permissions(asker: Asker, ids: Sequence[str]) -> Select[Any]:
    """For each dashboard that the asker sees their own paths; one row without a kind where there are none."""
    rights = seen(asker, lambda column: among(column, ids))
    mine = paths(of_dashboards=lambda column: among(column, ids), of_users=asker.is_me)
    return (
        select(
            dashboards.c.id.label("dashboard_id"),
            literal(asker.me).label("user_id"),
            mine.c.kind,
            mine.c.rank,
            mine.c.share_id,
            mine.c.group_id,
        )
        .select_from(rights.dashboards.outerjoin(mine, mine.c.dashboard_id == dashboards.c.id))
        .where(rights.living)
        .order_by(dashboards.c.id, mine.c.rank.desc(), mine.c.share_id)
    )


class Ways:
    """An access listing, whose items are several rows each: one for each path of a user to a dashboard."""

    def __init__(self, asker: Asker, rows: Rows) -> None:
        self._asker, self._rows = asker, rows

    def page(self, wish: Wish, *, dialect: str) -> Select[Any]:
        """The rows of the page, those of one user and dashboard next to each other, the strongest first."""
        ways = page(self._rows, wish, source=self._asker.source, dialect=dialect)
        column = ways.selected_columns
        return ways.order_by(column.rank.desc(), column.kind, column.share_id)

    def count(self) -> Select[Any]:
        return count(self._rows)


def of_dashboards(asker: Asker, ids: Sequence[str], wanted: AccessFilter) -> Ways:
    """Who can see each of these dashboards. Viewers who may not see all shares find only themselves."""
    ways = paths(of_dashboards=lambda column: among(column, ids), kinds=wanted.paths)
    rights = seen(asker, lambda column: among(column, ids))
    keys: dict[str, ColumnElement[Any]] = {"name": users.c.name_key, "email": users.c.email_key}
    found = _known(ways, rights, asker)
    return Ways(asker, Rows(found, keys, ways.c.user_id, parent=ways.c.dashboard_id, pieces=True))


def of_users(asker: Asker, ids: Sequence[str], wanted: AccessFilter) -> Ways:
    """What each of these users can see, as far as the asker may know."""
    ways = paths(of_users=lambda column: among(column, ids), kinds=wanted.paths)
    rights = seen(asker)  # not narrowed by the ways, which would be looked for once more in each arm
    keys: dict[str, ColumnElement[Any]] = {"title": editions.c.title_key, "updated_at": dashboards.c.updated_at}
    found = _known(ways, rights, asker)
    return Ways(asker, Rows(found, keys, ways.c.dashboard_id, parent=ways.c.user_id, pieces=True))


def _known(ways: Subquery, rights: Rights, asker: Asker) -> Select[Any]:
    """The ways that the asker may know of. Users who cannot sign in see nothing."""
    return seen_dashboards(rights, *ways.c).where(
        ways.c.dashboard_id == dashboards.c.id,
        users.c.id == ways.c.user_id,
        users.c.status == constant(UserStatus.ACTIVE.value),
        or_(rights.may_edit, asker.is_me(ways.c.user_id)),
    )
