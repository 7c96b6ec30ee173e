"""Writes the query that answers a GET: what to select, in which order, which rows, and what cannot be said."""

from dataclasses import dataclass, field, replace
from typing import cast

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
)

from dashgraph.domain.ids import Kind
from dashgraph.domain.lists import LARGEST_PAGE
from dashgraph.domain.problems import BadInput
from dashgraph.graph.translation.matching import Match, parameters
from dashgraph.graph.translation.requests import Request
from dashgraph.graph.translation.routes import Read, Record
from dashgraph.graph.translation.selections import (
    Tree,
    grow,
    input_at,
    is_page,
    literal,
    paged,
    put,
    root,
    selected,
    typed,
    written,
)
from dashgraph.graph.translation.translations import Translation, Walk
from dashgraph.graph.translation.wishes import Expansion, Fields, Rows, expansion, nearest, order, rows

ALL = "scope: ALL"
WORDS = {"ad": "DIRECTORY", "sisense": "SOURCE"}  # of a filter, where they are not the graph's in small letters


def query(request: Request, match: Match, read: Read, *, everything: bool) -> Translation:
    """Raises BadInput for what the vendor would refuse as well, and for what cannot be read."""
    return _Query(request, match, read, everything or read.everything).translation()


@dataclass(frozen=True, slots=True)
class _Step:
    """A field on the way to what answers."""

    name: str
    field: GraphQLField
    arguments: list[str]

    @property
    def kind(self) -> str:
        return str(get_named_type(self.field.type).name)

    def opened(self, more: tuple[str, ...] = ()) -> str:
        arguments = [*more, *self.arguments]
        return f"{self.name}({', '.join(arguments)})" if arguments else self.name


