"""Answering one operation: what it may be, and how it is run for a viewer."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    execute,
    subscribe,
)

from dashgraph.domain import observing
from dashgraph.domain.budget import Tally
from dashgraph.domain.problems import Problem, TookTooLong, TooMuch
from dashgraph.domain.viewers import Viewer
from dashgraph.graph import errors
from dashgraph.graph.allowances import Allowances, Exhausted, Standing
from dashgraph.graph.context import MOST_REFERENCES, Context, LiveContext, Noted, Who
from dashgraph.graph.cost import Costs, most_of
from dashgraph.graph.executable import Documents, chosen
from dashgraph.graph.limits import Limits, check_variables
from dashgraph.graph.loaders import ended_with
from dashgraph.graph.plan.plans import Plans
from dashgraph.graph.schema import schema
from dashgraph.graph.shown import ALL, Shown
from dashgraph.services.bulk import Bulk
from dashgraph.services.changing import Changing
from dashgraph.services.passwords import Passwords
from dashgraph.services.reading import Reading
from dashgraph.services.watching import Watching

LONGEST_NAME = 100  # characters of an operation's name that are told
SAFE = Limits()


class Stage(Enum):
    """How far an operation came; the transport makes a status of it."""

    REFUSED = "refused"  # not well-formed, not valid, or too much
    NOT_BY_GET = "not by GET"  # a mutation that came by GET
    RUN = "run"
    EXHAUSTED = "exhausted"  # the token has asked for as much as it may
    ENDED = "ended"  # a subscription that cannot go on, or that nobody may have


@dataclass(frozen=True, slots=True)
class Operation:
    query: str
    variables: Mapping[str, Any] | None = None
    name: str | None = None
    only_query: bool = False  # as by GET
    is_trusted: bool = False  # administrators gave its document out
    tells_cost: bool = False  # the answer says what was reckoned with
    is_counted: bool = True  # on what its asker may spend


@dataclass(frozen=True, slots=True)
class Answer:
    stage: Stage
    payload: dict[str, Any]
    standing: Standing | None = None  # of the token, where that is counted


@dataclass(frozen=True, slots=True)
class Meant:
    """An operation whose document was read, and which of that document's operations it is."""

    operation: Operation
    document: DocumentNode
    chosen: OperationDefinitionNode

    @property
    def follows(self) -> bool:
        """Whether this is a subscription."""
        return self.chosen.operation is OperationType.SUBSCRIPTION

    @property
    def changes(self) -> bool:
        """Whether this is a mutation."""
        return self.chosen.operation is OperationType.MUTATION


