"""What people are in a system, in its own word and in the few kinds that all systems share."""

from dataclasses import dataclass
from enum import StrEnum


class RoleKind(StrEnum):
    ADMIN = "admin"
    EDITOR = "editor"
    VIEWER = "viewer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Role:
    """`native_name` is exact; `kind` is lossy and good for comparing systems."""

    name: str
    kind: RoleKind
    native_name: str


# The native set. A designer makes dashboards and owns them; a viewer owns nothing.
ADMIN = Role("Administrator", RoleKind.ADMIN, "admin")
DESIGNER = Role("Designer", RoleKind.EDITOR, "designer")
VIEWER = Role("Viewer", RoleKind.VIEWER, "viewer")

NATIVE_ROLES = {role.native_name: role for role in (ADMIN, DESIGNER, VIEWER)}
