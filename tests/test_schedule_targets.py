"""Targets of schedules: who may deliver where, and what is kept and shown of their secrets."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from conftest import Asking
from dashgraph.domain.deliverables import DeliveryFormat
from dashgraph.domain.digests import plain
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.schedule_changes import CreateSchedule
from dashgraph.domain.secrets import Secret
from dashgraph.domain.targets import WebhookTarget
from dashgraph.domain.viewers import TokenScope, Viewer
from dashgraph.services.delivering.sealing import new_key
from dashgraph.store.work_tables import targets
from scheduling import NEW, SECRET, SFTP, WEBHOOK, do, made, office, refused, to
from test_shares import snapshot


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHGRAPH_SECRET_KEYS", new_key())


OUTSIDE = [[to(address="cfo@partner.example")], [WEBHOOK], [to("reader"), SFTP]]


@pytest.mark.parametrize("given", OUTSIDE)
async def test_only_the_owner_of_the_dashboard_and_administrators_deliver_outside(
    empty: Asking, given: list[dict[str, Any]]
) -> None:
    await office(empty)

    code, path, message = await refused(empty, "reader", targets=given)

    assert (code, path) == ("FORBIDDEN", ["targets"])
    assert "Only the owner of the dashboard and administrators" in message
    for who in ("owner", "admin"):
        await made(empty, who, targets=given)


async def test_an_administrator_delivers_outside_with_a_token_that_is_for_it(empty: Asking) -> None:
    company = await office(empty)
    await company.share("plan", user="admin")
    admin = await empty.viewer("admin@x.example")
    narrow = Viewer(admin.user, admin.role, admin.scopes - {TokenScope.ADMIN_WRITE})
    query = "mutation($input: CreateScheduleInput!) { createSchedule(input: $input) { errors { code path } } }"

    answer = await empty.data(narrow, query, input=NEW | {"targets": [WEBHOOK]})

    assert answer["createSchedule"]["errors"] == [{"code": "FORBIDDEN", "path": ["targets"]}]
    assert (await empty.data(admin, query, input=NEW | {"targets": [WEBHOOK]}))["createSchedule"]["errors"] == []


async def test_what_there_is_to_know_is_told_and_not_refused(empty: Asking) -> None:
    await office(empty)

    done = await made(
        empty,
        targets=[to(group="team", address="READER@x.example")],
        subject="{{$dashboard}} {{$todya}}",
        body="{{ $owner }} {{7*7}}",
        filters={"region": ["EU"]},
    )
    nobody = await made(empty, targets=[to(group="void")])

    assert [(one["code"], one["message"].split()[0]) for one in done["warnings"]] == [
        ("MEMBERS_WITHOUT_ACCESS", "Some"),
        ("ADDRESS_OF_USER", "READER@x.example"),
        ("UNKNOWN_VARIABLE", "{{$todya}}"),
        ("UNKNOWN_VARIABLE", "{{7*7}}"),
    ]
    assert done["schedule"]["targets"][0]["recipients"] == [
        {"user": None, "group": {"name": "team"}, "address": None},
        {"user": {"email": "reader@x.example"}, "group": None, "address": None},
    ]
    assert done["schedule"]["filters"] == {"region": ["EU"]}
    assert [one["code"] for one in nobody["warnings"]] == ["REACHES_NOBODY"]


async def sealed(asking: Asking) -> list[str | None]:
    async with asking.world.database.reading() as session:
        return list((await session.execute(select(targets.c.sealed).order_by(targets.c.position))).scalars())


async def test_secrets_are_sealed_and_neither_told_nor_written_down(empty: Asking) -> None:
    await office(empty)

    done = await made(empty, targets=[WEBHOOK, SFTP], idempotencyKey="k")
    again = await made(empty, targets=[WEBHOOK, SFTP], idempotencyKey="k")

    first, second = await sealed(empty)
    assert first
    assert second
    assert empty.world.sealer.open(first) == {"key": Secret(SECRET)}
    assert [one.get("hasKey") or one["hasPassword"] for one in done["schedule"]["targets"]] == [True, True]
    assert done["schedule"]["targets"][1]["hasPrivateKey"] is False
    assert again["schedule"] == done["schedule"]
    assert SECRET not in str(await snapshot(empty, without=frozenset()))
    assert SECRET not in json.dumps([done, again])
    assert first not in json.dumps(done)
    assert "target" in [change["noun"] for change in done["operation"]["changes"]]


async def test_without_a_key_nothing_that_has_a_secret_is_kept(empty: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    await office(empty)
    monkeypatch.setattr(empty.world.sealer, "_keys", None)

    code, _, message = await refused(empty, targets=[WEBHOOK])

    assert (code, "dashgraph secret-key" in message) == ("INVALID_STATE", True)
    await made(empty)


async def test_a_target_keeps_its_secret_unless_it_goes_elsewhere(empty: Asking) -> None:
    await office(empty)
    done = await made(empty, targets=[WEBHOOK, SFTP, to("reader")])
    before = await sealed(empty)
    schedule = done["schedule"]["id"]
    hook, sftp, _ = (target["id"] for target in done["schedule"]["targets"])
    plain = {key: value for key, value in SFTP["sftp"].items() if key != "password"} | {"id": sftp}
    moved = {"webhook": {"id": hook, "url": "https://hooks.example.com/other"}}

    changed = await do(
        empty,
        "owner",
        "updateSchedule",
        scheduleId=schedule,
        targets=[{"sftp": plain | {"folder": "in"}}, moved],
    )
    after = await sealed(empty)
    elsewhere = await refused(
        empty, "owner", "updateSchedule", scheduleId=schedule, targets=[{"sftp": plain | {"host": "evil.example.com"}}]
    )
    fresh = [{"sftp": plain | {"host": "new.example.com", "password": "another"}}]
    renewed = await do(empty, "owner", "updateSchedule", scheduleId=schedule, targets=fresh)

    assert changed["errors"] == []
    assert [(one["id"], one["__typename"]) for one in changed["schedule"]["targets"]] == [
        (sftp, "SftpTarget"),
        (hook, "WebhookTarget"),
    ]
    assert after == [before[1], before[0]]
    assert elsewhere[0] == "BAD_USER_INPUT"
    assert "give it its secret again" in elsewhere[2]
    assert renewed["schedule"]["targets"][0]["host"] == "new.example.com"
    assert await sealed(empty) not in (before[:1], before[1:2])


def test_a_change_in_other_words_holds_no_secret() -> None:
    """What an idempotency key is kept with is made of these words."""
    target = WebhookTarget(url="https://hooks.example.com/in", key=Secret(SECRET))
    dashboard = ResourceId("local", Kind.DASHBOARD, "plan")
    change = CreateSchedule(
        dashboard=dashboard, called="n", cron="0 9 * * 1", format=DeliveryFormat.PDF, targets=(target,)
    )

    assert "hooks.example.com" in str(plain(change))
    assert SECRET not in str(plain(change))
