"""Plain Strawberry, as its manual shows it: its view of aiohttp, SQLAlchemy, and a loader for each edge."""

import asyncio
import enum
import os
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Annotated, Any

import strawberry
from aiodataloader import DataLoader
from aiohttp import web
from listening import listen
from sqlalchemy import Row, Select, func, literal, null, select, union_all
from sqlalchemy.ext.asyncio import create_async_engine
from strawberry.aiohttp.views import GraphQLView

from dashgraph.store.tables import dashboards, editions, groups, memberships, shares, users, widgets

ENGINE = create_async_engine(os.environ["DATABASE"], pool_size=10, max_overflow=0)
RANKS = {"VIEW": 1, "EDIT": 2, "OWNER": 3}

DASHBOARDS = (
    select(dashboards.c.id, editions.c.title, dashboards.c.owner_id)
    .join(editions, (editions.c.dashboard_id == dashboards.c.id) & (editions.c.number == dashboards.c.working))
    .where(dashboards.c.deleted_at.is_(None))
    .order_by(dashboards.c.title_key, dashboards.c.id)
)
USERS = select(users.c.id, users.c.name, users.c.email).where(users.c.deleted_at.is_(None))
GROUPS = select(groups.c.id, groups.c.name)


def widgets_of(ids: Sequence[str]) -> Select[Any]:
    return (
        select(widgets.c.dashboard_id, widgets.c.id, widgets.c.title, widgets.c.type)
        .join(dashboards, (dashboards.c.id == widgets.c.dashboard_id) & (dashboards.c.working == widgets.c.edition))
        .where(widgets.c.dashboard_id.in_(ids))
        .order_by(widgets.c.position)
    )


def shares_of(ids: Sequence[str]) -> Select[Any]:
    columns = (shares.c.dashboard_id, func.upper(shares.c.rule).label("rule"), shares.c.user_id, shares.c.group_id)
    return select(*columns).where(shares.c.dashboard_id.in_(ids)).order_by(shares.c.created_at)


def groups_of(ids: Sequence[str]) -> Select[Any]:
    return (
        select(memberships.c.user_id, groups.c.id, groups.c.name)
        .join(groups, groups.c.id == memberships.c.group_id)
        .where(memberships.c.user_id.in_(ids))
        .order_by(groups.c.name_key, groups.c.id)
    )


def users_of(ids: Sequence[str]) -> Select[Any]:
    return (
        select(memberships.c.group_id, users.c.id, users.c.name, users.c.email)
        .join(users, users.c.id == memberships.c.user_id)
        .where(memberships.c.group_id.in_(ids), users.c.deleted_at.is_(None))
        .order_by(users.c.name_key, users.c.id)
    )


def ways_of(ids: Sequence[str]) -> Select[Any]:
    rule = func.upper(shares.c.rule)
    owner = (dashboards.c.owner_id.label("user_id"), literal("OWNER").label("kind"), literal("OWNER").label("role"))
    ways = union_all(
        select(dashboards.c.id.label("dashboard_id"), *owner, null().label("share_id")).where(dashboards.c.id.in_(ids)),
        select(shares.c.dashboard_id, shares.c.user_id, literal("DIRECT"), rule, shares.c.id).where(
            shares.c.dashboard_id.in_(ids), shares.c.user_id.is_not(None)
        ),
        select(shares.c.dashboard_id, memberships.c.user_id, literal("GROUP"), rule, shares.c.id)
        .join(memberships, memberships.c.group_id == shares.c.group_id)
        .where(shares.c.dashboard_id.in_(ids)),
    ).subquery()
    return (
        select(ways)
        .join(users, users.c.id == ways.c.user_id)
        .where(users.c.status == "active")
        .order_by(users.c.name_key, users.c.id, ways.c.kind, ways.c.share_id)
    )


async def rows(statement: Select[Any]) -> Sequence[Row[Any]]:
    async with ENGINE.connect() as connection:
        return (await connection.execute(statement)).all()


async def by_id(statement: Select[Any], column: Any, ids: list[str]) -> list[Row[Any] | None]:
    found = {row.id: row for row in await rows(statement.where(column.in_(ids)))}
    return [found.get(one) for one in ids]


