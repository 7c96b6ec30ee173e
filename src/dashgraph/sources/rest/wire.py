"""The border of the HTTP library: one request, one bounded answer, and every failure in our words."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urlencode

import aiohttp
import orjson
from yarl import URL

from dashgraph.domain.problems import SourceFailed, SourceUnavailable
from dashgraph.sources.rest.addresses import Params, checked, under
from dashgraph.sources.rest.answers import Answer

Form: TypeAlias = Sequence[tuple[str, str]]

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    url: URL = field(repr=False)  # with the values of the query, which are nobody's business
    body: bytes | None = field(repr=False)
    headers: Mapping[str, str]


class Wire:
    """Requests to one system and nowhere else. What goes wrong is a SourceUnavailable or a SourceFailed."""

    def __init__(self, session: aiohttp.ClientSession, source: str, base: str) -> None:
        self._session = session
        self._source = source
        self._base = checked(base, source)

    def request(
        self,
        method: str,
        path: str,
        params: Params = (),
        *,
        json: Any = None,
        form: Form | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Request:
        """A request with JSON or a form as its body, or with none. Raises BadId for a path that leads away."""
        shown = {"Accept": "application/json, */*;q=0.1", **(headers or {})}
        body = None
        if json is not None:
            body, shown["Content-Type"] = orjson.dumps(json), "application/json"
        elif form is not None:
            body, shown["Content-Type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
        return Request(method, path, under(self._base, path, params), body, shown)

    async def whole(self, request: Request, headers: Mapping[str, str], *, largest: int, seconds: float) -> Answer:
        """The whole answer, of `largest` bytes at most. Raises TimeoutError after so many seconds."""
        async with asyncio.timeout(seconds), self.opened(request, headers, seconds=seconds) as response:
            chunks = [chunk async for chunk in self.chunks(response, largest=largest, silence=seconds)]
            return self.answer(request, response, b"".join(chunks))

    @asynccontextmanager
    async def opened(
        self, request: Request, headers: Mapping[str, str], *, seconds: float, elsewhere: bool = False
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """An answer of which the head has come. Raises TimeoutError after so many seconds. A redirect is none."""
        signed = {**request.headers, **headers}
        async with self._asking(request.method, request.url, request.body, signed, seconds) as response:
            if response.status not in REDIRECTS:
                yield response
                return
            to = self._led_to(response, elsewhere=elsewhere)
        async with self._asking("GET", to, None, request.headers, seconds) as response:
            if response.status in REDIRECTS:
                raise self._astray(response)
            yield response

    async def chunks(
        self, response: aiohttp.ClientResponse, *, largest: int | None, silence: float
    ) -> AsyncIterator[bytes]:
        """The unpacked body piece by piece. Ends in a problem when it is too large, silent too long, or cut."""
        size = 0
        try:
            while True:
                async with asyncio.timeout(silence):
                    chunk = await response.content.readany()
                if not chunk:
                    return
                size += len(chunk)
                if largest is not None and size > largest:
                    message = f"{self._source} answered more than {largest / MEGABYTE:.3g} MB; ask it for less."
                    raise SourceFailed(message, source=self._source)
                yield chunk
        except TimeoutError:
            message = f"{self._source} fell silent for {silence:.3g} s in the middle of its answer; try again."
            raise SourceUnavailable(message, source=self._source) from None
        except (aiohttp.ClientError, OSError) as error:
            raise self._failure(error, response.url) from None

    def answer(self, request: Request, response: aiohttp.ClientResponse, body: bytes) -> Answer:
        return Answer(self._source, request.path, response.status, response.headers, body)

    @asynccontextmanager
    async def _asking(
        self, method: str, url: URL, body: bytes | None, headers: Mapping[str, str], seconds: float
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        asked = self._session.request(
            method,
            url,
            data=body,
            headers=headers,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=None),  # the waits are ours
            middlewares=(_once,),
        )
        try:
            async with asyncio.timeout(seconds):
                response = await asked
        except TimeoutError:  # also one of the library's own, which is an OSError too
            raise
        except (aiohttp.ClientError, OSError, _Cut) as error:
            raise self._failure(error, url) from None
        try:
            yield response
        finally:
            response.release()

    def _led_to(self, response: aiohttp.ClientResponse, *, elsewhere: bool) -> URL:
        """Where a redirect leads, if it may be followed: to a place as well guarded as this one."""
        location = response.headers.get("Location", "")
        with suppress(ValueError):
            to = URL(location, encoded=True)  # as it is: it may be signed
            if elsewhere and location.isascii() and to.host and to.scheme in {"https", self._base.scheme}:
                return to
        raise self._astray(response)

    def _astray(self, response: aiohttp.ClientResponse) -> SourceFailed:
        try:
            host = URL(response.headers.get("Location", "")).host or self._base.host
        except ValueError:
            host = "nowhere"
        message = f"{self._source} leads away, to {str(host)[:200]} (HTTP {response.status}), which is not followed"
        return SourceFailed(f"{message}; look whether its url is the final one.", source=self._source)

    def _failure(self, error: Exception, url: URL) -> SourceUnavailable:
        """One line that says what to look at. No text of the library: it may quote what came."""
        where = f"{url.host}:{url.port}"
        kind: type[SourceUnavailable] = SourceFailed
        match error:
            case aiohttp.ClientConnectorCertificateError() | ssl.SSLCertVerificationError():
                reason = getattr(getattr(error, "certificate_error", error), "verify_message", "") or "not trusted"
                told = f"shows a certificate for {where} that is not accepted ({reason}); look at its url, and whether"
                told += " this machine trusts its issuer."
            case aiohttp.ClientSSLError() | ssl.SSLError():
                told = f"cannot be reached safely: no TLS with {where}; look whether its url is https."
            case aiohttp.ClientConnectorDNSError():
                kind, told = SourceUnavailable, f"cannot be found: no host is named {url.host}; look at its url."
            case aiohttp.ClientConnectorError():
                kind = SourceUnavailable
                told = f"cannot be reached: nothing listens at {where}; look at its url and whether it runs."
            case aiohttp.ClientResponseError():
                told = f"does not speak HTTP at {where}; look at its url."
            case _:
                kind, told = SourceUnavailable, "broke the connection off; try again."
        return kind(f"{self._source} {told}", source=self._source)


class _Cut(Exception):
    """The connection ended before an answer."""


async def _once(request: aiohttp.ClientRequest, go_on: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """By itself aiohttp repeats what was cut, PUT and DELETE too; whether that is safe is ours to say."""
    try:
        return await go_on(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
        raise _Cut from error
