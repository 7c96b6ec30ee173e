"""Imports, as mutations."""

from datetime import UTC, datetime
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from dashgraph.domain import imports
from dashgraph.domain.changes import Terms
from dashgraph.domain.differences import DifferenceKind
from dashgraph.domain.folders import DEEPEST
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import Kind
from dashgraph.domain.imports import ImportAction, Imported, ImportOutcome
from dashgraph.domain.problems import TooMuch
from dashgraph.graph.changes.declare import (
    IN_BACKGROUND,
    JOB,
    MOST_AT_ONCE,
    REVISION,
    ChangeInput,
    Payload,
    mutation,
    of_kind,
    said,
    thing,
)
from dashgraph.graph.context import Info
from dashgraph.graph.dashboards import Dashboard
from dashgraph.graph.demands import demands_of
from dashgraph.graph.filters import clean
from dashgraph.graph.imported import DocumentWarning, shown, warnings_of
from dashgraph.graph.jobs import Job
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.nodes import shape
from dashgraph.graph.scalars import JSON
from dashgraph.services.imports import Sent, Taken, read_in, take_in

SOURCE = "The name of the source that takes them in, such as `local`."
FOLDER = (Kind.FOLDER,)


@strawberry.input(
    description="A document: of Sisense, Lightdash or PostHog, or in dashgraph's own format; one dashboard or several. "
    "Charts of Lightdash may be documents of their own. Give one of `json`, `text` and `uploadId`."
)
class DashboardDocumentInput:
    json: JSON | None = strawberry.field(default=UNSET, description="The document as a JSON value.")
    text: str | None = strawberry.field(
        default=UNSET,
        description="The document as the text of the file, JSON or YAML, which keeps numbers of every size.",
    )
    upload: strawberry.ID | None = strawberry.field(
        name="uploadId",
        default=UNSET,
        description="A file that was sent to an address of `createUpload`; a `.zip` holds several.",
    )
    format: DocumentFormat | None = strawberry.field(
        default=UNSET, description="What it is written in; seen in its content when left out."
    )
    action: ImportAction | None = strawberry.field(
        default=UNSET, description="What to do when its id is taken, if not what holds for all."
    )
    folder: strawberry.ID | None = strawberry.field(
        name="folderId", default=UNSET, description="The folder of yours it goes into, if not the one for all."
    )
    folder_path: list[str] | None = strawberry.field(
        default=UNSET,
        description=f"The same folder by the names of those of yours that lead to it, from the top; at most {DEEPEST}.",
    )
    expected_revision: int | None = strawberry.field(
        default=UNSET, description="Refuse to overwrite a dashboard that is no longer at this revision."
    )

    def sent(self, action: ImportAction, folder: strawberry.ID | None, path: list[str]) -> Sent:
        if self.folder or self.folder_path:
            folder, path = self.folder or None, self.folder_path or []
        return Sent(
            text=self.text or None,
            value=None if self.json is UNSET else self.json,
            upload=of_kind(self.upload, (Kind.OPERATION,)) if self.upload else None,
            format=self.format or None,
            action=self.action or action,
            folder=None if folder is None else of_kind(folder, FOLDER),
            path=tuple(clean(name) for name in path),
            expected_revision=None if self.expected_revision is UNSET else self.expected_revision,
        )


@strawberry.input(description="Import dashboards from documents.")
class ImportDashboardsInput:
    source: str = strawberry.field(description=SOURCE)
    documents: list[DashboardDocumentInput] = strawberry.field(
        description=f"The documents, in order; at most {MOST_AT_ONCE} dashboards in all."
    )
    action: ImportAction = strawberry.field(
        default=ImportAction.AUTO, description="What to do with a document whose id is taken."
    )
    folder: strawberry.ID | None = strawberry.field(
        name="folderId", default=UNSET, description="The folder of yours they go into; the top when left out."
    )
    folder_path: list[str] | None = strawberry.field(
        default=UNSET, description="The same folder by the names of those of yours that lead to it, from the top."
    )
    project: strawberry.ID | None = strawberry.field(
        name="projectId",
        default=UNSET,
        description="The project that they go into, in PostHog; needed where there are several.",
    )
    create_missing: bool = strawberry.field(
        default=False,
        description="Make the folders of a `folderPath` that are not there, and for new dashboards without a folder "
        "one that is named as their document says; they go with `undoImport` while nothing else is in them.",
    )
    republish: bool = strawberry.field(
        default=False,
        description="Publish what is overwritten, if it was published before. Else viewers go on seeing the former "
        "version.",
    )
    atomic: bool = strawberry.field(
        default=False, description="All or none. Else each comes in on its own, and one that fails fails alone."
    )
    dry_run: bool = strawberry.field(
        default=False, description="Find out what would happen: the same payload, and nothing is changed."
    )
    idempotency_key: str | None = strawberry.field(
        default=UNSET,
        description="A text of your own for this import: sent again with the same documents, it is not done twice.",
    )
    in_background: bool | None = strawberry.field(default=UNSET, description=IN_BACKGROUND)


@strawberry.type(description="A place where the document and the dashboard that has its id differ.")
class DocumentDifference:
    pointer: str = strawberry.field(
        description="The JSON pointer of the place in the document sent; of what was removed, in the one before."
    )
    kind: DifferenceKind = strawberry.field(description="What happened there.")


@strawberry.type
class ImportedPayload(Payload):
    """Base of what came of one dashboard that was taken in."""

    @property
    def imported(self) -> Imported | None:
        facts = self.outcome.facts
        return Imported.of(facts) if facts else None


