"""Lightdash for tests: the connector on its fake, and who asks it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from dashgraph.app.fakes.lightdash.fake import LightdashFake
from dashgraph.connectors import lightdash
from dashgraph.domain.secrets import Secret
from dashgraph.sources.live.settings import Credentials, LiveSettings
from dashgraph.sources.live.source import LiveSource
from dashgraph.sources.rest.session import open_session

NAME = "shop"


@asynccontextmanager
async def opened(
    fake: LightdashFake | None = None, *, nap: Any = asyncio.sleep, **settings: Any
) -> AsyncIterator[tuple[LightdashFake, LiveSource]]:
    """The source on a fake with the example company, or on the fake given."""
    fake = fake or LightdashFake()
    async with fake.serving() as url, open_session() as session:
        said = {"credentials": Credentials(token=Secret(fake.TOKEN)), "freshness": 0, **settings}
        yield (
            fake,
            lightdash.open_source(LiveSettings(name=NAME, kind=lightdash.KIND, url=url, **said), session, nap=nap),
        )
