"""What schedules and alerts have in common: what is delivered, where to, as whom, and what stands in its way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from dashgraph.domain.ids import ResourceId
from dashgraph.domain.jobs import JobStatus
from dashgraph.domain.lists import IdFilter, TextFilter
from dashgraph.domain.targets import TargetKind


class DeliveryFormat(StrEnum):
    """What is delivered. `INLINE` is a picture in the message itself."""

    PDF = "pdf"
    PNG = "png"
    INLINE = "inline"
    CSV = "csv"
    XLSX = "xlsx"


class DisabledReason(StrEnum):
    """Why it does not fire though nobody paused it."""

    OWNER_INACTIVE = "owner_inactive"
    OWNER_DELETED = "owner_deleted"
    OWNER_LOST_ACCESS = "owner_lost_access"
    DASHBOARD_DELETED = "dashboard_deleted"
    WIDGET_DELETED = "widget_deleted"


class ObstacleKind(StrEnum):
    """Why the next run would fail, or would not reach everybody it is for. The first ones stop it altogether."""

    OWNER_DELETED = "owner_deleted"
    OWNER_INACTIVE = "owner_inactive"
    DASHBOARD_DELETED = "dashboard_deleted"
    OWNER_LOST_ACCESS = "owner_lost_access"
    WIDGET_DELETED = "widget_deleted"
    OUTSIDE_NOT_ALLOWED = "outside_not_allowed"
    REACHES_NOBODY = "reaches_nobody"
    RECIPIENT_INACTIVE = "recipient_inactive"
    RECIPIENT_WITHOUT_ACCESS = "recipient_without_access"
    MEMBERS_WITHOUT_ACCESS = "members_without_access"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason. `subject` is the user or group that it is about, where it is about one."""

    kind: ObstacleKind
    subject: ResourceId | None = None


class WarningKind(StrEnum):
    """What there is to know of what was saved all the same."""

    UNKNOWN_VARIABLE = "unknown_variable"
    ADDRESS_OF_USER = "address_of_user"
    MEMBERS_WITHOUT_ACCESS = "members_without_access"
    REACHES_NOBODY = "reaches_nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverable:
    """`owner` is as whom it runs. `widget` narrows it to one widget of the dashboard. `dashboard` is None once purged.

    `subject` and `body` are templates, in which `zone` says what its clocks show. `filters` are presets for what
    draws, kept as they are. `can_change` says whether the viewer may change it. What is None beyond that the source
    does not know.
    """

    id: ResourceId
    name: str
    owner: ResourceId | None
    dashboard: ResourceId | None
    widget: ResourceId | None
    zone: str | None
    format: DeliveryFormat | None
    enabled: bool
    disabled_reason: DisabledReason | None
    subject: str | None
    body: str | None
    filters: Mapping[str, Any] | None
    can_change: bool
    created_at: datetime | None
    updated_at: datetime | None
    revision: int | None


@dataclass(frozen=True, slots=True)
class DeliverableFilter:
    ids: IdFilter | None = None
    name: TextFilter | None = None
    owner: IdFilter | None = None
    dashboard: IdFilter | None = None
    enabled: bool | None = None
    disabled_reason: tuple[DisabledReason, ...] | None = None
    format: tuple[DeliveryFormat, ...] | None = None
    target: tuple[TargetKind, ...] | None = None
    recipient: IdFilter | None = None  # users whom it is for by name
    recipient_group: IdFilter | None = None
    last_status: tuple[JobStatus, ...] | None = None
