"""Azure, to azurite, the vendor's own server for tests."""

import asyncio
import hashlib
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import ContainerSasPermissions, generate_container_sas
from azure.storage.blob.aio import BlobServiceClient

from dashgraph.domain.secrets import Secret
from dashgraph.domain.targets import Attachment, AzureBlobTarget, Message, Receipt
from delivering import MESSAGE, NOW, PICTURE, SHEET, listening, sinks

FOLDER = Path(__file__).parent / "azurite"
ACCOUNT, KEY = "tallgrass", "c3Bva2VzLWFuZC1yaW1z"
NAME = "Umsatz März-0f1e2d3c.pdf"
SECONDS = 300  # for npm, the first time


@pytest.fixture(scope="module")
def azurite(request: pytest.FixtureRequest) -> Path:
    """Where azurite is, installed once for each lock file."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("azurite needs node and npm")
    lock = (FOLDER / "package-lock.json").read_bytes()
    home = request.config.cache.mkdir(f"azurite-{hashlib.sha256(lock).hexdigest()[:12]}")
    if not (home / "ready").exists():
        building = home / f"building-{os.getpid()}"  # another process of this run may build it too
        building.mkdir()
        for name in ("package.json", "package-lock.json"):
            shutil.copy(FOLDER / name, building)
        done = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"],
            cwd=building, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            shutil.rmtree(building)
            pytest.skip(f"npm could not install azurite: {done.stderr[-200:]}")
        try:
            building.rename(home / "ready")
        except OSError:
            shutil.rmtree(building)
    return home / "ready" / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"


@pytest.fixture(scope="module")
async def address(azurite: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of an account."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        "node", str(azurite), "--blobHost", "127.0.0.1", "--blobPort", str(port), "--inMemoryPersistence",
        "--disableTelemetry", "--skipApiVersionCheck", "--silent",
        cwd=tmp_path_factory.mktemp("azurite"),
        env={**os.environ, "AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        async with asyncio.timeout(60):
            said = b""
            while b"successfully listen" not in said:
                line = await process.stdout.readline()
                assert line, said.decode()
                said += line
        yield f"http://127.0.0.1:{port}/{ACCOUNT}"
    finally:
        process.terminate()
        await process.communicate()


class Container:
    """A container of its own for a test, seen with every right."""

    def __init__(self, service: BlobServiceClient, name: str, target: AzureBlobTarget) -> None:
        self._client = service.get_container_client(name)
        self.name = name
        self.target = target

    async def blobs(self) -> dict[str, bytes]:
        found = [blob.name async for blob in self._client.list_blobs()]
        return {name: await (await self._client.download_blob(name)).readall() for name in found}

    async def content_type(self, name: str) -> str | None:
        return (await self._client.get_blob_client(name).get_blob_properties()).content_settings.content_type

    def signature(self, **rights: bool) -> Secret:
        return Secret(
            generate_container_sas(
                ACCOUNT,
                self.name,
                account_key=KEY,
                permission=ContainerSasPermissions(**rights),
                expiry=datetime.now(UTC) + timedelta(hours=1),
            )
        )


@pytest.fixture
async def container(address: str, request: pytest.FixtureRequest) -> AsyncIterator[Container]:
    name = "c" + hashlib.sha256(request.node.name.encode()).hexdigest()[:20]
    async with BlobServiceClient(address, credential=KEY) as service:
        try:
            await service.create_container(name)
        except ResourceExistsError:
            await service.get_container_client(name).delete_container()
            await service.create_container(name)
        target = AzureBlobTarget(account_url=address, container=name, prefix="weekly/", credential=Secret(KEY))
        yield Container(service, name, target)


async def sent(target: AzureBlobTarget, message: Message = MESSAGE, **more: Any) -> Receipt:
    async with sinks(**more) as out:
        [receipt] = await out.send(target, message)
    assert KEY not in repr([receipt, target])
    return receipt


async def test_a_file_becomes_a_blob_whose_name_holds_the_key(container: Container) -> None:
    receipt = await sent(container.target)

    assert (receipt.delivered, receipt.answer) == (True, f"stored as weekly/{NAME}")
    assert receipt.recipient == f"{container.target.account_url}/{container.name}/weekly"
    assert await container.blobs() == {f"weekly/{NAME}": SHEET.content}
    assert await container.content_type(f"weekly/{NAME}") == "application/pdf"


async def test_a_repetition_is_no_error_and_changes_nothing(container: Container) -> None:
    await sent(container.target)
    other = replace(SHEET, content=b"drawn again, a little different")

    again = await sent(container.target, replace(MESSAGE, attachments=(other,)))
    another = await sent(container.target, replace(MESSAGE, key="4b5a6978", attachments=(other,)))

    assert (again.delivered, again.retry) == (True, False)
    assert another.delivered
    assert await container.blobs() == {
        f"weekly/{NAME}": SHEET.content,
        "weekly/Umsatz März-4b5a6978.pdf": other.content,
    }


async def test_a_signature_that_may_only_create_is_enough(container: Container) -> None:
    receipt = await sent(replace(container.target, credential=container.signature(create=True)))

    assert receipt.delivered
    assert await container.blobs() == {f"weekly/{NAME}": SHEET.content}


@pytest.mark.filterwarnings("ignore:Sending a large body directly")  # as the vendor's library does
async def test_a_large_file_and_a_picture(container: Container) -> None:
    large = Attachment("large.csv", "text/csv", b"0123456789abcdef" * 200_000)

    assert (await sent(container.target, replace(MESSAGE, attachments=(large,)))).delivered
    assert (await sent(container.target, replace(MESSAGE, attachments=(), inline=PICTURE))).delivered

    assert await container.blobs() == {
        "weekly/large-0f1e2d3c.csv": large.content,
        "weekly/Umsatz-0f1e2d3c.png": PICTURE.content,
    }


async def test_what_azure_refuses_is_told_in_its_words(container: Container) -> None:
    reading = await sent(replace(container.target, credential=container.signature(read=True)))
    wrong = await sent(replace(container.target, credential=Secret("d3Jvbmcta2V5")))
    nowhere = await sent(replace(container.target, container="nowhere"))

    assert [(one.delivered, one.retry) for one in (reading, wrong, nowhere)] == [(False, False)] * 3
    assert reading.answer == "HTTP 403 AuthorizationPermissionMismatch"
    assert wrong.answer == "HTTP 403 AuthorizationFailure"
    assert nowhere.answer == "HTTP 404 ContainerNotFound"
    assert "d3Jvbmcta2V5" not in repr(wrong)
    assert await container.blobs() == {}


TARGET = AzureBlobTarget(account_url="https://tallgrass.blob.core.windows.net", container="c", credential=Secret(KEY))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"credential": None}, "no credential"),
        ({"credential": Secret("not base64 at all!")}, "cannot be used with this"),
        ({"account_url": f"{TARGET.account_url}/?sv=1&sig=hidden-signature"}, "give it as credential"),
        ({"account_url": "https://10.0.0.1/a", "credential": Secret("sv=1&sig=a")}, "DASHGRAPH_ALLOWED_PRIVATE_HOSTS"),
        ({"account_url": "http://tallgrass.blob.core.windows.net"}, "only reached by https://"),
        ({"account_url": ""}, "none that can be asked"),
        ({"container": ""}, "has not the form"),
    ],
)
async def test_what_cannot_be_sent_says_what_to_do(change: dict[str, Any], words: str) -> None:
    receipt = await sent(replace(TARGET, **change))

    assert (receipt.delivered, receipt.retry) == (False, False)
    assert words in receipt.answer
    assert "hidden-signature" not in repr(receipt)


async def test_a_message_without_a_file_is_refused() -> None:
    receipt = await sent(TARGET, replace(MESSAGE, attachments=()))

    assert (receipt.delivered, receipt.retry) == (False, False)
    assert "no file to deliver" in receipt.answer


@pytest.mark.parametrize(
    ("status", "retry"), [(302, False), (400, False), (409, False), (429, True), (500, True), (503, True)]
)
async def test_what_may_pass_is_tried_again(status: int, *, retry: bool) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.method)
        return web.Response(status=status, headers={"Location": "/elsewhere", "Retry-After": "99"})

    async with listening([web.route("*", "/{any:.*}", answer)]) as address:
        receipt = await sent(replace(TARGET, account_url=f"{address}/a"))

    assert (receipt.delivered, receipt.retry) == (False, retry)
    assert f"HTTP {status}" in receipt.answer
    assert asked == ["PUT"]


@pytest.mark.parametrize(
    ("status", "code", "delivered"),
    [
        (409, "BlobAlreadyExists", True),
        (403, "UnauthorizedBlobOverwrite", True),  # what Azure, unlike azurite, says to who may only create
        (409, "ContainerBeingDeleted", False),
        (403, "AuthorizationPermissionMismatch", False),
    ],
)
async def test_what_is_there_already_was_delivered_before(status: int, code: str, *, delivered: bool) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"x-ms-error-code": code})

    async with listening([web.put("/{any:.*}", answer)]) as address:
        receipt = await sent(replace(TARGET, account_url=f"{address}/a"))

    assert (receipt.delivered, receipt.retry) == (delivered, False)


async def test_where_nobody_listens_or_answers_it_is_tried_again_later() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        elsewhere = replace(TARGET, account_url=f"http://127.0.0.1:{silent.getsockname()[1]}/a")
        unanswered = await sent(elsewhere, seconds=0.05)
    refused = await sent(elsewhere, clock=lambda: NOW)

    assert [(one.delivered, one.retry) for one in (unanswered, refused)] == [(False, True)] * 2
