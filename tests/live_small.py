"""A live source in memory, made for one test out of values of the domain: what it is asked is counted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from company import Company, global_id
from conftest import Asking, asking
from dashgraph.domain.access import AccessRole
from dashgraph.domain.changes import Change
from dashgraph.domain.comments import COMMENTS_OF_DASHBOARD, Comment
from dashgraph.domain.dash import Document
from dashgraph.domain.dashboards import DASHBOARD_DOCUMENT, Dashboard, DashboardState
from dashgraph.domain.folders import Folder
from dashgraph.domain.groups import Group
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import Job, JobKind, JobStatus, Trigger
from dashgraph.domain.problems import Problem, SourceUnavailable
from dashgraph.domain.projects import MEMBERS_OF_PROJECT, Project, ProjectMember
from dashgraph.domain.promotion import PROMOTION_DIFF, PromotionItem, PromotionStep
from dashgraph.domain.public_links import PUBLIC_LINK, LinkPassword, PublicLink
from dashgraph.domain.roles import NATIVE_ROLES
from dashgraph.domain.shares import SHARES_OF_FOLDER, Share, ShareRule
from dashgraph.domain.sources import Capability, Card, Health, SourceKind, Status
from dashgraph.domain.tiles import TileEvent
from dashgraph.domain.users import Account, Origin, User, UserStatus
from dashgraph.domain.viewers import Viewer
from dashgraph.domain.widgets import Widget
from dashgraph.graph.execution import Executor
from dashgraph.services.bulk import Bulk
from dashgraph.services.changing import Changing
from dashgraph.services.passwords import Passwords
from dashgraph.services.reading import Reading
from dashgraph.services.trail import Trail
from dashgraph.sources.fleet import Fleet
from dashgraph.sources.live.changing import Handler
from dashgraph.sources.live.facts import Facts, Membership
from dashgraph.sources.live.settings import Credentials, LiveSettings
from dashgraph.sources.live.source import Account as Opened
from dashgraph.sources.live.source import LiveSource
from dashgraph.sources.live.walks import Walks

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
WALKED = (Kind.USER, Kind.GROUP, Kind.DASHBOARD, Kind.FOLDER, Kind.PROJECT, Kind.WIDGET, Kind.SHARE, Kind.JOB)
UNDER = (SHARES_OF_FOLDER, MEMBERS_OF_PROJECT, COMMENTS_OF_DASHBOARD)
THINGS = (DASHBOARD_DOCUMENT, PUBLIC_LINK, PROMOTION_DIFF)


@dataclass
class Small:
    """Everything is called by its name, which is its native id too. `asked` are the questions, in their order.

    `silent` is whether it does not answer. `reasons` and `unable` are what its card says. `stream` are the events of
    its tiles, or a problem among them; without it there is no stream.
    """

    name: str = "south"
    silent: bool = False
    reasons: Mapping[Capability, str | None] = field(default_factory=dict)
    unable: Mapping[str, str] = field(default_factory=dict)
    handlers: Mapping[type[Change], Handler] = field(default_factory=dict)
    stream: Sequence[TileEvent | Problem] | None = None
    held: dict[Kind, list[Any]] = field(default_factory=lambda: {kind: [] for kind in WALKED})
    under: dict[str, dict[str, list[Any]]] = field(default_factory=lambda: {one.name: {} for one in UNDER})
    things: dict[str, dict[str, Any]] = field(default_factory=lambda: {one.name: {} for one in THINGS})
    memberships: list[Membership] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def id(self, kind: Kind, native: str) -> ResourceId:
        return ResourceId(self.name, kind, native)

    def source(self, **settings: Any) -> LiveSource:
        """The source, with `freshness` 0: every operation asks anew."""
        given = {"url": "https://bi.x.example", "credentials": Credentials(), "freshness": 0}
        card = Card(SourceKind.LIGHTDASH, dict.fromkeys(Capability) | dict(self.reasons), unable=self.unable)
        wanted = LiveSettings(name=self.name, kind=card.kind, **{**given, **settings})
        return LiveSource(wanted, card, self._opened, self.handlers)

    def user(self, name: str, email: str | None = None, status: UserStatus = UserStatus.ACTIVE) -> None:
        account = Account(None, name, None, NATIVE_ROLES["designer"], Origin.SOURCE, None, NOON, NOON, None, None, None)
        address = f"{name}@x.example" if email is None else email
        self.held[Kind.USER].append(
            User(self.id(Kind.USER, name), name, address, name[0].upper(), status, None, account)
        )

    def group(self, name: str, *members: str) -> None:
        self.held[Kind.GROUP].append(
            Group(self.id(Kind.GROUP, name), name, None, None, Origin.SOURCE, None, None, None)
        )
        self.memberships += [Membership(name, member) for member in members]

    def project(self, name: str, *members: str, **more: Any) -> None:
        one = self.id(Kind.PROJECT, name)
        self.held[Kind.PROJECT].append(Project(one, name, **more))
        role = NATIVE_ROLES["viewer"]
        rows = [ProjectMember(one, self.id(Kind.USER, member), role, "organization") for member in members]
        self.under[MEMBERS_OF_PROJECT.name][name] = rows

    def folder(self, name: str, owner: str | None = None, parent: str | None = None, **more: Any) -> None:
        above = None if parent is None else self.id(Kind.FOLDER, parent)
        whose = None if owner is None else self.id(Kind.USER, owner)
        self.held[Kind.FOLDER].append(Folder(self.id(Kind.FOLDER, name), name, above, whose, None, None, None, **more))

    def dashboard(self, name: str, owner: str | None, *, tiles: Sequence[str] = (), **more: Any) -> None:
        one, whose = self.id(Kind.DASHBOARD, name), None if owner is None else self.id(Kind.USER, owner)
        made = Dashboard(
            one, name, None, "dashboard", DashboardState.PUBLISHED, AccessRole.ADMIN, whose, None, None, None, None,
            NOON, NOON, None,
        )  # fmt: skip
        self.held[Kind.DASHBOARD].append(replace(made, **more))
        self.held[Kind.WIDGET] += [
            Widget(self.id(Kind.WIDGET, f"{name}-{tile}"), one, tile, "chart", None, None, whose, None, None, NOON)
            for tile in tiles
        ]
        self.things[DASHBOARD_DOCUMENT.name][name] = Document.of({"title": name})

    def share(self, dashboard: str, subject: str, kind: Kind = Kind.USER, **more: Any) -> None:
        native = f"{dashboard}/{kind.value.lower()}/{subject}"
        board, whom = self.id(Kind.DASHBOARD, dashboard), self.id(kind, subject)
        made = Share(self.id(Kind.SHARE, native), board, whom, ShareRule.VIEW, False, None)
        self.held[Kind.SHARE].append(replace(made, **more))

    def folder_share(self, folder: str, subject: str) -> None:
        one = self.id(Kind.SHARE, f"folder:{folder}/user/{subject}")
        where, whom = self.id(Kind.FOLDER, folder), self.id(Kind.USER, subject)
        made = Share(one, None, whom, ShareRule.EDIT, False, None, folder=where, native_role="editor")
        self.under[SHARES_OF_FOLDER.name].setdefault(folder, []).append(made)

    def comment(self, dashboard: str, native: str, text: str, *, resolved: bool = False) -> None:
        board = self.id(Kind.DASHBOARD, dashboard)
        made = Comment(native, board, None, text, "Ann", None, resolved, NOON)
        self.under[COMMENTS_OF_DASHBOARD.name].setdefault(dashboard, []).append(made)

    def job(self, name: str, asked_by: str, **more: Any) -> None:
        whose = self.id(Kind.USER, asked_by)
        made = Job(
            self.id(Kind.JOB, name), JobKind.DELIVERY, JobStatus.QUEUED, Trigger.REQUEST, whose, None, None, None, None,
            0, None, 1, None, None, None, NOON, None, None, None, 1,
        )  # fmt: skip
        self.held[Kind.JOB].append(replace(made, **more))

    def _opened(self, _credentials: Credentials, _walks: Walks) -> Opened:
        facts = Facts(
            status=self._status,
            walks={kind: self._walk(kind) for kind in WALKED},
            memberships=self._memberships,
            under={one.name: self._under(one.name) for one in UNDER},
            things={one.name: self._things(one.name) for one in THINGS},
            tiles=None if self.stream is None else self._tiles,
        )
        return Opened(facts, self)

    async def _ask(self, question: str) -> None:
        self.asked.append(question)
        for _ in range(5):  # as with a system elsewhere: others come in between
            await asyncio.sleep(0)
        if self.silent:
            message = f"{self.name} does not answer."
            raise SourceUnavailable(message, source=self.name)

    async def _status(self) -> Status:
        await self._ask("status")
        return Status(Health.UP)

    async def _memberships(self) -> Sequence[Membership]:
        await self._ask("memberships")
        return self.memberships

    def _walk(self, kind: Kind) -> Callable[[], Awaitable[Sequence[Any]]]:
        async def walk() -> Sequence[Any]:
            await self._ask(kind.value)
            return self.held[kind]

        return walk

    def _under(self, name: str) -> Callable[[Sequence[str]], Awaitable[Mapping[str, Sequence[Any]]]]:
        async def under(parents: Sequence[str]) -> Mapping[str, Sequence[Any]]:
            await self._ask(name)
            return {one: self.under[name].get(one, []) for one in parents}

        return under

    def _things(self, name: str) -> Callable[[Sequence[str]], Awaitable[Mapping[str, Any]]]:
        async def things(ids: Sequence[str]) -> Mapping[str, Any]:
            await self._ask(name)
            return {one: self.things[name][one] for one in ids if one in self.things[name]}

        return things

    async def _tiles(self, dashboard: str) -> AsyncIterator[TileEvent]:
        await self._ask(f"tiles of {dashboard}")
        for event in self.stream or ():
            if isinstance(event, Problem):
                raise event
            yield event


def beside(asking: Asking, *sources: LiveSource) -> Asking:
    """The same world with these sources beside its store."""
    world = asking.world
    fleet = Fleet([*world.fleet.named(None), *sources])
    reading, changing = Reading(fleet), Changing(fleet, Trail(world.database))
    passwords, bulk = Passwords(world.database, world.identity, changing), Bulk(changing)
    executor = Executor(reading, changing, passwords, world.watching, bulk)
    more = {"passwords": passwords, "bulk": bulk, "executor": executor}
    return Asking(replace(world, fleet=fleet, reading=reading, changing=changing, **more), asking.statements)


@asynccontextmanager
async def small_store(folder: Path) -> AsyncIterator[Asking]:
    """The native store `local` with an administrator, two designers and a dashboard of Ann's."""
    async with asking(str(folder / "store.sqlite3")) as found:
        company = Company(found.world.database)
        await company.user("boss", "admin")
        await company.user("ann")
        await company.user("ben")
        await company.dashboard("plan", "ann", title="b: plan")
        yield found


