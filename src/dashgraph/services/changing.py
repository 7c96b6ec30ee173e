"""Every change, whichever source it is in: rights of the token, what the source can do, and what came of it."""

from collections.abc import Sequence
from dataclasses import replace

from dashgraph.domain.changes import Change, Outcome, Terms
from dashgraph.domain.problems import BadInput, Conflict, Problem
from dashgraph.domain.viewers import Viewer
from dashgraph.sources.fleet import Fleet


class Changing:
    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    async def one(self, viewer: Viewer, change: Change, terms: Terms) -> Outcome:
        """Carry out a change. An expected failure is in the outcome; faults and a token that is not for it raise."""
        viewer.require(change.SCOPE)
        try:
            source = self._fleet.able(change.source, change.NEEDS)
            [outcome] = await source.change(viewer, [change], terms)
        except Problem as problem:
            return Outcome(problem=problem)
        return outcome

    async def each(self, viewer: Viewer, changes: Sequence[Change | Problem], terms: Terms) -> list[Outcome]:
        """Carry out many, each on its own; one outcome for each in their order. A Problem is its own outcome."""
        return [
            Outcome(problem=change)
            if isinstance(change, Problem)
            else await self.one(viewer, change, _numbered(terms, number))
            for number, change in enumerate(changes)
        ]

    async def all(self, viewer: Viewer, changes: Sequence[Change | Problem], terms: Terms) -> list[Outcome]:
        """Carry out all in one transaction, or none: then each outcome says which one stood in the way."""
        for number, change in enumerate(changes):
            if isinstance(change, Problem):
                return _none(changes, number, change)
            viewer.require(change.SCOPE)
        wanted = [change for change in changes if isinstance(change, Change)]
        try:
            if len({change.source for change in wanted}) > 1:
                message = "All or nothing holds within one source; use BEST_EFFORT for several."
                raise BadInput(message)
            for change in wanted:
                source = self._fleet.able(change.source, change.NEEDS)
            return list(await source.change(viewer, wanted, terms))
        except Problem as problem:
            culprit = problem.facts.get("number")
            return _none(changes, culprit if isinstance(culprit, int) else 0, problem)


def _none(changes: Sequence[object], number: int, problem: Problem) -> list[Outcome]:
    """The outcomes when one change kept all others from being made."""
    message = f"Not made, because item {number} cannot be: {problem.message}"
    other = Conflict(message)
    return [Outcome(problem=problem if place == number else other) for place in range(len(changes))]


def _numbered(terms: Terms, number: int) -> Terms:
    key = terms.idempotency_key
    return terms if key is None else replace(terms, idempotency_key=f"{key}/{number}")
