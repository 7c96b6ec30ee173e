"""The mutations of the graph, noun by noun."""

import strawberry

from dashgraph.graph.changes.alerts import AlertMutations
from dashgraph.graph.changes.copying import CopyMutations
from dashgraph.graph.changes.dashboards import DashboardMutations
from dashgraph.graph.changes.datasources import DataSourceMutations
from dashgraph.graph.changes.exports import ExportMutations
from dashgraph.graph.changes.folders import FolderMutations
from dashgraph.graph.changes.groups import GroupMutations
from dashgraph.graph.changes.imports import ImportMutations
from dashgraph.graph.changes.jobs import JobMutations
from dashgraph.graph.changes.newcomers import NewcomerMutations
from dashgraph.graph.changes.operations import OperationMutations
from dashgraph.graph.changes.ownership import OwnershipMutations
from dashgraph.graph.changes.passwords import PasswordMutations
from dashgraph.graph.changes.projects import ProjectMutations
from dashgraph.graph.changes.promotion import PromotionMutations
from dashgraph.graph.changes.public_links import PublicLinkMutations
from dashgraph.graph.changes.reports import ReportMutations
from dashgraph.graph.changes.schedules import ScheduleMutations
from dashgraph.graph.changes.shares import ShareMutations
from dashgraph.graph.changes.uploads import UploadMutations
from dashgraph.graph.changes.users import UserMutations
from dashgraph.graph.changes.widgets import WidgetMutations


@strawberry.type(description="What can be changed. Every payload says in `errors` why something was not done.")
class Mutation(
    ShareMutations,
    OwnershipMutations,
    DashboardMutations,
    WidgetMutations,
    FolderMutations,
    DataSourceMutations,
    UserMutations,
    NewcomerMutations,
    PasswordMutations,
    GroupMutations,
    ImportMutations,
    CopyMutations,
    ExportMutations,
    UploadMutations,
    ScheduleMutations,
    AlertMutations,
    JobMutations,
    ReportMutations,
    PublicLinkMutations,
    PromotionMutations,
    ProjectMutations,
    OperationMutations,
):
    pass
