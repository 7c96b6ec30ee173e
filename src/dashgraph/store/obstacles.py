"""What stands in the way of schedules and alerts, by today's rights: asked of many at once, in one statement."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, func, literal, null, or_, select, union_all

from dashgraph.domain.deliverables import ObstacleKind
from dashgraph.domain.roles import ADMIN
from dashgraph.domain.shares import ShareRule
from dashgraph.domain.targets import TargetKind
from dashgraph.domain.users import UserStatus
from dashgraph.store.among import among
from dashgraph.store.deliverables import Deliverables
from dashgraph.store.tables import dashboards, memberships, shares, users, widgets
from dashgraph.store.visibility import Asker, may_view
from dashgraph.store.work_tables import recipients, targets

OWNER = users.alias("owner")
THERE = and_(dashboards.c.id.is_not(None), dashboards.c.deleted_at.is_(None))
ACTIVE = users.c.status == UserStatus.ACTIVE.value
TO_GROUPS = targets.join(recipients, recipients.c.target_id == targets.c.id)
TO_USERS = TO_GROUPS.join(users, users.c.id == recipients.c.user_id)
TO_MEMBERS = TO_GROUPS.join(memberships, memberships.c.group_id == recipients.c.group_id).join(
    users, users.c.id == memberships.c.user_id
)


def obstacles(of: Deliverables, asker: Asker, ids: Sequence[str]) -> Select[Any]:
    """Those of each, its `holder`, the gravest first: `kind`, and the `user_id` or `group_id` concerned."""
    arms = [
        select(
            of.table.c.id.label("holder"),
            literal(place).label("place"),
            literal(kind.value).label("kind"),
            (recipients.c.user_id if where is TO_USERS else null()).label("user_id"),
            (recipients.c.group_id if where is TO_GROUPS else null()).label("group_id"),
        )
        .select_from(_placed(of) if where is None else _placed(of).join(where, of.of_target == of.table.c.id))
        .where(among(of.table.c.id, ids), of.seen(asker), condition)
        .distinct()
        for place, (kind, where, condition) in enumerate(_arms(of))
    ]
    found = union_all(*arms).subquery("found")
    return select(found).order_by(found.c.holder, found.c.place, found.c.user_id, found.c.group_id)


def _placed(of: Deliverables) -> FromClause:
    return of.table.join(OWNER, OWNER.c.id == of.table.c.owner_id).outerjoin(
        dashboards, dashboards.c.id == of.table.c.dashboard_id
    )


def _arms(of: Deliverables) -> list[tuple[ObstacleKind, FromClause | None, ColumnElement[bool]]]:
    """Each kind, where it is looked for besides, and when it is there. The rows of a user or group are about them."""
    status, views = OWNER.c.status, may_view(of.table.c.dashboard_id, users.c.id)
    is_inactive = status.not_in([UserStatus.ACTIVE.value, UserStatus.DELETED.value])
    loses_sight = and_(THERE, ~may_view(dashboards.c.id, OWNER.c.id))
    lacks_widget = and_(THERE, of.table.c.widget_id.is_not(None), ~_has_widget(of))
    may_not = and_(THERE, dashboards.c.owner_id.is_distinct_from(OWNER.c.id), OWNER.c.role != ADMIN.native_name)
    to_group = and_(THERE, recipients.c.group_id.is_not(None))
    goes_outside = _goes_outside(of)
    reaches = or_(goes_outside, *(_has(of, who, ACTIVE, views) for who in (TO_USERS, TO_MEMBERS)))
    return [
        (ObstacleKind.OWNER_DELETED, None, status == UserStatus.DELETED.value),
        (ObstacleKind.OWNER_INACTIVE, None, is_inactive),
        (ObstacleKind.DASHBOARD_DELETED, None, ~THERE),
        (ObstacleKind.OWNER_LOST_ACCESS, None, loses_sight),
        (ObstacleKind.WIDGET_DELETED, None, lacks_widget),
        (ObstacleKind.OUTSIDE_NOT_ALLOWED, None, and_(may_not, goes_outside)),
        (ObstacleKind.REACHES_NOBODY, None, and_(THERE, ~reaches)),
        (ObstacleKind.RECIPIENT_INACTIVE, TO_USERS, ~ACTIVE),
        (ObstacleKind.RECIPIENT_WITHOUT_ACCESS, TO_USERS, and_(THERE, ACTIVE, ~views)),
        (ObstacleKind.MEMBERS_WITHOUT_ACCESS, TO_GROUPS, and_(to_group, _has_blind_members(views))),
    ]


def _has_widget(of: Deliverables) -> ColumnElement[bool]:
    """Whether the widget is in what is delivered: what is published, or where nothing is, what there is."""
    shown = func.coalesce(dashboards.c.published, dashboards.c.working)
    return exists().where(
        widgets.c.dashboard_id == dashboards.c.id, widgets.c.edition == shown, widgets.c.id == of.table.c.widget_id
    )


def _goes_outside(of: Deliverables) -> ColumnElement[bool]:
    outside = or_(targets.c.kind != TargetKind.EMAIL.value, recipients.c.address.is_not(None))
    return _has(of, targets.outerjoin(recipients, recipients.c.target_id == targets.c.id), outside)


def _has(of: Deliverables, joined: FromClause, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is such a target of the one that the statement around this names."""
    its = select(targets.c.id).select_from(joined).where(of.of_target == of.table.c.id, *conditions)
    return its.correlate(of.table).exists()


def _has_blind_members(views: ColumnElement[bool]) -> ColumnElement[bool]:
    """Where the dashboard is shared with the very group nobody has to be looked at, however many members it has."""
    shown = or_(shares.c.rule == ShareRule.EDIT.value, dashboards.c.published.is_not(None))
    is_shared = exists().where(
        shares.c.dashboard_id == dashboards.c.id, shares.c.group_id == recipients.c.group_id, shown
    )
    members = memberships.join(users, users.c.id == memberships.c.user_id)
    blind = select(memberships.c.user_id).select_from(members)
    blind = blind.where(memberships.c.group_id == recipients.c.group_id, ACTIVE, ~views)
    return and_(~is_shared, blind.correlate_except(memberships, users).exists())
