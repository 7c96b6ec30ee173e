"""Lightdash: projects, spaces, dashboards with tabs and tiles, people, groups, schedulers and promotion."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from dashgraph.connectors.lightdash.api import Api, told
from dashgraph.connectors.lightdash.card import card
from dashgraph.connectors.lightdash.changes.handlers import HANDLERS
from dashgraph.connectors.lightdash.settings import OPTIONS, check
from dashgraph.connectors.lightdash.source import Lightdash
from dashgraph.domain.secrets import Secret
from dashgraph.domain.sources import SourceKind
from dashgraph.sources.live.settings import Credentials, LiveSettings
from dashgraph.sources.live.source import Account, LiveSource
from dashgraph.sources.live.walks import Walks
from dashgraph.sources.rest.auth import ApiKey
from dashgraph.sources.rest.client import Rest
from dashgraph.sources.rest.session import Session

__all__ = ["KIND", "OPTIONS", "open_source"]

KIND = SourceKind.LIGHTDASH
NOBODY = Secret("nobody")  # shown where there is no token: Lightdash then tells its health and nothing else


def open_source(
    settings: LiveSettings,
    http: Session,
    *,
    clock: Callable[[], float] = time.monotonic,
    nap: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> LiveSource:
    """The source. Nothing is asked yet. Raises BadInput for settings that cannot be."""
    check(settings)
    rest = Rest(
        http,
        source=settings.name,
        base=settings.url,
        auth=ApiKey(NOBODY),
        told=told,
        limits=settings.limits,
        clock=clock,
    )

    def connect(credentials: Credentials, walks: Walks) -> Account:
        api = Api(
            rest.acting_as(ApiKey(credentials.token or NOBODY)), url=settings.url, home=settings.options.get("project")
        )
        is_known = credentials.token is not None
        source = Lightdash(
            api, walks, settings.url, is_known=is_known, documented_only=settings.documented_only, nap=nap
        )
        return Account(facts=source.facts(), api=api)

    return LiveSource(settings, card(documented_only=settings.documented_only), connect, HANDLERS, clock=clock)
