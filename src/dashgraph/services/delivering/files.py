"""The files of a message, and what they are called where they arrive."""

import hashlib
import re
from collections.abc import Iterator

from dashgraph.domain.targets import Attachment, Message
from dashgraph.services.delivering.answers import one_line

LONGEST_NAME = 150  # bytes, so that no file system, header or server minds
LONGEST_ENDING = 12
UNWANTED = re.compile(r'[/\\<>:"|?*]')  # by one file system or another
PLAIN_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")
CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*")
OCTETS = "application/octet-stream"


def files(message: Message) -> tuple[Attachment, ...]:
    """What is delivered where a message cannot show a picture in itself: the attachments, else the picture."""
    return message.attachments or (() if message.inline is None else (message.inline,))


def named(message: Message) -> Iterator[tuple[str, Attachment]]:
    """The files under names that no other delivery has and a repetition has again: they hold the key."""
    key = key_of(message)
    for number, file in enumerate(files(message), start=1):
        stem, ending = _parts(file.name)
        yield f"{stem}-{key}{'' if number == 1 else f'-{number}'}{ending}", file


def key_of(message: Message) -> str:
    """The key, as it can stand in names and headers."""
    if PLAIN_KEY.fullmatch(message.key):
        return message.key.replace("/", "-")
    return hashlib.sha256(_bytes(message.key)).hexdigest()


def name_of(file: Attachment) -> str:
    """The name of a file, fit for people, headers and file systems."""
    return "".join(_parts(file.name))


def content_type(file: Attachment) -> str:
    return file.content_type if CONTENT_TYPE.fullmatch(file.content_type) else OCTETS


def _parts(name: str) -> tuple[str, str]:
    name = UNWANTED.sub("_", one_line(name)).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if not stem or len(_bytes(ending)) >= LONGEST_ENDING:
        stem, dot, ending = name, "", ""
    return _bytes(stem)[:LONGEST_NAME].decode(errors="ignore").strip() or "file", dot + ending


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")
