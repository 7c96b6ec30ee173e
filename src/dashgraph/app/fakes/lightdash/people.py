"""The routes of users, groups and projects, and of who has a role in them."""

from typing import Any

from dashgraph.app.fakes.lightdash import access, shapes
from dashgraph.app.fakes.lightdash.state import Json
from dashgraph.app.fakes.lightdash.wire import (
    DONE,
    EMPTY,
    Ask,
    Reply,
    Route,
    forbidden,
    invalid,
    not_found,
    taken,
    without,
    wrong,
)


def me(ask: Ask) -> Json:
    user = ask.held.users[ask.caller]
    return {
        **without(user, "isInviteExpired", "userCreatedAt", "userUpdatedAt"),
        "userId": list(ask.held.users).index(ask.caller) + 1,
        "id": ask.caller,
        "type": "registered",
        "organizationName": ask.held.name,
        "organizationCreatedAt": ask.held.created_at,
        "isTrackingAnonymized": False,
        "isMarketingOptedIn": False,
        "isSetupComplete": True,
        "createdAt": user["userCreatedAt"],
        "updatedAt": user["userUpdatedAt"],
        "abilityRules": [],
        "requestContext": {"ip": "127.0.0.1"},
        "impersonation": None,
    }


def organization(ask: Ask) -> Json:
    held = ask.held
    return {
        "organizationUuid": held.uuid,
        "name": held.name,
        "createdAt": held.created_at,
        "needsProject": not held.projects,
    }


def users(ask: Ask) -> Json:
    held, most = ask.held, ask.number("includeGroups")
    wanted, project = (ask.word("searchQuery") or "").casefold(), ask.word("projectUuid")
    if project is not None and project not in held.projects:
        raise not_found("project")

    def shape(one: Json) -> Json:
        if most is None:
            return one
        of = (each for each in held.groups.values() if one["userUuid"] in each["members"])
        return {**one, "groups": [{"uuid": each["uuid"], "name": each["name"]} for each in of][:most]}

    found = [
        one
        for one in held.users.values()
        if wanted in f"{one['firstName']} {one['lastName']} {one['email']}".casefold()
        and (project is None or access.project_role(held, project, one["userUuid"]) is not None)
    ]
    return ask.page(found, shape)


def user(ask: Ask) -> Json:
    return _user(ask)


def user_by_email(ask: Ask) -> Json:
    wanted = ask.part("email")
    found = [one for one in ask.held.users.values() if one["email"] == wanted]
    if not found:
        raise not_found("user")
    return found[0]


def change_user(ask: Ask) -> Json:
    ask.check_admin()
    role = ask.one_of("role", access.ORGANIZATION_ROLES)
    found = _user(ask)
    if role != "admin":
        _check_other_admins(ask, found)
    found["role"] = role
    return found


def delete_user(ask: Ask) -> Reply:
    ask.check_admin()
    found = _user(ask)
    _check_other_admins(ask, found)
    ask.held.remove_user(found["userUuid"])
    return DONE


def _user(ask: Ask) -> Json:
    found = ask.held.users.get(ask.uuid("user"))
    if found is None:
        raise not_found("user")
    return found


def _check_other_admins(ask: Ask, leaving: Json) -> None:
    if not any(one["role"] == "admin" for one in ask.held.users.values() if one is not leaving):
        raise forbidden("An organisation keeps one administrator at the least")


def invite(ask: Ask) -> Reply:
    ask.check_admin()
    email = ask.fields.get("email", "")
    if any(one["email"] == email for one in ask.held.users.values()):
        raise wrong("This address is in use")
    uuid = ask.held.add_user(email, "", "", ask.fields.get("role", "member"), pending=True)
    code = ask.held.code()
    results = {
        "inviteCode": code,
        "expiresAt": ask.fields.get("expiresAt"),
        "inviteUrl": f"{ask.request.url.origin()}/invite/{code}",
        "organizationUuid": ask.held.uuid,
        "userUuid": uuid,
        "email": email,
    }
    return Reply(results, status=201)


def groups(ask: Ask) -> Json:
    wanted, most = (ask.word("searchQuery") or "").casefold(), ask.number("includeMembers")
    found = [one for one in ask.held.groups.values() if wanted in one["name"].casefold()]
    return ask.page(found, lambda one: shapes.group(ask.held, one, most=most, within=True))


