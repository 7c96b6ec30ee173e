"""SFTP, to a real SSH server on loopback."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from dashgraph.domain.secrets import Secret
from dashgraph.domain.targets import Attachment, Message, Receipt, SftpTarget
from delivering import MESSAGE, PICTURE, SHEET, sinks

PASSWORD = "spokes-and-rims"
NAME = "Umsatz März-0f1e2d3c.pdf"


class Account(asyncssh.SSHServer):
    """Lets `reports` in, with the password or with the key."""

    key: asyncssh.SSHKey | None = None

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("reports", PASSWORD)

    def public_key_auth_supported(self) -> bool:
        return self.key is not None

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == "reports" and key == self.key


class Folder(asyncssh.SFTPServer):
    """A folder on this machine. It notes what is renamed, and fails where it was told to."""

    def __init__(self, channel: Any, server: "Server") -> None:
        super().__init__(channel, chroot=str(server.root).encode())
        self.server = server

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        if self.server.failing:
            raise self.server.failing.pop()
        return super().open(path, pflags, attrs)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        if not self.server.replaces:
            raise asyncssh.SFTPOpUnsupported("no such extension")
        self.server.renamed.append((oldpath.decode(), newpath.decode()))
        return super().posix_rename(oldpath, newpath)


class Server:
    def __init__(self, root: Path, target: SftpTarget) -> None:
        self.root = root
        self.target = target
        self.renamed: list[tuple[str, str]] = []
        self.failing: list[Exception] = []
        self.replaces = True  # a file by renaming another

    @property
    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.root / "in").iterdir()}


@pytest.fixture(scope="module")
def host_key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture(scope="module")
def own_key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")


def known(key: asyncssh.SSHKey, host: str = "") -> str:
    return f"{host} {key.export_public_key().decode().strip()}".strip()


@asynccontextmanager
async def running(root: Path, host_key: asyncssh.SSHKey, own_key: asyncssh.SSHKey) -> AsyncIterator[Server]:
    (root / "in").mkdir()
    account = type("Account", (Account,), {"key": own_key.convert_to_public()})
    target = SftpTarget(
        host="127.0.0.1", user="reports", folder="/in", host_key=known(host_key), password=Secret(PASSWORD)
    )
    found = Server(root, target)

    def folder(channel: Any) -> Folder:
        return Folder(channel, found)

    listener = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[host_key], server_factory=account, sftp_factory=folder
    )
    async with listener:
        found.target = replace(target, port=listener.get_port())
        yield found


@pytest.fixture
async def server(tmp_path: Path, host_key: asyncssh.SSHKey, own_key: asyncssh.SSHKey) -> AsyncIterator[Server]:
    async with running(tmp_path, host_key, own_key) as found:
        yield found


async def sent(target: SftpTarget, message: Message = MESSAGE, **more: Any) -> Receipt:
    async with sinks(**more) as out:
        [receipt] = await out.send(target, message)
    assert PASSWORD not in repr([receipt, target])
    return receipt


async def test_a_file_is_written_beside_its_place_and_then_renamed(server: Server) -> None:
    receipt = await sent(server.target)

    assert (receipt.delivered, receipt.answer) == (True, f"stored as {NAME}")
    assert receipt.recipient == f"sftp://reports@127.0.0.1:{server.target.port}/in"
    assert server.files == {NAME: SHEET.content}
    assert [(old.rpartition("/")[2], new.rpartition("/")[2]) for old, new in server.renamed] == [(f"{NAME}.part", NAME)]


async def test_a_repetition_leaves_the_file_and_mends_one_of_another_size(server: Server) -> None:
    first = await sent(server.target)
    again = await sent(server.target)
    assert (first.delivered, again.delivered) == (True, True)
    assert len(server.renamed) == 1

    (server.root / "in" / NAME).write_bytes(b"half")
    (server.root / "in" / f"{NAME}.part").write_bytes(b"left by an attempt that died" * 99)
    mended = await sent(server.target)

    assert mended.delivered
    assert server.files == {NAME: SHEET.content}


async def test_a_server_whose_renaming_replaces_nothing_keeps_one_file_too(server: Server) -> None:
    server.replaces = False
    first = await sent(server.target)
    (server.root / "in" / NAME).write_bytes(b"half")
    mended = await sent(server.target)

    assert (first.delivered, mended.delivered) == (True, True)
    assert server.files == {NAME: SHEET.content}


async def test_another_delivery_is_another_file_and_two_files_of_one_name_are_two(server: Server) -> None:
    await sent(server.target)
    await sent(server.target, replace(MESSAGE, key="4b5a/6978"))
    twice = replace(MESSAGE, key="88", attachments=(SHEET, replace(SHEET, content=b"other")))
    await sent(server.target, twice)

    assert sorted(server.files) == [NAME, "Umsatz März-4b5a-6978.pdf", "Umsatz März-88-2.pdf", "Umsatz März-88.pdf"]


async def test_a_key_lets_in_too(server: Server, own_key: asyncssh.SSHKey) -> None:
    with_key = replace(server.target, password=None, private_key=Secret(own_key.export_private_key().decode()))
    other = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()

    assert (await sent(with_key)).delivered
    refused = await sent(replace(with_key, private_key=Secret(other)))
    assert (refused.delivered, refused.retry) == (False, False)
    assert "refuses the user" in refused.answer


async def test_a_server_with_another_host_key_gets_neither_password_nor_file(
    server: Server, own_key: asyncssh.SSHKey
) -> None:
    receipt = await sent(replace(server.target, host_key=known(own_key)))

    assert (receipt.delivered, receipt.retry) == (False, False)
    assert "another host key" in receipt.answer
    assert server.files == {}


@pytest.mark.parametrize("host", ["", "files.example", "[127.0.0.1]:2222", "|1|abc=|def=", "# comment\nfiles.example"])
async def test_the_key_may_be_given_as_a_line_of_known_hosts(
    server: Server, host_key: asyncssh.SSHKey, host: str
) -> None:
    assert (await sent(replace(server.target, host_key=known(host_key, host)))).delivered


@pytest.mark.parametrize("line", ["", "  \n# only words", "files.example ssh-ed25519 AAAA", "@cert-authority * x", "*"])
async def test_without_a_host_key_nothing_is_sent(server: Server, line: str) -> None:
    receipt = await sent(replace(server.target, host_key=line))

    assert (receipt.delivered, receipt.retry) == (False, False)
    assert "ssh-keyscan" in receipt.answer
    assert server.files == {}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": Secret("wrong-guess")}, "refuses the user"),
        ({"user": "stranger"}, "refuses the user"),
        ({"password": None}, "neither a password nor a private key"),
        ({"private_key": Secret("nonsense")}, "private key cannot be read"),
        ({"folder": "/nowhere"}, "no folder '/nowhere'"),
        ({"host": "10.0.0.1"}, "DASHGRAPH_ALLOWED_PRIVATE_HOSTS"),
        ({"host": "2130706433"}, "in its usual form"),
    ],
)
async def test_what_cannot_be_sent_says_what_to_do(server: Server, change: dict[str, Any], words: str) -> None:
    receipt = await sent(replace(server.target, **change))

    assert (receipt.delivered, receipt.retry) == (False, False)
    assert words in receipt.answer
    assert "wrong-guess" not in receipt.answer
    assert server.files == {}


async def test_a_key_with_a_passphrase_says_what_to_do(server: Server, own_key: asyncssh.SSHKey) -> None:
    locked = Secret(own_key.export_private_key("pkcs8-pem", passphrase="chain").decode())
    receipt = await sent(replace(server.target, password=None, private_key=locked))

    assert (receipt.delivered, receipt.retry) == (False, False)
    assert "without a passphrase" in receipt.answer


@pytest.mark.parametrize(
    ("failure", "retry"),
    [
        (asyncssh.SFTPPermissionDenied("not here"), False),
        (asyncssh.SFTPFailure("disk full"), True),
        (asyncssh.SFTPConnectionLost("gone"), True),
    ],
)
async def test_what_the_server_fails_at_leaves_no_file(server: Server, failure: Exception, *, retry: bool) -> None:
    server.failing.append(failure)

    failed = await sent(server.target)

    assert (failed.delivered, failed.retry) == (False, retry)
    assert server.files == {}
    assert (await sent(server.target)).delivered


async def test_where_nobody_listens_or_answers_it_is_tried_again_later(server: Server) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        elsewhere = replace(server.target, port=silent.getsockname()[1])
        unanswered = await sent(elsewhere, seconds=0.05)
    refused = await sent(elsewhere)

    assert [(one.delivered, one.retry) for one in (unanswered, refused)] == [(False, True)] * 2


@pytest.mark.parametrize("words", [b"", b"SSH-2.0-x\r\n", b"SSH-2.0-x\r\n" + b"\xff" * 64, b"HTTP/1.1 400\r\n" * 9])
async def test_a_server_that_speaks_no_ssh_gets_nothing(server: Server, words: bytes) -> None:
    async def babble(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        writer.close()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as other:
        receipt = await sent(replace(server.target, port=other.sockets[0].getsockname()[1]))

    assert not receipt.delivered
    assert receipt.answer.isprintable()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "..", "", "a\nb", "con\0trol", "x" * 500, "🚲" * 99]
)
async def test_a_file_lands_in_the_folder_whatever_it_is_called(server: Server, name: str) -> None:
    receipt = await sent(server.target, replace(MESSAGE, attachments=(Attachment(name, "text/csv", b"1"),)))

    assert receipt.delivered
    assert list(server.files.values()) == [b"1"]
    assert sorted(path.name for path in server.root.iterdir()) == ["in"]
    assert next(iter(server.files)).isprintable()


async def test_a_message_without_a_file_is_refused_and_a_picture_is_one(server: Server) -> None:
    nothing = await sent(server.target, replace(MESSAGE, attachments=()))
    picture = await sent(server.target, replace(MESSAGE, attachments=(), inline=PICTURE))

    assert (nothing.delivered, nothing.retry) == (False, False)
    assert picture.delivered
    assert server.files == {"Umsatz-0f1e2d3c.png": PICTURE.content}


def test_without_the_extra_everything_else_works_and_the_receipt_names_it() -> None:
    code = """
import asyncio, sys
sys.modules["asyncssh"] = sys.modules["azure"] = None
from delivering import MESSAGE, sinks
from dashgraph.domain.targets import AzureBlobTarget, SftpTarget

async def main():
    async with sinks() as out:
        for target in (
            SftpTarget(host="a", user="b", folder="c", host_key="d"), AzureBlobTarget(account_url="a", container="b")
        ):
            print(await out.send(target, MESSAGE))

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parent
    )

    sftp, azure = done.stdout.splitlines()
    assert "delivered=False" in sftp
    assert "pip install 'dashgraph[sftp]'" in sftp
    assert "pip install 'dashgraph[azure]'" in azure
