"""The trash: dashboards that were deleted and can still be taken back."""

from dataclasses import dataclass
from datetime import datetime

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import IdFilter, Listing, Sort, TextFilter, TimeFilter
from dashgraph.domain.viewers import TokenScope


@dataclass(frozen=True, slots=True)
class DeletedDashboard:
    """What is told of a dashboard in the trash; its content is told once it is restored.

    From `purge_at` on it is removed for good.
    """

    id: ResourceId
    title: str
    description: str | None
    owner: ResourceId | None
    revision: int
    created_at: datetime
    deleted_at: datetime
    deleted_by: ResourceId | None
    purge_at: datetime


class DeletedDashboardSort(Sort):
    DELETED_AT_ASC = "deleted_at"
    DELETED_AT_DESC = "-deleted_at"
    TITLE_ASC = "title"
    TITLE_DESC = "-title"


@dataclass(frozen=True, slots=True)
class DeletedDashboardFilter:
    title: TextFilter | None = None
    owner: IdFilter | None = None
    deleted_by: IdFilter | None = None
    deleted_at: TimeFilter | None = None


DELETED_DASHBOARDS = Listing[DeletedDashboard](
    "deletedDashboards",
    Kind.DASHBOARD,
    TokenScope.DASHBOARDS_READ,
    DeletedDashboardSort,
    DeletedDashboardSort.DELETED_AT_DESC,
)
