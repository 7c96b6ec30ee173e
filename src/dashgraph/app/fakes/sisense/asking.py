"""How Sisense is asked: ids, bodies, and the five words `fields`, `sort`, `skip`, `limit` and `expand`."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import web

from dashgraph.app.fakes.sisense.keeping import Json

OID = re.compile(r"[0-9a-fA-F]{24}")

# A thing and what is nested in it under this key: None when it is not one of the names that can be expanded.
Expansion = Mapping[str, Callable[[Json, str | None], Any]]


class Refused(Exception):
    """An answer that is not a success. Without a message it has no body."""

    def __init__(self, status: int, code: int = 0, message: str | None = None, **facts: Any) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.facts = status, code, message, facts

    def answer(self) -> web.Response:
        if self.message is None:
            return web.Response(status=self.status)
        said = {"code": self.code, "message": self.message, "status": self.status, **self.facts}
        return web.json_response({"error": {**said, "httpMessage": HTTPStatus(self.status).phrase}}, status=self.status)


def missing(resource: str, name: str) -> Refused:
    return Refused(404, 202, f"{resource} '{name}' not found", resourceType=resource.lower(), resourceName=name)


@dataclass(frozen=True)
class Asking:
    """A request, its body as JSON, and the user whose token came with it."""

    request: web.Request
    caller: Json
    body: Any = None

    def id(self, name: str = "id") -> str:
        """An id of the path. What is not of the right pattern is refused without a word."""
        found = self.request.match_info[name]
        if not OID.fullmatch(found):
            raise Refused(422)
        return found

    def word(self, name: str) -> str | None:
        return self.request.query.get(name)

    def words(self, *names: str) -> list[str]:
        """All values of a parameter, whether it came several times or with commas in it."""
        found = [value for name in names for value in self.request.query.getall(name, [])]
        return [word for value in found for word in value.split(",") if word]

    def is_set(self, name: str) -> bool:
        return self.word(name) == "true"

    def object(self) -> Json:
        if not isinstance(self.body, dict):
            raise Refused(422, 300, "Invalid request data: an object was expected")
        return self.body

    def objects(self) -> list[Json]:
        if not isinstance(self.body, list) or not all(isinstance(one, dict) for one in self.body):
            raise Refused(422, 300, "Invalid request data: an array of objects was expected")
        return self.body


async def body_of(request: web.Request) -> Any:
    """The JSON that came, if any came."""
    text = await request.text()
    if not text or request.content_type != "application/json":
        return None
    try:
        return json.loads(text)
    except ValueError:
        raise Refused(400, 300, "Unexpected token in JSON") from None


def matching(rows: Sequence[Json], asking: Asking, names: Mapping[str, str]) -> list[Json]:
    """The rows whose fields are what the parameters say; a parameter that is absent says nothing."""
    wanted = {field: asking.word(name) for name, field in names.items()}
    return [
        row for row in rows if all(value is None or _plain(row.get(field)) == value for field, value in wanted.items())
    ]


def shown(
    rows: Sequence[Json],
    asking: Asking,
    expansion: Expansion | None = None,
    page: Callable[[web.Request, Sequence[Json], int, int], Sequence[Json]] | None = None,
) -> list[Json]:
    """A list as it is answered: sorted, cut, with what is expanded, and only the fields asked for."""
    found: Sequence[Json] = list(rows)
    sort = asking.word("sort")
    if sort:
        key = sort.removeprefix("-")
        found = sorted(found, key=lambda row: _plain(row.get(key)).casefold(), reverse=sort.startswith("-"))
    if page is not None:
        start, size = _number(asking, "skip", 0), _number(asking, "limit", len(found))
        found = page(asking.request, found, start, size)
    return [one(row, asking, expansion) for row in found]


def one(row: Json, asking: Asking, expansion: Expansion | None = None) -> Json:
    """One thing as it is answered."""
    expanded = dict(row)
    if expansion is not None:
        for name, rest, fields in _expanded(asking.word("expand") or ""):
            if name not in expansion:
                raise Refused(404, 202, "expand resource not found", resourceType="expand", resourceName=name)
            value = expansion[name](row, rest)
            expanded[name] = picked(value, fields) if fields else value
    return _fielded(expanded, asking.words("fields"))


def picked(value: Any, fields: Sequence[str]) -> Any:
    if isinstance(value, list):
        return [_fielded(item, fields) for item in value]
    return _fielded(value, fields) if isinstance(value, dict) else value


def _fielded(row: Json, fields: Sequence[str]) -> Json:
    """A field that does not exist is no error: there is just nothing of that name."""
    if not fields:
        return row
    taken = [name for name in fields if not name.startswith("-")]
    dropped = [name[1:] for name in fields if name.startswith("-")]
    if taken and dropped:
        raise Refused(500, 0, "Projection cannot have a mix of inclusion and exclusion.")
    if dropped:
        return {name: value for name, value in row.items() if name not in dropped}
    return {name: row[name] for name in taken if name in row}


def _expanded(text: str) -> list[tuple[str, str | None, list[str]]]:
    """Each name to expand, what is to be expanded under it, and the fields wanted of it."""
    found: dict[str, tuple[str | None, list[str]]] = {}
    for term in re.findall(r"[^,(]+(?:\([^)]*\))?", text):
        name, _, options = term.strip(", ").partition("(")
        if not name:
            continue
        first, _, rest = name.partition(".")
        fields = options.removesuffix(")").removeprefix("fields:").split(",") if options else []
        nested, chosen = found.get(first, (None, []))
        found[first] = (rest or nested, chosen if rest else fields)
    return [(name, rest, fields) for name, (rest, fields) in found.items()]


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _number(asking: Asking, name: str, usual: int) -> int:
    text = asking.word(name)
    if text is None:
        return usual
    if not text.isdecimal():
        raise Refused(422, 300, f"Invalid request data: {name} is not a number")
    return int(text)
