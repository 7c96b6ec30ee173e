"""Projects: what holds folders and dashboards in systems that have several tenants or workspaces."""

from dataclasses import dataclass

from dashgraph.domain.changes import Change
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import IdFilter, Listing, Lookup, Sort, TextFilter
from dashgraph.domain.roles import Role
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import TokenScope


@dataclass(frozen=True, slots=True)
class Project:
    """`upstream` is the project that content is promoted to. `zone` is in whose time its schedules run."""

    id: ResourceId
    name: str
    type: str | None = None
    zone: str | None = None
    upstream: ResourceId | None = None


class ProjectSort(Sort):
    NAME_ASC = "name"
    NAME_DESC = "-name"


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    ids: IdFilter | None = None
    name: TextFilter | None = None


@dataclass(frozen=True, slots=True)
class ProjectMember:
    """Somebody's role in a project. `subject` is the id of a user or a group.

    `inherited_from` says in a word where the role comes from when it is not given in the project itself.
    """

    project: ResourceId
    subject: ResourceId
    role: Role
    inherited_from: str | None = None

    @property
    def id(self) -> ResourceId:
        """What makes the order of members total."""
        return self.subject


class ProjectMemberSort(Sort):
    SUBJECT_ASC = "subject"
    SUBJECT_DESC = "-subject"
    ROLE_ASC = "role"
    ROLE_DESC = "-role"


@dataclass(frozen=True, slots=True)
class ProjectMemberFilter:
    subject: Kind | None = None


PROJECT = Lookup[Project]("project", Kind.PROJECT, TokenScope.DASHBOARDS_READ)
PROJECTS = Listing[Project]("projects", Kind.PROJECT, TokenScope.DASHBOARDS_READ, ProjectSort, ProjectSort.NAME_ASC)
MEMBERS_OF_PROJECT = Listing[ProjectMember](
    "project.members",
    Kind.USER,
    TokenScope.USERS_READ,
    ProjectMemberSort,
    ProjectMemberSort.SUBJECT_ASC,
    under=Kind.PROJECT,
)


class _ProjectChange(Change):
    NEEDS = Capability.PROJECT_ACCESS
    SCOPE = TokenScope.USERS_ADMIN
    ABOUT = "project"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantProjectAccess(_ProjectChange):
    """Give a user or a group a role in a project, in place of the one they have there. `role` is the source's word."""

    project: ResourceId
    subject: ResourceId
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeProjectAccess(_ProjectChange):
    """Take the role away that a user or a group was given in a project. Inherited roles stay."""

    project: ResourceId
    subject: ResourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateScheduleSettings(_ProjectChange):
    """In whose time the schedules of a project run that do not say it themselves. `zone` is an IANA name."""

    NEEDS = Capability.SCHEDULE_WRITE
    SCOPE = TokenScope.SCHEDULES_WRITE

    project: ResourceId
    zone: str
