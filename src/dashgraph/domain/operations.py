"""The audit trail: what was changed, by whom, and whether it can be undone."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from dashgraph.domain.changes import Change
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import IdFilter, Listing, Lookup, Sort, TimeFilter
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import TokenScope


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row before and after; None where there was none. Secrets are left out."""

    noun: str
    id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class OperationState(StrEnum):
    """How far a change came. In dashgraph's own store it is done or it is not there."""

    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the system went silent or failed: it may have made the change or not


@dataclass(frozen=True, slots=True)
class Operation:
    """`reason` says why it cannot be undone, when it cannot. `by` is None for what dashgraph did by itself.

    `item` is its place among the changes that were sent together, `key` the idempotency key of them all.
    `error` is why it failed.
    """

    id: ResourceId
    kind: str
    at: datetime
    by: ResourceId | None
    about: ResourceId | None
    changes: tuple[RowChange, ...]
    reason: str | None
    undone_by: ResourceId | None
    undoes: ResourceId | None
    item: int
    key: str | None
    source: str
    state: OperationState = OperationState.DONE
    error: str | None = None


class OperationSort(Sort):
    AT_ASC = "at"
    AT_DESC = "-at"


@dataclass(frozen=True, slots=True)
class OperationFilter:
    by: IdFilter | None = None
    about: tuple[ResourceId, ...] | None = None
    kind: tuple[str, ...] | None = None
    at: TimeFilter | None = None
    undone: bool | None = None
    idempotency_key: str | None = None
    source: tuple[str, ...] | None = None
    state: tuple[OperationState, ...] | None = None


OPERATION = Lookup[Operation]("operation", Kind.OPERATION, TokenScope.DASHBOARDS_READ)
OPERATIONS = Listing[Operation](
    "operations", Kind.OPERATION, TokenScope.DASHBOARDS_READ, OperationSort, OperationSort.AT_DESC
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoOperation(Change):
    """Put back what an operation changed. Undoing leaves an operation too, and can itself be undone.

    The scope is the least that any change asks for; what is put back may ask for more.
    """

    NEEDS = Capability.OPERATION_UNDO
    SCOPE = TokenScope.PROFILE_WRITE
    ABOUT = "operation"

    operation: ResourceId
