"""What the proof that an upstream operation is reached is made of: its row, who proves it, and where that is asked."""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy import select

from dashgraph.app.fakes.kit import Fake
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import JobStatus
from dashgraph.domain.viewers import Viewer
from dashgraph.store.work_tables import job_files
from five import Five
from workplace import attempt

F = TypeVar("F", bound=Fake)

PLACE = re.compile(r"\{[^}]+\}|:\w+")  # what stands for an id in the path of a row


@dataclass(frozen=True)
class At(Generic[F]):
    """One system among five, as its administrator asks it through the graph."""

    name: str
    fake: F
    world: Five
    viewer: Viewer

    async def ask(self, operation: str, **variables: Any) -> Any:
        """The data of an answer without errors. `$source` is the name of the system."""
        if "$source" in operation:
            variables["source"] = self.name
        return await self.world.asking.data(self.viewer, operation, **variables)

    async def every(self, noun: str, shown: str, more: str = "") -> list[Any]:
        """What is shown of all nodes of a list of this system."""
        query = (
            f"query($source: String!) {{ {noun}(first: 100, scope: ALL, sources: [$source]{more}) "
            f"{{ totalCount edges {{ node {{ {shown} }} }} }} }}"
        )
        found = (await self.ask(query))[noun]
        assert found["totalCount"] == len(found["edges"])
        return nodes(found)

    async def one(self, noun: str, native: object, shown: str) -> Any:
        query = f"query($id: ID!) {{ {noun}(id: $id, scope: ALL) {{ {shown} }} }}"
        return (await self.ask(query, id=self.id(Kind(noun.capitalize()), native)))[noun]

    async def change(self, name: str, shown: str, /, **wish: Any) -> Any:
        """The payload of a mutation that went well."""
        return await self._change(name, f"errors {{ code message }} {shown}", wish)

    async def change_all(self, name: str, shown: str, /, **wish: Any) -> Any:
        """The results of a mutation of many that went well."""
        found = await self._change(name, f"results {{ errors {{ code message }} {shown} }}", wish)
        return found["results"]

    async def exported(self, name: str, /, **wish: Any) -> bytes:
        """The file that a job has made."""
        job = (await self.change(name, "job { id }", **wish))["job"]["id"]
        row = await attempt(self.world.asking, job)
        assert row.status == JobStatus.SUCCEEDED, row
        file = select(job_files.c.content).where(job_files.c.job_id == row.id)
        async with self.world.asking.world.database.reading() as session:
            return bytes((await session.execute(file)).scalar_one())

    def id(self, kind: Kind, native: object) -> str:
        return ResourceId(self.name, kind, str(native)).encode()

    async def _change(self, name: str, shown: str, wish: Mapping[str, Any]) -> Any:
        kind = name[0].upper() + name[1:]
        operation = f"mutation($input: {kind}Input!) {{ {name}(input: $input) {{ {shown} }} }}"
        found = (await self.ask(operation, input=dict(wish)))[name]
        for one in [found, *found.get("results", ())]:
            assert not one.get("errors"), one["errors"]
        return found


Proof = Callable[[At[Any]], Awaitable[None]]


@dataclass(frozen=True)
class Row:
    """An operation as the catalog spells it, and what proves it.

    `by` is the route that is asked instead, and `why` the reason. `settings` are those of the source.
    """

    line: str
    proof: Proof
    by: str | None = None
    why: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


def nodes(connection: Any) -> list[Any]:
    return [edge["node"] for edge in connection["edges"]]


def spelled(line: str, root: str, known: Collection[str]) -> str | None:
    """Which of the known operations a request is: of several that fit the one with the most words of its own."""
    fitting = [one for one in known if _pattern(one, root).fullmatch(line)]
    return min(fitting, key=lambda one: len(PLACE.findall(one)), default=None)


def _pattern(line: str, root: str) -> re.Pattern[str]:
    method, path = line.split(" ")
    parts = map(re.escape, PLACE.split(path))
    below = "" if path.startswith("/api/") else re.escape(root)
    return re.compile(f"{method} {below}{'[^/?]+'.join(parts)}/?" + r"(\?.*)?")
