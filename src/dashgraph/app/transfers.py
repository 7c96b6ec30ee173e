"""Documents over plain HTTP, by addresses that `exportDashboards` and `createUpload` gave out."""

import asyncio
import re

from aiohttp import hdrs, web

from dashgraph.app import http
from dashgraph.domain.problems import BadInput, Forbidden, NotFound, Problem
from dashgraph.graph import errors
from dashgraph.services.exports import Exports
from dashgraph.services.uploads import Uploads

EXPORTS = web.AppKey("exports", Exports)
UPLOADS = web.AppKey("uploads", Uploads)
EXPORTS_PATH, UPLOADS_PATH = "/exports/", "/uploads/"
UNSAFE = re.compile(r"[^A-Za-z0-9_.~-]")  # in the name of a file
CHUNK = 65536  # bytes
STATUS: dict[type[Problem], int] = {NotFound: 404, BadInput: 400, Forbidden: 403}


async def download(request: web.Request) -> web.Response:
    """GET /exports/<secret>: the file. The secret is the right; who got it is looked at again."""
    try:
        file = await request.app[EXPORTS].file(request.match_info["secret"])
    except Problem as problem:
        return _said(problem)
    name = UNSAFE.sub("_", file.name)
    headers = {
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return web.Response(body=file.content, content_type=http.PLAIN_JSON, charset="utf-8", headers=headers)


async def upload(request: web.Request) -> web.Response:
    """PUT /uploads/<secret>: the file that was announced, and no other. 204 when it is kept."""
    uploads, secret = request.app[UPLOADS], request.match_info["secret"]
    try:
        size = await uploads.size(secret)
        await uploads.receive(secret, await _body(request, size))
    except Problem as problem:
        return _said(problem)
    return web.Response(status=204)


async def _body(request: web.Request, size: int) -> bytes:
    """The body, read no further than one byte past the size. The limit of requests does not hold here."""
    seconds = request.app[http.LIMITS].body_seconds
    content = bytearray()
    try:
        while len(content) <= size:
            async with asyncio.timeout(seconds):
                part = await request.content.read(CHUNK)
            if not part:
                break
            content += part
    except TimeoutError:
        message = f"Nothing of the file arrived for {seconds:g} seconds; send it again."
        raise BadInput(message) from None
    except (web.RequestPayloadError, ConnectionError):
        message = "The file did not arrive whole; send it again."
        raise BadInput(message) from None
    return bytes(content)


def _said(problem: Problem) -> web.Response:
    status = next((status for kind, status in STATUS.items() if isinstance(problem, kind)), 503)
    body = http.encoded({"errors": [errors.problem(problem)]})
    return web.Response(status=status, body=body, content_type=http.PLAIN_JSON, charset="utf-8")


def without_secret(path: str) -> str:
    """The path as a log may have it."""
    return next((f"{start}***" for start in (EXPORTS_PATH, UPLOADS_PATH) if path.startswith(start)), path)
