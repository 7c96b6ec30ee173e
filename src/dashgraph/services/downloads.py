"""Addresses of the files that jobs made: signed, for whom they were given, for a short while.

The key of an address is kept with the file, so that no setting is needed, every process knows it, and it is gone with
the file. An address tells whose it is; whether they still may is looked up at each download.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dashgraph.domain.access import RANKS, AccessRole
from dashgraph.domain.dashboards import DASHBOARD, Dashboard
from dashgraph.domain.exports import LIFETIME, exporting
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import JOB, Job, JobFile
from dashgraph.domain.problems import InvalidState, NotFound, Problem
from dashgraph.domain.text import storable
from dashgraph.domain.viewers import Reach, TokenScope, Viewer
from dashgraph.services.identity import Identity
from dashgraph.services.reading import Reading
from dashgraph.store import job_files
from dashgraph.store.database import Database
from dashgraph.store.job_files import StoredFile

GONE = "There is nothing to download here, or no longer; ask for another address with `job { file { url } }`."
LONGEST = 1000  # characters of an address


@dataclass(frozen=True, slots=True)
class Address:
    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Download:
    """A file to be given out. `pieces` may end early: then it was taken away meanwhile."""

    name: str
    content_type: str
    size: int
    pieces: AsyncIterator[bytes]


def may(job: Job, dashboard: Dashboard | Problem | None) -> bool:
    """Whether who sees both like this may have the file: it shows what was seen by who asked, no more than that."""
    if dashboard is None or isinstance(dashboard, Problem):
        return False
    drawn = (job.result or {}).get("role", AccessRole.VIEW.value)
    return RANKS[dashboard.role] >= RANKS[AccessRole(drawn)]


def address(job: ResourceId, file: JobFile, viewer: Viewer, now: datetime) -> Address:
    """For a viewer who may have the file."""
    expires_at = (now + LIFETIME).replace(microsecond=0)
    everything = exporting(viewer).reach is Reach.ALL
    told = [job.native, viewer.user.native, int(expires_at.timestamp()), everything]
    text = base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()
    return Address(f"{text}.{_signed(file.key.text, text)}", expires_at)


class Downloads:
    def __init__(self, database: Database, reading: Reading, identity: Identity) -> None:
        self._database = database
        self._reading = reading
        self._identity = identity

    async def file(self, secret: str, *, now: datetime | None = None) -> Download:
        """What an address leads to, with today's rights. Raises NotFound, always with the same words."""
        text, _, signature = secret[:LONGEST].partition(".")
        told = _read(text)
        found = None if told is None else await job_files.first(self._database, told["job"])
        if told is None or found is None:
            raise NotFound(GONE)
        if not hmac.compare_digest(_signed(found.key, text).encode(), signature.encode(errors="replace")):
            raise NotFound(GONE)
        if told["expires_at"] <= (now or datetime.now(UTC)).timestamp() or not await self._still(told, found):
            raise NotFound(GONE)
        return Download(found.name, found.content_type, found.size, found.pieces(self._database))

    async def _still(self, told: Mapping[str, Any], file: StoredFile) -> bool:
        """Whether who got the address is active, and sees the job and what it is of."""
        scopes = [TokenScope.DASHBOARDS_READ, *([TokenScope.ADMIN_READ] if told["everything"] else [])]
        try:
            viewer = exporting(await self._identity.asker(told["user"], " ".join(scopes)))
        except InvalidState:
            return False
        one = ResourceId(self._database.name, Kind.JOB, file.job)
        job = (await self._reading.things(viewer, JOB, [one])).get(one)
        if job is None or isinstance(job, Problem) or job.dashboard is None:
            return False
        return may(job, (await self._reading.things(viewer, DASHBOARD, [job.dashboard])).get(job.dashboard))


def _signed(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def _read(text: str) -> Mapping[str, Any] | None:
    """What an address tells, before it is known to be ours."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        job, user, expires_at, everything = json.loads(raw)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        return None
    if not (isinstance(job, str) and storable(job) and isinstance(user, str) and isinstance(expires_at, int)):
        return None
    return {"job": job, "user": user, "expires_at": expires_at, "everything": everything is True}
