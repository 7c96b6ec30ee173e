"""Jobs in the graph: what is told of them, who sees them, and how they are cancelled."""

from datetime import timedelta
from typing import Any

import pytest

from company import START, Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import JOBS_OF_SCHEDULE, JobFilter, JobSort, JobStatus
from dashgraph.domain.lists import Window, Wish
from dashgraph.domain.viewers import Reach
from test_shares import snapshot
from workshop import Workshop

EVERYTHING = """query($id: ID!, $scope: Scope! = VISIBLE) { job(id: $id, scope: $scope) {
    nativeId kind status trigger fireAt createdAt startedAt finishedAt durationMs cancelRequestedAt attempts reason
    error revision result
    requestedBy { email } dashboard { title } progress { done total } log { at level message }
    file { name contentType size }
    deliveries { totalCount edges { node { target recipient status attempts answer at user { email } job { id } } } }
} }"""
NAMES = """query($scope: Scope! = VISIBLE, $filter: JobFilter, $sort: JobSort! = CREATED_AT_DESC, $first: Int) {
    jobs(scope: $scope, filter: $filter, sort: $sort, first: $first) { totalCount edges { node { nativeId } } } }"""
CANCEL = """mutation($input: CancelJobInput!) { cancelJob(input: $input) {
    job { status cancelRequestedAt finishedAt revision deliveries { edges { node { recipient status answer } } } }
    errors { __typename code message } operation { kind canBeUndone reasonAgainstUndoing about { id } } } }"""
PEOPLE = ("asker", "planner", "watcher", "reader", "admin")


def j(name: str) -> str:
    return global_id(Kind.JOB, name)


async def office(asking: Asking) -> Workshop:
    """`asker` asked for the export, `planner` has the schedule, `watcher` the alert; `reader` sees the dashboard."""
    company, workshop = Company(asking.world.database), Workshop(asking.world.database)
    for name in PEOPLE:
        await company.user(name, "admin" if name == "admin" else "designer")
    await company.dashboard("plan", "planner", title="The plan")
    await company.share("plan", user="reader")
    await workshop.schedule("weekly", "planner", "plan")
    await workshop.schedule("other", "admin")
    await workshop.alert("alarm", "watcher")
    await workshop.job("export", asked_by="asker", kind="export", dashboard_id="plan", status="running")
    await workshop.job("monday", schedule_id="weekly", trigger="time", fire_at=START, dashboard_id="plan")
    await workshop.job("now", asked_by="asker", schedule_id="weekly", trigger="manual", status="failed")
    await workshop.job("rung", alert_id="alarm", trigger="alert")
    await workshop.job("sweep", schedule_id="other", trigger="time", status="succeeded")
    return workshop


SEEN = {
    "asker": {"export", "now"},
    "planner": {"monday", "now"},
    "watcher": {"rung"},
    "reader": set(),
    "admin": {"sweep"},
}


async def names(asking: Asking, who: str, **given: Any) -> list[str]:
    data = await asking.data(await asking.viewer(f"{who}@x.example"), NAMES, **given)
    found = [edge["node"]["nativeId"] for edge in data["jobs"]["edges"]]
    assert "first" in given or data["jobs"]["totalCount"] == len(found)
    return found


@pytest.mark.parametrize("who", PEOPLE)
async def test_jobs_are_seen_by_who_asked_and_by_who_owns_what_started_them(empty: Asking, who: str) -> None:
    await office(empty)
    viewer = await empty.viewer(f"{who}@x.example")

    assert set(await names(empty, who)) == SEEN[who]
    for name in ("export", "monday", "now", "rung", "sweep"):
        answer = await empty.answer(viewer, EVERYTHING, id=j(name))
        if name in SEEN[who]:
            assert answer["data"]["job"]["nativeId"] == name
        else:
            hidden = await empty.answer(viewer, EVERYTHING, id=j("none"))
            assert answer == hidden
            assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_administrators_see_all_jobs_when_they_ask_for_all(empty: Asking) -> None:
    await office(empty)

    assert await names(empty, "admin", scope="ALL") == ["sweep", "rung", "now", "monday", "export"]
    assert await names(empty, "admin", scope="ALL", sort="CREATED_AT_ASC", first=2) == ["export", "monday"]
    asker = await empty.viewer("asker@x.example")
    assert [e["extensions"]["code"] for e in await empty.errors(asker, NAMES, scope="ALL")] == ["FORBIDDEN"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"kind": ["EXPORT"]}, ["export"]),
        ({"status": ["FAILED", "SUCCEEDED"]}, ["sweep", "now"]),
        ({"trigger": ["TIME"]}, ["sweep", "monday"]),
        ({"requestedBy": {"eq": global_id(Kind.USER, "asker")}}, ["now", "export"]),
        ({"requestedBy": {"isNull": True}}, ["sweep", "rung", "monday"]),
        ({"schedule": {"eq": global_id(Kind.SCHEDULE, "weekly")}}, ["now", "monday"]),
        ({"schedule": {"eq": global_id(Kind.USER, "weekly")}}, []),
        ({"dashboard": {"in": [global_id(Kind.DASHBOARD, "plan")]}}, ["monday", "export"]),
        ({"createdAt": {"since": (START + timedelta(days=30, hours=7)).isoformat()}}, ["sweep", "rung"]),
        ({"kind": ["DELIVERY"], "status": []}, []),
    ],
)
async def test_every_condition_narrows_the_list(empty: Asking, wanted: dict[str, Any], expected: list[str]) -> None:
    await office(empty)

    assert await names(empty, "admin", scope="ALL", filter=wanted) == expected


