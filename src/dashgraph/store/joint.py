"""Small questions of one round go to the server as one statement: there and back once, either side woken once.

Two statements of a few rows cost the client and the server about twice what one does that gives both.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate, pairwise, repeat
from typing import Any, TypeAlias

from dashgraph.domain.rounds import Round, this_round

KEPT = 500  # of what was asked in one round; a statement takes a few kilobytes
USUAL = 3  # times that the same is asked; less often it is not worth a statement of its own
TURNS = 2  # of the loop that others are waited for: in the first they begin, or make tasks that begin in the second
LONGEST = 15_000  # characters of a statement: asyncpg keeps no longer ones prepared
PARAMETER = re.compile(r"'(?:[^']|'')*'|\$(\d+)")  # or a literal, in which nothing is one

Row: TypeAlias = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Question:
    """A statement that gives one row of so many columns, and its parameters."""

    text: str
    parameters: Sequence[Any]
    width: int


@dataclass(frozen=True, slots=True)
class _Asked:
    question: Question
    row: "asyncio.Future[Row | None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def answer(self, row: Row | None) -> None:
        """Hand over what came for it; None when it is to be asked alone."""
        if not self.row.done():
            self.row.set_result(row)


@dataclass(slots=True)
class _Usual:
    """What was asked in one round: how often, and the statement for it."""

    times: int = 0
    text: str = ""


class Joint:
    """Asks the questions of one database. Those of one round that are asked at about the same time go together.

    One that is given up, or goes wrong, has the others asked again alone.
    """

    def __init__(self, rows: Callable[[str, Sequence[Any]], Awaitable[Sequence[Row]]]) -> None:
        """`rows` gives the rows of a statement with these parameters."""
        self._rows = rows
        self._open: dict[Round, list[_Asked]] = {}
        self._usual: OrderedDict[tuple[str, ...], _Usual] = OrderedDict()

    async def row(self, question: Question) -> Row:
        """What it gives. Raises what the database does."""
        here = this_round()
        if here is None:
            return await self.alone(question)
        if here in self._open:
            asked = _Asked(question)
            self._open[here].append(asked)
            found = await asked.row
        else:
            found = await self._first(question, here)
        return await self.alone(question) if found is None else found

    async def _first(self, question: Question, here: Round) -> Row | None:
        others: list[_Asked] = []
        self._open[here] = others
        rows: Sequence[Row | None] = ()
        try:
            try:
                for _ in range(TURNS):
                    await asyncio.sleep(0)
            finally:
                del self._open[here]
            if others:
                rows = await self._together([question, *(one.question for one in others)])
        finally:
            for one, row in zip(others, rows[1:] or repeat(None), strict=False):
                one.answer(row)
        return rows[0] if rows else None

    async def _together(self, questions: Sequence[Question]) -> Sequence[Row]:
        """A row for each; none when they are to be asked alone."""
        usual = self._statement(questions)
        if not usual.text:
            return ()
        try:
            [row] = await self._rows(usual.text, [value for one in questions for value in one.parameters])
        except Exception:  # noqa: BLE001 - whose it is meets it again
            usual.times, usual.text = 0, ""
            return ()
        ends = accumulate((one.width for one in questions), initial=0)
        return [row[start:end] for start, end in pairwise(ends)]

    async def alone(self, question: Question) -> Row:
        """The same, by a statement of its own."""
        [row] = await self._rows(question.text, question.parameters)
        return row

    def _statement(self, questions: Sequence[Question]) -> _Usual:
        """What is known of asking these in one round; it has a text when that is usual."""
        key = tuple(one.text for one in questions)
        usual = self._usual.setdefault(key, _Usual())
        self._usual.move_to_end(key)
        if len(self._usual) > KEPT:
            self._usual.popitem(last=False)
        usual.times += 1
        if usual.times == USUAL:
            text = joined(questions)
            usual.text = text if len(text) <= LONGEST else ""
        return usual


def joined(questions: Sequence[Question]) -> str:
    """A statement whose row has the columns of theirs, and whose parameters are theirs, one after the other."""
    parts: list[str] = []
    before = 0
    for number, one in enumerate(questions):
        parts.append(f"({PARAMETER.sub(partial(_moved, before), one.text)}) AS q{number}")
        before += len(one.parameters)
    return f"SELECT * FROM {', '.join(parts)}"


def _moved(by: int, found: re.Match[str]) -> str:
    return found[0] if found[1] is None else f"${int(found[1]) + by}"
