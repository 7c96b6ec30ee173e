"""What the requests of Holistics' REST API are in the graph: what it wraps by name is unwrapped, jobs are jobs."""

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
)

IN_CODE = "how a dashboard is written stays in Holistics"
STATUS = "see `status`"
TARGET = {
    "owner_id": "owner.nativeId",
    "source_id": "dashboard.nativeId widget.nativeId",
    "dest": "targets.kind subject body",
    "dynamic_filter_presets": "filters",
    "created_at": "createdAt",
    "updated_at": "updatedAt",
}

RECORDS = {
    "user": Record(
        "User",
        "users",
        {
            "id": "nativeId",
            "email": "email",
            "name": "displayName",
            "initials": "initials",
            "role": "role.nativeName",
            "status": "status",
            "group_ids": "groups.nativeId",
            "created_at": "createdAt",
            "last_sign_in_at": "lastLoginAt",
        },
        expands={"groups": ("groups", "group")},
        gone={
            "is_activated": STATUS,
            "is_deleted": STATUS,
            "title": "titles stay in Holistics",
            "job_title": "titles stay in Holistics",
        },
        sorts={"name": "NAME"},
    ),
    "group": Record("Group", "groups", {"id": "nativeId", "name": "name"}, expands={"users": ("users", "user")}),
    "dashboard": Record(
        "Dashboard",
        "dashboards",
        {
            "id": "nativeId",
            "title": "title",
            "owner_id": "owner.nativeId",
            "dynamic_filters": "filters.raw",
            "created_at": "createdAt",
            "updated_at": "updatedAt",
        },
        expands={"widgets": ("widgets", "widget"), "owner": ("owner", "user")},
        gone={"definition": IN_CODE, "version": IN_CODE},
    ),
    "widget": Record(
        "Widget",
        "widgets",
        {"id": "nativeId", "title": "title", "source_type": "type", "dashboard_id": "dashboard.nativeId"},
        expands={"dashboard": ("dashboard", "dashboard")},
    ),
    "schedule": Record(
        "Schedule", "schedules", {"id": "nativeId", "title": "name", "schedule": "cron enabled", **TARGET}
    ),
    "alert": Record(
        "Alert",
        "alerts",
        {
            "id": "nativeId",
            "title": "name",
            "schedule": "enabled",
            "viz_conditions": "conditions.field conditions.operator conditions.values conditions.raw",
            **TARGET,
        },
    ),
    "job": Record(
        "Job",
        "jobs",
        {
            "id": "nativeId",
            "status": "status",
            "source_type": "kind",
            "created_at": "createdAt",
            "start_time": "startedAt",
            "end_time": "finishedAt",
            "user_id": "requestedBy.nativeId",
            "error": "error",
        },
    ),
    "log": Record("Job", "jobs", {"message": "log.message", "level": "log.level", "timestamp": "log.at"}),
    "result": Record("Job", "jobs", {"status": "status", "error": "error", "result": "result"}),
    "file": Record("Job", "jobs", {"status": "status", "url": "file.url file.name file.contentType"}),
}

EMBEDDED = "include_embed_info"
STATES = ("include_data_source_stats", "include_source")
SOURCES = {"source_id": "dashboard.eq@Dashboard"}
USER, GROUP = ident(Kind.USER, "{id}"), ident(Kind.GROUP, "{id}")
SCHEDULE, ALERT = ident(Kind.SCHEDULE, "{id}"), ident(Kind.ALERT, "{id}")
MEMBER: dict[str, Value | str | bool] = {"groupId": GROUP, "userId": ident(Kind.USER, "{user_id}")}


def planned(wrapped: str, title: str) -> dict[str, Value | str | bool]:
    """What a schedule or an alert is made of; targets are said anew, as they hold other things there."""
    return {
        "name": Value(f"{wrapped}.{title}"),
        "filters": Value(f"{wrapped}.dynamic_filter_presets"),
        "body": Value(f"{wrapped}.dest.options.body_text"),
    }


def about(wrapped: str) -> dict[str, Value | str | bool]:
    """The dashboard or the widget that is meant."""
    return {
        place: Value(f"{{{wrapped}.source_id}}", kind=kind, only=f"{wrapped}.source_type={name}")
        for name, place, kind in (
            ("Dashboard", "dashboardId", Kind.DASHBOARD),
            ("DashboardWidget", "widgetId", Kind.WIDGET),
        )
    }


