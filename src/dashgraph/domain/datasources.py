"""What dashboards and widgets ask for their numbers. Credentials are never part of it."""

from dataclasses import dataclass

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Lookup, TextFilter
from dashgraph.domain.viewers import TokenScope


@dataclass(frozen=True, slots=True)
class DataSource:
    """`native_id` is the id written in the documents, which is not always there and not always unique."""

    id: ResourceId
    title: str
    native_id: str | None
    address: str | None
    database: str | None
    full_name: str | None


@dataclass(frozen=True, slots=True)
class DataSourceFilter:
    title: TextFilter | None = None
    address: TextFilter | None = None


DATASOURCE = Lookup[DataSource]("datasource", Kind.DATASOURCE, TokenScope.DASHBOARDS_READ)
