"""What is asked of an import, and what came of it."""

from dataclasses import dataclass
from enum import StrEnum

from dashgraph.domain.dash import JsonObject
from dashgraph.domain.ids import ResourceId


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


@dataclass(frozen=True, slots=True)
class ImportWish:
    """One `.dash` document that has passed `dashgraph.domain.dashfile`."""

    document: JsonObject
    action: ImportAction = ImportAction.AUTO
    folder: ResourceId | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """`reason` is a sentence for people, where the outcome needs one."""

    outcome: ImportOutcome
    dashboard: ResourceId
    title: str
    widgets: int
    reason: str | None = None
