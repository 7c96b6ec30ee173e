"""A Sisense source on its fake, for the tests of the connector and of the whole graph."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from dashgraph.app.fakes.sisense.server import SisenseFake
from dashgraph.connectors import sisense
from dashgraph.domain.secrets import Secret
from dashgraph.domain.sources import SourceKind
from dashgraph.sources.live.settings import Credentials, LiveSettings
from dashgraph.sources.live.source import LiveSource
from dashgraph.sources.rest.session import open_session

NAME = "finance-sisense"


@asynccontextmanager
async def opened(
    fake: SisenseFake | None = None, *, clock: Callable[[], float] | None = None, **settings: Any
) -> AsyncIterator[tuple[SisenseFake, LiveSource]]:
    """The fake and the source, which signs in as the administrator unless the settings say otherwise."""
    fake = fake or SisenseFake()
    async with fake.serving() as url, open_session() as http:
        given = {"credentials": Credentials(token=Secret(fake.TOKEN)), "freshness": 0, **settings}
        known = LiveSettings(name=NAME, kind=SourceKind.SISENSE, url=url, **given)
        yield fake, sisense.open_source(known, http, **({} if clock is None else {"clock": clock}))
