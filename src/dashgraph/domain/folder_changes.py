"""What can be done to folders."""

from dataclasses import dataclass
from enum import StrEnum

from dashgraph.domain.changes import Change
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import TokenScope


class FolderDeletion(StrEnum):
    """What becomes of what is in a folder that is deleted."""

    REFUSE = "refuse"
    MOVE_TO_PARENT = "move_to_parent"
    DELETE_CONTENT = "delete_content"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateFolder(Change):
    """Make a folder in another one that the viewer sees, or at the top. Who makes it owns it."""

    NEEDS = Capability.FOLDER_WRITE
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "place"

    place: str
    name: str
    parent: ResourceId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameFolder(Change):
    """Give a folder another name."""

    NEEDS = Capability.FOLDER_WRITE
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "folder"

    folder: ResourceId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveFolder(Change):
    """Put a folder, with all that is in it, into another one or with None at the top."""

    NEEDS = Capability.FOLDER_WRITE
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "folder"

    folder: ResourceId
    parent: ResourceId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteFolder(Change):
    """Delete a folder. What is in it stays, unless the mode says otherwise."""

    NEEDS = Capability.FOLDER_WRITE
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "folder"

    folder: ResourceId
    mode: FolderDeletion = FolderDeletion.REFUSE
