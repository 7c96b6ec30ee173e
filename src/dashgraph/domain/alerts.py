"""Alerts: what is delivered when somebody, or another system, says that something is the case.

What is the case is found out elsewhere: dashgraph holds no data of dashboards. `conditions` tell people what it is.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dashgraph.domain.deliverables import Deliverable, DeliverableFilter, Obstacle
from dashgraph.domain.ids import Kind
from dashgraph.domain.jobs import Job
from dashgraph.domain.lists import Listing, Lookup, Sort
from dashgraph.domain.targets import Target
from dashgraph.domain.viewers import TokenScope


class ConditionOperator(StrEnum):
    """How a field is compared with values."""

    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    EQ = "eq"
    NE = "ne"
    BETWEEN = "between"
    NOT_BETWEEN = "not_between"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    IS_NULL = "is_null"
    IS_NOT_NULL = "is_not_null"
    INCREASED_BY = "increased_by"
    DECREASED_BY = "decreased_by"


@dataclass(frozen=True, slots=True)
class Condition:
    """A field, compared; or where dashgraph does not know what it means, `raw`: as its system writes it."""

    field: str | None = None
    operator: ConditionOperator | None = None
    values: tuple[Any, ...] = ()  # texts, numbers and truth values
    raw: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(Deliverable):
    """It is triggered when all conditions hold, as far as whoever triggers it knows."""

    conditions: tuple[Condition, ...]


class AlertSort(Sort):
    NAME_ASC = "name"
    NAME_DESC = "-name"
    CREATED_AT_ASC = "created_at"
    CREATED_AT_DESC = "-created_at"


@dataclass(frozen=True, slots=True)
class AlertFilter(DeliverableFilter):
    pass


ALERT = Lookup[Alert]("alert", Kind.ALERT, TokenScope.DASHBOARDS_READ)
TARGETS_OF_ALERT = Lookup[tuple[Target, ...]]("alert.targets", Kind.ALERT, TokenScope.DASHBOARDS_READ)
OBSTACLES_OF_ALERT = Lookup[tuple[Obstacle, ...]]("alert.problems", Kind.ALERT, TokenScope.DASHBOARDS_READ)
LAST_RUN_OF_ALERT = Lookup[Job]("alert.lastRun", Kind.ALERT, TokenScope.DASHBOARDS_READ)
ALERTS = Listing[Alert]("alerts", Kind.ALERT, TokenScope.DASHBOARDS_READ, AlertSort, AlertSort.NAME_ASC)
ALERTS_OF_DASHBOARD = Listing[Alert](
    "dashboard.alerts", Kind.ALERT, TokenScope.DASHBOARDS_READ, AlertSort, AlertSort.NAME_ASC, under=Kind.DASHBOARD
)
ALERTS_OF_OWNER = Listing[Alert](
    "user.alerts", Kind.ALERT, TokenScope.DASHBOARDS_READ, AlertSort, AlertSort.NAME_ASC, under=Kind.USER
)
