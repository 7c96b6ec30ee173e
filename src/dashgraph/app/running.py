"""Serving until told to stop."""

import asyncio
import signal
import socket
from collections.abc import Callable
from contextlib import nullcontext

import structlog
from aiohttp import web

from dashgraph.app.build import World
from dashgraph.app.resuming import keep_resuming
from dashgraph.app.server import application
from dashgraph.app.sweeping import keep_sweeping
from dashgraph.app.working import working
from dashgraph.domain.problems import Conflict

IDLE_SECONDS = 75  # how long a connection may stay without a request

log = structlog.get_logger("dashgraph.server")


async def serve(world: World, *, ready: Callable[[str], None]) -> None:
    """Listen and answer until SIGINT or SIGTERM; running requests get time to finish.

    `ready` is called with the server's address once it listens. Raises Conflict when the port is taken.
    """
    stop = asked_to_stop()
    async with working(world) if world.settings.work else nullcontext():
        runner = runner_of(world)
        await runner.setup()
        beside = [
            asyncio.create_task(keep_sweeping(world.sweeping), name="sweeper"),
            asyncio.create_task(keep_resuming(world.changing.elsewhere, world.identity), name="resumer"),
        ]
        try:
            ready(await _listen(runner, world.settings.host, world.settings.port))
            await stop.wait()
            log.info("stopping")
        finally:
            for task in beside:
                task.cancel()
            await asyncio.wait(beside)
            await runner.cleanup()


async def work(world: World, *, ready: Callable[[str], None]) -> None:
    """Carry out jobs until SIGINT or SIGTERM; running ones get time to end. `ready` is told the process's name."""
    stop = asked_to_stop()
    async with working(world) as crew:
        ready(crew.executor)
        await stop.wait()
        log.info("stopping")


def asked_to_stop() -> asyncio.Event:
    """Set by the first SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    return stop


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
        message = f"Cannot listen on {host}:{port}: {why_not(error)}; choose another with --host and --port."
        raise Conflict(message) from error
    address = runner.addresses[0]
    shown = f"[{host}]" if _family(host) == socket.AF_INET6 else host
    return f"http://{shown}:{address[1]}"


def why_not(error: OSError) -> str:
    """Why nothing can listen there, without the address, which is said already."""
    return (error.strerror or str(error)).rpartition("): ")[2]


def _family(host: str) -> int:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
