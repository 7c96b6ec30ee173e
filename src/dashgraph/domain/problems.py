"""What can go wrong, named for what the caller should do about it.

Problem
├── BadInput               change the request
│   ├── BadId              ... use an id that dashgraph gave out
│   ├── BadCursor          ... start the list again
│   ├── BadDocument        ... mend the document, at the place named
│   ├── BadFormat          ... ask for another format
│   └── TooMuch            ... ask for less
│       ├── TookTooLong        for it was not answered in time
│       └── ScanLimitExceeded  of this source, whose list is longer than may be walked
├── Unauthenticated        sign in
├── Forbidden              ask somebody with the right
├── NotFound               there is nothing there, or nothing that you may see
├── Conflict               look at what is there already
│   ├── StaleRevision      ... and at what has changed since you looked
│   ├── InvalidState       ... and do first what must come before
│   └── StillOwns          ... and give away first what somebody owns
├── TooOften               wait as long as it says, then try again
├── UnsupportedBySource    use another way; this source cannot do it
└── SourceUnavailable      try again later
    ├── RateLimited        ... after the pause that the source asks for
    ├── SourceFailed       ... not yet: look at the source, it answered what nobody can use
    └── SourceRefused      ... not yet: mend the credentials in the configuration, the source does not accept them
"""

from collections.abc import Sequence
from typing import ClassVar

from dashgraph.domain.ids import ResourceId


class Problem(Exception):
    """Something expected went wrong. The message is for the person who asked."""

    code: ClassVar[str]

    def __init__(self, message: str, **facts: object) -> None:
        """`facts` are what a program can act on; they become `extensions` of a GraphQL error."""
        super().__init__(message)
        self.message = message
        self.facts = facts


class BadInput(Problem):
    code = "BAD_USER_INPUT"


class BadId(BadInput):
    code = "BAD_ID"


class BadCursor(BadInput):
    code = "BAD_CURSOR"


class BadDocument(BadInput):
    """A document cannot be taken. `pointer` is the JSON pointer (RFC 6901) of the place, or None."""

    code = "BAD_DOCUMENT"

    def __init__(self, message: str, *, pointer: str | None = None) -> None:
        super().__init__(message if pointer is None else f"{message} (at {pointer or 'the top'})")
        self.pointer = pointer


class BadFormat(BadInput):
    """A dashboard cannot be written in the format asked for."""

    code = "BAD_FORMAT"

    def __init__(self, message: str) -> None:
        super().__init__(message, argument="format")


class TooMuch(BadInput):
    code = "TOO_MUCH"


class TookTooLong(TooMuch):
    """An operation was given up: it ran for as long as one may."""

    code = "TIMEOUT"


class ScanLimitExceeded(TooMuch):
    """A source's list would have to be walked further than it may be."""

    code = "SCAN_LIMIT_EXCEEDED"

    def __init__(self, message: str, *, source: str) -> None:
        super().__init__(message, source=source)


class Unauthenticated(Problem):
    code = "UNAUTHENTICATED"


class Forbidden(Problem):
    code = "FORBIDDEN"


class NotFound(Problem):
    code = "NOT_FOUND"


class Conflict(Problem):
    code = "CONFLICT"


class StaleRevision(Conflict):
    """The thing has changed since the caller looked. `current` is its revision now."""

    code = "STALE_REVISION"

    def __init__(self, message: str, *, current: int) -> None:
        super().__init__(message, current=current)
        self.current = current


class InvalidState(Conflict):
    """The thing is not in the state that this is for."""

    code = "INVALID_STATE"


class StillOwns(Conflict):
    """Somebody owns content that needs another owner first. `owned` are ids of it, `count` is how much it is."""

    code = "STILL_OWNS"

    def __init__(self, message: str, *, owned: Sequence[ResourceId], count: int) -> None:
        super().__init__(message, count=count)
        self.owned = owned
        self.count = count


class TooOften(Problem):
    """Somebody asks, or guesses, more often than they may. `retry_after` are seconds."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message, retryAfter=retry_after)
        self.retry_after = retry_after


class UnsupportedBySource(Problem):
    code = "UNSUPPORTED_BY_SOURCE"

    def __init__(self, message: str, *, source: str) -> None:
        super().__init__(message, source=source)


class SourceUnavailable(Problem):
    """A source did not answer, or not in time. The others are not concerned."""

    code = "SOURCE_UNAVAILABLE"
    retryable: ClassVar[bool] = True

    def __init__(self, message: str, *, source: str, **facts: object) -> None:
        super().__init__(message, source=source, retryable=self.retryable, **facts)
        self.source = source


class RateLimited(SourceUnavailable):
    """A source wants to be asked less. `retryAfter` are seconds, absent when it did not say how many."""

    code = "RATE_LIMITED"


class SourceFailed(SourceUnavailable):
    """A source answered what nobody can use: a fault of its own, or not what it says that it answers."""

    code = "UPSTREAM_ERROR"
    retryable = False


class SourceRefused(SourceUnavailable):
    """A source does not accept the credentials of the configuration."""

    code = "SOURCE_REFUSED"
    retryable = False
