"""Why a change was not done, as data: members of one interface, so that an old client survives a new one."""

import asyncio
from collections.abc import Sequence
from typing import Any

import strawberry

from dashgraph.domain import problems
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.folders import FOLDER
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.lists import Lookup
from dashgraph.domain.user_changes import MOST_NAMED
from dashgraph.domain.viewers import Reach, TokenScope
from dashgraph.graph.dashboards import Dashboard
from dashgraph.graph.folders import Folder
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.nodes import fetch


@strawberry.interface(description="Why a change was not done.")
class UserError:
    message: str = strawberry.field(description="For people: what happened and what can be done.")
    code: str = strawberry.field(description="For programs: the kind of problem.")
    path: list[str] = strawberry.field(description="The part of the input that it is about; empty for all of it.")


@strawberry.type(description="The input cannot be: it must be changed.")
class InvalidInput(UserError):
    pass


@strawberry.type(description="You may not do this.")
class NotAllowed(UserError):
    pass


@strawberry.type(description="Something that the input names is not there, or is hidden from you.")
class NotThere(UserError):
    pass


@strawberry.type(description="Something else is in the way.")
class InTheWay(UserError):
    pass


@strawberry.type(description="The thing has changed since you looked.")
class StaleRevision(UserError):
    current: int = strawberry.field(description="The revision it is at now.")


@strawberry.type(description="The source cannot do this.")
class UnsupportedBySource(UserError):
    source: str | None = strawberry.field(description="The name of the source.")


@strawberry.type(description="The source did not answer; nothing was changed as far as is known. Try again.")
class SourceSilent(UserError):
    source: str | None = strawberry.field(description="The name of the source.")


@strawberry.type(description="Somebody owns content that needs another owner first.")
class StillOwns(UserError):
    owned: strawberry.Private[Sequence[ResourceId]]
    loaders: strawberry.Private[Loaders]
    count: int = strawberry.field(description="How many dashboards and folders it is in all.")

    @strawberry.field(
        description=f"Dashboards among it, as far as your token shows them; at most {MOST_NAMED}, so without pages."
    )
    async def dashboards(self) -> list[Dashboard] | None:
        return await self._named(DASHBOARD)

    @strawberry.field(
        description=f"Folders among it, as far as your token shows them; at most {MOST_NAMED}, so without pages."
    )
    async def folders(self) -> list[Folder] | None:
        return await self._named(FOLDER)

    async def _named(self, lookup: Lookup[Any]) -> list[Any]:
        viewer = self.loaders.viewer
        everything = viewer.is_admin and TokenScope.ADMIN_READ in viewer.scopes
        loaders = self.loaders.within(Reach.ALL) if everything else self.loaders
        found = await asyncio.gather(*(fetch(loaders, lookup, one) for one in self.owned if one.kind is lookup.of))
        return [one for one in found if one is not None]


ERRORS: dict[type[problems.Problem], type[UserError]] = {
    problems.StaleRevision: StaleRevision,
    problems.StillOwns: StillOwns,
    problems.UnsupportedBySource: UnsupportedBySource,
    problems.SourceUnavailable: SourceSilent,
    problems.NotFound: NotThere,
    problems.Forbidden: NotAllowed,
    problems.Conflict: InTheWay,
    problems.BadInput: InvalidInput,
}


def told(problem: problems.Problem, loaders: Loaders) -> UserError:
    """The problem as a member of UserError. Its facts become the fields of the same names."""
    kind = next(shown for known, shown in ERRORS.items() if isinstance(problem, known))
    names = {"current", "source"} & set(kind.__annotations__)
    facts: dict[str, Any] = {name: problem.facts.get(name) for name in names}
    if isinstance(problem, problems.StillOwns):
        facts = {"owned": problem.owned, "count": problem.count, "loaders": loaders}
    argument = problem.facts.get("argument")
    return kind(
        message=problem.message, code=problem.code, path=[str(argument)] if argument is not None else [], **facts
    )
