"""Every change, whichever source it is in: rights of the token, what the source can do, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dashgraph.domain.changes import Change, Changes, Outcome, Terms
from dashgraph.domain.digests import digest_of
from dashgraph.domain.exports import Export
from dashgraph.domain.operations import UndoOperation
from dashgraph.domain.ownership import TransferOwnership
from dashgraph.domain.problems import BadInput, Conflict, Problem
from dashgraph.domain.viewers import Viewer
from dashgraph.services.elsewhere import Elsewhere
from dashgraph.services.exports_elsewhere import ExportsElsewhere
from dashgraph.services.handing import HandingOver
from dashgraph.services.reading import Reading
from dashgraph.services.trail import Trail
from dashgraph.sources.fleet import Fleet
from dashgraph.sources.port import Source


class Changing:
    """`trail` is where changes are written down that are made in sources which keep no trail themselves."""

    def __init__(self, fleet: Fleet, trail: Trail) -> None:
        self._fleet = fleet
        self.elsewhere = Elsewhere(fleet, trail)
        self._exports = ExportsElsewhere(Reading(fleet))
        self._handing = HandingOver(fleet, trail, self.one)

    async def one(self, viewer: Viewer, change: Change, terms: Terms) -> Outcome:
        """Carry out a change. An expected failure is in the outcome; faults and a token that is not for it raise."""
        viewer.require(change.SCOPE)
        try:
            if isinstance(change, UndoOperation):
                undone = await self.elsewhere.undo(viewer, change, terms)
                if undone is not None:
                    return undone
            if isinstance(change, TransferOwnership) and change.everywhere:
                return await self._handing.everywhere(viewer, change, terms)
            source = self._fleet.able(change)
            if isinstance(change, Export) and not source.keeps_trail:
                change = await self._exports.kept_here(viewer, change)
                source = self._fleet.able(change)
            if not source.keeps_trail:
                return (await self.elsewhere.each(source, viewer, {0: change}, terms))[0]
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
                source = self._fleet.able(change)
            except Problem as problem:
                outcomes[place] = Outcome(problem=problem)
            else:
                able.setdefault(source.name, {})[place] = change
        every = {place: change for its in able.values() for place, change in its.items()}
        terms = replace(terms, digest=digest_of(dict(sorted(every.items())), terms))
        for source in self._fleet.named(list(able)):
            outcomes |= await self._in(source, viewer, able[source.name], terms)
        return [outcomes[place] for place in range(len(changes))]

    async def _in(self, source: Source, viewer: Viewer, wanted: Changes, terms: Terms) -> Mapping[int, Outcome]:
        if not source.keeps_trail:
            return await self.elsewhere.each(source, viewer, wanted, terms)
        try:
            return await source.change_each(viewer, wanted, terms)
        except Problem as problem:
            return dict.fromkeys(wanted, Outcome(problem=problem))

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
                source = self._fleet.able(change)
            if not source.keeps_trail and len(wanted) > 1:
                message = f"{source.name} cannot make several changes all or none; use BEST_EFFORT."
                raise BadInput(message, argument="mode")
            if not source.keeps_trail:
                return [(await self.elsewhere.each(source, viewer, wanted, terms))[0]]
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
