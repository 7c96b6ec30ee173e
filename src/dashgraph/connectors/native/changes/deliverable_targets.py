"""Where schedules and alerts deliver to: who may receive it, what is kept of the targets, and what is sealed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import literal, or_, select

from dashgraph.connectors.native.changes.deliverable_rights import Standing
from dashgraph.connectors.native.changes.desk import Desk
from dashgraph.domain import deliverable_checks, user_changes
from dashgraph.domain.deliverables import WarningKind
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, NotFound
from dashgraph.domain.targets import EmailTarget, Recipient, Target, settings_of
from dashgraph.domain.text import fold
from dashgraph.domain.users import Origin, UserStatus
from dashgraph.store.among import among
from dashgraph.store.database import AnyRow
from dashgraph.store.deliverables import Deliverables
from dashgraph.store.tables import groups, memberships, users
from dashgraph.store.visibility import may_view
from dashgraph.store.work_tables import recipients, targets

Row = dict[str, Any]
Warned = list[tuple[str, str]]  # the kind of warning, and the words


@dataclass(frozen=True, slots=True)
class Planned:
    """Targets as they are stored, each with its recipients, and what there is to know of them."""

    targets: Sequence[Row]
    recipients: Mapping[str, Sequence[Row]]  # by the id of the target
    warnings: Warned = field(default_factory=list)


async def held(desk: Desk, of: Deliverables, native: str) -> Planned:
    """The targets that a schedule or an alert has."""
    its = select(targets).where(of.of_target == native).order_by(targets.c.position)
    rows = [dict(row) for row in (await desk.session.execute(its)).mappings()]
    whom: dict[str, list[Row]] = {row["id"]: [] for row in rows}
    of_these = select(recipients).where(among(recipients.c.target_id, list(whom)))
    in_order = of_these.order_by(recipients.c.target_id, recipients.c.position)
    for row in (await desk.session.execute(in_order)).mappings():
        whom[row["target_id"]].append(dict(row))
    return Planned(rows, whom)


async def planned(desk: Desk, who: Standing, given: Sequence[Target] | None, stored: Planned) -> Planned:
    """Targets as they are wanted in place of the stored ones. Raises what they cannot be, or may not be for."""
    wanted = deliverable_checks.targets(given)
    known = {row["id"]: row for row in stored.targets}
    people = await _People.of(desk, who.dashboard, wanted)
    rows, whom = [], {}
    for number, target in enumerate(wanted):
        if target.id is not None and target.id not in known:
            message = f"It has no target {target.id}; leave `id` out for a new one."
            raise BadInput(message, argument="targets")
        native = target.id or desk.fresh_id()
        sealed, kept = _sealed(desk, target, known.get(target.id or ""), number + 1)
        settings = json.dumps(settings_of(replace(target, held=kept)), separators=(",", ":"))
        rows.append(
            {"id": native, "position": number, "kind": target.KIND.value, "settings": settings, "sealed": sealed}
        )
        named = people.named(target.recipients) if isinstance(target, EmailTarget) else []
        whom[native] = [{"target_id": native, "position": place, **one} for place, one in enumerate(named)]
    is_outside = any(not isinstance(target, EmailTarget) for target in wanted)
    if is_outside or any(one["address"] for its in whom.values() for one in its):
        who.require_outside()
        is_outside = True
    return Planned(rows, whom, people.warnings(reaches_others=is_outside))


async def keep(desk: Desk, of: Deliverables, holder: str, wanted: Planned, stored: Planned) -> bool:
    """Write what differs from what is stored; whether anything did."""
    held_by = {"schedule_id": None, "alert_id": None, of.of_target.name: holder}
    rows = {row["id"]: {**row, **held_by} for row in wanted.targets}
    before = {row["id"]: row for row in stored.targets}
    gone = [native for native in before if native not in rows]
    anew = [native for native in before if native in gone or stored.recipients[native] != wanted.recipients[native]]
    await desk.ledger.delete(recipients, among(recipients.c.target_id, anew))
    await desk.ledger.delete(targets, among(targets.c.id, gone))
    changed = [native for native, row in rows.items() if native in before and row != before[native]]
    for native in changed:
        await desk.ledger.update(targets, targets.c.id == native, **rows[native])
    new = [native for native in rows if native not in before]
    await desk.ledger.insert(targets, *(rows[native] for native in new))
    await desk.ledger.insert(
        recipients, *(one for native in rows if native in {*anew, *new} for one in wanted.recipients[native])
    )
    return bool(gone or anew or changed or new)


async def drop(desk: Desk, of: Deliverables, native: str) -> None:
    """Take away all its targets."""
    await keep(desk, of, native, Planned([], {}), await held(desk, of, native))


def _sealed(desk: Desk, target: Target, stored: Row | None, number: int) -> tuple[str | None, tuple[str, ...]]:
    """The sealed secrets of a target and their names: those that came with it, else those that are kept."""
    if not target.SECRETS:
        return None, ()
    if target.secrets:
        return desk.scheduling.seal(target.secrets), tuple(sorted(target.secrets))
    which = f"Target {number}, {deliverable_checks.NAMES[target.KIND]}"
    if stored is None or stored["kind"] != target.KIND.value:
        message = f"{which}, needs a secret: {' or '.join(target.SECRETS).replace('_', ' ')}."
        raise BadInput(message, argument="targets")
    former = json.loads(stored["settings"])
    if any(former[name] != getattr(target, name) for name in target.SHOWN_TO):
        message = f"{which}, goes elsewhere than before; give it its secret again."
        raise BadInput(message, argument="targets")
    return stored["sealed"], tuple(former["held"])


class _People:
    """The users and groups that targets name, as they stand to the dashboard."""

    def __init__(self, source: str, found: Mapping[str, AnyRow], teams: Mapping[str, AnyRow]) -> None:
        self._source = source
        self._users = found
        self._groups = teams
        self._by_address = {row.email_key: row for row in found.values()}
        self._warnings: Warned = []
        self._reached = False

    @classmethod
    async def of(cls, desk: Desk, dashboard: str, wanted: Sequence[Target]) -> "_People":
        named = [one for target in wanted if isinstance(target, EmailTarget) for one in target.recipients]
        views = may_view(literal(dashboard), users.c.id)
        active = users.c.status == UserStatus.ACTIVE.value
        keys = [fold(user_changes.address(one.address, "targets")) for one in named if one.address is not None]
        people = select(users.c.id, users.c.name, users.c.email_key, users.c.status, views.label("views")).where(
            users.c.deleted_at.is_(None),
            users.c.origin != Origin.SERVICE.value,
            or_(among(users.c.id, _natives(one.user for one in named)), among(users.c.email_key, keys)),
        )
        members = select(memberships.c.user_id).join(users, users.c.id == memberships.c.user_id)
        members = members.where(
            memberships.c.group_id == groups.c.id, active, users.c.origin != Origin.SERVICE.value
        ).correlate(groups)
        teams = select(
            groups.c.id,
            groups.c.name,
            members.where(views).exists().label("reached"),
            members.where(~views).exists().label("blind"),
        ).where(among(groups.c.id, _natives(one.group for one in named)))
        return cls(
            desk.source,
            {row.id: row for row in await desk.session.execute(people)},
            {row.id: row for row in await desk.session.execute(teams)},
        )

    def named(self, given: Sequence[Recipient]) -> list[Row]:
        """The recipients as they are stored, each once. Raises NotFound or BadInput for who cannot be one."""
        found: dict[tuple[str | None, ...], Row] = {}
        for one in given:
            row = self._one(one)
            found[row["user_id"], row["group_id"], row["address"] and fold(row["address"])] = row
        return list(found.values())

    def _one(self, one: Recipient) -> Row:
        blank = {"user_id": None, "group_id": None, "address": None}
        if one.group is not None:
            return {**blank, "group_id": self._group(one.group).id}
        if one.user is not None:
            row = self._users.get(one.user.native)
            if row is None or one.user.kind is not Kind.USER or one.user.source != self._source:
                message = "There is no user with this id to deliver to."
                raise NotFound(message, argument="targets")
            return {**blank, "user_id": self._user(row).id}
        address = user_changes.address(one.address or "", "targets")
        row = self._by_address.get(fold(address))
        if row is None:
            return {**blank, "address": address}
        message = f"{address} is the address of {row.name}, so it is delivered to that user, and to no other address."
        self._warn(WarningKind.ADDRESS_OF_USER, message)
        return {**blank, "user_id": self._user(row).id}

    def _user(self, row: AnyRow) -> AnyRow:
        if row.status != UserStatus.ACTIVE.value:
            message = f"{row.name} is {row.status} and receives nothing; choose somebody else."
            raise BadInput(message, argument="targets")
        if not row.views:
            message = f"{row.name} does not see the dashboard; share it with them first, or leave them out."
            raise BadInput(message, argument="targets")
        self._reached = True
        return row

    def _group(self, one: ResourceId) -> AnyRow:
        row = self._groups.get(one.native)
        if row is None or one.kind is not Kind.GROUP or one.source != self._source:
            message = "There is no group with this id to deliver to."
            raise NotFound(message, argument="targets")
        if row.blind:
            message = f"Some members of {row.name} do not see the dashboard; they receive nothing until they do."
            self._warn(WarningKind.MEMBERS_WITHOUT_ACCESS, message)
        self._reached = self._reached or row.reached
        return row

    def warnings(self, *, reaches_others: bool) -> Warned:
        if not self._reached and not reaches_others:
            message = "Nobody would receive it: the groups have no members who see the dashboard."
            self._warn(WarningKind.REACHES_NOBODY, message)
        return self._warnings

    def _warn(self, kind: WarningKind, message: str) -> None:
        if (kind.value, message) not in self._warnings:
            self._warnings.append((kind.value, message))


def _natives(ones: Iterator[ResourceId | None]) -> list[str]:
    return [one.native for one in ones if one is not None]
