"""How often somebody may guess: failures are counted by what was tried and by where it came from.

Each process counts by itself and forgets with it. Of each key one number is kept, the moment at which all of its
failures will be forgiven, for so many keys at the most.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dashgraph.domain.problems import SourceUnavailable, TooOften

MOST_KEYS = 10_000
LONGEST_KEY = 400  # characters; longer ones cannot be names, and count as one


class Throttle:
    """Lets `most` failures pass at once, and then one each time that a `most`th part of the seconds is over."""

    def __init__(self, most: int, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._each = seconds / most
        self._clock = clock
        self._forgiven_at: OrderedDict[str, float] = OrderedDict()

    def check(self, key: str) -> None:
        """Raises TooOften while this has failed too often, with how long to wait."""
        waiting = self._forgiven_at.get(key[:LONGEST_KEY], 0) + self._each - self._clock() - self._seconds
        if waiting > self._each * 1e-6:  # not for the rounding of a sum
            pause = math.ceil(waiting)
            message = f"Too many failed tries; wait {pause} s before the next."
            raise TooOften(message, retry_after=pause)

    def failed(self, key: str) -> None:
        """Count a failure, or a try of which it is not known yet whether it is one."""
        key, now = key[:LONGEST_KEY], self._clock()
        self._forgiven_at[key] = max(now, self._forgiven_at.get(key, now)) + self._each
        self._forgiven_at.move_to_end(key)
        while len(self._forgiven_at) > MOST_KEYS:
            self._forgiven_at.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Take back the try that was counted."""
        key = key[:LONGEST_KEY]
        if key in self._forgiven_at:
            self._forgiven_at[key] -= self._each
            if self._forgiven_at[key] <= self._clock():
                del self._forgiven_at[key]


class Tries:
    """The guesses at passwords and tokens, by account and by address."""

    def __init__(self, per_account: int = 10, per_address: int = 100, seconds: float = 300) -> None:
        self._accounts = Throttle(per_account, seconds)
        self._addresses = Throttle(per_address, seconds)

    @contextmanager
    def begun(self, account: str | None, address: str | None) -> Iterator[None]:
        """Count a try before it is known what comes of it, so that many at once are counted too. Raises TooOften.

        It is found out within this. While those who know do not answer, it was none.
        """
        wanted = self._of(account, address)
        for throttle, key in wanted:
            throttle.check(key)
        for throttle, key in wanted:
            throttle.failed(key)
        try:
            yield
        except SourceUnavailable:
            self.succeeded(account, address)
            raise

    def succeeded(self, account: str | None, address: str | None) -> None:
        """Take back the try that was counted."""
        for throttle, key in self._of(account, address):
            throttle.succeeded(key)

    def _of(self, account: str | None, address: str | None) -> list[tuple[Throttle, str]]:
        found = ((self._accounts, account), (self._addresses, address))
        return [(throttle, key) for throttle, key in found if key is not None]
