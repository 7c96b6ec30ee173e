"""What each API token, or person with sessions, has asked within the last minute, and what it may still ask."""

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from dashgraph.domain.problems import TooOften
from dashgraph.domain.viewers import Viewer

WINDOW = 60  # seconds
REMEMBERED = 10_000  # of them; the one that asked longest ago is forgotten first


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands. `reset` is in how many seconds it has more again, 0 when it has everything."""

    limit: int
    remaining: int
    reset: int


class Exhausted(TooOften):
    """An account has spent as much as it may."""

    def __init__(self, standing: Standing, *, cost: int, retry_after: int) -> None:
        message = (
            f"The operation costs {cost}, and you have {standing.remaining} of {standing.limit} left for this "
            f"minute; try again in {retry_after} seconds."
        )
        super().__init__(message, retry_after=retry_after)
        self.standing = standing


@dataclass(slots=True)
class _Account:
    spent: deque[tuple[int, int]] = field(default_factory=deque)  # in which second, how much
    total: int = 0


class Allowances:
    """The accounts of one process, in memory. `clock` tells seconds that only go forward."""

    def __init__(self, budget: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`budget` is what a token may spend within a minute; 0 for as much as it likes."""
        self._budget = budget
        self._clock = clock
        self._accounts: OrderedDict[str, _Account] = OrderedDict()

    def spend(self, viewer: Viewer, cost: int) -> Standing | None:
        """Charge an operation; None where nothing is counted. Raises Exhausted, which is not charged."""
        if not self._budget:
            return None
        account, now = self._account(viewer), self._clock()
        if account.total + cost > self._budget:
            raise Exhausted(self._standing(account, now), cost=cost, retry_after=self._until(account, now, cost))
        return self._charged(account, now, cost)

    def charge(self, viewer: Viewer, cost: int) -> None:
        """Charge what comes of itself, the events of a subscription, whether there is anything left or not."""
        if self._budget:
            self._charged(self._account(viewer), self._clock(), cost)

    def _account(self, viewer: Viewer) -> _Account:
        """The account of a token, without what is longer ago than a minute."""
        key = viewer.account
        account = self._accounts.setdefault(key, _Account())
        self._accounts.move_to_end(key)
        if len(self._accounts) > REMEMBERED:
            self._accounts.popitem(last=False)
        while account.spent and account.spent[0][0] <= self._clock() - WINDOW:
            account.total -= account.spent.popleft()[1]
        return account

    def _charged(self, account: _Account, now: float, cost: int) -> Standing:
        second = math.ceil(now)
        if account.spent and account.spent[-1][0] == second:
            cost_before = account.spent.pop()[1]
            account.spent.append((second, cost_before + cost))
        else:
            account.spent.append((second, cost))
        account.total += cost
        return self._standing(account, now)

    def _standing(self, account: _Account, now: float) -> Standing:
        reset = min(math.ceil(account.spent[0][0] + WINDOW - now), WINDOW) if account.spent else 0
        return Standing(self._budget, max(self._budget - account.total, 0), reset)

    def _until(self, account: _Account, now: float, cost: int) -> int:
        """In how many seconds enough of what was spent is a minute ago."""
        total = account.total
        for second, spent in account.spent:
            total -= spent
            if total + cost <= self._budget:
                return max(math.ceil(second + WINDOW - now), 1)
        return WINDOW
