"""Files that are sent ahead of what they are for, bound to their size and their SHA-256."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dashgraph.domain.changes import Change
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Lookup
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import TokenScope

KEPT = timedelta(hours=1)  # from when the address is given out
MOST_KEPT = 20  # uploads of one user at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateUpload(Change):
    """Give out an address to send a file of just this size and content to.

    The facts are `upload`, the id to import it by, `secret`, what the address ends with, and `expires_at`.
    """

    NEEDS = Capability.DASHBOARD_IMPORT
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "place"

    place: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that has arrived. It has the id of the operation that asked for its address."""

    id: ResourceId
    content: bytes
    expires_at: datetime


UPLOAD = Lookup[Upload]("upload", Kind.OPERATION, TokenScope.DASHBOARDS_WRITE)
