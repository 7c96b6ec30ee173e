"""The variables that decide what of a document is selected: for each of their values there is a plan."""

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

from dashgraph.graph.plan.selections import Bail

KNOWN_DIRECTIVES = {"skip", "include"}


def switches(document: DocumentNode) -> tuple[str, ...]:
    """The variables that decide what is selected. Raises Bail for directives that mean something else."""
    found = dict.fromkeys(_switches(document))
    return tuple(found)


def _switches(document: DocumentNode) -> Iterator[str]:
    level: list[SelectionNode | OperationDefinitionNode | FragmentDefinitionNode] = [
        one for one in document.definitions if isinstance(one, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    while level:
        for node in level:
            for directive in node.directives or ():
                if directive.name.value not in KNOWN_DIRECTIVES:
                    raise Bail("directive")
                for argument in directive.arguments or ():
                    if isinstance(argument.value, VariableNode):
                        yield argument.value.name.value
        below: list[SelectionSetNode | None] = [getattr(node, "selection_set", None) for node in level]
        level = [one for selections in below if selections is not None for one in selections.selections]
