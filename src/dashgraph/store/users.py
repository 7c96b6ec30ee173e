"""Questions about users."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true

from dashgraph.domain.roles import NATIVE_ROLES
from dashgraph.domain.text import fold
from dashgraph.domain.users import UserFilter, UserStatus
from dashgraph.store.among import among, constant
from dashgraph.store.lists import Rows, contains, id_matches, text_matches, time_matches
from dashgraph.store.tables import memberships, tokens, users
from dashgraph.store.visibility import Asker, membership_is_seen

COLUMNS = (
    users.c.id, users.c.name, users.c.email, users.c.initials, users.c.status, users.c.user_name,
    users.c.first_name, users.c.last_name, users.c.role, users.c.origin, users.c.preferences,
    users.c.created_at, users.c.updated_at, users.c.last_login_at, users.c.revision,
    users.c.deleted_at, users.c.deleted_by,
)  # fmt: skip

KEYS: dict[str, ColumnElement[Any]] = {
    "name": users.c.name_key,
    "email": users.c.email_key,
    "user_name": users.c.user_name_key,
    "first_name": users.c.first_name_key,
    "last_name": users.c.last_name_key,
    "initials": users.c.initials_key,
    "role": users.c.role,
    "status": users.c.status,
    "created_at": users.c.created_at,
    "updated_at": users.c.updated_at,
    "last_login_at": users.c.last_login_at,
    "id": users.c.id,
}
NULLABLE = frozenset({"user_name", "first_name", "last_name", "last_login_at"})


def by_ids(ids: Sequence[str]) -> Select[Any]:
    """Users by id, deleted ones too: a dashboard goes on showing who owned it."""
    return select(*COLUMNS).where(among(users.c.id, ids))


def by_addresses(addresses: Sequence[str]) -> Select[Any]:
    """Users by e-mail address, without those who are deleted: of them several may have had the same."""
    keys = [fold(address) for address in addresses]
    known = users.c.status != constant(UserStatus.DELETED.value)
    return select(*COLUMNS).where(among(users.c.email_key, keys), known)


def rows(asker: Asker, wanted: UserFilter) -> Rows:
    return Rows(select(*COLUMNS).where(matches(asker, wanted)), KEYS, users.c.id, nullable=NULLABLE)


def rows_of_groups(asker: Asker, group_ids: Sequence[str], wanted: UserFilter) -> Rows:
    members = memberships.join(users, users.c.id == memberships.c.user_id)
    statement = (
        select(*COLUMNS)
        .select_from(members)
        .where(
            among(memberships.c.group_id, group_ids),
            membership_is_seen(asker),
            matches(asker, wanted),
        )
    )
    return Rows(statement, KEYS, users.c.id, parent=memberships.c.group_id, nullable=NULLABLE)


def matches(asker: Asker, wanted: UserFilter) -> ColumnElement[bool]:
    """Deleted users are left out unless the filter names their status."""
    conditions = [
        id_matches(wanted.ids, users.c.id, asker.source),
        text_matches(wanted.name, users.c.name, users.c.name_key),
        text_matches(wanted.email, users.c.email, users.c.email_key),
        text_matches(wanted.user_name, users.c.user_name, users.c.user_name_key),
        text_matches(wanted.first_name, users.c.first_name, users.c.first_name_key),
        text_matches(wanted.last_name, users.c.last_name, users.c.last_name_key),
        time_matches(wanted.created_at, users.c.created_at),
        time_matches(wanted.updated_at, users.c.updated_at),
        time_matches(wanted.last_login_at, users.c.last_login_at),
    ]
    if wanted.status is not None:
        conditions.append(users.c.status.in_([status.value for status in wanted.status]))
    else:
        conditions.append(users.c.status != constant(UserStatus.DELETED.value))
    if wanted.active is not None:
        active = users.c.status == constant(UserStatus.ACTIVE.value)
        conditions.append(active if wanted.active else ~active)
    if wanted.role is not None:
        names = [role.native_name for role in NATIVE_ROLES.values() if role.kind in wanted.role]
        conditions.append(users.c.role.in_(names))
    if wanted.origin is not None:
        conditions.append(users.c.origin == wanted.origin.value)
    if wanted.group is not None:
        in_group = exists().where(
            memberships.c.user_id == users.c.id,
            among(memberships.c.group_id, wanted.group.within(asker.source)),
            membership_is_seen(asker),
        )
        conditions.append(in_group.correlate_except(memberships))  # any, also in the list of one group's members
    if wanted.has_token is not None:
        has_token = exists().where(
            tokens.c.user_id == users.c.id, tokens.c.kind == "api", tokens.c.revoked_at.is_(None)
        )
        conditions.append(has_token if wanted.has_token else ~has_token)
    if wanted.text is not None:
        conditions.append(or_(contains(users.c.name_key, wanted.text), contains(users.c.email_key, wanted.text)))
    return and_(true(), *conditions)
