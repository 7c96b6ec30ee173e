"""PostHog for tests: the connector on its fake, and who asks it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from dashgraph.app.fakes.posthog.server import PostHogFake
from dashgraph.connectors import posthog
from dashgraph.domain.secrets import Secret
from dashgraph.sources.live.settings import Credentials, LiveSettings
from dashgraph.sources.live.source import LiveSource
from dashgraph.sources.rest.session import open_session

NAME = "posthog"
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


@asynccontextmanager
async def opened(fake: PostHogFake | None = None, **settings: Any) -> AsyncIterator[tuple[PostHogFake, LiveSource]]:
    """The source on a fake with the example company, or on the fake given."""
    fake = fake or PostHogFake(now=lambda: NOW)
    async with fake.serving() as url, open_session() as session:
        said = {"credentials": Credentials(token=Secret(fake.TOKEN)), "freshness": 0, **settings}
        yield fake, posthog.open_source(LiveSettings(name=NAME, kind=posthog.KIND, url=url, **said), session)
