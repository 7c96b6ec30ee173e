"""What the requests of Lightdash's REST API are in the graph: spaces are folders, tiles and charts are widgets."""

from dashgraph.domain.ids import Kind
from dashgraph.domain.sources import SourceKind
from dashgraph.graph.translation.routes import (
    SOURCE,
    Change,
    Elsewhere,
    Paging,
    Read,
    Record,
    Value,
    Vendor,
    Write,
    ident,
    same,
)

ORGANISATION = "a source is one organisation"
PINNED = "what is pinned stays in Lightdash"
VIEWS = "how often something is looked at stays in Lightdash"
TIMES = {"createdAt": "createdAt", "updatedAt": "updatedAt"}

RECORDS = {
    "user": Record(
        "User",
        "users",
        {
            "userUuid": "nativeId",
            "email": "email",
            "firstName": "firstName",
            "lastName": "lastName",
            "role": "role.nativeName",
            "isActive": "status",
            "userCreatedAt": "createdAt",
            "userUpdatedAt": "updatedAt",
        },
        expands={"groups": ("groups", "group")},
        gone={"organizationUuid": ORGANISATION, "isPending": "`status` is PENDING", "isInviteExpired": "see `status`"},
    ),
    "group": Record(
        "Group",
        "groups",
        {"uuid": "nativeId", "name": "name", **TIMES},
        expands={"members": ("users", "user")},
        gone={"organizationUuid": ORGANISATION},
    ),
    "dashboard": Record(
        "Dashboard",
        "dashboards",
        {
            "uuid": "nativeId",
            "name": "title",
            "description": "description",
            "spaceUuid": "folder.nativeId",
            "spaceName": "folder.name",
            "projectUuid": "project.nativeId",
            "slug": "slug",
            "updatedAt": "updatedAt",
            "updatedByUser": "updatedBy.nativeId updatedBy.firstName updatedBy.lastName",
        },
        expands={"tiles": ("widgets", "chart"), "access": ("shares", "share"), "space": ("folder", "space")},
        gone={"organizationUuid": ORGANISATION, "views": VIEWS, "pinnedListUuid": PINNED},
    ),
    "chart": Record(
        "Widget",
        "widgets",
        {
            "uuid": "nativeId",
            "name": "title",
            "description": "description",
            "chartKind": "subtype",
            "chartType": "type",
            "dashboardUuid": "dashboard.nativeId",
            "dashboardName": "dashboard.title",
            "updatedAt": "updatedAt",
        },
        gone={"organizationUuid": ORGANISATION, "views": VIEWS, "pinnedListUuid": PINNED},
    ),
    "space": Record(
        "Folder",
        "folders",
        {
            "uuid": "nativeId",
            "name": "name",
            "slug": "slug",
            "isPrivate": "private",
            "projectUuid": "project.nativeId",
            "dashboards": "dashboards.nativeId dashboards.title",
        },
        expands={"dashboards": ("dashboards", "dashboard"), "access": ("shares", "share")},
        gone={"organizationUuid": ORGANISATION, "pinnedListUuid": PINNED},
    ),
    "share": Record(
        "Share",
        "shares",
        {"userUuid": "user.nativeId", "email": "user.email", "groupUuid": "group.nativeId", "role": "nativeRole"},
    ),
    "project": Record(
        "Project",
        "projects",
        {
            "projectUuid": "nativeId",
            "name": "name",
            "type": "type",
            "schedulerTimezone": "timezone",
            "upstreamProjectUuid": "upstream.nativeId",
        },
        gone={"organizationUuid": ORGANISATION, "pinnedListUuid": PINNED},
    ),
    "member": Record(
        "ProjectMember",
        "members",
        {
            "userUuid": "user.nativeId",
            "email": "user.email",
            "firstName": "user.firstName",
            "lastName": "user.lastName",
            "groupUuid": "group.nativeId",
            "role": "role.nativeName",
        },
    ),
    "promotion": Record("PromotionItem", "promotions", {"action": "step", "kind": "kind", "name": "name"}),
    "comment": Record(
        "Comment",
        "comments",
        {
            "commentId": "nativeId",
            "text": "text",
            "user": "author",
            "dashboardTileUuid": "widget.nativeId",
            "replyTo": "replyTo",
            "resolved": "resolved",
            "createdAt": "createdAt",
        },
    ),
    "scheduler": Record(
        "Schedule",
        "schedules",
        {
            "schedulerUuid": "nativeId",
            **{name: name for name in ("name", "cron", "timezone", "format", "enabled", "filters")},
            "message": "body",
            "dashboardUuid": "dashboard.nativeId",
            "savedChartUuid": "widget.nativeId",
            "createdBy": "owner.nativeId",
            "targets": "targets.kind",
            **TIMES,
        },
        expands={"runs": ("runs", "job")},
    ),
    "job": Record("Job", "jobs", {"status": "status", "details": "error result"}),
}

