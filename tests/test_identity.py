"""Who somebody is: tokens, sign-in, and what is kept of either."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from structlog.testing import capture_logs

from conftest import Stores
from dashgraph.app.logs import redacted
from dashgraph.domain.passwords import LONGEST
from dashgraph.domain.problems import BadInput, Conflict, NotFound
from dashgraph.domain.viewers import TokenScope
from dashgraph.store.tables import tokens, users
from serving import Client, Service, served

NAME = "{ viewer { user { email } scopes expiresAt } }"
ADDRESS, PASSWORD = "ada@x.example", "correct horse battery"
REFUSED = {
    "errors": [
        {
            "message": "The token is missing, wrong, expired or revoked. "
            "Sign in, or make one with: dashgraph token create",
            "extensions": {"code": "UNAUTHENTICATED"},
        }
    ]
}
WRONG = {
    "errors": [
        {"message": "The user name or the password is wrong.", "extensions": {"code": "UNAUTHENTICATED"}},
    ]
}


@pytest.fixture
async def service(stores: Stores) -> AsyncIterator[Service]:
    """A store with one administrator, who can sign in by password, and one viewer, who cannot."""
    async with served(await stores.fresh("empty")) as found:
        identity = found.world.identity
        await identity.add_user(ADDRESS, role="admin", password=PASSWORD, user_name="ada")
        await identity.add_user("vic@x.example", role="viewer", user_name="vic")
        yield found


async def seen(client: Client) -> dict[str, object]:
    """What the holder of the client's token is told about it."""
    reply = await client.ask(NAME)
    assert reply.status == 200, reply.text
    return reply.json["data"]["viewer"]


async def set_status(service: Service, email: str, status: str) -> None:
    async with service.world.database.writing() as session:
        await session.execute(update(users).where(users.c.email == email).values(status=status))


async def test_every_token_that_is_no_good_gets_the_same_answer(service: Service) -> None:
    identity, client = service.world.identity, service.client
    revoked = await identity.create_token("ada", name="revoked")
    await identity.revoke(revoked.id)
    expired = await identity.create_token("ada", name="expired", lifetime=timedelta(seconds=-1))
    inactive = await service.token("vic")
    await set_status(service, "vic@x.example", "inactive")
    bad = [None, "dg_nobody", "x", "dg_" + "ä" * 40, revoked.text, expired.text, inactive]

    for token in bad:
        reply = await client.holding(token).ask(NAME)
        assert (reply.status, reply.json) == (401, REFUSED)
        assert reply.headers["WWW-Authenticate"] == "Bearer"
    for header in ("Basic YTpi", "Bearer", "bearer  ", f"Token {inactive}"):
        reply = await client.post({"query": NAME}, authorization=header)
        assert (reply.status, reply.json) == (401, REFUSED)

    assert (await seen(client.holding(await service.token("ada"))))["user"] == {"email": ADDRESS}
    await set_status(service, "vic@x.example", "active")
    assert (await seen(client.holding(inactive)))["user"] == {"email": "vic@x.example"}


async def test_a_token_ends_at_its_moment(service: Service) -> None:
    identity = service.world.identity
    issued = await identity.create_token("ada", name="short", lifetime=timedelta(days=1))

    assert (await identity.viewer(issued.text, now=issued.expires_at - timedelta(seconds=1))).is_admin
    with pytest.raises(Exception, match="expired"):
        await identity.viewer(issued.text, now=issued.expires_at)


async def test_bytes_that_are_no_text_are_no_token(service: Service) -> None:
    host, port = service.client.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"GET /graphql?query={viewer{scopes}} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer dg_\xff\xfe\r\n")
    writer.write(b"Connection: close\r\n\r\n")

    answer = await reader.read()
    writer.close()
    await writer.wait_closed()

    assert answer.startswith(b"HTTP/1.1 401 ")


