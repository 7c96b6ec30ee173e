"""Sisense's calls about what belongs to a dashboard: its widgets, its shares, and reports of it."""

from collections.abc import Callable, Sequence

from aiohttp import web

from dashgraph.app.fakes.sisense.asking import Asking, Expansion, Refused, matching, missing, one, shown
from dashgraph.app.fakes.sisense.keeping import Board, Json, Keeping, owners_share
from dashgraph.app.fakes.sisense.making import UNWRITABLE
from dashgraph.app.fakes.sisense.reaching import Reach

Page = Callable[[web.Request, Sequence[Json], int, int], Sequence[Json]]


class Widgets:
    def __init__(self, keeping: Keeping, page: Page) -> None:
        self._keeping, self._page = keeping, page
        self._reach = Reach(keeping)

    async def all(self, asking: Asking) -> web.Response:
        """In lists two names are written small."""
        _, content = self._reach.seen(asking, "board")
        found = matching(content.widgets, asking, {name: name for name in ("title", "type", "subtype")})
        small = {"userId": "userid", "instanceType": "instancetype"}
        rows = [{small.get(key, key): value for key, value in widget.items()} for widget in found]
        return web.json_response(shown(rows, asking, page=self._page))

    async def one(self, asking: Asking) -> web.Response:
        _, content = self._reach.seen(asking, "board")
        found = next((widget for widget in content.widgets if widget["oid"] == asking.id()), None)
        if found is None:
            raise missing("Widget", asking.id())
        return web.json_response(one(found, asking))

    async def add(self, asking: Asking) -> web.Response:
        """Created, nobody knows as what; and on no place of the layout."""
        board = self._reach.owned(asking, "board")
        wish = asking.object()
        if not wish.get("type"):
            raise Refused(422, 300, "Invalid request data: type is required")
        self._keeping.add_widget(board, {key: value for key, value in wish.items() if key not in UNWRITABLE})
        self._keeping.touched(board.working.document)
        return web.Response(status=201)

    async def update(self, asking: Asking) -> web.Response:
        """An update that answers as if it had made something."""
        _, widget = self._owned(asking)
        wish = asking.object()
        widget.update({key: value for key, value in wish.items() if key not in UNWRITABLE and key != "dashboardid"})
        self._keeping.touched(widget)
        return web.Response(status=201)

    async def delete(self, asking: Asking) -> web.Response:
        """Its element stays behind in the layout."""
        board, widget = self._owned(asking)
        board.working.widgets.remove(widget)
        self._keeping.touched(board.working.document)
        return web.Response(status=200)

    def _owned(self, asking: Asking) -> tuple[Board, Json]:
        board = self._reach.owned(asking, "board")
        widget = board.widget(asking.id())
        if widget is None:
            raise missing("Widget", asking.id())
        self._keeping.touched(board.working.document)
        return board, widget


class Shares:
    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping
        self._reach = Reach(keeping)

    async def all(self, asking: Asking) -> web.Response:
        board, _ = self._reach.seen(asking, "board")
        return web.json_response(shown(board.shares, asking, self._expansion()))

    async def one(self, asking: Asking) -> web.Response:
        board, _ = self._reach.seen(asking, "board")
        found = next((share for share in board.shares if share["shareId"] == asking.id()), None)
        if found is None:
            raise missing("Share", asking.id())
        return web.json_response(one(found, asking, self._expansion()))

    async def read(self, asking: Asking) -> web.Response:
        """The older route, with names."""
        return web.json_response(self._named(self._reach.seen(asking, "board")[0]))

    async def replace(self, asking: Asking) -> web.Response:
        """The list that comes is the list from now on. Its recipients see nothing before the next publication."""
        board = self._reach.governed(asking, "board")
        wanted = asking.object().get("sharesTo")
        if not isinstance(wanted, list):
            raise Refused(422, 300, "Invalid request data: sharesTo")
        shares = {}
        for share in wanted:
            subject, type_, rule = share.get("shareId"), share.get("type"), share.get("rule")
            if subject == board.owner:
                continue
            if subject not in (self._keeping.users if type_ == "user" else self._keeping.groups):
                raise missing("Group" if type_ == "group" else "User", str(subject))
            if rule not in {"view", "edit"}:
                raise Refused(422, 300, "Invalid request data: rule")
            subscribed = share.get("subscribe") is True
            shares[subject] = {"shareId": subject, "type": type_, "rule": rule, "subscribe": subscribed}
        owner = next((share for share in board.shares if share["shareId"] == board.owner), owners_share(board.owner))
        board.shares = [owner, *shares.values()]
        return web.json_response(self._named(board))

    async def report(self, asking: Asking) -> web.Response:
        """Sends a dashboard to users and groups whom it is shared with, once."""
        wish = asking.object()
        board = self._keeping.boards.get(str(wish.get("assetId")))
        if board is None or self._keeping.instance(board, asking.caller["_id"]) is None:
            raise missing("Dashboard", str(wish.get("assetId")))
        shared = {share["shareId"] for share in board.shares}
        for recipient in wish.get("recipients") or []:
            if recipient.get("recipient") not in shared:
                raise Refused(400, 300, "The dashboard is not shared with the recipient")
        self._keeping.reports.append(wish)
        return web.Response(status=204)

    def _named(self, board: Board) -> Json:
        found = []
        for share in board.shares:
            if share["type"] == "user":
                known = self._keeping.users.get(share["shareId"])
                name = {"userName": known["userName"]} if known else {}
            else:
                known = self._keeping.groups.get(share["shareId"])
                name = {"name": known["name"]} if known else {}
            found.append({**share, **name})
        owner = self._keeping.users.get(board.owner, {})
        return {"sharesTo": found, "owner": {"_id": board.owner, "userName": owner.get("userName")}}

    def _expansion(self) -> Expansion:
        users, groups = self._keeping.users, self._keeping.groups
        return {
            "user": lambda share, _: users.get(share["shareId"]) if share["type"] == "user" else None,
            "group": lambda share, _: groups.get(share["shareId"]) if share["type"] == "group" else None,
        }
