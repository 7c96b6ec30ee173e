"""The code that writes pages: made for one selection of a connection, for all its pages at once."""

from collections.abc import Callable, Sequence
from typing import Any

from dashgraph.graph.plan.selections import (
    ConnectionSelection,
    Constant,
    Edges,
    InfoFact,
    NodeOf,
    PageInfo,
    SourceErrors,
    TotalCount,
)
from dashgraph.graph.plan.shaping import Code

PAGE_INFO = {
    "hasNextPage": "ahead",
    "hasPreviousPage": "behind",
    "startCursor": "cursor(entries[0]) if entries else None",
    "endCursor": "cursor(entries[-1]) if entries else None",
}
"""The facts of a page, as code."""


def shape_of_pages(connection: ConnectionSelection) -> Any:
    """The function that writes pages of domain values, as `domain.lists.Page` has them.

    With each page come its count and the function that makes its cursors; for each selection of nodes, and for each of
    errors, what was written of them for each page.
    """
    nodes, errors = (_numbered(name, many) for name, many in _many(connection))

    def loop(parts: Sequence[int]) -> str:
        if not parts:
            return "entry in entries"
        source = ", ".join(["entries", *(nodes[at] for at in parts)])
        return f"{', '.join(['entry', *(f'node{at}' for at in parts)])} in zip({source})"

    code = _written(connection, loop, lambda at: f"node{at}", lambda at: errors[at])
    targets = ", ".join(["page", "count", "cursor", *nodes, *errors])
    columns = [f"{name}[{at}]" for name, many in _many(connection) for at in range(many)]
    lines = [
        "def shape(pages, counts, cursors, nodes, errors):",
        "    found = []",
        f"    for {targets} in zip({', '.join(['pages', 'counts', 'cursors', *columns])}):",
        "        entries, ahead, behind = page.entries, page.has_next, page.has_previous",
        f"        found.append({code.body})",
        "    return found",
    ]
    return code.made("\n".join(lines))


def shape_of_row_pages(connection: ConnectionSelection) -> Any:
    """The function that writes pages of rows, each a list of them.

    With each page come whether there is more ahead and behind, and its count. One function makes all cursors. For each
    selection of nodes there is what was written of them: in the order of the rows, or by their ids where it is shared.
    Rows tell no errors.
    """
    shared = [one.is_shared for one in connection.nodes]

    def node(at: int) -> str:
        return f"nodes{at}[entry[0]]" if shared[at] else f"next{at}()"

    code = _written(connection, lambda _: "entry in entries", node, lambda _: "[]")
    lines = [
        "def shape(pages, aheads, behinds, counts, cursor, nodes):",
        *(
            f"    nodes{at} = nodes[{at}]" if one else f"    next{at} = iter(nodes[{at}]).__next__"
            for at, one in enumerate(shared)
        ),
        "    found = []",
        "    for entries, ahead, behind, count in zip(pages, aheads, behinds, counts):",
        f"        found.append({code.body})",
        "    return found",
    ]
    return code.made("\n".join(lines))


def _many(connection: ConnectionSelection) -> Sequence[tuple[str, int]]:
    return ("nodes", len(connection.nodes)), ("errors", len(connection.errors))


def _numbered(name: str, many: int) -> list[str]:
    return [f"{name}{at}" for at in range(many)]


def _written(
    connection: ConnectionSelection,
    loop: Callable[[Sequence[int]], str],
    node: Callable[[int], str],
    errors: Callable[[int], str],
) -> Code:
    """The body of a page: `loop` goes through its entries, with the nodes of these numbers."""
    code = Code()
    for one in connection.written:
        match one:
            case Constant():
                code.constant(one.key, one.value)
            case TotalCount():
                code.code(one.key, "count", one.type, nullable=True)
            case SourceErrors():
                code.raw(one.key, errors(one.at))
            case PageInfo():
                code.raw(one.key, _info(one))
            case Edges():
                code.raw(one.key, _edges(one, loop, node))
    return code


def _info(info: PageInfo) -> str:
    body = Code()
    for one in info.facts:
        if isinstance(one, InfoFact):
            body.raw(one.key, PAGE_INFO[one.name])
        else:
            body.constant(one.key, one.value)
    return body.body


def _edges(edges: Edges, loop: Callable[[Sequence[int]], str], node: Callable[[int], str]) -> str:
    body = Code()
    for one in edges.parts:
        match one:
            case Constant():
                body.constant(one.key, one.value)
            case NodeOf():
                body.raw(one.key, node(one.at))
            case _:
                body.raw(one.key, "cursor(entry)")
    return f"[{body.body} for {loop([one.at for one in edges.parts if isinstance(one, NodeOf)])}]"
