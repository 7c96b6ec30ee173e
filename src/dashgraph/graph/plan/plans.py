"""The plans of the latest documents, and how many operations they answered, or why not."""

from collections import Counter, OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType
from graphql.execution.values import VariableValues, get_variable_values
from orjson import JSONEncodeError

from dashgraph.domain.problems import Problem
from dashgraph.graph.context import Context
from dashgraph.graph.plan import run
from dashgraph.graph.plan.compile import Compiler
from dashgraph.graph.plan.request import Request
from dashgraph.graph.plan.selections import Bail, Deopt, Plan
from dashgraph.graph.plan.switches import switches

KEPT = 50_000  # fields of plans; one takes about two kilobytes
UNPLANNED = 20  # what is known of an operation without a plan counts as so many fields
CHARACTERS = 100  # of a text count as a field
VARIABLES = "variables"  # that do not fit

Reason: TypeAlias = str


@dataclass(slots=True)
class _Document:
    switches: tuple[str, ...] | Reason
    plans: dict[Hashable, Plan | Reason] = field(default_factory=dict)
    fields: int = 0


class Plans:
    """`answered` operations had a plan that came to its end; `fallbacks` are the others, by reason.

    `fields` is how much is kept.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self.answered = 0
        self.fallbacks: Counter[Reason] = Counter()
        self._schema = schema
        self._documents: OrderedDict[str, _Document] = OrderedDict()
        self.fields = 0

    async def data(
        self,
        query: str,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        given: Mapping[str, Any],
        context: Context,
    ) -> bytes | None:
        """What a query answers, as JSON; None where the reference path is to answer. Then `context` is spent."""
        variables = get_variable_values(self._schema, operation.variable_definitions or (), dict(given), max_errors=1)
        plan = VARIABLES if isinstance(variables, list) else self._plan(query, document, operation, variables)
        if isinstance(plan, Reason) or isinstance(variables, list):
            self.fallbacks[str(plan)] += 1
            return None
        try:
            found = await run.data(plan, Request(self._schema, operation, context, variables))
        except Exception as error:  # noqa: BLE001 - the reference path meets the same, and tells it as it should be
            self.fallbacks[_reason(error)] += 1
            return None
        self.answered += 1
        return found

    def _plan(
        self, query: str, document: DocumentNode, operation: OperationDefinitionNode, variables: VariableValues
    ) -> Plan | Reason:
        if operation.operation is not OperationType.QUERY:
            return str(operation.operation.value)
        known = self._documents.get(query)
        if known is None:
            known = self._documents[query] = _Document(_switches(document))
            self._grow(known, UNPLANNED + len(query) // CHARACTERS)
        self._documents.move_to_end(query)
        if isinstance(known.switches, Reason):
            return known.switches
        name = operation.name.value if operation.name else None
        key: Hashable = (name, *(variables.coerced.get(one) for one in known.switches))
        plan = known.plans.get(key)
        if plan is None:
            plan = known.plans[key] = self._compiled(document, operation, variables)
            self._grow(known, plan.fields if isinstance(plan, Plan) else UNPLANNED)
        return plan

    def _grow(self, document: _Document, fields: int) -> None:
        """Count more fields to a document, and forget those that were not asked for longest."""
        document.fields += fields
        self.fields += fields
        while self.fields > KEPT:
            self.fields -= self._documents.popitem(last=False)[1].fields

    def _compiled(
        self, document: DocumentNode, operation: OperationDefinitionNode, variables: VariableValues
    ) -> Plan | Reason:
        try:
            return Compiler(self._schema, document, operation, variables).plan()
        except Bail as bail:
            return str(bail)


def _switches(document: DocumentNode) -> tuple[str, ...] | Reason:
    try:
        return switches(document)
    except Bail as bail:
        return str(bail)


def _reason(error: BaseException) -> Reason:
    """Why a plan did not come to its end, in a word. What is wrong is told by who meets it next."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    match error:
        case Deopt():
            return str(error)
        case Problem():
            return "problem"
        case GraphQLError():
            return "arguments"
        case JSONEncodeError():
            return "json"
    return "raised"
