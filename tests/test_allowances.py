"""What a token may ask within a minute: counted over every door, told in headers, refused when it is used up."""

from dataclasses import dataclass

import pytest

from conftest import Stores
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.viewers import Viewer
from dashgraph.graph import allowances
from dashgraph.graph.allowances import Allowances, Exhausted, Standing
from serving import Reply, served
from sockets import connected

on_one_store = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)  # what is counted is in no database

VIEWER = "{ viewer { user { displayName } } }"  # costs 2
SIX = "{ users(first: 3) { edges { cursor } } groups(first: 1) { edges { cursor } } }"  # 1 + 3*1 + 1 + 1
FOLLOW = 'subscription { jobUpdated(id: "x") { status } }'  # 1, and 1 more with each event


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def of(token: str | None, user: str = "ann") -> Viewer:
    return Viewer(ResourceId("local", Kind.USER, user), RoleKind.ADMIN, frozenset(), token=token)


def test_a_window_slides_and_gives_back_what_is_a_minute_old() -> None:
    clock = Clock()
    counted = Allowances(10, clock=clock)

    assert counted.spend(of("a"), 6) == Standing(10, 4, 60)
    clock.now += 20
    assert counted.spend(of("a"), 4) == Standing(10, 0, 40)
    clock.now += 39
    with pytest.raises(Exhausted, match="costs 1, and you have 0 of 10 left") as refused:
        counted.spend(of("a"), 1)
    assert (refused.value.retry_after, refused.value.standing) == (1, Standing(10, 0, 1))
    clock.now += 1
    assert counted.spend(of("a"), 6) == Standing(10, 0, 20)


def test_who_is_refused_is_told_when_enough_is_left_and_is_not_charged() -> None:
    clock = Clock()
    counted = Allowances(10, clock=clock)
    for _ in range(5):
        counted.spend(of("a"), 2)
        clock.now += 1

    with pytest.raises(Exhausted) as refused:
        counted.spend(of("a"), 5)
    assert refused.value.retry_after == 57  # when the third of the five is a minute old
    clock.now += 57
    assert counted.spend(of("a"), 5) == Standing(10, 1, 1)


def test_every_token_counts_alone_and_who_has_none_by_their_account() -> None:
    counted = Allowances(10, clock=Clock())

    for viewer in (of("a"), of("b"), of(None), of(None, "ben")):
        assert counted.spend(viewer, 10) == Standing(10, 0, 60)
    for viewer in (of("a"), of(None), of("a", "ben")):
        with pytest.raises(Exhausted):
            counted.spend(viewer, 1)


def test_events_are_charged_though_nothing_is_left() -> None:
    counted = Allowances(10, clock=Clock())
    counted.charge(of("a"), 8)
    counted.charge(of("a"), 8)

    with pytest.raises(Exhausted, match="you have 0 of 10 left"):
        counted.spend(of("a"), 1)


def test_a_budget_of_nothing_counts_nothing() -> None:
    assert Allowances(0).spend(of("a"), 10**9) is None


def test_tokens_without_end_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowances, "REMEMBERED", 3)
    counted = Allowances(10, clock=Clock())
    for token in "abcd":
        counted.spend(of(token), 10)

    assert counted.spend(of("a"), 1) == Standing(10, 9, 60)  # forgotten, for it asked longest ago
    with pytest.raises(Exhausted):
        counted.spend(of("d"), 1)


def told(reply: Reply) -> dict[str, str]:
    return {name: value for name, value in reply.headers.items() if name.startswith(("RateLimit", "Retry"))}


@on_one_store
async def test_an_answer_says_what_is_left_and_too_much_waits(stores: Stores) -> None:
    async with served(await stores.fresh("demo"), budget_per_minute=10) as service:
        first = await service.admin.ask(SIX)
        refused = await service.admin.ask(SIX)
        small = await service.admin.ask(VIEWER)
        other = await service.client.holding(await service.token()).ask(SIX)
        never = await service.admin.ask("{ users { edges { cursor } } }")

    assert (first.status, first.codes, told(first)) == (
        200,
        [],
        {
            "RateLimit-Policy": "10;w=60",
            "RateLimit-Limit": "10",
            "RateLimit-Remaining": "4",
            "RateLimit-Reset": told(first)["RateLimit-Reset"],
        },
    )
    assert 59 <= int(told(first)["RateLimit-Reset"]) <= 60
    assert (refused.status, refused.codes, list(refused.json)) == (429, ["RATE_LIMITED"], ["errors"])
    assert told(refused)["RateLimit-Remaining"] == "4"
    assert told(refused)["Retry-After"] == str(refused.json["errors"][0]["extensions"]["retryAfter"])
    assert 50 <= int(told(refused)["Retry-After"]) <= 61
    assert (small.status, told(small)["RateLimit-Remaining"]) == (200, "2")
    assert (other.status, told(other)["RateLimit-Remaining"]) == (200, "4")
    assert never.codes == ["TOO_MUCH"]  # waiting would not help
    assert never.json["errors"][0]["extensions"]["cost"] == {"requested": 21, "max": 10}


@on_one_store
async def test_signing_in_again_gives_nothing_anew(stores: Stores) -> None:
    async with served(await stores.fresh("empty"), budget_per_minute=10) as service:
        identity = service.world.identity
        await identity.add_user("ada@x.example", role="viewer", password="a long password")
        sessions = [(await identity.login("ada@x.example", "a long password")).text for _ in range(2)]
        api = (await identity.create_token("ada@x.example", name="x")).text
        first, second, other = [await service.client.holding(one).ask(SIX) for one in (*sessions, api)]

    assert (first.status, second.status, other.status) == (200, 429, 200)


@on_one_store
async def test_looking_whether_it_is_ready_is_on_nobodys_account(stores: Stores) -> None:
    """Anybody may look, as often as they like: a budget that ran out would take the server away from everybody."""
    async with served(await stores.fresh("empty"), budget_per_minute=3) as service:
        looks = [await service.client.send("GET", "/readyz") for _ in range(6)]

    assert {(look.status, look.json["status"]) for look in looks} == {(200, "ready")}


@on_one_store
async def test_nothing_is_told_where_nothing_is_counted(stores: Stores) -> None:
    async with served(await stores.fresh("demo")) as service:
        reply = await service.admin.ask(SIX)

    assert (reply.status, told(reply)) == (200, {})


@on_one_store
async def test_websockets_and_event_streams_ask_from_the_same_budget(stores: Stores) -> None:
    async with served(await stores.fresh("demo"), budget_per_minute=10) as service:
        token = await service.token()
        client = service.client.holding(token)
        async with connected(client.address) as socket:
            await socket.greet(token)
            assert "errors" not in await socket.ask(SIX)
            await socket.subscribe("1", SIX)
            refused = await socket.receive()
        streamed = await client.post({"query": SIX}, accept="text/event-stream")
        small = await client.post({"query": VIEWER}, accept="text/event-stream")
        followed = await client.post({"query": FOLLOW}, accept="text/event-stream")
        plain = await client.ask(SIX)

    assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "RATE_LIMITED")
    assert '"code":"RATE_LIMITED"' in streamed.text
    assert "Nora Whitfield" in small.text
    assert "BAD_ID" in followed.text
    assert plain.status == 429
    assert told(plain)["RateLimit-Remaining"] == "1"  # of 10: 6, then 2, then 1 for the subscription
