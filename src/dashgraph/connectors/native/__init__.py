"""dashgraph's own store: the embedded default, and the first connector."""

from dashgraph.connectors.native.settings import NativeSettings
from dashgraph.connectors.native.source import CARD, NativeSource
from dashgraph.store.database import Database, open_database

__all__ = ["KIND", "NativeSettings", "NativeSource", "open_source"]

KIND = CARD.kind


def open_source(settings: NativeSettings) -> tuple[NativeSource, Database]:
    """The source, and the database under it, which the caller closes."""
    database = open_database(settings.url, name=settings.name, pool_size=settings.pool_size)
    return NativeSource(database, settings.retention, settings.scheduling), database
