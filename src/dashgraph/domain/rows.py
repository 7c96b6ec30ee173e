"""Answers as columns in place of domain values: only the attributes that are wanted, each read for all rows at once.

An *attribute* is named by where it stands in the domain value: `title`, `account.role`; one that holds an id of a
certain kind by both, `owner:User`. The value of an id is the source's own (`native`) one; of an enum it is its text.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

from dashgraph.domain.ids import Kind

Columns: TypeAlias = Sequence[Sequence[Any]]
"""Rows, column by column: for each attribute its values in the order of the rows."""

ID = "id"
VALUE, TIE = "sort value", "tie"  # what every list has besides the attributes of its things: a `domain.lists.Position`


def reference(attribute: str, kind: Kind) -> str:
    """The attribute that holds an id of this kind, or nothing."""
    return f"{attribute}:{kind}"
