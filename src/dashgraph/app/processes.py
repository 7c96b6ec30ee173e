"""Several processes that answer on one port: started, replaced when they die, and stopped together."""

import asyncio
import os
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress

import structlog

from dashgraph.app.settings import Settings
from dashgraph.domain.problems import BadInput, Conflict

log = structlog.get_logger("dashgraph.processes")

COMMAND = "serve-one"  # what each of them runs
READY = b"ready\n"  # what each says once it answers
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before one that died is replaced; doubled each time
STEADY = 60.0  # seconds that one lives to be counted as well
ENDING = 30.0  # seconds beyond those for running requests and jobs
LAST_PORT = 65535
BACKLOG = 1024  # connections that wait to be taken


class Processes:
    """The processes beside this one. They share listening sockets, so what waits there outlives each of them."""

    def __init__(self, settings: Settings, listening: Sequence[socket.socket], environment: Mapping[str, str]) -> None:
        self._settings = settings
        self._fds = [one.fileno() for one in listening]
        self._environment = {**os.environ, **environment}
        self._running: dict[int, Process] = {}
        self._stopping = asyncio.Event()

    async def run(self, stop: asyncio.Event, *, ready: Callable[[], None]) -> None:
        """Keep as many as the settings say until `stop`. `ready` is called when all answer.

        Raises Conflict when one of them cannot even begin.
        """
        numbers = range(1, self._settings.workers + 1)
        stopped = asyncio.ensure_future(stop.wait())
        keepers: list[asyncio.Task[None]] = []
        try:
            beginning = asyncio.ensure_future(self._all_begin(numbers))
            await asyncio.wait([beginning, stopped], return_when=asyncio.FIRST_COMPLETED)
            if not beginning.done():
                beginning.cancel()
                await asyncio.wait([beginning])
                return
            if not beginning.result():
                raise Conflict("A process cannot begin to serve; the log says why.")
            keepers = [asyncio.create_task(self._keep(number), name=f"process {number}") for number in numbers]
            ready()
            await stopped
            log.info("stopping")
        finally:
            stopped.cancel()
            await self._stop(keepers)

    async def _all_begin(self, numbers: Sequence[int]) -> bool:
        """Start all, the first before the others: it may have tables to make."""
        first, *others = numbers
        return await self._begin(first) and all(await asyncio.gather(*(self._begin(one) for one in others)))

    async def _keep(self, number: int) -> None:
        """Replace a process whenever it dies, after a pause that grows while that goes on."""
        pause = SHORTEST_PAUSE
        while not self._stopping.is_set():
            since = time.monotonic()
            process = self._running.get(number)
            code = await process.wait() if process is not None else None
            if self._stopping.is_set():
                return
            if time.monotonic() - since >= STEADY:
                pause = SHORTEST_PAUSE
            log.error("a process died", number=number, code=code, again_in_seconds=pause)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stopping.wait()
            pause = min(pause * 2, LONGEST_PAUSE)
            if not self._stopping.is_set() and await self._replaced(number):
                log.info("a process was replaced", number=number)

    async def _replaced(self, number: int) -> bool:
        """As `_begin`, where it may be that nothing can be started just now, for want of memory."""
        try:
            return await self._begin(number)
        except OSError:
            log.exception("a process cannot be started", number=number)
            return False

    async def _begin(self, number: int) -> bool:
        """Start one. Whether it came so far that it answers."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *_warnings(), "-m", "dashgraph", COMMAND, str(number), *map(str, self._fds)),
            env=self._environment,
            pass_fds=self._fds,
            start_new_session=True,  # Ctrl-C comes through us
            stdin=PIPE,  # closed when we are gone, however that comes
            stdout=PIPE,
        )
        self._running[number] = process
        if process.stdout is None:
            raise TypeError("its output is a pipe")
        return await process.stdout.readline() == READY

    async def _stop(self, keepers: Sequence[asyncio.Task[None]]) -> None:
        """Ask all to stop, give them the time that is theirs, and end those that are still there."""
        self._stopping.set()
        for keeper in keepers:
            keeper.cancel()
        if keepers:
            await asyncio.wait(keepers)
        endings = {asyncio.ensure_future(one.wait()): one for one in self._running.values()}
        if not endings:
            return
        for one in endings.values():
            if one.returncode is None:
                one.terminate()
        _, late = await asyncio.wait(endings, timeout=2 * self._settings.shutdown_seconds + ENDING)
        for ending in late:
            log.warning("a process did not stop and is ended", pid=endings[ending].pid)
            endings[ending].kill()
        await asyncio.wait(endings)


def check(settings: Settings, *, fakes: bool) -> None:
    """Find out what several processes cannot have. Raises BadInput."""
    if settings.workers == 1:
        return
    if fakes:
        message = "Made-up servers go with one process: leave out --fakes or --workers."
        raise BadInput(message)
    if settings.metrics_token.get_secret_value() and not settings.metrics_port:
        message = "Each of several workers counts for itself: set DASHGRAPH_METRICS_PORT, so that each has a port."
        raise BadInput(message)
    ports = range(settings.metrics_port, settings.metrics_port + settings.workers)
    if settings.metrics_port and (ports[-1] > LAST_PORT or settings.port in ports):
        message = f"DASHGRAPH_METRICS_PORT: the workers would have the ports {ports[0]} to {ports[-1]}; take others."
        raise BadInput(message)


def of_one(settings: Settings, number: int) -> Settings:
    """The settings of one of several processes: what each must have for itself is told apart by its number."""
    executor = settings.executor and f"{settings.executor}-{number}"
    port = settings.metrics_port and settings.metrics_port + number - 1
    return settings.model_copy(update={"executor": executor, "metrics_port": port})


async def listening(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen at all addresses of a host. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    with ExitStack() as opened:
        sockets = []
        for family, address in dict.fromkeys((family, address) for family, _, _, _, address in found):
            one = opened.enter_context(socket.socket(family, socket.SOCK_STREAM))
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
            one.listen(BACKLOG)
            one.setblocking(False)
            sockets.append(one)
        opened.pop_all()
    return sockets


async def parent_gone(stop: asyncio.Event) -> None:
    """Set `stop` when the process that started this one is no more."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    try:
        await reader.read()
        stop.set()
    finally:
        transport.close()


def _warnings() -> list[str]:
    return [f"-W{one}" for one in sys.warnoptions]
