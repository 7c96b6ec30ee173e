"""What a Lightdash can do and, where it cannot, why."""

from dashgraph.domain.sources import Capability, Card, SourceKind

NO_OWNERS = "nobody owns content in Lightdash; who may do what is decided on its folder: use addShare with folderId"
TRAIL = "dashgraph keeps the trail itself: ask the native source"
CANNOT = {
    Capability.DASHBOARD_VERSIONS: "Lightdash tells when a dashboard was changed, not what it was; copy it into the "
    "native store to have versions",
    Capability.DASHBOARD_CHANGE_OWNER: NO_OWNERS,
    Capability.OWNERSHIP_TRANSFER: NO_OWNERS,
    Capability.DASHBOARD_PUBLISH: "Lightdash shows everybody the dashboard as it is; there is nothing to publish",
    Capability.DASHBOARD_RESTORE: "Lightdash has no published version to go back to",
    Capability.PUBLIC_LINK: "Lightdash has no public links: its short links open for who may see the dashboard anyway",
    Capability.TILE_STREAM: "Lightdash has no stream of tiles; ask for widgets",
    Capability.JOB_WRITE: "Lightdash's jobs cannot be stopped",
    Capability.OPERATION_READ: TRAIL,
    Capability.OPERATION_UNDO: TRAIL,
}
UNDOCUMENTED = "it needs addresses that Lightdash does not document, and documented_only is set"
BY_UNDOCUMENTED = dict.fromkeys(
    (Capability.DASHBOARD_DELETE, Capability.DASHBOARD_IMPORT, Capability.WIDGET_WRITE), UNDOCUMENTED
)

BY_INVITATION = "Lightdash makes accounts by invitation: use inviteUsers"
NOT_KEPT = "Lightdash deletes for good and keeps nothing to go back to"
OWN_PAGES = "passwords of Lightdash are set on its own pages"
OF_FOLDERS = "in Lightdash shares are of folders: use addShare with folderId"
UNABLE = {
    "createUser": BY_INVITATION,
    "createUsers": BY_INVITATION,
    "updateUser": "in Lightdash only the holder changes an account; administrators change the role: changeUserRole",
    "setUserActive": "Lightdash cannot keep an account from signing in; take its role with changeUserRole: member",
    "restoreUser": NOT_KEPT,
    "changePassword": OWN_PAGES,
    "resetPassword": OWN_PAGES,
    "setPassword": OWN_PAGES,
    "replaceDatasource": "in Lightdash charts ask the explores of their project; change them in dbt",
    "restoreDeletedDashboard": NOT_KEPT,
    "purgeDashboard": NOT_KEPT,
    "undoImport": "Lightdash keeps no copy of what an import wrote over; dashgraph's trail does: undoOperation",
    "createUpload": "files are uploaded to dashgraph's own store; import the document with importDashboard",
    "setDashboardShares": OF_FOLDERS,
    "copyShares": OF_FOLDERS,
    "changeScheduleOwner": "Lightdash runs a schedule as who made it; make it again as the other one",
    "changeAlertOwner": "Lightdash runs an alert as who made it; make it again as the other one",
    "createAlert": "Lightdash looks at alerts at set times, which createAlert does not say; make it there",
    "triggerAlert": "Lightdash looks itself whether an alert is due; use testAlert",
}
UNABLE_BY_UNDOCUMENTED = dict.fromkeys(("inviteUsers", "createSchedule"), UNDOCUMENTED)


def card(*, documented_only: bool) -> Card:
    reasons = {**dict.fromkeys(Capability), **CANNOT}
    if not documented_only:
        return Card(SourceKind.LIGHTDASH, reasons, unable=UNABLE)
    return Card(SourceKind.LIGHTDASH, {**reasons, **BY_UNDOCUMENTED}, unable={**UNABLE, **UNABLE_BY_UNDOCUMENTED})
