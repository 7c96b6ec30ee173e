"""Has exactly the rows that a REST request would have given, by walking the cursors of a list."""

import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from dashgraph.domain.lists import LARGEST_PAGE
from dashgraph.graph.translation.translations import Translation, Walk

Ask = Callable[[str, Mapping[str, Any]], Awaitable[dict[str, Any]]]


async def answered(translation: Translation, ask: Ask, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a translation, of a list with all rows that are meant; the first that has no list as it is."""
    walk = translation.walk
    if walk is None:
        return await ask(translation.operation, {**translation.variables, **variables})
    cursor: str | None = None
    left = walk.rows.skip
    while left:
        many = min(left, LARGEST_PAGE)
        answer = await ask(walk.step, {"first": many, "after": cursor})
        info = _info(answer, walk)
        if info is None:
            return answer
        cursor = info["endCursor"] or cursor
        left = left - many if info["hasNextPage"] else 0
    return await _rows(walk, ask, cursor)


async def _rows(walk: Walk, ask: Ask, cursor: str | None) -> dict[str, Any]:
    """The last page's answer, with the rows and the errors of those before it too."""
    rows: list[Any] = []
    errors: list[Any] = []
    while True:
        left = LARGEST_PAGE if walk.rows.limit is None else walk.rows.limit - len(rows)
        answer = await ask(walk.page, {"first": min(left, LARGEST_PAGE), "after": cursor})
        page, info = _page(answer, walk), _info(answer, walk)
        if page is None or info is None:
            return answer
        rows += page["edges"]
        errors += answer.get("errors", [])
        stuck = info["endCursor"] in {None, cursor}
        cursor = info["endCursor"]
        if not info["hasNextPage"] or stuck or len(rows) >= (walk.rows.limit or math.inf):
            page["edges"] = rows[: walk.rows.limit]
            return {**answer, **({"errors": errors} if errors else {})}


def _page(answer: Mapping[str, Any], walk: Walk) -> dict[str, Any] | None:
    here = answer.get("data")
    for key in walk.keys:
        here = here and here.get(key)
    return here


def _info(answer: Mapping[str, Any], walk: Walk) -> dict[str, Any] | None:
    page = _page(answer, walk)
    return page and page["pageInfo"]


def cut(answer: Mapping[str, Any], walk: Walk | None) -> int:
    """How many lists of an answer have more than it shows, besides the one that was walked."""
    info = _info(answer, walk) if walk else None
    return _longer(answer.get("data")) - bool(info and info["hasNextPage"])


def _longer(value: object) -> int:
    if isinstance(value, list):
        return sum(_longer(one) for one in value)
    if not isinstance(value, Mapping):
        return 0
    info = value.get("pageInfo")
    return bool(info and info["hasNextPage"]) + sum(_longer(one) for one in value.values())
