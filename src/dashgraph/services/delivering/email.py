"""E-mail: one message for each recipient, so that nobody sees the others, over one connection for all of them.

A repetition has the same Message-ID, made of the message's key and the recipient: mail servers and programs that
know it show it once. The picture of a message stands in its HTML as `<img src="cid:picture">`.
"""

import asyncio
import hashlib
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime
from enum import StrEnum

import aiosmtplib

from dashgraph.domain.problems import BadInput
from dashgraph.domain.secrets import Secret
from dashgraph.domain.targets import Attachment, Message, Receipt
from dashgraph.services.delivering.answers import Undelivered, one_line, shown
from dashgraph.services.delivering.files import content_type, name_of
from dashgraph.services.delivering.mailboxes import mailbox

PICTURE = "picture"  # the Content-ID
NOT_SET_UP = "E-mail is not set up here; an administrator sets DASHGRAPH_SMTP_HOST and DASHGRAPH_SMTP_FROM."
MOST_LOSSES = 3  # of the connection, in a row; then the server is left alone for now
PLAIN_HEADER = 60  # characters that need no folding
SPECIAL = frozenset('=?"(),:;<>@[\\]')  # mean something in one header or another
PERMANENT = 500  # from here on an SMTP answer is final
# Not the newer policies: they read encoded words in a text that is set, and what those hold becomes other headers.
WRITTEN = compat32.clone(linesep="\r\n")


class Security(StrEnum):
    """How the connection is encrypted: after a plain greeting, from the start, or not at all."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in. Raises BadInput for what cannot be, and for a password that could be read along."""

    host: str
    port: int
    security: Security
    sender: str  # an address, or a name and an address: Reports <reports@example.com>
    user: str  # empty to hand mail in without signing in
    password: Secret
    trust: ssl.SSLContext | None = field(default=None, repr=False)  # None trusts what the machine trusts

    def __post_init__(self) -> None:
        if self.user and self.security is Security.NONE:
            message = "DASHGRAPH_SMTP_USER needs DASHGRAPH_SMTP_SECURITY=starttls or tls: no password goes unencrypted."
            raise BadInput(message)
        if not self.address.isascii():
            message = "DASHGRAPH_SMTP_FROM: the part before the @ must be ASCII, or many servers refuse every message."
            raise BadInput(message)

    @property
    def name(self) -> str:
        return self.sender.rpartition("<")[0].strip().strip('"')

    @property
    def address(self) -> str:
        return mailbox(self.sender.rpartition("<")[2].removesuffix(">"))

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


class Mail:
    def __init__(self, server: MailServer | None, *, seconds: float, clock: Callable[[], datetime]) -> None:
        """`seconds` is how long connecting may take, and each message."""
        self._server = server
        self._seconds = seconds
        self._clock = clock

    async def send(self, message: Message, recipients: Sequence[str]) -> list[Receipt]:
        """One receipt for each recipient, in their order."""
        if self._server is None:
            return [Receipt(recipient, delivered=False, answer=NOT_SET_UP) for recipient in recipients]
        written = await asyncio.to_thread(body, message)  # large files take their time
        outcomes = _Round(self._server, message.key, written, self._seconds, self._clock())
        try:
            return [await outcomes.deliver(recipient) for recipient in recipients]
        finally:
            await outcomes.close()


class _Round:
    """One message on its way to many, and the connection that it takes."""

    def __init__(self, server: MailServer, key: str, written: bytes, seconds: float, now: datetime) -> None:
        self._server = server
        self._key = key
        self._body = written
        self._now = now
        self._seconds = seconds
        self._losses = 0
        self._given_up: Undelivered | None = None
        self._client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=server.domain,
            timeout=None,  # ours is for a whole message, not for each command
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
            tls_context=None if server.security is Security.NONE else server.trust or ssl.create_default_context(),
        )

    async def deliver(self, recipient: str) -> Receipt:
        try:
            answer = await self._send(mailbox(recipient))
        except BadInput as problem:
            return Receipt(recipient, delivered=False, answer=problem.message)
        except Undelivered as failure:
            answer = shown(failure.answer, self._server.password)
            return Receipt(recipient, delivered=False, answer=answer, retry=failure.retry)
        return Receipt(recipient, delivered=True, answer=shown(answer))

    async def close(self) -> None:
        if self._client.is_connected:
            with suppress(aiosmtplib.SMTPException, OSError):
                async with asyncio.timeout(self._seconds):
                    await self._client.quit()
            self._client.close()

    async def _send(self, address: str) -> str:
        if self._given_up is not None:
            raise self._given_up
        if not self._client.is_connected:
            await self._connect()
        written = head(self._server, address, self._key, self._now) + self._body
        options = [] if address.isascii() else ["SMTPUTF8"]
        try:
            async with asyncio.timeout(self._seconds):
                _, answer = await self._client.sendmail(self._server.address, [address], written, mail_options=options)
        except (aiosmtplib.SMTPException, OSError) as error:
            if isinstance(error, TimeoutError):
                self._client.close()  # its answer may still come, and would be taken for that to the next command
            failure = _undelivered(error)
            self._note_loss(failure)
            raise failure from error
        self._losses = 0
        return answer

    async def _connect(self) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._client.connect()
                if self._server.user:
                    await self._client.login(self._server.user, self._server.password.text)
        except aiosmtplib.SMTPAuthenticationError as error:
            answer = f"The mail server refused DASHGRAPH_SMTP_USER or its password (code {error.code})."
            self._given_up = Undelivered(answer, retry=error.code < PERMANENT)
        except (aiosmtplib.SMTPException, OSError) as error:
            self._given_up = _undelivered(error)
        if self._given_up is not None:
            raise self._given_up

    def _note_loss(self, failure: Undelivered) -> None:
        self._losses = 0 if self._client.is_connected else self._losses + 1
        if self._losses == MOST_LOSSES:
            self._given_up = failure


