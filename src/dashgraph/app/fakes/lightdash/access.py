"""Who may do what in a made-up Lightdash: roles of the organisation, of projects, of spaces and of those above."""

from collections.abc import Iterable, Sequence

from dashgraph.app.fakes.lightdash.state import Json, Organization

PROJECT_ROLES = ("viewer", "interactive_viewer", "editor", "developer", "admin")
ORGANIZATION_ROLES = ("member", *PROJECT_ROLES)
SPACE_ROLES = ("viewer", "editor", "admin")
_SPACE_ROLE = {
    "viewer": "viewer", "interactive_viewer": "viewer", "editor": "editor", "developer": "editor", "admin": "admin",
}  # fmt: skip


def project_role(held: Organization, project: str, user: str) -> tuple[str, str] | None:
    """The strongest role that a user has in a project, and where it comes from."""
    one = held.projects[project]
    found = [(held.users[user]["role"], "organization")]
    found += [(role, "group") for group, role in one["groupAccess"].items() if user in held.groups[group]["members"]]
    if user in one["access"]:
        found.append((one["access"][user], "project"))
    role, origin = max(found, key=lambda each: ORGANIZATION_ROLES.index(each[0]))
    return None if role == "member" else (role, origin)


def inherits(held: Organization, space: Json) -> bool:
    """Whether a space is open to everybody who is in the project."""
    while space["inheritParentPermissions"]:
        if space["parentSpaceUuid"] is None:
            return True
        space = held.spaces[space["parentSpaceUuid"]]
    return False


def of_space(held: Organization, space: Json, user: str) -> Json | None:
    """What a user may do in a space and why, as the server writes it; None for nothing."""
    found = project_role(held, space["projectUuid"], user)
    if found is None:
        return None
    role, origin = found
    own = _SPACE_ROLE[role]
    granted = _granted(held, space, user)
    direct = bool(granted)
    above = space
    while not granted and above["inheritParentPermissions"] and above["parentSpaceUuid"] is not None:
        above = held.spaces[above["parentSpaceUuid"]]
        granted = _granted(held, above, user)
    if own == "admin":
        effective = "admin"
    elif inherits(held, space):
        effective = _strongest([own, *granted])
    elif granted:
        effective, origin = _strongest(granted), origin if direct else "parent_space"
    else:
        return None
    return {
        "userUuid": user,
        "role": effective,
        "hasDirectAccess": direct,
        "inheritedRole": role,
        "inheritedFrom": origin,
        "projectRole": role,
    }


def _granted(held: Organization, space: Json, user: str) -> list[str]:
    roles = [role for group, role in space["groups"].items() if user in held.groups[group]["members"]]
    return [*roles, space["users"][user]] if user in space["users"] else roles


def _strongest(roles: Sequence[str]) -> str:
    return max(roles, key=SPACE_ROLES.index)


def people(held: Organization, space: Json) -> list[Json]:
    """Everybody who may see a space, by name too."""
    found = []
    for user, person in held.users.items():
        one = of_space(held, space, user)
        if one is not None:
            found.append({**one, **{key: person[key] for key in ("firstName", "lastName", "email")}})
    return found


def visible_spaces(held: Organization, user: str, projects: Iterable[str] | None = None) -> dict[str, Json]:
    """The spaces that a user may see, by uuid, and what the user may do in each."""
    wanted = None if projects is None else set(projects)
    found = {}
    for uuid, space in held.spaces.items():
        if wanted is None or space["projectUuid"] in wanted:
            one = of_space(held, space, user)
            if one is not None:
                found[uuid] = one
    return found
