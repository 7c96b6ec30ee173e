"""Alerts: what is delivered when something is the case, which somebody else finds out."""

import strawberry

from dashgraph.domain import alerts
from dashgraph.domain.alert_checks import MOST_CONDITION_VALUES, MOST_CONDITIONS
from dashgraph.domain.alerts import (
    ALERT,
    LAST_RUN_OF_ALERT,
    OBSTACLES_OF_ALERT,
    TARGETS_OF_ALERT,
    ConditionOperator,
)
from dashgraph.domain.jobs import JOBS_OF_ALERT
from dashgraph.graph.deliverables import RUNS, Deliverable
from dashgraph.graph.edges import fact, to_many
from dashgraph.graph.jobs import Job, JobFilter
from dashgraph.graph.nodes import shows
from dashgraph.graph.paging import Connection
from dashgraph.graph.scalars import JSON


@strawberry.type(
    description="Something that is to be the case: a field, compared; or `raw` alone, where its meaning is not known "
    "here."
)
class AlertCondition:
    thing: strawberry.Private[alerts.Condition]

    field: str | None = fact("field", description="The field, by the name that its system has for it.")
    operator: ConditionOperator | None = fact("operator", description="How it is compared.")

    @strawberry.field(
        description=f"What it is compared with: texts, numbers and truth values, at most {MOST_CONDITION_VALUES}, so "
        "without pages."
    )
    def values(self) -> list[JSON]:
        return [JSON(value) for value in self.thing.values]

    @strawberry.field(description="The condition as its system writes it; null for one that is told by the others.")
    def raw(self) -> JSON | None:
        return None if self.thing.raw is None else JSON(self.thing.raw)


@shows(alerts.Alert)
@strawberry.federation.type(
    keys=["id"],
    description="Has a dashboard, or a widget of it, delivered when it is triggered: by `triggerAlert`, or by another "
    "system with `POST /alerts/<id>/trigger`. In dashgraph's own store nobody looks whether its conditions hold, as "
    "there are no data to look at. Seen by its owner, by the owner of the dashboard, and by administrators with scope "
    "ALL; changed by its owner and administrators.",
)
class Alert(Deliverable):
    LOOKUP = ALERT
    TARGETS = TARGETS_OF_ALERT
    OBSTACLES = OBSTACLES_OF_ALERT
    LAST_RUN = LAST_RUN_OF_ALERT

    thing: strawberry.Private[alerts.Alert]

    @strawberry.field(
        description="What it is about, for people and for who triggers it: all of these are to be the case. At most "
        f"{MOST_CONDITIONS}, so without pages. They are kept, and not evaluated here."
    )
    def conditions(self) -> list[AlertCondition]:
        return [AlertCondition(thing=one) for one in self.thing.conditions]

    runs: Connection[Job] | None = to_many(JOBS_OF_ALERT, filter=JobFilter, description=RUNS)
