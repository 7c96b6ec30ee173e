"""Giving things away, as mutations."""

import strawberry
from strawberry import UNSET

from dashgraph.domain import ownership
from dashgraph.domain.ids import Kind
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
from dashgraph.graph.dashboards import Dashboard
from dashgraph.graph.users import User


@strawberry.input(description="Give a dashboard to another owner.")
class ChangeDashboardOwnerInput(ChangeInput):
    CHANGE = ownership.ChangeDashboardOwner
    KINDS = {"dashboard": (Kind.DASHBOARD,), "owner": (Kind.USER,)}

    dashboard: strawberry.ID = strawberry.field(name="dashboardId", description="The dashboard.")
    owner: strawberry.ID = strawberry.field(
        name="ownerId", description="The heir: an active user who may own dashboards."
    )
    original_owner_rule: ownership.OriginalOwnerRule = strawberry.field(
        default=ownership.OriginalOwnerRule.EDIT, description="What the owner so far keeps."
    )
    as_admin: bool = strawberry.field(
        default=False, description="As an administrator, not as the owner. Administrators only."
    )
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.type(description="What came of `changeDashboardOwner`.")
class ChangeDashboardOwnerPayload(Payload):
    dashboard: Dashboard | None = thing(
        description="The dashboard; null when you do not see it any more, having given it away."
    )


@strawberry.input(description="Hand over everything that somebody owns.")
class TransferOwnershipInput(ChangeInput):
    CHANGE = ownership.TransferOwnership
    KINDS = {"giver": (Kind.USER,), "heir": (Kind.USER,)}

    giver: strawberry.ID = strawberry.field(name="fromUserId", description="Whose things they are.")
    heir: strawberry.ID = strawberry.field(
        name="toUserId", description="Who gets them: an active user who may own dashboards."
    )
    original_owner_rule: ownership.OriginalOwnerRule = strawberry.field(
        default=ownership.OriginalOwnerRule.NONE, description="What the owner so far keeps on each dashboard."
    )
    plan: str | None = strawberry.field(
        name="planId",
        default=UNSET,
        description="The plan that was looked at in a dry run. Refused when it would be another by now.",
    )
    everywhere: bool = strawberry.field(
        default=False,
        description="In every source: what the same person, by e-mail address, owns there goes to the account of the "
        "heir there. Sent again after a fault it goes on with what is left.",
    )


@strawberry.type(description="One item of a hand-over.")
class TransferItem:
    kind: str = strawberry.field(description="What it is: `Dashboard`, `Folder`, `Schedule`, `Alert` or `Token`.")
    source: str = strawberry.field(description="The name of the source that it is in.")
    native_id: str = strawberry.field(description="Its id in the source.")
    name: str = strawberry.field(description="Its title or name.")
    step: ownership.TransferStep = strawberry.field(description="What becomes of it.")
    reason: str | None = strawberry.field(description="Why it stays, when it does.")
    done: bool = strawberry.field(description="Whether that has happened. False in a dry run.")


@strawberry.type(description="What a hand-over does, item by item.")
class TransferPlan:
    id: str = strawberry.field(description="Give it as `planId` to have just this carried out.")
    items: list[TransferItem] = strawberry.field(description="Everything that is owned, and what becomes of it.")


@strawberry.type(description="What came of `transferOwnership`.")
class TransferOwnershipPayload(Payload):
    user: User | None = thing(description="Whose things they were.")

    @strawberry.field(description="The plan: in a dry run what would happen, else what happened.")
    def plan(self) -> TransferPlan | None:
        facts = self.outcome.facts
        if "plan" not in facts:
            return None
        here = "" if self.outcome.thing is None else self.outcome.thing.id.source
        items = [
            TransferItem(
                kind=item["kind"],
                source=item.get("source", here),
                native_id=item["id"],
                name=item["name"],
                step=ownership.TransferStep(item["step"]),
                reason=item["reason"],
                done=item.get("done", self.outcome.operation is not None),
            )
            for item in facts["items"]
        ]
        return TransferPlan(id=facts["plan"], items=items)


ChangeDashboardsOwnerInput = bulk_input(
    "ChangeDashboardsOwnerInput", ChangeDashboardOwnerInput, description="Give many dashboards away."
)
ChangeDashboardsOwnerPayload = bulk_payload(
    "ChangeDashboardsOwnerPayload", ChangeDashboardOwnerPayload, description="What came of `changeDashboardsOwner`."
)


@strawberry.type
class OwnershipMutations:
    change_dashboard_owner: ChangeDashboardOwnerPayload = mutation(
        ChangeDashboardOwnerInput,
        ChangeDashboardOwnerPayload,
        description="Give a dashboard to another owner. Its widgets follow; what is published stays. The owner, or "
        "administrators with `asAdmin`.",
    )
    change_dashboards_owner: ChangeDashboardsOwnerPayload = bulk_mutation(  # type: ignore[valid-type]
        ChangeDashboardsOwnerInput,
        ChangeDashboardsOwnerPayload,
        ChangeDashboardOwnerPayload,
        description="Give many dashboards away.",
    )
    transfer_ownership: TransferOwnershipPayload = mutation(
        TransferOwnershipInput,
        TransferOwnershipPayload,
        description="Hand over everything that somebody owns, as one plan: look at it with `dryRun`, then carry out "
        "just that with `planId`. Administrators, and everybody for what is their own.",
    )
