"""What can be seen of work as it goes on - operations, batches, calls to other systems, jobs - and who looks on."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter
from types import TracebackType
from typing import Generic, Protocol, TypeAlias, TypeVar

from dashgraph.domain.holding import Holding

MOST_BATCHES = 200  # of one operation that are kept; the rest is counted
OK, FAILED, CANCELLED = "ok", "failed", "cancelled"
NOTHING = nullcontext()


@dataclass(eq=False, slots=True)
class Operation:
    """One operation that is run. Never its text nor its variables: both may hold secrets."""

    kind: str  # query, mutation or subscription
    name: str | None
    document: str  # the SHA-256 of the text
    is_trusted: bool = False  # its name is one of those that administrators gave out
    status: str = CANCELLED  # until it is known: ok, errors or refused
    seconds: float = 0.0
    batches: list["Batch"] = field(default_factory=list)
    unlisted: int = 0  # batches beyond those that are kept


@dataclass(eq=False, slots=True)
class Batch:
    """One question to one source, for so many things at once."""

    name: str
    source: str
    keys: int
    status: str = CANCELLED  # ok, or the code of its problem
    seconds: float = 0.0


@dataclass(eq=False, slots=True)
class Call:
    """One request to the system behind a source."""

    source: str
    method: str
    template: str  # of the path: without ids and without a query
    status: int | None = None  # of the answer; None when there was none
    seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)  # what observers send along


Work: TypeAlias = Operation | Batch | Call


@dataclass(frozen=True, slots=True)
class Refused:
    """An operation that was not run: not well-formed, not valid, or too much."""


@dataclass(frozen=True, slots=True)
class DocumentRead:
    """A document that was not remembered: parsed and validated anew."""


@dataclass(frozen=True, slots=True)
class SourceTurned:
    """A source fell silent and is spared, or is back."""

    source: str
    is_silent: bool


@dataclass(frozen=True, slots=True)
class JobAttempted:
    kind: str
    status: str  # ok, failed, or again when it is not over


Event: TypeAlias = Refused | DocumentRead | SourceTurned | JobAttempted
W = TypeVar("W", bound=Work)


class Observer(Protocol):
    """Sees work begin and end, and what happens beside it. It never changes what is answered."""

    def begun(self, work: Work) -> None: ...

    def within(self, work: Work) -> AbstractContextManager[None] | None:
        """Open while the work itself runs; work that begins in it is part of it. None to open nothing."""

    def ended(self, work: Work) -> None: ...

    def noted(self, event: Event) -> None: ...


_observers: ContextVar[Sequence[Observer]] = ContextVar("observers", default=())
_operation: ContextVar[Operation | None] = ContextVar("operation", default=None)


def looked_on(observers: Sequence[Observer]) -> Holding[Sequence[Observer]]:
    """Have these look on what is done while it is open, also by tasks that start in there."""
    return Holding(_observers, observers)


def note(event: Event) -> None:
    """Tell those who look on what happened."""
    for one in _observers.get():
        one.noted(event)


class following(Generic[W]):  # noqa: N801 - reads as what it does
    """Work that runs from here to the end of the block. The block says how it went: `work.status`."""

    __slots__ = ("_followed", "_within", "_work")

    def __init__(self, work: W) -> None:
        self._work = work

    def __enter__(self) -> W:
        self._followed = _Followed(self._work)
        try:
            self._within = self._followed.within()
            self._within.__enter__()
        except BaseException:
            self._followed.end()
            raise
        return self._work

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._within.__exit__(kind, error, trace)
        finally:
            self._followed.end()


@contextmanager
def following_along(work: Work) -> Iterator[Callable[[], AbstractContextManager[object]]]:
    """The same for work that waits in between, perhaps in other tasks: each piece of it goes within what this gives."""
    followed = _Followed(work)
    try:
        yield followed.within
    finally:
        followed.end()


class _Followed:
    """Work that has begun."""

    __slots__ = ("_around", "_began", "_observers", "_work")

    def __init__(self, work: Work) -> None:
        self._work = work
        self._observers = _observers.get()
        self._around = _operation.get()
        self._began = perf_counter()
        for one in self._observers:
            one.begun(work)

    def within(self) -> AbstractContextManager[object]:
        """Open while a piece of the work itself runs."""
        work = self._work
        part: AbstractContextManager[object] = NOTHING
        if isinstance(work, Operation):
            part = Holding(_operation, work)
        opened = [found for one in self._observers if (found := one.within(work)) is not None]
        return _all([part, *opened]) if opened else part

    def end(self) -> None:
        work = self._work
        work.seconds = perf_counter() - self._began
        if isinstance(work, Batch) and self._around is not None:
            _list(self._around, work)
        for one in self._observers:
            one.ended(work)


@contextmanager
def _all(managers: Sequence[AbstractContextManager[object]]) -> Iterator[None]:
    with ExitStack() as stack:
        for one in managers:
            stack.enter_context(one)
        yield


def _list(operation: Operation, batch: Batch) -> None:
    if len(operation.batches) < MOST_BATCHES:
        operation.batches.append(batch)
    else:
        operation.unlisted += 1
