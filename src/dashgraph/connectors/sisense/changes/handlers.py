"""Which handler carries out which change on Sisense."""

from dashgraph.connectors.sisense.changes import (
    alerts,
    dashboards,
    datasources,
    folders,
    groups,
    imports,
    ownership,
    shares,
    users,
    widgets,
)
from dashgraph.domain.changes import Change
from dashgraph.sources.live.changing import Handler

HANDLERS: dict[type[Change], Handler] = {
    **shares.HANDLERS,
    **dashboards.HANDLERS,
    **widgets.HANDLERS,
    **ownership.HANDLERS,
    **users.HANDLERS,
    **groups.HANDLERS,
    **folders.HANDLERS,
    **imports.HANDLERS,
    **datasources.HANDLERS,
    **alerts.HANDLERS,
}
