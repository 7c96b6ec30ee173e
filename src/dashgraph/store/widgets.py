"""Questions about widgets. Each viewer is shown the widgets of the edition that they see."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from dashgraph.domain.widgets import WidgetFilter
from dashgraph.store.among import among
from dashgraph.store.datasources import uses
from dashgraph.store.lists import Parents, Rows, contains, id_matches, text_matches, time_matches
from dashgraph.store.tables import dashboards, widgets
from dashgraph.store.visibility import Asker, seen, seen_widgets, widget_is_shown

COLUMNS = (
    widgets.c.id, dashboards.c.id.label("dashboard_id"), widgets.c.title, widgets.c.type, widgets.c.subtype,
    widgets.c.description, dashboards.c.owner_id, widgets.c.datasource_id, widgets.c.format, widgets.c.updated_at,
)  # fmt: skip

KEYS: dict[str, ColumnElement[Any]] = {
    "position": widgets.c.position,
    "title": widgets.c.title_key,
    "type": widgets.c.type_key,
    "subtype": widgets.c.subtype_key,
    "updated_at": widgets.c.updated_at,
    "id": widgets.c.id,
}
NULLABLE = frozenset({"title", "type", "subtype"})


def _by_ids(asker: Asker, ids: Sequence[str], *columns: ColumnElement[Any]) -> Select[Any]:
    holder = widgets.alias("holder")
    holders = select(holder.c.dashboard_id).where(among(holder.c.id, ids))
    rights = seen(asker, lambda column: among(column, holders))
    return seen_widgets(rights, *columns).where(among(widgets.c.id, ids))


def by_ids(asker: Asker, ids: Sequence[str]) -> Select[Any]:
    return _by_ids(asker, ids, *COLUMNS)


def documents(asker: Asker, ids: Sequence[str]) -> Select[Any]:
    return _by_ids(asker, ids, widgets.c.id, widgets.c.document)


def formats(asker: Asker, dashboard_ids: Sequence[str]) -> Select[Any]:
    """For each dashboard the formats that its widgets came in, and of each format the title of one of them."""
    rights = seen(asker, lambda column: among(column, dashboard_ids))
    columns = (dashboards.c.id, widgets.c.format)
    named = (columns[0].label("dashboard_id"), columns[1], func.min(widgets.c.title).label("title"))
    return seen_widgets(rights, *named).group_by(*columns).order_by(*columns)


def rows(asker: Asker, wanted: WidgetFilter) -> Rows:
    statement = seen_widgets(seen(asker), *COLUMNS).where(matches(asker, wanted))
    return Rows(statement, KEYS, widgets.c.id, nullable=NULLABLE)


def rows_of_dashboards(asker: Asker, dashboard_ids: Sequence[str], wanted: WidgetFilter) -> Rows:
    rights = seen(asker, lambda column: among(column, dashboard_ids))
    return Rows(
        select(*COLUMNS).select_from(widgets).where(widget_is_shown(rights), matches(asker, wanted)),
        KEYS,
        widgets.c.id,
        parent=dashboards.c.id,
        nullable=NULLABLE,
        unique=frozenset({"position"}),
        parents=Parents(rights.dashboards, rights.living),
    )


def matches(asker: Asker, wanted: WidgetFilter) -> ColumnElement[bool]:
    conditions = [
        id_matches(wanted.ids, widgets.c.id, asker.source),
        id_matches(wanted.dashboard, dashboards.c.id, asker.source),
        id_matches(wanted.owner, dashboards.c.owner_id, asker.source),
        text_matches(wanted.title, widgets.c.title, widgets.c.title_key),
        text_matches(wanted.type, widgets.c.type, widgets.c.type_key),
        text_matches(wanted.subtype, widgets.c.subtype, widgets.c.subtype_key),
        time_matches(wanted.updated_at, widgets.c.updated_at),
        uses(widgets.c.datasource_id, wanted.datasource),
    ]
    if wanted.text is not None:
        conditions.append(or_(contains(widgets.c.title_key, wanted.text), contains(widgets.c.type_key, wanted.text)))
    return and_(true(), *conditions)
