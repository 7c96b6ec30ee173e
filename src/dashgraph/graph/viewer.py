"""Who is asking."""

from datetime import datetime

import strawberry

from dashgraph.domain.users import USER
from dashgraph.domain.viewers import TokenScope
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.nodes import fetch
from dashgraph.graph.users import User


@strawberry.type(description="Who is asking, and with what.")
class Viewer:
    loaders: strawberry.Private[Loaders]

    @strawberry.field(description="Your account.")
    async def user(self) -> User | None:
        found: User | None = await fetch(self.loaders, USER, self.loaders.viewer.user)
        return found

    @strawberry.field(description="What your token may be used for.")
    def scopes(self) -> list[TokenScope]:
        return sorted(self.loaders.viewer.scopes)

    @strawberry.field(description="When your token ends; null when it does not.")
    def expires_at(self) -> datetime | None:
        return self.loaders.viewer.expires_at
