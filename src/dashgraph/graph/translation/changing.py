"""Writes the mutation that does what a POST, PUT, PATCH or DELETE does, its input filled from the path and the body."""

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_input_field,
)

from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import BadInput
from dashgraph.graph.translation.matching import Match
from dashgraph.graph.translation.requests import Request
from dashgraph.graph.translation.routes import SOURCE, Change, Follow, Value, Write
from dashgraph.graph.translation.selections import SCHEMA, Missing, literal, put, root, typed, written
from dashgraph.graph.translation.translations import Translation

ABSENT = object()  # null is a value: it clears
NAMES = re.compile(r"\{([\w.]+)\}")
SUBSCRIPTION = cast("GraphQLObjectType", SCHEMA.subscription_type)
SUBJECTS = {"user": Kind.USER, "group": Kind.GROUP}
TOLD = (  # of what a change answers, where there is such a field
    *("id", "nativeId", "title", "name", "displayName", "email", "status", "enabled", "rule"),
    *("document", "outcome", "reason", "code", "message", "path", "kind"),
)


def mutation(request: Request, match: Match, write: Write) -> Translation:
    """Raises BadInput for values that do not fit the graph."""
    said = _Said(request.body, match.bound, _flat(request.parameters))
    called = [one for one in write.changes if any(said.calls(when) for when in one.when)]
    changes = called or [one for one in write.changes if not one.when] or write.changes[:1]
    writing = _Writing(match)
    fields = [writing.field(one, said) for one in changes]
    declared = ", ".join(f"${name}: {kind}" for name, kind in writing.kinds.items())
    notes = [*match.notes, *write.notes, *_unsaid(write, said)]
    if not called and write.changes[0].when and request.body is None:
        notes.append("What changes is said in the body: give it with --body.")
    return Translation(
        written(f"mutation ({declared})" if declared else "mutation", " ".join(fields)),
        notes,
        writing.values,
        {name: kind for name, kind in writing.kinds.items() if name not in writing.values},
    )


def following(request: Request, match: Match, follow: Follow) -> Translation:
    """The subscription for a GET that goes on answering."""
    said = _Said(request.body, match.bound, _flat(request.parameters))
    kind = SUBSCRIPTION.fields[follow.field].args[follow.argument].type
    of = literal(_Writing(match).made(follow.value, said), kind)
    body = f"{follow.field}({follow.argument}: {of}) {{ {follow.selection} }}"
    return Translation(written("subscription", body), [*match.notes, *follow.notes])


