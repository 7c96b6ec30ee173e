"""E-mail addresses, as far as they can be known to be good without asking their server."""

import re

import idna

from dashgraph.domain.problems import BadInput

# What needs no quotes in the part before the @ (RFC 5322), and every character beyond ASCII (RFC 6531).
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u00a1-\ud7ff\uf900-\ufffd\U00010000-\U000efffd]+"
LOCAL = re.compile(rf"{ATOM}(\.{ATOM})*")
HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
LONGEST_LOCAL = 64  # bytes
LONGEST_HOST = 253


def mailbox(text: str) -> str:
    """The address with its domain in ASCII, as servers want it. Raises BadInput for what is none."""
    local, _, domain = text.strip().rpartition("@")
    host = _ascii(domain)
    if not LOCAL.fullmatch(local) or not local.isprintable() or len(local.encode()) > LONGEST_LOCAL or host is None:
        message = f"{text[:80]!r} is not an e-mail address that mail can be sent to."
        raise BadInput(message)
    return f"{local}@{host}"


def _ascii(domain: str) -> str | None:
    try:
        host = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return None
    return host if HOST.fullmatch(host) and len(host) <= LONGEST_HOST else None
