"""What a source is, what it can do, and how it is doing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class SourceKind(StrEnum):
    NATIVE = "native"
    SISENSE = "sisense"
    LIGHTDASH = "lightdash"
    HOLISTICS = "holistics"
    POSTHOG = "posthog"


class Capability(StrEnum):
    """What a source may be able to do. Absent is declared with a reason, never found out by a failing call."""

    DASHBOARD_READ = "dashboard_read"
    DASHBOARD_VERSIONS = "dashboard_versions"
    DASHBOARD_IMPORT = "dashboard_import"
    DASHBOARD_EXPORT = "dashboard_export"
    DASHBOARD_CHANGE_OWNER = "dashboard_change_owner"
    DASHBOARD_CREATE = "dashboard_create"
    DASHBOARD_UPDATE = "dashboard_update"
    DASHBOARD_DELETE = "dashboard_delete"
    DASHBOARD_RESTORE = "dashboard_restore"
    DASHBOARD_DUPLICATE = "dashboard_duplicate"
    DASHBOARD_PUBLISH = "dashboard_publish"
    OWNERSHIP_TRANSFER = "ownership_transfer"
    WIDGET_READ = "widget_read"
    WIDGET_WRITE = "widget_write"
    SHARE_READ = "share_read"
    SHARE_WRITE = "share_write"
    USER_READ = "user_read"
    USER_WRITE = "user_write"
    GROUP_READ = "group_read"
    GROUP_WRITE = "group_write"
    FOLDER_READ = "folder_read"
    FOLDER_WRITE = "folder_write"
    SCHEDULE_READ = "schedule_read"
    SCHEDULE_WRITE = "schedule_write"
    ALERT_READ = "alert_read"
    ALERT_WRITE = "alert_write"
    REPORT_SEND = "report_send"
    JOB_READ = "job_read"
    JOB_WRITE = "job_write"
    PROJECT_READ = "project_read"
    PROJECT_ACCESS = "project_access"
    PUBLIC_LINK = "public_link"
    PROMOTE = "promote"
    COMMENT_READ = "comment_read"
    TILE_STREAM = "tile_stream"
    SEARCH = "search"
    OPERATION_READ = "operation_read"
    OPERATION_UNDO = "operation_undo"


@dataclass(frozen=True, slots=True)
class Card:
    """What a source says of itself: for each capability None when it has it, else why not.

    `unable` are mutations that it cannot do though it can do others of the same capability: the name and the reason.
    `url` is where people find the system; the native store is nowhere else.
    """

    kind: SourceKind
    reasons: Mapping[Capability, str | None]
    url: str | None = None
    unable: Mapping[str, str] = field(default_factory=dict)

    def reason_against(self, capability: Capability) -> str | None:
        return self.reasons.get(capability, "not offered by this connector")

    def refusal(self, capability: Capability, mutation: str) -> str | None:
        """Why it cannot carry out this mutation, which needs the capability; None when it can."""
        return self.reason_against(capability) or self.unable.get(mutation)


class Health(StrEnum):
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Status:
    health: Health
    message: str | None = None
    version: str | None = None
