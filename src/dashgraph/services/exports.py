"""Downloads by an address that was given out: who it was given to is looked at again each time."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from dashgraph.domain.exports import exporting
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import NotFound
from dashgraph.domain.roles import NATIVE_ROLES
from dashgraph.domain.users import UserStatus
from dashgraph.domain.viewers import TokenScope, Viewer
from dashgraph.services.documents import Documents, dash_file
from dashgraph.services.identity import scopes_of
from dashgraph.store import transfers
from dashgraph.store.database import Database

GONE = "There is nothing to download here, or no longer; ask for another address with exportDashboards."


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content: bytes


class Exports:
    def __init__(self, database: Database, documents: Documents) -> None:
        self._database = database
        self._documents = documents

    async def file(self, secret: str, *, now: datetime | None = None) -> File:
        """What an address leads to, with today's rights. Raises NotFound, always with the same words."""
        hashed = hashlib.sha256(secret.encode(errors="replace")).hexdigest()
        row = await transfers.by_hash(self._database, hashed, now or datetime.now(UTC))
        if row is None or row.status != UserStatus.ACTIVE.value:
            raise NotFound(GONE)
        role = NATIVE_ROLES[row.role].kind
        known = {str(scope) for scope in scopes_of(role)}
        scopes = frozenset(TokenScope(scope) for scope in row.scopes.split() if scope in known)
        viewer = Viewer(ResourceId(self._database.name, Kind.USER, row.user_id), role, scopes)
        ids = [ResourceId(self._database.name, Kind.DASHBOARD, native) for native in json.loads(row.wanted)]
        try:
            exported = await self._documents.give_out(exporting(viewer), ids)
        except NotFound:
            raise NotFound(GONE) from None
        name = f"{ids[0].native}.dash" if len(ids) == 1 else "dashboards.dash"
        return File(name, dash_file([one.document for one in exported]))
