"""A live system as a source: it answers the port out of facts that a connector gives in bulk."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from dashgraph.domain.changes import Change, Changes, Outcome, Terms
from dashgraph.domain.dashboards import Dashboard
from dashgraph.domain.exports import (
    DRAWING,
    EXPORT_OF_DASHBOARD,
    ExportDashboard,
    ExportDashboards,
    ExportedFile,
    ExportFormat,
    ExportWidget,
)
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Listing, Lookup, Page, Wish
from dashgraph.domain.nodes import FETCHED_BY
from dashgraph.domain.problems import (
    BadInput,
    Forbidden,
    NotFound,
    Problem,
    SourceUnavailable,
    UnsupportedBySource,
)
from dashgraph.domain.sources import Capability, Card, Health, Status
from dashgraph.domain.tiles import TileEvent, TilesBegun
from dashgraph.domain.users import User, same_address
from dashgraph.domain.viewers import Viewer
from dashgraph.sources.live.changing import Desk, Handler, Locks, as_changer, carried_out, missing
from dashgraph.sources.live.facts import Facts, Known
from dashgraph.sources.live.lists import Lists
from dashgraph.sources.live.reading import Reading
from dashgraph.sources.live.settings import Credentials, LiveSettings, Mode
from dashgraph.sources.live.standing import shown_user, standing
from dashgraph.sources.live.walks import Walks

T = TypeVar("T")

MOST_ACCOUNTS = 500  # of viewers with tokens of their own, that are remembered at a time
UPSTREAM = "upstream"  # the fact of a problem that tells what the system itself said


@dataclass(frozen=True)
class Account:
    """A system as one account of it sees it: the facts, and the calls that handlers of changes make."""

    facts: Facts
    api: Any


Connect = Callable[[Credentials, Walks], Account]
"""Speak to the system with these credentials. Asks nothing yet."""


class LiveSource:
    """One configured system. `handlers` carry out the changes that its card does not refuse."""

    keeps_trail = False
    tables = None

    def __init__(
        self,
        settings: LiveSettings,
        card: Card,
        connect: Connect,
        handlers: Mapping[type[Change], Handler],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = settings.name
        self.settings = settings
        self.card = replace(card, url=settings.url)
        self.locks = Locks()
        self._connect = connect
        self._handlers = handlers
        self._clock = clock
        self._accounts: OrderedDict[str, tuple[Known, Any]] = OrderedDict()

    @property
    def makes(self) -> Collection[type[Change]]:
        """The changes that it has handlers for, and the exports that are made of what it tells."""
        written = {ExportDashboards} if EXPORT_OF_DASHBOARD.name in self._own()[0].facts.things else set()
        return {*self._handlers, ExportDashboard, ExportWidget, *written}

    async def status(self) -> Status:
        try:
            known, _ = self._own()
            return await self._in_time(known.facts.status())
        except Problem as problem:
            return Status(Health.DOWN, problem.message)

    def tiles(self, viewer: Viewer, dashboard: str) -> AsyncGenerator[TileEvent, None] | None:
        account = self._account(viewer)
        if account is None or account[0].facts.tiles is None:
            return None
        return self._streamed(viewer, account[0], account[0].facts.tiles, dashboard)

    def draws(self, viewer: Viewer, kind: Kind) -> Collection[ExportFormat]:
        account = self._account(viewer)
        return () if account is None else account[0].facts.draws.get(kind, {}).keys()

    async def export(self, viewer: Viewer, kind: Kind, native: str, form: ExportFormat) -> ExportedFile:
        account = self._account(viewer)
        draw = None if account is None else account[0].facts.draws.get(kind, {}).get(form)
        if draw is None:
            message = f"{self.name} makes no {form.name} of a {kind.value.lower()}."
            raise UnsupportedBySource(message, source=self.name)

        async def drawn() -> ExportedFile:
            thing = (await self.things(viewer, FETCHED_BY[kind], [native])).get(native)
            if thing is None:
                raise missing(kind.value.lower())
            return ExportedFile.of(ResourceId(self.name, kind, native), thing.title or "", form, await draw(native))

        try:
            return await self._in_time(drawn(), DRAWING.total_seconds())
        except Problem as problem:
            raise told(problem, viewer) from problem.__cause__

    async def things(self, viewer: Viewer, lookup: Lookup[T], ids: Sequence[str]) -> Mapping[str, T]:
        return await self._read(viewer, lambda reading: reading.things(lookup, ids), {})

    async def page(self, viewer: Viewer, listing: Listing[T], wish: Wish) -> Page[T]:
        return await self._read(viewer, lambda reading: reading.page(listing, wish), Page())

    async def count(self, viewer: Viewer, listing: Listing[T], wish: Wish) -> int:
        return await self._read(viewer, lambda reading: reading.count(listing, wish), 0)

    async def pages(
        self, viewer: Viewer, listing: Listing[T], parents: Sequence[str], wish: Wish
    ) -> Mapping[str, Page[T]]:
        return await self._read(viewer, lambda reading: reading.pages(listing, parents, wish), {})

    async def counts(
        self, viewer: Viewer, listing: Listing[T], parents: Sequence[str], wish: Wish
    ) -> Mapping[str, int]:
        return await self._read(viewer, lambda reading: reading.counts(listing, parents, wish), {})

    async def change_all(self, viewer: Viewer, changes: Changes, terms: Terms) -> Mapping[int, Outcome]:
        if len(changes) > 1:
            message = f"{self.name} cannot make several changes all or none; use BEST_EFFORT."
            raise BadInput(message)
        return {number: await self._change(viewer, change, terms) for number, change in changes.items()}

    async def change_each(self, viewer: Viewer, changes: Changes, terms: Terms) -> Mapping[int, Outcome]:
        outcomes = {}
        for number, change in changes.items():
            try:
                outcomes[number] = await self._change(viewer, change, terms)
            except Problem as problem:
                outcomes[number] = Outcome(problem=problem)
        return outcomes

    async def _read(self, viewer: Viewer, ask: Callable[[Reading], Awaitable[T]], nothing: T) -> T:
        account = self._account(viewer)
        if account is None:
            return nothing

        async def answered() -> T:
            who = await standing(self.settings, viewer, account[0])
            return await ask(Reading(self.name, viewer, Lists(account[0], who)))

        try:
            return await self._in_time(answered())
        except Problem as problem:
            raise told(problem, viewer) from problem.__cause__

    async def _change(self, viewer: Viewer, change: Change, terms: Terms) -> Outcome:
        account = self._account(viewer)
        if account is None:
            message = f"There is no token of yours for {self.name}; ask who configures it."
            raise Forbidden(message)
        if getattr(change, "project", None) is not None and self.card.reason_against(Capability.PROJECT_READ):
            message = f"{self.name} has no projects; leave projectId out."
            raise BadInput(message, argument="projectId")
        if change.expected_revision is not None:
            message = (
                f"{self.name} counts no revisions; leave expectedRevision out: it is compared just before writing."
            )
            raise BadInput(message, argument="expectedRevision")
        known, api = account
        known.walks.drop()  # whatever is decided now is decided on what is there now
        try:
            who = await self._in_time(standing(self.settings, as_changer(viewer), known))
            lists = Lists(known, who)
            delegated = self.settings.mode is Mode.DELEGATED
            desk = Desk(
                source=self.name,
                viewer=viewer,
                lists=lists,
                api=api,
                terms=terms,
                locks=self.locks,
                documented_only=self.settings.documented_only,
                trusts=delegated,
            )
            outcome = await carried_out(desk, self._handlers, change)
            return replace(outcome, thing=await _shown(outcome.thing, lists))
        except Problem as problem:
            raise told(problem, viewer) from problem.__cause__

    async def _streamed(
        self, viewer: Viewer, known: Known, tiles: Callable[[str], AsyncIterator[TileEvent]], dashboard: str
    ) -> AsyncGenerator[TileEvent, None]:
        try:
            who = await self._in_time(standing(self.settings, viewer, known))
            found = await self._in_time(Lists(known, who).dashboards_by_ids([dashboard]))
            if dashboard not in found:
                message = "There is no dashboard with this id, or it is hidden from you."
                raise NotFound(message)
            async for event in tiles(dashboard):
                yield replace(event, dashboard=found[dashboard]) if isinstance(event, TilesBegun) else event
        except Problem as problem:
            raise told(problem, viewer) from problem.__cause__

    def _account(self, viewer: Viewer) -> tuple[Known, Any] | None:
        """The system as this viewer may ask it; None for who has no token of their own where one is needed."""
        if self.settings.mode is Mode.SERVICE:
            return self._service()
        address = "" if viewer.email is None else same_address(viewer.email)
        token = {same_address(one): secret for one, secret in self.settings.credentials.tokens.items()}.get(address)
        return None if token is None else self._opened(address, Credentials(token=token))

    def _own(self) -> tuple[Known, Any]:
        """The system as nobody's viewer asks it."""
        return self._service() if self.settings.mode is Mode.SERVICE else self._opened("", Credentials())

    def _service(self) -> tuple[Known, Any]:
        return self._opened("", self.settings.credentials)

    def _opened(self, whose: str, credentials: Credentials) -> tuple[Known, Any]:
        found = self._accounts.get(whose)
        if found is None:
            walks = Walks(self.name, freshness=self.settings.freshness, clock=self._clock)
            account = self._connect(credentials, walks)
            found = self._accounts[whose] = (Known(account.facts, walks), account.api)
        self._accounts.move_to_end(whose)
        while len(self._accounts) > MOST_ACCOUNTS:
            self._accounts.popitem(last=False)
        return found

    async def _in_time(self, answer: Awaitable[T], seconds: float | None = None) -> T:
        limit = seconds or self.settings.deadline
        try:
            async with asyncio.timeout(limit):
                return await answer
        except TimeoutError:
            message = f"{self.name} did not answer in {limit:g} s; try again, or see sources {{ status }}."
            raise SourceUnavailable(message, source=self.name) from None


async def _shown(thing: Any, lists: Lists) -> Any:
    """The changed thing as the viewer may see it; None for a dashboard that is hidden from them by now."""
    if isinstance(thing, Dashboard):
        return next(iter(await lists.visible([thing], exactly=True)), None)
    return shown_user(thing, lists.who) if isinstance(thing, User) else thing


def told(problem: Problem, viewer: Viewer) -> Problem:
    """The problem as the viewer may know it: what the system itself said is for administrators."""
    if not viewer.is_admin:
        problem.facts.pop(UPSTREAM, None)
    return problem
