"""Passwords, as mutations. What a change of one is asked for goes to the service at once, and nowhere else."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from dashgraph.domain.changes import Terms
from dashgraph.domain.ids import Kind
from dashgraph.domain.passwords import LONGEST, RESET, SHORTEST, ChangePassword, ResetPassword
from dashgraph.graph.changes.declare import REVISION, ChangeInput, Payload, mutation, thing
from dashgraph.graph.context import Info
from dashgraph.graph.demands import demands_of
from dashgraph.graph.users import User


@strawberry.input(description="Give yourself another password.")
class ChangePasswordInput:
    current_password: str = strawberry.field(description="The password so far.")
    new_password: str = strawberry.field(description=f"The new one: {SHORTEST} to {LONGEST} characters.")
    dry_run: bool = strawberry.field(
        default=False, description="Find out what would happen: the same payload, and nothing is changed."
    )
    idempotency_key: str | None = strawberry.field(
        default=UNSET,
        description="A text of your own for this change: sent again, it is not done twice. Nothing of the passwords is "
        "kept to compare, so take a fresh one for each change.",
    )


@strawberry.input(description="Let somebody set a new password.")
class ResetPasswordInput(ChangeInput):
    CHANGE = ResetPassword
    KINDS = {"user": (Kind.USER,)}

    user: strawberry.ID = strawberry.field(name="userId", description="The user.")
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.type(description="What came of `changePassword`.")
class ChangePasswordPayload(Payload):
    user: User | None = thing(description="You.")

    @strawberry.field(description="How many other sessions of yours were ended.")
    def sessions_ended(self) -> int:
        return int(self.outcome.facts.get("sessions_ended", 0))


@strawberry.type(description="What came of `resetPassword`.")
class ResetPasswordPayload(Payload):
    user: User | None = thing(description="The user.")

    @strawberry.field(
        description="Where the user sets a password, once, on the server that answered this: `/password/...`. Whoever "
        "has the address may. Told once: null in a dry run and when the same key is sent again."
    )
    def address(self) -> str | None:
        return password_address(self.outcome.facts.get("secret"))

    @strawberry.field(description=f"Until when the address works: for {RESET.days} day, unless a newer one is made.")
    def expires_at(self) -> datetime | None:
        moment = self.outcome.facts.get("expires_at")
        return None if moment is None else datetime.fromisoformat(moment)


def password_address(secret: str | None) -> str | None:
    return None if secret is None else f"/password/{secret}"


async def change_password(
    info: Info,
    input: Annotated[ChangePasswordInput, strawberry.argument(description="What is wanted.")],
) -> ChangePasswordPayload:
    context = info.context
    terms = Terms(input.dry_run, idempotency_key=input.idempotency_key or None)
    current, fresh = input.current_password, input.new_password
    outcome = await context.passwords.change(context.loaders.viewer, current, fresh, terms)
    return ChangePasswordPayload.of(outcome, context.renewed())


@strawberry.type
class PasswordMutations:
    change_password: ChangePasswordPayload = strawberry.mutation(
        resolver=change_password,
        description="Give yourself another password. Your other sessions end; this one and API tokens go on. Cannot be "
        "undone. With the scope profile:write.",
        directives=demands_of(ChangePassword),
    )
    reset_password: ResetPasswordPayload = mutation(
        ResetPasswordInput,
        ResetPasswordPayload,
        description="Get an address by which a user sets a new password, for you to pass on; the newest one works. The "
        "password so far goes on until then; undoing takes the address back. Administrators with the scope "
        "users:admin.",
    )
