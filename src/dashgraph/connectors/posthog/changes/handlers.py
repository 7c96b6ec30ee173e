"""Which handler carries out which change."""

from dashgraph.connectors.posthog.changes import (
    dashboards,
    groups,
    imports,
    projects,
    public_links,
    shares,
    users,
    widgets,
)
from dashgraph.domain.changes import Change
from dashgraph.sources.live.changing import Handler

HANDLERS: dict[type[Change], Handler] = {
    **dashboards.HANDLERS,
    **widgets.HANDLERS,
    **imports.HANDLERS,
    **shares.HANDLERS,
    **groups.HANDLERS,
    **users.HANDLERS,
    **projects.HANDLERS,
    **public_links.HANDLERS,
}
