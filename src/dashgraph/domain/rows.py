"""Answers as rows in place of domain values: only the attributes that are wanted, read by position.

An *attribute* is named by where it stands in the domain value: `title`, `account.role`; one that holds an id of a
certain kind by both, `owner:User`. The value of an id is the source's own (`native`) one; of an enum it is its text.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from dashgraph.domain.ids import Kind

Row: TypeAlias = Sequence[Any]

Reader: TypeAlias = Callable[[Any], Any] | None
"""Makes the value of an attribute out of what stands in a row; None where it is that already."""

ID = "id"
VALUE, TIE = "sort value", "tie"  # what every list has besides the attributes of its things: a `domain.lists.Position`


def reference(attribute: str, kind: Kind) -> str:
    """The attribute that holds an id of this kind, or nothing."""
    return f"{attribute}:{kind}"
