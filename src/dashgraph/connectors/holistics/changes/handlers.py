"""Which function carries out which change; what is not here the card refuses."""

from dashgraph.connectors.holistics.changes import content, deliverables, groups, newcomers, users
from dashgraph.domain.changes import Change
from dashgraph.sources.live.changing import Handler

HANDLERS: dict[type[Change], Handler] = {
    **content.HANDLERS,
    **users.HANDLERS,
    **newcomers.HANDLERS,
    **groups.HANDLERS,
    **deliverables.HANDLERS,
}
