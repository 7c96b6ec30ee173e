"""Data sources, as far as dashboards and widgets name them."""

from typing import Self

import strawberry

from dashgraph.domain import datasources


@strawberry.type(
    description="What a dashboard or widget asks for its numbers, as its document names it. Never its credentials."
)
class DataSource:
    title: str = strawberry.field(description="Its title.")
    native_id: str | None = strawberry.field(description="Its id in the document.")
    address: str | None = strawberry.field(description="The address of its server.")
    database: str | None = strawberry.field(description="The name of its database.")
    full_name: str | None = strawberry.field(description="Server and title in one.")

    @classmethod
    def of(cls, thing: datasources.DataSource | None) -> Self | None:
        if thing is None:
            return None
        return cls(
            title=thing.title,
            native_id=thing.native_id,
            address=thing.address,
            database=thing.database,
            full_name=thing.full_name,
        )
