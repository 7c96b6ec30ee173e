"""How long things are kept that nobody sees any more."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Retention:
    """`trash` is how long a deleted dashboard can be taken back, `undo` how long an operation can be undone."""

    trash: timedelta = timedelta(days=30)
    undo: timedelta = timedelta(days=30)


USUAL = Retention()