PAUSED = {True: False, False: True}
TARGETS = "Where it delivers to is said in `targets`, in the graph's words."

READS = (
    Read("/dashboards", "dashboards", "dashboard", Paging.CURSORS, ignored=(EMBEDDED,)),
    Read("/dashboards/{id}", "dashboard:id", "dashboard", expanded=("widgets",)),
    Read("/dashboard_widgets/{id}", "widget:id", "widget", includes={"include_dashboard": "dashboard"},
         ignored=("include_report", "include_url")),
    Read("/data_schedules", "schedules", "schedule", Paging.CURSORS, SOURCES, ignored=("source_type", "dest_type")),
    Read("/data_schedules/{id}", "schedule:id", "schedule"),
    Read("/data_alerts", "alerts", "alert", Paging.CURSORS, {"search_term": "name.contains"},
         ignored=("source_type", "dest_type")),
    Read("/data_alerts/{id}", "alert:id", "alert"),
    Read("/users", "users", "user", Paging.CURSORS, {
        "search_term": "text", "status": "status", "statuses": "status", "has_authentication_token": "hasToken",
    }, ignored=("exclude_deleted",), notes=("Deleted users are left out unless `status` asks for them.",)),
    Read("/users/me", "me", "user"),
    Read("/groups", "groups", "group", Paging.CURSORS, includes={"include_users": "users"}),
    Read("/groups/{id}", "group:id", "group", includes={"include_users": "users"}),
    Read("/jobs", "nodes", "job", nodes=(Kind.JOB, ("{ids}",)), ignored=STATES),
    Read("/jobs/{id}", "job:id", "job", ignored=STATES),
    Read("/jobs/{id}/logs", "job:id", "log"),
    Read("/jobs/{id}/result", "job:id", "result"),
    Read("/exports/download", "job:job_id", "file", notes=("The file is at `file { url }` when the job is done.",)),
)  # fmt: skip

