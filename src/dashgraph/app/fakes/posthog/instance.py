"""What a PostHog instance holds in its tables: plain rows, by the ids that it gives out."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

Row = dict[str, Any]

MEMBER, ADMIN, OWNER = 1, 8, 15  # levels of a member of the organisation
EVERYONE, COLLABORATORS = 21, 37  # who may edit a dashboard: the restriction of old
LEVELS = ("none", "viewer", "editor", "manager")  # of an access control on dashboards
PROJECT_LEVELS = ("none", "member", "admin")  # ... and on a project
TOKEN_LENGTH = 30


class Instance:
    """One organisation with its members, roles, projects and all that hangs off them.

    `controls` are rows of access, by project, kind of thing and thing (None: all of the kind): each is for a member,
    for a role, or with neither for everybody.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self._random = Random("a PostHog that does not exist")  # noqa: S311 - the same instance every time
        self._numbers: dict[str, count[int]] = defaultdict(lambda: count(1001))
        self.organization: Row = {}
        self.users: dict[str, Row] = {}  # by uuid
        self.members: dict[str, Row] = {}  # by the id of the membership
        self.roles: dict[str, Row] = {}
        self.role_members: dict[str, Row] = {}
        self.projects: dict[int, Row] = {}
        self.dashboards: dict[int, Row] = {}
        self.tiles: dict[int, Row] = {}
        self.placed: dict[int, list[int]] = defaultdict(list)  # the tiles of each dashboard
        self.showing: dict[int, list[int]] = defaultdict(list)  # the tiles of each insight
        self.insights: dict[int, Row] = {}
        self.collaborators: dict[tuple[int, str], Row] = {}  # by dashboard and user
        self.controls: dict[tuple[int, str, str | None], list[Row]] = defaultdict(list)
        self.sharing: dict[int, Row] = {}  # by dashboard
        self.templates: dict[str, Row] = {}
        self.failing: set[int] = set()  # tiles whose query cannot be worked out
        self.cut_after: int | None = None  # how many events of a stream come before the connection breaks
        self.computed = 0  # how many charts were worked out because somebody asked for a dashboard
        self.features = {"access_control", "advanced_permissions", "role_based_access"}  # what the plan has

    def moment(self) -> str:
        return self.now().isoformat().replace("+00:00", "Z")

    def number(self, noun: str) -> int:
        return next(self._numbers[noun])

    def uuid(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def secret(self, length: int = TOKEN_LENGTH) -> str:
        letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
        return "".join(self._random.choices(letters, k=length))

    def member_of(self, user: str) -> Row | None:
        return next((one for one in self.members.values() if one["user"] == user), None)

    def roles_of(self, user: str) -> set[str]:
        return {one["role_id"] for one in self.role_members.values() if one["user"] == user}

    def tiles_of(self, dashboard: int, *, deleted: bool = False) -> list[Row]:
        found = (self.tiles[one] for one in self.placed[dashboard])
        return [tile for tile in found if deleted or not tile["deleted"]]

    def tiles_with(self, insight: int) -> list[Row]:
        return [self.tiles[one] for one in self.showing[insight] if not self.tiles[one]["deleted"]]

    def place(self, dashboard: int, **content: Any) -> Row:
        """Put a tile onto a dashboard. Exactly one of insight, text, button_tile and widget is its content."""
        tile: Row = {
            "id": self.number("tile"),
            "dashboard": dashboard,
            "deleted": False,
            "insight": None,
            "text": None,
            "button_tile": None,
            "widget": None,
            "layouts": {},
            "color": None,
            "filters_overrides": {},
            "show_description": None,
            "transparent_background": None,
            **content,
        }
        self.tiles[tile["id"]] = tile
        self.placed[dashboard].append(tile["id"])
        if tile["insight"] is not None:
            self.showing[tile["insight"]].append(tile["id"])
        return tile

    def move(self, tile: Row, dashboard: int) -> None:
        self.placed[tile["dashboard"]].remove(tile["id"])
        self.placed[dashboard].append(tile["id"])
        tile["dashboard"] = dashboard

    def add_insight(self, project: int, by: str, **content: Any) -> Row:
        now = self.moment()
        insight: Row = {
            "id": self.number("insight"),
            "short_id": self.secret(8),
            "project": project,
            "name": None,
            "derived_name": None,
            "description": "",
            "query": None,
            "saved": True,
            "favorited": False,
            "tags": [],
            "deleted": False,
            "created_at": now,
            "created_by": by,
            "last_modified_at": now,
            **content,
        }
        self.insights[insight["id"]] = insight
        return insight

    def add_dashboard(self, project: int, by: str | None, **content: Any) -> Row:
        dashboard: Row = {
            "id": self.number("dashboard"),
            "project": project,
            "name": None,
            "description": "",
            "pinned": False,
            "created_at": self.moment(),
            "created_by": by,
            "last_accessed_at": None,
            "deleted": False,
            "creation_mode": "default",
            "filters": {},
            "variables": {},
            "breakdown_colors": [],
            "data_color_theme_id": None,
            "quick_filter_ids": [],
            "tags": [],
            "restriction_level": EVERYONE,
            "last_refresh": None,
            **content,
        }
        self.dashboards[dashboard["id"]] = dashboard
        return dashboard

    def remove_dashboard(self, dashboard: int) -> None:
        """For good: only what was half made goes this way."""
        for one in self.placed.pop(dashboard, []):
            tile = self.tiles.pop(one)
            if tile["insight"] is not None:
                self.showing[tile["insight"]].remove(one)
                self.insights[tile["insight"]]["deleted"] = True
        del self.dashboards[dashboard]

    def controls_on(self, project: int, resource: str, thing: str | None) -> list[Row]:
        return self.controls.get((project, resource, thing), [])

    def applying(self, user: str, rows: Iterable[Row]) -> list[str]:
        """The levels that some rows give a user: by membership, by role, or as one of everybody."""
        member = self.member_of(user)
        roles = self.roles_of(user) if "role_based_access" in self.features else set()
        return [
            row["access_level"]
            for row in rows
            if row["organization_member"] == (member and member["id"])
            or row["role"] in roles
            or (row["organization_member"] is None and row["role"] is None)
        ]
