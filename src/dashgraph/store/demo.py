"""The example company as rows of the store: loaded whole into an empty one, the same rows for the same moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from random import Random
from typing import Any

from sqlalchemy import Table, insert, select

from dashgraph.domain.dash import JsonObject
from dashgraph.domain.dashboards import DashboardState
from dashgraph.domain.problems import Conflict
from dashgraph.domain.roles import VIEWER
from dashgraph.domain.shares import ShareRule
from dashgraph.domain.text import fold
from dashgraph.domain.users import Origin, UserStatus
from dashgraph.store.accounts import NewUser, user_row
from dashgraph.store.database import Database
from dashgraph.store.demo_content import (
    DASHBOARDS,
    DATASOURCES,
    EVERYONE,
    FOLDERS,
    GROUPS,
    PEOPLE,
    DemoDashboard,
    DemoGroup,
    DemoUser,
)
from dashgraph.store.demo_documents import before_the_change, made, native_id
from dashgraph.store.imports import edition_row, folded, remember_datasource, widget_row, written
from dashgraph.store.tables import (
    dashboards,
    editions,
    folders,
    groups,
    memberships,
    shares,
    users,
    widgets,
)

ADMIN_EMAIL = "nora@tallgrass.example"
SHARES = 250
LEFT = 35  # days since inactive users were last here; what they made is older
FROM_DIRECTORY = frozenset({"Finance", "Sales", "Operations"})
LEADING = frozenset({"Finance leads", "Data team"})  # groups that may edit what they are given
PREFERENCES: Mapping[str, JsonObject] = {
    "nora": {"language": "en-GB", "timezone": "Europe/Stockholm", "theme": "dark"},
    "claire.dubois": {"language": "fr-FR", "timezone": "Europe/Paris", "weekStartsOn": "monday"},
    "yuki.hoshino": {"language": "ja-JP", "timezone": "Asia/Tokyo"},
    "marta.lindqvist": {"language": "sv-SE", "timezone": "Europe/Stockholm", "landingDashboard": "Nordic revenue"},
}


@dataclass(frozen=True, slots=True)
class DemoCompany:
    """What was loaded: how many of each noun, and the administrator to sign in as."""

    admin_id: str
    admin_email: str
    counts: Mapping[str, int]


async def load_demo(database: Database, now: datetime, password_hash: str | None = None) -> DemoCompany:
    """Load Tallgrass Bicycles in one transaction; the password is the administrator's, nobody else has one.

    Raises Conflict, and changes nothing, when the store has users already.
    """
    async with database.writing() as session:
        if (await session.execute(select(users.c.id).limit(1))).first() is not None:
            raise Conflict("The store has users already; load the example company into an empty store.")

        known = {raw["title"]: await remember_datasource(session, raw) for raw in DATASOURCES}
        company = _Company(now, known)
        company.fill()
        admin = company.rows[users][0]
        admin["password_hash"] = password_hash

        for table, rows in company.rows.items():
            await session.execute(insert(table), rows)
    counts = {
        "users": len(company.rows[users]),
        "groups": len(company.rows[groups]),
        "folders": len(company.rows[folders]),
        "datasources": len(known),
        "dashboards": len(company.rows[dashboards]),
        "widgets": sum(board.widgets for board in DASHBOARDS),
        "shares": len(company.rows[shares]),
    }
    return DemoCompany(admin["id"], admin["email"], counts)


class _Company:
    """Makes the rows of each table, in the order in which they refer to each other."""

    def __init__(self, now: datetime, known_datasources: Mapping[str, str | None]) -> None:
        self._now, self._datasources = now, known_datasources
        self._random = Random("Tallgrass Bicycles")  # noqa: S311 - the same company every time
        self._people = {person.user_name: person for people in PEOPLE.values() for person in people}
        self._user_ids = {name: native_id(self._random) for name in self._people}
        self._admin_id = next(iter(self._user_ids.values()))
        self._group_ids = {group.name: native_id(self._random) for group in GROUPS}
        self._folder_ids = {folder.name: native_id(self._random) for folder in FOLDERS}
        self._dashboard_ids = {board.title: native_id(self._random) for board in DASHBOARDS}
        self.rows: dict[Table, list[dict[str, Any]]] = {
            table: [] for table in (users, groups, memberships, folders, dashboards, editions, widgets, shares)
        }

    def fill(self) -> None:
        for role, people in PEOPLE.items():
            for person in people:
                self._add_user(person, role)
        for group in GROUPS:
            self._add_group(group)
        self._add_folders()
        published = {board.title: self._add_dashboard(board) for board in DASHBOARDS}
        self._add_shares({title: moment for title, moment in published.items() if moment is not None})

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _between(self, start: datetime, end: datetime) -> datetime:
        return start + timedelta(seconds=int((end - start).total_seconds() * self._random.random()))

    def _ago(self, most: float, least: float) -> datetime:
        """A moment between so many days ago."""
        return self._between(self._now - timedelta(days=most), self._now - timedelta(days=least))

    def _last_act(self, user_name: str) -> datetime:
        """The last moment at which this user can have done something."""
        gone = self._people[user_name].status is UserStatus.INACTIVE
        return self._now - timedelta(days=LEFT if gone else 1)

    def _add_user(self, person: DemoUser, role: str) -> None:
        eldest = not self.rows[users]
        created = self._ago(1600, 1500) if eldest else self._ago(1500, 700)
        updated, deleted = self._ago(300, 40), None
        only_views = role == VIEWER.native_name
        last_login = None if only_views and self._chance(0.08) else self._ago(20 if only_views else 1, 0)
        if person.status is UserStatus.INACTIVE:
            last_login, updated = self._ago(LEFT, LEFT - 1), self._ago(LEFT - 1, LEFT - 5)
        elif person.status is UserStatus.PENDING:
            last_login, created = None, self._ago(6, 2)
            updated = created
        elif person.status is UserStatus.DELETED:
            last_login, deleted = self._ago(120, 90), self._ago(70, 60)
            updated = deleted

        user = NewUser(
            id=self._user_ids[person.user_name],
            email=person.email,
            role=role,
            first_name=person.first_name,
            last_name=person.last_name,
            user_name=person.user_name,
            status=person.status,
            origin=Origin.DIRECTORY if person.department in FROM_DIRECTORY else Origin.SOURCE,
        )
        preferences = PREFERENCES.get(person.user_name)
        self.rows[users].append(
            {
                **user_row(user, created),
                "preferences": None if preferences is None else written(preferences),
                "updated_at": updated,
                "last_login_at": last_login,
                "deleted_at": deleted,
                "deleted_by": None if deleted is None else self._admin_id,
            }
        )

    def _add_group(self, group: DemoGroup) -> None:
        one = self._group_ids[group.name]
        self.rows[groups].append(
            {
                "id": one,
                "name": group.name,
                "name_key": fold(group.name),
                "mail": group.mail,
                "mail_key": folded(group.mail),
                "role": group.role,
                "origin": (Origin.DIRECTORY if group.name in FROM_DIRECTORY else Origin.SOURCE).value,
                "created_at": self._ago(690, 600),
                "created_by": self._admin_id,
                "updated_at": self._ago(200, 30),
            }
        )
        self.rows[memberships] += [
            {"user_id": self._user_ids[name], "group_id": one}
            for name, person in self._people.items()
            if _belongs(person, group)
        ]

    def _add_folders(self) -> None:
        for folder in FOLDERS:
            self.rows[folders].append(
                {
                    "id": self._folder_ids[folder.name],
                    "name": folder.name,
                    "name_key": fold(folder.name),
                    "parent_id": folder.parent and self._folder_ids[folder.parent],
                    "owner_id": self._user_ids[folder.owner],
                    "created_at": self._ago(590, 420),
                    "updated_at": self._ago(400, 60),
                }
            )

    def _add_dashboard(self, board: DemoDashboard) -> datetime | None:
        """Add a dashboard with its editions. Answers when it was published, or None for a draft."""
        one, owner = self._dashboard_ids[board.title], self._user_ids[board.owner]
        document = made(self._random, board, one)
        created, published, changed = self._ago(400, 130), None, None
        updated = self._between(created, self._last_act(board.owner))
        if board.state is not DashboardState.DRAFT:
            updated = published = self._between(self._now - timedelta(days=120), self._last_act(board.owner))
        if board.state is DashboardState.MODIFIED and published is not None:
            updated = changed = self._between(published, self._last_act(board.owner))

        self.rows[dashboards].append(
            {
                "id": one,
                "owner_id": owner,
                "folder_id": board.folder and self._folder_ids[board.folder],
                "title_key": fold(board.title),
                "working": 1 if changed is None else 2,
                "published": None if published is None else 1,
                "created_at": created,
                "updated_at": updated,
                "revision": 1 + (published is not None) + (changed is not None),
            }
        )
        first = document if changed is None else before_the_change(document, board.published_as or board.title)
        by = None if published is None else owner
        self._add_edition(first, 1, created, published_at=published, published_by=by)
        if changed is not None:
            self._add_edition(document, 2, changed, published_at=None, published_by=None)
        return published

    def _add_edition(self, document: JsonObject, number: int, created: datetime, **published: object) -> None:
        stored = {**document, "widgets": [widget["oid"] for widget in document["widgets"]]}
        datasource = self._datasources[document["datasource"]["title"]]
        place = {"dashboard_id": document["oid"]}
        self.rows[editions].append(
            {**place, "number": number, **edition_row(document, stored, datasource, created), **published}
        )
        self.rows[widgets] += [
            {**place, "edition": number, "position": position, **row}
            for position, widget in enumerate(document["widgets"])
            for row in [widget_row(widget, widget["oid"], datasource, created)]
        ]

    def _add_shares(self, published: Mapping[str, datetime]) -> None:
        """Share as the dashboards say, then open ones with people of other departments up to the promised number."""
        boards = [board for board in DASHBOARDS if board.title in published]
        wanted = [(board, "group", name) for board in boards for name in board.groups]
        wanted += [(board, "user", name) for board in boards for name in board.people]
        active = [name for name, person in self._people.items() if person.status is UserStatus.ACTIVE]
        others = [
            (board, "user", name)
            for board, name in product(boards, active)
            if not board.closed and name not in {board.owner, *board.people}
        ]
        wanted += self._random.sample(others, SHARES - len(wanted))

        viewers = {person.user_name for person in PEOPLE[VIEWER.native_name]}
        for board, kind, name in wanted:
            may_edit = name in LEADING if kind == "group" else name not in viewers
            edits = may_edit and self._chance(0.4)
            subject = self._group_ids[name] if kind == "group" else self._user_ids[name]
            one = self._dashboard_ids[board.title]
            self.rows[shares].append(
                {
                    "id": f"{one}/{kind}/{subject}",
                    "dashboard_id": one,
                    "user_id": subject if kind == "user" else None,
                    "group_id": subject if kind == "group" else None,
                    "rule": (ShareRule.EDIT if edits else ShareRule.VIEW).value,
                    "subscribed": int(self._chance(0.25)),
                    "created_at": self._between(published[board.title], self._last_act(board.owner)),
                    "created_by": self._user_ids[board.owner],
                }
            )


def _belongs(person: DemoUser, group: DemoGroup) -> bool:
    """Whether somebody is a member. Those who left stay in their department, not among everyone."""
    if group.name == EVERYONE:
        return person.status is UserStatus.ACTIVE
    named = person.department in group.departments or person.user_name in group.people
    return named and person.status is not UserStatus.DELETED
