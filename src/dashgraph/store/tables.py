"""The tables of the native store. Column names are the domain's words; `*_key` columns are folded text.

A dashboard has *editions* of its content. The working edition is what owners and editors see and change; an
edition that was published never changes again: the next change starts a new working edition. So a published
version keeps its widgets, and a dashboard is unmodified when its working edition is the published one.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. On SQLite it is text of fixed width, so that it sorts as text and people can read it."""

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return datetime.fromisoformat(value) if isinstance(value, str) else value


# Keys compare byte by byte, on both databases alike: what a cursor says in one holds in the other.
Key = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

users = Table(
    "users",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Key, nullable=False, index=True),
    Column("email", Text, nullable=False),
    Column("email_key", Key, nullable=False),
    Column("initials", Text, nullable=False),
    Column("initials_key", Key, nullable=False),
    Column("user_name", Text),
    Column("user_name_key", Key),
    Column("first_name", Text),
    Column("first_name_key", Key),
    Column("last_name", Text),
    Column("last_name_key", Key),
    Column("role", Key, nullable=False),
    Column("status", Key, nullable=False),
    Column("origin", Key, nullable=False),
    Column("password_hash", Text),
    Column("preferences", Text),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("last_login_at", Instant),
    Column("deleted_at", Instant),
    Column("deleted_by", Key, ForeignKey("users.id")),
    Column("revision", Integer, nullable=False, server_default="1"),
    # An address belongs to one user at a time; a deleted user gives it free.
    Index(
        "uq_users_email_key",
        "email_key",
        unique=True,
        sqlite_where=text("deleted_at IS NULL"),
        postgresql_where=text("deleted_at IS NULL"),
    ),
    Index(
        "uq_users_user_name_key",
        "user_name_key",
        unique=True,
        sqlite_where=text("deleted_at IS NULL"),
        postgresql_where=text("deleted_at IS NULL"),
    ),
    # The few whose shares are hidden.
    Index(
        "ix_users_id_deleted",
        "id",
        sqlite_where=text("status = 'deleted'"),
        postgresql_where=text("status = 'deleted'"),
    ),
)

groups = Table(
    "groups",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Key, nullable=False, index=True),
    Column("mail", Text),
    Column("mail_key", Key),
    Column("role", Key),
    Column("origin", Key, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Key, ForeignKey("users.id")),
    Column("updated_at", Instant, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
)

