"""The words in which the tables of the vendors are written: records, reads, writes, and where a request's values go."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from dashgraph.domain.ids import Kind
from dashgraph.domain.sources import SourceKind


@dataclass(frozen=True, slots=True)
class Record:
    """What a vendor calls the parts of one thing.

    `fields` leads from the vendor's name to places in the graph: dotted, several apart by a space. `expands` leads
    from what may be expanded to the field of the graph and the record of what is there. `gone` has no equal, and says
    why.
    """

    type: str  # of the graph
    plural: str  # as people say it
    fields: Mapping[str, str]
    expands: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    gone: Mapping[str, str] = field(default_factory=dict)
    sorts: Mapping[str, str] = field(default_factory=dict)  # where the key of sorting is not that of the field


class Paging(Enum):
    """How a vendor's lists are cut: the parameters, and how many rows come when nothing is said (None: all)."""

    SKIP = ("limit", "skip", None)
    OFFSET = ("limit", "offset", 100)
    PAGES = ("pageSize", "page", None)
    CURSORS = ("limit", None, 20)
    NONE = (None, None, None)

    @property
    def names(self) -> set[str]:
        here = {name for name in self.value[:2] if name}
        return here | ({"after", "before"} if self is Paging.CURSORS else set())


@dataclass(frozen=True, slots=True)
class Read:
    """A GET. `at` leads to the field that answers it: `dashboard:id/widgets` is `dashboard(id: ...) { widgets }`.

    `filters` leads from a parameter to a place in the filter, with the kind of thing behind @ where it is an id;
    `includes` from a parameter to what it expands. `nodes` are the native ids of `nodes(ids:)`, made of parameters.
    """

    path: str
    at: str
    record: str
    paging: Paging = Paging.NONE
    filters: Mapping[str, str] = field(default_factory=dict)
    includes: Mapping[str, str] = field(default_factory=dict)
    expanded: tuple[str, ...] = ()  # without being asked for
    nodes: tuple[Kind, tuple[str, ...]] | None = None
    project: str = ""  # the name in the path of the project that the list is of
    ignored: tuple[str, ...] = ()  # parameters that change nothing here
    everything: bool = False  # not only what the caller sees
    notes: tuple[str, ...] = ()
    method: str = "GET"


@dataclass(frozen=True, slots=True)
class Value:
    """What stands in the body (dotted) or among the parameters under this name, in other words where `words` has them.

    With `kind` it is an id, or several, of what `kind_by` names where it is said; `name` may then be made of several
    names: `{dashboardId}/{id}`, and in lists of objects it stands under `member` of each. With `each` it is an object,
    or a list of objects, made the same way.
    """

    name: str
    kind: Kind | None = None
    kind_by: str = ""
    member: str = ""
    only: str = ""  # as in `when` of a change
    words: Mapping[Any, object] = field(default_factory=dict)
    each: Mapping[str, "Value | str | bool"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A mutation and what its input is made of, by place in the input. `when` names what calls for it.

    `name` calls by being there, `name=value` by having this value.
    """

    mutation: str
    given: Mapping[str, Value | str | bool]  # a text or truth value is meant as it stands
    when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Write:
    """A request that changes something: those of its changes that are called for, else those that need no call."""

    method: str
    path: str
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()  # names in the request that say nothing to the graph


@dataclass(frozen=True, slots=True)
class Follow:
    """A GET that goes on answering: the field of a subscription, of what, and what is asked of each event."""

    path: str
    field: str
    argument: str
    value: Value
    selection: str
    notes: tuple[str, ...] = ()
    method: str = "GET"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A request that is no operation of the graph, and why, or what takes its place. `*` is any, `**` any more."""

    path: str
    reason: str
    method: str = "*"


Route = Read | Write | Follow | Elsewhere


@dataclass(frozen=True, slots=True)
class Vendor:
    kind: SourceKind
    name: str
    prefixes: tuple[str, ...]  # what paths begin with, the usual one first; people leave it out too
    hosts: tuple[str, ...]  # where the vendor itself serves it
    ids: str  # what ids look like
    natives: Mapping[Kind, str]  # how the connector joins native ids of parts of the path; `{here}` is the one said
    selecting: tuple[str, ...]  # the parameters that choose fields, what is expanded, and the order
    records: Mapping[str, Record]
    routes: tuple[Route, ...]


SOURCE = "{source}"  # stands for the name of the source


def ident(kind: Kind, name: str) -> Value:
    return Value(name, kind=kind)


def same(*names: str) -> dict[str, Value | str | bool]:
    """Inputs that are called the same."""
    return {name: Value(name) for name in names}
