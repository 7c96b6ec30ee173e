"""E-mail, handed in to a real mail server on loopback."""

import email
import email.policy
import socket
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from hypothesis import given
from hypothesis import strategies as st

from dashgraph.app.build import opened
from dashgraph.app.settings import Settings
from dashgraph.domain.problems import BadInput
from dashgraph.domain.secrets import Secret
from dashgraph.domain.targets import Attachment, EmailTarget, Message
from dashgraph.services.delivering.answers import one_line
from dashgraph.services.delivering.email import MOST_LOSSES, Security, body, head
from delivering import MESSAGE, NOW, PICTURE, SHEET, Certificate, sinks
from postbox import SENDER, Postbox, handed_in_at, running

TARGET = EmailTarget(recipients=())
PASSWORD = "sesame-in-the-clear"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


async def test_a_mail_has_text_html_the_picture_and_the_files_and_nobody_sees_the_others(
    postbox: Postbox, certificate: Certificate
) -> None:
    async with running(postbox, tls_context=certificate.shown, require_starttls=True) as port:
        server = handed_in_at(port, Security.STARTTLS, trust=certificate.trusted)
        async with sinks(server) as out:
            receipts = await out.send(
                TARGET, replace(MESSAGE, inline=PICTURE), ["ann@bike.example", "bob@bike.example"]
            )

    assert [(one.recipient, one.delivered, one.answer) for one in receipts] == [
        ("ann@bike.example", True, "queued as 42"),
        ("bob@bike.example", True, "queued as 42"),
    ]
    assert postbox.addresses == [["ann@bike.example"], ["bob@bike.example"]]
    assert postbox.connections == 1
    assert [session.ssl is not None for session, _ in postbox.taken] == [True, True]
    first, second = postbox.messages
    assert (first["From"], first["To"]) == ("Bühne & Co <reports@bike.example>", "ann@bike.example")
    assert (first["Subject"], first["Auto-Submitted"]) == (MESSAGE.subject, "auto-generated")
    assert first["Date"].datetime == NOW
    assert first["Message-ID"] != second["Message-ID"]
    assert "bob" not in postbox.taken[0][1].content.decode()

    assert [part.get_content_type() for part in first.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    assert first.get_body(("plain",)).get_content().strip() == MESSAGE.text
    assert first.get_body(("html",)).get_content().strip() == MESSAGE.html
    picture = next(part for part in first.walk() if part.get_content_type() == "image/png")
    assert (picture["Content-ID"], picture.get_content_disposition()) == ("<picture>", "inline")
    assert picture.get_content() == PICTURE.content
    [file] = first.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("Umsatz März.pdf", SHEET.content)
    assert b"filename*=utf-8''Umsatz%20M%C3%A4rz.pdf" in postbox.taken[0][1].content


async def test_a_certificate_that_is_not_trusted_gets_no_mail(postbox: Postbox, certificate: Certificate) -> None:
    for security, more in ((Security.STARTTLS, {"tls_context": certificate.shown}), (Security.TLS, {})):
        implicit = certificate.shown if security is Security.TLS else None
        async with running(postbox, implicit=implicit, **more) as port, sinks(handed_in_at(port, security)) as out:
            [receipt] = await out.send(TARGET, MESSAGE, ["ann@bike.example"])

        assert (receipt.delivered, receipt.retry) == (False, False)
        assert "is not trusted: self-signed certificate" in receipt.answer
    assert postbox.taken == []


async def test_tls_from_the_start(postbox: Postbox, certificate: Certificate) -> None:
    async with (
        running(postbox, implicit=certificate.shown) as port,
        sinks(handed_in_at(port, Security.TLS, trust=certificate.trusted)) as out,
    ):
        [receipt] = await out.send(TARGET, MESSAGE, ["ann@bike.example"])

    assert receipt.delivered


async def test_a_server_that_cannot_encrypt_gets_no_mail_unless_that_is_wanted(postbox: Postbox) -> None:
    async with running(postbox) as port:
        async with sinks(handed_in_at(port, Security.STARTTLS)) as out:
            [refused] = await out.send(TARGET, MESSAGE, ["ann@bike.example"])
        assert postbox.taken == []
        async with sinks(handed_in_at(port, Security.NONE)) as out:
            [taken] = await out.send(TARGET, MESSAGE, ["ann@bike.example"])

    assert (refused.delivered, refused.retry) == (False, False)
    assert "STARTTLS extension not supported" in refused.answer
    assert taken.delivered


async def test_the_password_is_used_and_never_told(postbox: Postbox, certificate: Certificate) -> None:
    def known(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: LoginPassword) -> AuthResult:
        if given.password == PASSWORD.encode():
            return AuthResult(success=True)
        return AuthResult(success=False, handled=False, message=f"535 {given.password.decode()} is wrong")

    async with running(
        postbox, tls_context=certificate.shown, require_starttls=True, authenticator=known, auth_required=True
    ) as port:
        right = handed_in_at(
            port, Security.STARTTLS, trust=certificate.trusted, user="reports", password=Secret(PASSWORD)
        )
        wrong = replace(right, password=Secret("open-barley"))
        async with sinks(right) as out:
            [taken] = await out.send(TARGET, MESSAGE, ["ann@bike.example"])
        async with sinks(wrong) as out:
            refused = await out.send(TARGET, MESSAGE, ["ann@bike.example", "bob@bike.example"])

    assert taken.delivered
    assert [(one.delivered, one.retry) for one in refused] == [(False, False)] * 2
    assert refused[0].answer == "The mail server refused DASHGRAPH_SMTP_USER or its password (code 535)."
    assert "barley" not in repr([refused, wrong])
    assert PASSWORD not in repr([taken, right])
    assert len(postbox.taken) == 1


def test_a_password_that_could_be_read_along_is_refused() -> None:
    assert handed_in_at(25, Security.NONE).user == ""
    assert handed_in_at(25, Security.STARTTLS, user="reports", password=Secret(PASSWORD)).user == "reports"
    with pytest.raises(BadInput, match="DASHGRAPH_SMTP_SECURITY=starttls or tls") as refused:
        handed_in_at(25, Security.NONE, user="reports", password=Secret(PASSWORD))
    assert PASSWORD not in str(refused.value)


async def test_the_world_hands_mail_in_where_the_settings_say(postbox: Postbox, tmp_path: Path) -> None:
    where = {"database_url": str(tmp_path / "a.sqlite3"), "smtp_host": "127.0.0.1", "smtp_security": "none"}
    async with running(postbox) as port:
        async with opened(Settings(smtp_port=port, smtp_from=SENDER, **where)) as world:
            [taken] = await world.sinks.send(TARGET, MESSAGE, ["ann@bike.example"])
        async with opened(Settings(smtp_port=port, **where)) as world:
            [refused] = await world.sinks.send(TARGET, MESSAGE, ["ann@bike.example"])
        with pytest.raises(BadInput, match="DASHGRAPH_SMTP_SECURITY"):
            async with opened(Settings(smtp_port=port, smtp_from=SENDER, smtp_user="reports", **where)):
                pass

    assert (taken.delivered, refused.delivered) == (True, False)
    assert len(postbox.taken) == 1


@pytest.mark.parametrize("sender", ["", "Reports", "bühne@bike.example", "Reports <reports@bike..example>"])
def test_a_sender_that_cannot_be_is_refused(sender: str) -> None:
    with pytest.raises(BadInput):
        handed_in_at(25, sender=sender)


async def test_refused_recipients_are_told_one_by_one_in_the_words_of_the_server(postbox: Postbox) -> None:
    postbox.answers = {
        "gone@bike.example": ["550-5.1.1 Nobody here\r\n550 by that name"],
        "full@bike.example": ["452 4.2.2 Mailbox full"],
    }
    async with running(postbox) as port, sinks(handed_in_at(port)) as out:
        receipts = await out.send(
            TARGET, MESSAGE, ["gone@bike.example", "ann@bike.example", "full@bike.example", "bob@bike.example"]
        )

    assert [(one.recipient.partition("@")[0], one.delivered, one.retry) for one in receipts] == [
        ("gone", False, False),
        ("ann", True, False),
        ("full", False, True),
        ("bob", True, False),
    ]
    assert receipts[2].answer == "452 4.2.2 Mailbox full"
    assert receipts[0].answer == "550 5.1.1 Nobody here by that name"
    assert postbox.addresses == [["ann@bike.example"], ["bob@bike.example"]]
    assert postbox.connections == 1


async def test_a_repetition_has_the_same_message_id(postbox: Postbox) -> None:
    postbox.answers = {"ann@bike.example": ["421 4.3.2 Come back later", "250 fine", "250 fine"]}
    async with running(postbox) as port, sinks(handed_in_at(port)) as out:
        [later] = await out.send(TARGET, MESSAGE, ["ann@bike.example"])
        assert postbox.taken == []
        [first] = await out.send(TARGET, MESSAGE, ["ann@bike.example"])
    async with running(postbox) as port, sinks(handed_in_at(port), clock=lambda: NOW + timedelta(hours=1)) as out:
        [again] = await out.send(TARGET, MESSAGE, ["ann@bike.example"])
        [other] = await out.send(TARGET, replace(MESSAGE, key="another"), ["ann@bike.example"])

    assert (later.delivered, later.retry) == (False, True)
    assert first.delivered
    assert again.delivered
    assert other.delivered
    ids = [one["Message-ID"] for one in postbox.messages]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].endswith("@bike.example>")


