"""News of jobs: told once each, to whoever may have them, without a question while nobody waits."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from dashgraph.domain.jobs import JobStatus
from dashgraph.domain.problems import Unauthenticated
from dashgraph.domain.viewers import Viewer
from dashgraph.graph.execution import Answer, Executor, Operation, Stage
from dashgraph.services.polling import POLL_SECONDS, RECHECK_SECONDS, Polling, Time, Watch
from dashgraph.services.watching import ELSEWHERE_SECONDS, Watching
from live_small import Small, beside
from workshop import Workshop

SECONDS = 10  # for what takes milliseconds
FOLLOW = "subscription($id: ID!) { jobUpdated(id: $id) { nativeId status progress { done } } }"


@dataclass
class Clock:
    """Time that passes only when a test says so: each `tick` is one pause of the poller."""

    now: float = 0
    waiting: asyncio.Queue[asyncio.Future[None]] = field(default_factory=asyncio.Queue)

    async def pause(self, seconds: float) -> None:
        assert seconds == POLL_SECONDS
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self.waiting.put(turn)
        await turn

    async def tick(self, seconds: float = POLL_SECONDS) -> None:
        """Let the poller look once, and wait until it has."""
        async with asyncio.timeout(SECONDS):
            while (turn := await self.waiting.get()).cancelled():
                pass  # of a poller that has ended
            self.now += seconds
            turn.set_result(None)
            following = await self.waiting.get()  # it pauses again
        self.waiting.put_nowait(following)


@dataclass
class Following:
    """What the watchers of one world are told; `viewer` is who they are when they are asked."""

    asking: Asking
    viewer: Viewer | None
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        world = self.asking.world
        self.watching = Watching(world.database, Time(lambda: self.clock.now, self.clock.pause))
        self.executor = Executor(world.reading, world.changing, world.passwords, self.watching, world.bulk)

    async def who(self) -> Viewer:
        if self.viewer is None:
            message = "Sign in."
            raise Unauthenticated(message)
        return self.viewer

    @asynccontextmanager
    async def job(self, name: str, query: str = FOLLOW) -> AsyncIterator["Stream"]:
        operation = Operation(query, {"id": global_id(Kind.JOB, name)})
        async with aclosing(self.executor.answers(operation, self.who)) as answers:
            stream = Stream(answers)
            yield stream
            await stream.left()


@dataclass
class Stream:
    answers: AsyncGenerator[Answer, None]
    coming: asyncio.Task[Any] | None = None

    async def answer(self) -> Answer | None:
        """The next answer, None at the end."""
        coming = self.coming or asyncio.ensure_future(anext(self.answers, None))
        self.coming = None
        return await asyncio.wait_for(coming, SECONDS)

    async def left(self) -> None:
        """Stop waiting for an answer, as a client does that goes away."""
        if self.coming is not None:
            self.coming.cancel()
            await asyncio.wait([self.coming])

    async def job(self) -> dict[str, Any]:
        found = await self.answer()
        assert found is not None
        assert found.stage is Stage.RUN
        assert "errors" not in found.payload, found.payload
        job: dict[str, Any] = found.payload["data"]["jobUpdated"]
        return job

    async def nothing(self) -> None:
        """Look that no answer is there, as far as everything that is running has come."""
        self.coming = self.coming or asyncio.ensure_future(anext(self.answers, None))
        await asyncio.wait([self.coming], timeout=0.05)
        assert not self.coming.done()


async def office(asking: Asking) -> tuple[Workshop, Following]:
    company, workshop = Company(asking.world.database), Workshop(asking.world.database)
    for name in ("asker", "stranger"):
        await company.user(name)
    await workshop.job("export", asked_by="asker", kind="export")
    return workshop, Following(asking, await asking.viewer("asker@x.example"))


async def test_the_job_comes_as_it_is_then_at_every_change_until_it_is_over(empty: Asking) -> None:
    workshop, following = await office(empty)

    async with following.job("export") as stream:
        assert await stream.job() == {"nativeId": "export", "status": "QUEUED", "progress": {"done": 0}}
        await stream.nothing()
        await following.clock.tick()
        await stream.nothing()
        await workshop.change("export", status="running", done=1)
        await following.clock.tick()
        assert await stream.job() == {"nativeId": "export", "status": "RUNNING", "progress": {"done": 1}}
        await stream.nothing()
        await workshop.change("export", status="succeeded")
        await following.clock.tick()
        assert (await stream.job())["status"] == "SUCCEEDED"
        assert await stream.answer() is None


async def test_a_job_elsewhere_is_looked_at_now_and_then_and_told_to_its_end(empty: Asking) -> None:
    """Its system counts no revisions, and nothing here tells when it has changed."""
    await office(empty)
    small = Small()
    small.user("asker")
    small.job("run", "asker")
    following = Following(beside(empty, small.source()), await empty.viewer("asker@x.example"))
    operation = Operation(FOLLOW, {"id": global_id(Kind.JOB, "run", "south")})

    async with aclosing(following.executor.answers(operation, following.who)) as answers:
        stream = Stream(answers)
        assert (await stream.job())["status"] == "QUEUED"
        await stream.nothing()
        small.asked.clear()
        for _ in range(3):
            await following.clock.tick()
        await stream.nothing()
        assert not small.asked
        for status in (JobStatus.RUNNING, JobStatus.SUCCEEDED):
            small.held[Kind.JOB] = [replace(job, status=status) for job in small.held[Kind.JOB]]
            await following.clock.tick(ELSEWHERE_SECONDS)
            assert (await stream.job())["status"] == status.name
        assert await stream.answer() is None


async def test_changes_that_a_slow_reader_missed_come_as_the_last_of_them(empty: Asking) -> None:
    workshop, following = await office(empty)

    async with following.job("export") as stream:
        await stream.job()
        for done in range(1, 6):
            await workshop.change("export", done=done)
            await following.clock.tick()
        assert (await stream.job())["progress"] == {"done": 5}
        await stream.nothing()


async def test_a_change_between_the_look_and_the_wait_is_not_lost(empty: Asking) -> None:
    workshop, following = await office(empty)

    async with following.job("export") as stream:
        await stream.job()
        await workshop.change("export", status="failed")  # nobody waits yet
        await following.clock.tick()
        assert (await stream.job())["status"] == "FAILED"


async def test_a_job_that_is_over_comes_once(empty: Asking) -> None:
    workshop, following = await office(empty)
    await workshop.change("export", status="cancelled")

    async with following.job("export") as stream:
        assert (await stream.job())["status"] == "CANCELLED"
        assert await stream.answer() is None


@pytest.mark.parametrize("who", ["asker", "stranger"])
async def test_a_job_that_is_absent_or_hidden_is_told_as_a_query_tells_it(empty: Asking, who: str) -> None:
    _, following = await office(empty)
    following.viewer = await empty.viewer(f"{who}@x.example")
    name = "none" if who == "asker" else "export"
    query = "query($id: ID!) { job(id: $id) { nativeId } }"
    asked = await empty.answer(following.viewer, query, id=global_id(Kind.JOB, name))

    async with following.job(name, "subscription($id: ID!) { job: jobUpdated(id: $id) { nativeId } }") as stream:
        answer = await stream.answer()
        assert answer is not None
        assert answer.stage is Stage.RUN
        assert answer.payload["data"] == asked["data"] == {"job": None}
        assert answer.payload["errors"][0]["message"] == asked["errors"][0]["message"]
        assert answer.payload["errors"][0]["extensions"] == {"code": "NOT_FOUND"}
        assert await stream.answer() is None


async def test_an_id_that_is_none_ends_it_with_an_error(empty: Asking) -> None:
    _, following = await office(empty)
    query = 'subscription { jobUpdated(id: "zzz") { id } }'

    answers = [answer async for answer in following.executor.answers(Operation(query), following.who)]

    assert [answer.stage for answer in answers] == [Stage.ENDED]
    assert answers[0].payload["errors"][0]["extensions"] == {"code": "BAD_ID"}


async def test_a_job_that_is_hidden_meanwhile_is_told_gone_without_a_change_of_it(empty: Asking) -> None:
    _, following = await office(empty)

    async with following.job("export") as stream:
        await stream.job()
        await following.clock.tick(RECHECK_SECONDS)
        await stream.nothing()
        following.viewer = await empty.viewer("stranger@x.example")
        await following.clock.tick()
        await stream.nothing()
        await following.clock.tick(RECHECK_SECONDS)
        answer = await stream.answer()
        assert answer is not None
        assert answer.payload["errors"][0]["extensions"] == {"code": "NOT_FOUND"}
        assert await stream.answer() is None


async def test_a_job_that_is_deleted_ends_it(empty: Asking) -> None:
    _, following = await office(empty)

    async with following.job("export") as stream:
        await stream.job()
        async with empty.world.database.writing() as session:
            await session.execute(text("DELETE FROM jobs"))
        await following.clock.tick()
        answer = await stream.answer()
        assert answer is not None
        assert answer.payload["data"] == {"jobUpdated": None}
        assert await stream.answer() is None


@pytest.mark.parametrize("seconds", [POLL_SECONDS, RECHECK_SECONDS], ids=["at an event", "after a while"])
async def test_who_is_nobody_any_more_is_told_no_more(empty: Asking, seconds: float) -> None:
    workshop, following = await office(empty)

    async with following.job("export") as stream:
        await stream.job()
        following.viewer = None
        if seconds == POLL_SECONDS:
            await workshop.change("export", done=1)
        await following.clock.tick(seconds)
        answer = await stream.answer()
        assert answer is not None
        assert (answer.stage, answer.payload["errors"][0]["extensions"]) == (Stage.ENDED, {"code": "UNAUTHENTICATED"})
        assert await stream.answer() is None


async def test_a_token_that_is_not_for_it_ends_it(empty: Asking) -> None:
    _, following = await office(empty)
    asker = await empty.viewer("asker@x.example")
    following.viewer = Viewer(asker.user, asker.role, frozenset())

    async with following.job("export") as stream:
        answer = await stream.answer()
        assert answer is not None
        assert answer.payload["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert await stream.answer() is None


async def test_all_watchers_cost_one_question_and_nobody_costs_none(empty: Asking) -> None:
    workshop, following = await office(empty)
    await workshop.job("other", asked_by="asker")

    async with following.job("export") as one, following.job("export") as two, following.job("other") as three:
        for stream in (one, two, three):
            await stream.job()
            await stream.nothing()
        empty.statements.clear()
        await following.clock.tick()
        assert len(empty.statements) == 1, empty.statements
        await workshop.change("other", done=1)
        empty.statements.clear()
        await following.clock.tick()
        assert (await three.job())["progress"] == {"done": 1}
        assert len(empty.statements) == 2, empty.statements  # what has changed, and the job for its one watcher
        await three.nothing()
        empty.statements.clear()
        await following.clock.tick()
        assert len(empty.statements) == 1, empty.statements
        assert not following.watching.is_idle
    assert following.watching.is_idle


async def test_a_database_that_is_silent_for_a_while_is_waited_for_and_told_of_once(empty: Asking) -> None:
    workshop, following = await office(empty)

    async with following.job("export") as stream:
        await stream.job()
        await stream.nothing()
        with capture_logs() as logged:
            await _rename(empty, "jobs", "away")
            for _ in range(3):
                await following.clock.tick()
            await _rename(empty, "away", "jobs")
        await workshop.change("export", done=1)
        await following.clock.tick()
        assert (await stream.job())["progress"] == {"done": 1}
    assert [(line["event"], line["of"]) for line in logged] == [("no news", "jobs")]


async def test_a_poller_ends_also_when_its_question_takes_that_for_a_failure() -> None:
    """As a connection may that breaks at the same moment."""
    asked = asyncio.Event()

    async def look(_watches: Collection[Watch]) -> Collection[Watch]:
        asked.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise OSError from None
        return ()

    polling = Polling("nothing", look, Time(pause=lambda _seconds: asyncio.sleep(0)))
    async with asyncio.timeout(SECONDS):
        async with polling.watched(Watch()):
            await asked.wait()
    assert polling.is_idle


async def _rename(asking: Asking, old: str, new: str) -> None:
    async with asking.world.database.writing() as session:
        await session.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


async def test_each_event_reads_anew(empty: Asking) -> None:
    workshop, following = await office(empty)
    await workshop.said("export", "begun")
    query = "subscription($id: ID!) { jobUpdated(id: $id) { log { message } requestedBy { displayName } } }"

    async with following.job("export", query) as stream:
        assert await stream.job() == {"log": [{"message": "begun"}], "requestedBy": {"displayName": "asker"}}
        async with empty.world.database.writing() as session:
            await session.execute(text("UPDATE users SET name = 'Ada' WHERE id = 'asker'"))
            await session.execute(text("UPDATE job_log SET message = 'done'"))
        await workshop.change("export", done=1)
        await following.clock.tick()
        assert await stream.job() == {"log": [{"message": "done"}], "requestedBy": {"displayName": "Ada"}}
