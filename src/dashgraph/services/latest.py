"""For whom tokens spoke when they were looked up last: by their hashes, for a while, of a thousand of them."""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

from dashgraph.domain.viewers import Viewer

KEPT = 1000
SECONDS = 60.0
NOTHING = 0.0, None, None


class Latest:
    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, object, Viewer]] = OrderedDict()

    def keep(self, hashed: str, told: object, make: Callable[[], Viewer]) -> Viewer:
        """Remember the viewer, who is made anew when the store tells something else of the token than before."""
        _, before, viewer = self._known.get(hashed, NOTHING)
        if viewer is None or before != told:
            viewer = make()
        self._known[hashed] = self._clock() + SECONDS, told, viewer
        self._known.move_to_end(hashed)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return viewer

    def of(self, hashed: str) -> Viewer | None:
        """None when it is too long ago, or nothing is known."""
        until, _, viewer = self._known.get(hashed, NOTHING)
        return viewer if until > self._clock() else None
