"""Filters as GraphQL inputs. Every condition that is given must hold; a list holds any of its values."""

import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

import strawberry

from dashgraph.domain import (
    access,
    dashboards,
    datasources,
    folders,
    groups,
    lists,
    operations,
    shares,
    trash,
    users,
    widgets,
)
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadId, BadInput, TooMuch
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.text import storable

MOST_VALUES = 1000
LONGEST_TEXT = 1000  # characters; SQLite compares with no pattern of more than 50,000 bytes, and folding adds some


def read(given: Any) -> Any:
    """The domain's filter for an input: the same fields under the same names. None for no filter."""
    if given is None or given is strawberry.UNSET:
        return None
    values = {field.name: getattr(given, field.name) for field in dataclasses.fields(given)}
    into: Callable[..., Any] = given.INTO
    return into(**{name: _plain(value, given, name) for name, value in values.items() if _said(value)})


def _said(value: Any) -> bool:
    return value is not None and value is not strawberry.UNSET


def _plain(value: Any, given: Any, name: str) -> Any:
    if isinstance(value, IDFilter):
        return value.wanted(given.KINDS[name])
    if hasattr(value, "INTO"):
        return read(value)
    if isinstance(value, list):
        if len(value) > MOST_VALUES:
            message = f"A filter takes at most {MOST_VALUES} values."
            raise TooMuch(message)
        return tuple(_plain(item, given, name) for item in value)
    if name == "about":
        return global_id(value)
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        message = f"A text in a filter has at most {LONGEST_TEXT} characters."
        raise TooMuch(message)
    return clean(value) if isinstance(value, str) else value


def clean(text: str) -> str:
    """The text, of a filter or of an input, unless no database could keep or compare it."""
    if not storable(text):
        message = "A text holds U+0000 or half a character, which no database keeps or finds; leave it out."
        raise BadInput(message)
    return text


def global_id(text: str) -> ResourceId:
    """What an id argument names. Raises BadId for a text that dashgraph never gave out."""
    found = ResourceId.decode(text)
    if found is None:
        shown = text if len(text) <= 40 else text[:40] + "…"  # noqa: PLR2004 - one line of a message
        message = f"{shown!r} is not an id of dashgraph; ids come from the `id` field of a node."
        raise BadId(message)
    return found


@strawberry.input(description="Conditions on a text.")
class StringFilter:
    INTO: ClassVar[type] = lists.TextFilter

    eq: str | None = strawberry.field(default=strawberry.UNSET, description="Exactly this text.")
    any_of: list[str] | None = strawberry.field(
        default=strawberry.UNSET, name="in", description=f"Exactly one of these, at most {MOST_VALUES}."
    )
    contains: str | None = strawberry.field(
        default=strawberry.UNSET, description="Holds this text, whatever the case and accents."
    )
    starts_with: str | None = strawberry.field(
        default=strawberry.UNSET, description="Begins with this text, whatever the case and accents."
    )
    is_null: bool | None = strawberry.field(default=strawberry.UNSET, description="Whether there is no text at all.")


@strawberry.input(description="Conditions on a moment.")
class DateTimeFilter:
    INTO: ClassVar[type] = lists.TimeFilter

    since: datetime | None = strawberry.field(default=strawberry.UNSET, description="At this moment or later.")
    before: datetime | None = strawberry.field(default=strawberry.UNSET, description="Earlier than this moment.")
    is_null: bool | None = strawberry.field(default=strawberry.UNSET, description="Whether it never happened.")


@strawberry.input(name="IDFilter", description="Conditions on an id. Ids of other kinds match nothing.")
class IDFilter:
    eq: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="This id.")
    any_of: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, name="in", description=f"One of these ids, at most {MOST_VALUES}."
    )
    is_null: bool | None = strawberry.field(default=strawberry.UNSET, description="Whether there is none.")

    def wanted(self, kind: Kind) -> lists.IdFilter | None:
        if not any(_said(value) for value in (self.eq, self.any_of, self.is_null)):
            return None
        listed = self.any_of if isinstance(self.any_of, list) else []
        texts = [self.eq] if isinstance(self.eq, str) else listed
        if len(texts) > MOST_VALUES:
            message = f"A filter takes at most {MOST_VALUES} ids."
            raise TooMuch(message)
        found = [global_id(text) for text in texts]
        natives = tuple((one.source, one.native) for one in found if one.kind is kind)
        return lists.IdFilter(natives, self.is_null if _said(self.is_null) else None)


@strawberry.input(description="Conditions on the data source.")
class DataSourceFilter:
    INTO: ClassVar[type] = datasources.DataSourceFilter

    title: StringFilter | None = strawberry.field(default=strawberry.UNSET, description="By title.")
    address: StringFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By the address of its server."
    )


