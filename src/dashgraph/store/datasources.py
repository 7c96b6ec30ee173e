"""Questions about data sources."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select, true

from dashgraph.domain.datasources import DataSourceFilter
from dashgraph.store.among import among
from dashgraph.store.lists import text_matches
from dashgraph.store.tables import datasources


def by_ids(ids: Sequence[str]) -> Select[Any]:
    return select(datasources).where(among(datasources.c.id, ids))


def uses(column: ColumnElement[Any], wanted: DataSourceFilter | None) -> ColumnElement[bool]:
    """Whether the data source that a column names is one of those wanted."""
    if wanted is None:
        return true()
    condition = and_(
        text_matches(wanted.title, datasources.c.title, datasources.c.title_key),
        text_matches(wanted.address, datasources.c.address, datasources.c.address_key),
    )
    return column.in_(select(datasources.c.id).where(condition))
