"""Dashboards on paper and in tables: everything is there, nothing is run, and no title is too strange to print."""

import asyncio
import csv
import json
import os
import struct
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashgraph.domain.access import AccessRole
from dashgraph.domain.dash import Filter, Jaql, Layout, Style
from dashgraph.domain.dashboards import Dashboard, DashboardState
from dashgraph.domain.exports import ExportFormat, reason_against
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import SourceUnavailable, TooMuch, UnsupportedBySource
from dashgraph.domain.shares import ShareRule
from dashgraph.domain.widgets import Widget
from dashgraph.services.documents import dash_file
from dashgraph.services.rendering.conditions import condition, in_words
from dashgraph.services.rendering.legible import one_line
from dashgraph.services.rendering.looks import ACCENT, LOOKS, accent, look
from dashgraph.services.rendering.notes import words_of
from dashgraph.services.rendering.pages import MOST_WIDGETS
from dashgraph.services.rendering.places import CANVAS, LEAST_HEIGHT, MOST_HEIGHT, Place, drawn
from dashgraph.services.rendering.render import Originals, Rendering
from dashgraph.services.rendering.sheet import Sheet, SheetShare, of_dashboard, of_widget
from dashgraph.store.demo_content import DASHBOARDS
from dashgraph.store.demo_documents import made

NINE = datetime(2026, 1, 5, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))  # a Monday
REAL = Path(__file__).parent.parent.parent / "shared" / "data" / "sisense"
LINUX = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux tells a process its children")
A4 = (1191, 1684)  # pixels at two for each point

HOSTILE = [
    '#import "@preview/cetz:0.4.0": *',
    '#read("press.py") #sys.inputs',
    "$x^2$ and #set page(width: 1mm)",
    "*bold* _it_ `raw` = head <label> @ref \\ // note /* note */",
    "<script>alert('x')</script><b>bold</b>",
    "a]b[c)d(e}f{g",
    "=HYPERLINK(1)",
]
STRANGE = ["", "   ", "\x00\x07\x1b", "half \ud800 of a pair", "\u202edesrever", "a\r\nb", "\uffff", "x" * 5000]


def board(title: str = "Nordic revenue", **more: Any) -> Dashboard:
    known = {
        "id": ResourceId("local", Kind.DASHBOARD, "5f87359026e1201818bf48bb"),
        "title": title,
        "description": "What we sell in the north.",
        "type": "dashboard",
        "state": DashboardState.PUBLISHED,
        "role": AccessRole.OWNER,
        "owner": None,
        "folder": None,
        "datasource": None,
        "format": DocumentFormat.DASH,
        "revision": 1,
        "created_at": datetime(2025, 12, 1, tzinfo=UTC),
        "updated_at": datetime(2026, 1, 2, tzinfo=UTC),
        "published_at": datetime(2025, 12, 31, 23, 30, tzinfo=UTC),
    }
    return Dashboard(**{**known, **more})


def tile(name: str, title: str | None, type_: str | None = "chart/column", **more: Any) -> dict[str, Any]:
    panels = [
        {"name": "categories", "items": [{"jaql": {"title": "Region", "dim": "[Places.Region]"}}]},
        {"name": "values", "items": [{"jaql": {"title": "Revenue", "agg": "sum"}}]},
    ]
    document = {"oid": name, "title": title, "type": type_, "datasource": {"title": "Commerce"}}
    return {**document, "metadata": {"panels": panels}, **more}


def row(*names: str, height: Any = 320) -> dict[str, Any]:
    return {"subcells": [{"elements": [{"widgetid": name, "height": height}]} for name in names]}


def column(*cells: dict[str, Any], width: Any = 100) -> dict[str, Any]:
    return {"width": width, "cells": list(cells)}


def document(widgets: Sequence[Any], *columns: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"widgets": list(widgets), "layout": {"columns": list(columns)}, "datasource": {"title": "Commerce"}, **more}


def sheet(content: dict[str, Any], *, shares: Sequence[SheetShare] = (), **more: Any) -> Sheet:
    return of_dashboard(board(**more), content, owner="Marta Lindqvist", shares=shares, moment=NINE)


