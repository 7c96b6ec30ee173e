"""The file that a job made, and the address to fetch it by."""

from datetime import datetime

import strawberry

from dashgraph.domain import jobs
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.exports import LIFETIME, exporting
from dashgraph.graph.loaders import Loaders
from dashgraph.services.downloads import Address, address, may


@strawberry.type(description="A file that a job made.")
class JobFile:
    job: strawberry.Private[jobs.Job]
    thing: strawberry.Private[jobs.JobFile]
    loaders: strawberry.Private[Loaders]
    now: strawberry.Private[datetime]

    @strawberry.field(description="What to save it as.")
    def name(self) -> str:
        return self.thing.name

    @strawberry.field(description="Its media type, such as `application/pdf`.")
    def content_type(self) -> str:
        return self.thing.content_type

    @strawberry.field(description="Its size in bytes.")
    def size(self) -> int:
        return self.thing.size

    @strawberry.field(
        description="Where to download it, on the server that answered this: `/files/...`. Made anew each time it is "
        f"asked for, and good for {LIFETIME.seconds // 60} minutes while you may see the job and the dashboard. "
        "Whoever has the address may. Null when you may not, or see less of the dashboard than was drawn."
    )
    async def url(self) -> str | None:
        found = await self._address()
        return None if found is None else f"/files/{found.secret}"

    @strawberry.field(description="Until when the address works; null without one.")
    async def expires_at(self) -> datetime | None:
        found = await self._address()
        return None if found is None else found.expires_at

    async def _address(self) -> Address | None:
        viewer = self.loaders.viewer
        loaders = self.loaders.within(exporting(viewer).reach)
        if not may(self.job, await loaders.thing(DASHBOARD, self.job.dashboard)):
            return None
        return address(self.job.id, self.thing, viewer, self.now)
