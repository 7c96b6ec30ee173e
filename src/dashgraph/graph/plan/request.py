"""What one request brings to a plan: who asks, with which variables, and the questions that were asked so far."""

import asyncio
from collections.abc import Callable, Sequence

from graphql import GraphQLResolveInfo, GraphQLSchema, OperationDefinitionNode
from graphql.execution.values import VariableValues
from graphql.pyutils import Path, is_awaitable
from graphql.type import GraphQLResolveInfoHelpers
from strawberry.types import Info

from dashgraph.graph.context import Context
from dashgraph.graph.plan.questions import Questions
from dashgraph.graph.plan.selections import Custom, Waiting

UNTIL_SENT = 2  # turns of the loop: in the first tasks say what they ask, after it that is sent


class Request:
    def __init__(
        self, schema: GraphQLSchema, operation: OperationDefinitionNode, context: Context, variables: VariableValues
    ) -> None:
        self.variables = variables
        self.questions = Questions()
        self._schema = schema
        self._operation = operation
        self._context = context
        self.loaders = context.loaders

    def info(self, field: Custom, place: Path | None) -> Info[Context, None]:
        """What a resolver is told of the field that it answers, in the value at this place."""
        found = GraphQLResolveInfo(
            field_name=field.nodes[0].name.value,
            field_nodes=list(field.nodes),
            return_type=field.arguments.definition.type,
            parent_type=field.parent,
            path=Path(place, field.key, field.parent.name),
            schema=self._schema,
            fragments={},
            root_value=None,
            operation=self._operation,
            variable_values=self.variables,
            context=self._context,
            is_awaitable=is_awaitable,
            abort_signal=None,
            async_helpers=GraphQLResolveInfoHelpers(gather=lambda some: asyncio.gather(*some), track=lambda _: None),
        )
        return Info(_raw_info=found, _field=field.arguments.field)


async def together(waiting: Sequence[Waiting], meanwhile: Callable[[], None] | None = None) -> None:
    """Wait for all of them, and do something meanwhile. One that raises ends the others."""
    if len(waiting) == 1 and meanwhile is None:
        await waiting[0]()
    elif waiting:
        async with asyncio.TaskGroup() as group:
            for one in waiting:
                group.create_task(one())
            if meanwhile is not None:
                for _ in range(UNTIL_SENT):
                    await asyncio.sleep(0)
                meanwhile()
