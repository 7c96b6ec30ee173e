"""The audit trail of changes in other systems: no transaction stays open while a system is asked.

The intention is written first. What came of it is written after; when that never happens the process died in between,
and another one goes on.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from dashgraph.domain import written_changes
from dashgraph.domain.changes import Change, Outcome, Terms, Trace
from dashgraph.domain.digests import plain, print_of
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.operations import OperationState
from dashgraph.domain.problems import BadInput, Conflict, Problem, RateLimited, SourceRefused, SourceUnavailable
from dashgraph.domain.retention import USUAL, Retention
from dashgraph.domain.viewers import Viewer
from dashgraph.store import trail as store
from dashgraph.store.database import AnyRow, Database
from dashgraph.store.operations import one_at_a_time

ABANDONED = timedelta(minutes=2)  # for how long nobody has said that they are at it
STILL_SECONDS = 20  # after which whoever is at it says so again

log = structlog.get_logger("dashgraph.changes")


@dataclass(frozen=True, slots=True)
class Begun:
    """An intention that is written. `again` says that it may have been begun before.

    `settled` is the row of what was carried out before under the same key, which is told again and not done again.
    """

    operation: str
    again: bool = False
    settled: AnyRow | None = None


@dataclass(frozen=True, slots=True)
class Undoing:
    """A change in another system that is to be taken back: by which changes, and what the thing must be like still."""

    operation: str
    thing: ResourceId | None
    shown: str | None
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Abandoned:
    """An intention whose process died. `change` is text; None where it held a secret, which is not kept."""

    operation: str
    actor: str
    scopes: str
    change: str | None


class Trail:
    def __init__(
        self,
        database: Database,
        retention: Retention = USUAL,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.source = database.name
        self._database = database
        self._retention = retention
        self._pause = pause

    async def begin(
        self, viewer: Viewer, change: Change, terms: Terms, *, item: int, digest: str | None, undoes: str | None = None
    ) -> Begun:
        """Write the intention. `undoes` is the operation that it takes back.

        Raises BadInput for a key of another input, Conflict while somebody else is at it.
        """
        now = datetime.now(UTC)
        async with self._database.writing() as session:
            if terms.idempotency_key is not None:
                await one_at_a_time(session, viewer.user.native, terms.idempotency_key)
                before = await store.under_key(session, viewer.user.native, terms.idempotency_key)
                if any(row.digest != digest for row in before):
                    message = "This idempotencyKey was used for another input; take a fresh one for each change."
                    raise BadInput(message, argument="idempotencyKey")
                known = next((row for row in before if row.item == item), None)
                if known is not None and known.state == OperationState.DONE.value:
                    return Begun(known.id, settled=known)
                if known is not None:
                    is_open = known.state == OperationState.BEGUN.value
                    late = now - ABANDONED if is_open else now
                    if not await store.claim(session, known.id, is_open=is_open, before=late, now=now):
                        message = "It is being carried out just now; look at `operations` for what comes of it."
                        raise Conflict(message)
                    return Begun(known.id, again=True)
            if undoes is not None and await store.being_undone(session, undoes):
                message = "It is undone, or is being undone just now; look at `operations` for what comes of it."
                raise Conflict(message)
            native = secrets.token_hex(12)
            row = {
                "id": native,
                "kind": change.mutation,
                "at": now,
                "actor_id": viewer.user.native,
                "source": change.source,
                "state": OperationState.BEGUN.value,
                "reason": "it is not done yet",
                "undoes": undoes,
                "idempotency_key": terms.idempotency_key,
                "item": item,
                "digest": digest,
                "changes": "[]",
            }
            intention = {
                "operation_id": native,
                "change": _text(change),
                "scopes": " ".join(sorted(viewer.scopes)),
                "claimed_at": now,
                "open": 1,
            }
            await store.begin(session, row, intention)
        return Begun(native)

    async def done_before(self, viewer: Viewer, terms: Terms, digest: str | None) -> str | None:
        """The operation of the same input under the same key, if it was carried out."""
        if terms.idempotency_key is None:
            return None
        async with self._database.reading() as session:
            before = await store.under_key(session, viewer.user.native, terms.idempotency_key)
        done = (row.id for row in before if row.digest == digest and row.state == OperationState.DONE.value)
        return next(done, None)

    async def knows(self, viewer: Viewer, key: str) -> bool:
        """Whether the viewer has sent something under this idempotency key."""
        async with self._database.reading() as session:
            return bool(await store.under_key(session, viewer.user.native, key))

    @asynccontextmanager
    async def at_work(self, operation: str) -> AsyncIterator[None]:
        """While this is open nobody takes the operation for abandoned, however long it takes."""
        saying = asyncio.create_task(self._say(operation), name=f"at {operation}")
        try:
            yield
        finally:
            saying.cancel()
            await asyncio.wait([saying])

    async def _say(self, operation: str) -> None:
        task = asyncio.current_task()
        while task is not None and not task.cancelling():
            await self._pause(STILL_SECONDS)
            try:
                await store.keep(self._database, operation, datetime.now(UTC))
            except Exception:  # it is tried again before anybody takes it up
                log.warning("not kept", operation=operation, exc_info=True)

    async def done(self, operation: str, outcome: Outcome, *, undone: Undoing | None = None) -> None:
        """Write that it is done, what was changed, and how it is taken back; and of what it took back that it did."""
        trace = outcome.trace or Trace(reason="its source does not tell how")
        about = trace.about or getattr(outcome.thing, "id", None)
        undo = [_text(change) for change in trace.undo]
        reason = trace.reason or (None if undo and None not in undo else "how to take it back is not known")
        record = {
            "noun": "" if about is None else about.kind.value.lower(),
            "id": "" if about is None else about.native,
            "before": trace.before,
            "after": trace.after,
        }
        values = {
            "state": OperationState.DONE.value,
            "error": None,
            "reason": reason,
            "about_kind": None if about is None else about.kind.value,
            "about_id": None if about is None else about.native,
            "outcome": json.dumps({"thing": _id_of(outcome.thing), "facts": plain(dict(outcome.facts))}, default=str),
            "changes": store.records([record] if trace.before is not None or trace.after is not None else []),
        }
        text = None if reason else json.dumps(undo)
        taken_back = None if undone is None else undone.operation
        shown = print_of(outcome.thing)
        await store.settle(self._database, operation, values, undo=text, shown=shown, undone=taken_back)

    def told(self, row: AnyRow) -> tuple[ResourceId | None, dict[str, Any]]:
        """The changed thing, and what else a change had to tell that was carried out before."""
        outcome = json.loads(row.outcome) if row.outcome else {"thing": None, "facts": {}}
        thing = None if outcome["thing"] is None else ResourceId.decode(outcome["thing"])
        return thing, outcome["facts"]

    async def failed(self, operation: str, problem: Problem) -> None:
        """Write that it failed, or that nobody knows because the system fell silent or failed itself."""
        refused = isinstance(problem, RateLimited | SourceRefused)
        unknown = isinstance(problem, SourceUnavailable) and not refused
        state = OperationState.UNKNOWN if unknown else OperationState.FAILED
        reason = "nobody knows whether it was done" if unknown else "it was not done"
        values = {"state": state.value, "error": problem.message, "reason": reason}
        await store.settle(self._database, operation, values, undo=None, shown=None)

    async def to_undo(self, viewer: Viewer, native: str, *, now: datetime) -> Undoing | None:
        """What takes a change back that was made in another system; None for one that was not. Raises Conflict."""
        row = await store.intention(self._database, native, actor=None if viewer.is_admin else viewer.user.native)
        if row is None:
            return None
        if row.undone_by is not None:
            message = "It is undone already."
            raise Conflict(message)
        if row.reason is not None or row.undo is None:
            message = f"It cannot be undone: {row.reason}."
            raise Conflict(message)
        if row.at + self._retention.undo < now:
            message = f"It is older than {self._retention.undo.days} days and cannot be undone any more."
            raise Conflict(message)
        thing, _ = self.told(row)
        changes = [written_changes.read(text) for text in json.loads(row.undo)]
        return Undoing(native, thing, row.print, changes)

    async def abandoned(self, now: datetime) -> AsyncIterator[Abandoned]:
        """The intentions of processes that died, each claimed for this one when its turn comes."""
        late = now - ABANDONED
        for row in await store.abandoned(self._database, late):
            current = max(now, datetime.now(UTC))  # those before it have taken their time
            async with self._database.writing() as session:
                mine = await store.claim(session, row.id, is_open=True, before=late, now=current)
            if mine:
                yield Abandoned(row.id, row.actor_id, row.scopes, row.change)


def _id_of(thing: Any) -> str | None:
    found = getattr(thing, "id", None)
    return found.encode() if isinstance(found, ResourceId) else None


def _text(change: Change) -> str | None:
    """The change as text; None for one that holds a secret."""
    try:
        return written_changes.written(change)
    except BadInput:
        return None