async def test_a_token_has_the_scopes_of_its_role_or_fewer(service: Service) -> None:
    everything = sorted(scope.name for scope in TokenScope)
    narrow = service.client.holding(await service.token("ada", scopes=["users:read"]))

    assert (await seen(service.client.holding(await service.token("ada"))))["scopes"] == everything
    assert (await seen(service.client.holding(await service.token("vic"))))["scopes"] == [
        "ALERTS_TRIGGER",
        "DASHBOARDS_READ",
        "PROFILE_WRITE",
        "SCHEDULES_WRITE",
        "USERS_READ",
    ]
    assert (await seen(narrow))["scopes"] == ["USERS_READ"]
    refused = await narrow.ask("{ dashboards { totalCount } users { totalCount } }")
    assert refused.codes == ["FORBIDDEN"]
    assert refused.json["errors"][0]["extensions"]["scope"] == "dashboards:read"
    assert refused.json["data"] == {"dashboards": None, "users": {"totalCount": 2}}


async def test_a_scope_beyond_the_role_is_refused(service: Service) -> None:
    identity = service.world.identity

    with pytest.raises(BadInput, match="A viewer may not have the scope admin:read"):
        await identity.create_token("vic", name="x", scopes=["admin:read", "users:read"])
    with pytest.raises(BadInput, match="There is no scope 'root'; there are: dashboards:read"):
        await identity.create_token("ada", name="x", scopes=["users:read", "root"])
    with pytest.raises(NotFound, match="There is no user 'nobody'"):
        await identity.create_token("nobody", name="x")
    await set_status(service, "vic@x.example", "inactive")
    with pytest.raises(Conflict, match="vic is not active"):
        await identity.create_token("vic", name="x")
    assert await identity.tokens() == []


async def test_a_role_taken_away_takes_the_scopes_of_old_tokens_with_it(service: Service) -> None:
    admin = service.client.holding(await service.token("ada"))
    assert "ADMIN_READ" in (await seen(admin))["scopes"]

    async with service.world.database.writing() as session:
        await session.execute(update(users).where(users.c.email == ADDRESS).values(role="viewer"))

    assert "ADMIN_READ" not in (await seen(admin))["scopes"]
    assert (await admin.ask("{ users(scope: ALL) { totalCount } }")).codes == ["FORBIDDEN"]


@pytest.mark.parametrize("login", ["ada", "ADA", ADDRESS, "Ada@X.example"])
async def test_signing_in_gives_a_session_that_ends_when_signing_out(service: Service, login: str) -> None:
    before = datetime.now(UTC)

    reply = await service.client.login(login, PASSWORD)

    assert reply.status == 200
    assert reply.headers["Cache-Control"] == "no-store"
    client = service.client.holding(reply.json["token"])
    found = await seen(client)
    assert found["user"] == {"email": ADDRESS}
    expires = datetime.fromisoformat(reply.json["expiresAt"])
    assert timedelta(0) <= expires - before - timedelta(hours=12) < timedelta(minutes=1)
    assert datetime.fromisoformat(str(found["expiresAt"])) == expires
    assert (await client.post({}, "/logout")).status == 204
    assert (await client.ask(NAME)).status == 401
    assert (await client.post({}, "/logout")).status == 204


async def test_signing_out_leaves_an_api_token_alone(service: Service) -> None:
    client = service.client.holding(await service.token("ada"))

    assert (await client.post({}, "/logout")).status == 204

    assert (await seen(client))["user"] == {"email": ADDRESS}


async def test_every_wrong_sign_in_gets_the_same_answer(service: Service) -> None:
    await service.world.identity.add_user("idle@x.example", role="viewer", password=PASSWORD)
    await set_status(service, "idle@x.example", "inactive")
    wrong = [
        ("ada", "wrong horse battery"),
        ("ada", PASSWORD.upper()),
        ("ada", ""),
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("vic", PASSWORD),
        ("idle@x.example", PASSWORD),
        ("ada\0", PASSWORD),
        ("ada", PASSWORD + "\0"),
        ("\ud800", PASSWORD),
        ("ada", "\ud800"),
        ("a" * 100_000, PASSWORD),
        ("ada", PASSWORD + " " * 1_000_000),
    ]

    for name, password in wrong:
        reply = await service.client.login(name, password)
        assert (reply.status, reply.json) == (401, WRONG)
    assert (await service.client.login("ada", PASSWORD)).status == 200


