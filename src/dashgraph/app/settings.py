"""What can be set, from the environment: DASHGRAPH_ and the name of the setting in capitals."""

import difflib
import os
import re

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from dashgraph.domain.bulk import ABOVE
from dashgraph.domain.problems import BadInput

PREFIX = "DASHGRAPH_"
# What the tests look for, and what Kubernetes sets for the pods beside a service that is called dashgraph.
NOT_OURS = re.compile(PREFIX + r"(TEST_|SERVICE_(HOST|PORT)|PORT_\d+_)")


class Settings(BaseSettings):
    """Every setting has a default that is right for one person on one machine."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, hide_input_in_errors=True)

    database_url: SecretStr = Field(
        default=SecretStr("dashgraph.sqlite3"),
        description="A path for SQLite, or postgresql://user:password@host/name.",
    )
    database_pool: int = Field(default=10, ge=1, le=100, description="The most connections to the database.")
    source_name: str = Field(
        default="local",
        pattern=r"^[a-z][a-z0-9-]{0,30}$",
        description="The name of the native store in ids. Never change it once ids are out.",
    )
    config: str = Field(
        default="",
        description="The file that names the live sources. Without it dashgraph.toml in the working directory, "
        "when it is there.",
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    graphiql: bool = Field(default=True, description="Whether GraphiQL is served under /graphiql.")
    max_body_kilobytes: int = Field(default=1024, ge=1, description="The largest request body that is read.")
    body_seconds: float = Field(default=30, gt=0, description="How long a request body may take to arrive.")
    live_connections: int = Field(
        default=1000, ge=1, description="The most WebSockets and event streams that are open at a time."
    )
    live_operations: int = Field(default=50, ge=1, description="The most operations that one WebSocket runs at a time.")
    live_init_seconds: float = Field(
        default=10, gt=0, description="How long a WebSocket may take to say who is there (connection_init)."
    )
    live_ping_seconds: float = Field(
        default=15, gt=0, description="How often a WebSocket or event stream that is silent gets a sign of life."
    )
    log_format: str = Field(
        default="auto", pattern="^(auto|json|console)$", description="json, console, or console on a terminal only."
    )
    trash_days: int = Field(
        default=30, ge=1, le=3650, description="For how many days a deleted dashboard can be taken back."
    )
    undo_days: int = Field(default=30, ge=1, le=3650, description="For how many days an operation can be undone.")
    work: bool = Field(default=True, description="Whether `serve` carries out jobs itself, without a worker.")
    jobs_at_once: int = Field(default=4, ge=1, le=64, description="How many jobs a process carries out side by side.")
    takeover_seconds: float = Field(
        default=30, ge=5, description="How long a process may be silent before others take up its unfinished jobs."
    )
    job_above: int = Field(
        default=ABOVE,
        ge=1,
        description="Of how many changes or dashboards in one request a job is made, unless the request says.",
    )
    executor: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$",
        description="On PostgreSQL, a name of this process that stays the same over restarts: it then takes up its own "
        "unfinished jobs at once. Never the same for two processes.",
    )
    secret_keys: SecretStr = Field(
        default=SecretStr(""),
        description="What seals the passwords and tokens of targets: keys of `dashgraph secret-key`, the newest first.",
    )
    allowed_private_hosts: str = Field(
        default="",
        description="Hosts, addresses and networks (10.1.0.0/16) that deliveries may reach though they are not public; "
        "those named here also by plain HTTP.",
    )
    delivery_seconds: float = Field(default=60, gt=0, description="How long one delivery to one place may take.")
    smtp_host: str = Field(default="", description="The server that e-mail is handed in to. Without it there is none.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port; 465 is usual for tls.")
    smtp_security: str = Field(
        default="starttls",
        pattern="^(starttls|tls|none)$",
        description="How the connection to it is encrypted: starttls, tls or none. Its certificate is checked.",
    )
    smtp_user: str = Field(default="", description="The name to sign in with there.")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="The password to sign in with there.")
    smtp_from: str = Field(default="", description="Who e-mail is from: `Reports <reports@example.com>`.")
    least_schedule_minutes: int = Field(
        default=5, ge=1, le=1440, description="How many minutes are between two runs of a schedule at the least."
    )
    shutdown_seconds: float = Field(default=10, ge=0, description="How long running requests may take to finish.")


NAMES = [name.upper() for name in Settings.model_fields]


def load(**given: object) -> Settings:
    """The settings, what is given winning over the environment. Raises BadInput naming everything wrong at once."""
    wrong = [_unknown(name) for name in sorted(os.environ) if _misses(name.upper())]
    try:
        found = Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        wrong += [f"{PREFIX}{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors()]
    if wrong:
        message = f"Settings that cannot be: {'; '.join(wrong)}"
        raise BadInput(message)
    return found


def _misses(name: str) -> bool:
    """Whether a name of the environment looks like a setting and is none."""
    return name.startswith(PREFIX) and name.removeprefix(PREFIX) not in NAMES and not NOT_OURS.match(name)


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name.upper().removeprefix(PREFIX), NAMES, n=1)
    return f"{name}: there is no such setting" + (f"; did you mean {PREFIX}{near[0]}?" if near else "")
