"""Who the viewer is in a live source, and what that lets them see: the one place where its rights are written.

In service mode the system sees only the service account, so dashgraph applies the rights: those of the system's own
account with the viewer's e-mail address. In delegated mode the system has applied them already.

- A dashboard is seen by its owner, by users and members of groups it is shared with, and by every account where it is
  open to everyone; administrators of dashgraph see all when they ask for everything.
- Owners, editors and administrators see every share; others those that reach them.
- A folder is seen by its owner and by whoever sees a dashboard somewhere in it.
- Who is in which group is known to administrators, to the user concerned and to members of the group.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dashgraph.domain.access import RANKS, ROLE_OF_RANK, Access, AccessPath, AccessRole, PathKind
from dashgraph.domain.dashboards import Dashboard
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.shares import Share, ShareRule
from dashgraph.domain.users import User, UserStatus, same_address
from dashgraph.domain.viewers import Reach, Viewer
from dashgraph.sources.live.facts import Known
from dashgraph.sources.live.settings import LiveSettings, Mode, Visibility

OWNER, ADMIN, EDIT, VIEW = (
    RANKS[role] for role in (AccessRole.OWNER, AccessRole.ADMIN, AccessRole.EDIT, AccessRole.VIEW)
)
RULES = {ShareRule.EDIT: EDIT, ShareRule.VIEW: VIEW}


@dataclass(frozen=True, slots=True)
class Standing:
    """`me` is the viewer's own account there, with its groups. `floor` is what the viewer is to every dashboard.

    `belongs` says whether the viewer may see people and groups at all, `admin` whether accounts and memberships.
    """

    me: ResourceId | None
    groups: frozenset[str]
    floor: int
    belongs: bool
    admin: bool
    as_reader: bool = False

    @property
    def sees_all(self) -> bool:
        return self.floor > 0

    def is_me(self, one: ResourceId | None) -> bool:
        return one is not None and one == self.me

    def reached_by(self, share: Share) -> bool:
        """Whether a share is to the viewer, or to a group of the viewer."""
        if share.subject.kind is Kind.GROUP:
            return share.subject.native in self.groups
        return self.is_me(share.subject)


async def standing(settings: LiveSettings, viewer: Viewer, known: Known) -> Standing:
    """What the viewer is in this source, now."""
    everything = viewer.reach is Reach.ALL
    if settings.mode is Mode.DELEGATED:
        me = await account(viewer, known)
        return Standing(me, await _groups(known, me), VIEW, belongs=True, admin=True, as_reader=viewer.as_reader)
    if everything:
        return Standing(None, frozenset(), ADMIN, belongs=True, admin=viewer.is_admin, as_reader=viewer.as_reader)
    if settings.visibility is Visibility.ADMINS:
        return Standing(None, frozenset(), 0, belongs=viewer.is_admin, admin=viewer.is_admin)
    me = await account(viewer, known)
    open_to_all = settings.visibility is Visibility.EVERYONE
    return Standing(
        me,
        await _groups(known, me),
        VIEW if open_to_all else 0,
        belongs=open_to_all or me is not None or viewer.is_admin,
        admin=viewer.is_admin,
        as_reader=viewer.as_reader,
    )


async def account(viewer: Viewer, known: Known) -> ResourceId | None:
    """The one active account with the viewer's e-mail address; None where there is none, or more than one."""
    if viewer.email is None:
        return None
    wanted = same_address(viewer.email)
    users: Sequence[User] = await known.all(Kind.USER)
    found = [user for user in users if same_address(user.email) == wanted and user.status is UserStatus.ACTIVE]
    return found[0].id if len(found) == 1 else None


async def _groups(known: Known, me: ResourceId | None) -> frozenset[str]:
    if me is None:
        return frozenset()
    return frozenset(one.group for one in await known.memberships(users=[me.native]))


def rank(dashboard: Dashboard, shares: Iterable[Share], who: Standing) -> int:
    """What the viewer is to a dashboard: the strongest of all ways; 0 for nothing."""
    ranks = [who.floor]
    if who.is_me(dashboard.owner):
        ranks.append(OWNER)
    if dashboard.everyone is not None and who.me is not None:
        ranks.append(RANKS[dashboard.everyone])
    ranks += [RULES[share.rule] for share in shares if who.reached_by(share)]
    found = max(ranks)
    return min(found, VIEW) if who.as_reader else found


def seen(dashboard: Dashboard, shares: Iterable[Share], who: Standing) -> Dashboard | None:
    """The dashboard with what the viewer is to it; None when the viewer does not see it."""
    found = rank(dashboard, shares, who)
    return replace(dashboard, role=ROLE_OF_RANK[found]) if found else None


def decided(dashboard: Dashboard, who: Standing) -> bool:
    """Whether no share could make the viewer see it: they do, or without an account there they never will."""
    if who.sees_all or who.me is None or who.is_me(dashboard.owner):
        return True
    return dashboard.everyone is not None


def may(dashboard: Dashboard, least: int) -> bool:
    """Whether the viewer, to whom this dashboard was shown, is at least this to it."""
    return RANKS[dashboard.role] >= least


def strongest(dashboard: Dashboard, who: Standing) -> bool:
    """Whether no share could make the viewer more to it than they are."""
    return who.me is None or who.floor > EDIT or who.is_me(dashboard.owner)


def shown_user(user: User, who: Standing) -> User:
    return user if who.admin or who.is_me(user.id) else replace(user, account=None)


def paths(
    dashboard: Dashboard, shares: Iterable[Share], members: Mapping[str, Sequence[str]], users: Mapping[str, User]
) -> list[Access]:
    """Everybody with access, each with all ways: owning it, each share, each group, being anybody there.

    `members` are the user ids of each group, `users` all of the source; who cannot sign in has no access.
    """
    ways: dict[str, list[AccessPath]] = {}

    def add(user: str, path: AccessPath) -> None:
        if user in users and users[user].status is UserStatus.ACTIVE:
            ways.setdefault(user, []).append(path)

    if dashboard.owner is not None:
        add(dashboard.owner.native, AccessPath(PathKind.OWNER, AccessRole.OWNER))
    for share in shares:
        role = ROLE_OF_RANK[RULES[share.rule]]
        if share.subject.kind is Kind.GROUP:
            for user in members.get(share.subject.native, ()):
                add(user, AccessPath(PathKind.GROUP, role, share.id, share.subject))
        else:
            kind = PathKind.DIRECT if share.inherited_from is None else PathKind.INHERITED
            add(share.subject.native, AccessPath(kind, role, share.id))
    if dashboard.everyone is not None:
        for user in users:
            add(user, AccessPath(PathKind.INHERITED, dashboard.everyone))
    return [Access(dashboard.id, users[user].id, tuple(sorted(found, key=_strongest))) for user, found in ways.items()]


def _strongest(path: AccessPath) -> tuple[int, str, str]:
    return -RANKS[path.role], path.kind.value, "" if path.share is None else path.share.native
