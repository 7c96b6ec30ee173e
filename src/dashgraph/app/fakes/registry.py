"""The fakes, one line each."""

from collections.abc import Mapping

from dashgraph.app.fakes.holistics.fake import HolisticsFake
from dashgraph.app.fakes.kit import Fake
from dashgraph.app.fakes.lightdash.fake import LightdashFake
from dashgraph.app.fakes.posthog.server import PostHogFake
from dashgraph.app.fakes.sisense.server import SisenseFake
from dashgraph.domain.sources import SourceKind

FAKES: Mapping[SourceKind, type[Fake]] = {
    SourceKind.SISENSE: SisenseFake,
    SourceKind.LIGHTDASH: LightdashFake,
    SourceKind.HOLISTICS: HolisticsFake,
    SourceKind.POSTHOG: PostHogFake,
}
