"""How much an operation may be: what bounds it, and the bounds that its text and its variables are held to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    IntValueNode,
    OperationDefinitionNode,
    OverlappingFieldsCanBeMergedRule,
    SelectionNode,
    SelectionSetNode,
    ValidationContext,
    ValuesOfCorrectTypeRule,
)
from graphql.validation.validate import ValidationAbortedError

from dashgraph.domain.lists import LARGEST_PAGE
from dashgraph.domain.problems import TooMuch

DIGITS = 1000  # of a number: some thousands more, and Python does not read it
TOLD = 100_000  # characters of errors about values, each of which prints all that the value is in


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of every operation, and of what a token may ask within a minute."""

    cost: int = 2_500_000  # three full pages within each other, with room to spare
    budget: int = 0  # cost within a minute for each token; 0 for as much as they like
    depth: int = 25  # the deepest useful question, with its edges and nodes, has about 15
    root_fields: int = 50
    aliases: int = 200
    directives: int = 100
    tokens: int = 10_000
    characters: int = 200_000
    comparisons: int = 20_000  # the largest honest document that we know takes 2,400
    page: int = LARGEST_PAGE
    variables: int = 524_288  # characters of texts and keys, and one for every value
    variables_depth: int = 64
    seconds: float = 30
    mutation_seconds: float = 300


def check_text(query: str, limits: Limits) -> None:
    """Refuse a text that is too long to be parsed. Raises TooMuch."""
    if len(query) > limits.characters:
        message = f"The query has {len(query)} characters; at most {limits.characters} are read."
        raise TooMuch(message)
    lines = max(query.count("\n"), query.count("\r"))
    if lines > limits.tokens:  # an error may say several places, and each is looked for line by line
        message = f"The query has {lines} lines; at most {limits.tokens} are read."
        raise TooMuch(message)


def check_document(document: DocumentNode, limits: Limits) -> None:
    """Refuse a document that is too much to be looked at closer, valid or not. Raises TooMuch."""
    shape = _Shape(document)
    _check("has {} aliases", shape.aliases, limits.aliases)
    _check("has {} directives", shape.directives, limits.directives)
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            _check("nests {} fields deep", shape.depth(node.selection_set), limits.depth)
            _check("asks for {} fields at its root", len(shape.keys(node.selection_set)), limits.root_fields)


def bounded(rules: Iterable[type[ASTValidationRule]], limits: Limits) -> list[type[ASTValidationRule]]:
    """These rules, but none that takes or tells without end: what it is too much for is TooMuch."""
    instead: dict[type[ASTValidationRule], type[ASTValidationRule]] = {
        OverlappingFieldsCanBeMergedRule: _merging(limits),
        ValuesOfCorrectTypeRule: _ValuesRule,
    }
    return [*(instead.get(rule, rule) for rule in rules), _NumbersRule]


def _merging(limits: Limits) -> type[ASTValidationRule]:
    """The rule that fields of one name fit together; more comparisons than it may make are TooMuch."""

    class FieldsMergeRule(OverlappingFieldsCanBeMergedRule):
        def __init__(self, context: ValidationContext) -> None:
            super().__init__(context)
            self.rule_context.remaining_complexity_budget = limits.comparisons

        def enter_selection_set(self, *visited: Any) -> None:
            try:
                super().enter_selection_set(*visited)
            except ValidationAbortedError:
                if self.rule_context.remaining_complexity_budget >= 0:  # there were too many errors
                    raise
                message = "Too many fields are asked for under the same name to find out whether they fit together."
                raise TooMuch(message) from None

    return FieldsMergeRule


class _ValuesRule(ValuesOfCorrectTypeRule):
    """The rule that values are of their type. A hundred errors about one large value were megabytes, and seconds."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._told = 0

    def report_error(self, error: GraphQLError) -> None:
        self._told += len(error.message)
        if self._told > TOLD:
            message = "Values in the operation are wrong in more ways than can be told."
            raise TooMuch(message)
        super().report_error(error)


class _NumbersRule(ASTValidationRule):
    def enter_int_value(self, node: IntValueNode, *_args: Any) -> None:
        if len(node.value) > DIGITS:
            message = f"The operation has a number of {len(node.value)} digits; at most {DIGITS} are read."
            raise TooMuch(message)


def check_variables(variables: object, limits: Limits) -> None:
    """Refuse variables that are too large or nest too deep. Raises TooMuch."""
    size, level, depth = 0, [variables], 0
    while level:
        _check("has variables that nest {} deep", depth, limits.variables_depth)
        size += sum(len(value) if isinstance(value, str) else 1 for value in level)
        if size > limits.variables:
            message = f"The variables of the operation hold more than {limits.variables // 1024} kilobytes."
            raise TooMuch(message)
        level = [part for value in level for part in _parts(value)]
        depth += 1


def _parts(value: object) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _check(what: str, found: int, most: int) -> None:
    if found > most:
        message = f"The operation {what.format(found)}; at most {most} are answered."
        raise TooMuch(message)


class _Shape:
    """What the text of a document amounts to. Each fragment is looked at once, so nested spreads cost nothing extra."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._depths: dict[str, int] = {}
        self._keys: dict[str, frozenset[str]] = {}
        self.aliases = self.directives = 0
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode):
                self._count(node)

    def _count(self, node: OperationDefinitionNode | FragmentDefinitionNode) -> None:
        self.directives += len(node.directives or ())
        self.directives += sum(len(variable.directives or ()) for variable in node.variable_definitions or ())
        level: list[SelectionNode] = list(node.selection_set.selections)
        while level:
            self.directives += sum(len(one.directives or ()) for one in level)
            self.aliases += sum(isinstance(one, FieldNode) and one.alias is not None for one in level)
            below = (getattr(one, "selection_set", None) for one in level)
            level = [one for selections in below if selections is not None for one in selections.selections]

    def depth(self, selections: SelectionSetNode | None) -> int:
        """How many fields stand within each other."""
        deepest = 0
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                if node.name.value not in {"__schema", "__type"}:  # introspection is bounded by its own rule
                    deepest = max(deepest, 1 + self.depth(node.selection_set))
            elif isinstance(node, FragmentSpreadNode):
                deepest = max(deepest, self._fragment_depth(node.name.value))
            else:
                deepest = max(deepest, self.depth(getattr(node, "selection_set", None)))
        return deepest

    def _fragment_depth(self, name: str) -> int:
        if name not in self._fragments:
            return 0  # validation says so in better words
        if name not in self._depths:
            self._depths[name] = 0  # a fragment within itself; validation refuses it
            self._depths[name] = self.depth(self._fragments[name].selection_set)
        return self._depths[name]

    def keys(self, selections: SelectionSetNode | None) -> frozenset[str]:
        """Under which names the fields of a selection are answered."""
        found: set[str] = set()
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                found.add((node.alias or node.name).value)
            elif isinstance(node, FragmentSpreadNode):
                found |= self._fragment_keys(node.name.value)
            else:
                found |= self.keys(getattr(node, "selection_set", None))
        return frozenset(found)

    def _fragment_keys(self, name: str) -> frozenset[str]:
        if name not in self._keys and name in self._fragments:
            self._keys[name] = frozenset()
            self._keys[name] = self.keys(self._fragments[name].selection_set)
        return self._keys.get(name, frozenset())
