"""What a job delivers and where to: read from its schedule or its alert as they are now, or from the job itself."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from dashgraph.domain.deliverables import DeliveryFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import Trigger
from dashgraph.domain.problems import NotFound
from dashgraph.domain.targets import Recipient, Target, TargetKind, restored
from dashgraph.services.delivering.sealing import Sealer
from dashgraph.services.jobs.attempts import Attempt
from dashgraph.store import deliveries
from dashgraph.store.database import Database

GONE = "What it was to deliver is no longer there."


@dataclass(frozen=True, slots=True)
class Destination:
    """A target as it is stored; `target` opens its secrets only when something is sent there."""

    id: str
    kind: TargetKind
    recipients: tuple[Recipient, ...]
    settings: Mapping[str, Any]
    sealed: str | None

    def target(self, sealer: Sealer) -> Target:
        """Raises InvalidState when the key of the secrets is missing."""
        plain = restored(self.kind, self.id, self.settings, self.recipients)
        opened: dict[str, Any] = {} if self.sealed is None else dict(sealer.open(self.sealed))
        return replace(plain, **opened)


@dataclass(frozen=True, slots=True)
class Deliverable:
    """`owner` is as whom it is drawn and sent; `filters` are presets for what draws.

    `seen` is what was seen when an alert was triggered: an object, a list of objects, or nothing.
    """

    kind: Kind
    name: str
    owner: str
    dashboard: ResourceId
    widget: ResourceId | None
    zone: str
    format: DeliveryFormat
    subject: str | None
    body: str | None
    filters: Mapping[str, Any] | None
    seen: Any
    destinations: tuple[Destination, ...]


class Deliverables:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, attempt: Attempt) -> Deliverable:
        """Raises NotFound when what was to be delivered was deleted meanwhile."""
        if attempt.trigger is Trigger.TEST:
            given = attempt.input["targets"]
            destinations = [self._destination(row, row["recipients"]) for row in given]
            return self._read(attempt, Kind(attempt.input["kind"]), attempt.input["deliverable"], destinations)
        if attempt.schedule is not None:
            kind, row = Kind.SCHEDULE, await deliveries.schedule(self._database, attempt.schedule)
        else:
            kind, row = Kind.ALERT, await deliveries.alert(self._database, attempt.alert or "")
        if row is None:
            raise NotFound(GONE)
        return self._read(attempt, kind, dict(row._mapping), await self._destinations(attempt))

    async def _destinations(self, attempt: Attempt) -> list[Destination]:
        rows = await deliveries.targets_of(self._database, schedule=attempt.schedule, alert=attempt.alert)
        found = await deliveries.recipients_of(self._database, [row.id for row in rows])
        whom = {
            target: [dict(row._mapping) for row in its] for target, its in groupby(found, key=lambda row: row.target_id)
        }
        return [self._destination(dict(row._mapping), whom.get(row.id, [])) for row in rows]

    def _read(
        self, attempt: Attempt, kind: Kind, row: Mapping[str, Any], destinations: Sequence[Destination]
    ) -> Deliverable:
        dashboard = self._id(Kind.DASHBOARD, row["dashboard_id"])
        if dashboard is None:
            raise NotFound(GONE)
        return Deliverable(
            kind=kind,
            name=row["name"],
            owner=row["owner_id"],
            dashboard=dashboard,
            widget=self._id(Kind.WIDGET, row["widget_id"]),
            zone=row["zone"],
            format=DeliveryFormat(row["format"]),
            subject=row["subject"],
            body=row["body"],
            filters=json.loads(row["filters"]) if row["filters"] else None,
            seen=attempt.input.get("values"),
            destinations=tuple(destinations),
        )

    def _destination(self, row: Mapping[str, Any], whom: Sequence[Mapping[str, Any]]) -> Destination:
        recipients = tuple(
            Recipient(self._id(Kind.USER, one["user_id"]), self._id(Kind.GROUP, one["group_id"]), one["address"])
            for one in whom
        )
        return Destination(row["id"], TargetKind(row["kind"]), recipients, json.loads(row["settings"]), row["sealed"])

    def _id(self, kind: Kind, native: str | None) -> ResourceId | None:
        return None if native is None else ResourceId(self._database.name, kind, native)
