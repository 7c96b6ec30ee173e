"""Questions about folders."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, literal, select, true

from dashgraph.domain.folders import DEEPEST, FolderFilter
from dashgraph.store.among import among
from dashgraph.store.lists import Rows, contains, id_matches, text_matches, time_matches
from dashgraph.store.tables import folders
from dashgraph.store.visibility import Asker, folder_is_seen, seen_folders

COLUMNS = (
    folders.c.id, folders.c.name, folders.c.parent_id, folders.c.owner_id,
    folders.c.created_at, folders.c.updated_at, folders.c.revision,
)  # fmt: skip

KEYS: dict[str, ColumnElement[Any]] = {
    "name": folders.c.name_key,
    "created_at": folders.c.created_at,
    "updated_at": folders.c.updated_at,
    "id": folders.c.id,
}


def by_ids(asker: Asker, ids: Sequence[str]) -> Select[Any]:
    return select(*COLUMNS).where(among(folders.c.id, ids), folder_is_seen(seen_folders(asker)))


def ancestors(asker: Asker, ids: Sequence[str]) -> Select[Any]:
    """For each folder the ones above it: `start`, `height` (1 is the parent) and the folder's columns."""
    up = (
        select(folders.c.id.label("start"), folders.c.parent_id.label("id"), literal(1).label("height"))
        .where(among(folders.c.id, ids), folders.c.parent_id.is_not(None), folder_is_seen(seen_folders(asker)))
        .cte("up", recursive=True)
    )
    up = up.union_all(
        select(up.c.start, folders.c.parent_id, up.c.height + 1)
        .select_from(up.join(folders, folders.c.id == up.c.id))
        .where(folders.c.parent_id.is_not(None), up.c.height < DEEPEST)
    )
    return (
        select(up.c.start, up.c.height, *COLUMNS)
        .select_from(up.join(folders, folders.c.id == up.c.id))
        .order_by(up.c.start, up.c.height.desc())
    )


def below(ids: Sequence[str]) -> Select[Any]:
    """The ids of these folders and of all folders under them."""
    down = select(folders.c.id).where(among(folders.c.id, ids)).cte("down", recursive=True)
    down = down.union(select(folders.c.id).select_from(folders.join(down, folders.c.parent_id == down.c.id)))
    return select(down.c.id)


def rows(asker: Asker, wanted: FolderFilter) -> Rows:
    visible = folder_is_seen(seen_folders(asker))
    return Rows(select(*COLUMNS).where(visible, matches(asker, wanted)), KEYS, folders.c.id)


def rows_of_parents(asker: Asker, parent_ids: Sequence[str], wanted: FolderFilter) -> Rows:
    visible = folder_is_seen(seen_folders(asker))
    statement = select(*COLUMNS).where(among(folders.c.parent_id, parent_ids), visible, matches(asker, wanted))
    return Rows(statement, KEYS, folders.c.id, parent=folders.c.parent_id)


def matches(asker: Asker, wanted: FolderFilter) -> ColumnElement[bool]:
    conditions = [
        id_matches(wanted.ids, folders.c.id, asker.source),
        id_matches(wanted.parent, folders.c.parent_id, asker.source),
        id_matches(wanted.owner, folders.c.owner_id, asker.source),
        text_matches(wanted.name, folders.c.name, folders.c.name_key),
        time_matches(wanted.created_at, folders.c.created_at),
        time_matches(wanted.updated_at, folders.c.updated_at),
    ]
    if wanted.project is not None and wanted.project.is_null is not True:
        conditions.append(false())  # nothing here is in a project
    if wanted.text is not None:
        conditions.append(contains(folders.c.name_key, wanted.text))
    return and_(true(), *conditions)
