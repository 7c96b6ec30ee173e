"""Builds the world once and closes it in reverse: the server, the commands and the tests all use it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from dashgraph.app.settings import Settings
from dashgraph.connectors import KINDS, native
from dashgraph.domain.problems import BadInput, Conflict
from dashgraph.domain.retention import Retention
from dashgraph.domain.schedules import Scheduling
from dashgraph.domain.secrets import Secret
from dashgraph.graph.execution import Executor
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
from dashgraph.services.passwords import Passwords
from dashgraph.services.reading import Reading
from dashgraph.services.rendering.render import Rendering
from dashgraph.services.retention import Sweeping
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
    passwords: Passwords
    sweeping: Sweeping
    watching: Watching
    executor: Executor


@asynccontextmanager
async def opened(settings: Settings, live: Sequence[LiveSettings] = (), *, check: bool = True) -> AsyncIterator[World]:
    """The world, ready to use: the native store, and after it the live sources, which are not asked anything yet.

    The embedded SQLite is brought up to date; PostgreSQL must be (`dashgraph migrate`).
    """
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
        async with guarded_session(guard) as session, open_session() as outside:
            fleet = Fleet([source, *_opened_live(live, outside)])
            reading = Reading(fleet)
            changing = Changing(fleet, Trail(database, retention))
            documents, files = Documents(reading), Files(reading)
            identity = Identity(database)
            passwords = Passwords(database, identity, changing)
            watching = Watching(database)
            bulk = Bulk(changing, above=settings.job_above)
            rendering = Rendering()
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
                passwords=passwords,
                sweeping=Sweeping(database, retention),
                watching=watching,
                executor=Executor(reading, changing, passwords, watching, bulk),
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
