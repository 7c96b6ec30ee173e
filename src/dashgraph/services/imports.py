"""Many documents into a source: each on its own or all or none, and a preview that is what will be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dashgraph.domain import dashfile
from dashgraph.domain.changes import Outcome, Terms
from dashgraph.domain.dash import Document
from dashgraph.domain.dashfile import Candidate
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.imports import ImportAction, ImportDashboard, TryImports, check_may_import
from dashgraph.domain.problems import BadDocument, BadInput, NotFound, Problem, TooMuch
from dashgraph.domain.uploads import UPLOAD, Upload
from dashgraph.domain.viewers import Viewer
from dashgraph.services.changing import Changing
from dashgraph.services.reading import Reading

LIMITS = dashfile.Limits()
Files = Mapping[ResourceId, Upload | Problem]


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody sent to be imported: a text, a JSON value or a file uploaded before; one dashboard or many."""

    text: str | None = None
    value: Any = None
    upload: ResourceId | None = None
    action: ImportAction = ImportAction.AUTO
    folder: ResourceId | None = None
    expected_revision: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one dashboard: of which of the things sent it was, where in it, and the outcome."""

    number: int
    pointer: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class _Wanted:
    number: int
    pointer: str
    change: ImportDashboard | Problem


async def take_in(
    reading: Reading,
    changing: Changing,
    viewer: Viewer,
    place: str,
    sent: Sequence[Sent],
    terms: Terms,
    *,
    now: datetime,
    atomic: bool = False,
    republish: bool = False,
) -> list[Taken]:
    """One for each dashboard in the order in which they were sent. Raises TooMuch for more than fit in one request."""
    check_may_import(viewer)
    viewer.require(ImportDashboard.SCOPE)
    named = [item.upload for item in sent if item.upload is not None]
    files = await reading.things(viewer, UPLOAD, named) if named else {}
    wanted = list(
        _each_once([one for number, item in enumerate(sent) for one in _read(place, number, item, files, now)])
    )
    if len(wanted) > LIMITS.dashboards:
        message = f"{len(wanted)} dashboards at once; send at most {LIMITS.dashboards}."
        raise TooMuch(message, argument="documents")
    changes = [
        one.change if isinstance(one.change, Problem) else replace(one.change, republish=republish) for one in wanted
    ]
    if atomic:
        outcomes = await changing.all(viewer, changes, terms)
    elif terms.dry_run:
        outcomes = await _tried(changing, viewer, place, changes)
    else:
        outcomes = await changing.each(viewer, changes, terms)
    return [Taken(one.number, one.pointer, outcome) for one, outcome in zip(wanted, outcomes, strict=True)]


async def _tried(
    changing: Changing, viewer: Viewer, place: str, changes: Sequence[ImportDashboard | Problem]
) -> list[Outcome]:
    """What each would come to after those before it. Tried one by one, they would not see each other."""
    able = tuple(change for change in changes if isinstance(change, ImportDashboard))
    tried = await changing.one(viewer, TryImports(place=place, imports=able), Terms(dry_run=True))
    if tried.problem is not None:
        found = iter([Outcome(problem=tried.problem)] * len(able))
    else:
        found = iter(tried.facts["outcomes"])
    return [Outcome(problem=change) if isinstance(change, Problem) else next(found) for change in changes]


def _read(place: str, number: int, sent: Sent, files: Files, now: datetime) -> list[_Wanted]:
    """The dashboards in one thing that was sent; what cannot be read is one that fails."""
    try:
        candidates = _candidates(sent, files, now)
    except BadDocument as problem:
        return [_Wanted(number, problem.pointer or "", problem)]
    except Problem as problem:
        return [_Wanted(number, "", problem)]
    return [_wanted(place, number, sent, candidate) for candidate in candidates]


def _candidates(sent: Sent, files: Files, now: datetime) -> list[Candidate]:
    if [sent.text, sent.value, sent.upload].count(None) != 2:  # noqa: PLR2004 - one of the three
        message = "Send each document either as `text`, as `json` or by `uploadId`."
        raise BadInput(message, argument="documents")
    if sent.upload is not None:
        return dashfile.read(_content(sent.upload, files, now), LIMITS)
    if sent.text is not None:
        return dashfile.read(sent.text.encode("utf-8", "surrogatepass"), LIMITS)
    return dashfile.of_value(sent.value, LIMITS)


def _content(upload: ResourceId, files: Files, now: datetime) -> bytes:
    file = files.get(upload)
    if isinstance(file, Problem):
        raise file
    if file is None or file.expires_at <= now:
        message = "There is no upload of yours with this id that has arrived, or it is kept no longer."
        raise NotFound(message)
    return file.content


def _wanted(place: str, number: int, sent: Sent, candidate: Candidate) -> _Wanted:
    if isinstance(candidate.document, BadDocument):
        return _Wanted(number, candidate.document.pointer or candidate.pointer, candidate.document)
    change = ImportDashboard(
        place=place,
        document=Document.of(candidate.document),
        action=sent.action,
        folder=sent.folder,
        expected_revision=sent.expected_revision,
    )
    return _Wanted(number, candidate.pointer, change)


def _each_once(wanted: Sequence[_Wanted]) -> Iterator[_Wanted]:
    """Of several with one id, in whatever was sent, only the first can be taken."""
    places: dict[str, tuple[int, str]] = {}
    for one in wanted:
        oid = None if isinstance(one.change, Problem) else one.change.document.raw.get("oid")
        first = (one.number, one.pointer) if oid is None else places.setdefault(oid, (one.number, one.pointer))
        if first == (one.number, one.pointer):
            yield one
        else:
            message = f"The dashboard id {oid} is also in document {first[0]}{first[1]}"
            problem = BadDocument(message, pointer=f"{one.pointer}/oid")
            yield _Wanted(one.number, f"{one.pointer}/oid", problem)
