"""The widgets of a dashboard one by one: as its source makes them ready, or all in one go where it does not say."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from dashgraph.domain.dashboards import DASHBOARD, Dashboard
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.lists import LARGEST_PAGE, Page, Window, Wish
from dashgraph.domain.problems import NotFound, Problem
from dashgraph.domain.tiles import TileEvent, TileFailed, TileReady, TilesBegun, TilesDone
from dashgraph.domain.viewers import Viewer
from dashgraph.domain.widgets import WIDGETS_OF_DASHBOARD, Widget, WidgetSort
from dashgraph.services.reading import Reading


async def tiles(reading: Reading, viewer: Viewer, dashboard: ResourceId) -> AsyncGenerator[TileEvent, None]:
    """What happens, in order. A stream that breaks off ends with a TileFailed of no widget, and is not begun again.

    Raises NotFound, and what keeps it from beginning.
    """
    broken = None
    begun = False
    try:
        async with aclosing(reading.tiles(viewer, dashboard) or _at_once(reading, viewer, dashboard)) as events:
            async for event in events:
                begun = True
                yield event
    except Problem as problem:
        if not begun:
            raise
        broken = problem
    if broken is not None:
        yield TileFailed(None, broken.message)


async def _at_once(reading: Reading, viewer: Viewer, one: ResourceId) -> AsyncGenerator[TileEvent, None]:
    """The same for a dashboard whose source has no such stream."""
    dashboard = (await reading.things(viewer, DASHBOARD, [one])).get(one)
    if isinstance(dashboard, Problem):
        raise dashboard
    if dashboard is None:
        message = "There is no dashboard with this id, or it is hidden from you."
        raise NotFound(message)
    window = Window(size=LARGEST_PAGE)
    total = (await reading.counts(viewer, WIDGETS_OF_DASHBOARD, [one], _wish(window))).get(one, 0)
    if isinstance(total, Problem):
        raise total
    yield TilesBegun(dashboard, total)
    count = 0
    page: Page[Widget] = Page(has_next=True)
    while page.has_next:
        page = await _page(reading, viewer, dashboard, window)
        for entry in page.entries:
            yield TileReady(entry.item, count)
            count += 1
            window = Window(size=LARGEST_PAGE, after=entry.position)
    yield TilesDone(count)


async def _page(reading: Reading, viewer: Viewer, dashboard: Dashboard, window: Window) -> Page[Widget]:
    found = (await reading.pages(viewer, WIDGETS_OF_DASHBOARD, [dashboard.id], _wish(window))).get(dashboard.id, Page())
    if isinstance(found, Problem):
        raise found
    return found


def _wish(window: Window) -> Wish:
    return Wish(WidgetSort.POSITION_ASC, window)
