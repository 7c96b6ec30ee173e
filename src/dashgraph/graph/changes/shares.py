"""Sharing, as mutations."""

from typing import Any

import strawberry
from strawberry import UNSET

from dashgraph.domain import dashboards, folders, shares
from dashgraph.domain.access import ROLE_OF_RANK, PathKind
from dashgraph.domain.access import AccessPath as DomainPath
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.shares import ShareRule
from dashgraph.graph.access import AccessPath
from dashgraph.graph.changes.declare import (
    REVISION,
    ChangeInput,
    Payload,
    bulk_input,
    bulk_mutation,
    bulk_payload,
    mutation,
    of_kind,
    thing,
)
from dashgraph.graph.dashboards import Dashboard
from dashgraph.graph.folders import Folder
from dashgraph.graph.shares import Share

SUBJECTS = (Kind.USER, Kind.GROUP)


@strawberry.input(description="Whom something is shared with, and what they may do.")
class ShareGrant:
    subject_id: strawberry.ID = strawberry.field(description="A user or a group.")
    rule: ShareRule = strawberry.field(default=ShareRule.VIEW, description="What it allows.")
    subscribed: bool = strawberry.field(default=False, description="Whether deliveries are sent to them.")

    def wanted(self) -> shares.Grant:
        return shares.Grant(of_kind(self.subject_id, SUBJECTS), self.rule, self.subscribed)


@strawberry.input(description="Share a dashboard, or a folder where folders are shared, with one more user or group.")
class AddShareInput(ChangeInput):
    CHANGE = shares.AddShare
    KINDS = {"dashboard": (Kind.DASHBOARD,), "folder": (Kind.FOLDER,)}

    dashboard: strawberry.ID | None = strawberry.field(
        default=UNSET, name="dashboardId", description="The dashboard; leave it out to share a folder."
    )
    folder: strawberry.ID | None = strawberry.field(
        default=UNSET, name="folderId", description="The folder; leave it out to share a dashboard."
    )
    grant: ShareGrant = strawberry.field(description="With whom, and what they may do.")
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.input(description="Change what a share allows. What is left out stays.")
class UpdateShareInput(ChangeInput):
    CHANGE = shares.UpdateShare
    KINDS = {"share": (Kind.SHARE,)}

    share: strawberry.ID = strawberry.field(name="shareId", description="The share.")
    rule: ShareRule | None = strawberry.field(default=UNSET, description="What it allows from now on.")
    subscribed: bool | None = strawberry.field(default=UNSET, description="Whether deliveries are sent.")


@strawberry.input(description="Take a share away.")
class RemoveShareInput(ChangeInput):
    CHANGE = shares.RemoveShare
    KINDS = {"share": (Kind.SHARE,)}

    share: strawberry.ID = strawberry.field(name="shareId", description="The share.")


@strawberry.input(description="Make these all the shares of a dashboard.")
class SetDashboardSharesInput(ChangeInput):
    CHANGE = shares.SetDashboardShares
    KINDS = {"dashboard": (Kind.DASHBOARD,)}

    dashboard: strawberry.ID = strawberry.field(name="dashboardId", description="The dashboard.")
    grants: list[ShareGrant] = strawberry.field(
        description="Everybody it is shared with from now on. Of a subject named twice the last counts."
    )
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.input(description="Share a dashboard with everybody that another one is shared with.")
class CopySharesInput(ChangeInput):
    CHANGE = shares.CopyShares
    KINDS = {"dashboard": (Kind.DASHBOARD,), "origin": (Kind.DASHBOARD,)}

    origin: strawberry.ID = strawberry.field(name="fromDashboardId", description="The dashboard whose shares count.")
    dashboard: strawberry.ID = strawberry.field(name="toDashboardId", description="The dashboard that gets them.")


@strawberry.type(description="What came of `addShare`.")
class AddSharePayload(Payload):
    share: Share | None = thing(description="The new share.")


@strawberry.type(description="What came of `updateShare`.")
class UpdateSharePayload(Payload):
    share: Share | None = thing(description="The share as it is now.")


@strawberry.type(description="What came of `removeShare`.")
class RemoveSharePayload(Payload):
    dashboard: Dashboard | None = thing(
        of=dashboards.Dashboard, description="The dashboard that is shared with one less; null for a folder."
    )
    folder: Folder | None = thing(
        of=folders.Folder, description="The folder that is shared with one less; null for a dashboard."
    )

    @strawberry.field(
        description="The ways by which its subject still sees the dashboard. Empty for groups, and for users who see "
        "it no more."
    )
    def still_has_access_via(self) -> list[AccessPath]:
        ways: list[dict[str, Any]] = list(self.outcome.facts.get("still_has_access_via", ()))
        return [AccessPath(thing=self._path(way), loaders=self.loaders) for way in ways]

    def _path(self, way: dict[str, Any]) -> DomainPath:
        source = self.outcome.thing.id.source
        share, group = (
            None if way[key] is None else ResourceId(source, kind, way[key])
            for key, kind in (("share", Kind.SHARE), ("group", Kind.GROUP))
        )
        return DomainPath(PathKind(way["kind"]), ROLE_OF_RANK[way["rank"]], share, group)


@strawberry.type(description="What came of `setDashboardShares`.")
class SetDashboardSharesPayload(Payload):
    dashboard: Dashboard | None = thing(description="The dashboard with its shares.")


@strawberry.type(description="What came of `copyShares`.")
class CopySharesPayload(Payload):
    dashboard: Dashboard | None = thing(description="The dashboard that got the shares.")


AddSharesInput = bulk_input("AddSharesInput", AddShareInput, description="Add many shares.")
AddSharesPayload = bulk_payload("AddSharesPayload", AddSharePayload, description="What came of `addShares`.")
RemoveSharesInput = bulk_input("RemoveSharesInput", RemoveShareInput, description="Take many shares away.")
RemoveSharesPayload = bulk_payload(
    "RemoveSharesPayload", RemoveSharePayload, description="What came of `removeShares`."
)


@strawberry.type
class ShareMutations:
    add_share: AddSharePayload = mutation(
        AddShareInput,
        AddSharePayload,
        description="Share a dashboard with one more user or group; the first share publishes it. In sources where "
        "folders are shared, a folder with all that is in it. The owner and administrators.",
    )
    update_share: UpdateSharePayload = mutation(
        UpdateShareInput,
        UpdateSharePayload,
        description="Change what a share allows. The owner and administrators.",
    )
    remove_share: RemoveSharePayload = mutation(
        RemoveShareInput,
        RemoveSharePayload,
        description="Take a share away, and learn who still gets in. With `dryRun` it only tells. The owner and "
        "administrators.",
    )
    set_dashboard_shares: SetDashboardSharesPayload = mutation(
        SetDashboardSharesInput,
        SetDashboardSharesPayload,
        description="Make these all the shares of a dashboard. The owner and administrators.",
    )
    copy_shares: CopySharesPayload = mutation(
        CopySharesInput,
        CopySharesPayload,
        description="Share a dashboard with everybody that another one is shared with; of two rules the stronger "
        "stays. The owner of both and administrators.",
    )
    add_shares: AddSharesPayload = bulk_mutation(  # type: ignore[valid-type]
        AddSharesInput, AddSharesPayload, AddSharePayload, description="Add many shares, of one or many dashboards."
    )
    remove_shares: RemoveSharesPayload = bulk_mutation(  # type: ignore[valid-type]
        RemoveSharesInput, RemoveSharesPayload, RemoveSharePayload, description="Take many shares away."
    )
