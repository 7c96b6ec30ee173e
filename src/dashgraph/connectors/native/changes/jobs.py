"""Cancelling jobs.

They are written past the ledger: it keeps rows whole, and what a job was given is to be forgotten with the job. The
entry of the audit trail says which job, and who cancelled it; undoing would bring nothing back.
"""

from typing import Any

from sqlalchemy import select, update

from dashgraph.connectors.native.changes.desk import Desk, Done, Handler, missing
from dashgraph.domain.changes import Change
from dashgraph.domain.ids import Kind
from dashgraph.domain.jobs import JOB, CancelJob, DeliveryStatus, JobStatus
from dashgraph.domain.problems import InvalidState
from dashgraph.store.jobs import by_ids
from dashgraph.store.work_tables import deliveries, jobs

NOT_UNDONE = "a job that was cancelled cannot go on; start another one"
NOT_TRIED = "The job was cancelled before it was tried."


async def cancel_job(desk: Desk, wish: CancelJob) -> Done:
    """Whoever sees a job may stop it. One that runs is asked to: it stops before its next step."""
    native = desk.id_of(wish.job, Kind.JOB, noun="job")
    await desk.session.execute(select(jobs.c.id).where(jobs.c.id == native).with_for_update())
    found = (await desk.session.execute(by_ids(desk.asker, [native]))).first()
    if found is None:
        raise missing("job")
    status = JobStatus(found.status)
    if status.is_over:
        message = f"It is over already: {status}."
        raise InvalidState(message)
    if status is JobStatus.QUEUED:
        left = (deliveries.c.job_id == native, deliveries.c.status == DeliveryStatus.PENDING.value)
        skipped = {"status": DeliveryStatus.SKIPPED.value, "answer": NOT_TRIED, "at": desk.now}
        await desk.session.execute(update(deliveries).where(*left).values(skipped))
        await _write(desk, native, status=JobStatus.CANCELLED.value, finished_at=desk.now)
    elif found.cancel_requested_at is None:
        await _write(desk, native)
    return Done(wish.job, JOB.name, reason=NOT_UNDONE)


async def _write(desk: Desk, native: str, **values: Any) -> None:
    counted = {"cancel_requested_at": desk.now, "revision": jobs.c.revision + 1, **values}
    await desk.session.execute(update(jobs).where(jobs.c.id == native).values(counted))


HANDLERS: dict[type[Change], Handler] = {CancelJob: cancel_job}
