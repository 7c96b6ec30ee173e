"""Where a question goes: under the configured address of its system, whatever the ids in it are."""

from collections.abc import Sequence
from typing import Self, TypeAlias
from urllib.parse import quote, unquote

from yarl import URL

from dashgraph.domain.problems import BadId, BadInput

Params: TypeAlias = Sequence[tuple[str, str | int | bool]]
ANY = "/{}"  # the template of a path that the system gave


class Path(str):
    """A path that remembers its template, which may be seen where its ids may not."""

    __slots__ = ("template",)

    template: str

    @classmethod
    def of(cls, where: str, template: str) -> Self:
        made = cls(where)
        made.template = template
        return made

    def __add__(self, tail: str, /) -> "Path":
        return Path.of(f"{self}{tail}", f"{self.template}{tail}")


def template_of(where: str) -> str:
    """The template of a path. One that was not made by `path` has no ids, and is its own."""
    return where.template if isinstance(where, Path) else where


def path(template: str, *ids: str) -> Path:
    """The template with an id in the place of each `{}`, each id one part of the path, whatever it holds."""
    for one in ids:
        if one in {"", ".", ".."}:
            raise BadId(f"{one!r} is no id; use ids that dashgraph gave out.")
    return Path.of(template.format(*(quote(one, safe="") for one in ids)), template)


def given(where: str) -> Path:
    """A path that an answer of the system gave, whatever is in it."""
    return Path.of(where, ANY)


def under(base: URL, where: str, params: Params) -> URL:
    """The address of a path. Raises BadId where something in it would lead to another place."""
    parts = where.split("/")
    if parts[0] or any(unquote(part) in {".", ".."} for part in parts) or {"?", "#", "\\"} & set(where):
        raise BadId(f"There is nothing at {where[:100]!r}; use ids that dashgraph gave out.")
    url = URL(f"{base.origin()}{base.raw_path.rstrip('/')}{where}")
    return url.with_query([(key, _said(value)) for key, value in params]) if params else url


def checked(base: str, source: str) -> URL:
    """The address of a system. Raises BadInput for what cannot be one; it is not quoted, it may hold a password."""
    try:
        url = URL(base)
        is_sound = url.scheme in {"http", "https"} and bool(url.host) and url.user is None
    except ValueError:
        is_sound = False
    if not is_sound or url.query_string or url.fragment:
        message = f"The url of {source} is not the address of a system: give one like https://bi.example.com"
        raise BadInput(message, argument="url")
    return url


def _said(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
