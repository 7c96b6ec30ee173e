"""What is on the printed sheet and in the tables of a dashboard or a widget, whichever form they take."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from enum import StrEnum

from dashgraph.domain.dash import Document, JsonObject, Panel, widgets_of
from dashgraph.domain.dashboards import Dashboard, DashboardState
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.shares import ShareRule
from dashgraph.domain.widgets import Widget
from dashgraph.services.rendering.conditions import SheetFilter, condition, in_words, title_of
from dashgraph.services.rendering.notes import words_of
from dashgraph.services.rendering.places import Tab, alone, drawn

FILTERS = "filters"  # the panel of what narrows a widget, in all types of widgets
MEASURING = frozenset({"value", "values", "secondary", "min", "max"})  # panels that hold numbers
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Role(StrEnum):
    """What a field does in a widget."""

    DIMENSION = "dimension"
    MEASURE = "measure"
    FILTER = "filter"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a widget. `detail` is how it is cut, summed up or narrowed; `name` what the source calls it."""

    panel: str
    title: str
    role: Role
    name: str | None
    detail: str | None
    off: bool


@dataclass(frozen=True, slots=True)
class SheetWidget:
    """`number` is what it is called by on the sheet, `note` the text that it shows if it is one for text."""

    id: str
    number: int
    title: str | None
    type: str | None
    subtype: str | None
    description: str | None
    note: str | None
    datasource: str | None
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class SheetShare:
    """`subject` is the name of a user or a group, `kind` says which."""

    subject: str
    kind: Kind
    rule: ShareRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A dashboard, or a widget alone, at one moment; the zone of `moment` is that of the readers.

    `part_of` is the dashboard of a widget. `state` is a sentence.
    """

    id: ResourceId
    title: str
    part_of: str | None
    description: str | None
    owner: str | None
    state: str | None
    datasource: str | None
    changed_at: datetime | None
    moment: datetime
    colors: tuple[str, ...]
    filters: tuple[SheetFilter, ...]
    tabs: tuple[Tab, ...]
    widgets: tuple[SheetWidget, ...]
    shares: tuple[SheetShare, ...] = ()

    @property
    def source(self) -> str:
        return self.id.source

    @property
    def zone(self) -> str:
        """`Europe/Berlin`, or what the clock calls it."""
        return getattr(self.moment.tzinfo, "key", None) or self.moment.tzname() or "local time"

    @property
    def unplaced(self) -> tuple[SheetWidget, ...]:
        """The widgets that the layout does not show."""
        placed = {place.widget for tab in self.tabs for place in tab.places}
        return tuple(widget for widget in self.widgets if widget.id not in placed)


def of_dashboard(
    dashboard: Dashboard,
    document: JsonObject,
    *,
    owner: str | None,
    shares: Iterable[SheetShare],
    moment: datetime,
    tabs: tuple[Tab, ...] = (),
) -> Sheet:
    """`document` is whole, its widgets inside, as exports give it out. `tabs` are for one without a layout."""
    known = Document.of(document)
    widgets = [_widget(raw, place) for place, raw in enumerate(widgets_of(document)) if isinstance(raw, dict)]
    tabs = drawn(known.layout, {widget.id for widget in widgets}) or tabs
    return Sheet(
        id=dashboard.id,
        title=dashboard.title,
        part_of=None,
        description=dashboard.description,
        owner=owner,
        state=_state(dashboard, moment.tzinfo),
        datasource=_datasource(document),
        changed_at=dashboard.updated_at,
        moment=moment,
        colors=tuple(known.style.colors) if known.style else (),
        filters=in_words(known.filters),
        tabs=tabs,
        widgets=_numbered(widgets, tabs),
        shares=tuple(shares),
    )


def in_our_shape(widget: Widget, document: JsonObject) -> JsonObject:
    """What is known of a widget elsewhere, in the shape that sheets are drawn from: as a document where it is one."""
    told = {
        "oid": widget.id.native,
        "title": widget.title,
        "type": widget.type,
        "subtype": widget.subtype,
        "desc": widget.description,
        "datasource": None if widget.datasource is None else widget.datasource.native,
    }
    return {**told, **document} if widget.format is DocumentFormat.DASH else told


def of_widget(
    widget: Widget, document: JsonObject, *, dashboard: Dashboard, colors: Sequence[str], owner: str | None,
    moment: datetime,
) -> Sheet:  # fmt: skip
    """`document` is that of the widget, `colors` the palette of its dashboard."""
    shown = _widget(document, 0)
    return Sheet(
        id=widget.id,
        title=widget.title or "A widget without a title",
        part_of=dashboard.title,
        description=widget.description,
        owner=owner,
        state=None,
        datasource=shown.datasource,
        changed_at=widget.updated_at,
        moment=moment,
        colors=tuple(colors),
        filters=(),
        tabs=alone(shown.id),
        widgets=(shown,),
    )


def day(moment: datetime) -> str:
    """`5 January 2026`, whatever the language of the machine."""
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def _state(dashboard: Dashboard, zone: tzinfo | None) -> str | None:
    """None where there is no publishing."""
    if dashboard.state is DashboardState.DRAFT:
        return "Draft, not published"
    if dashboard.published_at is None:
        return None
    published = f"Published {day(dashboard.published_at.astimezone(zone))}"
    return f"{published}, changed since" if dashboard.state is DashboardState.MODIFIED else published


def _numbered(widgets: list[SheetWidget], tabs: tuple[Tab, ...]) -> tuple[SheetWidget, ...]:
    """In the order of the drawing, then those that are not on it."""
    order = {place.widget: number for number, place in enumerate(place for tab in tabs for place in tab.places)}
    found = sorted(widgets, key=lambda widget: order.get(widget.id, len(order)))
    return tuple(replace(widget, number=number) for number, widget in enumerate(found, 1))


def _widget(raw: JsonObject, place: int) -> SheetWidget:
    known = Document.of(raw)
    return SheetWidget(
        id=_text(raw, "oid") or f"widget-{place}",
        number=place + 1,
        title=_text(raw, "title"),
        type=_text(raw, "type"),
        subtype=_text(raw, "subtype"),
        description=_text(raw, "desc"),
        note=words_of(known.style),
        datasource=_datasource(raw),
        fields=tuple(field for panel in known.panels for field in _fields(panel)),
    )


def _fields(panel: Panel) -> list[Field]:
    found = []
    name = panel.name or "fields"
    for item in panel.items:
        jaql = item.jaql
        if jaql is None:
            continue
        role, detail = Role.DIMENSION, jaql.level
        if name == FILTERS:
            role, detail = Role.FILTER, condition(jaql)
        elif jaql.agg or jaql.formula or name in MEASURING:
            role, detail = Role.MEASURE, jaql.agg or jaql.formula
        found.append(Field(name, title_of(jaql), role, jaql.dim, detail, item.disabled))
    return found


def _datasource(raw: JsonObject) -> str | None:
    """The name of what it asks: a text, or an object with a title or, in older documents, only other names."""
    found = raw.get("datasource")
    if not isinstance(found, dict):
        return _text(raw, "datasource")
    return _text(found, "title") or _text(found, "fullname") or _text(found, "id")


def _text(raw: JsonObject, key: str) -> str | None:
    value = raw.get(key)
    return value.strip() or None if isinstance(value, str) else None
