"""Two writers at the same things: in whatever order their steps fall, it is as if one had come after the other.

The first writer is held before each of its statements in turn, while the second goes on until it is done or waits for
the first. What comes of it must be what comes of the two one after another, in one order or the other.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Self

import pytest
from sqlalchemy import delete, event, insert, select, text
from sqlalchemy.util import await_only

from company import Company, global_id
from conftest import Asking, Stores, asking
from dashgraph.domain.ids import Kind
from dashgraph.store.tables import metadata

Wish = tuple[str, dict[str, Any]]  # a mutation and its input
SECONDS = 60  # for two writers to be done
WRITER: ContextVar["Writer | None"] = ContextVar("WRITER", default=None)


def d(name: str) -> str:
    return global_id(Kind.DASHBOARD, name)


def u(name: str) -> str:
    return global_id(Kind.USER, name)


def g(name: str) -> str:
    return global_id(Kind.GROUP, name)


def f(name: str) -> str:
    return global_id(Kind.FOLDER, name)


def to(subject: str, **more: Any) -> dict[str, Any]:
    return {"subjectId": subject, **more}


EDIT_A = ("updateDashboard", {"dashboardId": d("plan"), "title": "A"})
EDIT_B = ("updateDashboard", {"dashboardId": d("plan"), "description": "B"})
GIVE = ("changeDashboardOwner", {"dashboardId": d("plan"), "ownerId": u("ben"), "asAdmin": True})
# Two changes that meet, each as the mutation and its input.
MEETINGS = {
    "two edits": (EDIT_A, EDIT_B),
    "two edits of one revision": tuple((name, given | {"expectedRevision": 1}) for name, given in (EDIT_A, EDIT_B)),
    "an edit and a publication": (EDIT_A, ("publishDashboard", {"dashboardId": d("plan")})),
    "an edit and a deletion": (EDIT_A, ("deleteDashboard", {"dashboardId": d("plan")})),
    "two widgets": (
        ("createWidget", {"dashboardId": d("plan"), "title": "x", "type": "pivot"}),
        ("createWidget", {"dashboardId": d("plan"), "title": "y", "type": "pivot"}),
    ),
    "two shares": (
        ("addShare", {"dashboardId": d("plan"), "grant": to(u("ben"))}),
        ("addShare", {"dashboardId": d("plan"), "grant": to(g("team"), rule="EDIT")}),
    ),
    "one share twice": (
        ("addShare", {"dashboardId": d("plan"), "grant": to(u("ben"))}),
        ("addShare", {"dashboardId": d("plan"), "grant": to(u("ben"), rule="EDIT")}),
    ),
    "a share and the whole list": (
        ("addShare", {"dashboardId": d("plan"), "grant": to(u("ben"))}),
        ("setDashboardShares", {"dashboardId": d("plan"), "grants": [to(u("cem"))]}),
    ),
    "a share and its group's end": (
        ("addShare", {"dashboardId": d("plan"), "grant": to(g("team"))}),
        ("deleteGroup", {"groupId": g("team")}),
    ),
    "a share and its new owner": (("addShare", {"dashboardId": d("plan"), "grant": to(u("ben"))}), GIVE),
    "two new owners": (
        GIVE,
        ("changeDashboardOwner", {"dashboardId": d("plan"), "ownerId": u("cem"), "asAdmin": True}),
    ),
    "a new owner and everything": (GIVE, ("transferOwnership", {"fromUserId": u("ann"), "toUserId": u("cem")})),
    "a new owner who may own no more": (GIVE, ("changeUserRole", {"userId": u("ben"), "role": "viewer"})),
    "an owner back and no more": (
        ("undoOperation", {"of": "transferOwnership"}),
        ("changeUserRole", {"userId": u("old"), "role": "viewer"}),
    ),
    "two members": (
        ("addUserToGroup", {"userId": u("ben"), "groupId": g("team")}),
        ("addUserToGroup", {"userId": u("cem"), "groupId": g("team")}),
    ),
    "a member and the whole list": (
        ("addUserToGroup", {"userId": u("ben"), "groupId": g("team")}),
        ("setUserGroups", {"userId": u("ben"), "groupIds": [g("all")]}),
    ),
    "a member and the group's end": (
        ("addUserToGroup", {"userId": u("ben"), "groupId": g("team")}),
        ("deleteGroup", {"groupId": g("team")}),
    ),
    "members of crossing groups": (
        ("setUserGroups", {"userId": u("ben"), "groupIds": [g("team"), g("all")]}),
        ("removeUserFromGroup", {"userId": u("ann"), "groupId": g("team")}),
    ),
    "one address for two": (
        ("updateUser", {"userId": u("ben"), "email": "new@x.example"}),
        ("updateUser", {"userId": u("cem"), "email": "NEW@x.example"}),
    ),
    "two fields of one user": (
        ("updateUser", {"userId": u("ben"), "firstName": "Benjamin"}),
        ("updateUser", {"userId": u("ben"), "lastName": "Ray"}),
    ),
    "a role and an end": (
        ("changeUserRole", {"userId": u("ben"), "role": "admin"}),
        ("deleteUser", {"userId": u("ben")}),
    ),
    "a folder and what goes into it": (
        ("deleteFolder", {"folderId": f("shelf")}),
        ("moveDashboard", {"dashboardId": d("plan"), "folderId": f("shelf")}),
    ),
    "one document twice": tuple(
        ("importDashboards", {"source": "local", "documents": [{"json": {"title": title, "oid": "5" * 24}}]})
        for title in ("first", "second")
    ),
    "one key twice": (("addShare", {"dashboardId": d("plan"), "grant": to(u("ben")), "idempotencyKey": "k"}),) * 2,
    "one operation undone twice": (("undoOperation", {"of": "removeShare"}),) * 2,
    "a share back and its new owner": (("undoOperation", {"of": "removeShare"}), GIVE),
    "a folder back into one that goes into it": (
        ("undoOperation", {"of": "moveFolder"}),
        ("moveFolder", {"folderId": f("shelf"), "parentId": f("box")}),
    ),
}
STATE = """{
    dashboards(scope: ALL) { edges { node { title description state revision folder { name } owner { displayName }
        widgets { edges { node { title } } } shares { edges { node { rule user { email } group { name } } } } } } }
    users { edges { node { email displayName status role { name } groups { edges { node { name } } } } } }
    groups { edges { node { name } } }
    folders(scope: ALL) { edges { node { name parent { name } } } }
    operations(scope: ALL) { totalCount } }"""
DONE = """query($kind: String!) { operations(scope: ALL, filter: {kind: [$kind]}, sort: AT_ASC, first: 1) {
    edges { node { id } } } }"""


async def office(found: Asking) -> None:
    company = Company(found.world.database)
    await company.user("boss", "admin")
    for name in ("ann", "ben", "cem", "old"):
        await company.user(name)
    await company.group("team", "ann")
    await company.group("all", "ann", "cem")
    await company.folder("shelf", "ann")
    await company.folder("box", "ann", parent="shelf")
    await company.dashboard("plan", "ann", tiles=("a",))
    await company.share("plan", user="ben")
    await company.dashboard("past", "old")
    for name, given in (
        ("transferOwnership", {"fromUserId": u("old"), "toUserId": u("ann")}),
        ("removeShare", {"shareId": global_id(Kind.SHARE, "plan/user/ben")}),
        ("moveFolder", {"folderId": f("box"), "parentId": None}),
    ):
        assert (await do(found, name, given))["errors"] == []


async def do(found: Asking, name: str, given: dict[str, Any]) -> Any:
    """Carry out a change as the administrator; what came of it. What is undone is named by its mutation."""
    boss = await found.viewer("boss@x.example")
    if name == "undoOperation":
        [edge] = (await found.data(boss, DONE, kind=given["of"]))["operations"]["edges"]
        given = {"operationId": edge["node"]["id"]}
    answer = "errors { code }" if name != "importDashboards" else "results { outcome errors { code } }"
    query = f"mutation($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ {answer} }} }}"
    return (await found.data(boss, query, input=given))[name]


@dataclass
class Writer:
    """One of two writers. It is held before the statement of this number until it is let go."""

    held_before: int | None
    statements: int = 0
    began: bool = False  # has asked for its turn to write, on SQLite
    writes: bool = False  # has got it
    held_alone: bool = False  # was held while it had it
    held: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    def step(self, statement: str) -> None:
        self.writes = self.began
        if self.statements == self.held_before:
            self.held_alone = self.writes
            self.held.set()
            await_only(self.let_go.wait())
        self.statements += 1
        self.began = self.began or statement.startswith("BEGIN")

    def end(self) -> None:
        self.began = self.writes = False

    async def carry_out(self, found: Asking, change: Wish) -> Any:
        WRITER.set(self)
        try:
            return await do(found, *change)
        finally:
            self.held.set()


@contextmanager
def watched(found: Asking) -> Iterator[None]:
    """Each writer is told of its own statements."""

    def step(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        writer = WRITER.get()
        if writer is not None:
            writer.step(statement)

    def end(_connection: Any) -> None:
        writer = WRITER.get()
        if writer is not None:
            writer.end()

    engine = found.world.database.engine.sync_engine
    listeners = (("before_cursor_execute", step), ("commit", end), ("rollback", end))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    yield
    for name, listener in listeners:
        event.remove(engine, name, listener)


class Stage:
    """One database in which the same meeting takes place again and again, from the same beginning."""

    def __init__(self, found: Asking, rows: dict[str, list[dict[str, Any]]]) -> None:
        self._found = found
        self._rows = rows

    @classmethod
    async def of(cls, found: Asking) -> Self:
        await office(found)
        async with found.world.database.reading() as session:
            rows = {
                table.name: [dict(row) for row in (await session.execute(select(table))).mappings()]
                for table in metadata.sorted_tables
            }
        return cls(found, rows)

    async def _begin_again(self) -> None:
        async with self._found.world.database.writing() as session:
            for table in reversed(metadata.sorted_tables):
                await session.execute(delete(table))
            for table in metadata.sorted_tables:
                if self._rows[table.name]:
                    await session.execute(insert(table), self._rows[table.name])

    async def one_after_the_other(self, *changes: Wish) -> list[Any]:
        """What comes of each, and of all together."""
        await self._begin_again()
        done = [await do(self._found, *change) for change in changes]
        return [*done, await self._state()]

    async def at_once(self, first: Wish, second: Wish, *, held_before: int) -> tuple[list[Any], bool]:
        """What comes of each, and of both; and whether to go on: the first was held, and its next moments differ.

        On SQLite nobody else writes while one does, so that one moment of its transaction stands for all.
        """
        await self._begin_again()
        writers = Writer(held_before), Writer(None)
        async with asyncio.timeout(SECONDS):
            one = asyncio.create_task(writers[0].carry_out(self._found, first))
            await writers[0].held.wait()
            two = asyncio.create_task(writers[1].carry_out(self._found, second))
            while not two.done() and not await self._waits(*writers):
                pass
            writers[0].let_go.set()
            done = [await one, await two]
        more = writers[0].statements > held_before and not writers[0].held_alone
        return [*done, await self._state()], more

    async def _waits(self, first: Writer, second: Writer) -> bool:
        """Whether the second waits for the first."""
        if self._found.world.database.dialect == "sqlite":
            await asyncio.sleep(0)
            return first.writes and second.began and not second.writes
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        async with self._found.world.database.reading() as session:
            return bool((await session.execute(text(waiting))).scalar_one())

    async def _state(self) -> Any:
        return plainly(await self._found.data(await self._found.viewer("boss@x.example"), STATE))


def plainly(value: Any) -> Any:
    """Without the order of lists, which comes from ids and times."""
    if isinstance(value, dict):
        return {key: plainly(item) for key, item in value.items()}
    return sorted((plainly(item) for item in value), key=repr) if isinstance(value, list) else value


@pytest.mark.parametrize("name", MEETINGS)
async def test_two_writers_at_once_are_as_two_one_after_the_other(stores: Stores, name: str) -> None:
    one, two = MEETINGS[name]
    async with asking(await stores.fresh("empty")) as found:
        stage = await Stage.of(found)
        allowed = [await stage.one_after_the_other(one, two)]
        second, first, state = await stage.one_after_the_other(two, one)
        allowed.append([first, second, state])

        with watched(found):
            for number in count():
                happened, more = await stage.at_once(one, two, held_before=number)
                assert happened in allowed, number
                if not more:
                    break
            for number in count():
                [second, first, state], more = await stage.at_once(two, one, held_before=number)
                assert [first, second, state] in allowed, number
                if not more:
                    break
