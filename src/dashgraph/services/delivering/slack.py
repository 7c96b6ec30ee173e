"""Slack: an incoming webhook for text, or a bot that posts the file with the text as its comment.

Where the facts of a message hold `url`, the text ends with a link to it. Slack knows no idempotency keys. A file that
was uploaded and not completed is seen by nobody, so an attempt that fails before its last call leaves nothing behind;
when only the answer to the last call is lost, the repetition is seen twice.
"""

import json
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from dashgraph.domain.targets import Message, SlackChannelTarget, SlackWebhookTarget
from dashgraph.services.delivering import webhook
from dashgraph.services.delivering.addresses import http_url
from dashgraph.services.delivering.answers import TRANSIENT, Undelivered, one_line, seconds_asked
from dashgraph.services.delivering.files import files, name_of

LONGEST_HEADER, LONGEST_TEXT = 150, 2900  # characters that Slack takes
FAILING = {
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "ratelimited",
    "team_added_to_org",
}
ADVICE = {
    "channel_not_found": "give the id of a channel that the bot can see, like C0123456789",
    "not_in_channel": "invite the bot to the channel",
    "is_archived": "the channel is archived; choose another",
    "missing_scope": "give the bot the scopes chat:write and files:write",
    "invalid_auth": "give the target a valid bot token",
    "not_authed": "give the target a valid bot token",
    "token_revoked": "give the target a new bot token",
    "token_expired": "give the target a new bot token",
    "account_inactive": "give the target a new bot token",
}


@dataclass(frozen=True, slots=True)
class SlackAddresses:
    """Where Slack is."""

    api: str = "https://slack.com/api/"
    hooks: tuple[str, ...] = ("https://hooks.slack.com/", "https://hooks.slack-gov.com/")


class Slack:
    def __init__(self, session: aiohttp.ClientSession, addresses: SlackAddresses) -> None:
        self._session = session
        self._addresses = addresses
        self._log = logging.getLogger("dashgraph.slack")
        self._log.setLevel(logging.CRITICAL)  # Slack's library would write whole requests, with what is in them

    async def send_text(self, target: SlackWebhookTarget, message: Message, now: datetime) -> str:
        """Post text, blocks and the link to an incoming webhook. Raises Undelivered."""
        if target.url is None or not target.url.text.startswith(self._addresses.hooks):
            raise Undelivered(f"The address of a Slack webhook begins with {self._addresses.hooks[0]}; give it anew.")
        body = json.dumps({"text": _escaped(message.subject), "blocks": _blocks(message)}).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        return await webhook.post(self._session, http_url(target.url.text), body, headers, now)

    async def send_files(self, target: SlackChannelTarget, message: Message, now: datetime) -> str:
        """Post the files to a channel, with the text as their comment. Raises Undelivered."""
        if target.token is None:
            raise Undelivered("The Slack channel has no bot token; give it one.")
        client = AsyncWebClient(
            target.token.text,
            base_url=self._addresses.api,
            session=self._session,
            retry_handlers=[],
            logger=self._log,
        )
        client.proxy = None  # the session decides where it goes, not the environment
        try:
            return await _posted(client, target.channel, message)
        except SlackApiError as error:
            raise _undelivered(error, now) from error
        except SlackClientError as error:  # the upload was not taken; nobody has seen anything
            raise Undelivered("Slack did not take the file.", retry=True) from error
        except (AttributeError, KeyError, TypeError, ValueError) as error:  # the library reads answers as they come
            raise Undelivered("Slack answered with what is no answer.", retry=True) from error


async def _posted(client: AsyncWebClient, channel: str, message: Message) -> str:
    if not files(message):
        await client.chat_postMessage(channel=channel, text=_escaped(message.subject), blocks=_blocks(message))
        return "posted"
    await client.files_upload_v2(
        channel=channel,
        initial_comment=f"*{_escaped(one_line(message.subject))}*\n{_text(message)}",
        file_uploads=[
            {"filename": name_of(file), "content": file.content, "title": name_of(file)} for file in files(message)
        ],
    )
    return "posted with the file"


def _undelivered(error: SlackApiError, now: datetime) -> Undelivered:
    response: Any = error.response
    status = getattr(response, "status_code", None) or getattr(response, "status", 0)
    data = getattr(response, "data", None)
    said = data.get("error") if isinstance(data, dict) else None
    after = seconds_asked(response.headers.get("Retry-After"), now)
    retry = said in FAILING or status in TRANSIENT
    if said is None:
        return Undelivered(f"Slack answered with HTTP {status}.", retry=retry, after=after)
    advice = f" ({ADVICE[said]})" if said in ADVICE else ""
    return Undelivered(f"Slack says {said}{advice}.", retry=retry, after=after)


def _blocks(message: Message) -> list[dict[str, Any]]:
    title = one_line(message.subject)[:LONGEST_HEADER]
    found: list[dict[str, Any]] = []
    if title:
        found.append({"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}})
    if text := _text(message):
        found.append({"type": "section", "text": {"type": "mrkdwn", "text": text}})
    return found


def _text(message: Message) -> str:
    """The text with the link to what it is about, without anything that Slack would take for a command."""
    text = _escaped(message.text.strip()[:LONGEST_TEXT])[:LONGEST_TEXT]
    link = _link(message)
    return f"{text}\n<{link}|Open in the browser>".strip() if link else text


def _link(message: Message) -> str | None:
    found = message.facts.get("url")
    if not isinstance(found, str) or not found.startswith(("https://", "http://")):
        return None
    return one_line(found).replace("&", "&amp;").replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")


def _escaped(text: str) -> str:
    """Text as text: `<!channel>` in a title calls nobody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
