"""How scalars and enums are written: in a line of generated code where the value is as it should be."""

from collections.abc import Callable
from enum import Enum
from typing import Any

from graphql import GraphQLLeafType, Undefined

from dashgraph.graph.plan.selections import Deopt

LARGEST, LEAST = 2**31 - 1, -(2**31)
TEXTS = {"String", "ID", "URL", "EmailAddress"}
TYPES: dict[str, type] = {"Boolean": bool}


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


def expression(
    read: str, type_: GraphQLLeafType, *, nullable: bool, names: dict[str, Any], of_text: bool = False
) -> str:
    """Code for what is written of the value that `read` is code for. What it needs goes into `names`.

    `of_text`: in place of the members of an enum their texts are read.
    """
    slow = named(names, completed(type_, nullable=nullable))
    if type_.name in TEXTS:
        null = " or v is None" if nullable else ""
        return f"v if type(v := {read}) is str{null} else {slow}(v)"
    if type_.name in TYPES:
        return f"v if type(v := {read}) is {TYPES[type_.name].__name__} else {slow}(v)"
    if type_.name == "Int":
        return f"v if type(v := {read}) is int and {LEAST} <= v <= {LARGEST} else {slow}(v)"
    members: type[Enum] | None = getattr(type_, "wrapped_cls", None)
    if members is not None:
        if of_text:
            texts = named(names, {member.value: type_.coerce_output_value(member) for member in members})
            return f"{texts}.get(v := {read}) or {slow}(v)"
        written = named(names, {member: type_.coerce_output_value(member) for member in members})
        return f"{written}[v] if type(v := {read}) is {named(names, members)} else {slow}(v)"
    return f"{slow}({read})"


def named(names: dict[str, Any], value: Any) -> str:
    """A name for this that nothing else has."""
    name = f"n{len(names)}"
    names[name] = value
    return name
