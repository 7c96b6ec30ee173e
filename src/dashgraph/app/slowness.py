"""Which operations were slow, and on what they spent the time: one line of the log each."""

import math
from typing import Any

import structlog

from dashgraph.domain.observing import Batch, Event, Operation, Work

log = structlog.get_logger("dashgraph.slow")

SUBSCRIPTION = "subscription"  # lasts as long as somebody follows


class SlowOperations:
    """Tells operations that took so many milliseconds or more, with their batches in the order of their ends."""

    def __init__(self, milliseconds: int | None) -> None:
        """None tells of none."""
        self._seconds = math.inf if milliseconds is None else milliseconds / 1000

    def begun(self, work: Work) -> None:
        pass

    def within(self, _work: Work) -> None:
        return None

    def ended(self, work: Work) -> None:
        if isinstance(work, Operation) and work.kind != SUBSCRIPTION and work.seconds >= self._seconds:
            log.warning(
                "slow operation",
                kind=work.kind,
                operation=work.name,
                document=work.document,
                status=work.status,
                ms=_milliseconds(work.seconds),
                batches=[_told(one) for one in work.batches],
                unlisted=work.unlisted,
            )

    def noted(self, event: Event) -> None:
        pass


def _told(batch: Batch) -> dict[str, Any]:
    return {
        "name": batch.name,
        "source": batch.source,
        "keys": batch.keys,
        "status": batch.status,
        "ms": _milliseconds(batch.seconds),
    }


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
