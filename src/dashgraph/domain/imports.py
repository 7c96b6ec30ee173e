"""Documents becoming dashboards: what is asked of an import, and what came of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from dashgraph.domain.changes import Change
from dashgraph.domain.dash import Document
from dashgraph.domain.differences import Difference, DifferenceKind
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.problems import Forbidden
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import SERVICES_OWN_NOTHING, TokenScope, Viewer


class ImportAction(StrEnum):
    """What to do with a document whose id is already taken in the source that takes it in."""

    AUTO = "auto"  # skip when nothing differs, else duplicate
    SKIP = "skip"
    OVERWRITE = "overwrite"
    DUPLICATE = "duplicate"
    FAIL = "fail"


class ImportOutcome(StrEnum):
    CREATED = "created"
    OVERWRITTEN = "overwritten"
    SKIPPED = "skipped"
    DUPLICATED = "duplicated"
    FAILED = "failed"


class DocumentWarningCode(StrEnum):
    """What people should know of a document that was taken all the same."""

    DATASOURCE_UNKNOWN = "datasource_unknown"
    FOLDER_UNKNOWN = "folder_unknown"
    SCRIPT = "script"
    SCRIPT_NAMES_OLD_IDS = "script_names_old_ids"
    WIDGET_IDS_REPLACED = "widget_ids_replaced"
    NOT_YOURS = "not_yours"
    CHART_MISSING = "chart_missing"
    ACCESS_LEFT_OUT = "access_left_out"
    PUBLISHED_LEFT_OUT = "published_left_out"


@dataclass(frozen=True, slots=True)
class DocumentWarning:
    """`pointer` is the JSON pointer of the place in the document, where there is one."""

    code: DocumentWarningCode
    message: str
    pointer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDashboard(Change):
    """Take in one document that has passed `dashgraph.domain.formats`. Who imports it owns what is created.

    A document is known by its id, never by its title; `id` is for one that does not say it itself. An overwrite keeps
    the id, the owner and the shares; what is published stays too, unless `republish` is asked for. Something new is
    published as `published` says. `lay_in` are the folders that it lay in, from the top; `warnings` are what reading
    it has found. `path` names a folder of the viewer's instead of `folder`, from the top; `project` is for sources
    that have several; with `create_missing` it is made where it is not there, and so is the one that the document
    names.
    """

    NEEDS = Capability.DASHBOARD_IMPORT
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "place"

    place: str
    document: Document
    id: str | None = None
    published: Document | None = None
    lay_in: tuple[str, ...] = ()
    warnings: tuple[DocumentWarning, ...] = ()
    action: ImportAction = ImportAction.AUTO
    folder: ResourceId | None = None
    path: tuple[str, ...] = ()
    project: ResourceId | None = None
    create_missing: bool = False
    republish: bool = False

    @property
    def native(self) -> str | None:
        """The id that the dashboard is known by; None is one that nothing matches."""
        own: str | None = self.document.raw.get("oid")
        return own or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoImport(Change):
    """Put a dashboard back as it was before its last import; what the import created goes to the trash."""

    NEEDS = Capability.DASHBOARD_IMPORT
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "dashboard"

    dashboard: ResourceId


def check_may_import(viewer: Viewer) -> None:
    """Raises Forbidden for those who may own no dashboards, whatever their token is for."""
    if viewer.is_service:
        raise Forbidden(SERVICES_OWN_NOTHING)
    if not viewer.may_own:
        message = "Viewers own no dashboards; import as a designer or an administrator."
        raise Forbidden(message)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. `native` is the dashboard's id, also of one that is hidden from who imported.

    `reason` is a sentence for people, where the outcome needs one. `differences` are what the document says
    otherwise than the dashboard that had its id; at most so many are listed, `different` counts all.
    """

    outcome: ImportOutcome
    native: str
    title: str
    widgets: int
    reason: str | None = None
    warnings: tuple[DocumentWarning, ...] = ()
    differences: tuple[Difference, ...] = ()
    different: int = 0

    def facts(self) -> dict[str, Any]:
        """As the outcome of a change carries it: plain values."""
        return asdict(self)

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """From the facts of an outcome, fresh or read back from the audit trail."""
        values = dict(facts)
        values["outcome"] = ImportOutcome(values["outcome"])
        values["warnings"] = tuple(
            DocumentWarning(DocumentWarningCode(one["code"]), one["message"], one["pointer"])
            for one in values["warnings"]
        )
        values["differences"] = tuple(
            Difference(one["pointer"], DifferenceKind(one["kind"])) for one in values["differences"]
        )
        return cls(**values)
