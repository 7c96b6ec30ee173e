"""Webhooks, posted to a real server on loopback."""

import asyncio
import base64
import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from dashgraph.domain.secrets import Secret
from dashgraph.domain.targets import Attachment, Receipt, WebhookTarget
from dashgraph.services.delivering.webhook import MOST_MEGABYTES
from delivering import MESSAGE, NOW, SHEET, listening, sinks

README = Path(__file__).parent.parent / "README.md"
KEY = Secret("whsec-tallgrass")
SNIPPET = re.compile(r"```python\n(?P<code>.*?def is_ours.*?)```", re.DOTALL)


class Receiver:
    """Notes what it gets, and answers what it was told to, the last answer for ever."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[web.Response] = [web.Response(text="thank you")]

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.Response(status=said.status, reason=said.reason, headers=said.headers, body=said.body)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@asynccontextmanager
async def running(receiver: Receiver) -> AsyncIterator[WebhookTarget]:
    async with listening([web.post("/hook", receiver.take)]) as address:
        yield WebhookTarget(url=f"{address}/hook?team=7", key=KEY)


async def sent(target: WebhookTarget, message: Any = MESSAGE, **more: Any) -> Receipt:
    async with sinks(**more) as out:
        [receipt] = await out.send(target, message)
    return receipt


async def test_the_file_and_the_facts_arrive_with_a_signature_that_readme_can_check(receiver: Receiver) -> None:
    async with running(receiver) as target:
        receipt = await sent(target)

    assert (receipt.delivered, receipt.answer) == (True, "HTTP 200 OK thank you")
    assert receipt.recipient == target.url.partition("?")[0]
    [(headers, body)] = receiver.got
    assert headers["Idempotency-Key"] == MESSAGE.key
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Dashgraph-Timestamp"] == str(int(NOW.timestamp()))
    found = json.loads(body)
    file = found.pop("files")[0]
    assert found == {
        "key": MESSAGE.key,
        "subject": MESSAGE.subject,
        "text": MESSAGE.text,
        "html": MESSAGE.html,
        "facts": dict(MESSAGE.facts),
    }
    assert base64.b64decode(file.pop("content")) == SHEET.content
    assert file == {"name": "Umsatz März.pdf", "contentType": "application/pdf", "size": len(SHEET.content)}

    shown: dict[str, Any] = {}
    exec(SNIPPET.search(README.read_text())["code"], shown)
    is_ours, now = shown["is_ours"], NOW.timestamp()
    assert is_ours(headers, body, KEY.text, now)
    assert not is_ours(headers, body + b" ", KEY.text, now)
    assert not is_ours(headers, body, "another", now)
    assert not is_ours(headers, body, KEY.text, now + 301)
    assert not is_ours({**headers, "X-Dashgraph-Timestamp": str(int(now) + 1)}, body, KEY.text, now)


async def test_a_repetition_has_the_same_key_and_a_signature_of_its_own_moment(receiver: Receiver) -> None:
    async with running(receiver) as target:
        await sent(target)
        await sent(target, clock=lambda: NOW + timedelta(minutes=9))

    (first, body), (second, same) = receiver.got
    assert body == same
    assert first["Idempotency-Key"] == second["Idempotency-Key"]
    assert int(second["X-Dashgraph-Timestamp"]) - int(first["X-Dashgraph-Timestamp"]) == 540
    assert first["X-Dashgraph-Signature"] != second["X-Dashgraph-Signature"]


@pytest.mark.parametrize(
    ("status", "delivered", "retry"),
    [
        (200, True, False),
        (204, True, False),
        (304, False, False),
        (302, False, False),
        (400, False, False),
        (401, False, False),
        (404, False, False),
        (408, False, True),
        (410, False, False),
        (429, False, True),
        (500, False, True),
        (503, False, True),
    ],
)
async def test_only_2xx_is_delivered_and_only_what_may_pass_is_tried_again(
    receiver: Receiver, status: int, *, delivered: bool, retry: bool
) -> None:
    receiver.answers = [web.Response(status=status, headers={"Location": "/elsewhere"} if status == 302 else {})]
    async with running(receiver) as target:
        receipt = await sent(target)

    assert (receipt.delivered, receipt.retry) == (delivered, retry)
    assert f"HTTP {status}" in receipt.answer
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("asked", "waited"),
    [("7", [7.0]), ("0", [1.0]), ("Mon, 15 Jun 2026 06:30:12 GMT", [12.0]), ("3600", []), ("x", [])],
)
async def test_retry_after_is_obeyed_where_it_ends_in_time(receiver: Receiver, asked: str, waited: list[float]) -> None:
    waits: list[float] = []

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    receiver.answers = [web.Response(status=429, headers={"Retry-After": asked}), web.Response(text="now")]
    async with running(receiver) as target:
        receipt = await sent(target, pause=pause)

    assert waits == waited
    assert (receipt.delivered, receipt.retry) == ((True, False) if waited else (False, True))
    assert len(receiver.got) == 1 + len(waited)


async def test_a_server_that_asks_to_wait_for_ever_is_tried_again_later(receiver: Receiver) -> None:
    waits: list[float] = []

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    receiver.answers = [web.Response(status=503, headers={"Retry-After": "2"})]
    async with running(receiver) as target:
        receipt = await sent(target, pause=pause)

    assert waits == [2.0, 2.0, 2.0]
    assert (receipt.delivered, receipt.retry) == (False, True)


async def test_an_answer_is_one_bounded_line_without_the_key(receiver: Receiver) -> None:
    receiver.answers = [web.Response(status=422, text=f"no\r\n\x1b[31m {KEY.text} {'long ' * 900}")]
    async with running(receiver) as target:
        receipt = await sent(target)

    assert receipt.answer.startswith("HTTP 422 Unprocessable Entity no [31m *** long long")
    assert len(receipt.answer) == 200
    assert receipt.answer.isprintable()
    assert KEY.text not in repr([receipt, target])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"key": None}, "no key to sign with"),
        ({"url": "https://user:pass@hooks.example/"}, "holds a name or a password"),
        ({"url": "http://hooks.example/"}, "only reached by https://"),
        ({"url": "https://10.0.0.1/"}, "DASHGRAPH_ALLOWED_PRIVATE_HOSTS"),
        ({"url": "https://[::1/"}, "none that can be asked"),
        ({"url": "https://hooks.example:99999/"}, "none that can be asked"),
        ({"url": "/hook"}, "none that can be asked"),
        ({"url": ""}, "none that can be asked"),
        ({"url": "file:///etc/passwd"}, "none that can be asked"),
    ],
)
async def test_what_cannot_be_sent_says_what_to_do(receiver: Receiver, change: dict[str, Any], words: str) -> None:
    async with running(receiver) as target:
        receipt = await sent(replace(target, **change))

    assert (receipt.delivered, receipt.retry) == (False, False)
    assert words in receipt.answer
    assert "pass@" not in repr(receipt)
    assert receiver.got == []


@pytest.mark.parametrize("key", ["a\r\nX-Evil: 1", "schedule/7 ü", "x" * 999, ""])
async def test_any_key_can_stand_in_a_header(receiver: Receiver, key: str) -> None:
    async with running(receiver) as target:
        assert (await sent(target, replace(MESSAGE, key=key))).delivered

    [(headers, body)] = receiver.got
    assert headers["Idempotency-Key"] == json.loads(body)["key"]
    assert re.fullmatch("[0-9a-f]{64}", headers["Idempotency-Key"])
    assert "X-Evil" not in headers


async def test_files_that_are_too_large_are_not_sent(receiver: Receiver) -> None:
    half = Attachment("half.pdf", "application/pdf", b"\0" * (MOST_MEGABYTES * 512 * 1024))
    async with running(receiver) as target:
        taken = await sent(target, replace(MESSAGE, attachments=(half, half)))
        refused = await sent(target, replace(MESSAGE, attachments=(half, half, SHEET)))

    assert taken.delivered
    assert (refused.delivered, refused.retry) == (False, False)
    assert len(receiver.got) == 1


async def test_where_nobody_listens_or_answers_it_is_tried_again_later() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        unanswered = await sent(WebhookTarget(url=f"http://127.0.0.1:{port}/", key=KEY), seconds=0.05)
    refused = await sent(WebhookTarget(url=f"http://127.0.0.1:{port}/", key=KEY))

    assert [(one.delivered, one.retry) for one in (unanswered, refused)] == [(False, True)] * 2
    assert unanswered.answer == "It did not answer within 0.05 seconds."


@pytest.mark.parametrize("words", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200", b"\0" * 99])
async def test_a_server_that_speaks_no_http_is_tried_again_later(words: bytes) -> None:
    receipt = await answered(words)

    assert (receipt.delivered, receipt.retry) == (False, True)
    assert receipt.answer.isprintable()


async def test_the_status_decides_also_when_the_words_after_it_are_cut() -> None:
    receipt = await answered(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")

    assert receipt.delivered


async def answered(words: bytes) -> Receipt:
    """What is made of a server that says just this to whatever it is sent, and hangs up."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(words)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(say, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        return await sent(WebhookTarget(url=f"http://127.0.0.1:{port}/", key=KEY))
