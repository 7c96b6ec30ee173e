"""Having schedules run besides their time: now, and to try them out."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from conftest import Asking
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.secrets import Secret
from dashgraph.services.delivering.sealing import new_key
from dashgraph.store.work_tables import jobs
from scheduling import JOB, SECRET, WEBHOOK, d, do, made, office, refused, to
from test_shares import snapshot


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHGRAPH_SECRET_KEYS", new_key())


async def test_running_now_starts_one_job_at_a_time(empty: Asking) -> None:
    await office(empty)
    one = {"scheduleId": (await made(empty, "reader", enabled=False))["schedule"]["id"]}

    tried = await do(empty, "reader", "runSchedule", JOB, **one, dryRun=True)
    run = await do(empty, "reader", "runSchedule", JOB, **one, idempotencyKey="k")
    again = await do(empty, "reader", "runSchedule", JOB, **one, idempotencyKey="k")
    twice = await refused(empty, "reader", "runSchedule", **one)

    assert (tried["job"], tried["errors"]) == (None, [])
    assert run["job"] | {"id": ""} == {
        "id": "",
        "status": "QUEUED",
        "trigger": "MANUAL",
        "schedule": {"name": "Weekly"},
        "dashboard": {"title": "The plan"},
        "requestedBy": {"email": "reader@x.example"},
    }
    assert again["job"]["id"] == run["job"]["id"]
    assert (twice[0], "running already" in twice[2]) == ("INVALID_STATE", True)
    assert run["operation"]["canBeUndone"] is False


async def input_of(asking: Asking, job: str) -> Any:
    native = ResourceId.decode(job)
    assert native is not None
    async with asking.world.database.reading() as session:
        return json.loads((await session.execute(select(jobs.c.input).where(jobs.c.id == native.native))).scalar_one())


async def test_a_test_goes_to_who_asks_and_nowhere_else(empty: Asking) -> None:
    await office(empty)
    schedule = (await made(empty, targets=[WEBHOOK], subject="old"))["schedule"]["id"]
    before = await snapshot(empty, without=frozenset({"operations", "jobs"}))

    stored = await do(empty, "admin", "testSchedule", JOB, scheduleId=schedule, subject="new")
    draft = await do(empty, "reader", "testSchedule", JOB, dashboardId=d("plan"), format="CSV")
    whole = await do(empty, "owner", "testSchedule", JOB, scheduleId=schedule, toTargets=True)

    given = await input_of(empty, stored["job"]["id"])
    assert (given["deliverable"]["subject"], given["deliverable"]["owner_id"]) == ("new", "owner")
    assert [[one["user_id"] for one in target["recipients"]] for target in given["targets"]] == [["admin"]]
    assert (stored["job"]["trigger"], stored["job"]["schedule"]) == ("TEST", None)
    assert (await input_of(empty, draft["job"]["id"]))["deliverable"]["name"] == "The plan"
    [target] = (await input_of(empty, whole["job"]["id"]))["targets"]
    assert empty.world.sealer.open(target["sealed"]) == {"key": Secret(SECRET)}
    assert await snapshot(empty, without=frozenset({"operations", "jobs"})) == before


async def test_testing_to_targets_needs_the_right_to_save_them(empty: Asking) -> None:
    await office(empty)
    draft = {"dashboardId": d("plan"), "toTargets": True}

    assert (await refused(empty, "reader", "testSchedule", **draft, targets=[WEBHOOK]))[0] == "FORBIDDEN"
    assert (await refused(empty, "reader", "testSchedule", **draft))[:2] == ["BAD_USER_INPUT", ["targets"]]
    assert (await refused(empty, "stranger", "testSchedule", dashboardId=d("plan")))[0] == "NOT_FOUND"
    assert (await refused(empty, "reader", "testSchedule"))[:2] == ["BAD_USER_INPUT", ["scheduleId"]]
    assert (await do(empty, "reader", "testSchedule", JOB, **draft, targets=[to("vic")]))["errors"] == []
