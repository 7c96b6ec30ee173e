"""What a handler of a change works with, and what it answers."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from dashgraph.domain.access import ROLE_OF_RANK
from dashgraph.domain.changes import Change, Terms
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Forbidden, NotFound, StaleRevision
from dashgraph.domain.retention import USUAL, Retention
from dashgraph.domain.schedules import USUAL_SCHEDULING, Scheduling
from dashgraph.domain.viewers import Reach, TokenScope, Viewer
from dashgraph.store.dashboards import by_ids
from dashgraph.store.database import AnyRow
from dashgraph.store.ledger import Ledger
from dashgraph.store.tables import dashboards
from dashgraph.store.visibility import EDIT, OWNER, Asker

LEAST_TO_SHARE = OWNER - 1  # owners and administrators; editors edit, they do not share further
LEAST_TO_EDIT = EDIT


@dataclass(frozen=True, slots=True)
class Done:
    """What a handler did: the thing it is about, how to show it, and what else there is to tell."""

    thing: ResourceId | None
    lookup: str | None = None
    facts: Mapping[str, Any] | None = None
    reason: str | None = None  # why it cannot be undone
    told_once: Mapping[str, Any] | None = None  # what the answer has to tell and the audit trail must not keep


class Desk:
    """What a handler works with: the ledger it writes through, and who asks on which terms."""

    def __init__(
        self,
        ledger: Ledger,
        viewer: Viewer,
        source: str,
        terms: Terms,
        retention: Retention = USUAL,
        scheduling: Scheduling = USUAL_SCHEDULING,
    ) -> None:
        self.ledger = ledger
        self.session = ledger.session
        self.now = ledger.now
        self.source = source
        self.terms = terms
        self.expected_revision: int | None = None
        self.retention = retention
        self.scheduling = scheduling
        self.operation = self.fresh_id()  # the id under which the change will stand in the audit trail
        self.viewer = viewer.within(Reach.ALL) if _administers(viewer) else viewer
        self.asker = Asker(self.viewer, source)

    @property
    def me(self) -> str:
        """The id of who asks. Raises Forbidden for somebody who is nobody here."""
        me = self.asker.me
        if me is None:
            message = f"You have no account in {self.source}."
            raise Forbidden(message)
        return me

    def begin(self, change: Change) -> None:
        """Start the next change of the transaction with a ledger and an operation of its own."""
        self.expected_revision = change.expected_revision
        self.ledger = Ledger(self.session, self.now)
        self.operation = self.fresh_id()

    def fresh_id(self) -> str:
        """24 hexadecimal digits: the form that ids have in the documents."""
        return secrets.token_hex(12)

    def id_of(self, one: ResourceId, kind: Kind, *, noun: str) -> str:
        """The native id that an input names. Raises NotFound for another kind or another source."""
        if one.kind is not kind or one.source != self.source:
            raise missing(noun)
        return one.native

    def refuse_project(self, project: ResourceId | None) -> None:
        """Raises BadInput for something that is to go into a project: there are none here."""
        if project is not None:
            message = f"{self.source} has folders, and no projects above them; leave the project out."
            raise BadInput(message, argument="projectId")

    async def lock_dashboards(self, *ones: ResourceId) -> None:
        """Lock several dashboards, always in the same order: two writers who want the same do not cross."""
        natives = [one.native for one in ones if one.source == self.source]
        lock = select(dashboards.c.id).where(dashboards.c.id.in_(natives)).order_by(dashboards.c.id)
        await self.session.execute(lock.with_for_update())

    async def dashboard(self, one: ResourceId, *, least: int, refusal: str) -> AnyRow:
        """A dashboard that the viewer may do this to, locked until the end of the transaction.

        Raises NotFound when it is absent or hidden, Forbidden with the refusal when it is seen but not for this,
        and StaleRevision when it is not at the revision that the change expects.
        """
        native = self.id_of(one, Kind.DASHBOARD, noun="dashboard")
        lock = select(dashboards.c.id).where(dashboards.c.id == native).with_for_update()
        await self.session.execute(lock)
        question = by_ids(self.asker, [native])
        found: AnyRow | None = (await self.session.execute(question)).first()
        if found is None:
            raise missing("dashboard")
        if found.rank < least:
            message = f"{refusal}; you are its {ROLE_OF_RANK[found.rank]}."
            raise Forbidden(message)
        self.check_revision(found.revision)
        return found

    def check_revision(self, current: int) -> None:
        expected = self.expected_revision
        if expected is not None and expected != current:
            message = f"It has changed since you looked: it is at revision {current}, not {expected}."
            raise StaleRevision(message, current=current)


def missing(noun: str) -> NotFound:
    message = f"There is no {noun} with this id, or it is hidden from you."
    return NotFound(message)


def _administers(viewer: Viewer) -> bool:
    return viewer.is_admin and {TokenScope.ADMIN_READ, TokenScope.ADMIN_WRITE} <= viewer.scopes


Handler = Callable[[Desk, Any], Awaitable[Done]]