def _flat(parameters: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The parameters, those given several times with commas between."""
    found: dict[str, str] = {}
    for name, value in parameters:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


@dataclass(frozen=True, slots=True)
class _Said:
    """Everything that the request says, by name."""

    body: object
    bound: Mapping[str, str]
    parameters: Mapping[str, str]

    def value(self, name: str) -> object:
        """What stands in the body under this dotted name, or among the parameters; ABSENT when neither does."""
        here = self.body
        if not name:
            return ABSENT if here is None else here
        for step in name.split("."):
            if not isinstance(here, Mapping) or step not in here:
                return self.parameters.get(name, ABSENT)
            here = here[step]
        return here

    def calls(self, when: str) -> bool:
        name, compared, wanted = when.partition("=")
        found = self.value(name)
        return found is not ABSENT and (not compared or str(found) == wanted)

    def filled(self, template: str) -> object:
        """A text made of what is said under the names in it, of the path first."""
        parts = {name: self.bound.get(name, self.value(name)) for name in NAMES.findall(template)}
        if ABSENT in parts.values():
            return ABSENT
        return NAMES.sub(lambda found: str(parts[found[1]]), template)

    def within(self, member: object) -> "_Said":
        """A member of a list, said alone."""
        return _Said(member, {}, {})


@dataclass
class _Writing:
    match: Match
    kinds: dict[str, str] = field(default_factory=dict)  # of the variables
    values: dict[str, Any] = field(default_factory=dict)

    def field(self, change: Change, said: _Said) -> str:
        """One field of the mutation, with everything that the request says in its input."""
        found = root("mutation").fields[change.mutation]
        kind = found.args["input"].type
        given = self._object(change.given, said)
        text = literal(_completed(given, kind), kind, self._aside)
        return f"{change.mutation}(input: {text}) {{ {_told(get_named_type(found.type))} }}"

    def _object(self, given: Mapping[str, Value | str | bool], said: _Said) -> dict[str, Any]:
        tree: dict[str, Any] = {}
        for place, value in given.items():
            meant = not isinstance(value, Value) or not value.only or said.calls(value.only)
            made = self.made(value, said) if meant else ABSENT
            if made is not ABSENT:
                put(tree, place, made)
        return tree

    def made(self, value: Value | str | bool, said: _Said) -> object:
        if not isinstance(value, Value):
            return self.match.place.name if value == SOURCE else value
        found = said.filled(value.name) if "{" in value.name else said.value(value.name)
        if found is ABSENT or found is None:
            return found
        if value.each:
            return self._members(value.each, found, said)
        if value.member and isinstance(found, list):
            one = replace(value, name=value.member, member="")
            made = [self.made(one, said.within(member)) for member in found]
            return [member for member in made if member is not ABSENT]
        if value.kind is not None:
            by = said.value(value.kind_by) if value.kind_by else None
            return self._ids(found, SUBJECTS.get(str(by), value.kind))
        return _worded(value, found) if value.words else found

    def _members(self, each: Mapping[str, Value | str | bool], found: object, said: _Said) -> object:
        """An object for each member of a list, or for a single thing that stands where a list may."""
        members = found.split(",") if isinstance(found, str) else found
        if isinstance(members, list):
            return [self._object(each, said.within(one)) for one in members]
        return self._object(each, said.within(members))

    def _ids(self, found: object, kind: Kind) -> object:
        if isinstance(found, str) and "," in found:
            found = found.split(",")
        if isinstance(found, list):
            return [self._ids(one, kind) for one in found]
        return self.match.id(kind, str(found))

    def _aside(self, value: object, kind: GraphQLInputType) -> str:
        """A variable for the value: a new one, unless it is the same that is missing elsewhere."""
        missing = isinstance(value, Missing)
        stem = value.name if isinstance(value, Missing) else "json"
        name, number = stem, 1
        while name in self.kinds and not (missing and name not in self.values and self.kinds[name] == str(kind)):
            number += 1
            name = f"{stem}{number}"
        self.kinds[name] = str(kind)
        if not missing:
            self.values[name] = value
        return f"${name}"


def _worded(value: Value, found: object) -> object:
    """What a word is in the graph. Raises BadInput for one that is none of those there are."""
    if not isinstance(found, Hashable) or found not in value.words:
        allowed = ", ".join(str(word).lower() for word in value.words if word != "")
        message = f"`{value.name}` is one of: {allowed}."
        raise BadInput(message)
    return value.words[found]


def _completed(value: object, kind: GraphQLInputType) -> object:
    """The value with Missing wherever the graph has to know what the request does not say."""
    if isinstance(value, list):
        return [_completed(one, kind) for one in value]
    bare = get_named_type(kind)
    if not isinstance(value, Mapping) or not isinstance(bare, GraphQLInputObjectType):
        return value
    found = {name: _completed(one, bare.fields[name].type) for name, one in value.items()}
    for name, one in bare.fields.items():
        if name not in found and is_required_input_field(one):
            found[name] = _completed({}, one.type) if _is_object(one.type) else Missing(name)
    return found


def _is_object(kind: GraphQLInputType) -> bool:
    return isinstance(kind, GraphQLNonNull) and isinstance(kind.of_type, GraphQLInputObjectType)


def _told(kind: GraphQLObjectType) -> str:
    """What to ask of what came of a change: the errors, counts, and what names the things in it."""
    parts = []
    for name, one in typed(kind.name).fields.items():
        inner = get_named_type(one.type)
        if is_leaf_type(inner):
            parts.append(name)
        elif inner.name.endswith("Payload") or inner.name == "ImportResult":
            parts.append(f"{name} {{ {_told(inner)} }}")
        elif hasattr(inner, "fields") and name != "operation":
            known = [label for label in TOLD if label in inner.fields and not inner.fields[label].args]
            leaves = [label for label in known if is_leaf_type(get_named_type(inner.fields[label].type))]
            if leaves:
                parts.append(f"{name} {{ {' '.join(leaves)} }}")
    return " ".join(parts)


def _unsaid(write: Write, said: _Said) -> Iterator[str]:
    """A note for each name in the request that says nothing to the graph; what it holds is never shown."""
    known = {*write.ignored, *(name for one in write.changes for name in _names(one.given.values()))}
    known |= {when.partition("=")[0].partition(".")[0] for one in write.changes for when in one.when}
    bodies = said.body if isinstance(said.body, list) else [said.body]
    keys = [key for body in bodies if isinstance(body, Mapping) for key in body]
    whole = any(value.name == "" and not value.each for one in write.changes for value in _values(one.given.values()))
    for name in dict.fromkeys((*(() if whole else keys), *said.parameters)):
        if name not in known:
            yield f"`{name}` of the request has no equal here."


def _values(given: Any) -> Iterator[Value]:
    for value in given:
        if isinstance(value, Value):
            yield value
            yield from _values(value.each.values())


def _names(given: Any) -> Iterator[str]:
    """The first part of every name that values are taken from."""
    for value in _values(given):
        for name in (*(NAMES.findall(value.name) or [value.name]), value.kind_by):
            yield name.partition(".")[0]
