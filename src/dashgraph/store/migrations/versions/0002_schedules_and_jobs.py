"""Schedules, alerts and jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Instant = sa.String(27).with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "executors",
        sa.Column("id", Key, nullable=False),
        sa.Column("beat_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_executors")),
    )
    op.create_table(
        "alerts",
        sa.Column("id", Key, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", Key, nullable=False),
        sa.Column("owner_id", Key, nullable=False),
        sa.Column("dashboard_id", Key, nullable=True),
        sa.Column("widget_id", Key, nullable=True),
        sa.Column("conditions", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("format", Key, nullable=False),
        sa.Column("enabled", sa.Integer(), nullable=False),
        sa.Column("disabled_reason", Key, nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("filters", sa.Text(), nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["dashboard_id"], ["dashboards.id"], name=op.f("fk_alerts_dashboard_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_alerts_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_dashboard_id"), "alerts", ["dashboard_id"], unique=False)
    op.create_index(op.f("ix_alerts_name_key"), "alerts", ["name_key"], unique=False)
    op.create_index(op.f("ix_alerts_owner_id"), "alerts", ["owner_id"], unique=False)
    op.create_table(
        "schedules",
        sa.Column("id", Key, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", Key, nullable=False),
        sa.Column("owner_id", Key, nullable=False),
        sa.Column("dashboard_id", Key, nullable=True),
        sa.Column("widget_id", Key, nullable=True),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("format", Key, nullable=False),
        sa.Column("enabled", sa.Integer(), nullable=False),
        sa.Column("disabled_reason", Key, nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("filters", sa.Text(), nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["dashboard_id"], ["dashboards.id"], name=op.f("fk_schedules_dashboard_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_schedules_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
    )
    op.create_index(op.f("ix_schedules_dashboard_id"), "schedules", ["dashboard_id"], unique=False)
    op.create_index(op.f("ix_schedules_name_key"), "schedules", ["name_key"], unique=False)
    op.create_index(op.f("ix_schedules_owner_id"), "schedules", ["owner_id"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", Key, nullable=False),
        sa.Column("kind", Key, nullable=False),
        sa.Column("status", Key, nullable=False),
        sa.Column("trigger", Key, nullable=False),
        sa.Column("requested_by", Key, nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("schedule_id", Key, nullable=True),
        sa.Column("alert_id", Key, nullable=True),
        sa.Column("dashboard_id", Key, nullable=True),
        sa.Column("dashboard_elsewhere", Key, nullable=True),
        sa.Column("fire_at", Instant, nullable=True),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("started_at", Instant, nullable=True),
        sa.Column("finished_at", Instant, nullable=True),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("handed_over_at", Instant, nullable=True),
        sa.Column("handovers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claim", Key, nullable=True),
        sa.Column("cancel_requested_at", Instant, nullable=True),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("input", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_jobs_alert_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["dashboard_id"], ["dashboards.id"], name=op.f("fk_jobs_dashboard_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["requested_by"], ["users.id"], name=op.f("fk_jobs_requested_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedules.id"], name=op.f("fk_jobs_schedule_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("schedule_id", "fire_at", name=op.f("uq_jobs_schedule_id_fire_at")),
    )
    op.create_index("ix_jobs_alert_id_created_at", "jobs", ["alert_id", "created_at"], unique=False)
    op.create_index("ix_jobs_created_at_id", "jobs", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_jobs_dashboard_elsewhere"), "jobs", ["dashboard_elsewhere"], unique=False)
    op.create_index(op.f("ix_jobs_dashboard_id"), "jobs", ["dashboard_id"], unique=False)
    op.create_index(op.f("ix_jobs_finished_at"), "jobs", ["finished_at"], unique=False)
    op.create_index("ix_jobs_requested_by_created_at", "jobs", ["requested_by", "created_at"], unique=False)
    op.create_index("ix_jobs_schedule_id_created_at", "jobs", ["schedule_id", "created_at"], unique=False)
    op.create_index("ix_jobs_status_due_at", "jobs", ["status", "due_at"], unique=False)
    op.create_table(
        "targets",
        sa.Column("id", Key, nullable=False),
        sa.Column("schedule_id", Key, nullable=True),
        sa.Column("alert_id", Key, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", Key, nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.CheckConstraint("(schedule_id IS NULL) <> (alert_id IS NULL)", name=op.f("ck_targets_one_holder")),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_targets_alert_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedules.id"], name=op.f("fk_targets_schedule_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targets")),
    )
    op.create_index(op.f("ix_targets_alert_id"), "targets", ["alert_id"], unique=False)
    op.create_index(op.f("ix_targets_schedule_id"), "targets", ["schedule_id"], unique=False)
    op.create_table(
        "timers",
        sa.Column("schedule_id", Key, nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("next_run_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedules.id"], name=op.f("fk_timers_schedule_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("schedule_id", name=op.f("pk_timers")),
    )
    op.create_index(op.f("ix_timers_next_run_at"), "timers", ["next_run_at"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", Key, nullable=False),
        sa.Column("job_id", Key, nullable=False),
        sa.Column("target_id", Key, nullable=False),
        sa.Column("kind", Key, nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("recipient_key", Key, nullable=False),
        sa.Column("user_id", Key, nullable=True),
        sa.Column("status", Key, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("at", Instant, nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_deliveries_job_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_deliveries_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index(
        "ix_deliveries_job_id_recipient_key_id", "deliveries", ["job_id", "recipient_key", "id"], unique=False
    )
    op.create_table(
        "job_files",
        sa.Column("job_id", Key, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", Key, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("key", Key, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_files_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "position", name=op.f("pk_job_files")),
    )
    op.create_table(
        "job_items",
        sa.Column("job_id", Key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.Integer(), nullable=True),
        sa.Column("pointer", sa.Text(), nullable=True),
        sa.Column("status", Key, nullable=False),
        sa.Column("code", Key, nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("thing", sa.Text(), nullable=True),
        sa.Column("operation", Key, nullable=True),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.Column("change", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_items_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_job_items")),
    )
    op.create_table(
        "job_log",
        sa.Column("job_id", Key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("level", Key, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_log_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_job_log")),
    )
    op.create_table(
        "recipients",
        sa.Column("target_id", Key, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("user_id", Key, nullable=True),
        sa.Column("group_id", Key, nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(CASE WHEN user_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN group_id IS NULL THEN 0 ELSE 1 END) "
            "+ (CASE WHEN address IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_recipients_one_recipient"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_recipients_group_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["target_id"], ["targets.id"], name=op.f("fk_recipients_target_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recipients_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("target_id", "position", name=op.f("pk_recipients")),
    )
    op.create_index(op.f("ix_recipients_group_id"), "recipients", ["group_id"], unique=False)
    op.create_index(op.f("ix_recipients_user_id"), "recipients", ["user_id"], unique=False)


def downgrade() -> None:
    for table in (
        "job_log",
        "job_items",
        "job_files",
        "deliveries",
        "jobs",
        "recipients",
        "targets",
        "timers",
        "schedules",
        "alerts",
        "executors",
    ):
        op.drop_table(table)
