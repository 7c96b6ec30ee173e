"""What the fake answers about users and groups."""

import re
from typing import Any

from dashgraph.app.fakes.holistics.asking import Asking, Key
from dashgraph.app.fakes.holistics.refusals import impossible, invalid, misspelt, not_allowed, uninvitable
from dashgraph.app.fakes.holistics.tenant import ROLES, Row, is_admin, now

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
UNLISTED = frozenset({"title", "job_title"})  # what only an update answers
WRITABLE = frozenset(
    {"name", "title", "job_title", "role", "allow_authentication_token", "enable_export_data", "group_ids"}
)


def by_name(row: Row) -> Key:
    return [(row["name"] or "").casefold(), row["id"]]


def by_initials(row: Row) -> Key:
    return [row["initials"], row["id"]]


def users(asking: Asking) -> Row:
    """The groups of those on the page stand beside them. Whoever is pending comes without group_ids."""
    tenant = asking.tenant
    found = [user for user in tenant.users.values() if _fits(asking, user)]
    page = asking.page("users", found, {"natural": by_name, "name": by_name, "initials": by_initials})
    shown = {one for user in page["users"] for one in user["group_ids"]}
    roles = [user["role"] for user in found]
    return {
        "counters": {"total": len(found), "by_role": {role: roles.count(role) for role in sorted(ROLES)}},
        **page,
        "users": [_listed(user) for user in page["users"]],
        "groups": {str(one): tenant.groups[one] for one in sorted(shown)},
    }


def _listed(user: Row) -> Row:
    absent = UNLISTED if user["is_activated"] else UNLISTED | {"group_ids"}
    return {name: value for name, value in user.items() if name not in absent}


def status_of(user: Row) -> str:
    if user["is_deleted"]:
        return "deleted"
    return "active" if user["is_activated"] else "pending"


def _fits(asking: Asking, user: Row) -> bool:
    statuses = asking.many("statuses") + ([status] if (status := asking.text("status")) else [])
    ids = asking.many("ids")
    wanted = (asking.text("search_term") or "").casefold()
    role, has_key = asking.text("role"), asking.text("has_authentication_token")
    groups = [asking.tenant.groups[one]["name"] for one in user["group_ids"]]
    words = (user["email"], user["name"] or "", user["initials"], *groups)
    return (
        (not statuses or status_of(user) in statuses)
        and (not ids or str(user["id"]) in ids)
        and any(wanted in word.casefold() for word in words)
        and (role is None or user["role"] == role)
        and (has_key is None or user["has_authentication_token"] == (has_key == "true"))
        and not (asking.flag("exclude_deleted") and user["is_deleted"])
    )


def me(asking: Asking) -> Row:
    return {"user": _listed(asking.me)}


def update_user(asking: Asking) -> Row:
    """The bare user, without its groups."""
    _only_admins(asking)
    user, wish = asking.tenant.user(asking.id()), asking.record("user")
    if wish.get("role", "user") not in ROLES:
        raise invalid(role=["is not included in the list"])
    _known_groups(asking, wish.get("group_ids", []))
    user |= {name: value for name, value in wish.items() if name in WRITABLE}
    return {name: value for name, value in user.items() if name != "group_ids"}


def delete_user(asking: Asking) -> Row:
    _only_admins(asking)
    user = asking.tenant.user(asking.id())
    if user is asking.me:
        raise impossible("You cannot delete yourself")
    user["is_deleted"] = True
    return {"message": "User was deleted"}


def restore_user(asking: Asking) -> Row:
    _only_admins(asking)
    user = asking.tenant.user(asking.id())
    if not user["is_deleted"]:
        raise impossible("User is not deleted")
    user["is_deleted"] = False
    return {"message": "User was restored"}


def invite(asking: Asking) -> Row:
    """All addresses or none; the users are there once the job has run."""
    _only_admins(asking)
    wish = asking.bare()
    emails, role, groups = wish.get("emails"), wish.get("role"), wish.get("group_ids", [])
    if not isinstance(emails, list) or not emails or role is None:
        raise misspelt("Parameters emails and role are needed")
    if role not in ROLES:
        raise invalid(role=["is not included in the list"])
    wrong = [{"email": email, "reason": reason} for email in emails if (reason := _uninvitable(asking, email))]
    if wrong:
        raise uninvitable(wrong)
    _known_groups(asking, groups)

    def arrive() -> None:
        for email in emails:
            one = asking.tenant.new_id()
            asking.tenant.users[one] = pending(one, email, role, groups) | {
                name: wish[name] for name in ("allow_authentication_token", "enable_export_data") if name in wish
            }

    return asking.tenant.submit(asking.me, ("User", ",".join(emails), "invite"), arrive)


