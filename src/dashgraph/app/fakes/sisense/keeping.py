"""What a Sisense server keeps, and who of its users sees which instance of a dashboard."""

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from random import Random
from typing import Any

Json = dict[str, Any]

ADMINISTRATORS = frozenset({"super", "admin"})


def written(moment: datetime) -> str:
    """A moment as Sisense writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class AdminAccess(Enum):
    """What becomes of `adminAccess=true`, which depends on the version of the server."""

    PERMITTED = "permitted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass
class Content:
    """A dashboard's document without its widgets, and these in the order in which they were made."""

    document: Json
    widgets: list[Json]

    def copied(self) -> "Content":
        return deepcopy(self)


@dataclass
class Board:
    """One dashboard: what its owner works on, what was published, and what recipients made of their copies.

    The owner stands in `shares` too, as an entry without a rule.
    """

    working: Content
    shares: list[Json]
    published: Content | None = None
    before_import: Content | None = None
    own_copies: dict[str, Content] = field(default_factory=dict)  # by recipient, where it was changed
    instances: dict[str, str] = field(default_factory=dict)  # by recipient, the `_id` of the copy

    @property
    def oid(self) -> str:
        return str(self.working.document["oid"])

    @property
    def owner(self) -> str:
        return str(self.working.document["owner"])

    def widget(self, oid: str) -> Json | None:
        return next((one for one in self.working.widgets if one["oid"] == oid), None)


class Keeping:
    """The collections of a server, by id. `clock` is its clock; ids come in the same order every time."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._random = Random("a server of Sisense")  # noqa: S311 - the same ids every time
        self.roles: dict[str, Json] = {}
        self.users: dict[str, Json] = {}
        self.groups: dict[str, Json] = {}
        self.folders: dict[str, Json] = {}
        self.boards: dict[str, Board] = {}
        self.alerts: dict[str, Json] = {}
        self.tokens: dict[str, str] = {}  # to the id of their user
        self.passwords: dict[str, str] = {}  # by the id of their user
        self.reports: list[Json] = []  # what was sent, the oldest first
        self.admin_access = AdminAccess.PERMITTED
        self.hides_people = False  # users and groups are listed to administrators alone
        self.bare_lists = False  # lists of dashboards leave out the datasource, as for some kinds of token

    def new_id(self) -> str:
        return f"{self._random.getrandbits(96):024x}"

    def now(self) -> str:
        return written(self._clock())

    # people

    def is_administrator(self, user: Json) -> bool:
        return self.roles[user["roleId"]]["name"] in ADMINISTRATORS

    def members(self, group: str) -> list[Json]:
        return [user for user in self.users.values() if group in user["groups"]]

    def owned_by(self, user: str) -> list[Board]:
        return [board for board in self.boards.values() if board.owner == user]

    # dashboards

    def recipients(self, board: Board) -> list[str]:
        """The users whom it is shared with, each once, without its owner."""
        found: dict[str, None] = {}
        for share in board.shares:
            subject = share["shareId"]
            reached = [subject] if share["type"] == "user" else [member["_id"] for member in self.members(subject)]
            found.update(dict.fromkeys(reached))
        found.pop(board.owner, None)
        return [one for one in found if one in self.users]

    def instance(self, board: Board, user: str) -> Content | None:
        """What this user sees of it: the owner the working state, a recipient the published one or an own copy."""
        if user == board.owner:
            return board.working
        if board.published is None or user not in self.recipients(board):
            return None
        seen = board.own_copies.get(user) or board.published
        instance = board.instances.setdefault(user, self.new_id())
        whose = {"userId": user, "instanceType": "user"}
        document = {**seen.document, **whose, "_id": instance, "owner": board.owner}
        return Content(document, [{**widget, **whose, "owner": board.owner} for widget in seen.widgets])

    def instances(self, board: Board) -> Iterator[Content]:
        """The owner's first."""
        yield board.working
        for user in self.recipients(board):
            seen = self.instance(board, user)
            if seen is not None:
                yield seen

    def add(self, document: Json, widgets: Iterable[Json], *, owner: str, folder: str | None) -> Board:
        """A new dashboard of a document; what is not content of a dashboard gets new values."""
        now = self.now()
        oid = document.get("oid") or self.new_id()
        board = Board(
            Content(
                {
                    "type": "dashboard",
                    "desc": None,
                    "filters": [],
                    "defaultFilters": None,
                    "style": {},
                    "layout": {"type": "columnar", "columns": []},
                    "settings": {"autoUpdateOnFiltersChange": True},
                    "created": now,
                    **document,
                    "_id": self.new_id(),
                    "oid": oid,
                    "owner": owner,
                    "userId": owner,
                    "instanceType": "owner",
                    "parentFolder": folder,
                    "lastUpdated": now,
                    "lastPublish": None,
                },
                [],
            ),
            [owners_share(owner)],
        )
        self.boards[oid] = board
        for widget in widgets:
            self.add_widget(board, widget)
        return board

    def add_widget(self, board: Board, widget: Json) -> Json:
        """The layout does not learn of it: whoever adds a widget places it."""
        made = {
            "desc": None,
            "style": {},
            "metadata": {"panels": []},
            "created": self.now(),
            **widget,
            "_id": self.new_id(),
            "oid": widget.get("oid") or self.new_id(),
            "dashboardid": board.oid,
            "owner": board.owner,
            "userId": board.owner,
            "instanceType": "owner",
            "lastUpdated": self.now(),
        }
        board.working.widgets.append(made)
        return made

    def publish(self, board: Board, *, force: bool) -> None:
        """What recipients changed in their copies is lost only by force."""
        board.working.document["lastPublish"] = self.now()
        board.published = board.working.copied()
        if force:
            board.own_copies.clear()

    def touched(self, thing: Json) -> None:
        thing["lastUpdated"] = self.now()


def owners_share(owner: str) -> Json:
    return {"shareId": owner, "type": "user", "subscribe": False}
