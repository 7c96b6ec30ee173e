"""Changes of widgets, as mutations."""

import strawberry
from strawberry import UNSET

from dashgraph.domain import widget_changes as changes
from dashgraph.domain.ids import Kind
from dashgraph.graph.changes.dashboards import DataSourceInput, DeletingPayload
from dashgraph.graph.changes.declare import (
    ChangeInput,
    Payload,
    bulk_input,
    bulk_mutation,
    bulk_payload,
    mutation,
    thing,
)
from dashgraph.graph.dashboards import Dashboard
from dashgraph.graph.scalars import JSON
from dashgraph.graph.widgets import Widget

WIDGET = {"widget": (Kind.WIDGET,)}
WHICH = "The widget."
BOARD_REVISION = "Refuse when its dashboard is no longer at this revision."


@strawberry.input(description="Make a widget.")
class CreateWidgetInput(ChangeInput):
    CHANGE = changes.CreateWidget
    KINDS = {"dashboard": (Kind.DASHBOARD,)}

    dashboard: strawberry.ID = strawberry.field(name="dashboardId", description="The dashboard that it goes onto.")
    document: JSON | None = strawberry.field(
        default=None, description="All of it, as documents have it; the other fields count for more. Its id does not."
    )
    title: str | None = strawberry.field(default=UNSET, description="Its title.")
    type: str | None = strawberry.field(
        default=UNSET, description="What it shows, such as `pivot` or `chart/column`. Needed, here or in the document."
    )
    subtype: str | None = strawberry.field(default=UNSET, description="The finer type.")
    description: str | None = strawberry.field(default=UNSET, description="Its description.")
    datasource: DataSourceInput | None = strawberry.field(
        default=UNSET, description="What it asks for its numbers; that of the dashboard when left out."
    )
    panels: JSON | None = strawberry.field(default=UNSET, description="Its query: an array, as documents have it.")
    style: JSON | None = strawberry.field(default=UNSET, description="Its look: an object, as documents have it.")
    expected_revision: int | None = strawberry.field(default=UNSET, description=BOARD_REVISION)


@strawberry.input(description="Change a widget. What is left out stays; null clears.")
class UpdateWidgetInput(ChangeInput):
    CHANGE = changes.UpdateWidget
    KINDS = WIDGET

    widget: strawberry.ID = strawberry.field(name="widgetId", description=WHICH)
    document: JSON | None = strawberry.field(
        default=None,
        description="All of it, as documents have it, in place of what it was; the other fields count for more. Its "
        "id does not.",
    )
    title: str | None = strawberry.field(default=UNSET, description="Its title.")
    type: str | None = strawberry.field(default=UNSET, description="What it shows.")
    subtype: str | None = strawberry.field(default=UNSET, description="The finer type.")
    description: str | None = strawberry.field(default=UNSET, description="Its description.")
    datasource: DataSourceInput | None = strawberry.field(default=UNSET, description="What it asks for its numbers.")
    panels: JSON | None = strawberry.field(default=UNSET, description="Its query: an array, as documents have it.")
    style: JSON | None = strawberry.field(default=UNSET, description="Its look: an object, as documents have it.")
    expected_revision: int | None = strawberry.field(default=UNSET, description=BOARD_REVISION)


@strawberry.input(description="Take a widget to another dashboard.")
class MoveWidgetInput(ChangeInput):
    CHANGE = changes.MoveWidget
    KINDS = {**WIDGET, "dashboard": (Kind.DASHBOARD,)}

    widget: strawberry.ID = strawberry.field(name="widgetId", description=WHICH)
    dashboard: strawberry.ID = strawberry.field(name="toDashboardId", description="The dashboard that it goes onto.")


@strawberry.input(description="Copy a widget.")
class DuplicateWidgetInput(ChangeInput):
    CHANGE = changes.DuplicateWidget
    KINDS = WIDGET

    widget: strawberry.ID = strawberry.field(name="widgetId", description=WHICH)
    expected_revision: int | None = strawberry.field(default=UNSET, description=BOARD_REVISION)


@strawberry.input(description="Delete a widget.")
class DeleteWidgetInput(ChangeInput):
    CHANGE = changes.DeleteWidget
    KINDS = WIDGET

    widget: strawberry.ID = strawberry.field(name="widgetId", description=WHICH)
    expected_revision: int | None = strawberry.field(default=UNSET, description=BOARD_REVISION)


@strawberry.type(description="What came of `createWidget`.")
class CreateWidgetPayload(Payload):
    widget: Widget | None = thing(description="The new widget.")


@strawberry.type(description="What came of `updateWidget`.")
class UpdateWidgetPayload(Payload):
    widget: Widget | None = thing(description="The widget as it is now.")


@strawberry.type(description="What came of `moveWidget`.")
class MoveWidgetPayload(Payload):
    widget: Widget | None = thing(
        description="The widget where it is now. Under a new id when a published version of the dashboard that it "
        "left keeps it under the old one."
    )


@strawberry.type(description="What came of `duplicateWidget`.")
class DuplicateWidgetPayload(Payload):
    widget: Widget | None = thing(description="The copy.")


@strawberry.type(description="What came of `deleteWidget`.")
class DeleteWidgetPayload(DeletingPayload):
    dashboard: Dashboard | None = thing(description="The dashboard that it was on.")


DeleteWidgetsInput = bulk_input("DeleteWidgetsInput", DeleteWidgetInput, description="Delete many widgets.")
DeleteWidgetsPayload = bulk_payload(
    "DeleteWidgetsPayload", DeleteWidgetPayload, description="What came of `deleteWidgets`."
)


@strawberry.type
class WidgetMutations:
    create_widget: CreateWidgetPayload = mutation(
        CreateWidgetInput,
        CreateWidgetPayload,
        description="Make a widget at the bottom of a dashboard. The owner of the dashboard, editors and "
        "administrators.",
    )
    update_widget: UpdateWidgetPayload = mutation(
        UpdateWidgetInput,
        UpdateWidgetPayload,
        description="Change a widget. The owner of its dashboard, editors and administrators.",
    )
    move_widget: MoveWidgetPayload = mutation(
        MoveWidgetInput,
        MoveWidgetPayload,
        description="Take a widget to the bottom of another dashboard; onto its own, nothing changes. Whoever may edit "
        "both.",
    )
    duplicate_widget: DuplicateWidgetPayload = mutation(
        DuplicateWidgetInput,
        DuplicateWidgetPayload,
        description="Copy a widget to the bottom of its dashboard. The owner of the dashboard, editors and "
        "administrators.",
    )
    delete_widget: DeleteWidgetPayload = mutation(
        DeleteWidgetInput,
        DeleteWidgetPayload,
        description="Take a widget off its dashboard and out of its layout; published versions keep it. The owner of "
        "the dashboard, editors and administrators.",
    )
    delete_widgets: DeleteWidgetsPayload = bulk_mutation(  # type: ignore[valid-type]
        DeleteWidgetsInput, DeleteWidgetsPayload, DeleteWidgetPayload, description="Delete many widgets."
    )
