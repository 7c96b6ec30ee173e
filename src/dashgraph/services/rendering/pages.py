"""The printed sheet as PDF, and as one picture for a message. The template `sheet.typ` says how it looks."""

import asyncio
import json
import math
import sys
from asyncio.subprocess import PIPE
from itertools import groupby
from typing import Any

from dashgraph.domain.exports import ExportFormat
from dashgraph.domain.problems import TooMuch
from dashgraph.services.rendering.legible import cut, legible, one_line
from dashgraph.services.rendering.looks import accent, look
from dashgraph.services.rendering.sheet import DAYS, Field, Role, Sheet, SheetWidget, day

LANDSCAPE_BELOW = 0.62  # times the width: how high a drawing is that asks for a page on its side
A_PAGE = 1.45  # times the width: how high a drawing on one page is, roughly
MOST_PAGES, MOST_WIDGETS = 100, 300

# Characters and items that are printed; tables and documents hold all of it.
LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_NAME, LONGEST_CONDITION = 300, 1500, 80, 160
MOST_FILTERS, MOST_FIELDS, MOST_PARAGRAPHS = 24, 40, 12
PRESS = "dashgraph.services.rendering.press"


async def print_pages(sheet: Sheet, form: ExportFormat) -> bytes:
    """A PDF of all pages, or a PNG of the header and the drawing on one page as long as they are.

    The same sheet gives the same bytes where the same fonts are installed. Raises TooMuch for what is too large to
    print. It prints in a process of its own: cancelling ends that process.
    """
    _check(sheet)
    order = {"form": form.value, "moment": int(sheet.moment.timestamp()), "sheet": printed(sheet, form)}
    press = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", PRESS), stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    try:
        content, complaint = await press.communicate(json.dumps(order).encode())
    finally:
        if press.returncode is None:
            press.kill()
            await press.wait()
    if press.returncode:
        message = f"The press ended with {press.returncode}: {complaint.decode(errors='replace')[-2000:]}"
        raise RuntimeError(message)
    return content


def _check(sheet: Sheet) -> None:
    if len(sheet.widgets) > MOST_WIDGETS:
        message = f"{len(sheet.widgets)} widgets on one sheet; at most {MOST_WIDGETS} are printed. Take XLSX or CSV."
        raise TooMuch(message)
    pages = math.ceil(sum(tab.height for tab in sheet.tabs) / A_PAGE)
    if pages > MOST_PAGES:
        message = f"The drawing would take about {pages} pages; at most {MOST_PAGES} are printed. Take XLSX or CSV."
        raise TooMuch(message)


def printed(sheet: Sheet, form: ExportFormat) -> dict[str, Any]:
    """The values that the template prints: text made legible and cut to what paper bears."""
    places = {widget.id: place for place, widget in enumerate(sheet.widgets)}
    unplaced = {widget.id for widget in sheet.unplaced}
    sources = {widget.datasource for widget in sheet.widgets}
    facts = {
        "Owner": sheet.owner,
        "State": sheet.state,
        "Data source": sheet.datasource,
        "Changed": "" if sheet.changed_at is None else day(sheet.changed_at.astimezone(sheet.moment.tzinfo)),
    }
    return {
        "picture": form is ExportFormat.PNG,
        "landscape": bool(sheet.tabs) and max(tab.height for tab in sheet.tabs) < LANDSCAPE_BELOW,
        "accent": accent(sheet.colors),
        "title": one_line(sheet.title, LONGEST_TITLE) or "Without a title",
        "author": one_line(sheet.owner or "", LONGEST_NAME),
        "part_of": _line(sheet.part_of, LONGEST_NAME),
        "facts": [{"name": name, "value": _line(value, LONGEST_NAME)} for name, value in facts.items()],
        "description": _paragraphs(sheet.description),
        "filters": [
            {
                "field": one_line(one.field, LONGEST_NAME),
                "condition": one_line(one.condition, LONGEST_CONDITION),
                "off": one.off,
            }
            for one in sheet.filters[:MOST_FILTERS]
        ],
        "more_filters": max(len(sheet.filters) - MOST_FILTERS, 0),
        "tabs": [
            {
                "title": _line(tab.title, LONGEST_NAME),
                "height": tab.height,
                "places": [
                    {"widget": places[one.widget], "x": one.x, "y": one.y, "width": one.width, "height": one.height}
                    for one in tab.places
                ],
            }
            for tab in sheet.tabs
        ],
        "widgets": [_widget(one, placed=one.id not in unplaced) for one in sheet.widgets],
        "several_datasources": bool(sources - {sheet.datasource}),
        "printed": one_line(f"{sheet.source} · {_moment(sheet)}", 2 * LONGEST_NAME),
    }


def _widget(widget: SheetWidget, *, placed: bool) -> dict[str, Any]:
    shown = look(widget.type)
    fields = widget.fields[:MOST_FIELDS]
    return {
        "number": widget.number,
        "title": _line(widget.title, LONGEST_TITLE) or one_line(shown.name, LONGEST_NAME),
        "untitled": widget.title is None,
        "type": one_line(shown.name, LONGEST_NAME),
        "shape": shown.shape,
        "description": _line(widget.description, LONGEST_TITLE),
        "note": _line(widget.note, LONGEST_TITLE),
        "datasource": _line(widget.datasource, LONGEST_NAME) or "unknown",
        "placed": placed,
        "fields": [_field(one) for one in fields if one.role is not Role.FILTER],
        "panels": [
            {"name": one_line(name, LONGEST_NAME), "fields": [_field(one) for one in found]}
            for name, found in groupby(fields, key=lambda one: one.panel)
        ],
        "more_fields": len(widget.fields) - len(fields),
    }


def _field(field: Field) -> dict[str, Any]:
    told = field.detail and field.detail.lower() in field.title.lower()  # `Months in Date`
    return {
        "title": one_line(field.title, LONGEST_NAME),
        "detail": None if told else _line(field.detail, LONGEST_CONDITION),
        "off": field.off,
    }


def _paragraphs(text: str | None) -> list[str] | None:
    lines = cut(legible(text or ""), LONGEST_DESCRIPTION).split("\n")
    found = [line for one in lines if (line := one_line(one, LONGEST_DESCRIPTION))]
    return [*found[:MOST_PARAGRAPHS], "…"] if len(found) > MOST_PARAGRAPHS else found or None


def _line(text: str | None, most: int) -> str | None:
    return one_line(text, most) or None if text else None


def _moment(sheet: Sheet) -> str:
    """`Monday 5 January 2026, 09:00 (Europe/Berlin)`."""
    moment = sheet.moment
    return f"printed {DAYS[moment.weekday()]} {day(moment)}, {moment:%H:%M} ({sheet.zone})"
