"""The arguments of a field as its resolver takes them: coerced by graphql-core, made Python values by Strawberry."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLField,
    ListValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    get_nullable_type,
)
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from dashgraph.graph.scalars import CONFIG

PLAIN = {"ID", "String", "Int", "Float", "Boolean"}  # types whose values are Python values when they are coerced


class Arguments:
    """Of one field in one operation. What no variable is in is read once, which is as good for every request."""

    def __init__(self, field: StrawberryField, definition: GraphQLField, node: FieldNode, registry: Any) -> None:
        self.field = field
        self.definition = definition
        self._node = node
        self._registry = registry
        varying = [argument for argument in node.arguments or () if _varies(argument.value)]
        self.varies = bool(varying)
        self._are_plain = all(self._is_plain(argument) for argument in varying)
        python_names = {CONFIG.name_converter.from_argument(one): one.python_name for one in field.arguments}
        self._variables = {python_names[one.name.value]: _variable(one.value) for one in varying}
        self._read: dict[str, Any] | None = None

    def _is_plain(self, argument: ArgumentNode) -> bool:
        type_ = get_nullable_type(self.definition.args[argument.name.value].type)
        return isinstance(argument.value, VariableNode) and getattr(type_, "name", None) in PLAIN

    def values(self, variables: VariableValues) -> dict[str, Any]:
        """Raises GraphQLError, or a problem, for those that cannot be."""
        varying = {name: variables.coerced.get(variable) for name, variable in self._variables.items()}
        is_usual = self._are_plain and None not in varying.values()
        if is_usual and self._read is not None:
            return {**self._read, **varying}
        given = get_argument_values(self.definition, self._node, variables, None, hide_suggestions=True)
        read = convert_arguments(given, self.field.arguments, self._registry, CONFIG)
        if is_usual:
            self._read = {name: value for name, value in read.items() if name not in varying}
        return read


def _variable(value: ValueNode) -> str:
    return value.name.value if isinstance(value, VariableNode) else ""


def _varies(value: ValueNode) -> bool:
    return isinstance(value, VariableNode) or any(map(_varies, _parts(value)))


def _parts(value: ValueNode) -> Iterator[ValueNode]:
    if isinstance(value, ListValueNode):
        yield from value.values
    elif isinstance(value, ObjectValueNode):
        yield from (field.value for field in value.fields)
