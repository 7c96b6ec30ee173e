"""What the requests of Sisense's REST API are in the graph."""

from dashgraph.domain.ids import Kind
from dashgraph.domain.sources import SourceKind
from dashgraph.graph.translation.routes import (
    SOURCE,
    Change,
    Elsewhere,
    Paging,
    Read,
    Value,
    Vendor,
    Write,
    ident,
    same,
)
from dashgraph.graph.translation.sisense_records import RECORDS

ORIGIN = "origin"
DASHBOARDS = {
    "parentFolder": "folder.eq@Folder",
    "name": "title.eq",
    "datasourceTitle": "datasource.title.eq",
    "datasourceAddress": "datasource.address.eq",
}
ROLE_BY_KIND = "Roles are filtered by what they may do: `filter: { role: [EDITOR] }`."
DASHBOARD, WIDGET = ident(Kind.DASHBOARD, "{id}"), ident(Kind.WIDGET, "{id}")
USER, GROUP, FOLDER, ALERT = (ident(kind, "{id}") for kind in (Kind.USER, Kind.GROUP, Kind.FOLDER, Kind.ALERT))
OWNER = {
    "dashboardId": DASHBOARD,
    "ownerId": ident(Kind.USER, "{ownerId}"),
    "originalOwnerRule": Value("originalOwnerRule", words={"edit": "EDIT", "view": "VIEW", "": "NONE"}),
}
DATASOURCES = Value(
    "datasource",
    each={
        "title": Value("title"),
        "nativeId": Value("id"),
        "address": Value("address"),
        "database": Value("database"),
        "fullName": Value("fullname"),
    },
)
DASHBOARD_BODY = {
    "title": Value("title"),
    "description": Value("desc"),
    "datasource": DATASOURCES,
    **same("filters", "style", "layout"),
}
WIDGET_BODY = {
    **same("title", "type", "subtype", "style"),
    "description": Value("desc"),
    "datasource": DATASOURCES,
    "panels": Value("metadata.panels"),
}
ACTION = Value("action", words={"skip": "SKIP", "overwrite": "OVERWRITE", "duplicate": "DUPLICATE"})
NEW_USER: dict[str, Value | str | bool] = {
    "source": SOURCE,
    **same("email", "userName", "firstName", "lastName", "preferences"),
    "role": Value("roleId"),
    "groupIds": Value("groups", kind=Kind.GROUP),
}
NEW_GROUP: dict[str, Value | str | bool] = {"source": SOURCE, **same("name", "mail"), "role": Value("roleId")}
NEWCOMERS = (
    "Nobody gives another a password: the user sets it, by the link of `resetPassword`.",
    "A role is given by its name, not by its id.",
)
DASHBOARD_IDS = Value("dashboardIds", each={"dashboardId": Value("", kind=Kind.DASHBOARD)})
GRANTS = Value(
    "shares",
    each={
        "subjectId": Value("shareId", kind=Kind.USER, kind_by="type"),
        "rule": Value("rule", words={"edit": "EDIT", "view": "VIEW"}),
        "subscribed": Value("subscribe"),
    },
)
EXPORT = ("includeTitle", "includeFilters", "includeDs", "width", "height", "paperFormat", "paperOrientation", "layout")
JOB = "The export is a job: its `file { url }` is where the file is, when it is done."

