"""Documents of every format out of what was sent: text, values and archives in, documents as the store has them out.

What was sent is taken apart first; then charts find their dashboards, which may stand in other files of the same
import. So one thing that was sent is a list of parts, and a list of candidates comes out for it.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dashgraph.domain.dash import JsonObject
from dashgraph.domain.formats import archives, dash, lightdash, native, posthog, yaml_reading
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.formats.texts import decoded, parsed_json
from dashgraph.domain.formats.values import Limits, Lost, check_values, expect, name_of, pointer_to, too_deep
from dashgraph.domain.imports import DocumentWarning
from dashgraph.domain.problems import BadDocument

# A key of a mapping at the beginning of a line, after comments: that is no JSON.
YAML = re.compile(r"\s*(?:#[^\n]*\n\s*)*+(?:---|%YAML|[\"']?[A-Za-z_][\w -]*[\"']?:(?:\s|\Z))")
USUAL = Limits()
WRAPPED = 5  # levels by which what is carried lies deeper than it did


@dataclass(frozen=True, slots=True)
class Part:
    """A dashboard or a chart in something that was sent, or why it cannot be read. Not yet looked at closely."""

    path: tuple[str | int, ...]
    format: DocumentFormat
    value: Any

    @property
    def is_chart(self) -> bool:
        """Whether it is of Lightdash and no dashboard."""
        found = self.value
        return (
            self.format is DocumentFormat.LIGHTDASH
            and isinstance(found, dict)
            and lightdash.kind_of(found) != lightdash.DASHBOARD
        )


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was sent and is no dashboard, nor on one: its slug, its name, and why nothing comes of it."""

    slug: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One dashboard of what was sent: its document, or why it cannot be taken. The others are not concerned.

    `native` is its id, for a document that does not say it itself. `published` and `folder` are as in `native.Kept`.
    """

    pointer: str
    document: JsonObject | BadDocument | LeftOut
    native: str | None = None
    published: JsonObject | None = None
    folder: tuple[str, ...] = ()
    warnings: tuple[DocumentWarning, ...] = ()


def read(data: bytes, limits: Limits = USUAL, kind: DocumentFormat | None = None) -> list[Candidate]:
    """The dashboards in a file that was sent alone. Raises BadDocument for the file as a whole."""
    [found] = candidates([parts(data, limits, kind)], limits)
    return found


def parts(data: bytes, limits: Limits, kind: DocumentFormat | None = None) -> list[Part]:
    """What is in a file: an object is one dashboard, an array holds many; of an archive, what is in its files.

    The format is seen in the content where none is given. Raises BadDocument for the file as a whole.
    """
    if data.startswith(archives.MARK):
        files = archives.unpacked(data, limits)
        return [part for name, content in files for part in _of_file(name, content, limits, kind)]
    text = decoded(data, limits)
    if kind is DocumentFormat.LIGHTDASH or (kind is None and YAML.match(text)):
        found = yaml_reading.documents(text, limits)
        values = [((), found[0])] if len(found) == 1 else [((index,), one) for index, one in enumerate(found)]
        return [part for path, value in values for part in _of_value(path, value, kind, limits)]
    return _of_top(parsed_json(text, limits), kind, limits)


def parts_of_value(found: Any, limits: Limits, kind: DocumentFormat | None = None) -> list[Part]:
    """The same for a value that was read already."""
    try:
        data = json.dumps(found, allow_nan=False).encode()
    except RecursionError:
        raise too_deep(limits) from None
    except ValueError:
        message = "A number that JSON cannot hold, or with thousands of digits"
        raise BadDocument(message) from None
    return _of_top(parsed_json(decoded(data, limits), limits), kind, limits)


def candidates(things: Sequence[Sequence[Part]], limits: Limits) -> list[list[Candidate]]:
    """For each thing that was sent its dashboards, each with the charts that it shows, whichever thing they are in."""
    every = [part for thing in things for part in thing]
    charts: dict[str, JsonObject] = {}
    for part in every:
        if part.is_chart and isinstance(part.value.get("slug"), str):
            charts.setdefault(part.value["slug"], part.value)
    shown = {
        slug
        for part in every
        if part.format is DocumentFormat.LIGHTDASH and isinstance(part.value, dict) and not part.is_chart
        for slug in lightdash.charts_shown(part.value)
    }
    return [
        list(_each_once([one for part in thing for one in _candidate(part, charts, shown, limits)])) for thing in things
    ]


def _of_file(name: str, content: bytes, limits: Limits, kind: DocumentFormat | None) -> Iterator[Part]:
    """The parts of a file in an archive; one that cannot be read is one that fails."""
    if content.startswith(archives.MARK):
        yield Part((name,), DocumentFormat.DASH, BadDocument("An archive in an archive is not taken"))
        return
    try:
        for part in parts(content, limits, kind):
            yield Part((name, *part.path), part.format, part.value)
    except BadDocument as problem:
        yield Part((name,), DocumentFormat.DASH, problem)


def _of_top(found: Any, kind: DocumentFormat | None, limits: Limits) -> list[Part]:
    """The parts of a JSON text."""
    if isinstance(found, list):
        if not found:
            message = "The array holds no dashboards"
            raise BadDocument(message, pointer="")
        _check_count(found, limits)
        return [part for index, item in enumerate(found) for part in _of_value((index,), item, kind, limits)]
    if not isinstance(found, dict | Lost):
        message = f"Expected a dashboard or an array of dashboards, found {name_of(found)}"
        raise BadDocument(message, pointer="")
    return list(_of_value((), found, kind, limits))


def _of_value(path: tuple[str | int, ...], value: Any, kind: DocumentFormat | None, limits: Limits) -> Iterable[Part]:
    kind = kind or _recognised(value)
    if kind is not DocumentFormat.DASHGRAPH:
        return [Part(path, kind, value)]
    try:
        found = native.entries(value, pointer_to(list(path)))
        _check_count(found, limits)
    except BadDocument as problem:
        return [Part(path, kind, problem)]
    return [Part((*path, "dashboards", index), kind, entry) for index, entry in enumerate(found)]


def _recognised(value: Any) -> DocumentFormat:
    """The format of a value, seen in its keys."""
    if isinstance(value, dict):
        if native.recognised(value):
            return DocumentFormat.DASHGRAPH
        if posthog.recognised(value):
            return DocumentFormat.POSTHOG
        if lightdash.recognised(value):
            return DocumentFormat.LIGHTDASH
    return DocumentFormat.DASH


def _check_count(found: Sequence[Any], limits: Limits) -> None:
    if len(found) > limits.dashboards:
        message = f"{len(found)} dashboards in one file; at most {limits.dashboards} are taken at once"
        raise BadDocument(message, pointer="")


def _candidate(part: Part, charts: dict[str, JsonObject], shown: set[str], limits: Limits) -> Iterator[Candidate]:
    """What comes of a part: a dashboard, or nothing for a chart that one of the dashboards shows."""
    pointer = pointer_to(list(part.path))
    try:
        if isinstance(part.value, BadDocument):
            raise part.value
        foreign = part.format in {DocumentFormat.LIGHTDASH, DocumentFormat.POSTHOG}
        check_values(part.value, list(part.path), limits.depth - WRAPPED * foreign, limits)
        if part.is_chart:
            yield from _chart(part.value, pointer, charts, shown)
        else:
            yield _dashboard(part, pointer, charts, limits)
    except BadDocument as problem:
        yield Candidate(pointer=pointer, document=problem)


def _dashboard(part: Part, pointer: str, charts: dict[str, JsonObject], limits: Limits) -> Candidate:
    warnings: tuple[DocumentWarning, ...] = ()
    if part.format is DocumentFormat.DASHGRAPH:
        kept, warnings = native.read(part.value, pointer, limits)
        return Candidate(
            pointer=pointer,
            document=kept.document,
            native=kept.native,
            published=kept.published,
            folder=kept.folder,
            warnings=warnings,
        )
    document = part.value
    if part.format is DocumentFormat.LIGHTDASH:
        expect(part.value, pointer, dict, "a dashboard (an object)")
        document, warnings = lightdash.read(part.value, charts, pointer)
    elif part.format is DocumentFormat.POSTHOG:
        document = posthog.read(part.value, pointer)
    dash.check(document, pointer, limits)
    return Candidate(pointer=pointer, document=document, warnings=warnings)


def _chart(value: JsonObject, pointer: str, charts: dict[str, JsonObject], shown: set[str]) -> Iterator[Candidate]:
    kind = lightdash.kind_of(value)
    slug = lightdash.chart(value, pointer)
    if kind not in {lightdash.CHART, lightdash.SQL_CHART}:
        reason = "of Lightdash's content, dashboards and the charts on them are taken, and nothing else"
        yield Candidate(pointer=pointer, document=LeftOut(slug, value["name"], reason))
    elif charts[slug] != value:
        message = f"There is another chart with the slug {slug}"
        raise BadDocument(message, pointer=f"{pointer}/slug")
    elif slug not in shown:
        reason = "no dashboard of this import shows this chart, and charts are taken with a dashboard only"
        yield Candidate(pointer=pointer, document=LeftOut(slug, value["name"], reason))


def _each_once(found: Sequence[Candidate]) -> Iterator[Candidate]:
    """The candidates; of several with one id only the first can be taken."""
    places: dict[str, str] = {}
    for one in found:
        oid = one.native or one.document.get("oid") if isinstance(one.document, dict) else None
        if oid is not None and places.setdefault(oid, one.pointer) != one.pointer:
            message = f"The dashboard id {oid} is also at {places[oid]}"
            problem = BadDocument(message, pointer=f"{one.pointer}/oid")
            yield Candidate(pointer=one.pointer, document=problem)
        else:
            yield one
