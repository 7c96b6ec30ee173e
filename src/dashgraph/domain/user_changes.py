"""What can be changed about users, and what an account may hold."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dashgraph.domain.changes import UNCHANGED, Change, Unchanged
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.problems import BadId, BadInput, Conflict, NotFound, Problem, TooMuch
from dashgraph.domain.roles import NATIVE_ROLES, Role
from dashgraph.domain.sources import Capability
from dashgraph.domain.text import fold, storable
from dashgraph.domain.viewers import TokenScope

LONGEST_LOGIN = 320  # characters, as of the longest e-mail address
LONGEST_NAME = 100  # characters
LONGEST_KEY = 1000  # bytes; PostgreSQL refuses to index much more, and two names make one key
LONGEST_PREFERENCES = 50_000  # characters of JSON
MOST_NAMED = 100  # dashboards and folders that a refusal names
ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)*")


class OnOwned(StrEnum):
    """What becomes of what a user owns who is deleted."""

    BLOCK = "block"
    TRANSFER = "transfer"
    KEEP = "keep"


class Invitation(StrEnum):
    """What came of inviting one address."""

    INVITED = "invited"
    EXISTING = "existing"
    REFUSED = "refused"


class _UserChange(Change):
    NEEDS = Capability.USER_WRITE
    SCOPE = TokenScope.USERS_ADMIN
    ABOUT = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateUser(_UserChange):
    """Make an account. It has no password: its holder cannot sign in by one until one is set."""

    ABOUT = "into"

    into: str
    email: str
    role: str
    user_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    preferences: Any = None
    groups: tuple[ResourceId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateUsers(_UserChange):
    """Make many accounts at once. With `each` those that cannot be made keep none of the others from it."""

    ABOUT = "into"

    into: str
    users: tuple[CreateUser, ...]
    each: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteUsers(_UserChange):
    """Make a pending account for each address that has none yet."""

    ABOUT = "into"

    into: str
    emails: tuple[str, ...]
    role: str
    groups: tuple[ResourceId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateUser(_UserChange):
    """Change an account. Everybody changes the own first and last name and preferences, administrators all."""

    SCOPE = TokenScope.USERS_READ
    OR_ELSE = (TokenScope.PROFILE_WRITE, TokenScope.USERS_ADMIN)  # depending on whose account it is

    user: ResourceId
    email: str | Unchanged | None = UNCHANGED
    user_name: str | Unchanged | None = UNCHANGED
    first_name: str | Unchanged | None = UNCHANGED
    last_name: str | Unchanged | None = UNCHANGED
    preferences: Any = UNCHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUserActive(_UserChange):
    """Let a user sign in, or not any more; then every token and session ends at once."""

    user: ResourceId
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeUserRole(_UserChange):
    user: ResourceId
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteUser(_UserChange):
    """Take an account away; it can be restored. Shares to the user and memberships are kept for that day, unseen."""

    user: ResourceId
    on_owned: OnOwned = OnOwned.BLOCK
    heir: ResourceId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreUser(_UserChange):
    """Bring a deleted account back, with its shares and memberships; tokens and sessions stay ended."""

    user: ResourceId
    active: bool = True


def address(text: str, argument: str = "email") -> str:
    """An e-mail address without the space around it. Raises BadInput for what is none."""
    found = text.strip()
    if not ADDRESS.fullmatch(found) or len(found) > LONGEST_LOGIN:
        message = f"{_short(text)!r} is not an e-mail address."
        raise BadInput(message, argument=argument)
    return _kept(found, argument)


def user_name(text: str | None) -> str | None:
    """A name to sign in with. Raises BadInput for one that could be an address, or is none."""
    if text is None:
        return None
    found = text.strip()
    if "@" in found or not 0 < len(found) <= LONGEST_LOGIN:
        message = f"{_short(text)!r} is not a user name: it has no @ in it, so that it is never somebody's address."
        raise BadInput(message, argument="userName")
    return _kept(found, "userName")


def name(text: str | None, argument: str, *, longest: int = LONGEST_NAME) -> str | None:
    """A name of a person or a group; a blank one is none."""
    found = (text or "").strip()
    if len(found) > longest:
        message = f"{argument} has {len(found)} characters; at most {longest} are kept."
        raise BadInput(message, argument=argument)
    return _kept(found, argument) or None


def role_named(text: str) -> Role:
    found = NATIVE_ROLES.get(text)
    if found is None:
        message = f"There is no role {_short(text)!r}; there are: {', '.join(NATIVE_ROLES)}."
        raise BadInput(message, argument="role")
    return found


def preferences(value: Any) -> str | None:
    """The JSON text that is kept of an object; None clears it."""
    if value is None:
        return None
    if not isinstance(value, dict):
        message = "preferences is a JSON object, or null."
        raise BadInput(message, argument="preferences")
    text = json.dumps(value, separators=(",", ":"))
    if len(text) > LONGEST_PREFERENCES:
        message = f"preferences has {len(text)} characters as JSON; at most {LONGEST_PREFERENCES} are kept."
        raise TooMuch(message, argument="preferences")
    return text


def fact_of(problem: Problem) -> dict[str, Any]:
    """A problem of one of many, as a fact that can be kept and told again."""
    return {"problem": {"code": problem.code, "message": problem.message, "argument": problem.facts.get("argument")}}


def problem_of(fact: Mapping[str, Any]) -> Problem:
    told = fact["problem"]
    kind = next(
        (kind for kind in (BadInput, BadId, TooMuch, NotFound, Conflict) if kind.code == told["code"]), Conflict
    )
    return kind(told["message"], argument=told["argument"])


def _kept(text: str, argument: str) -> str:
    """The text, unless no database could keep or sort it."""
    if not storable(text):
        message = "A name or address holds characters that cannot be stored."
        raise BadInput(message, argument=argument)
    if len(fold(text).encode()) > LONGEST_KEY:
        message = f"{argument} is too long to be sorted by; shorten it."
        raise BadInput(message, argument=argument)
    return text


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "…"  # noqa: PLR2004 - one line of a message
