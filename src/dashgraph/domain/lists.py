"""How things are asked for in bulk: by id, or as pages of a sorted list. The same words on every floor."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import Problem
from dashgraph.domain.viewers import TokenScope

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

DEFAULT_PAGE = 20
LARGEST_PAGE = 100

SortValue = str | int | datetime | None


class Sort(StrEnum):
    """A sort order. The value is a sort key, with `-` in front when it goes down."""

    @property
    def key(self) -> str:
        return self.value.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.value.startswith("-")


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a sorted list that means the same after rows have come and gone.

    Rows are ordered by `value` (nothing comes last, whichever the direction), then source, then `tie`.
    """

    value: SortValue
    source: str
    tie: str


@dataclass(frozen=True, slots=True)
class Window:
    """How much of a list, counted from its start or, `backward`, from its end."""

    size: int = DEFAULT_PAGE
    backward: bool = False
    after: Position | None = None
    before: Position | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a list: which rows, in which order, how many. Hashable, so equal wishes share a batch."""

    sort: Sort
    window: Window = Window()
    filter: object = None


@dataclass(frozen=True, slots=True)
class Entry(Generic[T_co]):
    item: T_co
    position: Position


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    entries: Sequence[Entry[T_co]] = ()
    has_next: bool = False
    has_previous: bool = False
    problems: Sequence[Problem] = ()  # of the sources that are missing from this page


@dataclass(frozen=True)
class Lookup(Generic[T_co]):
    """A fact that can be asked for by id, in bulk."""

    name: str
    of: Kind
    scope: TokenScope


@dataclass(frozen=True)
class Listing(Generic[T]):
    """A list that can be paged: a root list, or what hangs off each of many parents."""

    name: str
    of: Kind
    scope: TokenScope
    sorts: type[Sort]
    default: Sort
    under: Kind | None = None
    many_to_many: bool = False  # one thing hangs off several parents


@dataclass(frozen=True, slots=True)
class TextFilter:
    """Every condition given must hold. `contains` and `starts_with` ignore case and accents."""

    eq: str | None = None
    any_of: tuple[str, ...] | None = None
    contains: str | None = None
    starts_with: str | None = None
    is_null: bool | None = None


@dataclass(frozen=True, slots=True)
class TimeFilter:
    """`since` is included, `before` is not."""

    since: datetime | None = None
    before: datetime | None = None
    is_null: bool | None = None


@dataclass(frozen=True, slots=True)
class IdFilter:
    """Ids that this source does not know match nothing; `natives` are ids within the source asked."""

    natives: tuple[tuple[str, str], ...] = field(default=())  # (source, native id)
    is_null: bool | None = None

    def within(self, source: str) -> list[str]:
        return [native for name, native in self.natives if name == source]
