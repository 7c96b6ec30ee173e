"""A world of five sources: the demo company in the native store, and the four fakes behind it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from conftest import Asking, Stores
from dashgraph.app.build import opened
from dashgraph.app.fakes.kit import Fake
from dashgraph.app.fakes.registry import FAKES
from dashgraph.app.settings import Settings
from dashgraph.domain.secrets import Secret
from dashgraph.domain.sources import SourceKind
from dashgraph.domain.viewers import Reach, Viewer
from dashgraph.sources.live.settings import Credentials, LiveSettings

DEADLINE = 20.0


@dataclass
class Five:
    """The world, the fakes behind it by the names of their sources, and how to kill one."""

    asking: Asking
    fakes: Mapping[str, Fake]
    _alive: Mapping[str, AsyncExitStack] = field(repr=False)

    async def kill(self, name: str) -> None:
        """Close its port: whoever asks is refused."""
        await self._alive[name].aclose()

    async def admin(self) -> Viewer:
        """The demo's administrator, who asks for everything."""
        return (await self.asking.viewer("nora@tallgrass.example")).within(Reach.ALL)

    def calls(self) -> dict[str, int]:
        """How many requests came to each fake since the last time."""
        counted = {name: len(fake.calls) for name, fake in self.fakes.items()}
        for fake in self.fakes.values():
            fake.calls.clear()
        return counted


@asynccontextmanager
async def five(
    stores: Stores, *, content: str = "demo", own: Mapping[str, Mapping[str, Any]] | None = None, **more: Any
) -> AsyncIterator[Five]:
    """`more` are settings of every live source, `own` those of some by their names."""
    fakes = {str(kind): fake() for kind, fake in FAKES.items()}
    async with AsyncExitStack() as stack:
        alive: dict[str, AsyncExitStack] = {}
        live = []
        for name, fake in fakes.items():
            alive[name] = await stack.enter_async_context(AsyncExitStack())
            url = await alive[name].enter_async_context(fake.serving())
            said = {"freshness": 0, "deadline": DEADLINE, "credentials": Credentials(token=Secret(fake.TOKEN)), **more}
            said |= (own or {}).get(name, {})
            live.append(LiveSettings(name=name, kind=SourceKind(name), url=url, **said))
        settings = Settings(database_url=await stores.fresh(content))  # type: ignore[arg-type]
        world = await stack.enter_async_context(opened(settings, live))
        yield Five(Asking(world, []), fakes, alive)
