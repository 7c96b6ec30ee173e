"""A delivery reaches those it may reach, each once, and tells what came of everybody else."""

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import delete, insert, select, update

from company import Company
from conftest import Asking
from dashgraph.domain.jobs import JobKind, Trigger
from dashgraph.domain.users import UserStatus
from dashgraph.services.deliveries import Deliveries
from dashgraph.services.delivering.sealing import Sealer, new_key
from dashgraph.services.jobs.attempts import PAUSES, Attempt, carry_out
from dashgraph.services.rendering.render import Rendering
from dashgraph.services.sheets import Sheets
from dashgraph.store import working
from dashgraph.store.tables import shares
from dashgraph.store.work_tables import deliveries, jobs, recipients, schedules, targets
from dashgraph.store.working import job_row
from delivering import sinks
from postbox import Postbox, handed_in_at, running

MONDAY = datetime(2026, 6, 15, 7, tzinfo=UTC)


@dataclass
class Office:
    """A schedule of the dashboard `sales`, a mail server, and the worker between them."""

    world: Asking
    company: Company
    postbox: Postbox
    worker: Deliveries
    sealer: Sealer

    async def write(self, *statements: Any) -> None:
        async with self.world.world.database.writing() as session:
            for statement in statements:
                await session.execute(statement)

    async def read(self, statement: Any) -> list[Any]:
        async with self.world.world.database.reading() as session:
            return list(await session.execute(statement))

    async def schedule(self, **values: Any) -> None:
        row = {"id": "weekly", "name": "Weekly sales", "name_key": "weekly sales", "owner_id": "owner"}
        when = {"dashboard_id": "sales", "cron": "0 9 * * 1", "zone": "Europe/Berlin", "format": "pdf", "enabled": 1}
        now = datetime.now(UTC)
        await self.write(insert(schedules).values({**row, **when, "created_at": now, "updated_at": now, **values}))

    async def target(
        self, native: str = "mail", kind: str = "email", sealed: str | None = None, **settings: Any
    ) -> None:
        told = json.dumps({"held": [], **settings})
        row = {"id": native, "schedule_id": "weekly", "position": 0, "kind": kind, "settings": told, "sealed": sealed}
        await self.write(insert(targets).values(row))

    async def to(self, *whom: dict[str, str]) -> None:
        empty = {"user_id": None, "group_id": None, "address": None}
        for position, one in enumerate(whom):
            row = {**empty, **one, "target_id": "mail", "position": position}
            await self.write(insert(recipients).values(row))

    async def start(self, trigger: Trigger = Trigger.TIME) -> str:
        row = job_row(
            JobKind.DELIVERY, trigger, MONDAY, given={}, schedule_id="weekly", dashboard_id="sales", fire_at=MONDAY
        )
        async with self.world.world.database.writing() as session:
            await working.add(session, row)
        return str(row["id"])

    async def attempt(self, job: str) -> Any:
        """The job after one attempt at it."""
        database = self.world.world.database
        row = await working.begin(database, job, claim := secrets.token_hex(4), MONDAY)
        assert row is not None
        await carry_out(Attempt(database, row, claim, clock=lambda: datetime.now(UTC)), self.worker)
        [found] = await self.read(select(jobs).where(jobs.c.id == job))
        return found

    async def told(self) -> dict[str, tuple[str, str | None]]:
        """What came of each recipient."""
        rows = await self.read(select(deliveries).order_by(deliveries.c.recipient_key))
        return {row.recipient: (row.status, row.answer) for row in rows}


@asynccontextmanager
async def opened(found: Asking) -> AsyncIterator[Office]:
    world, postbox, sealer = found.world, Postbox(), Sealer(new_key())
    async with running(postbox) as port, sinks(handed_in_at(port)) as out:
        sheets = Sheets(world.reading, world.documents)
        worker = Deliveries(world.database, sheets, Rendering(), out, sealer, world.identity)
        yield Office(found, Company(world.database), postbox, worker, sealer)


