"""Serving until told to stop."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext

import structlog
from aiohttp import web

from dashgraph.app.allocating import keep_memory
from dashgraph.app.build import World
from dashgraph.app.collecting import keep_collecting, settle
from dashgraph.app.processes import Processes, listening, parent_gone
from dashgraph.app.resuming import keep_resuming
from dashgraph.app.server import application, metrics_application
from dashgraph.app.settings import Settings
from dashgraph.app.sweeping import keep_sweeping
from dashgraph.app.working import working
from dashgraph.domain.observing import looked_on
from dashgraph.domain.problems import Conflict

TURN_SECONDS = 0.0001  # after which a thread gives way to another
IDLE_SECONDS = 75  # how long a connection may stay without a request

log = structlog.get_logger("dashgraph.server")


async def serve(world: World, *, ready: Callable[[str], None], sockets: Sequence[socket.socket] = ()) -> None:
    """Listen and answer until SIGINT or SIGTERM; running requests get time to finish.

    `ready` is called with the server's address once it listens. Raises Conflict when the port is taken. With `sockets`
    it is one of several processes, listens on these, and ends also with the process that started it.
    """
    stop = asked_to_stop()
    async with working(world) if world.settings.work else nullcontext(), _scraped(world):
        runner = runner_of(world)
        await runner.setup()
        with looked_on(world.observers):
            beside = [
                asyncio.create_task(keep_collecting(), name="collector"),
                asyncio.create_task(keep_sweeping(world.sweeping), name="sweeper"),
                asyncio.create_task(keep_resuming(world.changing.elsewhere, world.identity), name="resumer"),
            ]
        if sockets:
            beside.append(asyncio.create_task(parent_gone(stop), name="parent"))
        try:
            for one in sockets:
                await web.SockSite(runner, one).start()
            _settle()
            ready("" if sockets else await _listen(runner, world.settings.host, world.settings.port))
            await stop.wait()
            log.info("stopping")
        finally:
            for task in beside:
                task.cancel()
            await asyncio.wait(beside)
            await runner.cleanup()


async def serve_many(settings: Settings, environment: Mapping[str, str], *, ready: Callable[[str], None]) -> None:
    """Have several processes answer, until SIGINT or SIGTERM. `environment` is what theirs has besides ours."""
    stop = asked_to_stop()
    host, port = settings.host, settings.port
    try:
        sockets = await listening(host, port)
    except OSError as error:
        raise _taken(host, port, "--host and --port", error) from error
    try:
        address = _shown(host, sockets[0].getsockname()[1])
        await Processes(settings, sockets, environment).run(stop, ready=lambda: ready(address))
    finally:
        for one in sockets:
            one.close()


async def work(world: World, *, ready: Callable[[str], None]) -> None:
    """Carry out jobs until SIGINT or SIGTERM; running ones get time to end. `ready` is told the process's name."""
    stop = asked_to_stop()
    async with working(world) as crew:
        ready(crew.executor)
        await stop.wait()
        log.info("stopping")


def _settle() -> None:
    """Have nobody wait long for what others cause.

    A thread that is busy (large documents are read in one) kept the interpreter for 5 ms at a time, and an answer takes
    dozens of turns.
    """
    keep_memory()
    settle()
    sys.setswitchinterval(TURN_SECONDS)


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


@asynccontextmanager
async def _scraped(world: World) -> AsyncIterator[None]:
    """The port for metrics, where there is one, until all else has ended."""
    if not world.settings.metrics_port:
        yield
        return
    runner = web.AppRunner(metrics_application(world), access_log=None, handle_signals=False)
    await runner.setup()
    try:
        await _listen(runner, world.settings.host, world.settings.metrics_port, instead="DASHGRAPH_METRICS_PORT")
        yield
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int, *, instead: str = "--host and --port") -> str:
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError as error:
        raise _taken(host, port, instead, error) from error
    return _shown(host, runner.addresses[0][1])


def _taken(host: str, port: int, instead: str, error: OSError) -> Conflict:
    return Conflict(f"Cannot listen on {host}:{port}: {why_not(error)}; choose another with {instead}.")


def _shown(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if _family(host) == socket.AF_INET6 else f"http://{host}:{port}"


def why_not(error: OSError) -> str:
    """Why nothing can listen there, without the address, which is said already."""
    return (error.strerror or str(error)).rpartition("): ")[2]


def _family(host: str) -> int:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
