"""The tiles, tabs and filters of a dashboard: Lightdash takes all of them at once, and compares no versions.

So each change is made alone, on what is there now, and looked for afterwards: whoever wrote in between, elsewhere, may
have written over it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashgraph.connectors.lightdash.api import Api
from dashgraph.domain.dashboards import Dashboard
from dashgraph.domain.problems import Conflict
from dashgraph.sources.live.changing import Desk
from dashgraph.sources.rest.answers import Raw

ATTEMPTS = 3
COLUMNS = 36
USUAL_WIDTH, USUAL_HEIGHT = 18, 9

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """What is replaced as a whole."""

    tiles: Sequence[Json]
    tabs: Sequence[Json]
    filters: Json

    @property
    def bottom(self) -> float:
        return max((tile["y"] + tile["h"] for tile in self.tiles), default=0)

    @property
    def uuids(self) -> set[str]:
        return {tile["uuid"] for tile in self.tiles}


Edit = Callable[[Content], Content]
Held = Callable[[Content], bool]


async def rewritten(desk: Desk, dashboard: Dashboard, edit: Edit, held: Held) -> Content:
    """The content once it was edited and is as `held` wants it. Raises Conflict when others keep writing over it."""
    api: Api = desk.api
    project = "" if dashboard.project is None else dashboard.project.native
    native = dashboard.id.native
    async with desk.locks.alone(f"tiles/{native}"):
        now = _content(await api.dashboard(project, native))
        for _ in range(ATTEMPTS):
            wanted = edit(now)
            body = {"tiles": list(wanted.tiles), "tabs": list(wanted.tabs), "filters": wanted.filters}
            await api.change_dashboard(native, body)
            now = _content(await api.dashboard(project, native))
            if held(now):
                return now
    message = "Somebody else keeps changing this dashboard at the same time; try again."
    raise Conflict(message)


async def add(desk: Desk, dashboard: Dashboard, tile: Json) -> str:
    """Put a tile at the bottom. The uuid that it was given: its own, where it has one and no other tile has that."""
    before: set[str] = set()
    alike: list[str] = []

    def edit(now: Content) -> Content:
        before.update(now.uuids)
        tab = now.tabs[0].get("uuid") if now.tabs else None
        mine = {key: value for key, value in tile.items() if key != "uuid" or value not in now.uuids}
        placed = {"x": 0, "w": USUAL_WIDTH, "h": USUAL_HEIGHT, **mine, "y": now.bottom, "tabUuid": tab}
        return replace(now, tiles=[*now.tiles, placed])

    def held(now: Content) -> bool:
        alike[:] = [one["uuid"] for one in now.tiles if one["uuid"] not in before and same(one, tile)]
        return bool(alike)

    await rewritten(desk, dashboard, edit, held)
    return alike[-1]


async def change(desk: Desk, dashboard: Dashboard, uuid: str, tile: Json) -> None:
    """Make one tile this one, in the place that it has."""

    def edit(now: Content) -> Content:
        return replace(now, tiles=[{**one, **tile} if one["uuid"] == uuid else one for one in now.tiles])

    await rewritten(
        desk, dashboard, edit, lambda now: any(one["uuid"] == uuid and same(one, tile) for one in now.tiles)
    )


async def take(desk: Desk, dashboard: Dashboard, uuid: str) -> None:
    """Take one tile off."""

    def edit(now: Content) -> Content:
        return replace(now, tiles=[one for one in now.tiles if one["uuid"] != uuid])

    await rewritten(desk, dashboard, edit, lambda now: uuid not in now.uuids)


async def set_filters(desk: Desk, dashboard: Dashboard, filters: Json) -> None:
    """Make these the filters of its dimensions; those of metrics and calculations stay."""
    wanted = filters["dimensions"]

    def edit(now: Content) -> Content:
        return replace(now, filters={**now.filters, "dimensions": wanted})

    def held(now: Content) -> bool:
        return [one.get("id") for one in now.filters["dimensions"]] == [one["id"] for one in wanted]

    await rewritten(desk, dashboard, edit, held)


def same(one: Json, wanted: Json) -> bool:
    """Whether a tile is what was written; the server adds to its properties."""
    said, held = wanted.get("properties") or {}, one.get("properties") or {}
    named = ("title", "text", "content", "url", "savedChartUuid", "savedSqlUuid")
    return one["type"] == wanted["type"] and all(held.get(key) == said[key] for key in named if key in said)


def _content(raw: Raw) -> Content:
    """What is there, as it can be sent back."""
    tiles = [dict(one.as_object().value) for one in raw.list("tiles")]
    tabs = [{"hidden": False, **one.as_object().value} for one in raw.optional_list("tabs") or []]
    return Content(tiles, tabs, dict(raw.object("filters").value))
