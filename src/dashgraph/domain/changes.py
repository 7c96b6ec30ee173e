"""What somebody wants changed, on which terms, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar, Final

from dashgraph.domain.ids import ResourceId
from dashgraph.domain.problems import BadInput, Problem
from dashgraph.domain.sources import Capability
from dashgraph.domain.text import storable
from dashgraph.domain.viewers import TokenScope


class Unchanged(Enum):
    """What a field of a change holds when nothing was said about it. None says that the value is to be cleared."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED
LONGEST_KEY = 200  # characters of an idempotency key


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Base of every change. One class for each mutation, named as the mutation is.

    `NEEDS` is what a source must be able to do, `SCOPE` what the token must be for, `ABOUT` the attribute whose id
    says in which source it happens. Where it depends on the thing, the token must be for one of `OR_ELSE` besides.
    `expected_revision` refuses when the thing has changed since.
    """

    NEEDS: ClassVar[Capability]
    SCOPE: ClassVar[TokenScope]
    OR_ELSE: ClassVar[tuple[TokenScope, ...]] = ()
    ABOUT: ClassVar[str]
    UNTOLD: ClassVar[frozenset[str]] = frozenset()  # attributes of which nothing is kept, not even a digest

    expected_revision: int | None = None

    @property
    def source(self) -> str:
        about = getattr(self, self.ABOUT)
        return about.source if isinstance(about, ResourceId) else str(about)

    @property
    def mutation(self) -> str:
        """The name of the mutation: `AddShare` is `addShare`."""
        name = type(self).__name__
        return name[0].lower() + name[1:]


Changes = Mapping[int, Change]  # by their places among what was sent together


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms changes that were sent together are made.

    `dry_run` finds out what would happen and changes nothing. The same `idempotency_key` with the same input is
    carried out once, however often it is sent. `again` says that it may have been begun before: what is done already
    is no obstacle then. `digest` is of all that was sent under the key, where a source is given a part of it.
    """

    dry_run: bool = False
    idempotency_key: str | None = None
    again: bool = False
    digest: str | None = None

    def __post_init__(self) -> None:
        """Raises BadInput for a key that cannot be kept."""
        key = self.idempotency_key
        if key is not None and not (1 <= len(key) <= LONGEST_KEY and storable(key)):
            message = f"An idempotencyKey has 1 to {LONGEST_KEY} characters, none of them U+0000 or half of a pair."
            raise BadInput(message, argument="idempotencyKey")


@dataclass(frozen=True, slots=True)
class Trace:
    """What a change in a system elsewhere leaves for the audit trail.

    `about` is the thing, `before` and `after` what of it is otherwise, as JSON has it. `undo` are the changes that take
    it back, in their order; without any `reason` says why it cannot be undone.
    """

    about: ResourceId | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    undo: tuple[Change, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one change: the changed thing as the viewer sees it now, or the problem.

    `facts` are what else the change has to tell. `operation` is the entry in the audit trail; None in a dry run.
    """

    thing: Any = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    operation: ResourceId | None = None
    problem: Problem | None = None
    trace: Trace | None = None  # for the trail, of sources that keep none themselves
