"""Carrying out changes on the native store: one transaction, looked at before it is committed or rolled back."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError

from dashgraph.connectors.native import api
from dashgraph.connectors.native.changes.desk import Desk, Done, Handler
from dashgraph.connectors.native.translate import Translator
from dashgraph.domain.changes import Change, Outcome, Terms
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Conflict, Problem
from dashgraph.domain.viewers import Viewer
from dashgraph.store import ledger as ledgers
from dashgraph.store.database import Database
from dashgraph.store.ledger import Ledger
from dashgraph.store.tables import operations

ATTEMPTS = 5
CROSSED = frozenset({"40P01", "40001"})  # two writers wanted the same rows in another order; one of them starts over


class Changing:
    """The handlers of all changes, and the one way to run them."""

    def __init__(self, database: Database, handlers: Mapping[type[Change], Handler]) -> None:
        self._database = database
        self._handlers = handlers

    async def carry_out(self, viewer: Viewer, changes: Sequence[Change], terms: Terms) -> list[Outcome]:
        """Carry out all of these or none: the first problem rolls everything back and is raised.

        With an idempotency key, what was carried out before under it is told again and not done again.
        """
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._attempt(viewer, changes, terms)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in CROSSED:
                    raise
        return await self._attempt(viewer, changes, terms)

    async def _attempt(self, viewer: Viewer, changes: Sequence[Change], terms: Terms) -> list[Outcome]:
        try:
            async with self._database.writing() as session:
                desk = Desk(Ledger(session, datetime.now(UTC)), viewer, self._database.name, terms)
                outcomes = []
                for number, change in enumerate(changes):
                    try:
                        outcomes.append(await self._one(desk, number, change))
                    except Problem as problem:
                        problem.facts["number"] = number  # which of many stood in the way
                        raise
                if terms.dry_run:
                    raise _Preview(outcomes)
        except _Preview as preview:
            return preview.outcomes
        except IntegrityError as error:
            message = "Somebody made the same change at the same moment; look again."
            raise Conflict(message) from error
        return outcomes

    async def _one(self, desk: Desk, number: int, change: Change) -> Outcome:
        key = desk.terms.idempotency_key and f"{desk.terms.idempotency_key}/{number}"
        if key:
            known = await self._before(desk, key, change)
            if known is not None:
                return known
        desk.begin()
        done = await self._handlers[type(change)](desk, change)
        operation = None if desk.terms.dry_run else await self._record(desk, change, done, key)
        facts = {**(done.facts or {}), **(done.told_once or {})}
        return Outcome(await self._shown(desk, done), facts, operation)

    async def _before(self, desk: Desk, key: str, change: Change) -> Outcome | None:
        """The outcome of the same input under the same key, if it was carried out before."""
        mine = (operations.c.actor_id == desk.me, operations.c.idempotency_key == key)
        found = (await desk.session.execute(select(operations).where(*mine))).first()
        if found is None:
            return None
        if found.digest != digest(change):
            message = "This idempotencyKey was used for another input; take a fresh one for each change."
            raise BadInput(message, argument="idempotencyKey")
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

    async def _record(self, desk: Desk, change: Change, done: Done, key: str | None) -> ResourceId:
        row = {
            "id": desk.operation,
            "kind": change.name,
            "at": desk.now,
            "actor_id": desk.me,
            "about_kind": done.thing.kind.value if done.thing else None,
            "about_id": done.thing.native if done.thing else None,
            "reason": done.reason,
            "undoes": getattr(getattr(change, "operation", None), "native", None),
            "idempotency_key": key,
            "digest": digest(change),
            "outcome": json.dumps({"lookup": done.lookup, "facts": plain(done.facts or {})}),
            "changes": ledgers.written(desk.ledger.images),
        }
        await desk.session.execute(operations.insert().values(row))
        return ResourceId(desk.source, Kind.OPERATION, desk.operation)


class _Preview(Exception):
    """Carries what a dry run saw out of the transaction, which is rolled back on its way."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


def digest(change: Change) -> str:
    """What tells two inputs apart."""
    text = json.dumps([change.name, plain(change)], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