async def by_parent(statement: Callable[[Sequence[str]], Select[Any]], ids: list[str]) -> list[list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {one: [] for one in ids}
    for row in await rows(statement(ids)):
        found[row[0]].append(row)
    return [found[one] for one in ids]


class Loaders:
    """Those of one request."""

    def __init__(self) -> None:
        self.user = _loader(partial(by_id, USERS, users.c.id))
        self.group = _loader(partial(by_id, GROUPS, groups.c.id))
        self.widgets = _loader(partial(by_parent, widgets_of))
        self.shares = _loader(partial(by_parent, shares_of))
        self.groups = _loader(partial(by_parent, groups_of))
        self.users = _loader(partial(by_parent, users_of))
        self.ways = _loader(partial(by_parent, ways_of))


def _loader(batch: Callable[[list[str]], Awaitable[list[Any]]]) -> DataLoader[str, Any]:
    return DataLoader(batch)


Info = strawberry.Info[Loaders, None]
Rule = strawberry.enum(enum.Enum("Rule", ["VIEW", "EDIT"]))
Role = strawberry.enum(enum.Enum("Role", ["VIEW", "EDIT", "OWNER"]))
PathKind = strawberry.enum(enum.Enum("PathKind", ["OWNER", "DIRECT", "GROUP"]))


@strawberry.type
class Widget:
    id: strawberry.ID
    title: str
    type: str | None


@strawberry.type
class User:
    id: strawberry.ID
    display_name: str
    email: str

    @classmethod
    def of(cls, row: Row[Any] | None) -> "User | None":
        return None if row is None else cls(id=row.id, display_name=row.name, email=row.email)

    @strawberry.field
    async def groups(self, info: Info) -> list[Annotated["Group", strawberry.lazy("__main__")]]:
        return [Group(id=row.id, name=row.name) for row in await info.context.groups.load(self.id)]


@strawberry.type
class Group:
    id: strawberry.ID
    name: str

    @strawberry.field
    async def users(self, info: Info) -> list[User]:
        found = await info.context.users.load(self.id)
        return [User(id=row.id, display_name=row.name, email=row.email) for row in found]


@strawberry.type
class Share:
    rule: Rule
    user_id: strawberry.Private[str | None]
    group_id: strawberry.Private[str | None]

    @strawberry.field
    async def user(self, info: Info) -> User | None:
        return None if self.user_id is None else User.of(await info.context.user.load(self.user_id))

    @strawberry.field
    async def group(self, info: Info) -> Group | None:
        row = None if self.group_id is None else await info.context.group.load(self.group_id)
        return None if row is None else Group(id=row.id, name=row.name)


@strawberry.type
class AccessPath:
    kind: PathKind
    role: Role


@strawberry.type
class Access:
    user_id: strawberry.Private[str]
    paths: list[AccessPath]

    @strawberry.field
    def role(self) -> Role:
        return self.paths[0].role

    @strawberry.field
    async def user(self, info: Info) -> User | None:
        return User.of(await info.context.user.load(self.user_id))


@strawberry.type
class Dashboard:
    id: strawberry.ID
    title: str
    owner_id: strawberry.Private[str | None]

    @strawberry.field
    async def owner(self, info: Info) -> User | None:
        return None if self.owner_id is None else User.of(await info.context.user.load(self.owner_id))

    @strawberry.field
    async def widgets(self, info: Info) -> list[Widget]:
        found = await info.context.widgets.load(self.id)
        return [Widget(id=row.id, title=row.title, type=row.type) for row in found]

    @strawberry.field
    async def shares(self, info: Info) -> list[Share]:
        found = await info.context.shares.load(self.id)
        return [Share(rule=Rule[row.rule], user_id=row.user_id, group_id=row.group_id) for row in found]

    @strawberry.field
    async def access(self, info: Info) -> list[Access]:
        found: dict[str, list[Any]] = {}
        for way in await info.context.ways.load(self.id):
            found.setdefault(way.user_id, []).append(way)
        return [Access(user_id=user, paths=_paths(ways)) for user, ways in found.items()]


def _paths(ways: list[Any]) -> list[AccessPath]:
    """The strongest first."""
    ways.sort(key=lambda way: RANKS[way.role], reverse=True)
    return [AccessPath(kind=PathKind[way.kind], role=Role[way.role]) for way in ways]


@strawberry.type
class Query:
    @strawberry.field
    async def dashboards(self, first: int) -> list[Dashboard]:
        return [
            Dashboard(id=row.id, title=row.title, owner_id=row.owner_id) for row in await rows(DASHBOARDS.limit(first))
        ]

    @strawberry.field
    async def dashboard(self, id: strawberry.ID) -> Dashboard | None:  # noqa: A002 - the argument's name
        for row in await rows(DASHBOARDS.where(dashboards.c.id == id)):
            return Dashboard(id=row.id, title=row.title, owner_id=row.owner_id)
        return None

    @strawberry.field
    async def users(self, first: int) -> list[User]:
        found = await rows(USERS.order_by(users.c.name_key, users.c.id).limit(first))
        return [User(id=row.id, display_name=row.name, email=row.email) for row in found]


class View(GraphQLView[Loaders, None]):
    async def get_context(self, request: web.Request, response: web.StreamResponse) -> Loaders:
        return Loaders()


async def main() -> None:
    app = web.Application()
    app.router.add_route("*", "/graphql", View(schema=strawberry.Schema(Query)))
    await listen(app)


if __name__ == "__main__":
    asyncio.run(main())