memberships = Table(
    "memberships",
    metadata,
    Column("user_id", Key, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("group_id", Key, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_memberships_group_id_user_id", "group_id", "user_id"),
    sqlite_with_rowid=False,
)

folders = Table(
    "folders",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Key, nullable=False, index=True),
    Column("parent_id", Key, ForeignKey("folders.id"), index=True),
    Column("owner_id", Key, ForeignKey("users.id"), index=True),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
)

datasources = Table(
    "datasources",
    metadata,
    Column("id", Key, primary_key=True),
    Column("native_id", Text),
    Column("title", Text, nullable=False),
    Column("title_key", Key, nullable=False, index=True),
    Column("address", Text),
    Column("address_key", Key),
    Column("database", Text),
    Column("full_name", Text),
)

dashboards = Table(
    "dashboards",
    metadata,
    Column("id", Key, primary_key=True),
    Column("owner_id", Key, ForeignKey("users.id")),
    Column("folder_id", Key, ForeignKey("folders.id"), index=True),
    # The working edition's title once more, so that the list of everything is read off an index.
    Column("title_key", Key, nullable=False),
    Column("working", Integer, nullable=False),  # numbers of editions
    Column("published", Integer),
    Column("imported_as", Key, index=True),
    Column("imported_digest", Text),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("deleted_at", Instant),
    Column("deleted_by", Key, ForeignKey("users.id")),
    Column("revision", Integer, nullable=False, server_default="1"),
    Index("ix_dashboards_owner_id_id", "owner_id", "id"),
    Index("ix_dashboards_title_key_id", "title_key", "id"),
    Index("ix_dashboards_updated_at_id", "updated_at", "id"),
    Index("ix_dashboards_created_at_id", "created_at", "id"),
    # The trash.
    Index(
        "ix_dashboards_deleted_at_id",
        "deleted_at",
        "id",
        sqlite_where=text("deleted_at IS NOT NULL"),
        postgresql_where=text("deleted_at IS NOT NULL"),
    ),
)

editions = Table(
    "editions",
    metadata,
    Column("dashboard_id", Key, ForeignKey("dashboards.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("title_key", Key, nullable=False),
    Column("description", Text),
    Column("description_key", Key),
    Column("type", Text),
    Column("type_key", Key),
    Column("datasource_id", Key, ForeignKey("datasources.id"), index=True),
    Column("format", Key),  # that it came in, where that is another tool's; its widgets have their own
    Column("created_at", Instant, nullable=False),
    Column("published_at", Instant),
    Column("published_by", Key, ForeignKey("users.id")),
    Column("document", Text, nullable=False),  # last: a list that does not want it does not read over it
)

widgets = Table(
    "widgets",
    metadata,
    Column("dashboard_id", Key, primary_key=True),
    Column("edition", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("id", Key, nullable=False, index=True),
    Column("title", Text),
    Column("title_key", Key),
    Column("type", Text),
    Column("type_key", Key),
    Column("subtype", Text),
    Column("subtype_key", Key),
    Column("description", Text),
    Column("datasource_id", Key, ForeignKey("datasources.id"), index=True),
    Column("format", Key),
    Column("updated_at", Instant, nullable=False),
    Column("document", Text, nullable=False),
    ForeignKeyConstraint(["dashboard_id", "edition"], ["editions.dashboard_id", "editions.number"], ondelete="CASCADE"),
    UniqueConstraint("dashboard_id", "edition", "id"),
    Index("ix_widgets_title_key_id", "title_key", "id"),
)

shares = Table(
    "shares",
    metadata,
    Column("id", Key, primary_key=True),  # dashboard/user/<id> or dashboard/group/<id>
    Column("dashboard_id", Key, ForeignKey("dashboards.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", Key, ForeignKey("users.id", ondelete="CASCADE")),
    Column("group_id", Key, ForeignKey("groups.id", ondelete="CASCADE")),
    Column("rule", Key, nullable=False),
    Column("subscribed", Integer, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Key, ForeignKey("users.id")),
    CheckConstraint("(user_id IS NULL) <> (group_id IS NULL)", name="one_subject"),
    Index("ix_shares_dashboard_id_rule", "dashboard_id", "user_id", "group_id", "rule"),
    Index("ix_shares_user_id_dashboard_id_rule", "user_id", "dashboard_id", "rule"),
    Index("ix_shares_group_id_dashboard_id_rule", "group_id", "dashboard_id", "rule"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Key, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("kind", Key, nullable=False),  # api, session
    Column("hash", Key, nullable=False, unique=True),
    Column("scopes", Text, nullable=False),  # separated by spaces
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
)

# Addresses to set a password by, once. Of several for one user the newest works.
password_links = Table(
    "password_links",
    metadata,
    Column("hash", Key, primary_key=True),  # of the secret in the address
    Column("user_id", Key, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)

transfers = Table(
    "transfers",
    metadata,
    Column("hash", Key, primary_key=True),  # of the secret in the address that was given out
    Column("user_id", Key, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("scopes", Text, nullable=False),  # of the token that asked, separated by spaces
    Column("wanted", Text, nullable=False),  # ids of dashboards, a JSON array
    Column("format", Key, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", Key, primary_key=True),  # of the operation that asked for the address
    Column("hash", Key, nullable=False, unique=True),  # of the secret in the address
    Column("user_id", Key, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("size", Integer, nullable=False),  # bytes
    Column("sha256", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("content", LargeBinary),  # none until it has arrived
)

operations = Table(
    "operations",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", Key, nullable=False),
    Column("at", Instant, nullable=False),
    # No foreign key: the trail outlives whom it is about. None for what dashgraph did by itself.
    Column("actor_id", Key),
    Column("about_kind", Key),
    Column("about_id", Key),
    Column("source", Key),  # where it was made, when that is not here
    Column("state", Key),  # begun, done, failed or unknown, of what was made elsewhere
    Column("error", Text),  # why it failed
    Column("reason", Text),  # why it cannot be undone
    Column("undone_by", Key),
    Column("undoes", Key),
    Column("idempotency_key", Key),
    Column("item", Integer, nullable=False, server_default="0"),  # its place among the changes that were sent together
    Column("digest", Text),  # of all that were sent, to tell a repetition from another wish under the same key
    Column("outcome", Text),
    Column("number", BigInteger),  # its place in the feed; none before somebody follows it, nor while it is begun
    Column("changes", Text, nullable=False),  # last: lists do not read over it
    Index("ix_operations_number", "number", unique=True),
    Index(
        "ix_operations_at_id_unnumbered",
        "at",
        "id",
        sqlite_where=text("number IS NULL"),
        postgresql_where=text("number IS NULL"),
    ),
    Index("ix_operations_at_id", "at", "id"),
    Index("ix_operations_actor_id_at", "actor_id", "at"),
    Index("ix_operations_about_id_at", "about_id", "at"),
    Index(
        "ix_operations_at_keyed",
        "at",
        sqlite_where=text("idempotency_key IS NOT NULL"),
        postgresql_where=text("idempotency_key IS NOT NULL"),
    ),
    UniqueConstraint("idempotency_key", "actor_id", "item"),
)

# One row: the number that was given last. Never less than before, so that none is given twice.
feed = Table(
    "feed",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)

# What has to be known of a change in another system to go on with it after a crash, and to take it back.
intentions = Table(
    "intentions",
    metadata,
    Column("operation_id", Key, ForeignKey("operations.id", ondelete="CASCADE"), primary_key=True),
    Column("change", Text),  # as text; None where it holds a secret
    Column("scopes", Text, nullable=False),  # of who wanted it
    Column("claimed_at", Instant, nullable=False),  # by the process that carries it out
    Column("open", Integer, nullable=False),  # whether nobody has written yet what came of it
    Column("undo", Text),  # the changes that take it back
    Column("print", Text),  # of the thing as it was then
    Index(
        "ix_intentions_claimed_at_open", "claimed_at", sqlite_where=text("open = 1"), postgresql_where=text("open = 1")
    ),
)
