"""Rows of the store to values of the domain. Pure."""

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from dashgraph.domain.access import ROLE_OF_RANK, Access, AccessPath, AccessRole, PathKind
from dashgraph.domain.alerts import Alert, Condition, ConditionOperator
from dashgraph.domain.bulk import ItemResult, ItemStatus
from dashgraph.domain.dash import Document, JsonObject, with_widgets
from dashgraph.domain.dashboards import Dashboard, DashboardState, DashboardVersion
from dashgraph.domain.datasources import DataSource
from dashgraph.domain.deliverables import DeliveryFormat, DisabledReason, Obstacle, ObstacleKind
from dashgraph.domain.folders import Folder
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.groups import Group
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import Delivery, DeliveryStatus, Job, JobFile, JobKind, JobStatus, LogLine, Trigger
from dashgraph.domain.operations import Operation, OperationState, RowChange
from dashgraph.domain.retention import USUAL, Retention
from dashgraph.domain.roles import NATIVE_ROLES
from dashgraph.domain.schedules import Schedule
from dashgraph.domain.search import Hit, Snippet, snippet
from dashgraph.domain.secrets import Secret
from dashgraph.domain.shares import Share, ShareRule
from dashgraph.domain.targets import Recipient, Target, TargetKind, restored
from dashgraph.domain.trash import DeletedDashboard
from dashgraph.domain.uploads import Upload
from dashgraph.domain.users import Account, Origin, User, UserStatus
from dashgraph.domain.viewers import TokenScope, Viewer
from dashgraph.domain.widgets import Widget
from dashgraph.store import ledger
from dashgraph.store.database import AnyRow


