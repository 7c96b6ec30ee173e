"""Changes of dashboards, as mutations."""

import strawberry
from strawberry import UNSET

from dashgraph.domain import dashboard_changes as changes
from dashgraph.domain.datasources import NamedDataSource
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
from dashgraph.graph.filters import clean
from dashgraph.graph.scalars import JSON

DASHBOARD = {"dashboard": (Kind.DASHBOARD,)}
WHICH = "The dashboard."
SOURCE = "The name of the source in which it is made, such as `local`."


@strawberry.input(description="A data source as documents name it. It need not be known already.")
class DataSourceInput:
    title: str = strawberry.field(description="Its title.")
    address: str | None = strawberry.field(default=None, description="The address of its server.")
    database: str | None = strawberry.field(default=None, description="The name of its database.")
    native_id: str | None = strawberry.field(default=None, description="Its id in the document.")
    full_name: str | None = strawberry.field(default=None, description="Server and title in one.")

    def wanted(self) -> NamedDataSource:
        title, *others = (
            None if text is None else clean(text)
            for text in (self.title, self.address, self.database, self.native_id, self.full_name)
        )
        address, database, native_id, full_name = others
        return NamedDataSource(
            title=title or "", address=address, database=database, native_id=native_id, full_name=full_name
        )


@strawberry.input(description="Make a dashboard.")
class CreateDashboardInput(ChangeInput):
    CHANGE = changes.CreateDashboard
    KINDS = {"folder": (Kind.FOLDER,), "project": (Kind.PROJECT,)}

    place: str = strawberry.field(name="source", description=SOURCE)
    title: str = strawberry.field(description="Its title; not blank.")
    description: str | None = strawberry.field(default=None, description="Its description.")
    datasource: DataSourceInput | None = strawberry.field(
        default=None, description="What it asks for its numbers. Widgets made without one ask it too."
    )
    folder: strawberry.ID | None = strawberry.field(
        default=None, name="folderId", description="The folder that it goes into: one that you see; null for the top."
    )
    project: strawberry.ID | None = strawberry.field(
        default=None,
        name="projectId",
        description="The project that it goes into, in PostHog; needed where there are several.",
    )
    filters: JSON | None = strawberry.field(default=None, description="Its filters: an array, as documents have it.")
    style: JSON | None = strawberry.field(default=None, description="Its look: an object, as documents have it.")
    layout: JSON | None = strawberry.field(
        default=None, description="The columns of its layout, as documents have it; there are no widgets to place yet."
    )


@strawberry.input(description="Change the content of a dashboard. What is left out stays; null clears.")
class UpdateDashboardInput(ChangeInput):
    CHANGE = changes.UpdateDashboard
    KINDS = DASHBOARD

    dashboard: strawberry.ID = strawberry.field(name="dashboardId", description=WHICH)
    title: str | None = strawberry.field(default=UNSET, description="Its title, which cannot be cleared.")
    description: str | None = strawberry.field(default=UNSET, description="Its description.")
    datasource: DataSourceInput | None = strawberry.field(
        default=UNSET, description="What it asks for its numbers. Widgets keep what they ask."
    )
    filters: JSON | None = strawberry.field(default=UNSET, description="Its filters: an array, as documents have it.")
    style: JSON | None = strawberry.field(default=UNSET, description="Its look: an object, as documents have it.")
    layout: JSON | None = strawberry.field(
        default=UNSET,
        description="How its widgets are arranged, as documents have it. Refused when it places a widget twice, or "
        "one that is not on the dashboard. Widgets that it does not place stay on the dashboard.",
    )
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.input(description="Copy a dashboard.")
class DuplicateDashboardInput(ChangeInput):
    CHANGE = changes.DuplicateDashboard
    KINDS = DASHBOARD

    dashboard: strawberry.ID = strawberry.field(name="dashboardId", description=WHICH)
    title: str | None = strawberry.field(
        default=None, description='The title of the copy; when left out, that of the original and " (copy)".'
    )


@strawberry.input(description="Put a dashboard into another folder.")
class MoveDashboardInput(ChangeInput):
    CHANGE = changes.MoveDashboard
    KINDS = {**DASHBOARD, "folder": (Kind.FOLDER,)}

    dashboard: strawberry.ID = strawberry.field(name="dashboardId", description=WHICH)
    folder: strawberry.ID | None = strawberry.field(
        name="folderId", description="A folder that you see; null for the top."
    )
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.input(description="Let viewers see the working content of a dashboard.")
class PublishDashboardInput(ChangeInput):
    CHANGE = changes.PublishDashboard
    KINDS = DASHBOARD

    dashboard: strawberry.ID = strawberry.field(name="dashboardId", description=WHICH)
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.input(description="Go back to a published version of a dashboard.")
class RestoreDashboardInput(ChangeInput):
    CHANGE = changes.RestoreDashboard
    KINDS = {**DASHBOARD, "version": (Kind.VERSION,)}

    dashboard: strawberry.ID = strawberry.field(name="dashboardId", description=WHICH)
    version: strawberry.ID | None = strawberry.field(
        default=None, name="versionId", description="The version; when left out, the one published last."
    )
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.input(description="Delete a dashboard.")
class DeleteDashboardInput(ChangeInput):
    CHANGE = changes.DeleteDashboard
    KINDS = DASHBOARD

    dashboard: strawberry.ID = strawberry.field(name="dashboardId", description=WHICH)
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.input(description="Take a deleted dashboard back.")
class RestoreDeletedDashboardInput(ChangeInput):
    CHANGE = changes.RestoreDeletedDashboard
    KINDS = DASHBOARD

    dashboard: strawberry.ID = strawberry.field(name="dashboardId", description=WHICH)
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.input(description="Remove a deleted dashboard for good.")
class PurgeDashboardInput(ChangeInput):
    CHANGE = changes.PurgeDashboard
    KINDS = DASHBOARD

    dashboard: strawberry.ID = strawberry.field(name="dashboardId", description=WHICH)
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.type(description="What came of `createDashboard`.")
class CreateDashboardPayload(Payload):
    dashboard: Dashboard | None = thing(description="The new dashboard.")


