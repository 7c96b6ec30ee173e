"""What came of each of the changes that a job makes."""

from typing import ClassVar

import strawberry

from dashgraph.domain import bulk
from dashgraph.domain.bulk import ItemStatus
from dashgraph.domain.imports import Imported, ImportOutcome
from dashgraph.domain.nodes import FETCHED_BY
from dashgraph.domain.operations import OPERATION
from dashgraph.graph.edges import fact, to_one
from dashgraph.graph.imported import DocumentWarning, shown, warnings_of
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.nodes import Node, fetch, shows
from dashgraph.graph.operations import Operation


@strawberry.input(description="Which results.")
class JobResultFilter:
    INTO: ClassVar[type] = bulk.ItemFilter

    status: list[ItemStatus] | None = strawberry.field(
        default=strawberry.UNSET, description="By what came of them: `[FAILED]` for those to look at."
    )


@shows(bulk.ItemResult)
@strawberry.type(description="What came of one of the changes, or of one dashboard of an import.")
class JobResult:
    thing: strawberry.Private[bulk.ItemResult]
    loaders: strawberry.Private[Loaders]

    number: int = fact("number", description="Its place among what was sent; the first is 0.")
    status: ItemStatus = fact("status", description="What came of it.")
    code: str | None = fact("code", description="The kind of problem, as in `UserError.code`; null without one.")

    @strawberry.field(
        description="Why it could not be made; of an import, also why it came so, where that needs words."
    )
    def message(self) -> str | None:
        imported = self._imported
        return self.thing.message if imported is None else shown(imported.reason)

    @strawberry.field(description="What was changed; null when that is gone or hidden from you, and in a dry run.")
    async def about(self) -> Node | None:
        one = self.thing.thing
        found: Node | None = None if one is None else await fetch(self.loaders, FETCHED_BY[one.kind], one)
        return found

    operation: Operation | None = to_one(
        OPERATION, "operation", description="The entry in the audit trail; null in a dry run and when nothing was done."
    )
    document: int | None = fact(
        "document", description="Of an import, which of the documents it is of; the first is 0."
    )
    pointer: str | None = fact(
        "pointer", description="Of an import, the JSON pointer of the dashboard in its document."
    )

    @strawberry.field(description="Of an import, what it did; in a dry run what it would. Null until then.")
    def imported(self) -> ImportOutcome | None:
        if self._imported is not None:
            return self._imported.outcome
        failed = self.thing.document is not None and self.thing.status is ItemStatus.FAILED
        return ImportOutcome.FAILED if failed else None

    @strawberry.field(
        description="Of an import, what to know of it; at most one for each data source and chart, and a few more."
    )
    def warnings(self) -> list[DocumentWarning]:
        return warnings_of(self._imported)

    @property
    def _imported(self) -> Imported | None:
        return None if self.thing.facts is None else Imported.of(self.thing.facts)
