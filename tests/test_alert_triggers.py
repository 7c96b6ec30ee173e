"""Triggering alerts: by mutation, by other systems over HTTP, and what is delivered then."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import select, update

from company import Company, global_id
from conftest import Asking, Stores
from dashgraph.app import http
from dashgraph.connectors.native.changes.alerts import MOST_OPEN
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import Problem, SourceUnavailable
from dashgraph.domain.viewers import TokenScope, Viewer
from dashgraph.store.tables import shares
from dashgraph.store.work_tables import alerts, jobs
from scheduling import d, do
from serving import Client, Service, served
from test_alerts import refused
from test_deliveries import opened
from test_shares import snapshot
from workshop import Workshop

ALARM = {"alertId": global_id(Kind.ALERT, "alarm")}
JOB = "job { id status trigger reason alert { name } dashboard { title } requestedBy { email } } alert { name } "


async def crowd(asking: Asking) -> Workshop:
    """`watcher` has an alert of the `owner`'s plan; `stranger` knows nothing of it."""
    company, workshop = Company(asking.world.database), Workshop(asking.world.database)
    await company.user("admin", "admin")
    for name in ("owner", "watcher", "stranger"):
        await company.user(name)
    await company.dashboard("plan", "owner", title="The plan", tiles=("a",))
    await company.share("plan", user="watcher")
    await workshop.alert("alarm", "watcher", "plan", name="Low stock")
    await workshop.target("alarm", users=["watcher"], of="alert_id")
    return workshop


async def all_jobs(asking: Asking) -> list[Any]:
    async with asking.world.database.reading() as session:
        return list(await session.execute(select(jobs).order_by(jobs.c.created_at, jobs.c.id)))


async def test_a_trigger_starts_a_delivery_with_what_was_seen(empty: Asking) -> None:
    await crowd(empty)
    before = await snapshot(empty, without=frozenset({"operations", "jobs"}))

    tried = await do(empty, "watcher", "triggerAlert", JOB, **ALARM, dryRun=True)
    assert await all_jobs(empty) == []
    done = await do(empty, "watcher", "triggerAlert", JOB, **ALARM, values={"stock": 3}, idempotencyKey="k")
    again = await do(empty, "watcher", "triggerAlert", JOB, **ALARM, values={"stock": 3}, idempotencyKey="k")

    assert (tried["job"], tried["errors"]) == (None, [])
    assert done["job"] | {"id": ""} == {
        "id": "",
        "status": "QUEUED",
        "trigger": "ALERT",
        "reason": None,
        "alert": {"name": "Low stock"},
        "dashboard": {"title": "The plan"},
        "requestedBy": {"email": "watcher@x.example"},
    }
    assert (again["job"]["id"], done["operation"]["canBeUndone"]) == (done["job"]["id"], False)
    [job] = await all_jobs(empty)
    assert json.loads(job.input) == {"values": {"stock": 3}}
    assert await snapshot(empty, without=frozenset({"operations", "jobs"})) == before


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (None, "The alert is disabled; enable it with setAlertEnabled."),
        ("widget_deleted", "The alert was disabled: the widget was deleted."),
    ],
)
async def test_the_trigger_of_a_disabled_alert_is_skipped_with_the_reason(
    empty: Asking, reason: str | None, said: str
) -> None:
    await crowd(empty)
    async with empty.world.database.writing() as session:
        await session.execute(update(alerts).values(enabled=0, disabled_reason=reason))

    done = await do(empty, "watcher", "triggerAlert", JOB, **ALARM)

    assert (done["errors"], done["job"]["status"], done["job"]["reason"]) == ([], "SKIPPED", said)
    [job] = await all_jobs(empty)
    assert job.finished_at is not None


