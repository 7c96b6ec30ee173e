"""Timetables: which expressions are taken, when they run, and what clock changes do to them, in every zone."""

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dashgraph.domain import zones
from dashgraph.domain.cron import GRACE, LEAST, MOST_MISSED, Timetable, timetable
from dashgraph.domain.problems import BadInput

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def runs(cron: str, zone: str, since: str, count: int) -> list[str]:
    """The next runs as the clocks show them."""
    return [each.isoformat(timespec="minutes") for each in Timetable(cron, zone).next_runs(at(since), count)]


def refusal(cron: str, zone: str = "UTC", **more: timedelta) -> tuple[str, object]:
    with pytest.raises(BadInput) as caught:
        timetable(cron, zone, now=NOW, **more)
    return caught.value.message, caught.value.facts["argument"]


# what is refused

HINT = "ranges as 1-5, steps as */2, lists as 1,3; no L, W, #, ?"
DAYS = "0 to 7 or SUN to SAT"
FIVE = "A cron expression has five fields (minute, hour, day of the month, month, day of the week), like `0 9 * * 1`;"
REFUSED = {
    "": f"{FIVE} this has 0",
    "0 9 * *": f"{FIVE} this has 4",
    "0 0 9 * * 1": f"{FIVE} this has 6; seconds cannot be set",
    "@reboot": "Write five fields in place of `@reboot`, like `0 9 * * 1`",
    "60 9 * * *": "The minute cannot be `60`: it is 0 to 59",
    "0 24 * * *": "The hour cannot be `24`: it is 0 to 23",
    "0 9 0 * *": "The day of the month cannot be `0`: it is 1 to 31",
    "0 9 * 13 *": "The month cannot be `13`: it is 1 to 12 or JAN to DEC",
    "0 9 * * 8": f"The day of the week cannot be `8`: it is {DAYS}",
    "0 9 * JANUARY *": "The month cannot be `JANUARY`: it is 1 to 12 or JAN to DEC",
    "0 9 * * 1-MOON": f"The day of the week cannot be `MOON`: it is {DAYS}",
    "0 9 L * *": "The day of the month cannot be `L`: it is 1 to 31",
    "0 9 LW * *": "The day of the month cannot be `LW`: it is 1 to 31",
    "0 9 15W * *": "The day of the month cannot be `15W`: it is 1 to 31",
    "0 9 * * 5L": f"The day of the week cannot be `5L`: it is {DAYS}",
    "0 9 * * 1#2": f"The day of the week cannot be `1#2`: use `*`, 0 to 7, {HINT}",
    "0 9 ? * 1": f"The day of the month cannot be `?`: use `*`, 1 to 31, {HINT}",
    "0 9, * * *": f"The hour cannot be ``: use `*`, 0 to 23, {HINT}",
    "0 *-5 * * *": f"The hour cannot be `*-5`: use `*`, 0 to 23, {HINT}",
    "-5 9 * * *": f"The minute cannot be `-5`: use `*`, 0 to 59, {HINT}",
    "0 9 * * \u017fun": f"The day of the week cannot be `\u017fun`: use `*`, 0 to 7, {HINT}",
    "٣ 9 * * *": f"The minute cannot be `٣`: use `*`, 0 to 59, {HINT}",
    "0 9 * * FRI-SUN": "The day of the week cannot be `FRI-SUN`: a range goes up; write a list, or two ranges",
    "9-9/2 9 * * *": "The minute cannot be `9-9/2`: a step needs a longer range; write `9`",
    "*/0 9 * * *": "The minute cannot be `*/0`: a step is 1 to 59, and is counted anew every hour",
    "*/90 * * * *": "The minute cannot be `*/90`: a step is 1 to 59, and is counted anew every hour",
    "0 9 31 2 *": "There is no day `31` in the month `2`",
    "0 9 31 FEB,APR MON": "There is no day `31` in the month `FEB,APR`",
    "0,  " * 60: "A cron expression has at most 200 characters",
}


@pytest.mark.parametrize("cron", REFUSED)
def test_an_expression_that_cannot_be_is_refused_with_what_to_do(cron: str) -> None:
    assert refusal(cron) == (REFUSED[cron], "cron")


