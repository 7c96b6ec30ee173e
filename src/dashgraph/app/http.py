"""GraphQL over HTTP: what a request means and how its answer is written (the GraphQL-over-HTTP specification)."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

import orjson
from aiohttp import hdrs, web
from aiohttp.typedefs import LooseHeaders

from dashgraph.app import callers
from dashgraph.app.ahead import Caller
from dashgraph.app.compression import compressed
from dashgraph.app.negotiation import weights
from dashgraph.app.presence import Gone, while_there
from dashgraph.app.settings import Settings
from dashgraph.app.standing import standing
from dashgraph.domain.problems import (
    BadInput,
    Conflict,
    Forbidden,
    NotFound,
    Problem,
    TooMuch,
    TooOften,
    Unauthenticated,
    UnsupportedBySource,
)
from dashgraph.domain.viewers import Viewer
from dashgraph.graph import errors
from dashgraph.graph.context import Who
from dashgraph.graph.execution import Answer, Executor, Meant, Operation, Stage
from dashgraph.graph.manifest import digest
from dashgraph.graph.persisted import Asked, Persisted
from dashgraph.services.identity import Identity

RESPONSE_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"
EVENTS = "text/event-stream"
BAD_REQUEST = "BAD_REQUEST"
COST = "GraphQL-Cost"  # `report` asks for what was reckoned with, as of Hot Chocolate
CLOSED = 499  # nobody is there who could read it; the log has it
LIMITS = web.AppKey("limits", Settings)
IDENTITY = web.AppKey("identity", Identity)
VIEWER = web.RequestKey("viewer", Viewer)
QUIET = 2  # operations side by side
CHALLENGE = {hdrs.WWW_AUTHENTICATE: "Bearer"}
STATUSES: dict[type[Problem], int] = {
    BadInput: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    UnsupportedBySource: 422,
    TooOften: 429,
}


class Refused(Exception):
    """A request that is answered without running anything."""

    def __init__(self, status: int, error: dict[str, Any], headers: LooseHeaders | None = None) -> None:
        super().__init__(status, error)
        self.status = status
        self.error = error
        self.headers = headers

    @classmethod
    def of(cls, problem: Problem) -> "Refused":
        """With what HTTP says of such a problem."""
        status = next((status for kind, status in STATUSES.items() if isinstance(problem, kind)), 503)  # a silence
        headers = CHALLENGE if isinstance(problem, Unauthenticated) else None
        if isinstance(problem, TooOften):
            headers = {hdrs.RETRY_AFTER: str(problem.retry_after)}
        return cls(status, errors.problem(problem), headers)


Streaming = Callable[[web.Request, Operation | Meant], Awaitable[web.StreamResponse]]
"""Answers an operation with events. Raises Refused when no more can be answered so."""


class GraphQLEndpoint:
    def __init__(self, executor: Executor, identity: Identity, persisted: Persisted, streaming: Streaming) -> None:
        self._executor = executor
        self._identity = identity
        self._persisted = persisted
        self._streaming = streaming
        self._at_work = 0  # operations that are run; streams are not among them

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """As JSON; with events a subscription, and whatever is asked by who accepts nothing else."""
        ranges = _ranges(accept := ",".join(request.headers.getall(hdrs.ACCEPT, [])))
        accepted = _accepted(accept)
        events = request.method == hdrs.METH_POST and ranges.get(EVENTS, 0) > 0
        if accepted is None and not events:
            error = errors.plain(f"Accept {RESPONSE_JSON} or {PLAIN_JSON}.", BAD_REQUEST)
            return _written(406, {"errors": [error]}, PLAIN_JSON)
        kind = accepted or RESPONSE_JSON
        try:
            async with self._caller(request) as caller:
                asked = await _asked(request)
                if isinstance(asked, list):
                    return await self._batch(request, asked, await caller.viewer(), ranges)
                operation = await self._operation(request, asked, caller.viewer)
                meant = operation if events and accepted is None else await self._meant(operation)
                if isinstance(meant, Operation) or (events and isinstance(meant, Meant) and meant.follows):
                    await caller.viewer()
                    return await self._streaming(request, meant)
                if isinstance(meant, Answer) or meant.changes:
                    answer = await self._answer(request, meant, await caller.viewer())
                else:
                    answer = await caller.answered(partial(self._answer, request, meant))
        except Refused as refused:
            return refusal(refused, kind)
        except Problem as problem:  # the store did not answer
            return refusal(Refused.of(problem), kind)
        written = _written(_status(answer, kind), answer.payload, kind, _told(answer))
        return await self._compressed(request, written, [(meant, answer)])

    def _caller(self, request: web.Request) -> Caller:
        async def find() -> Viewer:
            viewer = request[VIEWER] = await viewer_of(request, self._identity)
            return viewer

        token = bearer(request)
        is_quiet = self._at_work < QUIET  # with more there is always something else to do
        return Caller(find, self._identity.last_known(token) if token is not None and is_quiet else None)

    async def _meant(self, operation: Operation | Answer) -> Meant | Answer:
        return operation if isinstance(operation, Answer) else await self._executor.meant(operation)

    async def _answer(self, request: web.Request, meant: Meant | Answer, viewer: Viewer) -> Answer:
        """Queries are given up when their asker hangs up; what changes something goes on to its end."""
        if isinstance(meant, Answer):
            return meant
        running = self._executor.run(meant, viewer, written=True)
        self._at_work += 1
        try:
            return await (running if meant.changes else while_there(request, running))
        except Gone:
            raise Refused(CLOSED, errors.plain("The client has hung up.", BAD_REQUEST)) from None
        finally:
            self._at_work -= 1

    async def _batch(
        self, request: web.Request, batch: Sequence[Asked], viewer: Viewer, ranges: Mapping[str, float]
    ) -> web.Response:
        """Answer a list with a list, one operation after the other. There is no newer type for such an answer."""
        if _liked(ranges, PLAIN_JSON)[0] == 0:
            raise Refused(406, errors.plain(f"Accept {PLAIN_JSON}: a list is answered with a list.", BAD_REQUEST))

        async def who() -> Viewer:
            return viewer

        done = []
        for asked in batch:
            meant = await self._meant(await self._operation(request, asked, who))
            done.append((meant, await self._answer(request, meant, viewer)))
        written = _written(200, [answer.payload for _, answer in done], PLAIN_JSON, standing(done[-1][1]))
        return await self._compressed(request, written, done)

    async def _compressed(
        self, request: web.Request, response: web.Response, done: Sequence[tuple[Meant | Answer, Answer]]
    ) -> web.Response:
        """What was answered, compressed unless it was to a mutation.

        What mutations answer can be a new secret (the address of an upload) beside text that came with the request: the
        size of both compressed together would tell of it to who watches the connection and chooses the text (BREACH).
        """
        for meant, answer in done:
            if answer.stage is Stage.RUN and isinstance(meant, Meant) and meant.changes:
                return response
        return await compressed(request, response)

    async def _operation(self, request: web.Request, asked: Asked, who: Who) -> Operation | Answer:
        if asked.sha256 is not None:
            await who()  # what is sent under its hash is remembered for others
        operation = await self._persisted.operation(asked, who)
        if isinstance(operation, Operation) and request.headers.get(COST, "").lower() == "report":
            return replace(operation, tells_cost=True)
        return operation


async def viewer_of(request: web.Request, identity: Identity) -> Viewer:
    """Who calls. Raises Refused: with 401 always in the same words, with 403 where another site's page may call."""
    try:
        return await callers.who_of(request, identity, bearer(request))()
    except (Unauthenticated, Forbidden) as problem:
        raise Refused.of(problem) from None


