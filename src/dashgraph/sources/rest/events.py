"""Reads server-sent events, as WHATWG's HTML standard writes them, out of bytes that come in any pieces."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from dashgraph.domain.problems import SourceFailed


@dataclass(frozen=True, slots=True)
class Event:
    """`name` is `message` where the system gives none."""

    name: str
    text: str


async def events(chunks: AsyncIterator[bytes], *, source: str, largest: int) -> AsyncIterator[Event]:
    """The events as they come. One that is not complete at the end was never sent."""
    name, lines, size = "", list[str](), 0
    async for line in _lines(chunks, source=source, largest=largest):
        if not line:
            if lines:
                yield Event(name or "message", "\n".join(lines))
            name, lines, size = "", [], 0
            continue
        key, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if key == "event":
            name = value
        elif key == "data":
            lines.append(value)
            size += len(value) + 1
            if size > largest:
                raise _too_large(source, largest)


async def _lines(chunks: AsyncIterator[bytes], *, source: str, largest: int) -> AsyncIterator[str]:
    """Lines end with CR, LF or both. A CR at the end of a piece waits for the next one: its LF may be there."""
    left = b""
    is_first = True
    async for chunk in chunks:
        left += chunk
        held = left.endswith(b"\r")
        whole = left[:-1] if held else left
        *lines, left = whole.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        if held:
            left += b"\r"
        if len(left) > largest:
            raise _too_large(source, largest)
        for line in lines:
            yield line.removeprefix(b"\xef\xbb\xbf" if is_first else b"").decode("utf-8", "replace")
            is_first = False


def _too_large(source: str, largest: int) -> SourceFailed:
    message = f"{source} sent an event of more than {largest // 1024} kB."
    return SourceFailed(message, source=source)