@pytest.mark.parametrize(
    ("macro", "sentence"),
    [
        ("@yearly", "On day 1 of January at 00:00"),
        ("@annually", "On day 1 of January at 00:00"),
        ("@monthly", "On day 1 of every month at 00:00"),
        ("@weekly", "Every Sunday at 00:00"),
        ("@daily", "Every day at 00:00"),
        (" @Midnight", "Every day at 00:00"),
        ("@hourly", "Every hour"),
    ],
)
def test_a_macro_is_refused_with_the_fields_that_say_the_same(macro: str, sentence: str) -> None:
    message, _ = refusal(macro)

    written = message.rpartition("like ")[2].strip("`")
    assert message == f"Write five fields in place of `{macro.strip()}`, like `{written}`"
    assert timetable(written, "UTC", now=NOW).described() == f"{sentence}, UTC"


@pytest.mark.parametrize(
    ("zone", "advice"),
    [
        ("europe/berlin", "did you mean Europe/Berlin?"),
        ("Europe/Berln", "did you mean Europe/Berlin?"),
        ("New York", "did you mean America/New_York?"),
        ("utc", "did you mean UTC?"),
        ("PST", None),
        ("GMT+2", None),  # Etc/GMT+2 is near, and two hours west
        ("+02:00", None),
        ("../../etc/passwd", None),
        ("Factory", None),
        ("x" * 1000, None),
        ("", None),
    ],
)
def test_an_unknown_zone_is_refused_with_the_nearest_one(zone: str, advice: str | None) -> None:
    usual = "use a name like Europe/Berlin or UTC, not an abbreviation or an offset"

    assert refusal("0 9 * * *", zone) == (f"There is no time zone `{zone[:60]}`; {advice or usual}", "timezone")


def test_every_zone_of_the_package_is_taken() -> None:
    assert len(zones.names()) > 500
    for name in zones.names():
        assert Timetable("0 9 * * *", name).next_runs(NOW, 1)[0].hour == 9


TOO_FINE = {
    ("*/7 * * * *", "UTC"): "4 minutes apart (00:56 and 01:00)",
    ("2,58 * * * *", "UTC"): "4 minutes apart (00:58 and 01:02)",
    ("* 9 * * *", "UTC"): "1 minute apart (09:00 and 09:01)",
    ("1,59 0,23 1,2 * *", "UTC"): "2 minutes apart (23:59 and 00:01 of the next day)",
    ("1,59 0,23 29,1 2,3 *", "UTC"): "2 minutes apart (23:59 and 00:01 of the next day)",  # from a leap day on
    ("57 1,2 * * *", "Europe/Berlin"): "3 minutes apart (01:57 and 03:00 on 2026-03-29, when the clocks change)",
    ("57 1,2 25 3 *", "Europe/Berlin"): "3 minutes apart (01:57 and 03:00 on 2029-03-25, when the clocks change)",
    ("32,57 * * * *", "Australia/Lord_Howe"): None,
    ("32,58 * * * *", "Australia/Lord_Howe"): (
        "4 minutes apart (01:58 and 01:32 on 2026-04-05, when the clocks change)"
    ),
}


@pytest.mark.parametrize(("cron", "zone"), TOO_FINE)
def test_runs_closer_than_allowed_are_refused_with_the_closest_two(cron: str, zone: str) -> None:
    found = TOO_FINE[cron, zone]
    if found is None:
        assert timetable(cron, zone, now=NOW)
    else:
        assert refusal(cron, zone) == (
            f"Two runs would be {found}; at least 5 minutes must lie between them",
            "cron",
        )


def test_what_never_comes_together_is_not_too_fine() -> None:
    assert timetable("1,59 0,23 * * 1", "UTC", now=NOW)  # Mondays do not follow each other
    assert timetable("1,59 0,23 1,3 * *", "UTC", now=NOW)
    assert timetable("57 1,2 24 3 *", "Europe/Berlin", now=NOW)  # the clocks change on the 25th at the earliest
    assert timetable("57 1,2 * * *", "Asia/Tokyo", now=NOW)
    assert timetable("57 * * * *", "Europe/Berlin", now=NOW)
    assert timetable("*/5 * * * *", "Europe/Berlin", now=NOW)