@strawberry.input(description="Which dashboards.")
class DashboardFilter:
    INTO: ClassVar[type] = dashboards.DashboardFilter
    KINDS: ClassVar[dict[str, Kind]] = {
        "ids": Kind.DASHBOARD,
        "owner": Kind.USER,
        "folder": Kind.FOLDER,
        "within_folder": Kind.FOLDER,
        "project": Kind.PROJECT,
        "shared_with_user": Kind.USER,
        "shared_with_group": Kind.GROUP,
    }

    ids: IDFilter | None = strawberry.field(default=strawberry.UNSET, description="By id.")
    title: StringFilter | None = strawberry.field(default=strawberry.UNSET, description="By title.")
    description: StringFilter | None = strawberry.field(default=strawberry.UNSET, description="By description.")
    type: StringFilter | None = strawberry.field(default=strawberry.UNSET, description="By the type in the document.")
    owner: IDFilter | None = strawberry.field(default=strawberry.UNSET, description="By owner: ids of users.")
    folder: IDFilter | None = strawberry.field(
        default=strawberry.UNSET, description="Directly in these folders; `isNull: true` for those in none."
    )
    within_folder: IDFilter | None = strawberry.field(
        default=strawberry.UNSET, description="In these folders or anywhere below them."
    )
    project: IDFilter | None = strawberry.field(
        default=strawberry.UNSET, description="In these projects; `isNull: true` for those in none."
    )
    datasource: DataSourceFilter | None = strawberry.field(default=strawberry.UNSET, description="By data source.")
    shared_with_user: IDFilter | None = strawberry.field(
        default=strawberry.UNSET,
        description="With a direct share to one of these users that you may know of.",
    )
    shared_with_group: IDFilter | None = strawberry.field(
        default=strawberry.UNSET, description="With a share to one of these groups that you may know of."
    )
    my_role: list[access.AccessRole] | None = strawberry.field(
        default=strawberry.UNSET, description="By what you are to them: `[OWNER]` is what you own."
    )
    state: list[dashboards.DashboardState] | None = strawberry.field(default=strawberry.UNSET, description="By state.")
    created_at: DateTimeFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By the time of creation."
    )
    updated_at: DateTimeFilter | None = strawberry.field(default=strawberry.UNSET, description="By the last change.")
    published_at: DateTimeFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By the last publishing."
    )
    text: str | None = strawberry.field(default=strawberry.UNSET, description="This text in the title or description.")


@strawberry.input(description="Which deleted dashboards.")
class DeletedDashboardFilter:
    INTO: ClassVar[type] = trash.DeletedDashboardFilter
    KINDS: ClassVar[dict[str, Kind]] = {"owner": Kind.USER, "deleted_by": Kind.USER}

    title: StringFilter | None = strawberry.field(default=strawberry.UNSET, description="By title.")
    owner: IDFilter | None = strawberry.field(default=strawberry.UNSET, description="By owner: ids of users.")
    deleted_by: IDFilter | None = strawberry.field(default=strawberry.UNSET, description="By who deleted it.")
    deleted_at: DateTimeFilter | None = strawberry.field(default=strawberry.UNSET, description="By when that was.")


@strawberry.input(name="DashboardVersionFilter", description="Which published versions.")
class VersionFilter:
    INTO: ClassVar[type] = dashboards.VersionFilter

    published_at: DateTimeFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By the time of publishing."
    )


@strawberry.input(description="Which widgets.")
class WidgetFilter:
    INTO: ClassVar[type] = widgets.WidgetFilter
    KINDS: ClassVar[dict[str, Kind]] = {
        "ids": Kind.WIDGET,
        "dashboard": Kind.DASHBOARD,
        "owner": Kind.USER,
    }

    ids: IDFilter | None = strawberry.field(default=strawberry.UNSET, description="By id.")
    title: StringFilter | None = strawberry.field(default=strawberry.UNSET, description="By title.")
    type: StringFilter | None = strawberry.field(default=strawberry.UNSET, description="By type, such as `pivot`.")
    subtype: StringFilter | None = strawberry.field(default=strawberry.UNSET, description="By subtype.")
    dashboard: IDFilter | None = strawberry.field(default=strawberry.UNSET, description="By dashboard.")
    owner: IDFilter | None = strawberry.field(default=strawberry.UNSET, description="By owner: ids of users.")
    datasource: DataSourceFilter | None = strawberry.field(default=strawberry.UNSET, description="By data source.")
    updated_at: DateTimeFilter | None = strawberry.field(default=strawberry.UNSET, description="By the last change.")
    text: str | None = strawberry.field(default=strawberry.UNSET, description="This text in the title or type.")


@strawberry.input(description="Which shares.")
class ShareFilter:
    INTO: ClassVar[type] = shares.ShareFilter

    rule: shares.ShareRule | None = strawberry.field(default=strawberry.UNSET, description="By rule.")
    subject: Kind | None = strawberry.field(
        default=strawberry.UNSET, description="`USER` for shares to users, `GROUP` for shares to groups."
    )
    subscribed: bool | None = strawberry.field(default=strawberry.UNSET, description="By whether deliveries are sent.")