def north() -> Sheet:
    """Two charts and a table in the layout, and a number outside of it."""
    widgets = [
        tile("a", "Revenue by region"),
        tile("b", "Margin by month", "chart/line"),
        tile("c", "All orders", "tablewidget", desc="Every one."),
        tile("d", "Left out", "indicator"),
    ]
    period = {"title": "Months in Order date", "column": "Order date", "level": "months"}
    filters = [
        {"jaql": {"title": "Region", "filter": {"members": ["Nordics", "Iberia"]}}},
        {"jaql": {**period, "filter": {"last": {"count": 3, "offset": 0}}}, "disabled": True},
    ]
    shares = [SheetShare("Finance", Kind.GROUP, ShareRule.VIEW), SheetShare("Ana", Kind.USER, ShareRule.EDIT)]
    return sheet(document(widgets, column(row("a", "b"), row("c")), filters=filters), shares=shares)


async def rendered(thing: Sheet | Originals, wanted: ExportFormat) -> bytes:
    return (await Rendering().render(thing, wanted)).content


async def pages(thing: Sheet) -> list[str]:
    """The text of each page, without the places where long words may be broken."""
    found = pypdf.PdfReader(BytesIO(await rendered(thing, ExportFormat.PDF))).pages
    return [page.extract_text().replace("\u200b", "") for page in found]


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


# -- the printed sheet


async def test_the_sheet_says_what_there_is_to_say():
    page = "\n".join(await pages(north()))

    for said in (
        "Nordic revenue",
        "Marta Lindqvist",
        "Published 1 January 2026",
        "2 January 2026",
        "What we sell in the north.",
        "Region is Nordics or Iberia",
        "Order date in the last 3 months · off",
        "Revenue by region",
        "Column chart",
        "Margin by month",
        "Line chart",
        "Every one.",
        "Widgets outside of the layout",
        "local · printed Monday 5 January 2026, 09:00 (Europe/Berlin)",
        "Page 2 of 2",
    ):
        assert said in page, said
    assert page.count("Left out") == 1  # in the list alone
    assert page.count("All orders") == 2
    assert "Finance" not in page  # who else sees it is not for every reader


async def test_the_file_tells_title_owner_and_moment():
    told = pypdf.PdfReader(BytesIO(await rendered(north(), ExportFormat.PDF))).metadata

    assert (told.title, told.author, told.creation_date) == ("Nordic revenue", "Marta Lindqvist", NINE)


@pytest.mark.parametrize("wanted", [one for one in ExportFormat if not one.is_document])
async def test_the_same_sheet_gives_the_same_bytes(wanted):
    assert await rendered(north(), wanted) == await rendered(north(), wanted)


async def test_a_picture_is_as_long_as_its_drawing_and_twice_as_fine_as_a_screen():
    low = size(await rendered(sheet(document([tile("a", "One")], column(row("a")))), ExportFormat.PNG))
    high = sheet(document([tile(name, name) for name in "abcdefgh"], column(*[row(name) for name in "abcdefgh"])))
    long = size(await rendered(high, ExportFormat.PNG))

    assert low[0] == A4[1]  # a low drawing lies on its side
    assert low[1] < A4[0]
    assert long[0] == A4[0]
    assert long[1] > A4[1]


async def test_a_picture_of_a_very_long_dashboard_ends_and_says_so():
    names = [f"w{number}" for number in range(60)]
    long = sheet(document([tile(name, name) for name in names], column(*[row(name, height=600) for name in names])))

    assert size(await rendered(long, ExportFormat.PNG))[1] < 6000


async def test_a_long_dashboard_is_drawn_on_pages_and_no_widget_is_lost():
    names = [f"w{number:02}" for number in range(60)]
    left = column(*[row(name, height=417) for name in names[:20]], width=60)
    right = column(*[row(*names[at : at + 2], height=333) for at in range(20, 60, 2)], width=40)
    found = await pages(sheet(document([tile(name, f"Title {name}") for name in names], left, right)))

    drawing, _, listed = "".join(found).partition("Widgets\n")
    assert len(found) == 8
    assert [name for name in names if (drawing.count(f"Title {name}"), listed.count(f"Title {name}")) != (1, 1)] == []
    assert f"Page {len(found)} of {len(found)}" in found[-1]


