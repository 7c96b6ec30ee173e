"""The tables of schedules, alerts and jobs.

People's part and the engine's part are apart: `schedules`, `alerts`, `targets` and `recipients` are changed by
mutations and remembered by the ledger; `timers`, `jobs` and what hangs off them are written as work goes on.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from dashgraph.store.tables import Instant, Key, metadata

schedules = Table(
    "schedules",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Key, nullable=False, index=True),
    Column("owner_id", Key, ForeignKey("users.id"), nullable=False, index=True),  # as whom it runs
    Column("dashboard_id", Key, ForeignKey("dashboards.id", ondelete="SET NULL"), index=True),
    Column("widget_id", Key),
    Column("cron", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("format", Key, nullable=False),
    Column("enabled", Integer, nullable=False),
    Column("disabled_reason", Key),
    Column("subject", Text),
    Column("body", Text),
    Column("filters", Text),  # JSON
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
)

# When a schedule fires next. It belongs to the plan that it was reckoned from (`plan_of`): when the schedule has
# another one, whoever changed it and however, it is reckoned anew.
timers = Table(
    "timers",
    metadata,
    Column("schedule_id", Key, ForeignKey("schedules.id", ondelete="CASCADE"), primary_key=True),
    Column("plan", Text, nullable=False),
    Column("next_run_at", Instant, index=True),  # none while it does not fire
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Key, nullable=False, index=True),
    Column("owner_id", Key, ForeignKey("users.id"), nullable=False, index=True),
    Column("dashboard_id", Key, ForeignKey("dashboards.id", ondelete="SET NULL"), index=True),
    Column("widget_id", Key),
    Column("conditions", Text),  # JSON, typed where it is known
    Column("zone", Text, nullable=False),
    Column("format", Key, nullable=False),
    Column("enabled", Integer, nullable=False),
    Column("disabled_reason", Key),
    Column("subject", Text),
    Column("body", Text),
    Column("filters", Text),  # JSON
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
)

targets = Table(
    "targets",
    metadata,
    Column("id", Key, primary_key=True),
    Column("schedule_id", Key, ForeignKey("schedules.id", ondelete="CASCADE"), index=True),
    Column("alert_id", Key, ForeignKey("alerts.id", ondelete="CASCADE"), index=True),
    Column("position", Integer, nullable=False),
    Column("kind", Key, nullable=False),
    Column("settings", Text, nullable=False),  # JSON, without secrets
    Column("sealed", Text),  # the secrets, encrypted
    CheckConstraint("(schedule_id IS NULL) <> (alert_id IS NULL)", name="one_holder"),
)

recipients = Table(
    "recipients",
    metadata,
    Column("target_id", Key, ForeignKey("targets.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("group_id", Key, ForeignKey("groups.id", ondelete="CASCADE"), index=True),
    Column("address", Text),
    CheckConstraint(
        "(CASE WHEN user_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN group_id IS NULL THEN 0 ELSE 1 END) "
        "+ (CASE WHEN address IS NULL THEN 0 ELSE 1 END) = 1",
        name="one_recipient",
    ),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", Key, nullable=False),
    Column("status", Key, nullable=False),
    Column("trigger", Key, nullable=False),
    Column("requested_by", Key, ForeignKey("users.id", ondelete="SET NULL")),
    Column("scopes", Text, nullable=False),  # of the token that asked, separated by spaces; of a schedule none
    Column("schedule_id", Key, ForeignKey("schedules.id", ondelete="SET NULL")),
    Column("alert_id", Key, ForeignKey("alerts.id", ondelete="SET NULL")),
    Column("dashboard_id", Key, ForeignKey("dashboards.id", ondelete="SET NULL"), index=True),
    Column("dashboard_elsewhere", Key, index=True),  # a global id, of a dashboard of another source
    Column("fire_at", Instant),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("total", Integer),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("reason", Text),
    Column("error", Text),
    Column("created_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("finished_at", Instant, index=True),
    Column("due_at", Instant, nullable=False),  # not to be handed over before
    Column("handed_over_at", Instant),  # to the engine; while there is none, it waits in the outbox
    Column("handovers", Integer, nullable=False, server_default="0"),
    Column("claim", Key),  # of the one attempt that may write
    Column("cancel_requested_at", Instant),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("result", Text),  # JSON
    Column("input", Text, nullable=False),  # JSON; last: lists do not read over it
    UniqueConstraint("schedule_id", "fire_at"),  # a firing is one job, whoever else sees that it is due
    Index("ix_jobs_alert_id_created_at", "alert_id", "created_at"),
    Index("ix_jobs_created_at_id", "created_at", "id"),
    Index("ix_jobs_requested_by_created_at", "requested_by", "created_at"),
    Index("ix_jobs_schedule_id_created_at", "schedule_id", "created_at"),
    Index("ix_jobs_status_due_at", "status", "due_at"),
)

job_log = Table(
    "job_log",
    metadata,
    Column("job_id", Key, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("level", Key, nullable=False),
    Column("message", Text, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Key, primary_key=True),  # derived from job, target and recipient: planned twice, it is one row
    Column("job_id", Key, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("target_id", Key, nullable=False),  # no foreign key: what was delivered outlives the target
    Column("kind", Key, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("recipient_key", Key, nullable=False),
    Column("user_id", Key, ForeignKey("users.id", ondelete="SET NULL")),
    Column("status", Key, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("answer", Text),
    Column("at", Instant),
    Index("ix_deliveries_job_id_recipient_key_id", "job_id", "recipient_key", "id"),
)

job_files = Table(
    "job_files",
    metadata,
    Column("job_id", Key, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("content_type", Key, nullable=False),
    Column("size", Integer, nullable=False),  # bytes
    Column("key", Key, nullable=False),  # signs the addresses it is fetched by; made anew with the file
    Column("content", LargeBinary, nullable=False),
)

# What a job is to change, one after the other, and what came of each.
job_items = Table(
    "job_items",
    metadata,
    Column("job_id", Key, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("document", Integer),  # of an import: which of those that were sent
    Column("pointer", Text),
    Column("status", Key, nullable=False),
    Column("code", Key),
    Column("message", Text),
    Column("thing", Text),  # a global id
    Column("operation", Key),
    Column("facts", Text),  # JSON
    Column("change", Text),  # JSON; nothing once it is made
)

executors = Table(
    "executors",
    metadata,
    Column("id", Key, primary_key=True),
    Column("beat_at", Instant, nullable=False),  # by the database's clock
)
