"""Files of jobs as they are given out: in pieces, so that none is in memory whole."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy import and_, func, select

from dashgraph.store.database import AnyRow, Database
from dashgraph.store.work_tables import job_files

PIECE = 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file as it was made; made anew, it has another key."""

    job: str
    position: int
    name: str
    content_type: str
    size: int
    key: str

    async def pieces(self, database: Database) -> AsyncIterator[bytes]:
        """The content. Ends early when the file is gone meanwhile."""
        here = and_(job_files.c.job_id == self.job, job_files.c.position == self.position, job_files.c.key == self.key)
        for start in range(0, self.size, PIECE):
            piece = select(func.substr(job_files.c.content, start + 1, PIECE)).where(here)
            async with database.reading() as session:
                found = (await session.execute(piece)).scalar_one_or_none()
            if found is None:
                return
            yield bytes(found)


async def first(database: Database, job: str) -> StoredFile | None:
    """The first file of a job, whoever asks."""
    c = job_files.c
    statement = select(c.job_id, c.position, c.name, c.content_type, c.size, c.key).where(c.job_id == job)
    async with database.reading() as session:
        row: AnyRow | None = (await session.execute(statement.order_by(c.position).limit(1))).first()
    return None if row is None else StoredFile(*row)