def test_the_least_time_between_runs_can_be_another() -> None:
    assert refusal("*/30 * * * *", least=HOUR)[0] == (
        "Two runs would be 30 minutes apart (00:00 and 00:30); at least 60 minutes must lie between them"
    )
    assert timetable("0 * * * *", "Europe/Berlin", now=NOW, least=HOUR)
    assert timetable("* * * * *", "Europe/Berlin", now=NOW, least=MINUTE)


def test_an_expression_is_kept_with_single_spaces() -> None:
    assert timetable(" 0\t9 *  * mon-fri\n", "UTC", now=NOW) == Timetable("0 9 * * mon-fri", "UTC")


# when it runs


@pytest.mark.parametrize(
    ("cron", "days"),
    [
        ("0 9 13 * 5", ["01-02", "01-09", "01-13", "01-16", "01-23"]),  # either
        ("0 9 */2 * 1", ["01-05", "01-19", "02-09", "02-23", "03-09"]),  # both: a field with a star is not set
        ("0 9 * * 7", ["01-04", "01-11", "01-18", "01-25", "02-01"]),
        ("0 9 * * sun", ["01-04", "01-11", "01-18", "01-25", "02-01"]),
        ("0 9 * Feb-Mar/2 4-5", ["02-05", "02-06", "02-12", "02-13", "02-19"]),
        ("0 9 31 * *", ["01-31", "03-31", "05-31", "07-31", "08-31"]),
        ("0 9 29/2 * *", ["01-29", "01-31", "03-29", "03-31", "04-29"]),
        ("0 9 29 2 *", ["02-29"] * 5),
    ],
)
def test_a_timetable_runs_on_the_days_of_its_expression(cron: str, days: list[str]) -> None:
    assert [each[5:10] for each in runs(cron, "UTC", "2026-01-01T00:00Z", 5)] == days


