"""The code that writes values: made for one selection, so that nothing is looked up field by field."""

from collections.abc import Sequence
from typing import Any

import orjson
from graphql import GraphQLLeafType

from dashgraph.graph.declarations import Derived, Fact
from dashgraph.graph.plan.leaves import expression
from dashgraph.graph.plan.selections import Shape

FRAGMENT = "Fragment(dumps({}))"


class Code:
    """The body of an object, key by key."""

    def __init__(self, around: "Code | None" = None) -> None:
        self.names: dict[str, Any] = around.names if around else {"dumps": orjson.dumps, "Fragment": orjson.Fragment}
        self._entries: list[str] = []
        self._above: dict[str, str] = {}
        self._before: list[str] = []
        self._columns: list[str] = around._columns if around else []

    def constant(self, key: str, value: str) -> None:
        self._entries.append(f"{key!r}: {value!r}")

    def fact(self, key: str, declared: Fact | Derived, type_: GraphQLLeafType, *, nullable: bool) -> None:
        """A leaf that is read off the domain value."""
        if isinstance(declared, Derived):
            name = f"n{len(self.names)}"
            self.names[name] = declared.read
            self.code(key, f"{name}(one)", type_, nullable=nullable)
            return
        *above, last = declared.path
        holder = "one"
        for part in above:
            holder = self._held(holder, part)
        read = f"{holder}.{last}"
        self.code(key, f"(None if {holder} is None else {read})" if above else read, type_, nullable=nullable)

    def code(self, key: str, read: str, type_: GraphQLLeafType, *, nullable: bool) -> None:
        """A leaf that is read by this code."""
        self._entries.append(f"{key!r}: {expression(read, type_, nullable=nullable, names=self.names)}")

    def raw(self, key: str, code: str) -> None:
        """Something that is written by this code."""
        self._entries.append(f"{key!r}: {code}")

    def column(self, key: str) -> None:
        """Something that was asked for."""
        self._entries.append(f"{key!r}: {self.next_column()}")

    def next_column(self) -> str:
        self._columns.append(f"c{len(self._columns)}")
        return self._columns[-1]

    @property
    def body(self) -> str:
        return "{" + ", ".join(self._entries) + "}"

    def compiled(self, *, written: bool) -> Shape:
        """The function. `written` values are JSON already, which is as good at every place where they occur."""
        body = FRAGMENT.format(self.body) if written else self.body
        rows = f"zip(rows, {', '.join(f'columns[{at}]' for at in range(len(self._columns)))})"
        target = f"one, {', '.join(self._columns)}"
        source = [
            "def shape(rows, columns):",
            "    found = []",
            f"    for {target} in {rows}:" if self._columns else "    for one in rows:",
            *(f"        {line}" for line in self._before),
            f"        found.append({body})",
            "    return found",
        ]
        exec(compile("\n".join(source), "<plan>", "exec"), self.names)  # noqa: S102 - keys are names of GraphQL, as repr
        shape: Shape = self.names["shape"]
        return shape

    def listed(self, nodes: Sequence[int]) -> str:
        """Code for the edges of a page, with these of its columns of nodes."""
        target = ", ".join(["entry", *(f"node{at}" for at in nodes)])
        source = ", ".join(["page.entries", *(f"nodes[{at}]" for at in nodes)])
        return f"[{self.body} for {target} in zip({source})]" if nodes else f"[{self.body} for entry in page.entries]"

    def compiled_connection(self) -> Any:
        """The function that writes a page. `nodes` and `errors` are what was written of those in it."""
        source = f"def shape(page, count, cursor, nodes, errors):\n    return {self.body}"
        exec(compile(source, "<plan>", "exec"), self.names)  # noqa: S102 - keys are names of GraphQL, as repr
        return self.names["shape"]

    def _held(self, holder: str, part: str) -> str:
        """The variable for an attribute that may be None; read once for each value."""
        path = f"{holder}.{part}"
        if path not in self._above:
            self._above[path] = f"h{len(self._above)}"
            null = f"None if {holder} is None else " if holder != "one" else ""
            self._before.append(f"{self._above[path]} = {null}{path}")
        return self._above[path]
