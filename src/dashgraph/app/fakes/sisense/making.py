"""How dashboards come to be on a Sisense server: made, duplicated, imported, and imports undone."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from aiohttp import web

from dashgraph.app.fakes.sisense.asking import Asking, Refused, missing
from dashgraph.app.fakes.sisense.keeping import Board, Json, Keeping

UNWRITABLE = frozenset(
    {"_id", "oid", "owner", "userId", "instanceType", "created", "lastUpdated", "lastPublish", "widgets", "shares"}
)


class Making:
    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping

    def make(
        self,
        asking: Asking,
        document: Json,
        widgets: Sequence[Json],
        *,
        folder: str | None = None,
        oid: str | None = None,
    ) -> Board:
        """A new dashboard of the caller's. Its widgets keep their ids only if the dashboard brings its own."""
        if self._keeping.roles[asking.caller["roleId"]]["name"] == "consumer":
            raise Refused(403, 102, "You do not have the permission to do this")
        if not document.get("title"):
            raise Refused(422, 300, "Invalid request data: title is required")
        content = {key: value for key, value in document.items() if key not in UNWRITABLE}
        content["parentFolder"] = folder = folder or content.get("parentFolder")
        if folder is not None and folder not in self._keeping.folders:
            raise missing("Folder", str(folder))
        if oid is not None:
            content["oid"] = oid
        board = self._keeping.add(content, [], owner=asking.caller["_id"], folder=folder)
        names = {}
        for widget in widgets:
            bare = {key: value for key, value in widget.items() if key not in UNWRITABLE}
            if oid is not None and "oid" in widget:
                bare["oid"] = widget["oid"]
            names[widget.get("oid")] = self._keeping.add_widget(board, bare)["oid"]
        board.working.document["layout"] = _renamed(board.working.document["layout"], names)
        return board

    async def take(self, asking: Asking) -> web.Response:
        """One document, as a dashboard of its own unless its oid is taken. Not a word about what the id is."""
        document = deepcopy(asking.object())
        oid = document.get("oid")
        taken = oid in self._keeping.boards
        folder = asking.word("importFolder")
        board = self.make(asking, document, _widgets(document), folder=folder, oid=None if taken else oid)
        board.working.document["importedFrom"] = oid
        return web.Response(status=201)

    async def take_all(self, asking: Asking) -> web.Response:
        """Each on its own. An oid that is here already is what `action` is about."""
        action = asking.word("action") or "skip"
        if action not in {"skip", "overwrite", "duplicate"}:
            raise Refused(422, 300, "Invalid request data: action")
        done: list[Json] = []
        skipped: list[Json] = []
        failed: dict[str, list[Json]] = {}
        for document in deepcopy(asking.objects()):
            title, oid = document.get("title"), document.get("oid")
            there = self._keeping.boards.get(str(oid))
            try:
                if there is not None and action == "skip":
                    skipped.append({"oid": oid, "title": title})
                    continue
                if there is not None and action == "overwrite":
                    board = self._overwrite(asking, there, document)
                else:
                    fresh = None if there is not None else oid
                    folder = asking.word("importFolder")
                    board = self.make(asking, document, _widgets(document), folder=folder, oid=fresh)
            except Refused as refused:
                failed.setdefault(str(refused.message), []).append({"oid": oid, "title": title})
                continue
            done.append(dict(board.working.document))
        return web.json_response({"succeded": done, "skipped": skipped, "failed": failed}, status=201)

    async def undo(self, asking: Asking) -> web.Response:
        """The dashboard as it was before it was overwritten. Made by the import, it was nothing before."""
        board = self._keeping.boards.get(asking.id())
        if board is None or board.owner != asking.caller["_id"] or board.before_import is None:
            raise missing("Import of dashboard", asking.id())
        board.working, board.before_import = board.before_import, None
        return web.Response(status=204)

    def _overwrite(self, asking: Asking, board: Board, document: Json) -> Board:
        if board.owner != asking.caller["_id"]:
            raise Refused(403, 102, "Only the owner of the dashboard may overwrite it")
        board.before_import = board.working.copied()
        content = {key: value for key, value in document.items() if key not in UNWRITABLE}
        board.working.document.update(content)
        if folder := asking.word("importFolder"):
            board.working.document["parentFolder"] = folder
        board.working.widgets = []
        for widget in _widgets(document):
            self._keeping.add_widget(board, widget)
        self._keeping.touched(board.working.document)
        if asking.is_set("republish") and board.published is not None:
            self._keeping.publish(board, force=False)
        return board


def _widgets(document: Json) -> list[Json]:
    held = document.get("widgets") or []
    return list(held.values()) if isinstance(held, dict) else held


def _renamed(layout: Any, names: dict[Any, str]) -> Any:
    """The layout with the elements of the widgets under their new ids."""
    if isinstance(layout, dict):
        return {
            key: names.get(value, value) if key in {"widgetid", "widgetId"} else _renamed(value, names)
            for key, value in layout.items()
        }
    return [_renamed(one, names) for one in layout] if isinstance(layout, list) else layout
