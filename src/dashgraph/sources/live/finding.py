"""Search through the lists of a live source: the same fields, snippets and order as in the native store."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashgraph.domain.ids import Kind
from dashgraph.domain.search import Hit, SearchFilter, snippet
from dashgraph.domain.text import fold
from dashgraph.domain.users import UserStatus
from dashgraph.sources.live.lists import Lists
from dashgraph.sources.live.ordering import Placed

FIELDS: Mapping[Kind, tuple[str, str]] = {
    Kind.DASHBOARD: ("title", "description"),
    Kind.WIDGET: ("title", "type"),
    Kind.FOLDER: ("name", "name"),
    Kind.GROUP: ("name", "mail"),
    Kind.USER: ("name", "email"),
}
SHOWN = {Kind.USER: {"name": "displayName"}}
"""What a field is called in the answer, where that is not its name here."""


async def hits(lists: Lists, wanted: SearchFilter) -> list[Placed]:
    """What matches, with its place: names that begin with the text, then names that hold it, then other fields.

    Widgets are looked through only where the source lists them all at once.
    """
    found = []
    for kind in wanted.kinds:
        for item in await _searched(lists, kind):
            hit = _hit(kind, item, wanted.text)
            if hit is not None:
                found.append(hit)
    return found


async def _searched(lists: Lists, kind: Kind) -> Sequence[Any]:
    match kind:
        case Kind.DASHBOARD:
            return await lists.dashboards()
        case Kind.FOLDER:
            return await lists.folders()
        case Kind.GROUP:
            return await lists.groups()
        case Kind.USER:
            return [user for user in await lists.users() if user.status is not UserStatus.DELETED]
        case Kind.WIDGET if Kind.WIDGET in lists.known.facts.walks:
            return await lists.widgets()
    return ()


def _hit(kind: Kind, item: Any, wanted: str) -> Placed | None:
    first, second = FIELDS[kind]
    name, other = getattr(item, first) or "", getattr(item, second) or ""
    key, folded = fold(name), fold(wanted)
    shown = SHOWN.get(kind, {})
    match = snippet(shown.get(first, first), name, wanted) or snippet(shown.get(second, second), other, wanted)
    if match is None:
        return None
    place = "0" if key.startswith(folded) else "1" if folded in key else "2"
    return Placed(place + key, f"{kind.value}:{item.id.native}", Hit(item.id, match))
