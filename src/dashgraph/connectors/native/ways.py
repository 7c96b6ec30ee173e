"""Access lists of the native store: an item is several rows, one for each path of a user to a dashboard."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, TypeVar, cast

from sqlalchemy import Select

from dashgraph.connectors.native import api
from dashgraph.connectors.native.translate import Translator
from dashgraph.domain.access import ACCESS_OF_DASHBOARD, AccessFilter, strongest
from dashgraph.domain.ids import Kind
from dashgraph.domain.lists import Listing, Wish
from dashgraph.domain.rows import TIE, VALUE, Columns, reference
from dashgraph.store import access
from dashgraph.store.visibility import Asker

T = TypeVar("T")

FACTS = ("kind", "rank", "share_id", "group_id")  # of a path
ROLE, PATHS = "role", "paths"
USER, DASHBOARD = reference("user", Kind.USER), reference("dashboard", Kind.DASHBOARD)
ATTRIBUTES = frozenset({ROLE, PATHS, USER, DASHBOARD})
"""What rows tell of an item."""


def ways(asker: Asker, listing: Listing[T], parents: Sequence[str], wish: Wish) -> access.Ways:
    """The question for such a list, under each of these."""
    question = api.PATHS[listing.name]
    wanted = cast("AccessFilter | None", wish.filter) or AccessFilter()
    kinds = tuple(kind for kind in question.kinds if wanted.paths is None or kind in wanted.paths)
    return question.ways(asker, parents, AccessFilter(kinds))


def narrowed(statement: Select[Any], attributes: Sequence[str]) -> Select[Any]:
    """The rows of a page with what `items` reads of them."""
    names = [*FACTS, "at_tie", "at_parent", *(["at_value"] if VALUE in attributes else [])]
    return statement.with_only_columns(*(statement.selected_columns[name] for name in names))


def items(found: Columns, listing: Listing[T], attributes: Sequence[str], translator: Translator) -> Columns:
    """The items of rows that are next to each other, with these attributes; the parents last."""
    *facts, ties, parents = found[: len(FACTS) + 2]
    rows = list(zip(parents, ties, strict=True))
    starts = [at for at, (one, before) in enumerate(zip(rows, [None, *rows], strict=False)) if one != before]
    of_path = list(zip(*facts, strict=True))
    # Most items have the same paths as others: what is hashed is hashed once, and what they amount to found out once.
    numbers: dict[tuple[Any, ...], int] = {}
    each = [
        numbers.setdefault(tuple(of_path[start:stop]), len(numbers)) for start, stop in pairwise([*starts, len(rows)])
    ]
    paths = [tuple(translator.path(*way) for way in one) for one in numbers]
    tied, under = ([column[at] for at in starts] for column in (ties, parents))
    users, dashboards = (tied, under) if listing.name == ACCESS_OF_DASHBOARD.name else (under, tied)
    columns: dict[str, Sequence[Any]] = {USER: users, DASHBOARD: dashboards, TIE: tied}
    if PATHS in attributes:
        columns[PATHS] = [paths[number] for number in each]
    if ROLE in attributes:
        roles = [strongest(one).value for one in paths]
        columns[ROLE] = [roles[number] for number in each]
    if VALUE in attributes:
        columns[VALUE] = [found[-1][at] for at in starts]
    return [*(columns[one] for one in attributes or [TIE]), under]
