"""How deep an operation may nest, measured before anything else looks at it."""

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from dashgraph.domain.problems import TooMuch

DEEPEST = 25  # fields within fields: the deepest useful question, with its edges and nodes, has about 15
MOST_TOKENS = 10_000
LONGEST_QUERY = 200_000  # characters


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
