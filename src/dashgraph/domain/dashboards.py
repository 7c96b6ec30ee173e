"""Dashboards: what people look at, own, share and publish."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashgraph.domain.access import AccessRole
from dashgraph.domain.dash import Document, JsonObject
from dashgraph.domain.datasources import DataSourceFilter
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import IdFilter, Listing, Lookup, Sort, TextFilter, TimeFilter
from dashgraph.domain.viewers import TokenScope


class DashboardState(StrEnum):
    """How the working content relates to what viewers are shown."""

    DRAFT = "draft"  # never published
    PUBLISHED = "published"  # viewers see the working content
    MODIFIED = "modified"  # viewers see the version published last


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard as the viewer sees it; `role` is what the viewer is to it, `format` what its document came in.

    Owners, editors and administrators see the working content, viewers the version published last. `everyone` is what
    every account of its source is to it without any share. What is None is not known to the source.
    """

    id: ResourceId
    title: str
    description: str | None
    type: str | None
    state: DashboardState
    role: AccessRole
    owner: ResourceId | None
    folder: ResourceId | None
    datasource: ResourceId | None
    format: DocumentFormat | None
    revision: int | None
    created_at: datetime | None
    updated_at: datetime | None
    published_at: datetime | None
    project: ResourceId | None = None
    updated_by: ResourceId | None = None
    url: str | None = None
    slug: str | None = None
    tags: tuple[str, ...] = ()
    pinned: bool | None = None
    everyone: AccessRole | None = None


@dataclass(frozen=True, slots=True)
class DashboardVersion:
    """A published version. Shares, owner and folder are not part of it."""

    id: ResourceId
    dashboard: ResourceId
    number: int
    title: str
    description: str | None
    published_at: datetime
    published_by: ResourceId | None


class DashboardSort(Sort):
    TITLE_ASC = "title"
    TITLE_DESC = "-title"
    TYPE_ASC = "type"
    TYPE_DESC = "-type"
    OWNER_ASC = "owner"
    OWNER_DESC = "-owner"
    DATASOURCE_ASC = "datasource"
    DATASOURCE_DESC = "-datasource"
    CREATED_AT_ASC = "created_at"
    CREATED_AT_DESC = "-created_at"
    UPDATED_AT_ASC = "updated_at"
    UPDATED_AT_DESC = "-updated_at"
    PUBLISHED_AT_ASC = "published_at"
    PUBLISHED_AT_DESC = "-published_at"
    ID_ASC = "id"
    ID_DESC = "-id"


class VersionSort(Sort):
    NUMBER_ASC = "number"
    NUMBER_DESC = "-number"


@dataclass(frozen=True, slots=True)
class VersionFilter:
    published_at: TimeFilter | None = None


@dataclass(frozen=True, slots=True)
class DashboardFilter:
    ids: IdFilter | None = None
    title: TextFilter | None = None
    description: TextFilter | None = None
    type: TextFilter | None = None
    owner: IdFilter | None = None
    folder: IdFilter | None = None
    project: IdFilter | None = None
    within_folder: IdFilter | None = None
    datasource: DataSourceFilter | None = None
    shared_with_user: IdFilter | None = None
    shared_with_group: IdFilter | None = None
    my_role: tuple[AccessRole, ...] | None = None
    state: tuple[DashboardState, ...] | None = None
    created_at: TimeFilter | None = None
    updated_at: TimeFilter | None = None
    published_at: TimeFilter | None = None
    text: str | None = None


DASHBOARD = Lookup[Dashboard]("dashboard", Kind.DASHBOARD, TokenScope.DASHBOARDS_READ)
DASHBOARD_DOCUMENT = Lookup[Document]("dashboard.document", Kind.DASHBOARD, TokenScope.DASHBOARDS_READ)
VERSION = Lookup[DashboardVersion]("version", Kind.VERSION, TokenScope.DASHBOARDS_READ)
VERSION_DOCUMENT = Lookup[JsonObject]("version.document", Kind.VERSION, TokenScope.DASHBOARDS_READ)  # with widgets

DASHBOARDS = Listing[Dashboard](
    "dashboards", Kind.DASHBOARD, TokenScope.DASHBOARDS_READ, DashboardSort, DashboardSort.TITLE_ASC
)
DASHBOARDS_OF_OWNER = Listing[Dashboard](
    "user.ownedDashboards",
    Kind.DASHBOARD,
    TokenScope.DASHBOARDS_READ,
    DashboardSort,
    DashboardSort.TITLE_ASC,
    under=Kind.USER,
)
DASHBOARDS_OF_FOLDER = Listing[Dashboard](
    "folder.dashboards",
    Kind.DASHBOARD,
    TokenScope.DASHBOARDS_READ,
    DashboardSort,
    DashboardSort.TITLE_ASC,
    under=Kind.FOLDER,
)
DASHBOARDS_OF_PROJECT = Listing[Dashboard](
    "project.dashboards",
    Kind.DASHBOARD,
    TokenScope.DASHBOARDS_READ,
    DashboardSort,
    DashboardSort.TITLE_ASC,
    under=Kind.PROJECT,
)
VERSIONS_OF_DASHBOARD = Listing[DashboardVersion](
    "dashboard.versions",
    Kind.VERSION,
    TokenScope.DASHBOARDS_READ,
    VersionSort,
    VersionSort.NUMBER_DESC,
    under=Kind.DASHBOARD,
)
