"""All changes that a Lightdash can make, by their classes."""

from dashgraph.connectors.lightdash.changes import (
    dashboards,
    folders,
    groups,
    imports,
    projects,
    schedules,
    shares,
    users,
    widgets,
)
from dashgraph.domain.changes import Change
from dashgraph.sources.live.changing import Handler

HANDLERS: dict[type[Change], Handler] = {
    **dashboards.HANDLERS,
    **widgets.HANDLERS,
    **folders.HANDLERS,
    **shares.HANDLERS,
    **users.HANDLERS,
    **groups.HANDLERS,
    **projects.HANDLERS,
    **schedules.HANDLERS,
    **imports.HANDLERS,
}
