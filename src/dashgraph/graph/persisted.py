"""Documents that a request names instead of sending them: those of a manifest, and those that clients sent before."""

import sys
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import structlog

from dashgraph.domain.problems import Problem
from dashgraph.domain.viewers import TokenScope
from dashgraph.graph import errors
from dashgraph.graph.context import Who
from dashgraph.graph.execution import Answer, Operation, Stage
from dashgraph.graph.manifest import digest

log = structlog.get_logger("dashgraph.graph")

SHA256 = "sha256:"
SHOWN = 100  # characters of what a client calls its operation
# Clients of Apollo's look for these codes and words.
NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
NOT_IN_LIST = "PERSISTED_QUERY_NOT_IN_LIST"
SEND_IT = "PersistedQueryNotFound"
NEVER_SEND_IT = "PersistedQueryNotSupported"


class Trust(StrEnum):
    """What becomes of documents that are not in the manifest."""

    OFF = "off"  # they are answered
    LOG = "log"  # ... and logged
    ENFORCE = "enforce"  # they are answered to administrators alone


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for. Its document is sent, or named: by an id, or by its hash as Apollo's clients do."""

    query: str | None
    variables: Mapping[str, Any] | None = None
    name: str | None = None
    document: str | None = None
    sha256: str | None = None
    only_query: bool = False


class Persisted:
    """The documents that can be named. Those that clients sent are kept up to a size, the latest used ones."""

    def __init__(
        self, trusted: Mapping[str, str] | None = None, trust: Trust = Trust.OFF, *, kilobytes: int = 0
    ) -> None:
        documents = trusted or {}
        self._trusted = {SHA256 + digest(text): text for text in documents.values()} | dict(documents)
        self._texts = frozenset(documents.values())
        self._trust = trust
        self._room = kilobytes * 1024
        self._sent: OrderedDict[str, str] = OrderedDict()
        self._held = 0

    async def operation(self, asked: Asked, who: Who) -> Operation | Answer:
        """What is to be run, else the answer that says why not. `who` is asked only where it depends on that."""
        text = self._text(asked)
        if text not in self._texts:
            try:
                if self._trust is Trust.ENFORCE and not await _free(who):
                    self._note(text, asked, refused=True)
                    return _refused("The document is not among those that are trusted here.", NOT_IN_LIST)
            except Problem as problem:
                return Answer(Stage.ENDED, {"errors": [errors.problem(problem)]})
            if text is None:
                return self._missing(asked)
            if self._trust is Trust.LOG:
                self._note(text, asked, refused=False)
            if asked.sha256 is not None:
                self._keep(digest(text), text)
        is_trusted = text in self._texts
        return Operation(text or "", asked.variables, asked.name, only_query=asked.only_query, is_trusted=is_trusted)

    def _text(self, asked: Asked) -> str | None:
        if asked.query is not None:
            return asked.query
        name = asked.document or asked.sha256 or ""
        sha256 = name.removeprefix(SHA256)
        return self._trusted.get(name) or self._trusted.get(SHA256 + sha256) or self._sent.get(sha256)

    def _missing(self, asked: Asked) -> Answer:
        if asked.document is not None:
            return _refused("No document is known by this id.", NOT_FOUND)
        return _refused(SEND_IT, NOT_FOUND) if self._room else _refused(NEVER_SEND_IT, NOT_SUPPORTED)

    def _keep(self, sha256: str, text: str) -> None:
        """Remember a document under its hash, and forget as many as there is no room for."""
        if sha256 not in self._sent:
            self._sent[sha256] = text
            self._held += _size(text)
        self._sent.move_to_end(sha256)
        while self._held > self._room:
            self._held -= _size(self._sent.popitem(last=False)[1])

    def _note(self, text: str | None, asked: Asked, *, refused: bool) -> None:
        """For whoever keeps the manifest; the text itself may hold what is nobody's business."""
        named = asked.document or asked.sha256 or ""
        operation = asked.name[:SHOWN] if asked.name else None
        document = named[:SHOWN] if text is None else digest(text)
        log.warning("untrusted document", document=document, operation=operation, refused=refused)


async def _free(who: Who) -> bool:
    """Whether the viewer may send any document: administrators, with tokens that are for administration."""
    viewer = await who()
    return viewer.is_admin and TokenScope.ADMIN_READ in viewer.scopes


def _refused(message: str, code: str) -> Answer:
    return Answer(Stage.REFUSED, {"errors": [errors.plain(message, code)]})


def _size(text: str) -> int:
    return sys.getsizeof(text) + 500  # with its hash and its place
