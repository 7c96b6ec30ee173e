"""Webhooks: a signed POST of JSON. Whoever receives it can tell that it is ours, recent, and not a repetition.

The body is one JSON object: `key`, `subject`, `text`, `html`, `facts`, and `files`, each with `name`, `contentType`,
`size` (bytes) and `content` (base64). JSON, because every receiver can read it, and because what is signed is then
simply the body. Three headers come with it:

- `Idempotency-Key`: the same whenever the same delivery is tried again; it is the `key` in the body, which is signed;
- `X-Dashgraph-Timestamp`: when this attempt was made, in seconds since 1970;
- `X-Dashgraph-Signature`: `v1=` and the HMAC-SHA256, in hexadecimal, of the timestamp, a dot and the body.

README shows how to check them. Only an answer from 200 to 299 means delivered.
"""

import asyncio
import base64
import hashlib
import hmac
import io
import json
from contextlib import suppress
from datetime import datetime
from typing import Any

import aiohttp
from yarl import URL

from dashgraph.domain.secrets import Secret
from dashgraph.domain.targets import Message, WebhookTarget
from dashgraph.services.delivering.addresses import http_url
from dashgraph.services.delivering.answers import Undelivered, http_answer, seconds_asked
from dashgraph.services.delivering.files import content_type, files, key_of, name_of

MOST_MEGABYTES = 20  # of files, before base64
READ, READ_SECONDS = 2000, 5  # bytes of an answer, and how long they may take; the rest is of no interest


async def send(session: aiohttp.ClientSession, target: WebhookTarget, message: Message, now: datetime) -> str:
    """What the server answered. Raises Undelivered."""
    if target.key is None:
        raise Undelivered("The webhook has no key to sign with; give it one.")
    url = http_url(target.url)
    if url.user is not None:
        raise Undelivered("The address of the webhook holds a name or a password, which everybody could read.")
    if sum(len(file.content) for file in files(message)) > MOST_MEGABYTES * 1024 * 1024:
        raise Undelivered(f"The files are larger than {MOST_MEGABYTES} MB together; send them by SFTP or Azure.")
    body = _body(message)
    timestamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": key_of(message),
        "X-Dashgraph-Timestamp": timestamp,
        "X-Dashgraph-Signature": f"v1={signature(target.key, timestamp, body)}",
    }
    return await post(session, url, body, headers, now)


def signature(key: Secret, timestamp: str, body: bytes) -> str:
    return hmac.new(key.text.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


async def post(session: aiohttp.ClientSession, url: URL, body: bytes, headers: dict[str, str], now: datetime) -> str:
    """What a server answered that took it. Raises Undelivered."""
    async with session.post(url, data=io.BytesIO(body), headers=headers) as response:
        words = b""
        with suppress(aiohttp.ClientError, TimeoutError):  # the status has said it all
            async with asyncio.timeout(READ_SECONDS):
                words = await response.content.read(READ)
        try:
            return http_answer(response.status, f"{response.reason or ''} {words.decode(errors='replace')}")
        except Undelivered as failure:
            failure.after = seconds_asked(response.headers.get("Retry-After"), now)
            raise


def _body(message: Message) -> bytes:
    found: dict[str, Any] = {
        "key": key_of(message),
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "facts": dict(message.facts),
        "files": [
            {
                "name": name_of(file),
                "contentType": content_type(file),
                "size": len(file.content),
                "content": base64.b64encode(file.content).decode(),
            }
            for file in files(message)
        ],
    }
    return json.dumps(found).encode()
