"""Mutations as declarations: an input that reads as a change, a payload, and the one way between them."""

import dataclasses
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, ClassVar, Self

import strawberry

from dashgraph.domain.bulk import ABOVE
from dashgraph.domain.changes import Change, Outcome, Terms
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.operations import OPERATION
from dashgraph.domain.problems import Problem, TooMuch
from dashgraph.graph.context import Info
from dashgraph.graph.demands import demands_of
from dashgraph.graph.enums import described
from dashgraph.graph.filters import clean, global_id
from dashgraph.graph.jobs import Job
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.nodes import fetch, shape
from dashgraph.graph.operations import Operation
from dashgraph.graph.problems import UserError, told

REVISION = "Refuse when it is no longer at this revision."
TERMS = {"dry_run", "idempotency_key"}


@strawberry.input
class ChangeInput:
    """Base of every input. `CHANGE` is what it asks for; `KINDS` says what its ids must name."""

    CHANGE: ClassVar[type[Change]]
    KINDS: ClassVar[Mapping[str, tuple[Kind, ...]]] = {}

    dry_run: bool = strawberry.field(
        default=False, description="Find out what would happen: the same payload, and nothing is changed."
    )
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="A text of your own for this change: sent again with the same input, it is not done twice.",
    )

    def terms(self) -> Terms:
        return Terms(self.dry_run, self.idempotency_key or None)

    def change(self) -> Change:
        """The domain's change: the same fields under the same names. Raises BadId or BadInput."""
        return self.CHANGE(**self._values())

    def _values(self) -> dict[str, Any]:
        names = [field.name for field in dataclasses.fields(self) if field.name not in TERMS]
        values = {name: getattr(self, name) for name in names}
        return {
            name: read(value, self.KINDS.get(name)) for name, value in values.items() if value is not strawberry.UNSET
        }


def read(value: Any, kinds: tuple[Kind, ...] | None) -> Any:
    """A value of an input as the domain has it: ids named, lists as tuples, text that can be stored."""
    if isinstance(value, list):
        return tuple(read(item, kinds) for item in value)
    if hasattr(value, "wanted"):
        return value.wanted()
    if isinstance(value, str) and kinds is not None:
        return of_kind(value, kinds)
    return clean(value) if type(value) is str else value


def of_kind(text: str, kinds: tuple[Kind, ...]) -> ResourceId:
    """The id; one of another kind leads nowhere, as an id that names nothing does."""
    one = global_id(text)
    return one if one.kind in kinds else ResourceId(one.source, kinds[0], f"{one.kind}/{one.native}")


@strawberry.type
class Payload:
    """Base of every payload."""

    outcome: strawberry.Private[Outcome]
    loaders: strawberry.Private[Loaders]

    @strawberry.field(description="Why it was not done; empty when it was.")
    def errors(self) -> list[UserError]:
        return [] if self.outcome.problem is None else [told(self.outcome.problem, self.loaders)]

    @strawberry.field(description="The entry in the audit trail; null in a dry run and when nothing was done.")
    async def operation(self) -> Operation | None:
        found: Operation | None = await fetch(self.loaders, OPERATION, self.outcome.operation)
        return found

    @classmethod
    def of(cls, outcome: Outcome, loaders: Loaders) -> Self:
        return cls(outcome=outcome, loaders=loaders)


def thing(*, description: str, of: type = object) -> Any:
    """The field of a payload that shows the changed thing as it is now; null for one that is not of this kind."""

    def resolver(self: Any) -> Any:
        found = self.outcome.thing
        return None if found is None or not isinstance(found, of) else shape(self.loaders)(found)

    del resolver.__annotations__["return"]
    return strawberry.field(resolver=resolver, description=description)


class BulkMode(Enum):
    ATOMIC = "atomic"
    BEST_EFFORT = "best effort"


described(
    BulkMode,
    "BulkMode",
    "What to do when one of many changes cannot be made.",
    ATOMIC="Make none of them: all stand in one transaction.",
    BEST_EFFORT="Make the others: each stands in a transaction of its own.",
)

MOST_AT_ONCE = 1000
IN_BACKGROUND = (
    "Answer at once and have a job do it, which `job` is; `false` to wait for it however long it takes. Left out, it "
    f"is a job when it is more than {ABOVE}, or what DASHGRAPH_JOB_ABOVE says. The job does it as you, with the rights "
    "that you have by then."
)
JOB = "The job that does it; null when it is done already. Then `results` is empty, and the job has them."


