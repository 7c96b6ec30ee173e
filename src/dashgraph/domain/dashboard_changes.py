"""What can be done to dashboards."""

from dataclasses import dataclass

from dashgraph.domain.changes import UNCHANGED, Change, Unchanged
from dashgraph.domain.dash import JsonObject
from dashgraph.domain.datasources import NamedDataSource
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import TokenScope


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateDashboard(Change):
    """Make a dashboard without widgets in a source. Who makes it owns it.

    `project` is where it is made, in sources that have projects and no folders in them.
    """

    NEEDS = Capability.DASHBOARD_CREATE
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "place"

    place: str
    title: str
    description: str | None = None
    datasource: NamedDataSource | None = None
    folder: ResourceId | None = None
    project: ResourceId | None = None
    filters: tuple[JsonObject, ...] | None = None
    style: JsonObject | None = None
    layout: JsonObject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateDashboard(Change):
    """Change the content of a dashboard. Owners, editors and administrators; viewers see it once it is published."""

    NEEDS = Capability.DASHBOARD_UPDATE
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "dashboard"

    dashboard: ResourceId
    title: str | Unchanged | None = UNCHANGED
    description: str | Unchanged | None = UNCHANGED
    datasource: NamedDataSource | Unchanged | None = UNCHANGED
    filters: tuple[JsonObject, ...] | Unchanged | None = UNCHANGED
    style: JsonObject | Unchanged | None = UNCHANGED
    layout: JsonObject | Unchanged | None = UNCHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateDashboard(Change):
    """Copy a dashboard as the viewer sees it. Who copies it owns the copy; shares and versions are not copied."""

    NEEDS = Capability.DASHBOARD_DUPLICATE
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "dashboard"

    dashboard: ResourceId
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveDashboard(Change):
    """Put a dashboard into a folder that the viewer sees, or with None at the top."""

    NEEDS = Capability.DASHBOARD_UPDATE
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "dashboard"

    dashboard: ResourceId
    folder: ResourceId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishDashboard(Change):
    """Make the working content what viewers see."""

    NEEDS = Capability.DASHBOARD_PUBLISH
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "dashboard"

    dashboard: ResourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreDashboard(Change):
    """Make the working content what was published: last, or as this version."""

    NEEDS = Capability.DASHBOARD_RESTORE
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "dashboard"

    dashboard: ResourceId
    version: ResourceId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteDashboard(Change):
    """Hide a dashboard from everybody. It is kept, and can be taken back."""

    NEEDS = Capability.DASHBOARD_DELETE
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "dashboard"

    dashboard: ResourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreDeletedDashboard(Change):
    """Take a deleted dashboard back with its widgets, versions and shares."""

    NEEDS = Capability.DASHBOARD_DELETE
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "dashboard"

    dashboard: ResourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeDashboard(Change):
    """Remove a deleted dashboard for good, with its widgets, versions and shares. Cannot be undone."""

    NEEDS = Capability.DASHBOARD_DELETE
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "dashboard"

    dashboard: ResourceId
