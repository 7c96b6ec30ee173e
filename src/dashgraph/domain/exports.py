"""Dashboards becoming documents and files."""

import importlib.util
import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Self

from dashgraph.domain.changes import Change
from dashgraph.domain.dash import Document
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Lookup
from dashgraph.domain.problems import UnsupportedBySource
from dashgraph.domain.sources import Capability
from dashgraph.domain.text import fold
from dashgraph.domain.viewers import Reach, TokenScope, Viewer

LIFETIME = timedelta(minutes=10)  # of an address to download from
DRAWING = timedelta(seconds=120)  # that a live source may take to draw a file
MOST_INLINE, MOST_BY_ADDRESS = 100, 1000
LONGEST_NAME = 60  # characters of the name of a file
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


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file ready to be given out. The name is plain ASCII without folders."""

    name: str
    content_type: str
    content: bytes

    @classmethod
    def of(cls, one: ResourceId, title: str, form: ExportFormat, content: bytes) -> Self:
        """Named by the title in plain letters, or by the id when that has none."""
        plain = re.sub(r"[^a-z0-9]+", "-", fold(title[: 4 * LONGEST_NAME]))[:LONGEST_NAME].strip("-")
        name = plain or re.sub(r"[^A-Za-z0-9]+", "-", one.native)[:LONGEST_NAME].strip("-") or one.kind.lower()
        return cls(f"{name}{form.extension}", form.content_type, content)


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


EXPORT_OF_DASHBOARD = Lookup[Document]("dashboard.export", Kind.DASHBOARD, TokenScope.DASHBOARDS_READ)
"""The whole of a dashboard, its widgets inside, as a system of the same kind takes it in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export(Change):
    """Base of what gives something out, which changes nothing but the trail.

    `kept_in` is the source that keeps the jobs, the addresses and the trail, when what is exported is of another one:
    then that has been looked at, and the viewer sees it.
    """

    NEEDS = Capability.DASHBOARD_EXPORT
    SCOPE = TokenScope.DASHBOARDS_READ
    ABOUT = "place"

    kept_in: str | None = None

    @property
    def exported(self) -> ResourceId:
        """What is given out, the first where it is several."""
        raise NotImplementedError

    @property
    def place(self) -> str:
        return self.kept_in or self.exported.source


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportDashboards(Export):
    """Give out the documents of dashboards of one source as the viewer sees them.

    Without a format they are written in the one that they came in, which is then the same for all; the fact `format`
    says it. By address, the fact `secret` is what the address ends with and `expires_at` how long it works.
    """

    dashboards: tuple[ResourceId, ...]
    delivery: ExportDelivery = ExportDelivery.TEXT
    format: DocumentFormat | None = None

    @property
    def exported(self) -> ResourceId:
        return self.dashboards[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportDashboard(Export):
    """Have a job make a file of a dashboard. Moments in it are told in `zone`."""

    dashboard: ResourceId
    format: ExportFormat
    zone: str = "UTC"

    @property
    def exported(self) -> ResourceId:
        return self.dashboard


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportWidget(Export):
    """Have a job make a file of a widget. `dashboard` is its dashboard, where it is kept in another source."""

    widget: ResourceId
    format: ExportFormat
    zone: str = "UTC"
    dashboard: ResourceId | None = None

    @property
    def exported(self) -> ResourceId:
        return self.widget


def exporting(viewer: Viewer) -> Viewer:
    """The viewer as exports see: administrators, with a token for it, reach everything."""
    if viewer.is_admin and TokenScope.ADMIN_READ in viewer.scopes:
        return viewer.within(Reach.ALL)
    return viewer
