"""Guessing passwords and tokens: how often it is answered, and what that tells."""

from collections.abc import AsyncIterator

import pytest

from conftest import Stores
from dashgraph.domain.problems import SourceUnavailable, TooOften
from dashgraph.services import throttling
from dashgraph.services.throttling import Throttle
from serving import Reply, Service, served
from sockets import connected
from test_server import unreachable

PASSWORD = "correct horse battery"
GUESSES = {"guesses_per_account": 3, "guesses_per_address": 8, "guesses_seconds": 600, "trusted_networks": "127.0.0.1"}


@pytest.fixture
async def service(stores: Stores) -> AsyncIterator[Service]:
    async with served(await stores.fresh("empty"), **GUESSES) as found:
        await found.world.identity.add_user("ada@x.example", role="admin", password=PASSWORD, user_name="ada")
        yield found


async def guess(service: Service, name: str, password: str, address: str) -> Reply:
    body = {"username": name, "password": password}
    return await service.client.post(body, "/login", x_forwarded_for=address)


on_sqlite = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)


@on_sqlite
@pytest.mark.parametrize("name", ["ada", "Ada@X.example", "nobody"])
async def test_a_name_is_guessed_at_a_few_times_whoever_has_it(service: Service, name: str) -> None:
    replies = [await guess(service, name, "wrong", f"192.0.2.{number}") for number in range(5)]

    assert [reply.status for reply in replies] == [401, 401, 401, 429, 429]
    assert replies[3].codes == ["RATE_LIMITED"]
    pause = int(replies[3].headers["Retry-After"])
    assert 1 <= pause <= 200  # a third of the seconds, less what the guesses took
    assert replies[3].json["errors"][0]["message"] == f"Too many failed tries; wait {pause} s before the next."
    assert replies[3].json["errors"][0]["extensions"]["retryAfter"] == pause
    right = await guess(service, name.upper(), PASSWORD, "192.0.2.9")
    assert right.status == 429  # which tells nothing either
    assert (await guess(service, "somebody else", "wrong", "192.0.2.9")).status == 401


@on_sqlite
async def test_an_address_guesses_a_few_names(service: Service) -> None:
    from_one = [await guess(service, f"name{number}", "wrong", "198.51.100.7") for number in range(9)]

    assert [reply.status for reply in from_one] == [401] * 8 + [429]
    assert (await guess(service, "ada", PASSWORD, "198.51.100.7")).status == 429
    assert (await guess(service, "ada", PASSWORD, "198.51.100.8")).status == 200
    forged = [
        await guess(service, f"v6 {number}", "wrong", f"9.9.9.{number}, 2001:db8::{number}") for number in range(9)
    ]
    assert [reply.status for reply in forged] == [401] * 8 + [429]  # what a client adds itself does not help


@on_sqlite
async def test_a_proxy_may_tell_the_port_too(service: Service) -> None:
    """Else all who come through it were one, and any of them could keep the others out."""
    told = [*(f"192.0.2.7:{port}" for port in range(5)), *(f"[2001:db8::{one}]:4711" for one in range(5))]
    for number, address in enumerate(told):
        assert (await guess(service, f"somebody-{number}", "wrong", address)).status == 401

    wrong = [(await guess(service, f"nobody-{number}", "wrong", "192.0.2.7")).status for number in range(4)]
    assert wrong == [401, 401, 401, 429]
    assert (await guess(service, "ada", PASSWORD, "[2001:db8::9]")).status == 200


@on_sqlite
async def test_signing_in_costs_nothing(service: Service) -> None:
    for _ in range(10):
        assert (await guess(service, "ada", PASSWORD, "192.0.2.1")).status == 200
    await guess(service, "ada", "wrong", "192.0.2.1")

    assert (await guess(service, "ada", PASSWORD, "192.0.2.1")).status == 200


@on_sqlite
async def test_wrong_tokens_of_websockets_are_counted_too(service: Service) -> None:
    good = await service.token("ada")
    closings = []
    for _ in range(9):
        async with connected(service.client.address, headers={"X-Forwarded-For": "203.0.113.1"}) as socket:
            await socket.send({"type": "connection_init", "payload": {"token": "dg_wrong"}})
            closings.append(await socket.closed())

    assert [code for code, _ in closings] == [4403] * 8 + [4429]
    assert closings[8][1].startswith("Too many failed tries; wait ")
    async with connected(service.client.address, headers={"X-Forwarded-For": "203.0.113.2"}) as socket:
        await socket.greet(good)


@on_sqlite
async def test_the_own_password_is_guessed_at_a_few_times_with_a_stolen_session(service: Service) -> None:
    session = (await guess(service, "ada", PASSWORD, "192.0.2.1")).json["token"]
    client = service.client.holding(session)
    change = (
        "mutation($p: String!) { changePassword(input: {currentPassword: $p, newPassword: $p}) { errors { code } } }"
    )

    wrong = [await client.ask(change, p="not the password") for _ in range(4)]

    assert [reply.codes for reply in wrong] == [[], [], [], ["RATE_LIMITED"]]


@on_sqlite
async def test_what_nobody_could_tell_is_no_wrong_guess(stores: Stores) -> None:
    """Everybody connects again while the database is away, and is right."""
    url = await stores.fresh("empty")
    async with served(url, **GUESSES | {"guesses_per_address": 3}) as service:
        identity = service.world.identity
        await identity.add_user("ada@x.example", role="admin", password=PASSWORD)
        token = (await identity.create_token("ada@x.example", name="x")).text
        async with unreachable(stores, service, url):
            for _ in range(4):
                with pytest.raises(SourceUnavailable):
                    await identity.greeted(token, "192.0.2.1")
                with pytest.raises(SourceUnavailable):
                    await identity.login("ada@x.example", PASSWORD, address="192.0.2.1")

        assert (await identity.greeted(token, "192.0.2.1")).is_admin
        assert (await identity.login("ada@x.example", PASSWORD, address="192.0.2.1")).text


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def waits(throttle: Throttle, key: str) -> int:
    try:
        throttle.check(key)
    except TooOften as problem:
        return problem.retry_after
    return 0


def test_tries_come_back_one_by_one() -> None:
    clock = Clock()
    throttle = Throttle(3, 30, clock=clock)
    for _ in range(3):
        assert waits(throttle, "a") == 0
        throttle.failed("a")

    assert (waits(throttle, "a"), waits(throttle, "b")) == (10, 0)
    clock.now += 9
    assert waits(throttle, "a") == 1
    clock.now += 1
    assert waits(throttle, "a") == 0
    throttle.failed("a")
    assert waits(throttle, "a") == 10
    throttle.succeeded("a")
    assert waits(throttle, "a") == 0


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "MOST_KEYS", 10)
    throttle = Throttle(1, 30, clock=Clock())

    for number in range(1000):
        throttle.failed(f"{number} {'x' * 100_000}")

    assert len(throttle._forgiven_at) == 10
    assert max(map(len, throttle._forgiven_at)) == throttling.LONGEST_KEY
    assert waits(throttle, f"999 {'x' * 100_000}") == 30
