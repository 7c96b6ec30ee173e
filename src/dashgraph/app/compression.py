"""Compressing answers: with what, from which size, and how it is told."""

import asyncio
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import brotli
from aiohttp import hdrs, web

from dashgraph.app.negotiation import vary, weights

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd
try:
    from isal import isal_zlib
except ImportError:  # a machine that it is not made for
    isal_zlib = None  # type: ignore[assignment]

IDENTITY, ANY = "identity", "*"
GZIP_WINDOW = 31  # the largest, in gzip's own frame
LARGE = 128 * 1024  # bytes; takes a quarter of a millisecond, and more is not worth stopping everybody else for

# Levels for speed: of a megabyte of JSON they make a fifth to a quarter in 2 ms.
CODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "zstd": partial(zstd.compress, level=2),
    "br": partial(brotli.compress, quality=1),
    "gzip": partial((isal_zlib or zlib).compress, level=1, wbits=GZIP_WINDOW),
}


class Compression:
    def __init__(self, codings: str, least: int) -> None:
        """`codings` are separated by commas or spaces, the most liked first; `least` is a size in bytes."""
        self._codings = codings.replace(",", " ").split()
        self._least = least

    async def compressed(self, request: web.Request, response: web.Response) -> web.Response:
        """The response with its body in a coding that its client takes, if it takes one and the body is worth it.

        Who takes nothing that there is, not even the body as it is, gets it so: that helps more than a refusal.
        """
        body = response.body
        if not self._codings or not isinstance(body, bytes) or len(body) < self._least:
            return response
        vary(response, hdrs.ACCEPT_ENCODING)
        coding = chosen(self._codings, ",".join(request.headers.getall(hdrs.ACCEPT_ENCODING, [])))
        if coding is None:
            return response
        compress = CODINGS[coding]
        response.body = compress(body) if len(body) < LARGE else await asyncio.to_thread(compress, body)
        response.headers[hdrs.CONTENT_ENCODING] = coding
        return response


COMPRESSION = web.AppKey("compression", Compression)


async def compressed(request: web.Request, response: web.Response) -> web.Response:
    """The response as the application of this request compresses it."""
    return await request.app[COMPRESSION].compressed(request, response)


def chosen(codings: Sequence[str], accepted: str) -> str | None:
    """The coding that weighs most in Accept-Encoding, the first of several; None to leave the body as it is."""
    weighed = weights(accepted)
    rest = weighed.get(ANY, 0.0)
    best = max(codings, key=lambda coding: weighed.get(coding, rest))
    weight = weighed.get(best, rest)
    return best if weight > 0 and weight >= weighed.get(IDENTITY, rest) else None
