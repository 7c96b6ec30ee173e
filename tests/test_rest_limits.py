"""A system is asked as much as it bears: pauses that it asks for, quotas that it tells, limits of our own."""

import asyncio
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web

from dashgraph.domain.problems import RateLimited, SourceUnavailable
from dashgraph.domain.secrets import Secret
from dashgraph.sources.rest.auth import Bearer
from dashgraph.sources.rest.limits import seconds_until
from upstream import NOON, Hand, Upstream, asking, said

LATER = NOON + timedelta(seconds=7)


def well() -> web.Response:
    return said({})


def dated(seconds: float) -> str:
    return format_datetime(NOON + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("after", ["7", dated(7), str(int(LATER.timestamp())), "2026-06-15T12:00:07Z"])
async def test_the_pause_that_a_system_asks_for_is_made(status: int, after: str) -> None:
    upstream, hand = Upstream(lambda: said({}, status, Retry_After=after, Date=dated(0)), well), Hand()

    async with asking(upstream, hand=hand) as rest:
        await rest.get("/x")

    assert hand.naps == [7]
    assert len(upstream.calls) == 2


def test_a_moment_is_compared_with_the_clock_of_the_system_and_ours_only_without_one() -> None:
    assert seconds_until(dated(7), {"Date": dated(3)}, lambda: NOON) == 4
    assert seconds_until(dated(7), {}, lambda: NOON) == 7
    assert seconds_until(dated(-7), {}, lambda: NOON) == 0
    assert seconds_until(str(int(LATER.timestamp() * 1000)), {}, lambda: NOON) == 7
    assert [seconds_until(text, {}, lambda: NOON) for text in ("soon", "nan", "", "-3", "1e999")] == [
        None, None, None, 0, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "after", "limits", "code"),
    [
        (429, "31", {"deadline": 60}, "RATE_LIMITED"),
        (429, "7", {"deadline": 5}, "RATE_LIMITED"),
        (503, "31", {"deadline": 60}, "SOURCE_UNAVAILABLE"),
    ],
)
async def test_a_pause_that_is_too_long_is_told_instead(
    status: int, after: str, limits: dict[str, Any], code: str
) -> None:
    upstream, hand = Upstream(lambda: said({}, status, Retry_After=after)), Hand()

    async with asking(upstream, hand=hand, **limits) as rest:
        with pytest.raises(SourceUnavailable) as raised:
            await rest.get("/x")

    assert (raised.value.code, raised.value.facts["retryAfter"], hand.naps) == (code, int(after), [])
    assert raised.value.facts["retryable"] is True
    assert f"try again in {after} s" in raised.value.message
    assert len(upstream.calls) == 1


async def test_a_change_is_not_repeated_after_a_pause() -> None:
    upstream, hand = Upstream(lambda: said({}, 429, Retry_After="1")), Hand()

    async with asking(upstream, hand=hand) as rest:
        with pytest.raises(RateLimited):
            await rest.send("POST", "/x")

    assert (len(upstream.calls), hand.naps) == (1, [])


@pytest.mark.parametrize("prefix", ["RateLimit", "X_RateLimit"])
@pytest.mark.parametrize("reset", ["9", dated(9), str(int((NOON + timedelta(seconds=9)).timestamp()))])
async def test_a_quota_that_is_used_up_is_waited_for_before_the_wall_is_hit(prefix: str, reset: str) -> None:
    quota = {f"{prefix}_Limit": "120", f"{prefix}_Remaining": "0", f"{prefix}_Reset": reset, "Date": dated(0)}
    upstream, hand = Upstream(lambda: said({}, **quota), well), Hand()

    async with asking(upstream, hand=hand) as rest:
        await rest.get("/dashboards/1/widgets")
        await rest.get("/users/1")
        assert hand.naps == [], "another endpoint has another quota"
        await rest.get("/dashboards/2/widgets")

    assert hand.naps == [9]


async def test_a_quota_that_is_full_again_too_late_is_told_without_a_call() -> None:
    upstream = Upstream(lambda: said({}, RateLimit_Remaining="0", RateLimit_Reset="31"))

    async with asking(upstream, deadline=60) as rest:
        await rest.get("/x")
        with pytest.raises(RateLimited) as raised:
            await rest.get("/x")

    assert raised.value.facts["retryAfter"] == 31
    assert len(upstream.calls) == 1


