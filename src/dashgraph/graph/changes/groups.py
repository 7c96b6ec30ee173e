"""Groups and memberships, as mutations."""

import strawberry
from strawberry import UNSET

from dashgraph.domain import groups
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.users import USER
from dashgraph.graph.changes.declare import (
    REVISION,
    ChangeInput,
    Payload,
    bulk_input,
    bulk_mutation,
    bulk_payload,
    mutation,
    thing,
)
from dashgraph.graph.groups import Group
from dashgraph.graph.nodes import fetch
from dashgraph.graph.scalars import EmailAddress
from dashgraph.graph.users import User

ROLE = "What its members are, in the system's own word; null for nothing. dashgraph's own store only keeps it."
WHO = "Administrators with the scope users:admin."
GROUP_REVISION = "Refuse when the group is no longer at this revision."


@strawberry.input(description="Make a group.")
class CreateGroupInput(ChangeInput):
    CHANGE = groups.CreateGroup

    into: str = strawberry.field(name="source", description="The name of the source to make it in.")
    called: str = strawberry.field(name="name", description="Its name; at most 200 characters.")
    mail: EmailAddress | None = strawberry.field(default=UNSET, description="The address that reaches the group.")
    role: str | None = strawberry.field(default=UNSET, description=ROLE)


@strawberry.input(description="Change a group. What is left out stays; null clears.")
class UpdateGroupInput(ChangeInput):
    CHANGE = groups.UpdateGroup
    KINDS = {"group": (Kind.GROUP,)}

    group: strawberry.ID = strawberry.field(name="groupId", description="The group.")
    called: str | None = strawberry.field(
        name="name", default=UNSET, description="Its name; at most 200 characters. Cannot be cleared."
    )
    mail: EmailAddress | None = strawberry.field(default=UNSET, description="The address that reaches the group.")
    role: str | None = strawberry.field(default=UNSET, description=ROLE)
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.input(description="Delete a group.")
class DeleteGroupInput(ChangeInput):
    CHANGE = groups.DeleteGroup
    KINDS = {"group": (Kind.GROUP,)}

    group: strawberry.ID = strawberry.field(name="groupId", description="The group.")
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.input(description="Make a user a member of a group.")
class AddUserToGroupInput(ChangeInput):
    CHANGE = groups.AddUserToGroup
    KINDS = {"user": (Kind.USER,), "group": (Kind.GROUP,)}

    user: strawberry.ID = strawberry.field(name="userId", description="The user.")
    group: strawberry.ID = strawberry.field(name="groupId", description="The group.")
    expected_revision: int | None = strawberry.field(default=UNSET, description=GROUP_REVISION)


@strawberry.input(description="Make a user no member of a group any more.")
class RemoveUserFromGroupInput(ChangeInput):
    CHANGE = groups.RemoveUserFromGroup
    KINDS = {"user": (Kind.USER,), "group": (Kind.GROUP,)}

    user: strawberry.ID = strawberry.field(name="userId", description="The user.")
    group: strawberry.ID = strawberry.field(name="groupId", description="The group.")
    expected_revision: int | None = strawberry.field(default=UNSET, description=GROUP_REVISION)


@strawberry.input(description="Make these all the groups of a user.")
class SetUserGroupsInput(ChangeInput):
    CHANGE = groups.SetUserGroups
    KINDS = {"user": (Kind.USER,), "groups": (Kind.GROUP,)}

    user: strawberry.ID = strawberry.field(name="userId", description="The user.")
    groups: list[strawberry.ID] = strawberry.field(
        name="groupIds", description="Every group that the user is in from now on."
    )
    expected_revision: int | None = strawberry.field(
        default=UNSET, description="Refuse when the user is no longer at this revision."
    )


@strawberry.type(description="What came of `createGroup`.")
class CreateGroupPayload(Payload):
    group: Group | None = thing(description="The new group.")


@strawberry.type(description="What came of `updateGroup`.")
class UpdateGroupPayload(Payload):
    group: Group | None = thing(description="The group as it is now.")


@strawberry.type(description="What came of `deleteGroup`.")
class DeleteGroupPayload(Payload):
    @strawberry.field(description="How many memberships went with it.")
    def memberships_removed(self) -> int:
        return int(self.outcome.facts.get("memberships_removed", 0))

    @strawberry.field(description="How many shares to the group went with it.")
    def shares_removed(self) -> int:
        return int(self.outcome.facts.get("shares_removed", 0))


