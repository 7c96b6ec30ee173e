"""The arguments of a field as its resolver takes them: coerced by graphql-core, made Python values by Strawberry."""

from collections.abc import Iterator
from typing import Any

from graphql import FieldNode, GraphQLField, ListValueNode, ObjectValueNode, ValueNode, VariableNode
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from dashgraph.graph.scalars import CONFIG


class Arguments:
    """Of one field in one operation. Read once where no variable is in them, which is as good for every request."""

    def __init__(self, field: StrawberryField, definition: GraphQLField, node: FieldNode, registry: Any) -> None:
        self.field = field
        self.definition = definition
        self._node = node
        self._registry = registry
        self.varies = any(_varies(argument.value) for argument in node.arguments or ())
        self._read: dict[str, Any] | None = None

    def values(self, variables: VariableValues) -> dict[str, Any]:
        """Raises GraphQLError, or a problem, for those that cannot be."""
        if self._read is not None:
            return self._read
        given = get_argument_values(self.definition, self._node, variables, None, hide_suggestions=True)
        read = convert_arguments(given, self.field.arguments, self._registry, CONFIG)
        if not self.varies:
            self._read = read
        return read


def _varies(value: ValueNode) -> bool:
    return isinstance(value, VariableNode) or any(map(_varies, _parts(value)))


def _parts(value: ValueNode) -> Iterator[ValueNode]:
    if isinstance(value, ListValueNode):
        yield from value.values
    elif isinstance(value, ObjectValueNode):
        yield from (field.value for field in value.fields)
