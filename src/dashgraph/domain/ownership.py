"""Giving things to somebody else."""

from dataclasses import dataclass
from enum import StrEnum

from dashgraph.domain.changes import Change
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import TokenScope


class OriginalOwnerRule(StrEnum):
    """What the owner so far keeps."""

    EDIT = "edit"
    VIEW = "view"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDashboardOwner(Change):
    """Give a dashboard to another user. Its widgets follow; the published version stays in force.

    As an owner, or, with `as_admin`, as an administrator, who does not do it by being the owner.
    """

    NEEDS = Capability.DASHBOARD_CHANGE_OWNER
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "dashboard"

    dashboard: ResourceId
    owner: ResourceId
    original_owner_rule: OriginalOwnerRule = OriginalOwnerRule.EDIT
    as_admin: bool = False


class TransferStep(StrEnum):
    """What a hand-over does with one item."""

    TRANSFER = "transfer"
    REVOKE = "revoke"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferOwnership(Change):
    """Hand over everything that somebody owns, as one plan.

    The plan names each item and what becomes of it. `plan` is the id of one that was looked at in a dry run: the
    hand-over is refused when the plan would be another by now. `everywhere` is about what the same person, by e-mail
    address, owns in the other sources too; it goes to the heir's accounts there.
    """

    NEEDS = Capability.OWNERSHIP_TRANSFER
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "giver"

    giver: ResourceId
    heir: ResourceId
    original_owner_rule: OriginalOwnerRule = OriginalOwnerRule.NONE
    plan: str | None = None
    everywhere: bool = False