@dataclass
class _Query:
    request: Request
    match: Match
    read: Read
    everything: bool
    notes: list[str] = field(default_factory=list)

    def translation(self) -> Translation:
        self.notes += [*self.match.notes, *self.read.notes]
        self._note_parameters()
        record = self.match.vendor.records[self.read.record]
        wanted = expansion(self.request, self.read.includes, self.read.expanded)
        tree = self._tree(wanted, record)
        if self.read.nodes is not None:
            body = (
                f"nodes({self._nodes(*self.read.nodes)}) {{ ... on {record.type} {{ {selected(tree, record.type)} }} }}"
            )
            return Translation(written("query", body), self.notes)
        *above, last = self._steps()
        opening = "".join(f"{step.opened()} {{ " for step in above)
        closing = " }" * len(above)
        if is_page(last.kind) and last.kind != record.type:
            last = replace(last, arguments=[*self._order(last, record), *self._filter(last), *last.arguments])
            keys = tuple(step.name for step in (*above, last))
            return self._list(opening, last, selected(tree, record.type), closing, keys)
        body = f"{opening}{last.opened()} {{ {selected(tree, last.kind)} }}{closing}"
        return Translation(written("query", body), self.notes)

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _note_parameters(self) -> None:
        known = parameters(self.match.vendor, self.read)
        for name in dict.fromkeys(name for name, _ in self.request.parameters):
            if name not in known:
                self._note(f"`{name}` is no parameter that is known here{nearest(name, sorted(known))}.")

    # The way

    def _steps(self) -> list[_Step]:
        """The fields from the root to what answers, with the arguments that say of what."""
        steps: list[_Step] = []
        parent: GraphQLObjectType | GraphQLInterfaceType = root("query")
        for part in self.read.at.split("/"):
            name, _, parameter = part.partition(":")
            found = parent.fields[name]
            kind = get_named_type(found.type).name
            arguments = []
            if parameter:
                native = self.match.bound.get(parameter) or next(iter(self.request.named(parameter)), None)
                if native is None:
                    message = f"The request does not say `{parameter}`."
                    raise BadInput(message)
                arguments.append(f"id: {literal(self.match.id(Kind(kind), native), found.args['id'].type)}")
            if "source" in found.args:
                arguments.append(f"source: {literal(self.match.place.name, found.args['source'].type)}")
            if "sources" in found.args and self.match.others:
                arguments.append(f"sources: {literal([self.match.place.name], found.args['sources'].type)}")
            if "scope" in found.args and self.everything:
                arguments.append(ALL)
            steps.append(_Step(name, found, arguments))
            parent = typed(kind)
        return steps

    def _nodes(self, kind: Kind, templates: tuple[str, ...]) -> str:
        """The ids of `nodes`, made of the path and the parameters; of a list, each."""
        said = {name: ",".join(self.request.named(name)) for name, _ in self.request.parameters} | self.match.bound
        try:
            texts = [template.format(**said) for template in templates]
        except KeyError as error:
            message = f"The request does not say `{error.args[0]}`."
            raise BadInput(message) from None
        ids = [self.match.id(kind, native) for text in texts for native in text.split(",") if native]
        arguments = [f"ids: {literal(ids, root('query').fields['nodes'].args['ids'].type)}"]
        return ", ".join([*arguments, ALL] if self.everything else arguments)

    # What is selected

    def _tree(self, wanted: Expansion, record: Record) -> Tree:
        """The fields of one thing and, of what is expanded, the fields below."""
        tree: Tree = {}
        for name, places in self._chosen(wanted.fields, record).items():
            if name not in wanted.below:
                grow(tree, places)
        for name, below in wanted.below.items():
            if name not in record.expands:
                raise BadInput(_not_expandable(name, record))
            place, target = record.expands[name]
            tree.pop(place, None)
            first = f"(first: {min(below.many, LARGEST_PAGE)})" if below.many else ""
            tree[place + first] = self._tree(below, self.match.vendor.records[target])
        return tree or {"id" if "id" in typed(record.type).fields else "__typename": {}}

    def _chosen(self, wanted: Fields, record: Record) -> dict[str, str]:
        """The fields that are wanted, with a note for each that there is not."""
        for name in wanted.names:
            if name in record.gone:
                self._note(f"`{name}` of {record.plural}: {record.gone[name]}.")
            elif name not in record.fields and name not in record.expands:
                self._note(f"{record.plural.capitalize()} have no `{name}`{nearest(name, list(record.fields))}.")
        if wanted.only:
            return {name: record.fields[name] for name in wanted.names if name in record.fields}
        return {name: places for name, places in record.fields.items() if name not in wanted.names}

    # Which rows, in which order

    def _list(self, opening: str, last: _Step, selection: str, closing: str, keys: tuple[str, ...]) -> Translation:
        """A list in pages: the operation for people, and those by which exactly the rows that are meant are had."""
        wanted = rows(self.request, self.read.paging)
        size = min(wanted.limit or LARGEST_PAGE, LARGEST_PAGE)
        self._note_rows(wanted, size)

        def one(head: str, first: str, below: str) -> str:
            return written(head, f"{opening}{last.opened((f'first: {first}', 'after: $after'))} {below}{closing}")

        page, walking = paged(selection, more=True), "query ($first: Int!, $after: String)"
        told = one("query ($after: String)", str(size), page)
        several = one(walking, "$first", page) if size == LARGEST_PAGE else told  # the last of several is shorter
        return Translation(
            told, self.notes, walk=Walk(keys, wanted, several, one(walking, "$first", paged("", more=True)))
        )

    def _note_rows(self, wanted: Rows, size: int) -> None:
        if wanted.skip:
            self._note(
                f"A list goes on after a cursor, not after {wanted.skip} rows: give as `after` the `endCursor` of the "
                f"page before. --run goes past the first {wanted.skip} so."
            )
        if wanted.limit is None or wanted.limit > size:
            meant = "all" if wanted.limit is None else f"all {wanted.limit}"
            self._note(f"A page has {LARGEST_PAGE} rows at most: for {meant}, go on with its `endCursor` as `after`.")
        for name in {"after", "before"} & self.read.paging.names:
            if self.request.named(name):
                self._note(f"`{name}` is a cursor of {self.match.vendor.name}: begin anew, and go on with the graph's.")

    def _order(self, step: _Step, record: Record) -> list[str]:
        """The sort argument, where a known key is asked for."""
        asked = order(self.request) if "sort" in self.match.vendor.selecting else None
        if asked is None:
            return []
        name, down = asked
        kind = cast("GraphQLEnumType", get_named_type(step.field.args["sort"].type))
        keys = {one: _key(one, record) for one in {**record.fields, **record.sorts}}
        sortable = [one for one, key in keys.items() if f"{key}_ASC" in kind.values]
        if name not in sortable:
            self._note(f"{record.plural.capitalize()} are not sorted by `{name}`{nearest(name, sortable)}.")
            return []
        if "," in ",".join(self.request.named("sort")):
            self._note(f"A list is sorted by one key: by `{name}`.")
        return [f"sort: {keys[name]}_{'DESC' if down else 'ASC'}"]

    def _filter(self, step: _Step) -> list[str]:
        found: dict[str, object] = {}
        if self.read.project and self.match.is_live:
            project = self.match.id(Kind.PROJECT, self.match.bound[self.read.project])
            put(found, "project.eq", project)
        elif self.read.project:
            self._note(f"There are no projects in {self.match.place.name}: this is of all of it.")
        for name, place in self.read.filters.items():
            values = [value for value in self.request.named(name) if value]
            if values:
                self._condition(found, name, place, values, step.field.args["filter"].type)
        return [f"filter: {literal(found, step.field.args['filter'].type)}"] if found else []

    def _condition(
        self, found: dict[str, object], name: str, place: str, values: list[str], kind: GraphQLInputType
    ) -> None:
        place, _, thing = place.partition("@")
        leaf = get_nullable_type(input_at(kind, place))
        many = isinstance(leaf, GraphQLList)
        texts = [one for value in values for one in value.split(",")] if many else values[-1:]
        meant = [self.match.id(Kind(thing), one) if thing else _word(one, leaf) for one in texts]
        if None in meant:
            allowed = _allowed(leaf)
            self._note(f"`{name}` is one of {', '.join(allowed)}: it is left out here.")
        else:
            put(found, place, meant if many else meant[0])


def _key(name: str, record: Record) -> str:
    """The graph's key of sorting by a field."""
    if name in record.sorts:
        return record.sorts[name]
    place = record.fields[name].split()[0].partition(".")[0]
    if place == "nativeId":
        return "ID"
    return "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in place)


def _word(text: str, kind: object) -> str | bool | None:
    """What a word of a filter is in the graph; None when it is none of the words there are."""
    named = get_named_type(kind)  # type: ignore[call-overload]
    if isinstance(named, GraphQLEnumType):
        word = WORDS.get(text.lower(), text.upper())
        return word if word in named.values else None
    if named.name == "Boolean":
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower())
    return text


def _allowed(kind: object) -> list[str]:
    named = get_named_type(kind)  # type: ignore[call-overload]
    if isinstance(named, GraphQLEnumType):
        return [word.lower() for word in named.values]
    return ["true", "false"]


def _not_expandable(name: str, record: Record) -> str:
    there = ", ".join(record.expands) or "nothing"
    return f"`{name}` of {record.plural} cannot be expanded; what can: {there}{nearest(name, list(record.expands))}."