PROJECT = "projectUuid"
EVERYWHERE = ("Of all projects: the graph does not cut this list by project.",)
USER, GROUP = ident(Kind.USER, "{userUuid}"), ident(Kind.GROUP, "{groupUuid}")
DASHBOARD, SPACE = ident(Kind.DASHBOARD, "{dashboardUuid}"), ident(Kind.FOLDER, "{spaceUuid}")
SCHEDULE = ident(Kind.SCHEDULE, "{schedulerUuid}")
RULE = Value("spaceRole", words={"viewer": "VIEW", "editor": "EDIT"})
IN_PROJECT: dict[str, Value | str | bool] = {"projectId": ident(Kind.PROJECT, "{projectUuid}"), "role": Value("role")}
SCHEDULE_BODY = {**same("name", "cron", "timezone", "filters"), "body": Value("message")}

READS = (
    Read("/user", "me", "user"),
    Read("/org/users", "users", "user", Paging.PAGES, {"searchQuery": "text"}, {"includeGroups": "groups"},
         ignored=(PROJECT,)),
    Read("/org/users/{userUuid}", "user:userUuid", "user"),
    Read("/org/groups", "groups", "group", Paging.PAGES, {"searchQuery": "text"}, {"includeMembers": "members"}),
    Read("/groups/{groupUuid}", "group:groupUuid", "group", includes={"includeMembers": "members"}),
    Read("/groups/{groupUuid}/members", "group:groupUuid/users", "user"),
    Read("/org/projects", "projects", "project"),
    Read("/projects/{projectUuid}", "project:projectUuid", "project"),
    Read("/projects/{projectUuid}/access", "project:projectUuid/members", "member"),
    Read("/projects/{projectUuid}/dashboards", "dashboards", "dashboard", project=PROJECT),
    Read("/projects/{projectUuid}/charts", "widgets", "chart", notes=EVERYWHERE),
    Read("/projects/{projectUuid}/chart-summaries", "widgets", "chart", ignored=("excludeChartsSavedInDashboard",),
         notes=EVERYWHERE),
    Read("/projects/{projectUuid}/spaces", "folders", "space", project=PROJECT),
    Read("/projects/{projectUuid}/spaces/{spaceUuid}", "folder:spaceUuid", "space", expanded=("dashboards", "access")),
    Read("/dashboards/{dashboardUuid}/promoteDiff", "dashboard:dashboardUuid/promotionDiff", "promotion"),
    Read("/comments/dashboards/{dashboardUuid}", "dashboard:dashboardUuid/comments", "comment"),
    Read("/dashboards/{dashboardUuid}", "dashboard:dashboardUuid", "dashboard", expanded=("tiles",)),
    Read("/schedulers/{projectUuid}/logs", "schedules", "scheduler", expanded=("runs",), notes=EVERYWHERE),
    Read("/schedulers/{schedulerUuid}", "schedule:schedulerUuid", "scheduler"),
    Read("/schedulers/job/{jobId}/status", "job:jobId", "job"),
)  # fmt: skip

