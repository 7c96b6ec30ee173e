"""The first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Instant = sa.String(27).with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "datasources",
        sa.Column("id", Key, nullable=False),
        sa.Column("native_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", Key, nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("address_key", Key, nullable=True),
        sa.Column("database", sa.Text(), nullable=True),
        sa.Column("full_name", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_datasources")),
    )
    with op.batch_alter_table("datasources", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_datasources_title_key"), ["title_key"], unique=False)

    op.create_table(
        "users",
        sa.Column("id", Key, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", Key, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", Key, nullable=False),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.Column("initials_key", Key, nullable=False),
        sa.Column("user_name", sa.Text(), nullable=True),
        sa.Column("user_name_key", Key, nullable=True),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("first_name_key", Key, nullable=True),
        sa.Column("last_name", sa.Text(), nullable=True),
        sa.Column("last_name_key", Key, nullable=True),
        sa.Column("role", Key, nullable=False),
        sa.Column("status", Key, nullable=False),
        sa.Column("origin", Key, nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("preferences", sa.Text(), nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("last_login_at", Instant, nullable=True),
        sa.Column("deleted_at", Instant, nullable=True),
        sa.Column("deleted_by", Key, nullable=True),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["deleted_by"], ["users.id"], name=op.f("fk_users_deleted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_users_name_key"), ["name_key"], unique=False)
        batch_op.create_index(
            "uq_users_email_key",
            ["email_key"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.create_index(
            "uq_users_user_name_key",
            ["user_name_key"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "folders",
        sa.Column("id", Key, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", Key, nullable=False),
        sa.Column("parent_id", Key, nullable=True),
        sa.Column("owner_id", Key, nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_folders_owner_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["folders.id"], name=op.f("fk_folders_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_folders")),
    )
    with op.batch_alter_table("folders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_folders_name_key"), ["name_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_folders_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_folders_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "groups",
        sa.Column("id", Key, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", Key, nullable=False),
        sa.Column("mail", sa.Text(), nullable=True),
        sa.Column("mail_key", Key, nullable=True),
        sa.Column("role", Key, nullable=True),
        sa.Column("origin", Key, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("created_by", Key, nullable=True),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_groups_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
    )
    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_groups_name_key"), ["name_key"], unique=False)

    op.create_table(
        "tokens",
        sa.Column("id", Key, nullable=False),
        sa.Column("user_id", Key, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", Key, nullable=False),
        sa.Column("hash", Key, nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=True),
        sa.Column("revoked_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_tokens_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_tokens_hash")),
    )
    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tokens_user_id"), ["user_id"], unique=False)

    op.create_table(
        "dashboards",
        sa.Column("id", Key, nullable=False),
        sa.Column("owner_id", Key, nullable=True),
        sa.Column("folder_id", Key, nullable=True),
        sa.Column("title_key", Key, nullable=False),
        sa.Column("working", sa.Integer(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=True),
        sa.Column("imported_as", Key, nullable=True),
        sa.Column("imported_digest", sa.Text(), nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("deleted_at", Instant, nullable=True),
        sa.Column("deleted_by", Key, nullable=True),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["deleted_by"], ["users.id"], name=op.f("fk_dashboards_deleted_by")),
        sa.ForeignKeyConstraint(["folder_id"], ["folders.id"], name=op.f("fk_dashboards_folder_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_dashboards_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dashboards")),
    )
    with op.batch_alter_table("dashboards", schema=None) as batch_op:
        batch_op.create_index("ix_dashboards_created_at_id", ["created_at", "id"], unique=False)
        batch_op.create_index(
            "ix_dashboards_deleted_at_id",
            ["deleted_at", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_at IS NOT NULL"),
            postgresql_where=sa.text("deleted_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_dashboards_folder_id"), ["folder_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dashboards_imported_as"), ["imported_as"], unique=False)
        batch_op.create_index("ix_dashboards_owner_id_id", ["owner_id", "id"], unique=False)
        batch_op.create_index("ix_dashboards_title_key_id", ["title_key", "id"], unique=False)
        batch_op.create_index("ix_dashboards_updated_at_id", ["updated_at", "id"], unique=False)

    op.create_table(
        "memberships",
        sa.Column("user_id", Key, nullable=False),
        sa.Column("group_id", Key, nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_memberships_group_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "group_id", name=op.f("pk_memberships")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index("ix_memberships_group_id_user_id", ["group_id", "user_id"], unique=False)

    op.create_table(
        "editions",
        sa.Column("dashboard_id", Key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", Key, nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("description_key", Key, nullable=True),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("type_key", Key, nullable=True),
        sa.Column("datasource_id", Key, nullable=True),
        sa.Column("format", Key, nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("published_at", Instant, nullable=True),
        sa.Column("published_by", Key, nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dashboard_id"], ["dashboards.id"], name=op.f("fk_editions_dashboard_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["datasource_id"], ["datasources.id"], name=op.f("fk_editions_datasource_id")),
        sa.ForeignKeyConstraint(["published_by"], ["users.id"], name=op.f("fk_editions_published_by")),
        sa.PrimaryKeyConstraint("dashboard_id", "number", name=op.f("pk_editions")),
    )
    with op.batch_alter_table("editions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_editions_datasource_id"), ["datasource_id"], unique=False)

    op.create_table(
        "shares",
        sa.Column("id", Key, nullable=False),
        sa.Column("dashboard_id", Key, nullable=False),
        sa.Column("user_id", Key, nullable=True),
        sa.Column("group_id", Key, nullable=True),
        sa.Column("rule", Key, nullable=False),
        sa.Column("subscribed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("created_by", Key, nullable=True),
        sa.CheckConstraint("(user_id IS NULL) <> (group_id IS NULL)", name=op.f("ck_shares_one_subject")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_shares_created_by")),
        sa.ForeignKeyConstraint(
            ["dashboard_id"], ["dashboards.id"], name=op.f("fk_shares_dashboard_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_shares_group_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_shares_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shares")),
    )
    with op.batch_alter_table("shares", schema=None) as batch_op:
        batch_op.create_index(
            "ix_shares_dashboard_id_rule", ["dashboard_id", "user_id", "group_id", "rule"], unique=False
        )
        batch_op.create_index(
            "ix_shares_group_id_dashboard_id_rule", ["group_id", "dashboard_id", "rule"], unique=False
        )
        batch_op.create_index("ix_shares_user_id_dashboard_id_rule", ["user_id", "dashboard_id", "rule"], unique=False)

    op.create_table(
        "widgets",
        sa.Column("dashboard_id", Key, nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("title_key", Key, nullable=True),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("type_key", Key, nullable=True),
        sa.Column("subtype", sa.Text(), nullable=True),
        sa.Column("subtype_key", Key, nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("datasource_id", Key, nullable=True),
        sa.Column("format", Key, nullable=True),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dashboard_id", "edition"],
            ["editions.dashboard_id", "editions.number"],
            name=op.f("fk_widgets_dashboard_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["datasource_id"], ["datasources.id"], name=op.f("fk_widgets_datasource_id")),
        sa.PrimaryKeyConstraint("dashboard_id", "edition", "position", name=op.f("pk_widgets")),
        sa.UniqueConstraint("dashboard_id", "edition", "id", name=op.f("uq_widgets_dashboard_id_edition_id")),
    )
    with op.batch_alter_table("widgets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_widgets_datasource_id"), ["datasource_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_widgets_id"), ["id"], unique=False)
        batch_op.create_index("ix_widgets_title_key_id", ["title_key", "id"], unique=False)

    op.create_table(
        "transfers",
        sa.Column("hash", Key, nullable=False),
        sa.Column("user_id", Key, nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("format", Key, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_transfers_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_transfers")),
        sa.Index(op.f("ix_transfers_user_id"), "user_id"),
        sa.Index(op.f("ix_transfers_expires_at"), "expires_at"),
    )
    op.create_table(
        "password_links",
        sa.Column("hash", Key, nullable=False),
        sa.Column("user_id", Key, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_password_links_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_password_links")),
        sa.Index(op.f("ix_password_links_user_id"), "user_id"),
        sa.Index(op.f("ix_password_links_expires_at"), "expires_at"),
    )
    op.create_table(
        "uploads",
        sa.Column("id", Key, nullable=False),
        sa.Column("hash", Key, nullable=False),
        sa.Column("user_id", Key, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_uploads_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("hash", name=op.f("uq_uploads_hash")),
        sa.Index(op.f("ix_uploads_user_id"), "user_id"),
        sa.Index(op.f("ix_uploads_expires_at"), "expires_at"),
    )
    op.create_table(
        "operations",
        sa.Column("id", Key, nullable=False),
        sa.Column("kind", Key, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor_id", Key, nullable=True),
        sa.Column("about_kind", Key, nullable=True),
        sa.Column("about_id", Key, nullable=True),
        sa.Column("source", Key, nullable=True),
        sa.Column("state", Key, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("undone_by", Key, nullable=True),
        sa.Column("undoes", Key, nullable=True),
        sa.Column("idempotency_key", Key, nullable=True),
        sa.Column("item", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operations")),
        sa.UniqueConstraint(
            "idempotency_key", "actor_id", "item", name=op.f("uq_operations_idempotency_key_actor_id_item")
        ),
        sa.Index("ix_operations_at_id", "at", "id"),
        sa.Index("ix_operations_actor_id_at", "actor_id", "at"),
        sa.Index("ix_operations_about_id_at", "about_id", "at"),
        sa.Index(
            "ix_operations_at_keyed",
            "at",
            sqlite_where=sa.text("idempotency_key IS NOT NULL"),
            postgresql_where=sa.text("idempotency_key IS NOT NULL"),
        ),
    )
    op.create_table(
        "intentions",
        sa.Column("operation_id", Key, nullable=False),
        sa.Column("change", sa.Text(), nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("claimed_at", Instant, nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("undo", sa.Text(), nullable=True),
        sa.Column("print", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operations.id"], name=op.f("fk_intentions_operation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("operation_id", name=op.f("pk_intentions")),
        sa.Index(
            "ix_intentions_claimed_at_open",
            "claimed_at",
            sqlite_where=sa.text("open = 1"),
            postgresql_where=sa.text("open = 1"),
        ),
    )


def downgrade() -> None:
    for table in (
        "intentions",
        "operations",
        "uploads",
        "password_links",
        "transfers",
        "widgets",
        "shares",
        "editions",
        "memberships",
        "dashboards",
        "tokens",
        "groups",
        "folders",
        "users",
        "datasources",
    ):
        op.drop_table(table)
