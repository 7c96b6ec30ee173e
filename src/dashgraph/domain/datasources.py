"""What dashboards and widgets ask for their numbers. Credentials are never part of it."""

from dataclasses import dataclass

from dashgraph.domain.dash import JsonObject
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


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDataSource:
    """A data source as somebody wants a document to name it."""

    title: str
    address: str | None = None
    database: str | None = None
    native_id: str | None = None
    full_name: str | None = None

    @property
    def raw(self) -> JsonObject:
        """As it stands in a document; what is not known is left out."""
        known = {
            "title": self.title,
            "id": self.native_id,
            "address": self.address,
            "database": self.database,
            "fullname": self.full_name,
        }
        return {key: value for key, value in known.items() if value is not None}
