"""The REST kit asks one system carefully: what is repeated, what is refused, and what people are told."""

import asyncio
import logging
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog
from aiohttp import web
from structlog.testing import capture_logs

from dashgraph.app.compression import CODINGS
from dashgraph.app.fakes.kit import PROXY_PAGE, Wrong
from dashgraph.domain.budget import Spent, counted, tallied
from dashgraph.domain.problems import (
    BadId,
    BadInput,
    Conflict,
    Forbidden,
    NotFound,
    Problem,
    RateLimited,
    SourceFailed,
    SourceRefused,
    SourceUnavailable,
    UnsupportedBySource,
)
from dashgraph.sources.rest.addresses import path
from upstream import TOKEN, Hand, Upstream, asking, said

ERROR = {"error": {"code": "E7", "message": "no dashboard 3fa85f64-5717-4562-b3fc-2c963f66afa6"}}


def well() -> web.Response:
    return said({"name": "Sales"})


def busy() -> web.Response:
    return said({}, 503)


@contextmanager
def every_log() -> Iterator[list[Any]]:
    """Lines for developers too."""
    before = structlog.get_config()
    structlog.configure(**{**before, "wrapper_class": structlog.make_filtering_bound_logger(logging.DEBUG)})
    try:
        with capture_logs() as logged:
            yield logged
    finally:
        structlog.configure(**before)


async def problem_of(upstream: Upstream, method: str = "GET", **more: Any) -> Problem:
    repeatable = more.pop("repeatable", False)
    async with asking(upstream, **more) as rest:
        with pytest.raises(Problem) as raised:
            await rest.send(method, "/api/dashboards", repeatable=repeatable)
    return raised.value


async def test_a_question_carries_credentials_parameters_and_body_and_its_answer_comes_back() -> None:
    upstream = Upstream(well)

    async with asking(upstream, below="/bi") as rest:
        answer = await rest.send(
            "POST", path("/api/{}/shares", "a/b ü"), params=[("ids[]", 1), ("ids[]", 2), ("all", True)], json={"a": [1]}
        )
        await rest.send("POST", "/login", form=[("user", "nora & co"), ("word", "ä")])

    assert answer.json() == {"name": "Sales"}
    assert upstream.lines == ["POST /bi/api/a%2Fb%20%C3%BC/shares?ids%5B%5D=1&ids%5B%5D=2&all=true", "POST /bi/login"]
    assert upstream.seen[0].headers["Authorization"] == f"Bearer {TOKEN.text}"
    assert [one.content_type for one in upstream.seen] == ["application/json", "application/x-www-form-urlencoded"]
    assert upstream.bodies == [b'{"a":[1]}', b"user=nora+%26+co&word=%C3%A4"]


@pytest.mark.parametrize(
    "where", ["/api/../admin", "/api/%2e%2E/admin", "/api/x?all=true", "/api/x#y", "//evil.example"]
)
async def test_no_id_leads_to_another_place(where: str) -> None:
    upstream = Upstream(well)

    async with asking(upstream) as rest:
        if where.startswith("//"):
            await rest.get(where)
            assert upstream.lines == ["GET //evil.example"]
            return
        with pytest.raises(BadId):
            await rest.get(where)

    assert upstream.lines == []
    with pytest.raises(BadId):
        path("/api/{}", "..")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadInput), (401, SourceRefused), (403, Forbidden), (404, NotFound), (405, UnsupportedBySource),
        (409, Conflict), (418, SourceFailed), (422, BadInput), (429, RateLimited), (500, SourceFailed),
        (501, UnsupportedBySource), (502, SourceUnavailable), (503, SourceUnavailable), (504, SourceUnavailable),
    ],
)  # fmt: skip
async def test_a_status_means_what_people_can_do_about_it(status: int, kind: type[Problem]) -> None:
    problem = await problem_of(Upstream(lambda: said(ERROR, status)))

    assert type(problem) is kind
    assert "finance" in problem.message
    assert "3fa85f64" not in problem.message, "what the system says is for administrators"
    assert problem.facts["source"] == "finance"
    assert problem.facts["upstream"] == {
        "status": status, "code": "E7", "message": "no dashboard 3fa85f64-5717-4562-b3fc-2c963f66afa6",
    }  # fmt: skip


