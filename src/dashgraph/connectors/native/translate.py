"""Rows of the store to values of the domain. Pure."""

from collections.abc import Sequence

from dashgraph.domain.access import ROLE_OF_RANK, Access, AccessPath, AccessRole, PathKind
from dashgraph.domain.dash import Document
from dashgraph.domain.dashboards import Dashboard, DashboardState, DashboardVersion
from dashgraph.domain.datasources import DataSource
from dashgraph.domain.folders import Folder
from dashgraph.domain.groups import Group
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.operations import Operation, RowChange
from dashgraph.domain.roles import NATIVE_ROLES
from dashgraph.domain.search import Hit, Snippet, snippet
from dashgraph.domain.shares import Share, ShareRule
from dashgraph.domain.uploads import Upload
from dashgraph.domain.users import Account, Origin, User, UserStatus
from dashgraph.domain.viewers import Viewer
from dashgraph.domain.widgets import Widget
from dashgraph.store import ledger
from dashgraph.store.database import AnyRow


class Translator:
    """Reads rows as they concern one source and one viewer."""

    def __init__(self, source: str, viewer: Viewer) -> None:
        self._source = source
        self._viewer = viewer
        self._me = viewer.native_in(source)

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
        )

    def group(self, row: AnyRow) -> Group:
        return Group(
            id=ResourceId(self._source, Kind.GROUP, row.id),
            name=row.name,
            mail=row.mail,
            role=NATIVE_ROLES[row.role] if row.role else None,
            origin=Origin(row.origin),
            created_at=row.created_at,
            updated_at=row.updated_at,
        )

    def folder(self, row: AnyRow) -> Folder:
        return Folder(
            id=ResourceId(self._source, Kind.FOLDER, row.id),
            name=row.name,
            parent=self._id(Kind.FOLDER, row.parent_id),
            owner=self._id(Kind.USER, row.owner_id),
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
            revision=row.revision,
            created_at=row.created_at,
            updated_at=row.updated_at,
            published_at=row.published_at,
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
        found = [
            AccessPath(
                kind=PathKind(row.kind),
                role=ROLE_OF_RANK[row.rank],
                share=self._id(Kind.SHARE, row.share_id),
                group=self._id(Kind.GROUP, row.group_id),
            )
            for row in rows
            if row.kind is not None
        ]
        if as_admin:
            found.append(AccessPath(PathKind.ADMIN, AccessRole.ADMIN))
        return Access(
            dashboard=ResourceId(self._source, Kind.DASHBOARD, rows[0].dashboard_id),
            user=self._id(Kind.USER, rows[0].user_id) or self._viewer.user,
            paths=tuple(found),
        )

    def operation(self, row: AnyRow) -> Operation:
        images = [image for image in ledger.read(row.changes) if image.table.name in NOUNS]
        about = None if row.about_id is None else ResourceId(self._source, Kind(row.about_kind), row.about_id)
        return Operation(
            id=ResourceId(self._source, Kind.OPERATION, row.id),
            kind=row.kind,
            at=row.at,
            by=ResourceId(self._source, Kind.USER, row.actor_id),
            about=about,
            changes=tuple(
                RowChange(
                    noun=NOUNS[image.table.name],
                    id="/".join(str(part) for part in image.key),
                    before=ledger.shown(image.before, image),
                    after=ledger.shown(image.after, image),
                )
                for image in images
            ),
            reason=row.reason,
            undone_by=self._id(Kind.OPERATION, row.undone_by),
            undoes=self._id(Kind.OPERATION, row.undoes),
        )

    def upload(self, row: AnyRow) -> Upload:
        return Upload(ResourceId(self._source, Kind.OPERATION, row.id), bytes(row.content), row.expires_at)

    def document(self, row: AnyRow) -> Document:
        return Document(row.document)

    def hit(self, row: AnyRow, wanted: str) -> Hit:
        kind = Kind(row.kind)
        first, second = SEARCHED_FIELDS[kind]
        found = snippet(first, row.first or "", wanted) or snippet(second, row.second or "", wanted)
        return Hit(ResourceId(self._source, kind, row.id), found or Snippet(first, row.first or "", "", ""))


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
}

SEARCHED_FIELDS = {
    Kind.DASHBOARD: ("title", "description"),
    Kind.WIDGET: ("title", "type"),
    Kind.FOLDER: ("name", "name"),
    Kind.GROUP: ("name", "mail"),
    Kind.USER: ("displayName", "email"),
}
