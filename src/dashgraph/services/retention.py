"""Emptying the trash in time, and forgetting what has expired."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from dashgraph.domain.retention import Retention
from dashgraph.store import retention as store
from dashgraph.store.database import Database

PAUSE = 0.02  # seconds between slices, so that waiting writers come first

Forget = Callable[[Database, datetime], Awaitable[int]]


class Sweeping:
    def __init__(
        self, database: Database, retention: Retention, *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._database = database
        self._retention = retention
        self._pause = pause

    async def sweep(self, now: datetime) -> Mapping[str, int]:
        """Remove everything that is kept no longer; how much of each noun. Two at a time do no harm."""
        # What an undoing may have to find stays for as long as one is possible.
        undone = now - self._retention.undo
        return {
            "dashboards": await self._empty_trash(now),
            "exports": await self._forget(store.forget_exports, now),
            "uploads": await self._forget(store.forget_uploads, now),
            "sessions": await self._forget(store.forget_sessions, undone),
            "password links": await self._forget(store.forget_password_links, undone),
            "idempotency keys": await self._forget(store.forget_keys, undone),
        }

    async def _empty_trash(self, now: datetime) -> int:
        until = now - self._retention.trash
        reason = f"it was in the trash for {self._retention.trash.days} days, and what was purged is gone for good"
        purged = 0
        while some := await store.overdue(self._database, until):
            before = purged
            for native in some:
                purged += await store.purge(
                    self._database, native, until=until, now=now, operation=secrets.token_hex(12), reason=reason
                )
                await self._pause(PAUSE)
            if purged == before:  # somebody else has them in hand
                break
        return purged

    async def _forget(self, forget: Forget, until: datetime) -> int:
        forgotten = 0
        while some := await forget(self._database, until):
            forgotten += some
            await self._pause(PAUSE)
        return forgotten
