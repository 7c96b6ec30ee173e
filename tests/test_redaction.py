"""Nothing that is a secret, or looks like one, comes into a line of the log."""

import json
import re
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from conftest import Stores
from dashgraph.app.redaction import MARKS, REDACTED, SECRETS, redacted
from serving import served
from sockets import connected

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl"
LOOKS = [
    "Bearer canary.4711/abc",
    "Basic Y2FuYXJ5OmNhbmFyeQ==",
    "ApiKey ldpat_canary4711canary",
    JWT,
    "dg_canary4711canary",
    "dgs_canary4711canary",
    "phx_canary4711canary",
    "ldpat_canary4711canary",
    "ghp_canary4711canary4711",
    "xoxb-canary-4711-canary",
    "AKIACANARY4711CANARY",
    "password=canary4711",
    "api_key: 'canary4711'",
    '"access_token": "canary4711"',
    "postgresql://dashgraph:canary4711@db.example/dashgraph",
    "https://canary4711@collector.example/v1/traces",
    "$argon2id$v=19$m=65536,t=3,p=4$canary4711",
    "-----BEGIN PRIVATE KEY-----\ncanary4711\n-----END PRIVATE KEY-----",
]
# With one of the marks each that texts are looked through for.
MARKED = ["basic canary", "passwd=canary", "passwd:canary", "eyJcanary47.canary", "dg_canary47", "ghp-canary4711ca"]
MARKED += ["a\N{KELVIN SIGN}iacanary4711ca", "AKIACANARY4711CA", "akiacanary4711ca", "$argon2canary"]
# Parts of secrets, some with what is a letter only where case does not count: the sign for Kelvin, a long s, an i
# without its dot.
PIECES = [*LOOKS, *" =:._-$@/\"'", "bearer", "ba\u017fic", "api", "\N{KELVIN SIGN}ey", "to\N{KELVIN SIGN}en", "cookie"]
PIECES += ["://", "eyJ", "dg", "a\N{KELVIN SIGN}\u0131a", "ghp", "argon2", "BEGIN", "PRIVATE KEY", "canary4711canary"]
NAMES = [
    "authorization",
    "Authorization",
    "cookie",
    "set-cookie",
    "password",
    "token",
    "refresh_token",
    "client_secret",
]
NAMES += ["api_key", "x-api-key", "smtp_password", "credentials", "jwt", "secret_keys"]
HARMLESS: dict[str, Any] = {
    "event": "a source fell silent, and its token is not renewed",
    "request_id": "0123456789abcdef0123456789abcdef",
    "document": "12c27f5db8512d3e45019f3a56d02c1023807950b4e7ae84669ae016d7f2ebc3",
    "path": "/graphql",
    "user": "de8d3b66a0b68b062bb4cb44",
    "tokens_read": 12,
    "keys": 4,
    "passed": "yes",
    "ms": 1.5,
    "over": True,
    "source": "finance-sisense",
    "url": "https://bi.example/app?dashboard=4",
}


def line(**fields: Any) -> str:
    return json.dumps(redacted(None, "info", dict(fields)), default=str)


@pytest.mark.parametrize("secret", LOOKS)
def test_what_looks_like_a_secret_is_taken_out_wherever_it_stands(secret: str) -> None:
    found = line(event=f"it said {secret} and more", deep={"list": [{"text": secret}, (secret,)]}, raw=secret.encode())

    assert not re.search(r"canary|Y2FuYXJ5", found, re.IGNORECASE)
    assert found.count(REDACTED) >= 4
    assert "it said" in found


@pytest.mark.parametrize("secret", MARKED)
def test_one_mark_is_enough(secret: str) -> None:
    assert len(MARKS.findall(secret)) == 1
    assert line(said=secret) == json.dumps({"said": REDACTED})


@given(st.from_regex(SECRETS))
def test_every_secret_has_a_mark_by_which_it_is_looked_for(text: str) -> None:
    assert MARKS.search(text)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=8).map("".join))
def test_a_text_that_is_looked_through_no_further_holds_no_secret(text: str) -> None:
    assert redacted(None, "info", {"said": text}) == {"said": SECRETS.sub(REDACTED, text)}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_named_like_a_secret_is_taken_out_whatever_it_looks_like(name: str) -> None:
    found = line(**{name: "plain"}, deep=[{name: ["plain"]}])

    assert "plain" not in found
    assert found.count(REDACTED) == 2


def test_what_is_no_secret_stays_as_it_is() -> None:
    assert redacted(None, "info", dict(HARMLESS)) == HARMLESS


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_a_canary_goes_through_the_whole_server_and_not_into_its_log(
    stores: Stores, capsys: pytest.CaptureFixture[str]
) -> None:
    canary = "dg_kestrel4711kestrel"
    async with served(await stores.fresh("demo"), slow_operation_milliseconds=1) as service:
        client, admin = service.client.holding(canary), service.admin
        await client.ask("{ __typename }")
        await admin.post({"query": f'{{ dashboards(filter: {{text: "{canary}"}}) {{ totalCount }} }}'}, cookie=canary)
        await admin.ask("query($x: String) { dashboards(filter: {text: $x}) { totalCount } }", x=canary)
        await admin.ask(f"query {canary} {{ dashboards {{ totalCount }} }}")
        await admin.ask(f"{{ {canary} }}")
        await admin.post(b"{ " + canary.encode(), x_request_id=canary)
        await admin.send("GET", f"/graphql?query={{{canary}}}&token={canary}")
        await admin.send("GET", f"/exports/{canary}")
        await admin.send("GET", f"/{canary}")
        await client.login(canary, canary)
        async with connected(service.client.address) as socket:
            await socket.send({"type": "connection_init", "payload": {"token": canary}})
            await socket.closed()
        try:
            raise RuntimeError(f"upstream said: Authorization: Bearer {canary}")
        except RuntimeError:
            structlog.get_logger("test").exception("unexpected", headers={"Cookie": canary})

    logged = capsys.readouterr().err
    lines = [json.loads(one) for one in logged.splitlines()]
    assert "kestrel" not in logged
    assert [one["event"] for one in lines].count("request") == 11
    assert any(one["event"] == "slow operation" and one["operation"] == REDACTED for one in lines)
    assert all(one.get("request_id") for one in lines if one["event"] != "unexpected")
    [unexpected] = [one for one in lines if one["event"] == "unexpected"]
    assert "RuntimeError" in unexpected["exception"]
