"""Dashboards of Lightdash as code: out of one server, into it again, and into another one."""

import pytest

from asker import ADMIN, viewer
from dashgraph.app.fakes.lightdash.fake import LightdashFake
from dashgraph.app.fakes.lightdash.state import Organization
from dashgraph.domain.changes import Terms
from dashgraph.domain.dash import Document
from dashgraph.domain.exports import EXPORT_OF_DASHBOARD
from dashgraph.domain.formats import lightdash
from dashgraph.domain.imports import ImportAction, ImportDashboard
from dashgraph.domain.problems import BadDocument, BadInput, Conflict, Forbidden
from live_lightdash import NAME, opened


def other_server():
    """A Lightdash with one project of one space, and one chart that the first has too."""
    held = Organization("Another")
    nora = held.add_user("nora@tallgrass.example", "Nora", "Whitfield", "admin")
    held.tokens = {LightdashFake.TOKEN: nora}
    project = held.add_project("Workshops", nora)
    held.add_chart(held.add_space(project, "Repairs", nora), "Repairs by workshop", "pie", nora)
    held.open_for_business()
    return LightdashFake(held)


def board(fake, title):
    return next(uuid for uuid, row in fake.held.dashboards.items() if row["name"] == title)


async def exported(source, native):
    return (await source.things(ADMIN, EXPORT_OF_DASHBOARD, [native]))[native].raw


async def do(source, change, who=ADMIN, **terms):
    return (await source.change_all(who, {0: change}, Terms(**terms)))[0]


def taking(document, **said):
    return ImportDashboard(place=NAME, document=Document.of(document), **said)


def sketch(fake, native):
    """What a dashboard shows, by names."""
    row = fake.held.dashboards[native]
    charts = fake.held.charts
    return [
        (tile["type"], tile["x"], tile["y"], charts.get(tile["properties"].get("savedChartUuid"), {}).get("name"))
        for tile in row["tiles"]
    ]


async def test_a_document_is_the_dashboard_and_its_charts_as_code():
    async with opened() as (fake, source):
        document = await exported(source, board(fake, "Workshop today"))

    dashboard, charts = lightdash.written(document)
    assert (dashboard["slug"], dashboard["spaceSlug"]) == ("workshop-today", "repairs")
    assert set(charts) == {"bikes-on-stands", "repairs-by-workshop", "open-repairs"}
    assert charts["bikes-on-stands"]["dashboardSlug"] == "workshop-today"
    assert "savedChartUuid" not in str(document)
    assert [widget["title"] for widget in document["widgets"]][1:] == [
        "Bikes on stands", "Repairs by workshop", "Open repairs",
    ]  # fmt: skip


async def test_on_another_server_it_is_made_with_the_charts_that_are_not_there():
    async with opened() as (fake, source):
        native = board(fake, "Workshop today")
        document, shown = await exported(source, native), sketch(fake, native)
        filters, tabs = (fake.held.dashboards[native][key] for key in ("filters", "tabs"))
    async with opened(other_server()) as (fake, source):
        told = await do(source, taking(document))

        made = told.thing.id.native
        assert (told.facts["outcome"], told.facts["native"], told.facts["widgets"]) == ("created", made, 4)
        assert sketch(fake, made) == shown
        row = fake.held.dashboards[made]
        assert (row["filters"], row["tabs"]) == (filters, tabs)
        by_name = {chart["name"]: chart for chart in fake.held.charts.values()}
        assert len(by_name) == len(fake.held.charts) == 3  # the one that was there is shown
        assert by_name["Bikes on stands"]["dashboardUuid"] == made
        assert by_name["Open repairs"]["metricQuery"]["metrics"] == ["repairs_count"]
        for change in told.trace.undo:
            await do(source, change)
        assert made not in fake.held.dashboards


async def test_what_is_there_and_the_same_is_left_alone():
    async with opened() as (fake, source):
        document = await exported(source, board(fake, "Turnaround"))
        fake.calls.clear()

        told = await do(source, taking(document))

        assert told.facts["outcome"] == "skipped"
        assert not [call for call in fake.calls if not call.line.startswith("GET")]
        with pytest.raises(Conflict):
            await do(source, taking(document, action=ImportAction.FAIL))


async def test_an_overwrite_says_the_same_afterwards_and_can_be_taken_back():
    async with opened() as (fake, source):
        native = board(fake, "Turnaround")
        before = await exported(source, native)
        document = {**before, "title": "Turnaround, shorter", "widgets": before["widgets"][:2]}

        told = await do(source, taking(document, action=ImportAction.OVERWRITE), viewer("zoe.vanderlinden"))

        assert (told.thing.id.native, told.thing.title) == (native, "Turnaround, shorter")
        assert [shown[0] for shown in sketch(fake, native)] == ["markdown", "saved_chart"]
        assert told.facts["different"] > 0
        for change in told.trace.undo:
            await do(source, change)
        assert await exported(source, native) == before


async def test_a_double_stands_beside_what_is_there():
    async with opened() as (fake, source):
        native = board(fake, "Turnaround")
        document = await exported(source, native)

        told = await do(source, taking(document, action=ImportAction.DUPLICATE))

        assert told.facts["outcome"] == "duplicated"
        assert told.thing.folder.native == fake.held.dashboards[native]["spaceUuid"]
        double = fake.held.dashboards[told.thing.id.native]
        assert double["slug"] == "turnaround-1"
        first, second = (tile["properties"]["savedChartUuid"] for tile in double["tiles"][1:])
        assert fake.held.charts[first]["dashboardUuid"] == told.thing.id.native  # one of its own
        assert second == fake.held.dashboards[native]["tiles"][2]["properties"]["savedChartUuid"]


async def test_who_may_not_write_into_the_folder_takes_nothing_in():
    async with opened() as (fake, source):
        document = await exported(source, board(fake, "Turnaround"))
        fake.calls.clear()
        for action in (ImportAction.DUPLICATE, ImportAction.OVERWRITE):
            with pytest.raises(Forbidden):
                await do(source, taking({**document, "title": "x"}, action=action), viewer("jurgen.attenberger"))
        with pytest.raises(BadDocument, match="its own dashboards"):
            await do(source, taking({"title": "A dashboard of Sisense", "oid": "0" * 24, "widgets": []}))

        assert not [call for call in fake.calls if not call.line.startswith("GET")]
        assert (await do(source, taking(document, action=ImportAction.OVERWRITE), dry_run=True)).facts[
            "outcome"
        ] == "overwritten"
        assert not [call for call in fake.calls if not call.line.startswith("GET")]


async def test_without_a_folder_that_is_clear_one_must_be_named():
    async with opened() as (fake, source):
        document = await exported(source, board(fake, "Stock of parts"))
    async with opened(other_server()) as (fake, source):
        with pytest.raises(BadInput, match="in which one"):
            await do(source, taking(document))  # of a space "parts", which is not there

        told = await do(source, taking(document, path=("Repairs",)))

        assert fake.held.spaces[told.thing.folder.native]["name"] == "Repairs"
