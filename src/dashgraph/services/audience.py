"""Whom a delivery is for today: groups are their members now, everybody once, and who may not see it is left out."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashgraph.domain.jobs import DeliveryStatus
from dashgraph.domain.targets import MOST_ADDRESSES, Recipient, TargetKind
from dashgraph.domain.users import same_address
from dashgraph.services.deliverables import Deliverable, Destination
from dashgraph.store import deliveries
from dashgraph.store.database import Database
from dashgraph.store.deliveries import Person

NO_ACCESS = "Left out: the dashboard is not shared with them."
NOT_ACTIVE = "Left out: the account is not active."
DELETED = "Left out: the account was deleted."
NO_GROUP = "Left out: the group was deleted."
NOT_ALLOWED = "Left out: only the dashboard's owner and administrators may send it elsewhere."
TOO_MANY = f"Left out: one delivery reaches at most {MOST_ADDRESSES} addresses."


@dataclass(frozen=True, slots=True)
class Addressee:
    """One address of one target, or the target itself where that is the place. `refusal` says why it is left out."""

    name: str
    key: str  # the same for one mailbox, however it is written
    user: str | None = None
    refusal: str | None = None


async def audience(
    database: Database, job: str, wanted: Deliverable, places: Mapping[str, str], *, may_send_elsewhere: bool
) -> list[dict[str, Any]]:
    """The rows of deliveries of a job. `places` are what targets other than e-mail are called."""
    people = await _people(database, wanted)
    groups = await _groups(database, wanted)
    seen: set[str] = set()
    rows = []
    for destination in wanted.destinations:
        found = (
            _mailboxes(destination.recipients, people, groups, may_send_elsewhere=may_send_elsewhere)
            if destination.kind is TargetKind.EMAIL
            else [
                Addressee(places[destination.id], destination.id, refusal=None if may_send_elsewhere else NOT_ALLOWED)
            ]
        )
        for one in found:
            if one.key in seen:
                continue
            seen.add(one.key)
            refusal = one.refusal or (TOO_MANY if len(seen) > MOST_ADDRESSES else None)
            rows.append(_row(job, destination, one, refusal))
    return rows


async def _people(database: Database, wanted: Deliverable) -> dict[str, Person]:
    ids = {one.user.native for target in wanted.destinations for one in target.recipients if one.user is not None}
    return await deliveries.people(database, wanted.dashboard.native, sorted(ids))


async def _groups(database: Database, wanted: Deliverable) -> dict[str, list[Person]]:
    ids = {one.group.native for target in wanted.destinations for one in target.recipients if one.group is not None}
    return await deliveries.members(database, wanted.dashboard.native, sorted(ids))


def _mailboxes(
    recipients: Sequence[Recipient],
    people: Mapping[str, Person],
    groups: Mapping[str, list[Person]],
    *,
    may_send_elsewhere: bool,
) -> Iterator[Addressee]:
    """Those who get it first, so that nobody is left out who has another way to it."""
    found = list(_each(recipients, people, groups, may_send_elsewhere=may_send_elsewhere))
    yield from sorted(found, key=lambda one: one.refusal is not None)


def _each(
    recipients: Sequence[Recipient],
    people: Mapping[str, Person],
    groups: Mapping[str, list[Person]],
    *,
    may_send_elsewhere: bool,
) -> Iterator[Addressee]:
    for one in recipients:
        if one.user is not None:
            person = people.get(one.user.native)
            yield Addressee(one.user.native, one.user.native, refusal=DELETED) if person is None else _person(person)
        elif one.group is not None:
            members = groups.get(one.group.native)
            if members is None:
                yield Addressee(one.group.native, one.group.native, refusal=NO_GROUP)
            else:
                yield from (_person(member) for member in members)
        elif one.address is not None:
            refusal = None if may_send_elsewhere else NOT_ALLOWED
            yield Addressee(one.address, same_address(one.address), refusal=refusal)


def _person(person: Person) -> Addressee:
    refusal = NOT_ACTIVE if not person.is_active else NO_ACCESS if not person.may_view else None
    return Addressee(person.email, same_address(person.email), person.id, refusal)


def _row(job: str, destination: Destination, one: Addressee, refusal: str | None) -> dict[str, Any]:
    return {
        "id": hashlib.sha256(f"{job}/{destination.id}/{one.key}".encode()).hexdigest()[:24],
        "job_id": job,
        "target_id": destination.id,
        "kind": destination.kind.value,
        "recipient": one.name,
        "recipient_key": one.key,
        "user_id": one.user,
        "status": (DeliveryStatus.PENDING if refusal is None else DeliveryStatus.SKIPPED).value,
        "answer": refusal,
    }
