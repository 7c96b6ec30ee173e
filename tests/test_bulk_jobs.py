"""Many changes made by a job: as who asked, each once, with a result for each that can be looked at later."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, update

from company import Company, global_id
from conftest import Asking, Stores
from dashgraph.domain import shares as share_changes
from dashgraph.domain.bulk import ABOVE, LARGEST, RESULTS_OF_JOB, ItemSort
from dashgraph.domain.changes import Change, Terms
from dashgraph.domain.dash import Document
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.imports import DocumentWarning, DocumentWarningCode, ImportAction, ImportDashboard
from dashgraph.domain.lists import Wish
from dashgraph.domain.passwords import SetPassword
from dashgraph.domain.problems import BadInput, TooMuch
from dashgraph.domain.schedule_changes import SetScheduleEnabled, UpdateSchedule
from dashgraph.domain.secrets import Secret
from dashgraph.domain.shares import Grant, ShareRule
from dashgraph.domain.targets import WebhookTarget
from dashgraph.domain.user_changes import CreateUser, DeleteUser, OnOwned, UpdateUser
from dashgraph.domain.viewers import TokenScope, Viewer
from dashgraph.domain.written_changes import read, written
from dashgraph.services.bulk import Bulk
from dashgraph.services.bulk_jobs import AT_ONCE, BulkJobs
from dashgraph.services.changing import Changing
from dashgraph.store.tables import dashboards, operations, shares, users
from dashgraph.store.work_tables import job_items, jobs
from test_import_export import Person, person
from test_mutations import SCENARIOS, prepared
from test_shares import snapshot
from workplace import Json, Worker, Workplace, attempt, d, workplace

RESULTS = """query($id: ID!, $filter: JobResultFilter, $first: Int, $after: String,
    $sort: JobResultSort! = NUMBER_ASC) {
    job(id: $id) { kind status error result progress { done total } log { message }
    results(filter: $filter, first: $first, after: $after, sort: $sort) { totalCount pageInfo { hasNextPage endCursor }
        edges { node { number status code message document pointer imported warnings { code }
            about { __typename ... on Dashboard { title owner { email } } } operation { kind idempotencyKey }
        } } } } }"""
IMPORT = """mutation($input: ImportDashboardsInput!) { importDashboards(input: $input) {
    results { outcome } succeeded failed job { id kind status progress { done total } } } }"""
SHARE = """mutation($input: AddSharesInput!) { addShares(input: $input) {
    results { errors { code message } } succeeded failed job { id kind progress { done total } } } }"""
BROKEN = {"title": "Broken", "oid": "broken", "widgets": [{"oid": "one"}, {"oid": "one"}]}


def document(name: str, **more: Any) -> Json:
    return {"title": name, "oid": name, "widgets": [{"oid": f"{name}-w", "title": "w", "type": "pivot"}], **more}


def import_of(*documents: Json, **more: Any) -> Json:
    return {"source": "local", "documents": [{"json": one} for one in documents], "inBackground": True} | more


def shares_of(name: str, *people: str, **more: Any) -> Json:
    items = [{"dashboardId": d(name), "grant": {"subjectId": global_id(Kind.USER, one)}} for one in people]
    return {"items": items, "inBackground": True} | more


async def send(me: Person, mutation: str, given: Json) -> Json:
    [payload] = (await me.asking.data(me.viewer, mutation, input=given)).values()
    return dict(payload)


async def results(me: Person, job: str, **more: Any) -> Json:
    found: Json = (await me.asking.data(me.viewer, RESULTS, id=job, **more))["job"]
    return found | {"results": [edge["node"] for edge in found["results"]["edges"]]}


async def started(me: Person, mutation: str, given: Json) -> str:
    payload = await send(me, mutation, given)
    assert payload["results"] == []
    return str(payload["job"]["id"])


async def ran(me: Person, mutation: str, given: Json) -> Json:
    """The job after its one attempt."""
    job = await started(me, mutation, given)
    await attempt(me.asking, job)
    return await results(me, job)


async def count(asking: Asking, table: Any, *conditions: Any) -> int:
    async with asking.world.database.reading() as session:
        return int((await session.execute(select(func.count()).select_from(table).where(*conditions))).scalar_one())


async def content(asking: Asking) -> Any:
    """Everything but what tells of jobs that were started."""
    return await snapshot(asking, without=frozenset({"jobs", "job_items", "job_log", "operations"}))


async def office(empty: Asking) -> tuple[Person, Company]:
    """Somebody with a dashboard, and three others."""
    me, company = await person(empty, "me"), Company(empty.world.database)
    for name in ("ann", "ben", "eve"):
        await company.user(name)
    await company.dashboard("plan", "me")
    return me, company


@pytest.fixture(scope="module")
async def place(stores: Stores) -> AsyncIterator[Workplace]:
    async with workplace(stores, job_above=5) as found:
        yield found


async def told(who: Worker, job: str, **more: Any) -> Json:
    await who.over(job)
    found: Json = (await who.ask(RESULTS, id=job, **more))["job"]
    return found


async def test_an_import_goes_on_after_the_answer(place: Workplace) -> None:
    me = await place.person("importer")
    given = import_of(document("imported", script="x()"), BROKEN, document("second"))

    payload = (await me.ask(IMPORT, input=given))["importDashboards"]
    found = await told(me, payload["job"]["id"])
    page = await told(me, payload["job"]["id"], filter={"status": ["FAILED"]})
    [first, broken, second] = [edge["node"] for edge in found["results"]["edges"]]

    assert (payload["results"], payload["succeeded"], payload["failed"]) == ([], 0, 0)
    assert (payload["job"]["kind"], payload["job"]["progress"]["total"]) == ("IMPORT", 3)
    assert (found["status"], found["progress"]) == ("SUCCEEDED", {"done": 3, "total": 3})
    assert found["result"] == {"succeeded": 2, "failed": 1, "dryRun": False}
    assert [line["message"] for line in found["log"]] == ["2 were made, 1 could not.", "Succeeded."]
    assert first | {"operation": None} == {
        "number": 0, "status": "SUCCEEDED", "code": None, "message": None, "document": 0, "pointer": "",
        "imported": "CREATED", "warnings": [{"code": "SCRIPT"}], "operation": None,
        "about": {"__typename": "Dashboard", "title": "imported", "owner": {"email": "importer@x.example"}},
    }  # fmt: skip
    assert first["operation"]["kind"] == "importDashboard"
    assert first["operation"]["idempotencyKey"].startswith("job/")
    assert (broken["status"], broken["code"], broken["imported"]) == ("FAILED", "BAD_DOCUMENT", "FAILED")
    assert "The widget id one is also at" in broken["message"]
    assert (broken["document"], broken["pointer"], broken["about"], broken["operation"]) == (
        1, "/widgets/1/oid", None, None,
    )  # fmt: skip
    assert (second["number"], second["imported"]) == (2, "CREATED")
    assert ([edge["node"]["number"] for edge in page["results"]["edges"]], page["results"]["totalCount"]) == ([1], 1)


async def test_many_changes_become_a_job_by_themselves(place: Workplace) -> None:
    me = await place.person("sharer")
    people = [f"fellow{number}" for number in range(6)]
    for one in people:
        await place.person(one)
    await place.company.dashboard("fellows", "sharer")

    few = (await me.ask(SHARE, input=shares_of("fellows", *people[:5], inBackground=None, dryRun=True)))["addShares"]
    waited = (await me.ask(SHARE, input=shares_of("fellows", *people, inBackground=False, dryRun=True)))["addShares"]
    many = (await me.ask(SHARE, input=shares_of("fellows", *people, inBackground=None)))["addShares"]
    found = await told(me, many["job"]["id"], first=2)
    rest = await told(
        me, many["job"]["id"], first=2, after=found["results"]["pageInfo"]["endCursor"], sort="NUMBER_ASC"
    )
    last = await told(me, many["job"]["id"], first=1, sort="NUMBER_DESC")

    assert (few["job"], len(few["results"])) == (None, 5)
    assert (waited["job"], len(waited["results"])) == (None, 6)
    assert (many["results"], many["job"]["kind"], many["job"]["progress"]["total"]) == ([], "BULK", 6)
    assert found["result"] == {"succeeded": 6, "failed": 0, "dryRun": False}
    assert [edge["node"]["number"] for edge in rest["results"]["edges"]] == [2, 3]
    assert [edge["node"]["number"] for edge in last["results"]["edges"]] == [5]
    assert await count(place.asking, shares, shares.c.dashboard_id == "fellows") == 6
    assert ABOVE == 200


async def test_each_change_is_told_and_stands_in_the_audit_trail(empty: Asking) -> None:
    me, _ = await office(empty)

    found = await ran(me, SHARE, shares_of("plan", "ann", "me", "ben", mode="BEST_EFFORT"))

    assert [(one["number"], one["status"], one["code"]) for one in found["results"]] == [
        (0, "SUCCEEDED", None), (1, "FAILED", found["results"][1]["code"]), (2, "SUCCEEDED", None),
    ]  # fmt: skip
    assert found["results"][1]["message"]
    assert (found["status"], found["error"]) == ("SUCCEEDED", None)
    assert found["result"] == {"succeeded": 2, "failed": 1, "dryRun": False}
    assert found["results"][0]["about"]["__typename"] == "Share"
    assert found["results"][0]["operation"]["kind"] == "addShare"
    async with empty.world.database.reading() as session:
        kinds = (await session.execute(select(operations.c.kind, operations.c.about_kind))).all()
        left = (await session.execute(select(job_items.c.change))).scalars().all()
    assert sorted(map(tuple, kinds)) == [("addShare", "Share"), ("addShare", "Share"), ("addShares", "Job")]
    assert left == [None] * 3  # what was asked for is forgotten once it is done


async def test_all_or_nothing_holds_in_a_job_too(empty: Asking) -> None:
    me, _ = await office(empty)
    before = await content(empty)

    failed = await ran(me, SHARE, shares_of("plan", "ann", "me", "ben"))
    broken = await ran(me, IMPORT, import_of(document("fine"), BROKEN, atomic=True))
    assert await content(empty) == before
    made = await ran(me, SHARE, shares_of("plan", "ann", "ben"))

    assert (failed["status"], {one["status"] for one in failed["results"]}) == ("FAILED", {"FAILED"})
    assert failed["error"].startswith("Not made, because item 1 cannot be: ")
    assert (broken["status"], broken["results"][0]["message"]) == (
        "FAILED", "Not made, because item 1 cannot be: " + broken["results"][1]["message"],
    )  # fmt: skip
    assert made["result"] == {"succeeded": 2, "failed": 0, "dryRun": False}
    assert await count(empty, shares) == 2


@pytest.mark.parametrize("mode", ["ATOMIC", "BEST_EFFORT"])
async def test_a_dry_run_by_a_job_changes_nothing(empty: Asking, mode: str) -> None:
    me, _ = await office(empty)
    before = await content(empty)

    shared = await ran(me, SHARE, shares_of("plan", "ann", "ben", mode=mode, dryRun=True))
    taken = await ran(me, IMPORT, import_of(document("new"), dryRun=True, atomic=mode == "ATOMIC"))

    assert await content(empty) == before
    assert shared["result"] == {"succeeded": 2, "failed": 0, "dryRun": True}
    assert shared["log"][0] == {"message": "2 could be made, 0 could not."}
    assert (taken["results"][0]["imported"], taken["results"][0]["about"], taken["results"][0]["operation"]) == (
        "CREATED", None, None,
    )  # fmt: skip


async def test_the_same_key_starts_one_job(empty: Asking) -> None:
    me, _ = await office(empty)

    first, again = [await started(me, SHARE, shares_of("plan", "ann", idempotencyKey="once")) for _ in range(2)]
    errors = await empty.errors(me.viewer, SHARE, input=shares_of("plan", "ben", idempotencyKey="once"))

    assert (first == again, await count(empty, jobs)) == (True, 1)
    assert [error["extensions"]["code"] for error in errors] == ["BAD_USER_INPUT"]


async def test_what_was_done_and_not_noted_is_only_told_again(empty: Asking) -> None:
    """As a process leaves it that is killed between a change and the note of it."""
    me, _ = await office(empty)
    job = await started(me, IMPORT, import_of(document("one"), document("two")))
    native = ResourceId.decode(job).native
    async with empty.world.database.reading() as session:
        text = (await session.execute(select(job_items.c.change).order_by(job_items.c.number))).scalars().first()
    done = await empty.world.changing.one(me.viewer, read(text), Terms(idempotency_key=f"job/{native}/0"))

    await attempt(empty, job)

    found = await results(me, job)
    assert [one["imported"] for one in found["results"]] == ["CREATED", "CREATED"]
    assert await count(empty, dashboards) == 3
    assert await count(empty, operations, operations.c.kind == "importDashboard") == 2
    assert done.problem is None


async def test_a_job_of_all_or_nothing_that_was_done_is_only_told_again(empty: Asking) -> None:
    me, _ = await office(empty)
    job = await started(me, SHARE, shares_of("plan", "ann", "ben"))
    native = ResourceId.decode(job).native
    async with empty.world.database.reading() as session:
        texts = (await session.execute(select(job_items.c.change).order_by(job_items.c.number))).scalars().all()
    await empty.world.changing.all(me.viewer, [read(one) for one in texts], Terms(idempotency_key=f"job/{native}"))

    await attempt(empty, job)

    assert (await results(me, job))["result"] == {"succeeded": 2, "failed": 0, "dryRun": False}
    assert await count(empty, shares) == 2


async def test_a_job_has_the_rights_of_the_moment_and_no_more_than_the_token_had(empty: Asking) -> None:
    me, _ = await office(empty)
    lost, demoted, left = [await started(me, SHARE, shares_of("plan", "ann", mode="BEST_EFFORT")) for _ in range(3)]
    allowed = await started(me, SHARE, shares_of("plan", "ben"))
    await attempt(empty, allowed)
    assert (await results(me, allowed))["status"] == "SUCCEEDED"
    before = await content(empty)

    async def changed(statement: Any) -> None:
        async with empty.world.database.writing() as session:
            await session.execute(statement)

    await changed(update(dashboards).where(dashboards.c.id == "plan").values(owner_id="eve"))
    row = await attempt(empty, lost)
    assert (row.status, json.loads(row.result)) == ("failed", {"succeeded": 0, "failed": 1, "dryRun": False})
    assert row.error.startswith("None could be made: There is no dashboard")
    await changed(update(dashboards).where(dashboards.c.id == "plan").values(owner_id="me"))
    await changed(update(users).where(users.c.id == "me").values(role="viewer"))
    row = await attempt(empty, demoted)
    assert (row.status, row.error.split(";")[0]) == ("failed", "This token lacks the scope shares:write")
    await changed(update(users).where(users.c.id == "me").values(role="designer", status="inactive"))
    row = await attempt(empty, left)
    assert (row.status, row.error) == ("failed", "Who asked for it is not an active user any more.")
    await changed(update(users).where(users.c.id == "me").values(status="active"))
    assert await content(empty) == before


async def test_what_a_token_is_not_for_is_refused_at_once(empty: Asking) -> None:
    me, _ = await office(empty)
    reader = replace(me.viewer, scopes=frozenset({TokenScope.DASHBOARDS_READ}))
    before = await snapshot(empty, without=frozenset())

    for mutation, given in ((SHARE, shares_of("plan", "ann")), (IMPORT, import_of(document("new")))):
        errors = await empty.errors(reader, mutation, input=given)
        assert [error["extensions"]["code"] for error in errors] == ["FORBIDDEN"]
    viewer = await person(empty, "viewer", "viewer")
    after = await snapshot(empty, without=frozenset({"users"}))
    errors = await empty.errors(viewer.viewer, IMPORT, input=import_of(document("new")))
    assert [error["extensions"]["code"] for error in errors] == ["FORBIDDEN"]
    assert await snapshot(empty, without=frozenset({"users"})) == after
    assert {name: rows for name, rows in before.items() if name != "users"} == after


async def test_results_are_seen_by_who_sees_the_job(empty: Asking) -> None:
    me, _ = await office(empty)
    stranger = Person(empty, await empty.viewer("ann@x.example"))
    job = await started(me, SHARE, shares_of("plan", "ben"))

    errors = await empty.errors(stranger.viewer, RESULTS, id=job)

    assert [error["extensions"]["code"] for error in errors] == ["NOT_FOUND"]
    assert [one["status"] for one in (await results(me, job))["results"]] == ["PENDING"]
    one, wish = ResourceId.decode(job), Wish(ItemSort.NUMBER_ASC)
    pages = [await empty.world.reading.pages(who.viewer, RESULTS_OF_JOB, [one], wish) for who in (me, stranger)]
    assert [len(page[one].entries) for page in pages] == [1, 0]


async def test_a_job_that_is_cancelled_leaves_the_rest_undone(empty: Asking) -> None:
    me, _ = await office(empty)
    job = await started(me, IMPORT, import_of(*(document(f"doc{number}") for number in range(AT_ONCE + 5))))
    changing = StoppingAfter(empty.world.changing, empty, job, AT_ONCE)

    await attempt(empty, job, BulkJobs(empty.world.database, changing, empty.world.identity))

    found = await results(me, job, filter={"status": ["PENDING"]})
    assert (found["status"], found["progress"]) == ("CANCELLED", {"done": AT_ONCE, "total": AT_ONCE + 5})
    assert len(found["results"]) == 5
    assert await count(empty, dashboards) == 1 + AT_ONCE


class StoppingAfter(Changing):
    """Changes as they are made, and after so many of them somebody asks for the job to stop."""

    def __init__(self, changing: Changing, asking: Asking, job: str, many: int) -> None:
        self._changing, self._asking, self._job, self._left = changing, asking, job, many

    async def one(self, viewer: Viewer, change: Change, terms: Terms) -> Any:
        outcome = await self._changing.one(viewer, change, terms)
        self._left -= 1
        if self._left == 0:
            cancel = "mutation($input: CancelJobInput!) { cancelJob(input: $input) { errors { message } } }"
            await self._asking.data(viewer, cancel, input={"jobId": self._job})
        return outcome


@pytest.mark.parametrize("name", [name for name, given in SCENARIOS.items() if "items" in given])
async def test_every_bulk_mutation_can_be_made_by_a_job(empty: Asking, name: str) -> None:
    given = await prepared(empty, name) | {"inBackground": True}
    boss = Person(empty, await empty.viewer("boss@x.example"))
    kind = f"{name[0].upper()}{name[1:]}Input"
    query = f"mutation($input: {kind}!) {{ {name}(input: $input) {{ results {{ errors {{ code }} }} job {{ id }} }} }}"
    before = await content(empty)

    found = await ran(boss, query, given)

    assert found["result"] == {"succeeded": 1, "failed": 0, "dryRun": False}, found["results"]
    assert await content(empty) != before


def i(kind: Kind, native: str) -> ResourceId:
    return ResourceId("local", kind, native)


CHANGES: list[Change] = [
    share_changes.AddShare(
        dashboard=i(Kind.DASHBOARD, "a"), grant=Grant(i(Kind.GROUP, "g"), ShareRule.EDIT, True), expected_revision=3
    ),
    share_changes.SetDashboardShares(dashboard=i(Kind.DASHBOARD, "a"), grants=(Grant(i(Kind.USER, "u")),)),
    share_changes.RemoveShare(share=i(Kind.SHARE, "a/user/ä")),
    CreateUser(into="local", email="a@b", role="viewer", preferences={"a": [1, None]}, groups=(i(Kind.GROUP, "g"),)),
    UpdateUser(user=i(Kind.USER, "u"), first_name=None, last_name="L"),
    DeleteUser(user=i(Kind.USER, "u"), on_owned=OnOwned.TRANSFER, heir=i(Kind.USER, "h")),
    SetScheduleEnabled(deliverable=i(Kind.SCHEDULE, "s"), enabled=False),
    ImportDashboard(
        place="local",
        document=Document.of({"title": "\ud800 \0", "n": 10**40, "oid": "x"}),
        published=Document("{}"),
        lay_in=("a", "b"),
        warnings=(
            DocumentWarning(DocumentWarningCode.SCRIPT, "m", "/s"),
            DocumentWarning(DocumentWarningCode.SCRIPT, "m"),
        ),
        action=ImportAction.OVERWRITE,
        folder=i(Kind.FOLDER, "f"),
    ),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.mutation)
def test_a_change_is_read_back_as_it_was_written(change: Change) -> None:
    assert read(written(change)) == change


@pytest.mark.parametrize(
    "change",
    [
        SetPassword(user=i(Kind.USER, "u"), link="x", fresh="y"),
        UpdateSchedule(deliverable=i(Kind.SCHEDULE, "s"), targets=(WebhookTarget(url="https://x", key=Secret("y")),)),
    ],
    ids=lambda change: change.mutation,
)
def test_a_secret_is_never_kept(change: Change) -> None:
    with pytest.raises(BadInput, match=f"{change.mutation} with a password or a token in it is not kept for later"):
        written(change)


async def test_a_job_keeps_so_much_and_no_more(empty: Asking) -> None:
    me, _ = await office(empty)
    half = ImportDashboard(place="local", document=Document("x" * (LARGEST // 2)))
    bulk = Bulk(empty.world.changing)

    with pytest.raises(TooMuch, match="one job keeps at most 64 MB"):
        await bulk.start(me.viewer, "importDashboards", [half, half], Terms(), atomic=False)


@pytest.mark.parametrize("many", [1, 100])
async def test_results_cost_the_same_for_one_and_for_a_hundred(empty: Asking, many: int) -> None:
    me, _ = await office(empty)
    job = await started(me, IMPORT, import_of(*(document(f"doc{number}") for number in range(many))))
    await attempt(empty, job)
    query = """query($id: ID!) { job(id: $id) { results(first: 100) { totalCount edges { node {
        number about { ... on Dashboard { title } } operation { kind } } } } file { url } } }"""

    found = (await empty.data(me.viewer, query, id=job))["job"]

    assert len(found["results"]["edges"]) == many
    assert len(empty.statements) == 6  # the job; its file, results and their number; what they are about, operations