@pytest.mark.parametrize("body", [b"null", b"{}", b'{"username": "ada"}', b'{"username": 1, "password": []}', b"\xff"])
async def test_a_sign_in_without_name_or_password_is_no_request(service: Service, body: bytes) -> None:
    reply = await service.client.post(body, "/login")

    assert reply.status == 400
    assert (await service.client.post(body, "/login", content_type="text/plain")).status == 415


async def test_tables_hold_no_token_and_no_password(service: Service) -> None:
    api = await service.token("ada")
    session_token = (await service.client.login("ada", PASSWORD)).json["token"]

    async with service.world.database.reading() as session:
        hashes = (await session.execute(select(tokens.c.hash))).scalars().all()
        password = (await session.execute(select(users.c.password_hash).where(users.c.email == ADDRESS))).scalar_one()
        everything = ""
        for table in ("users", "tokens"):
            everything += str((await session.execute(text(f"SELECT * FROM {table}"))).all())

    assert sorted(hashes) == sorted(hashlib.sha256(one.encode()).hexdigest() for one in (api, session_token))
    assert password.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert len({api[3:], session_token[4:]}) == 2
    assert re.fullmatch(r"dg_[\w-]{43}", api)  # 256 bits
    assert re.fullmatch(r"dgs_[\w-]{43}", session_token)
    assert not [secret for secret in (api, session_token, PASSWORD) if secret[4:] in everything]


async def test_no_repr_and_no_log_line_shows_a_secret(service: Service) -> None:
    issued = await service.world.identity.create_token("ada", name="x")
    client = service.client.holding(issued.text)

    with capture_logs() as logged:
        await client.ask(NAME)
        await client.login("ada", PASSWORD)
        await client.login("ada", PASSWORD + "!")
        await client.send("GET", f"/{issued.text}")
        await client.send("GET", "/graphql", params={"query": f'{{ node(id: "{issued.text}") {{ id }} }}'})

    lines = [str(redacted(None, "info", dict(line))) for line in logged]
    assert len(lines) == 5
    assert not [line for line in lines if issued.text in line or PASSWORD in line or "node(" in line]
    assert issued.text not in repr(issued)
    assert issued.text not in repr(service.world)


async def test_new_users_are_refused_with_the_reason(service: Service) -> None:
    add = service.world.identity.add_user

    for email in ("nobody", "a b@x.example", "@x", "a@", "a@b@c", "a" * 400 + "@x.example", "\ud800@x.example"):
        with pytest.raises(BadInput):
            await add(email, role="viewer")
    with pytest.raises(BadInput, match="There is no role 'boss'; there are: admin, designer, viewer"):
        await add("new@x.example", role="boss")
    for password in ("short", "x" * (LONGEST + 1)):
        with pytest.raises(BadInput, match="A password has 10 to 1024 characters"):
            await add("new@x.example", role="viewer", password=password)
    for name in ("vic@x.example", ""):
        with pytest.raises(BadInput, match="is not a user name"):
            await add("new@x.example", role="viewer", user_name=name)
    with pytest.raises(BadInput, match="cannot be stored"):
        await add("new@x.example", role="viewer", first_name="\0")
    for email, name in ((ADDRESS.upper(), None), ("new@x.example", "ADA")):
        with pytest.raises(Conflict):
            await add(email, role="viewer", user_name=name)
    await add("new@x.example", role="viewer", password="x" * LONGEST, user_name="new")
    assert (await service.client.login("new", "x" * LONGEST)).status == 200
