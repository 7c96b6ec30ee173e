"""The connectors, one line each. A new one is a folder beside them and a line here."""

from dashgraph.domain.sources import SourceKind
from dashgraph.sources.registry import Registry

KINDS = Registry(
    {
        SourceKind.NATIVE: "dashgraph.connectors.native",
        SourceKind.SISENSE: "dashgraph.connectors.sisense",
        SourceKind.LIGHTDASH: "dashgraph.connectors.lightdash",
        SourceKind.HOLISTICS: "dashgraph.connectors.holistics",
        SourceKind.POSTHOG: "dashgraph.connectors.posthog",
    }
)
