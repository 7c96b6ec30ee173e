"""Manifests of trusted documents, in Apollo's format: how one is made of `.graphql` files, and how it is read."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    Node,
    NoUnusedFragmentsRule,
    OperationDefinitionNode,
    SelectionSetNode,
    Source,
    Visitor,
    parse,
    print_ast,
    specified_rules,
    validate,
    visit,
)
from graphql.language import NameNode

from dashgraph.domain.problems import BadInput
from dashgraph.graph.schema import schema

FORMAT, VERSION = "apollo-persisted-query-manifest", 1
TYPENAME = "__typename"
# A fragment may stand in the folder that no operation uses.
RULES = [rule for rule in specified_rules if rule is not NoUnusedFragmentsRule]


def digest(text: str) -> str:
    """The SHA-256 of a document's text, as clients write it."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def written(files: Mapping[str, str], *, typenames: bool = False) -> tuple[str, int]:
    """The manifest of what is in these files, given by name, and how many operations it has.

    With `typenames` every selection below an operation's own asks for `__typename` too, as Apollo Client does.
    Raises BadInput naming all that is wrong, each with its place.
    """
    operations, fragments = _definitions(files)
    listed = []
    for operation in sorted(operations, key=_name):
        used = _used(operation, fragments)
        document = DocumentNode(definitions=(operation, *(fragments[name] for name in sorted(used))))
        body = print_ast(visit(document, _Typenames()) if typenames else document)
        kind = operation.operation.value
        listed.append({"id": digest(body), "name": _name(operation), "type": kind, "body": body})
    manifest = {"format": FORMAT, "version": VERSION, "operations": listed}
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", len(listed)


def read(text: str) -> dict[str, str]:
    """The documents of a manifest by their ids. Raises BadInput saying what it lacks to be one."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput("it is not JSON") from None
    if not isinstance(found, dict) or (found.get("format"), found.get("version")) != (FORMAT, VERSION):
        raise BadInput(f"it has not the format {FORMAT!r} of version {VERSION}")
    operations = found.get("operations")
    if not isinstance(operations, list):
        raise BadInput("its `operations` are not a list")
    documents: dict[str, str] = {}
    for number, one in enumerate(operations, 1):
        identifier, body = _entry(one)
        if identifier is None or body is None:
            raise BadInput(f"operation {number} lacks an `id` or a `body`")
        if documents.setdefault(identifier, body) != body:
            raise BadInput(f"operation {number} has the `id` of another one")
    return documents


def _entry(one: object) -> tuple[str | None, str | None]:
    values = [one.get(key) for key in ("id", "body")] if isinstance(one, dict) else [None, None]
    identifier, body = (value if isinstance(value, str) and value else None for value in values)
    return identifier, body


def _definitions(
    files: Mapping[str, str],
) -> tuple[Sequence[OperationDefinitionNode], Mapping[str, FragmentDefinitionNode]]:
    """The operations and fragments of all files. Raises BadInput unless they are right, and are each other's."""
    wrong: list[str] = []
    found: list[ExecutableDefinitionNode] = []
    for name, text in files.items():
        try:
            document = parse(Source(text, name))
        except GraphQLError as error:
            wrong.append(_told(name, error))
            continue
        for node in document.definitions:
            if not isinstance(node, ExecutableDefinitionNode):
                wrong.append(f"{_place(node)}: there are only operations and fragments in a manifest")
            elif node.name is None:
                wrong.append(f"{_place(node)}: the operation has no name")
            else:
                found.append(node)
    if not wrong and found:
        together = DocumentNode(definitions=tuple(found))
        wrong = [_told("", error) for error in validate(schema._schema, together, RULES)]
    operations = [node for node in found if isinstance(node, OperationDefinitionNode)]
    if not wrong and not operations:
        wrong = ["there is no operation in the .graphql files"]
    if wrong:
        raise BadInput("\n  ".join(wrong))
    return operations, {_name(node): node for node in found if isinstance(node, FragmentDefinitionNode)}


def _name(node: ExecutableDefinitionNode) -> str:
    return node.name.value if node.name else ""


def _told(name: str, error: GraphQLError) -> str:
    """An error with its place: what is at the end, where two are concerned, is the one that came too much."""
    if error.nodes:
        return f"{_place(error.nodes[-1])}: {error.message}"
    line, column = error.locations[0] if error.locations else (1, 1)
    return f"{name}:{line}:{column}: {error.message}"


def _place(node: Node) -> str:
    if node.loc is None:
        return "?"
    start = node.loc.start_token
    return f"{node.loc.source.name}:{start.line}:{start.column}"


def _used(operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> set[str]:
    """The names of the fragments that an operation spreads, and of those that these spread."""
    used: set[str] = set()
    waiting = list(_spread(operation.selection_set))
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting += _spread(fragments[name].selection_set)
    return used


def _spread(selections: SelectionSetNode) -> Iterator[str]:
    for node in selections.selections:
        if isinstance(node, FragmentSpreadNode):
            yield node.name.value
        elif below := getattr(node, "selection_set", None):
            yield from _spread(below)


class _Typenames(Visitor):
    """Adds `__typename` to every selection but an operation's own."""

    @staticmethod
    def enter_selection_set(node: SelectionSetNode, _key: Any, parent: Any, *_rest: Any) -> SelectionSetNode | None:
        names = {one.name.value for one in node.selections if isinstance(one, FieldNode)}
        if isinstance(parent, OperationDefinitionNode) or TYPENAME in names:
            return None
        added = FieldNode(name=NameNode(value=TYPENAME), arguments=(), directives=())
        return SelectionSetNode(selections=(*node.selections, added))
