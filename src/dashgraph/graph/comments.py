"""Comments on dashboards, which only some systems have."""

from datetime import datetime
from typing import ClassVar

import strawberry

from dashgraph.domain import comments
from dashgraph.domain.widgets import WIDGET
from dashgraph.graph.edges import fact, to_one
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.nodes import shows
from dashgraph.graph.widgets import Widget


@strawberry.input(description="Which comments.")
class CommentFilter:
    INTO: ClassVar[type] = comments.CommentFilter

    resolved: bool | None = strawberry.field(default=strawberry.UNSET, description="Whether they are settled.")


@shows(comments.Comment)
@strawberry.type(description="What somebody said about a widget. Seen by whoever sees the dashboard.")
class Comment:
    thing: strawberry.Private[comments.Comment]
    loaders: strawberry.Private[Loaders]

    native_id: str = fact("native_id", description="The id that the source itself uses.")
    text: str = fact("text", description="What was said, as plain text.")
    author: str | None = fact("author", description="The name of who said it.")
    widget: Widget | None = to_one(WIDGET, "widget", description="The widget that it is about; null when it is gone.")
    reply_to: str | None = fact(
        "reply_to", description="The native id of the comment that it answers; null when it answers none."
    )
    resolved: bool = fact("resolved", description="Whether it is settled.")
    created_at: datetime | None = fact("created_at", description="When it was said.")
