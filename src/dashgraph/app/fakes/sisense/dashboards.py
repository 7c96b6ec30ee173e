"""Sisense's calls about dashboards: lists, single ones, versions, owners and files."""

import base64
from collections.abc import Callable, Sequence

from aiohttp import web

from dashgraph.app.fakes.sisense.asking import Asking, Expansion, Refused, matching, missing, one, shown
from dashgraph.app.fakes.sisense.keeping import Board, Content, Json, Keeping, owners_share
from dashgraph.app.fakes.sisense.making import UNWRITABLE, Making
from dashgraph.app.fakes.sisense.reaching import Reach

Page = Callable[[web.Request, Sequence[Json], int, int], Sequence[Json]]

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SHEET = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"
FILTERS = {
    "name": "title",
    "parentFolder": "parentFolder",
    "datasourceTitle": "_source",
    "datasourceAddress": "_address",
}
MOST_FOUND = 50  # items of a page of the search


class Dashboards:
    def __init__(self, keeping: Keeping, page: Page) -> None:
        self._keeping, self._page = keeping, page
        self._reach, self._making = Reach(keeping), Making(keeping)

    # lists

    async def mine(self, asking: Asking) -> web.Response:
        rows = [self._row(board, content) for board, content in self._reach.visible(asking.caller)]
        return web.json_response(shown(self._filtered(rows, asking), asking, self._expansion(asking)))

    async def all(self, asking: Asking) -> web.Response:
        """Instances of owners, or those of recipients too, under the same oid."""
        self._reach.administrator(asking)
        boards = list(self._keeping.boards.values())
        wanted = asking.word("id")
        if wanted is not None:
            boards = [board for board in boards if board.oid == wanted]
        if asking.word("dashboardType") == "owner":
            rows = [self._row(board, board.working) for board in boards]
        else:
            rows = [self._row(board, content) for board in boards for content in self._keeping.instances(board)]
        return web.json_response(shown(self._filtered(rows, asking), asking, self._expansion(asking), self._page))

    async def searched(self, asking: Asking) -> web.Response:
        """Pages that overlap by one item, with folders among them, which have no oid here."""
        query, options = (asking.object().get(name) or {} for name in ("queryParams", "queryOptions"))
        text = str(query.get("search") or "").casefold()
        if query.get("ownershipType") == "allRoot" and self._keeping.is_administrator(asking.caller):
            found = [*self._reach.visible(asking.caller)]  # the caller's copies, and then what they are copies of
            known = {id(content) for _, content in found}
            every = self._keeping.boards.values()
            found += [(board, board.working) for board in every if id(board.working) not in known]
        else:
            found = self._reach.visible(asking.caller)
        rows = [self._row(board, content) for board, content in found]
        rows = [row for row in rows if text in row["title"].casefold()]
        [(key, direction)] = (options.get("sort") or {"title": 1}).items()
        rows.sort(key=lambda row: str(row.get(key) or "").casefold(), reverse=direction == -1)
        if query.get("ownerInfo"):
            rows = [{**row, "owner": self._owner(row["owner"])} for row in rows]
        start = int(options.get("skip") or 0)
        size = min(int(options.get("limit") or MOST_FOUND), MOST_FOUND)
        cut = list(self._page(asking.request, rows, start, size))
        if cut and start:
            cut = [rows[start - 1], {"title": "Shared with me", "type": "folder"}, *cut]
        return web.json_response({"items": cut})

    async def one(self, asking: Asking) -> web.Response:
        board, content = self._reach.seen(asking)
        return web.json_response(one({**content.document, "shares": board.shares}, asking, self._expansion(asking)))

    # writing

    async def add(self, asking: Asking) -> web.Response:
        """Created, and not a word about what the id is."""
        self._making.make(asking, asking.object(), [])
        return web.Response(status=201)

    async def update(self, asking: Asking) -> web.Response:
        """The owner's, or the copy of whom it is shared with. The answer is empty."""
        self._update(asking)
        return web.Response(status=200)

    async def update_as_before(self, asking: Asking) -> web.Response:
        """The older route of the same, which answers."""
        return web.json_response(self._update(asking))

    async def delete(self, asking: Asking) -> web.Response:
        board, _ = self._reach.had(asking)
        if board.owner != asking.caller["_id"]:
            raise missing("Dashboard", board.oid)
        del self._keeping.boards[board.oid]
        return web.Response(status=200)

    async def delete_all(self, asking: Asking) -> web.Response:
        """All of them or, when one is missing, none."""
        oids = asking.words("dashboardIds")
        for oid in oids:
            board = self._keeping.boards.get(oid)
            if board is None or board.owner != asking.caller["_id"]:
                raise missing("Dashboard", oid)
        for oid in dict.fromkeys(oids):
            del self._keeping.boards[oid]
        return web.Response(status=200)

    async def duplicate(self, asking: Asking) -> web.Response:
        _, content = self._reach.seen(asking)
        copy = content.copied()
        self._making.make(asking, {**copy.document, "title": f"{copy.document['title']} (copy)"}, copy.widgets)
        return web.Response(status=201)

    # versions

    async def publish(self, asking: Asking) -> web.Response:
        self._keeping.publish(self._reach.governed(asking), force=asking.is_set("force"))
        return web.Response(status=200 if asking.is_set("force") else 204)

    async def restore(self, asking: Asking) -> web.Response:
        """Back to the last published version: the owner's working state, or a recipient's own copy."""
        board, _ = self._reach.had(asking)
        if board.published is None:
            raise missing("Published version of dashboard", board.oid)
        caller = asking.caller["_id"]
        if caller == board.owner:
            kept = board.working.document["parentFolder"]
            board.working = board.published.copied()
            board.working.document.update(parentFolder=kept, owner=board.owner, userId=board.owner)
        else:
            board.own_copies.pop(caller, None)
        return web.Response(status=204)

    # owners

    async def change_owner(self, asking: Asking) -> web.Response:
        return self._change_owner(asking, self._reach.governed(asking))

    async def change_owner_as_administrator(self, asking: Asking) -> web.Response:
        self._reach.administrator(asking)
        return self._change_owner(asking, self._reach.board(asking))

    def _change_owner(self, asking: Asking, board: Board) -> web.Response:
        wish = asking.object()
        heir, rule = wish.get("ownerId"), wish.get("originalOwnerRule")
        if heir not in self._keeping.users:
            raise missing("User", str(heir))
        if rule not in {"view", "edit"}:
            raise Refused(422, 300, "Invalid request data: originalOwnerRule")
        if heir != board.owner:
            if not any(share["shareId"] == heir for share in board.shares):
                raise Refused(400, 300, "The dashboard is not shared with its new owner")
            before = board.owner
            others = [share for share in board.shares if share["shareId"] not in {heir, before}]
            was = {"shareId": before, "type": "user", "rule": rule, "subscribe": False}
            board.shares = [owners_share(heir), was, *others]
            for thing in (board.working.document, *board.working.widgets):
                thing.update(owner=heir, userId=heir)
            board.working.document["parentFolder"] = None  # folders are the owner's
            board.own_copies.pop(heir, None)
        return web.json_response({**board.working.document, "shares": board.shares})

    # files

    async def export(self, asking: Asking) -> web.Response:
        """Several as one JSON array. Where a dashboard has one widget, its widgets are a map."""
        boards = []
        entitled = self._reach.as_administrator(asking)
        for oid in asking.words("dashboardIds", "dashboardId"):
            board = self._keeping.boards.get(oid)
            if board is None:
                raise missing("Dashboard", oid)
            content = board.working if entitled else self._keeping.instance(board, asking.caller["_id"])
            if content is None:
                raise missing("Dashboard", oid)
            boards.append(_exported(content))
        return web.json_response(boards)

    async def export_document(self, asking: Asking) -> web.Response:
        _, content = self._reach.seen(asking)
        return web.json_response(_exported(content), headers={"Content-Disposition": "attachment; filename=board.dash"})

    async def export_picture(self, asking: Asking) -> web.Response:
        self._reach.seen(asking)
        return web.Response(body=PIXEL, content_type="image/png")

    async def export_pages(self, asking: Asking) -> web.Response:
        self._reach.seen(asking)
        return web.Response(body=SHEET, content_type="application/pdf")

    async def export_widget(self, asking: Asking) -> web.Response:
        board, _ = self._reach.seen(asking, "board")
        if board.widget(asking.id()) is None:
            raise missing("Widget", asking.id())
        if not asking.word("width") or not asking.word("height"):
            raise Refused(422, 300, "Invalid request data: width and height are required")
        return web.Response(body=PIXEL, content_type="image/png")

    # datasources

    async def replace_datasource(self, asking: Asking) -> web.Response:
        """In the dashboard that is named, or in every one on the server."""
        self._reach.administrator(asking)
        server, title = (asking.request.match_info[name] for name in ("server", "title"))
        wanted = asking.word("dashboardId")
        new = asking.object()
        for board in self._keeping.boards.values():
            if wanted in {None, board.oid}:
                for thing in (board.working.document, *board.working.widgets):
                    old = thing.get("datasource") or {}
                    if (old.get("address"), old.get("title")) == (server, title):
                        thing["datasource"] = dict(new)
                        self._keeping.touched(thing)
        return web.Response(status=200)

    def _update(self, asking: Asking) -> Json:
        board, _ = self._reach.had(asking)
        wish, caller = asking.object(), asking.caller["_id"]
        changed = {key: value for key, value in wish.items() if key not in UNWRITABLE}
        if caller != board.owner:
            copy = board.own_copies.setdefault(caller, (board.published or board.working).copied())
            copy.document.update(changed)
            return copy.document
        if "shares" in wish:
            board.shares = [
                owners_share(board.owner),
                *(one for one in wish["shares"] if one["shareId"] != board.owner),
            ]
        board.working.document.update(changed)
        self._keeping.touched(board.working.document)
        return {**board.working.document, "shares": board.shares}

    def _filtered(self, rows: Sequence[Json], asking: Asking) -> list[Json]:
        sources = [row.get("datasource") or {} for row in rows]
        helped = [
            {**row, "_source": source.get("title"), "_address": source.get("address")}
            for row, source in zip(rows, sources, strict=True)
        ]
        left_out = {"_source", "_address", *(("datasource",) if self._keeping.bare_lists else ())}
        return [
            {key: value for key, value in row.items() if key not in left_out}
            for row in matching(helped, asking, FILTERS)
        ]

    def _row(self, board: Board, content: Content) -> Json:
        source = {key: value for key, value in (content.document.get("datasource") or {}).items() if key != "fullname"}
        return {**content.document, "datasource": source or None, "shares": board.shares}

    def _expansion(self, asking: Asking) -> Expansion:
        """Widgets alone, and for administrators alone."""
        if asking.word("expand"):
            self._reach.administrator(asking)
        return {"widgets": self._widgets}

    def _widgets(self, row: Json, _rest: str | None) -> list[Json]:
        content = self._keeping.instance(self._keeping.boards[row["oid"]], row["userId"])
        return [] if content is None else content.widgets

    def _owner(self, user: str) -> Json:
        known = self._keeping.users[user]
        return {key: known.get(key) for key in ("_id", "userName", "firstName", "lastName", "email")}


def _exported(content: Content) -> Json:
    left_out = {"_id", "owner", "userId", "created", "lastUpdated", "lastPublish", "instanceType", "parentFolder"}
    document = {key: value for key, value in content.document.items() if key not in left_out}
    widgets = [{key: value for key, value in one.items() if key not in left_out} for one in content.widgets]
    return {**document, "widgets": {"0": widgets[0]} if len(widgets) == 1 else widgets}
