"""What the conditions of an alert may hold, and what may be said to have been seen when it is triggered."""

import json
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

from dashgraph.domain.alerts import Condition, ConditionOperator
from dashgraph.domain.problems import BadInput, TooMuch
from dashgraph.domain.text import storable

MOST_CONDITIONS = 20
MOST_CONDITION_VALUES = 100
LONGEST_FIELD = 500  # characters
LONGEST_CONDITIONS = 50_000  # characters of JSON
LONGEST_SEEN = 20_000
MOST_ROWS = 50
MOST_COLUMNS = 20
DEEPEST = 20  # objects and lists within each other

# How many values an operator compares with, at least and at most; one, where nothing else is said.
COMPARED = {
    ConditionOperator.BETWEEN: (2, 2),
    ConditionOperator.NOT_BETWEEN: (2, 2),
    ConditionOperator.IN: (1, MOST_CONDITION_VALUES),
    ConditionOperator.NOT_IN: (1, MOST_CONDITION_VALUES),
    ConditionOperator.IS_NULL: (0, 0),
    ConditionOperator.IS_NOT_NULL: (0, 0),
}


def conditions(given: Sequence[Condition] | None) -> str | None:
    """The JSON text that is kept of the conditions; None for none."""
    if not given:
        return None
    if len(given) > MOST_CONDITIONS:
        message = f"An alert has at most {MOST_CONDITIONS} conditions."
        raise TooMuch(message, argument="conditions")
    for number, one in enumerate(given, start=1):
        _check(one, f"Condition {number}")
    return _kept([_plain(one) for one in given], "conditions", LONGEST_CONDITIONS)


def _plain(one: Condition) -> dict[str, Any]:
    return {"field": one.field, "operator": one.operator, "values": list(one.values), "raw": one.raw}


def _check(one: Condition, which: str) -> None:
    if one.field is None and one.operator is None and not one.values:
        if one.raw is None:
            raise _unfit(f"{which}: give field, operator and values; or raw, for what they cannot say")
        return
    if one.raw is not None:
        raise _unfit(f"{which}: raw stands alone, without field, operator and values")
    if one.operator is None or one.field is None or not 0 < len(one.field.strip()) <= LONGEST_FIELD:
        raise _unfit(f"{which}: it needs an operator, and a field of 1 to {LONGEST_FIELD} characters")
    least, most = COMPARED.get(one.operator, (1, 1))
    if not least <= len(one.values) <= most:
        count = str(least) if least == most else f"{least} to {most}"
        raise _unfit(f"{which}: {one.operator.name} compares with {count} values, not {len(one.values)}")
    if not all(isinstance(value, str | int | float) for value in one.values):
        raise _unfit(f"{which}: values are texts, numbers, true and false")


def seen(values: Any) -> None:
    """Refuse what no message can show of what was seen: it is an object, or a list of objects."""
    if values is None:
        return
    rows = values if isinstance(values, list | tuple) else [values]
    if not rows or not all(isinstance(row, dict) for row in rows):
        message = "values is a JSON object, or a list of objects; null for nothing."
        raise BadInput(message, argument="values")
    columns = {name for row in rows for name in row}
    if len(rows) > MOST_ROWS or len(columns) > MOST_COLUMNS:
        message = f"values has at most {MOST_ROWS} objects with {MOST_COLUMNS} different names in all."
        raise TooMuch(message, argument="values")
    _kept(values, "values", LONGEST_SEEN)


def _kept(value: Any, argument: str, longest: int) -> str:
    """The value as JSON text. Raises BadInput for one that cannot be kept, or written in a message."""
    if not all(_keepable(part, depth) for part, depth in _parts(value)):
        message = f"{argument} is nested deeper than {DEEPEST}, or holds a number or character that nothing can keep."
        raise BadInput(message, argument=argument)
    text = json.dumps(value, separators=(",", ":"))
    if len(text) > longest:
        message = f"{argument} has {len(text)} characters as JSON; at most {longest} are kept."
        raise TooMuch(message, argument=argument)
    return text


def _keepable(part: Any, depth: int) -> bool:
    if isinstance(part, str):
        return storable(part)
    return depth <= DEEPEST and not (isinstance(part, float) and not isfinite(part))


def _parts(value: Any) -> Iterator[tuple[Any, int]]:
    """Everything in a JSON value, the names of objects too, and how deep it is. However deep that is."""
    waiting = [(value, 0)]
    while waiting:
        part, depth = waiting.pop()
        yield part, depth
        if isinstance(part, dict):
            yield from ((name, depth) for name in part)
            waiting += [(held, depth + 1) for held in part.values()]
        elif isinstance(part, list | tuple):
            waiting += [(held, depth + 1) for held in part]


def _unfit(message: str) -> BadInput:
    return BadInput(f"{message}.", argument="conditions")
