"""Documents of the store written in a format: which can be, and what the files are called."""

from collections.abc import Iterable, Sequence
from typing import Any

from dashgraph.domain.dash import JsonObject, widgets_of
from dashgraph.domain.formats import lightdash, posthog, yaml_writing
from dashgraph.domain.formats.carried import Unsaid, format_of
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.problems import BadFormat

OWN = "export it as DASHGRAPH, which holds everything"


def own_format(document: JsonObject) -> DocumentFormat:
    """The format that a document came in; dashgraph's own when its widgets came from elsewhere."""
    return one_format([format_of(document), *map(format_of, widgets_of(document))])


def one_format(parts: Iterable[DocumentFormat]) -> DocumentFormat:
    """The format of a dashboard whose parts came in these."""
    found = set(parts)
    return found.pop() if len(found) == 1 else DocumentFormat.DASHGRAPH


def refusal(kind: DocumentFormat, title: str, came_in: DocumentFormat, widget: str | None = None) -> BadFormat:
    """Why a dashboard cannot be written in a format that it, or a widget on it, did not come in."""
    what = f"The dashboard {title[:100]!r}"
    if widget is not None:
        what = f"The widget {widget[:100]!r} on {what[0].lower()}{what[1:]}"
    message = f"{what} came in {came_in.label} and cannot be written in {kind.label}; {OWN}."
    return BadFormat(message)


def check(kind: DocumentFormat, document: JsonObject) -> None:
    """Raises BadFormat unless the document and its widgets came in this format. All can be in dashgraph's own."""
    if kind is DocumentFormat.DASHGRAPH:
        return
    if format_of(document) is not kind:
        raise refusal(kind, document["title"], format_of(document))
    for widget in widgets_of(document):
        if format_of(widget) is not kind:
            raise refusal(kind, document["title"], format_of(widget), widget.get("title") or "")


def templates(documents: Sequence[JsonObject]) -> list[JsonObject]:
    """PostHog's templates. Raises BadFormat."""
    return [_said(DocumentFormat.POSTHOG, document, posthog.written) for document in documents]


def lightdash_files(documents: Sequence[JsonObject]) -> dict[str, str]:
    """The YAML files of dashboards and of their charts, each chart once, by name. Raises BadFormat."""
    found: dict[str, tuple[JsonObject, str]] = {}
    for document in documents:
        dashboard, charts = _said(DocumentFormat.LIGHTDASH, document, lightdash.written)
        for name, value in lightdash.file_names(dashboard, charts):
            former, title = found.setdefault(name, (value, document["title"]))
            if former != value:
                message = (
                    f"The dashboards {title[:100]!r} and {document['title'][:100]!r} do not agree on {name}; export "
                    f"them one by one, or as DASHGRAPH."
                )
                raise BadFormat(message)
    return {name: yaml_writing.written(value) for name, (value, _) in sorted(found.items())}


def _said(kind: DocumentFormat, document: JsonObject, write: Any) -> Any:
    check(kind, document)
    try:
        return write(document)
    except Unsaid as unsaid:
        message = (
            f"The dashboard {document['title'][:100]!r} cannot be written in {kind.label}: {unsaid.reason}; {OWN}."
        )
        raise BadFormat(message) from None


def common_format(found: Iterable[DocumentFormat]) -> DocumentFormat:
    """The format that all came in. Raises BadFormat when there are several."""
    kinds = set(found)
    if len(kinds) > 1:
        names = " and ".join(sorted(kind.name for kind in kinds))
        message = f"They came in several formats, {names}; say which to write: DASHGRAPH holds everything."
        raise BadFormat(message)
    return kinds.pop() if kinds else DocumentFormat.DASH
