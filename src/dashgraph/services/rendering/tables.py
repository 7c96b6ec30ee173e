"""A sheet as tables for spreadsheets. Text stays text: no cell of ours is ever read as a formula."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO

import xlsxwriter  # type: ignore[import-untyped]

from dashgraph.services.rendering.legible import cut, legible
from dashgraph.services.rendering.sheet import Sheet

LONGEST_CELL = 32_767  # UTF-16 units, in Excel
FORMULA_STARTS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")  # what spreadsheets take for the beginning of a formula,
BLANK_STARTS = ("\t", "\n")  # and what some of them drop before they look
BYTE_ORDER_MARK = "\ufeff"  # without it Excel does not read UTF-8
WIDEST, NARROWEST = 60, 10  # characters of a column
HEAD_ROWS = 200  # rows that decide how wide a column is

Cell = str | int | None
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def tables(sheet: Sheet) -> tuple[Table, ...]:
    widgets = sheet.widgets
    unplaced = {widget.id for widget in sheet.unplaced}
    return (
        Table(sheet.id.kind.value, ("Fact", "Value"), facts(sheet)),
        Table(
            "Widgets",
            ("Number", "Widget", "Widget id", "Type", "Subtype", "Data source", "Description", "In the layout"),
            tuple(
                (
                    *(one.number, one.title, one.id, one.type, one.subtype, one.datasource, one.description),
                    "no" if one.id in unplaced else "yes",
                )
                for one in widgets
            ),
        ),
        Table(
            "Fields",
            ("Number", "Widget", "Widget id", "Panel", "Field", "Role", "Name in the source", "Detail", "Off"),
            tuple(
                (
                    *(one.number, one.title, one.id),
                    *(field.panel, field.title, field.role.value, field.name, field.detail),
                    "yes" if field.off else "no",
                )
                for one in widgets
                for field in one.fields
            ),
        ),
        Table(
            "Filters",
            ("Field", "Condition", "Off"),
            tuple((one.field, one.condition, "yes" if one.off else "no") for one in sheet.filters),
        ),
        Table(
            "Shares",
            ("Shared with", "Kind", "Rule"),
            tuple((one.subject, one.kind.lower(), one.rule.value) for one in sheet.shares),
        ),
    )


def comma_separated(sheet: Sheet) -> bytes:
    """One table that holds them all (RFC 4180). The first column says of which table a row is."""
    found = tables(sheet)
    columns = list(dict.fromkeys(column for table in found for column in table.columns))
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(["Table", *columns])
    for table in found:
        for row in table.rows:
            cells = dict(zip(table.columns, row, strict=True))
            writer.writerow([table.name, *(_guarded(cells.get(column)) for column in columns)])
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def workbook(sheet: Sheet) -> bytes:
    """A page for each table. The same sheet gives the same bytes."""
    content = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        moment = sheet.moment.replace(tzinfo=None)
        book.set_properties({"title": _cell(sheet.title), "author": _cell(sheet.owner or ""), "created": moment})
        head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#F1F3F5"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        for table in tables(sheet):
            _fill(book.add_worksheet(table.name), table, head, plain)
    return content.getvalue()


def facts(sheet: Sheet) -> tuple[Row, ...]:
    """What is said of the whole, without what is not known."""
    known = {
        "Title": sheet.title,
        "Id": sheet.id.native,
        "Source": sheet.source,
        "Part of": sheet.part_of,
        "Owner": sheet.owner,
        "State": sheet.state,
        "Data source": sheet.datasource,
        "Description": sheet.description,
        "Changed": "" if sheet.changed_at is None else sheet.changed_at.isoformat(timespec="seconds"),
        "Made": f"{sheet.moment.isoformat(timespec='seconds')} ({sheet.zone})",
    }
    return tuple((name, value) for name, value in known.items() if value)


def _fill(page: xlsxwriter.worksheet.Worksheet, table: Table, head: object, plain: object) -> None:
    for place, width in enumerate(_widths(table)):
        page.set_column(place, place, width)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    for place, column in enumerate(table.columns):
        page.write_string(0, place, column, head)
    for number, row in enumerate(table.rows, 1):
        for place, value in enumerate(row):
            if isinstance(value, int):
                page.write_number(number, place, value, plain)
            elif value is not None:
                page.write_string(number, place, _cell(value), plain)


def _widths(table: Table) -> Iterable[int]:
    rows: Sequence[Row] = (table.columns, *table.rows[:HEAD_ROWS])
    for column in zip(*rows, strict=True):
        longest = max(len(str(value)) for value in column if value is not None)
        yield min(max(longest + 2, NARROWEST), WIDEST)


def _cell(text: str) -> str:
    """As long as Excel takes it, which counts in UTF-16 units."""
    clean = legible(text)
    if len(clean.encode("utf-16-le")) <= 2 * LONGEST_CELL:
        return clean
    return cut(clean, LONGEST_CELL // 2)


def _guarded(value: Cell) -> Cell:
    """Text that a spreadsheet would run is quoted; the cell shows it as it was."""
    if not isinstance(value, str):
        return value
    clean = legible(value)
    return f"'{clean}" if clean.startswith(BLANK_STARTS) or clean.lstrip().startswith(FORMULA_STARTS) else clean
