"""PostHog's routes of the organisation: its projects, members and roles."""

from aiohttp import web

from dashgraph.app.fakes.posthog import rights, shapes
from dashgraph.app.fakes.posthog.answers import answered, forbidden, invalid, missing, nothing
from dashgraph.app.fakes.posthog.asking import Ask
from dashgraph.app.fakes.posthog.instance import ADMIN, MEMBER, OWNER, Row


async def projects(ask: Ask) -> web.Response:
    """The projects that the owner of the key sees."""
    seen = [row for one, row in ask.instance.projects.items() if rights.sees_project(ask.instance, ask.user, one)]
    return ask.page(seen, lambda row: row)


async def project(ask: Ask) -> web.Response:
    return answered(ask.instance.projects[ask.project])


async def me(ask: Ask) -> web.Response:
    shown = {key: ask.instance.organization[key] for key in ("id", "name", "slug")}
    return answered({**ask.instance.users[ask.user], "organization": shown})


def _check_organization(ask: Ask) -> None:
    known = {"@current", ask.instance.organization["id"]}
    if ask.request.match_info["organization"] not in known:
        raise missing()


async def organization(ask: Ask) -> web.Response:
    _check_organization(ask)
    mine = ask.instance.member_of(ask.user)
    features = [{"key": key, "name": key.replace("_", " ")} for key in sorted(ask.instance.features)]
    return answered(
        {
            **ask.instance.organization,
            "membership_level": mine and mine["level"],
            "available_product_features": features,
        }
    )


async def members(ask: Ask) -> web.Response:
    _check_organization(ask)
    found = sorted(ask.instance.members.values(), key=lambda one: (one["joined_at"], one["id"]), reverse=True)
    return ask.page(found, lambda row: shapes.member(ask.instance, row))


def _member(ask: Ask) -> Row:
    _check_organization(ask)
    found = ask.instance.member_of(ask.request.match_info["user"])
    if found is None:
        raise missing()
    return found


async def update_member(ask: Ask) -> web.Response:
    found, level = _member(ask), ask.needed("level")
    mine = ask.instance.member_of(ask.user)
    ask.check_admin()
    if level not in {MEMBER, ADMIN, OWNER}:
        raise invalid(f'"{level}" is not a valid choice.', "level", "invalid_choice")
    if found["user"] == ask.user:
        raise forbidden("You can't change your own access level.")
    if mine is not None and max(level, found["level"]) > mine["level"]:
        raise forbidden("You can only manage those whose level is at most your own.")
    found.update(level=level, updated_at=ask.instance.moment())
    return answered(shapes.member(ask.instance, found))


async def remove_member(ask: Ask) -> web.Response:
    """Take somebody out of the organisation. What they made stays, and still names them."""
    found = _member(ask)
    if found["user"] != ask.user:
        ask.check_admin()
    if found["level"] == OWNER:
        raise forbidden("Cannot remove the organization owner.")
    instance = ask.instance
    del instance.members[found["id"]]
    for one in [key for key, row in instance.role_members.items() if row["user"] == found["user"]]:
        del instance.role_members[one]
    for rows in instance.controls.values():
        rows[:] = [row for row in rows if row["organization_member"] != found["id"]]
    return nothing()


async def roles(ask: Ask) -> web.Response:
    _check_organization(ask)
    found = sorted(ask.instance.roles.values(), key=lambda one: str(one["name"]))
    return ask.page(found, lambda row: shapes.role(ask.instance, row))


def _role(ask: Ask) -> Row:
    _check_organization(ask)
    found = ask.instance.roles.get(ask.request.match_info["role"])
    if found is None:
        raise missing()
    return found


def _role_name(ask: Ask, but: str | None = None) -> str:
    name = str(ask.needed("name"))
    others = {str(row["name"]).lower() for one, row in ask.instance.roles.items() if one != but}
    if name.lower() in others:
        raise invalid("There is already a role with this name.", "name", "unique")
    return name


async def role(ask: Ask) -> web.Response:
    return answered(shapes.role(ask.instance, _role(ask)))


async def create_role(ask: Ask) -> web.Response:
    _check_organization(ask)
    ask.check_admin()
    row: Row = {
        "id": ask.instance.uuid(),
        "name": _role_name(ask),
        "created_at": ask.instance.moment(),
        "created_by": ask.user,
    }
    ask.instance.roles[row["id"]] = row
    return answered(shapes.role(ask.instance, row), 201)


async def update_role(ask: Ask) -> web.Response:
    found = _role(ask)
    ask.check_admin()
    if "name" in ask.body:
        found["name"] = _role_name(ask, found["id"])
    return answered(shapes.role(ask.instance, found))


async def remove_role(ask: Ask) -> web.Response:
    found, instance = _role(ask), ask.instance
    ask.check_admin()
    del instance.roles[found["id"]]
    for one in [key for key, row in instance.role_members.items() if row["role_id"] == found["id"]]:
        del instance.role_members[one]
    for rows in instance.controls.values():
        rows[:] = [row for row in rows if row["role"] != found["id"]]
    return nothing()


async def role_members(ask: Ask) -> web.Response:
    found = _role(ask)
    held = [row for row in ask.instance.role_members.values() if row["role_id"] == found["id"]]
    return ask.page(held, lambda row: shapes.role_member(ask.instance, row))


async def add_role_member(ask: Ask) -> web.Response:
    found, user = _role(ask), ask.needed("user_uuid")
    ask.check_admin()
    if ask.instance.member_of(user) is None:
        raise invalid("User does not exist.")
    if found["id"] in ask.instance.roles_of(user):
        raise invalid("User is already part of the role.")
    row: Row = {
        "id": ask.instance.uuid(),
        "role_id": found["id"],
        "user": user,
        "joined_at": ask.instance.moment(),
        "updated_at": ask.instance.moment(),
    }
    ask.instance.role_members[row["id"]] = row
    return answered(shapes.role_member(ask.instance, row), 201)


async def remove_role_member(ask: Ask) -> web.Response:
    found = _role(ask)
    ask.check_admin()
    one = ask.request.match_info["membership"]
    if ask.instance.role_members.get(one, {}).get("role_id") != found["id"]:
        raise missing()
    del ask.instance.role_members[one]
    return nothing()