@pytest.fixture
async def office(empty: Asking) -> AsyncIterator[Office]:
    async with opened(empty) as found:
        company = found.company
        for name in ("owner", "ann", "bob", "stranger"):
            await company.user(name)
        await company.user("gone", status=UserStatus.INACTIVE)
        await company.dashboard("sales", "owner", title="Sales figures", tiles=("Revenue",))
        await company.group("team", "ann", "bob", "gone")
        await company.share("sales", group="team")
        await found.schedule()
        await found.target()
        yield found


def text_of(postbox: Postbox, number: int = 0) -> str:
    [attachment] = list(postbox.messages[number].iter_attachments())
    pages = PdfReader(BytesIO(attachment.get_payload(decode=True))).pages
    return "\n".join(page.extract_text() for page in pages)


async def test_a_pdf_reaches_users_groups_and_addresses_each_once(office: Office) -> None:
    await office.to({"group_id": "team"}, {"user_id": "ann"}, {"user_id": "owner"}, {"address": "CEO@else.example"})

    job = await office.attempt(await office.start())

    assert (job.status, job.done, job.total) == ("succeeded", 5, 5)
    assert json.loads(job.result) == {"delivered": 4, "skipped": 1, "failed": 0}
    assert await office.told() == {
        "ann@x.example": ("delivered", "queued as 42"),
        "bob@x.example": ("delivered", "queued as 42"),
        "CEO@else.example": ("delivered", "queued as 42"),
        "gone@x.example": ("skipped", "Left out: the account is not active."),
        "owner@x.example": ("delivered", "queued as 42"),
    }
    assert sorted(to for [to] in office.postbox.addresses) == [
        "CEO@else.example", "ann@x.example", "bob@x.example", "owner@x.example",
    ]  # fmt: skip
    assert {one["Subject"] for one in office.postbox.messages} == {"Sales figures"}
    assert "Sales figures" in text_of(office.postbox)
    assert "Revenue" in text_of(office.postbox)


async def test_those_who_may_not_see_it_today_are_left_out_with_the_reason(office: Office) -> None:
    await office.to({"user_id": "ann"}, {"user_id": "stranger"})
    await office.write(delete(shares))

    job = await office.attempt(await office.start())

    no_access = ("skipped", "Left out: the dashboard is not shared with them.")
    assert await office.told() == {"ann@x.example": no_access, "stranger@x.example": no_access}
    assert (job.status, job.error) == (
        "failed",
        "It reached nobody: everybody it is for was left out; see the deliveries for the reasons.",
    )
    assert [to for [to] in office.postbox.addresses] == ["owner@x.example"]  # the alarm
    assert office.postbox.messages[0]["Subject"] == "Not delivered: Weekly sales"


async def test_readers_get_what_is_published(office: Office) -> None:
    await office.to({"user_id": "ann"})
    await office.company.change("sales", title="Secret draft")

    await office.attempt(await office.start())

    assert office.postbox.messages[0]["Subject"] == "Sales figures"
    assert "Secret draft" not in text_of(office.postbox)


async def test_subject_and_text_are_templates_in_the_zone_of_the_schedule(office: Office) -> None:
    await office.to({"user_id": "ann"})
    templates = {"subject": "{{$dashboard}}\r\nBcc: {{$owner}}", "body": "At {{$now}}, {{$nonsense}} & <b>"}
    await office.write(update(schedules).values(**templates))

    await office.attempt(await office.start())

    [mail] = office.postbox.messages
    assert (mail["Subject"], mail["Bcc"]) == ("Sales figures Bcc: owner", None)
    assert mail.get_body(("plain",)).get_content().startswith("At 2026-06-15 Mon 09:00 +02:00, {{$nonsense}} & <b>")
    assert "{{$nonsense}} &amp; &lt;b&gt;" in mail.get_body(("html",)).get_content()


async def test_presets_of_filters_stand_on_the_sheet(office: Office) -> None:
    await office.to({"user_id": "ann"})
    presets = json.dumps({"Region": ["North", "South"], "Year": 2026})
    await office.write(update(schedules).values(filters=presets))

    await office.attempt(await office.start())

    shown = " ".join(text_of(office.postbox).split())
    assert "Region is North, South" in shown
    assert "Year is 2026" in shown


