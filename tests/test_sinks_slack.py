"""Slack, to a stand-in that takes only the calls that Slack takes, in their order."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from dashgraph.domain.secrets import Secret
from dashgraph.domain.targets import Message, Receipt, SlackChannelTarget, SlackWebhookTarget, Target
from dashgraph.services.delivering.slack import SlackAddresses
from delivering import MESSAGE, PICTURE, SHEET, listening, sinks

TOKEN = "xoxb-7-tallgrass"
PATH = "services/T0/B0/pedal-softly"


class Workspace:
    """A workspace with one channel, one webhook and a bot. `failing` are answers that a call gives first."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.posted: list[dict[str, Any]] = []
        self.uploaded: dict[str, bytes] = {}
        self.failing: dict[str, list[web.Response]] = {}
        self.announced: dict[str, int] = {}
        self.address = ""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"/{PATH}", self.hook),
            web.post("/api/files.getUploadURLExternal", self.announce),
            web.post("/upload/{file}", self.upload),
            web.post("/api/files.completeUploadExternal", self.complete),
            web.post("/api/chat.postMessage", self.post),
        ]

    def _noted(self, call: str) -> web.Response | None:
        self.calls.append(call)
        return self.failing[call].pop(0) if self.failing.get(call) else None

    async def _form(self, request: web.Request) -> dict[str, Any]:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        if request.content_type == "application/json":
            return dict(await request.json())
        return {**request.query, **await request.post()}

    async def hook(self, request: web.Request) -> web.Response:
        if failure := self._noted("hook"):
            return failure
        self.posted.append(await request.json())
        return web.Response(text="ok")

    async def announce(self, request: web.Request) -> web.Response:
        if failure := self._noted("announce"):
            return failure
        form = await self._form(request)
        file = f"F{len(self.announced)}"
        self.announced[file] = int(form["length"])
        self.uploaded.setdefault(form["filename"], b"")
        return web.json_response({"ok": True, "upload_url": f"{self.address}/upload/{file}", "file_id": file})

    async def upload(self, request: web.Request) -> web.Response:
        if failure := self._noted("upload"):
            return failure
        content = await request.read()
        assert len(content) == self.announced[request.match_info["file"]]
        self.uploaded[request.match_info["file"]] = content
        return web.Response(text=f"OK - {len(content)}")

    async def complete(self, request: web.Request) -> web.Response:
        if failure := self._noted("complete"):
            return failure
        form = await self._form(request)
        files = json.loads(form["files"]) if isinstance(form["files"], str) else form["files"]
        assert all(self.uploaded[one["id"]] for one in files)
        self.posted.append({**form, "files": files})
        return web.json_response({"ok": True, "files": files})

    async def post(self, request: web.Request) -> web.Response:
        if failure := self._noted("post"):
            return failure
        self.posted.append(await self._form(request))
        return web.json_response({"ok": True, "ts": "1"})


@pytest.fixture
def workspace() -> Workspace:
    return Workspace()


@asynccontextmanager
async def sending(workspace: Workspace, **more: Any) -> AsyncIterator[Any]:
    async with listening(workspace.routes()) as address:
        workspace.address = address
        async with sinks(slack=SlackAddresses(f"{address}/api/", (address,)), **more) as out:

            async def send(target: Target, message: Message = MESSAGE) -> Receipt:
                [receipt] = await out.send(target, message)
                assert TOKEN not in repr(receipt)
                assert "pedal-softly" not in repr([receipt, target])
                return receipt

            yield send


def hook(workspace: Workspace) -> SlackWebhookTarget:
    return SlackWebhookTarget(url=Secret(f"{workspace.address}/{PATH}"))


CHANNEL = SlackChannelTarget(channel="C0123456789", token=Secret(TOKEN))


async def test_a_webhook_posts_text_blocks_and_the_link(workspace: Workspace) -> None:
    async with sending(workspace) as send:
        receipt = await send(hook(workspace))

    assert (receipt.recipient, receipt.delivered) == ("Slack webhook", True)
    assert workspace.posted == [
        {
            "text": "Umsatz über alles, März",
            "blocks": [
                {
                    "type": "header",
                    "text": {"type": "plain_text", "text": "Umsatz über alles, März", "emoji": False},
                },
                {
                    "type": "section",
                    "text": {
                        "type": "mrkdwn",
                        "text": "Umsatz März\n\nVon Nora.\n<https://bi.example/d/1?a=b&amp;c=d|Open in the browser>",
                    },
                },
            ],
        }
    ]


async def test_a_bot_posts_the_file_with_the_text_in_three_calls(workspace: Workspace) -> None:
    async with sending(workspace) as send:
        receipt = await send(CHANNEL)

    assert (receipt.recipient, receipt.delivered) == ("Slack channel C0123456789", True)
    assert workspace.calls == ["announce", "upload", "complete"]
    assert workspace.uploaded["F0"] == SHEET.content
    [posted] = workspace.posted
    assert posted["channel_id"] == "C0123456789"
    assert posted["files"][0]["title"] == "Umsatz März.pdf"
    assert posted["initial_comment"].startswith("*Umsatz über alles, März*\nUmsatz März\n\nVon Nora.")


