"""Serving until told to stop."""

import asyncio
import signal
import socket
from collections.abc import Callable

import structlog
from aiohttp import web

from dashgraph.app.build import World
from dashgraph.app.server import application
from dashgraph.domain.problems import Conflict

IDLE_SECONDS = 75  # how long a connection may stay without a request

log = structlog.get_logger("dashgraph.server")


async def serve(world: World, *, ready: Callable[[str], None]) -> None:
    """Listen and answer until SIGINT or SIGTERM; running requests get time to finish.

    `ready` is called with the server's address once it listens. Raises Conflict when the port is taken.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    runner = runner_of(world)
    await runner.setup()
    try:
        ready(await _listen(runner, world.settings.host, world.settings.port))
        await stop.wait()
        log.info("stopping")
    finally:
        await runner.cleanup()


def runner_of(world: World) -> web.AppRunner:
    """The application, ready to be set up and to listen."""
    return web.AppRunner(
        application(world),
        access_log=None,
        handle_signals=False,
        shutdown_timeout=world.settings.shutdown_seconds,
        keepalive_timeout=IDLE_SECONDS,
        auto_decompress=False,  # a small body could become a large one
    )


async def _listen(runner: web.AppRunner, host: str, port: int) -> str:
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError as error:
        why = (error.strerror or str(error)).rpartition("): ")[2]  # without the address, which is said already
        message = f"Cannot listen on {host}:{port}: {why}; choose another with --host and --port."
        raise Conflict(message) from error
    address = runner.addresses[0]
    shown = f"[{host}]" if _family(host) == socket.AF_INET6 else host
    return f"http://{shown}:{address[1]}"


def _family(host: str) -> int:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
