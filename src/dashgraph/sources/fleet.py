"""All configured sources at once: who is asked, side by side, and one failing alone."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from dashgraph.domain.changes import Change
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.observing import FAILED, OK, Batch, following
from dashgraph.domain.problems import BadInput, Problem, UnsupportedBySource
from dashgraph.domain.rows import Columns
from dashgraph.sources.port import Source, Tables

T = TypeVar("T")


class Fleet:
    """The sources by name, in the order of the configuration."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources = {source.name: source for source in sources}

    def named(self, names: Sequence[str] | None) -> list[Source]:
        """The sources of these names, or all. A name that is not configured is the caller's mistake."""
        if names is None:
            return list(self._sources.values())
        unknown = [name for name in names if name not in self._sources]
        if unknown:
            known = ", ".join(self._sources)
            message = f"There is no source named {unknown[0]!r}; the configured ones are: {known}."
            raise BadInput(message)
        return [self._sources[name] for name in dict.fromkeys(names)]

    def able(self, change: Change) -> Source:
        """The source that a change is about, if it can make it; else the reason that it gives. Asks nobody."""
        [source] = self.named([change.source])
        reason = source.card.refusal(change.NEEDS, change.mutation)
        if reason is not None:
            message = f"{source.name} cannot do this: {reason}."
            raise UnsupportedBySource(message, source=source.name)
        return source

    async def by_source(
        self,
        question: str,
        ids: Iterable[ResourceId],
        ask: Callable[[Source, list[str]], Awaitable[Mapping[str, T]]],
    ) -> dict[ResourceId, T | Problem]:
        """Ask each source once for all of its ids, side by side. `question` is what those who look on call it.

        Ids of sources that are not configured are absent; every id of a source that failed has its problem.
        """
        groups: dict[str, list[ResourceId]] = {}
        for one in dict.fromkeys(ids):
            if one.source in self._sources:
                groups.setdefault(one.source, []).append(one)

        async def of(name: str, group: list[ResourceId]) -> dict[ResourceId, T | Problem]:
            natives = [one.native for one in group]
            try:
                found = await _followed(Batch(question, name, len(group)), ask(self._sources[name], natives))
            except Problem as problem:
                return dict.fromkeys(group, problem)
            return {one: found[one.native] for one in group if one.native in found}

        answers = await asyncio.gather(*(of(name, group) for name, group in groups.items()))
        return {one: value for answer in answers for one, value in answer.items()}

    async def each(
        self, question: str, sources: Sequence[Source], ask: Callable[[Source], Awaitable[T]]
    ) -> list[tuple[Source, T | Problem]]:
        """Ask each of these sources the same, side by side."""

        async def of(source: Source) -> tuple[Source, T | Problem]:
            try:
                return source, await _followed(Batch(question, source.name, 1), ask(source))
            except Problem as problem:
                return source, problem

        return await asyncio.gather(*(of(source) for source in sources))

    async def columns(
        self, question: str, name: str, keys: int, ask: Callable[[Tables], Awaitable[Columns]]
    ) -> Columns:
        """Ask one source for rows. Raises its problem."""
        tables = self._sources[name].tables
        if tables is None:
            message = f"{name} gives no rows"
            raise TypeError(message)
        return await _followed(Batch(question, name, keys), ask(tables))


async def _followed(batch: Batch, answer: Awaitable[T]) -> T:
    """The answer to a batch, with how that went told to those who look on."""
    with following(batch):
        try:
            found = await answer
        except Problem as problem:
            batch.status = problem.code
            raise
        except Exception:
            batch.status = FAILED
            raise
        batch.status = OK
        return found
