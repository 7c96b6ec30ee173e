"""For whom tokens spoke when they were looked up last: by their hashes, for a while, of a thousand of them."""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

from dashgraph.domain.viewers import Viewer

KEPT = 1000
SECONDS = 60.0


class Latest:
    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, Viewer]] = OrderedDict()

    def keep(self, hashed: str, viewer: Viewer) -> Viewer:
        """Remember a viewer, and give it back."""
        self._known[hashed] = self._clock() + SECONDS, viewer
        self._known.move_to_end(hashed)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return viewer

    def of(self, hashed: str) -> Viewer | None:
        """None when it is too long ago, or nothing is known."""
        until, viewer = self._known.get(hashed, (0.0, None))
        return viewer if until > self._clock() else None
