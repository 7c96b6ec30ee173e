"""Promotion: taking a dashboard from one project to the one above it, and what that would change."""

from dataclasses import dataclass
from enum import StrEnum

from dashgraph.domain.changes import Change
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Lookup
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import TokenScope


class PromotionStep(StrEnum):
    """What a promotion does with one thing."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class PromotionItem:
    """`kind` is the source's word for it: a dashboard, a chart, a space."""

    kind: str
    name: str
    step: PromotionStep


PROMOTION_DIFF = Lookup[tuple[PromotionItem, ...]](
    "dashboard.promotionDiff", Kind.DASHBOARD, TokenScope.DASHBOARDS_READ
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoteDashboard(Change):
    """Make the dashboard in the project above what it is here.

    The outcome tells what that did, or would do: the fact `items`, of each its `kind`, `name` and `step`.
    """

    NEEDS = Capability.PROMOTE
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "dashboard"

    dashboard: ResourceId
