"""Time zones: their names, what their clocks show, and when they change.

All come from the `tzdata` package and none from the system, other than `zoneinfo.ZoneInfo(name)` would have it:
replicas on machines of different ages must agree on when a schedule runs, or a run is doubled or lost.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from dashgraph.domain.problems import BadInput

LONGEST_NAME = 60  # characters; the longest zone has 32
SHORTEST_GUESSED = 5  # characters; what is near to PST or GMT+2 is far away
DAY = timedelta(days=1)
RESOLUTION = timedelta(microseconds=1)


@cache
def names() -> frozenset[str]:
    """Every zone that there is."""
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()) - {"Factory"}


def zone(name: str) -> ZoneInfo:
    """The zone of this name. Raises BadInput that suggests another one."""
    if name not in names():
        meant = _nearest(name)
        advice = (
            "use a name like Europe/Berlin or UTC, not an abbreviation or an offset"
            if meant is None
            else f"did you mean {meant}?"
        )
        raise BadInput(f"There is no time zone `{name.strip()[:LONGEST_NAME]}`; {advice}", argument="timezone")
    return _loaded(name)


def shown(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clocks of the zone show at a moment, without an offset."""
    return at.astimezone(zone).replace(tzinfo=None)


def moment(clock: datetime, zone: ZoneInfo) -> datetime:
    """When the clocks first show this, in UTC; for a time that they skip, when they do."""
    first, second = (clock.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return first
    return next(turns(zone, second, first))  # each offset puts a skipped time on the other side


def turns(zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[datetime]:
    """The moments after `since`, up to `until`, at which the clocks change, in UTC.

    Two changes within a day that undo each other would go unseen; no zone has any.
    """
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    offset = _offset(since, zone)
    while since < until:
        early, late = since, min(since + DAY, until)
        since = late
        if _offset(late, zone) == offset:
            continue
        while late - early > RESOLUTION:
            middle = early + (late - early) // 2
            if _offset(middle, zone) == offset:
                early = middle
            else:
                late = middle
        yield late
        since, offset = late, _offset(late, zone)


def _offset(at: datetime, zone: ZoneInfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


@cache
def _loaded(name: str) -> ZoneInfo:
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def _nearest(name: str) -> str | None:
    """The zone that was most likely meant: another spelling of a name or of its city."""
    wanted = name.strip().replace(" ", "_").casefold()
    for each in names():
        if each.casefold() == wanted:
            return each
    if not SHORTEST_GUESSED <= len(wanted) <= LONGEST_NAME or any(c.isdigit() for c in wanted):
        return None
    known = {each.rpartition("/")[2].casefold(): each for each in sorted(names(), reverse=True)}
    known |= {each.casefold(): each for each in names()}
    found = get_close_matches(wanted, known, n=1, cutoff=0.75)
    return known[found[0]] if found else None