READS = (
    Read("/users", "users", "user", Paging.SKIP, {
        **{name: f"{name}.eq" for name in ("userName", "email", "firstName", "lastName")},
        "groupId": "group.eq@Group", "active": "active", "origin": ORIGIN, "ids": "ids.in@User",
    }),
    Read("/users/loggedin", "me", "user"),
    Read("/users/{id}", "user:id", "user"),
    Read("/groups", "groups", "group", Paging.SKIP, {
        "name": "name.eq", "mail": "mail.eq", "origin": ORIGIN, "ids": "ids.in@Group",
    }),
    Read("/groups/{id}", "group:id", "group"),
    Read("/dashboards", "dashboards", "dashboard", Paging.SKIP, DASHBOARDS),
    Read("/dashboards/admin", "dashboards", "dashboard", Paging.SKIP, {**DASHBOARDS, "id": "ids.eq@Dashboard"},
         ignored=("dashboardType", "asObject"), everything=True),
    Read("/dashboards/{id}", "dashboard:id", "dashboard", ignored=("adminAccess",)),
    Read("/dashboards/{dashboardId}/shares", "dashboard:dashboardId/shares", "share", Paging.SKIP),
    Read("/shares/dashboard/{dashboardId}", "dashboard:dashboardId/shares", "share", ignored=("adminAccess",)),
    Read("/dashboards/{dashboardId}/shares/{id}", "nodes", "share",
         nodes=(Kind.SHARE, ("{dashboardId}/user/{id}", "{dashboardId}/group/{id}")),
         notes=("A share is with a user or with a group; one of the two is null.",)),
    Read("/dashboards/{dashboardId}/widgets", "dashboard:dashboardId/widgets", "widget", Paging.SKIP, {
        name: f"{name}.eq" for name in ("title", "type", "subtype")
    }),
    Read("/dashboards/{dashboardId}/widgets/{id}", "widget:id", "widget"),
    Read("/folders", "folders", "folder", Paging.SKIP, {"name": "name.eq", "parentId": "parent.eq@Folder"}),
    Read("/folders/{id}", "folder:id", "folder"),
    Read("/folders/{id}/subtree", "folder:id", "tree", notes=(
        "Two levels of folders; deeper ones are a `children` more in each.",)),
    Read("/folders/{id}/ancestors", "folder:id/ancestors", "folder"),
    Read("/alerts", "alerts", "alert", Paging.SKIP, {"ids": "id.in@Alert"}),
    Read("/alerts/count", "alerts", "count"),
    Read("/alerts/{id}", "alert:id", "alert"),
    Read("/application/status", "sources", "status", notes=("Of every source at once.",)),
)  # fmt: skip