def create_group(ask: Ask) -> Reply:
    ask.check_admin()
    name = ask.said("name")
    _check_free(ask, name)
    uuid = ask.held.add_group(name, ask.caller, _members(ask))
    return Reply(_whole(ask, ask.held.groups[uuid]), status=201)


def group(ask: Ask) -> Json:
    return shapes.group(ask.held, _group(ask), most=ask.number("includeMembers"))


def change_group(ask: Ask) -> Json:
    ask.check_admin()
    found = _group(ask)
    name = ask.fields.get("name")
    if name is not None and name != found["name"]:
        _check_free(ask, name)
        found["name"] = name
    if "members" in ask.fields:
        found["members"] = _members(ask)
    found.update(updatedAt=ask.held.now(), updatedByUserUuid=ask.caller)
    return _whole(ask, found)


def delete_group(ask: Ask) -> Reply:
    ask.check_admin()
    ask.held.remove_group(_group(ask)["uuid"])
    return DONE


def group_members(ask: Ask) -> list[Json]:
    return [shapes.member(ask.held, one) for one in _group(ask)["members"]]


def add_member(ask: Ask) -> Reply:
    ask.check_admin()
    found, uuid = _group(ask), _user(ask)["userUuid"]
    if uuid in found["members"]:
        return EMPTY
    found["members"].append(uuid)
    return Reply(status=201, bare=True)


def remove_member(ask: Ask) -> Reply:
    ask.check_admin()
    found, uuid = _group(ask), ask.uuid("user")
    found["members"] = [one for one in found["members"] if one != uuid]
    return EMPTY


def _group(ask: Ask) -> Json:
    found = ask.held.groups.get(ask.uuid("group"))
    if found is None:
        raise not_found("group")
    return found


def _whole(ask: Ask, one: Json) -> Json:
    return shapes.group(ask.held, one, most=len(one["members"]))


def _check_free(ask: Ask, name: str) -> None:
    if any(one["name"] == name for one in ask.held.groups.values()):
        raise taken("Another group has this name")


def _members(ask: Ask) -> list[str]:
    """Who a group is said to consist of, each once."""
    found = [one["userUuid"] for one in ask.fields.get("members", ())]
    for uuid in found:
        if uuid not in ask.held.users:
            raise not_found("user")
    return list(dict.fromkeys(found))


def projects(ask: Ask) -> list[Json]:
    keys = ("name", "projectUuid", "type", "createdByUserUuid", "createdAt", "upstreamProjectUuid")
    return [
        {
            **{key: one[key] for key in keys},
            "createdByUserName": shapes.full_name(ask.held, one["createdByUserUuid"]),
            "warehouseType": "postgres",
        }
        for one in ask.held.projects.values()
        if access.project_role(ask.held, one["projectUuid"], ask.caller) is not None
    ]


def project(ask: Ask) -> Json:
    """One project. What is upstream of it is told only where there is something."""
    found = ask.project()
    upstream = () if found["upstreamProjectUuid"] else ("upstreamProjectUuid",)
    return {
        **without(found, "access", "groupAccess", "createdAt", *upstream),
        "dbtConnection": {"type": "none", "target": "prod"},
        "warehouseConnection": {"type": "postgres", "host": "warehouse.invalid", "port": 5432, "schema": "shop"},
        "dbtVersion": "v1.10",
        "queryTimezone": None,
        "hasDefaultUserSpaces": False,
        "colorPaletteUuid": None,
    }


def change_scheduler_settings(ask: Ask) -> Reply:
    found = _project_of_admin(ask)
    found["schedulerTimezone"] = ask.said("schedulerTimezone")
    return DONE


def change_metadata(ask: Ask) -> Reply:
    found = _project_of_admin(ask)
    upstream = ask.fields.get("upstreamProjectUuid")
    if upstream is not None and upstream not in ask.held.projects:
        raise not_found("project")
    found["upstreamProjectUuid"] = upstream
    return DONE


def project_access(ask: Ask) -> list[Json]:
    found = ask.project()
    return [
        {**shapes.member(ask.held, user), "role": role, "projectUuid": found["projectUuid"]}
        for user, role in found["access"].items()
    ]


