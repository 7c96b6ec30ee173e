"""The filters of lists that were walked: what an item must be like, for each filter of the domain."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from dashgraph.domain.alerts import AlertFilter
from dashgraph.domain.comments import CommentFilter
from dashgraph.domain.dashboards import DashboardFilter
from dashgraph.domain.datasources import DataSourceFilter
from dashgraph.domain.folders import FolderFilter
from dashgraph.domain.groups import GroupFilter
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.jobs import JobFilter
from dashgraph.domain.lists import IdFilter, TextFilter, TimeFilter
from dashgraph.domain.projects import ProjectFilter, ProjectMemberFilter
from dashgraph.domain.schedules import ScheduleFilter
from dashgraph.domain.shares import ShareFilter
from dashgraph.domain.text import fold
from dashgraph.domain.trash import DeletedDashboardFilter
from dashgraph.domain.users import UserFilter, UserStatus
from dashgraph.domain.widgets import WidgetFilter

Read = Callable[[Any], Any]
Keeps = Callable[[Any], bool]

# What must be looked up before a filter can be answered: `relations` hands in the ids that meet the condition.
RELATED = frozenset(
    {"within_folder", "shared_with_user", "shared_with_group", "group", "member", "target", "recipient"}
    | {"recipient_group", "last_status", "datasource"}
)


def text_fits(wanted: TextFilter, found: str | None) -> bool:
    if wanted.is_null is not None and (found is None) is not wanted.is_null:
        return False
    if wanted.eq is not None and found != wanted.eq:
        return False
    if wanted.any_of is not None and found not in wanted.any_of:
        return False
    folded = None if found is None else fold(found)
    if wanted.contains is not None and (folded is None or fold(wanted.contains) not in folded):
        return False
    return wanted.starts_with is None or (folded is not None and folded.startswith(fold(wanted.starts_with)))


def time_fits(wanted: TimeFilter, found: Any) -> bool:
    if wanted.is_null is not None and (found is None) is not wanted.is_null:
        return False
    if wanted.since is not None and (found is None or found < wanted.since):
        return False
    return wanted.before is None or (found is not None and found < wanted.before)


def id_fits(wanted: IdFilter, found: ResourceId | None) -> bool:
    if wanted.is_null is not None:
        return (found is None) is wanted.is_null
    return found is not None and (found.source, found.native) in wanted.natives


def source_fits(wanted: DataSourceFilter, title: str | None, address: str | None) -> bool:
    return (wanted.title is None or text_fits(wanted.title, title)) and (
        wanted.address is None or text_fits(wanted.address, address)
    )


def at(path: str) -> Read:
    names = path.split(".")

    def read(item: Any) -> Any:
        for name in names:
            item = getattr(item, name)
        return item

    return read


# By the field of the filter, where it is not the attribute of the same name: what it looks at.
READS: Mapping[type, Mapping[str, Read]] = {
    DashboardFilter: {"ids": at("id"), "my_role": at("role")},
    WidgetFilter: {"ids": at("id")},
    UserFilter: {
        "ids": at("id"),
        "active": lambda user: user.status is UserStatus.ACTIVE,
        "has_token": lambda user: False,  # tokens are of dashgraph's own accounts
        "role": at("account.role.kind"),
        **{
            name: at(f"account.{name}")
            for name in (
                "user_name",
                "first_name",
                "last_name",
                "origin",
                "created_at",
                "updated_at",
                "last_login_at",
            )
        },
    },
    GroupFilter: {"ids": at("id"), "role": lambda group: None if group.role is None else group.role.kind},
    FolderFilter: {"ids": at("id")},
    ProjectFilter: {"ids": at("id")},
    ProjectMemberFilter: {"subject": at("subject.kind")},
    ShareFilter: {"subject": at("subject.kind")},
    ScheduleFilter: {"ids": at("id")},
    AlertFilter: {"ids": at("id")},
    JobFilter: {},
    CommentFilter: {},
    DeletedDashboardFilter: {},
}

# What `text` looks through.
TEXTS: Mapping[type, Sequence[Read]] = {
    DashboardFilter: (at("title"), at("description")),
    WidgetFilter: (at("title"), at("type")),
    UserFilter: (at("name"), at("email")),
    GroupFilter: (at("name"), at("mail")),
    FolderFilter: (at("name"),),
}


def keeps(wanted: object, related: Mapping[str, frozenset[str]]) -> Keeps:
    """Whether an item meets the filter. `related` are, for each condition that had to be looked up, the ids that do."""
    if wanted is None:
        return lambda item: True
    conditions: list[Keeps] = []
    for condition in fields(wanted):  # type: ignore[arg-type]
        value = getattr(wanted, condition.name)
        if value is None:
            continue
        if condition.name in RELATED:
            conditions.append(_among(related[condition.name]))
        elif condition.name == "text":
            conditions.append(_mentions(TEXTS[type(wanted)], value))
        else:
            read = READS[type(wanted)].get(condition.name, at(condition.name))
            conditions.append(_meets(read, value))
    if isinstance(wanted, UserFilter) and wanted.status is None:
        conditions.append(lambda user: user.status is not UserStatus.DELETED)
    return lambda item: all(condition(item) for condition in conditions)


def _among(ids: frozenset[str]) -> Keeps:
    return lambda item: item.id.native in ids


def _mentions(reads: Sequence[Read], wanted: str) -> Keeps:
    folded = fold(wanted)
    return lambda item: any(folded in fold(read(item) or "") for read in reads)


def _meets(read: Read, wanted: Any) -> Keeps:
    if isinstance(wanted, TextFilter):
        return lambda item: text_fits(wanted, read(item))
    if isinstance(wanted, TimeFilter):
        return lambda item: time_fits(wanted, read(item))
    if isinstance(wanted, IdFilter):
        return lambda item: id_fits(wanted, read(item))
    if isinstance(wanted, tuple):
        return lambda item: read(item) in wanted
    return lambda item: read(item) == wanted


def related_to(wanted: object) -> list[str]:
    """The conditions of the filter that must be looked up."""
    if wanted is None:
        return []
    names = [one.name for one in fields(wanted) if getattr(wanted, one.name) is not None]  # type: ignore[arg-type]
    return [name for name in names if name in RELATED]