@strawberry.input(description="Which users. Deleted ones are left out unless `status` names them.")
class UserFilter:
    INTO: ClassVar[type] = users.UserFilter
    KINDS: ClassVar[dict[str, Kind]] = {
        "ids": Kind.USER,
        "group": Kind.GROUP,
    }

    ids: IDFilter | None = strawberry.field(default=strawberry.UNSET, description="By id.")
    name: StringFilter | None = strawberry.field(default=strawberry.UNSET, description="By display name.")
    email: StringFilter | None = strawberry.field(default=strawberry.UNSET, description="By e-mail address.")
    user_name: StringFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By user name. Administrators only."
    )
    first_name: StringFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By first name. Administrators only."
    )
    last_name: StringFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By last name. Administrators only."
    )
    role: list[RoleKind] | None = strawberry.field(
        default=strawberry.UNSET, description="By the kind of role. Administrators only."
    )
    status: list[users.UserStatus] | None = strawberry.field(default=strawberry.UNSET, description="By status.")
    active: bool | None = strawberry.field(default=strawberry.UNSET, description="Whether the status is ACTIVE.")
    origin: users.Origin | None = strawberry.field(
        default=strawberry.UNSET, description="By where the account was made. Administrators only."
    )
    group: IDFilter | None = strawberry.field(
        default=strawberry.UNSET,
        description="Members of one of these groups, as far as you may know the members.",
    )
    has_token: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether the user has an API token. Administrators only."
    )
    created_at: DateTimeFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By the time of creation. Administrators only."
    )
    updated_at: DateTimeFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By the last change. Administrators only."
    )
    last_login_at: DateTimeFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By the last sign-in. Administrators only."
    )
    text: str | None = strawberry.field(
        default=strawberry.UNSET, description="This text in the name or e-mail address."
    )


@strawberry.input(description="Which groups.")
class GroupFilter:
    INTO: ClassVar[type] = groups.GroupFilter
    KINDS: ClassVar[dict[str, Kind]] = {
        "ids": Kind.GROUP,
        "member": Kind.USER,
    }

    ids: IDFilter | None = strawberry.field(default=strawberry.UNSET, description="By id.")
    name: StringFilter | None = strawberry.field(default=strawberry.UNSET, description="By name.")
    mail: StringFilter | None = strawberry.field(default=strawberry.UNSET, description="By e-mail address.")
    role: list[RoleKind] | None = strawberry.field(
        default=strawberry.UNSET, description="By the role that members get."
    )
    origin: users.Origin | None = strawberry.field(default=strawberry.UNSET, description="By where the group was made.")
    member: IDFilter | None = strawberry.field(
        default=strawberry.UNSET,
        description="With one of these users in it, as far as you may know the members.",
    )
    created_at: DateTimeFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By the time of creation."
    )
    updated_at: DateTimeFilter | None = strawberry.field(default=strawberry.UNSET, description="By the last change.")
    text: str | None = strawberry.field(
        default=strawberry.UNSET, description="This text in the name or e-mail address."
    )


@strawberry.input(description="Which folders.")
class FolderFilter:
    INTO: ClassVar[type] = folders.FolderFilter
    KINDS: ClassVar[dict[str, Kind]] = {
        "ids": Kind.FOLDER,
        "parent": Kind.FOLDER,
        "project": Kind.PROJECT,
        "owner": Kind.USER,
    }

    ids: IDFilter | None = strawberry.field(default=strawberry.UNSET, description="By id.")
    name: StringFilter | None = strawberry.field(default=strawberry.UNSET, description="By name.")
    parent: IDFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By parent; `isNull: true` for those at the top."
    )
    project: IDFilter | None = strawberry.field(
        default=strawberry.UNSET, description="In these projects; `isNull: true` for those in none."
    )
    owner: IDFilter | None = strawberry.field(default=strawberry.UNSET, description="By owner: ids of users.")
    created_at: DateTimeFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By the time of creation."
    )
    updated_at: DateTimeFilter | None = strawberry.field(default=strawberry.UNSET, description="By the last change.")
    text: str | None = strawberry.field(default=strawberry.UNSET, description="This text in the name.")


@strawberry.input(description="Which access, by the paths that give it.")
class AccessFilter:
    INTO: ClassVar[type] = access.AccessFilter

    paths: list[access.PathKind] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only what these kinds of paths give; other paths are left out of the answer.",
    )


@strawberry.input(description="Which operations of the audit trail.")
class OperationFilter:
    INTO: ClassVar[type] = operations.OperationFilter
    KINDS: ClassVar[dict[str, Kind]] = {"by": Kind.USER}

    by: IDFilter | None = strawberry.field(default=strawberry.UNSET, description="By who made the change.")
    about: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="About one of these dashboards, users, groups and so on."
    )
    kind: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="By the mutation, such as `addShare`."
    )
    at: DateTimeFilter | None = strawberry.field(default=strawberry.UNSET, description="By when it was made.")
    undone: bool | None = strawberry.field(default=strawberry.UNSET, description="Whether it was undone.")
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="By the key that it was sent with. So you find how far many changes came whose answer was lost.",
    )
    source: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="By the name of the system that it was made in."
    )
    state: list[operations.OperationState] | None = strawberry.field(
        default=strawberry.UNSET, description="By how far it came."
    )
