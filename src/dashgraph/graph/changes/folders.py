"""Changes of folders, as mutations."""

import strawberry
from strawberry import UNSET

from dashgraph.domain import folder_changes as changes
from dashgraph.domain.folders import DEEPEST
from dashgraph.domain.ids import Kind
from dashgraph.graph.changes.dashboards import SOURCE, DeletingPayload
from dashgraph.graph.changes.declare import REVISION, ChangeInput, Payload, mutation, thing
from dashgraph.graph.enums import described
from dashgraph.graph.folders import Folder

described(
    changes.FolderDeletion,
    "FolderDeletion",
    "What becomes of what is in a folder that is deleted.",
    REFUSE="Nothing: a folder that is not empty is not deleted.",
    MOVE_TO_PARENT="It goes into the folder above, or to the top.",
    DELETE_CONTENT="It is deleted too, if all of it is yours. Dashboards can be taken back.",
)
NAME = "Its name; you have no other folder of that name, in any case of letters, in the same place."


@strawberry.input(description="Make a folder.")
class CreateFolderInput(ChangeInput):
    CHANGE = changes.CreateFolder
    KINDS = {"parent": (Kind.FOLDER,)}

    place: str = strawberry.field(name="source", description=SOURCE)
    name: str = strawberry.field(description=NAME)
    parent: strawberry.ID | None = strawberry.field(
        default=None,
        name="parentId",
        description=f"The folder that it goes into: one that you see; null for the top. At most {DEEPEST} levels.",
    )


@strawberry.input(description="Give a folder another name.")
class RenameFolderInput(ChangeInput):
    CHANGE = changes.RenameFolder
    KINDS = {"folder": (Kind.FOLDER,)}

    folder: strawberry.ID = strawberry.field(name="folderId", description="The folder.")
    name: str = strawberry.field(description=NAME)
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.input(description="Put a folder, with all that is in it, into another one.")
class MoveFolderInput(ChangeInput):
    CHANGE = changes.MoveFolder
    KINDS = {"folder": (Kind.FOLDER,), "parent": (Kind.FOLDER,)}

    folder: strawberry.ID = strawberry.field(name="folderId", description="The folder.")
    parent: strawberry.ID | None = strawberry.field(
        name="parentId", description="A folder that you see and that is not in this one; null for the top."
    )
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.input(description="Delete a folder.")
class DeleteFolderInput(ChangeInput):
    CHANGE = changes.DeleteFolder
    KINDS = {"folder": (Kind.FOLDER,)}

    folder: strawberry.ID = strawberry.field(name="folderId", description="The folder.")
    mode: changes.FolderDeletion = strawberry.field(
        default=changes.FolderDeletion.REFUSE, description="What becomes of what is in it."
    )
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.type(description="What came of `createFolder`.")
class CreateFolderPayload(Payload):
    folder: Folder | None = thing(description="The new folder.")


@strawberry.type(description="What came of `renameFolder`.")
class RenameFolderPayload(Payload):
    folder: Folder | None = thing(description="The folder with its name.")


@strawberry.type(description="What came of `moveFolder`.")
class MoveFolderPayload(Payload):
    folder: Folder | None = thing(description="The folder in its place.")


@strawberry.type(description="What came of `deleteFolder`.")
class DeleteFolderPayload(DeletingPayload):
    @strawberry.field(description="How many dashboards that were in it were moved or deleted.")
    def dashboards(self) -> int:
        return int(self.outcome.facts.get("dashboards", 0))

    @strawberry.field(description="How many folders that were in it were moved or deleted.")
    def folders(self) -> int:
        return int(self.outcome.facts.get("folders", 0))


@strawberry.type
class FolderMutations:
    create_folder: CreateFolderPayload = mutation(
        CreateFolderInput, CreateFolderPayload, description="Make a folder, which is yours. Everybody but viewers."
    )
    rename_folder: RenameFolderPayload = mutation(
        RenameFolderInput,
        RenameFolderPayload,
        description="Give a folder another name. The owner and administrators.",
    )
    move_folder: MoveFolderPayload = mutation(
        MoveFolderInput,
        MoveFolderPayload,
        description="Put a folder, with all that is in it, into another one. The owner and administrators.",
    )
    delete_folder: DeleteFolderPayload = mutation(
        DeleteFolderInput,
        DeleteFolderPayload,
        description="Delete a folder; one that is not empty only when `mode` says what becomes of its content. The "
        "owner and administrators.",
    )