async def test_a_connection_that_is_cut_costs_one_recipient_a_retry_and_the_others_nothing(postbox: Postbox) -> None:
    postbox.cut = {"cut@bike.example"}
    async with running(postbox) as port, sinks(handed_in_at(port)) as out:
        receipts = await out.send(TARGET, MESSAGE, ["ann@bike.example", "cut@bike.example", "bob@bike.example"])

    assert [(one.delivered, one.retry) for one in receipts] == [(True, False), (False, True), (True, False)]
    assert postbox.addresses == [["ann@bike.example"], ["bob@bike.example"]]
    assert postbox.connections == 2


async def test_a_recipient_without_an_answer_costs_the_others_nothing(postbox: Postbox) -> None:
    postbox.ignored = {"slow@bike.example"}
    async with running(postbox) as port, sinks(handed_in_at(port), seconds=1.0) as out:
        receipts = await out.send(TARGET, MESSAGE, ["slow@bike.example", "bob@bike.example"])

    assert [(one.delivered, one.retry) for one in receipts] == [(False, True), (True, False)]
    assert postbox.addresses == [["bob@bike.example"]]


async def test_a_server_that_keeps_cutting_is_left_alone(postbox: Postbox) -> None:
    everybody = [f"user{number}@bike.example" for number in range(10)]
    postbox.cut = set(everybody)
    async with running(postbox) as port, sinks(handed_in_at(port)) as out:
        receipts = await out.send(TARGET, MESSAGE, everybody)

    assert {(one.delivered, one.retry) for one in receipts} == {(False, True)}
    assert postbox.connections == MOST_LOSSES