def small_south() -> Small:
    """A source with two projects, and Ann's dashboard in one of them, which Cat sees too."""
    small = Small()
    small.user("ann", "Ann@X.example")
    small.user("cat")
    small.group("team", "cat")
    small.project("live", "ann", type="DEFAULT")
    small.project("trial", upstream=small.id(Kind.PROJECT, "live"), zone="Europe/Berlin")
    trial = small.id(Kind.PROJECT, "trial")
    small.folder("shelf", project=trial, slug="shelf", private=True)
    small.folder_share("shelf", "ann")
    small.dashboard(
        "sales", "ann", tiles=("a", "b"), title="a: sales", project=trial, folder=small.id(Kind.FOLDER, "shelf"),
        url="https://bi.x.example/sales", slug="sales", tags=("q1", "q2"), pinned=True,
        updated_by=small.id(Kind.USER, "cat"),
    )  # fmt: skip
    small.share("sales", "cat", native_role="viewer", inherited_from="project")
    return small


def i(kind: Kind, native: str) -> str:
    return global_id(kind, native, "south")


SALES = {"id": i(Kind.DASHBOARD, "sales")}

LINK = PublicLink(
    ResourceId("south", Kind.DASHBOARD, "sales"),
    enabled=True,
    url="https://bi.x.example/open/1",
    password_required=True,
    passwords=(LinkPassword("p1", "for the board", NOON, "ann@x.example"),),
)
DIFF = (PromotionItem("dashboard", "sales", PromotionStep.UPDATE), PromotionItem("chart", "a", PromotionStep.CREATE))


async def as_(graph: Asking, name: str) -> Viewer:
    return await graph.viewer(f"{name}@x.example")
