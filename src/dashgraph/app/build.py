"""Builds the world once and closes it in reverse: the server, the commands and the tests all use it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from dashgraph.app.callers import Gateways
from dashgraph.app.cors import Origins
from dashgraph.app.manifests import trusted
from dashgraph.app.metrics import Metrics
from dashgraph.app.readiness import Silences
from dashgraph.app.settings import Settings
from dashgraph.app.slowness import SlowOperations
from dashgraph.app.tracing import Tracing, tracer
from dashgraph.connectors import KINDS, native
from dashgraph.domain.observing import Observer
from dashgraph.domain.problems import BadInput, Conflict
from dashgraph.domain.retention import Retention
from dashgraph.domain.schedules import Scheduling
from dashgraph.domain.secrets import Secret
from dashgraph.graph.execution import Executor
from dashgraph.graph.limits import Limits
from dashgraph.graph.persisted import Persisted, Trust
from dashgraph.graph.shown import Shown
from dashgraph.services.attendance import Attendance
from dashgraph.services.bulk import Bulk
from dashgraph.services.changing import Changing
from dashgraph.services.delivering.addresses import Guard, guarded_session
from dashgraph.services.delivering.email import MailServer, Security
from dashgraph.services.delivering.sealing import Sealer
from dashgraph.services.delivering.sinks import Sinks
from dashgraph.services.documents import Documents
from dashgraph.services.downloads import Downloads
from dashgraph.services.exports import Exports
from dashgraph.services.file_exports import FileExports
from dashgraph.services.files import Files
from dashgraph.services.identity import Identity
from dashgraph.services.issuer import Issuer, IssuerSettings
from dashgraph.services.passwords import Passwords
from dashgraph.services.reading import Reading
from dashgraph.services.rendering.render import Rendering
from dashgraph.services.retention import Sweeping
from dashgraph.services.throttling import Tries
from dashgraph.services.trail import Trail
from dashgraph.services.uploads import Uploads
from dashgraph.services.watching import Watching
from dashgraph.sources.fleet import Fleet
from dashgraph.sources.live.settings import LiveSettings
from dashgraph.sources.port import Source
from dashgraph.sources.rest.session import Session, open_session
from dashgraph.store import upgrade
from dashgraph.store.database import Database


@dataclass(frozen=True)
class World:
    settings: Settings
    database: Database
    fleet: Fleet
    reading: Reading
    changing: Changing
    documents: Documents
    files: Files
    bulk: Bulk
    exports: Exports
    downloads: Downloads
    rendering: Rendering
    file_exports: FileExports
    uploads: Uploads
    sealer: Sealer
    sinks: Sinks
    identity: Identity
    gateways: Gateways
    origins: Origins
    passwords: Passwords
    sweeping: Sweeping
    watching: Watching
    attendance: Attendance
    executor: Executor
    persisted: Persisted
    silences: Silences
    metrics: Metrics | None
    observers: Sequence[Observer]


@asynccontextmanager
async def opened(
    settings: Settings, live: Sequence[LiveSettings] = (), *, check: bool = True, observers: Sequence[Observer] = ()
) -> AsyncIterator[World]:
    """The world, ready to use: the native store, and after it the live sources, which are not asked anything yet.

    The embedded SQLite is brought up to date; PostgreSQL must be (`dashgraph migrate`).
    """
    gateways, origins = Gateways(settings.trusted_networks, settings.gateway_header), Origins(settings.allowed_origins)
    if settings.gateway_header and origins.are_all:
        message = "DASHGRAPH_ALLOWED_ORIGINS: name them: with a gateway that knows people, * would let any page ask."
        raise BadInput(message)
    sealer, guard = Sealer(settings.secret_keys.get_secret_value()), Guard(settings.allowed_private_hosts)
    retention = Retention(timedelta(days=settings.trash_days), timedelta(days=settings.undo_days))
    source, database = native.open_source(
        native.NativeSettings(
            settings.database_url.get_secret_value(),
            settings.source_name,
            settings.database_pool,
            retention,
            Scheduling(timedelta(minutes=settings.least_schedule_minutes), sealer.seal),
        )
    )
    try:
        if check:
            await _ready(database)
        async with (
            guarded_session(guard) as session,
            open_session() as outside,
            tracer(settings.traces_endpoint.get_secret_value()) as found,
        ):
            fleet = Fleet([source, *_opened_live(live, outside)])
            reading = Reading(fleet)
            changing = Changing(fleet, Trail(database, retention))
            documents, files = Documents(reading), Files(reading)
            identity = Identity(database, _issuer(settings, outside), _tries(settings))
            passwords = Passwords(database, identity, changing)
            watching = Watching(database)
            bulk = Bulk(changing, above=settings.job_above)
            rendering = Rendering()
            executor = Executor(
                reading,
                changing,
                passwords,
                watching,
                bulk,
                most_references=settings.max_references,
                limits=_limits(settings),
                shown=Shown(introspection=settings.introspection, no_hints=settings.production),
                plan=settings.plan,
            )
            silences, metrics = Silences(), _metrics(settings, reading.sources())
            if metrics is not None:
                metrics.watch(database, executor)
            tracing = None if found is None else Tracing(found, hand_on=settings.traces_to_sources)
            slow = SlowOperations(settings.slow_operation_milliseconds or None)
            yield World(
                settings=settings,
                database=database,
                fleet=fleet,
                reading=reading,
                changing=changing,
                documents=documents,
                files=files,
                bulk=bulk,
                exports=Exports(database, files),
                downloads=Downloads(database, reading, identity),
                rendering=rendering,
                file_exports=FileExports(reading, documents, rendering, identity),
                uploads=Uploads(database),
                sealer=sealer,
                sinks=Sinks(session, guard, _mail_server(settings), seconds=settings.delivery_seconds),
                identity=identity,
                gateways=gateways,
                origins=origins,
                passwords=passwords,
                sweeping=Sweeping(database, retention),
                watching=watching,
                attendance=Attendance(database),
                executor=executor,
                persisted=_persisted(settings),
                silences=silences,
                metrics=metrics,
                observers=[one for one in (tracing, silences, slow, metrics, *observers) if one is not None],
            )
    finally:
        await database.close()


def _opened_live(live: Sequence[LiveSettings], outside: Session) -> Sequence[Source]:
    """The live sources. Raises BadInput naming all that their connectors cannot take."""
    sources: list[Source] = []
    wrong = []
    for one in live:
        try:
            sources.append(KINDS[one.kind].open_source(one, outside))
        except BadInput as problem:
            wrong.append(problem.message)
    if wrong:
        raise BadInput("\n  ".join(wrong))
    return sources


def _metrics(settings: Settings, sources: Sequence[str]) -> Metrics | None:
    """None while it is not said where somebody may look at them."""
    return Metrics(sources) if settings.metrics_port or settings.metrics_token.get_secret_value() else None


def _persisted(settings: Settings) -> Persisted:
    """Raises BadInput for a manifest that cannot be read."""
    trust, room = Trust(settings.trusted_documents_mode), settings.persisted_queries_kilobytes
    return Persisted(trusted(settings.trusted_documents, trust), trust, kilobytes=room)


def _issuer(settings: Settings, outside: Session) -> Issuer | None:
    """None while no issuer is named. Raises BadInput for one whose tokens could be meant for somebody else."""
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_audience.split():
        message = "DASHGRAPH_OIDC_AUDIENCE: say which `aud` the tokens of the issuer have."
        raise BadInput(message)
    wanted = IssuerSettings(
        issuer=settings.oidc_issuer,
        audience=tuple(settings.oidc_audience.split()),
        keys_url=settings.oidc_keys_url,
        email=settings.oidc_email_claim,
        verified=settings.oidc_verified_claim,
        scopes=settings.oidc_scopes_claim,
        skew=settings.oidc_skew_seconds,
    )
    return Issuer(wanted, outside)


def _tries(settings: Settings) -> Tries:
    return Tries(settings.guesses_per_account, settings.guesses_per_address, settings.guesses_seconds)


def _limits(settings: Settings) -> Limits:
    return Limits(
        cost=settings.max_cost,
        budget=settings.budget_per_minute,
        depth=settings.max_depth,
        root_fields=settings.max_root_fields,
        aliases=settings.max_aliases,
        directives=settings.max_directives,
        tokens=settings.max_tokens,
        characters=settings.max_query_characters,
        comparisons=settings.max_comparisons,
        page=settings.max_page,
        variables=settings.max_variables_kilobytes * 1024,
        variables_depth=settings.max_variables_depth,
        seconds=settings.operation_seconds,
        mutation_seconds=settings.mutation_seconds,
    )


def _mail_server(settings: Settings) -> MailServer | None:
    """None while it is not said where e-mail is handed in, or from whom. Raises BadInput for what cannot be."""
    if not settings.smtp_host or not settings.smtp_from:
        return None
    return MailServer(
        settings.smtp_host,
        settings.smtp_port,
        Security(settings.smtp_security),
        settings.smtp_from,
        settings.smtp_user,
        Secret(settings.smtp_password.get_secret_value()),
    )


async def _ready(database: Database) -> None:
    if await upgrade.current(database) == upgrade.head():
        return
    if database.dialect != "sqlite":
        message = "The database is not at the schema of this version; bring it there with: dashgraph migrate"
        raise Conflict(message)
    await upgrade.upgrade(database)
