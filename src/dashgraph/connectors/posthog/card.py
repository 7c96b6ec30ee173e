"""What PostHog can do and, where it cannot, why."""

from dashgraph.domain.sources import Capability, Card, SourceKind

TRAIL = "dashgraph keeps the trail itself: ask the native source"
NO_SCHEDULES = "PostHog's subscriptions are not connected; make the schedule in the native store"
CANNOT = {
    Capability.DASHBOARD_VERSIONS: "PostHog keeps no versions; copy the dashboard into the native store to have them",
    Capability.DASHBOARD_CHANGE_OWNER: "PostHog never changes who created a dashboard; duplicate it as the new owner",
    Capability.OWNERSHIP_TRANSFER: "PostHog never changes who created a dashboard; duplicate it as the new owner",
    Capability.DASHBOARD_PUBLISH: "PostHog shows everybody the dashboard as it is; there is nothing to publish",
    Capability.DASHBOARD_RESTORE: "PostHog keeps no versions; restoreDeletedDashboard takes a deleted one back",
    Capability.FOLDER_READ: "PostHog's API tells of no folders; dashboards are in projects",
    Capability.FOLDER_WRITE: "PostHog's API tells of no folders; dashboards are in projects",
    Capability.SCHEDULE_READ: NO_SCHEDULES,
    Capability.SCHEDULE_WRITE: NO_SCHEDULES,
    Capability.ALERT_READ: "PostHog's alerts are of charts and not connected; make the alert in the native store",
    Capability.ALERT_WRITE: "PostHog's alerts are of charts and not connected; make the alert in the native store",
    Capability.REPORT_SEND: "PostHog sends no dashboards on demand; use createSchedule in the native store",
    Capability.JOB_READ: "PostHog answers at once and has no jobs",
    Capability.JOB_WRITE: "PostHog answers at once and has no jobs",
    Capability.PROMOTE: "PostHog has no project above another; use copyDashboards",
    Capability.COMMENT_READ: "PostHog's discussions are not connected",
    Capability.OPERATION_READ: TRAIL,
    Capability.OPERATION_UNDO: TRAIL,
}
UNDOCUMENTED = "it needs addresses that PostHog does not document, and documented_only is set"
BY_UNDOCUMENTED = dict.fromkeys(
    (
        Capability.USER_READ,
        Capability.USER_WRITE,
        Capability.GROUP_READ,
        Capability.GROUP_WRITE,
        Capability.PROJECT_ACCESS,
        Capability.SHARE_WRITE,
    ),
    UNDOCUMENTED,
)
OWN_PAGES = "members of PostHog are invited, and sign in, on its own pages"
UNABLE = {
    "moveDashboard": "PostHog's API tells of no folders, and a dashboard stays in its project",
    "purgeDashboard": "PostHog deletes no dashboard for good; deleteDashboard hides it",
    "replaceDatasource": "dashboards of PostHog ask their project and no other data source",
    "undoImport": "PostHog remembers no imports; use deleteDashboard",
    "createUpload": "files are uploaded to dashgraph's own store; import the document with importDashboard",
    "createUser": OWN_PAGES,
    "createUsers": OWN_PAGES,
    "inviteUsers": OWN_PAGES,
    "restoreUser": OWN_PAGES,
    "updateUser": "an account of PostHog is changed by its holder alone, on PostHog's own pages",
    "setUserActive": "PostHog has no members that may not sign in; use deleteUser",
    "changePassword": "passwords of PostHog are set on its own pages",
    "resetPassword": "passwords of PostHog are set on its own pages",
    "setPassword": "passwords of PostHog are set on its own pages",
}
LINK = "setPublicLink"


def card(*, documented_only: bool) -> Card:
    """The card, with or without what needs addresses that are not documented."""
    reasons = {**dict.fromkeys(Capability), **CANNOT}
    if not documented_only:
        return Card(SourceKind.POSTHOG, reasons, unable=UNABLE)
    return Card(SourceKind.POSTHOG, {**reasons, **BY_UNDOCUMENTED}, unable={**UNABLE, LINK: UNDOCUMENTED})
