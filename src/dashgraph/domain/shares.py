"""Shares: what lets somebody else see a dashboard."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Listing, Lookup, Sort
from dashgraph.domain.viewers import TokenScope


class ShareRule(StrEnum):
    VIEW = "view"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Share:
    """A right on a dashboard, given to a user or to a group. `subject` is the id of either."""

    id: ResourceId
    dashboard: ResourceId
    subject: ResourceId
    rule: ShareRule
    subscribed: bool
    created_at: datetime


class ShareSort(Sort):
    SUBJECT_ASC = "subject"
    SUBJECT_DESC = "-subject"
    RULE_ASC = "rule"
    RULE_DESC = "-rule"
    CREATED_AT_ASC = "created_at"
    CREATED_AT_DESC = "-created_at"


@dataclass(frozen=True, slots=True)
class ShareFilter:
    rule: ShareRule | None = None
    subject: Kind | None = None
    subscribed: bool | None = None


SHARE = Lookup[Share]("share", Kind.SHARE, TokenScope.DASHBOARDS_READ)
SHARES_OF_DASHBOARD = Listing[Share](
    "dashboard.shares",
    Kind.SHARE,
    TokenScope.DASHBOARDS_READ,
    ShareSort,
    ShareSort.SUBJECT_ASC,
    under=Kind.DASHBOARD,
)
SHARES_OF_GROUP = Listing[Share](
    "group.shares",
    Kind.SHARE,
    TokenScope.DASHBOARDS_READ,
    ShareSort,
    ShareSort.CREATED_AT_DESC,
    under=Kind.GROUP,
)