async def test_a_system_gone_wild_floods_nobody(empty: Asking) -> None:
    workshop = await crowd(empty)
    for number in range(MOST_OPEN - 1):
        await workshop.job(f"open{number}", alert_id="alarm", trigger="alert")
    await workshop.job("over", alert_id="alarm", trigger="alert", status="failed")

    last = await do(empty, "watcher", "triggerAlert", JOB, **ALARM)
    more = await do(empty, "watcher", "triggerAlert", JOB, **ALARM)

    assert [one["job"]["status"] for one in (last, more)] == ["QUEUED", "SKIPPED"]
    assert "too often: 10 deliveries" in more["job"]["reason"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (7, "is a JSON object, or a list of objects"),
        ([], "is a JSON object, or a list of objects"),
        ([{"a": 1}, 2], "is a JSON object, or a list of objects"),
        ([{"a": 1}] * 51, "at most 50 objects"),
        ({str(number): number for number in range(21)}, "20 different names"),
        ({"a": "x" * 20_000}, "at most 20000 are kept"),
        ({"a": "\ud800"}, "nothing can keep"),
        ({"a\0": 1}, "nothing can keep"),
        (json.loads('{"a": ' + "[" * 40 + "]" * 40 + "}"), "nested deeper than 20"),
    ],
)
async def test_what_no_message_can_show_is_refused(empty: Asking, values: Any, said: str) -> None:
    await crowd(empty)

    for name in ("triggerAlert", "testAlert"):
        code, path, message = await refused(empty, "watcher", name, **ALARM, values=values)
        assert (code in {"BAD_USER_INPUT", "TOO_MUCH"}, path, said in message) == (True, ["values"], True), message


async def test_its_owner_and_administrators_trigger_it_with_a_token_for_it(empty: Asking) -> None:
    await crowd(empty)
    query = "mutation($input: TriggerAlertInput!) { triggerAlert(input: $input) { errors { code message } } }"

    async def narrow(who: str, scope: TokenScope) -> Any:
        viewer = await empty.viewer(f"{who}@x.example")
        return await empty.answer(Viewer(viewer.user, viewer.role, frozenset({scope})), query, input=ALARM)

    seen = await refused(empty, "owner", "triggerAlert", **ALARM)
    hidden = await refused(empty, "stranger", "triggerAlert", **ALARM)
    absent = await refused(empty, "stranger", "triggerAlert", alertId=global_id(Kind.ALERT, "none"))
    other = await narrow("watcher", TokenScope.SCHEDULES_WRITE)

    assert (seen[0], seen[2]) == ("FORBIDDEN", "Only its owner and administrators trigger an alert; ask watcher.")
    assert (hidden, hidden[0]) == (absent, "NOT_FOUND")
    assert other["errors"][0]["extensions"]["scope"] == "alerts:trigger"
    assert await all_jobs(empty) == []
    for who in ("watcher", "admin"):
        assert (await narrow(who, TokenScope.ALERTS_TRIGGER))["data"]["triggerAlert"]["errors"] == []
    assert len(await all_jobs(empty)) == 2


async def test_a_test_goes_to_who_asks_and_is_no_run(empty: Asking) -> None:
    await crowd(empty)
    before = await snapshot(empty, without=frozenset({"operations", "jobs"}))

    stored = await do(empty, "watcher", "testAlert", "job { trigger alert { name } } ", **ALARM, values={"stock": 3})
    whole = await do(empty, "watcher", "testAlert", "job { id } ", **ALARM, toTargets=True)
    draft = await do(empty, "watcher", "testAlert", "job { id } ", dashboardId=d("plan"), name="Draft")
    code, path, _ = await refused(empty, "watcher", "testAlert", name="x")

    first, second, third = [json.loads(job.input) for job in await all_jobs(empty)]
    assert (stored["errors"], stored["job"]) == ([], {"trigger": "TEST", "alert": None})
    assert (first["kind"], first["values"], first["deliverable"]["name"]) == ("Alert", {"stock": 3}, "Low stock")
    assert [[one["user_id"] for one in target["recipients"]] for target in first["targets"]] == [["watcher"]]
    assert (whole["errors"], second["targets"][0]["id"]) == ([], "alarm")
    assert (draft["errors"], third["deliverable"]["name"]) == ([], "Draft")
    assert (code, path) == ("BAD_USER_INPUT", ["alertId"])
    assert await snapshot(empty, without=frozenset({"operations", "jobs"})) == before


