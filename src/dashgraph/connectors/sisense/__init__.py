"""Sisense: REST API v1.0 and the routes beside it that its own clients use."""

import time
from collections.abc import Callable

from dashgraph.connectors.sisense.api import Sisense, log_in
from dashgraph.connectors.sisense.card import card
from dashgraph.connectors.sisense.changes.handlers import HANDLERS
from dashgraph.connectors.sisense.settings import OPTIONS, Listing, SisenseSettings
from dashgraph.connectors.sisense.source import Reading
from dashgraph.connectors.sisense.told import told
from dashgraph.domain.secrets import Secret
from dashgraph.domain.sources import SourceKind
from dashgraph.sources.live.settings import Credentials, LiveSettings
from dashgraph.sources.live.source import Account, LiveSource
from dashgraph.sources.live.walks import Walks
from dashgraph.sources.rest.auth import Anonymous, Auth, Bearer, Login, Post
from dashgraph.sources.rest.client import Rest
from dashgraph.sources.rest.session import Session

__all__ = ["KIND", "OPTIONS", "open_source"]

KIND = SourceKind.SISENSE


def open_source(settings: LiveSettings, http: Session, *, clock: Callable[[], float] = time.monotonic) -> LiveSource:
    """The source. Nothing is asked yet. Raises BadInput for settings that cannot be."""
    known = SisenseSettings.of(settings)
    auth = _auth(settings.credentials, clock)
    rest = Rest(
        http, source=settings.name, base=settings.url, auth=auth, told=told, limits=settings.limits, clock=clock
    )

    def connect(credentials: Credentials, walks: Walks) -> Account:
        asking = rest if credentials is settings.credentials else rest.acting_as(_auth(credentials, clock))
        api = Sisense(
            asking,
            entitled=known.entitled,
            sees_all=known.entitled and known.listing is Listing.ADMIN,
            documented_only=settings.documented_only,
        )
        return Account(facts=Reading(api, walks, known).facts(), api=api)

    return LiveSource(settings, card(known), connect, HANDLERS, clock=clock)


def _auth(credentials: Credentials, clock: Callable[[], float]) -> Auth:
    """A token as it is, or one that is had for a name and a password."""
    name, password = credentials.user_name, credentials.password
    if credentials.token is None and name is not None and password is not None:

        async def logged_in(post: Post) -> Secret:
            return await log_in(post, name, password)

        return Login(logged_in, known=[password], clock=clock)
    return Anonymous() if credentials.token is None else Bearer(credentials.token)
