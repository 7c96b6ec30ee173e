"""An index of the few users who are deleted, whose shares are hidden."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

DELETED = sa.text("status = 'deleted'")


def upgrade() -> None:
    op.create_index("ix_users_id_deleted", "users", ["id"], sqlite_where=DELETED, postgresql_where=DELETED)


def downgrade() -> None:
    op.drop_index("ix_users_id_deleted", "users")
