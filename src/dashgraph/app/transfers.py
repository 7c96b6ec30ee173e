"""Files over plain HTTP, by addresses that `exportDashboards`, jobs and `createUpload` gave out."""

import asyncio
import re

from aiohttp import hdrs, web

from dashgraph.app import http
from dashgraph.app.compression import compressed
from dashgraph.domain.problems import BadInput, Problem
from dashgraph.services.downloads import Downloads
from dashgraph.services.exports import Exports
from dashgraph.services.uploads import Uploads

EXPORTS = web.AppKey("exports", Exports)
UPLOADS = web.AppKey("uploads", Uploads)
DOWNLOADS = web.AppKey("downloads", Downloads)
EXPORTS_PATH, UPLOADS_PATH, FILES_PATH, PASSWORD_PATH = "/exports/", "/uploads/", "/files/", "/password/"
UNSAFE = re.compile(r"[^A-Za-z0-9_.~-]")  # in the name of a file
CHUNK = 65536  # bytes


async def download(request: web.Request) -> web.Response:
    """GET /exports/<secret>: the file. The secret is the right; who got it is looked at again."""
    try:
        found = await request.app[EXPORTS].file(request.match_info["secret"])
    except Problem as problem:
        return http.refusal(http.Refused.of(problem))
    headers = _attached(found.name)
    if found.name.endswith(".zip"):
        return web.Response(body=found.content, content_type="application/zip", headers=headers)
    response = web.Response(body=found.content, content_type=http.PLAIN_JSON, charset="utf-8", headers=headers)
    return await compressed(request, response)


async def file(request: web.Request) -> web.StreamResponse:
    """GET /files/<secret>: the file that a job made, piece by piece."""
    try:
        found = await request.app[DOWNLOADS].file(request.match_info["secret"])
    except Problem as problem:
        return http.refusal(http.Refused.of(problem))
    response = web.StreamResponse(headers=_attached(found.name))
    response.headers[hdrs.CONTENT_TYPE] = found.content_type
    response.content_length = found.size
    await response.prepare(request)
    sent = 0
    async for piece in found.pieces:
        await response.write(piece)
        sent += len(piece)
    if sent < found.size and request.transport is not None:
        request.transport.abort()  # it was taken away meanwhile: who downloads sees that it is not whole
    return response


def _attached(name: str) -> dict[str, str]:
    safe = UNSAFE.sub("_", name)
    return {
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{safe}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


async def upload(request: web.Request) -> web.Response:
    """PUT /uploads/<secret>: the file that was announced, and no other. 204 when it is kept."""
    uploads, secret = request.app[UPLOADS], request.match_info["secret"]
    try:
        size = await uploads.size(secret)
        await uploads.receive(secret, await _body(request, size))
    except Problem as problem:
        return http.refusal(http.Refused.of(problem))
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


def without_secret(path: str) -> str:
    """The path as a log may have it."""
    secret = (EXPORTS_PATH, UPLOADS_PATH, FILES_PATH, PASSWORD_PATH)
    return next((f"{start}***" for start in secret if path.startswith(start)), path)
