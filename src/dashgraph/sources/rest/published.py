"""What a server publishes for everybody under an address: a small JSON document, fetched with care."""

import asyncio
import json
from typing import Any

import aiohttp

from dashgraph.sources.rest.session import Session

LARGEST = 256 * 1024  # bytes
SECONDS = 5
OK = 200


class Unpublished(Exception):
    """There is no such document to be had. The text says why, without anything of the answer."""


async def document(session: Session, url: str) -> Any:
    """The JSON under an address. Redirects are not followed: the address is what was trusted. Raises Unpublished."""
    try:
        async with asyncio.timeout(SECONDS), session.get(url, allow_redirects=False) as answer:
            if answer.status != OK:
                message = f"it answers {answer.status}"
                raise Unpublished(message)
            content = bytearray()
            async for piece in answer.content.iter_any():
                content += piece
                if len(content) > LARGEST:
                    message = f"it is larger than {LARGEST} bytes"
                    raise Unpublished(message)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        message = f"it does not answer ({type(error).__name__})"
        raise Unpublished(message) from error
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        message = "it is not JSON"
        raise Unpublished(message) from error
