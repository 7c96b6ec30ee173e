"""What dashboards and widgets ask for their numbers. Credentials are never part of it."""

from dataclasses import dataclass
from typing import Any

from dashgraph.domain.changes import Change
from dashgraph.domain.dash import JsonObject
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Lookup, TextFilter
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import TokenScope

NAMING = ("title", "id", "address", "database", "fullname")  # what says in a document which data source it is


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


@dataclass(frozen=True, slots=True)
class DataSourceMatch:
    """Which data source is meant: the one of exactly this title and address."""

    title: str
    address: str | None = None

    def fits(self, raw: object) -> bool:
        """Whether a document names this data source here. Without a title it goes by another name that it has."""
        if isinstance(raw, str):
            return (raw, None) == (self.title, self.address)
        if not isinstance(raw, dict):
            return False
        title, full_name, native_id, address = (
            raw[key] if isinstance(raw.get(key), str) else None for key in ("title", "fullname", "id", "address")
        )
        return (title or full_name or native_id or "", address) == (self.title, self.address)


def replaced(value: Any, former: DataSourceMatch, new: NamedDataSource) -> Any:
    """A part of a document that names the new data source wherever it named the former one."""
    if isinstance(value, list):
        return [replaced(item, former, new) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _renamed(item, new) if key == "datasource" and former.fits(item) else replaced(item, former, new)
        for key, item in value.items()
    }


def _renamed(raw: object, new: NamedDataSource) -> JsonObject:
    kept = {key: item for key, item in raw.items() if key not in NAMING} if isinstance(raw, dict) else {}
    return kept | new.raw


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceDatasource(Change):
    """Let a dashboard and its widgets ask another data source; or all of a source, which is for administrators.

    `scope` is a dashboard, or the name of a source for all dashboards in it.
    """

    NEEDS = Capability.DASHBOARD_UPDATE
    SCOPE = TokenScope.DASHBOARDS_WRITE
    ABOUT = "scope"

    scope: ResourceId | str
    former: DataSourceMatch
    new: NamedDataSource
    confirmed: bool = False
