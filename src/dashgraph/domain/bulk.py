"""Many changes that a job makes, and what came of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dashgraph.domain.changes import Change
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import JobKind
from dashgraph.domain.lists import Listing, Sort
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import TokenScope

ABOVE = 200  # as many changes in one request are made before it is answered; more are made by a job
LARGEST = 64 * 1024 * 1024  # characters of all changes of one job, as they are kept


class ItemStatus(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkItem:
    """One of the changes as text; without a change, what came of it is known already.

    Of an import, `document` says which of those sent it is of, and `pointer` where in it.
    """

    change: str | None
    status: ItemStatus = ItemStatus.PENDING
    code: str | None = None
    message: str | None = None
    facts: Mapping[str, Any] | None = None
    document: int | None = None
    pointer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartBulk(Change):
    """Have a job make these changes: one after the other, or with `atomic` all or none; with `preview` to look only."""

    NEEDS = Capability.JOB_WRITE
    SCOPE = TokenScope.DASHBOARDS_READ  # each change asks for its own besides
    ABOUT = "place"

    place: str
    mutation: str
    kind: JobKind
    items: tuple[BulkItem, ...]
    atomic: bool
    preview: bool

    @property
    def name(self) -> str:
        return self.mutation


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What came of one of the changes. `facts` are those of an import."""

    number: int
    status: ItemStatus
    code: str | None
    message: str | None
    thing: ResourceId | None
    operation: ResourceId | None
    facts: Mapping[str, Any] | None
    document: int | None
    pointer: str | None


class ItemSort(Sort):
    NUMBER_ASC = "number"
    NUMBER_DESC = "-number"


@dataclass(frozen=True, slots=True)
class ItemFilter:
    status: tuple[ItemStatus, ...] | None = None


RESULTS_OF_JOB = Listing[ItemResult](
    "job.results", Kind.JOB, TokenScope.DASHBOARDS_READ, ItemSort, ItemSort.NUMBER_ASC, under=Kind.JOB
)
