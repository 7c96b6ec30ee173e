"""The feed of operations: each once, in one order for all, whoever writes, and however often one reconnects."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update

from company import START, Company, global_id
from conftest import Asking, Stores, asking
from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import Unauthenticated
from dashgraph.domain.viewers import TokenScope, Viewer
from dashgraph.graph.execution import Answer, Executor, Operation, Stage
from dashgraph.graph.operation_events import read_place, write_place
from dashgraph.services import feed as feeds
from dashgraph.services.polling import RECHECK_SECONDS, Time
from dashgraph.services.watching import Watching
from dashgraph.store import feed as store
from dashgraph.store import trail
from dashgraph.store.database import Database
from dashgraph.store.tables import feed, operations
from test_watching import Clock

SECONDS = 30  # for what takes milliseconds
FOLLOW = """
subscription($after: String, $filter: OperationFilter, $scope: Scope! = VISIBLE) {
  operations(after: $after, filter: $filter, scope: $scope) { cursor operation { nativeId state } }
}
"""


async def left(database: Database, *names: str, by: str = "asker", **more: Any) -> None:
    """Operations as a change leaves them, in one transaction."""
    async with database.writing() as session:
        for name in names:
            await session.execute(insert(operations).values(row(name, by, **more)))


def row(name: str, by: str = "asker", **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": "addShare", "at": START, "actor_id": by, "changes": "[]", "item": 0, **more}


@dataclass
class Follower:
    """One process that follows the feed; `viewer` is who they are when they are asked."""

    asking: Asking
    viewer: Viewer | None
    time: Time
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        world = self.asking.world
        self.watching = Watching(world.database, self.time)
        self.executor = Executor(world.reading, world.changing, world.passwords, self.watching, world.bulk)

    async def who(self) -> Viewer:
        if self.viewer is None:
            message = "Sign in."
            raise Unauthenticated(message)
        return self.viewer

    @asynccontextmanager
    async def feed(self, **variables: Any) -> AsyncIterator["Told"]:
        async with aclosing(self.executor.answers(Operation(FOLLOW, variables), self.who)) as answers:
            told = Told(answers)
            yield told
            if told.coming is not None:
                told.coming.cancel()
                await asyncio.wait([told.coming])


@dataclass
class Told:
    answers: Any
    coming: asyncio.Task[Any] | None = None
    cursor: str = ""

    async def answer(self) -> Answer | None:
        coming = self.coming or asyncio.ensure_future(anext(self.answers, None))
        self.coming = None
        return await asyncio.wait_for(coming, SECONDS)

    async def one(self) -> str | None:
        """The name of the operation that is told next; None where the feed begins."""
        answer = await self.answer()
        assert answer is not None
        assert (answer.stage, answer.payload.get("errors")) == (Stage.RUN, None)
        event = answer.payload["data"]["operations"]
        self.cursor = event["cursor"]
        return event["operation"] and event["operation"]["nativeId"]

    async def begin(self) -> None:
        """Take the first event, which says where the feed begins, and wait for more."""
        assert await self.one() is None
        await self.nothing()

    async def some(self, number: int) -> list[str | None]:
        return [await self.one() for _ in range(number)]

    async def nothing(self) -> None:
        """Look that nothing is told, as far as everything that is running has come."""
        self.coming = self.coming or asyncio.ensure_future(anext(self.answers, None))
        await asyncio.wait([self.coming], timeout=0.05)
        assert not self.coming.done()

    async def refused(self) -> str:
        """The code with which it ends."""
        answer = await self.answer()
        assert answer is not None
        assert answer.stage is Stage.ENDED
        assert await self.answer() is None
        [error] = answer.payload["errors"]
        return str(error["extensions"]["code"])


async def office(asking: Asking) -> tuple[Clock, Follower]:
    company, clock = Company(asking.world.database), Clock()
    for name, role in (("asker", "designer"), ("stranger", "designer"), ("boss", "admin")):
        await company.user(name, role)
    return clock, Follower(asking, await asking.viewer("asker@x.example"), Time(lambda: clock.now, clock.pause))


async def test_it_begins_now_and_tells_each_operation_once(empty: Asking) -> None:
    clock, follower = await office(empty)
    database = empty.world.database
    await left(database, "before")

    async with follower.feed() as told:
        await told.begin()
        await left(database, "b", "a")
        await left(database, "c", at=START - timedelta(days=1))
        await clock.tick()
        assert await told.some(3) == ["c", "a", "b"], "what came to light together is in the order of its time"
        await clock.tick()
        await told.nothing()
    assert follower.watching.is_idle


async def test_it_goes_on_after_a_cursor_also_that_of_its_beginning(empty: Asking) -> None:
    clock, follower = await office(empty)
    database = empty.world.database
    names = [f"o{number:03}" for number in range(2 * feeds.MOST + 3)]

    async with follower.feed() as told:
        await told.begin()
        begun = told.cursor
    await left(database, *names)
    async with follower.feed(after=begun) as told:
        await told.nothing()  # nobody numbered them while nobody followed
        await clock.tick()
        assert await told.some(feeds.MOST + 1) == names[: feeds.MOST + 1]
        middle = told.cursor
    async with follower.feed(after=middle) as told:
        assert await told.some(len(names) - feeds.MOST - 1) == names[feeds.MOST + 1 :]
        await told.nothing()


async def test_what_is_committed_late_is_told_late_and_not_lost(empty: Asking) -> None:
    """A transaction that began first, with an earlier time, becomes visible last."""
    clock, follower = await office(empty)
    database = empty.world.database
    if database.dialect == "sqlite":
        pytest.skip("its writers queue")

    async with follower.feed() as told:
        await told.begin()
        async with database.writing() as session:
            await session.execute(insert(operations).values(row("early", at=START - timedelta(days=1))))
            await left(database, "late")
            await clock.tick()
            assert await told.one() == "late"
            cursor = told.cursor
        await told.nothing()
        await clock.tick()
        assert await told.one() == "early"
    async with follower.feed(after=cursor) as told:
        assert await told.one() == "early"


async def test_an_operation_that_is_being_undone_waits_for_nobody(empty: Asking) -> None:
    clock, follower = await office(empty)
    database = empty.world.database
    if database.dialect == "sqlite":
        pytest.skip("its writers queue")

    async with follower.feed() as told:
        await told.begin()
        await left(database, "held", "free")
        async with database.writing() as session:
            await session.execute(select(operations.c.id).where(operations.c.id == "held").with_for_update())
            await clock.tick()
            assert await told.one() == "free"
        await told.nothing()
        await clock.tick()
        assert await told.one() == "held"


async def test_of_other_systems_it_tells_what_is_settled_and_again_what_is_tried_again(empty: Asking) -> None:
    clock, follower = await office(empty)
    database = empty.world.database

    async def settled(state: str) -> None:
        await trail.settle(database, "share", {"state": state}, undo=None, shown=None)

    async with follower.feed() as told:
        await told.begin()
        async with database.writing() as session:
            intention = {"operation_id": "share", "scopes": "", "claimed_at": START, "open": 1}
            await trail.begin(session, row("share", source="sisense", state="begun"), intention)
        await clock.tick()
        await told.nothing()
        await settled("unknown")
        await clock.tick()
        assert await told.one() == "share"
        async with database.writing() as session:
            assert await trail.claim(session, "share", is_open=False, before=START, now=START)
        await clock.tick()
        await told.nothing()
        await left(database, "other")
        await clock.tick()
        assert await told.one() == "other"
        after = told.cursor
        await settled("done")
        await clock.tick()
        assert await told.one() == "share"
    async with follower.feed(after=after) as told:
        assert await told.one() == "share", "no number is given a second time"


async def test_one_that_is_taken_up_while_it_is_read_is_not_told_as_begun(empty: Asking) -> None:
    clock, follower = await office(empty)
    database = empty.world.database

    async with follower.feed() as told:
        await told.begin()
        await left(database, "begun", "done")
        await store.number(database)
        async with database.writing() as session:
            await session.execute(update(operations).where(operations.c.id == "begun").values(state="begun"))
        await clock.tick()
        assert await told.one() == "done"


async def test_rights_are_those_of_the_list(empty: Asking) -> None:
    clock, follower = await office(empty)
    database = empty.world.database
    boss = await empty.viewer("boss@x.example")

    async with follower.feed() as told:
        await told.begin()
        begun = told.cursor
        await left(database, "theirs", by="stranger")
        await left(database, "mine", "kept")
        await clock.tick()
        assert await told.some(2) == ["kept", "mine"]
        await told.nothing()
    for viewer, variables, names in (
        (boss, {}, []),
        (boss, {"scope": "ALL"}, ["kept", "mine", "theirs"]),
        (boss, {"scope": "ALL", "filter": {"by": {"eq": global_id(Kind.USER, "stranger")}}}, ["theirs"]),
        (boss, {"scope": "ALL", "filter": {"kind": ["removeShare"]}}, []),
    ):
        follower.viewer = viewer
        async with follower.feed(after=begun, **variables) as told:
            assert sorted(str(name) for name in await told.some(len(names))) == names
            await told.nothing()


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"scope": "ALL"}, "FORBIDDEN"),
        ({"after": "zzz"}, "BAD_CURSOR"),
        ({"after": write_place("other", 0)}, "BAD_CURSOR"),
        ({"after": write_place("local", 1)}, "BAD_CURSOR"),
        ({"after": write_place("local", -1)}, "BAD_CURSOR"),
        ({"after": write_place("local", 2**63)}, "BAD_CURSOR"),
        ({"after": write_place("local", True)}, "BAD_CURSOR"),
        ({"after": "W10"}, "BAD_CURSOR"),
        ({"filter": {"about": ["zzz"]}}, "BAD_ID"),
    ],
)
async def test_what_cannot_be_followed_is_refused(empty: Asking, variables: dict[str, Any], code: str) -> None:
    _, follower = await office(empty)

    async with follower.feed(**variables) as told:
        assert await told.refused() == code
    assert follower.watching.is_idle


async def test_a_token_that_is_not_for_it_follows_nothing(empty: Asking) -> None:
    _, follower = await office(empty)
    asker = await empty.viewer("asker@x.example")
    follower.viewer = Viewer(asker.user, asker.role, asker.scopes - {TokenScope.DASHBOARDS_READ})

    async with follower.feed() as told:
        assert await told.refused() == "FORBIDDEN"


async def test_who_may_no_more_is_told_no_more_at_the_next_event_or_after_a_while(empty: Asking) -> None:
    clock, follower = await office(empty)
    database = empty.world.database
    boss, asker = await empty.viewer("boss@x.example"), follower.viewer

    follower.viewer = boss
    async with follower.feed(scope="ALL") as told:
        await told.begin()
        follower.viewer = asker
        await left(database, "secret", by="boss")
        await clock.tick()
        assert await told.refused() == "FORBIDDEN"
    follower.viewer = asker
    async with follower.feed() as told:
        await told.begin()
        follower.viewer = None
        await clock.tick()
        await told.nothing()
        await clock.tick(RECHECK_SECONDS)
        assert await told.refused() == "UNAUTHENTICATED"


async def test_what_a_slow_follower_did_not_take_in_time_is_looked_at_again(empty: Asking) -> None:
    """Rights are not older than some seconds, also in the middle of what was read at once."""
    clock, follower = await office(empty)

    async with follower.feed() as told:
        await told.begin()
        await left(empty.world.database, "a", "b", "c")
        await clock.tick()
        assert await told.one() == "a"
        clock.now += feeds.STALE_SECONDS
        assert await told.one() == "b"
        clock.now += 1
        follower.viewer = None
        assert await told.refused() == "UNAUTHENTICATED"


async def test_a_slow_database_delays_what_is_told_and_does_not_prevent_it(empty: Asking) -> None:
    clock, follower = await office(empty)

    async def slow() -> Viewer:
        clock.now += feeds.STALE_SECONDS + 1
        return await follower.who()

    async with aclosing(follower.executor.answers(Operation(FOLLOW), slow)) as answers:
        told = Told(answers)
        assert await told.one() is None
        await left(empty.world.database, "a", "b")
        await store.number(empty.world.database)
        assert await told.some(2) == ["a", "b"]


async def test_all_followers_of_a_process_cost_one_question_and_nobody_costs_none(empty: Asking) -> None:
    clock, follower = await office(empty)
    database = empty.world.database

    async with follower.feed() as one, follower.feed() as two:
        for told in (one, two):
            await told.begin()
        empty.statements.clear()
        await clock.tick()
        assert len(empty.statements) == 1, empty.statements
        await left(database, "a")
        await clock.tick()
        assert [await told.one() for told in (one, two)] == ["a", "a"]
        assert not follower.watching.is_idle
    assert follower.watching.is_idle


async def test_a_follower_that_takes_nothing_costs_one_stretch(empty: Asking) -> None:
    clock, follower = await office(empty)
    database = empty.world.database

    async with follower.feed() as told:
        await told.begin()
        await left(database, *(f"o{number:04}" for number in range(4 * store.SLICE + 1)))
        await clock.tick()
        await told.answer()
        empty.statements.clear()
        for _ in range(3):
            await clock.tick()
        assert len(empty.statements) == 3, "only whether there is news"
    async with database.reading() as session:
        assert (await session.execute(select(feed.c.last))).scalar_one() == 4 * store.SLICE + 1


async def test_a_long_stretch_of_what_others_did_is_passed_in_steps(
    empty: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, follower = await office(empty)
    database = empty.world.database
    monkeypatch.setattr(store, "SPAN", 4)

    async with follower.feed() as told:
        await told.begin()
        await left(database, *(f"o{number}" for number in range(11)), by="stranger")
        await left(database, "z")
        await clock.tick()
        assert await told.one() == "z"
        assert read_place("local", told.cursor) == 12


async def test_with_many_writers_and_processes_every_follower_is_told_the_same(stores: Stores) -> None:
    """Writers whose transactions cross and roll back, and followers of two processes that come and go."""
    address = await stores.fresh("empty")
    async with asking(address) as one, asking(address) as two:
        await office(one)
        boss = await one.viewer("boss@x.example")
        soon = Time(pause=lambda _: asyncio.sleep(0.02))
        followers = [Follower(found, boss, soon) for found in (one, two, one, two)]
        async with followers[0].feed(scope="ALL") as told:
            await told.one()
            begun = told.cursor
        kept: list[str] = []
        chance = random.Random(5)

        async def write(me: int) -> None:
            database = (one, two)[me % 2].world.database
            for turn in range(12):
                names = [f"{me}.{turn}.{item}" for item in range(chance.randint(1, 4))]
                given_up = chance.random() < 0.2
                try:
                    async with database.writing() as session:
                        for name in names:
                            at = START + timedelta(seconds=chance.randint(-9, 9))
                            await session.execute(insert(operations).values(row(name, "boss", at=at)))
                            await session.execute(text("SELECT 1"))  # others come first
                        if given_up:
                            raise ValueError
                except ValueError:
                    continue
                kept.extend(names)

        async def follow(follower: Follower) -> Sequence[str]:
            heard: list[str] = []
            cursor = begun
            while "last" not in heard:
                async with follower.feed(after=cursor, scope="ALL") as told:
                    for _ in range(chance.randint(1, 15)):
                        name = await told.one()
                        assert name is not None
                        heard.append(name)
                        cursor = told.cursor
                        if name == "last":
                            break
            return heard

        async def write_all() -> None:
            await asyncio.gather(*(write(me) for me in range(6)))
            await left(one.world.database, "last", at=START + timedelta(days=1))

        told_to = await asyncio.gather(*(follow(each) for each in followers), write_all())
        told_later = await follow(followers[1])

    first = told_to[0]
    assert first is not None
    assert len(first) == len(set(first))
    assert sorted(first) == sorted([*kept, "last"])
    assert [list(heard or ()) for heard in (*told_to[1:4], told_later)] == [list(first)] * 4
