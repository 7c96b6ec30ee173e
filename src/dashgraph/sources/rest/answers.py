"""What a system answered, and how values are taken out of it without trusting it."""

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from functools import cached_property
from typing import Any, Final, TypeAlias

import orjson

from dashgraph.domain.problems import SourceFailed


class _Absent(Enum):
    ABSENT = "absent"


ABSENT: Final = _Absent.ABSENT

Raws: TypeAlias = "list[Raw]"


@dataclass(frozen=True)
class Answer:
    """A whole answer. Neither its headers nor its body show when it is printed: they may hold secrets."""

    source: str
    path: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def is_fine(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004  the successes of HTTP

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The parsed body; None when there is none. Raises SourceFailed for what is not JSON."""
        return self._parsed

    def raw(self) -> "Raw":
        """The parsed body, to be tamed."""
        return Raw(self._parsed, self.source)

    @cached_property
    def _parsed(self) -> Any:
        body = self.body.removeprefix(b"\xef\xbb\xbf")
        if not body.strip():
            return None
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            kind = self.content_type[:100] or "something without a content type"
            message = f"{self.source} answered {self.path} with {kind} that is not JSON (HTTP {self.status})"
            raise SourceFailed(f"{message}; look whether its url leads to it.", source=self.source) from None


@dataclass(frozen=True, slots=True)
class Raw:
    """JSON of a source with the place it stands at. What is not as it must be raises SourceFailed with the place.

    Only `default=` makes a field optional; null counts as absent. A value never shows in a message.
    """

    value: Any = field(repr=False)
    source: str
    path: str = ""

    def get(self, key: str) -> Any:
        """The value as it is, None when absent."""
        return self._fields().get(key)

    def object(self, key: str) -> "Raw":
        return self.at(key).as_object()

    def optional_object(self, key: str) -> "Raw | None":
        return None if self.get(key) is None else self.object(key)

    def list(self, key: str) -> "Raws":
        return self.at(key).each()

    def optional_list(self, key: str) -> "Raws | None":
        """None when absent, which is something else than empty."""
        return None if self.get(key) is None else self.list(key)

    def each(self) -> "Raws":
        """The elements of the list that this is."""
        if not isinstance(self.value, list):
            raise self.unfit("a list")
        return [Raw(one, self.source, f"{self.path}[{place}]") for place, one in enumerate(self.value)]

    def entries(self) -> dict[str, "Raw"]:
        """The entries of the map that this is. Their keys, which are anything, stay out of the path."""
        fields = self._fields().items()
        return {key: Raw(one, self.source, f"{self.path}[{place}]") for place, (key, one) in enumerate(fields)}

    def as_object(self) -> "Raw":
        self._fields()
        return self

    def as_text(self) -> str:
        if not isinstance(self.value, str):
            raise self.unfit("a text")
        return self.value

    def as_id(self) -> str:
        """A number or a text, as text."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | str) or self.value == "":
            raise self.unfit("an id")
        return str(self.value)

    def as_number(self) -> float:
        """Text that is a number counts as one."""
        if not isinstance(self.value, bool) and isinstance(self.value, int | float | str):
            with suppress(ValueError, OverflowError):
                number = float(self.value)
                if math.isfinite(number):
                    return number
        raise self.unfit("a number")

    def as_whole(self) -> int:
        """A whole number; 3.0 and "3" are ones too."""
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return self.value
        number = self.as_number()
        if not number.is_integer():
            raise self.unfit("a whole number")
        return int(number)

    def as_flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.unfit("true or false")
        return self.value

    def as_instant(self) -> datetime:
        """Text of ISO 8601, in UTC where it names no zone, or milliseconds since 1970."""
        with suppress(ValueError, OverflowError, OSError):
            if isinstance(self.value, str):
                at = datetime.fromisoformat(self.value)
                return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
            if isinstance(self.value, int | float) and not isinstance(self.value, bool):
                return datetime.fromtimestamp(self.value / 1000, UTC)
        raise self.unfit("an instant")

    def text(self, key: str, *, default: str | _Absent = ABSENT) -> str:
        at = self.at(key)
        return default if at.value is None and default is not ABSENT else at.as_text()

    def optional_text(self, key: str) -> str | None:
        at = self.at(key)
        return None if at.value is None else at.as_text()

    def id(self, key: str) -> str:
        return self.at(key).as_id()

    def optional_id(self, key: str) -> str | None:
        at = self.at(key)
        return None if at.value is None else at.as_id()

    def number(self, key: str, *, default: float | _Absent = ABSENT) -> float:
        at = self.at(key)
        return default if at.value is None and default is not ABSENT else at.as_number()

    def whole(self, key: str, *, default: int | _Absent = ABSENT) -> int:
        at = self.at(key)
        return default if at.value is None and default is not ABSENT else at.as_whole()

    def optional_whole(self, key: str) -> int | None:
        at = self.at(key)
        return None if at.value is None else at.as_whole()

    def flag(self, key: str, *, default: bool | _Absent = ABSENT) -> bool:
        at = self.at(key)
        return default if at.value is None and default is not ABSENT else at.as_flag()

    def instant(self, key: str) -> datetime:
        return self.at(key).as_instant()

    def optional_instant(self, key: str) -> datetime | None:
        at = self.at(key)
        return None if at.value is None else at.as_instant()

    def unfit(self, wanted: str) -> SourceFailed:
        """The problem that what stands here is not what it must be."""
        place = self.path or "the whole of it"
        message = f"{self.source} answered what nobody can use: {place} is not {wanted}."
        return SourceFailed(message, source=self.source)

    def at(self, key: str) -> "Raw":
        return Raw(self._fields().get(key), self.source, f"{self.path}.{key}" if self.path else key)

    def _fields(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise self.unfit("an object")
        return self.value
