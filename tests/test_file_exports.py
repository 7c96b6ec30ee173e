"""Dashboards and widgets as files: made by a job as who asked, and given out by addresses that work for a while."""

import csv
import json
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import aiohttp
import openpyxl
import pypdf
import pytest
from sqlalchemy import delete, select, update

from company import Company, global_id
from conftest import Asking, Stores
from dashgraph.domain.exports import LIFETIME, ExportFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import NotFound
from dashgraph.domain.viewers import TokenScope
from dashgraph.store.job_files import PIECE
from dashgraph.store.tables import shares, users
from dashgraph.store.work_tables import job_files, jobs
from test_import_export import Person, person
from test_shares import snapshot
from workplace import Json, Worker, Workplace, attempt, d, workplace
from workshop import Workshop

EXPORT = """mutation($input: ExportDashboardInput!) { exportDashboard(input: $input) {
    job { id status kind dashboard { title } file { url } } errors { code message path }
    operation { kind canBeUndone about { id } } } }"""
EXPORT_WIDGET = """mutation($input: ExportWidgetInput!) { exportWidget(input: $input) {
    job { id dashboard { title } } errors { code message } } }"""
FILE = "query($id: ID!, $scope: Scope! = VISIBLE) { job(id: $id, scope: $scope) { file { name url expiresAt } } }"
LIMIT = aiohttp.ClientTimeout(20)
GONE = "There is nothing to download here, or no longer; ask for another address with `job { file { url } }`."


@pytest.fixture(scope="module")
async def place(stores: Stores) -> AsyncIterator[Workplace]:
    async with workplace(stores) as found:
        yield found


async def export(who: Worker, name: str, form: str, **more: Any) -> str:
    given = {"dashboardId": d(name), "format": form} | more
    found = (await who.ask(EXPORT, input=given))["exportDashboard"]
    assert found["errors"] == []
    return str(found["job"]["id"])


async def made(who: Worker, name: str, form: str, **more: Any) -> Json:
    """The job, which has made the file."""
    job = await export(who, name, form, **more)
    found = await who.over(job)
    assert found["status"] == "SUCCEEDED", found
    return found | {"id": job}


async def fetched(who: Worker, url: str) -> tuple[aiohttp.ClientResponse, bytes]:
    """The answer to an address, which nobody has to sign in for."""
    async with aiohttp.ClientSession(timeout=LIMIT) as session, session.get(who.client.address + url) as answer:
        return answer, await answer.read()


async def refused(who: Worker, url: str) -> bool:
    answer, content = await fetched(who, url)
    assert json.loads(content)["errors"][0]["message"] == GONE
    return answer.status == 404


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"))))


async def write(place: Workplace, *statements: Any) -> None:
    async with place.service.world.database.writing() as session:
        for statement in statements:
            await session.execute(statement)


async def office(place: Workplace, prefix: str) -> tuple[Worker, Worker]:
    """Somebody with a dashboard, and a friend it is shared with."""
    owner, friend = [await place.person(f"{prefix}-{part}") for part in ("owner", "friend")]
    await place.company.dashboard(prefix, f"{prefix}-owner", title=f"Umsatz {prefix}", tiles=("Revenue", "Costs"))
    await place.company.share(prefix, user=f"{prefix}-friend")
    return owner, friend


def check(form: ExportFormat, content: bytes, title: str, *widgets: str) -> None:
    """What a file of this format holds."""
    if form.is_document:
        document = json.loads(content)
        assert document["title"] == title
        assert [one["title"] for one in document.get("widgets", [])] == list(widgets)
    elif form is ExportFormat.PDF:
        text = "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages)
        assert all(word in text for word in (title, *widgets))
    elif form is ExportFormat.PNG:
        assert content.startswith(b"\x89PNG\r\n\x1a\n")
    elif form is ExportFormat.XLSX:
        text = str([row for sheet in openpyxl.load_workbook(BytesIO(content)) for row in sheet.values])
        assert all(word in text for word in (title, *widgets))
    else:
        text = content.decode()
        assert all(word in text for word in (title, *widgets))


