"""What is told of documents that were taken in."""

from typing import Any

import strawberry

from dashgraph.domain.imports import DocumentWarningCode, Imported


@strawberry.type(description="Something to know of a document that was taken all the same.")
class DocumentWarning:
    code: DocumentWarningCode = strawberry.field(description="What it is.")
    message: str = strawberry.field(description="In words.")
    pointer: str | None = strawberry.field(description="The JSON pointer of the place in the dashboard's document.")


def warnings_of(imported: Imported | None) -> list[DocumentWarning]:
    found = () if imported is None else imported.warnings
    return [DocumentWarning(code=one.code, message=shown(one.message), pointer=shown(one.pointer)) for one in found]


def shown(text: Any) -> Any:
    """Text of a document, without halves of characters, which no answer can carry."""
    return text if text is None else text.encode(errors="replace").decode()
