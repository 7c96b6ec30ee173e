"""Shares: what lets somebody else see a dashboard."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashgraph.domain.changes import Change
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Listing, Lookup, Sort
from dashgraph.domain.problems import BadInput
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import TokenScope


class ShareRule(StrEnum):
    VIEW = "view"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Share:
    """A right on a dashboard or a folder, given to a user or to a group. `subject` is the id of either.

    `native_role` is the source's own word for the rule. `inherited_from` says in a word where it comes from when it is
    not given on the thing itself: `folder`, `project`, `organization`, `group`.
    """

    id: ResourceId
    dashboard: ResourceId | None
    subject: ResourceId
    rule: ShareRule
    subscribed: bool
    created_at: datetime | None
    folder: ResourceId | None = None
    native_role: str | None = None
    inherited_from: str | None = None


class ShareSort(Sort):
    SUBJECT_ASC = "subject"
    SUBJECT_DESC = "-subject"
    RULE_ASC = "rule"
    RULE_DESC = "-rule"
    CREATED_AT_ASC = "created_at"
    CREATED_AT_DESC = "-created_at"


@dataclass(frozen=True, slots=True)
class ShareFilter:
    rule: ShareRule | None = None
    subject: Kind | None = None
    subscribed: bool | None = None


SHARE = Lookup[Share]("share", Kind.SHARE, TokenScope.DASHBOARDS_READ)
SHARES_OF_DASHBOARD = Listing[Share](
    "dashboard.shares",
    Kind.SHARE,
    TokenScope.DASHBOARDS_READ,
    ShareSort,
    ShareSort.SUBJECT_ASC,
    under=Kind.DASHBOARD,
)
SHARES_OF_FOLDER = Listing[Share](
    "folder.shares",
    Kind.SHARE,
    TokenScope.DASHBOARDS_READ,
    ShareSort,
    ShareSort.SUBJECT_ASC,
    under=Kind.FOLDER,
)
SHARES_OF_GROUP = Listing[Share](
    "group.shares",
    Kind.SHARE,
    TokenScope.DASHBOARDS_READ,
    ShareSort,
    ShareSort.CREATED_AT_DESC,
    under=Kind.GROUP,
)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a share gives to whom, before there is a share."""

    subject: ResourceId
    rule: ShareRule = ShareRule.VIEW
    subscribed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddShare(Change):
    """Share a dashboard with one more user or group. The first share publishes what there is.

    Where shares are of folders, `folder` instead of the dashboard.
    """

    NEEDS = Capability.SHARE_WRITE
    SCOPE = TokenScope.SHARES_WRITE
    ABOUT = "target"

    dashboard: ResourceId | None = None
    folder: ResourceId | None = None
    grant: Grant

    def __post_init__(self) -> None:
        """Raises BadInput unless it is exactly one thing that is shared."""
        _ = self.target

    @property
    def target(self) -> ResourceId:
        """What is shared."""
        if self.dashboard is not None and self.folder is None:
            return self.dashboard
        if self.folder is not None and self.dashboard is None:
            return self.folder
        message = "Say what to share: dashboardId or folderId, one of them."
        raise BadInput(message, argument="dashboardId")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateShare(Change):
    """Change what a share allows. What is None stays."""

    NEEDS = Capability.SHARE_WRITE
    SCOPE = TokenScope.SHARES_WRITE
    ABOUT = "share"

    share: ResourceId
    rule: ShareRule | None = None
    subscribed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveShare(Change):
    """Take a share away. The outcome tells by which other paths its subject still sees the dashboard."""

    NEEDS = Capability.SHARE_WRITE
    SCOPE = TokenScope.SHARES_WRITE
    ABOUT = "share"

    share: ResourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDashboardShares(Change):
    """Make these the shares of a dashboard, all of them: others are taken away, those there already are kept."""

    NEEDS = Capability.SHARE_WRITE
    SCOPE = TokenScope.SHARES_WRITE
    ABOUT = "dashboard"

    dashboard: ResourceId
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyShares(Change):
    """Share a dashboard with everybody that another one is shared with; of two rules the stronger stays."""

    NEEDS = Capability.SHARE_WRITE
    SCOPE = TokenScope.SHARES_WRITE
    ABOUT = "dashboard"

    dashboard: ResourceId
    origin: ResourceId
