"""dashgraph's own format: documents as the store has them, and what stands beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashgraph.domain.dash import JsonObject
from dashgraph.domain.formats import dash
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.formats.values import Limits, expect, expect_id
from dashgraph.domain.imports import DocumentWarning, DocumentWarningCode
from dashgraph.domain.problems import BadDocument

NAME, VERSION = DocumentFormat.DASHGRAPH.value, 1


@dataclass(frozen=True, slots=True)
class Given:
    """Somebody a dashboard is shared with: a user by e-mail address, or a group by name."""

    kind: str
    name: str
    rule: str
    subscribed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A dashboard with what stands beside its document.

    `published` is what viewers see: the document itself, another one, or None when nothing is published. `folder`
    are the names of the folders it lies in, the topmost first. Owner and shares are for people to read: they are
    not taken in again.
    """

    native: str
    document: JsonObject
    published: JsonObject | None = None
    folder: tuple[str, ...] = ()
    owner: str | None = None
    shares: Sequence[Given] = ()


def recognised(value: JsonObject) -> bool:
    return value.get("format") == NAME and "dashboards" in value


def entries(value: Any, pointer: str) -> list[Any]:
    """The dashboards in an envelope, not yet looked at. Raises BadDocument for another version than this."""
    expect(value, pointer, dict, "an object with format, version and dashboards")
    if value.get("format") != NAME:
        message = f'A document in dashgraph\'s own format says "format": "{NAME}"'
        raise BadDocument(message, pointer=f"{pointer}/format")
    version = value.get("version")
    if version != VERSION or isinstance(version, bool):
        known = f"this dashgraph reads version {VERSION}"
        message = f"Version {version} of dashgraph's format is not known here; {known}"
        raise BadDocument(message if isinstance(version, int) else f"The version is missing; {known}", pointer=pointer)
    expect(value.get("dashboards"), f"{pointer}/dashboards", list, "an array")
    found: list[Any] = value["dashboards"]
    return found


def read(entry: Any, pointer: str, limits: Limits) -> tuple[Kept, tuple[DocumentWarning, ...]]:
    """A dashboard, and a warning of what stands beside it and is not taken in. Raises BadDocument."""
    expect(entry, pointer, dict, "an object with a document")
    document = entry.get("document")
    dash.check(document, f"{pointer}/document", limits)
    expect(entry.get("id"), f"{pointer}/id", str, "an id (text)")
    expect_id(entry["id"], f"{pointer}/id")
    if document.get("oid") not in {None, entry["id"]}:
        message = "The document has another id than the dashboard"
        raise BadDocument(message, pointer=f"{pointer}/id")
    published = entry.get("published", False)
    if published not in (True, False):
        dash.check(published, f"{pointer}/published", limits)
    kept = Kept(
        native=entry["id"],
        document=document,
        published=document if published is True else published or None,
        folder=_folder(entry, pointer),
        owner=_owner(entry, pointer),
        shares=_shares(entry, pointer),
    )
    return kept, _left(kept)


def envelope(kept: Sequence[Kept]) -> JsonObject:
    return {"format": NAME, "version": VERSION, "dashboards": [_entry(one) for one in kept]}


def _entry(one: Kept) -> JsonObject:
    published = True if one.published == one.document else one.published
    beside = {
        "published": published,
        "folder": list(one.folder) or None,
        "owner": one.owner,
        "shares": [_share(given) for given in one.shares] or None,
    }
    return {"id": one.native, "document": one.document, **{key: value for key, value in beside.items() if value}}


def _share(given: Given) -> JsonObject:
    return {given.kind: given.name, "rule": given.rule, **({"subscribed": True} if given.subscribed else {})}


def _folder(entry: Mapping[str, Any], pointer: str) -> tuple[str, ...]:
    names = entry.get("folder") or []
    expect(names, f"{pointer}/folder", list, "an array of names")
    for index, name in enumerate(names):
        expect(name, f"{pointer}/folder/{index}", str, "text")
    return tuple(names)


def _owner(entry: Mapping[str, Any], pointer: str) -> str | None:
    owner: str | None = entry.get("owner")
    if owner is not None:
        expect(owner, f"{pointer}/owner", str, "text")
    return owner


def _shares(entry: Mapping[str, Any], pointer: str) -> list[Given]:
    held = entry.get("shares") or []
    expect(held, f"{pointer}/shares", list, "an array of shares")
    found = []
    for index, share in enumerate(held):
        at = f"{pointer}/shares/{index}"
        expect(share, at, dict, "a share (an object)")
        kind = "group" if "group" in share else "user"
        expect(share.get(kind), f"{at}/{kind}", str, "text")
        expect(share.get("rule"), f"{at}/rule", str, "text")
        found.append(Given(kind, share[kind], share["rule"], share.get("subscribed") is True))
    return found


def _left(kept: Kept) -> tuple[DocumentWarning, ...]:
    if kept.owner is None and not kept.shares:
        return ()
    owner = [] if kept.owner is None else [f"its owner {kept.owner[:100]!r}"]
    shares = [f"its shares ({len(kept.shares)})"] if kept.shares else []
    message = f"Not taken in: {' and '.join(owner + shares)}. Who imports it owns it, and shares it anew."
    return (DocumentWarning(DocumentWarningCode.ACCESS_LEFT_OUT, message),)