def bearer(request: web.Request) -> str | None:
    return bearer_in(request.headers.get(hdrs.AUTHORIZATION, ""))


def bearer_in(authorization: str) -> str | None:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


async def json_body(request: web.Request) -> dict[str, Any]:
    """The JSON object of a POST. Raises Refused, naming what is wrong with it."""
    found = await _json(request)
    if not isinstance(found, dict):
        raise Refused(400, errors.plain("The body is not a JSON object.", BAD_REQUEST))
    return found


async def _json(request: web.Request) -> Any:
    if request.content_type != PLAIN_JSON or (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise Refused(415, errors.plain("Send JSON in UTF-8, with Content-Type: application/json.", BAD_REQUEST))
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
        raise Refused(415, errors.plain("Send the body as it is, without Content-Encoding.", BAD_REQUEST))
    try:
        return json_value((await body(request)).decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused(400, errors.plain("The body is not JSON.", BAD_REQUEST)) from None


async def body(request: web.Request) -> bytes:
    """All of a body. Raises Refused for one that is too large, or does not arrive."""
    limits = request.app[LIMITS]
    try:
        is_here = request.content.is_eof()  # as of most requests: nothing is waited for
        async with asyncio.timeout(None if is_here else limits.body_seconds):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        message = f"The request is larger than {limits.max_body_kilobytes} kilobytes."
        raise Refused(413, errors.plain(message, TooMuch.code)) from None
    except TimeoutError:
        message = f"The body did not arrive within {limits.body_seconds:g} seconds."
        raise Refused(408, errors.plain(message, BAD_REQUEST)) from None
    except (web.RequestPayloadError, ConnectionError):
        raise Refused(400, errors.plain("The body did not arrive whole.", BAD_REQUEST)) from None


def json_value(text: str) -> Any:
    """The value of a JSON text. Raises ValueError; Python's NaN and Infinity are not JSON."""
    return DECODER.decode(text)


def _no_constant(name: str) -> None:
    message = f"{name} is not JSON"
    raise ValueError(message)


DECODER = json.JSONDecoder(parse_constant=_no_constant)


async def _asked(request: web.Request) -> Asked | list[Asked]:
    """What a request asks for, or the list of what it does. Raises Refused."""
    if request.method == hdrs.METH_GET:
        parameters: dict[str, Any] = dict(request.query)
        for name in ("variables", "extensions"):
            if name in parameters:
                try:
                    parameters[name] = json_value(parameters[name])
                except (ValueError, RecursionError):
                    raise Refused(400, errors.plain(f"`{name}` is not JSON.", BAD_REQUEST)) from None
        return asked_by(parameters, only_query=True)
    found = await _json(request)
    if not isinstance(found, list):
        return asked_by(found)
    most = request.app[LIMITS].batch_operations
    if most == 1 or not found:
        raise Refused(400, errors.plain("The body is not a JSON object: send each operation by itself.", BAD_REQUEST))
    if len(found) > most:
        message = f"The list has {len(found)} operations; at most {most} are answered at a time."
        raise Refused(400, errors.plain(message, TooMuch.code))
    return [asked_by(one) for one in found]


def asked_by(parameters: object, *, only_query: bool = False) -> Asked:
    """What the parameters of a request ask for. Raises Refused, naming what is wrong with them."""
    if not isinstance(parameters, dict):
        raise Refused(400, errors.plain("The body is not a JSON object.", BAD_REQUEST))
    query, document, name = (_text(parameters, key) for key in ("query", "documentId", "operationName"))
    variables, extensions = (_object(parameters, key) for key in ("variables", "extensions"))
    sha256 = _hash(extensions)
    if query is None and not document and sha256 is None:
        raise Refused(400, errors.plain("`query` is missing, or is not text.", BAD_REQUEST))
    if query is not None and document:
        raise Refused(400, errors.plain("Send `query` or `documentId`, not both.", BAD_REQUEST))
    if query is not None and sha256 is not None and sha256 != digest(query):
        message = "`extensions.persistedQuery.sha256Hash` is not the SHA-256 of `query`."
        raise Refused(400, errors.plain(message, BAD_REQUEST))
    return Asked(query, variables, name or None, document or None, sha256, only_query=only_query)


def _text(parameters: Mapping[str, Any], key: str) -> str | None:
    found = parameters.get(key)
    if not isinstance(found, str | None):
        raise Refused(400, errors.plain(f"`{key}` is text.", BAD_REQUEST))
    return found


def _object(parameters: Mapping[str, Any], key: str) -> dict[str, Any] | None:
    found = parameters.get(key)
    if not isinstance(found, dict | None):
        raise Refused(400, errors.plain(f"`{key}` is a JSON object.", BAD_REQUEST))
    return found


def _hash(extensions: Mapping[str, Any] | None) -> str | None:
    """The hash of automatic persisted queries, or the id of a manifest in its place."""
    found = (extensions or {}).get("persistedQuery")
    if found is None:
        return None
    if not isinstance(found, dict) or found.get("version") != 1 or not isinstance(found.get("sha256Hash"), str):
        message = '`extensions.persistedQuery` looks like {"version": 1, "sha256Hash": "…"}.'
        raise Refused(400, errors.plain(message, BAD_REQUEST))
    return str(found["sha256Hash"])


@lru_cache(256)
def _ranges(accept: str) -> Mapping[str, float]:
    """The media ranges that are accepted, each with its weight. Who accepts nothing by name accepts anything."""
    return weights(accept) if accept.strip() else {PLAIN_JSON: 1}


@lru_cache(256)
def _accepted(accept: str) -> str | None:
    """The type of JSON to answer with, or None. Who does not name the newer one gets the plain, as of old."""
    ranges = _ranges(accept)
    newer = RESPONSE_JSON in ranges
    best = max((PLAIN_JSON, RESPONSE_JSON), key=lambda kind: (_liked(ranges, kind), kind == RESPONSE_JSON and newer))
    return best if _liked(ranges, best)[0] > 0 else None


def _liked(ranges: Mapping[str, float], kind: str) -> tuple[float, bool]:
    """The weight of a type, and whether it is accepted by its name."""
    nearest = next((name for name in (kind, "application/*", "*/*") if name in ranges), None)
    return (ranges[nearest], nearest == kind) if nearest else (0, False)


def _status(answer: Answer, kind: str) -> int:
    if answer.stage in {Stage.NOT_BY_GET, Stage.EXHAUSTED}:
        return 405 if answer.stage is Stage.NOT_BY_GET else 429
    return 400 if answer.stage is Stage.REFUSED and kind == RESPONSE_JSON else 200


def _told(answer: Answer) -> LooseHeaders:
    headers = standing(answer)
    if answer.stage is Stage.NOT_BY_GET:
        headers[hdrs.ALLOW] = hdrs.METH_POST
    return headers


def _written(status: int, payload: object, kind: str, headers: LooseHeaders | None = None) -> web.Response:
    return web.Response(status=status, body=encoded(payload), content_type=kind, charset="utf-8", headers=headers)


def refusal(refused: Refused, kind: str = PLAIN_JSON) -> web.Response:
    return _written(refused.status, {"errors": [refused.error]}, kind, refused.headers)


def encoded(payload: object) -> bytes:
    """JSON bytes. Documents may hold numbers and half characters that the fast writer refuses."""
    try:
        return orjson.dumps(payload)
    except TypeError:
        return json.dumps(payload, default=_read_again).encode()


def _read_again(data: object) -> Any:
    """What a plan has written, for the writer that takes anything."""
    if isinstance(data, orjson.Fragment):
        return orjson.loads(orjson.dumps(data))
    raise TypeError(data)


async def login(request: web.Request) -> web.Response:
    """POST /login with `username` and `password`: a session token, or 401 without saying what was wrong."""
    try:
        body = await json_body(request)
        name, password = body.get("username"), body.get("password")
        if not isinstance(name, str) or not isinstance(password, str):
            raise Refused(400, errors.plain("`username` and `password` are text.", BadInput.code))
        address = request.app[callers.GATEWAYS].address(request)
        issued = await request.app[IDENTITY].login(name, password, address=address)
    except Refused as refused:
        return refusal(refused)
    except Problem as problem:
        return refusal(Refused.of(problem))
    expires = issued.expires_at.isoformat() if issued.expires_at else None
    return _written(200, {"token": issued.text, "expiresAt": expires}, PLAIN_JSON)


async def logout(request: web.Request) -> web.Response:
    """POST /logout: the session ends. An API token goes on: it is revoked with `dashgraph token revoke`."""
    token = bearer(request)
    try:
        if token is not None:
            await request.app[IDENTITY].logout(token)
    except Problem as problem:  # the store did not answer
        return refusal(Refused.of(problem))
    return web.Response(status=204)