async def test_what_would_lie_across_the_end_of_a_page_begins_the_next_one_with_its_neighbour():
    high, low = row("b", height=900)["subcells"], row("c", height=100)["subcells"]
    cells = [row("a", height=900), {"subcells": [*high, *low]}, row("d", height=500), row("e", height=2048)]
    found = await pages(sheet(document([tile(name, f"Title {name}") for name in "abcde"], column(*cells))))

    drawing = [[name for name in "abcde" if f"Title {name}" in page] for page in found[:3]]
    assert drawing == [["a"], ["b", "c", "d"], ["e"]]


async def test_a_dashboard_without_widgets_is_a_page_that_says_so():
    [page] = await pages(sheet({"widgets": [], "layout": None}))

    assert "This dashboard has no widgets." in page


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_looks_like_a_program_is_printed_as_it_is(text):
    filters = [{"jaql": {"title": text, "filter": {"members": [text]}}}]
    content = document([tile("a", text, text), tile("b", "fields", desc=text)], column(row("a")), filters=filters)
    reader = pypdf.PdfReader(BytesIO(await rendered(sheet(content, title=text, description=text), ExportFormat.PDF)))
    page = "".join(one.extract_text() for one in reader.pages).replace("\u200b", "")

    assert " ".join(page.split()).count(text) >= 6
    assert [round(float(side)) for side in reader.pages[0].mediabox] == [0, 0, 842, 595]


@pytest.mark.parametrize("text", STRANGE)
async def test_what_cannot_be_read_is_marked_and_cut(text):
    content = document([tile("a", text, text), tile("b", text, desc=text)], column(row("a")), style={"name": text})

    [page, *_] = await pages(sheet(content, title=text, description=text))

    assert "\ufffd" in page or not {"\x00", "\ud800", "\uffff"} & set(text)
    assert "Page 1" in page


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\tb\r\n c", "a b c"),
        ("\u202edesrever\u2066", "desrever"),
        ("half \ud800, \x00, \U0001ffff", "half \ufffd, \ufffd, \ufffd"),
        ("x" * 30, "x" * 19 + "…"),
    ],
)
def test_a_line_is_one_line_that_everybody_can_read(text, found):
    assert one_line(text, 20) == found


async def test_scripts_of_the_world_do_not_fail():
    titles = ["مبيعات حسب المنطقة", "הכנסות לפי אזור (Q1)", "地域別の売上高", "Ärger über façades", "📈 👩‍👩‍👧 🇩🇪"]
    widgets = [tile(str(at), title) for at, title in enumerate(titles)]

    page = "".join(await pages(sheet(document(widgets, column(row("0", "1", "2"), row("3", "4"))), title=titles[0])))

    assert page.count("Ärger über façades") == 2


async def test_a_note_says_its_text_and_runs_nothing():
    style = {
        "content": {"html": "<p>Numbers of <b>to</b>day &amp; tomorrow</p><script>alert(1)</script><p>Ask Ana</p>"}
    }
    note = tile("a", "Note", "richtexteditor", style=style)

    [page] = await pages(sheet(document([note], column(row("a", height=96)))))

    assert page.count("Numbers of today & tomorrow · Ask Ana") == 2
    assert "alert" not in page


@pytest.mark.parametrize("html", ["<![CDATA[", "<" * 30_000, "<script>", "&#x110000;&#xD800;", "\0", 5, None])
def test_no_note_is_too_broken_to_be_read(html):
    assert isinstance(words_of(Style({"html": html})), str | None)


async def test_a_widget_alone_says_what_it_is_part_of():
    raw = tile("a", "Revenue by region", "chart/pie")
    widget = Widget(
        id=ResourceId("local", Kind.WIDGET, "a"),
        dashboard=board().id,
        title="Revenue by region",
        type="chart/pie",
        subtype=None,
        description=None,
        owner=None,
        datasource=None,
        format=DocumentFormat.DASH,
        updated_at=NINE,
    )
    alone = of_widget(widget, raw, dashboard=board(), colors=["#a6432d"], owner="Marta", moment=NINE)

    [page] = await pages(alone)

    assert alone.unplaced == ()
    assert "a widget of nordic revenue" in page.lower()
    assert "Pie chart" in page


