"""Carrying out changes on the native store: one transaction, looked at before it is committed or rolled back."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError

from dashgraph.connectors.native import api
from dashgraph.connectors.native.changes.desk import Desk, Done, Handler
from dashgraph.connectors.native.translate import Translator
from dashgraph.domain.changes import Change, Changes, Outcome, Terms
from dashgraph.domain.digests import digest_of, plain
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Conflict, Problem
from dashgraph.domain.retention import USUAL, Retention
from dashgraph.domain.schedules import USUAL_SCHEDULING, Scheduling
from dashgraph.domain.viewers import Viewer
from dashgraph.store import ledger as ledgers
from dashgraph.store.database import Database
from dashgraph.store.ledger import Ledger
from dashgraph.store.operations import one_at_a_time
from dashgraph.store.tables import operations
from dashgraph.store.timers import reckon_changed
from dashgraph.store.work_tables import schedules

ATTEMPTS = 5
CROSSED = frozenset({"40P01", "40001"})  # deadlock, serialization failure
CHANGED_NOTHING = "it changed nothing"

CarryOut = Callable[[Desk, Changes, str | None], Awaitable[dict[int, Outcome]]]


class Changing:
    """The handlers of all changes, and the one way to run them."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[type[Change], Handler],
        retention: Retention = USUAL,
        scheduling: Scheduling = USUAL_SCHEDULING,
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._retention = retention
        self._scheduling = scheduling

    async def all(self, viewer: Viewer, changes: Changes, terms: Terms) -> dict[int, Outcome]:
        """Carry out all of these or none: the first problem rolls everything back and is raised.

        With an idempotency key, what was carried out before under it is told again and not done again.
        """
        return await self._in_one(viewer, changes, terms, digest_of(changes, terms), self._all)

    async def each(self, viewer: Viewer, changes: Changes, terms: Terms) -> dict[int, Outcome]:
        """Carry out each of these in a transaction of its own; in a dry run all in one that is taken back."""
        digest = digest_of(changes, terms)
        if terms.dry_run:
            return await self._in_one(viewer, changes, terms, digest, self._tried)
        outcomes: dict[int, Outcome] = {}
        for number, change in changes.items():
            try:
                outcomes |= await self._in_one(viewer, {number: change}, terms, digest, self._all)
            except Problem as problem:
                outcomes[number] = Outcome(problem=problem)
        return outcomes

    async def _in_one(
        self, viewer: Viewer, changes: Changes, terms: Terms, digest: str | None, carry_out: CarryOut
    ) -> dict[int, Outcome]:
        """Carry these out in one transaction, again from its beginning when other writers crossed it."""
        for _ in range(ATTEMPTS):
            try:
                return await self._attempt(viewer, changes, terms, digest, carry_out)
            except DBAPIError as error:
                if not _crossed(error):
                    raise
        message = "Somebody changed the same things at the same moment; look again, and send it again."
        raise Conflict(message)

    async def _attempt(
        self, viewer: Viewer, changes: Changes, terms: Terms, digest: str | None, carry_out: CarryOut
    ) -> dict[int, Outcome]:
        try:
            async with self._database.writing() as session:
                ledger = Ledger(session, datetime.now(UTC))
                desk = Desk(ledger, viewer, self._database.name, terms, self._retention, self._scheduling)
                if terms.idempotency_key is not None:
                    await one_at_a_time(session, desk.me, terms.idempotency_key)
                outcomes = await carry_out(desk, changes, digest)
                if terms.dry_run:
                    raise _Preview(outcomes)
        except _Preview as preview:
            return preview.outcomes
        return outcomes

    async def _all(self, desk: Desk, changes: Changes, digest: str | None) -> dict[int, Outcome]:
        outcomes = {}
        for number, change in changes.items():
            try:
                outcomes[number] = await self._one(desk, number, change, digest)
            except Problem as problem:
                problem.facts["number"] = number  # which of many stood in the way
                raise
        return outcomes

    async def _tried(self, desk: Desk, changes: Changes, digest: str | None) -> dict[int, Outcome]:
        """Each after those before it, as it will be when they are carried out; what cannot be leaves no trace."""
        outcomes = {}
        for number, change in changes.items():
            try:
                async with desk.session.begin_nested():
                    outcomes[number] = await self._one(desk, number, change, digest)
            except Problem as problem:
                outcomes[number] = Outcome(problem=problem)
        return outcomes

    async def _one(self, desk: Desk, number: int, change: Change, digest: str | None) -> Outcome:
        if digest is not None:
            known = await self._before(desk, number, digest)
            if known is not None:
                return known
        desk.begin(change)
        done = await self._handlers[type(change)](desk, change)
        changed = [image.key[0] for image in desk.ledger.images if image.table is schedules]
        if changed:
            await reckon_changed(desk.session, changed, desk.now)
        operation = None if desk.terms.dry_run else await self._record(desk, number, change, done, digest)
        facts = {**(done.facts or {}), **(done.told_once or {})}
        return Outcome(await self._shown(desk, done), facts, operation)

    async def _before(self, desk: Desk, number: int, digest: str) -> Outcome | None:
        """The outcome of this one of the same input under the same key, if it was carried out before."""
        key = desk.terms.idempotency_key
        mine = select(operations).where(operations.c.actor_id == desk.me, operations.c.idempotency_key == key)
        found = (await desk.session.execute(mine.where(operations.c.item == number))).first()
        other = found or (await desk.session.execute(mine.limit(1))).first()
        if other is not None and other.digest != digest:
            message = "This idempotencyKey was used for another input; take a fresh one for each change."
            raise BadInput(message, argument="idempotencyKey")
        if found is None:
            return None
        thing = None
        if found.about_id is not None:
            thing = ResourceId(desk.source, Kind(found.about_kind), found.about_id)
        told = json.loads(found.outcome)
        operation = ResourceId(desk.source, Kind.OPERATION, found.id)
        shown = await self._shown(desk, Done(thing, told["lookup"]))
        return Outcome(shown, told["facts"], operation)

    async def _shown(self, desk: Desk, done: Done) -> Any:
        """The thing as the viewer sees it within the transaction; None when it is gone or hidden by now."""
        if done.thing is None or done.lookup is None:
            return None
        question = api.LOOKUPS[done.lookup]
        row = (await desk.session.execute(question.statement(desk.asker, [done.thing.native]))).first()
        return None if row is None else question.read(Translator(desk.source, desk.viewer), row)

    async def _record(self, desk: Desk, number: int, change: Change, done: Done, digest: str | None) -> ResourceId:
        images = desk.ledger.images
        row = {
            "id": desk.operation,
            "kind": change.mutation,
            "at": desk.now,
            "actor_id": desk.me,
            "about_kind": done.thing.kind.value if done.thing else None,
            "about_id": done.thing.native if done.thing else None,
            "reason": done.reason or (CHANGED_NOTHING if all(image.only_counts for image in images) else None),
            "undoes": getattr(getattr(change, "operation", None), "native", None),
            "idempotency_key": desk.terms.idempotency_key,
            "item": number,
            "digest": digest,
            "outcome": json.dumps({"lookup": done.lookup, "facts": plain(done.facts or {})}),
            "changes": ledgers.written(images),
        }
        await desk.session.execute(operations.insert().values(row))
        return ResourceId(desk.source, Kind.OPERATION, desk.operation)


class _Preview(Exception):
    """Carries what a dry run saw out of the transaction, which is rolled back on its way."""

    def __init__(self, outcomes: dict[int, Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


def _crossed(error: DBAPIError) -> bool:
    """Whether another writer was in the way: two wanted the same rows in another order, or to be the first."""
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in CROSSED
