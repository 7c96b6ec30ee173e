"""Questions about jobs: seen by who asked for them, by the owner of their schedule or alert, and by administrators."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, or_, select, true, union

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import LOG_SHOWN, DeliveryFilter, JobFilter
from dashgraph.domain.lists import IdFilter
from dashgraph.store.among import among
from dashgraph.store.database import Database
from dashgraph.store.lists import Rows, id_matches, time_matches
from dashgraph.store.visibility import Asker
from dashgraph.store.work_tables import alerts, deliveries, job_files, job_log, jobs, schedules

COLUMNS = (
    jobs.c.id, jobs.c.kind, jobs.c.status, jobs.c.trigger, jobs.c.requested_by, jobs.c.schedule_id, jobs.c.alert_id,
    jobs.c.dashboard_id, jobs.c.dashboard_elsewhere, jobs.c.fire_at, jobs.c.done, jobs.c.total, jobs.c.attempts,
    jobs.c.result, jobs.c.reason, jobs.c.error, jobs.c.created_at, jobs.c.started_at, jobs.c.finished_at,
    jobs.c.cancel_requested_at, jobs.c.revision,
)  # fmt: skip

KEYS: dict[str, ColumnElement[Any]] = {"created_at": jobs.c.created_at}
DELIVERY_KEYS: dict[str, ColumnElement[Any]] = {"recipient": deliveries.c.recipient_key}


def by_ids(asker: Asker, ids: Sequence[str]) -> Select[Any]:
    return select(*COLUMNS).where(among(jobs.c.id, ids), seen(asker))


def rows(asker: Asker, wanted: JobFilter) -> Rows:
    return Rows(select(*COLUMNS).select_from(_seen_jobs(asker)).where(_matches(asker, wanted)), KEYS, jobs.c.id)


def rows_under(asker: Asker, parent: ColumnElement[Any], parents: Sequence[str], wanted: JobFilter) -> Rows:
    """The runs of schedules or of alerts, whose ids are in the column `parent`."""
    runs = select(*COLUMNS).where(among(parent, parents), seen(asker), _matches(asker, wanted))
    return Rows(runs, KEYS, jobs.c.id, parent=parent)


def logs(asker: Asker, ids: Sequence[str]) -> Select[Any]:
    """The last lines of each log, in their order."""
    back = func.row_number().over(partition_by=job_log.c.job_id, order_by=job_log.c.number.desc()).label("back")
    lines = (
        select(*job_log.c, back)
        .select_from(job_log.join(jobs, jobs.c.id == job_log.c.job_id))
        .where(among(job_log.c.job_id, ids), seen(asker))
        .subquery()
    )
    return select(lines).where(lines.c.back <= LOG_SHOWN).order_by(lines.c.job_id, lines.c.number)


def files(asker: Asker, ids: Sequence[str]) -> Select[Any]:
    """The first file of each job, without its content."""
    every = job_files.alias()
    first = select(func.min(every.c.position)).where(every.c.job_id == jobs.c.id).scalar_subquery()
    return (
        select(job_files.c.job_id, job_files.c.name, job_files.c.content_type, job_files.c.size, job_files.c.key)
        .select_from(jobs.join(job_files, and_(job_files.c.job_id == jobs.c.id, job_files.c.position == first)))
        .where(among(jobs.c.id, ids), seen(asker))
    )


def deliveries_by_ids(asker: Asker, ids: Sequence[str]) -> Select[Any]:
    return select(*deliveries.c).select_from(_with_jobs()).where(among(deliveries.c.id, ids), seen(asker))


def rows_of_deliveries(asker: Asker, job_ids: Sequence[str], wanted: DeliveryFilter) -> Rows:
    statement = select(*deliveries.c).select_from(_with_jobs()).where(among(deliveries.c.job_id, job_ids), seen(asker))
    if wanted.status is not None:
        statement = statement.where(deliveries.c.status.in_([one.value for one in wanted.status]))
    return Rows(statement, DELIVERY_KEYS, deliveries.c.id, parent=deliveries.c.job_id)


async def revisions(database: Database, ids: Sequence[str]) -> Mapping[str, int]:
    """Where each of these jobs stands, whoever may see it. Those that are gone are absent."""
    async with database.reading() as session:
        found = await session.execute(select(jobs.c.id, jobs.c.revision).where(among(jobs.c.id, ids)))
        return {row.id: row.revision for row in found}


def _with_jobs() -> FromClause:
    return deliveries.join(jobs, jobs.c.id == deliveries.c.job_id)


def seen(asker: Asker) -> ColumnElement[bool]:
    """Of jobs that are named one by one or by what they are runs of."""
    if asker.everything:
        return true()
    return or_(
        asker.is_me(jobs.c.requested_by),
        jobs.c.schedule_id.in_(select(schedules.c.id).where(asker.is_me(schedules.c.owner_id))),
        jobs.c.alert_id.in_(select(alerts.c.id).where(asker.is_me(alerts.c.owner_id))),
    )


def _seen_jobs(asker: Asker) -> FromClause:
    """Of all jobs: each way to see one is answered by an index of its own."""
    if asker.everything:
        return jobs
    ways = union(
        select(jobs.c.id).where(asker.is_me(jobs.c.requested_by)),
        select(jobs.c.id)
        .join(schedules, schedules.c.id == jobs.c.schedule_id)
        .where(asker.is_me(schedules.c.owner_id)),
        select(jobs.c.id).join(alerts, alerts.c.id == jobs.c.alert_id).where(asker.is_me(alerts.c.owner_id)),
    ).subquery("ways")
    return ways.join(jobs, jobs.c.id == ways.c.id)


def _matches(asker: Asker, wanted: JobFilter) -> ColumnElement[bool]:
    conditions = [
        id_matches(wanted.requested_by, jobs.c.requested_by, asker.source),
        id_matches(wanted.schedule, jobs.c.schedule_id, asker.source),
        id_matches(wanted.alert, jobs.c.alert_id, asker.source),
        _of_dashboard(wanted.dashboard, asker.source),
        time_matches(wanted.created_at, jobs.c.created_at),
    ]
    for column, values in (
        (jobs.c.kind, wanted.kind),
        (jobs.c.status, wanted.status),
        (jobs.c.trigger, wanted.trigger),
    ):
        if values is not None:
            conditions.append(column.in_([one.value for one in values]))
    return and_(true(), *conditions)


def _of_dashboard(wanted: IdFilter | None, source: str) -> ColumnElement[bool]:
    """By the dashboard, wherever that is."""
    here = id_matches(wanted, jobs.c.dashboard_id, source)
    if wanted is None:
        return here
    if wanted.is_null is not None:
        elsewhere = id_matches(wanted, jobs.c.dashboard_elsewhere, source)
        return and_(here, elsewhere) if wanted.is_null else or_(here, elsewhere)
    others = [ResourceId(name, Kind.DASHBOARD, native).encode() for name, native in wanted.natives if name != source]
    return or_(here, among(jobs.c.dashboard_elsewhere, others)) if others else here
