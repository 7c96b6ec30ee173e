"""Schedules, as mutations."""

import strawberry
from strawberry import UNSET

from dashgraph.domain import schedule_changes
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
from dashgraph.graph.changes.deliverables import (
    HEIR,
    WHO,
    CreateDeliverableInput,
    Deleted,
    Started,
    TestDeliverableInput,
    UpdateDeliverableInput,
    Warned,
    kinds,
)
from dashgraph.graph.schedules import Schedule

KINDS = kinds(Kind.SCHEDULE)
CRON = (
    "When it runs, in five fields: minute, hour, day of the month, month, day of the week; `0 9 * * MON` is every "
    "Monday at 9. A schedule runs every 5 minutes at the most, or as often as the configuration allows."
)


@strawberry.input
class OfScheduleInput(ChangeInput):
    KINDS = KINDS

    deliverable: strawberry.ID = strawberry.field(name="scheduleId", description="The schedule.")
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.input(description="Have a dashboard, or a widget of it, delivered at certain times.")
class CreateScheduleInput(CreateDeliverableInput):
    CHANGE = schedule_changes.CreateSchedule
    KINDS = KINDS

    cron: str = strawberry.field(description=CRON)


@strawberry.input(description="Change a schedule. What is left out stays; null clears.")
class UpdateScheduleInput(UpdateDeliverableInput, OfScheduleInput):
    CHANGE = schedule_changes.UpdateSchedule
    KINDS = KINDS

    cron: str | None = strawberry.field(default=UNSET, description=f"{CRON} Cannot be cleared.")


@strawberry.input(description="Delete a schedule.")
class DeleteScheduleInput(OfScheduleInput):
    CHANGE = schedule_changes.DeleteSchedule


@strawberry.input(description="Have a schedule fire, or not for now.")
class SetScheduleEnabledInput(OfScheduleInput):
    CHANGE = schedule_changes.SetScheduleEnabled

    enabled: bool = strawberry.field(description="Whether it fires from now on.")


@strawberry.input(description="Have a schedule run as somebody else.")
class ChangeScheduleOwnerInput(OfScheduleInput):
    CHANGE = schedule_changes.ChangeScheduleOwner

    owner: strawberry.ID = strawberry.field(name="ownerId", description=HEIR)


@strawberry.input(description="Run a schedule now.")
class RunScheduleInput(OfScheduleInput):
    CHANGE = schedule_changes.RunSchedule


@strawberry.input(
    description="Try out what a schedule delivers. With `scheduleId` what is given counts in place of what the "
    "schedule has, and nothing of it is kept; with `dashboardId` there need not be a schedule yet."
)
class TestScheduleInput(TestDeliverableInput):
    CHANGE = schedule_changes.TestSchedule
    KINDS = KINDS

    deliverable: strawberry.ID | None = strawberry.field(
        name="scheduleId", default=UNSET, description="The schedule to try out."
    )


@strawberry.type(description="What came of `createSchedule`.")
class CreateSchedulePayload(Warned):
    schedule: Schedule | None = thing(description="The schedule as it is now.")


@strawberry.type(description="What came of `updateSchedule`.")
class UpdateSchedulePayload(Warned):
    schedule: Schedule | None = thing(description="The schedule as it is now.")


@strawberry.type(description="What came of `deleteSchedule`.")
class DeleteSchedulePayload(Deleted):
    pass


@strawberry.type(description="What came of `setScheduleEnabled`.")
class SetScheduleEnabledPayload(Payload):
    schedule: Schedule | None = thing(description="The schedule as it is now.")


@strawberry.type(description="What came of `changeScheduleOwner`.")
class ChangeScheduleOwnerPayload(Payload):
    schedule: Schedule | None = thing(
        description="The schedule; null when you do not see it any more, having given it away."
    )


@strawberry.type(description="What came of `runSchedule`.")
class RunSchedulePayload(Started):
    schedule: Schedule | None = thing(description="The schedule.")


@strawberry.type(description="What came of `testSchedule`.")
class TestSchedulePayload(Started, Warned):
    pass


SetSchedulesEnabledInput = bulk_input(
    "SetSchedulesEnabledInput", SetScheduleEnabledInput, description="Have many schedules fire, or not for now."
)
SetSchedulesEnabledPayload = bulk_payload(
    "SetSchedulesEnabledPayload", SetScheduleEnabledPayload, description="What came of `setSchedulesEnabled`."
)
ChangeSchedulesOwnerInput = bulk_input(
    "ChangeSchedulesOwnerInput", ChangeScheduleOwnerInput, description="Have many schedules run as somebody else."
)
ChangeSchedulesOwnerPayload = bulk_payload(
    "ChangeSchedulesOwnerPayload", ChangeScheduleOwnerPayload, description="What came of `changeSchedulesOwner`."
)


@strawberry.type
class ScheduleMutations:
    create_schedule: CreateSchedulePayload = mutation(
        CreateScheduleInput,
        CreateSchedulePayload,
        description="Have a dashboard, or a widget of it, delivered at certain times, running as you. Everybody who "
        "sees the dashboard, to those who see it too; to others and to other systems its owner and administrators.",
    )
    update_schedule: UpdateSchedulePayload = mutation(
        UpdateScheduleInput, UpdateSchedulePayload, description=f"Change a schedule. {WHO}"
    )
    delete_schedule: DeleteSchedulePayload = mutation(
        DeleteScheduleInput, DeleteSchedulePayload, description=f"Delete a schedule. {WHO}"
    )
    set_schedule_enabled: SetScheduleEnabledPayload = mutation(
        SetScheduleEnabledInput,
        SetScheduleEnabledPayload,
        description="Have a schedule fire, or not for now. Refused while what disabled it is still so; see its "
        f"`problems`. {WHO}",
    )
    set_schedules_enabled: SetSchedulesEnabledPayload = bulk_mutation(  # type: ignore[valid-type]
        SetSchedulesEnabledInput,
        SetSchedulesEnabledPayload,
        SetScheduleEnabledPayload,
        description=f"Have many schedules fire, or not for now. {WHO}",
    )
    change_schedule_owner: ChangeScheduleOwnerPayload = mutation(
        ChangeScheduleOwnerInput,
        ChangeScheduleOwnerPayload,
        description=f"Have a schedule run as somebody else, whose it is from then on. {WHO}",
    )
    change_schedules_owner: ChangeSchedulesOwnerPayload = bulk_mutation(  # type: ignore[valid-type]
        ChangeSchedulesOwnerInput,
        ChangeSchedulesOwnerPayload,
        ChangeScheduleOwnerPayload,
        description=f"Have many schedules run as somebody else. {WHO}",
    )
    run_schedule: RunSchedulePayload = mutation(
        RunScheduleInput,
        RunSchedulePayload,
        description=f"Run a schedule now, as if it fired; also while it is paused, and one run at a time. {WHO}",
    )
    test_schedule: TestSchedulePayload = mutation(
        TestScheduleInput,
        TestSchedulePayload,
        description="Try out what a schedule delivers: it comes to your own address and nowhere else, and counts as no "
        "run. With `toTargets` whoever may save it with them has it delivered to its targets.",
    )
