"""The documents of the example company: dashboards and widgets as a `.dash` file has them."""

from itertools import product
from random import Random

from dashgraph.domain.dash import JsonObject
from dashgraph.store.demo_content import (
    MASKS,
    NOTE,
    PALETTES,
    SUBJECTS,
    WIDGET_KINDS,
    DemoDashboard,
    Dimension,
    Measure,
    WidgetKind,
)

FULL_WIDTH = 100
ONE_COLUMN = 9  # widgets; more of them stand in two columns
KINDS = {kind.type: kind for kind in (NOTE, *WIDGET_KINDS)}


def before_the_change(document: JsonObject, title: str) -> JsonObject:
    """What a modified dashboard was when it was published: under that title, without its newest widget."""
    kept = document["widgets"][:-1]
    layout = _layout(kept, document["layout"]["instanceid"])
    return {**document, "title": title, "layout": layout, "widgets": kept}


def made(random: Random, board: DemoDashboard, one: str) -> JsonObject:
    """A dashboard as a `.dash` file has it, its widgets inside."""
    palette = random.choice(PALETTES)
    found = [_widget(random, board, one, *question) for question in _questions(random, board)]
    return {
        "title": board.title,
        "oid": one,
        "desc": board.description,
        "source": None,
        "type": "dashboard",
        "style": {"name": palette["name"].lower(), "palette": palette},
        "layout": _layout(found, _instance(random)),
        "original": None,
        "dataExploration": False,
        "datasource": SUBJECTS[board.subject].datasource,
        "filters": _filters(random, board),
        "editing": True,
        "settings": {"autoUpdateOnFiltersChange": True},
        "filterToDatasourceMapping": {},
        "script": None,
        "hierarchies": [],
        "widgets": found,
    }


