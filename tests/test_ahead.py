"""A query may begin before its token is looked up, and nobody notices but by the time that it takes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, update

from conftest import Stores
from dashgraph.app.ahead import Caller
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import Unauthenticated
from dashgraph.domain.roles import NATIVE_ROLES
from dashgraph.domain.viewers import Viewer
from dashgraph.services import latest
from dashgraph.store.tables import tokens, users
from serving import Client, Service, served

LATE = 30  # seconds: far more than any of this takes
EMAILS = "{ users(first: 9, scope: ALL) { edges { node { userName } } } }"
RENAME = 'mutation { updateUser(input: { userId: "%s", firstName: "Eve" }) { user { id } errors { code } } }'
ADA, BEN = (
    Viewer(ResourceId("local", Kind.USER, name), NATIVE_ROLES["admin"].kind, frozenset()) for name in ("ada", "ben")
)


@pytest.fixture
async def service(stores: Stores) -> AsyncIterator[Service]:
    async with served(await stores.fresh("empty")) as found:
        await found.world.identity.add_user("ada@x.example", role="admin")
        yield found


@pytest.fixture
async def ada(service: Service) -> Client:
    """Somebody whose token was looked up a moment ago."""
    token = await service.world.identity.create_token("ada@x.example", name="known")
    client = service.client.holding(token.text)
    assert (await client.ask(EMAILS)).status == 200
    assert service.world.identity.last_known(token.text) is not None
    return client


async def test_a_token_that_was_revoked_or_has_expired_gets_nothing(service: Service, ada: Client) -> None:
    async with service.world.database.writing() as session:
        await session.execute(update(tokens).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))

    for body in ({"query": EMAILS}, {"query": "{"}, {}, {"query": RENAME % "x"}, [{"query": EMAILS}]):
        reply = await ada.post(body)
        assert reply.status == 401
        assert reply.codes == ["UNAUTHENTICATED"]


async def test_who_lost_a_role_gets_what_is_left(service: Service, ada: Client) -> None:
    await service.world.identity.add_user("boss@x.example", role="admin")
    async with service.world.database.writing() as session:
        await session.execute(update(users).where(users.c.email == "ada@x.example").values(role="viewer"))

    reply = await ada.ask(EMAILS)

    assert reply.codes == ["FORBIDDEN"]


async def test_the_answer_does_not_wait_for_the_token(service: Service, ada: Client) -> None:
    """Both statements are under way before either is answered."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> tuple[str, Any]:
        asked.append("tokens" if "tokens.hash" in statement else "users")
        return statement, parameters

    event.listen(service.world.database.engine.sync_engine, "before_cursor_execute", note, retval=True)
    assert (await ada.ask(EMAILS)).status == 200

    assert asked == ["tokens", "users"]


async def test_what_was_begun_for_somebody_else_is_stopped_and_forgotten() -> None:
    stopped = []

    async def find() -> Viewer:
        await asyncio.sleep(0)
        return BEN

    async def work(viewer: Viewer) -> Viewer:
        if viewer is ADA:
            try:
                await asyncio.Event().wait()
            finally:
                stopped.append(viewer)
        return viewer

    async with asyncio.timeout(LATE), Caller(find, ADA) as caller:
        assert await caller.answered(work) is BEN
    assert stopped == [ADA]


async def test_who_may_not_ask_is_told_so_whatever_else_is_wrong() -> None:
    async def find() -> Viewer:
        await asyncio.sleep(0)
        raise Unauthenticated("nobody")

    async def work(_viewer: Viewer) -> Viewer:
        raise ValueError("a fault")

    for guess in (ADA, None):
        with pytest.raises(Unauthenticated):
            async with Caller(find, guess) as caller:
                await caller.answered(work)
    with pytest.raises(Unauthenticated):
        async with Caller(find, ADA):
            raise ValueError("before anything is asked")


async def test_a_fault_in_what_was_begun_is_told_when_the_guess_was_right() -> None:
    async def find() -> Viewer:
        return ADA

    async def work(_viewer: Viewer) -> Viewer:
        raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        async with Caller(find, ADA) as caller:
            await caller.answered(work)


async def test_who_hangs_up_stops_both() -> None:
    stopped = []

    async def forever(viewer: Viewer = BEN) -> Viewer:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.append(viewer)
        return viewer

    async def asking() -> None:
        async with Caller(forever, ADA) as caller:
            await caller.answered(forever)

    task = asyncio.create_task(asking())
    for _ in range(3):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(one.user.native for one in stopped) == ["ada", "ben"]


def test_of_a_thousand_tokens_the_latest_are_known_for_a_while() -> None:
    now = 0.0
    known = latest.Latest(lambda: now)
    for number in range(latest.KEPT + 1):
        known.keep(str(number), number, lambda: ADA)
    assert (known.of("0"), known.of("1"), known.of("nobody's")) == (None, ADA, None)

    assert known.keep("1", 1, lambda: BEN) is ADA
    assert known.keep("1", "another role", lambda: BEN) is BEN

    now = latest.SECONDS + 1
    assert known.of("1") is None