@pytest.mark.parametrize("number", range(0, len(DASHBOARDS), 8))
async def test_the_dashboards_of_the_example_company_are_printed(number):
    one = DASHBOARDS[number]
    content = made(Random(number), one, "d")
    found = sheet(content, title=one.title, description=one.description, state=one.state)

    text = " ".join("".join(await pages(found)).split())

    assert found.unplaced == ()
    assert [widget["title"] for widget in content["widgets"] if text.count(widget["title"]) < 2] == []


@pytest.mark.skipif(not REAL.exists(), reason="the dashboards of real servers are not beside the repository")
@pytest.mark.parametrize("name", ["tabber-buttons", "tabber-dropdown"])
async def test_dashboards_of_real_servers_are_printed(name):
    content = json.loads((REAL / f"{name}.dash").read_text())
    found = sheet(content, title=content["title"])

    text = "".join(await pages(found))

    assert found.unplaced == ()
    assert text.count("Pivot table") == 9  # three without a title: on the drawing, and twice in the list
    assert "Brand among the top 10 by Total Revenue" in text


ANY = st.text(st.characters(), max_size=60) | st.sampled_from([*HOSTILE, *STRANGE])
SIZES = st.none() | st.floats() | st.integers(-10, 5000) | st.sampled_from(["96px", "nan", "x", True])
NAMES = st.sampled_from([f"w{number}" for number in range(8)])
ELEMENTS = st.fixed_dictionaries({"widgetid": NAMES | st.none(), "height": SIZES})
SUBCELLS = st.fixed_dictionaries({"width": SIZES, "elements": st.lists(ELEMENTS, max_size=2)})
CELLS = st.fixed_dictionaries({"subcells": st.lists(SUBCELLS, max_size=3)})
COLUMNS = st.fixed_dictionaries({"width": SIZES, "cells": st.lists(CELLS, max_size=5)})
LAYOUTS = st.fixed_dictionaries({"columns": st.lists(COLUMNS, max_size=3)})


@given(
    texts=st.lists(ANY, min_size=8, max_size=8),
    type_=st.sampled_from([*LOOKS, "unknown", None]) | ANY,
    layout=LAYOUTS,
    title=ANY,
    colors=st.lists(ANY | st.sampled_from(["#fff", "#000000", "#2f6b3c"])),
)
@settings(max_examples=40)
async def test_any_dashboard_is_printed_and_tabled(texts, type_, layout, title, colors):
    fields = [{"name": text, "items": [{"jaql": {"title": text, "filter": {"members": [text]}}}]} for text in texts]
    widgets = [
        tile(f"w{number}", text, type_, metadata={"panels": fields[:number]}) for number, text in enumerate(texts)
    ]
    style = {"palette": {"colors": colors}}
    content = {"widgets": widgets, "layout": layout, "filters": [{"jaql": {"title": title}}], "style": style}
    found = sheet(content, title=title, description="\n".join(texts))

    for wanted in (ExportFormat.PDF, ExportFormat.PNG, ExportFormat.CSV, ExportFormat.XLSX):
        assert await rendered(found, wanted)
    for tab in found.tabs:
        for place in tab.places:
            assert 0 <= place.x <= place.x + place.width <= 1.000001
            assert 0 <= place.y <= place.y + place.height <= 1.000001
            assert place.width > 0
            assert place.height > 0


# -- tables


