"""Who is what in a project, and in whose time it runs, as mutations."""

import strawberry

from dashgraph.domain import projects
from dashgraph.domain.ids import Kind
from dashgraph.graph.changes.declare import ChangeInput, Payload, mutation, thing
from dashgraph.graph.projects import Project

KINDS = {"project": (Kind.PROJECT,), "subject": (Kind.USER, Kind.GROUP)}
SUBJECT = "A user or a group of the same source."


@strawberry.input
class OfProjectInput(ChangeInput):
    KINDS = KINDS

    project: strawberry.ID = strawberry.field(name="projectId", description="The project.")


@strawberry.input(description="Give a user or a group a role in a project.")
class GrantProjectAccessInput(OfProjectInput):
    CHANGE = projects.GrantProjectAccess

    subject: strawberry.ID = strawberry.field(name="subjectId", description=SUBJECT)
    role: str = strawberry.field(description="The source's own word for the role, as `Role.nativeName` has it.")


@strawberry.input(description="Take the role away that a user or a group was given in a project.")
class RevokeProjectAccessInput(OfProjectInput):
    CHANGE = projects.RevokeProjectAccess

    subject: strawberry.ID = strawberry.field(name="subjectId", description=SUBJECT)


@strawberry.input(description="Say in whose time the schedules of a project run.")
class UpdateScheduleSettingsInput(OfProjectInput):
    CHANGE = projects.UpdateScheduleSettings

    zone: str = strawberry.field(name="timezone", description="The IANA name of a time zone: `Europe/Berlin`.")


@strawberry.type
class OfProjectPayload(Payload):
    project: Project | None = thing(description="The project as it is now.")


@strawberry.type(description="What came of `grantProjectAccess`.")
class GrantProjectAccessPayload(OfProjectPayload):
    pass


@strawberry.type(description="What came of `revokeProjectAccess`.")
class RevokeProjectAccessPayload(OfProjectPayload):
    pass


@strawberry.type(description="What came of `updateScheduleSettings`.")
class UpdateScheduleSettingsPayload(OfProjectPayload):
    pass


@strawberry.type
class ProjectMutations:
    grant_project_access: GrantProjectAccessPayload = mutation(
        GrantProjectAccessInput,
        GrantProjectAccessPayload,
        description="Give a user or a group a role in a project, in place of the one they were given there. "
        "Administrators with the scope users:admin.",
    )
    revoke_project_access: RevokeProjectAccessPayload = mutation(
        RevokeProjectAccessInput,
        RevokeProjectAccessPayload,
        description="Take the role away that a user or a group was given in a project; what they inherit stays. "
        "Administrators with the scope users:admin.",
    )
    update_schedule_settings: UpdateScheduleSettingsPayload = mutation(
        UpdateScheduleSettingsInput,
        UpdateScheduleSettingsPayload,
        description="Say in whose time the schedules of a project run that do not say it themselves. Administrators.",
    )
