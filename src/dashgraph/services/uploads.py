"""Receiving files by the addresses that were given out for them."""

import hashlib
from datetime import UTC, datetime

from dashgraph.domain.problems import BadInput, NotFound
from dashgraph.store import uploads
from dashgraph.store.database import Database

GONE = "There is nothing to upload here, or no longer; ask for another address with createUpload."


class Uploads:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def size(self, secret: str, *, now: datetime | None = None) -> int:
        """How many bytes are awaited. Raises NotFound, always with the same words."""
        row = await uploads.awaited(self._database, _hash(secret), now or datetime.now(UTC))
        if row is None:
            raise NotFound(GONE)
        found: int = row.size
        return found

    async def receive(self, secret: str, content: bytes, *, now: datetime | None = None) -> None:
        """Keep the file; sent again, it is kept once. Raises BadInput when it is another than was announced."""
        now = now or datetime.now(UTC)
        row = await uploads.awaited(self._database, _hash(secret), now)
        if row is None:
            raise NotFound(GONE)
        if len(content) != row.size or hashlib.sha256(content).hexdigest() != row.sha256:
            message = f"This is not the file that was announced: {row.size} bytes with the SHA-256 {row.sha256}."
            raise BadInput(message)
        if not row.arrived:
            await uploads.arrived(self._database, _hash(secret), content, now)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
