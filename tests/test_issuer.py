"""JWTs of an OpenID Connect issuer: a real one on the loopback, with real keys, and all that is wrong with some."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from conftest import Stores
from dashgraph.app.build import opened
from dashgraph.app.settings import Settings
from dashgraph.domain.problems import BadInput, SourceUnavailable, Unauthenticated
from dashgraph.domain.viewers import TokenScope
from dashgraph.services import issuer as machinery
from serving import Reply, Service, served
from sockets import connected

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

AUDIENCE, ADDRESS = "dashgraph", "ada@x.example"
NAME = "{ viewer { user { email } scopes expiresAt } }"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SMALL = rsa.generate_private_key(public_exponent=65537, key_size=1024)
EC = ec.generate_private_key(ec.SECP256R1())
P384 = ec.generate_private_key(ec.SECP384R1())

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def jwk(key: Key, kid: str, **more: Any) -> dict[str, Any]:
    algorithm = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, **more}


@dataclass
class FakeIssuer:
    """Publishes keys, and signs what it is told to."""

    keys: list[dict[str, Any]] = field(default_factory=lambda: [jwk(RSA, "one"), jwk(EC, "two")])
    address: str = ""
    asked: list[str] = field(default_factory=list)
    is_down: bool = False
    held: asyncio.Event | None = None  # until then it does not answer
    asked_while_held: asyncio.Event = field(default_factory=asyncio.Event)

    def token(
        self, key: Any = RSA, algorithm: str = "RS256", headers: dict[str, Any] | None = None, **claims: Any
    ) -> str:
        now = int(time.time())
        usual = {"iss": self.address, "aud": AUDIENCE, "sub": "u1", "iat": now, "exp": now + 300}
        found = {**usual, "email": ADDRESS, "email_verified": True, **claims}
        given = {name: value for name, value in found.items() if value is not None}
        wanted = {"kid": "one", **(headers or {})}
        return jwt.encode(given, key, algorithm, {name: value for name, value in wanted.items() if value is not None})

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if self.held is not None:
            self.asked_while_held.set()
            await self.held.wait()
        if self.is_down:
            return web.Response(status=500)
        if request.path == "/.well-known/openid-configuration":
            return web.json_response({"issuer": self.address, "jwks_uri": f"{self.address}/keys"})
        return web.json_response({"keys": self.keys})


@asynccontextmanager
async def issuing() -> AsyncIterator[FakeIssuer]:
    issuer = FakeIssuer()
    runner = web.ServerRunner(web.Server(issuer.answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    issuer.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield issuer
    finally:
        await runner.cleanup()


@pytest.fixture
async def issuer() -> AsyncIterator[FakeIssuer]:
    async with issuing() as found:
        yield found


@pytest.fixture
async def service(stores: Stores, issuer: FakeIssuer) -> AsyncIterator[Service]:
    wanted = {"oidc_issuer": issuer.address, "oidc_audience": AUDIENCE, "oidc_scopes_claim": "scope"}
    async with served(await stores.fresh("empty"), **wanted) as found:
        await found.world.identity.add_user(ADDRESS, role="designer")
        await found.world.identity.add_user("gone@x.example", role="viewer")
        await found.world.identity.add_user("root@x.example", role="admin")
        yield found


async def asked(service: Service, token: str) -> Reply:
    return await service.client.holding(token).ask(NAME)


def raw(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    return ".".join(part(json.dumps(one).encode()) for one in (header, claims)) + "." + part(signature)


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


async def test_a_good_jwt_is_its_person_for_what_it_is_for(service: Service, issuer: FakeIssuer) -> None:
    token = issuer.token(scope="openid dashboards:read users:read users:admin", email="Ada@X.example")

    replies = [await asked(service, token) for _ in range(3)]  # again and again, within its life
    by_ec = await asked(service, issuer.token(EC, "ES256", {"kid": "two"}, aud=["x", AUDIENCE], scope="users:read"))
    async with connected(service.client.address) as socket:
        await socket.greet(token)

    assert [reply.status for reply in replies] == [200] * 3
    viewer = replies[0].json["data"]["viewer"]
    assert viewer["user"] == {"email": ADDRESS}
    assert viewer["scopes"] == ["DASHBOARDS_READ", "USERS_READ"]  # no more than the role may have
    assert viewer["expiresAt"] is not None
    assert by_ec.json["data"]["viewer"]["scopes"] == ["USERS_READ"]
    assert issuer.asked == ["/.well-known/openid-configuration", "/keys"]


async def test_what_is_wrong_with_a_jwt_is_not_told(service: Service, issuer: FakeIssuer) -> None:
    now = int(time.time())
    public = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    usual = {"iss": issuer.address, "aud": AUDIENCE, "sub": "u1", "iat": now, "exp": now + 300}
    claims = {**usual, "email": ADDRESS, "email_verified": True, "scope": "users:read"}
    confused = raw({"alg": "HS256", "kid": "one"}, claims)[:-1]
    signed = hmac.new(public, confused.encode(), hashlib.sha256).digest()
    good = issuer.token(scope="users:read")
    header, body, signature = good.split(".")
    wrong = {
        "expired": issuer.token(exp=now - 61),
        "not yet": issuer.token(nbf=now + 120),
        "from the future": issuer.token(iat=now + 120),
        "for others": issuer.token(aud="other"),
        "for nobody": issuer.token(aud=None),
        "of others": issuer.token(iss="https://login.example"),
        "of nobody": issuer.token(iss=None),
        "without an end": issuer.token(exp=None),
        "without a beginning": issuer.token(iat=None),
        "no number": issuer.token(exp="soon"),
        "no address": issuer.token(email=None),
        "an address that is none": issuer.token(email=["x"]),
        "an address that cannot be stored": issuer.token(email="a\0@x.example"),
        "not verified": issuer.token(email_verified=False),
        "verified by nobody": issuer.token(email_verified=None),
        "verified by something": issuer.token(email_verified=["true"]),
        "nobody's address": issuer.token(email="nobody@x.example"),
        "an address with an accent": issuer.token(email="\u00e1da@x.example"),
        "an address of another domain": issuer.token(email="ada@\u1e8b.example"),
        "an address in wide letters": issuer.token(email="\uff21da@x.example"),
        "by another key": issuer.token(OTHER),
        "by a key of another kind": issuer.token(EC, "ES256"),
        "by an unknown key": issuer.token(OTHER, headers={"kid": "nine"}),
        "by another algorithm": issuer.token(RSA, "RS512"),
        "by none": raw({"alg": "none", "kid": "one"}, claims),
        "by the public key as a secret": f"{confused}.{part(signed)}",
        "by its own key": issuer.token(OTHER, headers={"jwk": jwk(OTHER, "one"), "jku": f"{issuer.address}/x"}),
        "with what is not understood": issuer.token(headers={"crit": ["exp"], "exp": 1}),
        "with a kid that is none": raw({"alg": "RS256", "kid": ["one"]}, claims, b"x"),
        "changed": f"{header}.{part(json.dumps({**claims, 'email': 'root@x.example'}).encode())}.{signature}",
        "cut off": good[:-10],
        "no JSON": f"{part(b'{')}.{body}.{signature}",
        "deep": f"{part(b'[' * 5000)}.{body}.{signature}",
        "no claims": raw({"alg": "RS256", "kid": "one"}, claims)[:-1].split(".")[0] + f".{part(b'[]')}.{signature}",
        "nothing": "..",
    }

    for name, token in wrong.items():
        reply = await asked(service, token)
        assert (reply.status, reply.codes) == (401, ["UNAUTHENTICATED"]), name
        assert reply.json["errors"][0]["message"].startswith("The token is missing, wrong, expired or revoked."), name
    with pytest.raises(Unauthenticated):  # over a WebSocket, where it fits into a message
        await service.world.identity.viewer(good + "A" * 100_000)
    assert (await asked(service, good)).status == 200
    assert (await asked(service, issuer.token(exp=int(time.time()) - 5))).status == 200  # within the skew
    assert (await asked(service, issuer.token(exp=10**400))).status == 200  # the issuer's own folly
    assert (await asked(service, issuer.token(nbf=now + 30, iat=now + 30))).status == 200
    assert (await asked(service, issuer.token(headers={"kid": None}, scope="users:read"))).status == 200


async def test_whoever_is_let_go_is_nobody_at_once(service: Service, issuer: FakeIssuer) -> None:
    token = issuer.token(email="gone@x.example", scope="users:read")
    root = service.client.holding((await service.world.identity.create_token("root@x.example", name="x")).text)
    gone = (await service.world.identity.known("gone@x.example")).encode()
    assert (await asked(service, token)).status == 200

    off = "mutation($id: ID!) { setUserActive(input: {userId: $id, active: false}) { errors { message } } }"
    assert (await root.ask(off, id=gone)).json == {"data": {"setUserActive": {"errors": []}}}

    assert (await asked(service, token)).status == 401


@pytest.mark.filterwarnings("ignore:The RSA key is 1024 bits")
async def test_new_keys_are_found_and_never_in_a_hurry(
    service: Service, issuer: FakeIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machinery, "PAUSE", 3600)
    assert (await asked(service, issuer.token())).status == 200
    issuer.keys = [jwk(OTHER, "nine"), jwk(SMALL, "small"), jwk(P384, "curve"), jwk(RSA, "enc", use="enc")]
    rotated = issuer.token(OTHER, headers={"kid": "nine"})

    for _ in range(20):  # a flood of tokens with keys that nobody has
        assert (await asked(service, rotated)).status == 401
    assert issuer.asked.count("/keys") == 1
    monkeypatch.setattr(machinery, "PAUSE", 0)
    assert (await asked(service, rotated)).status == 200
    assert issuer.asked.count("/keys") == 2

    assert (await asked(service, issuer.token())).status == 401  # the old key is gone
    assert (await asked(service, issuer.token(SMALL, headers={"kid": "small"}))).status == 401
    assert (await asked(service, issuer.token(P384, "ES384", {"kid": "curve"}))).status == 401
    assert (await asked(service, issuer.token(headers={"kid": "enc"}))).status == 401


async def test_a_silent_issuer_costs_nothing_while_its_keys_are_known(
    service: Service, issuer: FakeIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer.is_down = True
    first = await asked(service, issuer.token())
    assert (first.status, first.codes) == (503, ["SOURCE_UNAVAILABLE"])
    assert (await asked(service, await service.token("root@x.example"))).status == 200

    issuer.is_down = False
    monkeypatch.setattr(machinery, "PAUSE", 0)
    assert (await asked(service, issuer.token())).status == 200
    issuer.is_down = True
    monkeypatch.setattr(machinery, "FRESH", 0)
    assert (await asked(service, issuer.token())).status == 200
    monkeypatch.setattr(machinery, "KEPT", 0)
    with pytest.raises(SourceUnavailable, match="keys of the identity provider"):
        await service.world.identity.viewer(issuer.token())


async def test_who_brings_a_known_key_does_not_wait_for_new_ones(
    service: Service, issuer: FakeIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One asks for keys that are old, and waits for the issuer; the others go on with those."""
    assert (await asked(service, issuer.token())).status == 200
    monkeypatch.setattr(machinery, "PAUSE", 0)
    monkeypatch.setattr(machinery, "FRESH", 0)
    issuer.held = asyncio.Event()
    first = asyncio.create_task(asked(service, issuer.token()))
    await issuer.asked_while_held.wait()

    assert (await asked(service, issuer.token())).status == 200
    assert not first.done()
    issuer.held.set()
    assert (await first).status == 200


async def test_an_issuer_without_an_audience_is_refused(stores: Stores) -> None:
    settings = Settings(database_url=await stores.fresh("empty"), oidc_issuer="https://login.example")

    with pytest.raises(BadInput, match="DASHGRAPH_OIDC_AUDIENCE"):
        async with opened(settings):
            pass
    with pytest.raises(ValueError, match="oidc_issuer"):
        Settings(oidc_issuer="http://login.example")


async def test_without_a_claim_for_scopes_they_are_those_of_the_role(stores: Stores, issuer: FakeIssuer) -> None:
    wanted = {"oidc_issuer": issuer.address, "oidc_audience": AUDIENCE, "oidc_verified_claim": ""}
    async with served(await stores.fresh("empty"), **wanted) as found:
        await found.world.identity.add_user(ADDRESS, role="admin")

        reply = await asked(found, issuer.token(email_verified=None, scope="users:read"))

        assert len(reply.json["data"]["viewer"]["scopes"]) == len(TokenScope)
        short = await found.world.identity.create_token(ADDRESS, name="x", lifetime=timedelta(hours=1))
        assert (await asked(found, short.text)).status == 200  # our own tokens go on
