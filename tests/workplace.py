"""A served store with a crew at work, and somebody who asks for jobs and downloads what they made."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from company import Company, global_id
from conftest import Asking, Stores
from dashgraph.app.working import workers, working
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import JobKind, JobStatus
from dashgraph.domain.viewers import Viewer
from dashgraph.services.jobs.attempts import Attempt, carry_out, utc_now
from dashgraph.services.jobs.attempts import Worker as Carries
from dashgraph.services.jobs.crew import Crew
from dashgraph.store.work_tables import jobs
from dashgraph.store.working import begin
from serving import Client, Service, served

Json = dict[str, Any]
DEADLINE = 30
JOB = """query($id: ID!, $scope: Scope! = VISIBLE) { job(id: $id, scope: $scope) {
    kind status error result progress { done total } log { level message }
    file { name contentType size url expiresAt } } }"""


@dataclass
class Workplace:
    service: Service
    asking: Asking
    company: Company
    crew: Crew

    async def person(self, name: str, role: str = "designer", **more: Any) -> "Worker":
        email = await self.company.user(name, role)
        token = await self.service.token(email, **more)
        return Worker(self, await self.asking.viewer(email), self.service.client.holding(token))


@dataclass
class Worker:
    """Somebody who asks over HTTP, with a token of their own."""

    place: Workplace
    viewer: Viewer
    client: Client

    async def ask(self, query: str, **variables: Any) -> Json:
        """The data of an answer without errors."""
        answer = (await self.client.ask(query, **variables)).json
        assert "errors" not in answer, answer["errors"]
        found: Json = answer["data"]
        return found

    async def over(self, job: str, **more: Any) -> Json:
        """The job once it is over, as its asker is told."""
        self.place.crew.call()
        await over(self.place, job)
        found: Json = (await self.ask(JOB, id=job, **more))["job"]
        return found


async def over(place: Workplace, job: str) -> None:
    one = ResourceId.decode(job)
    assert one is not None
    async with asyncio.timeout(DEADLINE):
        while True:
            async with place.service.world.database.reading() as session:
                row = (await session.execute(select(jobs.c.status).where(jobs.c.id == one.native))).one()
            if JobStatus(row.status).is_over:
                return
            await asyncio.sleep(0.02)


async def attempt(asking: Asking, job: str, worker: Carries | None = None) -> Any:
    """One attempt at a job without an engine, and its row then."""
    database, one, now = asking.world.database, ResourceId.decode(job), utc_now()
    assert one is not None
    row = await begin(database, one.native, claim := secrets.token_hex(4), now)
    assert row is not None
    await carry_out(Attempt(database, row, claim, clock=utc_now), worker or workers(asking.world)[JobKind(row.kind)])
    async with database.reading() as session:
        return (await session.execute(select(jobs).where(jobs.c.id == one.native))).one()


@asynccontextmanager
async def workplace(stores: Stores, **settings: Any) -> AsyncIterator[Workplace]:
    async with served(await stores.fresh("empty"), **settings) as service, working(service.world) as crew:
        yield Workplace(service, Asking(service.world, []), Company(service.world.database), crew)


def d(name: str) -> str:
    return global_id(Kind.DASHBOARD, name)