def grant(ask: Ask) -> Reply:
    found = _project_of_admin(ask)
    email, role = ask.said("email"), ask.one_of("role", access.PROJECT_ROLES)
    if not isinstance(ask.fields.get("sendEmail"), bool):
        raise invalid("body.sendEmail", "is required", ask.fields.get("sendEmail"))
    users = [uuid for uuid, one in ask.held.users.items() if one["email"] == email]
    if not users:
        raise not_found("user")
    found["access"][users[0]] = role
    return DONE


def project_member(ask: Ask) -> Json:
    found, uuid = ask.project(), _user(ask)["userUuid"]
    if uuid not in found["access"]:
        raise not_found("member of the project")
    return {**shapes.member(ask.held, uuid), "role": found["access"][uuid], "projectUuid": found["projectUuid"]}


def change_grant(ask: Ask) -> Reply:
    found = _project_of_admin(ask)
    role, uuid = ask.one_of("role", access.PROJECT_ROLES), ask.uuid("user")
    if uuid not in found["access"]:
        raise not_found("member of the project")
    found["access"][uuid] = role
    return DONE


def revoke(ask: Ask) -> Reply:
    found, uuid = _project_of_admin(ask), ask.uuid("user")
    if found["access"].pop(uuid, None) is None:
        raise not_found("member of the project")
    return DONE


def group_accesses(ask: Ask) -> list[Json]:
    found = ask.project()
    return [_group_access(found, group, role) for group, role in found["groupAccess"].items()]


def grant_group(ask: Ask) -> Json:
    found, uuid = _project_of_admin(ask), _group(ask)["uuid"]
    found["groupAccess"][uuid] = ask.one_of("role", access.PROJECT_ROLES)
    return _group_access(found, uuid, found["groupAccess"][uuid])


def change_group_grant(ask: Ask) -> Json:
    found, uuid = _project_of_admin(ask), _group(ask)["uuid"]
    if uuid not in found["groupAccess"]:
        raise not_found("group in the project")
    return grant_group(ask)


def revoke_group(ask: Ask) -> Reply:
    found, uuid = _project_of_admin(ask), _group(ask)["uuid"]
    if found["groupAccess"].pop(uuid, None) is None:
        raise not_found("group in the project")
    return DONE


def _project_of_admin(ask: Ask) -> Json:
    found = ask.project()
    ask.check_in_project(found["projectUuid"], "admin")
    return found


def _group_access(project: Json, group: str, role: Any) -> Json:
    return {"projectUuid": project["projectUuid"], "groupUuid": group, "role": role}


_USER, _GROUP, _PROJECT = "/api/v1/org/users/{user}", "/api/v1/groups/{group}", "/api/v1/projects/{project}"

ROUTES: tuple[Route, ...] = (
    ("GET", "/api/v1/user", me),
    ("GET", "/api/v1/org", organization),
    ("GET", "/api/v1/org/users", users),
    ("GET", "/api/v1/org/users/email/{email}", user_by_email),
    ("GET", _USER, user),
    ("PATCH", _USER, change_user),
    ("DELETE", "/api/v1/org/user/{user}", delete_user),
    ("POST", "/api/v1/invite-links", invite),
    ("GET", "/api/v1/org/groups", groups),
    ("POST", "/api/v1/org/groups", create_group),
    ("GET", _GROUP, group),
    ("PATCH", _GROUP, change_group),
    ("DELETE", _GROUP, delete_group),
    ("GET", f"{_GROUP}/members", group_members),
    ("PUT", f"{_GROUP}/members/{{user}}", add_member),
    ("DELETE", f"{_GROUP}/members/{{user}}", remove_member),
    ("POST", f"{_GROUP}/projects/{{project}}", grant_group),
    ("PATCH", f"{_GROUP}/projects/{{project}}", change_group_grant),
    ("DELETE", f"{_GROUP}/projects/{{project}}", revoke_group),
    ("GET", "/api/v1/org/projects", projects),
    ("GET", _PROJECT, project),
    ("PATCH", f"{_PROJECT}/schedulerSettings", change_scheduler_settings),
    ("PATCH", f"{_PROJECT}/metadata", change_metadata),
    ("GET", f"{_PROJECT}/access", project_access),
    ("POST", f"{_PROJECT}/access", grant),
    ("PATCH", f"{_PROJECT}/access/{{user}}", change_grant),
    ("DELETE", f"{_PROJECT}/access/{{user}}", revoke),
    ("GET", f"{_PROJECT}/user/{{user}}", project_member),
    ("GET", f"{_PROJECT}/groupAccesses", group_accesses),
)
