"""What an administrator supplies for a Sisense server beyond what every live source has."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from dashgraph.domain.problems import BadInput
from dashgraph.sources.live.settings import LiveSettings, Mode

OPTIONS: Mapping[str, str] = {
    "listing": "How dashboards are found: admin (all, the account is an administrator's), search (all that it "
    "reaches, page by page) or own (what it owns or was given).",
}


class Listing(StrEnum):
    """How all dashboards are found."""

    ADMIN = "admin"  # all of the server, in one answer; for administrators' accounts
    SEARCH = "search"  # all that the account reaches, page by page; undocumented
    OWN = "own"  # what the account owns or was given; for accounts without further rights


@dataclass(frozen=True, slots=True)
class SisenseSettings:
    live: LiveSettings
    listing: Listing

    @property
    def entitled(self) -> bool:
        """Whether the account is an administrator's, and dashgraph uses that."""
        return self.listing is not Listing.OWN and self.live.mode is Mode.SERVICE

    @classmethod
    def of(cls, live: LiveSettings) -> Self:
        """Raises BadInput for options that there are not, and for credentials that are missing."""
        unknown = set(live.options) - set(OPTIONS)
        if unknown:
            message = f"{live.name}: there is no option {min(unknown)!r}; Sisense sources have: {', '.join(OPTIONS)}."
            raise BadInput(message)
        named = live.options.get("listing", Listing.ADMIN if live.mode is Mode.SERVICE else Listing.OWN)
        if named not in set(Listing):
            message = f"{live.name}: listing is one of {', '.join(Listing)}, not {named!r}."
            raise BadInput(message)
        if live.documented_only and named == Listing.SEARCH:
            message = f"{live.name}: listing = 'search' needs a route that is not documented; use 'admin' or 'own'."
            raise BadInput(message)
        given = live.credentials
        if live.mode is Mode.SERVICE and given.token is None and (given.user_name is None or given.password is None):
            message = f"{live.name}: give a token, or a user name and a password."
            raise BadInput(message)
        return cls(live, Listing(named))
