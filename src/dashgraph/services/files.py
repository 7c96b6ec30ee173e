"""Dashboards as files, in each format that there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashgraph.domain.dash import JsonObject
from dashgraph.domain.formats import archives, native, writing
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.viewers import Viewer
from dashgraph.services.backups import kept
from dashgraph.services.documents import Documents, Exported, json_file
from dashgraph.services.reading import Reading

ENDINGS = {
    DocumentFormat.DASH: ".dash",
    DocumentFormat.POSTHOG: ".json",
    DocumentFormat.DASHGRAPH: ".dashgraph.json",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file by its name, which names folders too where the format has them."""

    name: str
    content: bytes


class Files:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._documents = Documents(reading)

    async def written(self, viewer: Viewer, dashboards: Sequence[ResourceId], kind: DocumentFormat) -> list[File]:
        """The dashboards as the viewer sees them: one file, or for Lightdash one for each dashboard and chart.

        Raises NotFound for a dashboard that is absent or hidden, and BadFormat for one that cannot be written so.
        """
        return await self.of(viewer, await self._documents.give_out(viewer, dashboards), kind)

    async def of(self, viewer: Viewer, exported: Sequence[Exported], kind: DocumentFormat) -> list[File]:
        """The same for documents that were read already."""
        documents = [one.document for one in exported]
        if kind is DocumentFormat.LIGHTDASH:
            return [File(name, text.encode()) for name, text in writing.lightdash_files(documents).items()]
        content: Any
        if kind is DocumentFormat.DASHGRAPH:
            content = native.envelope(await kept(self._reading, viewer, exported))
        else:
            content = _one_or_many(kind, documents)
        stem = _plain(exported[0].dashboard.native) if len(exported) == 1 else "dashboards"
        return [File(stem + ENDINGS[kind], json_file(content))]


def _plain(native: str) -> str:
    """An id as the name of a file: those of some sources hold a slash."""
    return native.replace("/", "-")


def packed(files: Sequence[File]) -> File:
    """One file for several, whatever is in them: the same for the same."""
    contents: Mapping[str, bytes] = {file.name: file.content for file in files}
    return File("dashboards.zip", archives.packed(contents))


def _one_or_many(kind: DocumentFormat, documents: Sequence[JsonObject]) -> Any:
    if kind is DocumentFormat.POSTHOG:
        found = writing.templates(documents)
    else:
        for document in documents:
            writing.check(kind, document)
        found = list(documents)
    return found[0] if len(found) == 1 else found
