"""What attackers get for an answer, and that others do not notice."""

import asyncio
import json
import statistics
import subprocess
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from graphql import build_schema

from attacks import ATTACKS, PAGE, SETTINGS, Attack, Target, Told
from injections import Place, places
from serving import INSIDES, Client, serving
from test_issuer import issuing
from test_schema import ROOT

LATE = 60  # seconds: far more than any answer takes
GROWTH = 200  # megabytes: far more than the server grows by
ROUNDS = 2
SQL = "'\"%_\\'); DROP TABLE users; -- ' OR '1'='1 {\"$gt\": \"\"} ${jndi:ldap://x} ../../x"
NOSQL = {"$gt": "", "$where": "sleep(1000)"}
COUNTS = """{
  dashboards(scope: ALL, sources: ["local"]) { totalCount } users(scope: ALL, sources: ["local"]) { totalCount }
  groups(scope: ALL, sources: ["local"]) { totalCount } folders(scope: ALL, sources: ["local"]) { totalCount }
  operations(scope: ALL) { totalCount }
}"""


@pytest.fixture(scope="module")
async def target(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Target]:
    folder = tmp_path_factory.mktemp("target")
    async with (
        issuing() as issuer,
        serving(folder, "--demo", last="--json", **SETTINGS, DASHGRAPH_OIDC_ISSUER=issuer.address) as server,
        aiohttp.ClientSession() as session,
    ):
        nobody = Client(session, server.address)
        yield Target(server, issuer, nobody, nobody.holding(server.token))


@pytest.mark.parametrize(("attack", "answer"), ATTACKS.values(), ids=ATTACKS)
async def test_an_attack_gets_its_answer(target: Target, attack: Attack, answer: Told) -> None:
    async with asyncio.timeout(LATE):
        found = await attack(target)

    assert found == answer


async def test_an_injected_text_is_a_text_and_nothing_else(target: Target) -> None:
    """In every argument of type String, ID, JSON, URL, EmailAddress and DateTime, and in every part of an input."""
    graph = build_schema((ROOT / "schema.graphql").read_text(), assume_valid_sdl=True)
    first = "{ users(first: 1) { edges { node { id } } } groups(first: 1) { edges { node { id } } } "
    first += "dashboards(first: 1) { edges { node { id } } } folders(first: 1, scope: ALL) { edges { node { id } } } }"
    there = (await target.post(first)).json["data"]
    ids = {name[:-1].capitalize(): found["edges"][0]["node"]["id"] for name, found in there.items()}
    before = (await target.post(COUNTS)).text
    wrong = []

    async def inject(place: Place, given: object) -> None:
        reply = await target.post(place.query, **place.variables(given))
        fault = {"INTERNAL", "GRAPHQL_VALIDATION_FAILED"} & set(reply.codes)  # of the server, of this test
        if fault or reply.status not in {200, 400} or INSIDES.search(reply.text):
            wrong.append((place.name, given, reply.text[:300]))

    found = list(places(graph, ids))
    for place in found:
        await inject(place, SQL)
        if place.takes_json:
            await inject(place, NOSQL)

    assert wrong == []
    assert len(found) > 900
    assert (await target.post(COUNTS)).text == before


async def test_who_behaves_well_is_answered_all_the_while(target: Target, capsys: pytest.CaptureFixture[str]) -> None:
    right = (await target.post(PAGE)).text

    async def asked(until: asyncio.Event | None = None) -> list[float]:
        """How long each answer took."""
        took: list[float] = []
        while not until.is_set() if until else len(took) < 20:
            started = time.perf_counter()
            assert (await target.post(PAGE)).text == right
            took.append((time.perf_counter() - started) * 1000)
        return took

    async def attacked(over: asyncio.Event) -> None:
        try:
            for _ in range(ROUNDS):
                found = [attack(target) for attack, _ in ATTACKS.values()]
                outcomes = await asyncio.gather(*found, return_exceptions=True)
                assert not any(isinstance(outcome, TimeoutError) for outcome in outcomes)
        finally:
            over.set()

    over = asyncio.Event()
    figures = {"before": (await asked(), memory(target))}
    during, _ = await asyncio.gather(asked(over), attacked(over))
    figures |= {"during": (during, memory(target))}
    figures |= {"after": (await asked(), memory(target))}

    with capsys.disabled():
        print()
        for when, (took, megabytes) in figures.items():
            typical, worst = statistics.median(took), max(took)
            print(f"  {when}: {len(took)} answers, {typical:.0f} ms, at worst {worst:.0f} ms; {megabytes:.0f} MB")
    assert max(during) < LATE * 1000
    assert figures["after"][1] - figures["before"][1] < GROWTH
    lines = target.server.lines
    assert [line for line in lines if line["event"] == "unexpected"] == []
    assert target.server.token not in json.dumps(lines)


def memory(target: Target) -> float:
    """What the server holds, in megabytes."""
    done = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(target.server.process.pid)], capture_output=True, text=True, check=True
    )
    return int(done.stdout) / 1024
