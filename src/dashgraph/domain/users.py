"""People who have an account in a source."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import IdFilter, Listing, Lookup, Sort, TextFilter, TimeFilter
from dashgraph.domain.roles import Role, RoleKind
from dashgraph.domain.viewers import TokenScope


class UserStatus(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    PENDING = "pending"
    DELETED = "deleted"


class Origin(StrEnum):
    """Where an account or a group was made."""

    SOURCE = "source"
    DIRECTORY = "directory"
    SERVICE = "service"  # of a program: no person, no password, owns nothing


PRETEND = "service.invalid"  # where the addresses of service accounts are; no mail can be there (RFC 2606)


@dataclass(frozen=True, slots=True)
class Account:
    """What of a user only the user and administrators see."""

    user_name: str | None
    first_name: str | None
    last_name: str | None
    role: Role
    origin: Origin
    preferences: str | None  # JSON text
    created_at: datetime | None
    updated_at: datetime | None
    last_login_at: datetime | None
    deleted_at: datetime | None
    deleted_by: ResourceId | None


@dataclass(frozen=True, slots=True)
class User:
    """`account` is None when the viewer is neither this user nor an administrator."""

    id: ResourceId
    name: str
    email: str
    initials: str
    status: UserStatus
    revision: int | None
    account: Account | None


def same_address(text: str) -> str:
    """What e-mail addresses are compared by: to the letter, but of ASCII large and small letters are the same.

    More would be somebody else's address: `straße.example` and `strasse.example` are two domains.
    """
    return text.strip().encode(errors="surrogatepass").lower().decode(errors="surrogatepass")


def account_of(found: Iterable[User]) -> User | None:
    """Of the users of a source with one e-mail address the one whose it is; None where that is not clear.

    It is the only one who can sign in, else the only one who is not deleted.
    """
    there = [user for user in found if user.status is not UserStatus.DELETED]
    active = [user for user in there if user.status is UserStatus.ACTIVE]
    them = active or there
    return them[0] if len(them) == 1 else None


class UserSort(Sort):
    NAME_ASC = "name"
    NAME_DESC = "-name"
    EMAIL_ASC = "email"
    EMAIL_DESC = "-email"
    USER_NAME_ASC = "user_name"
    USER_NAME_DESC = "-user_name"
    FIRST_NAME_ASC = "first_name"
    FIRST_NAME_DESC = "-first_name"
    LAST_NAME_ASC = "last_name"
    LAST_NAME_DESC = "-last_name"
    INITIALS_ASC = "initials"
    INITIALS_DESC = "-initials"
    ROLE_ASC = "role"
    ROLE_DESC = "-role"
    STATUS_ASC = "status"
    STATUS_DESC = "-status"
    CREATED_AT_ASC = "created_at"
    CREATED_AT_DESC = "-created_at"
    UPDATED_AT_ASC = "updated_at"
    UPDATED_AT_DESC = "-updated_at"
    LAST_LOGIN_AT_ASC = "last_login_at"
    LAST_LOGIN_AT_DESC = "-last_login_at"
    ID_ASC = "id"
    ID_DESC = "-id"


# What a stranger to the account may neither filter nor sort by: the answer would tell what the field hides.
PRIVATE_SORT_KEYS = frozenset(
    {"user_name", "first_name", "last_name", "role", "created_at", "updated_at", "last_login_at"}
)


@dataclass(frozen=True, slots=True)
class UserFilter:
    ids: IdFilter | None = None
    name: TextFilter | None = None
    email: TextFilter | None = None
    user_name: TextFilter | None = None
    first_name: TextFilter | None = None
    last_name: TextFilter | None = None
    role: tuple[RoleKind, ...] | None = None
    status: tuple[UserStatus, ...] | None = None
    active: bool | None = None
    origin: Origin | None = None
    group: IdFilter | None = None
    has_token: bool | None = None
    created_at: TimeFilter | None = None
    updated_at: TimeFilter | None = None
    last_login_at: TimeFilter | None = None
    text: str | None = None

    @property
    def private(self) -> list[str]:
        """The conditions on fields that only the user and administrators see."""
        names = (
            "user_name", "first_name", "last_name", "role", "origin", "has_token",
            "created_at", "updated_at", "last_login_at",
        )  # fmt: skip
        return [name for name in names if getattr(self, name) is not None]


USER = Lookup[User]("user", Kind.USER, TokenScope.USERS_READ)
ACCOUNT = Lookup[User]("user.byAddress", Kind.USER, TokenScope.USERS_READ)
"""The account with an e-mail address: asked for by addresses, as `same_address` has them, in place of ids."""
USERS = Listing[User]("users", Kind.USER, TokenScope.USERS_READ, UserSort, UserSort.NAME_ASC)
USERS_OF_GROUP = Listing[User](
    "group.users", Kind.USER, TokenScope.USERS_READ, UserSort, UserSort.NAME_ASC, under=Kind.GROUP, many_to_many=True
)
