"""Having many changes made by a job, which is written in the same transaction, past the ledger.

What the job does stands in the audit trail change by change, as if each had been sent by itself.
"""

from dashgraph.connectors.native.changes.desk import Desk, Done, Handler
from dashgraph.domain.bulk import ItemStatus, StartBulk
from dashgraph.domain.changes import Change
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import JOB, Trigger
from dashgraph.store import bulk, working

NOT_UNDONE = "a job was started; what it has done is undone one by one: its results name the operations"


async def start_bulk(desk: Desk, wish: StartBulk) -> Done:
    row = working.job_row(
        wish.kind,
        Trigger.REQUEST,
        desk.now,
        given={"mutation": wish.mutation, "atomic": wish.atomic, "preview": wish.preview},
        requested_by=desk.me,
        scopes=" ".join(sorted(desk.viewer.scopes)),
        done=sum(item.status is not ItemStatus.PENDING for item in wish.items),
        total=len(wish.items),
    )
    await working.add(desk.session, row)
    await bulk.add(desk.session, row["id"], wish.items)
    return Done(ResourceId(desk.source, Kind.JOB, row["id"]), JOB.name, reason=NOT_UNDONE)


HANDLERS: dict[type[Change], Handler] = {StartBulk: start_bulk}
