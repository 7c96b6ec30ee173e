"""Which statement of the store answers which question of the port."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Select

from dashgraph.connectors.native.translate import Translator
from dashgraph.domain.access import (
    ACCESS_OF_DASHBOARD,
    ACCESSIBLE_TO_USER,
    SHARED_WITH_USER,
    AccessFilter,
    PathKind,
)
from dashgraph.domain.alerts import (
    ALERT,
    ALERTS,
    ALERTS_OF_DASHBOARD,
    ALERTS_OF_OWNER,
    LAST_RUN_OF_ALERT,
    OBSTACLES_OF_ALERT,
    TARGETS_OF_ALERT,
    AlertFilter,
)
from dashgraph.domain.bulk import RESULTS_OF_JOB, ItemFilter
from dashgraph.domain.comments import COMMENTS_OF_DASHBOARD
from dashgraph.domain.dashboards import (
    DASHBOARD,
    DASHBOARD_DOCUMENT,
    DASHBOARDS,
    DASHBOARDS_OF_FOLDER,
    DASHBOARDS_OF_OWNER,
    DASHBOARDS_OF_PROJECT,
    VERSION,
    VERSION_DOCUMENT,
    VERSIONS_OF_DASHBOARD,
    DashboardFilter,
    VersionFilter,
)
from dashgraph.domain.datasources import DATASOURCE
from dashgraph.domain.folders import (
    ANCESTORS,
    CHILDREN_OF_FOLDER,
    FOLDER,
    FOLDERS,
    FOLDERS_OF_PROJECT,
    FolderFilter,
)
from dashgraph.domain.groups import GROUP, GROUPS, GROUPS_OF_USER, GroupFilter
from dashgraph.domain.jobs import (
    DELIVERIES_OF_JOB,
    DELIVERY,
    FILE_OF_JOB,
    JOB,
    JOBS,
    JOBS_OF_ALERT,
    JOBS_OF_SCHEDULE,
    LOG_OF_JOB,
    DeliveryFilter,
    JobFilter,
)
from dashgraph.domain.operations import OPERATION, OPERATIONS, OperationFilter
from dashgraph.domain.projects import MEMBERS_OF_PROJECT, PROJECT, PROJECTS
from dashgraph.domain.promotion import PROMOTION_DIFF
from dashgraph.domain.public_links import PUBLIC_LINK
from dashgraph.domain.schedules import (
    LAST_RUN_OF_SCHEDULE,
    OBSTACLES_OF_SCHEDULE,
    SCHEDULE,
    SCHEDULES,
    SCHEDULES_OF_DASHBOARD,
    SCHEDULES_OF_OWNER,
    TARGETS_OF_SCHEDULE,
    ScheduleFilter,
)
from dashgraph.domain.shares import SHARE, SHARES_OF_DASHBOARD, SHARES_OF_FOLDER, SHARES_OF_GROUP, ShareFilter
from dashgraph.domain.trash import DELETED_DASHBOARDS, DeletedDashboardFilter
from dashgraph.domain.uploads import UPLOAD
from dashgraph.domain.users import ACCOUNT, USER, USERS, USERS_OF_GROUP, UserFilter, same_address
from dashgraph.domain.widgets import WIDGET, WIDGET_DOCUMENT, WIDGETS, WIDGETS_OF_DASHBOARD, WidgetFilter
from dashgraph.store import (
    access,
    bulk,
    dashboards,
    datasources,
    deliverables,
    folders,
    groups,
    jobs,
    operations,
    shares,
    trash,
    uploads,
    users,
    widgets,
)
from dashgraph.store.database import AnyRow
from dashgraph.store.lists import Rows
from dashgraph.store.obstacles import obstacles
from dashgraph.store.visibility import Asker


@dataclass(frozen=True)
class ByIds:
    """A lookup: the statement for many ids, and how one row becomes the fact. `key` is the id in a row."""

    statement: Callable[[Asker, Sequence[str]], Select[Any]]
    read: Callable[[Translator, AnyRow], Any]
    key: Callable[[AnyRow], str] = lambda row: row.id


@dataclass(frozen=True)
class Grouped:
    """A lookup whose fact is made of several rows, which come together. `key` is the id that a row belongs to."""

    statement: Callable[[Asker, Sequence[str]], Select[Any]]
    read: Callable[[Translator, Sequence[AnyRow]], Any]
    key: Callable[[AnyRow], str]


@dataclass(frozen=True)
class Root:
    """A root list: its rows under a filter, and how one row becomes an item. `nothing` is the empty filter."""

    rows: Callable[[Asker, Any], Rows]
    read: Callable[[Translator, AnyRow], Any]
    nothing: object


@dataclass(frozen=True)
class Edge:
    """The lists under many parents."""

    rows: Callable[[Asker, Sequence[str], Any], Rows]
    read: Callable[[Translator, AnyRow], Any]
    nothing: object


@dataclass(frozen=True)
class Paths:
    """The access lists, whose items are several rows each. `kinds` are the paths that the list is about."""

    ways: Callable[[Asker, Sequence[str], AccessFilter], access.Ways]
    kinds: tuple[PathKind, ...] = (PathKind.OWNER, PathKind.DIRECT, PathKind.GROUP)


LOOKUPS: dict[str, ByIds] = {
    USER.name: ByIds(lambda _, ids: users.by_ids(ids), Translator.user),
    ACCOUNT.name: ByIds(
        lambda _, addresses: users.by_addresses(addresses), Translator.user, lambda row: same_address(row.email)
    ),
    GROUP.name: ByIds(lambda _, ids: groups.by_ids(ids), Translator.group),
    FOLDER.name: ByIds(folders.by_ids, Translator.folder),
    DATASOURCE.name: ByIds(lambda _, ids: datasources.by_ids(ids), Translator.datasource),
    DASHBOARD.name: ByIds(dashboards.by_ids, Translator.dashboard),
    DASHBOARD_DOCUMENT.name: ByIds(dashboards.documents, Translator.document),
    VERSION.name: ByIds(dashboards.versions_by_ids, Translator.version, lambda row: f"{row.dashboard_id}/{row.number}"),
    WIDGET.name: ByIds(widgets.by_ids, Translator.widget),
    WIDGET_DOCUMENT.name: ByIds(widgets.documents, Translator.document),
    SHARE.name: ByIds(shares.by_ids, Translator.share),
    OPERATION.name: ByIds(operations.by_ids, Translator.operation),
    UPLOAD.name: ByIds(uploads.by_ids, Translator.upload),
    JOB.name: ByIds(jobs.by_ids, Translator.job),
    FILE_OF_JOB.name: ByIds(jobs.files, Translator.job_file, lambda row: row.job_id),
    DELIVERY.name: ByIds(jobs.deliveries_by_ids, Translator.delivery),
    SCHEDULE.name: ByIds(deliverables.SCHEDULES.by_ids, Translator.schedule),
    LAST_RUN_OF_SCHEDULE.name: ByIds(deliverables.SCHEDULES.last_runs, Translator.job, lambda row: row.schedule_id),
    ALERT.name: ByIds(deliverables.ALERTS.by_ids, Translator.alert),
    LAST_RUN_OF_ALERT.name: ByIds(deliverables.ALERTS.last_runs, Translator.job, lambda row: row.alert_id),
}

GROUPED: dict[str, Grouped] = {
    ANCESTORS.name: Grouped(
        folders.ancestors, lambda translator, rows: tuple(map(translator.folder, rows)), lambda row: row.start
    ),
    VERSION_DOCUMENT.name: Grouped(
        dashboards.version_documents, Translator.version_document, lambda row: f"{row.dashboard_id}/{row.number}"
    ),
    LOG_OF_JOB.name: Grouped(jobs.logs, Translator.log, lambda row: row.job_id),
    TARGETS_OF_SCHEDULE.name: Grouped(deliverables.SCHEDULES.targets, Translator.targets, lambda row: row.holder),
    TARGETS_OF_ALERT.name: Grouped(deliverables.ALERTS.targets, Translator.targets, lambda row: row.holder),
    OBSTACLES_OF_SCHEDULE.name: Grouped(
        partial(obstacles, deliverables.SCHEDULES), Translator.obstacles, lambda row: row.holder
    ),
    OBSTACLES_OF_ALERT.name: Grouped(
        partial(obstacles, deliverables.ALERTS), Translator.obstacles, lambda row: row.holder
    ),
}

ROOTS: dict[str, Root] = {
    DASHBOARDS.name: Root(dashboards.rows, Translator.dashboard, DashboardFilter()),
    DELETED_DASHBOARDS.name: Root(trash.rows, Translator.deleted_dashboard, DeletedDashboardFilter()),
    WIDGETS.name: Root(widgets.rows, Translator.widget, WidgetFilter()),
    USERS.name: Root(users.rows, Translator.user, UserFilter()),
    GROUPS.name: Root(groups.rows, Translator.group, GroupFilter()),
    FOLDERS.name: Root(folders.rows, Translator.folder, FolderFilter()),
    OPERATIONS.name: Root(operations.rows, Translator.operation, OperationFilter()),
    JOBS.name: Root(jobs.rows, Translator.job, JobFilter()),
    SCHEDULES.name: Root(deliverables.SCHEDULES.rows, Translator.schedule, ScheduleFilter()),
    ALERTS.name: Root(deliverables.ALERTS.rows, Translator.alert, AlertFilter()),
}

EDGES: dict[str, Edge] = {
    WIDGETS_OF_DASHBOARD.name: Edge(widgets.rows_of_dashboards, Translator.widget, WidgetFilter()),
    SHARES_OF_DASHBOARD.name: Edge(shares.rows_of_dashboards, Translator.share, ShareFilter()),
    VERSIONS_OF_DASHBOARD.name: Edge(dashboards.rows_of_versions, Translator.version, VersionFilter()),
    DASHBOARDS_OF_OWNER.name: Edge(dashboards.rows_of_owners, Translator.dashboard, DashboardFilter()),
    DASHBOARDS_OF_FOLDER.name: Edge(dashboards.rows_of_folders, Translator.dashboard, DashboardFilter()),
    GROUPS_OF_USER.name: Edge(groups.rows_of_users, Translator.group, GroupFilter()),
    USERS_OF_GROUP.name: Edge(users.rows_of_groups, Translator.user, UserFilter()),
    SHARES_OF_GROUP.name: Edge(shares.rows_of_groups, Translator.share, ShareFilter()),
    CHILDREN_OF_FOLDER.name: Edge(folders.rows_of_parents, Translator.folder, FolderFilter()),
    JOBS_OF_SCHEDULE.name: Edge(deliverables.SCHEDULES.runs, Translator.job, JobFilter()),
    JOBS_OF_ALERT.name: Edge(deliverables.ALERTS.runs, Translator.job, JobFilter()),
    SCHEDULES_OF_DASHBOARD.name: Edge(deliverables.SCHEDULES.rows_of_dashboards, Translator.schedule, ScheduleFilter()),
    SCHEDULES_OF_OWNER.name: Edge(deliverables.SCHEDULES.rows_of_owners, Translator.schedule, ScheduleFilter()),
    ALERTS_OF_DASHBOARD.name: Edge(deliverables.ALERTS.rows_of_dashboards, Translator.alert, AlertFilter()),
    ALERTS_OF_OWNER.name: Edge(deliverables.ALERTS.rows_of_owners, Translator.alert, AlertFilter()),
    RESULTS_OF_JOB.name: Edge(bulk.rows_of_jobs, Translator.item_result, ItemFilter()),
    DELIVERIES_OF_JOB.name: Edge(jobs.rows_of_deliveries, Translator.delivery, DeliveryFilter()),
}

NOWHERE = frozenset(
    one.name
    for one in (
        PROJECT,
        PROJECTS,
        FOLDERS_OF_PROJECT,
        DASHBOARDS_OF_PROJECT,
        MEMBERS_OF_PROJECT,
        SHARES_OF_FOLDER,
        COMMENTS_OF_DASHBOARD,
        PUBLIC_LINK,
        PROMOTION_DIFF,
    )
)
"""The questions about what there is in other systems and not in the store: answered without a statement."""

PATHS: dict[str, Paths] = {
    ACCESS_OF_DASHBOARD.name: Paths(access.of_dashboards),
    ACCESSIBLE_TO_USER.name: Paths(access.of_users),
    SHARED_WITH_USER.name: Paths(access.of_users, (PathKind.DIRECT, PathKind.GROUP)),
}
