"""Undoing, as a mutation."""

import strawberry

from dashgraph.domain.ids import Kind
from dashgraph.domain.operations import UndoOperation
from dashgraph.graph.changes.declare import ChangeInput, Payload, mutation, thing
from dashgraph.graph.operations import Operation


@strawberry.input(description="Put back what an operation changed.")
class UndoOperationInput(ChangeInput):
    CHANGE = UndoOperation
    KINDS = {"operation": (Kind.OPERATION,)}

    operation: strawberry.ID = strawberry.field(name="operationId", description="The operation.")


@strawberry.type(description="What came of `undoOperation`.")
class UndoOperationPayload(Payload):
    undone: Operation | None = thing(description="The operation that holds no more.")


@strawberry.type
class OperationMutations:
    undo_operation: UndoOperationPayload = mutation(
        UndoOperationInput,
        UndoOperationPayload,
        description="Put back what an operation changed, within 30 days (DASHGRAPH_UNDO_DAYS) and while nothing else "
        "has changed it since. Who did it, and administrators.",
    )
