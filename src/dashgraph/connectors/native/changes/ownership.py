"""Changes of ownership."""

from sqlalchemy import select

from dashgraph.connectors.native.changes.desk import Desk, Done, Handler
from dashgraph.connectors.native.changes.shares import publish_for_the_first_share
from dashgraph.domain.changes import Change
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.ownership import ChangeDashboardOwner, OriginalOwnerRule
from dashgraph.domain.problems import BadInput, Forbidden, NotFound
from dashgraph.domain.roles import NATIVE_ROLES, RoleKind
from dashgraph.domain.users import Origin, UserStatus
from dashgraph.domain.viewers import Viewer
from dashgraph.store.tables import dashboards, folders, shares, users
from dashgraph.store.visibility import OWNER, VIEW, Asker, folder_is_seen, seen_folders


async def change_dashboard_owner(desk: Desk, wish: ChangeDashboardOwner) -> Done:
    """The owner gives a dashboard away; administrators do it with `as_admin`, not by being the owner."""
    dashboard = await desk.dashboard(wish.dashboard, least=VIEW, refusal="")
    if wish.as_admin and not desk.viewer.is_admin:
        message = "Only administrators may give away what others own."
        raise Forbidden(message)
    if not wish.as_admin and dashboard.rank < OWNER:
        message = "Only the owner may give a dashboard away; administrators do it with asAdmin: true."
        raise Forbidden(message)
    heir = await able_heir(desk, wish.owner)
    if heir != dashboard.owner_id:
        await give(desk, dashboard.id, dashboard.owner_id, heir, wish.original_owner_rule)
    return Done(wish.dashboard, DASHBOARD.name)


async def give(desk: Desk, dashboard: str, former: str | None, heir: str, rule: OriginalOwnerRule) -> None:
    """Make the heir the owner. The heir's own share goes, because owning is more; group shares stay."""
    [row] = await desk.session.execute(select(dashboards).where(dashboards.c.id == dashboard))
    changes: dict[str, object] = {"owner_id": heir}
    if row.folder_id is not None and not await _sees_folder(desk, heir, row.folder_id):
        changes["folder_id"] = None
    await desk.ledger.delete(shares, (shares.c.dashboard_id == dashboard) & (shares.c.user_id == heir))
    await desk.ledger.update(dashboards, dashboards.c.id == dashboard, **changes)
    if former is not None and rule is not OriginalOwnerRule.NONE:
        await _keep_a_share(desk, dashboard, former, rule)
        await publish_for_the_first_share(desk, dashboard)


async def able_heir(desk: Desk, one: ResourceId) -> str:
    """The id of a user who can take things over. Raises NotFound or BadInput with the reason."""
    known = select(users.c.id, users.c.name, users.c.role, users.c.status, users.c.origin).where(
        users.c.id == one.native
    )
    row = (await desk.session.execute(known.with_for_update(read=True))).first()
    if row is None or one.source != desk.source or one.kind is not Kind.USER or row.status == UserStatus.DELETED.value:
        message = "There is no user with this id to give it to."
        raise NotFound(message)
    if row.status != UserStatus.ACTIVE.value:
        message = f"{row.name} is {row.status}; an owner must be able to sign in."
        raise BadInput(message)
    if row.origin == Origin.SERVICE.value:
        message = f"{row.name} is a service account, and they own nothing; choose a person."
        raise BadInput(message)
    if NATIVE_ROLES[row.role].kind not in {RoleKind.ADMIN, RoleKind.EDITOR}:
        message = f"{row.name} is a viewer, and viewers own nothing; give them another role first."
        raise BadInput(message)
    native: str = row.id
    return native


async def _keep_a_share(desk: Desk, dashboard: str, former: str, rule: OriginalOwnerRule) -> None:
    row = {
        "id": f"{dashboard}/user/{former}",
        "dashboard_id": dashboard,
        "user_id": former,
        "group_id": None,
        "rule": rule.value,
        "subscribed": 0,
        "created_at": desk.now,
        "created_by": desk.me,
    }
    await desk.ledger.insert(shares, row)


async def _sees_folder(desk: Desk, user: str, folder: str) -> bool:
    asker = Asker(Viewer(ResourceId(desk.source, Kind.USER, user), RoleKind.EDITOR, frozenset()), desk.source)
    seen = select(folders.c.id).where(folders.c.id == folder, folder_is_seen(seen_folders(asker)))
    return (await desk.session.execute(seen)).first() is not None


HANDLERS: dict[type[Change], Handler] = {ChangeDashboardOwner: change_dashboard_owner}
