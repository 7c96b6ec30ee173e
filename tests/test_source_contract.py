"""Each live source keeps the promises of all."""

import live_holistics
import live_lightdash
import live_posthog
import live_sisense
from source_contract import SourceContract


class TestSisense(SourceContract):
    """Sisense keeps every promise of a source."""

    opened = live_sisense.opened
    member = "claire.dubois@tallgrass.example"


class TestLightdash(SourceContract):
    """Lightdash keeps every promise of a source."""

    opened = live_lightdash.opened
    member = "tomas.ibarra@tallgrass.example"


class TestPostHog(SourceContract):
    """PostHog keeps every promise of a source."""

    opened = live_posthog.opened
    member = "zoe.vanderlinden@tallgrass.example"
    unlisted = frozenset({"folders"})


class TestHolistics(SourceContract):
    """Holistics keeps every promise of a source."""

    opened = live_holistics.opened
    member = "claire.dubois@tallgrass.example"
    unlisted = frozenset({"folders"})
