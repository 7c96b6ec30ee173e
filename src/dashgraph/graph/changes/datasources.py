"""Changes of what dashboards and widgets ask for their numbers, as mutations."""

import strawberry

from dashgraph.domain import datasources
from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import BadInput
from dashgraph.graph.changes.dashboards import DataSourceInput
from dashgraph.graph.changes.declare import REVISION, ChangeInput, Payload, mutation, of_kind, thing
from dashgraph.graph.dashboards import Dashboard
from dashgraph.graph.filters import clean


@strawberry.input(description="Which data source is meant: the one of exactly this title and address.")
class DataSourceMatch:
    title: str = strawberry.field(description="Its title.")
    address: str | None = strawberry.field(
        default=None, description="The address of its server; null for one that has none."
    )

    def wanted(self) -> datasources.DataSourceMatch:
        return datasources.DataSourceMatch(clean(self.title), None if self.address is None else clean(self.address))


@strawberry.input(description="Let a dashboard ask another data source: of `dashboardId` and `source` give one.")
class ReplaceDatasourceInput(ChangeInput):
    CHANGE = datasources.ReplaceDatasource

    dashboard: strawberry.ID | None = strawberry.field(
        default=None, name="dashboardId", description="The one dashboard to change."
    )
    source: str | None = strawberry.field(
        default=None, description="The name of the source in which to change all dashboards. Administrators only."
    )
    confirm: bool = strawberry.field(default=False, description="True to change all dashboards of a source.")
    former: DataSourceMatch = strawberry.field(name="from", description="What is asked so far.")
    new: DataSourceInput = strawberry.field(name="to", description="What is asked from now on.")
    expected_revision: int | None = strawberry.field(default=strawberry.UNSET, description=REVISION)

    def change(self) -> datasources.ReplaceDatasource:
        if (self.dashboard is None) == (self.source is None):
            message = "Give either dashboardId, for one dashboard, or source, for all dashboards in it."
            raise BadInput(message)
        scope = clean(self.source or "") if self.dashboard is None else of_kind(self.dashboard, (Kind.DASHBOARD,))
        return datasources.ReplaceDatasource(
            scope=scope,
            former=self.former.wanted(),
            new=self.new.wanted(),
            confirmed=self.confirm,
            expected_revision=None if self.expected_revision is strawberry.UNSET else self.expected_revision,
        )


@strawberry.type(description="What came of `replaceDatasource`.")
class ReplaceDatasourcePayload(Payload):
    dashboard: Dashboard | None = thing(description="The dashboard; null when all of a source were meant.")

    @strawberry.field(description="How many dashboards were changed.")
    def dashboards(self) -> int:
        return int(self.outcome.facts.get("dashboards", 0))

    @strawberry.field(description="How many widgets were changed.")
    def widgets(self) -> int:
        return int(self.outcome.facts.get("widgets", 0))

    @strawberry.field(
        description="How many dashboards of the source are left, because at most 1000 are changed at once. Send it "
        "again for them."
    )
    def remaining(self) -> int:
        return int(self.outcome.facts.get("remaining", 0))


@strawberry.type
class DataSourceMutations:
    replace_datasource: ReplaceDatasourcePayload = mutation(
        ReplaceDatasourceInput,
        ReplaceDatasourcePayload,
        description="Let a dashboard, and those of its widgets and filters that ask one data source, ask another one; "
        "viewers see it once it is published. The owner, editors and administrators; all dashboards of a source: "
        "administrators, with `confirm`.",
    )