async def test_a_picture_that_would_stand_in_a_mail_is_a_file_and_a_message_without_one_is_text(
    workspace: Workspace,
) -> None:
    async with sending(workspace) as send:
        await send(CHANNEL, replace(MESSAGE, attachments=(), inline=PICTURE))
        await send(CHANNEL, replace(MESSAGE, attachments=()))

    assert workspace.calls == ["announce", "upload", "complete", "post"]
    assert workspace.uploaded["F0"] == PICTURE.content
    assert workspace.posted[1]["channel"] == "C0123456789"


async def test_a_text_calls_nobody_and_makes_no_links(workspace: Workspace) -> None:
    message = replace(
        MESSAGE,
        subject="<!channel> R&D",
        text="<@U1> see <https://evil.example|the report>",
        facts={"url": "https://bi.example/>|<!here>"},
    )
    async with sending(workspace) as send:
        await send(hook(workspace), message)
        await send(CHANNEL, message)

    for posted in workspace.posted:
        text = posted.get("initial_comment") or posted["text"] + posted["blocks"][1]["text"]["text"]
        assert "&lt;!channel&gt; R&amp;D" in text
        assert "&lt;@U1&gt; see &lt;https://evil.example|the report&gt;" in text
        assert text.count("<") == text.count(">") == 1
        assert text.endswith("<https://bi.example/%3E%7C%3C!here%3E|Open in the browser>")


@pytest.mark.parametrize("call", ["announce", "upload", "complete"])
async def test_a_file_that_did_not_get_through_is_tried_again_from_the_beginning(
    workspace: Workspace, call: str
) -> None:
    workspace.failing = {call: [web.Response(status=503, text="busy")]}
    async with sending(workspace) as send:
        failed = await send(CHANNEL)
        assert workspace.posted == []
        again = await send(CHANNEL)

    assert (failed.delivered, failed.retry) == (False, True)
    assert again.delivered
    assert len(workspace.posted) == 1


@pytest.mark.parametrize("call", ["announce", "complete", "hook"])
async def test_retry_after_is_obeyed(workspace: Workspace, call: str) -> None:
    waits: list[float] = []

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    limited = web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "9"})
    workspace.failing = {call: [limited]}
    async with sending(workspace, pause=pause) as send:
        receipt = await send(hook(workspace) if call == "hook" else CHANNEL)

    assert waits == [9.0]
    assert receipt.delivered
    assert len(workspace.posted) == 1


@pytest.mark.parametrize(
    ("error", "retry", "words"),
    [
        ("channel_not_found", False, "Slack says channel_not_found (give the id of a channel that the bot can see"),
        ("not_in_channel", False, "invite the bot"),
        ("invalid_auth", False, "valid bot token"),
        ("missing_scope", False, "chat:write and files:write"),
        ("something_new", False, "Slack says something_new."),
        ("internal_error", True, "Slack says internal_error."),
    ],
)
async def test_what_slack_refuses_says_what_to_do(workspace: Workspace, error: str, words: str, *, retry: bool) -> None:
    workspace.failing = {"complete": [web.json_response({"ok": False, "error": error})]}
    async with sending(workspace) as send:
        receipt = await send(CHANNEL)

    assert (receipt.delivered, receipt.retry) == (False, retry)
    assert words in receipt.answer


@pytest.mark.parametrize(("status", "retry"), [(400, False), (403, False), (404, False), (410, False), (500, True)])
async def test_a_webhook_that_slack_refuses(workspace: Workspace, status: int, *, retry: bool) -> None:
    workspace.failing = {"hook": [web.Response(status=status, text=f"no_service {PATH}")]}
    async with sending(workspace) as send:
        receipt = await send(hook(workspace))

    assert (receipt.delivered, receipt.retry) == (False, retry)
    assert f"HTTP {status}" in receipt.answer
    assert "no_service ***" in receipt.answer


async def test_only_slack_is_posted_to(workspace: Workspace) -> None:
    async with sending(workspace) as send:
        for url in ("https://hooks.slack.com.evil.example/services/x", "http://hooks.slack.com/services/x", "", "x"):
            receipt = await send(SlackWebhookTarget(url=Secret(url)))
            assert (receipt.delivered, receipt.retry) == (False, False)
        missing = [await send(SlackWebhookTarget()), await send(SlackChannelTarget(channel="C1"))]

    assert [(one.delivered, one.retry) for one in missing] == [(False, False)] * 2
    assert workspace.calls == []


async def test_the_library_of_slack_logs_nothing_of_what_is_sent(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with sending(workspace) as send:
        assert (await send(CHANNEL)).delivered
        assert (await send(hook(workspace))).delivered

    assert TOKEN not in caplog.text
    assert "Nora" not in caplog.text
    assert "pedal-softly" not in caplog.text


@pytest.mark.parametrize("answer", ["null", "[]", "{", '"ok"', "{}", '{"ok": true}'])
async def test_nonsense_from_slack_is_no_delivery(workspace: Workspace, answer: str) -> None:
    workspace.failing = {"announce": [web.Response(text=answer, content_type="application/json")]}
    async with sending(workspace) as send:
        receipt = await send(CHANNEL)

    assert not receipt.delivered
