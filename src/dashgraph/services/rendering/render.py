"""The one door through which dashboards and widgets become files."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from dashgraph.domain.dash import JsonObject
from dashgraph.domain.exports import ExportedFile, ExportFormat, check
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.problems import SourceUnavailable, TooMuch
from dashgraph.services.documents import dash_file
from dashgraph.services.rendering.pages import print_pages
from dashgraph.services.rendering.sheet import Sheet
from dashgraph.services.rendering.tables import comma_separated, workbook

DEADLINE = timedelta(seconds=30)
AT_ONCE = 2  # sheets that are made at the same time; the others wait
MOST_ROWS = 50_000  # of all tables of one sheet


@dataclass(frozen=True, slots=True)
class Originals:
    """Documents to be given out just as they are: one, or several in one file."""

    id: ResourceId
    title: str
    documents: Sequence[JsonObject]


class Rendering:
    def __init__(self, *, deadline: timedelta = DEADLINE, at_once: int = AT_ONCE) -> None:
        self._deadline = deadline
        self._turn = asyncio.Semaphore(at_once)

    async def render(self, thing: Sheet | Originals, wanted: ExportFormat) -> ExportedFile:
        """The file. `DASH` and `JSON` are made of originals, all other formats of a sheet.

        Raises UnsupportedBySource when the format cannot be made here, TooMuch for what is too large for it, and
        SourceUnavailable when it was not ready in time.
        """
        if wanted.is_document is not isinstance(thing, Originals):
            message = f"{wanted.name} is not made of {type(thing).__name__}"
            raise TypeError(message)
        check(wanted, thing.id.source)
        try:
            async with asyncio.timeout(self._deadline.total_seconds()), self._turn:
                content = await _content(thing, wanted)
        except TimeoutError:
            message = (
                f"{wanted.name} was not ready in {self._deadline.total_seconds():g} s; try again later, or take "
                "another format."
            )
            raise SourceUnavailable(message, source=thing.id.source) from None
        return ExportedFile.of(thing.id, thing.title, wanted, content)


async def _content(thing: Sheet | Originals, wanted: ExportFormat) -> bytes:
    if isinstance(thing, Originals):
        return await asyncio.to_thread(dash_file, thing.documents)
    if wanted.is_printed:
        return await print_pages(thing, wanted)
    rows = len(thing.widgets) + len(thing.filters) + len(thing.shares) + sum(len(one.fields) for one in thing.widgets)
    if rows > MOST_ROWS:
        message = f"The tables would have {rows} rows; at most {MOST_ROWS} are written. Take DASH, which holds it all."
        raise TooMuch(message)
    return await asyncio.to_thread(comma_separated if wanted is ExportFormat.CSV else workbook, thing)
