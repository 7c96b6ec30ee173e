"""Comments: what people say about the widgets of a dashboard."""

from dataclasses import dataclass
from datetime import datetime

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Listing, Sort
from dashgraph.domain.viewers import TokenScope


@dataclass(frozen=True, slots=True)
class Comment:
    """`native_id` is its id in the source, `reply_to` that of the comment it answers. `author` is a name."""

    native_id: str
    dashboard: ResourceId
    widget: ResourceId | None
    text: str
    author: str | None
    reply_to: str | None
    resolved: bool
    created_at: datetime | None


class CommentSort(Sort):
    CREATED_AT_ASC = "created_at"
    CREATED_AT_DESC = "-created_at"


@dataclass(frozen=True, slots=True)
class CommentFilter:
    resolved: bool | None = None


COMMENTS_OF_DASHBOARD = Listing[Comment](
    "dashboard.comments",
    Kind.DASHBOARD,
    TokenScope.DASHBOARDS_READ,
    CommentSort,
    CommentSort.CREATED_AT_ASC,
    under=Kind.DASHBOARD,
)
