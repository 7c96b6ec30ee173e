"""Alerts, as mutations."""

import strawberry
from strawberry import UNSET

from dashgraph.domain import alert_changes, alerts
from dashgraph.domain.alert_checks import LONGEST_SEEN, MOST_COLUMNS, MOST_CONDITION_VALUES, MOST_CONDITIONS, MOST_ROWS
from dashgraph.domain.alerts import ConditionOperator
from dashgraph.domain.ids import Kind
from dashgraph.graph.alerts import Alert
from dashgraph.graph.changes.declare import REVISION, ChangeInput, Payload, mutation, thing
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
from dashgraph.graph.filters import clean
from dashgraph.graph.scalars import JSON

KINDS = kinds(Kind.ALERT)
CONDITIONS = (
    f"What it is about, at most {MOST_CONDITIONS}: all of these are to be the case. They are kept for people and for "
    "who triggers it, and not evaluated here."
)
VALUES = (
    "What was seen, which the messages show as a small table: a JSON object, or a list of at most "
    f"{MOST_ROWS} objects; at most {MOST_COLUMNS} different names and {LONGEST_SEEN} characters of JSON."
)


@strawberry.input(
    description="Something that is to be the case: `field`, `operator` and `values`; or `raw` alone, for what they "
    "cannot say."
)
class AlertConditionInput:
    field: str | None = strawberry.field(
        default=UNSET, description="The field, by the name that its system has for it."
    )
    operator: ConditionOperator | None = strawberry.field(default=UNSET, description="How it is compared.")
    values: list[JSON] | None = strawberry.field(
        default=UNSET,
        description="What it is compared with: texts, numbers and truth values, as many as the operator takes, at most "
        f"{MOST_CONDITION_VALUES}.",
    )
    raw: JSON | None = strawberry.field(default=UNSET, description="The condition as its system writes it.")

    def wanted(self) -> alerts.Condition:
        return alerts.Condition(
            field=clean(self.field) if self.field else None,
            operator=self.operator or None,
            values=tuple(self.values or ()),
            raw=None if self.raw is UNSET else self.raw,
        )


@strawberry.input
class OfAlertInput(ChangeInput):
    KINDS = KINDS

    deliverable: strawberry.ID = strawberry.field(name="alertId", description="The alert.")
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.input(description="Have a dashboard, or a widget of it, delivered whenever it is triggered.")
class CreateAlertInput(CreateDeliverableInput):
    CHANGE = alert_changes.CreateAlert
    KINDS = KINDS

    conditions: list[AlertConditionInput] = strawberry.field(default_factory=list, description=CONDITIONS)


@strawberry.input(description="Change an alert. What is left out stays; null clears.")
class UpdateAlertInput(UpdateDeliverableInput, OfAlertInput):
    CHANGE = alert_changes.UpdateAlert
    KINDS = KINDS

    conditions: list[AlertConditionInput] | None = strawberry.field(
        default=UNSET, description=f"{CONDITIONS} All that it has from now on."
    )


@strawberry.input(description="Delete an alert.")
class DeleteAlertInput(OfAlertInput):
    CHANGE = alert_changes.DeleteAlert


@strawberry.input(description="Have an alert deliver when it is triggered, or not for now.")
class SetAlertEnabledInput(OfAlertInput):
    CHANGE = alert_changes.SetAlertEnabled

    enabled: bool = strawberry.field(description="Whether it delivers from now on.")


@strawberry.input(description="Have an alert run as somebody else.")
class ChangeAlertOwnerInput(OfAlertInput):
    CHANGE = alert_changes.ChangeAlertOwner

    owner: strawberry.ID = strawberry.field(name="ownerId", description=HEIR)


@strawberry.input(
    description="Try out what an alert delivers. With `alertId` what is given counts in place of what the alert has, "
    "and nothing of it is kept; with `dashboardId` there need not be an alert yet."
)
class TestAlertInput(TestDeliverableInput):
    CHANGE = alert_changes.TestAlert
    KINDS = KINDS

    deliverable: strawberry.ID | None = strawberry.field(
        name="alertId", default=UNSET, description="The alert to try out."
    )
    values: JSON | None = strawberry.field(default=UNSET, description=VALUES)


@strawberry.input(description="Trigger an alert.")
class TriggerAlertInput(ChangeInput):
    CHANGE = alert_changes.TriggerAlert
    KINDS = KINDS

    deliverable: strawberry.ID = strawberry.field(name="alertId", description="The alert.")
    values: JSON | None = strawberry.field(default=UNSET, description=VALUES)


@strawberry.type(description="What came of `createAlert`.")
class CreateAlertPayload(Warned):
    alert: Alert | None = thing(description="The alert as it is now.")


@strawberry.type(description="What came of `updateAlert`.")
class UpdateAlertPayload(Warned):
    alert: Alert | None = thing(description="The alert as it is now.")


@strawberry.type(description="What came of `deleteAlert`.")
class DeleteAlertPayload(Deleted):
    pass


@strawberry.type(description="What came of `setAlertEnabled`.")
class SetAlertEnabledPayload(Payload):
    alert: Alert | None = thing(description="The alert as it is now.")


@strawberry.type(description="What came of `changeAlertOwner`.")
class ChangeAlertOwnerPayload(Payload):
    alert: Alert | None = thing(description="The alert; null when you do not see it any more, having given it away.")


@strawberry.type(description="What came of `testAlert`.")
class TestAlertPayload(Started, Warned):
    pass


@strawberry.type(description="What came of `triggerAlert`.")
class TriggerAlertPayload(Started):
    alert: Alert | None = thing(description="The alert.")


@strawberry.type
class AlertMutations:
    create_alert: CreateAlertPayload = mutation(
        CreateAlertInput,
        CreateAlertPayload,
        description="Have a dashboard, or a widget of it, delivered whenever it is triggered, running as you. "
        "Everybody who sees the dashboard, to those who see it too; to others and to other systems its owner and "
        "administrators.",
    )
    update_alert: UpdateAlertPayload = mutation(
        UpdateAlertInput, UpdateAlertPayload, description=f"Change an alert. {WHO}"
    )
    delete_alert: DeleteAlertPayload = mutation(
        DeleteAlertInput, DeleteAlertPayload, description=f"Delete an alert. {WHO}"
    )
    set_alert_enabled: SetAlertEnabledPayload = mutation(
        SetAlertEnabledInput,
        SetAlertEnabledPayload,
        description="Have an alert deliver when it is triggered, or not for now. Refused while what disabled it is "
        f"still so; see its `problems`. {WHO}",
    )
    change_alert_owner: ChangeAlertOwnerPayload = mutation(
        ChangeAlertOwnerInput,
        ChangeAlertOwnerPayload,
        description=f"Have an alert run as somebody else, whose it is from then on. {WHO}",
    )
    test_alert: TestAlertPayload = mutation(
        TestAlertInput,
        TestAlertPayload,
        description="Try out what an alert delivers: it comes to your own address and nowhere else, and counts as no "
        "run. With `toTargets` whoever may save it with them has it delivered to its targets.",
    )
    trigger_alert: TriggerAlertPayload = mutation(
        TriggerAlertInput,
        TriggerAlertPayload,
        description="Have an alert delivered, with what was seen; its conditions are not looked at. The job of "
        "one that is disabled, or that has ten deliveries waiting already, is SKIPPED and says why. Other systems "
        f"send the values as JSON to `POST /alerts/<id>/trigger`. Needs a token with the scope `alerts:trigger`. {WHO}",
    )
