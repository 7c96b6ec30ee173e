"""One search over everything that has a name."""

from dataclasses import dataclass

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Listing, Sort
from dashgraph.domain.text import fold
from dashgraph.domain.viewers import TokenScope

AROUND = 40  # characters of context on each side of a match


@dataclass(frozen=True, slots=True)
class Snippet:
    """What matched: the field, the matching text, and what stands around it."""

    field: str
    before: str
    match: str
    after: str


@dataclass(frozen=True, slots=True)
class Hit:
    id: ResourceId
    snippet: Snippet


class SearchSort(Sort):
    """Names that begin with the text come first, then names that hold it, then other fields."""

    RELEVANCE = "relevance"


@dataclass(frozen=True, slots=True)
class SearchFilter:
    text: str
    kinds: tuple[Kind, ...]


SEARCHED = (Kind.DASHBOARD, Kind.WIDGET, Kind.FOLDER, Kind.GROUP, Kind.USER)

SEARCH = Listing[Hit]("search", Kind.DASHBOARD, TokenScope.DASHBOARDS_READ, SearchSort, SearchSort.RELEVANCE)


def snippet(field: str, text: str, wanted: str) -> Snippet | None:
    """Where `wanted` stands in the text, compared as people read it, or None when it does not."""
    wanted = fold(wanted)
    folded: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):  # folding changes lengths: remember where each piece came from
        piece = fold(character)
        folded.append(piece)
        origin.extend([index] * len(piece))
    start = "".join(folded).find(wanted)
    if start < 0 or not wanted:
        return None
    first, last = origin[start], origin[start + len(wanted) - 1] + 1
    before, after = text[:first], text[last:]
    return Snippet(
        field=field,
        before=before if len(before) <= AROUND else "…" + before[-AROUND:].lstrip(),
        match=text[first:last],
        after=after if len(after) <= AROUND else after[:AROUND].rstrip() + "…",
    )