async def test_what_the_system_says_is_short_and_without_secrets() -> None:
    leak = f"bad key {TOKEN.text} in Authorization: Bearer abc.def-1, password=hunter2, phx_0123456789abcdef, eyJhbGci"
    leak += "OiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig, https://nora:pw@bi.example/x, " + "a1B2" * 12 + "\n\x1b" + "x " * 400
    problem = await problem_of(Upstream(lambda: said({"error": {"code": TOKEN.text, "message": leak}}, 400)))

    upstream = problem.facts["upstream"]
    assert isinstance(upstream, dict)
    assert upstream["code"] == "***"
    assert len(upstream["message"]) == 300
    for secret in (TOKEN.text, "abc.def", "hunter2", "0123456789abcdef", "eyJzd", "nora:pw", "a1B2a1B2", "\n", "\x1b"):
        assert secret not in upstream["message"]


async def test_a_safe_question_is_asked_again_and_the_answer_is_the_last_one() -> None:
    upstream, hand = Upstream(busy, lambda: said({}, 502), well), Hand()

    with tallied() as tally:
        async with asking(upstream, hand=hand, chance=0.5) as rest:
            answer = await rest.get("/api/dashboards")

    assert answer.json() == {"name": "Sales"}
    assert hand.naps == [0.125, 0.25]  # full jitter: half of 0.25 s, half of 0.5 s
    spent = tally.spent["finance"]
    assert (spent.calls, spent.retried, len(upstream.calls)) == (3, 2, 3)


@pytest.mark.parametrize(
    ("wrong", "how"),
    [(Wrong.CUT, {}), (Wrong.ERROR, {"status": 500}), (Wrong.ERROR, {"status": 504}), (Wrong.TOO_MANY, {})],
)
async def test_what_passes_is_tried_three_times_where_that_is_safe_and_once_where_it_is_not(
    wrong: Wrong, how: dict[str, Any]
) -> None:
    asked = []
    for method, repeatable in (("GET", False), ("POST", True), ("POST", False), ("PUT", False), ("DELETE", False)):
        upstream = Upstream(well)
        upstream.board.switch_on(wrong, **how)
        problem = await problem_of(upstream, method, repeatable=repeatable)
        assert isinstance(problem, SourceUnavailable)
        asked.append(len(upstream.calls))

    assert asked == [3, 3, 1, 1, 1]


@pytest.mark.parametrize(
    "answer",
    [
        lambda: said(ERROR, 404),
        lambda: said({"error": {"code": "yours"}}, 500),
        lambda: web.Response(text="no JSON", content_type="text/html"),
    ],
    ids=["a refusal", "a 500 that the system means", "nonsense"],
)
async def test_what_does_not_pass_is_asked_once(answer: Any) -> None:
    upstream = Upstream(answer)

    await problem_of(upstream)

    assert len(upstream.calls) == 1


async def test_a_connection_that_was_kept_and_is_cut_does_not_repeat_a_change() -> None:
    upstream = Upstream(well)
    async with asking(upstream) as rest:
        await rest.get("/warm")
        upstream.board.switch_on(Wrong.CUT_AFTER, "DELETE")
        with pytest.raises(SourceUnavailable, match="broke the connection off"):
            await rest.send("DELETE", "/api/users/7")

    assert upstream.lines == ["GET /warm", "DELETE /api/users/7"]


async def test_a_question_has_one_deadline_for_all_of_its_tries() -> None:
    upstream, hand = Upstream(busy), Hand()

    problem = await problem_of(upstream, hand=hand, deadline=0.3, chance=1.0)

    assert problem.code == "SOURCE_UNAVAILABLE"
    assert hand.naps == [0.25], "the second pause would pass the deadline"


async def test_silence_ends_with_the_deadline_and_one_request_with_its_own() -> None:
    for limits, seconds in (({"deadline": 0.05}, "0.05"), ({"request": 0.05, "attempts": 1}, "0.05")):
        upstream, never = Upstream(well), asyncio.Event()
        upstream.board.switch_on(Wrong.DELAY, until=never)
        try:
            problem = await problem_of(upstream, **limits)
        finally:
            never.set()

        assert problem.message == f"finance did not answer in {seconds} s; try again."


