"""The company that every contestant answers about: the same rows of dashgraph's own tables each time."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import Table, insert, text

from dashgraph.domain.text import fold
from dashgraph.store.accounts import NewUser, user_row
from dashgraph.store.database import Database
from dashgraph.store.imports import edition_row, widget_row
from dashgraph.store.tables import (
    dashboards,
    datasources,
    editions,
    groups,
    memberships,
    shares,
    users,
    widgets,
)

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
ADMIN = "root@contest.example"
ROOT = "root"
USERS, GROUPS, DASHBOARDS = 2_000, 200, 5_000  # of each branch
WIDGETS = 8  # of each dashboard, as many as types
GROUPS_OF_USER = (2, 3, 4)
READERS = 5  # users that each dashboard is shared with, besides one group
FIRST = ("Ada", "Bo", "Chen", "Dina", "Emre", "Fatou", "Gus", "Hana", "Ines", "Jo", "Kai", "Lena", "Mio")
LAST = ("Abe", "Berg", "Costa", "Diaz", "Evans", "Fuchs", "Garcia", "Haas", "Ito", "Jensen", "Khan")
SUBJECTS = ("Revenue", "Churn", "Orders", "Margin", "Stock", "Returns", "Leads", "Budget", "Tickets", "Visits")
PLACES = ("North", "South", "East", "West", "Europe", "Asia", "Retail", "Online", "Partners")
TYPES = ("indicator", "pivot", "chart/line", "chart/column", "chart/pie", "map", "table", "text")


class Company:
    """An administrator and branches, by default one.

    More branches are more of the same, and come later in every order: the questions have the same answers.
    """

    def __init__(self, branches: int = 1) -> None:
        self.branches = [Branch(number) for number in range(branches)]

    def dashboard_ids(self, how_many: int) -> list[str]:
        """Some of the first branch, far from each other in every order."""
        return [self.branches[0].native("dashboard", one * (DASHBOARDS // how_many)) for one in range(how_many)]

    async def fill(self, database: Database) -> None:
        await _insert(database, users, iter([user_row(NewUser(ROOT, ADMIN, "admin", "Root"), NOW)]))
        await _insert(database, datasources, iter([{"id": "it", "title": "Warehouse", "title_key": "warehouse"}]))
        for branch in self.branches:
            for table, rows in branch.tables():
                await _insert(database, table, rows)
        async with database.reading() as session:  # what autovacuum would come to do in the middle of a round
            await session.execute(text("VACUUM ANALYZE" if database.dialect == "postgresql" else "ANALYZE"))


class Branch:
    """2,000 users, 200 groups, 5,000 dashboards, 40,000 widgets and 30,000 shares that know no other branch."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._prefix = f"Zone {number} " if number else ""
        self._chance = Random(number)
        self._owners = [self._chance.randrange(USERS) for _ in range(DASHBOARDS)]

    def native(self, kind: str, number: int) -> str:
        """24 hexadecimal digits in no order, like real ids."""
        name = f"{kind}{self._number}-{number}"
        return hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()[:24]

    def tables(self) -> Iterator[tuple[Table, Iterator[dict[str, Any]]]]:
        """In the order in which they refer to each other."""
        yield users, self._users()
        yield groups, self._groups()
        yield memberships, self._memberships()
        yield dashboards, self._dashboards()
        yield editions, self._editions()
        yield widgets, self._widgets()
        yield shares, self._shares()

    def _user(self, number: int) -> str:
        return self.native("user", number % USERS)

    def _users(self) -> Iterator[dict[str, Any]]:
        for number in range(USERS):
            email = f"user{number}@branch{self._number}.example"
            first, last = self._prefix + FIRST[number % len(FIRST)], f"{LAST[number % len(LAST)]} {number}"
            yield user_row(NewUser(self._user(number), email, "designer", first, last), NOW)

    def _groups(self) -> Iterator[dict[str, Any]]:
        for number in range(GROUPS):
            name = f"{self._prefix}{PLACES[number % len(PLACES)]} {number}"
            row = {"id": self.native("group", number), "name": name, "name_key": fold(name), "origin": "source"}
            yield {**row, "created_at": NOW, "updated_at": NOW}

    def _memberships(self) -> Iterator[dict[str, Any]]:
        for number in range(USERS):
            for group in self._chance.sample(range(GROUPS), self._chance.choice(GROUPS_OF_USER)):
                yield {"user_id": self._user(number), "group_id": self.native("group", group)}

    def _dashboards(self) -> Iterator[dict[str, Any]]:
        for number, owner in enumerate(self._owners):
            yield {
                "id": self.native("dashboard", number),
                "owner_id": self._user(owner),
                "title_key": fold(self._title(number)),
                "working": 1,
                "published": 1,
                "created_at": NOW - timedelta(days=365),
                "updated_at": NOW - timedelta(minutes=number),
            }

    def _title(self, number: int) -> str:
        subject, place = SUBJECTS[number % len(SUBJECTS)], PLACES[number % len(PLACES)]
        return f"{self._prefix}{subject} {place} {number * 7919 % DASHBOARDS}"

    def _editions(self) -> Iterator[dict[str, Any]]:
        for number in range(DASHBOARDS):
            one, title = self.native("dashboard", number), self._title(number)
            held = [self.native("widget", number * WIDGETS + place) for place in range(WIDGETS)]
            document = {"title": title, "oid": one, "desc": "As of yesterday"}
            row = edition_row(document, {**document, "widgets": held}, "it", NOW)
            yield {**row, "dashboard_id": one, "number": 1, "published_at": NOW, "published_by": ROOT}

    def _widgets(self) -> Iterator[dict[str, Any]]:
        for number in range(DASHBOARDS):
            for place, type_ in enumerate(TYPES):
                one = self.native("widget", number * WIDGETS + place)
                title = f"{SUBJECTS[(number + place) % len(SUBJECTS)]} by {PLACES[place]}"
                document = {"title": title, "type": type_, "subtype": type_, "oid": one, "text": "x" * 180}
                at = {"dashboard_id": self.native("dashboard", number), "edition": 1, "position": place}
                yield {**at, **widget_row(document, one, "it", NOW)}

    def _shares(self) -> Iterator[dict[str, Any]]:
        for number, owner in enumerate(self._owners):
            readers = self._chance.sample(range(1, USERS), READERS)  # so far from the owner, who is none of them
            subjects = [("user", self._user(owner + reader)) for reader in readers]
            subjects.append(("group", self.native("group", self._chance.randrange(GROUPS))))
            dashboard = self.native("dashboard", number)
            for place, (kind, subject) in enumerate(subjects):
                yield {
                    "id": f"{dashboard}/{kind}/{subject}",
                    "dashboard_id": dashboard,
                    "user_id": subject if kind == "user" else None,
                    "group_id": subject if kind == "group" else None,
                    "rule": "edit" if (number + place) % 5 == 0 else "view",
                    "created_at": NOW - timedelta(hours=place + 1),
                    "created_by": self._user(owner),
                }


async def _insert(database: Database, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    async with database.writing() as session:
        while some := list(islice(rows, 10_000)):
            await session.execute(insert(table), some)