async def test_where_nobody_listens_everybody_is_tried_again_later() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    async with sinks(handed_in_at(port)) as out:
        receipts = await out.send(TARGET, MESSAGE, ["ann@bike.example", "bob@bike.example"])

    assert [(one.delivered, one.retry) for one in receipts] == [(False, True)] * 2


async def test_a_silent_server_has_a_deadline() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        async with sinks(handed_in_at(silent.getsockname()[1]), seconds=0.05) as out:
            [receipt] = await out.send(TARGET, MESSAGE, ["ann@bike.example"])

    assert (receipt.delivered, receipt.retry) == (False, True)
    assert receipt.answer == "The mail server did not answer in time."


async def test_without_a_mail_server_each_recipient_is_told_so() -> None:
    async with sinks(None) as out:
        [receipt] = await out.send(TARGET, MESSAGE, ["ann@bike.example"])

    assert (receipt.delivered, receipt.retry) == (False, False)
    assert "DASHGRAPH_SMTP_HOST" in receipt.answer


async def test_domains_of_any_script_are_written_in_ascii_and_smtputf8_is_only_asked_for_where_needed(
    postbox: Postbox,
) -> None:
    async with running(postbox) as port, sinks(handed_in_at(port)) as out:
        receipts = await out.send(TARGET, MESSAGE, ["ann@Straße.example", "zoë@bike.example"])

    assert [one.delivered for one in receipts] == [True, True]
    assert postbox.addresses == [["ann@xn--strae-oqa.example"], ["zoë@bike.example"]]
    assert [one.smtp_utf8 for _, one in postbox.taken] == [False, True]
    assert postbox.taken[0][1].content.isascii()
    assert "To: zoë@bike.example\r\n".encode() in postbox.taken[1][1].content


