"""Downloads by an address that was given out: who it was given to is looked at again each time."""

import hashlib
import json
from datetime import UTC, datetime

from dashgraph.domain.exports import exporting
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import NotFound
from dashgraph.domain.roles import NATIVE_ROLES
from dashgraph.domain.users import UserStatus
from dashgraph.domain.viewers import TokenScope, Viewer
from dashgraph.services.files import File, Files, packed
from dashgraph.services.identity import scopes_of
from dashgraph.store import transfers
from dashgraph.store.database import Database

GONE = "There is nothing to download here, or no longer; ask for another address with exportDashboards."


class Exports:
    def __init__(self, database: Database, files: Files) -> None:
        self._database = database
        self._files = files

    async def file(self, secret: str, *, now: datetime | None = None) -> File:
        """What an address leads to, with today's rights: one file, packed where the format has several.

        Raises NotFound, always with the same words, and BadFormat for what cannot be written any more.
        """
        hashed = hashlib.sha256(secret.encode(errors="replace")).hexdigest()
        row = await transfers.by_hash(self._database, hashed, now or datetime.now(UTC))
        if row is None or row.status != UserStatus.ACTIVE.value:
            raise NotFound(GONE)
        role = NATIVE_ROLES[row.role].kind
        known = {str(scope) for scope in scopes_of(role)}
        scopes = frozenset(TokenScope(scope) for scope in row.scopes.split() if scope in known)
        viewer = Viewer(ResourceId(self._database.name, Kind.USER, row.user_id), role, scopes, email=row.email)
        ids = [one for text in json.loads(row.wanted) if (one := ResourceId.decode(text)) is not None]
        kind = DocumentFormat(row.format)
        try:
            files = await self._files.written(exporting(viewer), ids, kind)
        except NotFound:
            raise NotFound(GONE) from None
        return packed(files) if kind is DocumentFormat.LIGHTDASH else files[0]
