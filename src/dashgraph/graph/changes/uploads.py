"""Uploads, as a mutation: an address to send a file to, so that no file has to travel in a query."""

from datetime import datetime

import strawberry

from dashgraph.domain.uploads import CreateUpload
from dashgraph.graph.changes.declare import ChangeInput, Payload, mutation


@strawberry.input(description="Announce a file.")
class CreateUploadInput(ChangeInput):
    CHANGE = CreateUpload

    place: str = strawberry.field(name="source", description="The name of the source it is for, such as `local`.")
    size: int = strawberry.field(description="Its size in bytes; at most 64 MB.")
    sha256: str = strawberry.field(name="sha256", description="The SHA-256 of its content, in hexadecimal digits.")


@strawberry.type(description="What came of `createUpload`.")
class CreateUploadPayload(Payload):
    @strawberry.field(description="Give it as `uploadId` to import the file. Null in a dry run.")
    def upload_id(self) -> strawberry.ID | None:
        one = self.outcome.facts.get("upload")
        return None if one is None else strawberry.ID(one)

    @strawberry.field(
        description="Where to send the file with PUT, on the server that answered this: `/uploads/...`. No token is "
        "needed; nothing but this file is taken. Told once: null in a dry run and when the same key is sent again."
    )
    def address(self) -> str | None:
        secret = self.outcome.facts.get("secret")
        return None if secret is None else f"/uploads/{secret}"

    @strawberry.field(description="Until when the file can be sent and imported.")
    def expires_at(self) -> datetime | None:
        moment = self.outcome.facts.get("expires_at")
        return None if moment is None else datetime.fromisoformat(moment)


@strawberry.type
class UploadMutations:
    create_upload: CreateUploadPayload = mutation(
        CreateUploadInput,
        CreateUploadPayload,
        description="Get an address to send a file to, and import it from there: for files larger than a request may "
        "be. At most 20 at a time, each kept for an hour. Designers and administrators.",
    )
