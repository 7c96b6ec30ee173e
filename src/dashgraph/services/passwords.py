"""Passwords as people give them: found right or wrong, hashed, and gone before anything is written."""

import hashlib
from datetime import UTC, datetime

from dashgraph.domain import passwords
from dashgraph.domain.changes import Outcome, Terms
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.passwords import ChangePassword, ResetPassword, SetPassword
from dashgraph.domain.problems import NotFound, Problem
from dashgraph.domain.roles import NATIVE_ROLES
from dashgraph.domain.viewers import Viewer
from dashgraph.services.changing import Changing
from dashgraph.services.identity import Identity, scopes_of
from dashgraph.store import passwords as store
from dashgraph.store.database import AnyRow, Database


class Passwords:
    """Hashing is outside of every transaction: it takes a while, and writers would wait for it."""

    def __init__(self, database: Database, identity: Identity, changing: Changing) -> None:
        self._database = database
        self._identity = identity
        self._changing = changing

    async def change(self, viewer: Viewer, current: str, fresh: str, terms: Terms) -> Outcome:
        """The viewer's own password. Wrong ones are told apart no faster than at a sign-in."""
        viewer.require(ChangePassword.SCOPE)
        try:
            passwords.check(fresh, "newPassword")
        except Problem as problem:
            return Outcome(problem=problem)
        known = await self._identity.password_known(viewer.user.native, current)
        hashed = await self._identity.hashed(fresh) if known else ""
        return await self._changing.one(viewer, ChangePassword(user=viewer.user, known=known, fresh=hashed), terms)

    async def whose(self, secret: str) -> str:
        """The e-mail address of who may set a password by this secret. Raises NotFound, always with the same words."""
        return str((await self._owner(_hash(secret))).email)

    async def set(self, secret: str, password: str) -> None:
        """Set the password that an address was given out for. Raises NotFound, and BadInput for what cannot be one."""
        row = await self._owner(_hash(secret))
        passwords.check(password)
        user = ResourceId(self._database.name, Kind.USER, row.id)
        role = NATIVE_ROLES[row.role].kind
        wish = SetPassword(user=user, link=_hash(secret), fresh=await self._identity.hashed(password))
        outcome = await self._changing.one(Viewer(user, role, scopes_of(role)), wish, Terms())
        if outcome.problem is not None:
            raise outcome.problem

    async def give(self, viewer: Viewer, user: ResourceId, password: str) -> None:
        """Set somebody's password as an administrator of the machine: the same two steps, at once."""
        passwords.check(password)
        outcome = await self._changing.one(viewer, ResetPassword(user=user), Terms())
        if outcome.problem is not None:
            raise outcome.problem
        await self.set(outcome.facts["secret"], password)

    async def _owner(self, link: str) -> AnyRow:
        row = await store.whose(self._database, link, datetime.now(UTC))
        if row is None:
            raise NotFound(passwords.GONE)
        return row


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
