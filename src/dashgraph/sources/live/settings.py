"""What an administrator supplies for a live source, the same for every kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dashgraph.domain.secrets import Secret
from dashgraph.domain.sources import SourceKind
from dashgraph.sources.rest.limits import Limits


class Mode(StrEnum):
    """Whose credentials speak to the system."""

    SERVICE = "service"  # one account for everybody; dashgraph applies the rights
    DELEGATED = "delegated"  # each viewer's own token; the system applies its rights


class Visibility(StrEnum):
    """Who sees what of a source in service mode."""

    SHARES = "shares"  # what the system shares with the account of the viewer's e-mail address
    EVERYONE = "everyone"  # all of it, whoever is signed in
    ADMINS = "admins"  # all of it for administrators who ask for everything, and nothing for others


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to sign in: with a token, or with a name and a password. `tokens` are the viewers' own, by e-mail address."""

    token: Secret | None = None
    user_name: str | None = None
    password: Secret | None = None
    tokens: Mapping[str, Secret] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSettings:
    """One `[[sources]]` of dashgraph.toml. Durations are seconds, `rate` is requests a second.

    `options` is what only this kind of system needs (a region, a project), by name.
    """

    name: str
    kind: SourceKind
    url: str
    credentials: Credentials
    mode: Mode = Mode.SERVICE
    visibility: Visibility = Visibility.SHARES
    freshness: float = 5
    deadline: float = 10
    request_seconds: float = 10
    concurrency: int = 8
    rate: float | None = None
    scan_limit: int = 10_000
    documented_only: bool = False
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def limits(self) -> Limits:
        """What the system may be asked, as the REST kit has it."""
        return Limits(
            deadline=self.deadline,
            request=self.request_seconds,
            concurrency=self.concurrency,
            rate=self.rate,
            scan_limit=self.scan_limit,
        )
