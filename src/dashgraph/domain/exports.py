"""Dashboards becoming documents."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from dashgraph.domain.changes import Change
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import Reach, TokenScope, Viewer

LIFETIME = timedelta(minutes=10)  # of an address to download from
MOST_INLINE, MOST_BY_ADDRESS = 100, 1000


class ExportDelivery(StrEnum):
    """How an export comes to who asked for it."""

    TEXT = "text"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportDashboards(Change):
    """Give out the documents of dashboards of one source as the viewer sees them. It changes nothing but the trail.

    By address, the fact `secret` is what the address ends with and `expires_at` how long it works.
    """

    NEEDS = Capability.DASHBOARD_EXPORT
    SCOPE = TokenScope.DASHBOARDS_READ
    ABOUT = "place"

    dashboards: tuple[ResourceId, ...]
    delivery: ExportDelivery = ExportDelivery.TEXT

    @property
    def place(self) -> str:
        return self.dashboards[0].source


def exporting(viewer: Viewer) -> Viewer:
    """The viewer as exports see: administrators, with a token for it, reach everything."""
    if viewer.is_admin and TokenScope.ADMIN_READ in viewer.scopes:
        return viewer.within(Reach.ALL)
    return viewer
