"""How each fact of a Sisense server is found out with few questions. Knows neither JSON nor addresses."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from dashgraph.connectors.sisense import translate
from dashgraph.connectors.sisense.api import AT_ONCE, Sisense
from dashgraph.connectors.sisense.settings import Listing, SisenseSettings
from dashgraph.domain.alerts import TARGETS_OF_ALERT, Alert
from dashgraph.domain.dash import Document
from dashgraph.domain.dashboards import DASHBOARD_DOCUMENT, Dashboard
from dashgraph.domain.datasources import DATASOURCE, DataSource
from dashgraph.domain.exports import EXPORT_OF_DASHBOARD, ExportFormat
from dashgraph.domain.folders import Folder
from dashgraph.domain.groups import Group
from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import Forbidden, NotFound
from dashgraph.domain.shares import SHARES_OF_DASHBOARD, Share
from dashgraph.domain.sources import Status
from dashgraph.domain.targets import Target
from dashgraph.domain.users import USERS_OF_GROUP, User
from dashgraph.domain.widgets import WIDGET_DOCUMENT, WIDGETS_OF_DASHBOARD, Widget
from dashgraph.sources.live.facts import Facts, Membership
from dashgraph.sources.live.settings import Mode
from dashgraph.sources.live.walks import Walks
from dashgraph.sources.rest.answers import Raw

T = TypeVar("T")

FEW = 3  # dashboards that are asked for one by one; for more of them all are listed, which is one question


class Reading:
    """The facts as one account finds them. Lists of which several facts are made are walked once."""

    def __init__(self, api: Sisense, walks: Walks, settings: SisenseSettings) -> None:
        self._api = api
        self._walks = walks
        self._listing = settings.listing
        self._is_service = settings.live.mode is Mode.SERVICE
        self._datasources: dict[str, DataSource] = {}  # those that were read of, by their native ids

    def facts(self) -> Facts:
        return Facts(
            status=self.status,
            walks={
                Kind.USER: self.users,
                Kind.GROUP: self.groups,
                Kind.DASHBOARD: self.dashboards,
                Kind.SHARE: self.shares,
                Kind.WIDGET: self.widgets,
                Kind.FOLDER: self.folders,
                Kind.ALERT: self.alerts,
            },
            memberships=self.memberships,
            gets={
                Kind.USER: self.users_by_ids,
                Kind.GROUP: self.groups_by_ids,
                Kind.DASHBOARD: self.dashboards_by_ids,
                Kind.WIDGET: self.widgets_by_ids,
            },
            under={
                SHARES_OF_DASHBOARD.name: self.shares_of,
                WIDGETS_OF_DASHBOARD.name: self.widgets_of,
                USERS_OF_GROUP.name: self.members_of,
            },
            things={
                DASHBOARD_DOCUMENT.name: self.documents,
                WIDGET_DOCUMENT.name: self.documents_of_widgets,
                DATASOURCE.name: self.datasources,
                EXPORT_OF_DASHBOARD.name: self.exports,
                TARGETS_OF_ALERT.name: self.targets,
            },
            draws={
                Kind.DASHBOARD: {ExportFormat.PDF: self._api.pdf, ExportFormat.PNG: self._api.png},
                Kind.WIDGET: {ExportFormat.PNG: self.picture_of_widget},
            },
        )

    async def status(self) -> Status:
        """Its own word and, where there is a service account, whether it still takes its credentials."""
        if self._is_service:
            await self._api.users("_id", most=1)
        return translate.status(await self._api.status())

    # people

    async def users(self) -> Sequence[User]:
        return [translate.user(raw) for raw in await self._raw_users()]

    async def memberships(self) -> Sequence[Membership]:
        return [one for raw in await self._raw_users() for one in translate.memberships(raw)]

    async def users_by_ids(self, ids: Sequence[str]) -> Sequence[User]:
        if not self._walks.known("raw users"):
            try:
                return [translate.user(raw) for raw in await self._api.users(translate.USER_FIELDS, ids=ids)]
            except Forbidden:
                if self._api.entitled:
                    raise
        return [user for user in await self.users() if user.id.native in set(ids)]

    async def members_of(self, groups: Sequence[str]) -> Mapping[str, Sequence[Membership]]:
        """One question for each of a few groups; for many all users are read."""
        if len(groups) > FEW or self._walks.known("raw users"):
            found: dict[str, list[Membership]] = {group: [] for group in groups}
            for one in await self.memberships():
                if one.group in found:
                    found[one.group].append(one)
            return found

        async def members(group: str) -> tuple[str, Sequence[Membership]]:
            raws = await self._api.users("_id", group=group)
            return group, [Membership(group, raw.id("_id")) for raw in raws]

        return dict(await _each(members, groups))

    async def groups(self) -> Sequence[Group]:
        return await self.groups_by_ids(None)

    async def groups_by_ids(self, ids: Sequence[str] | None) -> Sequence[Group]:
        """None for accounts that may not know them."""
        try:
            return [translate.group(raw) for raw in await self._api.groups(translate.GROUP_FIELDS, ids=ids)]
        except Forbidden:
            if self._api.entitled:
                raise
            return ()

    # dashboards and who they are shared with

    async def dashboards(self) -> Sequence[Dashboard]:
        return [self._dashboard(raw) for raw in (await self._raw_dashboards()).values()]

    async def dashboards_by_ids(self, ids: Sequence[str]) -> Sequence[Dashboard]:
        return [self._dashboard(raw) for raw in (await self._raws(ids)).values()]

    async def shares(self) -> Sequence[Share]:
        return [share for raw in (await self._raw_dashboards()).values() for share in translate.shares(raw)]

    async def shares_of(self, dashboards: Sequence[str]) -> Mapping[str, Sequence[Share]]:
        return {oid: translate.shares(raw) for oid, raw in (await self._raws(dashboards)).items()}

    def _dashboard(self, raw: Raw) -> Dashboard:
        self._remember(raw)
        return translate.dashboard(raw)

    # what is on dashboards

    async def widgets(self) -> Sequence[Widget]:
        raws: Mapping[str, Raw]
        if self._api.entitled:
            raws = {raw.id("oid"): raw for raw in await self._api.all_with_widgets(translate.WIDGETS_FIELDS)}
        else:
            raws = await self._contents(list(await self._raw_dashboards()))
        return [widget for oid, raw in raws.items() for widget in self._widgets(oid, raw, raw)]

    async def widgets_of(self, dashboards: Sequence[str]) -> Mapping[str, Sequence[Widget]]:
        contents, raws = await asyncio.gather(self._contents(dashboards), self._raws(dashboards))
        return {oid: self._widgets(oid, content, raws.get(oid, content)) for oid, content in contents.items()}

    async def widgets_by_ids(self, ids: Sequence[str]) -> Sequence[Widget]:
        found = await self.widgets_of(_boards(ids))
        return [widget for widgets in found.values() for widget in widgets if widget.id.native in set(ids)]

    async def documents(self, dashboards: Sequence[str]) -> Mapping[str, Document]:
        return {oid: translate.document(raw) for oid, raw in (await self._contents(dashboards)).items()}

    async def exports(self, dashboards: Sequence[str]) -> Mapping[str, Document]:
        return {oid: translate.export(raw) for oid, raw in (await self._contents(dashboards)).items()}

    async def picture_of_widget(self, native: str) -> bytes:
        return await self._api.png_of_widget(*translate.native_widget(native))

    async def documents_of_widgets(self, ids: Sequence[str]) -> Mapping[str, Document]:
        found = {
            f"{oid}/{raw.id('oid')}": translate.document_of_widget(raw)
            for oid, content in (await self._contents(_boards(ids))).items()
            for raw in translate.raw_widgets(content)
        }
        return {one: found[one] for one in ids if one in found}

    async def datasources(self, ids: Sequence[str]) -> Mapping[str, DataSource]:
        if any(one not in self._datasources for one in ids):
            await self.dashboards()
        return {one: self._datasources[one] for one in ids if one in self._datasources}

    def _widgets(self, oid: str, content: Raw, of: Raw) -> list[Widget]:
        for raw in translate.raw_widgets(content):
            self._remember(raw)
        return translate.widgets(content, oid, translate.dashboard_owner(of))

    # folders and alerts

    async def folders(self) -> Sequence[Folder]:
        return translate.folders(await self._api.folders())

    async def alerts(self) -> Sequence[Alert]:
        return [translate.alert(raw) for raw in await self._raw_alerts()]

    async def targets(self, alerts: Sequence[str]) -> Mapping[str, Sequence[Target]]:
        every = {raw.id("_id"): translate.targets(raw) for raw in await self._raw_alerts()}
        return {one: every[one] for one in alerts if one in every}

    # what is read once for several facts

    async def _raw_users(self) -> Sequence[Raw]:
        return await self._walks.once("raw users", self._listed_users)

    async def _listed_users(self) -> Sequence[Raw]:
        """All users; for accounts that may not know them, their own."""
        try:
            return await self._api.users(translate.USER_FIELDS)
        except Forbidden:
            if self._api.entitled or self._api.documented_only:
                raise
            return [await self._api.me()]

    async def _raw_alerts(self) -> Sequence[Raw]:
        return await self._walks.once("raw alerts", self._api.alerts)

    async def _raw_dashboards(self) -> Mapping[str, Raw]:
        return await self._walks.once("raw dashboards", self._listed)

    async def _listed(self) -> Mapping[str, Raw]:
        """All dashboards by their oids; of several instances the owner's."""
        match self._listing:
            case Listing.ADMIN:
                raws = await self._api.all_dashboards(translate.DASHBOARD_FIELDS)
            case Listing.SEARCH:
                raws = await self._api.found_dashboards()
            case Listing.OWN:
                raws = await self._api.own_dashboards(translate.DASHBOARD_FIELDS)
        found: dict[str, Raw] = {}
        for raw in raws:
            oid = raw.id("oid")
            if oid not in found or translate.is_owners(raw):
                found[oid] = raw
        return found

    async def _raws(self, oids: Sequence[str]) -> Mapping[str, Raw]:
        """Some dashboards: a few asked for by themselves, many out of the list of all."""
        if self._walks.known("raw dashboards") or len(oids) > FEW:
            every = await self._raw_dashboards()
            return {oid: every[oid] for oid in oids if oid in every}

        async def one(oid: str) -> Raw | None:
            ask = self._api.dashboard_of_owner if self._api.entitled else self._api.dashboard
            return await ask(oid, translate.DASHBOARD_FIELDS)

        return await self._walks.each("raw dashboard", oids, lambda some: _found(one, some))

    async def _contents(self, oids: Sequence[str]) -> Mapping[str, Raw]:
        """Whole dashboards with their layouts and widgets."""
        return await self._walks.each("content", oids, self._fetched)

    async def _fetched(self, oids: Sequence[str]) -> Mapping[str, Raw]:
        """One by itself, several as one export. When one of those is gone, which loses all, each by itself."""
        if len(oids) > 1 and self._api.entitled and not self._api.documented_only:
            try:
                batches = [oids[start : start + AT_ONCE] for start in range(0, len(oids), AT_ONCE)]
                parts = await asyncio.gather(*(self._api.exported(some) for some in batches))
            except NotFound:
                pass
            else:
                return {raw.id("oid"): raw for part in parts for raw in part}
        return await _found(self._whole, oids)

    async def _whole(self, oid: str) -> Raw | None:
        if self._api.entitled:
            return await self._api.dashboard_of_owner(oid)
        found, widgets = await asyncio.gather(self._api.dashboard(oid), self._api.widgets(oid))
        return None if found is None else translate.with_widgets(found, widgets)

    def _remember(self, raw: Raw) -> None:
        one = translate.datasource_id(raw)
        if one is not None and one.native not in self._datasources:
            found = translate.datasource(raw)
            if found is not None:
                self._datasources[one.native] = found


def _boards(widgets: Iterable[str]) -> list[str]:
    """The dashboards in the ids of widgets."""
    return list(dict.fromkeys(board for board, one in map(translate.native_widget, widgets) if one))


async def _each(ask: Callable[[str], Awaitable[T]], ids: Sequence[str]) -> list[T]:
    return list(await asyncio.gather(*(ask(one) for one in ids)))


async def _found(ask: Callable[[str], Awaitable[Any]], ids: Sequence[str]) -> dict[str, Any]:
    """Each of these that is there."""
    found = await _each(ask, ids)
    return {one: value for one, value in zip(ids, found, strict=True) if value is not None}