def _questions(random: Random, board: DemoDashboard) -> list[tuple[WidgetKind, Measure, Dimension]]:
    """What the widgets show: a note on large dashboards, numbers, what it is mainly about, then the rest.

    Dimensions that the title names come first, so that "Revenue by region" has revenue by region.
    """
    subject = SUBJECTS[board.subject]
    measures = sorted(subject.measures, key=lambda measure: measure.title != board.measure)
    dimensions = random.sample(subject.dimensions, len(subject.dimensions))
    dimensions.sort(key=lambda dimension: dimension.title.split()[-1].lower() not in board.title.lower())

    number, *charts = WIDGET_KINDS
    notes = 1 if board.widgets > len(WIDGET_KINDS) else 0
    numbers = min(len(measures), board.widgets // 3, 4)
    rest = list(product(measures[1:], dimensions))
    asked = [(measures[0], dimension) for dimension in dimensions[:3]] + random.sample(rest, len(rest))
    asked = asked[: board.widgets - notes - numbers]
    return [
        *[(NOTE, measures[0], dimensions[0])] * notes,
        *[(number, measure, dimensions[0]) for measure in measures[:numbers]],
        *[(charts[place % len(charts)], *pair) for place, pair in enumerate(asked)],
    ]


def _widget(
    random: Random, board: DemoDashboard, one: str, kind: WidgetKind, measure: Measure, dimension: Dimension
) -> JsonObject:
    subject = SUBJECTS[board.subject]
    fields = {
        "measure": {"jaql": _measured(measure), "format": {"mask": MASKS[measure.mask]}},
        "dimension": {"jaql": _column(dimension)},
        **{level: {"jaql": _dated(subject.date, level)} for level in ("days", "months", "quarters")},
    }
    panels = [
        {"name": name, "items": [_item(random, name, fields[field]) for field in shown]}
        for name, shown in kind.panels.items()
    ]
    words = {"measure": measure.title, "dimension": dimension.title.lower(), "description": board.description}
    return {
        "title": kind.title.format(**words),
        "type": kind.type,
        "subtype": kind.subtype,
        "oid": native_id(random),
        "desc": None,
        "source": None,
        "datasource": subject.datasource,
        "selection": None,
        "metadata": {"ignore": {"dimensions": [], "all": False}, "panels": panels},
        "style": {key: value.format(**words) if key == "html" else value for key, value in kind.style.items()},
        "instanceid": _instance(random),
        "options": {"dashboardFiltersMode": "filter", "selector": True, "triggersDomready": True},
        "dashboardid": one,
    }


def _item(random: Random, panel: str, field: JsonObject) -> JsonObject:
    jaql = field["jaql"]
    end = jaql.get("agg") or jaql.get("level")
    identity = f"{jaql['dim']}_{end}" if end else jaql["dim"]
    return {**field, "instanceid": _instance(random), "panel": panel, "field": {"id": identity}}


def _column(dimension: Dimension) -> JsonObject:
    return {
        "table": dimension.table,
        "column": dimension.title,
        "dim": f"[{dimension.table}.{dimension.title}]",
        "datatype": "text",
        "merged": True,
        "title": dimension.title,
    }


def _dated(date: Dimension, level: str) -> JsonObject:
    return {
        **_column(date),
        "dim": f"[{date.table}.{date.title} (Calendar)]",
        "datatype": "datetime",
        "level": level,
        "title": f"{level.capitalize()} in {date.title}",
    }


def _measured(measure: Measure) -> JsonObject:
    return {
        "table": measure.table,
        "column": measure.column,
        "dim": f"[{measure.table}.{measure.column}]",
        "datatype": "numeric",
        "agg": measure.agg,
        "title": measure.title,
    }


def _filters(random: Random, board: DemoDashboard) -> list[JsonObject]:
    """One filter of each sort: a period, some members, and a chain of dimensions that depend on each other."""
    subject = SUBJECTS[board.subject]
    level = random.choice(("years", "quarters", "months"))
    period = {**_dated(subject.date, level), "filter": {"last": {"count": random.randint(1, 12), "offset": 0}}}
    *chain, one, other = subject.dimensions
    chosen = random.choice((one, other))
    members = _of_members(chosen, random.randint(1, len(chosen.members)))
    levels = [{**_of_members(dimension, 1), "instanceid": _instance(random)} for dimension in chain]
    return [
        {"jaql": period, "instanceid": _instance(random), "isCascading": False, "disabled": False},
        {"jaql": members, "instanceid": _instance(random), "isCascading": False, "disabled": False},
        {
            "levels": levels,
            "instanceid": _instance(random),
            "isCascading": True,
            "disabled": random.choice((True, False)),
        },
    ]


def _of_members(dimension: Dimension, count: int) -> JsonObject:
    members = list(dimension.members[:count])
    return {**_column(dimension), "filter": {"explicit": True, "multiSelection": True, "members": members}}


def _layout(found: list[JsonObject], instance: str) -> JsonObject:
    """Rows filled with one widget after the other; long dashboards have their rows in two columns."""
    rows: list[list[JsonObject]] = []
    left = 0
    for widget in found:
        room = KINDS[widget["type"]].room
        if room > left:
            rows.append([])
            left = FULL_WIDTH
        rows[-1].append(widget)
        left -= room

    columns = [rows] if len(found) <= ONE_COLUMN else [rows[::2], rows[1::2]]
    return {
        "instanceid": instance,
        "type": "columnar",
        "columns": [
            {"width": FULL_WIDTH / len(columns), "cells": [_cell(row) for row in column], "index": index}
            for index, column in enumerate(columns)
        ],
    }


def _cell(row: list[JsonObject]) -> JsonObject:
    width = FULL_WIDTH / len(row)
    return {
        "subcells": [
            {"elements": [_element(widget)], "width": width, "stretchable": False, "index": index}
            for index, widget in enumerate(row)
        ]
    }


def _element(widget: JsonObject) -> JsonObject:
    return {
        "minHeight": 96,
        "maxHeight": 2048,
        "minWidth": 128,
        "maxWidth": 2048,
        "height": KINDS[widget["type"]].height,
        "defaultWidth": 512,
        "widgetid": widget["oid"],
    }


def native_id(random: Random) -> str:
    """24 hexadecimal digits: the form that ids have in the documents."""
    return f"{random.getrandbits(96):024x}"


def _instance(random: Random) -> str:
    text = f"{random.getrandbits(44):011X}"
    return f"{text[:5]}-{text[5:9]}-{text[9:]}"
