"""The five fields of a cron expression, and what is wrong with one that is refused.

When both the day of the month and the day of the week are set, a day of either is meant; as for cron everywhere, one
that begins with `*` counts as not set, even `*/2`, and then both must fit.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from cronsim import CronSim

from dashgraph.domain.problems import BadInput

HOURS = 24
LONGEST = 200  # characters of an expression
LONGEST_MONTH = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}  # days; the others have 31
TERM = re.compile(r"(?:\*|(?P<low>[0-9A-Za-z]+)(?:-(?P<high>[0-9A-Za-z]+))?)(?:/(?P<step>[0-9]+))?")
MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


def checked(cron: str) -> str:
    """The expression with one space between its fields. Raises BadInput for what no day can be, or cron cannot say."""
    fields = cron.split()
    if len(cron) > LONGEST:
        raise _refused(f"A cron expression has at most {LONGEST} characters")
    if cron.strip().startswith("@"):
        written = MACROS.get(cron.strip().lower(), "0 9 * * 1")
        raise _refused(f"Write five fields in place of `{cron.strip()}`, like `{written}`")
    if len(fields) != len(FIELDS):
        seconds = "; seconds cannot be set" if len(fields) == len(FIELDS) + 1 else ""
        raise _refused(
            f"A cron expression has five fields (minute, hour, day of the month, month, day of the week), "
            f"like `0 9 * * 1`; this has {len(fields)}{seconds}"
        )
    for field, text in zip(FIELDS, fields, strict=True):
        field.check(text)
    _, _, days, months, _ = fields
    longest = max(LONGEST_MONTH.get(month, 31) for month in parsed(f"0 0 * {months} *").months)
    if min(parsed(f"0 0 {days} * 0").days) > longest:
        raise _refused(f"There is no day `{days}` in the month `{months}`")
    return " ".join(fields)


def parsed(cron: str) -> CronSim:
    """The numbers that the fields of an expression stand for."""
    return CronSim(cron, datetime(2000, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    round: str  # what its numbers begin anew with
    names: tuple[str, ...] = ()  # the first stands for `low`

    def check(self, text: str) -> None:
        """Raises BadInput unless this can stand in the field."""
        for term in text.split(","):
            found = TERM.fullmatch(term)
            if found is None:
                raise self._refused(
                    term,
                    f"use `*`, {self.low} to {self.high}, ranges as 1-5, steps as */2, lists as 1,3; no L, W, #, ?",
                )
            low, high = (None if end is None else self._number(end) for end in found.group("low", "high"))
            if low is not None and high is not None and low > high:
                raise self._refused(term, "a range goes up; write a list, or two ranges")
            if low == high is not None and found["step"] is not None:  # cronsim 2.8 steps on to the end of the round
                raise self._refused(term, f"a step needs a longer range; write `{low}`")
            if found["step"] is not None and not 1 <= int(found["step"]) <= self.high:
                raise self._refused(term, f"a step is 1 to {self.high}, and is counted anew every {self.round}")

    def _number(self, text: str) -> int:
        if text.upper() in self.names:
            return self.names.index(text.upper()) + self.low
        if not (text.isdecimal() and self.low <= int(text) <= self.high):
            names = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
            raise self._refused(text, f"it is {self.low} to {self.high}{names}")
        return int(text)

    def _refused(self, text: str, reason: str) -> BadInput:
        return _refused(f"The {self.name} cannot be `{text}`: {reason}")


MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
FIELDS = (
    _Field("minute", 0, 59, "hour"),
    _Field("hour", 0, 23, "day"),
    _Field("day of the month", 1, 31, "month"),
    _Field("month", 1, 12, "year", MONTHS),
    _Field("day of the week", 0, 7, "week", DAYS),
)


def _refused(message: str) -> BadInput:
    return BadInput(message, argument="cron")