async def test_a_picture_stands_in_the_mail_itself(office: Office) -> None:
    await office.to({"user_id": "ann"})
    await office.write(update(schedules).values(format="inline"))

    await office.attempt(await office.start())

    [mail] = office.postbox.messages
    assert [part.get_content_type() for part in mail.walk() if part.get_content_maintype() == "image"] == ["image/png"]
    assert "cid:picture" in mail.get_body(("html",)).get_content()


async def test_only_those_who_were_not_reached_are_tried_again_with_the_same_message(office: Office) -> None:
    await office.to({"user_id": "ann"}, {"user_id": "bob"})
    office.postbox.answers["bob@x.example"] = ["450 busy", "250 fine"]
    native = await office.start()

    first = await office.attempt(native)
    assert (first.status, first.done) == ("queued", 1)
    assert (await office.told())["bob@x.example"] == ("pending", "450 busy")
    await office.write(update(schedules).values(subject="Another subject"))
    second = await office.attempt(native)

    assert (second.status, second.attempts) == ("succeeded", 2)
    assert [to for [to] in office.postbox.addresses] == ["ann@x.example", "bob@x.example"]
    contents = [next(mail.iter_attachments()).get_payload(decode=True) for mail in office.postbox.messages]
    assert contents[0] == contents[1]


async def test_what_fails_for_good_is_told_to_the_owner_once_and_after_the_last_attempt(office: Office) -> None:
    await office.to({"user_id": "ann"}, {"user_id": "bob"})
    office.postbox.answers["bob@x.example"] = ["450 busy"] * 9
    native = await office.start()

    jobs_seen = [await office.attempt(native) for _ in range(len(PAUSES) + 1)]

    assert [job.status for job in jobs_seen] == ["queued"] * len(PAUSES) + ["failed"]
    assert jobs_seen[-1].error == "1 of 2 did not get it; bob@x.example: 450 busy"
    assert await office.told() == {
        "ann@x.example": ("delivered", "queued as 42"),
        "bob@x.example": ("failed", "450 busy"),
    }
    assert [to for [to] in office.postbox.addresses] == ["ann@x.example", "owner@x.example"]


async def test_a_schedule_whose_owner_lost_access_is_disabled(office: Office) -> None:
    await office.to({"user_id": "ann"})
    await office.write(update(schedules).values(owner_id="stranger"))

    job = await office.attempt(await office.start())

    assert job.status == "failed"
    [row] = await office.read(select(schedules.c.enabled, schedules.c.disabled_reason))
    assert tuple(row) == (0, "owner_lost_access")
    assert [to for [to] in office.postbox.addresses] == ["stranger@x.example"]


async def test_who_may_not_send_it_elsewhere_any_more_does_not(office: Office) -> None:
    await office.to({"user_id": "bob"}, {"address": "ceo@else.example"})
    await office.write(update(schedules).values(owner_id="ann"))

    await office.attempt(await office.start())

    assert await office.told() == {
        "bob@x.example": ("delivered", "queued as 42"),
        "ceo@else.example": (
            "skipped",
            "Left out: only the dashboard's owner and administrators may send it elsewhere.",
        ),
    }


async def test_a_job_that_is_to_stop_stops_before_the_next_recipients(office: Office) -> None:
    await office.to({"user_id": "ann"})
    native = await office.start()
    await office.write(update(jobs).values(cancel_requested_at=MONDAY))

    job = await office.attempt(native)

    assert job.status == "cancelled"
    assert office.postbox.taken == []


async def test_the_owner_of_a_draft_may_have_it_sent_to_himself(office: Office) -> None:
    await office.company.dashboard("draft", "owner", title="A draft", tiles=("x",), published=False)
    await office.to({"user_id": "owner"}, {"user_id": "ann"})
    await office.company.share("draft", user="ann")
    await office.write(update(schedules).values(dashboard_id="draft"))

    await office.attempt(await office.start())

    assert await office.told() == {
        "ann@x.example": ("skipped", "Left out: the dashboard is not shared with them."),
        "owner@x.example": ("delivered", "queued as 42"),
    }
