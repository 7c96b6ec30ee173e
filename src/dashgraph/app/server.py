"""The HTTP server: its routes, and what every answer carries."""

import re
import secrets
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from aiohttp import hdrs, web, web_response

from dashgraph.app import callers, cors, events, http, live, metrics, passwords, transfers, triggers, websocket
from dashgraph.app.build import World
from dashgraph.app.compression import COMPRESSION, Compression
from dashgraph.app.negotiation import vary, wants_websocket
from dashgraph.app.readiness import readiness
from dashgraph.app.tracing import continued
from dashgraph.domain.observing import looked_on
from dashgraph.domain.problems import NotFound
from dashgraph.graph import errors

log = structlog.get_logger("dashgraph.server")

GRAPHIQL = Path(__file__).parent / "graphiql"
ASSETS = {path.name: path for path in (GRAPHIQL / "assets").glob("*")}
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")
HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
REQUEST_ID = web.RequestKey("id", str)
# GraphiQL's editor styles itself and starts its workers from blobs; nothing comes from elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'{sockets}; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
CONTENT_SECURITY = "Content-Security-Policy"
CLOSED = "default-src 'none'; frame-ancestors 'none'"  # of what is no page
OK, NOT_FOUND, UNAVAILABLE = 200, 404, 503
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Server": "dashgraph",
}
# What is said to bytes that are no HTTP is never signed below.
web_response.SERVER_SOFTWARE = HEADERS[hdrs.SERVER]  # type: ignore[attr-defined]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
WORLD = web.AppKey("world", World)


def application(world: World) -> web.Application:
    """The application over an open world. Who opened the world closes it, after the application."""
    limit = world.settings.max_body_kilobytes * 1024
    app = web.Application(middlewares=[observed, cors.preflights], client_max_size=limit)
    app[http.LIMITS] = world.settings
    app[http.IDENTITY] = world.identity
    app[callers.GATEWAYS] = world.gateways
    app[cors.ORIGINS] = world.origins
    app[COMPRESSION] = Compression(world.settings.compression, world.settings.compression_bytes)
    app[WORLD] = world
    lines = live.Lines(world.settings)
    streams = events.EventStreams(world.executor, world.identity, world.attendance, lines)
    sockets = websocket.WebSockets(world.executor, world.identity, world.persisted, world.attendance, lines)
    endpoint = http.GraphQLEndpoint(world.executor, world.identity, world.persisted, streams.answer)

    async def by_get(request: web.Request) -> web.StreamResponse:
        return await (sockets if wants_websocket(request) else endpoint).answer(request)

    app.on_shutdown.append(lines.close)
    app.router.add_get("/graphql", by_get, allow_head=False)
    app.router.add_post("/graphql", endpoint.answer)
    app.router.add_post("/login", http.login)
    app.router.add_post("/logout", http.logout)
    app[transfers.EXPORTS] = world.exports
    app[transfers.UPLOADS] = world.uploads
    app[transfers.DOWNLOADS] = world.downloads
    app.router.add_put(transfers.UPLOADS_PATH + "{secret}", transfers.upload)
    app.router.add_get(transfers.EXPORTS_PATH + "{secret}", transfers.download, allow_head=False)
    app.router.add_get(transfers.FILES_PATH + "{secret}", transfers.file, allow_head=False)
    app[passwords.PASSWORDS] = world.passwords
    app.router.add_get(passwords.PATH + "{secret}", passwords.ask, allow_head=False)
    app.router.add_post(passwords.PATH + "{secret}", passwords.save)
    app[triggers.CHANGING] = world.changing
    app.router.add_post(triggers.PATH, triggers.trigger)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    if world.metrics is not None and not world.settings.metrics_port:
        app.router.add_get(metrics.PATH, metrics.scraped(world.metrics, world.settings.metrics_token), allow_head=False)
    if world.settings.graphiql:
        app.router.add_get("/", to_graphiql)
        app.router.add_get("/graphiql", graphiql)
        app.router.add_get("/graphiql/", to_graphiql)
        app.router.add_get("/graphiql/assets/{name}", asset)
    app.on_response_prepare.append(signed)
    return app


