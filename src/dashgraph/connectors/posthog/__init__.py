"""PostHog: product analytics, whose dashboards, tiles, members, roles and public links are one source of the graph."""

from dashgraph.connectors.posthog import settings
from dashgraph.connectors.posthog.api import Api, told
from dashgraph.connectors.posthog.card import card
from dashgraph.connectors.posthog.changes.handlers import HANDLERS
from dashgraph.connectors.posthog.settings import only_project
from dashgraph.connectors.posthog.source import PostHog
from dashgraph.connectors.posthog.translate import Translator
from dashgraph.domain.sources import SourceKind
from dashgraph.sources.live.settings import Credentials, LiveSettings
from dashgraph.sources.live.source import Account, LiveSource
from dashgraph.sources.live.walks import Walks
from dashgraph.sources.rest.auth import Anonymous, Bearer
from dashgraph.sources.rest.client import Rest
from dashgraph.sources.rest.session import Session

__all__ = ["KIND", "open_source", "settings"]

KIND = SourceKind.POSTHOG


def open_source(settings: LiveSettings, http: Session) -> LiveSource:
    """The source. Nothing is asked yet. Raises BadInput for options that cannot be."""
    only = only_project(settings)
    rest = Rest(http, source=settings.name, base=settings.url, auth=Anonymous(), told=told, limits=settings.limits)

    def connect(credentials: Credentials, walks: Walks) -> Account:
        key = credentials.token
        source = PostHog(
            Api(rest if key is None else rest.acting_as(Bearer(key))),
            Translator(settings.name, settings.url),
            walks,
            only=only,
            documented_only=settings.documented_only,
            anonymous=key is None,
        )
        return Account(facts=source.facts(), api=source)

    return LiveSource(settings, card(documented_only=settings.documented_only), connect, HANDLERS)