async def test_questions_within_one_share_its_deadline() -> None:
    hand = Hand()
    async with asking(Upstream(busy), hand=hand, deadline=10, attempts=1) as rest:
        with rest.question() as until:
            hand.at += 9
            with rest.question() as inner:
                assert inner == until == 1010
        with rest.question() as later:
            assert later == 1019


async def test_a_page_of_something_in_between_is_one_clear_line() -> None:
    for status in (200, 403, 502):
        upstream = Upstream(
            lambda status=status: web.Response(text=PROXY_PAGE, status=status, content_type="text/html")
        )
        problem = await problem_of(upstream)

        assert "Gateway" not in problem.message
        assert "\n" not in problem.message
        if status == 200:
            assert (problem.code, "text/html" in problem.message) == ("UPSTREAM_ERROR", True)


@pytest.mark.parametrize("status", [301, 302, 307])
async def test_a_redirect_is_not_followed_and_only_its_host_is_told(status: int) -> None:
    upstream = Upstream(
        lambda: web.Response(status=status, headers={"Location": "https://login.example/in?token=canary"}), well
    )

    problem = await problem_of(upstream)

    assert type(problem) is SourceFailed
    assert "login.example" in problem.message
    assert "canary" not in problem.message
    assert len(upstream.calls) == 1


async def test_an_answer_that_is_too_large_is_not_read_to_its_end() -> None:
    upstream = Upstream(well)
    upstream.board.switch_on(Wrong.HUGE, size=3_000_000)

    problem = await problem_of(upstream, largest=1024 * 1024)

    assert problem.message == "finance answered more than 1 MB; ask it for less."
    assert len(upstream.calls) <= 1


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
async def test_an_answer_that_unpacks_to_too_much_is_not_unpacked_to_its_end(coding: str) -> None:
    bomb = CODINGS[coding](b" " * 200_000_000)
    headers = {"Content-Encoding": coding, "Content-Type": "application/json"}
    upstream = Upstream(lambda: web.Response(body=bomb, headers=headers))

    tracemalloc.start()
    try:
        problem = await problem_of(upstream, largest=1024 * 1024)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert "more than 1 MB" in problem.message
    assert peak < 16 * 1024 * 1024


async def test_statuses_that_are_expected_are_answers() -> None:
    async with asking(Upstream(lambda: web.Response(status=404, text="gone"))) as rest:
        answer = await rest.send("DELETE", "/api/groups/1/members/2", accept=(404,))

    assert (answer.status, answer.text) == (404, "gone")


async def test_two_who_act_as_others_share_one_set_of_limits() -> None:
    upstream = Upstream(well)

    async with asking(upstream) as rest:
        other = rest.acting_as(type(rest._auth)(type(TOKEN)("noras-own")))
        await other.get("/api/me")
        await rest.get("/api/me")

    assert [one.headers["Authorization"] for one in upstream.seen] == ["Bearer noras-own", f"Bearer {TOKEN.text}"]
    assert other._gate is rest._gate
    assert other._breaker is rest._breaker


async def test_a_call_is_counted_for_everybody_who_counts_and_logged_without_what_it_asks() -> None:
    async with asking(Upstream(well)) as rest:
        with every_log() as logged, tallied() as outer:
            with tallied() as inner:
                await asyncio.gather(*(rest.get("/api/x", [("search", "canary")]) for _ in range(3)))
            await rest.get("/api/y")

    assert (inner.calls("finance"), outer.calls("finance"), outer.calls(), outer.calls("other")) == (3, 4, 4, 0)
    *_, last = logged
    assert {key: last[key] for key in last if key != "ms"} == {
        "event": "upstream", "log_level": "debug", "source": "finance", "method": "GET", "path": "/api/y",
        "status": 200,
    }  # fmt: skip
    assert "canary" not in str(logged)
    assert TOKEN.text not in str(logged)


def test_what_is_spent_is_noted_where_somebody_counts_and_nowhere_else() -> None:
    counted("finance", calls=7)

    with tallied() as tally:
        counted("finance", calls=2, retried=1, cached=3, seconds=0.5)

    assert tally.spent == {"finance": Spent(calls=2, retried=1, cached=3, seconds=0.5)}
