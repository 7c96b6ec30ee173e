"""Many documents into a source: each on its own or all or none, and a preview that is what will be."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dashgraph.domain.changes import Outcome, Terms
from dashgraph.domain.dash import Document
from dashgraph.domain.formats import reading as documents
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.formats.reading import Candidate, LeftOut, Part
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.imports import ImportAction, ImportDashboard, Imported, ImportOutcome, check_may_import
from dashgraph.domain.problems import BadDocument, BadInput, NotFound, Problem, TooMuch
from dashgraph.domain.uploads import UPLOAD, Upload
from dashgraph.domain.viewers import Viewer
from dashgraph.services.changing import Changing
from dashgraph.services.reading import Reading

LIMITS = documents.USUAL
Files = Mapping[ResourceId, Upload | Problem]


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody sent to be imported: a text, a JSON value or a file uploaded before; one dashboard or many.

    The format is seen in the content where it is not given.
    """

    text: str | None = None
    value: Any = None
    upload: ResourceId | None = None
    format: DocumentFormat | None = None
    action: ImportAction = ImportAction.AUTO
    folder: ResourceId | None = None
    path: tuple[str, ...] = ()
    expected_revision: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one dashboard: of which of the things sent it was, where in it, and the outcome."""

    number: int
    pointer: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Wanted:
    """One dashboard that was sent: what it asks for, or why it cannot be taken."""

    number: int
    pointer: str
    change: ImportDashboard | Imported | Problem  # an Imported is what came of it already


async def read_in(
    reading: Reading,
    viewer: Viewer,
    place: str,
    sent: Sequence[Sent],
    *,
    now: datetime,
    republish: bool = False,
    create_missing: bool = False,
    project: ResourceId | None = None,
) -> list[Wanted]:
    """One for each dashboard in the order in which they were sent. Raises TooMuch for more than fit in one request."""
    check_may_import(viewer)
    viewer.require(ImportDashboard.SCOPE)
    named = [item.upload for item in sent if item.upload is not None]
    files = await reading.things(viewer, UPLOAD, named) if named else {}
    read = await asyncio.to_thread(lambda: list(_read(place, sent, files, now)))  # it can take seconds
    wanted = list(each_once(read))
    if len(wanted) > LIMITS.dashboards:
        message = f"{len(wanted)} dashboards at once; send at most {LIMITS.dashboards}."
        raise TooMuch(message, argument="documents")
    return [
        replace(one, change=replace(one.change, republish=republish, create_missing=create_missing, project=project))
        if isinstance(one.change, ImportDashboard)
        else one
        for one in wanted
    ]


async def take_in(
    changing: Changing, viewer: Viewer, wanted: Sequence[Wanted], terms: Terms, *, atomic: bool = False
) -> list[Taken]:
    """What came of each of these, in their order."""
    changes = [one.change for one in wanted if not isinstance(one.change, Imported)]
    if atomic:
        outcomes = await changing.all(viewer, changes, terms)
    else:
        outcomes = await changing.each(viewer, changes, terms)
    came = iter(outcomes)
    return [
        Taken(
            one.number,
            one.pointer,
            Outcome(facts=one.change.facts()) if isinstance(one.change, Imported) else next(came),
        )
        for one in wanted
    ]


def _read(place: str, sent: Sequence[Sent], files: Files, now: datetime) -> Iterator[Wanted]:
    """The dashboards in all that was sent; a thing that cannot be read is one that fails."""
    things = [_parts(item, files, now) for item in sent]
    found = iter(documents.candidates([thing for thing in things if not isinstance(thing, Problem)], LIMITS))
    for number, (item, thing) in enumerate(zip(sent, things, strict=True)):
        if isinstance(thing, Problem):
            pointer = thing.pointer if isinstance(thing, BadDocument) else None
            yield Wanted(number, pointer or "", thing)
        else:
            yield from (wanted_of(place, number, item, candidate) for candidate in next(found))


def _parts(sent: Sent, files: Files, now: datetime) -> list[Part] | Problem:
    try:
        if [sent.text, sent.value, sent.upload].count(None) != 2:  # noqa: PLR2004 - one of the three
            message = "Send each document either as `text`, as `json` or by `uploadId`."
            raise BadInput(message, argument="documents")
        if sent.upload is not None:
            return documents.parts(_content(sent.upload, files, now), LIMITS, sent.format)
        if sent.text is not None:
            return documents.parts(sent.text.encode("utf-8", "surrogatepass"), LIMITS, sent.format)
        return documents.parts_of_value(sent.value, LIMITS, sent.format)
    except Problem as problem:
        return problem


def _content(upload: ResourceId, files: Files, now: datetime) -> bytes:
    file = files.get(upload)
    if isinstance(file, Problem):
        raise file
    if file is None or file.expires_at <= now:
        message = "There is no upload of yours with this id that has arrived, or it is kept no longer."
        raise NotFound(message)
    return file.content


def wanted_of(place: str, number: int, sent: Sent, candidate: Candidate) -> Wanted:
    """What a dashboard that was read asks for, as it was sent; or why it cannot be taken."""
    try:
        change = wish(place, candidate)
    except BadDocument as problem:
        return Wanted(number, problem.pointer or candidate.pointer, problem)
    if isinstance(change, ImportDashboard):
        change = replace(
            change, action=sent.action, folder=sent.folder, path=sent.path, expected_revision=sent.expected_revision
        )
    return Wanted(number, candidate.pointer, change)


def wish(place: str, candidate: Candidate) -> ImportDashboard | Imported:
    """What a dashboard that was read asks for; of what is none, what came of it. Raises BadDocument."""
    found = candidate.document
    if isinstance(found, BadDocument):
        raise found
    if isinstance(found, LeftOut):
        outcome = ImportOutcome.SKIPPED
        return Imported(outcome=outcome, native=found.slug, title=found.name, widgets=0, reason=found.reason)
    return ImportDashboard(
        place=place,
        document=Document.of(found),
        id=candidate.native,
        published=None if candidate.published is None else Document.of(candidate.published),
        lay_in=candidate.folder,
        warnings=candidate.warnings,
    )


def each_once(wanted: Sequence[Wanted]) -> Iterator[Wanted]:
    """Of several with one id, in whatever was sent, only the first can be taken."""
    places: dict[str, tuple[int, str]] = {}
    for one in wanted:
        oid = one.change.native if isinstance(one.change, ImportDashboard) else None
        first = (one.number, one.pointer) if oid is None else places.setdefault(oid, (one.number, one.pointer))
        if first == (one.number, one.pointer):
            yield one
        else:
            message = f"The dashboard id {oid} is also in document {first[0]}{first[1]}"
            problem = BadDocument(message, pointer=f"{one.pointer}/oid")
            yield Wanted(one.number, f"{one.pointer}/oid", problem)