def pending(one: int, email: str, role: str, groups: list[int]) -> Row:
    return {
        "id": one,
        "email": email,
        "name": None,
        "initials": email[:2].upper(),
        "role": role,
        "is_deleted": False,
        "is_activated": False,
        "has_authentication_token": False,
        "allow_authentication_token": False,
        "enable_export_data": True,
        "current_sign_in_at": None,
        "last_sign_in_at": None,
        "created_at": now(),
        "title": None,
        "job_title": None,
        "group_ids": list(groups),
    }


def resend_invite(asking: Asking) -> Row:
    _only_admins(asking)
    user = asking.tenant.user(asking.id())
    if status_of(user) != "pending":
        raise impossible("There is no invitation for this user")
    return asking.tenant.submit(asking.me, ("User", user["id"], "resend_invite"))


def revoke_key(asking: Asking) -> Row:
    user = asking.tenant.user(asking.id())
    if user is not asking.me:
        _only_admins(asking)
    user["has_authentication_token"] = False
    return {"message": "API key was revoked"}


def check_email(asking: Asking) -> Row:
    return {"is_already_user": asking.tenant.known_email(asking.text("email") or "")}


def groups(asking: Asking) -> Row:
    tenant, with_users = asking.tenant, asking.flag("include_users")
    page = asking.page("groups", list(tenant.groups.values()))
    shown = [_group(asking, group, with_users=with_users) for group in page["groups"]]
    members = {one for group in shown for one in group.get("user_ids", [])}
    beside = {"users": {str(one): _listed(tenant.users[one]) for one in sorted(members)}} if with_users else {}
    return {**page, "groups": shown, **beside}


def group(asking: Asking) -> Row:
    found = asking.tenant.group(asking.id())
    return {"group": _group(asking, found, with_users=asking.flag("include_users"))}


def create_group(asking: Asking) -> Row:
    """Names may be given twice."""
    _only_admins(asking)
    one = asking.tenant.new_id()
    asking.tenant.groups[one] = {"id": one, "name": _group_name(asking.record("group").get("name"))}
    return {"group": asking.tenant.groups[one]}


def update_group(asking: Asking) -> Row:
    _only_admins(asking)
    found = asking.tenant.group(asking.id())
    found["name"] = _group_name(asking.record("group").get("name"))
    return {"group": found}


def delete_group(asking: Asking) -> Row:
    _only_admins(asking)
    one = asking.tenant.group(asking.id())["id"]
    for member in asking.tenant.members(one):
        asking.tenant.users[member]["group_ids"].remove(one)
    del asking.tenant.groups[one]
    return {"message": "Group was deleted"}


def add_member(asking: Asking) -> Row:
    _only_admins(asking)
    found, user = asking.tenant.group(asking.id()), asking.tenant.user(asking.id("user_id"))
    if user["is_deleted"]:
        raise impossible("A deleted user cannot be added")
    if found["id"] not in user["group_ids"]:
        user["group_ids"].append(found["id"])
    return {"message": "User was added"}


def remove_member(asking: Asking) -> Row:
    _only_admins(asking)
    found, user = asking.tenant.group(asking.id()), asking.tenant.user(asking.id("user_id"))
    if found["id"] in user["group_ids"]:
        user["group_ids"].remove(found["id"])
    return {"message": "User was removed"}


def _group(asking: Asking, row: Row, *, with_users: bool) -> Row:
    return {**row, "user_ids": asking.tenant.members(row["id"])} if with_users else row


def _group_name(name: Any) -> str:
    if not isinstance(name, str) or not name.strip():
        raise invalid(name=["can't be blank"])
    return name


def _only_admins(asking: Asking) -> None:
    if not is_admin(asking.me):
        raise not_allowed()


def _known_groups(asking: Asking, ids: Any) -> None:
    if not isinstance(ids, list):
        raise misspelt("Parameter group_ids must be an array")
    if any(one not in asking.tenant.groups for one in ids):
        raise invalid(group_ids=["contains an unknown group"])


def _uninvitable(asking: Asking, email: Any) -> str | None:
    if not isinstance(email, str) or not ADDRESS.fullmatch(email):
        return "is invalid"
    return "is already taken" if asking.tenant.known_email(email) else None