async def test_each_who_asks_has_a_quota_of_their_own() -> None:
    upstream, hand = Upstream(lambda: said({}, RateLimit_Remaining="0", RateLimit_Reset="9"), well), Hand()

    async with asking(upstream, hand=hand) as rest:
        await rest.get("/x")
        await rest.acting_as(Bearer(Secret("noras own"))).get("/x")

    assert hand.naps == []


class Counter:
    """Bears so many questions in a window of 9 seconds, and refuses the others."""

    def __init__(self, hand: Hand, quota: int) -> None:
        self.hand, self.quota = hand, quota
        self.window, self.used, self.refused = hand.at, 0, 0

    async def answer(self, _request: web.Request) -> web.Response:
        if self.hand.at >= self.window + 9:
            self.window, self.used = self.hand.at, 0
        if self.used >= self.quota:
            self.refused += 1
            return said({}, 429, Retry_After="9")
        self.used += 1
        left, reset = str(self.quota - self.used), str(self.window + 9 - self.hand.at)
        await asyncio.sleep(0)
        return said({}, RateLimit_Limit=str(self.quota), RateLimit_Remaining=left, RateLimit_Reset=reset)


async def test_many_questions_side_by_side_never_hit_the_wall() -> None:
    hand = Hand()
    counter = Counter(hand, quota=20)
    upstream = Upstream(answering=counter.answer)

    async with asking(upstream, hand=hand, concurrency=4, deadline=1000) as rest:
        await asyncio.gather(*(rest.get("/x") for _ in range(100)))

    assert (len(upstream.calls), counter.refused) == (100, 0)
    assert hand.at < 1000 + 9 * 6


async def test_after_one_refusal_the_others_wait_too() -> None:
    upstream, hand = Upstream(lambda: said({}, 429, Retry_After="9"), well), Hand()

    async with asking(upstream, hand=hand, concurrency=1) as rest:
        await asyncio.gather(*(rest.get("/x") for _ in range(20)))

    assert len(upstream.calls) == 21


async def test_no_more_than_so_many_questions_are_under_way_at_once() -> None:
    under_way, most, first = 0, 0, asyncio.Event()

    async def answer(_request: web.Request) -> web.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if under_way == 3:
            first.set()
        await first.wait()
        under_way -= 1
        return said({})

    async with asking(Upstream(answering=answer), concurrency=3) as rest:
        await asyncio.gather(*(rest.get("/x") for _ in range(30)))

    assert most == 3


async def test_a_rate_spreads_questions_and_refuses_those_that_would_come_too_late() -> None:
    upstream, hand = Upstream(well), Hand()

    async with asking(upstream, hand=hand, rate=2, deadline=10) as rest:
        for _ in range(4):
            await rest.get("/x")
        assert hand.naps == [0.5, 0.5, 0.5]
        hand.at += 100
        await rest.get("/x")
        assert hand.naps == [0.5, 0.5, 0.5], "what was not used is not saved up either"

    frozen = Hand()

    async def asleep(seconds: float) -> None:
        frozen.naps.append(seconds)

    frozen.nap = asleep  # type: ignore[method-assign]
    async with asking(upstream, hand=frozen, rate=2, deadline=1.2) as rest:
        found = await asyncio.gather(*(rest.get("/y") for _ in range(5)), return_exceptions=True)
    assert [type(one).__name__ for one in found] == ["Answer", "Answer", "Answer", "RateLimited", "RateLimited"]
    assert frozen.naps == [0.5, 1.0]


async def test_a_question_that_finds_no_place_in_time_is_told_so_and_leaves_none_taken() -> None:
    go_on, came = asyncio.Event(), asyncio.Event()

    async def answer(_request: web.Request) -> web.Response:
        came.set()
        await go_on.wait()
        return said({})

    hand = Hand()
    async with asking(Upstream(answering=answer), hand=hand, concurrency=1) as rest:
        first = asyncio.create_task(rest.get("/x"))
        await came.wait()
        with rest.question() as until:
            hand.at = until - 0.05
            with pytest.raises(RateLimited, match="waited in vain"):
                await rest.get("/x")
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        go_on.set()
        assert (await rest.get("/x")).json() == {}
