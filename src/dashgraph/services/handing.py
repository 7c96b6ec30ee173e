"""Handing over what somebody owns in several sources: one plan, made of the plans of each."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashgraph.domain.changes import Change, Outcome, Terms
from dashgraph.domain.dashboards import DASHBOARDS_OF_OWNER, DashboardSort
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import LARGEST_PAGE, Page, Position, Window, Wish
from dashgraph.domain.ownership import TransferOwnership, TransferStep
from dashgraph.domain.problems import Conflict, NotFound, Problem
from dashgraph.domain.users import USER, User
from dashgraph.domain.viewers import Reach, TokenScope, Viewer
from dashgraph.services.people import People
from dashgraph.services.trail import Trail
from dashgraph.sources.fleet import Fleet

Make = Callable[[Viewer, Change, Terms], Awaitable[Outcome]]
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """What becomes of what somebody owns in one source. `change` carries it out; None where nothing can be."""

    source: str
    items: Sequence[Item]
    change: TransferOwnership | None


class HandingOver:
    """`make` carries out a change of one source."""

    def __init__(self, fleet: Fleet, trail: Trail, make: Make) -> None:
        self._fleet = fleet
        self._people = People(fleet)
        self._trail = trail
        self._make = make

    async def everywhere(self, viewer: Viewer, wish: TransferOwnership, terms: Terms) -> Outcome:
        """Hand over what the giver owns in every source to the heir's account there, found by e-mail address.

        Sent again after a fault, with the same key or without a plan, it goes on with what is left. Raises the problem
        of a source that does not answer, before anything is done: its part of the plan would be missing. So it does
        for a key that is too long together with the name of a source.
        """
        giver = await self._user(viewer, wish.giver)
        heir = await self._user(viewer, wish.heir)
        accounts = await self._accounts(viewer, giver)
        heirs = {user.id.source: user for user in await self._accounts(viewer, heir)}
        parts = [await self._part(viewer, wish, account, heirs.get(account.id.source)) for account in accounts]
        plan = _plan(parts)
        if wish.plan is not None and wish.plan != plan and not await self._begun(viewer, terms, parts):
            message = "What would be handed over has changed since that plan; look at the new one in a dry run."
            raise Conflict(message, plan=plan)
        if terms.dry_run:
            return Outcome(giver, {"plan": plan, "items": _told(parts, {})})
        return await self._carried_out(viewer, giver, parts, plan, terms)

    async def _carried_out(
        self, viewer: Viewer, giver: User, parts: Sequence[Part], plan: str, terms: Terms
    ) -> Outcome:
        terms_in = {part.source: _terms_in(part.source, terms) for part in parts}
        done: dict[str, frozenset[str]] = {}
        problem: Problem | None = None
        operation: ResourceId | None = None
        for part in parts:
            if part.change is None:
                continue
            outcome = await self._make(viewer, part.change, terms_in[part.source])
            if outcome.problem is None:
                done[part.source] = frozenset(item["id"] for item in part.items)
                operation = operation or outcome.operation
            else:
                done[part.source] = await self._done_of(viewer, part.change, part.items)
                problem = problem or outcome.problem
        return Outcome(giver, {"plan": plan, "items": _told(parts, done)}, operation, problem)

    async def _done_of(self, viewer: Viewer, change: TransferOwnership, items: Sequence[Item]) -> frozenset[str]:
        """What was carried out before it broke off: what is not in the plan any more."""
        left = await self._make(viewer, change, Terms(dry_run=True))
        if left.problem is not None:
            return frozenset()
        return frozenset(item["id"] for item in items) - {item["id"] for item in left.facts["items"]}

    async def _part(self, viewer: Viewer, wish: TransferOwnership, giver: User, heir: User | None) -> Part:
        name = giver.id.source
        [source] = self._fleet.named([name])
        reason = source.card.refusal(TransferOwnership.NEEDS, wish.mutation)
        if reason is None and heir is None:
            reason = "the heir has no account there"
        if reason is not None or heir is None:
            return Part(name, [_kept(board, reason) for board in await self._owned(viewer, giver)], None)
        change = replace(wish, giver=giver.id, heir=heir.id, plan=None, everywhere=False)
        outcome = await self._make(viewer, change, Terms(dry_run=True))
        if outcome.problem is not None:
            raise outcome.problem
        return Part(name, outcome.facts["items"], change)

    async def _owned(self, viewer: Viewer, giver: User) -> list[Any]:
        """The dashboards of somebody in a source, as far as the viewer reaches."""
        [source] = self._fleet.named([giver.id.source])
        everything = viewer.is_admin and TokenScope.ADMIN_READ in viewer.scopes
        asker = viewer.within(Reach.ALL) if everything else viewer
        found: list[Any] = []
        after: Position | None = None
        while True:
            wish = Wish(DashboardSort.TITLE_ASC, Window(LARGEST_PAGE, after=after))
            pages = await source.pages(asker, DASHBOARDS_OF_OWNER, [giver.id.native], wish)
            page: Page[Any] = pages.get(giver.id.native, Page())
            found += [entry.item for entry in page.entries]
            if not page.has_next:
                return found
            after = page.entries[-1].position

    async def _accounts(self, viewer: Viewer, user: User) -> Sequence[User]:
        """The user, and the accounts with the same address elsewhere, in the order of the sources."""
        others = (await self._people.same_as(viewer, [user]))[user]
        for one in others:
            if isinstance(one, Problem):
                raise one
        every = {user.id.source: user} | {one.id.source: one for one in others if isinstance(one, User)}
        return [every[source.name] for source in self._fleet.named(None) if source.name in every]

    async def _user(self, viewer: Viewer, one: ResourceId) -> User:
        everything = viewer.is_admin and TokenScope.ADMIN_READ in viewer.scopes
        asker = viewer.within(Reach.ALL) if everything else viewer
        [source] = self._fleet.named([one.source])
        found = (await source.things(asker, USER, [one.native])).get(one.native) if one.kind is Kind.USER else None
        if found is None:
            message = "There is no user with this id, or it is hidden from you."
            raise NotFound(message)
        return found

    async def _begun(self, viewer: Viewer, terms: Terms, parts: Sequence[Part]) -> bool:
        """Whether this was sent before under its key, and is gone on with."""
        if terms.idempotency_key is None:
            return False
        return any([await self._trail.knows(viewer, f"{terms.idempotency_key}/{part.source}") for part in parts])


def _terms_in(source: str, terms: Terms) -> Terms:
    return Terms(idempotency_key=None if terms.idempotency_key is None else f"{terms.idempotency_key}/{source}")


def _kept(board: Any, reason: str | None) -> Item:
    return {
        "kind": Kind.DASHBOARD,
        "id": board.id.native,
        "name": board.title,
        "step": TransferStep.KEEP,
        "reason": reason,
        "revision": board.revision,
    }


def _plan(parts: Sequence[Part]) -> str:
    """The same for the same plan over the same state of the world."""
    told = [[part.source, list(part.items)] for part in parts]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _told(parts: Sequence[Part], done: Mapping[str, frozenset[str]]) -> list[Item]:
    return [
        {**item, "source": part.source, "done": item["id"] in done.get(part.source, frozenset())}
        for part in parts
        for item in part.items
    ]
