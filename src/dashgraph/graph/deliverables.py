"""What schedules and alerts have in common in the graph, and what stands in the way of their runs."""

from datetime import datetime
from typing import Any, ClassVar

import strawberry

from dashgraph.domain import deliverables
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.deliverables import DeliveryFormat, DisabledReason, Obstacle, ObstacleKind
from dashgraph.domain.groups import GROUP
from dashgraph.domain.jobs import Job as JobFact
from dashgraph.domain.lists import Lookup
from dashgraph.domain.targets import MOST_TARGETS, Target
from dashgraph.domain.users import USER
from dashgraph.domain.widgets import WIDGET
from dashgraph.graph.dashboards import Dashboard
from dashgraph.graph.delivery_targets import DeliveryTarget
from dashgraph.graph.edges import fact, to_one
from dashgraph.graph.groups import Group
from dashgraph.graph.jobs import Job
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.nodes import Resource, fetch, shape
from dashgraph.graph.scalars import JSON
from dashgraph.graph.users import User
from dashgraph.graph.widgets import Widget

RUNS = (
    "What it did, what it missed and what was skipped, as far as you see it: of what is your own, and what you had "
    "run; with scope ALL, everything."
)
ADVICE = {
    ObstacleKind.OWNER_DELETED: "Its owner is deleted; give it to somebody else with changeScheduleOwner or "
    "changeAlertOwner.",
    ObstacleKind.OWNER_INACTIVE: "Its owner cannot sign in; give it to somebody else with changeScheduleOwner or "
    "changeAlertOwner.",
    ObstacleKind.DASHBOARD_DELETED: "The dashboard is deleted; restore that, or delete this.",
    ObstacleKind.OWNER_LOST_ACCESS: "Its owner does not see the dashboard; share it with them, or give this to "
    "somebody who does.",
    ObstacleKind.WIDGET_DELETED: "The widget is not in what is published of the dashboard; publish it, or choose "
    "another widget.",
    ObstacleKind.OUTSIDE_NOT_ALLOWED: "Only the owner of the dashboard and administrators deliver to plain addresses "
    "and other systems; give this to one of them, or take these targets out.",
    ObstacleKind.REACHES_NOBODY: "Nobody it is for sees the dashboard; share it with them, or choose others.",
    ObstacleKind.RECIPIENT_INACTIVE: "The user cannot sign in, and receives nothing; choose somebody else.",
    ObstacleKind.RECIPIENT_WITHOUT_ACCESS: "The user does not see the dashboard, and receives nothing; share it first.",
    ObstacleKind.MEMBERS_WITHOUT_ACCESS: "Some members of the group do not see the dashboard, and receive nothing; "
    "share it with the group.",
}


@strawberry.type(description="A reason why the next run would fail, or would not reach everybody it is for.")
class DeliveryProblem:
    thing: strawberry.Private[deliverables.Obstacle]
    loaders: strawberry.Private[Loaders]

    code: ObstacleKind = fact("kind", description="What it is.")

    @strawberry.field(description="What it is and what can be done, in words.")
    def message(self) -> str:
        return ADVICE[self.thing.kind]

    user: User | None = to_one(USER, "subject", description="The recipient that it is about; null for other problems.")
    group: Group | None = to_one(GROUP, "subject", description="The group that it is about; null for other problems.")


@strawberry.interface(
    description="Has a dashboard, or a widget of it, delivered. Seen by its owner, by the owner of the dashboard, and "
    "by administrators with scope ALL; changed by its owner and administrators."
)
class Deliverable(Resource):
    TARGETS: ClassVar[Lookup[tuple[Target, ...]]]
    OBSTACLES: ClassVar[Lookup[tuple[Obstacle, ...]]]
    LAST_RUN: ClassVar[Lookup[JobFact]]

    thing: strawberry.Private[Any]

    name: str = fact("name", description="Its name.")
    owner: User | None = to_one(USER, "owner", description="Whose it is.")
    runs_as: User | None = to_one(
        USER,
        "owner",
        description="As whom it runs: its owner, with the rights that the owner has at the moment of each run.",
    )
    dashboard: Dashboard | None = to_one(
        DASHBOARD, "dashboard", description="What it delivers; null when that is gone or hidden from you."
    )
    widget: Widget | None = to_one(
        WIDGET, "widget", description="The widget that it delivers alone; null for the whole dashboard."
    )
    timezone: str | None = fact(
        "zone", description="In whose time it runs and dates are told: the IANA name of a time zone."
    )
    enabled: bool = fact("enabled", description="Whether it fires.")
    disabled_reason: DisabledReason | None = fact(
        "disabled_reason", description="Why it does not fire though nobody paused it; null when that is not so."
    )
    format: DeliveryFormat | None = fact("format", description="What is delivered.")
    subject: str | None = fact("subject", description="The template of the subject; null for the usual one.")
    body: str | None = fact("body", description="The template of the text; null for the usual one.")
    can_change: bool = fact("can_change", description="Whether you may change it.")
    revision: int | None = fact(
        "revision", description="Counts up with every change; give it back to change only what you have seen."
    )
    created_at: datetime | None = fact("created_at", description="When it was made.")
    updated_at: datetime | None = fact("updated_at", description="When it was last changed.")

    @strawberry.field(description="Presets of filters for what is drawn, kept as they were given.")
    def filters(self) -> JSON | None:
        return None if self.thing.filters is None else JSON(self.thing.filters)

    @strawberry.field(description=f"Where it delivers to; at most {MOST_TARGETS}, so without pages.")
    async def targets(self) -> list[DeliveryTarget]:
        found = await self.loaders.thing(self.TARGETS, self.resource)
        return [shape(self.loaders)(target) for target in found or ()]

    @strawberry.field(
        description="Why the next run would fail, or would not reach everybody it is for, by the rights of today; the "
        "gravest first, without pages. Empty when nothing stands in the way, whether it is enabled or not."
    )
    async def problems(self) -> list[DeliveryProblem]:
        found = await self.loaders.thing(self.OBSTACLES, self.resource)
        return [DeliveryProblem(thing=one, loaders=self.loaders) for one in found or ()]

    @strawberry.field(description="The latest of its runs; null when there is none that you see.")
    async def last_run(self) -> Job | None:
        found: Job | None = await fetch(self.loaders, self.LAST_RUN, self.resource)
        return found
