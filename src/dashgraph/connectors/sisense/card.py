"""What a Sisense source can do and, where it cannot, why not and what to do instead."""

from dashgraph.connectors.sisense.settings import SisenseSettings
from dashgraph.domain.sources import Capability, Card, SourceKind

NOT_UPSTREAM = {
    Capability.DASHBOARD_VERSIONS: "Sisense keeps the version published last and no other; use restoreDashboard",
    Capability.SCHEDULE_READ: "Sisense has no schedules in its API; make one in dashgraph's own store",
    Capability.SCHEDULE_WRITE: "Sisense has no schedules in its API; use sendReport, or a schedule of dashgraph's own",
    Capability.JOB_READ: "Sisense answers at once and keeps no jobs",
    Capability.JOB_WRITE: "Sisense answers at once and keeps no jobs",
    Capability.PROJECT_READ: "Sisense has folders, and no projects above them",
    Capability.PROJECT_ACCESS: "Sisense has folders, and no projects above them; use addShare",
    Capability.PUBLIC_LINK: "Sisense has no public links in its API; use addShare",
    Capability.PROMOTE: "Sisense has no project above to promote to; use copyDashboards to another server",
    Capability.COMMENT_READ: "Sisense has no comments in its API",
    Capability.TILE_STREAM: "Sisense does not tell when a widget is ready; ask for the widgets of the dashboard",
    Capability.OPERATION_READ: "dashgraph keeps the trail itself: ask the native source",
    Capability.OPERATION_UNDO: "dashgraph keeps the trail itself: ask the native source",
}
UNABLE = {
    "updateGroup": "its API has no call that changes a group; make another one and move the members there",
    "restoreUser": "Sisense deletes users for good; make the account again with createUser",
    "inviteUsers": "its API makes accounts at once; use createUsers",
    "changePassword": "passwords of Sisense are set on its own pages",
    "resetPassword": "passwords of Sisense are set on its own pages",
    "setPassword": "passwords of Sisense are set on its own pages",
    "restoreDeletedDashboard": "Sisense deletes dashboards for good; import a document of it",
    "purgeDashboard": "Sisense keeps no trash: deleteDashboard is for good already",
    "createUpload": "files are uploaded to dashgraph's own store; import the document with importDashboard",
    "changeAlertOwner": "an alert of Sisense is its maker's; make it again as somebody else",
    "testAlert": "Sisense alone decides when an alert fires",
    "triggerAlert": "Sisense alone decides when an alert fires",
}


def card(settings: SisenseSettings) -> Card:
    """What this source can do with the account and the routes that it is given."""
    reasons: dict[Capability, str | None] = dict.fromkeys(Capability)
    reasons |= NOT_UPSTREAM
    if settings.live.documented_only and settings.entitled:
        reasons[Capability.SHARE_WRITE] = (
            "only the owner shares by documented routes; set documented_only = false or mode = delegated"
        )
    return Card(SourceKind.SISENSE, reasons, unable=UNABLE)
