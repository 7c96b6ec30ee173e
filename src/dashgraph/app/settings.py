"""What can be set, from the environment: DASHGRAPH_ and the name of the setting in capitals."""

import difflib
import os
import re
from typing import Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dashgraph.domain.bulk import ABOVE
from dashgraph.domain.lists import DEFAULT_PAGE, LARGEST_PAGE
from dashgraph.domain.problems import BadInput
from dashgraph.graph.limits import Limits

PREFIX = "DASHGRAPH_"
# What the tests look for, and what Kubernetes sets for the pods beside a service that is called dashgraph.
NOT_OURS = re.compile(PREFIX + r"(TEST_|SERVICE_(HOST|PORT)|PORT_\d+_)")

SAFE = Limits()


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
    production: bool = Field(
        default=False,
        description="Whether strangers can reach it: then introspection and GraphiQL are off unless they are set, and "
        "errors suggest no names of fields, types, arguments or values.",
    )
    graphiql: bool = Field(
        default=True, description="Whether GraphiQL is served under /graphiql; in production only when this is set."
    )
    introspection: bool = Field(
        default=True,
        description="Whether the schema may be asked for (`__schema`, `__type`, `_service`); in production only when "
        "this is set.",
    )
    allowed_origins: str = Field(
        default="",
        description="Whose pages may ask from a browser (CORS, WebSockets): origins (https://bi.example.com), or * for "
        "all. Each brings its token; cookies never count.",
    )
    hsts_seconds: int = Field(
        default=0,
        ge=0,
        description="For how long browsers are to come by HTTPS only (Strict-Transport-Security); 0 does not say it.",
    )
    trusted_networks: str = Field(
        default="",
        description="Networks (10.1.0.0/16) of the proxies and gateways in front. Of them alone X-Forwarded-For and "
        "DASHGRAPH_GATEWAY_HEADER are believed.",
    )
    gateway_header: str = Field(
        default="",
        pattern="^[A-Za-z0-9-]{0,64}$",
        description="The header in which a gateway names by e-mail address whom it let in (X-Forwarded-Email); it must "
        "take the header away from what clients send. From elsewhere it is refused.",
    )
    guesses_per_account: int = Field(
        default=10, ge=1, description="How many wrong passwords in a row are answered for one name before it must wait."
    )
    guesses_per_address: int = Field(
        default=100, ge=1, description="How many wrong passwords and WebSocket tokens are answered from one address."
    )
    guesses_seconds: float = Field(default=300, gt=0, description="After how long all of them may be made again.")
    oidc_issuer: str = Field(
        default="",
        pattern=r"^(https://\S+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/\S*)?)?$",
        description="The OpenID Connect issuer whose JWTs are taken as tokens, as its `iss` has it.",
    )
    oidc_audience: str = Field(
        default="", description="The `aud` that they must have, or several separated by spaces; needed with an issuer."
    )
    oidc_keys_url: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="Where its keys are (JWKS). Default: what its discovery document says.",
    )
    oidc_email_claim: str = Field(
        default="email",
        min_length=1,
        description="The claim with the e-mail address of the account, which must be there and active.",
    )
    oidc_verified_claim: str = Field(
        default="email_verified",
        description="The claim that must be true for the address to count. Empty only for an issuer that gives out the "
        "addresses itself.",
    )
    oidc_scopes_claim: str = Field(
        default="",
        description="The claim with the scopes (dashboards:read, ...) that a token is for. Default: all of the "
        "account's role.",
    )
    oidc_skew_seconds: float = Field(
        default=60, ge=0, le=600, description="How far the issuer's clock may be from ours."
    )
    max_body_kilobytes: int = Field(default=1024, ge=1, description="The largest request body that is read.")
    compression: str = Field(
        default="zstd br gzip",
        pattern="^(zstd|br|gzip|[ ,])*$",
        description="What answers to queries are compressed with for clients that take it (Accept-Encoding), the most "
        "liked first: zstd, br, gzip; empty compresses none.",
    )
    compression_bytes: int = Field(
        default=1024, ge=0, description="How large an answer is at the least that is compressed."
    )
    plan: bool = Field(
        default=True,
        description="Whether queries are laid out once and answered many values at a time. The answers are the same "
        "without it, and come later.",
    )
    max_references: int = Field(
        default=1000, ge=1, le=10_000, description="The most things that a federation gateway may ask for at a time."
    )
    max_cost: int = Field(
        default=SAFE.cost,
        ge=1,
        description="The most that one operation may cost: one for each object that it can answer, and what `@cost` "
        "in the schema says.",
    )
    budget_per_minute: int = Field(
        default=SAFE.budget,
        ge=0,
        description="What the operations of one API token, or of all sessions and JWTs of one person, may cost within "
        "any minute, counted by each process alone; 0 counts nothing.",
    )
    max_depth: int = Field(default=SAFE.depth, ge=1, le=100, description="How deep fields may nest.")
    max_root_fields: int = Field(
        default=SAFE.root_fields, ge=1, description="The most fields that one operation may ask for at its root."
    )
    max_aliases: int = Field(default=SAFE.aliases, ge=0, description="The most aliases in one document.")
    max_directives: int = Field(default=SAFE.directives, ge=0, description="The most directives in one document.")
    max_tokens: int = Field(
        default=SAFE.tokens, ge=1, le=100_000, description="The most names, signs and values in one document."
    )
    max_query_characters: int = Field(default=SAFE.characters, ge=1, description="The longest document.")
    max_comparisons: int = Field(
        default=SAFE.comparisons,
        ge=1,
        description="How many comparisons it may take to find out whether fields of one name fit together; they grow "
        "with the square of how many such fields a document has.",
    )
    max_page: int = Field(
        default=SAFE.page,
        ge=DEFAULT_PAGE,
        le=LARGEST_PAGE,
        description="The longest page: the most that `first` and `last` may be.",
    )
    max_variables_kilobytes: int = Field(
        default=SAFE.variables // 1024, ge=1, description="The largest variables of one operation."
    )
    max_variables_depth: int = Field(
        default=SAFE.variables_depth, ge=1, le=200, description="How deep the values in variables may nest."
    )
    operation_seconds: float = Field(
        default=SAFE.seconds, gt=0, description="How long a query may run. What it asked of others is given up with it."
    )
    mutation_seconds: float = Field(
        default=SAFE.mutation_seconds, gt=0, description="How long a mutation may run, bulk ones too."
    )
    body_seconds: float = Field(default=30, gt=0, description="How long a request body may take to arrive.")
    batch_operations: int = Field(
        default=1,
        ge=1,
        le=100,
        description="The most operations that one request may hold, as a list; 1 refuses lists.",
    )
    persisted_queries_kilobytes: int = Field(
        default=4096,
        ge=0,
        description="How much each process remembers of documents that clients sent, so that they can send the hash "
        "alone (automatic persisted queries); 0 turns this off.",
    )
    trusted_documents: str = Field(
        default="", description="The manifest of documents that clients name by their id, made by `dashgraph manifest`."
    )
    trusted_documents_mode: str = Field(
        default="off",
        pattern="^(off|log|enforce)$",
        description="What becomes of documents that are not in the manifest: off answers them, log writes a line for "
        "each, enforce answers them to administrators alone.",
    )
    live_connections: int = Field(
        default=1000, ge=1, description="The most WebSockets and event streams that are open at a time."
    )
    live_token_connections: int = Field(
        default=100, ge=1, description="The most of them that one API token holds, or one person by sessions and JWTs."
    )
    live_unknown_connections: int = Field(
        default=50, ge=1, description="The most WebSockets of one address that have not said yet who is there."
    )
    live_operations: int = Field(default=50, ge=1, description="The most operations that one WebSocket runs at a time.")
    live_token_operations: int = Field(
        default=500,
        ge=1,
        description="The most operations that all WebSockets and event streams of one API token or person run.",
    )
    live_init_seconds: float = Field(
        default=10, gt=0, description="How long a WebSocket may take to say who is there (connection_init)."
    )
    live_send_seconds: float = Field(
        default=10,
        gt=0,
        description="How long who follows may take nothing of what is sent; after that the connection ends.",
    )
    live_ping_seconds: float = Field(
        default=15, gt=0, description="How often a WebSocket or event stream that is silent gets a sign of life."
    )
    workers: int = Field(
        default=1,
        ge=1,
        le=64,
        description="How many processes answer. They share the database and the port, and nothing else.",
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="A port of its own for Prometheus, which finds /metrics there; 0 is none. Of several workers each "
        "has one: this, the next, and so on.",
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(""),
        description="What Prometheus must send as bearer token. With it, and without a port, /metrics is on the port "
        "of the graph.",
    )
    traces_endpoint: SecretStr = Field(
        default=SecretStr(""),
        description="Where spans are sent by OTLP over HTTP, such as http://collector:4318/v1/traces. OpenTelemetry's "
        "own variables (OTEL_*) do as well, and say what else there is to say.",
    )
    traces_to_sources: bool = Field(
        default=False, description="Whether live sources are told the trace that a request is part of (traceparent)."
    )
    slow_operation_milliseconds: int = Field(
        default=2000,
        ge=0,
        description="Operations that take longer are logged with all of their batches; 0 logs none.",
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
    job_look_seconds: float = Field(
        default=0.5,
        ge=0.05,
        le=60,
        description="How long a job may wait before a process looks whether there is one. Shorter takes more of it.",
    )
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

    @model_validator(mode="after")
    def production_closes(self) -> Self:
        """In production what shows the schema is off, unless it is said to be on."""
        if self.production:
            self.graphiql = self.graphiql and "graphiql" in self.model_fields_set
            self.introspection = self.introspection and "introspection" in self.model_fields_set
        return self


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


def environment(**given: object) -> dict[str, str]:
    """What is given as another process reads it from its environment."""
    return {PREFIX + name.upper(): str(value) for name, value in given.items() if value is not None}


def _misses(name: str) -> bool:
    """Whether a name of the environment looks like a setting and is none."""
    return name.startswith(PREFIX) and name.removeprefix(PREFIX) not in NAMES and not NOT_OURS.match(name)


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name.upper().removeprefix(PREFIX), NAMES, n=1)
    return f"{name}: there is no such setting" + (f"; did you mean {PREFIX}{near[0]}?" if near else "")
