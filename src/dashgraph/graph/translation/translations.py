"""What comes of a translation: an operation, what it could not say, and which rows of its list are meant."""

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashgraph.graph.translation.wishes import Rows

WIDTH = 100  # of comments


@dataclass(frozen=True, slots=True)
class Walk:
    """How exactly the rows that are meant are had: `page` answers some, `step` only goes past them.

    Both take `$first` and `$after`; `keys` lead to the list in the answer.
    """

    keys: tuple[str, ...]
    rows: Rows
    page: str
    step: str


@dataclass(frozen=True, slots=True)
class Translation:
    """`missing` are variables without a value, with their types: what the request should have said."""

    operation: str
    notes: Sequence[str] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    walk: Walk | None = None

    @property
    def text(self) -> str:
        """The operation with everything to know about it as comments."""
        notes = list(self.notes)
        if self.missing:
            wanted = ", ".join(f"${name} ({kind})" for name, kind in self.missing.items())
            notes.append(f"To be given as variables: {wanted}.")
        lines = [line for note in notes for line in _comment(note)]
        if self.variables:
            lines.append(f"# Variables: {json.dumps(self.variables, ensure_ascii=False)}")
        return "\n".join([*lines, self.operation])


def _comment(note: str) -> list[str]:
    return textwrap.wrap(note, WIDTH, initial_indent="# ", subsequent_indent="#   ", break_long_words=False)
