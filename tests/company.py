"""A small company made for one test: only what the test names."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.text import fold
from dashgraph.domain.users import UserStatus
from dashgraph.store.accounts import NewUser, user_row
from dashgraph.store.database import Database
from dashgraph.store.imports import edition_row, remember_datasource, widget_row
from dashgraph.store.tables import dashboards, editions, folders, groups, memberships, shares, users, widgets

START = datetime(2026, 1, 1, tzinfo=UTC)


def global_id(kind: Kind, native: str, source: str = "local") -> str:
    return ResourceId(source, kind, native).encode()


class Company:
    """Writes rows directly. Everything is called by its name, which is its native id too."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._now = START

    def _tick(self) -> datetime:
        self._now += timedelta(hours=1)
        return self._now

    async def _write(self, *statements: Any) -> None:
        async with self._database.writing() as session:
            for statement in statements:
                await session.execute(statement)

    async def user(self, name: str, role: str = "designer", status: UserStatus = UserStatus.ACTIVE, **more: Any) -> str:
        row = user_row(NewUser(name, f"{name}@x.example", role, status=status, first_name=name), self._tick())
        if status is UserStatus.DELETED:
            row["deleted_at"] = self._now
        await self._write(insert(users).values(**{**row, **more}))
        return f"{name}@x.example"

    async def group(self, name: str, *members: str) -> None:
        now = self._tick()
        row = {"id": name, "name": name, "name_key": fold(name), "origin": "source"}
        await self._write(insert(groups).values(**row, created_at=now, updated_at=now))
        await self.join(name, *members)

    async def join(self, group: str, *members: str) -> None:
        for member in members:
            await self._write(insert(memberships).values(group_id=group, user_id=member))

    async def folder(self, name: str, owner: str, parent: str | None = None) -> None:
        now = self._tick()
        row = {"id": name, "name": name, "name_key": fold(name), "owner_id": owner, "parent_id": parent}
        await self._write(insert(folders).values(**row, created_at=now, updated_at=now))

    async def dashboard(
        self,
        name: str,
        owner: str | None,
        *,
        title: str | None = None,
        tiles: tuple[str, ...] = (),
        folder: str | None = None,
        published: bool = True,
        published_by: str | None = None,
    ) -> None:
        """A dashboard with an edition that is published unless said otherwise. Widgets are `<name>-<tile>`."""
        now = self._tick()
        row = {
            "id": name,
            "owner_id": owner,
            "folder_id": folder,
            "title_key": fold(title or name),
            "working": 1,
            "published": 1 if published else None,
            "created_at": now,
            "updated_at": now,
        }
        stamp = {"published_at": now, "published_by": published_by} if published else {}
        async with self._database.writing() as session:
            await session.execute(insert(dashboards).values(row))
            await self._edition(session, name, 1, title or name, tiles, stamp)

    async def change(self, name: str, *, title: str, tiles: tuple[str, ...] = ()) -> None:
        """A new working edition after a published one: viewers go on seeing the old."""
        async with self._database.writing() as session:
            await self._edition(session, name, 2, title, tiles, {})
            await session.execute(
                update(dashboards).where(dashboards.c.id == name).values(working=2, title_key=fold(title))
            )

    async def _edition(
        self,
        session: AsyncConnection,
        name: str,
        number: int,
        title: str,
        tiles: tuple[str, ...],
        stamp: dict[str, Any],
    ) -> None:
        now = self._tick()
        elements = [{"widgetid": f"{name}-{tile}"} for tile in tiles]
        layout = {"type": "columnar", "columns": [{"cells": [{"subcells": [{"elements": elements}]}]}]}
        held = [f"{name}-{tile}" for tile in tiles]
        document = {"title": title, "oid": name, "layout": layout, "style": {"name": "plain"}, "widgets": held}
        datasource = await remember_datasource(session, {"title": "Sales", "address": "db"})
        row = edition_row(document, document, datasource, now)
        await session.execute(insert(editions).values(dashboard_id=name, number=number, **row, **stamp))
        for position, tile in enumerate(tiles):
            widget = widget_row(
                {"title": tile, "type": "pivot", "oid": f"{name}-{tile}"}, f"{name}-{tile}", datasource, now
            )
            at = {"dashboard_id": name, "edition": number, "position": position}
            await session.execute(insert(widgets).values(**at, **widget))

    async def share(
        self, dashboard: str, *, user: str | None = None, group: str | None = None, rule: str = "view"
    ) -> None:
        subject = f"user/{user}" if user else f"group/{group}"
        await self._write(
            insert(shares).values(
                id=f"{dashboard}/{subject}",
                dashboard_id=dashboard,
                user_id=user,
                group_id=group,
                rule=rule,
                created_at=self._tick(),
            )
        )

    async def delete_dashboard(self, name: str) -> None:
        await self._write(update(dashboards).where(dashboards.c.id == name).values(deleted_at=self._tick()))
