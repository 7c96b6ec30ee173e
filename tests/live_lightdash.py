"""Lightdash for tests: the connector on its fake, and who asks it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from dashgraph.app.fakes.lightdash.fake import LightdashFake
from dashgraph.connectors import lightdash
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.secrets import Secret
from dashgraph.domain.viewers import Reach, TokenScope, Viewer
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


def viewer(start: str | None, *, admin: bool = False, everything: bool = False) -> Viewer:
    """Who asks: the person whose address begins so, in the native store. `everything` asks for all there is."""
    email = None if start is None else start if "@" in start else f"{start}@tallgrass.example"
    return Viewer(
        user=ResourceId("local", Kind.USER, "somebody"),
        role=RoleKind.ADMIN if admin else RoleKind.EDITOR,
        scopes=frozenset(TokenScope),
        reach=Reach.ALL if everything else Reach.VISIBLE,
        email=email,
    )


ADMIN = viewer("nora", admin=True, everything=True)
