"""Sources: the configured systems, what they can do, and how they are doing."""

import strawberry

from dashgraph.domain.sources import Capability, Health, SourceKind
from dashgraph.domain.written_changes import changes
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.scalars import URL


@strawberry.type(description="How a source is doing, found out when selected.")
class SourceStatus:
    health: Health = strawberry.field(description="Up, degraded or down.")
    message: str | None = strawberry.field(description="What is wrong, when something is.")
    version: str | None = strawberry.field(description="The version of the system, as far as it tells.")


@strawberry.type(description="One thing that a source can do, or why it cannot.")
class SourceCapability:
    name: Capability = strawberry.field(description="What it is about.")
    supported: bool = strawberry.field(description="Whether the source can do it.")
    reason: str | None = strawberry.field(description="Why not; null when it can.")


@strawberry.type(description="A mutation that a source can carry out, or why it cannot.")
class SourceMutation:
    name: str = strawberry.field(
        description="Its name, as `Operation.kind` has it; what holds for it holds for its bulk form too."
    )
    supported: bool = strawberry.field(description="Whether the source can do it.")
    reason: str | None = strawberry.field(description="Why not, and what to do instead; null when it can.")


@strawberry.type(description="One configured system.")
class Source:
    name: str = strawberry.field(description="Its configured name. Part of every id; never changes.")
    loaders: strawberry.Private[Loaders]

    @strawberry.field(description="The product behind it.")
    def kind(self) -> SourceKind:
        return self.loaders.reading.card(self.name).kind

    @strawberry.field(description="Where people find it; null for dashgraph's own store.")
    def url(self) -> URL | None:
        url = self.loaders.reading.card(self.name).url
        return None if url is None else URL(url)

    @strawberry.field(description="What it can do, and where it cannot, why.")
    def capabilities(self) -> list[SourceCapability]:
        card = self.loaders.reading.card(self.name)
        return [
            SourceCapability(name=one, supported=(reason := card.reason_against(one)) is None, reason=reason)
            for one in Capability
        ]

    @strawberry.field(
        description="Every mutation, and whether it can be carried out here: the one it refuses answers "
        "`UnsupportedBySource` without asking the system."
    )
    def mutations(self) -> list[SourceMutation]:
        card = self.loaders.reading.card(self.name)
        return [
            SourceMutation(name=name, supported=(reason := card.refusal(change.NEEDS, name)) is None, reason=reason)
            for name, change in sorted(changes().items())
        ]

    @strawberry.field(description="How it is doing right now. Asks the system.")
    async def status(self) -> SourceStatus:
        status = await self.loaders.reading.status(self.name)
        return SourceStatus(health=status.health, message=status.message, version=status.version)
