"""What Holistics can do through dashgraph and, where it cannot, why."""

from dashgraph.domain.sources import Capability, Card, SourceKind

IN_CODE = "Holistics makes and changes dashboards in its own editor and in the code of its project alone"
FOR_GOOD = "Holistics deletes dashboards for good; there is nothing to bring back"
NO_SHARES = "Holistics tells and changes nowhere in its API whom a dashboard is shared with; do that in Holistics"
OWNERS = "Holistics changes owners through its support alone; ask support@holistics.io"
AS_ITS_KEY = "in Holistics it belongs to the account that made it, which its API neither tells nor changes"
INVITING = "Holistics makes accounts by invitation alone; use inviteUsers"
SIGNING_IN = "people sign in to Holistics with what they set there; it has no password of dashgraph"

REASONS: dict[Capability, str | None] = {
    Capability.DASHBOARD_READ: None,
    Capability.DASHBOARD_VERSIONS: "Holistics keeps its versions in git, which its API does not show",
    Capability.DASHBOARD_IMPORT: f"{IN_CODE}; commit the dashboard there",
    Capability.DASHBOARD_EXPORT: None,
    Capability.DASHBOARD_CHANGE_OWNER: OWNERS,
    Capability.DASHBOARD_CREATE: IN_CODE,
    Capability.DASHBOARD_UPDATE: IN_CODE,
    Capability.DASHBOARD_DELETE: None,
    Capability.DASHBOARD_RESTORE: "Holistics restores nothing through its API; revert the commit in its project",
    Capability.DASHBOARD_DUPLICATE: f"{IN_CODE}; duplicate it there",
    Capability.DASHBOARD_PUBLISH: "Holistics publishes its whole project at once; publish there",
    Capability.OWNERSHIP_TRANSFER: OWNERS,
    Capability.WIDGET_READ: None,
    Capability.WIDGET_WRITE: None,
    Capability.SHARE_READ: NO_SHARES,
    Capability.SHARE_WRITE: NO_SHARES,
    Capability.USER_READ: None,
    Capability.USER_WRITE: None,
    Capability.GROUP_READ: None,
    Capability.GROUP_WRITE: None,
    Capability.FOLDER_READ: "Holistics tells of a folder its number and nothing else",
    Capability.FOLDER_WRITE: "Holistics changes folders in its own pages alone",
    Capability.SCHEDULE_READ: None,
    Capability.SCHEDULE_WRITE: None,
    Capability.ALERT_READ: None,
    Capability.ALERT_WRITE: None,
    Capability.REPORT_SEND: "Holistics sends what is scheduled; use testSchedule with toTargets, which keeps nothing",
    Capability.JOB_READ: None,
    Capability.JOB_WRITE: "Holistics offers no way to cancel a job through its API; cancel it there",
    Capability.PROJECT_READ: "the API of Holistics tells nothing of its projects",
    Capability.PROJECT_ACCESS: "the API of Holistics tells nothing of its projects",
    Capability.PUBLIC_LINK: "the documented API of Holistics has no public links; make them there",
    Capability.PROMOTE: "Holistics promotes by git; merge the branch there",
    Capability.COMMENT_READ: "Holistics has no comments in its API",
    Capability.TILE_STREAM: "Holistics tells the widgets of a dashboard at once",
    Capability.SEARCH: None,
    Capability.OPERATION_READ: "dashgraph keeps the trail itself: ask the native source",
    Capability.OPERATION_UNDO: "dashgraph keeps the trail itself: ask the native source",
}
UNABLE = {
    "exportDashboards": "a dashboard of Holistics has no document that could be imported; read its `document`",
    "restoreDeletedDashboard": FOR_GOOD,
    "purgeDashboard": FOR_GOOD,
    "createWidget": IN_CODE,
    "updateWidget": IN_CODE,
    "moveWidget": IN_CODE,
    "duplicateWidget": IN_CODE,
    "createUser": INVITING,
    "createUsers": INVITING,
    "setUserActive": "Holistics has no inactive accounts; use deleteUser, after which restoreUser brings all back",
    "changePassword": SIGNING_IN,
    "resetPassword": SIGNING_IN,
    "setPassword": SIGNING_IN,
    "changeScheduleOwner": AS_ITS_KEY,
    "changeAlertOwner": AS_ITS_KEY,
    "updateScheduleSettings": "Holistics has no settings for all schedules of a project",
}
CARD = Card(SourceKind.HOLISTICS, REASONS, unable=UNABLE)
