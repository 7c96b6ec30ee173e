"""What a system's refusals mean to us: a table of statuses, corrected by what its own body says."""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from dashgraph.domain.problems import (
    BadInput,
    Conflict,
    Forbidden,
    NotFound,
    Problem,
    RateLimited,
    SourceFailed,
    SourceRefused,
    SourceUnavailable,
    UnsupportedBySource,
)
from dashgraph.domain.secrets import Secret
from dashgraph.sources.rest.answers import Answer

LONGEST_MESSAGE = 300  # characters of what a system says, for administrators
LONGEST_CODE = 100
LONGEST_READ = 4000

MEANINGS: dict[int, type[Problem]] = {
    400: BadInput,
    401: SourceRefused,
    403: Forbidden,
    404: NotFound,
    405: UnsupportedBySource,
    409: Conflict,
    422: BadInput,
    429: RateLimited,
    501: UnsupportedBySource,
    502: SourceUnavailable,
    503: SourceUnavailable,
    504: SourceUnavailable,
}
REPEATED = frozenset({429, 500, 502, 503, 504})
SENTENCES: dict[type[Problem], str] = {
    RateLimited: "{source} wants to be asked less often; try again{later}.",
    SourceRefused: "{source} does not accept the credentials that are configured for it; an administrator can renew"
    " them and look with: dashgraph sources check",
    SourceFailed: "{source} failed at this (HTTP {status}); an administrator sees what it said.",
    SourceUnavailable: "{source} cannot answer now (HTTP {status}); try again{later}.",
    UnsupportedBySource: "{source} does not offer this (HTTP {status}).",
    Forbidden: "{source} does not allow this to the account that dashgraph uses there.",
    NotFound: "{source} has nothing there, or nothing that the account of dashgraph may see.",
    Conflict: "Something in {source} is in the way of this; look at what is there.",
    BadInput: "{source} does not take this as it is; change it.",
}
TOKENS = re.compile(
    r"""(?xi)
    \b (?:bearer|basic|apikey) \s+ \S+                                 # a header
    | \b [\w-]* (?:token|password|passwd|secret|api[_-]?key|authorization) ["']? \s* [=:] \s* ["']?
      (?: (?:bearer|basic|apikey) \s+ )? [^\s"',&;]+
    | (?<=://) [^/@\s]+ @                                              # credentials in an address
    | \b eyJ [\w-]+ \. [\w.-]+                                         # a JWT
    | \b (?:ph[a-z]|ldpat|dgs?|sk|pat|xox[a-z]) [_-] \w{8,}            # keys that say of themselves what they are
    | \b (?! [0-9a-f]{8} - [0-9a-f]{4} -) (?=[^\s]*\d) [A-Za-z0-9+_-]{32,} =*  # long and random, but no UUID
    """
)


@dataclass(frozen=True, slots=True)
class Told:
    """What an error's body says. `problem` None leaves the meaning to the status; `retryable` None too.

    `retryable=False` on a 5xx says that the system is well and only this question was wrong.
    """

    code: str | int | None = None
    message: str | None = None
    problem: type[Problem] | None = None
    retryable: bool | None = None


Tells = Callable[[Answer], Told | None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a question that was not answered well."""

    problem: Problem
    is_passing: bool  # the same question may be answered next time
    is_failure: bool  # the system is not well
    pause: float | None = None  # seconds that it asks to wait


def verdict(answer: Answer, tells: Tells, *, secrets: Iterable[Secret], pause: float | None) -> Verdict:
    """What an answer that is no success means."""
    told = _read(answer, tells)
    kind = told.problem or MEANINGS.get(answer.status, SourceFailed)
    later = f" in {math.ceil(pause)} s" if pause is not None else ""
    sentence = next(sentence for known, sentence in SENTENCES.items() if issubclass(kind, known))
    problem = made(kind, sentence.format(source=answer.source, status=answer.status, later=later), answer.source)
    problem.facts["upstream"] = {
        "status": answer.status,
        "code": None if told.code is None else redacted(str(told.code), secrets)[:LONGEST_CODE],
        "message": None if told.message is None else redacted(str(told.message), secrets)[:LONGEST_MESSAGE],
    }
    if pause is not None and isinstance(problem, SourceUnavailable):
        problem.facts["retryAfter"] = math.ceil(pause)
    is_server = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR and answer.status != HTTPStatus.NOT_IMPLEMENTED
    is_passing = told.retryable if told.retryable is not None else answer.status in REPEATED
    return Verdict(problem, is_passing, is_server and told.retryable is not False, pause)


def refused(source: str, problem: Problem) -> SourceRefused:
    """The same, said of what was posted to log in."""
    return SourceRefused(
        SENTENCES[SourceRefused].format(source=source), source=source, upstream=problem.facts["upstream"]
    )


def made(kind: type[Problem], message: str, source: str) -> Problem:
    """A problem of this kind that names the source."""
    if issubclass(kind, SourceUnavailable | UnsupportedBySource):
        return kind(message, source=source)
    problem = kind(message)
    problem.facts["source"] = source
    return problem


def redacted(text: str, secrets: Iterable[Secret]) -> str:
    """The text on one line, without these secrets and without what looks like one."""
    if len(text) > LONGEST_READ:
        text = re.sub(r"\S+\Z", "", text[:LONGEST_READ])  # the last word may be half of a secret
    for secret in secrets:
        for form in {secret.text, quote(secret.text, safe="")} - {""}:
            text = text.replace(form, "***")
    shown = "".join(letter if letter.isprintable() else " " for letter in TOKENS.sub("***", text))
    return " ".join(shown.split())


def _read(answer: Answer, tells: Tells) -> Told:
    try:
        return tells(answer) or Told()
    except SourceFailed:  # the body is not the system's own: something in between answered
        return Told()
