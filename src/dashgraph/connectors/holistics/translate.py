"""People, content and jobs: rows of Holistics as values of the domain. Schedules and alerts are in deliverables.py."""

from collections.abc import Mapping
from typing import Any

from dashgraph.domain.access import AccessRole
from dashgraph.domain.dash import Document
from dashgraph.domain.dashboards import Dashboard, DashboardState
from dashgraph.domain.groups import Group
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import Job, JobKind, JobStatus, LogLine, Trigger
from dashgraph.domain.roles import Role, RoleKind
from dashgraph.domain.users import Account, Origin, User, UserStatus
from dashgraph.domain.widgets import Widget
from dashgraph.sources.live.facts import Membership
from dashgraph.sources.rest.answers import Raw

ROLES: Mapping[str, RoleKind] = {
    "admin": RoleKind.ADMIN,
    "growth_admin": RoleKind.ADMIN,
    "it_admin": RoleKind.ADMIN,
    "analyst": RoleKind.EDITOR,
    "explorer": RoleKind.EDITOR,
    "user": RoleKind.VIEWER,
}
STATUSES: Mapping[str, JobStatus] = {
    "created": JobStatus.QUEUED,
    "queued": JobStatus.QUEUED,
    "flow_pending": JobStatus.QUEUED,
    "running": JobStatus.RUNNING,
    "cancelling": JobStatus.RUNNING,
    "success": JobStatus.SUCCEEDED,
    "failure": JobStatus.FAILED,
    "cancelled": JobStatus.CANCELLED,
    "already_existed": JobStatus.SKIPPED,
}
LEVELS = {"ERROR": "error", "WARN": "warning"}
REPORTS = frozenset({"QueryReport", "QueryMetric"})  # what several widgets may show
SECRET = "embed_info"  # noqa: S105  the key of a dashboard that holds one


def role(native: str) -> Role:
    return Role(native.replace("_", " ").capitalize(), ROLES.get(native, RoleKind.OTHER), native)


def user(raw: Raw) -> User:
    """Somebody with an account. Who has not come in yet has no name."""
    email = raw.text("email")
    name = raw.optional_text("name") or ""
    first, _, last = name.partition(" ")
    seen = [at for key in ("current_sign_in_at", "last_sign_in_at") if (at := raw.optional_instant(key))]
    account = Account(
        user_name=None,
        first_name=first or None,
        last_name=last.strip() or None,
        role=role(raw.text("role")),
        origin=Origin.SOURCE,
        preferences=None,
        created_at=raw.optional_instant("created_at"),
        updated_at=None,
        last_login_at=max(seen, default=None),
        deleted_at=None,
        deleted_by=None,
    )
    return User(
        id=ResourceId(raw.source, Kind.USER, raw.id("id")),
        name=name or email,
        email=email,
        initials=raw.text("initials", default=email[:2].upper()),
        status=_status(raw),
        revision=None,
        account=account,
    )


def _status(raw: Raw) -> UserStatus:
    if raw.flag("is_deleted"):
        return UserStatus.DELETED
    return UserStatus.ACTIVE if raw.flag("is_activated") else UserStatus.PENDING


def group(raw: Raw) -> Group:
    return Group(
        id=ResourceId(raw.source, Kind.GROUP, raw.id("id")),
        name=raw.text("name"),
        mail=None,
        role=None,
        origin=Origin.SOURCE,
        revision=None,
        created_at=None,
        updated_at=None,
    )


def members(raw: Raw) -> list[Membership]:
    """Who is in a group that was read with its users."""
    return [Membership(raw.id("id"), one.as_id()) for one in raw.list("user_ids")]


def dashboard(raw: Raw) -> Dashboard:
    return Dashboard(
        id=ResourceId(raw.source, Kind.DASHBOARD, raw.id("id")),
        title=raw.text("title"),
        description=None,
        type=None if (version := raw.optional_whole("version")) is None else f"v{version}",
        state=DashboardState.PUBLISHED,
        role=AccessRole.ADMIN,
        owner=_owner(raw),
        folder=None,
        datasource=None,
        format=None,
        revision=None,
        created_at=None,
        updated_at=None,
        published_at=None,
        url=raw.optional_text("url"),
        tags=tuple(tag.as_text() for tag in raw.optional_list("tags") or ()),
    )


def _owner(raw: Raw) -> ResourceId | None:
    owner = raw.optional_id("owner_id")
    return None if owner is None else ResourceId(raw.source, Kind.USER, owner)


def widget(raw: Raw, of: Raw) -> Widget:
    """A widget of this dashboard."""
    kind = raw.text("source_type")
    return Widget(
        id=ResourceId(raw.source, Kind.WIDGET, raw.id("id")),
        dashboard=ResourceId(raw.source, Kind.DASHBOARD, of.id("id")),
        title=raw.optional_text("source_title"),
        type=kind,
        subtype=None,
        description=None,
        owner=_owner(of),
        datasource=None,
        format=None,
        updated_at=None,
        chart=raw.optional_id("source_id") if kind in REPORTS else None,
    )


def document(raw: Raw) -> Document:
    """The row as it is, but for the key of embedded dashboards."""
    row: dict[str, Any] = raw.as_object().value
    return Document.of({name: value for name, value in row.items() if name != SECRET})


def job(raw: Raw, result: Raw | None = None) -> Job:
    """A job that was read with its source. When it was asked for is not told."""
    status = raw.text("status")
    about = raw.optional_object("source")
    kind, action = ("", "") if about is None else (about.text("type", default=""), about.text("action", default=""))
    subject = None if about is None else about.optional_id("id")
    twin = raw.optional_id("existing_job_id")

    def named(of: str, as_kind: Kind) -> ResourceId | None:
        return ResourceId(raw.source, as_kind, subject) if kind == of and subject is not None else None

    return Job(
        id=ResourceId(raw.source, Kind.JOB, raw.id("id")),
        kind=_job_kind(kind, action),
        status=STATUSES.get(status, JobStatus.RUNNING),
        trigger=Trigger.TEST if "test" in action else Trigger.REQUEST,
        requested_by=None if (who := raw.optional_id("user_id")) is None else ResourceId(raw.source, Kind.USER, who),
        schedule=named("DataSchedule", Kind.SCHEDULE),
        alert=named("DataAlert", Kind.ALERT),
        dashboard=named("Dashboard", Kind.DASHBOARD),
        fire_at=None,
        done=0,
        total=None,
        attempts=1,
        result=None if result is None else _result(result),
        reason=None if twin is None else f"Job {twin} of Holistics is doing the same already.",
        error=raw.optional_text("last_error_log"),
        created_at=None,
        started_at=raw.optional_instant("start_time"),
        finished_at=raw.optional_instant("end_time"),
        cancel_requested_at=None,
        revision=1,
        native_status=status,
    )


def has_result(job: Job) -> bool:
    """Whether Holistics tells what came of it; of an export that is a file."""
    return job.status in {JobStatus.SUCCEEDED, JobStatus.FAILED} and job.kind is not JobKind.EXPORT


def _job_kind(kind: str, action: str) -> JobKind:
    if "export" in action:
        return JobKind.EXPORT
    is_delivery = kind in {"DataSchedule", "DataAlert"} or any(word in action for word in ("execute", "test"))
    return JobKind.DELIVERY if is_delivery else JobKind.BULK


def _result(raw: Raw) -> Mapping[str, Any] | None:
    found = raw.optional_object("result")
    return None if found is None else found.value


def log_line(raw: Raw) -> LogLine:
    return LogLine(raw.instant("timestamp"), LEVELS.get(raw.text("level"), "info"), raw.text("message"))
