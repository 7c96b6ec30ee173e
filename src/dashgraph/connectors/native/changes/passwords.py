"""Setting passwords, and giving out the addresses to set one by."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from dashgraph.connectors.native.changes.desk import Desk, Done, Handler
from dashgraph.connectors.native.changes.leaving import works
from dashgraph.connectors.native.changes.users import account, changed_account
from dashgraph.domain.changes import Change
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.passwords import GONE, RESET, ChangePassword, ResetPassword, SetPassword
from dashgraph.domain.problems import BadInput, Forbidden, InvalidState, NotFound
from dashgraph.domain.users import USER, Origin, UserStatus
from dashgraph.store import passwords
from dashgraph.store.database import AnyRow
from dashgraph.store.tables import password_links, tokens, users

NOT_UNDONE = "a password is not put back"


async def change_password(desk: Desk, wish: ChangePassword) -> Done:
    """The session that asks goes on, the others end. API tokens are not made by the password, and stay."""
    if desk.id_of(wish.user, Kind.USER, noun="user") != desk.me:
        message = "Everybody changes the own password only; resetPassword lets somebody set a new one."
        raise Forbidden(message)
    row = await account(desk, wish.user)
    if row.password_hash is None:
        message = "You have no password to change; ask an administrator for an address to set one by."
        raise InvalidState(message)
    if wish.known is None or wish.known != row.password_hash:
        message = "The current password is wrong."
        raise BadInput(message, argument="currentPassword")
    return await _set(desk, row, wish.fresh, spared=desk.viewer.token)


async def reset_password(desk: Desk, wish: ResetPassword) -> Done:
    """Undoing it takes the address back."""
    row = await changed_account(desk, wish.user)
    if row.origin == Origin.SERVICE.value:
        message = f"{row.name} is a service account, and nobody signs in to it; make it a token on the command line."
        raise InvalidState(message)
    if row.status == UserStatus.INACTIVE.value:
        message = f"{row.name} is inactive and could not sign in; let them in with setUserActive first."
        raise InvalidState(message)
    told = await give_links(desk, [row.id], RESET)
    facts = {"expires_at": (desk.now + RESET).isoformat()}
    return Done(wish.user, USER.name, facts, told_once={"secret": told[row.id]} if told else None)


async def set_password(desk: Desk, wish: SetPassword) -> Done:
    """Who was invited becomes active by it. Raises NotFound when the link was used or replaced meanwhile."""
    row = await account(desk, wish.user)
    link = select(password_links.c.hash).where(passwords.works(wish.link, desk.now))
    there = await desk.session.execute(link.where(password_links.c.user_id == row.id))
    if row.id != desk.me or there.first() is None or row.status not in passwords.MAY_SET:
        raise NotFound(GONE)
    return await _set(desk, row, wish.fresh)


async def give_links(desk: Desk, ids: Sequence[str], lifetime: timedelta) -> dict[str, str]:
    """For each of these users the secret of an address to set a password by. Of no use in a dry run, so then none."""
    told = {native: secrets.token_urlsafe(32) for native in ids}
    rows = [
        {
            "hash": hashlib.sha256(secret.encode()).hexdigest(),
            "user_id": native,
            "created_at": desk.now,
            "expires_at": desk.now + lifetime,
        }
        for native, secret in told.items()
    ]
    await desk.ledger.insert(password_links, *rows)
    return {} if desk.terms.dry_run else told


async def _set(desk: Desk, row: AnyRow, fresh: str, *, spared: str | None = None) -> Done:
    """A new password ends every other session, and every address to set one by."""
    ledger = desk.ledger
    await ledger.delete(password_links, password_links.c.user_id == row.id)
    sessions = (tokens.c.user_id == row.id) & (tokens.c.kind == "session") & (tokens.c.id != (spared or ""))
    ended = await ledger.update(tokens, sessions & works(desk.now), revoked_at=desk.now)
    await ledger.update(users, users.c.id == row.id, password_hash=fresh, status=UserStatus.ACTIVE.value)
    user = ResourceId(desk.source, Kind.USER, row.id)
    return Done(user, USER.name, {"sessions_ended": len(ended)}, reason=NOT_UNDONE)


HANDLERS: dict[type[Change], Handler] = {
    ChangePassword: change_password,
    ResetPassword: reset_password,
    SetPassword: set_password,
}
