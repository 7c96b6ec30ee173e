"""The domain's enums as GraphQL enums, each value described."""

from enum import Enum
from typing import TypeVar

import strawberry

from dashgraph.domain.access import AccessRole, AccessSort, PathKind, ReachableSort
from dashgraph.domain.dashboards import DashboardSort, DashboardState, VersionSort
from dashgraph.domain.folders import FolderSort
from dashgraph.domain.groups import GroupSort
from dashgraph.domain.ids import Kind
from dashgraph.domain.lists import Sort
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.shares import ShareRule, ShareSort
from dashgraph.domain.sources import Capability, Health, SourceKind
from dashgraph.domain.users import Origin, UserSort, UserStatus
from dashgraph.domain.viewers import Reach, TokenScope
from dashgraph.domain.widgets import WidgetSort

E = TypeVar("E", bound=type[Enum])


def described(enum: E, name: str, description: str, /, **values: str) -> E:
    """Make a domain enum a GraphQL one. Every value needs a description; a missing one fails at import."""
    registered = strawberry.enum(enum, name=name, description=description)
    definition = registered.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values[value.name]
    return registered


def sort(enum: type[Sort], name: str, description: str, /, **keys: str) -> None:
    """A sort enum. `keys` says in words what each key is; the direction is added."""
    values = {
        member.name: f"{keys[member.key]}, {'descending' if member.descending else 'ascending'}." for member in enum
    }
    described(enum, name, f"{description} Rows without a value come last; ties are broken by id.", **values)


described(
    Reach,
    "Scope",
    "Which content a question is about. Everything reached through an answer keeps its scope.",
    VISIBLE="What you own, and what is shared with you or with a group of yours.",
    ALL="Everything. For administrators, with a token that has the scope admin:read.",
)
described(
    TokenScope,
    "TokenScope",
    "What a token may be used for.",
    DASHBOARDS_READ="Read dashboards, widgets, shares, folders and searches (`dashboards:read`).",
    DASHBOARDS_WRITE="Import and change dashboards (`dashboards:write`).",
    USERS_READ="Read users and groups (`users:read`).",
    ADMIN_READ="Ask for scope ALL, as an administrator (`admin:read`).",
)
described(
    RoleKind,
    "RoleKind",
    "What all systems have in common about roles.",
    ADMIN="Runs the system; may ask for scope ALL.",
    EDITOR="Makes and owns content.",
    VIEWER="Looks at what is shared.",
    OTHER="A role of the system that is none of these; see nativeName.",
)
described(
    UserStatus,
    "UserStatus",
    "Whether a user can sign in.",
    ACTIVE="Can sign in.",
    INACTIVE="Cannot sign in and sees nothing; goes on owning things.",
    PENDING="Invited, and has not signed in yet.",
    DELETED="Gone. What the user owned stays until somebody takes it over.",
)
described(
    Origin,
    "Origin",
    "Where an account or a group was made.",
    SOURCE="In the system itself.",
    DIRECTORY="In a directory, such as Active Directory, that the system follows.",
)
described(
    DashboardState,
    "DashboardState",
    "How the working content relates to what viewers are shown.",
    DRAFT="Never published: nobody but the owner and administrators sees it.",
    PUBLISHED="Viewers see the working content.",
    MODIFIED="Changed since it was published: viewers see the version published last.",
)
described(
    AccessRole,
    "AccessRole",
    "What somebody is to a dashboard. Of several ways in, the strongest counts.",
    OWNER="Owns it: changes, shares and publishes it.",
    ADMIN="Administers the system.",
    EDIT="Changes its content.",
    VIEW="Looks at the version published last.",
)
described(
    PathKind,
    "AccessPathKind",
    "A way by which somebody comes to see a dashboard.",
    OWNER="By owning it.",
    DIRECT="By a share to the user.",
    GROUP="By a share to a group that the user is in.",
    ADMIN="By being an administrator who asked for scope ALL.",
)
described(
    ShareRule,
    "ShareRule",
    "What a share allows.",
    VIEW="Look at the version published last.",
    EDIT="Change the content too; not share it further.",
)
described(
    SourceKind,
    "SourceKind",
    "Which product stands behind a source.",
    NATIVE="dashgraph's own store.",
    SISENSE="Sisense.",
    LIGHTDASH="Lightdash.",
    HOLISTICS="Holistics.",
    POSTHOG="PostHog.",
)
described(
    Health,
    "Health",
    "How a source is doing.",
    UP="It answers.",
    DEGRADED="It answers some questions, or slowly.",
    DOWN="It does not answer; its nodes are missing and its fields are null.",
)
described(
    Capability,
    "CapabilityName",
    "What a source may be able to do.",
    DASHBOARD_READ="List and read dashboards.",
    DASHBOARD_VERSIONS="Keep published versions of a dashboard.",
    DASHBOARD_IMPORT="Take dashboards in as documents.",
    DASHBOARD_EXPORT="Give dashboards out as documents.",
    WIDGET_READ="List and read widgets.",
    SHARE_READ="Tell who a dashboard is shared with.",
    USER_READ="List and read users.",
    GROUP_READ="List and read groups and their members.",
    FOLDER_READ="List and read folders.",
    SEARCH="Search by text.",
)
described(
    Kind,
    "NodeKind",
    "The kinds of things that have ids.",
    DASHBOARD="A dashboard.",
    WIDGET="A widget.",
    SHARE="A share.",
    USER="A user.",
    GROUP="A group.",
    FOLDER="A folder.",
    VERSION="A published version of a dashboard.",
    DATASOURCE="A data source.",
)
_TIMES = {"created_at": "By the time of creation", "updated_at": "By the time of the last change"}
sort(
    DashboardSort,
    "DashboardSort",
    "How dashboards are sorted.",
    title="By title",
    type="By type",
    owner="By the owner's name",
    datasource="By the title of the data source",
    published_at="By the time of the last publishing",
    id="By native id",
    **_TIMES,
)
sort(VersionSort, "DashboardVersionSort", "How published versions are sorted.", number="By number")
sort(
    WidgetSort,
    "WidgetSort",
    "How widgets are sorted.",
    position="By the place in the document",
    title="By title",
    type="By type",
    subtype="By subtype",
    updated_at=_TIMES["updated_at"],
    id="By native id",
)
sort(
    ShareSort,
    "ShareSort",
    "How shares are sorted.",
    subject="By the name of the user or group",
    rule="By rule",
    created_at="By the time of sharing",
)
sort(
    UserSort,
    "UserSort",
    "How users are sorted. By anything but NAME, EMAIL, INITIALS, STATUS and ID: administrators only.",
    name="By display name",
    email="By e-mail address",
    user_name="By user name",
    first_name="By first name",
    last_name="By last name",
    initials="By initials",
    role="By role",
    status="By status",
    last_login_at="By the time of the last sign-in",
    id="By native id",
    **_TIMES,
)
sort(
    GroupSort,
    "GroupSort",
    "How groups are sorted.",
    name="By name",
    mail="By e-mail address",
    id="By native id",
    **_TIMES,
)
sort(FolderSort, "FolderSort", "How folders are sorted.", name="By name", id="By native id", **_TIMES)
sort(
    AccessSort,
    "AccessSort",
    "How the users who can see a dashboard are sorted.",
    name="By display name",
    email="By e-mail address",
)
sort(
    ReachableSort,
    "AccessibleDashboardSort",
    "How the dashboards that a user can see are sorted.",
    title="By title",
    updated_at=_TIMES["updated_at"],
)
