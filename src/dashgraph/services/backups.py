"""What stands beside a document in dashgraph's own format: where it lies, what is published, who has it."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from dashgraph.domain.access import RANKS, AccessRole
from dashgraph.domain.dash import JsonObject
from dashgraph.domain.dashboards import (
    DASHBOARD,
    VERSION_DOCUMENT,
    VERSIONS_OF_DASHBOARD,
    Dashboard,
    DashboardState,
)
from dashgraph.domain.folders import ANCESTORS, FOLDER
from dashgraph.domain.formats.native import Given, Kept
from dashgraph.domain.groups import GROUP
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import LARGEST_PAGE, Lookup, Page, Window, Wish
from dashgraph.domain.problems import NotFound, Problem
from dashgraph.domain.shares import SHARES_OF_DASHBOARD, Share
from dashgraph.domain.users import USER
from dashgraph.domain.viewers import TokenScope, Viewer
from dashgraph.services.documents import Exported
from dashgraph.services.reading import Reading

T = TypeVar("T")


async def kept(reading: Reading, viewer: Viewer, exported: Sequence[Exported]) -> list[Kept]:
    """The dashboards with what the viewer may know of them besides: no more shares and people than anywhere else."""
    return await _Beside(reading, viewer).of(exported)


class _Beside:
    def __init__(self, reading: Reading, viewer: Viewer) -> None:
        self._reading, self._viewer = reading, viewer

    async def of(self, exported: Sequence[Exported]) -> list[Kept]:
        documents = {one.dashboard: one.document for one in exported}
        found = await self._all(DASHBOARD, list(documents))
        for one in documents:
            if one not in found:
                message = f"There is no dashboard {one.native}, or it is hidden from you."
                raise NotFound(message)
        published = await self._published(found, documents)
        folders = await self._folders([one.folder for one in found.values() if one.folder is not None])
        shares = await self._shares(list(documents))
        owners = [one.owner for one in found.values() if one.owner is not None]
        names = await self._names([*owners, *(share.subject for held in shares.values() for share in held)])
        return [
            Kept(
                native=one.native,
                document=document,
                published=published.get(one),
                folder=folders.get(found[one].folder, ()),
                owner=names.get(found[one].owner),
                shares=_given(shares[one], names),
            )
            for one, document in documents.items()
        ]

    async def _all(self, lookup: Lookup[T], ids: Sequence[ResourceId]) -> Mapping[ResourceId, T]:
        found = await self._reading.things(self._viewer, lookup, ids) if ids else {}
        there: dict[ResourceId, T] = {}
        for one, thing in found.items():
            if isinstance(thing, Problem):
                raise thing
            there[one] = thing
        return there

    async def _published(
        self, found: Mapping[ResourceId, Dashboard], documents: Mapping[ResourceId, JsonObject]
    ) -> dict[ResourceId, JsonObject]:
        """What viewers see of the dashboards whose working content the viewer sees."""
        edited = {one: thing for one, thing in found.items() if RANKS[thing.role] >= RANKS[AccessRole.EDIT]}
        same = {one: documents[one] for one, thing in edited.items() if thing.state is DashboardState.PUBLISHED}
        other = [one for one, thing in edited.items() if thing.state is DashboardState.MODIFIED]
        wish = Wish(VERSIONS_OF_DASHBOARD.default, Window(1))
        pages = await self._reading.pages(self._viewer, VERSIONS_OF_DASHBOARD, other, wish) if other else {}
        newest = {
            page.entries[0].item.id: one
            for one, page in pages.items()
            if not isinstance(page, Problem) and page.entries
        }
        versions = await self._all(VERSION_DOCUMENT, list(newest))
        return same | {one: versions[version] for version, one in newest.items() if version in versions}

    async def _folders(self, ids: Sequence[ResourceId]) -> dict[ResourceId | None, tuple[str, ...]]:
        """The names of the folders that lead to each, and its own."""
        own, above = await self._all(FOLDER, ids), await self._all(ANCESTORS, ids)
        return {one: (*(up.name for up in above.get(one, ())), folder.name) for one, folder in own.items()}

    async def _shares(self, dashboards: Sequence[ResourceId]) -> dict[ResourceId, list[Share]]:
        """The shares of each dashboard, as far as the viewer may know of them."""
        wish = Wish(SHARES_OF_DASHBOARD.default, Window(LARGEST_PAGE))
        pages = await self._reading.pages(self._viewer, SHARES_OF_DASHBOARD, dashboards, wish)
        return {one: await self._from(one, page) for one, page in pages.items()}

    async def _from(self, dashboard: ResourceId, page: Page[Share] | Problem) -> list[Share]:
        """The shares on a page and on those after it."""
        found: list[Share] = []
        while True:
            if isinstance(page, Problem):
                raise page
            found += [entry.item for entry in page.entries]
            if not page.has_next:
                return found
            wish = Wish(SHARES_OF_DASHBOARD.default, Window(LARGEST_PAGE, after=page.entries[-1].position))
            page = (await self._reading.pages(self._viewer, SHARES_OF_DASHBOARD, [dashboard], wish))[dashboard]

    async def _names(self, ids: Sequence[ResourceId]) -> dict[ResourceId | None, str]:
        """Addresses of users and names of groups, for a token that is for reading them."""
        if TokenScope.USERS_READ not in self._viewer.scopes:
            return {}
        wanted = list(dict.fromkeys(ids))
        users = await self._all(USER, [one for one in wanted if one.kind is Kind.USER])
        groups = await self._all(GROUP, [one for one in wanted if one.kind is Kind.GROUP])
        names: dict[ResourceId | None, str] = {one: user.email for one, user in users.items()}
        return names | {one: group.name for one, group in groups.items()}


def _given(shares: Sequence[Share], names: Mapping[ResourceId | None, str]) -> list[Given]:
    found = [
        Given(share.subject.kind.lower(), names[share.subject], share.rule.value, share.subscribed)
        for share in shares
        if share.subject in names
    ]
    return sorted(found, key=lambda one: (one.kind, one.name, one.rule))
