"""The order in which operations are told as they happen."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UNNUMBERED = sa.text("number IS NULL")


def upgrade() -> None:
    op.add_column("operations", sa.Column("number", sa.BigInteger(), nullable=True))
    op.create_index("ix_operations_number", "operations", ["number"], unique=True)
    op.create_index(
        "ix_operations_at_id_unnumbered",
        "operations",
        ["at", "id"],
        sqlite_where=UNNUMBERED,
        postgresql_where=UNNUMBERED,
    )
    feed = op.create_table(
        "feed",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
    )
    op.bulk_insert(feed, [{"id": 1, "last": 0}])


def downgrade() -> None:
    op.drop_table("feed")
    op.drop_index("ix_operations_at_id_unnumbered", "operations")
    op.drop_index("ix_operations_number", "operations")
    op.drop_column("operations", "number")
