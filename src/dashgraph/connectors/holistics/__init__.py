"""Holistics, over its API 2.0."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from dashgraph.connectors.holistics.api import Holistics, told
from dashgraph.connectors.holistics.card import CARD
from dashgraph.connectors.holistics.changes.handlers import HANDLERS
from dashgraph.connectors.holistics.changes.means import Means
from dashgraph.connectors.holistics.settings import OPTIONS, address, alert_check, key
from dashgraph.connectors.holistics.source import HolisticsFacts
from dashgraph.domain.sources import SourceKind
from dashgraph.sources.live.settings import Credentials, LiveSettings
from dashgraph.sources.live.source import Account, LiveSource
from dashgraph.sources.live.walks import Walks
from dashgraph.sources.rest.client import Rest
from dashgraph.sources.rest.session import Session

__all__ = ["KIND", "OPTIONS", "open_source"]

KIND = SourceKind.HOLISTICS


def open_source(
    settings: LiveSettings, http: Session, *, nap: Callable[[float], Awaitable[object]] = asyncio.sleep
) -> LiveSource:
    """The source; nothing is asked yet. `nap` is how to wait for a job there. Raises BadInput for wrong settings."""
    rest = Rest(
        http,
        source=settings.name,
        base=address(settings),
        auth=key(settings.credentials),
        told=told,
        limits=settings.limits,
    )

    cron = alert_check(settings)

    def connect(credentials: Credentials, walks: Walks) -> Account:
        api = Holistics(rest.acting_as(key(credentials)))
        facts = HolisticsFacts(api, walks, now=_now, nap=nap, is_known=credentials.token is not None).facts
        return Account(facts, Means(api, alert_check=cron, nap=nap, now=_now))

    return LiveSource(settings, CARD, connect, HANDLERS)


def _now() -> datetime:
    return datetime.now(UTC)