class Translator:
    """Reads rows as they concern one source and one viewer."""

    def __init__(self, source: str, viewer: Viewer, retention: Retention = USUAL) -> None:
        self._source = source
        self._viewer = viewer
        self._retention = retention
        self._me = viewer.native_in(source)
        self._paths: dict[tuple[Any, ...], AccessPath] = {}  # a share to a group is a path of each of its members

    def _id(self, kind: Kind, native: str | None) -> ResourceId | None:
        return None if native is None else ResourceId(self._source, kind, native)

    def user(self, row: AnyRow) -> User:
        own = self._viewer.is_admin or row.id == self._me
        return User(
            id=ResourceId(self._source, Kind.USER, row.id),
            name=row.name,
            email=row.email,
            initials=row.initials,
            status=UserStatus(row.status),
            revision=row.revision,
            account=self._account(row) if own else None,
        )

    def _account(self, row: AnyRow) -> Account:
        return Account(
            user_name=row.user_name,
            first_name=row.first_name,
            last_name=row.last_name,
            role=NATIVE_ROLES[row.role],
            origin=Origin(row.origin),
            preferences=row.preferences,
            created_at=row.created_at,
            updated_at=row.updated_at,
            last_login_at=row.last_login_at,
            deleted_at=row.deleted_at,
            deleted_by=self._id(Kind.USER, row.deleted_by),
        )

    def group(self, row: AnyRow) -> Group:
        return Group(
            id=ResourceId(self._source, Kind.GROUP, row.id),
            name=row.name,
            mail=row.mail,
            role=NATIVE_ROLES[row.role] if row.role else None,
            origin=Origin(row.origin),
            revision=row.revision,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )

    def folder(self, row: AnyRow) -> Folder:
        return Folder(
            id=ResourceId(self._source, Kind.FOLDER, row.id),
            name=row.name,
            parent=self._id(Kind.FOLDER, row.parent_id),
            owner=self._id(Kind.USER, row.owner_id),
            revision=row.revision,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )

    def datasource(self, row: AnyRow) -> DataSource:
        return DataSource(
            id=ResourceId(self._source, Kind.DATASOURCE, row.id),
            title=row.title,
            native_id=row.native_id,
            address=row.address,
            database=row.database,
            full_name=row.full_name,
        )

    def dashboard(self, row: AnyRow) -> Dashboard:
        return Dashboard(
            id=ResourceId(self._source, Kind.DASHBOARD, row.id),
            title=row.title,
            description=row.description,
            type=row.type,
            state=DashboardState(row.state),
            role=ROLE_OF_RANK[row.rank],
            owner=self._id(Kind.USER, row.owner_id),
            folder=self._id(Kind.FOLDER, row.folder_id),
            datasource=self._id(Kind.DATASOURCE, row.datasource_id),
            format=DocumentFormat(row.format or DocumentFormat.DASH),
            revision=row.revision,
            created_at=row.created_at,
            updated_at=row.updated_at,
            published_at=row.published_at,
        )

    def deleted_dashboard(self, row: AnyRow) -> DeletedDashboard:
        return DeletedDashboard(
            id=ResourceId(self._source, Kind.DASHBOARD, row.id),
            title=row.title,
            description=row.description,
            owner=self._id(Kind.USER, row.owner_id),
            revision=row.revision,
            created_at=row.created_at,
            deleted_at=row.deleted_at,
            deleted_by=self._id(Kind.USER, row.deleted_by),
            purge_at=row.deleted_at + self._retention.trash,
        )

    def version(self, row: AnyRow) -> DashboardVersion:
        return DashboardVersion(
            id=ResourceId(self._source, Kind.VERSION, f"{row.dashboard_id}/{row.number}"),
            dashboard=ResourceId(self._source, Kind.DASHBOARD, row.dashboard_id),
            number=row.number,
            title=row.title,
            description=row.description,
            published_at=row.published_at,
            published_by=self._id(Kind.USER, row.published_by),
        )

    def version_document(self, rows: Sequence[AnyRow]) -> JsonObject:
        """The document of a version with its widgets in it."""
        parts = {row.widget: Document(row.document).raw for row in rows}
        return with_widgets(parts.pop(None), parts)

    def widget(self, row: AnyRow) -> Widget:
        return Widget(
            id=ResourceId(self._source, Kind.WIDGET, row.id),
            dashboard=ResourceId(self._source, Kind.DASHBOARD, row.dashboard_id),
            title=row.title,
            type=row.type,
            subtype=row.subtype,
            description=row.description,
            owner=self._id(Kind.USER, row.owner_id),
            datasource=self._id(Kind.DATASOURCE, row.datasource_id),
            format=DocumentFormat(row.format or DocumentFormat.DASH),
            updated_at=row.updated_at,
        )

    def share(self, row: AnyRow) -> Share:
        kind, subject = (Kind.USER, row.user_id) if row.user_id else (Kind.GROUP, row.group_id)
        return Share(
            id=ResourceId(self._source, Kind.SHARE, row.id),
            dashboard=ResourceId(self._source, Kind.DASHBOARD, row.dashboard_id),
            subject=ResourceId(self._source, kind, subject),
            rule=ShareRule(row.rule),
            subscribed=bool(row.subscribed),
            created_at=row.created_at,
        )

    def access(self, rows: Sequence[AnyRow], *, as_admin: bool = False) -> Access:
        """One user's access to one dashboard, from a row for each path."""
        found = [self.path(row.kind, row.rank, row.share_id, row.group_id) for row in rows if row.kind is not None]
        if as_admin:
            found.append(AccessPath(PathKind.ADMIN, AccessRole.ADMIN))
        return Access(
            dashboard=ResourceId(self._source, Kind.DASHBOARD, rows[0].dashboard_id),
            user=self._id(Kind.USER, rows[0].user_id) or self._viewer.user,
            paths=tuple(found),
        )

    def path(self, *facts: Any) -> AccessPath:
        """One way in: its kind, its rank, the share that opens it and the group that this names."""
        known = self._paths.get(facts)
        if known is None:
            kind, rank, share, group = facts
            known = self._paths[facts] = AccessPath(
                kind=PathKind(kind),
                role=ROLE_OF_RANK[rank],
                share=self._id(Kind.SHARE, share),
                group=self._id(Kind.GROUP, group),
            )
        return known

    def operation(self, row: AnyRow) -> Operation:
        source = row.source or self._source
        about = None if row.about_id is None else ResourceId(source, Kind(row.about_kind), row.about_id)
        return Operation(
            id=ResourceId(self._source, Kind.OPERATION, row.id),
            kind=row.kind,
            at=row.at,
            by=self._id(Kind.USER, row.actor_id),
            about=about,
            changes=_records(row.changes) if row.source is None else _records_elsewhere(row.changes),
            reason=row.reason,
            undone_by=self._id(Kind.OPERATION, row.undone_by),
            undoes=self._id(Kind.OPERATION, row.undoes),
            item=row.item,
            key=row.idempotency_key,
            source=source,
            state=OperationState.DONE if row.state is None else OperationState(row.state),
            error=row.error,
        )

    def upload(self, row: AnyRow) -> Upload:
        return Upload(ResourceId(self._source, Kind.OPERATION, row.id), bytes(row.content), row.expires_at)

    def job(self, row: AnyRow) -> Job:
        return Job(
            id=ResourceId(self._source, Kind.JOB, row.id),
            kind=JobKind(row.kind),
            status=JobStatus(row.status),
            trigger=Trigger(row.trigger),
            requested_by=self._id(Kind.USER, row.requested_by),
            schedule=self._id(Kind.SCHEDULE, row.schedule_id),
            alert=self._id(Kind.ALERT, row.alert_id),
            dashboard=ResourceId.decode(row.dashboard_elsewhere)
            if row.dashboard_elsewhere is not None
            else self._id(Kind.DASHBOARD, row.dashboard_id),
            fire_at=row.fire_at,
            done=row.done,
            total=row.total,
            attempts=row.attempts,
            result=None if row.result is None else json.loads(row.result),
            reason=row.reason,
            error=row.error,
            created_at=row.created_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
            cancel_requested_at=row.cancel_requested_at,
            revision=row.revision,
        )

    def log(self, rows: Sequence[AnyRow]) -> tuple[LogLine, ...]:
        return tuple(LogLine(row.at, row.level, row.message) for row in rows)

    def job_file(self, row: AnyRow) -> JobFile:
        return JobFile(row.name, row.content_type, row.size, Secret(row.key))

    def item_result(self, row: AnyRow) -> ItemResult:
        return ItemResult(
            number=row.number,
            status=ItemStatus(row.status),
            code=row.code,
            message=row.message,
            thing=None if row.thing is None else ResourceId.decode(row.thing),
            operation=self._id(Kind.OPERATION, row.operation),
            facts=None if row.facts is None else json.loads(row.facts),
            document=row.document,
            pointer=row.pointer,
        )

    def delivery(self, row: AnyRow) -> Delivery:
        return Delivery(
            id=ResourceId(self._source, Kind.DELIVERY, row.id),
            job=ResourceId(self._source, Kind.JOB, row.job_id),
            target=TargetKind(row.kind),
            recipient=row.recipient,
            user=self._id(Kind.USER, row.user_id),
            status=DeliveryStatus(row.status),
            attempts=row.attempts,
            answer=row.answer,
            at=row.at,
        )

    def schedule(self, row: AnyRow) -> Schedule:
        return Schedule(**self._deliverable(Kind.SCHEDULE, row), cron=row.cron, next_run_at=row.next_run_at)

    def alert(self, row: AnyRow) -> Alert:
        conditions = tuple(map(_condition, json.loads(row.conditions or "[]")))
        return Alert(**self._deliverable(Kind.ALERT, row), conditions=conditions)

    def _deliverable(self, kind: Kind, row: AnyRow) -> dict[str, Any]:
        """What schedules and alerts have in common."""
        is_admin = self._viewer.is_admin and {TokenScope.ADMIN_READ, TokenScope.ADMIN_WRITE} <= self._viewer.scopes
        return {
            "id": ResourceId(self._source, kind, row.id),
            "name": row.name,
            "owner": ResourceId(self._source, Kind.USER, row.owner_id),
            "dashboard": self._id(Kind.DASHBOARD, row.dashboard_id),
            "widget": self._id(Kind.WIDGET, row.widget_id),
            "zone": row.zone,
            "format": DeliveryFormat(row.format),
            "enabled": bool(row.enabled),
            "disabled_reason": DisabledReason(row.disabled_reason) if row.disabled_reason else None,
            "subject": row.subject,
            "body": row.body,
            "filters": None if row.filters is None else json.loads(row.filters),
            "can_change": TokenScope.SCHEDULES_WRITE in self._viewer.scopes and (is_admin or row.owner_id == self._me),
            "created_at": row.created_at,
            "updated_at": row.updated_at,
            "revision": row.revision,
        }

    def targets(self, rows: Sequence[AnyRow]) -> tuple[Target, ...]:
        """The targets of one schedule or alert, from a row for each recipient."""
        found = []
        for native, its in groupby(rows, key=lambda row: row.id):
            same = list(its)
            whom = [
                Recipient(self._id(Kind.USER, row.user_id), self._id(Kind.GROUP, row.group_id), row.address)
                for row in same
                if row.user_id or row.group_id or row.address
            ]
            found.append(restored(TargetKind(same[0].kind), native, json.loads(same[0].settings), whom))
        return tuple(found)

    def obstacles(self, rows: Sequence[AnyRow]) -> tuple[Obstacle, ...]:
        return tuple(
            Obstacle(ObstacleKind(row.kind), self._id(Kind.USER, row.user_id) or self._id(Kind.GROUP, row.group_id))
            for row in rows
        )

    def document(self, row: AnyRow) -> Document:
        return Document(row.document)

    def hit(self, row: AnyRow, wanted: str) -> Hit:
        kind = Kind(row.kind)
        first, second = SEARCHED_FIELDS[kind]
        found = snippet(first, row.first or "", wanted) or snippet(second, row.second or "", wanted)
        return Hit(ResourceId(self._source, kind, row.id), found or Snippet(first, row.first or "", "", ""))