CHANGES = {
    "a time that is skipped runs when the clocks have gone on": (
        ("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00Z"),
        ["2026-03-28T02:30+01:00", "2026-03-29T03:00+02:00", "2026-03-30T02:30+02:00"],
    ),
    "several that are skipped run as one": (
        ("*/15 2,3 * * *", "Europe/Berlin", "2026-03-29T00:00Z"),
        ["2026-03-29T03:00+02:00", "2026-03-29T03:15+02:00", "2026-03-29T03:30+02:00", "2026-03-29T03:45+02:00"],
    ),
    "a time that comes twice runs the first time": (
        ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z"),
        ["2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"],
    ),
    "and not again for who asks between the two": (
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T01:15Z"),
        ["2026-10-26T02:30+01:00", "2026-10-27T02:30+01:00"],
    ),
    "every hour is every hour when the clocks go on": (
        ("30 * * * *", "Europe/Berlin", "2026-03-29T00:00Z"),
        ["2026-03-29T01:30+01:00", "2026-03-29T03:30+02:00"],
    ),
    "and when they go back": (
        ("*/30 * * * *", "Europe/Berlin", "2026-10-24T23:45Z"),
        ["2026-10-25T02:00+02:00", "2026-10-25T02:30+02:00", "2026-10-25T02:00+01:00", "2026-10-25T02:30+01:00"],
    ),
    "some hours are times of the day": (
        ("0 */2 * * *", "Europe/Berlin", "2026-10-24T22:00Z"),
        ["2026-10-25T02:00+02:00", "2026-10-25T04:00+01:00"],
    ),
    "clocks can go on by half an hour": (
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-02T20:00Z"),
        ["2026-10-04T02:30+11:00", "2026-10-05T02:15+11:00"],
    ),
    "and back by it": (
        ("*/30 * * * *", "Australia/Lord_Howe", "2026-04-04T14:15Z"),
        ["2026-04-05T01:30+11:00", "2026-04-05T01:30+10:30", "2026-04-05T02:00+10:30"],
    ),
    "midnight can be skipped": (
        ("0 0 * * 0", "Asia/Beirut", "2026-03-28T12:00Z"),
        ["2026-03-29T01:00+03:00", "2026-04-05T00:00+03:00"],
    ),
    "the end of a day can come twice": (
        ("30 23 24 10 *", "America/Nuuk", "2026-10-24T12:00Z"),
        ["2026-10-24T23:30-01:00", "2027-10-24T23:30-01:00"],
    ),
    "a whole day can be skipped": (
        ("0 9 * * *", "Pacific/Apia", "2011-12-28T20:00Z"),
        ["2011-12-29T09:00-10:00", "2011-12-31T00:00+14:00", "2011-12-31T09:00+14:00"],
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_clock_changes(case: str) -> None:
    (cron, zone, since), expected = CHANGES[case]

    assert runs(cron, zone, since, len(expected)) == expected


def test_the_next_run_is_after_the_moment_and_not_at_it() -> None:
    daily = Timetable("0 9 * * *", "UTC")

    assert next(daily.after(at("2026-01-01T08:59:59.999999Z"))) == at("2026-01-01T09:00Z")
    assert next(daily.after(at("2026-01-01T09:00Z"))) == at("2026-01-02T09:00Z")
    assert next(daily.after(at("2026-01-01T09:00:00.000001Z"))) == at("2026-01-02T09:00Z")
    assert next(Timetable("*/5 * * * *", "UTC").after(at("2026-01-01T09:00:00.5Z"))) == at("2026-01-01T09:05Z")


# every clock change that is known of, against a walk that knows nothing of cron

FIRST, LAST = at("2020-01-01T00:00Z"), at("2036-01-01T00:00Z")
PARTS = 8  # as many tests, so that all cores have one


def distinct_zones() -> list[str]:
    """One name for each set of rules; the package holds a copy under each other one."""
    rules = files("tzdata") / "zoneinfo"
    return sorted({rules.joinpath(*name.split("/")).read_bytes(): name for name in sorted(zones.names())}.values())


@cache
def changes(name: str, step: timedelta = 12 * HOUR) -> list[datetime]:
    """The first minute of each new offset, found by looking at the clocks every so often, then every minute."""
    zone, found = zones.zone(name), []
    looks = [FIRST + number * step for number in range((LAST - FIRST) // step + 1)]
    offsets = [look.astimezone(zone).utcoffset() for look in looks]
    for number, look in enumerate(looks[:-1]):
        if offsets[number] != offsets[number + 1]:
            minutes = [look + minute * MINUTE for minute in range(step // MINUTE + 1)]
            shown = [minute.astimezone(zone).utcoffset() for minute in minutes]
            found += [minutes[at] for at in range(1, len(minutes)) if shown[at] != shown[at - 1]]
    return found


@dataclass(frozen=True)
class Shown:
    """What the clocks show in one minute, and what they left out right before it."""

    at: datetime
    clock: datetime
    again: bool
    skipped: tuple[datetime, ...]


def walk(minutes: Iterable[tuple[datetime, datetime]]) -> list[Shown]:
    """A look at each minute, and at what the clocks show in it."""
    found: list[Shown] = []
    seen: set[datetime] = set()
    for at, clock in minutes:
        before = found[-1].clock if found else clock
        skipped = tuple(before + minute * MINUTE for minute in range(1, (clock - before) // MINUTE))
        found.append(Shown(at, clock, clock in seen, skipped))
        seen.add(clock)
    return found


@dataclass(frozen=True)
class Wish:
    """An expression of plain lists, and what it says."""

    minutes: frozenset[int]
    hours: frozenset[int] = frozenset(range(24))
    date: tuple[int, int] | None = None

    @property
    def cron(self) -> str:
        lists = (",".join(map(str, sorted(values))) for values in (self.minutes, self.hours))
        return " ".join([*lists, *(map(str, self.date) if self.date else "**"), "*"])

    def fits(self, clock: datetime) -> bool:
        return (
            clock.minute in self.minutes and clock.hour in self.hours and self.date in {None, (clock.day, clock.month)}
        )

    def expected(self, walked: list[Shown]) -> list[datetime]:
        if len(self.hours) == 24:
            return [one.at for one in walked if self.fits(one.clock)]
        return [
            one.at
            for one in walked
            if (self.fits(one.clock) and not one.again) or any(self.fits(clock) for clock in one.skipped)
        ]


def wishes(before: datetime, after: datetime) -> list[Wish]:
    """Expressions of each sort that clocks can concern that go from one time to another."""
    most = frozenset(range(24)) - {(before.hour + 9) % 24}
    half, odd = frozenset({0, 30}), frozenset({7, 29, 58})
    edges = [before, before + MINUTE, after, (before + MINUTE).replace(minute=17)]
    dates = {(edge.day, edge.month) for edge in edges[1:3]}
    return [
        *(Wish(minutes, hours) for minutes in (half, odd) for hours in (frozenset(range(24)), most)),
        *(wish for date in dates for wish in (Wish(half, date=date), Wish(odd, most, date))),
        *(Wish(frozenset({edge.minute}), frozenset({edge.hour})) for edge in edges),
    ]


@cache
def expectations(
    change: datetime, before: timedelta, after: timedelta
) -> tuple[datetime, datetime, list[tuple[str, list[datetime]]]]:
    """Expressions, and when they run from an hour before a change of the offset until all is as before."""
    since, until = change - HOUR, change + abs(after - before) + HOUR
    first = since - abs(after - before)  # what comes twice was shown since
    minutes = (first + number * MINUTE for number in range((until - first) // MINUTE + 1))
    walked = walk((at, at.replace(tzinfo=None) + (before if at < change else after)) for at in minutes)
    clock = change.replace(tzinfo=None)
    found = wishes(clock + before - MINUTE, clock + after)
    return since, until, [(wish.cron, [at for at in wish.expected(walked) if at > since]) for wish in found]


def disagreements(names: Iterable[str], step: timedelta = 12 * HOUR) -> tuple[int, list[str]]:
    """How many changes were walked, and which expressions ran otherwise than the walk says."""
    count, wrong = 0, []
    for name in names:
        zone = zones.zone(name)
        for change in changes(name, step):
            count += 1
            before, after = ((at.astimezone(zone).utcoffset() or timedelta()) for at in (change - MINUTE, change))
            since, until, found = expectations(change, before, after)
            wrong += [
                f"{cron} in {name} at {change}"
                for cron, expected in found
                if list(Timetable(cron, name).between(since, until)) != expected
            ]
    return count, wrong


@pytest.mark.parametrize("part", range(PARTS))
def test_every_clock_change_of_every_zone_from_2020_to_2035_agrees_with_a_walk_over_its_minutes(part: int) -> None:
    count, wrong = disagreements(distinct_zones()[part::PARTS])

    assert count > 100
    assert wrong == []


# any expression

EDGES = ["Europe/Berlin", "Australia/Lord_Howe", "America/Nuuk", "Asia/Beirut", "Africa/Casablanca", "Antarctica/Troll"]
ZONES = st.sampled_from(EDGES) | st.sampled_from(sorted(zones.names()))


def moments(zone: str) -> st.SearchStrategy[datetime]:
    """Any minute from 2020 to 2035, often one shortly before the clocks change."""
    anywhen = st.integers(0, (LAST - FIRST) // MINUTE).map(lambda minutes: FIRST + minutes * MINUTE)
    return anywhen | st.sampled_from([change - 2 * HOUR for change in changes(zone)] or [FIRST])


PLACES = ZONES.flatmap(lambda zone: st.tuples(st.just(zone), moments(zone)))


@st.composite
def fields(draw: st.DrawFn, low: int, high: int) -> tuple[str, frozenset[int]]:
    """A field, and the numbers that it stands for."""
    terms, numbers = [], set[int]()
    for _ in range(draw(st.integers(1, 3))):
        first, last = sorted(draw(st.sets(st.integers(low, high), min_size=2, max_size=2)))
        step = draw(st.integers(1, high))
        some = [
            (f"{first}", [first]),
            (f"{first}-{last}", range(first, last + 1)),
            (f"{first}-{last}/{step}", range(first, last + 1, step)),
            (f"{first}/{step}", range(first, high + 1, step)),
            (f"*/{step}", range(low, high + 1, step)),
        ]
        text, values = draw(st.sampled_from(some))
        terms.append(text)
        numbers |= set(values)
    return ",".join(terms), frozenset(numbers)


def any_or(low: int, high: int, *, mostly: int) -> st.SearchStrategy[tuple[str, frozenset[int]]]:
    return st.one_of(*[st.just(("*", frozenset(range(low, high + 1))))] * mostly, fields(low, high))


@given(fields(0, 59), any_or(0, 23, mostly=1), any_or(1, 31, mostly=4), any_or(1, 12, mostly=4), PLACES)
@settings(max_examples=400)
def test_every_run_is_at_what_the_expression_says_or_right_after_what_the_clocks_skip(
    minute: tuple[str, frozenset[int]],
    hour: tuple[str, frozenset[int]],
    day: tuple[str, frozenset[int]],
    month: tuple[str, frozenset[int]],
    place: tuple[str, datetime],
) -> None:
    name, since = place
    cron = " ".join([minute[0], hour[0], day[0], month[0], "*"])
    assume(min(day[1]) < 30)  # there are impossible dates among the others
    zone = zones.zone(name)

    def fits(clock: datetime) -> bool:
        return clock.minute in minute[1] and clock.hour in hour[1] and clock.day in day[1] and clock.month in month[1]

    found = list(islice(Timetable(cron, name).after(since), 20))

    assert len(found) == 20
    assert all(early < late for early, late in pairwise([since, *found]))
    for run in found:
        shown = walk((at, at.astimezone(zone).replace(tzinfo=None)) for at in (run - MINUTE, run))[-1]
        if not fits(shown.clock):
            assert len(hour[1]) < 24
            assert any(fits(clock) for clock in shown.skipped)


@given(
    st.sets(st.integers(0, 59), min_size=1, max_size=2),
    st.sets(st.integers(0, 4) | st.integers(0, 23), min_size=1, max_size=6),
    st.sampled_from(["* * *", "* * 0", "25-31 3,10 *", "* 3,4,9,10,11 *"]),
    st.sampled_from([LEAST, 20 * MINUTE, HOUR]),
    ZONES,
)
def test_what_is_taken_never_runs_closer_than_allowed(
    minutes: set[int], hours: set[int], days: str, least: timedelta, zone: str
) -> None:
    wish = " ".join([",".join(map(str, sorted(minutes))), ",".join(map(str, sorted(hours))), days])
    try:
        found = timetable(wish, zone, now=NOW, least=least)
    except BadInput:
        assume(False)

    assert all(late - early >= least for early, late in pairwise(found.between(NOW, NOW + 40 * DAY)))
    for change in changes(zone):
        around = found.between(change - 2 * HOUR, change + 2 * HOUR)
        assert change < NOW or all(late - early >= least for early, late in pairwise(around))


# what was missed


def test_one_run_is_made_up_for_within_the_grace_period_and_the_others_are_missed() -> None:
    often = Timetable("*/5 * * * *", "UTC")

    lapse = often.missed(at("2026-01-01T09:00Z"), at("2026-01-01T09:17Z"))

    assert lapse.catch_up == at("2026-01-01T09:15Z")
    assert lapse.missed == (at("2026-01-01T09:05Z"), at("2026-01-01T09:10Z"))
    assert lapse.more is False


def test_a_run_is_due_at_its_own_moment() -> None:
    lapse = Timetable("0 9 * * *", "UTC").missed(at("2026-01-01T09:00Z"), at("2026-01-02T09:00Z"))

    assert (lapse.catch_up, lapse.missed) == (at("2026-01-02T09:00Z"), ())


def test_nothing_is_made_up_for_after_the_grace_period() -> None:
    daily, due = Timetable("0 9 * * *", "UTC"), at("2026-01-02T09:00Z")

    assert daily.missed(NOW, due + GRACE).catch_up == due
    late = daily.missed(NOW, due + GRACE + timedelta(seconds=1))

    assert (late.catch_up, late.missed, late.more) == (None, (at("2026-01-01T09:00Z"), due), False)
    assert daily.missed(NOW, due + HOUR, grace=HOUR).catch_up == due


def test_nothing_is_missed_when_nothing_was_due() -> None:
    daily = Timetable("0 9 * * *", "UTC")

    for until in ("2026-01-01T08:59Z", "2025-01-01T00:00Z"):
        lapse = daily.missed(NOW, at(until))
        assert (lapse.catch_up, lapse.missed, lapse.more) == (None, (), False)


@pytest.mark.parametrize(("runs_before", "more"), [(MOST_MISSED, False), (MOST_MISSED + 1, True), (10**7, True)])
def test_of_a_long_lapse_the_latest_are_named(runs_before: int, more: bool) -> None:
    minutely, now = Timetable("* * * * *", "Europe/Berlin"), at("2026-01-01T09:00:30Z")

    lapse = minutely.missed(now - runs_before * MINUTE - MINUTE, now)

    assert lapse.catch_up == at("2026-01-01T09:00Z")
    assert lapse.missed == tuple(lapse.catch_up - number * MINUTE for number in range(MOST_MISSED, 0, -1))
    assert lapse.more is more


# what is shown


@pytest.mark.parametrize(
    ("cron", "sentence"),
    [
        ("0 9 * * 1", "Every Monday at 09:00"),
        ("0 9,17 * * *", "Every day at 09:00 and 17:00"),
        ("0 */6 * * *", "Every day at 00:00, 06:00, 12:00 and 18:00"),
        ("0 9 * * 1-5", "Monday to Friday at 09:00"),
        ("0 9 * * 0,6", "Every Saturday and Sunday at 09:00"),
        ("0 9 * * mon,wed,fri", "Every Monday, Wednesday and Friday at 09:00"),
        ("0 9 * JAN 1", "Every Monday in January at 09:00"),
        ("30 7 1 * *", "On day 1 of every month at 07:30"),
        ("0 9 1,15 */6 *", "On days 1 and 15 of January and July at 09:00"),
        ("0 9 * 12 *", "Every day in December at 09:00"),
        ("0 9 1-31 * 1", "Every day at 09:00"),  # either
        ("0 9 13 * 0-6", "Every day at 09:00"),
        ("0 9 13 * */1", "On day 13 of every month at 09:00"),  # both
        ("* * * * *", "Every minute"),
        ("*/15 * * * *", "Every 15 minutes"),
        ("5/15 * * * *", "Every 15 minutes from minute 5"),
        ("0 * * * *", "Every hour"),
        ("20 * * * *", "Every hour at minute 20"),
        ("0 */2 * * *", "Every 2 hours from 00:00"),
        ("*/15 9-17 * * 1-5", "Every 15 minutes from 09:00 to 17:45, Monday to Friday"),
        ("30 9-17 1 * *", "Every hour from 09:30 to 17:30, on day 1 of every month"),
        ("*/25 * * * *", "At `*/25 * * * *`"),
        ("0 9 13 * 5", "At `0 9 13 * 5`"),
        ("0 9 */3 * *", "At `0 9 */3 * *`"),
        ("0 9 * 1-6 *", "At `0 9 * 1-6 *`"),
        ("0,20 1,5,7 * * *", "At `0,20 1,5,7 * * *`"),
    ],
)
def test_a_timetable_says_what_it_is(cron: str, sentence: str) -> None:
    assert Timetable(cron, "Europe/Berlin").described() == f"{sentence}, Europe/Berlin"


def test_zones_are_those_of_the_package_whatever_the_machine_has(tmp_path: Path) -> None:
    other = files("tzdata") / "zoneinfo" / "Asia" / "Tokyo"
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "Berlin").write_bytes(other.read_bytes())
    script = """if True:
        from datetime import UTC, datetime
        from zoneinfo import ZoneInfo
        from dashgraph.domain.cron import Timetable
        since = datetime(2026, 1, 1, tzinfo=UTC)
        print(since.astimezone(ZoneInfo("Europe/Berlin")).utcoffset())
        print(Timetable("0 9 * * *", "Europe/Berlin").next_runs(since, 1)[0].utcoffset())
    """

    done = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONTZPATH": str(tmp_path)}, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["9:00:00", "1:00:00"]
