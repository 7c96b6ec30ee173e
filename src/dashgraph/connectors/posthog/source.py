"""PostHog as a source: which of its answers each fact is made of."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import TypeVar

from dashgraph.connectors.posthog import access
from dashgraph.connectors.posthog.access import PROJECT_ROLES, Grounds, Organization, Row
from dashgraph.connectors.posthog.api import Api
from dashgraph.connectors.posthog.translate import Address, Translator, everyone
from dashgraph.domain.dash import Document
from dashgraph.domain.dashboards import DASHBOARD_DOCUMENT, Dashboard
from dashgraph.domain.exports import EXPORT_OF_DASHBOARD
from dashgraph.domain.groups import Group
from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import Forbidden, NotFound, Problem, SourceFailed, SourceUnavailable
from dashgraph.domain.projects import MEMBERS_OF_PROJECT, Project, ProjectMember
from dashgraph.domain.public_links import PUBLIC_LINK, PublicLink
from dashgraph.domain.shares import SHARES_OF_DASHBOARD, Share
from dashgraph.domain.sources import Health, Status
from dashgraph.domain.tiles import TileEvent, TileFailed, TileReady, TilesBegun, TilesDone
from dashgraph.domain.users import User
from dashgraph.domain.widgets import WIDGET_DOCUMENT, WIDGETS_OF_DASHBOARD, Widget
from dashgraph.sources.live.facts import Facts, Membership
from dashgraph.sources.live.walks import Walks
from dashgraph.sources.rest.answers import Raw, Raws

K = TypeVar("K")
T = TypeVar("T")


class PostHog:
    """The facts of PostHog as one account sees them. Lists that several facts are made of are walked once.

    Of `only` one project, or of all that the account reaches.
    """

    def __init__(
        self,
        api: Api,
        say: Translator,
        walks: Walks,
        *,
        only: str | None = None,
        documented_only: bool = False,
        anonymous: bool = False,
    ) -> None:
        self.api = api
        self.say = say
        self.documented_only = documented_only
        self._walks = walks
        self._only = only
        self._anonymous = anonymous

    def facts(self) -> Facts:
        people = {} if self.documented_only else {Kind.USER: self.users, Kind.GROUP: self.groups}
        members = {} if self.documented_only else {MEMBERS_OF_PROJECT.name: self.members_of}
        return Facts(
            status=self.status,
            walks={Kind.PROJECT: self.projects, Kind.DASHBOARD: self.dashboards, **people},
            memberships=self.memberships,
            gets={Kind.DASHBOARD: self.dashboards_by_ids, Kind.WIDGET: self.widgets_by_ids},
            under={
                WIDGETS_OF_DASHBOARD.name: self.widgets_of,
                SHARES_OF_DASHBOARD.name: self.shares_of,
                **members,
            },
            things={
                DASHBOARD_DOCUMENT.name: self.documents,
                WIDGET_DOCUMENT.name: self.documents,
                EXPORT_OF_DASHBOARD.name: self.exports,
                PUBLIC_LINK.name: self.public_links,
            },
            tiles=self.tiles,
        )

    async def status(self) -> Status:
        await self.api.there(anonymous=self._anonymous)
        return Status(Health.UP)

    async def projects(self) -> Sequence[Project]:
        return [self.say.project(one) for one in await self._raw_projects()]

    async def users(self) -> Sequence[User]:
        found = [self.say.user(one) for its in (await self._people(self.api.members)).values() for one in its]
        return list({user.id: user for user in found}.values())

    async def groups(self) -> Sequence[Group]:
        """The roles, and for each project that access is controlled in everybody who may enter it."""
        roles = [self.say.group(one) for its in (await self._people(self.api.roles)).values() for one in its]
        projects = await self.projects()
        controlled = await self._controlled(project.id.native for project in projects)
        return [*roles, *(self.say.everyone(one) for one in projects if controlled[one.id.native])]

    async def memberships(self) -> Sequence[Membership]:
        found = []
        for role in (role for its in (await self._people(self.api.roles)).values() for role in its):
            users = (one.object("user").text("uuid") for one in role.optional_list("members") or ())
            found += [Membership(role.text("id"), user) for user in users]
        for project, controlled in (await self._controlled(await self._project_ids())).items():
            if controlled:
                inside = (await self.grounds(project)).entering()
                found += [Membership(everyone(project), one.uuid) for one in inside]
        return found

    async def members_of(self, projects: Sequence[str]) -> Mapping[str, Sequence[ProjectMember]]:
        async def of(project: str) -> Sequence[ProjectMember]:
            return (await self.grounds(project)).project_members()

        known = set(await self._project_ids())
        return await _side_by_side([one for one in projects if one in known], of)

    async def dashboards(self) -> Sequence[Dashboard]:
        projects = await self._project_ids()
        controlled = await self._controlled(projects)
        found = await _side_by_side(projects, self._raw_dashboards)
        return [
            self.say.dashboard(one, project, controlled=controlled[project])
            for project, its in found.items()
            for one in its
        ]

    async def dashboards_by_ids(self, ids: Sequence[str]) -> Sequence[Dashboard]:
        found = await self.opened(ids)
        controlled = await self._controlled(address.project for address in found)
        return [
            self.say.dashboard(raw, address.project, controlled=controlled[address.project])
            for address, raw in found.items()
        ]

    async def shown(self, raw: Raw, project: str) -> Dashboard:
        """A dashboard that an answer holds."""
        return self.say.dashboard(raw, project, controlled=await self.controls_access(project))

    async def widgets_of(self, dashboards: Sequence[str]) -> Mapping[str, Sequence[Widget]]:
        found = await self.opened(dashboards)
        return {address.native: self.say.widgets(raw, address.project) for address, raw in found.items()}

    async def widgets_by_ids(self, ids: Sequence[str]) -> Sequence[Widget]:
        wanted = set(ids)
        found = await self.widgets_of(list({address.above.native for address in _addresses(ids)}))
        return [widget for its in found.values() for widget in its if widget.id.native in wanted]

    async def documents(self, ids: Sequence[str]) -> Mapping[str, Document]:
        """Of dashboards or widgets."""
        found = await self.opened(list({address.above.native for address in _addresses(ids)}))
        every = {
            native: document
            for address, raw in found.items()
            for native, document in self.say.documents(raw, address.project).items()
        }
        return {one: every[one] for one in ids if one in every}

    async def exports(self, dashboards: Sequence[str]) -> Mapping[str, Document]:
        found = await self.opened(dashboards)
        return {address.native: self.say.export(raw, address.project) for address, raw in found.items()}

    async def public_links(self, dashboards: Sequence[str]) -> Mapping[str, PublicLink]:
        async def of(address: Address) -> PublicLink:
            raw = await self.api.sharing(address.project, address.dashboard)
            return self.say.public_link(raw, address.native)

        found = await _side_by_side(_addresses(dashboards), of, but=(NotFound,))
        return {address.native: link for address, link in found.items()}

    async def shares_of(self, dashboards: Sequence[str]) -> Mapping[str, Sequence[Share]]:
        """Nothing is asked where the plan has no access controls: everybody may edit everything there."""
        addresses = list(_addresses(dashboards))
        controlled = await self._controlled(address.project for address in addresses)
        closed = [one for one in addresses if controlled[one.project]]
        raws = await self._known(closed)

        async def of(address: Address) -> Sequence[Share]:
            return await self._shares(address, raws[address])

        found = await _side_by_side(raws, of, but=(NotFound,))
        open_ones = {one.native: () for one in addresses if not controlled[one.project]}
        return {**open_ones, **{address.native: shares for address, shares in found.items()}}

    async def tiles(self, dashboard: str) -> AsyncIterator[TileEvent]:
        """The widgets as PostHog works them out. A stream that breaks off says so, and is not begun again."""
        count = 0
        [address] = _addresses([dashboard])
        owner = None
        try:
            async with aclosing(self.api.stream_tiles(address.project, address.dashboard)) as events:
                async for event in events:
                    match event.text("type"):
                        case "metadata":
                            head = event.object("dashboard")
                            shown = await self.shown(head, address.project)
                            owner = shown.owner
                            yield TilesBegun(shown, None)
                            for widget in self.say.widgets(head, address.project):
                                yield TileReady(widget, count)
                                count += 1
                        case "tile":
                            yield TileReady(self.say.widget(event.object("tile"), address, owner), count)
                            count += 1
                        case "error" if event.get("tile_id") is not None:
                            tile = Address(address.project, address.dashboard, event.id("tile_id"))
                            yield TileFailed(tile.native, f"{self.say.source} could not work this widget out.")
                        case "error":
                            yield TileFailed(None, f"{self.say.source} could not work the dashboard out.")
                        case "complete":
                            yield TilesDone(count)
                            return
            yield TileFailed(None, f"{self.say.source} broke off before all widgets had come.")
        except SourceUnavailable as problem:
            yield TileFailed(None, problem.message)
        yield TilesDone(count)

    async def opened(self, ids: Sequence[str]) -> Mapping[Address, Raw]:
        """Dashboards with their tiles, one call each, which PostHog takes for somebody looking at them.

        Only those that are there and that the account may see; each once in an operation.
        """

        async def ask(missing: Sequence[str]) -> Mapping[str, Raw]:
            found = await _side_by_side(
                _addresses(missing),
                lambda one: self.api.dashboard(one.project, one.dashboard),
                but=(NotFound, Forbidden),  # of this dashboard: a key that is not for dashboards is refused
            )
            return {address.native: raw for address, raw in found.items()}

        wanted = [address.native for address in _addresses(ids) if self._shows(address.project)]
        found = await self._walks.each("opened", wanted, ask)
        return {address: found[address.native] for address in _addresses(found)}

    async def grounds(self, project: str) -> Grounds:
        """What access to the dashboards of a project rests on."""
        organization = (await self._organizations([project]))[project]
        roles: dict[str, list[str]] = {}
        people, given = await asyncio.gather(
            self._walks.once(("members", organization.id), lambda: self.api.members(organization.id)),
            self._walks.once(("roles", organization.id), lambda: self.api.roles(organization.id)),
        )
        for role in given:
            for one in role.optional_list("members") or ():
                roles.setdefault(one.object("user").text("uuid"), []).append(role.text("id"))
        entrance, common = await asyncio.gather(
            self._walks.once(("entrance", project), lambda: self.api.project_controls(project)),
            self._walks.once(("common", project), lambda: self.api.resource_controls(project)),
        )
        return Grounds(
            self.say.source,
            project,
            [access.member(one, roles.get(one.object("user").text("uuid"), ())) for one in people],
            [role.text("id") for role in given],
            access.rows(entrance, by_roles=True, known={access.NONE: None, **PROJECT_ROLES}),
            access.rows(_on_dashboards(common), by_roles=organization.by_roles),
        )

    async def organization_ids(self) -> list[str]:
        """The organisations that have a project here."""
        return sorted({one.text("organization") for one in await self._raw_projects()})

    async def organization_with(self, user: str) -> str:
        """The organisation that somebody is a member of. Raises NotFound."""
        for one, people in (await self._people(self.api.members)).items():
            if any(row.object("user").text("uuid") == user for row in people):
                return one
        message = "There is no user with this id, or it is hidden from you."
        raise NotFound(message)

    async def roles_in(self, organization: str) -> Raws:
        return (await self._people(self.api.roles))[organization]

    async def controls_access(self, project: str) -> bool:
        return (await self._controlled([project]))[project]

    async def sharing(self, address: Address) -> tuple[Raw, Sequence[Row], Raws]:
        """A dashboard, the access controls on it, and its collaborators. Raises NotFound."""
        raw = (await self.opened([address.native])).get(address)
        if raw is None:
            message = "There is no dashboard with this id, or it is hidden from you."
            raise NotFound(message)
        return raw, await self._rows(address), await self._collaborators(address, raw)

    async def _shares(self, address: Address, raw: Raw) -> Sequence[Share]:
        collaborators = await self._collaborators(address, raw)
        if self.documented_only:
            return access.collaborating(self.say.source, address, collaborators)
        return (await self.grounds(address.project)).shares(raw, await self._rows(address), collaborators)

    async def _rows(self, address: Address) -> Sequence[Row]:
        controls = await self.api.controls(address.project, address.dashboard)
        organization = (await self._organizations([address.project]))[address.project]
        return access.rows(controls, by_roles=organization.by_roles)

    async def _collaborators(self, address: Address, raw: Raw) -> Raws:
        return await self.api.collaborators(address.project, address.dashboard) if access.is_restricted(raw) else []

    async def _known(self, addresses: Sequence[Address]) -> Mapping[Address, Raw]:
        """Dashboards as the list tells them where it is known, else each opened."""
        found: dict[Address, Raw] = {}
        for project in {one.project for one in addresses}:
            wanted = [one for one in addresses if one.project == project]
            if self._walks.known(("dashboards", project)):
                every = {one.id("id"): one for one in await self._raw_dashboards(project)}
                found |= {one: every[one.dashboard] for one in wanted if one.dashboard in every}
            else:
                found |= await self.opened([one.native for one in wanted])
        return found

    async def _raw_dashboards(self, project: str) -> Raws:
        return await self._walks.once(("dashboards", project), lambda: self.api.dashboards(project))

    async def _raw_projects(self) -> Raws:
        every = await self._walks.once("projects", self.api.projects)
        found = [one for one in every if self._shows(one.id("id"))]
        if self._only is not None and not found:
            message = f"{self.say.source} shows its key no project {self._only}; look at the option project."
            raise SourceFailed(message, source=self.say.source)
        return found

    def _shows(self, project: str) -> bool:
        return self._only in {None, project}

    async def _project_ids(self) -> list[str]:
        return [one.id("id") for one in await self._raw_projects()]

    async def _people(self, ask: Callable[[str], Awaitable[Raws]]) -> Mapping[str, Raws]:
        """The members or the roles of each organisation that has a project here."""
        return await _side_by_side(
            await self.organization_ids(), lambda one: self._walks.once((ask.__name__, one), lambda: ask(one))
        )

    async def _organizations(self, projects: Iterable[str]) -> Mapping[str, Organization]:
        """The organisation of each of these projects."""
        of = {one.id("id"): one.text("organization") for one in await self._raw_projects()}
        wanted = {project: of[project] for project in projects if project in of}

        async def told(one: str) -> Organization:
            return Organization.of(await self._walks.once(("organization", one), lambda: self.api.organization(one)))

        found = await _side_by_side(sorted(set(wanted.values())), told)
        return {project: found[one] for project, one in wanted.items()}

    async def _controlled(self, projects: Iterable[str]) -> Mapping[str, bool]:
        """For each project whether who sees what in it has to be found out for each dashboard."""
        wanted = set(projects)
        if self.documented_only:
            return dict.fromkeys(wanted, True)
        known = await self._organizations(wanted)
        return {one: one not in known or known[one].controlled for one in wanted}


def _addresses(ids: Iterable[str]) -> list[Address]:
    return [address for one in ids if (address := Address.of(one)) is not None]


def _on_dashboards(controls: Raws) -> Raws:
    """Of the rows on all things of a kind those on dashboards."""
    return [one for one in controls if one.get("resource") == "dashboard" and one.get("resource_id") is None]


async def _side_by_side(
    keys: Iterable[K], ask: Callable[[K], Awaitable[T]], *, but: tuple[type[Problem], ...] = ()
) -> dict[K, T]:
    """The answer to each question; none where it is one of these problems."""

    async def of(key: K) -> T | None:
        with suppress(*but):
            return await ask(key)
        return None

    wanted = list(dict.fromkeys(keys))
    answers = await asyncio.gather(*(of(key) for key in wanted))
    return {key: answer for key, answer in zip(wanted, answers, strict=True) if answer is not None}
