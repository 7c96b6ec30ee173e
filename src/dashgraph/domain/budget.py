"""What an operation costs upstream: for each source the calls, those repeated, those spared, and the time."""

from contextvars import ContextVar
from dataclasses import dataclass

from dashgraph.domain.holding import Holding


@dataclass(slots=True)
class Spent:
    """`calls` are all requests that left, logins and repeated ones included; `seconds` their times, added up."""

    calls: int = 0
    retried: int = 0
    cached: int = 0  # questions answered by what another one had fetched
    seconds: float = 0.0


class Tally:
    """What was spent while it was open."""

    def __init__(self, above: "Tally | None" = None) -> None:
        self.spent: dict[str, Spent] = {}
        self._above = above

    def add(self, source: str, *, calls: int, retried: int, cached: int, seconds: float) -> None:
        one = self.spent.setdefault(source, Spent())
        one.calls += calls
        one.retried += retried
        one.cached += cached
        one.seconds += seconds
        if self._above is not None:
            self._above.add(source, calls=calls, retried=retried, cached=cached, seconds=seconds)

    def calls(self, source: str | None = None) -> int:
        """How many requests left, to this source or to all."""
        return sum(one.calls for name, one in self.spent.items() if source in {None, name})


_open: ContextVar[Tally | None] = ContextVar("tally", default=None)


def tallied() -> Holding[Tally]:
    """Count what is spent while this is open, by tasks that start in there too. One inside another counts for both."""
    return Holding(_open, Tally(_open.get()))


def counted(source: str, *, calls: int = 0, retried: int = 0, cached: int = 0, seconds: float = 0.0) -> None:
    """Note what was spent, where somebody counts."""
    tally = _open.get()
    if tally is not None:
        tally.add(source, calls=calls, retried=retried, cached=cached, seconds=seconds)
