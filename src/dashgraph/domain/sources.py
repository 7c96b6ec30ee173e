"""What a source is, what it can do, and how it is doing."""

from collections.abc import Mapping
from dataclasses import dataclass
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
    WIDGET_READ = "widget_read"
    SHARE_READ = "share_read"
    USER_READ = "user_read"
    GROUP_READ = "group_read"
    FOLDER_READ = "folder_read"
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Card:
    """What a source says of itself: for each capability None when it has it, else why not."""

    kind: SourceKind
    reasons: Mapping[Capability, str | None]
    url: str | None = None  # where people find the system; the native store is nowhere else

    def reason_against(self, capability: Capability) -> str | None:
        return self.reasons.get(capability, "not offered by this connector")


class Health(StrEnum):
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Status:
    health: Health
    message: str | None = None
    version: str | None = None
