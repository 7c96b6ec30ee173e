"""The enums of schedules and jobs as GraphQL enums, each value described."""

from dashgraph.domain.alerts import AlertSort, ConditionOperator
from dashgraph.domain.bulk import ItemSort, ItemStatus
from dashgraph.domain.deliverables import DeliveryFormat, DisabledReason, ObstacleKind, WarningKind
from dashgraph.domain.exports import ExportFormat
from dashgraph.domain.jobs import DeliverySort, DeliveryStatus, JobKind, JobSort, JobStatus, Trigger
from dashgraph.domain.schedules import ScheduleSort
from dashgraph.domain.targets import TargetKind
from dashgraph.graph.enums import described, sort

described(
    JobKind,
    "JobKind",
    "What a job does.",
    DELIVERY="Sends a dashboard, or a widget of it, to where its schedule or alert says.",
    EXPORT="Writes a file.",
    IMPORT="Takes in documents.",
    BULK="Makes many changes.",
)
described(
    JobStatus,
    "JobStatus",
    "How a job is doing. QUEUED and RUNNING go on; every other status is the end of it.",
    QUEUED="It waits for its turn, or to be tried again.",
    RUNNING="It is being carried out.",
    SUCCEEDED="It is done.",
    FAILED="It is given up; see `error`.",
    CANCELLED="Somebody cancelled it. What it had done already stays done.",
    MISSED="Its schedule should have fired when nothing was running, and it was too late to catch up; see `reason`.",
    SKIPPED="Its schedule fired, or its alert was triggered, and it was not carried out; see `reason`.",
)
described(
    Trigger,
    "JobTrigger",
    "What made a job start.",
    REQUEST="Somebody asked for it.",
    TIME="Its schedule fired.",
    CATCH_UP="Its schedule should have fired shortly before, when nothing was running.",
    MANUAL="Somebody had its schedule run now.",
    TEST="Somebody tried a schedule or an alert out.",
    ALERT="Its alert was triggered.",
)
described(
    DeliveryStatus,
    "DeliveryStatus",
    "What came of a delivery.",
    PENDING="It is still to be tried, or to be tried again.",
    DELIVERED="The other end took it.",
    SKIPPED="It was not to be delivered; see `answer`.",
    FAILED="It is given up; see `answer`.",
)
described(
    ItemStatus,
    "JobResultStatus",
    "What came of one of the changes of a job.",
    PENDING="It is still to be made; of a job that has ended, it never was tried.",
    SUCCEEDED="It was made, or in a dry run could be.",
    FAILED="It could not be made; see `message`.",
)
sort(ItemSort, "JobResultSort", "How the results of a job are sorted.", number="By their places in what was sent")
described(
    ExportFormat,
    "ExportFormat",
    "What kind of file is made.",
    DASH="The document with every key that was imported, as a `.dash` file; of a live source as one of its kind takes "
    "it in.",
    JSON="The same as a `.json` file; of a live source that takes in none, all that it tells.",
    CSV="What there is as one table.",
    XLSX="What there is as a workbook for Excel.",
    PDF="A printed sheet.",
    PNG="A printed sheet as a picture.",
)
described(
    TargetKind,
    "TargetKind",
    "Where a delivery goes.",
    EMAIL="To people, by e-mail.",
    SLACK_WEBHOOK="To a Slack channel, by an incoming webhook: text and a link.",
    SLACK_CHANNEL="To a Slack channel, by a bot: with the file.",
    WEBHOOK="To an address on the web, signed.",
    SFTP="Into a folder of a server.",
    AZURE_BLOB="Into a container of Azure Blob Storage.",
)
sort(JobSort, "JobSort", "How jobs are sorted.", created_at="By when they were asked for")
sort(DeliverySort, "DeliverySort", "How deliveries are sorted.", recipient="By the address or name of the recipient")
described(
    DeliveryFormat,
    "DeliveryFormat",
    "What is delivered.",
    PDF="A printed sheet as a PDF file.",
    PNG="A printed sheet as a picture file.",
    INLINE="The sheet as a picture in the message itself; a Slack webhook gets the message with a link.",
    CSV="What there is as one table, as a CSV file.",
    XLSX="What there is as a workbook for Excel.",
)
described(
    DisabledReason,
    "DisabledReason",
    "Why a schedule or an alert does not fire though nobody paused it.",
    OWNER_INACTIVE="Its owner, as whom it runs, could not sign in any more.",
    OWNER_DELETED="Its owner, as whom it runs, was deleted.",
    OWNER_LOST_ACCESS="Its owner, as whom it runs, did not see the dashboard any more.",
    DASHBOARD_DELETED="The dashboard was deleted.",
    WIDGET_DELETED="The widget was deleted, or moved to another dashboard.",
)
described(
    ObstacleKind,
    "DeliveryProblemCode",
    "Why the next run of a schedule or an alert would fail, or would not reach everybody it is for.",
    OWNER_DELETED="Its owner, as whom it runs, is deleted: it does not run.",
    OWNER_INACTIVE="Its owner, as whom it runs, cannot sign in: it does not run.",
    DASHBOARD_DELETED="The dashboard is deleted: there is nothing to deliver.",
    OWNER_LOST_ACCESS="Its owner, as whom it runs, does not see the dashboard: there is nothing to deliver.",
    WIDGET_DELETED="The widget is not in what is published of the dashboard: there is nothing to deliver.",
    OUTSIDE_NOT_ALLOWED="It has targets other than users and groups, and its owner is neither the owner of the "
    "dashboard nor an administrator: those targets get nothing.",
    REACHES_NOBODY="None of those it is for sees the dashboard.",
    RECIPIENT_INACTIVE="A user it is for cannot sign in, or is deleted, and receives nothing.",
    RECIPIENT_WITHOUT_ACCESS="A user it is for does not see the dashboard, and receives nothing.",
    MEMBERS_WITHOUT_ACCESS="Some members of a group it is for do not see the dashboard, and receive nothing.",
)
described(
    WarningKind,
    "DeliveryWarningCode",
    "What there is to know of a schedule or an alert that was saved all the same.",
    UNKNOWN_VARIABLE="A template holds what looks like a variable and is none.",
    ADDRESS_OF_USER="A plain address is a user's own, so the user stands in its place.",
    MEMBERS_WITHOUT_ACCESS="Some members of a group do not see the dashboard, and receive nothing.",
    REACHES_NOBODY="None of those it is for sees the dashboard.",
)
sort(
    ScheduleSort,
    "ScheduleSort",
    "How schedules are sorted.",
    name="By name",
    next_run_at="By when they fire next",
    created_at="By the time of creation",
)
sort(AlertSort, "AlertSort", "How alerts are sorted.", name="By name", created_at="By the time of creation")
described(
    ConditionOperator,
    "AlertOperator",
    "How a condition compares a field. With one value, where nothing else is said.",
    GT="Greater than the value.",
    GTE="Greater than the value, or equal.",
    LT="Less than the value.",
    LTE="Less than the value, or equal.",
    EQ="Equal to the value.",
    NE="Not equal to the value.",
    BETWEEN="Between two values, or equal to one of them.",
    NOT_BETWEEN="Neither between two values, nor equal to one of them.",
    IN="Equal to one of the values.",
    NOT_IN="Equal to none of the values.",
    CONTAINS="A text that holds the value.",
    IS_NULL="There is no value; compares with none.",
    IS_NOT_NULL="There is a value; compares with none.",
    INCREASED_BY="Greater than before, by the value in percent or more.",
    DECREASED_BY="Less than before, by the value in percent or more.",
)