def bulk_input(name: str, item: type[ChangeInput], *, description: str) -> type[Any]:
    """The input of the bulk form of a mutation: many inputs, and what to do when one cannot be."""

    class Bulk:
        items: list[item] = strawberry.field(  # type: ignore[valid-type]
            description=f"The changes, in order; at most {MOST_AT_ONCE}. Each finds what those before it did, so of "
            "several about one thing only the first can expect its present revision. Their own dryRun and key do not "
            "count here."
        )
        mode: BulkMode = strawberry.field(default=BulkMode.ATOMIC, description="All or nothing, or each on its own.")
        dry_run: bool = strawberry.field(
            default=False, description="Find out what would happen: the same payload, and nothing is changed."
        )
        idempotency_key: str | None = strawberry.field(
            default=strawberry.UNSET,
            description="A text of your own for these changes: sent again with the same items, none is done twice, and "
            "what was not done before is done now. The filter of `operations` finds by it what was.",
        )
        in_background: bool | None = strawberry.field(default=strawberry.UNSET, description=IN_BACKGROUND)

    bulk = strawberry.input(type(name, (), dict(Bulk.__dict__)), name=name, description=description)
    bulk.CHANGE = item.CHANGE  # type: ignore[attr-defined]
    return bulk


def bulk_payload(name: str, item: type[Payload], *, description: str) -> type[Any]:
    """The payload of the bulk form: one result for each item, in their order."""

    class Bulk:
        results: list[item] = strawberry.field(  # type: ignore[valid-type]
            description="One for each item, in their order."
        )
        job: Job | None = strawberry.field(default=None, description=JOB)

        @strawberry.field(description="How many were made.")
        def succeeded(self) -> int:
            return sum(result.outcome.problem is None for result in self.results)  # type: ignore[attr-defined]

        @strawberry.field(description="How many were not.")
        def failed(self) -> int:
            return sum(result.outcome.problem is not None for result in self.results)  # type: ignore[attr-defined]

    return strawberry.type(type(name, (), dict(Bulk.__dict__)), name=name, description=description)


def bulk_mutation(input: type[Any], payload: type[Any], item: type[Payload], *, description: str) -> Any:
    """The bulk form of a mutation."""

    async def resolver(self: Any, info: Info, input: Any) -> Any:
        if not 1 <= len(input.items) <= MOST_AT_ONCE:
            message = f"`items` holds 1 to {MOST_AT_ONCE} changes; send more in several requests."
            raise TooMuch(message, argument="items")
        changing, viewer = info.context.changing, info.context.loaders.viewer
        terms = Terms(input.dry_run, idempotency_key=input.idempotency_key or None)
        wanted = [_wanted(one) for one in input.items]
        if info.context.bulk.takes(said(input.in_background), len(wanted)):
            atomic = input.mode is BulkMode.ATOMIC
            job = await info.context.bulk.start(viewer, info.field_name, wanted, terms, atomic=atomic)
            return payload(results=[], job=shape(info.context.renewed())(job))
        if input.mode is BulkMode.BEST_EFFORT:
            outcomes = await changing.each(viewer, wanted, terms)
        else:
            outcomes = await changing.all(viewer, wanted, terms)
        loaders = info.context.renewed()
        return payload(results=[item.of(outcome, loaders) for outcome in outcomes])

    resolver.__annotations__["input"] = Annotated[input, strawberry.argument(description="What is wanted.")]
    del resolver.__annotations__["return"]
    return strawberry.mutation(resolver=resolver, description=description, directives=demands_of(input.CHANGE))


def said(asked: bool | None) -> bool | None:
    """What was said, None for nothing."""
    return None if asked is strawberry.UNSET else asked


def _wanted(one: ChangeInput) -> Change | Problem:
    """What an item asks for, or why it cannot be."""
    try:
        return one.change()
    except Problem as problem:
        return problem


def mutation(input: type[ChangeInput], payload: type[Payload], *, description: str) -> Any:
    """A mutation that carries out what its input asks for."""

    async def resolver(self: Any, info: Info, input: Any) -> Any:
        loaders = info.context.loaders
        try:
            wanted, terms = input.change(), input.terms()
        except Problem as problem:
            return payload.of(Outcome(problem=problem), loaders)
        outcome = await info.context.changing.one(loaders.viewer, wanted, terms)
        return payload.of(outcome, info.context.renewed())

    resolver.__annotations__["input"] = Annotated[input, strawberry.argument(description="What is wanted.")]
    del resolver.__annotations__["return"]
    return strawberry.mutation(resolver=resolver, description=description, directives=demands_of(input.CHANGE))
