"""What Sisense calls the parts of users, groups, dashboards and their like, and where they are in the graph."""

from dashgraph.graph.translation.routes import Record

DIRECTORY = "a detail of the directory, which the graph leaves there"
COPY = "of the private copy that each recipient has; the graph has one dashboard"
DATASOURCE = " ".join(f"datasource.{name}" for name in ("title", "nativeId", "address", "database", "fullName"))
SUBJECT = "user.nativeId group.nativeId"
TIMES = {"created": "createdAt", "lastUpdated": "updatedAt"}
BRANCH = "children.nativeId children.name"

RECORDS = {
    "user": Record(
        "User",
        "users",
        {
            "_id": "nativeId",
            **{name: name for name in ("email", "userName", "firstName", "lastName", "preferences")},
            "active": "status",
            "roleId": "role.nativeName",
            "groups": "groups.nativeId",
            "activeDirectory": "origin",
            **TIMES,
            "lastLogin": "lastLoginAt",
        },
        expands={"groups": ("groups", "group"), "role": ("role", "role")},
        gone={
            "hash": "the graph never gives the hash of a password",
            "adgroups": "groups of a directory stand among `groups`, with origin DIRECTORY",
            "pendingExpiration": "`status` is PENDING until the invitation is taken",
            **dict.fromkeys(("objectSid", "uSNChanged", "dn", "principalName"), DIRECTORY),
        },
        sorts={"name": "NAME", "roleId": "ROLE", "active": "STATUS"},
    ),
    "group": Record(
        "Group",
        "groups",
        {"_id": "nativeId", "name": "name", "mail": "mail", "roleId": "role.nativeName", "ad": "origin", **TIMES},
        expands={"users": ("users", "user"), "role": ("role", "role")},
        gone=dict.fromkeys(("objectSid", "uSNChanged", "dn"), DIRECTORY),
    ),
    "role": Record("Role", "roles", {"_id": "nativeName", "name": "name", "displayName": "name"}),
    "dashboard": Record(
        "Dashboard",
        "dashboards",
        {
            "oid": "nativeId",
            "title": "title",
            "desc": "description",
            "type": "type",
            "owner": "owner.nativeId",
            "parentFolder": "folder.nativeId",
            "shares": f"shares.rule shares.subscribed shares.{SUBJECT.replace(' ', ' shares.')}",
            "datasource": DATASOURCE,
            "style": "style.raw",
            "layout": "layout.raw",
            "filters": "filters.raw",
            "defaultFilters": "defaultFilters.raw",
            **TIMES,
            "lastPublish": "publishedAt",
        },
        expands={
            "widgets": ("widgets", "widget"),
            "owner": ("owner", "user"),
            "shares": ("shares", "share"),
            "parentFolder": ("folder", "folder"),
        },
        gone={"_id": "the id of one copy; the dashboard's is `oid`", "userId": COPY, "instanceType": COPY},
    ),
    "widget": Record(
        "Widget",
        "widgets",
        {
            "oid": "nativeId",
            "title": "title",
            "desc": "description",
            "type": "type",
            "subtype": "subtype",
            "dashboardid": "dashboard.nativeId",
            "owner": "owner.nativeId",
            "datasource": DATASOURCE,
            "metadata": "panels.raw",
            "style": "style.raw",
            "lastUpdated": "updatedAt",
        },
        expands={"dashboardid": ("dashboard", "dashboard"), "owner": ("owner", "user")},
        gone={
            "shares": "whoever sees the dashboard sees its widgets: ask for the shares of the dashboard",
            "_id": "the id of one copy; the widget's is `oid`",
            **dict.fromkeys(("userId", "userid", "instanceType", "instancetype"), COPY),
        },
    ),
    "share": Record(
        "Share",
        "shares",
        {"shareId": SUBJECT, "type": SUBJECT, "rule": "rule", "subscribe": "subscribed"},
        expands={"user": ("user", "user"), "group": ("group", "group")},
    ),
    "folder": Record(
        "Folder",
        "folders",
        {"oid": "nativeId", "name": "name", "parentId": "parent.nativeId", "owner": "owner.nativeId", **TIMES},
        expands={
            "owner": ("owner", "user"),
            "parentId": ("parent", "folder"),
            "folders": ("children", "folder"),
            "dashboards": ("dashboards", "dashboard"),
        },
        gone={"_id": "the folder's id is `oid`"},
    ),
    "tree": Record(
        "Folder",
        "folders",
        {
            "oid": "nativeId",
            "name": "name",
            "folders": f"{BRANCH} {BRANCH.replace('children', 'children.children')}",
            "dashboards": "dashboards.nativeId dashboards.title",
        },
    ),
    "alert": Record(
        "Alert",
        "alerts",
        {
            "_id": "nativeId",
            "name": "name",
            "enabled": "enabled",
            "message": "body",
            "parties": "targets.kind",
            "context": "conditions.field conditions.operator conditions.values conditions.raw",
            "owner": "owner.nativeId",
            **TIMES,
        },
        expands={"owner": ("owner", "user")},
        gone={"action": "an alert has targets instead"},
    ),
    "count": Record("AlertConnection", "alerts", {"count": "totalCount"}),
    "status": Record(
        "Source", "sources", {"name": "name", "version": "status.version", "status": "status.health status.message"}
    ),
}
