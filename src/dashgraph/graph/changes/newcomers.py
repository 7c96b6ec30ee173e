"""Many new accounts at once, as mutations."""

from typing import Annotated, Any

import strawberry

from dashgraph.domain import user_changes
from dashgraph.domain.changes import Terms
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.passwords import INVITATION
from dashgraph.domain.problems import Problem, TooMuch
from dashgraph.domain.user_changes import Invitation, problem_of
from dashgraph.domain.users import USER
from dashgraph.graph.changes.declare import (
    MOST_AT_ONCE,
    BulkMode,
    ChangeInput,
    Payload,
    bulk_input,
    bulk_payload,
    mutation,
    said,
)
from dashgraph.graph.changes.passwords import password_address
from dashgraph.graph.changes.users import ROLE, CreateUserInput, CreateUserPayload
from dashgraph.graph.context import Info
from dashgraph.graph.demands import demands_of
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.nodes import fetch, shape
from dashgraph.graph.problems import UserError, told
from dashgraph.graph.users import User
from dashgraph.services.newcomers import make

CreateUsersInput = bulk_input("CreateUsersInput", CreateUserInput, description="Make many accounts in one source.")
CreateUsersPayload = bulk_payload(
    "CreateUsersPayload", CreateUserPayload, description="What came of `createUsers`; one operation made them all."
)


@strawberry.input(description="Invite people by their addresses.")
class InviteUsersInput(ChangeInput):
    CHANGE = user_changes.InviteUsers
    KINDS = {"groups": (Kind.GROUP,)}

    into: str = strawberry.field(name="source", description="The name of the source to invite them to.")
    emails: list[str] = strawberry.field(description=f"Their e-mail addresses; at most {MOST_AT_ONCE}.")
    role: str = strawberry.field(description=ROLE)
    groups: list[strawberry.ID] = strawberry.field(
        name="groupIds", default_factory=list, description="The groups that the new ones are in from the beginning."
    )


@strawberry.type(description="What came of inviting one address.")
class InvitedUser:
    fact: strawberry.Private[dict[str, Any]]
    payload: strawberry.Private["InviteUsersPayload"]

    @strawberry.field(description="The address.")
    def email(self) -> str:
        return str(self.fact["email"])

    @strawberry.field(description="What came of it.")
    def outcome(self) -> Invitation:
        return Invitation(self.fact["outcome"])

    @strawberry.field(description="Who has the address, invited just now or there before; null when refused.")
    async def user(self) -> User | None:
        return await self.payload.shown(self.fact.get("user"))

    @strawberry.field(
        description="Where the one invited just now sets a password and becomes active by it, once, for "
        f"{INVITATION.days} days, on the server that answered this: `/password/...`. Whoever has the address may. Told "
        "once: null in a dry run and when the same key is sent again; then `resetPassword` gives another."
    )
    def address(self) -> str | None:
        if self.fact["outcome"] != Invitation.INVITED.value:
            return None
        return password_address(self.payload.outcome.facts.get("secrets", {}).get(self.fact["user"]))

    @strawberry.field(description="Why it was refused; empty when it was not.")
    def errors(self) -> list[UserError]:
        return [told(problem_of(self.fact), self.payload.loaders)] if "problem" in self.fact else []


@strawberry.type(description="What came of `inviteUsers`.")
class InviteUsersPayload(Payload):
    @strawberry.field(description="One for each address, in their order.")
    def results(self) -> list[InvitedUser]:
        return [InvitedUser(fact=fact, payload=self) for fact in self.outcome.facts.get("results", ())]

    async def shown(self, native: str | None) -> User | None:
        """In a dry run those that are not there are shown as the source saw them. Other systems tell their names."""
        loaders: Loaders = self.loaders
        facts, operation = self.outcome.facts, self.outcome.operation
        source = facts.get("source") or (None if operation is None else operation.source)
        previewed = facts.get("users", {}).get(native)
        found: User | None
        if previewed is not None:
            found = shape(loaders)(previewed)
        elif native is None or source is None:
            found = None
        else:
            found = await fetch(loaders, USER, ResourceId(source, Kind.USER, native))
        return found


def _wish(item: ChangeInput) -> Any:
    """What an item asks for, or why it cannot be."""
    try:
        return item.change()
    except Problem as problem:
        return problem


@strawberry.type
class NewcomerMutations:
    @strawberry.mutation(
        description="Make many accounts at once, as cheaply as one; they stand in one transaction and one operation. "
        "So a job makes them only with `inBackground: true`. Administrators with the scope users:admin.",
        directives=demands_of(user_changes.CreateUser, USER.scope),
    )
    async def create_users(
        self,
        info: Info,
        input: Annotated[CreateUsersInput, strawberry.argument(description="What is wanted.")],  # type: ignore[valid-type]
    ) -> CreateUsersPayload:  # type: ignore[valid-type]
        given: Any = input
        if not 1 <= len(given.items) <= MOST_AT_ONCE:
            message = f"`items` holds 1 to {MOST_AT_ONCE} changes; send more in several requests."
            raise TooMuch(message, argument="items")
        context, viewer = info.context, info.context.loaders.viewer
        wishes = [_wish(item) for item in given.items]
        terms = Terms(given.dry_run, idempotency_key=given.idempotency_key or None)
        each = given.mode is BulkMode.BEST_EFFORT
        payload: Any
        if said(given.in_background):
            job = await context.bulk.start(viewer, info.field_name, wishes, terms, atomic=not each)
            payload = CreateUsersPayload(results=[], job=shape(context.renewed())(job))
            return payload  # type: ignore[no-any-return]
        made = await make(context.changing, context.loaders.reading, viewer, wishes, terms, each=each)
        loaders = context.renewed()
        payload = CreateUsersPayload(results=[CreateUserPayload.of(outcome, loaders) for outcome in made])
        return payload  # type: ignore[no-any-return]

    invite_users: InviteUsersPayload = mutation(
        InviteUsersInput,
        InviteUsersPayload,
        description="Make a pending account for each address that has none, and tell who has the others. "
        "They become active by setting a password, or by `setUserActive`. Administrators with the scope users:admin.",
    )