def cells(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(BytesIO(content))
    assert [cell for page in book for line in page.iter_rows() for cell in line if cell.data_type == "f"] == []
    return {page.title: list(page.iter_rows(values_only=True)) for page in book}


async def test_a_workbook_has_a_page_for_each_table():
    found = cells(await rendered(north(), ExportFormat.XLSX))

    assert list(found) == ["Dashboard", "Widgets", "Fields", "Filters", "Shares"]
    assert found["Dashboard"][1] == ("Title", "Nordic revenue")
    assert found["Widgets"][3:] == [
        (3, "All orders", "c", "tablewidget", None, "Commerce", "Every one.", "yes"),
        (4, "Left out", "d", "indicator", None, "Commerce", None, "no"),
    ]
    assert found["Fields"][1:3] == [
        (1, "Revenue by region", "a", "categories", "Region", "dimension", "[Places.Region]", None, "no"),
        (1, "Revenue by region", "a", "values", "Revenue", "measure", None, "sum", "no"),
    ]
    assert found["Filters"][1:] == [
        ("Region", "is Nordics or Iberia", "no"),
        ("Order date", "in the last 3 months", "yes"),
    ]
    assert found["Shares"][1:] == [("Finance", "group", "view"), ("Ana", "user", "edit")]


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\uff1d1", '=cmd|"/c calc"!A0', "\n=1"]


@pytest.mark.parametrize("text", FORMULAS)
async def test_nothing_in_a_table_is_a_formula(text):
    found = sheet(document([tile("a", None, desc=text)], column(row("a"))), title=f"{text} sales")

    listed = [line for line in read(await rendered(found, ExportFormat.CSV)) if line["Table"] == "Dashboard"]
    assert listed[0]["Value"] == f"'{text} sales"
    assert cells(await rendered(found, ExportFormat.XLSX))["Dashboard"][1] == ("Title", f"{text} sales")


async def test_text_that_is_no_formula_stays_as_it_is():
    titles = ["1-1", "a=b", 'comma, "quote"', "two\nlines", "'quoted", "<b>&amp;", "https://x.example", "0012"]
    widgets = [tile(str(at), title) for at, title in enumerate(titles)]
    found = sheet(document(widgets, column(*[row(str(at)) for at in range(len(titles))])))

    listed = [line["Widget"] for line in read(await rendered(found, ExportFormat.CSV)) if line["Table"] == "Widgets"]
    assert listed == titles
    assert [line[1] for line in cells(await rendered(found, ExportFormat.XLSX))["Widgets"][1:]] == titles


async def test_one_file_of_commas_holds_all_tables():
    found = read(await rendered(north(), ExportFormat.CSV))

    assert {line["Table"] for line in found} == {"Dashboard", "Widgets", "Fields", "Filters", "Shares"}
    assert [(line["Shared with"], line["Rule"]) for line in found if line["Table"] == "Shares"] == [
        ("Finance", "view"),
        ("Ana", "edit"),
    ]
    assert [line["Role"] for line in found if line["Widget id"] == "a"] == ["", "dimension", "measure"]


async def test_a_cell_that_is_longer_than_excel_takes_says_so():
    found = sheet(document([], column()), description="📈" * 20_000)

    facts = dict(cells(await rendered(found, ExportFormat.XLSX))["Dashboard"])

    assert facts["Description"] == "📈" * 16_382 + "…"


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


# -- the door


@pytest.mark.parametrize("wanted", [ExportFormat.DASH, ExportFormat.JSON])
async def test_originals_lose_nothing(wanted):
    documents = [document([tile("a", "half \ud800", number=2**70)], column(row("a")))]

    found = await Rendering().render(Originals(board().id, "Nordic revenue", documents), wanted)

    assert found.content == dash_file(documents)
    assert json.loads(found.content) == documents[0]
    assert (found.name, found.content_type) == (f"nordic-revenue.{wanted.value}", "application/json")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Ärger & Fäden / 2026", "arger-faden-2026.csv"),
        ('../../etc/passwd\r\nX: "y"', "etc-passwd-x-y.csv"),
        ("売上高", "5f87359026e1201818bf48bb.csv"),
        ("x" * 500, "x" * 60 + ".csv"),
    ],
)
async def test_a_file_is_called_by_its_title_in_plain_letters(title, name):
    found = await Rendering().render(sheet(document([], column()), title=title), ExportFormat.CSV)

    assert found.name == name


@pytest.mark.parametrize(
    ("thing", "wanted"), [(north(), ExportFormat.DASH), (Originals(board().id, "x", [{}]), ExportFormat.PDF)]
)
async def test_each_format_is_made_of_what_it_needs(thing, wanted):
    with pytest.raises(TypeError):
        await Rendering().render(thing, wanted)


async def test_without_the_extra_it_is_said_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)

    for wanted in ExportFormat:
        assert (reason_against(wanted) is None) is (wanted not in {ExportFormat.PDF, ExportFormat.PNG})
    with pytest.raises(UnsupportedBySource, match=r"pip install 'dashgraph\[render\]'"):
        await Rendering().render(north(), ExportFormat.PNG)
    assert await rendered(north(), ExportFormat.XLSX)


def presses() -> list[str]:
    """The processes that print for this one."""
    found = []
    for child in Path(f"/proc/{os.getpid()}/task/{threading.get_native_id()}/children").read_text().split():
        with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            found.append(Path(f"/proc/{child}/cmdline").read_text())
    return [one for one in found if "rendering.press" in one]