def _records(text: str) -> tuple[RowChange, ...]:
    """What the ledger wrote of a change in this store."""
    images = [image for image in ledger.read(text) if image.table.name in NOUNS and not image.only_counts]
    return tuple(
        RowChange(
            noun=NOUNS[image.table.name],
            id="/".join(str(part) for part in image.key),
            before=ledger.shown(image.before, image),
            after=ledger.shown(image.after, image),
        )
        for image in images
    )


def _records_elsewhere(text: str) -> tuple[RowChange, ...]:
    """What the trail wrote of a change in another system."""
    return tuple(RowChange(**record) for record in json.loads(text))


def _condition(raw: Mapping[str, Any]) -> Condition:
    operator = ConditionOperator(raw["operator"]) if raw["operator"] else None
    return Condition(raw["field"], operator, tuple(raw["values"]), raw["raw"])


# What the rows of each table are called in the audit trail.
NOUNS = {
    "dashboards": "dashboard",
    "editions": "dashboard version",
    "widgets": "widget",
    "shares": "share",
    "users": "user",
    "groups": "group",
    "memberships": "membership",
    "folders": "folder",
    "tokens": "token",
    "schedules": "schedule",
    "alerts": "alert",
    "targets": "target",
    "recipients": "recipient",
}

SEARCHED_FIELDS = {
    Kind.DASHBOARD: ("title", "description"),
    Kind.WIDGET: ("title", "type"),
    Kind.FOLDER: ("name", "name"),
    Kind.GROUP: ("name", "mail"),
    Kind.USER: ("displayName", "email"),
}
