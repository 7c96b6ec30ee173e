"""Dashboards becoming documents and files."""

import importlib.util
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from dashgraph.domain.changes import Change
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.problems import UnsupportedBySource
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import Reach, TokenScope, Viewer

LIFETIME = timedelta(minutes=10)  # of an address to download from
MOST_INLINE, MOST_BY_ADDRESS = 100, 1000
EXTRA = "pip install 'dashgraph[render]'"


class ExportFormat(StrEnum):
    """`DASH` and `JSON` are the document itself, nothing lost; the others are for reading."""

    DASH = "dash"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"
    PNG = "png"

    @property
    def extension(self) -> str:
        return f".{self.value}"

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self]

    @property
    def is_document(self) -> bool:
        return self in {ExportFormat.DASH, ExportFormat.JSON}

    @property
    def is_printed(self) -> bool:
        return self in {ExportFormat.PDF, ExportFormat.PNG}


CONTENT_TYPES = {
    ExportFormat.DASH: "application/json",
    ExportFormat.JSON: "application/json",
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.PDF: "application/pdf",
    ExportFormat.PNG: "image/png",
}


def reason_against(wanted: ExportFormat) -> str | None:
    """Why this installation cannot make the format; None when it can."""
    if wanted.is_printed and importlib.util.find_spec("typst") is None:
        return f"printing needs an extra that is not installed ({EXTRA})"
    return None


def check(wanted: ExportFormat, source: str) -> None:
    """Raises UnsupportedBySource when this installation cannot make the format."""
    reason = reason_against(wanted)
    if reason is not None:
        message = f"{wanted.name} cannot be made here: {reason}. Ask an administrator, or take XLSX, CSV or DASH."
        raise UnsupportedBySource(message, source=source)


class ExportDelivery(StrEnum):
    """How an export comes to who asked for it."""

    TEXT = "text"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportDashboards(Change):
    """Give out the documents of dashboards of one source as the viewer sees them. It changes nothing but the trail.

    Without a format they are written in the one that they came in, which is then the same for all; the fact `format`
    says it. By address, the fact `secret` is what the address ends with and `expires_at` how long it works.
    """

    NEEDS = Capability.DASHBOARD_EXPORT
    SCOPE = TokenScope.DASHBOARDS_READ
    ABOUT = "place"

    dashboards: tuple[ResourceId, ...]
    delivery: ExportDelivery = ExportDelivery.TEXT
    format: DocumentFormat | None = None

    @property
    def place(self) -> str:
        return self.dashboards[0].source


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportDashboard(Change):
    """Have a job make a file of a dashboard. Moments in it are told in `zone`."""

    NEEDS = Capability.DASHBOARD_EXPORT
    SCOPE = TokenScope.DASHBOARDS_READ
    ABOUT = "dashboard"

    dashboard: ResourceId
    format: ExportFormat
    zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportWidget(Change):
    """Have a job make a file of a widget."""

    NEEDS = Capability.DASHBOARD_EXPORT
    SCOPE = TokenScope.DASHBOARDS_READ
    ABOUT = "widget"

    widget: ResourceId
    format: ExportFormat
    zone: str = "UTC"


def exporting(viewer: Viewer) -> Viewer:
    """The viewer as exports see: administrators, with a token for it, reach everything."""
    if viewer.is_admin and TokenScope.ADMIN_READ in viewer.scopes:
        return viewer.within(Reach.ALL)
    return viewer