async def test_the_runs_of_schedules_come_for_many_at_once(empty: Asking) -> None:
    await office(empty)
    reading, planner = empty.world.reading, await empty.viewer("planner@x.example")
    both = [ResourceId("local", Kind.SCHEDULE, name) for name in ("weekly", "other")]
    wish = Wish(JobSort.CREATED_AT_DESC, Window(1))
    failed = Wish(JobSort.CREATED_AT_DESC, filter=JobFilter(status=(JobStatus.FAILED,)))

    pages = await reading.pages(planner, JOBS_OF_SCHEDULE, both, wish)

    assert [[entry.item.id.native for entry in page.entries] for page in pages.values()] == [["now"], []]
    assert pages[both[0]].has_next
    assert await reading.counts(planner, JOBS_OF_SCHEDULE, both, wish) == {both[0]: 2}
    assert await reading.counts(planner, JOBS_OF_SCHEDULE, both, failed) == {both[0]: 1}
    admin = (await empty.viewer("admin@x.example")).within(Reach.ALL)
    assert await reading.counts(admin, JOBS_OF_SCHEDULE, both, wish) == {both[0]: 2, both[1]: 1}


async def test_a_job_tells_all_that_there_is_to_tell(empty: Asking) -> None:
    workshop = await office(empty)
    at = START + timedelta(days=40)
    await workshop.change(
        "monday",
        status="succeeded",
        attempts=2,
        done=2,
        total=3,
        result='{"pages": 3}',
        reason="late",
        error="one mailbox is full",
        started_at=at,
        finished_at=at + timedelta(seconds=1.25),
        cancel_requested_at=at,
    )
    await workshop.said("monday", "begun", "done")
    await workshop.file("monday", "second.pdf", position=1)
    await workshop.file("monday", "first.pdf")
    await workshop.delivery("monday", "Zoe@x.example", status="failed", attempts=3, answer="550 no such user", at=at)
    await workshop.delivery("monday", "ann@x.example", status="delivered", user_id="reader")
    await workshop.delivery("now", "ben@x.example")

    data = await empty.data(await empty.viewer("planner@x.example"), EVERYTHING, id=j("monday"))

    moment = "2026-02-10T00:00:00Z"
    sent = {"target": "EMAIL", "attempts": 0, "answer": None, "at": None, "job": {"id": j("monday")}}
    assert data["job"] == {
        "nativeId": "monday",
        "kind": "DELIVERY",
        "status": "SUCCEEDED",
        "trigger": "TIME",
        "fireAt": "2026-01-01T00:00:00Z",
        "createdAt": "2026-01-31T05:00:00Z",
        "startedAt": moment,
        "finishedAt": "2026-02-10T00:00:01.250000Z",
        "durationMs": 1250,
        "cancelRequestedAt": moment,
        "attempts": 2,
        "reason": "late",
        "error": "one mailbox is full",
        "revision": 2,
        "result": {"pages": 3},
        "requestedBy": None,
        "dashboard": {"title": "The plan"},
        "progress": {"done": 2, "total": 3},
        "log": [{"at": "2026-01-31T08:00:00Z", "level": "info", "message": text} for text in ("begun", "done")],
        "file": {"name": "first.pdf", "contentType": "application/pdf", "size": 4},
        "deliveries": {
            "totalCount": 2,
            "edges": [
                {
                    "node": sent
                    | {"recipient": "ann@x.example", "status": "DELIVERED", "user": {"email": "reader@x.example"}}
                },
                {
                    "node": sent
                    | {"recipient": "Zoe@x.example", "status": "FAILED", "attempts": 3, "user": None}
                    | {"answer": "550 no such user", "at": moment}
                },
            ],
        },
    }


async def test_a_job_that_has_only_begun_has_little_to_tell(empty: Asking) -> None:
    await office(empty)

    data = await empty.data(await empty.viewer("asker@x.example"), EVERYTHING, id=j("export"))

    job = data["job"]
    assert (job["log"], job["file"], job["result"], job["durationMs"]) == ([], None, None, None)
    assert job["deliveries"] == {"totalCount": 0, "edges": []}
    assert job["requestedBy"] == {"email": "asker@x.example"}
    assert job["dashboard"] is None, "the job is theirs, the dashboard is not"


async def test_of_a_long_log_the_last_lines_are_shown(empty: Asking) -> None:
    workshop = await office(empty)
    await workshop.said("export", *(f"line {number}" for number in range(1, 206)))
    query = "query($id: ID!) { job(id: $id) { log { message } } }"

    data = await empty.data(await empty.viewer("asker@x.example"), query, id=j("export"))

    assert [line["message"] for line in data["job"]["log"]] == [f"line {number}" for number in range(6, 206)]


