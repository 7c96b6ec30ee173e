"""Answering one operation: parsed and validated once per text, then run for a viewer."""

from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

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

from dashgraph.domain.budget import Tally
from dashgraph.domain.problems import Problem, TooMuch
from dashgraph.domain.viewers import Viewer
from dashgraph.graph import errors
from dashgraph.graph.context import Context, LiveContext, Noted, Who
from dashgraph.graph.limits import LONGEST_QUERY, MOST_TOKENS, check_depth, check_size
from dashgraph.graph.schema import schema
from dashgraph.services.bulk import Bulk
from dashgraph.services.changing import Changing
from dashgraph.services.passwords import Passwords
from dashgraph.services.reading import Reading
from dashgraph.services.watching import Watching

REMEMBERED = 500_000  # characters of documents; what is made of one takes up to 500 times its size


class Stage(Enum):
    """How far an operation came; the transport makes a status of it."""

    REFUSED = "refused"  # not well-formed, not valid, or too much
    NOT_BY_GET = "not by GET"  # a mutation that came by GET
    RUN = "run"
    ENDED = "ended"  # a subscription that cannot go on, or that nobody may have


@dataclass(frozen=True, slots=True)
class Operation:
    query: str
    variables: Mapping[str, Any] | None = None
    name: str | None = None
    only_query: bool = False  # as by GET


@dataclass(frozen=True, slots=True)
class Answer:
    stage: Stage
    payload: dict[str, Any]


class Executor:
    """Runs operations on the schema. Documents are remembered by their text, the latest used ones."""

    def __init__(
        self, reading: Reading, changing: Changing, passwords: Passwords, watching: Watching, bulk: Bulk
    ) -> None:
        self._reading = reading
        self._changing = changing
        self._passwords = passwords
        self._watching = watching
        self._bulk = bulk
        self._schema: GraphQLSchema = schema._schema
        self._documents: OrderedDict[str, DocumentNode] = OrderedDict()
        self._remembered = 0

    async def run(self, operation: Operation, viewer: Viewer) -> Answer:
        """Answer a query or a mutation. Nothing that a client sends makes it raise."""
        meant = self._meant(operation)
        if isinstance(meant, Answer):
            return meant
        document, kind = meant
        if kind is OperationType.SUBSCRIPTION:
            message = "A subscription is answered over a WebSocket, or as events: send Accept: text/event-stream."
            return Answer(Stage.REFUSED, {"errors": [errors.plain(message, errors.BAD_INPUT)]})
        context = Context.of(viewer, self._reading, self._changing, self._passwords, self._bulk)
        with self._reading.operation() as tally:
            result = execute(
                self._schema,
                document,
                context_value=context,
                variable_values=dict(operation.variables or {}),
                operation_name=operation.name,
            )
            answer = _answer(await result if isinstance(result, Awaitable) else result, context.noted)
        if tally.spent and viewer.is_admin:
            answer.payload["extensions"] = {"upstream": _spent(tally)}
        return answer

    async def answers(self, operation: Operation, who: Who) -> AsyncGenerator[Answer, None]:
        """The answer to a query or a mutation; to a subscription one for each event. `who` is asked for each.

        Nothing that a client sends makes it raise.
        """
        try:
            meant = self._meant(operation)
            if isinstance(meant, Answer):
                yield meant
            elif meant[1] is OperationType.SUBSCRIPTION:
                async with aclosing(self._events(operation, meant[0], who)) as events:
                    async for answer in events:
                        yield answer
            else:
                yield await self.run(operation, await who())
        except Problem as problem:
            yield Answer(Stage.ENDED, {"errors": [errors.problem(problem)]})
        except Exception as error:  # noqa: BLE001 - logged whole by what tells it
            yield Answer(Stage.ENDED, {"errors": [errors.told(GraphQLError(str(error), original_error=error))]})

    def follows(self, operation: Operation) -> bool:
        """Whether this is a subscription."""
        meant = self._meant(operation)
        return not isinstance(meant, Answer) and meant[1] is OperationType.SUBSCRIPTION

    async def _events(self, operation: Operation, document: DocumentNode, who: Who) -> AsyncGenerator[Answer, None]:
        result = subscribe(
            self._schema,
            document,
            context_value=LiveContext(self._reading, self._watching, who),
            variable_values=dict(operation.variables or {}),
            operation_name=operation.name,
        )
        found = await result if isinstance(result, Awaitable) else result
        if isinstance(found, ExecutionResult):
            yield _answer(found)
            return
        async with aclosing(cast("AsyncGenerator[ExecutionResult, None]", found)) as events:
            async for event in events:
                yield _answer(event)

    def _meant(self, operation: Operation) -> tuple[DocumentNode, OperationType] | Answer:
        """The document, and what kind of operation of it is meant; else the answer that says what is wrong."""
        document = self._document(operation.query)
        if isinstance(document, list):
            return Answer(Stage.REFUSED, {"errors": document})
        chosen = _chosen(document, operation.name)
        if isinstance(chosen, str):
            return Answer(Stage.REFUSED, {"errors": [errors.plain(chosen, errors.BAD_INPUT)]})
        if operation.only_query and chosen.operation is not OperationType.QUERY:
            message = "Only queries may come by GET; send this by POST."
            return Answer(Stage.NOT_BY_GET, {"errors": [errors.plain(message, errors.BAD_INPUT)]})
        return document, chosen.operation

    def _document(self, query: str) -> DocumentNode | list[dict[str, Any]]:
        """The document of a text that is well-formed and valid, else the errors."""
        known = self._documents.get(query)
        if known is not None:
            self._documents.move_to_end(query)
            return known
        found = self._read(query)
        if isinstance(found, DocumentNode):
            self._documents[query] = found
            self._remembered += len(query)
            while self._remembered > REMEMBERED:
                self._remembered -= len(self._documents.popitem(last=False)[0])
        return found

    def _read(self, query: str) -> DocumentNode | list[dict[str, Any]]:
        try:
            if len(query) > LONGEST_QUERY:
                message = f"The query has {len(query)} characters; at most {LONGEST_QUERY} are read."
                raise TooMuch(message)
            document = parse(query, max_tokens=MOST_TOKENS)
            check_depth(document)
            found_errors = validate(self._schema, document)
            if not found_errors:
                check_size(self._schema, document)
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
    payload: dict[str, Any] = {"data": result.data}
    found = [errors.told(error) for error in result.errors or ()]
    found += [errors.at(one.path, one.problem) for one in noted]
    if found:
        payload["errors"] = found
    return Answer(Stage.RUN, payload)
