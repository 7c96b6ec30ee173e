"""Azure: each file is a blob whose name holds the key of the message.

It is only written where there is none of that name. Blobs appear whole, so one that is there already is the delivery
that came before; this needs no more than the right to create blobs.
"""

from datetime import datetime

import aiohttp
from azure.core.exceptions import AzureError, HttpResponseError, ServiceRequestError, ServiceResponseError
from azure.core.pipeline.transport import AioHttpTransport
from azure.storage.blob import ContentSettings
from azure.storage.blob.aio import BlobServiceClient

from dashgraph.domain.targets import AzureBlobTarget, Message
from dashgraph.services.delivering.addresses import http_url
from dashgraph.services.delivering.answers import TRANSIENT, Undelivered, seconds_asked
from dashgraph.services.delivering.files import content_type, named

THERE_ALREADY = {"BlobAlreadyExists", "UnauthorizedBlobOverwrite"}  # the latter with the right to create only


async def send(session: aiohttp.ClientSession, target: AzureBlobTarget, message: Message, now: datetime) -> str:
    """Put the files into the container. Raises Undelivered."""
    found = list(named(message))
    if not found:
        raise Undelivered("There is no file to deliver; choose a format that makes one.")
    if target.credential is None:
        raise Undelivered("The Azure target has no credential; give it an account key or a shared access signature.")
    if http_url(target.account_url).query_string:
        raise Undelivered("The account address holds a signature, which everybody could read; give it as credential.")
    folder = f"{prefix}/" if (prefix := target.prefix.strip("/")) else ""
    try:
        service = BlobServiceClient(
            target.account_url,
            credential=target.credential.text,
            transport=AioHttpTransport(session=session, session_owner=False),
            retry_total=0,
        )
        for name, file in found:
            blob = service.get_blob_client(target.container, folder + name)
            settings = ContentSettings(content_type=content_type(file))
            try:
                await blob.upload_blob(file.content, overwrite=False, content_settings=settings)
            except HttpResponseError as error:
                if _code(error) not in THERE_ALREADY:
                    raise
    except AzureError as error:
        raise _undelivered(error, now) from error
    except ValueError as error:
        raise Undelivered("The account address, the container or the credential has not the form it needs.") from error
    return "stored as " + ", ".join(folder + name for name, _ in found)


def _code(error: HttpResponseError) -> str:
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code) or "")


def _undelivered(error: AzureError, now: datetime) -> Undelivered:
    match error:
        case HttpResponseError() if error.status_code is not None:
            after = getattr(error.response, "headers", {}).get("Retry-After")
            answer = f"HTTP {error.status_code} {_code(error) or error.reason or ''}".rstrip()
            return Undelivered(answer, retry=error.status_code in TRANSIENT, after=seconds_asked(after, now))
        case ServiceRequestError() | ServiceResponseError():
            return Undelivered("The connection to Azure failed.", retry=True)
        case _:
            return Undelivered("Azure cannot be used with this account address and credential.")