async def test_deliveries_can_be_narrowed_and_fetched_again(empty: Asking) -> None:
    workshop = await office(empty)
    for status in ("pending", "delivered", "skipped", "failed"):
        await workshop.delivery("monday", f"{status}@x.example", status=status)
    query = """query($id: ID!, $filter: DeliveryFilter) { job(id: $id) {
        deliveries(filter: $filter) { totalCount edges { node { id recipient } } } } }"""
    node = "query($id: ID!) { node(id: $id) { ... on Delivery { recipient } } }"
    planner, reader = await empty.viewer("planner@x.example"), await empty.viewer("reader@x.example")

    data = await empty.data(planner, query, id=j("monday"), filter={"status": ["FAILED", "PENDING"]})

    found = [edge["node"] for edge in data["job"]["deliveries"]["edges"]]
    assert [one["recipient"] for one in found] == ["failed@x.example", "pending@x.example"]
    assert data["job"]["deliveries"]["totalCount"] == 2
    assert await empty.data(planner, node, id=found[0]["id"]) == {"node": {"recipient": "failed@x.example"}}
    assert await empty.data(reader, node, id=found[0]["id"]) == {"node": None}


async def cancel(asking: Asking, who: str, job: str, **more: Any) -> dict[str, Any]:
    viewer = await asking.viewer(f"{who}@x.example")
    found: dict[str, Any] = (await asking.data(viewer, CANCEL, input={"jobId": j(job), **more}))["cancelJob"]
    return found


async def test_a_job_that_waits_is_cancelled_at_once(empty: Asking) -> None:
    workshop = await office(empty)
    await workshop.delivery("monday", "late@x.example")
    await workshop.delivery("monday", "sent@x.example", status="delivered", answer="250 ok")

    done = await cancel(empty, "planner", "monday")

    job = done["job"]
    assert (job["status"], job["revision"], done["errors"]) == ("CANCELLED", 2, [])
    assert job["finishedAt"] == job["cancelRequestedAt"] is not None
    assert [edge["node"] for edge in job["deliveries"]["edges"]] == [
        {"recipient": "late@x.example", "status": "SKIPPED", "answer": "The job was cancelled before it was tried."},
        {"recipient": "sent@x.example", "status": "DELIVERED", "answer": "250 ok"},
    ]
    assert done["operation"] == {
        "kind": "cancelJob",
        "canBeUndone": False,
        "reasonAgainstUndoing": "a job that was cancelled cannot go on; start another one",
        "about": {"id": j("monday")},
    }


async def test_administrators_cancel_anybodys_job(empty: Asking) -> None:
    await office(empty)

    assert (await cancel(empty, "admin", "monday"))["job"]["status"] == "CANCELLED"


async def test_a_job_that_runs_is_asked_to_stop_and_asked_once(empty: Asking) -> None:
    await office(empty)

    done = await cancel(empty, "asker", "export")
    again = await cancel(empty, "asker", "export")

    assert (done["job"]["status"], done["job"]["finishedAt"], done["job"]["revision"]) == ("RUNNING", None, 2)
    assert done["job"]["cancelRequestedAt"] is not None
    assert again["job"] == done["job"]


async def test_a_job_that_waits_again_after_it_was_asked_to_stop_is_cancelled_at_once(empty: Asking) -> None:
    workshop = await office(empty)
    await cancel(empty, "asker", "export")
    await workshop.change("export", status="queued")

    assert (await cancel(empty, "asker", "export"))["job"]["status"] == "CANCELLED"


@pytest.mark.parametrize("status", ["succeeded", "failed", "cancelled", "missed", "skipped"])
async def test_a_job_that_is_over_cannot_be_cancelled(empty: Asking, status: str) -> None:
    workshop = await office(empty)
    await workshop.change("export", status=status)
    before = await snapshot(empty, without=frozenset())

    refused = await cancel(empty, "asker", "export")

    assert refused["errors"] == [
        {"__typename": "InTheWay", "code": "INVALID_STATE", "message": f"It is over already: {status}."}
    ]
    assert (refused["job"], refused["operation"]) == (None, None)
    assert await snapshot(empty, without=frozenset()) == before


@pytest.mark.parametrize("who", ["asker", "watcher", "reader"])
async def test_a_job_that_is_hidden_cannot_be_cancelled_and_looks_absent(empty: Asking, who: str) -> None:
    await office(empty)
    before = await snapshot(empty, without=frozenset())

    refused = await cancel(empty, who, "monday")

    assert refused == await cancel(empty, who, "none")
    assert [error["code"] for error in refused["errors"]] == ["NOT_FOUND"]
    assert await snapshot(empty, without=frozenset()) == before


async def test_a_dry_run_cancels_nothing(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty, without=frozenset())

    tried = await cancel(empty, "planner", "monday", dryRun=True)

    assert (tried["job"]["status"], tried["errors"], tried["operation"]) == ("CANCELLED", [], None)
    assert await snapshot(empty, without=frozenset()) == before