async def test_a_server_without_smtputf8_costs_only_those_who_need_it(postbox: Postbox) -> None:
    async with running(postbox, enable_SMTPUTF8=False) as port, sinks(handed_in_at(port)) as out:
        receipts = await out.send(TARGET, MESSAGE, ["zoë@bike.example", "ann@bike.example"])

    assert [(one.delivered, one.retry) for one in receipts] == [(False, False), (True, False)]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "@bike.example",
        "ann@",
        "ann@bike..example",
        "ann@-bike.example",
        "ann@bike.example\r\nBcc: eve@bike.example",
        "ann@bike.example>\r\nRCPT TO:<eve@bike.example",
        "ann bob@bike.example",
        "ann@bike.example, bob@bike.example",
        "<ann@bike.example>",
        "ann\u2028@bike.example",
        "ann\u00ad@bike.example",
        "ann\x00@bike.example",
        "ann@[127.0.0.1]",
        f"{'a' * 65}@bike.example",
        "ann@bike.example SMTPUTF8",
    ],
)
async def test_what_is_no_address_goes_nowhere(postbox: Postbox, address: str) -> None:
    async with running(postbox) as port, sinks(handed_in_at(port)) as out:
        wrong, right = await out.send(TARGET, MESSAGE, [address, "ann@bike.example"])

    assert (wrong.recipient, wrong.delivered, wrong.retry) == (address, False, False)
    assert "\n" not in wrong.answer
    assert right.delivered
    assert postbox.addresses == [["ann@bike.example"]]


TRICKS = st.lists(
    st.one_of(
        st.text(st.characters(), max_size=80),
        st.sampled_from(
            [
                "\r\nBcc: eve@bike.example\r\n",
                "\n\n<p>",
                "=?utf-8?q?=0D=0ABcc:_eve=40bike.example?=",
                '"; name="',
                "\x85X: y",
            ]
        ),
    ),
    max_size=4,
).map("".join)


@given(subject=TRICKS, text=TRICKS, name=TRICKS, file=TRICKS, content_type=TRICKS)
def test_no_text_becomes_a_header(subject: str, text: str, name: str, file: str, content_type: str) -> None:
    server = handed_in_at(25, sender=f"{name} <reports@bike.example>")
    message = Message(
        key="k",
        subject=subject,
        text=text,
        html=text,
        attachments=(Attachment(file, content_type, b"x"),),
    )

    written = head(server, "ann@bike.example", "k", NOW) + body(message)

    found = email.message_from_bytes(written, policy=email.policy.compat32)
    assert found.keys() == [
        "From", "To", "Message-ID", "Date", "Subject", "Auto-Submitted", "Content-Type", "MIME-Version",
    ]  # fmt: skip
    decoded = email.header.make_header(email.header.decode_header(found["Subject"]))
    assert str(decoded) == one_line(subject)
    parts = list(found.walk())
    assert [part.get_content_maintype() for part in parts[:4]] == ["multipart", "multipart", "text", "text"]
    assert len(parts) == 5
    assert parts[4].keys() == ["Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Content-Disposition"]
    assert parts[4].get_payload(decode=True) == b"x"
    assert parts[4].get_filename()
    assert max(len(line) for line in written.split(b"\r\n")) <= 998
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert written.isascii()
