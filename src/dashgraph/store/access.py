"""Questions about who can see a dashboard and by which paths, asked from either end."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import (
    CTE,
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
from dashgraph.store.database import among
from dashgraph.store.lists import Rows, count, page
from dashgraph.store.tables import dashboards, editions, memberships, shares, users
from dashgraph.store.visibility import (
    EDIT,
    OWNER,
    Asker,
    Narrow,
    alive,
    rank_of,
    seen,
    seen_dashboards,
)


def paths(
    *,
    of_dashboards: Narrow | None = None,
    of_users: Narrow | None = None,
    kinds: Sequence[PathKind] | None = None,
    of_pairs: CTE | None = None,
) -> Subquery:
    """Every way in, or those of some kinds: `dashboard_id`, `user_id`, `kind`, `rank`, `share_id`, `group_id`.

    With pairs only the ways of those, each row with the columns of its pair: looked up pair by pair in each arm.
    """

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
        way = (literal(kind.value).label("kind"), rank.label("rank"), share.label("share_id"), group.label("group_id"))
        if of_pairs is None:
            columns = (dashboard.label("dashboard_id"), user.label("user_id"), *way)
            return select(*columns).select_from(start).where(user.is_not(None), only(dashboard, user))
        same = and_(dashboard == of_pairs.c.dashboard_id, user == of_pairs.c.user_id)
        return select(of_pairs, *way).select_from(start.join(of_pairs, same)).where(only(dashboard, user))

    to_user, to_group = shares.c.user_id, memberships.c.user_id
    rank = rank_of(shares.c.rule)
    share, group = shares.c.id, shares.c.group_id
    # A dashboard has few shares, a group may have very many: pairs must start from the dashboard, and no index of
    # groups may tempt the planner (PostgreSQL read 50,000 shares of one group for each pair).
    of_share = group if of_pairs is None else func.coalesce(group, "")
    through_group = shares.join(memberships, memberships.c.group_id == of_share)
    owned = arm(PathKind.OWNER, dashboards, dashboards.c.id, dashboards.c.owner_id, literal(OWNER), null(), null())
    direct = arm(PathKind.DIRECT, shares, shares.c.dashboard_id, to_user, rank, share, null())
    by_group = arm(PathKind.GROUP, through_group, shares.c.dashboard_id, to_group, rank, share, group)
    arms = {PathKind.OWNER: owned, PathKind.DIRECT: direct, PathKind.GROUP: by_group}
    if kinds is not None:
        arms = {kind: arms[kind] for kind in kinds if kind in arms} or {PathKind.OWNER: owned.where(false())}
    return union_all(*arms.values()).subquery("paths")


def permissions(asker: Asker, ids: Sequence[str]) -> Select[Any]:
    """For each dashboard that the asker sees their own paths; one row without a kind where there are none."""
    rights = seen(asker, lambda column: among(column, ids))
    mine = paths(of_dashboards=lambda column: among(column, ids), of_users=lambda column: column == asker.me)
    return (
        select(
            rights.c.dashboard_id,
            literal(asker.me).label("user_id"),
            mine.c.kind,
            mine.c.rank,
            mine.c.share_id,
            mine.c.group_id,
        )
        .select_from(
            rights.join(dashboards, dashboards.c.id == rights.c.dashboard_id).outerjoin(
                mine, mine.c.dashboard_id == rights.c.dashboard_id
            )
        )
        .where(alive())
        .order_by(rights.c.dashboard_id, mine.c.rank.desc(), mine.c.share_id)
    )


class Ways:
    """The access listings: which ways there are, and how they make rows of user and dashboard."""

    def __init__(self, asker: Asker, rows: Rows, ways: Callable[[CTE], Subquery]) -> None:
        self._asker, self._rows, self._ways = asker, rows, ways

    def page(self, wish: Wish) -> Select[Any]:
        """The rows of the page, one for each path, those of one user and dashboard next to each other."""
        found = page(self._rows, wish, source=self._asker.source).cte("found")
        # The ways of the page's pairs alone: somebody may have very many dashboards, a dashboard very many users.
        ways = self._ways(found)
        return select(ways).order_by(
            ways.c.at_parent, ways.c.at_place, ways.c.rank.desc(), ways.c.kind, ways.c.share_id
        )

    def count(self) -> Select[Any]:
        return count(self._rows)


def of_dashboards(asker: Asker, ids: Sequence[str], wanted: AccessFilter) -> Ways:
    """Who can see each of these dashboards. Viewers who may not see all shares find only themselves."""
    ways = partial(paths, of_dashboards=lambda column: among(column, ids), kinds=wanted.paths)
    every = ways()
    rights = seen(asker, lambda column: among(column, ids))
    found = _pairs(every, rights, asker)
    keys = {"name": func.min(users.c.name_key), "email": func.min(users.c.email_key)}
    rows = _grouped(found, keys, tie=every.c.user_id, parent=every.c.dashboard_id)
    return Ways(asker, rows, lambda pairs: ways(of_pairs=pairs))


def of_users(asker: Asker, ids: Sequence[str], wanted: AccessFilter) -> Ways:
    """What each of these users can see, as far as the asker may know."""
    ways = partial(paths, of_users=lambda column: among(column, ids), kinds=wanted.paths)
    every = ways()
    rights = seen(asker)  # not narrowed by the ways, which would be looked for once more in each arm
    found = _pairs(every, rights, asker)
    keys = {"title": func.min(editions.c.title_key), "updated_at": func.min(dashboards.c.updated_at)}
    rows = _grouped(found, keys, tie=every.c.dashboard_id, parent=every.c.user_id)
    return Ways(asker, rows, lambda pairs: ways(of_pairs=pairs))


def _pairs(ways: Subquery, rights: Subquery, asker: Asker) -> Select[Any]:
    """The pairs of user and dashboard that the asker may know of. Users who cannot sign in see nothing."""
    joined = (
        seen_dashboards(rights)
        .join(ways, ways.c.dashboard_id == dashboards.c.id)
        .join(users, users.c.id == ways.c.user_id)
    )
    return (
        select(ways.c.dashboard_id, ways.c.user_id)
        .select_from(joined)
        .where(
            alive(),
            users.c.status == UserStatus.ACTIVE.value,
            or_(rights.c.rank >= EDIT, ways.c.user_id == asker.me),
        )
        .group_by(ways.c.dashboard_id, ways.c.user_id)
    )


def _grouped(
    found: Select[Any],
    keys: Mapping[str, ColumnElement[Any]],
    *,
    tie: ColumnElement[Any],
    parent: ColumnElement[Any],
) -> Rows:
    pairs = found.add_columns(*(key.label(f"key_{name}") for name, key in keys.items())).subquery("pairs")
    columns = {"user_id": pairs.c.user_id, "dashboard_id": pairs.c.dashboard_id}
    return Rows(
        select(pairs.c.dashboard_id, pairs.c.user_id),
        {name: pairs.c[f"key_{name}"] for name in keys},
        columns[tie.name],
        parent=columns[parent.name],
    )
