"""Who sees what, as SQL: the one place where the rights of the native store are written.

- A dashboard is seen by its owner, by users it is shared with and by members of groups it is shared with;
  administrators see all when they ask for everything. Deleted ones are seen by nobody.
- Owners, editors and administrators see the working edition and every share; other viewers see the edition
  published last, and of the shares only those that reach them.
- A widget is seen by whoever sees its dashboard. A folder gives no rights: it is seen by its owner and by
  whoever sees something below it.
- Who is in which group is known to administrators, to the user concerned and to the members of the group.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    true,
    union,
    union_all,
)

from dashgraph.domain.access import RANKS, AccessRole
from dashgraph.domain.roles import ADMIN as ADMINISTRATOR
from dashgraph.domain.shares import ShareRule
from dashgraph.domain.viewers import Reach, Viewer
from dashgraph.store.tables import dashboards, editions, folders, memberships, shares, users, widgets

OWNER, ADMIN, EDIT, VIEW = (
    RANKS[role] for role in (AccessRole.OWNER, AccessRole.ADMIN, AccessRole.EDIT, AccessRole.VIEW)
)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks the store: the viewer, and the name under which this store is a source."""

    viewer: Viewer
    source: str

    @property
    def me(self) -> str | None:
        """The viewer's own id in this store; None sees nothing of its own."""
        return self.viewer.native_in(self.source)

    @property
    def everything(self) -> bool:
        return self.viewer.reach is Reach.ALL


Narrow = Callable[[ColumnElement[Any]], ColumnElement[bool]]


def rank_of(rule: ColumnElement[Any]) -> ColumnElement[int]:
    return case((rule == ShareRule.EDIT.value, literal(EDIT)), else_=literal(VIEW))


def my_groups(me: str | None) -> Select[Any]:
    return select(memberships.c.group_id).where(memberships.c.user_id == me)


def seen(asker: Asker, narrow: Narrow | None = None) -> Subquery:
    """The dashboards that the viewer sees: `dashboard_id` and `rank`, what the viewer is to each.

    `narrow` says which dashboards are in question at all; it goes into each arm, where an index answers it.
    """

    def only(column: ColumnElement[Any]) -> ColumnElement[bool]:
        return true() if narrow is None else narrow(column)

    me = asker.me
    if asker.everything:
        full: ColumnElement[int] = case((dashboards.c.owner_id == me, literal(OWNER)), else_=literal(ADMIN))
        return (
            select(dashboards.c.id.label("dashboard_id"), _capped(asker, full).label("rank"))
            .where(dashboards.c.deleted_at.is_(None), only(dashboards.c.id))
            .subquery("seen")
        )
    owned = select(dashboards.c.id.label("dashboard_id"), literal(OWNER).label("rank")).where(
        dashboards.c.owner_id == me, only(dashboards.c.id)
    )
    direct = select(shares.c.dashboard_id, rank_of(shares.c.rule).label("rank")).where(
        shares.c.user_id == me, only(shares.c.dashboard_id)
    )
    by_group = select(shares.c.dashboard_id, rank_of(shares.c.rule).label("rank")).where(
        shares.c.group_id.in_(my_groups(me)), only(shares.c.dashboard_id)
    )
    ways = union_all(owned, direct, by_group).subquery("ways")
    rank = _capped(asker, func.max(ways.c.rank))
    return select(ways.c.dashboard_id, rank.label("rank")).group_by(ways.c.dashboard_id).subquery("seen")


def _capped(asker: Asker, rank: ColumnElement[int]) -> ColumnElement[int]:
    return literal(VIEW) if asker.viewer.as_reader else rank


def seen_dashboards(rights: Subquery) -> FromClause:
    """Dashboards joined with the viewer's rank and with the edition that this rank is shown."""
    return rights.join(dashboards, dashboards.c.id == rights.c.dashboard_id).join(
        editions, and_(editions.c.dashboard_id == dashboards.c.id, editions.c.number == shown_edition(rights))
    )


def seen_widgets(rights: Subquery) -> FromClause:
    """Widgets of the edition that the viewer is shown, joined with their dashboard and the viewer's rank."""
    return rights.join(dashboards, dashboards.c.id == rights.c.dashboard_id).join(
        widgets, and_(widgets.c.dashboard_id == dashboards.c.id, widgets.c.edition == shown_edition(rights))
    )


def shown_edition(rights: Subquery) -> ColumnElement[Any]:
    """The number of the edition. Nothing published and no right to edit: no edition, so nothing is seen."""
    return case((rights.c.rank >= EDIT, dashboards.c.working), else_=dashboards.c.published)


def alive() -> ColumnElement[bool]:
    return dashboards.c.deleted_at.is_(None)


def may_view(dashboard: ColumnElement[Any], user: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a user would see a dashboard: any user, not the viewer. Administrators may see every one."""
    subject, board = users.alias("subject"), dashboards.alias("board")
    is_member = select(memberships.c.user_id).where(
        memberships.c.user_id == subject.c.id, memberships.c.group_id == shares.c.group_id
    )
    by_share = select(shares.c.id).where(
        shares.c.dashboard_id == board.c.id,
        or_(shares.c.rule == ShareRule.EDIT.value, board.c.published.is_not(None)),
        or_(shares.c.user_id == subject.c.id, is_member.correlate_except(memberships).exists()),
    )
    ways = (
        subject.c.role == ADMINISTRATOR.native_name,
        board.c.owner_id == subject.c.id,
        by_share.correlate_except(shares).exists(),
    )
    seen_by = select(board.c.id).where(
        board.c.id == dashboard, subject.c.id == user, board.c.deleted_at.is_(None), or_(*ways)
    )
    return seen_by.correlate_except(board, subject).exists()


def share_is_seen(rights: Subquery, asker: Asker) -> ColumnElement[bool]:
    """Of the shares of a dashboard that the viewer sees."""
    return or_(rights.c.rank >= EDIT, shares.c.user_id == asker.me, shares.c.group_id.in_(my_groups(asker.me)))


def membership_is_seen(asker: Asker) -> ColumnElement[bool]:
    if asker.viewer.is_admin:
        return true()
    return or_(memberships.c.user_id == asker.me, memberships.c.group_id.in_(my_groups(asker.me)))


def seen_folders(asker: Asker) -> CTE | None:
    """The ids of the folders that the viewer sees, or None when that is all of them."""
    if asker.everything:
        return None
    rights = seen(asker)
    start: CompoundSelect[Any] = union(
        select(folders.c.id).where(folders.c.owner_id == asker.me),
        select(dashboards.c.folder_id)
        .select_from(rights.join(dashboards, dashboards.c.id == rights.c.dashboard_id))
        .where(alive(), dashboards.c.folder_id.is_not(None)),
    )
    below = select(start.subquery("started").c.id.label("id")).cte("seen_folders", recursive=True)
    return below.union(
        select(folders.c.parent_id)
        .select_from(folders.join(below, folders.c.id == below.c.id))
        .where(folders.c.parent_id.is_not(None))
    )


def folder_is_seen(visible: CTE | None) -> ColumnElement[bool]:
    return true() if visible is None else folders.c.id.in_(select(visible.c.id))
