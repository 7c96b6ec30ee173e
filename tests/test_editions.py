"""Which edition is read: the versions that are asked for and no others, and in lists the one that is shown."""

from dataclasses import replace

from sqlalchemy import update

from company import Company
from conftest import Asking
from dashgraph.connectors.native.source import NativeSource
from dashgraph.domain.dashboards import DASHBOARDS, VERSION, VERSION_DOCUMENT, DashboardSort
from dashgraph.domain.lists import Wish
from dashgraph.domain.viewers import Reach
from dashgraph.store.tables import dashboards, editions


async def test_of_many_versions_those_that_are_asked_for_are_read_and_no_others(empty: Asking) -> None:
    """All numbers of all dashboards would be as many documents as those multiplied."""
    company, database = Company(empty.world.database), empty.world.database
    await company.user("owner")
    for name in ("plan", "sales"):
        await company.dashboard(name, "owner", tiles=("a",))
        await company.change(name, title=f"{name} again", tiles=("b",))
    async with database.writing() as session:
        published = {"published_at": (await session.execute(editions.select())).first().published_at}  # type: ignore[union-attr]
        await session.execute(update(editions).values(published))
        await session.execute(update(dashboards).values(published=2))
    owner, asked = await empty.viewer("owner@x.example"), ["plan/1", "sales/2"]
    odd = ["plan/x", "plan/01", "plan", "/", "plan/1/", f"plan/{'9' * 5000}", "plan/²"]

    for lookup in (VERSION, VERSION_DOCUMENT):
        found = await NativeSource(database).things(owner, lookup, [*asked, *odd])
        assert sorted(found) == asked


async def test_dashboards_stand_in_the_order_of_the_titles_that_are_shown(empty: Asking) -> None:
    company = Company(empty.world.database)
    await company.user("boss", "admin")
    for name, later in (("a", "z"), ("b", "y")):
        await company.dashboard(name, "boss", title=name)
        await company.change(name, title=later)
    boss = (await empty.viewer("boss@x.example")).within(Reach.ALL)

    for viewer, titles in ((boss, ["y", "z"]), (replace(boss, as_reader=True), ["a", "b"])):
        page = await NativeSource(empty.world.database).page(viewer, DASHBOARDS, Wish(DashboardSort.TITLE_ASC))
        assert [entry.item.title for entry in page.entries] == titles
        assert [entry.position.value for entry in page.entries] == titles
