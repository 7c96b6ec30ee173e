"""GraphQL over HTTP: what a request means and how its answer is written (the GraphQL-over-HTTP specification)."""

import json
from typing import Any

import orjson
from aiohttp import hdrs, web
from aiohttp.typedefs import LooseHeaders

from dashgraph.domain.problems import BadInput, Problem, TooMuch, Unauthenticated
from dashgraph.domain.viewers import Viewer
from dashgraph.graph import errors
from dashgraph.graph.execution import Answer, Executor, Operation, Stage
from dashgraph.services.identity import REFUSED, Identity

RESPONSE_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"
BAD_REQUEST = "BAD_REQUEST"


class Refused(Exception):
    """A request that is answered without running anything."""

    def __init__(self, status: int, error: dict[str, Any], headers: LooseHeaders | None = None) -> None:
        super().__init__(status, error)
        self.status = status
        self.error = error
        self.headers = headers


class GraphQLEndpoint:
    def __init__(self, executor: Executor, identity: Identity) -> None:
        self._executor = executor
        self._identity = identity

    async def __call__(self, request: web.Request) -> web.Response:
        kind = _accepted(request.headers.get(hdrs.ACCEPT))
        if kind is None:
            error = errors.plain(f"Accept {RESPONSE_JSON} or {PLAIN_JSON}.", BAD_REQUEST)
            return _written(406, {"errors": [error]}, PLAIN_JSON)
        try:
            viewer = await viewer_of(request, self._identity)
            operation = await _operation(request)
        except Refused as refused:
            return _written(refused.status, {"errors": [refused.error]}, kind, refused.headers)
        except Problem as problem:  # the store did not answer
            return _written(503, {"errors": [errors.problem(problem)]}, kind)
        request["viewer"] = viewer
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
        challenge = {hdrs.WWW_AUTHENTICATE: "Bearer"}
        raise Refused(401, errors.problem(problem), challenge) from None


def bearer(request: web.Request) -> str | None:
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


async def json_body(request: web.Request) -> dict[str, Any]:
    """The JSON object of a POST. Raises Refused, naming what is wrong with it."""
    if request.content_type != PLAIN_JSON or (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise Refused(415, errors.plain("Send JSON in UTF-8, with Content-Type: application/json.", BAD_REQUEST))
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        limit = request.app[LIMIT] // 1024
        raise Refused(413, errors.plain(f"The request is larger than {limit} kilobytes.", TooMuch.code)) from None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, errors.plain("The body is not JSON.", BAD_REQUEST)) from None
    if not isinstance(found, dict):
        raise Refused(400, errors.plain("The body is a JSON object with `query` in it.", BAD_REQUEST))
    return found


LIMIT = web.AppKey("largest_body", int)


async def _operation(request: web.Request) -> Operation:
    if request.method == hdrs.METH_GET:
        parameters: dict[str, Any] = dict(request.query)
        if "variables" in parameters:
            try:
                parameters["variables"] = json.loads(parameters["variables"])
            except (ValueError, RecursionError):
                raise Refused(400, errors.plain("`variables` is not JSON.", BAD_REQUEST)) from None
    else:
        parameters = await json_body(request)
    query, variables, name = (parameters.get(key) for key in ("query", "variables", "operationName"))
    if not isinstance(query, str):
        raise Refused(400, errors.plain("`query` is missing, or is not text.", BAD_REQUEST))
    if variables is not None and not isinstance(variables, dict):
        raise Refused(400, errors.plain("`variables` is a JSON object.", BAD_REQUEST))
    if name is not None and not isinstance(name, str):
        raise Refused(400, errors.plain("`operationName` is text.", BAD_REQUEST))
    if not isinstance(parameters.get("extensions"), dict | None):
        raise Refused(400, errors.plain("`extensions` is a JSON object.", BAD_REQUEST))
    return Operation(query, variables, name or None, only_query=request.method == hdrs.METH_GET)


def _accepted(accept: str | None) -> str | None:
    """The type to answer with. Whoever does not say gets plain JSON, as old clients expect."""
    if not accept:
        return PLAIN_JSON
    ranges = {part.split(";")[0].strip().lower() for part in accept.split(",")}
    if RESPONSE_JSON in ranges:
        return RESPONSE_JSON
    return PLAIN_JSON if ranges & {PLAIN_JSON, "application/*", "*/*"} else None


def _status(answer: Answer, kind: str) -> int:
    if answer.stage is Stage.NOT_BY_GET:
        return 405
    return 400 if answer.stage is Stage.REFUSED and kind == RESPONSE_JSON else 200


def _allowed(answer: Answer) -> LooseHeaders | None:
    return {hdrs.ALLOW: hdrs.METH_POST} if answer.stage is Stage.NOT_BY_GET else None


def _written(status: int, payload: dict[str, Any], kind: str, headers: LooseHeaders | None = None) -> web.Response:
    return web.Response(status=status, body=encoded(payload), content_type=kind, charset="utf-8", headers=headers)


def encoded(payload: object) -> bytes:
    """JSON bytes. Documents may hold numbers and half characters that the fast writer refuses."""
    try:
        return orjson.dumps(payload)
    except TypeError:
        return json.dumps(payload).encode()


async def login(request: web.Request) -> web.Response:
    """POST /login with `username` and `password`: a session token, or 401 without saying what was wrong."""
    identity = request.app[IDENTITY]
    try:
        body = await json_body(request)
        name, password = body.get("username"), body.get("password")
        if not isinstance(name, str) or not isinstance(password, str):
            raise Refused(400, errors.plain("`username` and `password` are text.", BadInput.code))
        issued = await identity.login(name, password)
    except Refused as refused:
        return _written(refused.status, {"errors": [refused.error]}, PLAIN_JSON)
    except Unauthenticated as problem:
        return _written(401, {"errors": [errors.problem(problem)]}, PLAIN_JSON)
    expires = issued.expires_at.isoformat() if issued.expires_at else None
    return _written(200, {"token": issued.text, "expiresAt": expires}, PLAIN_JSON)


async def logout(request: web.Request) -> web.Response:
    """POST /logout: the bearer token is revoked."""
    token = bearer(request)
    if token is not None:
        await request.app[IDENTITY].logout(token)
    return web.Response(status=204)


IDENTITY = web.AppKey("identity", Identity)