def metrics_application(world: World) -> web.Application:
    """What is on the port for metrics."""
    app = web.Application()
    if world.metrics is not None:
        app.router.add_get(metrics.PATH, metrics.scraped(world.metrics, world.settings.metrics_token), allow_head=False)
    app.on_response_prepare.append(signed)
    return app


@web.middleware
async def observed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One log line a request, with an id that the answer carries too. Never the query, a header or a token."""
    given = request.headers.get("X-Request-Id", "")
    request_id = given if WELL_FORMED.fullmatch(given) else secrets.token_hex(8)
    request[REQUEST_ID] = request_id
    started = time.perf_counter()
    status = 500
    with (
        structlog.contextvars.bound_contextvars(request_id=request_id),
        looked_on(request.app[WORLD].observers),
        continued(request.headers),
    ):
        try:
            response = await handler(request)
            status = response.status
        except web.HTTPException as error:
            status = error.status
            if status < 400:  # noqa: PLR2004 - a redirect
                raise
            code = NotFound.code if status == NOT_FOUND else http.BAD_REQUEST
            response = _said(status, f"{error.reason}: {request.method} {request.path}", code)
            if hdrs.ALLOW in error.headers:
                response.headers[hdrs.ALLOW] = error.headers[hdrs.ALLOW]
        except Exception:
            log.exception("unexpected")
            response = _said(500, f"Something went wrong on our side; the log has it as {request_id}.", errors.INTERNAL)
        finally:
            viewer = request.get(http.VIEWER)
            log.info(
                "request",
                method=request.method,
                path=transfers.without_secret(request.path),
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 1),
                user=viewer.user.native if viewer else None,
            )
    return response


def _said(status: int, message: str, code: str) -> web.Response:
    body = http.encoded({"errors": [errors.plain(message, code)]})
    return web.Response(status=status, body=body, content_type=http.PLAIN_JSON, charset="utf-8")


async def signed(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    response.headers.setdefault(CONTENT_SECURITY, CLOSED)
    limits, origins = request.app.get(http.LIMITS), request.app.get(cors.ORIGINS)
    if limits is not None and limits.hsts_seconds:
        response.headers["Strict-Transport-Security"] = f"max-age={limits.hsts_seconds}"
    if origins is not None:
        origins.sign(request, response)
    response.headers["X-Request-Id"] = request.get(REQUEST_ID, "")
    if request.path.startswith("/graphiql/assets/"):
        vary(response, hdrs.ACCEPT_ENCODING)  # beside each there is a compressed one
        if response.status == OK:  # their names change with their content
            response.headers[hdrs.CACHE_CONTROL] = "public, max-age=31536000, immutable"
    elif hdrs.CACHE_CONTROL not in response.headers:
        response.headers[hdrs.CACHE_CONTROL] = "no-store"


async def graphiql(request: web.Request) -> web.FileResponse:
    named = HOST.fullmatch(request.host)  # not every browser takes 'self' for WebSockets too
    policy = POLICY.format(sockets=f" ws://{named[0]} wss://{named[0]}" if named else "")
    headers = {CONTENT_SECURITY: policy, hdrs.CACHE_CONTROL: "no-cache"}
    return web.FileResponse(GRAPHIQL / "index.html", headers=headers)


async def asset(request: web.Request) -> web.FileResponse:
    """One of the files that there are: no name of a client's is ever looked for on the disk."""
    path = ASSETS.get(request.match_info["name"])
    if path is None:
        raise web.HTTPNotFound
    return web.FileResponse(path)


async def to_graphiql(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/graphiql")


async def healthz(_request: web.Request) -> web.Response:
    """The process is alive."""
    return web.json_response({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """Whether requests can be answered. A silent source is told of, and no reason to stay away."""
    world = request.app[WORLD]
    is_ready, told = await readiness(world.database, world.executor, world.silences)
    return web.json_response(told, status=OK if is_ready else UNAVAILABLE)
