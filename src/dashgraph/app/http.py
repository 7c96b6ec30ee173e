"""GraphQL over HTTP: what a request means and how its answer is written (the GraphQL-over-HTTP specification)."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import hdrs, web
from aiohttp.typedefs import LooseHeaders

from dashgraph.app.settings import Settings
from dashgraph.domain.problems import BadInput, Problem, TooMuch, Unauthenticated
from dashgraph.domain.viewers import Viewer
from dashgraph.graph import errors
from dashgraph.graph.execution import Answer, Executor, Operation, Stage
from dashgraph.services.identity import REFUSED, Identity

RESPONSE_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"
EVENTS = "text/event-stream"
BAD_REQUEST = "BAD_REQUEST"
LIMITS = web.AppKey("limits", Settings)
IDENTITY = web.AppKey("identity", Identity)
VIEWER = web.RequestKey("viewer", Viewer)
CHALLENGE = {hdrs.WWW_AUTHENTICATE: "Bearer"}
QUALITY = re.compile(r"q=([01](?:\.\d{0,3})?)")


class Refused(Exception):
    """A request that is answered without running anything."""

    def __init__(self, status: int, error: dict[str, Any], headers: LooseHeaders | None = None) -> None:
        super().__init__(status, error)
        self.status = status
        self.error = error
        self.headers = headers


Streaming = Callable[[web.Request, Operation], Awaitable[web.StreamResponse]]
"""Answers an operation with events. Raises Refused when no more can be answered so."""


class GraphQLEndpoint:
    def __init__(self, executor: Executor, identity: Identity, streaming: Streaming) -> None:
        self._executor = executor
        self._identity = identity
        self._streaming = streaming

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """As JSON; with events a subscription, and whatever is asked by who accepts nothing else."""
        ranges = _ranges(",".join(request.headers.getall(hdrs.ACCEPT, [])))
        accepted = _accepted(ranges)
        kind = accepted or PLAIN_JSON
        events = request.method == hdrs.METH_POST and ranges.get(EVENTS, 0) > 0
        if accepted is None and not events:
            error = errors.plain(f"Accept {RESPONSE_JSON} or {PLAIN_JSON}.", BAD_REQUEST)
            return _written(406, {"errors": [error]}, PLAIN_JSON)
        try:
            viewer = await viewer_of(request, self._identity)
            operation = await _operation(request)
            if events and (accepted is None or self._executor.follows(operation)):
                request[VIEWER] = viewer
                return await self._streaming(request, operation)
        except Refused as refused:
            return refusal(refused, kind)
        except Problem as problem:  # the store did not answer
            return _written(503, {"errors": [errors.problem(problem)]}, kind)
        request[VIEWER] = viewer
        answer = await self._executor.run(operation, viewer)
        return _written(_status(answer, kind), answer.payload, kind, _allowed(answer))


async def viewer_of(request: web.Request, identity: Identity) -> Viewer:
    """Who the bearer token speaks for. Raises Refused with 401, always with the same words."""
    try:
        token = bearer(request)
        if token is None:
            raise Unauthenticated(REFUSED)
        return await identity.viewer(token)
    except Unauthenticated as problem:
        raise Refused(401, errors.problem(problem), CHALLENGE) from None


def bearer(request: web.Request) -> str | None:
    return bearer_in(request.headers.get(hdrs.AUTHORIZATION, ""))


def bearer_in(authorization: str) -> str | None:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


async def json_body(request: web.Request) -> dict[str, Any]:
    """The JSON object of a POST. Raises Refused, naming what is wrong with it."""
    if request.content_type != PLAIN_JSON or (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise Refused(415, errors.plain("Send JSON in UTF-8, with Content-Type: application/json.", BAD_REQUEST))
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
        raise Refused(415, errors.plain("Send the body as it is, without Content-Encoding.", BAD_REQUEST))
    try:
        found = json_value((await body(request)).decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused(400, errors.plain("The body is not JSON.", BAD_REQUEST)) from None
    if not isinstance(found, dict):
        raise Refused(400, errors.plain("The body is not a JSON object.", BAD_REQUEST))
    return found


async def body(request: web.Request) -> bytes:
    """All of a body. Raises Refused for one that is too large, or does not arrive."""
    limits = request.app[LIMITS]
    try:
        async with asyncio.timeout(limits.body_seconds):
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
    return json.loads(text, parse_constant=_no_constant)


def _no_constant(name: str) -> None:
    message = f"{name} is not JSON"
    raise ValueError(message)


async def _operation(request: web.Request) -> Operation:
    if request.method == hdrs.METH_GET:
        parameters: dict[str, Any] = dict(request.query)
        if "variables" in parameters:
            try:
                parameters["variables"] = json_value(parameters["variables"])
            except (ValueError, RecursionError):
                raise Refused(400, errors.plain("`variables` is not JSON.", BAD_REQUEST)) from None
    else:
        parameters = await json_body(request)
    return operation_of(parameters, only_query=request.method == hdrs.METH_GET)


def operation_of(parameters: dict[str, Any], *, only_query: bool = False) -> Operation:
    """What the parameters of a request ask for. Raises Refused, naming what is wrong with them."""
    query, variables, name = (parameters.get(key) for key in ("query", "variables", "operationName"))
    if not isinstance(query, str):
        raise Refused(400, errors.plain("`query` is missing, or is not text.", BAD_REQUEST))
    if variables is not None and not isinstance(variables, dict):
        raise Refused(400, errors.plain("`variables` is a JSON object.", BAD_REQUEST))
    if name is not None and not isinstance(name, str):
        raise Refused(400, errors.plain("`operationName` is text.", BAD_REQUEST))
    if not isinstance(parameters.get("extensions"), dict | None):
        raise Refused(400, errors.plain("`extensions` is a JSON object.", BAD_REQUEST))
    return Operation(query, variables, name or None, only_query=only_query)


def _ranges(accept: str) -> dict[str, float]:
    """The media ranges that are accepted, each with its quality. Who accepts nothing by name accepts anything."""
    if not accept.strip():
        return {PLAIN_JSON: 1}
    ranges = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((found[1] for found in map(QUALITY.fullmatch, parameters) if found), "1")
        ranges[name] = float(quality)
    return ranges


def _accepted(ranges: dict[str, float]) -> str | None:
    """The type of JSON to answer with, or None. Who does not name the newer one gets the plain, as of old."""

    def liked(kind: str) -> tuple[float, bool]:
        nearest = next((name for name in (kind, "application/*", "*/*") if name in ranges), None)
        return (ranges[nearest], nearest == kind) if nearest else (0, False)

    best = max((PLAIN_JSON, RESPONSE_JSON), key=lambda kind: (liked(kind), kind == RESPONSE_JSON and kind in ranges))
    return best if liked(best)[0] > 0 else None


def _status(answer: Answer, kind: str) -> int:
    if answer.stage is Stage.NOT_BY_GET:
        return 405
    return 400 if answer.stage is Stage.REFUSED and kind == RESPONSE_JSON else 200


def _allowed(answer: Answer) -> LooseHeaders | None:
    return {hdrs.ALLOW: hdrs.METH_POST} if answer.stage is Stage.NOT_BY_GET else None


def _written(status: int, payload: dict[str, Any], kind: str, headers: LooseHeaders | None = None) -> web.Response:
    return web.Response(status=status, body=encoded(payload), content_type=kind, charset="utf-8", headers=headers)


def refusal(refused: Refused, kind: str = PLAIN_JSON) -> web.Response:
    return _written(refused.status, {"errors": [refused.error]}, kind, refused.headers)


def encoded(payload: object) -> bytes:
    """JSON bytes. Documents may hold numbers and half characters that the fast writer refuses."""
    try:
        return orjson.dumps(payload)
    except TypeError:
        return json.dumps(payload).encode()


async def login(request: web.Request) -> web.Response:
    """POST /login with `username` and `password`: a session token, or 401 without saying what was wrong."""
    try:
        body = await json_body(request)
        name, password = body.get("username"), body.get("password")
        if not isinstance(name, str) or not isinstance(password, str):
            raise Refused(400, errors.plain("`username` and `password` are text.", BadInput.code))
        issued = await request.app[IDENTITY].login(name, password)
    except Refused as refused:
        return refusal(refused)
    except Unauthenticated as problem:
        return _written(401, {"errors": [errors.problem(problem)]}, PLAIN_JSON, CHALLENGE)
    except Problem as problem:  # the store did not answer
        return _written(503, {"errors": [errors.problem(problem)]}, PLAIN_JSON)
    expires = issued.expires_at.isoformat() if issued.expires_at else None
    return _written(200, {"token": issued.text, "expiresAt": expires}, PLAIN_JSON)


async def logout(request: web.Request) -> web.Response:
    """POST /logout: the session ends. An API token goes on: it is revoked with `dashgraph token revoke`."""
    token = bearer(request)
    try:
        if token is not None:
            await request.app[IDENTITY].logout(token)
    except Problem as problem:  # the store did not answer
        return _written(503, {"errors": [errors.problem(problem)]}, PLAIN_JSON)
    return web.Response(status=204)
