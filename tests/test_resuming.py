"""Changes in systems elsewhere that broke off, or did not end as anybody expected: none is made twice, none is lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from company import Company
from conftest import Asking, Stores, asking
from dashgraph.domain.changes import Change, Outcome, Terms, Trace
from dashgraph.domain.folder_changes import CreateFolder, DeleteFolder
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.operations import UndoOperation
from dashgraph.domain.problems import Conflict
from dashgraph.domain.viewers import Reach, Viewer
from dashgraph.services.trail import ABANDONED, Trail
from dashgraph.sources.live.changing import Desk, Done
from dashgraph.store.tables import intentions, operations
from live_small import Small, beside

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

LATER = timedelta(minutes=5)
SECONDS = 30  # for what takes milliseconds
CREATE = CreateFolder(place="south", name="shelf")


@dataclass
class South:
    """A source in which folders are made and deleted, and what was done there so far."""

    asking: Asking
    boss: Viewer
    made: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    is_broken: bool = False
    may_delete: asyncio.Event = field(default_factory=asyncio.Event)
    deleting: asyncio.Event = field(default_factory=asyncio.Event)

    async def one(self, change: Change, key: str | None = None) -> Outcome:
        return await self.asking.world.changing.one(self.boss, change, Terms(idempotency_key=key))

    async def resumed(self, *, later: timedelta = LATER) -> int:
        world = self.asking.world
        return await world.changing.elsewhere.resume(world.identity, datetime.now(UTC) + later)

    async def states(self) -> list[str]:
        async with self.asking.world.database.reading() as session:
            return sorted((await session.execute(select(operations.c.state))).scalars())

    async def leave(self, *changes: str | None) -> None:
        """Have all operations look as if processes had died with these changes, the oldest first."""
        ids = select(operations.c.id).order_by(operations.c.at, operations.c.id)
        async with self.asking.world.database.writing() as session:
            for native, change in zip((await session.execute(ids)).scalars().all(), changes, strict=True):
                left = {"open": 1, "change": change, "claimed_at": datetime.now(UTC) - LATER}
                await session.execute(update(intentions).where(intentions.c.operation_id == native).values(left))

    async def _create(self, desk: Desk, wish: CreateFolder) -> Done:
        self.made.append(wish.name)
        if self.is_broken:
            message = "nobody expected this"
            raise RuntimeError(message)
        one = ResourceId("south", Kind.FOLDER, wish.name)
        return Done(None, {}, Trace(one, after={"name": wish.name}, undo=(DeleteFolder(folder=one),)))

    async def _delete(self, desk: Desk, wish: DeleteFolder) -> Done:
        self.deleted.append(wish.folder.native)
        self.deleting.set()
        await self.may_delete.wait()
        return Done(None, {}, Trace(wish.folder, before={"name": wish.folder.native}, reason="it is gone"))


@pytest.fixture
async def south(stores: Stores) -> AsyncIterator[South]:
    async with asking(await stores.fresh("empty")) as found:
        await Company(found.world.database).user("boss", "admin")
        made = South(found, (await found.viewer("boss@x.example")).within(Reach.ALL))
        small = Small(handlers={CreateFolder: made._create, DeleteFolder: made._delete})
        made.asking = beside(found, small.source(), Small("west", handlers={CreateFolder: made._create}).source())
        yield made


async def test_what_broke_at_a_fault_of_ours_is_not_known_and_not_repeated(south: South) -> None:
    south.is_broken = True

    with pytest.raises(RuntimeError):
        await south.one(CREATE)

    assert await south.states() == ["unknown"]
    assert await south.resumed() == 0
    assert south.made == ["shelf"]


async def test_one_that_cannot_be_gone_on_with_keeps_none_of_the_others_waiting(south: South) -> None:
    for _ in range(5):
        await south.one(CREATE)
    written = '["createFolder",{"place":"south","name":"rack"}]'
    await south.leave('["noSuchChange",{}]', '["createFolder",{"no_such_field":1}]', "[", None, written)

    assert await south.resumed() == 5
    assert await south.resumed(later=3 * LATER) == 0

    assert await south.states() == ["done", "failed", "unknown", "unknown", "unknown"]
    assert south.made == [*["shelf"] * 5, "rack"]


async def test_an_undoing_of_what_nobody_finds_any_more_is_not_resumed_for_ever(south: South) -> None:
    made = await south.one(CREATE)
    other = ResourceId("local", Kind.OPERATION, "gone").encode()
    await south.leave(f'["undoOperation",{{"operation":"{other}"}}]')

    assert made.problem is None
    assert await south.resumed() == 1
    assert await south.resumed(later=3 * LATER) == 0
    assert await south.states() == ["failed"]


async def test_each_is_claimed_when_its_turn_comes(south: South) -> None:
    """Claimed all at once, the last of many would be taken up by another process before this one comes to it."""
    for _ in range(2):
        await south.one(CREATE)
    await south.leave(None, None)
    database, now = south.asking.world.database, datetime.now(UTC)
    fresh = select(func.count()).where(intentions.c.claimed_at > now - ABANDONED)

    found = []
    async for one in Trail(database).abandoned(now):
        found.append(one.operation)
        async with database.reading() as session:
            assert (await session.execute(fresh)).scalar_one() == len(found)
    assert len(found) == 2


async def test_what_is_settled_before_its_turn_comes_is_not_made_again(south: South) -> None:
    """By a process that was not dead, but asleep."""
    for _ in range(2):
        await south.one(CREATE)
    await south.leave(None, None)
    database, found = south.asking.world.database, []

    async for one in Trail(database).abandoned(datetime.now(UTC)):
        found.append(one.operation)
        async with database.writing() as session:
            await session.execute(update(intentions).values(open=0))
    assert len(found) == 1


async def test_what_somebody_is_at_is_not_taken_for_abandoned_however_long_it_takes(south: South) -> None:
    await south.one(CREATE)
    await south.leave(None)
    database, pauses, said = south.asking.world.database, iter(range(2)), asyncio.Event()
    async with database.reading() as session:
        native = (await session.execute(select(operations.c.id))).scalar_one()

    async def pause(_seconds: float) -> None:
        if next(pauses):
            said.set()
            await asyncio.Event().wait()

    async with Trail(database, pause=pause).at_work(native):
        await asyncio.wait_for(said.wait(), SECONDS)
        assert await south.resumed(later=timedelta()) == 0
    assert await south.resumed() == 1


async def test_of_two_who_undo_the_same_at_the_same_time_one_does(south: South) -> None:
    made = await south.one(CREATE)
    assert made.operation is not None
    undo = UndoOperation(operation=made.operation)

    first = asyncio.create_task(south.one(undo))
    await asyncio.wait_for(south.deleting.wait(), SECONDS)
    second = await south.one(undo)
    south.may_delete.set()

    assert (await asyncio.wait_for(first, SECONDS)).problem is None
    assert isinstance(second.problem, Conflict)
    assert isinstance((await south.one(undo)).problem, Conflict)
    assert south.deleted == ["shelf"]
    assert await south.states() == ["done", "done"]


async def test_an_undoing_that_is_sent_again_under_its_key_is_told_again(south: South) -> None:
    made = await south.one(CREATE)
    assert made.operation is not None
    undo = UndoOperation(operation=made.operation)
    south.may_delete.set()

    first = await south.one(undo, "monday")
    second = await south.one(undo, "monday")

    assert (first.problem, second.problem) == (None, None)
    assert second.operation == first.operation
    assert second.thing.undone_by == first.operation
    assert south.deleted == ["shelf"]


async def test_what_was_taken_back_is_so_from_the_moment_that_its_undoing_is_done(south: South) -> None:
    """Written one after the other, a crash in between left an undoing that said that it had failed."""
    made = await south.one(CREATE)
    assert made.operation is not None
    south.may_delete.set()
    await south.one(UndoOperation(operation=made.operation))
    async with south.asking.world.database.reading() as session:
        told = (await session.execute(select(operations.c.state, operations.c.undone_by, operations.c.undoes))).all()

    assert [row.state for row in told] == ["done", "done"]
    assert sorted((row.undone_by is None, row.undoes is None) for row in told) == [(False, True), (True, False)]


async def test_one_key_is_for_all_that_is_sent_also_to_several_sources(south: South) -> None:
    many = [CREATE, CreateFolder(place="west", name="rack"), CreateFolder(place="local", name="case")]
    changing = south.asking.world.changing

    first = await changing.each(south.boss, many, Terms(idempotency_key="k"))
    second = await changing.each(south.boss, many, Terms(idempotency_key="k"))
    other = await changing.each(south.boss, [*many[:2], CREATE], Terms(idempotency_key="k"))

    assert [one.problem for one in first] == [None, None, None]
    assert [one.operation for one in second] == [one.operation for one in first]
    assert all(one.problem is not None for one in other)
    assert south.made == ["shelf", "rack"]
