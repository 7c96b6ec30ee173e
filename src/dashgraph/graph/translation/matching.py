"""Which operation of which vendor a request is, and which configured source it is about."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput
from dashgraph.domain.sources import SourceKind
from dashgraph.graph.translation import holistics, lightdash, posthog, sisense
from dashgraph.graph.translation.requests import Request
from dashgraph.graph.translation.routes import Elsewhere, Read, Route, Vendor

VENDORS = (sisense.VENDOR, lightdash.VENDOR, holistics.VENDOR, posthog.VENDOR)
HERE = "{here}"
PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Place:
    """A configured source, as far as a request can name it."""

    name: str
    kind: SourceKind
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    vendor: Vendor
    route: Route
    bound: dict[str, str]  # the parts of the path, by name
    place: Place
    others: bool  # whether there are other sources
    notes: tuple[str, ...] = ()

    @property
    def is_live(self) -> bool:
        """Whether the vendor itself is asked, and not dashgraph's own store."""
        return self.place.kind is self.vendor.kind

    def id(self, kind: Kind, native: str) -> str:
        """The global id of a thing by what the request says."""
        template = self.vendor.natives.get(kind, HERE) if self.is_live else HERE
        return ResourceId(self.place.name, kind, template.format(here=native, **self.bound)).encode()


def match(request: Request, places: Sequence[Place], name: str | None) -> Match:
    """What the request is, in which source. The first place is the native store. Raises BadInput where none is."""
    place, vendors = _said(request, places, name)
    found = max(_candidates(request, vendors, places), key=lambda one: one[0], default=None)
    if found is None:
        raise BadInput(_unknown(request, vendors))
    _, vendor, route, bound = found
    notes: tuple[str, ...] = ()
    if place is None:
        place, notes = _default(vendor, places)
    return Match(vendor, route, bound, place, len(places) > 1, notes)


def _said(request: Request, places: Sequence[Place], name: str | None) -> tuple[Place | None, Sequence[Vendor]]:
    """The source that is named, or that answers at the host; and whose requests can be meant."""
    if name is not None:
        named = [place for place in places if place.name == name]
        if not named:
            known = ", ".join(place.name for place in places)
            message = f"There is no source named {name!r}; the configured ones are: {known}."
            raise BadInput(message)
        return named[0], _of_kind(named[0].kind)
    if request.host is None:
        return None, VENDORS
    there = [place for place in places if place.url and urlsplit(place.url).netloc == request.host]
    if there:
        return there[0], _of_kind(there[0].kind)
    host = request.host.partition(":")[0]
    own = [vendor for vendor in VENDORS if any(host == one or host.endswith(f".{one}") for one in vendor.hosts)]
    return None, own or VENDORS


def _of_kind(kind: SourceKind) -> Sequence[Vendor]:
    """The vendor of a kind; the native store understands everybody's requests."""
    return [vendor for vendor in VENDORS if vendor.kind is kind] or VENDORS


def _default(vendor: Vendor, places: Sequence[Place]) -> tuple[Place, tuple[str, ...]]:
    fitting = [place for place in places if place.kind is vendor.kind]
    if len(fitting) > 1:
        names = ", ".join(place.name for place in fitting)
        message = f"Several sources are {vendor.name}: {names}; say which with --source."
        raise BadInput(message)
    if fitting:
        return fitting[0], ()
    native = places[0]
    return native, (f"No {vendor.name} is configured: this asks {native.name}, dashgraph's own store.",)


Score = tuple[int, ...]


def _candidates(
    request: Request, vendors: Sequence[Vendor], places: Sequence[Place]
) -> Iterator[tuple[Score, Vendor, Route, dict[str, str]]]:
    """What the request can be, each with how much speaks for it: what comes first in the score counts for more."""
    configured = {place.kind for place in places}
    for order, vendor in enumerate(vendors):
        for said, path in _below(request.path, vendor):
            for route in vendor.routes:
                bound = _bound(route, request.method, path)
                if bound is not None:
                    shaped = all(re.fullmatch(vendor.ids, one) for one in bound.values())
                    score = (
                        not isinstance(route, Elsewhere),
                        said,
                        shaped,
                        _known(vendor, route, request),
                        vendor.kind in configured,
                        _exact(route.path),
                        -order,
                    )
                    yield score, vendor, route, bound


def _below(path: str, vendor: Vendor) -> Iterator[tuple[int, str]]:
    """The path without what the vendor's paths begin with, and how much that says."""
    for less, prefix in enumerate(vendor.prefixes):
        if path.startswith(f"{prefix}/"):
            yield 2 - less, path.removeprefix(prefix)
            return
    if not path.startswith("/api/"):
        yield 0, path


def _bound(route: Route, method: str, path: str) -> dict[str, str] | None:
    """What stands in the path for each of the route's names; None when it is another path or method."""
    if route.method not in {"*", method}:
        return None
    wanted, given = route.path.split("/"), path.split("/")
    if wanted[-1] == "**":
        wanted = wanted[:-1]
        given = given[: len(wanted)]
    if len(wanted) != len(given):
        return None
    bound = {}
    for want, have in zip(wanted, given, strict=True):
        parameter = PARAMETER.fullmatch(want)
        if parameter:
            bound[parameter[1]] = have
        elif have not in want.split("|"):
            return None
    return bound


def _exact(path: str) -> int:
    """How many parts of a path stand as they are: `/users/bulk` is more exact than `/users/{id}`."""
    return sum(not PARAMETER.fullmatch(part) and part != "**" for part in path.split("/"))


def _known(vendor: Vendor, route: Route, request: Request) -> int:
    names = {name for name, _ in request.parameters}
    return len(names & parameters(vendor, route)) if isinstance(route, Read) else 0


def parameters(vendor: Vendor, route: Read) -> set[str]:
    """Every parameter that means something to a read."""
    return route.paging.names | {*route.filters, *route.includes, *route.ignored, *vendor.selecting}


def _unknown(request: Request, vendors: Sequence[Vendor]) -> str:
    """That a request is none that is known, and which come nearest."""
    asked = f"{request.method} {request.path}"
    known = {
        f"{route.method} {vendor.prefixes[0]}{_readable(route.path)}"
        for vendor in vendors
        for route in vendor.routes
        if not isinstance(route, Elsewhere)
    }
    other = sorted(one for one in known if _same_path(one.partition(" ")[2], request.path))
    if other:
        return f"{asked} is no operation that is known here; at this path there are: {', '.join(other)}."
    near = difflib.get_close_matches(asked, sorted(known), n=3, cutoff=0.5)
    return f"{asked} is no operation that is known here" + (f"; the nearest are: {', '.join(near)}." if near else ".")


def _readable(path: str) -> str:
    return path.replace("projects|environments", "projects")


def _same_path(template: str, path: str) -> bool:
    return re.fullmatch(PARAMETER.sub(r"[^/]+", template), path) is not None
