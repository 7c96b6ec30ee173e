"""Holistics for tests: the connector on its fake, and who asks it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from dashgraph.app.fakes.holistics.fake import HolisticsFake
from dashgraph.connectors import holistics
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.secrets import Secret
from dashgraph.sources.live.settings import Credentials, LiveSettings
from dashgraph.sources.live.source import LiveSource
from dashgraph.sources.rest.session import open_session

NAME = "holistics"


@asynccontextmanager
async def opened(fake: HolisticsFake | None = None, **settings: Any) -> AsyncIterator[tuple[HolisticsFake, LiveSource]]:
    """The source on a fake with the example company, or on the fake given."""
    fake = fake or HolisticsFake()
    async with fake.serving() as url, open_session() as session:
        said = {"credentials": Credentials(token=Secret(fake.TOKEN)), "freshness": 0, **settings}
        source = holistics.open_source(
            LiveSettings(name=NAME, kind=holistics.KIND, url=url, **said), session, nap=_at_once
        )
        yield fake, source


async def _at_once(_seconds: float) -> None:
    """No pause: the jobs of the fake move on with each question."""


def one(kind: Kind, native: object) -> ResourceId:
    return ResourceId(NAME, kind, str(native))
