"""Rounds: what one request asks side by side, so that a source may answer several questions of a round at once."""

from contextvars import ContextVar

from dashgraph.domain.holding import Holding


class Round:
    """Nothing but itself: which questions are asked together."""


_ROUND: ContextVar[Round | None] = ContextVar("round", default=None)


def side_by_side() -> Holding[Round]:
    """Tasks that are made while this is open ask their questions in one round: that of their maker, if it is in one."""
    return Holding(_ROUND, _ROUND.get() or Round())


def this_round() -> Round | None:
    """The round that the task belongs to; None when it asks by itself."""
    return _ROUND.get()