@LINUX
async def test_what_is_not_ready_in_time_is_stopped_and_the_next_one_has_its_turn():
    rendering = Rendering(deadline=timedelta(milliseconds=20), at_once=1)
    with pytest.raises(SourceUnavailable, match=r"not ready in 0\.02 s; try again later"):
        await rendering.render(north(), ExportFormat.PDF)

    assert presses() == []
    assert (await rendering.render(north(), ExportFormat.CSV)).content


@LINUX
async def test_what_nobody_waits_for_is_not_printed():
    task = asyncio.create_task(Rendering().render(north(), ExportFormat.PDF))
    while not presses():  # noqa: ASYNC110 nothing here hears when a process begins
        await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert presses() == []


@LINUX
async def test_only_so_many_are_made_at_once():
    rendering = Rendering(at_once=2)
    tasks = [asyncio.create_task(rendering.render(north(), ExportFormat.PDF)) for _ in range(6)]
    most = 0
    while not all(task.done() for task in tasks):
        await asyncio.sleep(0)
        most = max(most, len(presses()))

    assert most == 2
    assert len({(await task).content for task in tasks}) == 1


async def test_what_is_too_large_is_refused_with_another_way():
    names = [f"w{number}" for number in range(MOST_WIDGETS + 1)]
    many = sheet(document([tile(name, name) for name in names], column()))
    fewer = replace(many, widgets=many.widgets[:-1])
    cells_below = column(*[row(name, height=2000) for name in names[:100]])
    tall = sheet(document([tile(name, name) for name in names[:100]], cells_below))
    columns = {"name": "columns", "items": [{"jaql": {"title": "x"}}] * 50_000}
    wide = sheet(document([tile("a", "A", metadata={"panels": [columns]})], column()))

    for wanted in (ExportFormat.PDF, ExportFormat.PNG):
        with pytest.raises(TooMuch, match="301 widgets on one sheet; at most 300"):
            await Rendering().render(many, wanted)
        with pytest.raises(TooMuch, match="about 115 pages; at most 100"):
            await Rendering().render(tall, wanted)
    with pytest.raises(TooMuch, match="50001 rows; at most 50000"):
        await Rendering().render(wide, ExportFormat.XLSX)
    assert await rendered(fewer, ExportFormat.PNG)
    assert await rendered(wide, ExportFormat.PDF)
    assert await rendered(many, ExportFormat.CSV)


# -- what is on a sheet


def test_widgets_stand_where_the_layout_has_them():
    layout = Layout(
        {
            "columns": [
                column(row("a", "b", height=300), row("gone", height="300px"), row("c", height=1), width=75),
                column(row("a", height=600), row("d", height=True), width=25),
            ]
        }
    )

    [tab] = drawn(layout, {"a", "b", "c", "d"})

    bottom = 600 + 320  # `d` has no height and gets the usual one
    assert tab.height == bottom / CANVAS
    assert tab.places == (
        Place("a", 0, 0, 0.375, 300 / bottom),
        Place("b", 0.375, 0, 0.375, 300 / bottom),
        Place("c", 0, 600 / bottom, 0.75, LEAST_HEIGHT / bottom),
        Place("d", 0.75, 600 / bottom, 0.25, 320 / bottom),
    )


@pytest.mark.parametrize("width", [None, 0, -1, "nan", "inf", True])
def test_columns_of_which_one_has_no_width_are_equal(width):
    [tab] = drawn(Layout({"columns": [column(row("a"), width=80), column(row("b"), width=width)]}), {"a", "b"})

    assert [(one.x, one.width) for one in tab.places] == [(0, 0.5), (0.5, 0.5)]


@pytest.mark.parametrize("layout", [None, {}, {"columns": []}, {"columns": [{"cells": [{}]}]}])
def test_without_a_layout_nothing_is_drawn_and_all_is_listed(layout):
    found = sheet({"widgets": [tile("a", "A")], "layout": layout})

    assert found.tabs == ()
    assert [widget.title for widget in found.unplaced] == ["A"]


