"""What the requests of PostHog's REST API are in the graph: tiles are widgets, collaborators are shares."""

from dashgraph.domain.ids import Kind
from dashgraph.domain.sources import SourceKind
from dashgraph.graph.translation.routes import (
    SOURCE,
    Change,
    Follow,
    Paging,
    Read,
    Record,
    Value,
    Vendor,
    Write,
    ident,
)

IN_PRODUCT = "stays in PostHog"
NATIVES = {
    Kind.DASHBOARD: "{project_id}.{here}",
    Kind.WIDGET: "{project_id}.{id}.{here}",  # of the dashboard in the path
    Kind.SHARE: "{project_id}.{here}",
}

RECORDS = {
    "dashboard": Record(
        "Dashboard",
        "dashboards",
        {
            "id": "nativeId",
            "name": "title",
            "description": "description",
            "created_at": "createdAt",
            "created_by": "owner.nativeId",
            "filters": "filters.raw",
            "pinned": "pinned",
            "tags": "tags",
            "team_id": "project.nativeId",
        },
        expands={"tiles": ("widgets", "tile"), "collaborators": ("shares", "collaborator")},
        gone=dict.fromkeys(("restriction_level", "last_accessed_at", "last_refresh"), IN_PRODUCT),
    ),
    "tile": Record("Widget", "widgets", {"id": "nativeId", "insight": "title type", "description": "description"}),
    "collaborator": Record(
        "Share",
        "shares",
        {"user": "user.nativeId user.email", "level": "rule", "added_at": "createdAt"},
        expands={"user": ("user", "user")},
    ),
    "project": Record(
        "Project", "projects", {"id": "nativeId", "name": "name", "timezone": "timezone", "is_demo": "type"}
    ),
    "link": Record(
        "PublicLink",
        "links",
        {
            "enabled": "enabled",
            "access_token": "url",
            "password_required": "passwordRequired",
            "share_passwords": "passwords.id passwords.note passwords.createdAt passwords.createdByEmail",
        },
    ),
    "user": Record(
        "User",
        "users",
        {"uuid": "nativeId", "email": "email", "first_name": "firstName", "last_name": "lastName"},
    ),
}

BASE = "/projects|environments/{project_id}/dashboards"
DASHBOARD = ident(Kind.DASHBOARD, "{id}")
BODY = {"title": Value("name"), "description": Value("description"), "filters": Value("filters")}
FORMAT = ("format",)
LINKED: dict[str, Value | str | bool] = {"dashboardId": ident(Kind.DASHBOARD, "{dashboard_id}")}

READS = (
    Read(BASE, "dashboards", "dashboard", Paging.OFFSET, {"search": "text"}, ignored=FORMAT, project="project_id"),
    Read(f"{BASE}/{{dashboard_id}}/sharing", "dashboard:dashboard_id/publicLink", "link"),
    Read("/projects", "projects", "project", Paging.OFFSET),
    Read("/projects/{project_id}", "project:project_id", "project"),
    Read(f"{BASE}/{{id}}", "dashboard:id", "dashboard", expanded=("tiles",), ignored=FORMAT),
    Read(f"{BASE}/{{dashboard_id}}/collaborators", "dashboard:dashboard_id/shares", "collaborator"),
    Read("/users/@me", "me", "user"),
)

WRITES = (
    Write("POST", BASE, (
        Change("duplicateDashboard", {"dashboardId": ident(Kind.DASHBOARD, "{use_dashboard}"), "title": Value("name")},
               when=("use_dashboard",)),
        Change("createDashboard", {"source": SOURCE, **BODY}),
    ), ignored=FORMAT),
    Write("PATCH", f"{BASE}/{{id}}", (
        Change("updateDashboard", {"dashboardId": DASHBOARD, **BODY}, when=("name", "description", "filters")),
        Change("deleteDashboard", {"dashboardId": DASHBOARD}, when=("deleted=True",)),
        Change("restoreDeletedDashboard", {"dashboardId": DASHBOARD}, when=("deleted=False",)),
    ), ignored=("deleted", "format")),
    Write("DELETE", f"{BASE}/{{id}}", (Change("deleteDashboard", {"dashboardId": DASHBOARD}),), (
        "PostHog refuses this request; in the graph the dashboard goes to the trash.",), FORMAT),
    Write("POST", f"{BASE}/{{dashboard_id}}/collaborators", (
        Change("addShare", {
            "dashboardId": ident(Kind.DASHBOARD, "{dashboard_id}"),
            "grant.subjectId": ident(Kind.USER, "{user_uuid}"),
            "grant.rule": Value("level", words={21: "VIEW", 37: "EDIT"}),
        }),)),
    Write("DELETE", f"{BASE}/{{dashboard_id}}/collaborators/{{user_uuid}}", (
        Change("removeShare", {"shareId": ident(Kind.SHARE, "{dashboard_id}/user/{user_uuid}")}),)),
    Write("PATCH", f"{BASE}/{{dashboard_id}}/sharing", (
        Change("setPublicLink", {**LINKED, "enabled": Value("enabled"),
                                 "passwordRequired": Value("password_required")}),)),
    Write("POST", f"{BASE}/{{dashboard_id}}/sharing/refresh", (Change("rotatePublicLink", LINKED),)),
    Write("POST", f"{BASE}/{{dashboard_id}}/sharing/passwords", (
        Change("addPublicLinkPassword", {**LINKED, "note": Value("note")}),),
        ("A password is made and told once; one that you have chosen goes into `password`.",), ("raw_password",)),
    Write("DELETE", f"{BASE}/{{dashboard_id}}/sharing/passwords/{{password_id}}", (
        Change("removePublicLinkPassword", {**LINKED, "passwordId": Value("{password_id}")}),)),
    Write("PATCH", f"{BASE}/{{id}}/move_tile", (
        Change("moveWidget", {"widgetId": ident(Kind.WIDGET, "{tile.id}"),
                              "toDashboardId": ident(Kind.DASHBOARD, "{to_dashboard}")}),), ignored=("tile", "format")),
    Write("POST", f"{BASE}/create_from_template_json", (
        Change("importDashboards", {"source": SOURCE,
                                    "documents": Value("template", each={"json": Value(""), "format": "POSTHOG"})}),)),
)  # fmt: skip

FOLLOWS = (
    Follow(
        f"{BASE}/{{id}}/stream_tiles",
        "dashboardTiles",
        "dashboardId",
        DASHBOARD,
        "__typename ... on TilesBegun { dashboard { title } total } "
        "... on TileReady { order widget { nativeId title } } "
        "... on TileFailed { widgetId message } ... on TilesDone { count }",
        ("A subscription is sent over a WebSocket, or with `Accept: text/event-stream`.",),
    ),
)

VENDOR = Vendor(
    SourceKind.POSTHOG,
    "PostHog",
    ("/api",),
    ("posthog.com",),
    r"\d+",
    NATIVES,
    (),
    RECORDS,
    (*READS, *WRITES, *FOLLOWS),
)
