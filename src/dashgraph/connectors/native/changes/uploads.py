"""Giving out addresses to send files to."""

import hashlib
import re
import secrets

from dashgraph.connectors.native.changes.desk import Desk, Done, Handler
from dashgraph.domain.changes import Change
from dashgraph.domain.formats.values import Limits
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.imports import check_may_import
from dashgraph.domain.problems import BadInput, TooMuch
from dashgraph.domain.uploads import KEPT, MOST_KEPT, CreateUpload
from dashgraph.store import uploads

SHA256 = re.compile(r"[0-9a-f]{64}")
NOT_UNDONE = "an upload is forgotten by itself"


async def create_upload(desk: Desk, wish: CreateUpload) -> Done:
    """Raises BadInput for what no file has, and TooMuch for a file, or files, that are more than is kept."""
    check_may_import(desk.viewer)
    limits = Limits()
    if not 1 <= wish.size <= limits.bytes:
        message = f"A file has 1 byte to {limits.megabytes} MB ({limits.bytes} bytes)."
        raise TooMuch(message, argument="size")
    if not SHA256.fullmatch(wish.sha256.lower()):
        message = "A SHA-256 is written as 64 hexadecimal digits."
        raise BadInput(message, argument="sha256")
    if await uploads.kept(desk.session, desk.me, desk.now) >= MOST_KEPT:
        message = f"At most {MOST_KEPT} uploads are kept for you at a time; each is forgotten after an hour."
        raise TooMuch(message)
    if desk.terms.dry_run:
        return Done(None, reason=NOT_UNDONE)
    secret = secrets.token_urlsafe(32)
    expires_at = desk.now + KEPT
    row = {
        "id": desk.operation,
        "hash": hashlib.sha256(secret.encode()).hexdigest(),
        "user_id": desk.me,
        "size": wish.size,
        "sha256": wish.sha256.lower(),
        "created_at": desk.now,
        "expires_at": expires_at,
    }
    await uploads.add(desk.session, row)
    upload = ResourceId(desk.source, Kind.OPERATION, desk.operation).encode()
    facts = {"upload": upload, "expires_at": expires_at.isoformat()}
    return Done(None, facts=facts, reason=NOT_UNDONE, told_once={"secret": secret})


HANDLERS: dict[type[Change], Handler] = {CreateUpload: create_upload}
