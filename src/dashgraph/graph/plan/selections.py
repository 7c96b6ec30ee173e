"""What is selected of a type, laid out: which questions its values ask, and how they are written."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from graphql import FieldNode, GraphQLLeafType, GraphQLObjectType

from dashgraph.domain.lists import Listing, Lookup, Wish
from dashgraph.domain.rows import ID, Columns
from dashgraph.domain.viewers import TokenScope
from dashgraph.graph.declarations import Derived, Fact
from dashgraph.graph.plan.arguments import Arguments
from dashgraph.services.reading import Reading

Json: TypeAlias = str | list[str]
"""JSON as a text (see `json_texts`), or in pieces: what is long is not copied whenever it is put into something longer.

What is selected decides which of both it is: a text, unless it `is_long`.
"""

Shape: TypeAlias = Callable[[Sequence[Any], Sequence[Sequence[Json]]], list[Json]]
"""Writes values. For each field that is asked for there is a column, with what was written for each value."""

ShapeRows: TypeAlias = Callable[[int, Columns, Sequence[Sequence[Json]]], list[Json]]
"""Writes so many rows, of these attributes. For each field that is asked for there is a column as above."""

ShapePages: TypeAlias = Callable[..., list[Json]]
"""Writes pages; see `graph.plan.page_shaping`."""

Waiting: TypeAlias = Callable[[], Coroutine[Any, Any, None]]
"""Something to be waited for."""


class Bail(Exception):
    """The operation is for the reference path. Its text is why, in a word."""


class Deopt(Exception):
    """Something that only the reference path answers exactly. Its text is why, in a word."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar or an enum: `complete` makes of a value what is answered, and raises Deopt where it cannot."""

    complete: Callable[[Any], Any]
    is_long = False


@dataclass(frozen=True, slots=True)
class Objects:
    """Something with fields of its own, of one of these classes."""

    nullable: bool
    selections: Mapping[type, "Selection | ConnectionSelection"]

    @property
    def is_long(self) -> bool:
        return any(one.is_long for one in self.selections.values())


@dataclass(frozen=True, slots=True)
class ListOf:
    nullable: bool
    item: "Result"

    @property
    def is_long(self) -> bool:
        return self.item.is_long


Result: TypeAlias = Leaf | Objects | ListOf


@dataclass(eq=False, slots=True)
class One:
    """A field that leads to the thing whose id is in an attribute."""

    lookup: Lookup[Any]
    attribute: str
    selection: "Selection"
    layout: "Layout"

    @property
    def is_long(self) -> bool:
        return self.selection.is_long


@dataclass(eq=False, slots=True)
class Many:
    """A field that leads to a page of what hangs off each value."""

    listing: Listing[Any]
    arguments: Arguments
    selection: "ConnectionSelection"
    wish: Wish | None = None  # what the arguments mean, once it is known and the same for every request

    @property
    def is_long(self) -> bool:
        return self.selection.is_long


@dataclass(eq=False, slots=True)
class Inner:
    """A field that shows the domain values in an attribute."""

    attribute: str
    selection: "Selection"

    @property
    def is_long(self) -> bool:
        return self.selection.is_long


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

    @property
    def is_long(self) -> bool:
        return self.result.is_long


Asking: TypeAlias = One | Many | Inner | Custom


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
    _fits: dict[str, bool] = field(default_factory=dict)  # by source

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
        if source not in self._fits:
            tables = reading.tables(source)
            if tables is None:  # perhaps a name that a client made up, and not to be remembered
                return False
            self._fits[source] = tables.answers(self.question, self.attributes)
        return self._fits[source]


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
    row_shapes: dict[str, ShapeRows] = field(default_factory=dict)  # by source
    tells_paths: bool = False  # something below wants to know where it stands

    def is_shared(self, listing: Listing[Any]) -> bool:
        """Whether a thing of this list is written once for all places: it stands at several, or there are lists in it.

        What is asked for under it is then asked for once.
        """
        return listing.many_to_many or any(isinstance(one, Many) for one in self.asking)

    @cached_property
    def has_lists(self) -> bool:
        """Whether there may be lists in it, or in what it leads to."""
        return any(
            one.selection.has_lists if isinstance(one, One) else not isinstance(getattr(one, "result", None), Leaf)
            for one in self.asking
        )

    @cached_property
    def is_long(self) -> bool:
        """Whether there may be lists of lists in it."""
        return any(one.is_long for one in self.asking)


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

    @cached_property
    def is_long(self) -> bool:
        """Whether there may be lists in its nodes."""
        return any(one.has_lists for one in self.nodes) or any(one.is_long for one in self.errors)

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