def _undelivered(error: Exception) -> Undelivered:
    """What became of it, in the words of the server where it said any."""
    untrusted, retry = _certificate_error(error), False
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            return _undelivered(error.recipients[0])
        case aiosmtplib.SMTPResponseException():
            answer, retry = f"{error.code} {error.message}", error.code < PERMANENT
        case aiosmtplib.SMTPNotSupported():
            answer = "The mail server takes no addresses with characters beyond ASCII before the @."
        case _ if untrusted is not None:
            answer = f"The certificate of the mail server is not trusted: {untrusted.verify_message}."
        case TimeoutError():
            answer, retry = "The mail server did not answer in time.", True
        case OSError():  # of aiosmtplib too: a lost connection, or none
            answer, retry = f"The connection to the mail server failed: {error}", True
        case _:
            answer = f"The mail server cannot be used: {error}"
    return Undelivered(answer, retry=retry)


def _certificate_error(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__
    return error


def head(server: MailServer, address: str, key: str, now: datetime) -> bytes:
    """The headers that differ from recipient to recipient. The address is the only one that may be beyond ASCII."""
    sender = f"{_encoded(server.name, 'From')} <{server.address}>".strip()
    unique = hashlib.sha256(f"{key}\n{address}".encode(errors="replace")).hexdigest()[:40]
    lines = [
        f"From: {sender}",
        f"To: {address}",
        f"Message-ID: <{unique}@{server.domain}>",
        f"Date: {format_datetime(now)}",
    ]
    return "".join(line + "\r\n" for line in lines).encode()


def body(message: Message) -> bytes:
    """The headers that are the same for everybody, and the parts."""
    lines = f"Subject: {_encoded(message.subject, 'Subject')}\r\nAuto-Submitted: auto-generated\r\n"
    whole: MIMEBase = MIMEMultipart("alternative", _subparts=[_text(message.text, "plain"), _shown_html(message)])
    if message.attachments:
        whole = MIMEMultipart("mixed", _subparts=[whole, *(_file(one, "attachment") for one in message.attachments)])
    return lines.encode() + whole.as_bytes(policy=WRITTEN)


def _shown_html(message: Message) -> MIMEBase:
    page = _text(message.html, "html")
    if message.inline is None:
        return page
    picture = _file(message.inline, "inline")
    picture["Content-ID"] = f"<{PICTURE}>"
    return MIMEMultipart("related", _subparts=[page, picture])


def _text(text: str, kind: str) -> MIMEText:
    return MIMEText(text.encode(errors="replace").decode(), kind, "utf-8")


def _file(file: Attachment, disposition: str) -> MIMEBase:
    part = MIMEBase(*content_type(file).split("/"))
    part.set_payload(file.content)
    encode_base64(part)
    # Beyond ASCII it is written as RFC 2231 has it: filename*=utf-8''Umsatz%20M%C3%A4rz.pdf
    part.add_header("Content-Disposition", disposition, filename=name_of(file))
    return part


def _encoded(text: str, header: str) -> str:
    """The value of a header: as it is where that is safe, else in encoded words (RFC 2047)."""
    line = one_line(text)
    if line.isascii() and len(line) <= PLAIN_HEADER and not SPECIAL.intersection(line):
        return line
    return Header(line, "utf-8", header_name=header).encode(linesep="\r\n")
