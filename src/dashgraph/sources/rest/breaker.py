"""Spares a system that is silent, and those who ask it: after some failures in a row it is left alone for a while."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from dashgraph.domain.observing import SourceTurned, note
from dashgraph.domain.problems import SourceUnavailable

log = structlog.get_logger("dashgraph.sources")

MOST_FAILURES = 5
SHORTEST_PAUSE = 5.0  # seconds
LONGEST_PAUSE = 60.0


@dataclass(slots=True)
class Trial:
    """One question to the system. Neither answered nor failed is a question that was given up: it says nothing."""

    breaker: "Breaker"
    is_probe: bool

    def answered(self) -> None:
        self.breaker.answered()

    def failed(self, reason: str) -> None:
        self.breaker.failed(reason, was_probe=self.is_probe)


class Breaker:
    """Closed it lets all questions through, open none, and after each pause one, which decides."""

    def __init__(self, source: str, *, clock: Callable[[], float], chance: Callable[[], float]) -> None:
        self._source = source
        self._clock = clock
        self._chance = chance
        self._failures = 0
        self._pause = SHORTEST_PAUSE
        self._silent_since: float | None = None
        self._again_at = 0.0
        self._is_probing = False

    @property
    def is_open(self) -> bool:
        return self._silent_since is not None

    @contextmanager
    def trial(self) -> Iterator[Trial]:
        """For one question, its repetitions included. Raises SourceUnavailable at once while it is open."""
        trial = Trial(self, is_probe=self._admit())
        try:
            yield trial
        finally:
            if trial.is_probe:
                self._is_probing = False

    def answered(self) -> None:
        self._failures = 0
        if self._silent_since is not None:
            log.info("source_back", source=self._source, silent_seconds=round(self._clock() - self._silent_since, 1))
            note(SourceTurned(self._source, is_silent=False))
        self._silent_since = None
        self._pause = SHORTEST_PAUSE

    def failed(self, reason: str, *, was_probe: bool) -> None:
        if self._silent_since is None:
            self._failures += 1
            if self._failures < MOST_FAILURES:
                return
            self._silent_since = self._clock()
            log.warning("source_silent", source=self._source, reason=reason)
            note(SourceTurned(self._source, is_silent=True))
        elif was_probe:
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        else:
            return  # it left before the breaker opened
        self._again_at = self._clock() + self._pause * (0.75 + self._chance() / 4)

    def _admit(self) -> bool:
        """Whether this one is the probe."""
        if self._silent_since is None:
            return False
        now = self._clock()
        left = self._again_at - now
        if left <= 0 and not self._is_probing:
            self._is_probing = True
            return True
        later = f"in {math.ceil(left)} s" if left > 0 else "just now"
        message = f"{self._source} has not answered for {now - self._silent_since:.0f} s; it is tried again {later}."
        raise SourceUnavailable(message, source=self._source, retryAfter=max(1, math.ceil(left)))