@strawberry.type(description="What came of `updateDashboard`.")
class UpdateDashboardPayload(Payload):
    dashboard: Dashboard | None = thing(description="The dashboard as it is now.")


@strawberry.type(description="What came of `duplicateDashboard`.")
class DuplicateDashboardPayload(Payload):
    dashboard: Dashboard | None = thing(description="The copy.")


@strawberry.type(description="What came of `moveDashboard`.")
class MoveDashboardPayload(Payload):
    dashboard: Dashboard | None = thing(description="The dashboard in its folder.")


@strawberry.type(description="What came of `publishDashboard`.")
class PublishDashboardPayload(Payload):
    dashboard: Dashboard | None = thing(description="The dashboard as it is now.")


@strawberry.type(description="What came of `restoreDashboard`.")
class RestoreDashboardPayload(Payload):
    dashboard: Dashboard | None = thing(description="The dashboard as it is now.")


@strawberry.type
class DeletingPayload(Payload):
    """Base of the payloads of what leaves nothing to show."""

    @strawberry.field(description="The id of what is gone; null when nothing is.")
    def deleted_id(self) -> strawberry.ID | None:
        gone = self.outcome.facts.get("deleted")
        return None if gone is None else strawberry.ID(gone)


@strawberry.type(description="What came of `deleteDashboard`.")
class DeleteDashboardPayload(DeletingPayload):
    pass


@strawberry.type(description="What came of `restoreDeletedDashboard`.")
class RestoreDeletedDashboardPayload(Payload):
    dashboard: Dashboard | None = thing(description="The dashboard, which is there again.")


@strawberry.type(description="What came of `purgeDashboard`.")
class PurgeDashboardPayload(DeletingPayload):
    pass


MoveDashboardsInput = bulk_input("MoveDashboardsInput", MoveDashboardInput, description="Move many dashboards.")
MoveDashboardsPayload = bulk_payload(
    "MoveDashboardsPayload", MoveDashboardPayload, description="What came of `moveDashboards`."
)
DeleteDashboardsInput = bulk_input("DeleteDashboardsInput", DeleteDashboardInput, description="Delete many dashboards.")
DeleteDashboardsPayload = bulk_payload(
    "DeleteDashboardsPayload", DeleteDashboardPayload, description="What came of `deleteDashboards`."
)


@strawberry.type
class DashboardMutations:
    create_dashboard: CreateDashboardPayload = mutation(
        CreateDashboardInput,
        CreateDashboardPayload,
        description="Make a dashboard without widgets, which is yours and a draft. Everybody but viewers.",
    )
    update_dashboard: UpdateDashboardPayload = mutation(
        UpdateDashboardInput,
        UpdateDashboardPayload,
        description="Change the content of a dashboard; viewers see it once it is published. The owner, editors and "
        "administrators.",
    )
    duplicate_dashboard: DuplicateDashboardPayload = mutation(
        DuplicateDashboardInput,
        DuplicateDashboardPayload,
        description="Copy a dashboard as you see it, with its widgets. The copy is yours and a draft; shares and "
        "versions are not copied. Whoever sees it, but for viewers.",
    )
    move_dashboard: MoveDashboardPayload = mutation(
        MoveDashboardInput,
        MoveDashboardPayload,
        description="Put a dashboard into another folder. The owner and administrators.",
    )
    publish_dashboard: PublishDashboardPayload = mutation(
        PublishDashboardInput,
        PublishDashboardPayload,
        description="Let viewers see the working content of a dashboard. The owner and administrators.",
    )
    restore_dashboard: RestoreDashboardPayload = mutation(
        RestoreDashboardInput,
        RestoreDashboardPayload,
        description="Make the working content what was published; what was not published gives way, versions stay. "
        "The owner and administrators.",
    )
    delete_dashboard: DeleteDashboardPayload = mutation(
        DeleteDashboardInput,
        DeleteDashboardPayload,
        description="Delete a dashboard: nobody sees it, and `restoreDeletedDashboard` takes it back. The owner and "
        "administrators.",
    )
    restore_deleted_dashboard: RestoreDeletedDashboardPayload = mutation(
        RestoreDeletedDashboardInput,
        RestoreDeletedDashboardPayload,
        description="Take a deleted dashboard back with its widgets, versions and shares; at the top when its folder "
        "is gone. The owner and administrators.",
    )
    purge_dashboard: PurgeDashboardPayload = mutation(
        PurgeDashboardInput,
        PurgeDashboardPayload,
        description="Remove a deleted dashboard for good, with its widgets, versions and shares. It cannot be undone. "
        "The owner and administrators.",
    )
    move_dashboards: MoveDashboardsPayload = bulk_mutation(  # type: ignore[valid-type]
        MoveDashboardsInput, MoveDashboardsPayload, MoveDashboardPayload, description="Move many dashboards."
    )
    delete_dashboards: DeleteDashboardsPayload = bulk_mutation(  # type: ignore[valid-type]
        DeleteDashboardsInput, DeleteDashboardsPayload, DeleteDashboardPayload, description="Delete many dashboards."
    )