def test_no_widget_is_higher_than_a_screen_can_be():
    [tab] = drawn(Layout({"columns": [column(row("a", height=999_999))]}), {"a"})

    assert tab.height == MOST_HEIGHT / CANVAS


def test_widgets_are_numbered_as_they_are_drawn():
    content = document([tile("x", "Outside"), tile("b", "Second"), tile("a", "First")], column(row("a"), row("b")))

    found = sheet({**content, "widgets": {one["oid"]: one for one in content["widgets"]}})

    assert [(one.number, one.title) for one in found.widgets] == [(1, "First"), (2, "Second"), (3, "Outside")]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({}, "is anything"),
        ({"all": True}, "is anything"),
        ({"members": []}, "is anything"),
        ({"members": ["a"]}, "is a"),
        ({"members": ["a", None, 3, 2.0, True]}, "is a, empty, 3, 2 or true"),
        ({"members": list("abcdefghi")}, "is a, b, c, d, e, f or 3 more"),
        ({"members": ["2013-02-01T00:00:00"]}, "is 2013-02-01"),
        ({"exclude": {"members": ["a", "b"]}}, "is not a or b"),
        ({"exclude": {"from": 1, "to": 2}}, "is not between 1 and 2"),
        ({"exclude": {}}, "by a condition of its own"),
        ({"last": {"count": 1, "offset": 0}}, "in the last month"),
        ({"next": {"count": 2, "offset": 1}}, "in the next 2 months, 1 month away"),
        ({"from": "2020-01-01", "to": "2020-12-31"}, "is between 2020-01-01 and 2020-12-31"),
        ({"fromNotEqual": 5}, "is over 5"),
        ({"from": 5, "toNotEqual": 9.5}, "is at least 5 and under 9.5"),
        ({"equals": ""}, "is empty"),
        ({"doesntContain": "x"}, "does not contain x"),
        ({"top": 10, "by": {"title": "Revenue"}}, "among the top 10 by Revenue"),
        ({"or": [{"startsWith": "a"}, {"endsWith": "b"}]}, "begins with a or ends with b"),
        ({"and": []}, "by a condition of its own"),
        ({"turnedOff": False, "custom": {"formula": 1}}, "by a condition of its own"),
        ({"equals": {"deep": 1}}, "is a value of its own"),
    ],
)
def test_conditions_are_told_in_words(found, words):
    assert condition(Jaql({"level": "months", "filter": found})) == words


def test_years_are_told_as_years():
    assert condition(Jaql({"level": "years", "filter": {"members": ["2013-01-01T00:00:00"]}})) == "is 2013"


def test_the_fields_of_a_dependent_filter_follow_each_other():
    levels = [{"title": "Country", "filter": {"members": ["Sweden"]}}, {"dim": "[Places.City]"}]

    told = in_words([Filter({"levels": levels, "disabled": True})])

    assert [one.sentence for one in told] == [
        "Country is Sweden (switched off)",
        "[Places.City] is anything (switched off)",
    ]


@pytest.mark.parametrize(
    ("colors", "found"),
    [
        ([], ACCENT),
        (["#00cee6", "#9b9bd7", "#218A8C"], "#218A8C"),
        (["#ffffff", "#ff0", "not a colour", '#000"), fill: (', "#345"], "#345"),
        (["#eeeeee"], ACCENT),
    ],
)
def test_the_colour_comes_from_the_palette_if_it_can_be_read(colors, found):
    assert accent(colors) == found


@pytest.mark.parametrize(
    ("type_", "name", "shape"),
    [
        ("chart/column", "Column chart", "column"),
        ("map/scatter", "Map", "map"),
        ("pivot2", "Pivot table", "table"),
        ("BloX", "BloX", "other"),
        (None, "Widget", "other"),
    ],
)
def test_types_have_the_names_that_people_use(type_, name, shape):
    assert (look(type_).name, look(type_).shape) == (name, shape)


@pytest.mark.parametrize(
    ("state", "published_at", "said"),
    [
        (DashboardState.DRAFT, None, "Draft, not published"),
        (DashboardState.PUBLISHED, NINE, "Published 5 January 2026"),
        (DashboardState.MODIFIED, NINE, "Published 5 January 2026, changed since"),
    ],
)
def test_the_state_is_a_sentence(state, published_at, said):
    assert sheet(document([], column()), state=state, published_at=published_at).state == said
