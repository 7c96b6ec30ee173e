"""Firings become jobs: each once, none silently dropped, and never two of one schedule at a time."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from company import Company
from conftest import Asking
from dashgraph.domain.jobs import JobStatus
from dashgraph.domain.users import UserStatus
from dashgraph.services.jobs import ticking
from dashgraph.store.database import Database
from dashgraph.store.tables import dashboards, users
from dashgraph.store.work_tables import jobs, schedules, timers

MONDAY = datetime(2026, 6, 15, 7, tzinfo=UTC)  # nine o'clock in Berlin
MINUTE, HOUR, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=7)


async def plan(found: Asking, cron: str = "0 9 * * 1", *, at: datetime = MONDAY - HOUR) -> Database:
    """A schedule called `weekly` of the dashboard `sales`, made at this moment."""
    company, database = Company(found.world.database), found.world.database
    await company.user("owner")
    await company.dashboard("sales", "owner")
    row = {"id": "weekly", "name": "weekly", "name_key": "weekly", "owner_id": "owner", "dashboard_id": "sales"}
    more = {"cron": cron, "zone": "Europe/Berlin", "format": "pdf", "enabled": 1, "created_at": at, "updated_at": at}
    async with database.writing() as session:
        await session.execute(insert(schedules).values(**row, **more))
    return database


async def change(database: Database, at: datetime, **values: Any) -> None:
    async with database.writing() as session:
        await session.execute(update(schedules).values(updated_at=at, **values))


async def made(database: Database) -> list[tuple[str, str, datetime]]:
    async with database.reading() as session:
        found = select(jobs.c.status, jobs.c.trigger, jobs.c.fire_at).order_by(jobs.c.fire_at)
        return [tuple(row) for row in await session.execute(found)]


async def next_run(database: Database) -> datetime | None:
    async with database.reading() as session:
        return (await session.execute(select(timers.c.next_run_at))).scalar_one()


async def test_a_schedule_fires_at_its_time_and_then_waits_for_the_next(empty: Asking) -> None:
    database = await plan(empty)

    before = await ticking.tick(database, MONDAY - MINUTE)
    at = await ticking.tick(database, MONDAY)
    after = await ticking.tick(database, MONDAY + MINUTE)

    assert (before, at, after) == (0, 1, 0)
    assert await made(database) == [("queued", "time", MONDAY)]
    assert await next_run(database) == MONDAY + WEEK


async def test_processes_that_tick_at_the_same_time_fire_once(empty: Asking) -> None:
    database = await plan(empty)
    await ticking.tick(database, MONDAY - MINUTE)

    found = await asyncio.gather(*(ticking.tick(database, MONDAY) for _ in range(8)))

    assert sum(found) == 1
    assert await made(database) == [("queued", "time", MONDAY)]


async def test_a_firing_that_is_a_little_late_is_caught_up_with_and_earlier_ones_are_missed(empty: Asking) -> None:
    database = await plan(empty, "*/30 * * * *")
    await ticking.tick(database, MONDAY - HOUR)

    await ticking.tick(database, MONDAY + timedelta(minutes=10))

    assert await made(database) == [
        ("missed", "time", MONDAY - timedelta(minutes=30)),
        ("queued", "catch_up", MONDAY),
    ]


async def test_what_is_too_late_was_missed_and_says_so(empty: Asking) -> None:
    database = await plan(empty)
    await ticking.tick(database, MONDAY - HOUR)

    await ticking.tick(database, MONDAY + timedelta(minutes=16))

    assert await made(database) == [("missed", "time", MONDAY)]
    assert await next_run(database) == MONDAY + WEEK


async def test_after_a_long_silence_the_latest_are_told_and_that_there_were_others(empty: Asking) -> None:
    database = await plan(empty, "*/5 * * * *")
    await ticking.tick(database, MONDAY - HOUR)

    await ticking.tick(database, MONDAY + 52 * WEEK)

    found = await made(database)
    assert len(found) == 101
    assert found[-1] == ("queued", "time", MONDAY + 52 * WEEK)
    async with database.reading() as session:
        first = (await session.execute(select(jobs.c.reason).order_by(jobs.c.fire_at).limit(1))).scalar_one()
    assert first == "Nothing was running to carry it out in time. So it was with others before it."


async def test_one_run_at_a_time(empty: Asking) -> None:
    database = await plan(empty, "*/30 * * * *")
    await ticking.tick(database, MONDAY - HOUR)
    await ticking.tick(database, MONDAY - timedelta(minutes=30))

    await ticking.tick(database, MONDAY)
    async with database.writing() as session:
        await session.execute(update(jobs).values(status=JobStatus.SUCCEEDED.value))
    await ticking.tick(database, MONDAY + timedelta(minutes=30))

    assert [status for status, _, _ in await made(database)] == ["succeeded", "succeeded", "queued"]


async def test_a_name_given_at_the_very_moment_loses_no_firing(empty: Asking) -> None:
    database = await plan(empty)
    await ticking.tick(database, MONDAY - MINUTE)

    await change(database, MONDAY + timedelta(seconds=1), name="monthly", name_key="monthly")
    await ticking.tick(database, MONDAY + timedelta(seconds=2))

    assert await made(database) == [("queued", "time", MONDAY)]


async def test_another_time_replaces_the_one_before_and_what_was_due_stays_due(empty: Asking) -> None:
    database = await plan(empty)
    await ticking.tick(database, MONDAY - MINUTE)

    await change(database, MONDAY - timedelta(seconds=30), cron="0 10 * * 1")
    await ticking.tick(database, MONDAY + MINUTE)
    assert await made(database) == []
    await change(database, MONDAY + HOUR + MINUTE, cron="0 12 * * 1")
    await ticking.tick(database, MONDAY + HOUR + 2 * MINUTE)

    assert await made(database) == [("queued", "catch_up", MONDAY + HOUR)]
    assert await next_run(database) == MONDAY + 3 * HOUR


async def test_a_paused_schedule_does_not_fire_nor_make_up_for_it(empty: Asking) -> None:
    database = await plan(empty)
    await ticking.tick(database, MONDAY - MINUTE)

    await change(database, MONDAY - timedelta(seconds=30), enabled=0)
    await ticking.tick(database, MONDAY + MINUTE)
    await change(database, MONDAY + HOUR, enabled=1)
    await ticking.tick(database, MONDAY + HOUR)

    assert await made(database) == []
    assert await next_run(database) == MONDAY + WEEK


async def test_a_schedule_whose_owner_or_dashboard_went_is_disabled_with_the_reason(empty: Asking) -> None:
    database = await plan(empty)
    await ticking.tick(database, MONDAY - MINUTE)
    async with database.writing() as session:
        await session.execute(update(users).values(status=UserStatus.INACTIVE.value))

    await ticking.tick(database, MONDAY)

    async with database.reading() as session:
        row = (await session.execute(select(schedules.c.enabled, schedules.c.disabled_reason))).one()
        reason = (await session.execute(select(jobs.c.reason))).scalar_one()
    assert tuple(row) == (0, "owner_inactive")
    assert await made(database) == [("skipped", "time", MONDAY)]
    assert reason == "The schedule was disabled: its owner is not active."
    async with database.writing() as session:
        await session.execute(update(users).values(status=UserStatus.ACTIVE.value))
        await session.execute(update(dashboards).values(deleted_at=MONDAY))
    await change(database, MONDAY + MINUTE, enabled=1, disabled_reason=None)
    await ticking.tick(database, MONDAY + WEEK)
    async with database.reading() as session:
        assert (await session.execute(select(schedules.c.disabled_reason))).scalar_one() == "dashboard_deleted"