@strawberry.type
class _Membership(Payload):
    @strawberry.field(description="The user.")
    async def user(self) -> User | None:
        found = self.outcome.thing
        if found is None:
            return None
        one = ResourceId(found.id.source, Kind.USER, self.outcome.facts["user"])
        user: User | None = await fetch(self.loaders, USER, one)
        return user

    @strawberry.field(description="Whether it made a difference: false when it was so already.")
    def changed(self) -> bool:
        return bool(self.outcome.facts.get("changed", False))


@strawberry.type(description="What came of `addUserToGroup`.")
class AddUserToGroupPayload(_Membership):
    group: Group | None = thing(description="The group.")


@strawberry.type(description="What came of `removeUserFromGroup`.")
class RemoveUserFromGroupPayload(_Membership):
    group: Group | None = thing(description="The group.")


@strawberry.type(description="What came of `setUserGroups`.")
class SetUserGroupsPayload(Payload):
    user: User | None = thing(description="The user with these groups.")

    @strawberry.field(description="In how many groups the user is that were none of the user's before.")
    def added(self) -> int:
        return int(self.outcome.facts.get("added", 0))

    @strawberry.field(description="In how many groups the user is not any more.")
    def removed(self) -> int:
        return int(self.outcome.facts.get("removed", 0))


CreateGroupsInput = bulk_input("CreateGroupsInput", CreateGroupInput, description="Make many groups.")
CreateGroupsPayload = bulk_payload(
    "CreateGroupsPayload", CreateGroupPayload, description="What came of `createGroups`."
)
AddUsersToGroupInput = bulk_input(
    "AddUsersToGroupInput", AddUserToGroupInput, description="Make many users members, each of a group."
)
AddUsersToGroupPayload = bulk_payload(
    "AddUsersToGroupPayload", AddUserToGroupPayload, description="What came of `addUsersToGroup`."
)
RemoveUsersFromGroupInput = bulk_input(
    "RemoveUsersFromGroupInput", RemoveUserFromGroupInput, description="Make many users no members any more."
)
RemoveUsersFromGroupPayload = bulk_payload(
    "RemoveUsersFromGroupPayload",
    RemoveUserFromGroupPayload,
    description="What came of `removeUsersFromGroup`.",
)


@strawberry.type
class GroupMutations:
    create_group: CreateGroupPayload = mutation(
        CreateGroupInput, CreateGroupPayload, description=f"Make a group, with nobody in it. {WHO}"
    )
    create_groups: CreateGroupsPayload = bulk_mutation(  # type: ignore[valid-type]
        CreateGroupsInput, CreateGroupsPayload, CreateGroupPayload, description=f"Make many groups. {WHO}"
    )
    update_group: UpdateGroupPayload = mutation(
        UpdateGroupInput, UpdateGroupPayload, description=f"Change a group. {WHO}"
    )
    delete_group: DeleteGroupPayload = mutation(
        DeleteGroupInput,
        DeleteGroupPayload,
        description="Delete a group with its memberships and the shares to it; its members lose what nothing else "
        f"shows them. Dashboards stay. {WHO}",
    )
    add_user_to_group: AddUserToGroupPayload = mutation(
        AddUserToGroupInput,
        AddUserToGroupPayload,
        description=f"Make a user a member of a group; done already is done. {WHO}",
    )
    remove_user_from_group: RemoveUserFromGroupPayload = mutation(
        RemoveUserFromGroupInput,
        RemoveUserFromGroupPayload,
        description="Make a user no member of a group any more; what the group showed is gone at once. Done already "
        f"is done. {WHO}",
    )
    set_user_groups: SetUserGroupsPayload = mutation(
        SetUserGroupsInput, SetUserGroupsPayload, description=f"Make these all the groups of a user. {WHO}"
    )
    add_users_to_group: AddUsersToGroupPayload = bulk_mutation(  # type: ignore[valid-type]
        AddUsersToGroupInput,
        AddUsersToGroupPayload,
        AddUserToGroupPayload,
        description=f"Make many users members, each of a group of its own choice. {WHO}",
    )
    remove_users_from_group: RemoveUsersFromGroupPayload = bulk_mutation(  # type: ignore[valid-type]
        RemoveUsersFromGroupInput,
        RemoveUsersFromGroupPayload,
        RemoveUserFromGroupPayload,
        description=f"Make many users no members any more. {WHO}",
    )
