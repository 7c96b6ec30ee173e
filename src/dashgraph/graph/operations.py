"""The audit trail."""

from datetime import datetime
from typing import Any

import strawberry

from dashgraph.domain import operations
from dashgraph.domain.nodes import FETCHED_BY
from dashgraph.domain.operations import OPERATION, OperationState
from dashgraph.domain.users import USER
from dashgraph.graph.edges import fact, to_one
from dashgraph.graph.nodes import Node, Resource, fetch, shows
from dashgraph.graph.scalars import JSON
from dashgraph.graph.sources import Source
from dashgraph.graph.users import User


@strawberry.type(description="One record before and after. Passwords and tokens are left out.")
class RecordChange:
    noun: str = strawberry.field(description="What it is, such as `share`.")
    id: str = strawberry.field(description="Its id within the source.")
    before: JSON | None = strawberry.field(description="What it was; null when there was none.")
    after: JSON | None = strawberry.field(description="What it became; null when it was taken away.")


@shows(operations.Operation)
@strawberry.federation.type(
    keys=["id"],
    description="One entry of the audit trail: a change that was made. You see your own; administrators, with scope "
    "ALL, see everybody's.",
)
class Operation(Resource):
    LOOKUP = OPERATION

    thing: strawberry.Private[operations.Operation]

    kind: str = fact("kind", description="The mutation that made it, such as `addShare`.")
    at: datetime = fact("at", description="When it was made.")
    state: OperationState = fact("state", description="How far it came.")
    error: str | None = fact("error", description="Why it failed; null when it did not.")

    @strawberry.field(description="The system that it was made in.")
    def made_in(self) -> Source:
        return Source(name=self.thing.source, loaders=self.loaders)

    by: User | None = to_one(
        USER, "by", description="Who made it; null for what dashgraph does by itself, as emptying the trash."
    )

    @strawberry.field(description="What it is about; null when that is gone or hidden from you.")
    async def about(self) -> Node | None:
        one = self.thing.about
        found: Node | None = None if one is None else await fetch(self.loaders, FETCHED_BY[one.kind], one)
        return found

    @strawberry.field(description="Every record that it changed, before and after.")
    def changes(self) -> list[RecordChange]:
        return [
            RecordChange(noun=row.noun, id=row.id, before=_json(row.before), after=_json(row.after))
            for row in self.thing.changes
        ]

    @strawberry.field(description="Whether `undoOperation` can put back what it changed, if nothing else has since.")
    def can_be_undone(self) -> bool:
        return self.thing.reason is None and self.thing.undone_by is None

    item: int = fact(
        "item",
        description="Which of the items of a bulk change it was, or of the dashboards of an import; the first is 0.",
    )
    idempotency_key: str | None = fact("key", description="The key that it was sent with.")
    reason_against_undoing: str | None = fact("reason", description="Why it can never be undone; null when it can.")

    @strawberry.field(description="The operation that undid it; null when it holds.")
    async def undone_by(self) -> "Operation | None":
        found: Operation | None = await fetch(self.loaders, OPERATION, self.thing.undone_by)
        return found

    @strawberry.field(description="The operation that it undid; null when it is no undoing.")
    async def undoes(self) -> "Operation | None":
        found: Operation | None = await fetch(self.loaders, OPERATION, self.thing.undoes)
        return found


def _json(row: dict[str, Any] | None) -> JSON | None:
    return None if row is None else JSON(row)