class Executor:
    """Runs operations on the schema."""

    def __init__(
        self,
        reading: Reading,
        changing: Changing,
        passwords: Passwords,
        watching: Watching,
        bulk: Bulk,
        *,
        most_references: int = MOST_REFERENCES,
        shown: Shown = ALL,
        limits: Limits = SAFE,
        plan: bool = True,
    ) -> None:
        self._reading = reading
        self._changing = changing
        self._passwords = passwords
        self._watching = watching
        self._bulk = bulk
        self._most_references = most_references
        self._limits = limits
        self._allowances = Allowances(limits.budget)
        self._shown = shown
        self._schema: GraphQLSchema = schema._schema
        self._costs = Costs(self._schema)
        self.plans = Plans(self._schema) if plan else None
        self._documents = Documents(self._schema, limits, shown)

    @property
    def remembered(self) -> int:
        """The characters of the documents that are remembered."""
        return self._documents.remembered

    async def meant(self, operation: Operation) -> Meant | Answer:
        """What an operation is, else the answer that says what is wrong with it. Nothing of it is run."""
        found = await self._looked_up(operation)
        if isinstance(found, Answer):
            observing.note(observing.Refused())
        return found

    async def run(self, operation: Operation | Meant, viewer: Viewer, *, written: bool = False) -> Answer:
        """Answer a query or a mutation. Nothing that a client sends makes it raise.

        `written` is for who writes JSON: then the data may be that already, as an orjson.Fragment.
        """
        meant = await self.meant(operation) if isinstance(operation, Operation) else operation
        if isinstance(meant, Answer):
            return meant
        if meant.follows:
            message = "A subscription is answered over a WebSocket, or as events: send Accept: text/event-stream."
            return Answer(Stage.REFUSED, {"errors": [errors.plain(message, errors.BAD_INPUT)]})
        return await self._run(meant, viewer, written=written)

    async def answers(self, operation: Operation | Meant, who: Who) -> AsyncGenerator[Answer, None]:
        """The answer to a query or a mutation; to a subscription one for each event. `who` is asked for each.

        Nothing that a client sends makes it raise.
        """
        try:
            meant = await self.meant(operation) if isinstance(operation, Operation) else operation
            if isinstance(meant, Answer):
                yield meant
            elif meant.follows:
                async with aclosing(self._events(meant, who)) as events:
                    async for answer in events:
                        yield answer
            else:
                yield await self._run(meant, await who())
        except Problem as problem:
            yield Answer(Stage.ENDED, {"errors": [errors.problem(problem)]})
        except Exception as error:  # noqa: BLE001 - logged whole by what tells it
            yield Answer(Stage.ENDED, {"errors": [errors.told(GraphQLError(str(error), original_error=error))]})

    async def _run(self, meant: Meant, viewer: Viewer, *, written: bool = False) -> Answer:
        """Run what may be run, for as long as it may."""
        charged = self._charged(meant, viewer)
        if isinstance(charged, Answer):
            return charged
        cost, standing = charged
        seconds = self._limits.mutation_seconds if meant.changes else self._limits.seconds
        try:
            async with asyncio.timeout(seconds):
                answer = await self._executed(meant.operation, meant.document, meant.chosen, viewer, written=written)
        except TimeoutError:
            message = f"The operation was given up after {seconds:g} seconds. "
            message += "See `operations` for what it changed." if meant.changes else "Ask for less at a time."
            answer = Answer(Stage.RUN, {"data": None, "errors": [errors.problem(TookTooLong(message))]})
        if meant.operation.tells_cost:
            told = {"requested": cost, "max": most_of(self._limits)}
            answer.payload["extensions"] = {**answer.payload.get("extensions", {}), "cost": told}
        return Answer(answer.stage, answer.payload, standing)

    def _charged(self, meant: Meant, viewer: Viewer) -> tuple[int, Standing | None] | Answer:
        """What an operation costs and how the token stands then; else the answer that it is too much."""
        variables = meant.operation.variables or {}
        try:
            check_variables(variables, self._limits)
            cost = self._costs.checked(meant.document, meant.chosen, variables, self._limits)
            return cost, self._allowances.spend(viewer, cost) if meant.operation.is_counted else None
        except Exhausted as problem:
            answer = Answer(Stage.EXHAUSTED, {"errors": [errors.problem(problem)]}, problem.standing)
        except TooMuch as problem:
            answer = Answer(Stage.REFUSED, {"errors": [errors.problem(problem)]})
        observing.note(observing.Refused())
        return answer

    async def _executed(
        self,
        operation: Operation,
        document: DocumentNode,
        chosen: OperationDefinitionNode,
        viewer: Viewer,
        *,
        written: bool,
    ) -> Answer:
        with observing.following(_seen(operation, chosen)) as seen, self._reading.operation() as tally, ended_with():
            answer = await self._planned(operation, document, chosen, viewer, written=written)
            if answer is None:
                answer = await self._resolved(operation, document, viewer)
            seen.status = _status(answer)
        if tally.spent and viewer.is_admin:
            answer.payload["extensions"] = {"upstream": _spent(tally)}
        return answer

    async def _planned(
        self,
        operation: Operation,
        document: DocumentNode,
        chosen: OperationDefinitionNode,
        viewer: Viewer,
        *,
        written: bool,
    ) -> Answer | None:
        """The answer by a plan; None where there is none, or something happened that only resolvers answer exactly."""
        if self.plans is None:
            return None
        with self._context(viewer) as context:
            data = await self.plans.data(operation.query, document, chosen, operation.variables or {}, context)
            if data is None:
                return None
            found = orjson.Fragment(data) if written else orjson.loads(data)
            return Answer(Stage.RUN, _payload(found, (), context.noted))

    async def _resolved(self, operation: Operation, document: DocumentNode, viewer: Viewer) -> Answer:
        """The answer by graphql-core, field by field."""
        with self._context(viewer) as context:
            result = execute(
                self._schema,
                document,
                context_value=context,
                variable_values=dict(operation.variables or {}),
                operation_name=operation.name,
                hide_suggestions=self._shown.no_hints,
            )
            return _answer(await result if isinstance(result, Awaitable) else result, context.noted)

    @contextmanager
    def _context(self, viewer: Viewer) -> Iterator[Context]:
        context = Context.of(viewer, self._reading, self._changing, self._passwords, self._bulk)
        context.most_references = self._most_references
        try:
            yield context
        finally:
            context.loaders.forget()

    async def _events(self, meant: Meant, who: Who) -> AsyncGenerator[Answer, None]:
        operation, viewer = meant.operation, await who()
        charged = self._charged(meant, viewer)
        if isinstance(charged, Answer):
            yield charged
            return
        seen = _seen(operation, meant.chosen)
        with observing.following_along(seen) as within:
            with within():
                result = subscribe(
                    self._schema,
                    meant.document,
                    context_value=LiveContext(self._reading, self._watching, who),
                    variable_values=dict(operation.variables or {}),
                    operation_name=operation.name,
                    hide_suggestions=self._shown.no_hints,
                )
                found = await result if isinstance(result, Awaitable) else result
            if isinstance(found, ExecutionResult):
                answer = _answer(found)
                seen.status = _status(answer)
                yield answer
                return
            async with aclosing(cast("AsyncGenerator[ExecutionResult, None]", found)) as events:
                while True:
                    with within():
                        event = await anext(events, None)
                    if event is None:
                        break
                    self._allowances.charge(viewer, charged[0])
                    yield _answer(event)
            seen.status = observing.OK

    async def _looked_up(self, operation: Operation) -> Meant | Answer:
        document = await self._documents.of(operation.query)
        if isinstance(document, list):
            return Answer(Stage.REFUSED, {"errors": document})
        found = chosen(document, operation.name)
        if isinstance(found, str):
            return Answer(Stage.REFUSED, {"errors": [errors.plain(found, errors.BAD_INPUT)]})
        if operation.only_query and found.operation is not OperationType.QUERY:
            message = "Only queries may come by GET; send this by POST."
            return Answer(Stage.NOT_BY_GET, {"errors": [errors.plain(message, errors.BAD_INPUT)]})
        return Meant(operation, document, found)


