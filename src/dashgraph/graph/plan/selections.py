"""What is selected of a type, laid out: which questions its values ask, and how they are written."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import FieldNode, GraphQLLeafType, GraphQLObjectType

from dashgraph.domain.lists import Listing, Lookup
from dashgraph.domain.rows import ID, Reader
from dashgraph.domain.viewers import TokenScope
from dashgraph.graph.declarations import Derived, Fact
from dashgraph.graph.plan.arguments import Arguments
from dashgraph.services.reading import Reading

Shape: TypeAlias = Callable[[Sequence[Any], Sequence[Sequence[Any]]], list[Any]]
"""Writes values. For each field that is asked for there is a column, with what came of it for each value."""

ShapePages: TypeAlias = Callable[..., list[Any]]
"""Writes pages; see `graph.plan.page_shaping`."""

Waiting: TypeAlias = Callable[[], Coroutine[Any, Any, None]]
"""Something to be waited for."""


class Deopt(Exception):
    """Something that only the reference path answers exactly. Its text is why, in a word."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar or an enum: `complete` makes of a value what is answered, and raises Deopt where it cannot."""

    complete: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Objects:
    """Something with fields of its own, of one of these classes."""

    nullable: bool
    selections: Mapping[type, "Selection | ConnectionSelection"]


@dataclass(frozen=True, slots=True)
class ListOf:
    nullable: bool
    item: "Result"


Result: TypeAlias = Leaf | Objects | ListOf


@dataclass(eq=False, slots=True)
class One:
    """A field that leads to the thing whose id is in an attribute."""

    lookup: Lookup[Any]
    attribute: str
    selection: "Selection"
    layout: "Layout"


@dataclass(eq=False, slots=True)
class Many:
    """A field that leads to a page of what hangs off each value."""

    listing: Listing[Any]
    arguments: Arguments
    selection: "ConnectionSelection"


@dataclass(eq=False, slots=True)
class Custom:
    """A field whose resolver is called for each value."""

    key: str
    arguments: Arguments
    result: Result
    nodes: Sequence[FieldNode]
    parent: GraphQLObjectType
    tells_paths: bool  # something below wants to know where it stands
    resolver: Callable[..., Any] | None  # None for an attribute
    takes_self: bool
    info_parameter: str | None
    is_async: bool
    entrance: One | None = None  # of a root field that leads to one thing by its id


Asking: TypeAlias = One | Many | Custom


@dataclass(frozen=True, slots=True)
class Column:
    """Something that is asked for, in the order of `Selection.asking`."""

    key: str


@dataclass(frozen=True, slots=True)
class Constant:
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A leaf that is read off the domain value."""

    key: str
    declared: Fact | Derived
    type: GraphQLLeafType
    nullable: bool


Written: TypeAlias = Column | Constant | Shown


@dataclass(frozen=True, slots=True)
class TotalCount:
    key: str
    type: GraphQLLeafType


@dataclass(frozen=True, slots=True)
class SourceErrors:
    """The errors of this number in `ConnectionSelection.errors`."""

    key: str
    at: int


ENDS = frozenset({"startCursor", "endCursor"})


@dataclass(frozen=True, slots=True)
class InfoFact:
    """Where a page stands, by the name of the field in the schema."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class PageInfo:
    key: str
    facts: Sequence[Constant | InfoFact]


@dataclass(frozen=True, slots=True)
class Cursor:
    key: str


@dataclass(frozen=True, slots=True)
class NodeOf:
    """The node of an edge, as the selection of this number in `ConnectionSelection.nodes` has it."""

    key: str
    at: int


@dataclass(frozen=True, slots=True)
class Edges:
    key: str
    parts: Sequence[Constant | Cursor | NodeOf]


WrittenOfPage: TypeAlias = Constant | TotalCount | SourceErrors | PageInfo | Edges


@dataclass(eq=False)
class Layout:
    """The rows that answer one question of a plan, wherever it is asked: the attributes that are read of them.

    It is not `able` when something is selected that rows do not tell.
    """

    question: Lookup[Any] | Listing[Any]
    attributes: list[str] = field(default_factory=list)
    able: bool = True
    _readers: dict[str, Sequence[Reader] | None] = field(default_factory=dict)  # by source

    def want(self, attribute: str) -> None:
        if attribute not in self.attributes:
            self.attributes.append(attribute)

    def want_id(self) -> None:
        """The id is read first."""
        self.attributes[:] = [ID, *(one for one in self.attributes if one != ID)]

    def fits(self, reading: Reading, source: str) -> bool:
        """Whether a source answers by rows, and all of this."""
        if not self.able:
            return False
        if source not in self._readers:
            tables = reading.tables(source)
            if tables is None:
                return False
            self._readers[source] = tables.readers(self.question, self.attributes)
        return self._readers[source] is not None

    def read(self, source: str) -> Sequence[Reader]:
        """How the columns of a source that fits are read."""
        return self._readers[source] or ()


@dataclass(eq=False)
class Selection:
    """Of one object type."""

    cls: type
    holds_thing: bool  # a value holds a domain value, and nothing besides but the loaders
    scope: TokenScope | None  # that a token needs for it
    is_node: bool  # that has an id, so equal ones are written once
    asking: list[Asking] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    shape: Shape = field(init=False)
    row_shapes: dict[tuple[str, bool], Shape] = field(default_factory=dict)  # by source, and whether as JSON
    tells_paths: bool = False  # something below wants to know where it stands

    @property
    def is_shared(self) -> bool:
        """Whether a thing is worth being written once for all places: there are lists in it."""
        return any(isinstance(one, Many) for one in self.asking)


@dataclass(eq=False)
class ConnectionSelection:
    """Of a connection. The nodes of each of its `edges` have a column; so has each of its `sourceErrors`."""

    wants_page: bool = False
    wants_count: bool = False
    nodes: list[Selection] = field(default_factory=list)
    errors: list[Result] = field(default_factory=list)
    layout: Layout | None = None
    written: list[WrittenOfPage] = field(default_factory=list)
    shape: ShapePages = field(init=False)
    row_shape: ShapePages = field(init=False)

    @property
    def tells_cursors(self) -> bool:
        """Whether cursors are selected: of edges, or of the first and the last."""
        parts = [part for one in self.written if isinstance(one, Edges) for part in one.parts]
        facts = [fact for one in self.written if isinstance(one, PageInfo) for fact in one.facts]
        ends = [fact for fact in facts if isinstance(fact, InfoFact) and fact.name in ENDS]
        return bool(ends) or any(isinstance(part, Cursor) for part in parts)

    tells_paths: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    root: Selection
    fields: int
