"""Changes in a live source: what their handlers work with, who may make them, and how one is carried out.

A handler reads what it needs, checks it, and in a dry run tells what would be. Else it acts, reads again what the
system made of it, and tells that. It says how the change is taken back, as changes.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

from dashgraph.domain.changes import Change, Outcome, Terms, Trace
from dashgraph.domain.dashboards import Dashboard
from dashgraph.domain.folders import Folder
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import Forbidden, NotFound
from dashgraph.domain.users import User
from dashgraph.domain.viewers import Reach, TokenScope, Viewer
from dashgraph.domain.widgets import Widget
from dashgraph.sources.live.facts import Known
from dashgraph.sources.live.lists import Lists
from dashgraph.sources.live.standing import ADMIN, EDIT, Standing, account, may

LEAST_TO_EDIT = EDIT
LEAST_TO_SHARE = ADMIN  # owners and administrators; editors edit, they do not share further


UNTOUCHED = Trace(reason="it changed nothing")


@dataclass(frozen=True, slots=True)
class Done:
    """What a handler did, or in a dry run would do.

    `thing` is the changed thing as it is now, as a value of the domain with what an administrator sees of it; None
    where there is none. `facts` are what else the payload tells.
    """

    thing: Any = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    trace: Trace = UNTOUCHED


class Desk:
    """What a handler works with: the system's own calls (`api`), what is known of it, and who asks on which terms."""

    def __init__(
        self,
        *,
        source: str,
        viewer: Viewer,
        lists: Lists,
        api: Any,
        terms: Terms,
        locks: "Locks",
        documented_only: bool,
        trusts: bool,
    ) -> None:
        self.source = source
        self.viewer = viewer
        self.lists = lists
        self.api = api
        self.terms = terms
        self.locks = locks
        self.documented_only = documented_only
        self._trusts = trusts  # the system itself refuses what the viewer's own token may not do

    @property
    def dry_run(self) -> bool:
        return self.terms.dry_run

    @property
    def again(self) -> bool:
        """Whether this may have been begun before, and broken off."""
        return self.terms.again

    @property
    def known(self) -> Known:
        return self.lists.known

    @property
    def who(self) -> Standing:
        return self.lists.who

    def forget(self) -> None:
        """Whatever was read may be otherwise now."""
        self.known.walks.drop()

    async def me(self) -> ResourceId | None:
        """The viewer's own account there; None where nobody is known to be the viewer."""
        return self.who.me or await account(self.viewer, self.known)

    def administer(self, what: str) -> None:
        """Raises Forbidden for who does not administer. `what` continues "Only administrators ..."."""
        if not self.viewer.is_admin and not self._trusts:
            message = f"Only administrators {what}."
            raise Forbidden(message)

    async def dashboard(self, one: ResourceId, *, least: int, refusal: str) -> Dashboard:
        """A dashboard that the viewer may do this to.

        Raises NotFound when it is absent or hidden, Forbidden with the refusal when it is seen but not for this.
        """
        found = (await self.lists.dashboards_by_ids([self.native(one, Kind.DASHBOARD)])).get(one.native)
        if found is None:
            raise missing("dashboard")
        if not may(found, least) and not self._trusts:
            message = f"{refusal}; you are its {found.role}."
            raise Forbidden(message)
        return found

    async def widget(self, one: ResourceId, *, least: int, refusal: str) -> tuple[Widget, Dashboard]:
        """A widget and its dashboard, which the viewer may do this to."""
        found = (await self.lists.widgets_by_ids([self.native(one, Kind.WIDGET)])).get(one.native)
        if found is None:
            raise missing("widget")
        return found, await self.dashboard(found.dashboard, least=least, refusal=refusal)

    async def folder(self, one: ResourceId) -> Folder:
        found = (await self.lists.folders_by_ids([self.native(one, Kind.FOLDER)])).get(one.native)
        if found is None:
            raise missing("folder")
        return found

    async def user(self, one: ResourceId) -> User:
        """A user as an administrator sees them."""
        return await self._thing(one, Kind.USER)  # type: ignore[no-any-return]

    async def group(self, one: ResourceId) -> Any:
        return await self._thing(one, Kind.GROUP)

    async def deliverable(self, one: ResourceId, kind: Kind, *, refusal: str) -> Any:
        """A schedule or an alert that the viewer may change."""
        found = (await self.lists.deliverables_by_ids(kind, [self.native(one, kind)])).get(one.native)
        if found is None:
            raise missing(kind.value.lower())
        if not found.can_change and not self._trusts:
            raise Forbidden(refusal)
        return found

    async def _thing(self, one: ResourceId, kind: Kind) -> Any:
        found = (await self.known.by_ids(kind, [self.native(one, kind)])).get(one.native)
        if found is None or not self.who.belongs:
            raise missing(kind.value.lower())
        return found

    def native(self, one: ResourceId, kind: Kind) -> str:
        """The native id that an input names. Raises NotFound for another kind or another source."""
        if one.kind is not kind or one.source != self.source:
            raise missing(kind.value.lower())
        return one.native


Handler = Callable[[Desk, Any], Awaitable[Done]]


def missing(noun: str) -> NotFound:
    message = f"There is no {noun} with this id, or it is hidden from you."
    return NotFound(message)


def as_changer(viewer: Viewer) -> Viewer:
    """Administrators whose token is for it change everything without saying `scope: ALL`."""
    administers = viewer.is_admin and {TokenScope.ADMIN_READ, TokenScope.ADMIN_WRITE} <= viewer.scopes
    return viewer.within(Reach.ALL) if administers else viewer


class Locks:
    """One change of a thing at a time, for systems that replace whole lists. Of this process alone."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def alone(self, thing: str) -> AsyncIterator[None]:
        lock = self._locks.get(thing)
        if lock is None:
            lock = self._locks[thing] = asyncio.Lock()
        async with lock:
            yield


async def carried_out(desk: Desk, handlers: Mapping[type[Change], Handler], change: Change) -> Outcome:
    """The outcome of one change. Raises its problem."""
    try:
        done = await handlers[type(change)](desk, change)
    finally:
        if not desk.dry_run:
            desk.forget()
    return Outcome(done.thing, done.facts, trace=done.trace)
