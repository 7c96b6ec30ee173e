"""The order of lists that were walked, and a page of it: the same order and the same places as in the native store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashgraph.domain.alerts import AlertSort
from dashgraph.domain.comments import CommentSort
from dashgraph.domain.dashboards import DashboardSort
from dashgraph.domain.folders import FolderSort
from dashgraph.domain.groups import GroupSort
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.jobs import JobSort
from dashgraph.domain.lists import Entry, Page, Position, Sort, SortValue, Wish
from dashgraph.domain.projects import ProjectMemberSort, ProjectSort
from dashgraph.domain.schedules import ScheduleSort
from dashgraph.domain.shares import ShareSort
from dashgraph.domain.text import fold
from dashgraph.domain.trash import DeletedDashboardSort
from dashgraph.domain.users import UserSort
from dashgraph.domain.widgets import WidgetSort

Names = Mapping[ResourceId, str]
Key = Callable[[Any, Names], SortValue]


def text(read: Callable[[Any], str | None]) -> Key:
    def key(item: Any, names: Names) -> SortValue:
        found = read(item)
        return None if found is None else fold(found)

    return key


def plain(read: Callable[[Any], SortValue]) -> Key:
    return lambda item, names: read(item)


def named(read: Callable[[Any], ResourceId | None]) -> Key:
    """By the name of the user, group, data source or dashboard that is there."""

    def key(item: Any, names: Names) -> SortValue:
        one = read(item)
        found = None if one is None else names.get(one)
        return None if found is None else fold(found)

    return key


_TIMES: dict[str, Key] = {
    "created_at": plain(lambda item: item.created_at),
    "updated_at": plain(lambda item: item.updated_at),
}
_ID: dict[str, Key] = {"id": plain(lambda item: item.id.native)}
_NAME: dict[str, Key] = {"name": text(lambda item: item.name)}

KEYS: Mapping[type[Sort], Mapping[str, Key]] = {
    DashboardSort: {
        **_TIMES,
        **_ID,
        "title": text(lambda item: item.title),
        "type": text(lambda item: item.type),
        "owner": named(lambda item: item.owner),
        "datasource": named(lambda item: item.datasource),
        "published_at": plain(lambda item: item.published_at),
    },
    WidgetSort: {
        **_ID,
        "updated_at": _TIMES["updated_at"],
        "title": text(lambda item: item.title),
        "type": text(lambda item: item.type),
        "subtype": text(lambda item: item.subtype),
    },
    UserSort: {
        **_ID,
        **_NAME,
        "email": text(lambda item: item.email),
        "initials": text(lambda item: item.initials),
        "status": plain(lambda item: item.status.value),
        "user_name": text(lambda item: item.account.user_name),
        "first_name": text(lambda item: item.account.first_name),
        "last_name": text(lambda item: item.account.last_name),
        "role": plain(lambda item: item.account.role.native_name),
        "created_at": plain(lambda item: item.account.created_at),
        "updated_at": plain(lambda item: item.account.updated_at),
        "last_login_at": plain(lambda item: item.account.last_login_at),
    },
    GroupSort: {**_TIMES, **_ID, **_NAME, "mail": text(lambda item: item.mail)},
    FolderSort: {**_TIMES, **_ID, **_NAME},
    ProjectSort: _NAME,
    ProjectMemberSort: {
        "subject": named(lambda item: item.subject),
        "role": plain(lambda item: item.role.native_name),
    },
    ShareSort: {
        "subject": named(lambda item: item.subject),
        "rule": plain(lambda item: item.rule.value),
        "created_at": _TIMES["created_at"],
    },
    ScheduleSort: {
        **_NAME,
        "created_at": _TIMES["created_at"],
        "next_run_at": plain(lambda item: item.next_run_at),
    },
    AlertSort: {**_NAME, "created_at": _TIMES["created_at"]},
    JobSort: {"created_at": _TIMES["created_at"]},
    CommentSort: {"created_at": _TIMES["created_at"]},
    DeletedDashboardSort: {
        "title": text(lambda item: item.title),
        "deleted_at": plain(lambda item: item.deleted_at),
    },
}


def tie(item: Any) -> str:
    """What orders equal values: the id, or for what has none the thing that it is about."""
    native = getattr(item, "native_id", None)
    return native if isinstance(native, str) else str(item.id.native)


@dataclass(frozen=True, slots=True)
class Placed:
    """An item, where it stands in the order."""

    value: SortValue
    tie: str
    item: Any


def placed(items: Sequence[Any], sort: Sort, names: Names, tie: Callable[[Any], str] = tie) -> list[Placed]:
    """The items with what they are sorted by. `position` is the order in which they came."""
    if not items:
        return []  # also of lists that no live source has
    if sort.key == "position":
        return [Placed(place, tie(item), item) for place, item in enumerate(items)]
    key = KEYS[type(sort)][sort.key]
    return [Placed(key(item, names), tie(item), item) for item in items]


def ordered(rows: Sequence[Placed], sort: Sort) -> list[Placed]:
    """By value, nothing last whichever the direction, then by tie, ascending."""
    by_tie = sorted(rows, key=lambda row: row.tie)
    having = [row for row in by_tie if row.value is not None]
    having.sort(key=lambda row: row.value, reverse=sort.descending)  # type: ignore[arg-type,return-value]
    return having + [row for row in by_tie if row.value is None]


def page(rows: Sequence[Placed], wish: Wish, *, source: str) -> Page[Any]:
    """The page that the wish asks for, of rows in any order."""
    window = wish.window
    found = ordered(rows, wish.sort)
    if window.after is not None:
        after = window.after
        found = [row for row in found if _side(row, after, source, wish.sort) > 0]
    if window.before is not None:
        before = window.before
        found = [row for row in found if _side(row, before, source, wish.sort) < 0]
    more = len(found) > window.size
    if window.backward:
        shown = found[len(found) - window.size :] if more else found
        return Page(_entries(shown, source), has_next=window.before is not None, has_previous=more)
    return Page(_entries(found[: window.size], source), has_next=more, has_previous=window.after is not None)


def _entries(rows: Sequence[Placed], source: str) -> list[Entry[Any]]:
    return [Entry(row.item, Position(row.value, source, row.tie)) for row in rows]


def _side(row: Placed, position: Position, source: str, sort: Sort) -> int:
    """Whether a row comes after the position (1), before it (-1), or is there (0)."""
    if row.value == position.value:
        mine, other = (source, row.tie), (position.source, position.tie)
        return (mine > other) - (mine < other)
    if row.value is None or position.value is None:
        return 1 if row.value is None else -1
    further = row.value > position.value  # type: ignore[operator]
    return 1 if further is not sort.descending else -1
