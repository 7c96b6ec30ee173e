"""Changes in sources that keep no trail themselves: written down before and after, told again, gone on with, undone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import structlog

from dashgraph.domain import written_changes
from dashgraph.domain.changes import Change, Changes, Outcome, Terms, Trace
from dashgraph.domain.digests import digest_of, print_of
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.nodes import FETCHED_BY
from dashgraph.domain.operations import OPERATION, UndoOperation
from dashgraph.domain.problems import Conflict, InvalidState, Problem, SourceUnavailable
from dashgraph.domain.viewers import Reach, TokenScope, Viewer
from dashgraph.services.identity import Identity
from dashgraph.services.trail import Abandoned, Trail, Undoing
from dashgraph.sources.fleet import Fleet
from dashgraph.sources.port import Source

log = structlog.get_logger("dashgraph.changes")


class Elsewhere:
    """Makes changes in other systems, one at a time, each with its entry in the trail."""

    def __init__(self, fleet: Fleet, trail: Trail) -> None:
        self._fleet = fleet
        self._trail = trail

    async def each(self, source: Source, viewer: Viewer, changes: Changes, terms: Terms) -> dict[int, Outcome]:
        """Carry out each of these on its own, in order. A fault that nobody expected is raised, after it is noted."""
        digest = digest_of(changes, terms)
        outcomes = {}
        for item, change in changes.items():
            try:
                outcomes[item] = await self._one(source, viewer, change, terms, item, digest)
            except Problem as problem:
                outcomes[item] = Outcome(problem=problem)
        return outcomes

    async def _one(
        self, source: Source, viewer: Viewer, change: Change, terms: Terms, item: int, digest: str | None
    ) -> Outcome:
        if terms.dry_run:
            return (await source.change_all(viewer, {item: change}, terms))[item]
        begun = await self._trail.begin(viewer, change, terms, item=item, digest=digest)
        if begun.settled is not None:
            return await self._told_again(source, viewer, begun.settled)
        return await self._noted(begun.operation, source, viewer, change, again=begun.again)

    async def _noted(self, operation: str, source: Source, viewer: Viewer, change: Change, *, again: bool) -> Outcome:
        """Act, and write what came of it."""
        async with self._trail.at_work(operation):
            try:
                outcome = (await source.change_all(viewer, {0: change}, Terms(again=again)))[0]
            except Exception as error:
                await self._trail.failed(operation, self._problem(error))
                raise
            await self._trail.done(operation, outcome)
        return replace(outcome, operation=ResourceId(self._trail.source, Kind.OPERATION, operation))

    async def _told_again(self, source: Source, viewer: Viewer, row: Any) -> Outcome:
        """What came of it when it was carried out, with the thing as it is now."""
        one, facts = self._trail.told(row)
        thing = None if one is None else await self._thing(source, viewer, one)
        return Outcome(thing, facts, operation=ResourceId(self._trail.source, Kind.OPERATION, row.id))

    async def undo(self, viewer: Viewer, wish: UndoOperation, terms: Terms) -> Outcome | None:
        """Take back a change that was made elsewhere; None for one that was made here. Raises its problem."""
        if wish.operation.source != self._trail.source:
            return None
        digest = digest_of({0: wish}, terms)
        before = await self._trail.done_before(viewer, terms, digest)
        if before is not None:
            return await self._undone(viewer, wish, before)
        undoing = await self._trail.to_undo(viewer, wish.operation.native, now=datetime.now(UTC))
        if undoing is None:
            return None
        await self._check_untouched(viewer, undoing)
        if terms.dry_run:
            for change in undoing.changes:
                await self._acted(viewer, change, terms)
            return Outcome(await self._operation(viewer, wish.operation))
        begun = await self._trail.begin(viewer, wish, terms, item=0, digest=digest, undoes=undoing.operation)
        if begun.settled is None:
            await self._taken_back(begun.operation, viewer, undoing, again=begun.again)
        return await self._undone(viewer, wish, begun.operation)

    async def _undone(self, viewer: Viewer, wish: UndoOperation, by: str) -> Outcome:
        made = ResourceId(self._trail.source, Kind.OPERATION, by)
        return Outcome(await self._operation(viewer, wish.operation), operation=made)

    async def _taken_back(self, operation: str, viewer: Viewer, undoing: Undoing, *, again: bool) -> None:
        traces: list[Trace] = []
        async with self._trail.at_work(operation):
            try:
                for change in undoing.changes:
                    outcome = await self._acted(viewer, change, Terms(again=again))
                    traces.append(outcome.trace or Trace(reason="its source does not tell how"))
            except Exception as error:
                await self._trail.failed(operation, self._problem(error))
                raise
            await self._trail.done(operation, Outcome(trace=_together(traces, undoing.thing)), undone=undoing)

    async def resume(self, identity: Identity, now: datetime) -> int:
        """Go on with what a process left that died in between; how many that were. None keeps the others waiting."""
        resumed = 0
        async for one in self._trail.abandoned(now):
            resumed += 1
            log.warning("resumed", operation=one.operation)
            try:
                await self._gone_on_with(one, identity, now)
            except Exception as error:
                if not isinstance(error, Problem):
                    log.exception("not resumed", operation=one.operation)
                await self._trail.failed(one.operation, self._problem(error))
        return resumed

    async def _gone_on_with(self, one: Abandoned, identity: Identity, now: datetime) -> None:
        if one.change is None:
            message = "It broke off, and cannot go on: it held a password or a token, which is not kept."
            raise InvalidState(message)
        change = written_changes.read(one.change)
        viewer = await identity.asker(one.actor, one.scopes)
        if not isinstance(change, UndoOperation):
            await self._noted(one.operation, self._fleet.able(change), viewer, change, again=True)
            return
        undoing = await self._trail.to_undo(viewer, change.operation.native, now=now)
        if undoing is None:
            message = "It broke off, and cannot go on: what it took back is hidden from who asked for it by now."
            raise InvalidState(message)
        await self._taken_back(one.operation, viewer, undoing, again=True)

    async def _acted(self, viewer: Viewer, change: Change, terms: Terms) -> Outcome:
        viewer.require(change.SCOPE)
        return (await self._fleet.able(change).change_all(viewer, {0: change}, terms))[0]

    def _problem(self, error: Exception) -> Problem:
        """What is written down of an error. Nobody knows how far a change came at which dashgraph itself failed."""
        if isinstance(error, Problem):
            return error
        message = "dashgraph itself failed at this; its log tells more."
        return SourceUnavailable(message, source=self._trail.source)

    async def _check_untouched(self, viewer: Viewer, undoing: Undoing) -> None:
        """Refuse when the thing is not as the change left it."""
        if undoing.thing is None or undoing.shown is None:
            return
        [source] = self._fleet.named([undoing.thing.source])
        if print_of(await self._thing(source, viewer, undoing.thing)) != undoing.shown:
            message = "Something else has changed it since; look at it, and change it by hand."
            raise Conflict(message)

    async def _thing(self, source: Source, viewer: Viewer, one: ResourceId) -> Any:
        everything = viewer.is_admin and TokenScope.ADMIN_READ in viewer.scopes
        asker = viewer.within(Reach.ALL) if everything else viewer
        return (await source.things(asker, FETCHED_BY[one.kind], [one.native])).get(one.native)

    async def _operation(self, viewer: Viewer, one: ResourceId) -> Any:
        [here] = self._fleet.named([self._trail.source])
        asker = viewer.within(Reach.ALL) if viewer.is_admin and TokenScope.ADMIN_READ in viewer.scopes else viewer
        found: Mapping[str, Any] = await here.things(asker, OPERATION, [one.native])
        return found.get(one.native)


def _together(traces: Sequence[Trace], about: ResourceId | None) -> Trace:
    """One trace of several changes; what takes it back is theirs, the last one first."""
    reasons = [trace.reason for trace in traces if trace.reason]
    undo = tuple(change for trace in reversed(traces) for change in trace.undo)
    before = [trace.before for trace in traces if trace.before is not None]
    after = [trace.after for trace in traces if trace.after is not None]
    return Trace(
        about,
        before=before[0] if before else None,
        after=after[-1] if after else None,
        undo=() if reasons else undo,
        reason=reasons[0] if reasons else None,
    )
