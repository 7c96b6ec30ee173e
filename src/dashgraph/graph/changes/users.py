"""Accounts, as mutations."""

import strawberry
from strawberry import UNSET

from dashgraph.domain import user_changes
from dashgraph.domain.ids import Kind
from dashgraph.domain.user_changes import OnOwned
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
from dashgraph.graph.scalars import JSON, EmailAddress
from dashgraph.graph.users import User

ROLE = "The system's own word for it: `admin`, `designer` or `viewer` in dashgraph's own store."


@strawberry.input(description="Make an account.")
class CreateUserInput(ChangeInput):
    CHANGE = user_changes.CreateUser
    KINDS = {"groups": (Kind.GROUP,)}

    into: str = strawberry.field(name="source", description="The name of the source to make it in.")
    email: EmailAddress = strawberry.field(description="The e-mail address: nobody else's, in upper or lower case.")
    role: str = strawberry.field(description=ROLE)
    user_name: str | None = strawberry.field(
        default=UNSET, description="A name to sign in with, besides the address; without @, and nobody else's."
    )
    first_name: str | None = strawberry.field(default=UNSET, description="The first name; at most 100 characters.")
    last_name: str | None = strawberry.field(default=UNSET, description="The last name; at most 100 characters.")
    preferences: JSON | None = strawberry.field(default=UNSET, description="Settings to keep for the user: an object.")
    groups: list[strawberry.ID] = strawberry.field(
        name="groupIds", default_factory=list, description="The groups to be in from the beginning."
    )


@strawberry.input(description="Change an account. What is left out stays; null clears.")
class UpdateUserInput(ChangeInput):
    CHANGE = user_changes.UpdateUser
    KINDS = {"user": (Kind.USER,)}

    user: strawberry.ID = strawberry.field(name="userId", description="The user.")
    email: EmailAddress | None = strawberry.field(
        default=UNSET, description="The e-mail address; cannot be cleared. Administrators."
    )
    user_name: str | None = strawberry.field(
        default=UNSET, description="The name to sign in with, besides the address. Administrators."
    )
    first_name: str | None = strawberry.field(default=UNSET, description="The first name; at most 100 characters.")
    last_name: str | None = strawberry.field(default=UNSET, description="The last name; at most 100 characters.")
    preferences: JSON | None = strawberry.field(
        default=UNSET, description="Settings to keep for the user: an object, which replaces the former one."
    )
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.input(description="Let a user sign in, or not any more.")
class SetUserActiveInput(ChangeInput):
    CHANGE = user_changes.SetUserActive
    KINDS = {"user": (Kind.USER,)}

    user: strawberry.ID = strawberry.field(name="userId", description="The user.")
    active: bool = strawberry.field(
        description="True makes inactive and invited users active; false ends every token and session at once."
    )
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.input(description="Give a user another role.")
class ChangeUserRoleInput(ChangeInput):
    CHANGE = user_changes.ChangeUserRole
    KINDS = {"user": (Kind.USER,)}

    user: strawberry.ID = strawberry.field(name="userId", description="The user.")
    role: str = strawberry.field(description=ROLE)
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.input(description="Delete an account.")
class DeleteUserInput(ChangeInput):
    CHANGE = user_changes.DeleteUser
    KINDS = {"user": (Kind.USER,), "heir": (Kind.USER,)}

    user: strawberry.ID = strawberry.field(name="userId", description="The user.")
    on_owned: OnOwned = strawberry.field(
        default=OnOwned.BLOCK, description="What becomes of the dashboards and folders that the user owns."
    )
    heir: strawberry.ID | None = strawberry.field(
        name="heirId", default=UNSET, description="Who takes over, with TRANSFER: active, and not in a viewer's role."
    )
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.input(description="Bring a deleted account back.")
class RestoreUserInput(ChangeInput):
    CHANGE = user_changes.RestoreUser
    KINDS = {"user": (Kind.USER,)}

    user: strawberry.ID = strawberry.field(name="userId", description="The user.")
    active: bool = strawberry.field(default=True, description="Whether the user can sign in at once.")
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.type(description="What came of `createUser`.")
class CreateUserPayload(Payload):
    user: User | None = thing(description="The new user.")


@strawberry.type(description="What came of `updateUser`.")
class UpdateUserPayload(Payload):
    user: User | None = thing(description="The user as it is now.")


@strawberry.type
class _Revoking(Payload):
    @strawberry.field(description="How many tokens and sessions were ended.")
    def tokens_revoked(self) -> int:
        return int(self.outcome.facts.get("tokens_revoked", 0))


@strawberry.type(description="What came of `setUserActive`.")
class SetUserActivePayload(_Revoking):
    user: User | None = thing(description="The user as it is now.")


@strawberry.type(description="What came of `changeUserRole`.")
class ChangeUserRolePayload(Payload):
    user: User | None = thing(description="The user as it is now.")


@strawberry.type(description="What came of `deleteUser`.")
class DeleteUserPayload(_Revoking):
    user: User | None = thing(description="The user, deleted; `restoreUser` brings the account back.")

    @strawberry.field(description="How many dashboards and folders the heir took over.")
    def transferred(self) -> int:
        return int(self.outcome.facts.get("transferred", 0))


@strawberry.type(description="What came of `restoreUser`.")
class RestoreUserPayload(Payload):
    user: User | None = thing(description="The user, back again.")


DeleteUsersInput = bulk_input("DeleteUsersInput", DeleteUserInput, description="Delete many accounts.")
DeleteUsersPayload = bulk_payload("DeleteUsersPayload", DeleteUserPayload, description="What came of `deleteUsers`.")


@strawberry.type
class UserMutations:
    create_user: CreateUserPayload = mutation(
        CreateUserInput,
        CreateUserPayload,
        description="Make an account, active and without a password. Administrators with the scope users:admin.",
    )
    update_user: UpdateUserPayload = mutation(
        UpdateUserInput,
        UpdateUserPayload,
        description="Change an account: your own first and last name and preferences with the scope profile:write; "
        "everything of everybody as an administrator with the scope users:admin.",
    )
    set_user_active: SetUserActivePayload = mutation(
        SetUserActiveInput,
        SetUserActivePayload,
        description="Let a user sign in, or not any more. Not yourself, and not the last active administrator. "
        "Administrators with the scope users:admin.",
    )
    change_user_role: ChangeUserRolePayload = mutation(
        ChangeUserRoleInput,
        ChangeUserRolePayload,
        description="Give a user another role, in force at once. Not yourself; who becomes a viewer must own nothing. "
        "Administrators with the scope users:admin.",
    )
    delete_user: DeleteUserPayload = mutation(
        DeleteUserInput,
        DeleteUserPayload,
        description="Delete an account and end its tokens and sessions; its shares and memberships are kept, unseen, "
        "for `restoreUser`. Not yourself. Administrators with the scope users:admin.",
    )
    delete_users: DeleteUsersPayload = bulk_mutation(  # type: ignore[valid-type]
        DeleteUsersInput, DeleteUsersPayload, DeleteUserPayload, description="Delete many accounts."
    )
    restore_user: RestoreUserPayload = mutation(
        RestoreUserInput,
        RestoreUserPayload,
        description="Bring a deleted account back with its shares and memberships. Refused when somebody has its "
        "address or user name by now. Administrators with the scope users:admin.",
    )
