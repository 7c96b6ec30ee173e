"""What somebody wants changed, on which terms, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar, Final

from dashgraph.domain.ids import ResourceId
from dashgraph.domain.problems import Problem
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import TokenScope


class Unchanged(Enum):
    """What a field of a change holds when nothing was said about it. None says that the value is to be cleared."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED


class Change:
    """Base of every change. One class for each mutation, named as the mutation is.

    `NEEDS` is what a source must be able to do, `SCOPE` what the token must be for, `ABOUT` the attribute whose id
    says in which source it happens.
    """

    NEEDS: ClassVar[Capability]
    SCOPE: ClassVar[TokenScope]
    ABOUT: ClassVar[str]

    @property
    def source(self) -> str:
        about = getattr(self, self.ABOUT)
        return about.source if isinstance(about, ResourceId) else str(about)

    @property
    def name(self) -> str:
        """The name of the mutation: `AddShare` is `addShare`."""
        name = type(self).__name__
        return name[0].lower() + name[1:]


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a change is made.

    `dry_run` finds out what would happen and changes nothing. `expected_revision` refuses when the thing has changed
    since. The same `idempotency_key` with the same input is carried out once, however often it is sent.
    """

    dry_run: bool = False
    expected_revision: int | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one change: the changed thing as the viewer sees it now, or the problem.

    `facts` are what else the change has to tell. `operation` is the entry in the audit trail; None in a dry run.
    """

    thing: Any = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    operation: ResourceId | None = None
    problem: Problem | None = None
