"""Questions about schedules and alerts: seen by their owners, by the owners of their dashboards, by administrators.

Who owns a dashboard sees what is sent of it, and to whom; only the owner of a schedule or an alert and administrators
change it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Select,
    Table,
    and_,
    exists,
    func,
    or_,
    select,
    true,
    union,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from dashgraph.domain.deliverables import DeliverableFilter
from dashgraph.domain.ids import Kind
from dashgraph.domain.jobs import JobFilter
from dashgraph.domain.schedules import ScheduleFilter
from dashgraph.store.among import among
from dashgraph.store.jobs import rows_under
from dashgraph.store.lists import Rows, id_matches, text_matches, time_matches
from dashgraph.store.tables import dashboards
from dashgraph.store.visibility import Asker
from dashgraph.store.work_tables import alerts, jobs, recipients, schedules, targets, timers

NULLABLE = frozenset({"next_run_at"})


@dataclass(frozen=True, eq=False)
class Deliverables:
    """The schedules, or the alerts: their table, how targets and jobs name one, and whether they have timers."""

    kind: Kind
    table: Table
    of_target: Column[Any]
    of_job: Column[Any]
    timed: bool = False

    @property
    def noun(self) -> str:
        return self.kind.value.lower()

    def by_ids(self, asker: Asker, ids: Sequence[str]) -> Select[Any]:
        return self._all().where(among(self.table.c.id, ids), self.seen(asker))

    def rows(self, asker: Asker, wanted: DeliverableFilter) -> Rows:
        statement = self._all(self._all_seen(asker)).where(self._matches(asker, wanted))
        return Rows(statement, self._keys(), self.table.c.id, nullable=NULLABLE)

    def rows_of_dashboards(self, asker: Asker, dashboard_ids: Sequence[str], wanted: DeliverableFilter) -> Rows:
        return self._rows_under(asker, self.table.c.dashboard_id, dashboard_ids, wanted)

    def rows_of_owners(self, asker: Asker, user_ids: Sequence[str], wanted: DeliverableFilter) -> Rows:
        return self._rows_under(asker, self.table.c.owner_id, user_ids, wanted)

    def _rows_under(
        self, asker: Asker, parent: ColumnElement[Any], parents: Sequence[str], wanted: DeliverableFilter
    ) -> Rows:
        statement = self._all().where(among(parent, parents), self.seen(asker), self._matches(asker, wanted))
        return Rows(statement, self._keys(), self.table.c.id, parent=parent, nullable=NULLABLE)

    def targets(self, asker: Asker, ids: Sequence[str]) -> Select[Any]:
        """The targets of each, its `holder`, in their order, each with a row for each of its recipients."""
        joined = self.table.join(targets, self.of_target == self.table.c.id).outerjoin(
            recipients, recipients.c.target_id == targets.c.id
        )
        return (
            select(
                self.of_target.label("holder"), targets.c.id, targets.c.kind, targets.c.settings,
                recipients.c.user_id, recipients.c.group_id, recipients.c.address,
            )
            .select_from(joined)
            .where(among(self.table.c.id, ids), self.seen(asker))
            .order_by(self.of_target, targets.c.position, recipients.c.position)
        )  # fmt: skip

    def runs(self, asker: Asker, ids: Sequence[str], wanted: JobFilter) -> Rows:
        return rows_under(asker, self.of_job, ids, wanted)

    def last_runs(self, asker: Asker, ids: Sequence[str]) -> Select[Any]:
        """The latest job of each that the asker sees."""
        newest = func.row_number().over(partition_by=self.of_job, order_by=(jobs.c.created_at.desc(), jobs.c.id.desc()))
        mine = self.runs(asker, ids, JobFilter()).select.add_columns(newest.label("newest")).subquery()
        return select(mine).where(mine.c.newest == 1)

    def seen(self, asker: Asker) -> ColumnElement[bool]:
        """Of those that are named one by one or by what they hang off."""
        if asker.everything:
            return true()
        return or_(asker.is_me(self.table.c.owner_id), self.table.c.dashboard_id.in_(_of_mine(asker)))

    def _keys(self) -> dict[str, ColumnElement[Any]]:
        keys: dict[str, ColumnElement[Any]] = {"name": self.table.c.name_key, "created_at": self.table.c.created_at}
        return keys | {"next_run_at": timers.c.next_run_at} if self.timed else keys

    def _all(self, start: FromClause | None = None) -> Select[Any]:
        start = self.table if start is None else start
        if not self.timed:
            return select(*self.table.c).select_from(start)
        timed = start.outerjoin(timers, timers.c.schedule_id == self.table.c.id)
        return select(*self.table.c, timers.c.next_run_at).select_from(timed)

    def _all_seen(self, asker: Asker) -> FromClause:
        """Of all there are: each way to see one is answered by an index of its own."""
        if asker.everything:
            return self.table
        ways = union(
            select(self.table.c.id).where(asker.is_me(self.table.c.owner_id)),
            select(self.table.c.id).where(self.table.c.dashboard_id.in_(_of_mine(asker))),
        ).subquery("ways")
        return ways.join(self.table, self.table.c.id == ways.c.id)

    def _matches(self, asker: Asker, wanted: DeliverableFilter) -> ColumnElement[bool]:
        table = self.table
        conditions = [
            id_matches(wanted.ids, table.c.id, asker.source),
            text_matches(wanted.name, table.c.name, table.c.name_key),
            id_matches(wanted.owner, table.c.owner_id, asker.source),
            id_matches(wanted.dashboard, table.c.dashboard_id, asker.source),
        ]
        if isinstance(wanted, ScheduleFilter):
            conditions.append(time_matches(wanted.next_run_at, timers.c.next_run_at))
        if wanted.enabled is not None:
            conditions.append(table.c.enabled == int(wanted.enabled))
        for column, values in ((table.c.format, wanted.format), (table.c.disabled_reason, wanted.disabled_reason)):
            if values is not None:
                conditions.append(column.in_([one.value for one in values]))
        if wanted.target is not None:
            of_kind = targets.c.kind.in_([one.value for one in wanted.target])
            conditions.append(exists().where(self.of_target == table.c.id, of_kind))
        for subject, column in (
            (wanted.recipient, recipients.c.user_id),
            (wanted.recipient_group, recipients.c.group_id),
        ):
            if subject is not None:
                joined = targets.join(recipients, recipients.c.target_id == targets.c.id)
                named = (self.of_target == table.c.id, among(column, subject.within(asker.source)))
                conditions.append(select(targets.c.id).select_from(joined).where(*named).correlate(table).exists())
        if wanted.last_status is not None:
            last = select(jobs.c.status).where(self.of_job == table.c.id).correlate(table)
            newest = last.order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(1).scalar_subquery()
            known = true() if asker.everything else asker.is_me(table.c.owner_id)  # as with the runs themselves
            conditions += [known, newest.in_([one.value for one in wanted.last_status])]
        return and_(true(), *conditions)

    async def disable(self, session: AsyncConnection, native: str, reason: str, now: datetime) -> None:
        """Turn one off because of what has become of its owner or of what it delivers."""
        values = {"enabled": 0, "disabled_reason": reason, "updated_at": now, "revision": self.table.c.revision + 1}
        await session.execute(update(self.table).where(self.table.c.id == native).values(values))


def _of_mine(asker: Asker) -> Select[Any]:
    """The dashboards that the asker owns."""
    mine = select(dashboards.c.id).where(asker.is_me(dashboards.c.owner_id), dashboards.c.deleted_at.is_(None))
    return mine.correlate(None)


SCHEDULES = Deliverables(Kind.SCHEDULE, schedules, targets.c.schedule_id, jobs.c.schedule_id, timed=True)
ALERTS = Deliverables(Kind.ALERT, alerts, targets.c.alert_id, jobs.c.alert_id)
DELIVERABLES = (SCHEDULES, ALERTS)
OF_KIND = {one.kind: one for one in DELIVERABLES}
