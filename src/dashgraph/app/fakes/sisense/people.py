"""Sisense's calls about users, groups, roles, and logging in and out."""

import secrets
from collections.abc import Callable, Mapping, Sequence

from aiohttp import web

from dashgraph.app.fakes.sisense.asking import Asking, Expansion, Refused, matching, missing, one, shown
from dashgraph.app.fakes.sisense.keeping import Json, Keeping
from dashgraph.app.fakes.sisense.reaching import Reach

Page = Callable[[web.Request, Sequence[Json], int, int], Sequence[Json]]

USER_FILTERS = {name: name for name in ("userName", "email", "firstName", "lastName", "roleId", "active")}
GROUP_FILTERS = {name: name for name in ("name", "mail", "roleId")}
KEPT = frozenset({"_id", "created", "lastUpdated", "lastLogin", "hash"})


class People:
    def __init__(self, keeping: Keeping, page: Page) -> None:
        self._keeping, self._page = keeping, page
        self._reach = Reach(keeping)

    # users

    async def users(self, asking: Asking) -> web.Response:
        self._check_seen(asking)
        rows = _chosen(matching(list(self._keeping.users.values()), asking, USER_FILTERS), asking)
        group, origin = asking.word("groupId"), asking.word("origin")
        if group is not None:
            rows = [row for row in rows if group in row["groups"]]
        if origin is not None:
            rows = [row for row in rows if row["activeDirectory"] is (origin == "ad")]
        return web.json_response(shown(rows, asking, self._of_user(), self._page))

    def _check_seen(self, asking: Asking) -> None:
        if self._keeping.hides_people:
            self._reach.administrator(asking)

    async def user(self, asking: Asking) -> web.Response:
        return web.json_response(one(self._user(asking), asking, self._of_user()))

    async def me(self, asking: Asking) -> web.Response:
        role = self._keeping.roles[asking.caller["roleId"]]
        return web.json_response({**asking.caller, "roleName": role["name"]})

    async def add_user(self, asking: Asking) -> web.Response:
        self._reach.administrator(asking)
        return web.json_response(self._add_user(asking.object()), status=201)

    async def add_users(self, asking: Asking) -> web.Response:
        """One after the other; those before one that is refused are there."""
        self._reach.administrator(asking)
        return web.json_response([self._add_user(wish) for wish in asking.objects()], status=201)

    async def update_user(self, asking: Asking) -> web.Response:
        self._reach.administrator(asking)
        user, wish = self._user(asking), asking.object()
        self._checked({**user, **wish}, but=user["_id"])
        if "password" in wish:
            self._keeping.passwords[user["_id"]] = wish["password"]
        user.update({key: value for key, value in wish.items() if key not in KEPT and key != "password"})
        self._keeping.touched(user)
        return web.json_response(user)

    async def delete_user(self, asking: Asking) -> web.Response:
        self._reach.administrator(asking)
        self._delete_user(self._user(asking)["_id"])
        return web.Response(status=204)

    async def delete_users(self, asking: Asking) -> web.Response:
        self._reach.administrator(asking)
        for user in asking.words("ids"):
            if user not in self._keeping.users:
                raise missing("User", user)
        for user in dict.fromkeys(asking.words("ids")):
            self._delete_user(user)
        return web.Response(status=204)

    def _user(self, asking: Asking) -> Json:
        user = self._keeping.users.get(asking.id())
        if user is None:
            raise missing("User", asking.id())
        return user

    def _add_user(self, wish: Json) -> Json:
        self._checked(wish)
        user = {
            "userName": wish["email"],
            "firstName": "",
            "lastName": "",
            "groups": [],
            "adgroups": [],
            "preferences": {},
            **{key: value for key, value in wish.items() if key not in KEPT and key != "password"},
            "_id": self._keeping.new_id(),
            "active": wish.get("active", True),
            "activeDirectory": False,
            "principalName": None,
            "objectSid": None,
            "uSNChanged": None,
            "dn": None,
            "hash": secrets.token_hex(20),
            "created": self._keeping.now(),
            "lastUpdated": self._keeping.now(),
            "lastLogin": None,
            "pendingExpiration": None,
        }
        if "password" in wish:
            self._keeping.passwords[user["_id"]] = wish["password"]
        self._keeping.users[user["_id"]] = user
        return user

    def _checked(self, wish: Json, but: str | None = None) -> None:
        for name in ("email", "roleId"):
            if name not in wish:
                raise Refused(422, 2003, f"Mandatory field {name} is missing")
            if not wish[name]:
                raise Refused(400, 2009, f"Mandatory field {name} cannot be empty")
        if wish["roleId"] not in self._keeping.roles:
            raise Refused(422, 601, "Invalid object ID: roleId")
        if any(group not in self._keeping.groups for group in wish.get("groups") or []):
            raise Refused(422, 601, "Invalid object ID: groups")
        for user in self._keeping.users.values():
            if user["_id"] != but and (
                user["email"].casefold() == wish["email"].casefold()
                or user["userName"] == wish.get("userName", wish["email"])
            ):
                raise Refused(400, 2004, "User already exists")

    def _delete_user(self, user: str) -> None:
        """With all dashboards that the user owns, and without asking."""
        for board in self._keeping.owned_by(user):
            del self._keeping.boards[board.oid]
        for board in self._keeping.boards.values():
            board.shares = [share for share in board.shares if share["shareId"] != user]
        del self._keeping.users[user]
        self._keeping.tokens = {token: whose for token, whose in self._keeping.tokens.items() if whose != user}

    # groups

    async def groups(self, asking: Asking) -> web.Response:
        self._check_seen(asking)
        rows = _chosen(matching(list(self._keeping.groups.values()), asking, GROUP_FILTERS), asking)
        origin = asking.word("origin")
        if origin is not None:
            rows = [row for row in rows if row["ad"] is (origin == "ad")]
        return web.json_response(shown(rows, asking, self._of_group(), self._page))

    async def group(self, asking: Asking) -> web.Response:
        return web.json_response(one(self._group(asking), asking, self._of_group()))

    async def add_group(self, asking: Asking) -> web.Response:
        self._reach.administrator(asking)
        return web.json_response(self._add_group(asking.object()), status=201)

    async def add_groups(self, asking: Asking) -> web.Response:
        self._reach.administrator(asking)
        return web.json_response([self._add_group(wish) for wish in asking.objects()], status=201)

    async def delete_group(self, asking: Asking) -> web.Response:
        """Memberships of it go with it. Shares to it stay behind, and dangle."""
        self._reach.administrator(asking)
        group = self._group(asking)["_id"]
        for user in self._keeping.members(group):
            user["groups"].remove(group)
        del self._keeping.groups[group]
        return web.Response(status=204)

    def _group(self, asking: Asking) -> Json:
        group = self._keeping.groups.get(asking.id())
        if group is None:
            raise missing("Group", asking.id())
        return group

    def _add_group(self, wish: Json) -> Json:
        name = wish.get("name")
        if not name:
            raise Refused(422, 300, "Invalid request data: name is required")
        if any(group["name"] == name for group in self._keeping.groups.values()):
            raise Refused(400, 23004, "A group of this name exists already")
        group = {
            "_id": self._keeping.new_id(),
            "name": name,
            "mail": wish.get("mail"),
            "roleId": wish.get("roleId"),
            "ad": False,
            "objectSid": None,
            "dn": None,
            "uSNChanged": None,
            "created": self._keeping.now(),
            "lastUpdated": self._keeping.now(),
        }
        self._keeping.groups[group["_id"]] = group
        return group

    # roles, and what is nested where

    async def roles(self, _asking: Asking) -> web.Response:
        return web.json_response(list(self._keeping.roles.values()))

    def _of_user(self) -> Expansion:
        return {
            "groups": lambda user, rest: self._nested(
                [self._keeping.groups[one] for one in user["groups"] if one in self._keeping.groups],
                rest,
                self._of_group,
            ),
            "adgroups": lambda user, _: user["adgroups"],
            "role": lambda user, _: self._keeping.roles.get(user["roleId"]),
        }

    def _of_group(self) -> Expansion:
        return {
            "users": lambda group, rest: self._nested(self._keeping.members(group["_id"]), rest, self._of_user),
            "role": lambda group, _: self._keeping.roles.get(group["roleId"]),
        }

    def _nested(self, rows: Sequence[Json], rest: str | None, expansion: Callable[[], Expansion]) -> list[Json]:
        if rest is None:
            return list(rows)
        name, _, deeper = rest.partition(".")
        known: Mapping[str, Callable[[Json, str | None], object]] = expansion()
        if name not in known:
            raise Refused(404, 202, "expand resource not found", resourceType="expand", resourceName=name)
        return [{**row, name: known[name](row, deeper or None)} for row in rows]

    # coming and going

    async def log_in(self, request: web.Request) -> web.Response:
        """A form, not JSON. The token is for the API alone."""
        if request.content_type != "application/x-www-form-urlencoded":
            return web.json_response({"message": "username and password are expected as a form"}, status=400)
        form = await request.post()
        name, password = form.get("username"), form.get("password")
        for user in self._keeping.users.values():
            known = self._keeping.passwords.get(user["_id"])
            if name in {user["email"], user["userName"]} and known is not None and password == known:
                token = f"session-{secrets.token_hex(12)}"
                self._keeping.tokens[token] = user["_id"]
                profile = {"_id": user["_id"], "email": user["email"]}
                return web.json_response({"success": True, "message": "", "access_token": token, "profile": profile})
        return web.json_response({"success": False, "message": "wrong user name or password"}, status=401)

    async def log_out(self, asking: Asking) -> web.Response:
        """A change by GET: this token is void from now on."""
        token = asking.request.headers["Authorization"].removeprefix("Bearer ")
        self._keeping.tokens.pop(token, None)
        return web.Response(status=204)


def _chosen(rows: Sequence[Json], asking: Asking) -> list[Json]:
    ids = asking.words("ids")
    return [row for row in rows if row["_id"] in ids] if ids else list(rows)
