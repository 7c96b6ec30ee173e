"""The one door out: a message goes to a target, and what came of it comes back as receipts."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import aiohttp

from dashgraph.domain.problems import BadInput, Problem
from dashgraph.domain.targets import (
    AzureBlobTarget,
    EmailTarget,
    Message,
    Receipt,
    SftpTarget,
    SlackChannelTarget,
    SlackWebhookTarget,
    Target,
    WebhookTarget,
)
from dashgraph.services.delivering import webhook
from dashgraph.services.delivering.addresses import Guard, http_url
from dashgraph.services.delivering.answers import Undelivered, secrets_of, shown
from dashgraph.services.delivering.email import Mail, MailServer
from dashgraph.services.delivering.slack import Slack, SlackAddresses

MISSING = "This server cannot deliver there; whoever runs it installs what is missing: pip install 'dashgraph[{}]'"
LEAST_PAUSE = 1.0  # seconds, whatever a server asks for
MOST_PAUSES = 3


def utc_now() -> datetime:
    return datetime.now(UTC)


def place(target: Target) -> str:
    """Where a target is, for people; it holds no secret. E-mail is in many places: its receipts name each recipient."""
    match target:
        case SlackWebhookTarget():
            return "Slack webhook"
        case SlackChannelTarget():
            return f"Slack channel {target.channel}"
        case WebhookTarget():
            return _without_query(target.url)
        case SftpTarget():
            return f"sftp://{target.user}@{target.host}:{target.port}/{target.folder.lstrip('/')}"
        case AzureBlobTarget():
            return "/".join(
                [_without_query(target.account_url).rstrip("/"), target.container, target.prefix.strip("/")]
            )
        case _:
            return target.KIND.value


class Sinks:
    """Sends, and never raises for what a server does. Where no message goes twice, its key tells the repetition."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        guard: Guard,
        mail: MailServer | None,
        *,
        seconds: float,
        slack: SlackAddresses | None = None,
        clock: Callable[[], datetime] = utc_now,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`session` is from guarded_session. `seconds` is the time for one delivery, with its pauses; for each mail."""
        self._session = session
        self._guard = guard
        self._mail = Mail(mail, seconds=seconds, clock=clock)
        self._slack = Slack(session, slack or SlackAddresses())
        self._seconds = seconds
        self._clock = clock
        self._pause = pause

    async def send(self, target: Target, message: Message, recipients: Sequence[str] = ()) -> list[Receipt]:
        """One receipt for each recipient of an e-mail, in their order, and one for any other target."""
        if isinstance(target, EmailTarget):
            return await self._mail.send(message, recipients)
        try:
            answer, delivered, retry = await self._in_time(target, message), True, False
        except Undelivered as failure:
            answer, delivered, retry = failure.answer, False, failure.retry
        except Problem as problem:
            answer, delivered, retry = problem.message, False, False
        return [Receipt(place(target), delivered, shown(answer, *secrets_of(target)), retry)]

    async def _in_time(self, target: Target, message: Message) -> str:
        """What the server answered. Tries again where the server says when, and that is soon enough."""
        deadline = asyncio.get_running_loop().time() + self._seconds
        try:
            async with asyncio.timeout_at(deadline):
                for _ in range(MOST_PAUSES):
                    try:
                        return await self._once(target, message)
                    except Undelivered as failure:
                        left = deadline - asyncio.get_running_loop().time()
                        if not failure.retry or failure.after is None or failure.after >= left:
                            raise
                        await self._pause(max(failure.after, LEAST_PAUSE))
                return await self._once(target, message)
        except TimeoutError:
            message_ = f"It did not answer within {self._seconds:g} seconds."
            raise Undelivered(message_, retry=True) from None
        except (aiohttp.ClientError, OSError) as error:
            raise Undelivered(f"The connection failed: {error}", retry=True) from error

    async def _once(self, target: Target, message: Message) -> str:
        now = self._clock()
        match target:
            case SlackWebhookTarget():
                return await self._slack.send_text(target, message, now)
            case SlackChannelTarget():
                return await self._slack.send_files(target, message, now)
            case WebhookTarget():
                return await webhook.send(self._session, target, message, now)
            case SftpTarget():
                answer: str = await _extra("sftp", "sftp").send(self._guard, target, message)
                return answer
            case AzureBlobTarget():
                stored: str = await _extra("blob", "azure").send(self._session, target, message, now)
                return stored
            case _:
                raise Undelivered(f"There is no way to deliver to {target.KIND.value} targets.")


def _extra(module: str, extra: str) -> Any:
    """A module whose libraries are an extra and slow to load. Raises Undelivered when they are not installed."""
    try:
        return import_module(f"dashgraph.services.delivering.{module}")
    except ModuleNotFoundError:
        raise Undelivered(MISSING.format(extra)) from None


def _without_query(address: str) -> str:
    try:
        return str(http_url(address).with_user(None).with_query(None).with_fragment(None))
    except BadInput:
        return "an address that cannot be read"