def _seen(operation: Operation, chosen: OperationDefinitionNode) -> observing.Operation:
    """What those who look on are told of an operation: its name, and which text it is without the text."""
    document = hashlib.sha256(operation.query.encode(errors="surrogatepass")).hexdigest()
    name = chosen.name.value[:LONGEST_NAME] if chosen.name else None
    return observing.Operation(chosen.operation.value, name, document, operation.is_trusted)


def _status(answer: Answer) -> str:
    if answer.stage is not Stage.RUN:
        return "refused"
    return "errors" if "errors" in answer.payload else observing.OK


def _spent(tally: Tally) -> list[dict[str, Any]]:
    """What the operation cost upstream, for administrators."""
    return [
        {
            "source": source,
            "calls": one.calls,
            "retried": one.retried,
            "cached": one.cached,
            "ms": round(one.seconds * 1000),
        }
        for source, one in tally.spent.items()
    ]


def _answer(result: ExecutionResult, noted: Sequence[Noted] = ()) -> Answer:
    if result.data is None and result.errors and all(error.path is None for error in result.errors):
        # nothing was run: the variables do not fit
        return Answer(
            Stage.REFUSED, {"errors": [errors.told(error, otherwise=errors.BAD_INPUT) for error in result.errors]}
        )
    return Answer(Stage.RUN, _payload(result.data, result.errors or (), noted))


def _payload(data: object, raised: Sequence[GraphQLError], noted: Sequence[Noted]) -> dict[str, Any]:
    found = [errors.told(error) for error in raised] + [errors.at(one.path, one.problem) for one in noted]
    return {"data": data, "errors": found} if found else {"data": data}
