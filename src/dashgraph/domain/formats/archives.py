"""Several files as one: a `.zip` that is the same for the same files, and read no further than the limits."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO

from dashgraph.domain.formats.values import MEGABYTE, Limits
from dashgraph.domain.problems import BadDocument

MARK = b"PK\x03\x04"
ENDINGS = (".dash", ".json", ".yml", ".yaml")
MOST_FILES, MOST_MEGABYTES = 10_000, 16  # in one archive, unpacked
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first moment that an archive can name
READABLE, UNIX = 0o644 << 16, 3  # how files of that system are unpacked
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


def packed(files: Mapping[str, bytes]) -> bytes:
    """An archive of files by name; not compressed, which every machine does a little differently."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.external_attr, entry.create_system = READABLE, UNIX
            archive.writestr(entry, content)
    return target.getvalue()


def unpacked(data: bytes, limits: Limits) -> Iterator[tuple[str, bytes]]:
    """The documents in an archive, by name. Raises BadDocument for a broken one and for too much."""
    left = min(MOST_MEGABYTES, limits.megabytes) * MEGABYTE
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir() and is_document(one.filename)]
            if len(entries) > MOST_FILES:
                message = f"{len(entries)} files in one archive; at most {MOST_FILES} are taken"
                raise BadDocument(message)
            for entry in sorted(entries, key=lambda one: one.filename):
                with archive.open(entry) as file:
                    content = file.read(left + 1)
                left -= len(content)
                if left < 0:
                    message = f"The archive holds more than {MOST_MEGABYTES} MB when unpacked, the most that is taken"
                    raise BadDocument(message)
                yield entry.filename, content
    except BROKEN as error:
        message = "The archive is broken, or packed in a way that is not taken"
        raise BadDocument(message) from error


def is_document(name: str) -> bool:
    """Whether a file is named like a document. What begins with a dot is what tools keep for themselves."""
    hidden = any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
    return name.lower().endswith(ENDINGS) and not hidden