WRITES = (
    Write("DELETE", "/dashboards/{id}", (Change("deleteDashboard", {"dashboardId": ident(Kind.DASHBOARD, "{id}")}),)),
    Write("DELETE", "/dashboard_widgets/{id}", (Change("deleteWidget", {"widgetId": ident(Kind.WIDGET, "{id}")}),)),
    Write("POST", "/dashboard_widgets/{id}/submit_export", (
        Change("exportWidget", {"widgetId": ident(Kind.WIDGET, "{id}"),
                                "format": Value("output", words={"csv": "CSV", "xlsx": "XLSX", "pdf": "PDF"})}),)),
    Write("POST", "/data_schedules", (
        Change("createSchedule", {**planned("data_schedule", "dest.title"), **about("data_schedule"),
                                  "cron": Value("data_schedule.schedule.repeat"),
                                  "enabled": Value("data_schedule.schedule.paused", words=PAUSED)}),), (TARGETS,)),
    Write("PUT", "/data_schedules/{id}", (
        Change("updateSchedule", {"scheduleId": SCHEDULE, **planned("data_schedule", "dest.title"),
                                  "cron": Value("data_schedule.schedule.repeat")}, when=("data_schedule",)),
        Change("setScheduleEnabled", {"scheduleId": SCHEDULE,
                                      "enabled": Value("data_schedule.schedule.paused", words=PAUSED)},
               when=("data_schedule.schedule.paused",)),
    ), (TARGETS,)),
    Write("DELETE", "/data_schedules/{id}", (Change("deleteSchedule", {"scheduleId": SCHEDULE}),)),
    Write("POST", "/data_schedules/submit_execute", (
        Change("testSchedule", {**planned("test_data_schedule", "dest.title"),
                                **about("test_data_schedule")}),),
        (TARGETS,)),
    Write("POST", "/data_schedules/{id}/submit_execute", (Change("runSchedule", {"scheduleId": SCHEDULE}),)),
    Write("POST", "/data_alerts", (
        Change("createAlert", {**planned("data_alert", "title"), **about("data_alert"),
                               "enabled": Value("data_alert.schedule.paused", words=PAUSED)}),), (TARGETS,)),
    Write("PUT", "/data_alerts/{id}", (
        Change("updateAlert", {"alertId": ALERT, **planned("data_alert", "title")}, when=("data_alert",)),
        Change("setAlertEnabled", {"alertId": ALERT, "enabled": Value("data_alert.schedule.paused", words=PAUSED)},
               when=("data_alert.schedule.paused",)),
    ), (TARGETS,)),
    Write("DELETE", "/data_alerts/{id}", (Change("deleteAlert", {"alertId": ALERT}),)),
    Write("POST", "/data_alerts/submit_execute", (
        Change("testAlert", {**planned("test_data_alert", "title"), **about("test_data_alert")}),),
        (TARGETS,)),
    Write("POST", "/data_alerts/{id}/submit_execute", (Change("triggerAlert", {"alertId": ALERT}),)),
    Write("PUT", "/users/{id}", (
        Change("updateUser", {"userId": USER, "firstName": Value("user.name")}, when=("user.name",)),
        Change("changeUserRole", {"userId": USER, "role": Value("user.role")}, when=("user.role",)),
        Change("setUserGroups", {"userId": USER, "groupIds": Value("user.group_ids", kind=Kind.GROUP)},
               when=("user.group_ids",)),
    ), ("A name is a first and a last name in the graph.",)),
    Write("DELETE", "/users/{id}", (Change("deleteUser", {"userId": USER, "onOwned": "KEEP"}),),
          ("What the user owns stays theirs, as in Holistics: `onOwned: KEEP`.",)),
    Write("POST", "/users/invite", (
        Change("inviteUsers", {"source": SOURCE, "emails": Value("emails"), "role": Value("role"),
                               "groupIds": Value("group_ids", kind=Kind.GROUP)}),)),
    Write("POST", "/users/{id}/restore", (Change("restoreUser", {"userId": USER}),)),
    Write("POST", "/groups", (Change("createGroup", {"source": SOURCE, "name": Value("group.name")}),)),
    Write("PUT", "/groups/{id}", (Change("updateGroup", {"groupId": GROUP, "name": Value("group.name")}),)),
    Write("DELETE", "/groups/{id}", (Change("deleteGroup", {"groupId": GROUP}),)),
    Write("POST", "/groups/{id}/add_user/{user_id}", (Change("addUserToGroup", MEMBER),)),
    Write("POST", "/groups/{id}/remove_user/{user_id}", (Change("removeUserFromGroup", MEMBER),)),
)  # fmt: skip

MODELS = "Data are modelled in Holistics, in code."
ATTRIBUTES = "Which rows somebody sees is decided in Holistics, by its attributes."
ELSEWHERE = (
    Elsewhere("/job_queues", "How busy its queues are is Holistics' own."),
    Elsewhere("/aml_studio/**", MODELS),
    Elsewhere("/dashboards/{id}/build_url", "Addresses with filters in them are made by Holistics."),
    Elsewhere("/dashboards/{id}/submit_preload", "Caches are warmed by Holistics."),
    Elsewhere("/dependencies/**", "What hangs on which model is told by Holistics."),
    Elsewhere("/users/check_holistics_user", "Ask `users(filter: { email: { eq: ... } })`."),
    Elsewhere("/users/{id}/resend_invite", "Invite again: `inviteUsers` says who is there already."),
    Elsewhere("/users/{id}/revoke_authentication_token", "Keys of Holistics are taken back there."),
    Elsewhere("/data_model_persistences/**", MODELS),
    Elsewhere("/embed/**", "What is embedded elsewhere is shown by Holistics."),
    Elsewhere("/data_sources/**", "Connections hold passwords and stay in Holistics."),
    Elsewhere("/data_sets/**", MODELS),
    Elsewhere("/data_models/**", MODELS),
    Elsewhere("/query_reports/**", "What a widget asks its source stays in Holistics."),
    Elsewhere("/user_attributes/**", ATTRIBUTES),
    Elsewhere("/user_attribute_entries/**", ATTRIBUTES),
)

VENDOR = Vendor(
    SourceKind.HOLISTICS,
    "Holistics",
    ("/api/v2",),
    ("holistics.io",),
    r"\d+",
    {},
    ("sort",),
    RECORDS,
    (*READS, *WRITES, *ELSEWHERE),
)
