"""What schedules and alerts are filtered by."""

from collections.abc import Mapping
from typing import ClassVar

import strawberry

from dashgraph.domain import alerts, schedules
from dashgraph.domain.deliverables import DeliveryFormat, DisabledReason
from dashgraph.domain.ids import Kind
from dashgraph.domain.jobs import JobStatus
from dashgraph.domain.targets import TargetKind
from dashgraph.graph.filters import DateTimeFilter, IDFilter, StringFilter

KINDS = {"owner": Kind.USER, "dashboard": Kind.DASHBOARD, "recipient": Kind.USER, "recipient_group": Kind.GROUP}


@strawberry.input
class DeliverableFilter:
    """Base of both."""

    ids: IDFilter | None = strawberry.field(default=strawberry.UNSET, name="id", description="By id.")
    name: StringFilter | None = strawberry.field(default=strawberry.UNSET, description="By name.")
    owner: IDFilter | None = strawberry.field(default=strawberry.UNSET, description="By owner: ids of users.")
    dashboard: IDFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By dashboard; `isNull: true` for those whose dashboard is gone for good."
    )
    enabled: bool | None = strawberry.field(default=strawberry.UNSET, description="Whether they fire.")
    disabled_reason: list[DisabledReason] | None = strawberry.field(
        default=strawberry.UNSET, description="By why they do not fire."
    )
    format: list[DeliveryFormat] | None = strawberry.field(
        default=strawberry.UNSET, description="By what they deliver."
    )
    target: list[TargetKind] | None = strawberry.field(
        default=strawberry.UNSET, description="By where they deliver to: those with one of these targets."
    )
    recipient: IDFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By whom they are for by name: ids of users."
    )
    recipient_group: IDFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By which groups they are for: ids of groups."
    )
    last_status: list[JobStatus] | None = strawberry.field(
        default=strawberry.UNSET,
        description="By what came of the last run. Only of what is yours; with scope ALL, of all.",
    )


@strawberry.input(description="Which schedules.")
class ScheduleFilter(DeliverableFilter):
    INTO: ClassVar[type] = schedules.ScheduleFilter
    KINDS: ClassVar[Mapping[str, Kind]] = {"ids": Kind.SCHEDULE, **KINDS}

    next_run_at: DateTimeFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By when they fire next; `isNull: true` for those that do not."
    )


@strawberry.input(description="Which alerts.")
class AlertFilter(DeliverableFilter):
    INTO: ClassVar[type] = alerts.AlertFilter
    KINDS: ClassVar[Mapping[str, Kind]] = {"ids": Kind.ALERT, **KINDS}
