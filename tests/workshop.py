"""Schedules, alerts and jobs for a test, written as rows: only what the test names. And a server that has some."""

import itertools
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, update

from company import START, Company, global_id
from conftest import Stores
from dashgraph.domain.ids import Kind
from dashgraph.domain.text import fold
from dashgraph.store.database import Database
from dashgraph.store.work_tables import (
    alerts,
    deliveries,
    job_files,
    job_log,
    jobs,
    recipients,
    schedules,
    targets,
)
from serving import Service, served


class Workshop:
    """Everything is called by its name, which is its native id too. Each thing is an hour younger than the last."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._now = START + timedelta(days=30)

    def _tick(self) -> datetime:
        self._now += timedelta(hours=1)
        return self._now

    async def _write(self, *statements: Any) -> None:
        async with self._database.writing() as session:
            for statement in statements:
                await session.execute(statement)

    async def schedule(self, name: str, owner: str, dashboard: str | None = None, **more: Any) -> None:
        now = self._tick()
        row = {"id": name, "name": name, "name_key": fold(name), "owner_id": owner, "dashboard_id": dashboard}
        when = {"cron": "0 9 * * 1", "zone": "Europe/Berlin", "format": "pdf", "enabled": 1}
        await self._write(insert(schedules).values({**row, **when, "created_at": now, "updated_at": now, **more}))

    async def target(
        self,
        holder: str,
        *,
        users: Sequence[str] = (),
        groups: Sequence[str] = (),
        addresses: Sequence[str] = (),
        of: str = "schedule_id",
    ) -> None:
        """A target that mails to these. Its id is that of the schedule, or of the alert."""
        row = {"id": holder, of: holder, "position": 0, "kind": "email", "settings": "{}"}
        await self._write(insert(targets).values(row))
        whom = [("user_id", users), ("group_id", groups), ("address", addresses)]
        named = [(column, one) for column, ones in whom for one in ones]
        for position, (column, one) in enumerate(named):
            await self._write(insert(recipients).values(target_id=holder, position=position, **{column: one}))

    async def alert(self, name: str, owner: str, dashboard: str | None = None, /, **more: Any) -> None:
        now = self._tick()
        row = {"id": name, "name": name, "name_key": fold(name), "owner_id": owner, "dashboard_id": dashboard}
        when = {"zone": "UTC", "format": "pdf", "enabled": 1}
        await self._write(insert(alerts).values({**row, **when, "created_at": now, "updated_at": now, **more}))

    async def job(self, name: str, *, asked_by: str | None = None, status: str = "queued", **more: Any) -> None:
        """A job that its `schedule_id` or `alert_id` started, or that somebody asked for."""
        now = self._tick()
        row = {"id": name, "kind": "delivery", "status": status, "trigger": "request", "requested_by": asked_by}
        told = {"scopes": "", "created_at": now, "due_at": now, "input": json.dumps({"name": name})}
        await self._write(insert(jobs).values({**row, **told, **more}))

    async def change(self, name: str, **values: Any) -> None:
        """What the engine does to a job."""
        counted = {"revision": jobs.c.revision + 1, **values}
        await self._write(update(jobs).where(jobs.c.id == name).values(counted))

    async def said(self, job: str, *messages: str) -> None:
        for number, message in enumerate(messages, 1):
            row = {"job_id": job, "number": number, "at": self._now, "level": "info", "message": message}
            await self._write(insert(job_log).values(row))

    async def file(self, job: str, name: str, position: int = 0) -> None:
        row = {"job_id": job, "position": position, "name": name, "content_type": "application/pdf"}
        await self._write(insert(job_files).values(**row, size=4, key=f"key of {job}", content=b"%PDF"))

    async def delivery(self, job: str, recipient: str, *, status: str = "pending", **more: Any) -> None:
        row = {"id": f"{job}-{recipient}", "job_id": job, "target_id": "target", "kind": "email", "status": status}
        to = {"recipient": recipient, "recipient_key": fold(recipient)}
        await self._write(insert(deliveries).values(**row, **to, **more))


def job_id(name: str) -> str:
    return global_id(Kind.JOB, name)


@dataclass
class Floor:
    """A server over the made-up company, in which `asker` has asked for jobs."""

    service: Service
    workshop: Workshop
    token: str
    names: Iterator[str] = field(default_factory=lambda: map("job{}".format, itertools.count()))

    @property
    def address(self) -> str:
        return self.service.client.address

    async def job(self) -> str:
        """The name of a job that waits, and that no other test knows of."""
        name = next(self.names)
        await self.workshop.job(name, asked_by="asker", kind="export")
        return name

    def nobody_watches(self) -> bool:
        return self.service.world.watching.is_idle


@asynccontextmanager
async def working(stores: Stores, **settings: Any) -> AsyncIterator[Floor]:
    async with served(await stores.fresh("demo"), **settings) as service:
        database = service.world.database
        email = await Company(database).user("asker")
        yield Floor(service, Workshop(database), await service.token(email))
