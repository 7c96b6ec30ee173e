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
    and_,
    case,
    false,
    func,
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
from dashgraph.store.among import constant
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

    def is_me(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether a column names the viewer."""
        return false() if self.me is None else column == self.me


Narrow = Callable[[ColumnElement[Any]], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Rights:
    """The dashboards that a viewer sees, and what the viewer is to each.

    What is the same for all of them is said without a look at the row, so that the databases need not look either.
    """

    dashboards: FromClause  # the table, joined with what tells the rank where that differs
    narrowed: ColumnElement[bool]  # which of its rows are in question
    rank: ColumnElement[int]
    may_edit: ColumnElement[bool]
    edition: ColumnElement[int]  # the number of the edition that the viewer is shown
    has_edition: ColumnElement[bool]  # nothing published and no right to edit: no edition, so nothing is seen

    @property
    def living(self) -> ColumnElement[bool]:
        return and_(alive(), self.narrowed)


def rank_of(rule: ColumnElement[Any]) -> ColumnElement[int]:
    return case((rule == constant(ShareRule.EDIT.value), constant(EDIT)), else_=constant(VIEW))


def my_groups(asker: Asker) -> Select[Any]:
    return select(memberships.c.group_id).where(asker.is_me(memberships.c.user_id))


def seen(asker: Asker, narrow: Narrow | None = None) -> Rights:
    """The dashboards that the viewer sees, deleted ones too.

    `narrow` says which dashboards are in question at all; it goes into each arm, where an index answers it.
    """

    def only(column: ColumnElement[Any]) -> ColumnElement[bool]:
        return true() if narrow is None else narrow(column)

    if asker.everything:
        full = case((asker.is_me(dashboards.c.owner_id), constant(OWNER)), else_=constant(ADMIN))
        return _rights(asker, dashboards, full, may_edit=true(), narrowed=only(dashboards.c.id))
    owned = select(dashboards.c.id.label("dashboard_id"), constant(OWNER).label("rank")).where(
        asker.is_me(dashboards.c.owner_id), only(dashboards.c.id)
    )
    direct = select(shares.c.dashboard_id, rank_of(shares.c.rule).label("rank")).where(
        asker.is_me(shares.c.user_id), only(shares.c.dashboard_id)
    )
    by_group = select(shares.c.dashboard_id, rank_of(shares.c.rule).label("rank")).where(
        shares.c.group_id.in_(my_groups(asker)), only(shares.c.dashboard_id)
    )
    ways = union_all(owned, direct, by_group).subquery("ways")
    strongest = select(ways.c.dashboard_id, func.max(ways.c.rank).label("rank")).group_by(ways.c.dashboard_id)
    mine = strongest.subquery("seen")
    joined = mine.join(dashboards, dashboards.c.id == mine.c.dashboard_id)
    return _rights(asker, joined, mine.c.rank, may_edit=mine.c.rank >= constant(EDIT), narrowed=true())


def _rights(
    asker: Asker,
    joined: FromClause,
    rank: ColumnElement[int],
    *,
    may_edit: ColumnElement[bool],
    narrowed: ColumnElement[bool],
) -> Rights:
    working, published = dashboards.c.working, dashboards.c.published
    is_published = published.is_not(None)
    if asker.viewer.as_reader:
        return Rights(joined, narrowed, constant(VIEW), false(), published, is_published)
    if asker.everything:
        return Rights(joined, narrowed, rank, may_edit, working, true())
    return Rights(
        joined, narrowed, rank, may_edit, case((may_edit, working), else_=published), or_(may_edit, is_published)
    )


def seen_dashboards(rights: Rights, *columns: ColumnElement[Any]) -> Select[Any]:
    """Dashboards, each with the edition that the viewer is shown."""
    # An outer join, though there is always one: who wants nothing of the edition does not make the database read it.
    shown = and_(editions.c.dashboard_id == dashboards.c.id, editions.c.number == rights.edition)
    return (
        select(*columns)
        .select_from(rights.dashboards.outerjoin(editions, shown))
        .where(rights.living, rights.has_edition)
    )


def seen_widgets(rights: Rights, *columns: ColumnElement[Any]) -> Select[Any]:
    """Widgets of the edition that the viewer is shown, each with its dashboard."""
    return select(*columns).select_from(rights.dashboards.join(widgets, widget_is_shown(rights))).where(rights.living)


def widget_is_shown(rights: Rights) -> ColumnElement[bool]:
    """Of the widgets of all editions of a dashboard."""
    return and_(widgets.c.dashboard_id == dashboards.c.id, widgets.c.edition == rights.edition)


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


def share_is_seen(rights: Rights, asker: Asker) -> ColumnElement[bool]:
    """Of the shares of a dashboard that the viewer sees."""
    return or_(rights.may_edit, asker.is_me(shares.c.user_id), shares.c.group_id.in_(my_groups(asker)))


def membership_is_seen(asker: Asker) -> ColumnElement[bool]:
    if asker.viewer.is_admin:
        return true()
    return or_(asker.is_me(memberships.c.user_id), memberships.c.group_id.in_(my_groups(asker)))


def seen_folders(asker: Asker) -> CTE | None:
    """The ids of the folders that the viewer sees, or None when that is all of them."""
    if asker.everything:
        return None
    rights = seen(asker)
    start: CompoundSelect[Any] = union(
        select(folders.c.id).where(asker.is_me(folders.c.owner_id)),
        select(dashboards.c.folder_id)
        .select_from(rights.dashboards)
        .where(rights.living, dashboards.c.folder_id.is_not(None)),
    )
    below = select(start.subquery("started").c.id.label("id")).cte("seen_folders", recursive=True)
    return below.union(
        select(folders.c.parent_id)
        .select_from(folders.join(below, folders.c.id == below.c.id))
        .where(folders.c.parent_id.is_not(None))
    )


def folder_is_seen(visible: CTE | None) -> ColumnElement[bool]:
    return true() if visible is None else folders.c.id.in_(select(visible.c.id))
