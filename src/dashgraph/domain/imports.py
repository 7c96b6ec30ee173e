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
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import TokenScope, Viewer


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


@dataclass(frozen=True, slots=True)
class DocumentWarning:
    """`pointer` is the JSON pointer of the place in the document, where there is one."""

    code: DocumentWarningCode
    message: str
    pointer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDashboard(Change):
    """Take in one document that has passed `dashgraph.domain.dashfile`. Who imports it owns what is created.

    A document is known by its `oid`, never by its title. An overwrite keeps the id, the owner and the shares; what
    is published stays too, unless `republish` is asked for. `expected_revision` refuses to overwrite what has
    changed since.
    """

    NEEDS = Capability.DASHBOARD_IMPORT
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "place"

    place: str
    document: Document
    action: ImportAction = ImportAction.AUTO
    folder: ResourceId | None = None
    republish: bool = False
    expected_revision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TryImports(Change):
    """Find out what these imports would do one after another, each failing alone. For dry runs only.

    The outcomes are the fact `outcomes`.
    """

    NEEDS = Capability.DASHBOARD_IMPORT
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "place"

    place: str
    imports: tuple[ImportDashboard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoImport(Change):
    """Put a dashboard back as it was before its last import; what the import created goes to the trash."""

    NEEDS = Capability.DASHBOARD_IMPORT
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "dashboard"

    dashboard: ResourceId


def check_may_import(viewer: Viewer) -> None:
    """Raises Forbidden for those who may own no dashboards, whatever their token is for."""
    if viewer.role not in {RoleKind.ADMIN, RoleKind.EDITOR}:
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
