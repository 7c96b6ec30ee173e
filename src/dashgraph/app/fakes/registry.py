"""The fakes, one line each."""

from collections.abc import Mapping

from dashgraph.app.fakes.kit import Fake
from dashgraph.domain.sources import SourceKind
from dashgraph.sources.registry import Registry

FAKES: Mapping[SourceKind, type[Fake]] = Registry(
    {
        SourceKind.SISENSE: "dashgraph.app.fakes.sisense.server:SisenseFake",
        SourceKind.LIGHTDASH: "dashgraph.app.fakes.lightdash.fake:LightdashFake",
        SourceKind.HOLISTICS: "dashgraph.app.fakes.holistics.fake:HolisticsFake",
        SourceKind.POSTHOG: "dashgraph.app.fakes.posthog.server:PostHogFake",
    }
)
