"""Dashboards from one server to another of the same kind, what they overwrite kept as a version of dashgraph's own."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from dashgraph.domain.changes import Outcome, Terms
from dashgraph.domain.dash import Document, JsonObject
from dashgraph.domain.dashboard_changes import PublishDashboard
from dashgraph.domain.dashboards import DASHBOARD, Dashboard
from dashgraph.domain.exports import EXPORT_OF_DASHBOARD, exporting
from dashgraph.domain.formats import carried, writing
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.imports import ImportAction, ImportDashboard, ImportOutcome, check_may_import
from dashgraph.domain.problems import NotFound, Problem, UnsupportedBySource
from dashgraph.domain.sources import SourceKind
from dashgraph.domain.viewers import Viewer
from dashgraph.services.changing import Changing
from dashgraph.services.documents import Documents
from dashgraph.services.imports import Sent, read_in
from dashgraph.services.reading import Reading

SPOKEN = {
    SourceKind.SISENSE: DocumentFormat.DASH,
    SourceKind.LIGHTDASH: DocumentFormat.LIGHTDASH,
    SourceKind.POSTHOG: DocumentFormat.POSTHOG,
}
"""The language in which a system takes dashboards in. dashgraph's own store takes every one."""
ID_LENGTH = 24  # digits, as the ids in documents have


@dataclass(frozen=True, slots=True)
class CopyWish:
    """What is to be copied where. `keep` makes a version, in dashgraph's own store, of what is overwritten."""

    dashboards: tuple[ResourceId, ...]
    to: str
    action: ImportAction = ImportAction.AUTO
    folder: ResourceId | None = None
    project: ResourceId | None = None
    republish: bool = False
    keep: bool = True


@dataclass(frozen=True, slots=True)
class Copied:
    """What came of one: the import on the other side, and the dashboard that keeps what was there."""

    origin: ResourceId
    outcome: Outcome
    kept: Dashboard | None = None


class Copying:
    """`here` is the name of dashgraph's own store."""

    def __init__(self, here: str, reading: Reading, changing: Changing) -> None:
        self._here = here
        self._reading = reading
        self._changing = changing
        self._documents = Documents(reading)

    async def copied(self, viewer: Viewer, wish: CopyWish, terms: Terms) -> list[Copied]:
        """One for each dashboard, in their order; what cannot be copied keeps none of the others from it."""
        check_may_import(viewer)
        viewer.require(ImportDashboard.SCOPE)
        found = []
        for number, origin in enumerate(wish.dashboards):
            key = None if terms.idempotency_key is None else f"{terms.idempotency_key}/{number}"
            try:
                found.append(await self._copy(viewer, wish, origin, replace(terms, idempotency_key=key)))
            except Problem as problem:
                found.append(Copied(origin, Outcome(problem=problem)))
        return found

    async def _copy(self, viewer: Viewer, wish: CopyWish, origin: ResourceId, terms: Terms) -> Copied:
        kind = self._reading.card(wish.to).kind
        document, spoken = await self._document(viewer, origin)
        if kind is not SourceKind.NATIVE and SPOKEN.get(kind) is not spoken:
            message = (
                f"{wish.to} does not take it in: dashboards of {origin.source} are in another language, and nothing "
                "translates their queries. Copy it to a server of its own kind, or to dashgraph's own store."
            )
            raise UnsupportedBySource(message, source=wish.to)
        change = await self._import(viewer, wish, document, spoken)
        kept = None
        if (
            wish.keep
            and kind is not SourceKind.NATIVE
            and change.action is ImportAction.OVERWRITE
            and not terms.dry_run
        ):
            target = await self._overwritten(viewer, change)
            kept = None if target is None else await self._kept(viewer, target, terms)
        outcome = await self._changing.one(viewer, change, terms)
        return Copied(origin, outcome, kept)

    async def _document(self, viewer: Viewer, one: ResourceId) -> tuple[JsonObject, DocumentFormat | None]:
        """The whole dashboard in the language of its source. Raises NotFound for one that is absent or hidden."""
        asker = exporting(viewer)
        board = await self._one(asker, DASHBOARD, one)
        if self._reading.card(one.source).kind is not SourceKind.NATIVE:
            document: Document = await self._one(asker, EXPORT_OF_DASHBOARD, one)
            return document.raw, board.format
        [exported] = await self._documents.give_out(asker, [one])
        if board.format is DocumentFormat.POSTHOG:
            return writing.templates([exported.document])[0], board.format
        return exported.document, board.format

    async def _one(self, viewer: Viewer, lookup: Any, one: ResourceId) -> Any:
        found: Mapping[ResourceId, Any] = await self._reading.things(viewer, lookup, [one])
        value = found.get(one)
        if isinstance(value, Problem):
            raise value
        if value is None:
            message = (
                "There is no dashboard with this id, it is hidden from you, or its source gives no document of it."
            )
            raise NotFound(message)
        return value

    async def _import(
        self, viewer: Viewer, wish: CopyWish, document: JsonObject, spoken: DocumentFormat | None
    ) -> ImportDashboard:
        """What takes the document in there: the same as for one that somebody sends."""
        form = DocumentFormat.DASH if carried.KEY in document else spoken  # what carries its original is read already
        sent = Sent(value=document, format=form, action=wish.action, folder=wish.folder)
        now = datetime.now(UTC)
        [wanted] = await read_in(
            self._reading, viewer, wish.to, [sent], now=now, republish=wish.republish, project=wish.project
        )
        if isinstance(wanted.change, Problem):
            raise wanted.change
        if not isinstance(wanted.change, ImportDashboard):
            message = f"{wish.to} takes in dashboards; this is none."
            raise UnsupportedBySource(message, source=wish.to)
        return wanted.change

    async def _overwritten(self, viewer: Viewer, change: ImportDashboard) -> ResourceId | None:
        """What the import would write over, as the other side tells: some know a document by more than its id."""
        told = await self._changing.one(viewer, change, Terms(dry_run=True))
        if told.problem is not None:
            raise told.problem
        is_there = told.facts.get("outcome") == ImportOutcome.OVERWRITTEN
        return ResourceId(change.place, Kind.DASHBOARD, told.facts["native"]) if is_there else None

    async def _kept(self, viewer: Viewer, target: ResourceId, terms: Terms) -> Dashboard | None:
        """What the target is now, as one more version of a dashboard in dashgraph's own store. None for nothing there.

        Raises the problem of keeping it: then nothing is overwritten.
        """
        try:
            document, _ = await self._document(viewer, target)
        except NotFound:
            return None
        native = hashlib.sha256(f"{target.source}:{target.native}".encode()).hexdigest()[:ID_LENGTH]
        key = None if terms.idempotency_key is None else f"{terms.idempotency_key}/kept"
        change = ImportDashboard(
            place=self._here,
            document=Document.of({**document, "oid": native}),
            action=ImportAction.OVERWRITE,
            republish=True,
        )
        outcome = await self._changing.one(viewer, change, Terms(idempotency_key=key))
        if outcome.problem is not None:
            raise outcome.problem
        kept: Dashboard = outcome.thing
        version = await self._changing.one(viewer, PublishDashboard(dashboard=kept.id), Terms())
        if version.problem is not None:
            raise version.problem
        return version.thing or kept