def happened() -> Any:
    """The field of such a payload that says what happened."""

    def resolver(self: ImportedPayload) -> ImportOutcome:
        return ImportOutcome.FAILED if self.imported is None else self.imported.outcome

    return strawberry.field(resolver=resolver, name="outcome", description="What happened; in a dry run what would.")


def why() -> Any:
    """The field of such a payload that says why."""

    def resolver(self: ImportedPayload) -> str | None:
        return None if self.imported is None else self.imported.reason

    return strawberry.field(resolver=resolver, description="A sentence on why it came so, where that needs one.")


@strawberry.type(description="What came of one dashboard of an import.")
class ImportResult(ImportedPayload):
    number: strawberry.Private[int]
    place: strawberry.Private[str]

    dashboard: Dashboard | None = thing(
        description="The dashboard; in a dry run as it would be. Null when it failed, when it is somebody else's, and "
        "for a document that is none."
    )

    @strawberry.field(description="Which of the documents it is of; the first is 0.")
    def document(self) -> int:
        return self.number

    @strawberry.field(
        description="The JSON pointer of the dashboard in its document, empty when it is all of it. Of a broken one, "
        "of the place that is wrong."
    )
    def pointer(self) -> str:
        return self.place

    what_happened = happened()
    reason = why()

    @strawberry.field(description="What to know of it; at most one for each data source and chart, and a few more.")
    def warnings(self) -> list[DocumentWarning]:
        return warnings_of(self.imported)

    @strawberry.field(
        description="Where the document differs from the dashboard that had its id, the first 100 places. Empty when "
        "none had it, or one that is hidden from you."
    )
    def differences(self) -> list[DocumentDifference]:
        found = () if self.imported is None else self.imported.differences
        return [DocumentDifference(pointer=shown(one.pointer), kind=one.kind) for one in found]

    @strawberry.field(description="In how many places they differ.")
    def difference_count(self) -> int:
        return 0 if self.imported is None else self.imported.different


@strawberry.type(description="What came of `importDashboards`.")
class ImportDashboardsPayload:
    results: list[ImportResult] = strawberry.field(
        description="One for each dashboard, in the order of the documents, and for each chart that is on none of them."
    )
    job: Job | None = strawberry.field(default=None, description=JOB)

    @strawberry.field(description="How many came in, were there already, or were left out for a reason.")
    def succeeded(self) -> int:
        return sum(one.outcome.problem is None for one in self.results)

    @strawberry.field(description="How many failed.")
    def failed(self) -> int:
        return sum(one.outcome.problem is not None for one in self.results)


async def import_dashboards(
    info: Info,
    input: Annotated[ImportDashboardsInput, strawberry.argument(description="What is wanted.")],
) -> ImportDashboardsPayload:
    if not 1 <= len(input.documents) <= MOST_AT_ONCE:
        message = f"`documents` holds 1 to {MOST_AT_ONCE}; send more in several requests."
        raise TooMuch(message, argument="documents")
    viewer = info.context.loaders.viewer
    terms = Terms(input.dry_run, idempotency_key=input.idempotency_key or None)
    wanted = await read_in(
        info.context.loaders.reading,
        viewer,
        input.source,
        [one.sent(input.action, input.folder or None, input.folder_path or []) for one in input.documents],
        now=datetime.now(UTC),
        republish=input.republish,
        create_missing=input.create_missing,
        project=of_kind(input.project, (Kind.PROJECT,)) if input.project else None,
    )
    if info.context.bulk.takes(said(input.in_background), len(wanted)):
        job = await info.context.bulk.start_import(viewer, wanted, terms, atomic=input.atomic)
        return ImportDashboardsPayload(results=[], job=shape(info.context.renewed())(job))
    taken = await take_in(info.context.changing, viewer, wanted, terms, atomic=input.atomic)
    loaders = info.context.renewed()
    return ImportDashboardsPayload(results=[_result(one, loaders) for one in taken])


def _result(taken: Taken, loaders: Loaders) -> ImportResult:
    return ImportResult(outcome=taken.outcome, loaders=loaders, number=taken.number, place=taken.pointer)


@strawberry.input(description="Put a dashboard back as it was before its last import.")
class UndoImportInput(ChangeInput):
    CHANGE = imports.UndoImport
    KINDS = {"dashboard": (Kind.DASHBOARD,)}

    dashboard: strawberry.ID = strawberry.field(name="dashboardId", description="The dashboard.")
    expected_revision: int | None = strawberry.field(default=UNSET, description=REVISION)


@strawberry.type(description="What came of `undoImport`.")
class UndoImportPayload(Payload):
    dashboard: Dashboard | None = thing(
        description="The dashboard as it was before; null when the import had created it, which is in the trash now."
    )


@strawberry.type
class ImportMutations:
    import_dashboards: ImportDashboardsPayload = strawberry.mutation(
        resolver=import_dashboards,
        description="Take dashboards in from documents, those of other tools too: their queries are kept whole and not "
        "translated. A dashboard is known by its id, never by its title. "
        "You own what is created; an overwrite keeps the id, the owner and the shares. Designers and administrators.",
        directives=demands_of(imports.ImportDashboard),
    )
    undo_import: UndoImportPayload = mutation(
        UndoImportInput,
        UndoImportPayload,
        description="Put a dashboard back as it was before its last import, whatever happened to it since; one that "
        "the import created goes to the trash. Once for each import. Those who may edit it; for the trash, the owner "
        "and administrators.",
    )
