"""By which lookup a thing of each kind is fetched by its id."""

from collections.abc import Mapping
from typing import Any

from dashgraph.domain.alerts import ALERT
from dashgraph.domain.dashboards import DASHBOARD, VERSION
from dashgraph.domain.folders import FOLDER
from dashgraph.domain.groups import GROUP
from dashgraph.domain.ids import Kind
from dashgraph.domain.jobs import DELIVERY, JOB
from dashgraph.domain.lists import Lookup
from dashgraph.domain.operations import OPERATION
from dashgraph.domain.projects import PROJECT
from dashgraph.domain.schedules import SCHEDULE
from dashgraph.domain.shares import SHARE
from dashgraph.domain.users import USER
from dashgraph.domain.widgets import WIDGET

FETCHED_BY: Mapping[Kind, Lookup[Any]] = {
    lookup.of: lookup
    for lookup in (
        DASHBOARD,
        VERSION,
        WIDGET,
        SHARE,
        USER,
        GROUP,
        FOLDER,
        PROJECT,
        SCHEDULE,
        ALERT,
        OPERATION,
        JOB,
        DELIVERY,
    )
}
