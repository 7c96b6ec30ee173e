"""Folders order dashboards. They give no rights."""

from dataclasses import dataclass
from datetime import datetime

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import IdFilter, Listing, Lookup, Sort, TextFilter, TimeFilter
from dashgraph.domain.viewers import TokenScope

DEEPEST = 20  # levels of folders


@dataclass(frozen=True, slots=True)
class Folder:
    id: ResourceId
    name: str
    parent: ResourceId | None
    owner: ResourceId | None
    revision: int | None
    created_at: datetime | None
    updated_at: datetime | None
    project: ResourceId | None = None
    slug: str | None = None
    private: bool | None = None


class FolderSort(Sort):
    NAME_ASC = "name"
    NAME_DESC = "-name"
    CREATED_AT_ASC = "created_at"
    CREATED_AT_DESC = "-created_at"
    UPDATED_AT_ASC = "updated_at"
    UPDATED_AT_DESC = "-updated_at"
    ID_ASC = "id"
    ID_DESC = "-id"


@dataclass(frozen=True, slots=True)
class FolderFilter:
    ids: IdFilter | None = None
    name: TextFilter | None = None
    parent: IdFilter | None = None
    project: IdFilter | None = None
    owner: IdFilter | None = None
    created_at: TimeFilter | None = None
    updated_at: TimeFilter | None = None
    text: str | None = None


FOLDER = Lookup[Folder]("folder", Kind.FOLDER, TokenScope.DASHBOARDS_READ)
ANCESTORS = Lookup[tuple[Folder, ...]]("folder.ancestors", Kind.FOLDER, TokenScope.DASHBOARDS_READ)
FOLDERS = Listing[Folder]("folders", Kind.FOLDER, TokenScope.DASHBOARDS_READ, FolderSort, FolderSort.NAME_ASC)
FOLDERS_OF_PROJECT = Listing[Folder](
    "project.folders",
    Kind.FOLDER,
    TokenScope.DASHBOARDS_READ,
    FolderSort,
    FolderSort.NAME_ASC,
    under=Kind.PROJECT,
)
CHILDREN_OF_FOLDER = Listing[Folder](
    "folder.children",
    Kind.FOLDER,
    TokenScope.DASHBOARDS_READ,
    FolderSort,
    FolderSort.NAME_ASC,
    under=Kind.FOLDER,
)
