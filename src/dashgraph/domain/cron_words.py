"""Cron expressions as sentences, as far as they have one that people say."""

from cronsim import CronSim

from dashgraph.domain.cron_fields import HOURS

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
MINUTES = 60  # of an hour
LONGEST_MONTH = 31  # days
MOST_LISTED = 4  # times, days or months; a longer list says less than the expression


def sentence(cron: CronSim) -> str | None:
    """What the expression says, like `Every Monday at 09:00`. None when that is not said in a few words."""
    days, times = _days(cron), _times(cron)
    if days is None or times is None:
        return None
    if times.startswith("at "):
        return f"{days[0].upper()}{days[1:]} {times}"
    each_day = days == "every day"
    return times[0].upper() + times[1:] + ("" if each_day else f", {days}")


def _times(cron: CronSim) -> str | None:
    minutes, hours = sorted(cron.minutes), sorted(cron.hours)
    if len(minutes) * len(hours) <= MOST_LISTED:
        return "at " + _listed([f"{hour:02}:{minute:02}" for hour in hours for minute in minutes])
    step, through = _step(minutes, MINUTES), hours == list(range(hours[0], hours[-1] + 1))
    if step is not None and through:
        every = {1: "every minute", MINUTES: "every hour"}.get(step, f"every {step} minutes")
        if len(hours) < HOURS:
            return f"{every} from {hours[0]:02}:{minutes[0]:02} to {hours[-1]:02}:{minutes[-1]:02}"
        return every if minutes[0] == 0 else f"{every} {'at' if step == MINUTES else 'from'} minute {minutes[0]}"
    step = _step(hours, HOURS)
    return f"every {step} hours from {hours[0]:02}:{minutes[0]:02}" if step and len(minutes) == 1 else None


def _days(cron: CronSim) -> str | None:
    days, months = sorted(cron.days), sorted(cron.months)
    weekdays = sorted({(day - 1) % 7 for day in cron.weekdays if isinstance(day, int)})
    each_day, each_weekday = len(days) == LONGEST_MONTH, len(weekdays) == len(DAYS)
    each_month = len(months) == len(MONTHS)
    if not each_month and len(months) > MOST_LISTED:
        return None
    of = "" if each_month else f" in {_listed([MONTHS[month - 1] for month in months])}"
    if (each_day and each_weekday) or (not cron.day_and and (each_day or each_weekday)):
        return f"every day{of}"
    if each_day:
        return _weekdays(weekdays) + of
    if not each_weekday or len(days) > MOST_LISTED:
        return None
    which = f"on day{'s' if len(days) > 1 else ''} {_listed([str(day) for day in days])}"
    return f"{which} of every month" if each_month else f"{which}{of.replace(' in ', ' of ', 1)}"


def _weekdays(days: list[int]) -> str:
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):  # noqa: PLR2004 (two are better listed)
        return f"{DAYS[days[0]]} to {DAYS[days[-1]]}"
    return f"every {_listed([DAYS[day] for day in days])}"


def _step(values: list[int], round_of: int) -> int | None:
    """The step at which the values go evenly through all of the round."""
    step = round_of // len(values)
    return step if values == list(range(values[0], round_of, step)) and step * len(values) == round_of else None


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