WRITES = (
    Write("PATCH", "/org/users/{userUuid}", (Change("changeUserRole", {"userId": USER, "role": Value("role")}),)),
    Write("POST", "/org/groups", (Change("createGroup", {"source": SOURCE, "name": Value("name")}),)),
    Write("PATCH", "/groups/{groupUuid}", (Change("updateGroup", {"groupId": GROUP, "name": Value("name")}),)),
    Write("PUT", "/groups/{groupUuid}/members/{userUuid}", (
        Change("addUserToGroup", {"groupId": GROUP, "userId": USER}),)),
    Write("DELETE", "/groups/{groupUuid}/members/{userUuid}", (
        Change("removeUserFromGroup", {"groupId": GROUP, "userId": USER}),)),
    Write("POST", "/projects/{projectUuid}/dashboards", (
        Change("duplicateDashboard", {"dashboardId": ident(Kind.DASHBOARD, "{duplicateFrom}"),
                                      "title": Value("dashboardName")}, when=("duplicateFrom",)),
        Change("createDashboard", {"source": SOURCE, "title": Value("name"), "description": Value("description"),
                                   "folderId": Value("spaceUuid", kind=Kind.FOLDER)}),
    )),
    Write("PATCH", "/projects/{projectUuid}/dashboards", (
        Change("moveDashboards", {"items": Value("", each={
            "dashboardId": ident(Kind.DASHBOARD, "{uuid}"), "folderId": Value("spaceUuid", kind=Kind.FOLDER)})}),),
        ("Names and descriptions are changed one by one, by `updateDashboard`.",), ("uuid", "name", "description")),
    Write("PATCH", "/dashboards/{dashboardUuid}", (
        Change("updateDashboard", {"dashboardId": DASHBOARD, "title": Value("name"),
                                   "description": Value("description")}, when=("name", "description")),
        Change("moveDashboard", {"dashboardId": DASHBOARD, "folderId": Value("spaceUuid", kind=Kind.FOLDER)},
               when=("spaceUuid",)),
    )),
    Write("DELETE", "/dashboards/{dashboardUuid}", (Change("deleteDashboard", {"dashboardId": DASHBOARD}),)),
    Write("POST", "/projects/{projectUuid}/spaces", (
        Change("createFolder", {"source": SOURCE, "name": Value("name")}),)),
    Write("PATCH", "/projects/{projectUuid}/spaces/{spaceUuid}", (
        Change("renameFolder", {"folderId": SPACE, "name": Value("name")}),)),
    Write("POST", "/projects/{projectUuid}/spaces/{spaceUuid}/share", (
        Change("addShare", {"folderId": SPACE, "grant.subjectId": USER, "grant.rule": RULE}),)),
    Write("DELETE", "/projects/{projectUuid}/spaces/{spaceUuid}/share/{userUuid}", (
        Change("removeShare", {"shareId": ident(Kind.SHARE, "folder:{spaceUuid}/user/{userUuid}")}),)),
    Write("POST", "/projects/{projectUuid}/spaces/{spaceUuid}/group/share", (
        Change("addShare", {"folderId": SPACE, "grant.subjectId": GROUP, "grant.rule": RULE}),)),
    Write("DELETE", "/projects/{projectUuid}/spaces/{spaceUuid}/group/share/{groupUuid}", (
        Change("removeShare", {"shareId": ident(Kind.SHARE, "folder:{spaceUuid}/group/{groupUuid}")}),)),
    Write("POST", "/projects/{projectUuid}/access", (Change("grantProjectAccess", IN_PROJECT),),
          ("Somebody is named by id: `users(filter: { email: { eq: ... } })` tells it.",), ("email", "sendEmail")),
    Write("PATCH", "/projects/{projectUuid}/access/{userUuid}", (
        Change("grantProjectAccess", {**IN_PROJECT, "subjectId": USER}),)),
    Write("DELETE", "/projects/{projectUuid}/access/{userUuid}", (
        Change("revokeProjectAccess", {"projectId": IN_PROJECT["projectId"], "subjectId": USER}),)),
    Write("POST", "/groups/{groupUuid}/projects/{projectUuid}", (
        Change("grantProjectAccess", {**IN_PROJECT, "subjectId": GROUP}),)),
    Write("PATCH", "/groups/{groupUuid}/projects/{projectUuid}", (
        Change("grantProjectAccess", {**IN_PROJECT, "subjectId": GROUP}),)),
    Write("DELETE", "/groups/{groupUuid}/projects/{projectUuid}", (
        Change("revokeProjectAccess", {"projectId": IN_PROJECT["projectId"], "subjectId": GROUP}),)),
    Write("PATCH", "/projects/{projectUuid}/schedulerSettings", (
        Change("updateScheduleSettings", {"projectId": IN_PROJECT["projectId"],
                                          "timezone": Value("schedulerTimezone")}),)),
    Write("POST", "/dashboards/{dashboardUuid}/promote", (
        Change("promoteDashboard", {"dashboardId": DASHBOARD}),)),
    Write("PATCH", "/schedulers/{schedulerUuid}", (
        Change("updateSchedule", {"scheduleId": SCHEDULE, **SCHEDULE_BODY}),)),
    Write("PATCH", "/schedulers/{schedulerUuid}/enabled", (
        Change("setScheduleEnabled", {"scheduleId": SCHEDULE, "enabled": Value("enabled")}),)),
    Write("POST", "/schedulers/send", (
        Change("testSchedule", {"dashboardId": ident(Kind.DASHBOARD, "{dashboardUuid}"), "body": Value("message"),
                                **same("name", "timezone", "filters")}),), ignored=("cron",)),
    Write("POST", "/saved/{chartUuid}/downloadCsv", (
        Change("exportWidget", {"widgetId": ident(Kind.WIDGET, "{chartUuid}"), "format": "CSV"}),),
        ("The export is a job: its `file { url }` is where the file is, when it is done.",)),
)  # fmt: skip

