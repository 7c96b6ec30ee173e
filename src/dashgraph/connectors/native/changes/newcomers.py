"""New accounts: one, or a thousand in the same few statements."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, or_, select

from dashgraph.connectors.native.changes.desk import Desk, Done, Handler, missing
from dashgraph.connectors.native.changes.passwords import give_links
from dashgraph.connectors.native.changes.users import read_names, taken_by
from dashgraph.connectors.native.translate import Translator
from dashgraph.domain import user_changes
from dashgraph.domain.changes import Change
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.passwords import INVITATION
from dashgraph.domain.problems import Problem, TooMuch
from dashgraph.domain.user_changes import CreateUser, CreateUsers, Invitation, InviteUsers, fact_of
from dashgraph.domain.users import USER, User, UserStatus
from dashgraph.store.accounts import NewUser, user_row
from dashgraph.store.among import among
from dashgraph.store.tables import groups, memberships, users
from dashgraph.store.users import by_ids

Row = dict[str, Any]
MOST_AT_ONCE = 1000  # addresses


async def create_user(desk: Desk, wish: CreateUser) -> Done:
    [made] = await _made(desk, [wish], UserStatus.ACTIVE)
    if isinstance(made, Problem):
        raise made
    return Done(ResourceId(desk.source, Kind.USER, made), USER.name)


async def create_users(desk: Desk, wish: CreateUsers) -> Done:
    """One entry in the audit trail for all. The facts hold one result for each wish, in order."""
    made = await _made(desk, wish.users, UserStatus.ACTIVE)
    for number, one in enumerate(made):
        if isinstance(one, Problem) and not wish.each:
            one.facts["item"] = number
            raise one
    results = [fact_of(one) if isinstance(one, Problem) else {"user": one} for one in made]
    return Done(None, None, {"results": results, **await _preview(desk, results)})


async def invite_users(desk: Desk, wish: InviteUsers) -> Done:
    """Each address on its own: one that has an account already is reported, one that is none is refused."""
    user_changes.role_named(wish.role)
    if not 1 <= len(wish.emails) <= MOST_AT_ONCE:
        message = f"`emails` holds 1 to {MOST_AT_ONCE} addresses; send more in several requests."
        raise TooMuch(message, argument="emails")
    unknown = set(wish.groups) - await known_groups(desk, wish.groups)
    if unknown:
        raise missing("group")
    keys, results = _read_addresses(desk, wish)
    held = select(users.c.email_key, users.c.id).where(among(users.c.email_key, [*keys]), users.c.deleted_at.is_(None))
    known: dict[str, str] = {row.email_key: row.id for row in await desk.session.execute(held)}
    before = set(known)
    fresh = {key: newcomer for key, newcomer in keys.items() if key not in known}
    made = await _made(desk, list(fresh.values()), UserStatus.PENDING)
    known |= {key: one for key, one in zip(fresh, made, strict=True) if isinstance(one, str)}
    for result in results:
        key = result.pop("key", None)
        if key is not None:
            outcome = Invitation.EXISTING if key in before else Invitation.INVITED
            result |= {"user": known[key], "outcome": outcome.value}
            before.add(key)  # the same address once more is there by now
    told = await give_links(desk, [one for one in made if isinstance(one, str)], INVITATION)
    return Done(None, None, {"results": results, **await _preview(desk, results)}, told_once={"secrets": told})


def _read_addresses(desk: Desk, wish: InviteUsers) -> tuple[dict[str, CreateUser], list[dict[str, Any]]]:
    """Whom each different address would make, by its key; and for each address its result, as far as it is known."""
    keys: dict[str, CreateUser] = {}
    results: list[dict[str, Any]] = []
    for email in wish.emails:
        newcomer = CreateUser(into=wish.into, email=email, role=wish.role, groups=wish.groups)
        row = _row(desk, newcomer, UserStatus.PENDING)
        if isinstance(row, Problem):
            results.append({"email": email, "outcome": Invitation.REFUSED.value, **fact_of(row)})
        else:
            keys.setdefault(row["email_key"], newcomer)
            results.append({"email": row["email"], "key": row["email_key"]})
    return keys, results


async def _made(desk: Desk, wishes: Sequence[CreateUser], status: UserStatus) -> list[str | Problem]:
    """For each wish the id of the new user, or why there is none."""
    rows = [_row(desk, wish, status) for wish in wishes]
    holders = await _holders(desk, [row for row in rows if isinstance(row, dict)])
    known = await known_groups(desk, [group for wish in wishes for group in wish.groups])
    made: list[str | Problem] = []
    new: list[Row] = []
    members: list[Row] = []
    for wish, row in zip(wishes, rows, strict=True):
        if isinstance(row, Problem):
            made.append(row)
            continue
        refusal = _refusal(wish, row, holders, known)
        if refusal is not None:
            made.append(refusal)
            continue
        holders |= dict.fromkeys(_keys(row), str(row["name"]))
        new.append(row)
        members += [{"user_id": row["id"], "group_id": native} for native in sorted({g.native for g in wish.groups})]
        made.append(row["id"])
    await desk.ledger.insert(users, *new)
    await join(desk, members)
    return made


async def join(desk: Desk, members: Sequence[Row]) -> None:
    """Make these members. Who is in a group belongs to the group, so its revision counts up."""
    await desk.ledger.insert(memberships, *members)
    await count_up(desk, groups, sorted({row["group_id"] for row in members}))


async def count_up(desk: Desk, table: Table, ids: Sequence[str]) -> None:
    """Count up the revisions of users or groups whose own row stays as it is."""
    if ids:
        await desk.ledger.update(table, among(table.c.id, ids))


def _row(desk: Desk, wish: CreateUser, status: UserStatus) -> Row | Problem:
    names = {
        "email": wish.email,
        "user_name": wish.user_name,
        "first_name": wish.first_name,
        "last_name": wish.last_name,
    }
    try:
        role = user_changes.role_named(wish.role).native_name
        called: dict[str, Any] = read_names(names)
        kept = user_changes.preferences(wish.preferences)
    except Problem as problem:
        return problem
    row = user_row(NewUser(desk.fresh_id(), role=role, status=status, **called), desk.now)
    return row | {"preferences": kept}


async def _holders(desk: Desk, rows: Sequence[Row]) -> dict[tuple[str, str], str]:
    """Who has one of these addresses or user names already: the name for each key."""
    emails = [row["email_key"] for row in rows]
    logins = [row["user_name_key"] for row in rows if row["user_name_key"] is not None]
    taken = select(users.c.name, users.c.email_key, users.c.user_name_key).where(
        or_(among(users.c.email_key, emails), among(users.c.user_name_key, logins)), users.c.deleted_at.is_(None)
    )
    return {key: row.name for row in await desk.session.execute(taken) for key in _keys(row._mapping)}


def _keys(row: Mapping[Any, Any]) -> list[tuple[str, str]]:
    return [(name, row[name]) for name in ("email_key", "user_name_key") if row[name] is not None]


def _refusal(
    wish: CreateUser, row: Row, holders: Mapping[tuple[str, str], str], known: set[ResourceId]
) -> Problem | None:
    for key in _keys(row):
        if key in holders:
            email = row["email"] if key[0] == "email_key" else None
            return taken_by(holders[key], email=email, user_name=row["user_name"])
    return missing("group") if set(wish.groups) - known else None


async def known_groups(desk: Desk, wanted: Iterable[ResourceId]) -> set[ResourceId]:
    """Those that are there, locked, always in the same order: their revisions are about to count up."""
    natives = {one.native for one in wanted if one.kind is Kind.GROUP and one.source == desk.source}
    if not natives:
        return set()
    there = select(groups.c.id).where(among(groups.c.id, sorted(natives))).order_by(groups.c.id).with_for_update()
    return {ResourceId(desk.source, Kind.GROUP, native) for native in (await desk.session.execute(there)).scalars()}


async def _preview(desk: Desk, results: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, User]]:
    """In a dry run the users as they would be: nobody finds them afterwards."""
    if not desk.terms.dry_run:
        return {}
    read = Translator(desk.source, desk.viewer).user
    rows = await desk.session.execute(by_ids([one["user"] for one in results if "user" in one]))
    return {"users": {row.id: read(row) for row in rows}}


HANDLERS: dict[type[Change], Handler] = {
    CreateUser: create_user,
    CreateUsers: create_users,
    InviteUsers: invite_users,
}
