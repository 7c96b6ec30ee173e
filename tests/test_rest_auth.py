"""A system is told who asks, once; and nobody else ever is."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from dashgraph.domain.budget import tallied
from dashgraph.domain.problems import BadInput, Problem, SourceFailed, SourceRefused, SourceUnavailable
from dashgraph.domain.secrets import Secret
from dashgraph.sources.rest.auth import Anonymous, ApiKey, Auth, Bearer, HeaderKey, Login, Post
from upstream import Hand, Upstream, asking, said

WORD = Secret("correct horse")


@pytest.mark.parametrize(
    ("auth", "name", "shown"),
    [
        (Bearer(Secret("t1")), "Authorization", "Bearer t1"),
        (ApiKey(Secret("ldpat_1")), "Authorization", "ApiKey ldpat_1"),
        (HeaderKey("X-Holistics-Key", Secret("k1")), "X-Holistics-Key", "k1"),
    ],
)
async def test_a_key_stands_in_its_header_and_one_that_is_not_taken_is_not_tried_again(
    auth: Auth, name: str, shown: str
) -> None:
    upstream = Upstream(lambda: said({}), lambda: web.Response(status=401, text="Unauthorized"))

    async with asking(upstream, auth=auth) as rest:
        await rest.get("/x")
        with pytest.raises(SourceRefused) as raised:
            await rest.get("/x")

    assert upstream.seen[0].headers[name] == shown
    assert len(upstream.calls) == 2
    assert raised.value.facts["retryable"] is False
    assert "dashgraph sources check" in raised.value.message


@pytest.mark.parametrize("text", ["canary\n", "canary\0x"])
def test_what_no_header_can_carry_is_refused_at_once_and_not_shown(text: str) -> None:
    with pytest.raises(BadInput, match="what no header can carry") as raised:
        Bearer(Secret(text))

    assert "canary" not in raised.value.message


class Gatekeeper(Upstream):
    """Gives a new token at each login, and takes the newest only."""

    def __init__(self) -> None:
        super().__init__(answering=self.let_in)
        self.logins = 0
        self.newest: str | None = None
        self.login: Callable[[], web.Response] | None = None
        self.is_deaf = False

    async def let_in(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/login":
            self.logins += 1
            if self.login is not None:
                return self.login()
            self.newest = f"Bearer token-{self.logins}"
            return said({"access_token": f"token-{self.logins}"})
        if self.is_deaf or request.headers.get("Authorization") != self.newest or self.newest is None:
            return web.Response(status=401, text="Unauthorized")
        return said({"path": request.path})


def login(hand: Hand | None = None) -> Login:
    async def log_in(post: Post) -> Secret:
        answer = await post("/login", form=[("username", "nora"), ("password", WORD.text)])
        return Secret(answer.raw().text("access_token"))

    return Login(log_in, known=[WORD], clock=(hand or Hand()).clock)


async def test_a_login_is_made_when_it_is_needed_and_counts_as_a_call() -> None:
    gate = Gatekeeper()

    with tallied() as tally:
        async with asking(gate, auth=login()) as rest:
            assert gate.logins == 0
            await asyncio.gather(*(rest.get("/x") for _ in range(10)))

    assert gate.logins == 1
    assert tally.calls("finance") == len(gate.calls) == 11
    assert gate.bodies[0] == b"username=nora&password=correct+horse"
    assert "Authorization" not in gate.seen[0].headers


async def test_a_hundred_questions_with_a_token_that_has_expired_log_in_once() -> None:
    gate = Gatekeeper()

    async with asking(gate, auth=login(), concurrency=100) as rest:
        await rest.get("/warm")
        gate.newest = "Bearer of-another-day"
        answers = await asyncio.gather(*(rest.get(f"/x/{number}") for number in range(100)))

    assert gate.logins == 2
    assert [answer.json()["path"] for answer in answers] == [f"/x/{number}" for number in range(100)]


async def test_a_change_is_sent_again_with_the_new_token_since_the_first_was_not_let_in() -> None:
    gate = Gatekeeper()

    async with asking(gate, auth=login()) as rest:
        await rest.get("/warm")
        gate.newest = None
        await rest.send("POST", "/x", json={"a": 1})

    assert gate.bodies.count(b'{"a":1}') == 2


async def test_a_new_token_that_is_not_taken_either_is_an_error() -> None:
    gate = Gatekeeper()

    async with asking(gate, auth=login()) as rest:
        gate.is_deaf = True
        with pytest.raises(SourceRefused):
            await rest.get("/x")

    assert gate.logins == 2
    assert len(gate.calls) == 4


async def test_a_wrong_password_is_not_tried_for_each_question_again() -> None:
    gate, hand = Gatekeeper(), Hand()
    gate.login = lambda: said({"error": {"code": 2, "message": f"no such user, or not {WORD.text}"}}, 403)

    async with asking(gate, hand=hand, auth=login(hand)) as rest:
        found = await asyncio.gather(*(rest.get("/x") for _ in range(20)), return_exceptions=True)
        with pytest.raises(SourceRefused):
            await rest.get("/x")
        assert gate.logins == 1
        hand.at += 31
        gate.login = None
        await rest.get("/x")

    assert {type(one) for one in found} == {SourceRefused}
    assert gate.logins == 2
    assert isinstance(found[0], Problem)
    assert found[0].facts["upstream"] == {"status": 403, "code": "2", "message": "no such user, or not ***"}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda: said({}, 404), SourceFailed),
        (lambda: said({}, 400), SourceRefused),
        (lambda: said({}, 503), SourceUnavailable),
        (lambda: said({"success": True}), SourceFailed),
        (lambda: web.Response(text="<html>", content_type="text/html"), SourceFailed),
    ],
)
async def test_a_login_that_fails_is_told_as_what_it_is(answer: Any, kind: type[Problem]) -> None:
    gate = Gatekeeper()
    gate.login = answer

    async with asking(gate, auth=login(), attempts=1) as rest:
        with pytest.raises(Problem) as raised:
            await rest.get("/x")

    assert type(raised.value) is kind
    assert all(call.line == "POST /login" for call in gate.calls)


async def test_who_goes_away_while_a_login_is_under_way_does_not_take_it_from_the_others() -> None:
    gate, go_on, came = Gatekeeper(), asyncio.Event(), asyncio.Event()
    answering = gate.let_in

    async def slow(request: web.Request) -> web.StreamResponse:
        if request.path == "/login":
            came.set()
            await go_on.wait()
        return await answering(request)

    gate.answering = slow
    async with asking(gate, auth=login()) as rest:
        first = asyncio.create_task(rest.get("/x"))
        await came.wait()
        second = asyncio.create_task(rest.get("/y"))
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        go_on.set()
        assert (await second).json() == {"path": "/y"}

    assert gate.logins == 1


async def test_secrets_show_neither_in_logs_nor_in_problems_nor_when_anything_is_printed() -> None:
    gate = Gatekeeper()
    auth = login()

    with capture_logs() as logged:
        async with asking(gate, auth=auth) as rest:
            await rest.get("/x", [("token", "canary")])
            gate.is_deaf = True
            with pytest.raises(SourceRefused) as raised:
                await rest.get("/x")
            shown = f"{logged} {raised.value!r} {raised.value.facts} {rest!r} {auth!r} {list(auth.secrets())}"

    for secret in (WORD.text, "token-1", "token-2", "canary"):
        assert secret not in shown


async def test_nobody_shows_no_credentials() -> None:
    upstream = Upstream(lambda: said({}))

    async with asking(upstream, auth=Anonymous()) as rest:
        await rest.get("/health")

    assert "Authorization" not in upstream.seen[0].headers
