"""A silent system is left alone for a while, and so are those who ask it."""

import asyncio
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from dashgraph.app.fakes.kit import Wrong
from dashgraph.domain.problems import Problem, SourceUnavailable
from dashgraph.sources.rest.client import Rest
from upstream import Hand, Upstream, asking, said


def well() -> web.Response:
    return said({})


async def failures(rest: Rest, count: int) -> list[str]:
    """The messages of so many questions, one after the other."""
    found = []
    for _ in range(count):
        with pytest.raises(Problem) as raised:
            await rest.get("/x")
        found.append(raised.value.message)
    return found


@pytest.mark.parametrize(
    ("wrong", "how"),
    [
        (Wrong.CUT, {}),
        (Wrong.ERROR, {"status": 500}),
        (Wrong.PROXY_PAGE, {"status": 502}),
        (Wrong.PROXY_PAGE, {"status": 200}),
        (Wrong.REDIRECT, {"body": "https://elsewhere.example/"}),
    ],
)
async def test_after_five_failures_in_a_row_the_sixth_question_does_not_leave(wrong: Wrong, how: Any) -> None:
    upstream, hand = Upstream(well), Hand()
    upstream.board.switch_on(wrong, **how)

    async with asking(upstream, hand=hand, attempts=1) as rest:
        await failures(rest, 5)
        hand.at += 2
        [message] = await failures(rest, 1)

    assert len(upstream.calls) == 5
    assert message == "finance has not answered for 2 s; it is tried again in 3 s."


async def test_silence_counts_too() -> None:
    upstream, never = Upstream(well), asyncio.Event()
    upstream.board.switch_on(Wrong.DELAY, until=never)

    async with asking(upstream, attempts=1, deadline=0.03) as rest:
        await failures(rest, 5)
        [message] = await failures(rest, 1)
        never.set()

    assert "is tried again in" in message


@pytest.mark.parametrize("answer", [(404, {}), (401, {}), (429, {}), (500, {"error": {"code": "yours"}})])
async def test_refusals_are_answers_of_a_system_that_is_well(answer: tuple[int, Any]) -> None:
    status, body = answer
    upstream = Upstream(lambda: said(body, status))

    async with asking(upstream, attempts=1) as rest:
        await failures(rest, 8)

    assert len(upstream.calls) == 8


async def test_one_answer_in_between_begins_the_count_anew() -> None:
    upstream = Upstream(*[lambda: said({}, 500)] * 4, well, *[lambda: said({}, 500)] * 4, well)

    async with asking(upstream, attempts=1) as rest:
        for _ in range(2):
            await failures(rest, 4)
            await rest.get("/x")

    assert len(upstream.calls) == 10


async def test_one_probe_decides_and_the_pauses_grow_up_to_a_minute() -> None:
    upstream, hand = Upstream(lambda: said({}, 500)), Hand()
    pauses = []

    async with asking(upstream, hand=hand, chance=1.0) as rest:
        await failures(rest, 5)
        asked = len(upstream.calls)
        for _ in range(6):
            with pytest.raises(SourceUnavailable) as raised:
                await rest.get("/x")
            pauses.append(raised.value.facts["retryAfter"])
            hand.at += float(pauses[-1])
            await failures(rest, 1)

    assert pauses == [5, 10, 20, 40, 60, 60]
    assert len(upstream.calls) == asked + 6, "a probe is not repeated"


async def test_while_a_probe_is_out_nobody_else_asks_and_its_answer_lets_all_through() -> None:
    hand, probed, answered = Hand(), asyncio.Event(), asyncio.Event()
    is_well = False

    async def answer(_request: web.Request) -> web.Response:
        if not is_well:
            return said({}, 500)
        probed.set()
        await answered.wait()
        return said({})

    upstream = Upstream(answering=answer)
    async with asking(upstream, hand=hand, attempts=1) as rest:
        await failures(rest, 5)
        is_well, hand.at = True, hand.at + 60
        probe = asyncio.create_task(rest.get("/x"))
        await probed.wait()
        messages = await failures(rest, 3)
        answered.set()
        await probe
        await asyncio.gather(*(rest.get("/x") for _ in range(10)))

    assert messages == ["finance has not answered for 60 s; it is tried again just now."] * 3
    assert len(upstream.calls) == 5 + 1 + 10


async def test_a_probe_that_is_given_up_leaves_its_place_to_the_next() -> None:
    hand, probed, never = Hand(), asyncio.Event(), asyncio.Event()
    upstream = Upstream(well)

    async def answer(_request: web.Request) -> web.Response:
        probed.set()
        await never.wait()
        return said({})

    async with asking(upstream, hand=hand, attempts=1) as rest:
        upstream.board.switch_on(Wrong.ERROR, status=500, times=5)
        await failures(rest, 5)
        hand.at += 60
        upstream.answering = answer
        probe = asyncio.create_task(rest.get("/x"))
        await probed.wait()
        probe.cancel()
        with pytest.raises(asyncio.CancelledError):
            await probe
        never.set()
        upstream.answering = None
        await rest.get("/x")

    assert rest._breaker.is_open is False


async def test_silence_is_logged_once_and_so_is_the_return() -> None:
    upstream, hand = Upstream(well), Hand()
    upstream.board.switch_on(Wrong.ERROR, status=500, times=7)

    async with asking(upstream, hand=hand, attempts=1) as rest:
        with capture_logs() as logged:
            await failures(rest, 8)
            for _ in range(2):
                hand.at += 100
                await failures(rest, 1)
            hand.at += 100
            await rest.get("/x")
            await rest.get("/x")

    assert [(line["event"], line["source"], line["log_level"]) for line in logged if line["log_level"] != "debug"] == [
        ("source_silent", "finance", "warning"),
        ("source_back", "finance", "info"),
    ]
