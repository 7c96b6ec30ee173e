"""The domain's enums as GraphQL enums, each value described."""

from enum import Enum
from typing import TypeVar

import strawberry

from dashgraph.domain.access import AccessRole, AccessSort, PathKind, ReachableSort
from dashgraph.domain.dashboards import DashboardSort, DashboardState, VersionSort
from dashgraph.domain.differences import DifferenceKind
from dashgraph.domain.exports import ExportDelivery
from dashgraph.domain.folders import FolderSort
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.groups import GroupSort
from dashgraph.domain.ids import Kind
from dashgraph.domain.imports import DocumentWarningCode, ImportAction, ImportOutcome
from dashgraph.domain.lists import Sort
from dashgraph.domain.operations import OperationSort, OperationState
from dashgraph.domain.ownership import OriginalOwnerRule, TransferStep
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.shares import ShareRule, ShareSort
from dashgraph.domain.sources import Capability, Health, SourceKind
from dashgraph.domain.trash import DeletedDashboardSort
from dashgraph.domain.user_changes import Invitation, OnOwned
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
    SHARES_WRITE="Share dashboards and take shares away (`shares:write`).",
    SCHEDULES_WRITE="Make and change schedules and alerts (`schedules:write`).",
    ALERTS_TRIGGER="Trigger alerts that you own, or as an administrator any; all that a monitoring system needs "
    "(`alerts:trigger`).",
    PROFILE_WRITE="Change your own names and preferences (`profile:write`).",
    USERS_READ="Read users and groups (`users:read`).",
    USERS_ADMIN="Change users, groups and memberships, as an administrator (`users:admin`).",
    ADMIN_READ="Ask for scope ALL, as an administrator (`admin:read`).",
    ADMIN_WRITE="Change what others own, as an administrator (`admin:write`).",
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
    SERVICE="By `dashgraph token create --service`: the account of a program, which no person signs in to and which "
    "owns nothing.",
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
    INHERITED="By a role in what the dashboard is in: its folder, project or organization.",
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
    DASHBOARD_CHANGE_OWNER="Give a dashboard to another owner.",
    DASHBOARD_CREATE="Make dashboards.",
    DASHBOARD_UPDATE="Change and move dashboards.",
    DASHBOARD_DELETE="Delete dashboards, and take deleted ones back.",
    DASHBOARD_RESTORE="Go back to a published version.",
    DASHBOARD_DUPLICATE="Copy a dashboard.",
    DASHBOARD_PUBLISH="Publish a dashboard.",
    OWNERSHIP_TRANSFER="Hand over everything that somebody owns.",
    WIDGET_READ="List and read widgets.",
    WIDGET_WRITE="Make, change, move and delete widgets.",
    SHARE_READ="Tell who a dashboard is shared with.",
    SHARE_WRITE="Share dashboards and take shares away.",
    USER_READ="List and read users.",
    USER_WRITE="Make, change, delete and restore users.",
    GROUP_READ="List and read groups and their members.",
    GROUP_WRITE="Make, change and delete groups, and say who is in them.",
    FOLDER_READ="List and read folders.",
    FOLDER_WRITE="Make, rename, move and delete folders.",
    SCHEDULE_READ="List and read schedules.",
    SCHEDULE_WRITE="Make, change, run and delete schedules.",
    ALERT_READ="List and read alerts.",
    ALERT_WRITE="Make, change, trigger and delete alerts.",
    REPORT_SEND="Send a dashboard once, now, by the system itself.",
    JOB_READ="Tell how work that goes on in the background is doing.",
    JOB_WRITE="Start work in the background, and cancel it.",
    PROJECT_READ="List and read projects and their members.",
    PROJECT_ACCESS="Say who has which role in a project.",
    PUBLIC_LINK="Show dashboards to anybody who has a link, and manage the link.",
    PROMOTE="Take a dashboard to the project above.",
    COMMENT_READ="Tell what people say about a dashboard.",
    TILE_STREAM="Give the widgets of a dashboard one by one, as they are ready.",
    SEARCH="Search by text.",
    OPERATION_READ="Tell what was changed, by whom and when.",
    OPERATION_UNDO="Undo what was changed.",
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
    OPERATION="An operation of the audit trail.",
    SCHEDULE="A schedule.",
    ALERT="An alert.",
    JOB="A job.",
    DELIVERY="What came of a job for one recipient.",
    PROJECT="A project.",
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
    DeletedDashboardSort,
    "DeletedDashboardSort",
    "How deleted dashboards are sorted.",
    deleted_at="By when they were deleted",
    title="By title",
)
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
described(
    OperationState,
    "OperationState",
    "How far a change came. In dashgraph's own store it is done, or it is not there.",
    BEGUN="It is being made in another system; if the process died meanwhile, another one goes on.",
    DONE="It is made.",
    FAILED="It is not made, or only in part; `error` says why.",
    UNKNOWN="The other system fell silent, or something failed there or here: it may be made. Sent again with the same "
    "idempotencyKey, it is made if it was not.",
)
sort(OperationSort, "OperationSort", "How operations are sorted.", at="By when the change was made")
described(
    TransferStep,
    "TransferStep",
    "What becomes of one item of a hand-over.",
    TRANSFER="The heir owns it.",
    REVOKE="It is revoked.",
    KEEP="It stays as it is, for the reason given.",
)
described(
    OriginalOwnerRule,
    "OriginalOwnerRule",
    "What the owner of a dashboard keeps when it is given away.",
    EDIT="A share to edit it.",
    VIEW="A share to look at it.",
    NONE="Nothing.",
)
described(
    OnOwned,
    "OnOwned",
    "What becomes of what a user owns who is deleted. Dashboards in the trash stay where they are.",
    BLOCK="Refuse to delete while there is anything.",
    TRANSFER="The heir takes it over.",
    KEEP="It stays, and shows a deleted owner; administrators can give it away later.",
)
described(
    Invitation,
    "Invitation",
    "What came of inviting one address.",
    INVITED="There is a pending account for it now.",
    EXISTING="Somebody has an account with it already; nothing was changed.",
    REFUSED="It is no address.",
)
described(
    ImportAction,
    "ImportAction",
    "What to do with a document whose id is taken.",
    AUTO="Skip it when just this document was imported before, else duplicate it.",
    SKIP="Leave what is there as it is.",
    OVERWRITE="Make the document the content of the dashboard. Its id, owner, shares and folder stay.",
    DUPLICATE="Import it under new ids, its widgets too.",
    FAIL="Refuse it.",
)
described(
    ImportOutcome,
    "ImportOutcome",
    "What came of one dashboard of an import.",
    CREATED="It is there now; its id was free.",
    OVERWRITTEN="The dashboard with its id has its content now.",
    SKIPPED="It was left out; see the reason.",
    DUPLICATED="It is there under a new id.",
    FAILED="It was not taken; see the errors.",
)
described(
    DocumentWarningCode,
    "DocumentWarningCode",
    "What there is to know of a document that was taken all the same.",
    DATASOURCE_UNKNOWN="It names a data source that was not known here before.",
    FOLDER_UNKNOWN="It lay in a folder that is not taken over.",
    SCRIPT="It holds JavaScript, which is kept as text and never run.",
    SCRIPT_NAMES_OLD_IDS="Its JavaScript names widgets that have new ids.",
    WIDGET_IDS_REPLACED="Widgets have new ids, because other dashboards have theirs.",
    NOT_YOURS="The dashboard with its id cannot be changed by you, so it can only be a duplicate.",
    CHART_MISSING="It shows a chart that is not among the documents; its widget is kept without it.",
    ACCESS_LEFT_OUT="It says who owned it and with whom it was shared, which is not taken over.",
    PUBLISHED_LEFT_OUT="It says what was published, and what is published stays as it is.",
)
described(
    DifferenceKind,
    "DifferenceKind",
    "How a place of a document differs.",
    ADDED="It was not there before.",
    REMOVED="It is not there any more.",
    CHANGED="It has another value; of a list, another order.",
)
described(
    DocumentFormat,
    "DocumentFormat",
    "A way to write dashboards down.",
    DASH="Sisense's `.dash`: JSON, one dashboard or an array of several.",
    LIGHTDASH="Lightdash's dashboards and charts as code: YAML, a file for each dashboard and for each chart.",
    POSTHOG="PostHog's dashboard templates: JSON, one or an array of several.",
    DASHGRAPH="dashgraph's own: JSON with everything that the store knows of dashboards, whatever they came in.",
)
described(
    ExportDelivery,
    "ExportDelivery",
    "How an export comes to you.",
    TEXT="In the answer, as the text of a file; at most 100 dashboards.",
    ADDRESS="By an address to download it from for 10 minutes, without a token; at most 1000 dashboards.",
)
