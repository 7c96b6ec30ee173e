"""Changes as text: what somebody asked for is kept until a job makes it, and read back by the types of its fields."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from dashgraph.domain import (
    alert_changes,
    bulk,
    dashboard_changes,
    datasources,
    deliverable_changes,
    exports,
    folder_changes,
    groups,
    imports,
    jobs,
    operations,
    ownership,
    passwords,
    projects,
    promotion,
    public_links,
    reports,
    schedule_changes,
    shares,
    uploads,
    user_changes,
    widget_changes,
)
from dashgraph.domain.changes import UNCHANGED, Change, Unchanged
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.problems import BadInput
from dashgraph.domain.secrets import Secret

# Where the changes are: a change is known when its module has been loaded.
MODULES = (
    alert_changes,
    bulk,
    dashboard_changes,
    datasources,
    deliverable_changes,
    exports,
    folder_changes,
    groups,
    imports,
    jobs,
    operations,
    ownership,
    passwords,
    projects,
    promotion,
    public_links,
    reports,
    schedule_changes,
    shares,
    uploads,
    user_changes,
    widget_changes,
)
PLAIN = (str, int, float, bool, NoneType, dict, list)
UNSAID = {"": "unchanged"}  # no JSON object of a change looks like it


def written(change: Change) -> str:
    """The change as JSON. Raises BadInput for one that holds a secret: nothing would keep it from being read."""
    if change.UNTOLD:
        raise _secret(change)
    try:
        return json.dumps([change.mutation, _plain(change)], separators=(",", ":"))
    except _Holds:
        raise _secret(change) from None


def read(text: str) -> Change:
    """The change that was written, equal to what it was."""
    name, values = json.loads(text)
    found: Change = _value(_by_name()[name], values)
    return found


def changes() -> Mapping[str, type[Change]]:
    """Every change that can be made, by the name of its mutation; those that others are only built on are not."""
    return {name: kind for name, kind in _by_name().items() if not kind.__subclasses__()}


class _Holds(Exception):
    """There is a secret in it."""


def _secret(change: Change) -> BadInput:
    return BadInput(f"{change.mutation} with a password or a token in it is not kept for later; send it without a job.")


def _plain(value: Any) -> Any:
    if isinstance(value, Secret):
        raise _Holds
    if value is UNCHANGED:
        return UNSAID
    if isinstance(value, ResourceId):
        return value.encode()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, PLAIN):
        return value
    raise TypeError(type(value))


def _value(kind: Any, plain: Any) -> Any:
    """A value of this type, from what it was written as."""
    if plain == UNSAID:
        return UNCHANGED
    if get_origin(kind) in {Union, UnionType}:
        if plain is None:
            return None
        [kind] = [one for one in get_args(kind) if one not in {NoneType, Unchanged}]
    if get_origin(kind) is tuple:
        return tuple(_value(get_args(kind)[0], item) for item in plain)
    if kind is ResourceId:
        return ResourceId.decode(plain)
    if is_dataclass(kind):
        return _built(kind, plain)
    return kind(plain) if isinstance(kind, type) and issubclass(kind, Enum) else plain


def _built(kind: Any, plain: Mapping[str, Any]) -> Any:
    hints = _hints(kind)
    return kind(**{name: _value(hints[name], value) for name, value in plain.items()})


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    return get_type_hints(kind)


@cache
def _by_name() -> Mapping[str, type[Change]]:
    """Every change there is, by the name of its mutation."""
    return {kind.__name__[0].lower() + kind.__name__[1:]: kind for kind in _kinds(Change)}


def _kinds(above: type[Change]) -> Iterator[type[Change]]:
    for kind in above.__subclasses__():
        yield kind
        yield from _kinds(kind)
