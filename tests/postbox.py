"""A real mail server for the tests, and what it took in."""

import asyncio
import email
import email.policy
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from dashgraph.domain.secrets import Secret
from dashgraph.services.delivering.email import MailServer, Security

SENDER = "Bühne & Co <reports@bike.example>"


class Postbox:
    """Takes mail in, through a `Door`. `answers` are what it says to addresses, the next one each time.

    For those in `cut` it loses the connection, to those in `ignored` it never answers.
    """

    def __init__(self) -> None:
        self.taken: list[tuple[Session, Envelope]] = []
        self.answers: dict[str, list[str]] = {}
        self.cut: set[str] = set()
        self.ignored: set[str] = set()
        self.connections = 0

    @property
    def messages(self) -> list[EmailMessage]:
        return [email.message_from_bytes(one.content, policy=email.policy.default) for _, one in self.taken]  # type: ignore[misc]

    @property
    def addresses(self) -> list[list[str]]:
        return [one.rcpt_tos for _, one in self.taken]


class Door:
    """What the server's library calls. It looks at every member for each connection, so there are just these."""

    def __init__(self, box: Postbox) -> None:
        self._box = box

    async def handle_RCPT(self, server: SMTP, _session: Session, envelope: Envelope, address: str, _: Any) -> str:  # noqa: N802
        if address in self._box.cut:
            server.transport.abort()
        if address in self._box.ignored:
            await asyncio.Event().wait()
        if self._box.answers.get(address):
            answer = self._box.answers[address].pop(0)
            if not answer.startswith("250"):
                return answer
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self._box.taken.append((session, envelope))
        return "250 queued as 42"


@asynccontextmanager
async def running(postbox: Postbox, *, implicit: ssl.SSLContext | None = None, **more: Any) -> AsyncIterator[int]:
    """The port of a mail server."""

    def connected() -> SMTP:
        postbox.connections += 1
        return SMTP(Door(postbox), **{"hostname": "mail.bike.example", "enable_SMTPUTF8": True, **more})

    server = await asyncio.get_running_loop().create_server(connected, "127.0.0.1", 0, ssl=implicit)
    async with server:
        yield server.sockets[0].getsockname()[1]


def handed_in_at(port: int, security: Security = Security.NONE, **more: Any) -> MailServer:
    return MailServer("127.0.0.1", port, security, **{"sender": SENDER, "user": "", "password": Secret(""), **more})