QUERIES = "Queries run in Lightdash; the graph is over dashboards and people, not over numbers."
WAREHOUSE = "Passwords of warehouses stay in Lightdash."
TENANT = "The organisation is administered in Lightdash."
ELSEWHERE = (
    Elsewhere("/user", "People come by invitation: `inviteUsers`.", "POST"),
    Elsewhere("/user/warehouseCredentials/**", WAREHOUSE),
    Elsewhere("/user/me/**", "Everybody looks after their own Lightdash account in Lightdash."),
    Elsewhere("/org", "A source is one organisation: see `sources`.", "GET"),
    Elsewhere("/org", TENANT),
    Elsewhere("/org/allowedEmailDomains", TENANT),
    Elsewhere("/org/attributes/**", "Which rows somebody sees is decided in Lightdash, by its attributes."),
    Elsewhere("/projects/{projectUuid}/explores/**", QUERIES),
    Elsewhere("/projects/{projectUuid}/sqlQuery", QUERIES),
    Elsewhere("/projects/{projectUuid}/calculate-total", QUERIES),
    Elsewhere("/projects/{projectUuid}/user/{userUuid}", "Ask for the members of the project."),
    Elsewhere("/projects/{projectUuid}/user-credentials", WAREHOUSE),
    Elsewhere("/projects/{projectUuid}/metadata", "Which project stands before which is set in Lightdash."),
    Elsewhere("/projects/{projectUuid}/semantic-layer-connection", "Connections are made in Lightdash."),
    Elsewhere("/projects/{projectUuid}/createPreview", "Whole projects are copied in Lightdash."),
    Elsewhere("/projects/{projectUuid}/tags/**", "Categories of metrics are Lightdash's own."),
    Elsewhere("/projects/{projectUuid}/validate", "Whether content still fits its model is checked in Lightdash."),
    Elsewhere("/projects/{projectUuid}/dataCatalog/**", "The catalogue of metrics is Lightdash's own."),
    Elsewhere("/projects/{projectUuid}/pinned-lists/**", "What is pinned stays in Lightdash."),
    Elsewhere("/projects/{projectUuid}/git-integration/**", "Models are changed in git."),
    Elsewhere("/comments/**", "Comments are written in Lightdash, and read as `Dashboard.comments`."),
    Elsewhere("/github/**", "GitHub is connected in a browser."),
    Elsewhere("/gdrive/**", "Results of queries are sent to Google by Lightdash."),
    Elsewhere("/slack/**", "Where Lightdash tells its own failures is set there."),
    Elsewhere("/notifications/**", "Notices of comments are read in Lightdash."),
    Elsewhere("/saved/{chartUuid}/promote", "A chart goes with its dashboard."),
    Elsewhere("/saved/{chartUuid}/promoteDiff", "A chart goes with its dashboard."),
    Elsewhere("/saved/{chartUuid}/history", "Earlier versions of a chart are kept by Lightdash."),
    Elsewhere("/saved/{chartUuid}/version/**", "Earlier versions of a chart are kept by Lightdash."),
    Elsewhere("/saved/{chartUuid}/**", QUERIES),
)

VENDOR = Vendor(
    SourceKind.LIGHTDASH,
    "Lightdash",
    ("/api/v1",),
    ("lightdash.cloud",),
    r"[0-9a-f]{8}-[0-9a-f-]{27}",
    {},
    (),
    RECORDS,
    (*READS, *WRITES, *ELSEWHERE),
)
