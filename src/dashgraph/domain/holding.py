"""Context variables that hold something for a while."""

from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Holding(Generic[T]):
    """While this is open the variable holds the value, for tasks that start in here too. Gives the value.

    Every request opens several: `contextlib.contextmanager` would take three times as long.
    """

    __slots__ = ("_token", "_value", "_variable")
    _token: Token[Any]

    def __init__(self, variable: ContextVar[Any], value: T) -> None:
        self._variable = variable
        self._value = value

    def __enter__(self) -> T:
        self._token = self._variable.set(self._value)
        return self._value

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._variable.reset(self._token)
