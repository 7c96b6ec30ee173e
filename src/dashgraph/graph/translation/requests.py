"""How a REST request is written by people: as a line, as an address, as raw HTTP or as a `curl` command."""

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from dashgraph.domain.problems import BadInput

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
LINE = re.compile(rf"(?:({'|'.join(METHODS)})\s+)?(\S+)(?:\s+HTTP/[\d.]+)?", re.IGNORECASE)
HOW = 'It looks like "GET /api/v1/users?limit=10", or like a curl command.'

# What of curl's options counts; all other options that take a value are headers, sign-ins, files and proxies.
METHOD = {"-X", "--request"}
ADDRESS = {"--url"}
BODY = {"-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--data-urlencode", "--json"}
IN_ADDRESS = {"-G", "--get"}
DROPPED = {
    *("-H", "--header", "-u", "--user", "-b", "--cookie", "-c", "--cookie-jar", "-A", "--user-agent", "-e"),
    *("--referer", "-o", "--output", "-x", "--proxy", "-U", "--proxy-user", "-m", "--max-time", "--connect-timeout"),
    *("--oauth2-bearer", "--cacert", "-E", "--cert", "--key", "--resolve", "-w", "--write-out", "--retry", "-K"),
    *("-F", "--form", "-T", "--upload-file", "-D", "--dump-header"),
}


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, without headers: they hold who asks. `body` is what JSON or a form says; None without one."""

    method: str
    path: str
    parameters: tuple[tuple[str, str], ...] = ()
    body: object = None
    host: str | None = None

    def named(self, name: str) -> list[str]:
        """The values of a parameter."""
        return [value for key, value in self.parameters if key == name]


def read(text: str, body: str | None = None) -> Request:
    """The request that a text means. Raises BadInput, without what the text holds: there may be a token in it."""
    words = text.strip()
    if re.match(r"curl(\.exe)?\s", words):
        return _curl(words, body)
    head, _, rest = words.replace("\r\n", "\n").partition("\n")
    found = LINE.fullmatch(head.strip())
    if found is None:
        message = f"This is no request. {HOW}"
        raise BadInput(message)
    headers, _, content = rest.partition("\n\n")
    host = re.search(r"^host:\s*(\S+)", headers, re.IGNORECASE | re.MULTILINE)
    method = (found[1] or "GET").upper()
    return _request(method, found[2], body or content or None, host[1] if host else None)


def _request(method: str, address: str, body: str | None, host: str | None = None) -> Request:
    try:
        parts = urlsplit(address if "://" in address or address.startswith("/") else f"//{address}")
        place = parts.netloc.rpartition("@")[2] or host
    except ValueError:
        message = f"The address cannot be read. {HOW}"
        raise BadInput(message) from None
    if not parts.path.strip("/"):
        message = f"The request has no path. {HOW}"
        raise BadInput(message)
    said = parse_qsl(parts.query, keep_blank_values=True)
    parameters = tuple((name.removesuffix("[]"), value) for name, value in said)  # `ids[]` is `ids` said several times
    return Request(method, unquote(parts.path).rstrip("/"), parameters, _content(body), place or None)


def _content(body: str | None) -> object:
    if body is None or not body.strip():
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        form = parse_qsl(body, keep_blank_values=True)
    if not form or body.lstrip().startswith(("{", "[")):
        message = "The body is no JSON."
        raise BadInput(message)
    return dict(form)


def _curl(text: str, body: str | None) -> Request:
    try:
        words = shlex.split(re.sub(r"[\\^]\r?\n", " ", text))[1:]
    except ValueError:
        message = "The curl command cannot be read: a quotation mark is left open."
        raise BadInput(message) from None
    method, address, bodies, in_address = None, None, [], False
    for option, value in _options(words):
        if option in METHOD:
            method = value.upper()
        elif option in ADDRESS | {""}:
            address = address or value
        elif option in BODY:
            bodies.append(value)
        in_address = in_address or option in IN_ADDRESS
    if address is None:
        message = f"The curl command has no address. {HOW}"
        raise BadInput(message)
    if method is not None and method not in METHODS:
        message = f"Only these methods are translated: {', '.join(METHODS)}."
        raise BadInput(message)
    if any(one.startswith("@") for one in bodies) and body is None:
        message = "The body is in a file; give what is in it with --body."
        raise BadInput(message)
    content = "&".join(bodies) or None
    if in_address and content is not None:
        address, content = f"{address}{'&' if '?' in address else '?'}{content}", None
    return _request(method or ("GET" if content is None else "POST"), address, body or content)


def _options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each option with its value, and what stands alone as the value of ``."""
    taking = METHOD | ADDRESS | BODY | DROPPED
    rest = iter(words)
    for word in rest:
        if word.startswith("--"):
            name, has_value, value = word.partition("=")
            yield name, value if has_value or name not in taking else next(rest, "")
        elif word.startswith("-") and len(word) > 1:
            yield from _short(word, rest, taking)
        else:
            yield "", word


def _short(word: str, rest: Iterator[str], taking: set[str]) -> Iterator[tuple[str, str]]:
    """Short options may stand together, the last with its value attached: `-sXPOST`."""
    for place in range(1, len(word)):
        name = f"-{word[place]}"
        if name in taking:
            yield name, word[place + 1 :] or next(rest, "")
            return
        yield name, ""
