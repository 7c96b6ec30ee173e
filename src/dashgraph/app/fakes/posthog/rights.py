"""Who may see and edit what on a PostHog instance, by its old restrictions and by its access controls."""

from dashgraph.app.fakes.posthog.answers import forbidden
from dashgraph.app.fakes.posthog.instance import ADMIN, COLLABORATORS, EVERYONE, LEVELS, Instance, Row

EDIT_REFUSED = "You don't have edit permissions for this dashboard."


def is_admin(instance: Instance, user: str) -> bool:
    member = instance.member_of(user)
    return member is not None and member["level"] >= ADMIN


def strongest(levels: list[str]) -> str:
    return max(levels, key=LEVELS.index)


def restriction(instance: Instance, dashboard: Row) -> int:
    """The restriction of old, which counts only where the plan has it."""
    return int(dashboard["restriction_level"]) if "access_control" in instance.features else EVERYONE


def sees_project(instance: Instance, user: str, project: int) -> bool:
    """Members do, unless the project is closed to everybody and they are not named."""
    if is_admin(instance, user):
        return True
    if "access_control" not in instance.features:
        return instance.member_of(user) is not None
    levels = instance.applying(user, instance.controls_on(project, "project", str(project)))
    return instance.member_of(user) is not None and set(levels) != {"none"}


def level(instance: Instance, user: str, dashboard: Row) -> str:
    """The access level that counts: rows on the dashboard come before rows on all dashboards."""
    if dashboard["created_by"] == user or is_admin(instance, user):
        return "manager"
    if "access_control" not in instance.features:
        return "editor"
    project = dashboard["project"]
    own = instance.applying(user, instance.controls_on(project, "dashboard", str(dashboard["id"])))
    found = own or instance.applying(user, instance.controls_on(project, "dashboard", None))
    return strongest(found) if found else "editor"


def sees(instance: Instance, user: str, dashboard: Row) -> bool:
    return level(instance, user, dashboard) != "none"


def may_restrict(instance: Instance, user: str, dashboard: Row) -> bool:
    return dashboard["created_by"] == user or is_admin(instance, user)


def may_edit(instance: Instance, user: str, dashboard: Row) -> bool:
    if restriction(instance, dashboard) > EVERYONE:
        named = (dashboard["id"], user) in instance.collaborators
        return named or may_restrict(instance, user, dashboard)
    return LEVELS.index(level(instance, user, dashboard)) >= LEVELS.index("editor")


def check_edit(instance: Instance, user: str, dashboard: Row) -> None:
    if not may_edit(instance, user, dashboard):
        raise forbidden(EDIT_REFUSED)


def privilege(instance: Instance, user: str, dashboard: Row) -> int:
    return COLLABORATORS if may_edit(instance, user, dashboard) else EVERYONE
