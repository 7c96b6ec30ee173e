"""Sisense's calls about folders, and about alerts."""

from collections.abc import Callable, Sequence

from aiohttp import web

from dashgraph.app.fakes.sisense.asking import Asking, Refused, missing, shown
from dashgraph.app.fakes.sisense.keeping import Json, Keeping
from dashgraph.app.fakes.sisense.reaching import Reach

Page = Callable[[web.Request, Sequence[Json], int, int], Sequence[Json]]


class Folders:
    """A user sees own folders and those above dashboards that were shared; nobody sees all of them."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping
        self._reach = Reach(keeping)

    async def all(self, asking: Asking) -> web.Response:
        visible = self._visible(asking)
        if asking.word("structure") == "tree":
            return web.json_response(self._under(asking, visible, None))
        return web.json_response(list(visible.values()))

    async def one(self, asking: Asking) -> web.Response:
        return web.json_response(self._found(asking))

    async def subtree(self, asking: Asking) -> web.Response:
        folder = self._found(asking)
        return web.json_response({**folder, "folders": self._under(asking, self._visible(asking), folder["oid"])})

    async def ancestors(self, asking: Asking) -> web.Response:
        """The nearest first."""
        return web.json_response(self._above(self._found(asking)))

    async def add(self, asking: Asking) -> web.Response:
        wish = asking.object()
        if not wish.get("name"):
            raise Refused(422, 300, "Invalid request data: name is required")
        self._checked_parent(wish.get("parentId"))
        folder = {
            "oid": self._keeping.new_id(),
            "name": wish["name"],
            "type": "folder",
            "parentId": wish.get("parentId"),
            "owner": asking.caller["_id"],
            "created": self._keeping.now(),
            "lastUpdated": self._keeping.now(),
        }
        self._keeping.folders[folder["oid"]] = folder
        return web.json_response(folder, status=201)

    async def update(self, asking: Asking) -> web.Response:
        folder, wish = self._owned(asking), asking.object()
        self._checked_parent(wish.get("parentId"))
        folder.update({key: wish[key] for key in ("name", "parentId", "owner") if key in wish})
        self._keeping.touched(folder)
        return web.json_response(folder)

    async def delete(self, asking: Asking) -> web.Response:
        """With all that is in it."""
        gone = [self._owned(asking)["oid"]]
        for oid in gone:
            gone.extend(one["oid"] for one in self._keeping.folders.values() if one["parentId"] == oid)
        for oid in gone:
            del self._keeping.folders[oid]
        lost = [board.oid for board in self._keeping.boards.values() if board.working.document["parentFolder"] in gone]
        for oid in lost:
            del self._keeping.boards[oid]
        return web.Response(status=204)

    def _visible(self, asking: Asking) -> dict[str, Json]:
        found = {one["oid"] for one in self._keeping.folders.values() if one["owner"] == asking.caller["_id"]}
        for _, content in self._reach.visible(asking.caller):
            folder = self._keeping.folders.get(content.document["parentFolder"])
            if folder is not None:
                found.update(one["oid"] for one in (folder, *self._above(folder)))
        return {oid: folder for oid, folder in self._keeping.folders.items() if oid in found}

    def _found(self, asking: Asking) -> Json:
        folder = self._visible(asking).get(asking.id())
        if folder is None:
            raise missing("Folder", asking.id())
        return folder

    def _owned(self, asking: Asking) -> Json:
        """Administrators may change the folders of others."""
        folder = self._keeping.folders.get(asking.id())
        entitled = folder is not None and (
            folder["owner"] == asking.caller["_id"] or self._keeping.is_administrator(asking.caller)
        )
        if folder is None or not entitled:
            raise missing("Folder", asking.id())
        return folder

    def _above(self, folder: Json) -> list[Json]:
        found: list[Json] = []
        parent = folder["parentId"]
        while parent in self._keeping.folders and len(found) < len(self._keeping.folders):
            found.append(self._keeping.folders[parent])
            parent = found[-1]["parentId"]
        return found

    def _under(self, asking: Asking, visible: dict[str, Json], parent: str | None) -> list[Json]:
        boards = self._reach.visible(asking.caller)
        return [
            {
                **folder,
                "folders": self._under(asking, visible, oid),
                "dashboards": [
                    {"oid": board.oid, "title": content.document["title"]}
                    for board, content in boards
                    if content.document["parentFolder"] == oid
                ],
            }
            for oid, folder in visible.items()
            if folder["parentId"] == parent
        ]

    def _checked_parent(self, parent: str | None) -> None:
        if parent is not None and parent not in self._keeping.folders:
            raise missing("Folder", parent)


class Alerts:
    """Each user has own ones, which nobody else sees."""

    def __init__(self, keeping: Keeping, page: Page) -> None:
        self._keeping, self._page = keeping, page

    async def all(self, asking: Asking) -> web.Response:
        ids = asking.words("ids")
        rows = [one for one in self._mine(asking).values() if not ids or one["_id"] in ids]
        return web.json_response(shown(rows, asking, page=self._page))

    async def count(self, asking: Asking) -> web.Response:
        return web.json_response(len(self._mine(asking)))

    async def one(self, asking: Asking) -> web.Response:
        return web.json_response(self._found(asking))

    async def add(self, asking: Asking) -> web.Response:
        wish = asking.object()
        if not wish.get("name"):
            raise Refused(422, 300, "Invalid request data: name is required")
        alert = {
            "message": "",
            "enabled": True,
            "parties": [],
            "action": {},
            "context": {},
            **wish,
            "_id": self._keeping.new_id(),
            "owner": asking.caller["_id"],
            "created": self._keeping.now(),
            "lastUpdated": self._keeping.now(),
        }
        self._keeping.alerts[alert["_id"]] = alert
        return web.json_response(alert, status=201)

    async def update(self, asking: Asking) -> web.Response:
        alert, wish = self._found(asking), asking.object()
        known = ("name", "enabled", "message", "parties", "action", "context")
        alert.update({key: wish[key] for key in known if key in wish})
        self._keeping.touched(alert)
        return web.json_response(alert)

    async def delete(self, asking: Asking) -> web.Response:
        del self._keeping.alerts[self._found(asking)["_id"]]
        return web.Response(status=204)

    def _mine(self, asking: Asking) -> dict[str, Json]:
        mine = asking.caller["_id"]
        return {alert["_id"]: alert for alert in self._keeping.alerts.values() if alert["owner"] == mine}

    def _found(self, asking: Asking) -> Json:
        alert = self._mine(asking).get(asking.id())
        if alert is None:
            raise missing("Alert", asking.id())
        return alert