@pytest.mark.parametrize("form", ExportFormat)
async def test_a_dashboard_becomes_a_file_of_every_format(place: Workplace, form: ExportFormat) -> None:
    owner, _ = await office(place, f"dash-{form}")
    before = datetime.now(UTC)

    job = await made(owner, f"dash-{form}", form.name, timezone="Europe/Berlin")
    answer, content = await fetched(owner, job["file"]["url"])

    file = job["file"]
    assert (job["kind"], job["progress"], job["result"]) == ("EXPORT", {"done": 1, "total": 1}, {"role": "owner"})
    assert [line["message"] for line in job["log"]] == [f"Made {file['name']}, {file['size']:,} bytes.", "Succeeded."]
    assert (file["name"], file["contentType"]) == (f"umsatz-dash-{form}.{form}", form.content_type)
    assert timedelta(0) < datetime.fromisoformat(file["expiresAt"]) - before <= LIFETIME + timedelta(seconds=30)
    assert (answer.status, len(content), answer.headers["Content-Length"]) == (200, file["size"], str(file["size"]))
    assert answer.headers["Content-Type"] == form.content_type
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{file["name"]}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    check(form, content, f"Umsatz dash-{form}", "Revenue", "Costs")


@pytest.mark.parametrize("form", ExportFormat)
async def test_a_widget_becomes_a_file_of_every_format(place: Workplace, form: ExportFormat) -> None:
    owner, friend = await office(place, f"tile-{form}")
    given = {"widgetId": global_id(Kind.WIDGET, f"tile-{form}-Revenue"), "format": form.name}

    found = (await friend.ask(EXPORT_WIDGET, input=given))["exportWidget"]
    job = await friend.over(found["job"]["id"])
    _, content = await fetched(owner, job["file"]["url"])

    assert found["job"]["dashboard"]["title"] == f"Umsatz tile-{form}"
    assert (job["status"], job["file"]["name"]) == ("SUCCEEDED", f"revenue.{form}")
    check(form, content, "Revenue")


async def test_the_audit_trail_says_who_had_a_file_made(place: Workplace) -> None:
    owner, _ = await office(place, "trail")

    given = {"dashboardId": d("trail"), "format": "JSON", "idempotencyKey": "once"}
    first, again = [(await owner.ask(EXPORT, input=given))["exportDashboard"] for _ in range(2)]

    assert first["operation"] == {"kind": "exportDashboard", "canBeUndone": False, "about": {"id": first["job"]["id"]}}
    assert (first["job"]["kind"], first["job"]["dashboard"]) == ("EXPORT", {"title": "Umsatz trail"})
    assert again["job"]["id"] == first["job"]["id"]


async def test_what_is_hidden_becomes_no_file(empty: Asking) -> None:
    me, stranger = [await person(empty, name) for name in ("me", "stranger")]
    boss = await person(empty, "boss", "admin")
    await Company(empty.world.database).dashboard("plan", "me", tiles=("a",))
    before = await snapshot(empty, without=frozenset())

    async def code(who: Any, query: str, **given: Any) -> list[str]:
        [payload] = (await empty.data(who.viewer, query, input=given)).values()
        return [error["code"] for error in payload["errors"]]

    widget = global_id(Kind.WIDGET, "plan-a")
    assert await code(stranger, EXPORT, dashboardId=d("plan"), format="CSV") == ["NOT_FOUND"]
    assert await code(stranger, EXPORT_WIDGET, widgetId=widget, format="CSV") == ["NOT_FOUND"]
    assert await code(me, EXPORT, dashboardId=d("none"), format="CSV") == ["NOT_FOUND"]
    assert await code(me, EXPORT, dashboardId=widget, format="CSV") == ["NOT_FOUND"]
    assert await code(me, EXPORT, dashboardId=d("plan"), format="CSV", timezone="Mars") == ["BAD_USER_INPUT"]
    assert await code(me, EXPORT, dashboardId=d("plan"), format="CSV", dryRun=True) == []
    assert await snapshot(empty, without=frozenset()) == before
    scopes = frozenset({TokenScope.DASHBOARDS_READ, TokenScope.ADMIN_READ})
    auditor = Person(empty, replace(boss.viewer, scopes=scopes))
    for who in (me, boss, auditor):
        assert await code(who, EXPORT, dashboardId=d("plan"), format="CSV") == []
        assert await code(who, EXPORT_WIDGET, widgetId=widget, format="CSV") == []


