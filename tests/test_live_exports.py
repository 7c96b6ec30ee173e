"""Files of dashboards and widgets of live sources: made by a job here, by the source where it can, else by dashgraph.

Four fakes stand behind one server, which is asked over HTTP.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pypdf
import pytest
from aiohttp import ClientSession
from sqlalchemy import select

import live_sisense
from asker import ADMIN as NORA
from company import Company
from conftest import Stores
from dashgraph.app.fakes.kit import Wrong
from dashgraph.app.fakes.sisense.dashboards import PIXEL, SHEET
from dashgraph.app.working import working
from dashgraph.domain.exports import ExportFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.store.work_tables import job_files, jobs
from five import Five, five
from serving import Client, Service, listening
from test_file_exports import fetched, refused
from workplace import Json, Worker, Workplace, attempt

EXPORT = """mutation($input: ExportDashboardInput!) { exportDashboard(input: $input) {
    job { id kind } errors { code message }
    operation { kind madeIn { name } about { id } } } }"""
EXPORT_WIDGET = """mutation($input: ExportWidgetInput!) { exportWidget(input: $input) {
    job { id } errors { code message } } }"""
DOCUMENTS = """mutation($input: ExportDashboardsInput!) { exportDashboards(input: $input) {
    text format address files { name text } errors { code message } } }"""
OF_JOB = "query($id: ID!) { job(id: $id, scope: ALL) { dashboard { id title source { name } } } }"
IMPORT = """mutation($input: ImportDashboardsInput!) { importDashboards(input: $input) {
    results { outcome errors { message } dashboard { title widgets { totalCount } } } } }"""
BOARDS = """query($source: String!, $scope: Scope! = VISIBLE) {
    dashboards(sources: [$source], scope: $scope, first: 50) { edges { node { id title
        widgets { edges { node { id title type } } } } } } }"""
OF_DASHBOARD = "query($id: ID!) { jobs(filter: { dashboard: { eq: $id } }) { edges { node { id } } } }"
ADMIN, MEMBER, STRANGER = (f"{name}@tallgrass.example" for name in ("nora", "claire.dubois", "nobody"))
LIVE = ("sisense", "lightdash", "holistics", "posthog")
DRAWN_THERE = {"sisense": {ExportFormat.PDF: SHEET, ExportFormat.PNG: PIXEL}}
WITHOUT_DOCUMENTS = {"holistics"}
READABLE = [form for form in ExportFormat if not form.is_document]


@dataclass
class Office(Workplace):
    five: Five

    async def worker(self, email: str, **more: object) -> Worker:
        token = await self.service.token(email, **more)
        return Worker(self, await self.asking.viewer(email), self.service.client.holding(token))

    def calls(self) -> int:
        return sum(self.five.calls().values())


@pytest.fixture(scope="module")
async def office(stores: Stores) -> AsyncIterator[Office]:
    if stores.dialect != "sqlite":
        pytest.skip("what is asked of live sources is the same over every store")
    async with five(stores) as built:
        built.fakes["holistics"].quotas = None  # type: ignore[attr-defined]
        world = built.asking.world
        await Company(world.database).user("nobody")
        async with listening(world) as address, ClientSession() as session, working(world) as crew:
            client = Client(session, address)
            service = Service(world, client, client)
            yield Office(service, built.asking, Company(world.database), crew, built)


async def boards(who: Worker, source: str) -> list[Json]:
    scope = "ALL" if who.viewer.is_admin else "VISIBLE"
    found = (await who.ask(BOARDS, source=source, scope=scope))["dashboards"]["edges"]
    return [{**edge["node"], "widgets": [one["node"] for one in edge["node"]["widgets"]["edges"]]} for edge in found]


async def filled(who: Worker, source: str) -> Json:
    """The first dashboard with widgets."""
    return next(board for board in await boards(who, source) if board["widgets"])


async def asked(who: Worker, dashboard: str, form: ExportFormat) -> Json:
    return (await who.ask(EXPORT, input={"dashboardId": dashboard, "format": form.name}))["exportDashboard"]


async def made(who: Worker, payload: Json) -> tuple[Json, bytes]:
    """The job, which has succeeded, and its file."""
    assert payload["errors"] == []
    job = await who.over(payload["job"]["id"])
    assert job["status"] == "SUCCEEDED", job
    return job, (await fetched(who, job["file"]["url"]))[1]


def text_of(form: ExportFormat, content: bytes) -> str:
    if form is ExportFormat.PDF:
        return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages).split())
    if form is ExportFormat.XLSX:
        return str([row for sheet in openpyxl.load_workbook(BytesIO(content)) for row in sheet.values])
    return content.decode()


@pytest.mark.parametrize("form", READABLE)
@pytest.mark.parametrize("source", LIVE)
async def test_a_dashboard_of_every_source_becomes_a_file_to_read(
    office: Office, source: str, form: ExportFormat
) -> None:
    admin = await office.worker(ADMIN)
    board = await filled(admin, source)

    payload = await asked(admin, board["id"], form)
    job, content = await made(admin, payload)

    assert payload["job"]["kind"] == "EXPORT"
    shown = {"id": board["id"], "title": board["title"], "source": {"name": source}}
    assert (await admin.ask(OF_JOB, id=payload["job"]["id"]))["job"]["dashboard"] == shown
    assert payload["operation"] == {
        "kind": "exportDashboard", "madeIn": {"name": "local"}, "about": {"id": payload["job"]["id"]},
    }  # fmt: skip
    assert (job["file"]["contentType"], job["file"]["name"].rpartition(".")[2]) == (form.content_type, form.value)
    if form in DRAWN_THERE.get(source, {}):
        assert content == DRAWN_THERE[source][form]
    elif form is ExportFormat.PNG:
        assert content.startswith(b"\x89PNG")
    else:
        words = text_of(form, content)
        assert board["title"] in words
        assert all(one["title"] in words for one in board["widgets"] if one["title"])


@pytest.mark.parametrize("source", LIVE)
async def test_a_widget_of_every_source_becomes_a_file(office: Office, source: str) -> None:
    admin = await office.worker(ADMIN)
    board = await filled(admin, source)
    widget = next(one for one in board["widgets"] if one["title"])

    for form in (ExportFormat.CSV, ExportFormat.PNG, ExportFormat.JSON):
        given = {"widgetId": widget["id"], "format": form.name}
        payload = (await admin.ask(EXPORT_WIDGET, input=given))["exportWidget"]
        _, content = await made(admin, payload)

        assert (await admin.ask(OF_JOB, id=payload["job"]["id"]))["job"]["dashboard"]["id"] == board["id"]
        if form is ExportFormat.JSON:
            assert isinstance(json.loads(content), dict)
        elif form is ExportFormat.PNG:
            assert content.startswith(b"\x89PNG")
            assert (content == PIXEL) is (source == "sisense")


@pytest.mark.parametrize(("source", "drawn", "begins"), [
    ("lightdash", "saved_chart", b""), ("holistics", "QueryReport", b"Month,Amount"),
])  # fmt: skip
async def test_the_numbers_of_a_chart_come_from_its_source_and_of_a_text_from_here(
    office: Office, source: str, drawn: str, begins: bytes
) -> None:
    admin = await office.worker(ADMIN)
    every = [one for board in await boards(admin, source) for one in board["widgets"]]
    chart = next(one for one in every if one["type"] == drawn)
    text = next(one for one in every if one["type"] in {"markdown", "Text", "TextBlock"})

    found = {}
    for one in (chart, text):
        payload = (await admin.ask(EXPORT_WIDGET, input={"widgetId": one["id"], "format": "CSV"}))["exportWidget"]
        found[one["id"]] = (await made(admin, payload))[1]

    assert found[chart["id"]].startswith(begins)
    assert not found[chart["id"]].startswith(b"\xef\xbb\xbfTable")
    assert found[text["id"]].startswith(b"\xef\xbb\xbfTable")


@pytest.mark.parametrize("source", LIVE)
async def test_a_document_is_whole_or_refused_before_anybody_is_asked(office: Office, source: str) -> None:
    admin = await office.worker(ADMIN)
    board = await filled(admin, source)
    office.calls()

    refusals = [await asked(admin, board["id"], ExportFormat.DASH)]
    given = {"dashboardIds": [board["id"]]}
    refusals.append((await admin.ask(DOCUMENTS, input=given))["exportDashboards"])

    if source in WITHOUT_DOCUMENTS:
        assert [[one["code"] for one in payload["errors"]] for payload in refusals] == [["UNSUPPORTED_BY_SOURCE"]] * 2
        assert refusals[0]["errors"][0]["message"].endswith("It can be had as JSON, CSV, XLSX, PDF, PNG.")
        assert office.calls() == 0
        document = json.loads((await made(admin, await asked(admin, board["id"], ExportFormat.JSON)))[1])
        assert board["title"] in document.values()
        return
    _, content = await made(admin, refusals[0])
    assert refusals[1]["errors"] == []
    if source == "lightdash":
        assert any(one["name"].startswith("dashboards/") for one in refusals[1]["files"])
    else:
        assert json.loads(content) == json.loads(refusals[1]["text"])
    assert len(json.loads(content)["tiles" if source == "posthog" else "widgets"]) == len(board["widgets"])


@pytest.mark.parametrize(
    ("source", "form", "other"),
    [("sisense", "DASH", "POSTHOG"), ("lightdash", "LIGHTDASH", "DASH"), ("posthog", "POSTHOG", "DASH")],
)
async def test_documents_come_in_the_format_that_their_source_takes_in(
    office: Office, source: str, form: str, other: str
) -> None:
    admin = await office.worker(ADMIN)
    some = [board for board in await boards(admin, source) if board["widgets"]][:2]
    given = {"dashboardIds": [board["id"] for board in some]}

    plain = (await admin.ask(DOCUMENTS, input=given))["exportDashboards"]
    wrong = (await admin.ask(DOCUMENTS, input={**given, "format": other}))["exportDashboards"]
    by_address = (await admin.ask(DOCUMENTS, input={**given, "delivery": "ADDRESS"}))["exportDashboards"]
    answer, content = await fetched(admin, by_address["address"])
    given = {"source": "local"}
    if source == "lightdash":
        with ZipFile(BytesIO(content)) as archive:
            assert sorted(archive.namelist()) == [one["name"] for one in plain["files"]]
    else:
        assert json.loads(content) == json.loads(plain["text"])
    documents = [{"text": one["text"]} for one in plain["files"]]
    taken = (await admin.ask(IMPORT, input={**given, "documents": documents}))["importDashboards"]["results"]

    assert (plain["errors"], plain["format"], answer.status) == ([], form, 200)
    assert [error["code"] for error in wrong["errors"]] == ["BAD_FORMAT"]
    came = {one["dashboard"]["title"]: one["dashboard"]["widgets"]["totalCount"] for one in taken if one["dashboard"]}
    assert came == {board["title"]: len(board["widgets"]) for board in some}


async def test_dashboards_of_sisense_come_in_our_own_format_with_what_stands_beside_them(office: Office) -> None:
    admin = await office.worker(ADMIN)
    board = await filled(admin, "sisense")

    given = {"dashboardIds": [board["id"]], "format": "DASHGRAPH"}
    found = json.loads((await admin.ask(DOCUMENTS, input=given))["exportDashboards"]["text"])

    assert found["format"] == "dashgraph"
    assert [one["document"]["title"] for one in found["dashboards"]] == [board["title"]]


@pytest.mark.parametrize("source", LIVE)
async def test_what_is_hidden_becomes_no_file(office: Office, source: str) -> None:
    admin, stranger = await office.worker(ADMIN), await office.worker("nobody@x.example")
    board = await filled(admin, source)
    before = await rows(office)

    refusals = [
        await asked(stranger, board["id"], ExportFormat.CSV),
        (await stranger.ask(EXPORT_WIDGET, input={"widgetId": board["widgets"][0]["id"], "format": "CSV"}))[
            "exportWidget"
        ],
    ]
    if source not in WITHOUT_DOCUMENTS:
        given = {"dashboardIds": [board["id"]]}
        refusals.append((await stranger.ask(DOCUMENTS, input=given))["exportDashboards"])

    assert [[error["code"] for error in one["errors"]] for one in refusals] == [["NOT_FOUND"]] * len(refusals)
    assert await rows(office) == before


async def test_a_member_gets_a_file_of_what_they_see_and_nobody_else_its_address(office: Office) -> None:
    member, stranger = await office.worker(MEMBER), await office.worker("nobody@x.example")
    board = await filled(member, "sisense")

    payload = await asked(member, board["id"], ExportFormat.PDF)
    job, content = await made(member, payload)

    assert content == SHEET
    [listed] = (await member.ask(OF_DASHBOARD, id=board["id"]))["jobs"]["edges"]
    assert listed["node"]["id"] == payload["job"]["id"]
    assert (await stranger.ask(OF_DASHBOARD, id=board["id"]))["jobs"]["edges"] == []

    fake = office.five.fakes["sisense"]
    there = fake.keeping.boards[ResourceId.decode(board["id"]).native]  # type: ignore[attr-defined,union-attr]
    document, shares = there.working.document, there.shares
    there.shares, there.working.document = [], {**document, "owner": "nobody", "userId": "nobody"}
    try:
        assert await refused(member, job["file"]["url"])
    finally:
        there.shares, there.working.document = shares, document
    assert (await fetched(member, job["file"]["url"]))[0].status == 200


async def test_a_source_that_falls_silent_is_asked_again_later(office: Office) -> None:
    admin, fake = await office.worker(ADMIN), office.five.fakes["holistics"]
    board = await filled(admin, "holistics")
    given = {"widgetId": board["widgets"][0]["id"], "format": "CSV"}
    fake.board.switch_on(Wrong.CUT, "submit_export")
    try:
        payload = (await admin.ask(EXPORT_WIDGET, input=given))["exportWidget"]
        row = await attempt(office.asking, payload["job"]["id"])
    finally:
        fake.board.switch_off()

    assert (row.status, row.error) == ("queued", None)
    fake.board.switch_on(Wrong.CUT)
    try:
        gone = (await admin.ask(EXPORT_WIDGET, input=given))["exportWidget"]
    finally:
        fake.board.switch_off()
    assert [error["code"] for error in gone["errors"]] == ["SOURCE_UNAVAILABLE"]
    assert gone["job"] is None


async def test_a_file_may_take_longer_than_an_answer() -> None:
    async with live_sisense.opened(deadline=0.2, request_seconds=0.2) as (fake, source):
        drawn = asyncio.Event()
        fake.board.switch_on(Wrong.DELAY, "/export/pdf", until=drawn)
        asyncio.get_running_loop().call_later(0.5, drawn.set)
        board = next(iter(fake.keeping.boards))

        made_there = await source.export(NORA, Kind.DASHBOARD, board, ExportFormat.PDF)

        assert made_there.content == SHEET
        assert fake.counted()["GET /api/v1/dashboards/*/export/pdf"] == 1


async def test_looking_changes_nothing(office: Office) -> None:
    admin = await office.worker(ADMIN)
    board = await filled(admin, "sisense")
    before = await rows(office)

    given = {"dashboardId": board["id"], "format": "PDF", "dryRun": True}
    found = (await admin.ask(EXPORT, input=given))["exportDashboard"]

    assert (found["errors"], found["operation"]) == ([], None)
    assert await rows(office) == before


async def rows(office: Office) -> tuple[int, int]:
    """How many jobs and files there are."""
    async with office.service.world.database.reading() as session:
        made = (await session.execute(select(jobs.c.id))).all()
        return len(made), len((await session.execute(select(job_files.c.name))).all())
