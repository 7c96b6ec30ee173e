"""What can be seen of work as it goes on - operations, batches, calls to other systems, jobs - and who looks on."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol, TypeAlias, TypeVar

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
W = TypeVar("W", Operation, Batch, Call)


class Observer(Protocol):
    """Sees work begin and end, and what happens beside it. It never changes what is answered."""

    def begun(self, work: Work) -> None: ...

    def within(self, work: Work) -> AbstractContextManager[None] | None:
        """Open while the work itself runs; work that begins in it is part of it. None to open nothing."""

    def ended(self, work: Work) -> None: ...

    def noted(self, event: Event) -> None: ...


_observers: ContextVar[Sequence[Observer]] = ContextVar("observers", default=())
_operation: ContextVar[Operation | None] = ContextVar("operation", default=None)


@contextmanager
def looked_on(observers: Sequence[Observer]) -> Iterator[None]:
    """Have these look on what is done in here, also by tasks that start in here."""
    before = _observers.set(observers)
    try:
        yield
    finally:
        _observers.reset(before)


def note(event: Event) -> None:
    """Tell those who look on what happened."""
    for one in _observers.get():
        one.noted(event)


@contextmanager
def following(work: W) -> Iterator[W]:
    """Work that runs from here to the end of the block. The block says how it went: `work.status`."""
    with following_along(work) as within, within():
        yield work


@contextmanager
def following_along(work: Work) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """The same for work that waits in between, perhaps in other tasks: each piece of it goes within what this gives."""
    observers = _observers.get()
    around = _operation.get()
    began = perf_counter()
    for one in observers:
        one.begun(work)
    try:
        yield lambda: _within(work, observers)
    finally:
        work.seconds = perf_counter() - began
        if isinstance(work, Batch) and around is not None:
            _list(around, work)
        for one in observers:
            one.ended(work)


def _within(work: Work, observers: Sequence[Observer]) -> AbstractContextManager[None]:
    opened = [found for one in observers if (found := one.within(work)) is not None]
    return _open(work, opened) if opened or isinstance(work, Operation) else NOTHING


@contextmanager
def _open(work: Work, opened: Sequence[AbstractContextManager[None]]) -> Iterator[None]:
    with ExitStack() as stack:
        for one in opened:
            stack.enter_context(one)
        if isinstance(work, Operation):
            before = _operation.set(work)
            stack.callback(_operation.reset, before)
        yield


def _list(operation: Operation, batch: Batch) -> None:
    if len(operation.batches) < MOST_BATCHES:
        operation.batches.append(batch)
    else:
        operation.unlisted += 1
