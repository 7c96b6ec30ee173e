"""How scalars and enums are written: a column of values at once where they are as they should be."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, TypeAlias

from graphql import GraphQLLeafType, Undefined

from dashgraph.graph.plan.json_texts import BOOLEANS, NULL, strings, text, texts
from dashgraph.graph.plan.selections import Deopt

LARGEST, LEAST = 2**31 - 1, -(2**31)
STRINGS = {"String", "ID", "URL", "EmailAddress"}

Writer: TypeAlias = Callable[[Sequence[Any]], list[str]]
"""The JSON of the values of a column."""


def completed(type_: GraphQLLeafType, *, nullable: bool) -> Callable[[Any], Any]:
    """What graphql-core makes of a value. Raises Deopt where that is an error."""
    coerce = type_.coerce_output_value

    def complete(value: Any) -> Any:
        if value is None or value is Undefined:
            if nullable:
                return None
            raise Deopt("null")
        found = coerce(value)
        if found is None or found is Undefined or isinstance(value, Exception):
            raise Deopt("leaf")
        return found

    return complete


def writer(type_: GraphQLLeafType, *, nullable: bool, of_text: bool = False) -> Writer:
    """`of_text`: in place of the members of an enum their texts are read."""
    complete = completed(type_, nullable=nullable)

    def each(values: Sequence[Any]) -> list[str]:
        return texts(list(map(complete, values)))

    members: type[Enum] | None = getattr(type_, "wrapped_cls", None)
    if members is not None:
        written = {member: text(type_.coerce_output_value(member)) for member in members}
        if of_text:
            return _known({member.value: one for member, one in written.items()}, str, each, nullable=nullable)
        return _known(written, members, each, nullable=nullable)
    if type_.name in STRINGS:
        return _strings(each, nullable=nullable)
    if type_.name == "Boolean":
        return _known(BOOLEANS, bool, each, nullable=nullable)
    if type_.name == "Int":
        return _integers(each)
    return each


def _strings(each: Writer, *, nullable: bool) -> Writer:
    exact = {str}
    able = ({str, type(None)}, {type(None)}) if nullable else ()

    def write(values: Sequence[Any]) -> list[str]:
        types = set(map(type, values))
        if types == exact:
            return strings(values)
        return texts(values) if types in able else each(values)

    return write


def _integers(each: Writer) -> Writer:
    exact = {int}

    def write(values: Sequence[Any]) -> list[str]:
        if set(map(type, values)) == exact and min(values) >= LEAST and max(values) <= LARGEST:
            return list(map(str, values))
        return each(values)

    return write


def _known(written: dict[Any, str], of: type, each: Writer, *, nullable: bool) -> Writer:
    """Of values that all are written before."""
    able = {of, type(None)} if nullable else {of}
    known = {**written, None: NULL} if nullable else written

    def write(values: Sequence[Any]) -> list[str]:
        if set(map(type, values)) <= able:
            found = list(map(known.get, values))
            if None not in found:
                return found  # type: ignore[return-value]
        return each(values)

    return write
