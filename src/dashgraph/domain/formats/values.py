"""What a value of somebody else's document may be: how much, how deep and of which kind, told with its place."""

import re
from dataclasses import dataclass
from typing import Any

from dashgraph.domain.problems import BadDocument

MEGABYTE = 1024 * 1024
ID = re.compile(r"[A-Za-z0-9_.~-]{1,64}")
LONGEST_KEY, LONGEST_POINTER = 60, 200  # characters shown to people


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be. Real dashboards nest about 15 levels deep and are a few hundred kilobytes.

    YAML takes ten times as long to read as JSON, and dashboards in it are some ten kilobytes.
    """

    megabytes: int = 64
    yaml_megabytes: int = 4
    depth: int = 100
    dashboards: int = 1000
    widgets: int = 2000

    @property
    def bytes(self) -> int:
        return self.megabytes * MEGABYTE


@dataclass(frozen=True, slots=True)
class Lost:
    """Stands where reading would have changed what was written. Its place is not known until the whole is read."""

    reason: str


def expect(value: Any, pointer: str, kind: Any, name: str) -> None:
    if not isinstance(value, kind):
        message = f"Expected {name}, found {name_of(value)}"
        raise BadDocument(message, pointer=pointer)


def expect_id(value: Any, pointer: str) -> None:
    if value is None:
        return
    expect(value, pointer, str, "an id (text)")
    if not ID.fullmatch(value):
        message = "An id holds 1 to 64 letters, digits or the signs _ . ~ -"
        raise BadDocument(message, pointer=pointer)


def check_values(value: Any, path: list[str | int], levels: int, limits: Limits) -> None:
    """Look at every value once: nothing too deep, nothing that reading has lost."""
    if isinstance(value, Lost):
        raise BadDocument(value.reason, pointer=pointer_to(path))
    if not isinstance(value, dict | list):
        return
    if not levels:
        raise too_deep(limits, pointer=pointer_to(path))
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(item, (dict, list, Lost)):
            path.append(key)
            check_values(item, path, levels - 1, limits)
            path.pop()


def name_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names = {dict: "an object", list: "an array", str: "text", int: "a number", float: "a number"}
    return next(name for kind, name in names.items() if isinstance(value, kind))


def pointer_to(path: list[str | int]) -> str:
    """A JSON pointer (RFC 6901) that people can read: on one line, and of bearable length."""
    pointer = "".join(f"/{escaped(key)}" for key in path)
    if len(pointer) <= LONGEST_POINTER:
        return pointer
    return f"{pointer[: LONGEST_POINTER // 2]}…{pointer[-LONGEST_POINTER // 2 :]}"


def escaped(key: str | int) -> str:
    return shown(str(key).replace("~", "~0").replace("/", "~1"))


def shown(key: str) -> str:
    cut = key if len(key) <= LONGEST_KEY else f"{key[:LONGEST_KEY]}…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)


def too_deep(limits: Limits, place: str = "", pointer: str | None = None) -> BadDocument:
    return BadDocument(f"Nested more than {limits.depth} levels deep{place}", pointer=pointer)
