"""`serve --workers`: several real processes on one port, told apart, replaced, drained and seen."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from structlog.testing import capture_logs

from dashgraph.app import processes
from dashgraph.app.processes import Processes
from dashgraph.app.settings import Settings, environment
from dashgraph.domain.problems import BadInput, Conflict
from serving import Client, Serving, serving
from sockets import connected

SECONDS = 60  # for what takes a few
LOOK = 0.05  # seconds between two looks at what processes do, which need ours to do it
DASHBOARDS = "query Dashboards { dashboards(first: 1) { edges { node { id title } } } }"
EXPORT = """mutation Export($input: ExportDashboardInput!) { exportDashboard(input: $input) { job { id } } }"""
FOLLOW = "subscription Follow($id: ID!) { jobUpdated(id: $id) { status } }"


@asynccontextmanager
async def collector() -> AsyncIterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """The address of a collector of spans, and what came to it."""
    came: list[ExportTraceServiceRequest] = []

    async def take(request: web.Request) -> web.Response:
        came.append(ExportTraceServiceRequest.FromString(await request.read()))
        return web.Response()

    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/v1/traces", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", came
    finally:
        await runner.cleanup()


def children(server: Serving) -> dict[int, int]:
    """The numbers of the processes that answer, and their ids."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                status, line = (folder / "status").read_text(), (folder / "cmdline").read_text().split("\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if f"PPid:\t{server.process.pid}\n" in status and processes.COMMAND in line:
                found[int(line[line.index(processes.COMMAND) + 1])] = int(folder.name)
    return found


async def said(server: Serving, event: str, times: int = 1) -> None:
    """Wait until the log has a line with this event."""
    async with asyncio.timeout(SECONDS):
        while [line["event"] for line in server.lines].count(event) < times:  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(LOOK)


