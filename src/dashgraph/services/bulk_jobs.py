"""Making the changes of a job: as who asked, with today's rights, and none twice whatever happens in between.

Each change carries a key of its own, under which it is made once. What came of it is noted a little later, so a process
that is killed leaves changes that are made and not noted; made again under the same key, they are only told again.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dashgraph.domain.bulk import ItemStatus
from dashgraph.domain.changes import Change, Outcome, Terms
from dashgraph.domain.imports import Imported
from dashgraph.domain.problems import Conflict, Problem, SourceUnavailable
from dashgraph.domain.text import keepable
from dashgraph.domain.viewers import Viewer
from dashgraph.domain.written_changes import read
from dashgraph.services.changing import Changing
from dashgraph.services.identity import Identity
from dashgraph.services.jobs.attempts import Attempt, Ended, Superseded, TryAgain
from dashgraph.store import bulk, working
from dashgraph.store.database import Database

AT_ONCE = 20  # changes between two looks at whether the job is to stop


class BulkJobs:
    """The worker of jobs that import, and of those that make many changes."""

    def __init__(self, database: Database, changing: Changing, identity: Identity) -> None:
        self._database = database
        self._changing = changing
        self._identity = identity

    async def __call__(self, attempt: Attempt) -> Ended:
        """Raises TryAgain while the database does not answer."""
        viewer = await self._identity.asker(attempt.requested_by, attempt.scopes)
        if attempt.number > 1:
            counts = await self._counts(attempt)
            await attempt.log(f"Goes on after {_settled(counts)} of {sum(counts.values())}.")
        if attempt.input["atomic"]:
            await self._all(attempt, viewer)
        elif attempt.input["preview"]:
            await self._previewed(attempt, viewer)
        else:
            await self._each(attempt, viewer)
        return await self._ended(attempt)

    async def _each(self, attempt: Attempt, viewer: Viewer) -> None:
        while rows := await bulk.waiting(self._database, attempt.id, AT_ONCE):
            await attempt.look_up()
            outcomes = {}
            for row in rows:
                terms = Terms(idempotency_key=f"job/{attempt.id}/{row.number}")
                outcomes[row.number] = await self._changing.one(viewer, read(row.change), terms)
            await self._settle(attempt, outcomes)

    async def _previewed(self, attempt: Attempt, viewer: Viewer) -> None:
        """Each after those before it, as it will be; nothing is changed."""
        rows = await bulk.waiting(self._database, attempt.id)
        wanted = [read(row.change) for row in rows]
        outcomes = await self._changing.each(viewer, wanted, Terms(dry_run=True))
        await self._settle(attempt, dict(zip((row.number for row in rows), outcomes, strict=True)))

    async def _all(self, attempt: Attempt, viewer: Viewer) -> None:
        rows = await bulk.waiting(self._database, attempt.id)
        failed = await bulk.first_failed(self._database, attempt.id)
        outcomes: Sequence[Outcome]
        if failed is not None:
            problem = Conflict(f"Not made, because item {failed.number} cannot be: {failed.message}")
            outcomes = [Outcome(problem=problem)] * len(rows)
        else:
            preview = attempt.input["preview"]
            terms = Terms(preview, idempotency_key=None if preview else f"job/{attempt.id}")
            wanted: list[Change | Problem] = [read(row.change) for row in rows]
            outcomes = await self._changing.all(viewer, wanted, terms)
        await self._settle(attempt, dict(zip((row.number for row in rows), outcomes, strict=True)))

    async def _settle(self, attempt: Attempt, outcomes: Mapping[int, Outcome]) -> None:
        """Note what came of these. Raises TryAgain when it is only that the source did not answer."""
        silent = [one.problem for one in outcomes.values() if isinstance(one.problem, SourceUnavailable)]
        told = [_told(number, one) for number, one in outcomes.items() if one.problem not in silent]
        async with self._database.writing() as session:
            await bulk.settle(session, attempt.id, told)
            counts = await bulk.counted(session, attempt.id)
            if not await working.change(session, attempt.id, attempt.claim, {"done": _settled(counts)}):
                raise Superseded
        if silent:
            raise TryAgain(silent[0].message)

    async def _ended(self, attempt: Attempt) -> Ended:
        """A job that made some of its changes has succeeded; it says how many it has not."""
        counts = await self._counts(attempt)
        made, failed = counts[ItemStatus.SUCCEEDED], counts[ItemStatus.FAILED]
        result = {"succeeded": made, "failed": failed, "dryRun": attempt.input["preview"]}
        first = await bulk.first_failed(self._database, attempt.id)
        if first is not None and (attempt.input["atomic"] or not made):
            return Ended(result, first.message if attempt.input["atomic"] else f"None could be made: {first.message}")
        await attempt.log(f"{made} {'could be' if result['dryRun'] else 'were'} made, {failed} could not.")
        return Ended(result)

    async def _counts(self, attempt: Attempt) -> Mapping[ItemStatus, int]:
        async with self._database.reading() as session:
            return await bulk.counted(session, attempt.id)


def _settled(counts: Mapping[ItemStatus, int]) -> int:
    return sum(counts.values()) - counts[ItemStatus.PENDING]


def _told(number: int, outcome: Outcome) -> dict[str, Any]:
    problem = outcome.problem
    thing = getattr(outcome.thing, "id", None)
    return {
        "number": number,
        "status": (ItemStatus.SUCCEEDED if problem is None else ItemStatus.FAILED).value,
        "code": None if problem is None else problem.code,
        "message": None if problem is None else keepable(problem.message),
        "thing": None if thing is None else thing.encode(),
        "operation": None if outcome.operation is None else outcome.operation.native,
        "facts": _facts(outcome.facts),
    }


def _facts(facts: Mapping[str, Any]) -> str | None:
    """Those of an import; other changes tell theirs in the audit trail."""
    return json.dumps(Imported.of(facts).facts()) if "outcome" in facts and "native" in facts else None
