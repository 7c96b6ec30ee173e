"""Who can see a dashboard of a live source and what somebody can see there, each with all the ways that lead there."""

from collections.abc import Mapping, Sequence

from dashgraph.domain.access import (
    ACCESS_OF_DASHBOARD,
    ACCESSIBLE_TO_USER,
    ROLE_OF_RANK,
    Access,
    AccessFilter,
    AccessPath,
    PathKind,
)
from dashgraph.domain.dashboards import Dashboard
from dashgraph.domain.ids import Kind
from dashgraph.domain.lists import Listing, Sort, SortValue
from dashgraph.domain.shares import Share
from dashgraph.domain.text import fold
from dashgraph.domain.users import User
from dashgraph.domain.viewers import Viewer
from dashgraph.sources.live.lists import Lists
from dashgraph.sources.live.ordering import Placed
from dashgraph.sources.live.standing import EDIT, RULES, Standing, may, paths

NOTHING = AccessFilter()
SHARED = (PathKind.DIRECT, PathKind.GROUP, PathKind.INHERITED)


async def permissions(lists: Lists, viewer: Viewer, ids: Sequence[str]) -> Mapping[str, Access]:
    """By which ways the viewer comes to see each of these dashboards."""
    shown = await lists.dashboards_by_ids(ids)
    shares = await lists.shares([] if lists.who.me is None else list(shown))
    return {
        one: Access(board.id, lists.who.me or viewer.user, tuple(_mine(board, shares.get(one, ()), lists.who)))
        for one, board in shown.items()
    }


def _mine(board: Dashboard, shares: Sequence[Share], who: Standing) -> list[AccessPath]:
    ways = []
    if who.is_me(board.owner):
        ways.append(AccessPath(PathKind.OWNER, board.role))
    for share in shares:
        if who.reached_by(share):
            group = share.subject if share.subject.kind is Kind.GROUP else None
            kind = PathKind.GROUP if group else PathKind.DIRECT if share.inherited_from is None else PathKind.INHERITED
            ways.append(AccessPath(kind, ROLE_OF_RANK[RULES[share.rule]], share.id, group))
    if board.everyone is not None and who.me is not None:
        ways.append(AccessPath(PathKind.INHERITED, board.everyone))
    if who.sees_all:
        kind = PathKind.ADMIN if who.floor > EDIT else PathKind.INHERITED
        ways.append(AccessPath(kind, ROLE_OF_RANK[who.floor]))
    return ways


async def rows(
    lists: Lists, listing: Listing[Access], parents: Sequence[str], wanted: AccessFilter | None, sort: Sort
) -> Mapping[str, list[Placed]]:
    """The access lists of these dashboards or users, each access where it stands in the order."""
    if listing.name == ACCESS_OF_DASHBOARD.name:
        found = await of_dashboards(lists, parents, wanted or NOTHING)
        ids = {access.user.native for its in found.values() for access in its}
        users: Mapping[str, User] = await lists.known.by_ids(Kind.USER, sorted(ids))
        return {
            parent: [
                Placed(fold(getattr(users[access.user.native], sort.key)), access.user.native, access) for access in its
            ]
            for parent, its in found.items()
        }
    owned = listing.name == ACCESSIBLE_TO_USER.name
    found, boards = await of_users(lists, parents, wanted or NOTHING, owned=owned)

    def key(access: Access) -> SortValue:
        board = boards[access.dashboard.native]
        return fold(board.title) if sort.key == "title" else board.updated_at

    return {
        parent: [Placed(key(access), access.dashboard.native, access) for access in its]
        for parent, its in found.items()
    }


async def of_dashboards(lists: Lists, ids: Sequence[str], wanted: AccessFilter) -> Mapping[str, Sequence[Access]]:
    """Everybody with access to each; who may not see all shares of one finds only themselves."""
    shown = await lists.dashboards_by_ids(ids)
    found = await _everybody(lists, list(shown.values()), wanted.paths)
    return {one: [access for access in found[one] if _told(lists.who, board, access)] for one, board in shown.items()}


async def of_users(
    lists: Lists, users: Sequence[str], wanted: AccessFilter, *, owned: bool
) -> tuple[Mapping[str, Sequence[Access]], Mapping[str, Dashboard]]:
    """What each of these users can see, as far as the viewer may know; `owned` counts what they own too.

    And the dashboards that this is about.
    """
    kinds = (*SHARED, *((PathKind.OWNER,) if owned else ()))
    kept = tuple(kind for kind in kinds if wanted.paths is None or kind in wanted.paths)
    boards = await lists.visible(await lists.known.all(Kind.DASHBOARD), exactly=not lists.who.sees_all)
    found: dict[str, list[Access]] = {one: [] for one in users}
    everybody = await _everybody(lists, boards, kept)
    for board in boards:
        for access in everybody[board.id.native]:
            if access.user.native in found and _told(lists.who, board, access):
                found[access.user.native].append(access)
    return found, {board.id.native: board for board in boards}


def _told(who: Standing, board: Dashboard, access: Access) -> bool:
    return may(board, EDIT) or who.is_me(access.user)


async def _everybody(
    lists: Lists, boards: Sequence[Dashboard], kinds: Sequence[PathKind] | None
) -> Mapping[str, list[Access]]:
    shares = await lists.shares([board.id.native for board in boards], many=len(boards) > 1)
    groups = {share.subject.native for its in shares.values() for share in its if share.subject.kind is Kind.GROUP}
    members: dict[str, list[str]] = {}
    for one in await lists.known.memberships(groups=sorted(groups)) if groups else ():
        members.setdefault(one.group, []).append(one.user)
    users: Mapping[str, User] = await _concerned(lists, boards, shares, members)
    found = {}
    for board in boards:
        ways = paths(board, shares.get(board.id.native, ()), members, users)
        found[board.id.native] = [kept for access in ways if (kept := _only(access, kinds)) is not None]
    return found


async def _concerned(
    lists: Lists, boards: Sequence[Dashboard], shares: Mapping[str, Sequence[Share]], members: Mapping[str, list[str]]
) -> Mapping[str, User]:
    """The users whom any way could lead there."""
    if any(board.everyone is not None for board in boards):
        return {user.id.native: user for user in await lists.known.all(Kind.USER)}
    ids = {board.owner.native for board in boards if board.owner is not None}
    ids |= {share.subject.native for its in shares.values() for share in its if share.subject.kind is Kind.USER}
    ids |= {user for its in members.values() for user in its}
    return await lists.known.by_ids(Kind.USER, sorted(ids))


def _only(access: Access, kinds: Sequence[PathKind] | None) -> Access | None:
    """The access that these kinds of ways give; None when there is none of them."""
    kept = tuple(path for path in access.paths if kinds is None or path.kind in kinds)
    return Access(access.dashboard, access.user, kept) if kept else None
