"""What an operation costs at the most, before any of it runs: one for each object, and the prices of its fields."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from types import NoneType
from typing import Any, cast

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
)

from dashgraph.domain.lists import LARGEST_PAGE
from dashgraph.domain.problems import TooMuch
from dashgraph.graph.limits import Limits
from dashgraph.graph.prices import Price, Prices, declared, is_list

INTROSPECTION = {"__schema": 5_000, "__type": 100}  # what they answer is bounded by graphql-core
FREE = Price()
OPERATIONS, COSTS = 500, 100  # that are remembered: operations, and costs of each
ABSENT = object()  # in place of the value of a variable that is not given
UNKNOWN = object()  # the value of a variable that may be anything

Sized = tuple[tuple[str, int], ...]
"""How long lists of an object are, by field, as said where the object was asked for."""


class Costs:
    """What the operations on one schema cost."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._prices = declared(schema)
        self._known: OrderedDict[int, _Known] = OrderedDict()

    def of(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        limits: Limits | None = None,
    ) -> int:
        """The cost of an operation of a valid document. Raises TooMuch for a page that is longer than one may be."""
        root = self._schema.get_root_type(operation.operation)
        if root is None:
            return 0
        bill = _Bill(self._schema, self._prices, document, operation, variables, limits or Limits())
        cost = bill.selected(operation.selection_set, root)
        self._keep(operation, tuple(sorted(bill.looked_at)), variables, cost)
        return cost

    def checked(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        limits: Limits,
    ) -> int:
        """The cost of an operation that may be answered. Raises TooMuch, saying what it would cost.

        The limits are the same each time.
        """
        known, most = self._remembered(operation, variables), most_of(limits)
        cost = self.of(document, operation, variables, limits) if known is None else known
        if cost > most:
            message = f"The operation can cost {cost}; at most {most} is answered. Ask for shorter lists with `first`."
            raise TooMuch(message, cost={"requested": cost, "max": most})
        return cost

    def _remembered(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> int | None:
        """What the operation cost when the variables that its cost depends on were the same."""
        known = self._known.get(id(operation))
        if known is None:
            return None
        self._known.move_to_end(id(operation))
        given = _given(known.names, variables)
        return None if given is None else known.costs.get(given)

    def _keep(
        self, operation: OperationDefinitionNode, names: tuple[str, ...], variables: Mapping[str, Any], cost: int
    ) -> None:
        """Remember a cost by the variables that were looked at: when those are the same, no others are looked at."""
        known = self._known.get(id(operation))
        if known is None or known.names != names or len(known.costs) >= COSTS:
            known = self._known[id(operation)] = _Known(operation, names)
            if len(self._known) > OPERATIONS:
                self._known.popitem(last=False)
        given = _given(names, variables)
        if given is not None:
            known.costs[given] = cost

    def each(self, document: DocumentNode, limits: Limits) -> None:
        """Raises TooMuch when any operation of a valid document is too much, whatever its variables are."""
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                unknown = {variable.variable.name.value: UNKNOWN for variable in node.variable_definitions or ()}
                self.checked(document, node, unknown, limits)


def most_of(limits: Limits) -> int:
    """The most that one operation may cost: what costs more than a whole budget could never run."""
    return min(limits.cost, limits.budget) if limits.budget else limits.cost


@dataclass(frozen=True, slots=True)
class _Known:
    """What an operation cost, by the values of the variables of these names. It is held, so its id stays its own."""

    operation: OperationDefinitionNode
    names: tuple[str, ...]
    costs: dict[Hashable, int] = field(default_factory=dict)


def _given(names: tuple[str, ...], variables: Mapping[str, Any]) -> Hashable | None:
    """The values of these variables, told apart by type too; None where some are too large to be worth keeping."""
    values = [variables.get(name, ABSENT) for name in names]
    if not all(value is ABSENT or isinstance(value, int | NoneType) for value in values):
        return None
    return tuple((type(value), value) for value in values)


class _Bill:
    """One operation with its variables. Each selection is added up once for each type that it is made on."""

    def __init__(
        self,
        schema: GraphQLSchema,
        prices: Prices,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        limits: Limits,
    ) -> None:
        self._schema = schema
        self._prices = prices
        self._limits = limits
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._variables = variables
        self._defaults = {node.variable.name.value: node.default_value for node in operation.variable_definitions or ()}
        self._known: dict[tuple[int, str, Sized], int] = {}
        self.looked_at: set[str] = set()

    def selected(self, selections: SelectionSetNode | None, kind: GraphQLCompositeType, sized: Sized = ()) -> int:
        """The cost of what is selected on an object; of several types that it may be, on the dearest."""
        if selections is None:
            return 0
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            return max((self.selected(selections, one) for one in self._schema.get_possible_types(kind)), default=0)
        key = (id(selections), kind.name, sized)
        if key not in self._known:
            self._known[key] = sum(self._one(node, kind, sized) for node in selections.selections)
        return self._known[key]

    def _one(self, node: SelectionNode, kind: GraphQLObjectType, sized: Sized) -> int:
        if self._is_left_out(node):
            return 0
        if isinstance(node, FieldNode):
            return self._field(node, kind, dict(sized))
        inline = cast("InlineFragmentNode", node)
        fragment = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else inline
        if fragment.type_condition is not None:
            other = self._schema.get_type(fragment.type_condition.name.value)
            if other is not kind and not (
                isinstance(other, GraphQLInterfaceType | GraphQLUnionType) and self._schema.is_sub_type(other, kind)
            ):
                return 0
        return self.selected(fragment.selection_set, kind, sized)

    def _field(self, node: FieldNode, parent: GraphQLObjectType, sized: Mapping[str, int]) -> int:
        name = node.name.value
        again = int(node.alias is not None)  # a value comes once, but by every alias once more
        if name in INTROSPECTION:
            return INTROSPECTION[name]
        field = parent.fields.get(name)
        if field is None:
            return again  # __typename
        price = self._prices.get((parent.name, name), FREE)
        kind = get_named_type(field.type)
        if is_leaf_type(kind):
            return price.weight + again
        size = self._size(node, price) if price.sized or is_list(field.type) else 0
        below = self.selected(node.selection_set, kind, tuple((one, size) for one in price.sized))
        if not is_list(field.type):
            return price.weight + 1 + below
        return price.weight + sized.get(name, size) * (1 + below)

    def _size(self, node: FieldNode, price: Price) -> int:
        """How long the list is at the most: as the arguments say it, else as it is taken to be."""
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        if price.slicing:
            sizes = [self._page(given[name]) for name in price.slicing if name in given]
            return max((size for size in sizes if size is not None), default=price.size or 0)
        if price.size is None:
            return LARGEST_PAGE
        longest = max((self._longest(value) for value in given.values()), default=0)
        return max(longest, price.size) if price.sized else longest or price.size  # a document may hold several

    def _page(self, node: ValueNode) -> int | None:
        """The page that is asked for; None where nothing is said."""
        value = self._value(node)
        if isinstance(value, NullValueNode | None):
            return None
        size = int(value.value) if isinstance(value, IntValueNode) else value
        if not isinstance(size, int):
            return LARGEST_PAGE  # what is no number is told so later
        if self._limits.page < size <= LARGEST_PAGE:
            message = f"A page of {size} is asked for; at most {self._limits.page} are answered at a time."
            raise TooMuch(message)
        return min(max(size, 0), LARGEST_PAGE)

    def _longest(self, node: ValueNode) -> int:
        """The length of the longest list in an argument: what is answered has one for each of its items."""
        value = self._value(node)
        parts: list[object] = [value]
        if isinstance(value, ObjectValueNode):
            parts += [field.value for field in value.fields]
        elif isinstance(value, dict):
            parts += value.values()
        return max(self._length(part) for part in parts)

    def _length(self, node: object) -> int:
        value = self._value(node)
        if isinstance(value, ListValueNode):
            return len(value.values)
        return len(value) if isinstance(value, list) else 0

    def _value(self, node: object) -> object:
        """A variable as it is given, or as it is when not given; anything else as it is."""
        if not isinstance(node, VariableNode):
            return node
        name = node.name.value
        self.looked_at.add(name)
        return self._variables[name] if name in self._variables else self._defaults.get(name)

    def _is_left_out(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            if directive.name.value in {"skip", "include"} and directive.arguments:
                value = self._value(directive.arguments[0].value)
                said = value.value if isinstance(value, BooleanValueNode) else value
                if said is (directive.name.value == "skip"):
                    return True
        return False
