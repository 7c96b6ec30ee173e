"""What a server's answer means: whether to try again, and what of its words may be shown."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote

from dashgraph.domain.secrets import Secret
from dashgraph.domain.targets import Target

LONGEST = 200  # characters of an answer
SUCCESS = range(200, 300)
TRANSIENT = {408, 425, 429, *range(500, 600)}  # of HTTP: trying again can help
BREAKS = {"Cc", "Cs", "Zl", "Zp"}  # control characters, half characters, separators of lines and paragraphs


class Undelivered(Exception):
    """Nothing was delivered. `retry` says whether trying again can help, `after` how many seconds that should wait."""

    def __init__(self, answer: str, *, retry: bool = False, after: float | None = None) -> None:
        super().__init__(answer)
        self.answer = answer
        self.retry = retry
        self.after = after


def one_line(text: str) -> str:
    """The text without anything that could begin another line, a header or an escape sequence."""
    return " ".join("".join(" " if unicodedata.category(c) in BREAKS else c for c in text).split())


def shown(text: str, *secrets: Secret) -> str:
    """An answer as it may be kept: on one line, bounded, with stars for the secrets."""
    for spelling in sorted(_spellings(secrets), key=len, reverse=True):
        text = text.replace(spelling, "***")
    line = one_line(text)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def secrets_of(target: Target) -> tuple[Secret, ...]:
    found = (getattr(target, field.name) for field in fields(target) if field.name in target.SECRETS)
    return tuple(secret for secret in found if secret is not None)


def http_answer(status: int, words: str) -> str:
    """The answer of an HTTP server that took the delivery. Raises Undelivered for any other."""
    answer = f"HTTP {status} {words}".rstrip()
    if status in SUCCESS:
        return answer
    raise Undelivered(answer, retry=status in TRANSIENT)


def seconds_asked(retry_after: str | None, now: datetime) -> float | None:
    """How long a Retry-After header asks to wait: it holds seconds or a moment."""
    if retry_after is None:
        return None
    if re.fullmatch(r"[0-9]{1,6}", retry_after.strip()):
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


def _spellings(secrets: tuple[Secret, ...]) -> Iterator[str]:
    """How a secret may stand in an answer; of an address also the part after the host."""
    for secret in secrets:
        bare = secret.text.strip()
        path = re.sub(r"^https?://[^/]*/", "", bare)
        for text in {secret.text, bare, path} - {""}:
            yield from {text, quote(text), quote(text, safe="")}
