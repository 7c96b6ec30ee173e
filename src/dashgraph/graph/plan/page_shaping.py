"""The code that writes pages: made for one selection of a connection, for all its pages at once."""

from collections.abc import Callable
from typing import Any

from dashgraph.graph.plan.json_texts import BOOLEANS, NULL, listed, text
from dashgraph.graph.plan.leaves import writer
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
from dashgraph.graph.plan.shaping import Code, Object

PAGE_INFO = {
    "hasNextPage": "booleans[ahead]",
    "hasPreviousPage": "booleans[behind]",
    "startCursor": "text(cursor(entries[0])) if entries else null",
    "endCursor": "text(cursor(entries[-1])) if entries else null",
}
"""The facts of a page, as code."""


def shape_of_pages(connection: ConnectionSelection) -> Any:
    """The function that writes pages of domain values, as `domain.lists.Page` has them.

    With each page come its count and the function that makes its cursors; for each selection of nodes, and for each of
    errors, what was written of them for each page.
    """
    nodes, errors = (_numbered(name, many) for name, many in _many(connection))
    page = _Page(connection, lambda at: nodes[at], lambda at: errors[at])
    targets = ", ".join(["page", "count", "cursor", *nodes, *errors])
    columns = [f"{name}[{at}]" for name, many in _many(connection) for at in range(many)]
    return page.made(
        [
            "def shape(pages, counts, cursors, nodes, errors):",
            "    found = []",
            f"    for {targets} in zip({', '.join(['pages', 'counts', 'cursors', *columns])}, strict=True):",
            "        entries, ahead, behind = page.entries, page.has_next, page.has_previous",
            *(f"        {line}" for line in page.lines),
            f"        found.append({page.code})",
            "    return found",
        ]
    )


def shape_of_row_pages(connection: ConnectionSelection) -> Any:
    """The function that writes pages of rows, each the range of its rows in what was written of the nodes.

    With each page come whether there is more ahead and behind, and its count. One function makes the cursor of any row.
    Rows tell no errors.
    """
    page = _Page(connection, lambda at: f"nodes{at}[entries.start:entries.stop]", lambda _: "'[]'")
    return page.made(
        [
            "def shape(pages, aheads, behinds, counts, cursor, nodes):",
            *(f"    nodes{at} = nodes[{at}]" for at in range(len(connection.nodes))),
            "    found = []",
            "    for entries, ahead, behind, count in zip(pages, aheads, behinds, counts, strict=True):",
            *(f"        {line}" for line in page.lines),
            f"        found.append({page.code})",
            "    return found",
        ]
    )


def _many(connection: ConnectionSelection) -> tuple[tuple[str, int], tuple[str, int]]:
    return ("nodes", len(connection.nodes)), ("errors", len(connection.errors))


def _numbered(name: str, many: int) -> list[str]:
    return [f"{name}{at}" for at in range(many)]


class _Page(Code):
    """The code of a page, and the lines before it that set its variables.

    `nodes` and `errors` are code for what was written of those, for the selection of this number.
    """

    def __init__(
        self, connection: ConnectionSelection, nodes: Callable[[int], str], errors: Callable[[int], str]
    ) -> None:
        super().__init__()
        self._names |= {"booleans": BOOLEANS, "null": NULL, "text": text, "join": ",".join, "listed": listed}
        self._nodes = nodes
        self.lines: list[str] = []
        for one in connection.written:
            match one:
                case Constant():
                    self.constant(one.key, one.value)
                case TotalCount():
                    self._set(self, one.key, f"{self.named(writer(one.type, nullable=True))}((count,))[0]")
                case SourceErrors():
                    self._set(self, one.key, errors(one.at), is_long=connection.errors[one.at].is_long)
                case PageInfo():
                    self.object(one.key, self._info(one))
                case Edges():
                    is_long = connection.is_long
                    self._set(self, one.key, self._edges(connection, one), is_long=is_long)

    def _set(self, of: Object, key: str, code: str, *, is_long: bool = False) -> None:
        name = f"v{len(self.lines)}"
        self.lines.append(f"{name} = {code}")
        of.raw(key, name, is_long=is_long)

    def _info(self, info: PageInfo) -> Object:
        found = Object()
        for one in info.facts:
            if isinstance(one, InfoFact):
                self._set(found, one.key, PAGE_INFO[one.name])
            else:
                found.constant(one.key, one.value)
        return found

    def _edges(self, connection: ConnectionSelection, edges: Edges) -> str:
        edge = Object()
        through: dict[str, str] = {}  # what is gone through, by the name of each of it
        for one in edges.parts:
            match one:
                case Constant():
                    edge.constant(one.key, one.value)
                case NodeOf():
                    through[f"node{one.at}"] = self._nodes(one.at)
                    edge.raw(one.key, f"node{one.at}", is_long=connection.nodes[one.at].is_long)
                case _:
                    through["place"] = "[text(cursor(entry)) for entry in entries]"
                    edge.raw(one.key, "place")
        loop = (
            f"for {', '.join(through)}, in zip({', '.join(through.values())}, strict=True)"
            if through
            else "for _ in entries"
        )
        each = f"{edge.code} {loop}"
        if connection.is_long:
            return f"listed(({each}), {edge.is_long})"
        if len(through) == len(edges.parts) == 1 and "place" not in through:  # most often: no need to go through it
            [(name, nodes)] = through.items()
            before, after = (repr(part.format()) for part in edge.body.split(f"{{{name}}}"))
            return f"'[' + {before} + ({after} + ',' + {before}).join({nodes}) + {after} + ']' if entries else '[]'"
        return f"'[' + join([{each}]) + ']'"
