"""The JWTs of one OpenID Connect issuer: which of them are good, and whose.

A JWT is no secret of ours and cannot be taken back: whoever holds one is its person until it expires, so within its
life it may be used again and again. It is looked up every time whose account it is, so that one can be closed at once.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
import structlog

from dashgraph.domain.problems import SourceUnavailable
from dashgraph.domain.viewers import TokenScope
from dashgraph.sources.rest.published import Unpublished, document
from dashgraph.sources.rest.session import Session

log = structlog.get_logger("dashgraph.identity")

# With keys that others may have, and no other way: never `none`, and never a secret that the public key could pass for.
ALGORITHMS = {"RS256": "RSA", "ES256": "EC"}
LONGEST = 16_384  # characters of a token
MOST_KEYS = 50
PAUSE = 30  # seconds between two fetches of the keys, whatever comes in between
FRESH = 600  # seconds after which the keys are fetched again
KEPT = 86_400  # seconds that keys are trusted while the issuer does not answer
UNREADABLE = (jwt.PyJWTError, ValueError, TypeError, ArithmeticError, RecursionError)  # what odd claims make of it
REQUIRED = ["exp", "iat", "iss", "aud", "sub"]


class BadJwt(Exception):
    """A token that is not good. The text is for the log, and holds nothing of the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerSettings:
    """`verified` is the claim that must be true for the address to count; empty for an issuer that has none."""

    issuer: str
    audience: tuple[str, ...]
    keys_url: str = ""  # found by discovery when empty
    email: str = "email"
    verified: str = "email_verified"
    scopes: str = ""
    skew: float = 60


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a good token says. `scopes` None leaves them to the account's role."""

    email: str
    scopes: frozenset[TokenScope] | None
    expires_at: datetime


class Issuer:
    def __init__(self, settings: IssuerSettings, session: Session) -> None:
        self._settings = settings
        self._keys = _Keys(settings, session)

    async def claimed(self, token: str) -> Claimed:
        """What the token says, when it is good. Raises BadJwt, and SourceUnavailable while there are no keys at all."""
        algorithm, kid = _header(token)
        key = await self._keys.one(algorithm, kid)
        try:
            claims = jwt.decode(
                token,
                key.key,
                algorithms=[algorithm],
                audience=self._settings.audience,
                issuer=self._settings.issuer,
                leeway=self._settings.skew,
                options={"require": REQUIRED, "enforce_minimum_key_length": True},
            )
        except UNREADABLE as error:
            raise BadJwt(type(error).__name__) from None
        return self._claimed(claims)

    def _claimed(self, claims: Mapping[str, Any]) -> Claimed:
        wanted = self._settings
        email = claims.get(wanted.email)
        if not isinstance(email, str) or not email.strip():
            message = f"no {wanted.email}"
            raise BadJwt(message)
        if wanted.verified and claims.get(wanted.verified) is not True and claims.get(wanted.verified) != "true":
            message = f"no true {wanted.verified}"
            raise BadJwt(message)
        try:
            expires_at = datetime.fromtimestamp(int(claims["exp"]), UTC)
        except (ValueError, OverflowError, OSError):  # beyond the calendar
            expires_at = datetime.max.replace(tzinfo=UTC)
        scopes = _scopes(claims.get(wanted.scopes)) if wanted.scopes else None
        return Claimed(email.strip(), scopes, expires_at)


def looks_like_jwt(token: str) -> bool:
    return token.count(".") == 2  # noqa: PLR2004 - header, claims, signature


def _header(token: str) -> tuple[str, str | None]:
    """The algorithm and the key's id, both of which only choose among what is trusted already."""
    if len(token) > LONGEST:
        message = "too long"
        raise BadJwt(message)
    try:
        header = jwt.get_unverified_header(token)
    except UNREADABLE as error:
        raise BadJwt(type(error).__name__) from None
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        message = "an algorithm that is not taken"
        raise BadJwt(message)
    if "crit" in header or not isinstance(kid, str | None):
        message = "a header that is not understood"
        raise BadJwt(message)
    return algorithm, kid


def _scopes(claim: object) -> frozenset[TokenScope]:
    """The scopes that a claim names, as a text or a list. Those of others are passed over."""
    names = claim.split() if isinstance(claim, str) else claim if isinstance(claim, list) else []
    known = set(TokenScope)
    return frozenset(TokenScope(name) for name in names if isinstance(name, str) and name in known)


class _Keys:
    """The issuer's public keys. They are fetched when they are old or when one is missing, but never in a hurry."""

    def __init__(self, settings: IssuerSettings, session: Session) -> None:
        self._settings = settings
        self._session = session
        self._found: list[jwt.PyJWK] = []
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching = asyncio.Lock()

    async def one(self, algorithm: str, kid: str | None) -> jwt.PyJWK:
        age = time.monotonic() - self._fetched_at
        if age > KEPT or (age > FRESH and not self._fetching.locked()):  # one waits for the issuer, not everybody
            await self._fetch()
        key = self._chosen(algorithm, kid)
        if key is None and kid is not None:  # a new one, perhaps
            await self._fetch()
            key = self._chosen(algorithm, kid)
        if key is None:
            message = "a key that the issuer does not have"
            raise BadJwt(message)
        return key

    def _chosen(self, algorithm: str, kid: str | None) -> jwt.PyJWK | None:
        """The key with this id; without an id the only one there is for the algorithm."""
        fit = [key for key in self._found if key.key_type == ALGORITHMS[algorithm] and kid in {None, key.key_id}]
        return fit[0] if len(fit) == 1 else None

    async def _fetch(self) -> None:
        """Fetch the keys, unless that was tried a moment ago. Raises SourceUnavailable when there are none to go by."""
        asked_at = time.monotonic()
        async with self._fetching:
            if asked_at - self._tried_at > PAUSE:
                self._tried_at = asked_at
                try:
                    self._found = _usable(await document(self._session, await self._keys_url()))
                    self._fetched_at = time.monotonic()
                except Unpublished as why:
                    log.warning("no keys of the issuer", issuer=self._settings.issuer, why=str(why))
            if time.monotonic() - self._fetched_at > KEPT:
                message = "The keys of the identity provider cannot be had; try again later."
                raise SourceUnavailable(message, source="oidc")

    async def _keys_url(self) -> str:
        if self._settings.keys_url:
            return self._settings.keys_url
        issuer = self._settings.issuer
        found = await document(self._session, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        url = found.get("jwks_uri") if isinstance(found, dict) else None
        if not isinstance(found, dict) or found.get("issuer") != issuer or not isinstance(url, str):
            message = "its configuration is that of another issuer"
            raise Unpublished(message)
        if not url.startswith("https://") and not issuer.startswith("http://"):
            message = "its keys are not under https"
            raise Unpublished(message)
        return url


def _usable(found: object) -> list[jwt.PyJWK]:
    """The keys for signatures of the algorithms that are taken. Raises Unpublished when it is no set of keys."""
    keys = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(keys, list):
        message = "it is no set of keys"
        raise Unpublished(message)
    return [key for raw in keys[:MOST_KEYS] if (key := _key(raw)) is not None]


def _key(raw: object) -> jwt.PyJWK | None:
    if not isinstance(raw, dict) or raw.get("kty") not in ALGORITHMS.values() or raw.get("use", "sig") != "sig":
        return None
    public = {name: raw[name] for name in ("kty", "kid", "alg", "crv", "x", "y", "n", "e") if name in raw}
    try:
        key = jwt.PyJWK(public)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    return key if key.algorithm_name in ALGORITHMS else None
