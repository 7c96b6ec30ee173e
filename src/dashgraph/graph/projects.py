"""Projects and who is what in them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

import strawberry

from dashgraph.domain import projects
from dashgraph.domain.dashboards import DASHBOARDS_OF_PROJECT
from dashgraph.domain.folders import FOLDERS_OF_PROJECT
from dashgraph.domain.groups import GROUP
from dashgraph.domain.ids import Kind
from dashgraph.domain.projects import MEMBERS_OF_PROJECT, PROJECT
from dashgraph.domain.users import USER
from dashgraph.graph.edges import fact, to_many, to_one
from dashgraph.graph.filters import DashboardFilter, FolderFilter, IDFilter, StringFilter
from dashgraph.graph.groups import Group
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.nodes import Resource, shows
from dashgraph.graph.paging import Connection
from dashgraph.graph.users import Role, User, role

if TYPE_CHECKING:
    from dashgraph.graph.dashboards import Dashboard
    from dashgraph.graph.folders import Folder

LazyDashboard = Annotated["Dashboard", strawberry.lazy("dashgraph.graph.dashboards")]
LazyFolder = Annotated["Folder", strawberry.lazy("dashgraph.graph.folders")]
LazyProject = Annotated["Project", strawberry.lazy("dashgraph.graph.projects")]


@strawberry.input(description="Which projects.")
class ProjectFilter:
    INTO: ClassVar[type] = projects.ProjectFilter
    KINDS: ClassVar[Mapping[str, Kind]] = {"ids": Kind.PROJECT}

    ids: IDFilter | None = strawberry.field(default=strawberry.UNSET, description="By id.")
    name: StringFilter | None = strawberry.field(default=strawberry.UNSET, description="By name.")


@strawberry.input(description="Which members of a project.")
class ProjectMemberFilter:
    INTO: ClassVar[type] = projects.ProjectMemberFilter

    subject: Kind | None = strawberry.field(
        default=strawberry.UNSET, description="`USER` for the roles of users, `GROUP` for the roles of groups."
    )


@shows(projects.ProjectMember)
@strawberry.type(description="What a user or a group is in a project.")
class ProjectMember:
    thing: strawberry.Private[projects.ProjectMember]
    loaders: strawberry.Private[Loaders]

    user: User | None = to_one(USER, "subject", description="The user whose role it is; null when it is a group's.")

    group: Group | None = to_one(GROUP, "subject", description="The group whose role it is; null when it is a user's.")

    @strawberry.field(description="What they are in the project.")
    def role(self) -> Role:
        return role(self.thing.role)

    inherited_from: str | None = fact(
        "inherited_from",
        description="Where the role comes from, such as `organization` or `group`; null when it was given in the "
        "project itself.",
    )


@shows(projects.Project)
@strawberry.federation.type(
    keys=["id"],
    description="What holds folders and dashboards in a system that has several workspaces. Seen by everybody with an "
    "account there; what is in it by who may see that.",
)
class Project(Resource):
    LOOKUP = PROJECT

    thing: strawberry.Private[projects.Project]

    name: str = fact("name", description="Its name.")
    type: str | None = fact("type", description="The source's own word for what kind of project it is.")
    timezone: str | None = fact(
        "zone",
        description="In whose time its schedules run that do not say it themselves: the IANA name of a time zone.",
    )
    upstream: LazyProject | None = to_one(
        PROJECT, "upstream", description="The project above, to which its content is promoted; null when there is none."
    )

    folders: Connection[LazyFolder] | None = to_many(
        FOLDERS_OF_PROJECT, filter=FolderFilter, description="The folders in it that you may see, at every depth."
    )

    dashboards: Connection[LazyDashboard] | None = to_many(
        DASHBOARDS_OF_PROJECT, filter=DashboardFilter, description="The dashboards in it that you may see."
    )

    members: Connection[ProjectMember] | None = to_many(
        MEMBERS_OF_PROJECT,
        filter=ProjectMemberFilter,
        description="Who is what in it, users and groups. Administrators; empty for others.",
    )
