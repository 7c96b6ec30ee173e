"""Which handler carries out which change. A capability is a change that stands here."""

from dashgraph.connectors.native.changes import (
    dashboards,
    datasources,
    exports,
    folders,
    groups,
    imports,
    newcomers,
    operations,
    ownership,
    shares,
    transfer,
    uploads,
    users,
    widgets,
)
from dashgraph.connectors.native.changes.desk import Handler
from dashgraph.domain.changes import Change

HANDLERS: dict[type[Change], Handler] = {
    **shares.HANDLERS,
    **ownership.HANDLERS,
    **transfer.HANDLERS,
    **dashboards.HANDLERS,
    **widgets.HANDLERS,
    **folders.HANDLERS,
    **datasources.HANDLERS,
    **imports.HANDLERS,
    **exports.HANDLERS,
    **uploads.HANDLERS,
    **groups.HANDLERS,
    **newcomers.HANDLERS,
    **users.HANDLERS,
    **operations.HANDLERS,
}
