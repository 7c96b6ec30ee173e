"""What can be done to widgets."""

from dataclasses import dataclass

from dashgraph.domain.changes import UNCHANGED, Change, Unchanged
from dashgraph.domain.dash import JsonObject
from dashgraph.domain.datasources import NamedDataSource
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import TokenScope


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateWidget(Change):
    """Make a widget at the bottom of a dashboard, of a whole document, of its parts, or of both; the parts win."""

    NEEDS = Capability.WIDGET_WRITE
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "dashboard"

    dashboard: ResourceId
    document: JsonObject | None = None
    title: str | Unchanged | None = UNCHANGED
    type: str | Unchanged | None = UNCHANGED
    subtype: str | Unchanged | None = UNCHANGED
    description: str | Unchanged | None = UNCHANGED
    datasource: NamedDataSource | Unchanged | None = UNCHANGED
    panels: tuple[JsonObject, ...] | Unchanged | None = UNCHANGED
    style: JsonObject | Unchanged | None = UNCHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateWidget(Change):
    """Change a widget: parts of its document, or with `document` all of it."""

    NEEDS = Capability.WIDGET_WRITE
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "widget"

    widget: ResourceId
    document: JsonObject | None = None
    title: str | Unchanged | None = UNCHANGED
    type: str | Unchanged | None = UNCHANGED
    subtype: str | Unchanged | None = UNCHANGED
    description: str | Unchanged | None = UNCHANGED
    datasource: NamedDataSource | Unchanged | None = UNCHANGED
    panels: tuple[JsonObject, ...] | Unchanged | None = UNCHANGED
    style: JsonObject | Unchanged | None = UNCHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveWidget(Change):
    """Take a widget from its dashboard to the bottom of another one."""

    NEEDS = Capability.WIDGET_WRITE
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "widget"

    widget: ResourceId
    dashboard: ResourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateWidget(Change):
    """Copy a widget to the bottom of its dashboard."""

    NEEDS = Capability.WIDGET_WRITE
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "widget"

    widget: ResourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteWidget(Change):
    """Take a widget off its dashboard. Versions that were published keep it."""

    NEEDS = Capability.WIDGET_WRITE
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "widget"

    widget: ResourceId
