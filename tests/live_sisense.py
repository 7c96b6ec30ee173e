"""A Sisense source on its fake, for the tests of the connector and of the whole graph, and who asks it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from dashgraph.app.fakes.sisense.keeping import Board
from dashgraph.app.fakes.sisense.server import SisenseFake
from dashgraph.connectors import sisense
from dashgraph.domain.changes import Change, Outcome, Terms
from dashgraph.domain.dashboards import DASHBOARDS, DashboardSort
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import LARGEST_PAGE, Window, Wish
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.secrets import Secret
from dashgraph.domain.sources import SourceKind
from dashgraph.domain.viewers import Reach, TokenScope, Viewer
from dashgraph.sources.live.settings import Credentials, LiveSettings
from dashgraph.sources.live.source import LiveSource
from dashgraph.sources.rest.session import open_session

NAME = "finance-sisense"
NORA = "nora@tallgrass.example"
JURGEN = "jurgen.attenberger@tallgrass.example"
CLAIRE = "claire.dubois@tallgrass.example"
AMARA = "amara.osei@tallgrass.example"
ALL = Wish(DashboardSort.TITLE_ASC, Window(LARGEST_PAGE))
TERMS, DRY, AGAIN = Terms(), Terms(dry_run=True), Terms(again=True)


@asynccontextmanager
async def opened(
    fake: SisenseFake | None = None, *, clock: Callable[[], float] | None = None, **settings: Any
) -> AsyncIterator[tuple[SisenseFake, LiveSource]]:
    """The fake and the source, which signs in as the administrator unless the settings say otherwise."""
    fake = fake or SisenseFake()
    async with fake.serving() as url, open_session() as http:
        given = {"credentials": Credentials(token=Secret(fake.TOKEN)), "freshness": 0, **settings}
        known = LiveSettings(name=NAME, kind=SourceKind.SISENSE, url=url, **given)
        yield fake, sisense.open_source(known, http, **({} if clock is None else {"clock": clock}))


def viewer(email: str, role: RoleKind = RoleKind.EDITOR, reach: Reach = Reach.VISIBLE) -> Viewer:
    """Somebody of dashgraph's own store."""
    return Viewer(ResourceId("local", Kind.USER, email), role, frozenset(TokenScope), reach=reach, email=email)


nora = viewer(NORA, RoleKind.ADMIN)
claire = viewer(CLAIRE)


class World:
    """The fake, the source on it, and what was asked since the last look."""

    def __init__(self, fake: SisenseFake, source: LiveSource) -> None:
        self.fake, self.source = fake, source

    def asked(self) -> dict[str, int]:
        found = dict(self.fake.counted())
        self.fake.calls.clear()
        return found

    async def titles(self, who: Viewer, wish: Wish = ALL) -> list[str]:
        return [entry.item.title for entry in (await self.source.page(who, DASHBOARDS, wish)).entries]

    def board(self, title: str) -> Board:
        [board] = [one for one in self.fake.keeping.boards.values() if one.working.document["title"] == title]
        return board

    def user(self, email: str) -> str:
        users = self.fake.keeping.users.values()
        return next(one["_id"] for one in users if one["email"].casefold() == email.casefold())

    def group(self, name: str) -> str:
        return next(one["_id"] for one in self.fake.keeping.groups.values() if one["name"] == name)


class Changing(World):
    """The world, and changes in it."""

    async def do(self, change: Change, who: Viewer = nora, terms: Terms = TERMS) -> Outcome:
        return (await self.source.change_all(who, {0: change}, terms))[0]

    def one(self, kind: Kind, native: str) -> ResourceId:
        return ResourceId(NAME, kind, native)

    def dashboard(self, title: str) -> ResourceId:
        return self.one(Kind.DASHBOARD, self.board(title).oid)

    def person(self, email: str) -> ResourceId:
        return self.one(Kind.USER, self.user(email))

    def widget(self, title: str, place: int = 0) -> ResourceId:
        board = self.board(title)
        return self.one(Kind.WIDGET, f"{board.oid}/{board.working.widgets[place]['oid']}")

    def folder(self, name: str) -> ResourceId:
        [oid] = [one["oid"] for one in self.fake.keeping.folders.values() if one["name"] == name]
        return self.one(Kind.FOLDER, oid)

    def shares(self, title: str) -> dict[str, str]:
        """The rules by the ids of users and groups, as Sisense keeps them."""
        return {share["shareId"]: share["rule"] for share in self.board(title).shares if "rule" in share}

    def writes(self) -> list[str]:
        """What was written since the last look, ids as stars."""
        found = [line for line, number in self.asked().items() for _ in range(number) if not line.startswith("GET")]
        return sorted(found)