WRITES = (
    Write("POST", "/users", (Change("createUser", NEW_USER),), NEWCOMERS),
    Write("POST", "/users/bulk", (Change("createUsers", {"items": Value("", each=NEW_USER)}),), NEWCOMERS),
    Write("PATCH", "/users/{id}", (
        Change("updateUser", {"userId": USER, **same("email", "userName", "firstName", "lastName", "preferences")},
               when=("email", "userName", "firstName", "lastName", "preferences")),
        Change("changeUserRole", {"userId": USER, "role": Value("roleId")}, when=("roleId",)),
        Change("setUserActive", {"userId": USER, "active": Value("active")}, when=("active",)),
        Change("setUserGroups", {"userId": USER, "groupIds": Value("groups", kind=Kind.GROUP)}, when=("groups",)),
    )),
    Write("DELETE", "/users/bulk", (
        Change("deleteUsers", {"items": Value("ids", each={"userId": Value("", kind=Kind.USER)})}),)),
    Write("DELETE", "/users/{id}", (Change("deleteUser", {"userId": USER}),), (
        "Sisense deletes the dashboards that the user owns; here it is refused while there are any: say `onOwned`.",)),
    Write("POST", "/groups", (Change("createGroup", NEW_GROUP),)),
    Write("POST", "/groups/bulk", (Change("createGroups", {"items": Value("", each=NEW_GROUP)}),)),
    Write("DELETE", "/groups/{id}", (Change("deleteGroup", {"groupId": GROUP}),)),
    Write("POST", "/dashboards", (
        Change("createDashboard", {"source": SOURCE, **DASHBOARD_BODY,
                                   "folderId": Value("parentFolder", kind=Kind.FOLDER)}),)),
    Write("PATCH", "/dashboards/{id}", (
        Change("updateDashboard", {"dashboardId": DASHBOARD, **DASHBOARD_BODY},
               when=("title", "desc", "datasource", "filters", "style", "layout")),
        Change("setDashboardShares", {"dashboardId": DASHBOARD, "grants": GRANTS}, when=("shares",)),
        Change("moveDashboard", {"dashboardId": DASHBOARD, "folderId": Value("parentFolder", kind=Kind.FOLDER)},
               when=("parentFolder",)),
        Change("changeDashboardOwner", {"dashboardId": DASHBOARD, "ownerId": ident(Kind.USER, "{owner}")},
               when=("owner",)),
    )),
    Write("DELETE", "/dashboards/bulk", (
        Change("deleteDashboards", {"items": DASHBOARD_IDS}),
    )),
    Write("DELETE", "/dashboards/{id}", (Change("deleteDashboard", {"dashboardId": DASHBOARD}),)),
    Write("POST", "/dashboards/{id}/publish", (Change("publishDashboard", {"dashboardId": DASHBOARD}),),
          ignored=("force",)),
    Write("POST", "/dashboards/{id}/restore", (Change("restoreDashboard", {"dashboardId": DASHBOARD}),)),
    Write("POST", "/dashboards/{id}/undo_import", (Change("undoImport", {"dashboardId": DASHBOARD}),)),
    Write("POST", "/dashboards/{id}/duplicate", (Change("duplicateDashboard", {"dashboardId": DASHBOARD}),)),
    Write("POST", "/dashboards/{id}/change_owner", (Change("changeDashboardOwner", OWNER),)),
    Write("POST", "/dashboards/{id}/admin/change_owner", (Change("changeDashboardOwner", {**OWNER, "asAdmin": True}),)),
    Write("POST", "/dashboards/import", (
        Change("importDashboards", {"source": SOURCE, "documents": Value("", each={"json": Value("")}),
                                    "folderId": Value("importFolder", kind=Kind.FOLDER)}),)),
    Write("POST", "/dashboards/import/bulk", (
        Change("importDashboards", {"source": SOURCE, "documents": Value("", each={"json": Value("")}),
                                    "action": ACTION, "republish": Value("republish"),
                                    "folderId": Value("importFolder", kind=Kind.FOLDER)}),)),
    Write("POST", "/dashboards/{server}/{title}/replace_datasource", (
        Change("replaceDatasource", {
            "dashboardId": ident(Kind.DASHBOARD, "{dashboardId}"), "from.title": Value("{title}"),
            "to.title": Value("title"), "to.nativeId": Value("id"), "to.address": Value("address"),
            "to.database": Value("database"), "to.fullName": Value("fullname")}, when=("dashboardId",)),
        Change("replaceDatasource", {
            "source": SOURCE, "confirm": True, "from.title": Value("{title}"),
            "to.title": Value("title"), "to.nativeId": Value("id"), "to.address": Value("address"),
            "to.database": Value("database"), "to.fullName": Value("fullname")}),
    ), ("Without a dashboard it is done in all of the source, which `confirm` confirms.",)),
    Write("GET", "/dashboards/export", (
        Change("exportDashboards", {"dashboardIds": Value("dashboardIds", kind=Kind.DASHBOARD), "delivery": "TEXT"},
               when=("dashboardIds",)),
        Change("exportDashboards", {"dashboardIds": Value("dashboardId", kind=Kind.DASHBOARD), "delivery": "TEXT"}),
    ), ignored=("adminAccess",)),
    Write("GET", "/dashboards/{id}/export/dash", (
        Change("exportDashboard", {"dashboardId": DASHBOARD, "format": "DASH"}),), (JOB,)),
    Write("GET", "/dashboards/{id}/export/png", (
        Change("exportDashboard", {"dashboardId": DASHBOARD, "format": "PNG"}),), (JOB,), EXPORT),
    Write("GET", "/dashboards/{id}/export/pdf", (
        Change("exportDashboard", {"dashboardId": DASHBOARD, "format": "PDF"}),), (JOB,), EXPORT),
    Write("GET", "/dashboards/{dashboardId}/widgets/{id}/export/png", (
        Change("exportWidget", {"widgetId": WIDGET, "format": "PNG"}),), (JOB,), EXPORT),
    Write("POST", "/dashboards/{dashboardId}/widgets", (
        Change("createWidget", {"dashboardId": ident(Kind.DASHBOARD, "{dashboardId}"), **WIDGET_BODY}),)),
    Write("PATCH", "/dashboards/{dashboardId}/widgets/{id}", (
        Change("updateWidget", {"widgetId": WIDGET, **WIDGET_BODY}),)),
    Write("DELETE", "/dashboards/{dashboardId}/widgets/{id}", (Change("deleteWidget", {"widgetId": WIDGET}),)),
    Write("POST", "/shares/dashboard/{id}", (
        Change("setDashboardShares", {"dashboardId": DASHBOARD, "grants": Value("sharesTo", each=GRANTS.each)}),)),
    Write("POST", "/folders", (
        Change("createFolder", {"source": SOURCE, "name": Value("name"),
                                "parentId": Value("parentId", kind=Kind.FOLDER)}),)),
    Write("PATCH", "/folders/{id}", (
        Change("renameFolder", {"folderId": FOLDER, "name": Value("name")}, when=("name",)),
        Change("moveFolder", {"folderId": FOLDER, "parentId": Value("parentId", kind=Kind.FOLDER)}, when=("parentId",)),
    )),
    Write("DELETE", "/folders/{id}", (Change("deleteFolder", {"folderId": FOLDER}),)),
    Write("POST", "/alerts", (
        Change("createAlert", {"dashboardId": ident(Kind.DASHBOARD, "{context.dashboardId}"),
                               **same("name", "enabled"), "body": Value("message")}),)),
    Write("PATCH", "/alerts/{id}", (
        Change("updateAlert", {"alertId": ALERT, "name": Value("name"), "body": Value("message")},
               when=("name", "message")),
        Change("setAlertEnabled", {"alertId": ALERT, "enabled": Value("enabled")}, when=("enabled",)),
    )),
    Write("DELETE", "/alerts/{id}", (Change("deleteAlert", {"alertId": ALERT}),)),
    Write("POST", "/reporting", (
        Change("sendReport", {
            "dashboardId": ident(Kind.DASHBOARD, "{assetId}"),
            "recipientIds": Value("recipients", kind=Kind.USER, kind_by="type", member="recipient")}),),
        ignored=("assetType", "preferences")),
)  # fmt: skip

