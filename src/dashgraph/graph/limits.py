"""How much may be asked: how deep an operation nests, and how far its lists multiply."""

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
)

from dashgraph.domain.lists import DEFAULT_PAGE, LARGEST_PAGE
from dashgraph.domain.problems import TooMuch

DEEPEST = 25  # fields within fields: the deepest useful question, with its edges and nodes, has about 15
MOST_TOKENS = 10_000
LONGEST_QUERY = 200_000  # characters
MOST_ITEMS = 2_000_000  # in lists, were every page full: three full pages within each other, with room to spare


class _Depths:
    """Depths of selections. Each fragment is measured once, so nested spreads cost nothing extra."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[str, int] = {}

    def of(self, selections: SelectionSetNode | None) -> int:
        if selections is None:
            return 0
        deepest = 0
        for node in selections.selections:
            if isinstance(node, FieldNode):
                if node.name.value in {"__schema", "__type"}:
                    continue  # introspection is bounded by its own rule
                deepest = max(deepest, 1 + self.of(node.selection_set))
            elif isinstance(node, InlineFragmentNode):
                deepest = max(deepest, self.of(node.selection_set))
            elif isinstance(node, FragmentSpreadNode):
                deepest = max(deepest, self._fragment(node.name.value))
        return deepest

    def _fragment(self, name: str) -> int:
        if name not in self._fragments:
            return 0  # validation says so in better words
        if name not in self._known:
            self._known[name] = 0  # a fragment within itself; validation refuses it
            self._known[name] = self.of(self._fragments[name].selection_set)
        return self._known[name]


def check_depth(document: DocumentNode) -> None:
    """Refuse operations that nest too deep. Raises TooMuch."""
    depths = _Depths(document)
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode) and (depth := depths.of(node.selection_set)) > DEEPEST:
            message = f"The operation nests {depth} fields deep; at most {DEEPEST} are answered."
            raise TooMuch(message)


class _Sizes:
    """The most list items that selections can answer. Each fragment is measured once, at its own type."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[str, int] = {}

    def of(self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None) -> int:
        found = 0
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                found += self._field(node, parent)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                kind = self._schema.get_type(condition.name.value) if condition else parent
                found += self.of(node.selection_set, kind)
            elif isinstance(node, FragmentSpreadNode):
                found += self._fragment(node.name.value)
        return found

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> int:
        fields = parent.fields if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else {}
        field = fields.get(node.name.value)
        if field is None:
            return 0  # __typename and introspection
        kind = get_named_type(field.type)
        below = self.of(node.selection_set, kind)
        if kind.name.endswith("Connection"):
            return _page(node) * (1 + below)
        if {"ids", "representations"} & field.args.keys():
            return LARGEST_PAGE * (1 + below)
        return below

    def _fragment(self, name: str) -> int:
        if name not in self._known:
            fragment = self._fragments[name]
            self._known[name] = self.of(
                fragment.selection_set, self._schema.get_type(fragment.type_condition.name.value)
            )
        return self._known[name]


def _page(node: FieldNode) -> int:
    """The length of the page that a field asks for; a variable may hold the most."""
    for argument in node.arguments or ():
        if argument.name.value in {"first", "last"}:
            value = argument.value
            return min(int(value.value), LARGEST_PAGE) if isinstance(value, IntValueNode) else LARGEST_PAGE
    return DEFAULT_PAGE


def check_size(schema: GraphQLSchema, document: DocumentNode) -> None:
    """Refuse a valid operation whose lists within lists can multiply beyond all measure. Raises TooMuch."""
    sizes = _Sizes(schema, document)
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            size = sizes.of(node.selection_set, schema.get_root_type(node.operation))
            if size > MOST_ITEMS:
                message = f"The lists of the operation can hold {size} items; at most {MOST_ITEMS} are answered. "
                raise TooMuch(message + "Ask for shorter ones with `first`.")