async def test_what_cannot_be_printed_here_is_said_at_once(empty: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    me = await person(empty, "me")
    await Company(empty.world.database).dashboard("plan", "me")
    before = await snapshot(empty, without=frozenset())
    monkeypatch.setitem(sys.modules, "typst", None)

    found = (await empty.data(me.viewer, EXPORT, input={"dashboardId": d("plan"), "format": "PDF"}))["exportDashboard"]

    assert [error["code"] for error in found["errors"]] == ["UNSUPPORTED_BY_SOURCE"]
    assert "dashgraph[render]" in found["errors"][0]["message"]
    assert await snapshot(empty, without=frozenset()) == before


async def test_only_who_asked_and_administrators_get_an_address(place: Workplace) -> None:
    owner, friend = await office(place, "whose")
    boss = await place.person("whose-boss", "admin")
    job = (await made(friend, "whose", "CSV"))["id"]

    answer = (await owner.client.ask(FILE, id=job)).json  # the owner of the dashboard has not asked for it
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_FOUND"]
    file = (await boss.ask(FILE, id=job, scope="ALL"))["job"]["file"]
    status, content = await fetched(boss, file["url"])

    assert status.status == 200
    assert {row["Table"] for row in rows(content)} >= {"Dashboard", "Widgets"}


async def test_shares_are_in_the_tables_of_those_who_may_see_them(place: Workplace) -> None:
    owner, friend = await office(place, "shares")
    narrow = place.service.client.holding(
        await place.service.token("shares-owner@x.example", scopes=["dashboards:read"])
    )
    reader = Worker(place, owner.viewer, narrow)

    await place.person("shares-other")
    await place.company.share("shares", user="shares-other", rule="edit")

    found = {}
    for name, who in (("owner", owner), ("friend", friend), ("reader", reader)):
        _, content = await fetched(who, (await made(who, "shares", "CSV"))["file"]["url"])
        found[name] = [row["Shared with"] for row in rows(content) if row["Table"] == "Shares"]

    assert found == {"owner": ["shares-friend", "shares-other"], "friend": ["shares-friend"], "reader": []}


async def test_an_address_works_for_a_while_and_only_as_it_was_given(place: Workplace) -> None:
    owner, friend = await office(place, "while")
    url = (await made(owner, "while", "JSON"))["file"]["url"]
    theirs = (await made(friend, "while", "JSON"))["file"]["url"]
    downloads, secret, other = place.service.world.downloads, url.split("/")[-1], theirs.split("/")[-1]
    text, _, signature = secret.partition(".")

    assert (await downloads.file(secret)).size > 0
    late = datetime.now(UTC) + LIFETIME + timedelta(seconds=1)
    with pytest.raises(NotFound, match=re.escape(GONE)):
        await downloads.file(secret, now=late)
    wrong = [
        f"{text}.{other.partition('.')[2]}",
        f"{other.partition('.')[0]}.{signature}",
        f"{text}.", text, f".{signature}", "x", "\udc80", f"{text}.é", "W10.x", "WyJhIiwgMSwgMiwgM10.x",
        "[" * 5000, f"{secret}x",
    ]  # fmt: skip
    for one in wrong:
        with pytest.raises(NotFound, match=re.escape(GONE)):
            await downloads.file(one)
    assert await refused(owner, f"/files/{text}.{'0' * 64}")
    async with aiohttp.ClientSession() as session, session.head(owner.client.address + url) as answer:
        assert answer.status == 405


async def test_a_leaver_downloads_nothing(place: Workplace) -> None:
    _, friend = await office(place, "leaver")
    url = (await made(friend, "leaver", "JSON"))["file"]["url"]
    assert (await fetched(friend, url))[0].status == 200

    await write(place, update(users).where(users.c.id == "leaver-friend").values(status="inactive"))

    assert await refused(friend, url)


async def test_a_share_that_is_taken_away_takes_the_file_along(place: Workplace) -> None:
    owner, friend = await office(place, "unshared")
    job = await made(friend, "unshared", "JSON")
    assert (await fetched(friend, job["file"]["url"]))[0].status == 200

    await write(place, delete(shares).where(shares.c.dashboard_id == "unshared"))

    assert await refused(friend, job["file"]["url"])
    file = (await friend.ask(FILE, id=job["id"]))["job"]["file"]
    assert (file["name"], file["url"], file["expiresAt"]) == ("umsatz-unshared.json", None, None)
    assert (await fetched(owner, (await made(owner, "unshared", "JSON"))["file"]["url"]))[0].status == 200


async def test_a_file_of_what_an_editor_saw_is_not_for_a_viewer(place: Workplace) -> None:
    _, friend = await office(place, "weaker")
    rule = update(shares).where(shares.c.dashboard_id == "weaker")
    await write(place, rule.values(rule="edit"))
    job = await made(friend, "weaker", "JSON")
    assert (await fetched(friend, job["file"]["url"]))[0].status == 200

    await write(place, rule.values(rule="view"))

    assert await refused(friend, job["file"]["url"])
    assert (await friend.ask(FILE, id=job["id"]))["job"]["file"]["url"] is None
    assert (await made(friend, "weaker", "JSON"))["file"]["url"] is not None


async def test_a_file_is_drawn_with_the_rights_of_the_moment(empty: Asking) -> None:
    """Those who lost theirs while the job waited get nothing."""
    _, friend, leaver = [await person(empty, name) for name in ("me", "friend", "leaver")]
    company = Company(empty.world.database)
    await company.dashboard("plan", "me")
    asked = {}
    for who in (friend, leaver):
        await company.share("plan", user=who.viewer.user.native)
        given = {"dashboardId": d("plan"), "format": "JSON"}
        found = (await empty.data(who.viewer, EXPORT, input=given))["exportDashboard"]["job"]
        asked[who.viewer.user.native] = found["id"]
    async with empty.world.database.writing() as session:
        await session.execute(delete(shares).where(shares.c.user_id == "friend"))
        await session.execute(update(users).where(users.c.id == "leaver").values(status="inactive"))

    lost, gone = [await attempt(empty, asked[name]) for name in ("friend", "leaver")]

    assert (lost.status, lost.error) == ("failed", "There is no dashboard with this id, or it is hidden from you.")
    assert (gone.status, gone.error) == ("failed", "Who asked for it is not an active user any more.")
    async with empty.world.database.reading() as session:
        assert (await session.execute(select(job_files.c.job_id))).all() == []


async def test_a_large_file_comes_in_pieces_and_whole(place: Workplace) -> None:
    owner, _ = await office(place, "large")
    job = await made(owner, "large", "JSON")
    native = ResourceId.decode(job["id"]).native
    content = bytes(range(256)) * (PIECE * 5 // 2 // 256)
    await write(place, update(job_files).where(job_files.c.job_id == native).values(content=content, size=len(content)))

    answer, found = await fetched(owner, job["file"]["url"])
    assert (answer.status, found == content) == (200, True)

    await write(place, update(job_files).where(job_files.c.job_id == native).values(size=len(content) * 2))
    with pytest.raises(aiohttp.ClientPayloadError):  # what is cut short is seen to be
        await fetched(owner, job["file"]["url"])


async def test_the_file_of_a_delivery_has_an_address_too(place: Workplace) -> None:
    owner, friend = await office(place, "sent")
    workshop = Workshop(place.service.world.database)
    await workshop.schedule("sent-weekly", "sent-owner", "sent")
    await workshop.job("sent-run", schedule_id="sent-weekly", dashboard_id="sent", trigger="time", status="succeeded")
    await workshop.file("sent-run", "sent.pdf")
    job = global_id(Kind.JOB, "sent-run")

    answer, content = await fetched(owner, (await owner.ask(FILE, id=job))["job"]["file"]["url"])

    assert (answer.status, content) == (200, b"%PDF")
    assert "errors" in (await friend.client.ask(FILE, id=job)).json
    await write(place, update(jobs).where(jobs.c.id == "sent-run").values(dashboard_id=None))
    assert (await owner.ask(FILE, id=job))["job"]["file"]["url"] is None
