"""Questions about groups. Their names are known to everybody who signs in; their members are not."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true

from dashgraph.domain.groups import GroupFilter
from dashgraph.domain.roles import NATIVE_ROLES
from dashgraph.store.among import among
from dashgraph.store.lists import Rows, contains, id_matches, text_matches, time_matches
from dashgraph.store.tables import groups, memberships
from dashgraph.store.visibility import Asker, membership_is_seen

COLUMNS = (
    groups.c.id, groups.c.name, groups.c.mail, groups.c.role, groups.c.origin,
    groups.c.created_at, groups.c.updated_at, groups.c.revision,
)  # fmt: skip

KEYS: dict[str, ColumnElement[Any]] = {
    "name": groups.c.name_key,
    "mail": groups.c.mail_key,
    "created_at": groups.c.created_at,
    "updated_at": groups.c.updated_at,
    "id": groups.c.id,
}
NULLABLE = frozenset({"mail"})


def by_ids(ids: Sequence[str]) -> Select[Any]:
    return select(*COLUMNS).where(among(groups.c.id, ids))


def rows(asker: Asker, wanted: GroupFilter) -> Rows:
    return Rows(select(*COLUMNS).where(matches(asker, wanted)), KEYS, groups.c.id, nullable=NULLABLE)


def rows_of_users(asker: Asker, user_ids: Sequence[str], wanted: GroupFilter) -> Rows:
    statement = (
        select(*COLUMNS)
        .select_from(memberships.join(groups, groups.c.id == memberships.c.group_id))
        .where(among(memberships.c.user_id, user_ids), membership_is_seen(asker), matches(asker, wanted))
    )
    return Rows(statement, KEYS, groups.c.id, parent=memberships.c.user_id, nullable=NULLABLE)


def matches(asker: Asker, wanted: GroupFilter) -> ColumnElement[bool]:
    conditions = [
        id_matches(wanted.ids, groups.c.id, asker.source),
        text_matches(wanted.name, groups.c.name, groups.c.name_key),
        text_matches(wanted.mail, groups.c.mail, groups.c.mail_key),
        time_matches(wanted.created_at, groups.c.created_at),
        time_matches(wanted.updated_at, groups.c.updated_at),
    ]
    if wanted.role is not None:
        names = [role.native_name for role in NATIVE_ROLES.values() if role.kind in wanted.role]
        conditions.append(groups.c.role.in_(names))
    if wanted.origin is not None:
        conditions.append(groups.c.origin == wanted.origin.value)
    if wanted.member is not None:
        has_member = exists().where(
            memberships.c.group_id == groups.c.id,
            among(memberships.c.user_id, wanted.member.within(asker.source)),
            membership_is_seen(asker),
        )
        conditions.append(has_member.correlate_except(memberships))  # any, also in the list of one member's groups
    if wanted.text is not None:
        conditions.append(or_(contains(groups.c.name_key, wanted.text), contains(groups.c.mail_key, wanted.text)))
    return and_(true(), *conditions)
