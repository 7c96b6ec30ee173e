"""How the parameters of a REST list are written: which fields, what is expanded, in which order, which rows."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dashgraph.domain.problems import BadInput, TooMuch
from dashgraph.graph.translation.requests import Request
from dashgraph.graph.translation.routes import Paging

EXPANDED = re.compile(r"(?P<name>[\w@$-]+)(?:\(\s*fields\s*[:=](?P<fields>[^()]*)\))?")
OUTSIDE = re.compile(r",(?![^()]*\))")  # commas between what is expanded, not those within parentheses
DEEPEST = 7  # lists within lists, before the graph itself finds it too deep
NUMBER = re.compile(r"[0-9]{1,9}")
DOTS = re.compile(r"\.(?![^()]*\))")


@dataclass(frozen=True, slots=True)
class Fields:
    """All fields but some, or only some."""

    names: tuple[str, ...] = ()
    only: bool = False


@dataclass(slots=True)
class Expansion:
    """What is wanted of one thing: its fields, and of what it refers to more than the id."""

    fields: Fields = Fields()
    below: dict[str, "Expansion"] = field(default_factory=dict)
    many: int | None = None  # the most of it that is wanted


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows of a list; all from `skip` on when there is no limit."""

    skip: int
    limit: int | None


def fields(text: str) -> Fields:
    """Raises BadInput where some are named to be given and some to be left out: Sisense answers 500 to that."""
    names = [one.strip() for one in text.split(",") if one.strip()]
    out = [name[1:] for name in names if name.startswith("-")]
    if out and len(out) < len(names):
        message = "`fields` either names what is wanted or, with a minus, what is not; Sisense refuses both at once."
        raise BadInput(message)
    return Fields(tuple(out or names), only=bool(names) and not out)


def expansion(request: Request, includes: Mapping[str, str], always: Iterable[str]) -> Expansion:
    """The tree of what is wanted. Raises BadInput for what cannot be read."""
    top = Expansion(fields(",".join(request.named("fields"))))
    for name in always:
        top.below[name] = Expansion()
    for parameter, name in includes.items():
        for value in request.named(parameter):
            if value.lower() not in {"0", "false", ""}:
                top.below[name] = Expansion(many=int(value) if value.isdigit() else None)
    for one in (part for text in request.named("expand") for part in OUTSIDE.split(text) if part.strip()):
        here = top
        steps = DOTS.split(one.strip())
        if len(steps) > DEEPEST:
            message = f"`expand` goes {len(steps)} deep; at most {DEEPEST} are answered."
            raise TooMuch(message)
        for step in steps:
            found = EXPANDED.fullmatch(step.strip())
            if found is None:
                message = f"`expand` cannot be read at {step!r}; it looks like groups(fields:name),groups.users"
                raise BadInput(message)
            here = here.below.setdefault(found["name"], Expansion())
            if found["fields"] is not None:
                here.fields = fields(found["fields"])
    return top


def rows(request: Request, paging: Paging) -> Rows:
    """Raises BadInput for numbers that are none."""
    many, start, default = paging.value
    limit = _number(request, many) if many else None
    skip = (_number(request, start) or 0) if start else 0
    if limit == 0:
        message = f"`{many}` is 0: that asks for no rows."
        raise BadInput(message)
    if paging is Paging.PAGES:
        skip = max(skip - 1, 0) * limit if limit else 0
    return Rows(skip, limit or default)


def _number(request: Request, name: str) -> int | None:
    values = request.named(name)
    if not values or not values[-1]:
        return None
    if not NUMBER.fullmatch(values[-1]):
        message = f"`{name}` is to be a whole number, 0 or more."
        raise BadInput(message)
    return int(values[-1])


def order(request: Request) -> tuple[str, bool] | None:
    """The key of `sort`, and whether it goes down: `-name` or `name_desc`."""
    text = ",".join(request.named("sort")).partition(",")[0].strip()
    if not text or text == "natural":
        return None
    down = text.startswith("-") or text.endswith("_desc")
    return text.removeprefix("-").removesuffix("_desc").removesuffix("_asc"), down


def nearest(name: str, known: Sequence[str]) -> str:
    """`; the nearest is ...`, or nothing where nothing is near."""
    lower = {one.lower(): one for one in reversed(known)}
    near = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.5)
    return f"; the nearest is `{lower[near[0]]}`" if near else ""
