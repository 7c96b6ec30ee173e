"""The code that writes values: made for one selection, so that nothing is looked up field by field."""

from typing import Any

import orjson
from graphql import GraphQLLeafType

from dashgraph.graph.declarations import Derived
from dashgraph.graph.plan.leaves import expression, named
from dashgraph.graph.plan.selections import Column, Constant, Selection, Shape, Shown

FRAGMENT = "Fragment(dumps({}))"
LOOP = "for one in rows"


def shape_of_things(selection: Selection) -> Shape:
    """The function that writes domain values. Nodes are JSON then, which is as good wherever they occur."""
    code = Code()
    for one in selection.written:
        match one:
            case Constant():
                code.constant(one.key, one.value)
            case Column():
                code.column(one.key)
            case Shown():
                code.shown(one)
    return code.compiled(written=selection.is_node)


class Code:
    """The body of an object, key by key."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"dumps": orjson.dumps, "Fragment": orjson.Fragment}
        self._entries: list[str] = []
        self._above: dict[str, str] = {}
        self._before: list[str] = []
        self._columns: list[str] = []

    def constant(self, key: str, value: str) -> None:
        self._entries.append(f"{key!r}: {value!r}")

    def shown(self, one: Shown) -> None:
        """A leaf that is read off the domain value."""
        if isinstance(one.declared, Derived):
            self.code(one.key, f"{self.named(one.declared.of)}(one)", one.type, nullable=one.nullable)
            return
        *above, last = one.declared.path
        holder = "one"
        for part in above:
            holder = self._held(holder, part)
        read = f"{holder}.{last}"
        self.code(
            one.key, f"(None if {holder} is None else {read})" if above else read, one.type, nullable=one.nullable
        )

    def named(self, value: Any) -> str:
        """The name by which the code reaches this."""
        return named(self.names, value)

    def code(self, key: str, read: str, type_: GraphQLLeafType, *, nullable: bool, of_text: bool = False) -> None:
        """A leaf that is read by this code. `of_text` are the members of an enum where their texts are read."""
        written = expression(read, type_, nullable=nullable, names=self.names, of_text=of_text)
        self._entries.append(f"{key!r}: {written}")

    def raw(self, key: str, code: str) -> None:
        """Something that is written by this code."""
        self._entries.append(f"{key!r}: {code}")

    def column(self, key: str) -> None:
        """Something that was asked for."""
        self._columns.append(f"c{len(self._columns)}")
        self.raw(key, self._columns[-1])

    @property
    def body(self) -> str:
        return "{" + ", ".join(self._entries) + "}"

    def compiled(self, *, written: bool) -> Shape:
        """The function. `written` values are JSON already, which is as good at every place where they occur."""
        body = FRAGMENT.format(self.body) if written else self.body
        columns = [f"columns[{at}]" for at in range(len(self._columns))]
        loop = f"for {', '.join(['one', *self._columns])} in zip(rows, {', '.join(columns)})" if columns else LOOP
        source = ["def shape(rows, columns):"]
        if self._before:
            lines = [f"        {line}" for line in self._before]
            source += ["    found = []", f"    {loop}:", *lines, f"        found.append({body})", "    return found"]
        else:
            source += [f"    return [{body} {loop}]"]
        shape: Shape = self.made("\n".join(source))
        return shape

    def made(self, source: str) -> Any:
        """The function `shape` of this source."""
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
