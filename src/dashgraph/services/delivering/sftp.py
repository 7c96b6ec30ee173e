"""SFTP: each file is written beside its place and then renamed, so that nobody ever reads half of one.

The final name holds the key of the message: a repetition finds the file there, and leaves it when the size is right.
"""

import asyncssh
from asyncssh.public_key import SSHKey

from dashgraph.domain.targets import Attachment, Message, SftpTarget
from dashgraph.services.delivering.addresses import Guard
from dashgraph.services.delivering.answers import Undelivered
from dashgraph.services.delivering.files import named

NO_HOST_KEY = "The host key is no line of known_hosts; take it from: ssh-keyscan HOST"


async def send(guard: Guard, target: SftpTarget, message: Message) -> str:
    """Put the files into the folder. Raises Undelivered, and OSError when there is no connection."""
    found = list(named(message))
    if not found:
        raise Undelivered("There is no file to deliver; choose a format that makes one.")
    trusted, own = _host_keys(target.host_key), _own_keys(target)
    try:
        with await guard.connect(target.host, target.port) as connected:
            async with (
                asyncssh.connect(
                    target.host,
                    target.port,
                    sock=connected,
                    config=None,
                    known_hosts=(trusted, [], []),
                    username=target.user,
                    password=target.password.text if target.password else None,
                    client_keys=own,
                    agent_path=None,
                    x509_trusted_certs=None,
                    gss_host=None,
                ) as connection,
                connection.start_sftp_client() as sftp,
            ):
                for name, file in found:
                    await _put(sftp, target.folder, name, file)
    except asyncssh.Error as error:
        raise _undelivered(error, target) from error
    return "stored as " + ", ".join(name for name, _ in found)


async def _put(sftp: asyncssh.SFTPClient, folder: str, name: str, file: Attachment) -> None:
    place = sftp.encode(folder.rstrip("/") + "/" + name) if folder else sftp.encode(name)
    if await _size(sftp, place) == len(file.content):
        return
    part = place + b".part"
    async with sftp.open(part, "wb") as written:
        await written.write(file.content)
    try:
        await sftp.posix_rename(part, place)
    except asyncssh.SFTPOpUnsupported:  # then renaming does not replace
        if await sftp.exists(place):
            await sftp.remove(place)
        await sftp.rename(part, place)


async def _size(sftp: asyncssh.SFTPClient, place: bytes) -> int | None:
    try:
        return (await sftp.stat(place)).size
    except asyncssh.SFTPNoSuchFile:
        return None


def _host_keys(text: str) -> list[SSHKey]:
    """The keys in lines of known_hosts, whichever names stand before them: the server must hold one of them."""
    found = []
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0].startswith("@"):
            raise Undelivered(NO_HOST_KEY)
        for start in range(min(2, len(words))):
            try:
                found.append(asyncssh.import_public_key(" ".join(words[start:])))
                break
            except asyncssh.KeyImportError:
                continue
        else:
            raise Undelivered(NO_HOST_KEY)
    if not found:
        raise Undelivered(NO_HOST_KEY)
    return found


def _own_keys(target: SftpTarget) -> list[asyncssh.SSHKey] | None:
    if target.private_key is None:
        if target.password is None:
            raise Undelivered("The SFTP target has neither a password nor a private key; give it one.")
        return None
    try:
        return [asyncssh.import_private_key(target.private_key.text)]
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        message = "The private key cannot be read; give it in OpenSSH or PEM form, without a passphrase."
        raise Undelivered(message) from None


def _undelivered(error: asyncssh.Error, target: SftpTarget) -> Undelivered:
    retry = False
    match error:
        case asyncssh.HostKeyNotVerifiable():
            answer = "The server shows another host key than the target has. If that is on purpose, give the new one."
        case asyncssh.PermissionDenied():
            answer = "The server refuses the user, or its password or key."
        case asyncssh.KeyExchangeFailed() | asyncssh.ProtocolNotSupported() | asyncssh.ProtocolError():
            answer = f"The server does not speak SSH as we do: {error.reason}"
        case asyncssh.ChannelOpenError():
            answer = f"The server offers no SFTP: {error.reason}"
        case asyncssh.SFTPNoSuchFile() | asyncssh.SFTPNoSuchPath() | asyncssh.SFTPNotADirectory():
            answer = f"There is no folder {target.folder!r} on the server."
        case asyncssh.SFTPPermissionDenied() | asyncssh.SFTPWriteProtect() | asyncssh.SFTPOpUnsupported():
            answer = f"The server does not let {target.user!r} write into the folder: {error.reason}"
        case _:
            answer, retry = f"The server failed: {error.reason}", True
    return Undelivered(answer, retry=retry)
