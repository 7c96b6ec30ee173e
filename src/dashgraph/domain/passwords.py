"""Passwords: what one may be, and the changes that set one. A clear password never comes here, only its hash."""

from dataclasses import dataclass, field
from datetime import timedelta

from dashgraph.domain.changes import Change
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.problems import BadInput
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import TokenScope

SHORTEST, LONGEST = 10, 1024  # characters
GONE = "This address sets no password, or no longer; ask an administrator for another one."
RESET, INVITATION = timedelta(days=1), timedelta(days=7)  # how long an address to set one by works


def check(password: str, argument: str = "password") -> None:
    """Raises BadInput for what is too short to be safe, or too long to be one."""
    if not SHORTEST <= len(password) <= LONGEST:
        message = f"A password has {SHORTEST} to {LONGEST} characters."
        raise BadInput(message, argument=argument)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword(Change):
    """Give oneself another password.

    `known` is the hash that the current one was found to be right for; None when it was wrong.
    """

    NEEDS = Capability.USER_WRITE
    SCOPE = TokenScope.PROFILE_WRITE
    ABOUT = "user"
    UNTOLD = frozenset({"known", "fresh"})

    user: ResourceId
    known: str | None = field(repr=False)
    fresh: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPassword(Change):
    """Give out an address by which somebody sets a password, once. Until then the one so far goes on.

    The facts are `secret`, what the address ends with, and `expires_at`.
    """

    NEEDS = Capability.USER_WRITE
    SCOPE = TokenScope.USERS_ADMIN
    ABOUT = "user"

    user: ResourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPassword(Change):
    """Set the own password by an address that was given out; `link` is the hash of its secret."""

    NEEDS = Capability.USER_WRITE
    SCOPE = TokenScope.PROFILE_WRITE
    ABOUT = "user"
    UNTOLD = frozenset({"link", "fresh"})

    user: ResourceId
    link: str = field(repr=False)
    fresh: str = field(repr=False)
