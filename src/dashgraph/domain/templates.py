"""What `{{$today}}` and its like stand for in the texts of a delivery: a closed set of variables, nothing else.

A text is read once: what a variable stands for is never read as a template again.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime

from dashgraph.domain import zones

VARIABLES = ("$today", "$now", "$dashboard", "$owner", "$schedule", "$alert")
PLACE = re.compile(r"\{\{([^{}]*)\}\}")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # whatever the locale of the process
CONTROL = "Cc"  # the category of control characters in Unicode


def values(at: datetime, zone: str, *, dashboard: str, owner: str, schedule: str) -> dict[str, str]:
    """What the variables stand for in a run at this moment, as the clocks of the zone show it.

    `schedule` is the name of the schedule or of the alert; either word stands for it.
    """
    local = at.astimezone(zones.zone(zone))
    today = f"{local.date()} {WEEKDAYS[local.weekday()]}"
    offset = local.isoformat(timespec="minutes")[-len("+00:00") :]
    return {
        "$today": today,
        "$now": f"{today} {local:%H:%M} {offset}",
        "$dashboard": dashboard,
        "$owner": owner,
        "$schedule": schedule,
        "$alert": schedule,
    }


def render(text: str, values: Mapping[str, str]) -> str:
    """The text with the values in place of the variables. Unknown variables stay as they are written."""

    def value(place: re.Match[str]) -> str:
        name = place[1].strip()
        return values[name] if name in VARIABLES else place[0]

    return PLACE.sub(value, text)


def render_header(text: str, values: Mapping[str, str]) -> str:
    """The same for a subject or another header: on one line, without control characters."""
    on_lines = "".join(" " if unicodedata.category(c) == CONTROL else c for c in render(text, values))
    return " ".join(on_lines.split())


def unknown(text: str) -> list[str]:
    """What stands in the text like a variable and is none, each once; for a warning."""
    found = (place for place in PLACE.finditer(text) if place[1].strip() not in VARIABLES)
    return list(dict.fromkeys(place[0] for place in found))
