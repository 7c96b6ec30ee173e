"""Answering one operation: parsed and validated once per text, then run for a viewer."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
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
    parse,
    subscribe,
    validate,
)

from dashgraph.domain import observing
from dashgraph.domain.budget import Tally
from dashgraph.domain.problems import Problem, TookTooLong, TooMuch
from dashgraph.domain.viewers import Viewer
from dashgraph.graph import errors
from dashgraph.graph.allowances import Allowances, Exhausted, Standing
from dashgraph.graph.context import MOST_REFERENCES, Context, LiveContext, Noted, Who
from dashgraph.graph.cost import Costs, most_of
from dashgraph.graph.limits import Limits, check_document, check_variables
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
REMEMBERED = 500_000  # characters of documents; what is made of one takes up to 500 times its size


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


@dataclass(frozen=True, slots=True)
class Answer:
    stage: Stage
    payload: dict[str, Any]
    standing: Standing | None = None  # of the token, where that is counted


class Executor:
    """Runs operations on the schema. Documents are remembered by their text, the latest used ones."""

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
        self._documents: OrderedDict[str, DocumentNode] = OrderedDict()
        self._remembered = 0

    @property
    def remembered(self) -> int:
        """The characters of the documents that are remembered."""
        return self._remembered

    async def run(self, operation: Operation, viewer: Viewer, *, written: bool = False) -> Answer:
        """Answer a query or a mutation. Nothing that a client sends makes it raise.

        `written` is for who writes JSON: then the data may be that already, as an orjson.Fragment.
        """
        meant = self._meant(operation)
        if isinstance(meant, Answer):
            return meant
        document, chosen = meant
        if chosen.operation is OperationType.SUBSCRIPTION:
            message = "A subscription is answered over a WebSocket, or as events: send Accept: text/event-stream."
            return Answer(Stage.REFUSED, {"errors": [errors.plain(message, errors.BAD_INPUT)]})
        return await self._run(operation, document, chosen, viewer, written=written)

    async def answers(self, operation: Operation, who: Who) -> AsyncGenerator[Answer, None]:
        """The answer to a query or a mutation; to a subscription one for each event. `who` is asked for each.

        Nothing that a client sends makes it raise.
        """
        try:
            meant = self._meant(operation)
            if isinstance(meant, Answer):
                yield meant
            elif meant[1].operation is OperationType.SUBSCRIPTION:
                async with aclosing(self._events(operation, *meant, who)) as events:
                    async for answer in events:
                        yield answer
            else:
                yield await self._run(operation, *meant, await who())
        except Problem as problem:
            yield Answer(Stage.ENDED, {"errors": [errors.problem(problem)]})
        except Exception as error:  # noqa: BLE001 - logged whole by what tells it
            yield Answer(Stage.ENDED, {"errors": [errors.told(GraphQLError(str(error), original_error=error))]})

    def follows(self, operation: Operation) -> bool:
        """Whether this is a subscription."""
        meant = self._looked_up(operation)
        return not isinstance(meant, Answer) and meant[1].operation is OperationType.SUBSCRIPTION

    def changes(self, operation: Operation) -> bool:
        """Whether this is a mutation."""
        meant = self._looked_up(operation)
        return not isinstance(meant, Answer) and meant[1].operation is OperationType.MUTATION

    async def _run(
        self,
        operation: Operation,
        document: DocumentNode,
        chosen: OperationDefinitionNode,
        viewer: Viewer,
        *,
        written: bool = False,
    ) -> Answer:
        """Run what may be run, for as long as it may."""
        charged = self._charged(operation, document, chosen, viewer)
        if isinstance(charged, Answer):
            return charged
        cost, standing = charged
        is_mutation = chosen.operation is OperationType.MUTATION
        seconds = self._limits.mutation_seconds if is_mutation else self._limits.seconds
        try:
            async with asyncio.timeout(seconds):
                answer = await self._executed(operation, document, chosen, viewer, written=written)
        except TimeoutError:
            message = f"The operation was given up after {seconds:g} seconds. "
            message += "See `operations` for what it changed." if is_mutation else "Ask for less at a time."
            answer = Answer(Stage.RUN, {"data": None, "errors": [errors.problem(TookTooLong(message))]})
        if operation.tells_cost:
            told = {"requested": cost, "max": most_of(self._limits)}
            answer.payload["extensions"] = {**answer.payload.get("extensions", {}), "cost": told}
        return replace(answer, standing=standing)

    def _charged(
        self, operation: Operation, document: DocumentNode, chosen: OperationDefinitionNode, viewer: Viewer
    ) -> tuple[int, Standing | None] | Answer:
        """What an operation costs and how the token stands then; else the answer that it is too much."""
        variables = operation.variables or {}
        try:
            check_variables(variables, self._limits)
            cost = self._costs.checked(document, chosen, variables, self._limits)
            return cost, self._allowances.spend(viewer, cost)
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
        context = self._context(viewer)
        data = await self.plans.data(operation.query, document, chosen, operation.variables or {}, context)
        if data is None:
            return None
        return Answer(Stage.RUN, _payload(orjson.Fragment(data) if written else orjson.loads(data), (), context.noted))

    async def _resolved(self, operation: Operation, document: DocumentNode, viewer: Viewer) -> Answer:
        """The answer by graphql-core, field by field."""
        context = self._context(viewer)
        result = execute(
            self._schema,
            document,
            context_value=context,
            variable_values=dict(operation.variables or {}),
            operation_name=operation.name,
            hide_suggestions=self._shown.no_hints,
        )
        return _answer(await result if isinstance(result, Awaitable) else result, context.noted)

    def _context(self, viewer: Viewer) -> Context:
        context = Context.of(viewer, self._reading, self._changing, self._passwords, self._bulk)
        context.most_references = self._most_references
        return context

    async def _events(
        self, operation: Operation, document: DocumentNode, chosen: OperationDefinitionNode, who: Who
    ) -> AsyncGenerator[Answer, None]:
        viewer = await who()
        charged = self._charged(operation, document, chosen, viewer)
        if isinstance(charged, Answer):
            yield charged
            return
        seen = _seen(operation, chosen)
        with observing.following_along(seen) as within:
            with within():
                result = subscribe(
                    self._schema,
                    document,
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

    def _meant(self, operation: Operation) -> tuple[DocumentNode, OperationDefinitionNode] | Answer:
        """The document, and which operation of it is meant; else the answer that says what is wrong."""
        meant = self._looked_up(operation)
        if isinstance(meant, Answer):
            observing.note(observing.Refused())
        return meant

    def _looked_up(self, operation: Operation) -> tuple[DocumentNode, OperationDefinitionNode] | Answer:
        document = self._document(operation.query)
        if isinstance(document, list):
            return Answer(Stage.REFUSED, {"errors": document})
        chosen = _chosen(document, operation.name)
        if isinstance(chosen, str):
            return Answer(Stage.REFUSED, {"errors": [errors.plain(chosen, errors.BAD_INPUT)]})
        if operation.only_query and chosen.operation is not OperationType.QUERY:
            message = "Only queries may come by GET; send this by POST."
            return Answer(Stage.NOT_BY_GET, {"errors": [errors.plain(message, errors.BAD_INPUT)]})
        return document, chosen

    def _document(self, query: str) -> DocumentNode | list[dict[str, Any]]:
        """The document of a text that is well-formed and valid, else the errors."""
        known = self._documents.get(query)
        if known is not None:
            self._documents.move_to_end(query)
            return known
        observing.note(observing.DocumentRead())
        found = self._read(query)
        if isinstance(found, DocumentNode):
            self._documents[query] = found
            self._remembered += len(query)
            while self._remembered > REMEMBERED:
                self._remembered -= len(self._documents.popitem(last=False)[0])
        return found

    def _read(self, query: str) -> DocumentNode | list[dict[str, Any]]:
        try:
            if len(query) > self._limits.characters:
                message = f"The query has {len(query)} characters; at most {self._limits.characters} are read."
                raise TooMuch(message)
            document = parse(query, max_tokens=self._limits.tokens)
            check_document(document, self._limits)
            found_errors = validate(self._schema, document, self._shown.rules, hide_suggestions=self._shown.no_hints)
        except GraphQLError as error:
            return [errors.told(error, otherwise=errors.PARSE_FAILED)]
        except Problem as found:
            return [errors.problem(found)]
        except RecursionError:
            return [errors.plain("The query nests too deep to be read.", TooMuch.code)]
        if found_errors:
            return [errors.told(error, otherwise=errors.VALIDATION_FAILED) for error in found_errors]
        return document


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode | str:
    """The operation that is meant, or a sentence on why that is not clear."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is None:
        if len(operations) == 1:
            return operations[0]
        return f"The document has {len(operations)} operations; say which with `operationName`."
    for node in operations:
        if node.name is not None and node.name.value == name:
            return node
    return f"The document has no operation named {name!r}."


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
