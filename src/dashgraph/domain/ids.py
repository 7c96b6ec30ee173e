"""What a thing is called across systems, and how that name travels as one opaque text."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

LONGEST = 1024  # characters of a global id


class Kind(StrEnum):
    """The nouns that have ids. The value is the name of the GraphQL type."""

    DASHBOARD = "Dashboard"
    WIDGET = "Widget"
    SHARE = "Share"
    USER = "User"
    GROUP = "Group"
    FOLDER = "Folder"
    VERSION = "DashboardVersion"
    DATASOURCE = "DataSource"
    OPERATION = "Operation"
    SCHEDULE = "Schedule"
    ALERT = "Alert"
    JOB = "Job"
    DELIVERY = "Delivery"
    PROJECT = "Project"


@dataclass(frozen=True, slots=True, order=True)
class ResourceId:
    """One thing in one source. `native` is the id that the source itself uses.

    Ids made of several parts (a share is a dashboard and a subject) join them with `/`.
    """

    source: str
    kind: Kind
    native: str

    def encode(self) -> str:
        """The opaque global id: base64url of `source:Kind:native`, without padding."""
        return _encoded(_prefix(self.source, self.kind), self.native)

    @classmethod
    def decode(cls, text: str) -> Self | None:
        """The id in the text, or None when the text is not exactly what `encode` writes."""
        if not text.isascii() or len(text) > LONGEST:
            return None
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            source, kind, native = raw.decode().split(":", 2)
            found = cls(source, Kind(kind), native)
        except (binascii.Error, ValueError):
            return None
        exact = source and native and "\0" not in raw.decode() and found.encode() == text
        return found if exact else None


def encoder(source: str, kind: Kind) -> Callable[[str], str]:
    """Encodes the native ids of one kind in one source."""
    prefix = _prefix(source, kind)
    return lambda native: _encoded(prefix, native)


def _prefix(source: str, kind: Kind) -> bytes:
    return f"{source}:{kind}:".encode()


def _encoded(prefix: bytes, native: str) -> str:
    return base64.urlsafe_b64encode(prefix + native.encode()).rstrip(b"=").decode()
