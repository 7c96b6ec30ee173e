"""What a secret looks like, by its name or by itself, and how it is kept out of the log."""

import re
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any

REDACTED = "[redacted]"
DEEPEST = 8  # containers within each other
PLAIN = (bool, int, float, type(None))
NAMED = re.compile(
    r"(?i)(^|[_.-])(authorization|cookie|credentials?|pass(word|wd|phrase)?|secret(_?keys?)?|(api|access|private)[_-]?key"
    r"|([a-z]+_?)?token|jwt|session_?id)s?$"
)
SECRETS = re.compile(
    r"""(?xi)
    \b (?:bearer|basic|apikey) \s+ [\w.~+/=-]{6,}                # a header
    | \b [\w-]* (?:token|password|passwd|secret|api[_-]?key|authorization|cookie) ["']? \s* [=:] \s* ["']?
      (?: (?:bearer|basic|apikey) \s+ )? [^\s"',;&}]{3,}                # a name with its value
    | (?<=://) [^/@\s]+ (?=@)                                           # credentials in an address
    | \b eyJ [\w-]{8,} \. [\w.-]+                                       # a JWT
    | \b dgs? _ [\w-]{8,}                                               # tokens of dashgraph
    | \b (?: gh[opsur] | github_pat | glpat | ph[a-z] | ldpat | xox[a-z] | sk | pat ) [_-] [\w-]{12,}
    | \b AKIA \w{12,}
    | \$argon2 [^\s"]+                                                  # a hash of a password
    | -----BEGIN [^-]* PRIVATE\ KEY----- .*? (?: -----END [^-]* ----- | \Z )
    """,
    re.DOTALL,
)
# What none of these is in holds no secret, and most texts are looked through no further. Line by line SECRETS needs:
# a space; = or :; a :; a dot; _; _ or -; a K, and the sign for Kelvin is one where case does not count; $; -.
MARKS = re.compile(r"[\s=:._$kK\N{KELVIN SIGN}-]")


def redacted(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last look before a line is written: whatever is named like a secret or looks like one is taken out."""
    for key, value in event.items():
        if key.startswith("_"):  # the library's own, and not written
            continue
        event[key] = _shown(key, value, DEEPEST)
    return event


def _shown(key: str, value: Any, depth: int) -> Any:
    if isinstance(value, PLAIN):
        return value
    if _names_a_secret(key) or depth == 0:
        return REDACTED
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, Mapping):
        return {_clean(name): _shown(str(name), one, depth - 1) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_shown("", one, depth - 1) for one in value]
    return _clean(value.decode(errors="replace") if isinstance(value, bytes) else value)


@lru_cache(500)
def _names_a_secret(key: str) -> bool:
    return NAMED.search(key) is not None


def _clean(value: object) -> str:
    text = str(value)
    return SECRETS.sub(REDACTED, text) if MARKS.search(text) else text
