"""When a schedule runs: a cron expression in a time zone whose clocks change.

What happens when they change follows the manual of Debian's cron, and goes by the hours of the expression. One that
names every hour (`*/15 * * * *`) follows the time that passes: it runs whenever the clocks show a matching minute, so
in both passes of an hour that comes twice, and not at what the clocks skip. Any other names times of the day
(`30 2 * * *`, `*/30 2 * * *`, `0 */6 * * *`): one that is skipped runs as soon as the clocks have gone on, several as
one, and one that comes twice runs the first time.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

from cronsim import CronSim

from dashgraph.domain import cron_fields, cron_words, zones
from dashgraph.domain.cron_fields import HOURS
from dashgraph.domain.problems import BadInput

LEAST = timedelta(minutes=5)  # between two runs
GRACE = timedelta(minutes=15)
MOST_MISSED = 100  # that a lapse names
FORESEEN = timedelta(days=28 * 365 + 7)  # until dates, weekdays and clock changes fall together again
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
NEW_YEAR = datetime(2000, 1, 1, tzinfo=UTC)  # a day like any other


@dataclass(frozen=True, slots=True)
class Lapse:
    """What should have run while nobody looked."""

    catch_up: datetime | None  # the one to run now
    missed: tuple[datetime, ...]  # the latest of the others, in their order
    more: bool  # whether others were missed before these


@dataclass(frozen=True, slots=True)
class Timetable:
    """When something runs. `timetable` makes one of what somebody typed."""

    cron: str
    zone: str

    def after(self, moment: datetime) -> Iterator[datetime]:
        """The moments after this one at which it runs, in UTC. Ends only where fifty years hold none."""
        moment, zone = moment.astimezone(UTC), zones.zone(self.zone)
        clock = zones.shown(moment, zone)
        if len(cron_fields.parsed(self.cron).hours) == HOURS:
            return self._as_time_passes(moment, clock, zone)
        return self._at_times_of_day(moment, clock, zone)

    def between(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """Those of the moments that are not after `until`."""
        return takewhile(lambda at: at <= until, self.after(since))

    def next_runs(self, moment: datetime, count: int) -> list[datetime]:
        """The next moments at which it runs, as the clocks will show them, with their offset from UTC."""
        zone = zones.zone(self.zone)
        found = (at.astimezone(zone) for at in islice(self.after(moment), count))
        # not in the zone itself: Python holds no repeated time of one equal to any moment elsewhere
        return [at.replace(tzinfo=timezone(at.utcoffset() or timedelta())) for at in found]

    def missed(self, since: datetime, until: datetime, grace: timedelta = GRACE) -> Lapse:
        """What came due after `since`, up to `until`: the last is made up for within the grace period, no other is.

        The cost does not grow with the length of the lapse.
        """
        due = self._latest(since, until, MOST_MISSED + 2)
        catch_up = due.pop() if due and until - due[-1] <= grace else None
        return Lapse(catch_up, tuple(due[-MOST_MISSED:]), len(due) > MOST_MISSED)

    def described(self) -> str:
        """The timetable in words: Every Monday at 09:00, Europe/Berlin."""
        said = cron_words.sentence(cron_fields.parsed(self.cron))
        return f"{said or f'At `{self.cron}`'}, {self.zone}"

    def _as_time_passes(self, moment: datetime, clock: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        begin = clock
        while True:
            for found in CronSim(self.cron, begin):
                reached = moment + (found - clock)
                turn = next(zones.turns(zone, moment, reached), None)
                if turn is not None:
                    moment, clock = turn, zones.shown(turn, zone)
                    begin = clock - SECOND  # the time that the clocks turn to can be one at which it runs
                    break
                moment, clock = reached, found
                yield moment
            else:
                return

    def _at_times_of_day(self, moment: datetime, clock: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        for found in CronSim(self.cron, clock):
            at = zones.moment(found, zone)
            if at > moment:
                moment = at
                yield at

    def _latest(self, since: datetime, until: datetime, count: int) -> list[datetime]:
        """The last moments after `since`, up to `until`, found by looking back ever further."""
        back = timedelta(hours=1)
        while True:
            start = until - min(back, until - since)
            found = deque(self.between(start, until), maxlen=count)
            if len(found) == count or start <= since:
                return list(found)
            back *= 4


def timetable(cron: str, zone: str, *, now: datetime, least: timedelta = LEAST) -> Timetable:
    """The timetable that somebody asks for. Raises BadInput, also when two runs would be closer than `least`.

    `least` is a day at the most.
    """
    zones.zone(zone)
    found = Timetable(cron_fields.checked(cron), zone)
    gap, between = _closest(found, now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0), least)
    if gap < least:
        raise BadInput(
            f"Two runs would be {_minutes(gap)} apart ({between}); at least {_minutes(least)} must lie between them",
            argument="cron",
        )
    return found


@lru_cache(maxsize=1000)
def _closest(found: Timetable, since: datetime, least: timedelta) -> tuple[timedelta, str]:
    """The shortest of the times between runs, and when it is; any other when none is shorter than `least`."""
    return min(_gaps(found, since, least), default=(least, ""))


def _gaps(found: Timetable, since: datetime, least: timedelta) -> Iterator[tuple[timedelta, str]]:
    """The times between runs that can be shorter than `least`, each with when it is."""
    parsed = cron_fields.parsed(found.cron)
    times = [
        NEW_YEAR.replace(hour=hour, minute=minute) for hour in sorted(parsed.hours) for minute in sorted(parsed.minutes)
    ]
    for one, next_one in pairwise(times):
        yield next_one - one, f"{one:%H:%M} and {next_one:%H:%M}"
    over_midnight = times[0] + DAY - times[-1]
    if over_midnight < least and _on_consecutive_days(found, since):
        yield over_midnight, f"{times[-1]:%H:%M} and {times[0]:%H:%M} of the next day"
    zone = zones.zone(found.zone)
    for turn in _turns(zone, since):
        for early, late in pairwise(found.between(turn - least, turn + least)):
            clocks = " and ".join(f"{at.astimezone(zone):%H:%M}" for at in (early, late))
            yield late - early, f"{clocks} on {late.astimezone(zone):%Y-%m-%d}, when the clocks change"


@lru_cache(maxsize=100)
def _turns(zone: ZoneInfo, since: datetime) -> tuple[datetime, ...]:
    return tuple(zones.turns(zone, since, since + FORESEEN))


def _on_consecutive_days(found: Timetable, since: datetime) -> bool:
    _, _, *days = found.cron.split()
    dates = takewhile(lambda date: date < since + FORESEEN, CronSim(" ".join(["0", "0", *days]), since))
    return any(late - early == DAY for early, late in pairwise(dates))


def _minutes(length: timedelta) -> str:
    minutes = length // timedelta(minutes=1)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