CUBES = "Cubes are built and secured in Sisense; the graph is over dashboards and people."
SIGN_IN = "Nobody signs in by the graph: send a bearer token, which `dashgraph token create` makes."
ACCOUNTS = "Invitations and forgotten passwords are `inviteUsers` and `resetPassword`."
ELSEWHERE = (
    Elsewhere("/authentication/login", SIGN_IN),
    Elsewhere("/authentication/logout", "A token ends with `dashgraph token revoke`, a session in the browser."),
    Elsewhere(
        "/authentication/**", "Sessions and trusted servers are kept by Sisense and by dashgraph each for itself."
    ),
    Elsewhere("/account/get_license_info", "What is licensed is no question of the graph."),
    Elsewhere("/account/**", ACCOUNTS),
    Elsewhere("/analytics/**", "Whole collections are not handed out; ask for what you need of them."),
    Elsewhere("/alerts/{id}/setReceiveNotification", "Who an alert is for is in its targets: `updateAlert`."),
    Elsewhere("/connection/**", "Connections hold the passwords of warehouses and stay in Sisense."),
    Elsewhere("/custom_data/**", "What plug-ins keep is theirs alone."),
    Elsewhere("/dashboards/copy", "Between sources of one kind it is `copyDashboards`, told to which source."),
    Elsewhere("/database/**", "Its own database is administered by Sisense alone."),
    Elsewhere("/datasets/**", "Data are modelled in Sisense; a dashboard tells its data source by `datasource`."),
    Elsewhere("/elasticubes/**", CUBES),
    Elsewhere("/engine/**", "The graph has no numbers, only who shows them to whom; `exportWidget` makes files."),
    Elsewhere("/features/**", "Switches of the server are set on the server."),
    Elsewhere("/geo/**", "Maps are drawn by Sisense."),
    Elsewhere("/groups/ad/**", "Groups of a directory come by Sisense; the graph tells them by `origin`."),
    Elsewhere("/ldap_domains/**", "Directories are administered on the server."),
    Elsewhere("/live_connectors/**", "Warehouses are looked into by Sisense alone."),
    Elsewhere("/logs/**", "Times of loading are Sisense's own records."),
    Elsewhere("/narration/**", "Numbers are put into words by Sisense alone."),
    Elsewhere("/oauth/**", "Other services are signed in to in a browser."),
    Elsewhere("/plugins/**", "Plug-ins are installed on the server."),
    Elsewhere("/settings/**", "Settings of the server are made on the server."),
    Elsewhere("/suggestions/**", "Suggestions are computed by Sisense alone."),
    Elsewhere("/translations/**", "The words of its pages belong to Sisense."),
    Elsewhere("/users/ad/**", "Users of a directory come by Sisense; the graph tells them by `origin`."),
)

VENDOR = Vendor(
    SourceKind.SISENSE,
    "Sisense",
    ("/api/v1", "/api"),
    (),
    r"[0-9a-f]{24}",
    {Kind.WIDGET: "{dashboardId}/{here}"},
    ("fields", "expand", "sort"),
    RECORDS,
    (*READS, *WRITES, *ELSEWHERE),
)
