"""The code that writes values: made for one selection, so that nothing is looked up field by field."""

from itertools import chain, zip_longest
from typing import Any

from graphql import GraphQLLeafType

from dashgraph.graph.declarations import Derived
from dashgraph.graph.plan.json_texts import text
from dashgraph.graph.plan.leaves import writer
from dashgraph.graph.plan.selections import Asking, Column, Constant, Selection, Shape, Shown


def shape_of_things(selection: Selection) -> Shape:
    """The function that writes domain values."""
    code = Code()
    above: dict[str, str] = {}
    asking = iter(selection.asking)
    for one in selection.written:
        match one:
            case Constant():
                code.constant(one.key, one.value)
            case Column():
                code.column(one.key, next(asking))
            case Shown():
                code.leaves(one.key, _read(code, above, one), one.type, nullable=one.nullable)
    lines = [f"    {name} = [{read}]" for name, read in above.items()]
    shape: Shape = code.made(["def shape(rows, columns):", *lines, f"    return {code.every('rows')}"])
    return shape


def _read(code: "Code", above: dict[str, str], one: Shown) -> str:
    """Code for the values of a leaf. What several leaves stand in, and may be None, is read before, once."""
    if isinstance(one.declared, Derived):
        return f"[{code.named(one.declared.of)}(one) for one in rows]"
    *path, last = one.declared.path
    rows = "rows"
    for at in range(len(path)):
        name = f"above_{'_'.join(path[: at + 1])}"
        null = "None if one is None else " if at else ""
        above.setdefault(name, f"{null}one.{path[at]} for one in {rows}")
        rows = name
    null = "None if one is None else " if path else ""
    return f"[{null}one.{last} for one in {rows}]"


class Object:
    """A JSON object as code, key by key: an f-string, or the list of its pieces when something in it is one."""

    def __init__(self) -> None:
        self._pieces: list[str] = [""]  # f-strings, and between them the names of lists

    def constant(self, key: str, value: str) -> None:
        self._entry(key, text(value))

    def raw(self, key: str, name: str, *, is_long: bool = False) -> None:
        """Something whose JSON is in this variable, or when it is long its pieces are."""
        if is_long:
            self._entry(key, "")
            self._pieces += [name, ""]
        else:
            self._entry(key, f"{{{name}}}")

    def object(self, key: str, found: "Object") -> None:
        """An object that has nothing long in it."""
        self._entry(key, found.body)

    def _entry(self, key: str, code: str) -> None:
        comma = "," if self._pieces != [""] else ""
        self._pieces[-1] += f'{comma}"{key}":{code}'

    @property
    def is_long(self) -> bool:
        return len(self._pieces) > 1

    @property
    def body(self) -> str:
        """What stands in the f-string."""
        return self._braced[0]

    @property
    def code(self) -> str:
        # Keys are names of GraphQL, and values of types: no quotation marks are in them.
        if not self.is_long:
            return f"f'{self.body}'"
        texts = [f"f'{piece}'" for piece in self._braced[::2]]
        lists = [f"*{name}" for name in self._braced[1::2]]
        return f"[{', '.join(chain.from_iterable(zip_longest(texts, lists, fillvalue='')))}]"

    @property
    def _braced(self) -> list[str]:
        first, *rest = self._pieces
        pieces = ["{{" + first, *rest]
        pieces[-1] += "}}"
        return pieces


class Code(Object):
    """The same with what it reads: for each variable the code of all of its values."""

    def __init__(self) -> None:
        super().__init__()
        self._names: dict[str, Any] = {}
        self._read: dict[str, str] = {}
        self._columns = 0

    def named(self, value: Any) -> str:
        """The name by which the code reaches this."""
        name = f"n{len(self._names)}"
        self._names[name] = value
        return name

    def each(self, key: str, read: str, *, is_long: bool = False) -> None:
        """Something whose JSON this code reads, for all values."""
        name = f"v{len(self._read)}"
        self._read[name] = read
        self.raw(key, name, is_long=is_long)

    def leaves(self, key: str, read: str, type_: GraphQLLeafType, *, nullable: bool, of_text: bool = False) -> None:
        """Leaves whose values this code reads. `of_text` are the members of an enum where their texts are read."""
        write = self.named(writer(type_, nullable=nullable, of_text=of_text))
        self.each(key, f"{write}({read})")

    def column(self, key: str, asking: Asking) -> None:
        """Something that was asked for."""
        self.each(key, f"columns[{self._columns}]", is_long=asking.is_long)
        self._columns += 1

    def every(self, otherwise: str) -> str:
        """Code for the JSON of each; where nothing is read as many times as there are in `otherwise`."""
        if not self._read:
            return f"[{self.code} for _ in {otherwise}]"
        return f"[{self.code} for {', '.join(self._read)}, in zip({', '.join(self._read.values())}, strict=True)]"

    def made(self, lines: list[str]) -> Any:
        """The function `shape` of these lines."""
        exec(compile("\n".join(lines), "<plan>", "exec"), self._names)  # noqa: S102 - keys are names of GraphQL
        return self._names["shape"]
