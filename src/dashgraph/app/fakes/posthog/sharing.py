"""PostHog's routes of who may see a dashboard: collaborators of old, access controls, and the link for everybody."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from dashgraph.app.fakes.posthog import rights
from dashgraph.app.fakes.posthog.answers import Objected, answered, forbidden, invalid, missing, not_allowed, nothing
from dashgraph.app.fakes.posthog.asking import Ask
from dashgraph.app.fakes.posthog.instance import COLLABORATORS, EVERYONE, LEVELS, PROJECT_LEVELS, Instance, Row

SHORTEST_PASSWORD = 8


def _collaborator(ask: Ask, row: Row) -> Row:
    return {**row, "user": ask.instance.users[row["user"]]}


async def collaborators(ask: Ask) -> web.Response:
    """A bare list, without pages."""
    one = ask.dashboard()["id"]
    return answered([_collaborator(ask, row) for key, row in ask.instance.collaborators.items() if key[0] == one])


async def add_collaborator(ask: Ask) -> web.Response:
    dashboard, instance = ask.editable(), ask.instance
    user = ask.needed("user_uuid")
    if rights.restriction(instance, dashboard) <= EVERYONE:
        raise invalid("Cannot add collaborators to a dashboard that everybody may edit.")
    if ask.body.get("level") not in {None, COLLABORATORS}:
        raise invalid("Only the right to edit can be given.")
    if user not in instance.users:
        raise invalid("User does not exist.")
    if not rights.sees_project(instance, user, dashboard["project"]):
        raise invalid("Cannot add collaborators that have no access to the project.")
    if rights.may_restrict(instance, user, dashboard):
        raise invalid("Cannot add collaborators that have access already.")
    key = (dashboard["id"], user)
    if key in instance.collaborators:
        raise invalid("User already is a collaborator.")
    row: Row = {
        "id": instance.uuid(),
        "dashboard_id": dashboard["id"],
        "user": user,
        "level": COLLABORATORS,
        "added_at": instance.moment(),
        "updated_at": instance.moment(),
    }
    instance.collaborators[key] = row
    return answered(_collaborator(ask, row), 201)


async def remove_collaborator(ask: Ask) -> web.Response:
    dashboard, user = ask.editable(), ask.request.match_info["user"]
    if (dashboard["id"], user) not in ask.instance.collaborators:
        raise missing()
    if rights.restriction(ask.instance, dashboard) <= EVERYONE:
        raise invalid("Cannot remove collaborators from a dashboard that everybody may edit.")
    del ask.instance.collaborators[dashboard["id"], user]
    return nothing()


async def change_collaborator(ask: Ask) -> web.Response:
    raise not_allowed(ask.request.method)


def _controls(ask: Ask, resource: str, thing: str | None, *, otherwise: str) -> web.Response:
    rows = ask.instance.controls_on(ask.project, resource, thing)
    return answered(
        {
            "access_controls": [{key: value for key, value in row.items() if key != "project"} for row in rows],
            "available_access_levels": list(PROJECT_LEVELS if resource == "project" else LEVELS),
            "default_access_level": otherwise,
            "user_can_edit_access_levels": rights.is_admin(ask.instance, ask.user),
        }
    )


async def controls(ask: Ask) -> web.Response:
    return _controls(ask, "dashboard", str(ask.dashboard()["id"]), otherwise="editor")


async def project_controls(ask: Ask) -> web.Response:
    return _controls(ask, "project", str(ask.project), otherwise="member")


async def resource_controls(ask: Ask) -> web.Response:
    """The rows on all dashboards at once; those of other kinds of things would stand here too."""
    return _controls(ask, "dashboard", None, otherwise="editor")


async def set_control(ask: Ask) -> web.Response:
    dashboard = ask.dashboard()
    if not rights.may_restrict(ask.instance, ask.user, dashboard):
        raise forbidden("Must be manager to modify dashboard permissions.")
    return _set(ask, "dashboard", dashboard["id"], LEVELS)


async def set_project_control(ask: Ask) -> web.Response:
    if not rights.is_admin(ask.instance, ask.user):
        raise forbidden("Must be admin to modify project permissions.")
    return _set(ask, "project", ask.project, PROJECT_LEVELS)


def _set(ask: Ask, resource: str, thing: int, levels: Sequence[str]) -> web.Response:
    """Make, change or (with no level) remove one row."""
    instance, body = ask.instance, ask.body
    member, role, level = body.get("organization_member"), body.get("role"), body.get("access_level")
    if level is not None and level not in levels:
        raise invalid(f"Invalid access level. Must be one of: {', '.join(levels)}", "access_level")
    if member and role:
        raise invalid("You can not scope an access control to both a member and a role.")
    for name, known in (("organization_member", instance.members), ("role", instance.roles)):
        if body.get(name) is not None and body[name] not in known:
            raise invalid(f'Invalid pk "{body[name]}" - object does not exist.', name, "does_not_exist")
    rows = instance.controls[ask.project, resource, str(thing)]
    old = next((row for row in rows if (row["organization_member"], row["role"]) == (member, role)), None)
    if level is None:
        if old is not None:
            rows.remove(old)
        return nothing()
    if old is None:
        old = new_control(instance, ask.project, resource, str(thing), by=ask.user)
    old.update(access_level=level, organization_member=member, role=role, updated_at=instance.moment())
    return answered({key: value for key, value in old.items() if key != "project"})


def new_control(instance: Instance, project: int, resource: str, thing: str | None, by: str, **said: Any) -> Row:
    row: Row = {
        "project": project,
        "access_level": "none",
        "resource": resource,
        "resource_id": thing,
        "organization_member": None,
        "role": None,
        "created_by": by,
        "created_at": instance.moment(),
        "updated_at": instance.moment(),
        **said,
    }
    instance.controls[project, resource, thing].append(row)
    return row


def _link(ask: Ask, dashboard: Row) -> Row:
    """The row of the public link; one that nobody saved yet has another token each time it is looked at."""
    return ask.instance.sharing.get(dashboard["id"]) or new_link(ask.instance)


def new_link(instance: Instance, **said: Any) -> Row:
    return {
        "created_at": instance.moment(),
        "enabled": False,
        "access_token": instance.secret(),
        "settings": None,
        "password_required": False,
        "share_passwords": [],
        **said,
    }


def _shown(ask: Ask, dashboard: Row, link: Row) -> web.Response:
    level = rights.level(ask.instance, ask.user, dashboard)
    return answered({**link, "user_access_level": level})


async def link(ask: Ask) -> web.Response:
    dashboard = ask.dashboard()
    return _shown(ask, dashboard, _link(ask, dashboard))


async def set_link(ask: Ask) -> web.Response:
    """Turn the link on or off. Turned on again it is another one."""
    dashboard = ask.editable()
    held = _link(ask, dashboard)
    if ask.body.get("enabled") and not held["enabled"] and dashboard["id"] in ask.instance.sharing:
        held = new_link(ask.instance, **{key: held[key] for key in ("settings", "password_required")})
    held.update({key: ask.body[key] for key in ("enabled", "settings", "password_required") if key in ask.body})
    ask.instance.sharing[dashboard["id"]] = held
    return _shown(ask, dashboard, held)


async def rotate_link(ask: Ask) -> web.Response:
    """A new token; the old one leads nowhere from now on."""
    dashboard = ask.editable()
    held = _link(ask, dashboard)
    kept = {key: held[key] for key in ("enabled", "settings", "password_required", "share_passwords")}
    fresh = ask.instance.sharing[dashboard["id"]] = new_link(ask.instance, **kept)
    return _shown(ask, dashboard, fresh)


async def add_password(ask: Ask) -> web.Response:
    """A password of the link, told once and never again."""
    dashboard = ask.editable()
    held = _link(ask, dashboard)
    if not held["password_required"]:
        raise Objected(400, "Passwords must be asked for before there can be one")
    if "advanced_permissions" not in ask.instance.features:
        raise Objected(403, "Passwords need a plan with advanced permissions")
    password, note = ask.text("raw_password", 10_000), ask.text("note", 100)
    if password and len(password) < SHORTEST_PASSWORD:
        raise invalid(f"Password must be at least {SHORTEST_PASSWORD} characters long.", "raw_password")
    row: Row = {
        "id": ask.instance.uuid(),
        "created_at": ask.instance.moment(),
        "note": note or "",
        "created_by_email": ask.instance.users[ask.user]["email"],
        "is_active": True,
    }
    held["share_passwords"].append(row)
    shown = {key: value for key, value in row.items() if key != "is_active"}
    return answered({**shown, "password": password or ask.instance.secret(16)}, 201)


async def remove_password(ask: Ask) -> web.Response:
    held = _link(ask, ask.editable())["share_passwords"]
    found = next((row for row in held if row["id"] == ask.request.match_info["password"]), None)
    if found is None:
        raise missing()
    held.remove(found)
    return nothing()
