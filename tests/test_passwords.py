"""Passwords: changed by oneself, set by an address that was given out, and kept nowhere in clear."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs
from typer.testing import CliRunner

from company import Company, global_id
from conftest import Stores
from dashgraph.app.logs import redacted
from dashgraph.app.main import app
from dashgraph.domain.ids import Kind
from dashgraph.store.tables import metadata, operations, password_links, tokens, users
from serving import Client, Reply, Service, served

OLD, NEW = "correct horse battery", "staple of the battery"
CHANGE = """mutation($input: ChangePasswordInput!) { changePassword(input: $input) {
    user { email } sessionsEnded errors { __typename code message path }
    operation { id kind canBeUndone reasonAgainstUndoing changes { noun before after } } } }"""
RESET = """mutation($input: ResetPasswordInput!) { resetPassword(input: $input) {
    user { email status } address expiresAt errors { __typename code message path }
    operation { id canBeUndone changes { noun } } } }"""
INVITE = """mutation($input: InviteUsersInput!) { inviteUsers(input: $input) {
    results { email outcome address user { status } } operation { id } } }"""
UNDO = "mutation($input: UndoOperationInput!) { undoOperation(input: $input) { errors { code message } } }"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def service(stores: Stores) -> AsyncIterator[Service]:
    """An administrator and a designer with passwords, and a viewer without."""
    async with served(await stores.fresh("empty")) as found:
        company = Company(found.world.database)
        hashed = await found.world.identity.hashed(OLD)
        await company.user("boss", "admin", password_hash=hashed)
        await company.user("ann", password_hash=hashed)
        await company.user("vic", "viewer")
        yield found


def user(name: str) -> str:
    return global_id(Kind.USER, name)


async def signed_in(service: Service, name: str, password: str = OLD) -> Client:
    reply = await service.client.login(f"{name}@x.example", password)
    assert reply.status == 200, reply.text
    return service.client.holding(reply.json["token"])


async def can_sign_in(service: Service, name: str, password: str) -> bool:
    return (await service.client.login(f"{name}@x.example", password)).status == 200


async def change(client: Client, current: str = OLD, fresh: str = NEW, **more: Any) -> dict[str, Any]:
    given = {"currentPassword": current, "newPassword": fresh} | more
    reply = await client.ask(CHANGE, input=given)
    assert reply.status == 200, reply.text
    found: dict[str, Any] = reply.json["data"]["changePassword"]
    return found


async def reset(client: Client, name: str, **more: Any) -> dict[str, Any]:
    reply = await client.ask(RESET, input={"userId": user(name)} | more)
    assert "errors" not in reply.json, reply.text
    found: dict[str, Any] = reply.json["data"]["resetPassword"]
    return found


async def hashes(service: Service) -> dict[str, str | None]:
    async with service.world.database.reading() as session:
        rows = await session.execute(select(users.c.id, users.c.password_hash))
        return {row.id: row.password_hash for row in rows}


async def alive(client: Client) -> bool:
    return (await client.ask("{ viewer { scopes } }")).status == 200


async def send_form(client: Client, address: str, **fields: str) -> Reply:
    return await client.send("POST", address, data=fields)


async def test_a_new_password_ends_the_other_sessions_and_no_token(service: Service) -> None:
    here, there = [await signed_in(service, "ann") for _ in range(2)]
    token = service.client.holding(await service.token("ann@x.example"))
    others = await signed_in(service, "boss")

    tried = await change(here, dryRun=True)
    assert (tried["sessionsEnded"], tried["operation"], tried["errors"]) == (1, None, [])
    assert await alive(there)
    done = await change(here)

    assert (done["user"], done["sessionsEnded"], done["errors"]) == ({"email": "ann@x.example"}, 1, [])
    assert [await alive(client) for client in (here, token, others, there)] == [True, True, True, False]
    assert [await can_sign_in(service, "ann", password) for password in (OLD, NEW)] == [False, True]
    assert await can_sign_in(service, "boss", OLD)


async def test_what_cannot_be_changes_nothing_and_says_where(service: Service) -> None:
    here, other = [await signed_in(service, "ann") for _ in range(2)]
    vic = service.client.holding(await service.token("vic@x.example"))
    narrow = service.client.holding(await service.token("ann@x.example", scopes=["users:read"]))
    before = await hashes(service)

    async def refused(client: Client, *words: str) -> list[tuple[str, list[str]]]:
        return [(error["__typename"], error["path"]) for error in (await change(client, *words))["errors"]]

    assert await refused(here, "wrong horse battery") == [("InvalidInput", ["currentPassword"])]
    assert await refused(here, "") == [("InvalidInput", ["currentPassword"])]
    assert await refused(here, OLD, "short") == [("InvalidInput", ["newPassword"])]
    assert await refused(here, OLD, "x" * 1025) == [("InvalidInput", ["newPassword"])]
    assert await refused(vic, OLD) == [("InTheWay", [])]
    assert (await narrow.ask(CHANGE, input={"currentPassword": OLD, "newPassword": NEW})).codes == ["FORBIDDEN"]

    assert await hashes(service) == before
    assert await alive(other)


async def test_the_same_key_changes_it_once(service: Service) -> None:
    """Sent again, the old password is wrong by then; what came of it the first time is told."""
    here = await signed_in(service, "ann")

    first = await change(here, idempotencyKey="k")
    after = await hashes(service)
    again = await change(here, idempotencyKey="k")

    assert again == first
    assert again["errors"] == []
    assert await hashes(service) == after


async def test_of_two_changes_at_once_one_is_made(service: Service) -> None:
    here = await signed_in(service, "ann")

    done = await asyncio.gather(change(here, OLD, NEW + "1"), change(here, OLD, NEW + "2"))

    errors = [[error["path"] for error in one["errors"]] for one in done]
    assert sorted(errors) == [[], [["currentPassword"]]]
    winner = errors.index([]) + 1
    assert [await can_sign_in(service, "ann", NEW + str(number)) for number in (winner, 3 - winner)] == [True, False]


async def test_it_is_not_undone_and_not_in_the_trail(service: Service) -> None:
    here = await signed_in(service, "ann")
    before = await hashes(service)

    operation = (await change(here, idempotencyKey="k"))["operation"]
    undone = (await here.ask(UNDO, input={"operationId": operation["id"]})).json["data"]["undoOperation"]
    after = await hashes(service)

    assert (operation["kind"], operation["canBeUndone"]) == ("changePassword", False)
    assert operation["reasonAgainstUndoing"] == "a password is not put back"
    assert operation["changes"] == []
    assert [error["code"] for error in undone["errors"]] == ["CONFLICT"]
    async with service.world.database.reading() as session:
        trail = str((await session.execute(select(operations))).all())
    assert not [secret for secret in (OLD, NEW, before["ann"], after["ann"]) if str(secret) in trail]


async def test_a_later_change_of_the_account_is_undone_without_touching_the_password(service: Service) -> None:
    boss = service.client.holding(await service.token("boss@x.example"))
    rename = "mutation($input: UpdateUserInput!) { updateUser(input: $input) { operation { id } } }"
    renamed = (await boss.ask(rename, input={"userId": user("ann"), "firstName": "Anna"})).json["data"]["updateUser"]
    await change(await signed_in(service, "ann"))
    after = await hashes(service)

    undone = (await boss.ask(UNDO, input={"operationId": renamed["operation"]["id"]})).json["data"]["undoOperation"]

    assert undone["errors"] == []
    assert await hashes(service) == after


async def test_an_address_sets_a_password_once(service: Service) -> None:
    boss, sessions = service.client.holding(await service.token("boss@x.example")), await signed_in(service, "ann")

    tried = await reset(boss, "ann", dryRun=True)
    given = await reset(boss, "ann", idempotencyKey="k")
    again = await reset(boss, "ann", idempotencyKey="k")

    assert (tried["address"], tried["operation"]) == (None, None)
    assert re.fullmatch(r"/password/[\w-]{43}", given["address"])
    assert (again["address"], again["operation"]) == (None, given["operation"])
    assert timedelta(hours=23) < datetime.fromisoformat(given["expiresAt"]) - datetime.now(UTC) < timedelta(hours=24)
    assert await can_sign_in(service, "ann", OLD), "until it is used, the password so far goes on"
    assert await alive(sessions)

    async def save(password: object) -> Reply:
        return await service.client.post({"password": password}, given["address"])

    assert [(await save(wrong)).status for wrong in ("short", 1, None)] == [400] * 3
    assert (await save(NEW)).status == 204
    assert not await alive(sessions)
    assert [await can_sign_in(service, "ann", password) for password in (OLD, NEW)] == [False, True]
    used = await save(NEW + "!")
    assert (used.status, used.codes) == (404, ["NOT_FOUND"])
    assert await can_sign_in(service, "ann", NEW)


async def test_only_administrators_give_out_addresses(service: Service) -> None:
    ann = service.client.holding(await service.token("ann@x.example"))
    narrow = service.client.holding(await service.token("boss@x.example", scopes=["users:read", "profile:write"]))
    boss = service.client.holding(await service.token("boss@x.example"))

    for client in (ann, narrow):
        assert (await client.ask(RESET, input={"userId": user("vic")})).codes == ["FORBIDDEN"]
    assert [error["code"] for error in (await reset(boss, "none"))["errors"]] == ["NOT_FOUND"]
    for status, code in (("inactive", "INVALID_STATE"), ("deleted", "INVALID_STATE")):
        async with service.world.database.writing() as session:
            await session.execute(update(users).where(users.c.id == "vic").values(status=status))
        assert [error["code"] for error in (await reset(boss, "vic"))["errors"]] == [code]
    async with service.world.database.reading() as session:
        assert (await session.execute(select(password_links))).all() == []


async def test_a_newer_address_an_undoing_and_time_end_one(service: Service) -> None:
    boss = service.client.holding(await service.token("boss@x.example"))
    first, second = await reset(boss, "ann"), await reset(boss, "ann")

    async def works(address: str) -> bool:
        return (await service.client.send("GET", address)).status == 200

    assert [await works(one["address"]) for one in (first, second)] == [False, True]
    assert (await service.client.post({"password": NEW}, first["address"])).status == 404
    given = {"operationId": second["operation"]["id"]}
    ann = service.client.holding(await service.token("ann@x.example"))
    assert (await ann.ask(UNDO, input=given)).json["data"]["undoOperation"]["errors"][0]["code"] == "NOT_FOUND"
    assert (await boss.ask(UNDO, input=given)).json["data"]["undoOperation"]["errors"] == []
    assert not await works(second["address"])
    third = await reset(boss, "ann")
    async with service.world.database.writing() as session:
        await session.execute(update(password_links).values(expires_at=datetime.now(UTC)))
    assert not await works(third["address"])
    assert await can_sign_in(service, "ann", OLD)


async def test_whoever_is_deactivated_meanwhile_sets_none(service: Service) -> None:
    boss = service.client.holding(await service.token("boss@x.example"))
    address = (await reset(boss, "ann"))["address"]
    before = await hashes(service)
    async with service.world.database.writing() as session:
        await session.execute(update(users).where(users.c.id == "ann").values(status="inactive"))

    assert (await service.client.send("GET", address)).status == 404
    assert (await service.client.post({"password": NEW}, address)).status == 404
    assert await hashes(service) == before


async def test_invited_people_become_active_by_setting_a_password(service: Service) -> None:
    boss = service.client.holding(await service.token("boss@x.example"))
    given = {"source": "local", "role": "viewer", "emails": ["new@x.example", "ann@x.example", "other@x.example", "no"]}

    tried = (await boss.ask(INVITE, input=given | {"dryRun": True})).json["data"]["inviteUsers"]
    done = (await boss.ask(INVITE, input=given | {"idempotencyKey": "k"})).json["data"]["inviteUsers"]
    again = (await boss.ask(INVITE, input=given | {"idempotencyKey": "k"})).json["data"]["inviteUsers"]

    for answer in (tried, again):
        assert [one["address"] for one in answer["results"]] == [None] * 4
    new, known, other, refused = done["results"]
    assert (known["address"], refused["address"]) == (None, None)
    assert new["address"] != other["address"]
    assert new["user"] == {"status": "PENDING"}
    assert not await can_sign_in(service, "new", NEW)
    assert (await service.client.post({"password": NEW}, new["address"])).status == 204
    assert await can_sign_in(service, "new", NEW)
    assert not await can_sign_in(service, "other", NEW)
    undone = (await boss.ask(UNDO, input={"operationId": done["operation"]["id"]})).json["data"]["undoOperation"]
    assert [error["code"] for error in undone["errors"]] == ["CONFLICT"], "the account has been used"


async def test_people_set_it_on_a_page_that_runs_nothing(service: Service) -> None:
    boss = service.client.holding(await service.token("boss@x.example"))
    async with service.world.database.writing() as session:
        await session.execute(update(users).where(users.c.id == "ann").values(email='"<b>ann'))
    address = (await reset(boss, "ann"))["address"]

    asked = await service.client.send("GET", address)
    differing = await send_form(service.client, address, password=NEW, again=NEW + "!")
    short = await send_form(service.client, address, password="short", again="short")
    done = await send_form(service.client, address, password=NEW, again=NEW)
    used = await send_form(service.client, address, password=NEW, again=NEW)

    assert [reply.status for reply in (asked, differing, short, done, used)] == [200, 400, 400, 200, 404]
    for reply in (asked, differing, short, done, used):
        assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
        assert "script" not in reply.headers["Content-Security-Policy"]
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        assert NEW not in reply.text
        assert "<b>" not in reply.text
    assert "&lt;b&gt;ann" in asked.text
    assert "not the same" in differing.text
    assert "10 to 1024" in short.text
    assert "no longer" in used.text
    assert (await service.client.login("ann@x.example", NEW)).status == 200


async def test_neither_the_address_nor_a_password_is_logged_or_kept(service: Service) -> None:
    boss = service.client.holding(await service.token("boss@x.example"))
    address = (await reset(boss, "ann"))["address"]
    secret = address.removeprefix("/password/")

    with capture_logs() as logged:
        await service.client.send("GET", address)
        await service.client.post({"password": NEW}, address)
        await service.client.post({"password": NEW}, address)
        await change(await signed_in(service, "ann", NEW), NEW, OLD + "!")
    async with service.world.database.reading() as session:
        kept = "".join([str((await session.execute(select(table))).all()) for table in metadata.sorted_tables])

    lines = [str(redacted(None, "info", dict(line))) for line in logged]
    assert [line["path"] for line in logged[:3]] == ["/password/***"] * 3
    assert not [line for line in lines if secret in line or NEW in line or OLD in line]
    assert not [one for one in (secret, NEW, OLD) if one in kept]


async def test_a_body_that_is_none_gets_an_answer(service: Service) -> None:
    boss = service.client.holding(await service.token("boss@x.example"))
    address = (await reset(boss, "ann"))["address"]

    large = await service.client.post(b"x" * 2_000_000, address, content_type=FORM)
    statuses = [(await service.client.post(body, address)).status for body in (b"", b"[]", b"{}", b"\xff")]
    blank = await service.client.post(b"\xff=&password", address, content_type=FORM)

    assert (large.status, statuses, blank.status) == (413, [400] * 4, 400)
    assert (await service.client.send("GET", "/password/nothing")).status == 404
    assert (await service.client.send("GET", address)).status == 200


async def test_sessions_of_others_go_on(service: Service) -> None:
    boss, ann = await signed_in(service, "boss"), await signed_in(service, "ann")

    await change(ann)

    assert await alive(boss)
    async with service.world.database.reading() as session:
        revoked = (await session.execute(select(tokens.c.user_id).where(tokens.c.revoked_at.is_not(None)))).all()
    assert revoked == []


def test_the_command_gives_a_password(tmp_path: Path) -> None:
    database = ["--database", str(tmp_path / "store.sqlite3")]
    runner = CliRunner()

    def run(*arguments: str, said: str = "") -> tuple[int, str]:
        done = runner.invoke(app, [*arguments, *database], input=said, env={"COLUMNS": "200"})
        return done.exit_code, done.output

    assert run("user", "add", "ada@x.example", "--role", "admin")[0] == 0
    assert run("user", "add", "vic@x.example")[0] == 0
    code, said = run("user", "password", "vic@x.example", said=f"{NEW}\n{NEW}\n")
    assert (code, said.splitlines()[-1]) == (0, "vic@x.example has a new password.")
    assert NEW not in said
    assert run("user", "password", "vic@x.example", said="short\nshort\n")[0] == 1
    assert run("user", "password", "nobody@x.example", said=f"{NEW}\n{NEW}\n")[0] == 1
    assert run("user", "password", "ada@x.example", "--as", "vic@x.example", said=f"{NEW}\n{NEW}\n")[0] == 1