@asynccontextmanager
async def delivering(empty: Asking) -> AsyncIterator[Any]:
    """A mail server, and the worker that sends the `owner`'s alert of `sales` to `ann`."""
    async with opened(empty) as office:
        for name in ("owner", "ann"):
            await office.company.user(name)
        await office.company.dashboard("sales", "owner", title="Sales figures", tiles=("Revenue",))
        await office.company.share("sales", user="ann")
        workshop = Workshop(empty.world.database)
        await workshop.alert("alarm", "owner", "sales", name="Low stock")
        await workshop.target("alarm", users=["ann"], of="alert_id")
        yield office


def native(job: str) -> str:
    found = ResourceId.decode(job)
    assert found is not None
    return found.native


@pytest.mark.parametrize(
    ("values", "lines", "cells"),
    [
        ({"stock": 3, "note": "<b>\n&"}, ["stock | 3", "note | <b> &"], [">stock</td>", ">&lt;b&gt; &amp;</td>"]),
        ([{"shop": "A", "stock": 0}, {"shop": "B"}], ["shop | stock", "A | 0", "B | "], [">shop</td>", ">B</td>"]),
        ({"deep": {"a": [None]}, "long": "y" * 300}, ['deep | {"a": [null]}', f"long | {'y' * 199}…"], []),
    ],
)
async def test_the_message_shows_what_was_seen(empty: Asking, values: Any, lines: list[str], cells: list[str]) -> None:
    async with delivering(empty) as office:
        done = await do(empty, "owner", "triggerAlert", JOB, **ALARM, values=values)

        job = await office.attempt(native(done["job"]["id"]))

        assert job.status == "succeeded"
        [mail] = office.postbox.messages
        text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
        assert text.startswith("The alert Low stock was triggered.\n")
        assert text.replace("\r", "").split("\n--\n")[0].rstrip("\n").split("\n")[-len(lines) :] == lines
        assert all(cell in html for cell in cells)


async def test_a_test_shows_it_too_and_a_trigger_without_values_nothing(empty: Asking) -> None:
    async with delivering(empty) as office:
        tested = await do(empty, "owner", "testAlert", "job { id } ", **ALARM, values={"stock": 3})
        plain = await do(empty, "owner", "triggerAlert", JOB, **ALARM)

        await office.attempt(native(tested["job"]["id"]))
        await office.attempt(native(plain["job"]["id"]))

        texts = [mail.get_body(("plain",)).get_content() for mail in office.postbox.messages]
        assert ["stock | 3" in text for text in texts] == [True, False]
        assert all("The alert Low stock was triggered." in text for text in texts)
        assert "<td" not in office.postbox.messages[1].get_body(("html",)).get_content()


async def test_an_alert_whose_owner_lost_access_is_disabled_and_the_owner_told(empty: Asking) -> None:
    async with delivering(empty) as office:
        await office.write(update(alerts).values(owner_id="ann"))
        done = await do(empty, "ann", "triggerAlert", JOB, **ALARM)
        await office.write(shares.delete())

        job = await office.attempt(native(done["job"]["id"]))

        [row] = await office.read(select(alerts))
        assert (job.status, row.enabled, row.disabled_reason) == ("failed", 0, "owner_lost_access")
        assert office.postbox.messages[0]["Subject"] == "Not delivered: Low stock"


@asynccontextmanager
async def monitored(stores: Stores, **settings: Any) -> AsyncIterator[tuple[Service, Asking, Client]]:
    """A server, and another system that has a token of the `watcher` for nothing but triggering."""
    async with served(await stores.fresh("empty"), **settings) as service:
        asking = Asking(service.world, [])
        await crowd(asking)
        token = await service.token("watcher@x.example", scopes=["alerts:trigger"])
        yield service, asking, service.client.holding(token)


PATH = f"/alerts/{ALARM['alertId']}/trigger"


