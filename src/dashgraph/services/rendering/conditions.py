"""The filters of a dashboard in words: `Region is Nordics or Iberia`, `Order date in the last 3 months`."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashgraph.domain.dash import Filter, Jaql, JsonObject

MOST_MEMBERS = 6  # named one by one; the rest is counted
DEEPEST = 5  # conditions within conditions
MIDNIGHT = re.compile(r"(\d{4})(-\d\d)?(-\d\d)?T00:00:00(\.0+)?Z?")
EVERYTHING = "is anything"
UNKNOWN = "by a condition of its own"

COMPARISONS = {
    "equals": "is",
    "doesntEqual": "is not",
    "contains": "contains",
    "doesntContain": "does not contain",
    "startsWith": "begins with",
    "doesntStartWith": "does not begin with",
    "endsWith": "ends with",
    "doesntEndWith": "does not end with",
}
BOUNDS = {"from": "at least", "fromNotEqual": "over", "to": "at most", "toNotEqual": "under"}


@dataclass(frozen=True, slots=True)
class SheetFilter:
    """One filter in words. `off` ones are kept on the dashboard but switched off."""

    field: str
    condition: str
    off: bool

    @property
    def sentence(self) -> str:
        return f"{self.field} {self.condition}" + (" (switched off)" if self.off else "")


def in_words(filters: list[Filter]) -> tuple[SheetFilter, ...]:
    """One for each field; the fields of a dependent filter follow each other."""
    return tuple(
        SheetFilter(_subject(jaql), condition(jaql), one.disabled)
        for one in filters
        for jaql in one.levels or ([one.jaql] if one.jaql else [])
    )


def presets(given: Mapping[str, Any]) -> tuple[SheetFilter, ...]:
    """Filters that a delivery sets besides, by name, as somebody wrote them: one value, a list, or any JSON."""
    return tuple(SheetFilter(name, f"is {_written(value)}", off=False) for name, value in given.items())


def _written(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_written(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _subject(jaql: Jaql) -> str:
    """`Order date` for what is called `Months in Order date`: the condition says the months."""
    title = title_of(jaql)
    return (
        jaql.column if jaql.level and jaql.column and title == f"{jaql.level.capitalize()} in {jaql.column}" else title
    )


def title_of(jaql: Jaql) -> str:
    return jaql.title or jaql.column or jaql.dim or jaql.formula or "A field without a name"


def condition(jaql: Jaql) -> str:
    """What the condition says. One that is not known is not guessed at."""
    return _condition(jaql.filter or {}, jaql.level, DEEPEST)


def _condition(found: JsonObject, level: str | None, depth: int) -> str:
    if not found or found.get("all") is True:
        return EVERYTHING
    said = (
        _membership(found, level)
        or _exclusion(found.get("exclude"), level)
        or _period(found, level)
        or _comparison(found, level)
        or _ranking(found)
        or _range(found, level)
        or _combination(found, level, depth)
    )
    return said or UNKNOWN


def _membership(found: JsonObject, level: str | None) -> str | None:
    members = found.get("members")
    if not isinstance(members, list):
        return None
    return f"is {_listed(members, level)}" if members else EVERYTHING


def _exclusion(excluded: Any, level: str | None) -> str | None:
    if not isinstance(excluded, dict):
        return None
    if excluded.get("members") == []:
        return EVERYTHING
    said = _membership(excluded, level) or _range(excluded, level)
    return f"is not {said.removeprefix('is ')}" if said else None


def _comparison(found: JsonObject, level: str | None) -> str | None:
    said = (f"{words} {_value(found[key], level)}" for key, words in COMPARISONS.items() if key in found)
    return next(said, None)


def _ranking(found: JsonObject) -> str | None:
    by = found.get("by")
    measure = f" by {title_of(Jaql(by))}" if isinstance(by, dict) else ""
    said = (f"among the {key} {_value(found[key], None)}{measure}" for key in ("top", "bottom") if key in found)
    return next(said, None)


def _combination(found: JsonObject, level: str | None, depth: int) -> str | None:
    for word in ("and", "or"):
        parts = found.get(word)
        if isinstance(parts, list) and depth:
            inner = [_condition(part, level, depth - 1) for part in parts[:MOST_MEMBERS] if isinstance(part, dict)]
            if len(parts) > MOST_MEMBERS:
                inner.append(f"{len(parts) - MOST_MEMBERS} more conditions")
            return f" {word} ".join(inner) or None
    return None


def _range(found: JsonObject, level: str | None) -> str | None:
    if "from" in found and "to" in found:
        return f"is between {_value(found['from'], level)} and {_value(found['to'], level)}"
    said = [f"{words} {_value(found[key], level)}" for key, words in BOUNDS.items() if key in found]
    return f"is {' and '.join(said)}" if said else None


def _period(found: JsonObject, level: str | None) -> str | None:
    """`in the last 3 months`; an offset says how long before or after now that is."""
    direction = next((key for key in ("last", "next") if isinstance(found.get(key), dict)), None)
    if direction is None:
        return None
    period = found[direction]
    unit = (level or "periods").removesuffix("s")
    count, offset = (value if isinstance(value := period.get(key), int) else 0 for key in ("count", "offset"))
    span = unit if count == 1 else f"{count} {unit}s"
    away = f", {offset} {unit}{'' if offset == 1 else 's'} away" if offset else ""
    return f"in the {direction} {span}{away}"


def _listed(members: list[Any], level: str | None) -> str:
    shown = [_value(member, level) for member in members[:MOST_MEMBERS]]
    if len(members) > MOST_MEMBERS:
        shown.append(f"{len(members) - MOST_MEMBERS} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


def _value(value: Any, level: str | None) -> str:
    """A value as people write it. Moments at midnight are dates, and years where only the year counts."""
    if value is None or value == "":
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str):
        moment = MIDNIGHT.fullmatch(value)
        if moment is None:
            return value
        return moment[1] if level == "years" else "".join(part or "" for part in moment.groups()[:3])
    return str(value) if isinstance(value, int | float) else "a value of its own"
