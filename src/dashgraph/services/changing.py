"""Every change, whichever source it is in: rights of the token, what the source can do, and what came of it."""

from collections.abc import Sequence

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
            return (await source.change_all(viewer, {0: change}, terms))[0]
        except Problem as problem:
            return Outcome(problem=problem)

    async def each(self, viewer: Viewer, changes: Sequence[Change | Problem], terms: Terms) -> list[Outcome]:
        """Carry out many, each on its own; one outcome for each in their order. A Problem is its own outcome."""
        outcomes: dict[int, Outcome] = {}
        able: dict[str, dict[int, Change]] = {}
        for place, change in enumerate(changes):
            if isinstance(change, Problem):
                outcomes[place] = Outcome(problem=change)
                continue
            viewer.require(change.SCOPE)
            try:
                source = self._fleet.able(change.source, change.NEEDS)
            except Problem as problem:
                outcomes[place] = Outcome(problem=problem)
            else:
                able.setdefault(source.name, {})[place] = change
        for source in self._fleet.named(list(able)):
            wanted = able[source.name]
            try:
                outcomes |= await source.change_each(viewer, wanted, terms)
            except Problem as problem:
                outcomes |= dict.fromkeys(wanted, Outcome(problem=problem))
        return [outcomes[place] for place in range(len(changes))]

    async def all(self, viewer: Viewer, changes: Sequence[Change | Problem], terms: Terms) -> list[Outcome]:
        """Carry out all in one transaction, or none: then each outcome says which one stood in the way."""
        wanted: dict[int, Change] = {}
        for place, change in enumerate(changes):
            if isinstance(change, Problem):
                return _none(changes, place, change)
            viewer.require(change.SCOPE)
            wanted[place] = change
        try:
            if len({change.source for change in wanted.values()}) > 1:
                message = "All or nothing holds within one source; use BEST_EFFORT for several."
                raise BadInput(message)
            for change in wanted.values():
                source = self._fleet.able(change.source, change.NEEDS)
            outcomes = await source.change_all(viewer, wanted, terms)
        except Problem as problem:
            return _none(changes, problem.facts.get("number"), problem)
        return [outcomes[place] for place in wanted]


def _none(changes: Sequence[object], number: object, problem: Problem) -> list[Outcome]:
    """The outcomes when nothing was made: because of one change, or without a number because of all together."""
    if number is None:
        return [Outcome(problem=problem)] * len(changes)
    message = f"Not made, because item {number} cannot be: {problem.message}"
    other = Conflict(message)
    return [Outcome(problem=problem if place == number else other) for place in range(len(changes))]
