"""README's schedule, from its mutation to the mails on the next Monday at nine."""

import asyncio
import json
import re
from datetime import datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from conftest import Asking, Stores, asking
from dashgraph.app.working import workers
from dashgraph.domain.viewers import Viewer
from dashgraph.services.jobs.crew import Crew
from dashgraph.services.jobs.engine import DbosEngine
from dashgraph.store.database import beside
from postbox import Postbox, running
from readme import README, compact

PART = re.compile(r"## Send a dashboard every Monday at nine\n(.*?)\n## ", re.DOTALL)
BLOCKS = re.compile(r"```(?:graphql|json)\n(.*?)```", re.DOTALL)
DEADLINE = 60


def blocks() -> list[str]:
    """The mutation, its answer, the question afterwards, and its answer."""
    part = PART.search(README.read_text())
    assert part is not None
    return BLOCKS.findall(part[1])


NEXT = '{ schedules(filter: { name: { eq: "Monday at nine" } }) { edges { node { nextRuns(first: 1) { at } } } } }'
LAST = '{ schedules(filter: { name: { eq: "Monday at nine" } }) { edges { node { lastRun { status } } } } }'


async def only(found: Asking, viewer: Viewer, query: str) -> Any:
    [edge] = (await found.data(viewer, query))["schedules"]["edges"]
    return edge["node"]


async def test_readmes_schedule_is_delivered_on_monday_at_nine(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    create, created, ask, answer = blocks()
    postbox, address = Postbox(), await stores.fresh("demo")
    async with running(postbox) as port:
        for name, value in {"HOST": "127.0.0.1", "PORT": port, "SECURITY": "none", "FROM": "bi@x.example"}.items():
            monkeypatch.setenv(f"DASHGRAPH_SMTP_{name}", str(value))
        async with asking(address) as found:
            nora = await found.viewer("nora@tallgrass.example")
            assert await found.answer(nora, create) == json.loads(created)
            monday = datetime.fromisoformat((await only(found, nora, NEXT))["nextRuns"][0]["at"])
            engine = DbosEngine(beside(address), "one", at_once=4)
            crew = Crew(found.world.database, engine, workers(found.world), clock=lambda: monday)
            await crew.open()
            try:
                async with asyncio.timeout(DEADLINE):
                    while await only(found, nora, LAST) != {"lastRun": {"status": "SUCCEEDED"}}:
                        pass
                told = await found.answer(nora, ask)
            finally:
                await crew.close(within=5)

    assert (monday.astimezone(ZoneInfo("Europe/Berlin")).weekday(), monday.minute) == (0, 0)
    assert compact(told) == compact(json.loads(answer)), compact(told)
    [run] = told["data"]["schedules"]["edges"][0]["node"]["runs"]["edges"]
    recipients = [edge["node"]["recipient"] for edge in run["node"]["deliveries"]["edges"]]
    assert sorted(to for [to] in postbox.addresses) == sorted(recipients)
    for mail in postbox.messages:
        assert mail["Subject"] == f"Company pulse, {monday.date()} Mon"
        [sheet] = mail.iter_attachments()
        assert sheet.get_content_type() == "application/pdf"
        assert "Company pulse" in PdfReader(BytesIO(sheet.get_payload(decode=True))).pages[0].extract_text()