async def test_another_system_triggers_an_alert_over_http(stores: Stores) -> None:
    async with monitored(stores) as (_, asking, system):
        plain = await system.send("POST", PATH)
        first = await system.post({"stock": 3}, PATH, **{"Idempotency-Key": "incident 7"})
        again = await system.post({"stock": 3}, PATH, **{"Idempotency-Key": "incident 7"})
        other = await system.post({"stock": 2}, PATH, **{"Idempotency-Key": "incident 7"})

        assert [reply.status for reply in (plain, first, again, other)] == [202, 202, 202, 400]
        assert (first.json, set(first.json), first.json["skipped"]) == (again.json, {"job", "skipped"}, None)
        assert [json.loads(job.input)["values"] for job in await all_jobs(asking)] == [None, {"stock": 3}]
        assert {native(one.json["job"]) for one in (plain, first)} == {job.id for job in await all_jobs(asking)}
        async with asking.world.database.writing() as session:
            await session.execute(update(alerts).values(enabled=0))
        skipped = await system.send("POST", PATH)
        assert (skipped.status, skipped.json["skipped"][:22]) == (202, "The alert is disabled;")
        assert (await system.ask("{ alerts { totalCount } }")).codes == ["FORBIDDEN"]


def test_only_what_does_not_answer_is_a_fault_of_the_server() -> None:
    """An alert of a source that cannot be triggered is none."""
    waiting, faults = [Problem], set()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind is not Problem and not any(issubclass(kind, one) for one in http.STATUSES):
            faults.add(kind)

    assert all(issubclass(kind, SourceUnavailable) for kind in faults), faults


async def test_nobody_else_triggers_it_over_http_and_nothing_is_learnt_by_trying(stores: Stores) -> None:
    async with monitored(stores) as (service, asking, system):
        stranger = service.client.holding(await service.token("stranger@x.example"))
        owner = service.client.holding(await service.token("owner@x.example"))
        reader = service.client.holding(await service.token("watcher@x.example", scopes=["dashboards:read"]))
        elsewhere = [global_id(Kind.ALERT, "none"), global_id(Kind.DASHBOARD, "plan"), "zzz"]

        nobody = await service.client.send("POST", PATH)
        hidden = await stranger.send("POST", PATH)
        absent = [await system.send("POST", f"/alerts/{one}/trigger") for one in elsewhere]

        assert (nobody.status, nobody.codes, nobody.headers["WWW-Authenticate"]) == (401, ["UNAUTHENTICATED"], "Bearer")
        assert (hidden.status, hidden.codes) == (404, ["NOT_FOUND"])
        assert {(reply.status, reply.text) for reply in absent} == {(404, hidden.text)}
        assert ((await owner.send("POST", PATH)).status, (await reader.send("POST", PATH)).status) == (403, 403)
        assert (await system.send("GET", PATH)).status == 405
        assert await all_jobs(asking) == []


async def test_a_body_that_is_no_json_or_too_much_triggers_nothing(stores: Stores) -> None:
    async with monitored(stores, max_body_kilobytes=8) as (_, asking, system):
        form = await system.post(b"stock=3", PATH, content_type="application/x-www-form-urlencoded")
        text = await system.post(b'{"stock": 3}', PATH, content_type="text/plain")
        broken = await system.post(b"{", PATH)
        number = await system.post(b'{"stock": NaN}', PATH)
        array = await system.post([1], PATH)
        deep = await system.post(b'{"a": ' + b"[" * 900 + b"]" * 900 + b"}", PATH)
        large = await system.post({"a": "x" * 9000}, PATH)
        long = await system.send("POST", PATH, headers={"Idempotency-Key": "k" * 201})

        assert [reply.status for reply in (form, text, broken, number, array)] == [415, 415, 400, 400, 400]
        assert [reply.status for reply in (deep, large, long)] == [400, 413, 400]
        assert await all_jobs(asking) == []


async def test_the_same_incident_told_twice_at_once_is_delivered_once(stores: Stores) -> None:
    async with monitored(stores) as (_, asking, system):
        sent = [system.post({"stock": 3}, PATH, **{"Idempotency-Key": "incident 8"}) for _ in range(5)]

        replies = await asyncio.gather(*sent)

        assert {(reply.status, reply.text) for reply in replies} == {(202, replies[0].text)}
        assert len(await all_jobs(asking)) == 1