def two_ports() -> int:
    """The first of two free ports in a row."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as one, suppress(OSError):
            port: int = one.getsockname()[1]
            with socket.create_server(("127.0.0.1", port + 1)):
                return port


async def test_processes_share_a_port_are_replaced_and_stop_together(tmp_path: Path) -> None:
    port = two_ports()
    async with collector() as (endpoint, came), aiohttp.ClientSession() as session:
        async with serving(
            tmp_path,
            "--demo",
            "--workers=2",
            last="--json",
            DASHGRAPH_METRICS_PORT=str(port),
            DASHGRAPH_LOG_FORMAT="json",
            OTEL_EXPORTER_OTLP_ENDPOINT=endpoint,
        ) as server:
            client = Client(session, server.address, server.token)
            first = children(server)
            assert first.keys() == {1, 2}

            # one dies in the middle of it all: nobody is refused
            os.kill(first[1], signal.SIGKILL)
            assert {(await client.ask("{ __typename }")).status for _ in range(20)} == {200}
            await said(server, "a process was replaced")
            second = children(server)
            assert second[2] == first[2]
            assert second[1] != first[1]

            # each counts for itself, and jobs are carried out by one of them
            [edge] = (await client.ask(DASHBOARDS)).json["data"]["dashboards"]["edges"]
            given = {"dashboardId": edge["node"]["id"], "format": "DASH"}
            job = (await client.ask(EXPORT, input=given)).json["data"]["exportDashboard"]["job"]["id"]
            async with connected(server.address) as live:
                await live.greet(server.token)
                await live.subscribe("1", FOLLOW, id=job)
                while (message := await live.receive())["type"] == "next":
                    status = message["payload"]["data"]["jobUpdated"]["status"]
                assert status == "SUCCEEDED"
                scrapes = [await scraped(session, port + number) for number in (0, 1)]
                assert sum("dashgraph_job_attempts_total{" in text for text in scrapes) == 1
                assert all("process_cpu_seconds_total" in text for text in scrapes)

                # and when all are asked to stop, they end what is under way
                server.process.send_signal(signal.SIGTERM)
                assert await live.closed() == (1001, "The server stops; connect again.")
            async with asyncio.timeout(SECONDS):
                await server.process.wait()
            assert not children(server)
        assert server.outcome.code == 0
        lines = server.lines
        assert [line["event"] for line in lines].count("stopping") == 3
        [died] = [line for line in lines if line["event"] == "a process died"]
        assert (died["number"], died["code"]) == (1, -signal.SIGKILL)

    spans = [
        span for one in came for group in one.resource_spans for scope in group.scope_spans for span in scope.spans
    ]
    assert {"query Dashboards", "mutation Export", "subscription Follow"} <= {span.name for span in spans}
    [service] = {
        one.value.string_value
        for request in came
        for group in request.resource_spans
        for one in group.resource.attributes
        if one.key == "service.name"
    }
    assert service == "dashgraph"


async def scraped(session: aiohttp.ClientSession, port: int) -> str:
    async with session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        assert answer.status == 200
        return await answer.text()


async def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    settings = {"DASHGRAPH_LOG_FORMAT": "json", "DASHGRAPH_WORK": "false"}
    async with serving(tmp_path, "--workers=2", last="dashgraph token create", **settings) as server:
        assert len(children(server)) == 2

        server.process.kill()

        async with asyncio.timeout(SECONDS):
            await server.process.wait()
            while await listens(server.address):  # noqa: ASYNC110 - it happens in another process
                await asyncio.sleep(LOOK)
    assert [line["event"] for line in server.lines] == ["stopping", "stopping"]


async def listens(address: str) -> bool:
    host, port = address.removeprefix("http://").split(":")
    try:
        _, writer = await asyncio.open_connection(host, port)
        writer.close()
        await writer.wait_closed()
    except (ConnectionRefusedError, ConnectionResetError):
        return False
    return True


@pytest.mark.parametrize(
    ("given", "environment", "why"),
    [
        (["--fakes"], {}, "Made-up servers go with one process: leave out --fakes or --workers."),
        ([], {"DASHGRAPH_METRICS_TOKEN": "secret"}, "Each of several workers counts for itself: set "),
        ([], {"DASHGRAPH_METRICS_PORT": "65534"}, "would have the ports 65534 to 65537; take others."),
    ],
)
def test_what_several_processes_cannot_have_is_said(
    given: list[str], environment: dict[str, str], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(BadInput) as refused:
        processes.check(Settings(workers=4), fakes=bool(given))
    processes.check(Settings(workers=1), fakes=bool(given))

    assert why in refused.value.message
    assert "secret" not in refused.value.message


def test_what_each_process_has_for_itself_is_told_apart() -> None:
    shared = Settings(executor="blue", metrics_port=9464, workers=3)

    found = [processes.of_one(shared, number) for number in (1, 2, 3)]

    assert [(one.executor, one.metrics_port) for one in found] == [("blue-1", 9464), ("blue-2", 9465), ("blue-3", 9466)]
    nothing = processes.of_one(Settings(), 2)
    assert (nothing.executor, nothing.metrics_port) == (None, 0)


async def test_processes_that_cannot_begin_are_not_tried_again(capfd: pytest.CaptureFixture[str]) -> None:
    ready: list[str] = []
    wrong = environment(no_such_setting="1")

    [one] = await processes.listening("127.0.0.1", 0)
    with one, pytest.raises(Conflict, match="A process cannot begin to serve; the log says why"):
        await Processes(Settings(workers=2), [one], wrong).run(asyncio.Event(), ready=lambda: ready.append("ready"))

    assert ready == []
    assert capfd.readouterr().err.count("DASHGRAPH_NO_SUCH_SETTING: there is no such setting") == 1


async def test_a_process_that_cannot_be_started_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when there is no memory for one more: once there is, it is replaced."""
    program, pids = tmp_path / "program", tmp_path / "pids"
    program.write_text(f"#!/bin/sh\necho $$ >> {pids}\necho ready\nread waiting\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(processes, "SHORTEST_PAUSE", 0.01)
    stop, ready = asyncio.Event(), asyncio.Event()

    with capture_logs() as logged:
        running = asyncio.create_task(Processes(Settings(workers=1), [], {}).run(stop, ready=ready.set))
        async with asyncio.timeout(SECONDS):
            await ready.wait()
            away = program.rename(tmp_path / "away")
            os.kill(int(pids.read_text()), signal.SIGKILL)
            for event in ("a process cannot be started", "a process was replaced"):
                while event not in {line["event"] for line in logged}:  # noqa: ASYNC110 - it happens in another task
                    await asyncio.sleep(LOOK)
                if away.exists():
                    away.rename(program)
            stop.set()
            await running

    assert len(pids.read_text().split()) == 2
