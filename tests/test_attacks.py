"""What attackers get for an answer, and that others do not notice."""

import asyncio
import json
import statistics
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from graphql import build_schema

from attacks import ATTACKS, PAGE, SETTINGS, Attack, Target, Told
from injections import Place, places
from serving import INSIDES, Client, serving
from test_issuer import issuing
from test_schema import ROOT

LATE = 60  # seconds: far more than any answer takes
STARVED = 5  # seconds that nobody may wait, on the slowest machine; this is no measure of how long they do
GROWTH = 200  # megabytes: far more than the server grows by
ROUNDS = 2
CROWD = 50  # questions of each in a crowd
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
    """By a client in a process of its own, which the attackers do not keep from asking."""

    async def attacked() -> None:
        for _ in range(ROUNDS):
            found = [attack(target) for attack, _ in ATTACKS.values()]
            outcomes = await asyncio.gather(*found, return_exceptions=True)
            assert not any(isinstance(outcome, TimeoutError) for outcome in outcomes)

    async def crowded() -> None:
        """As many clients as there are attackers, who ask for the same page without a pause."""

        async def one() -> None:
            for _ in range(CROWD):
                assert (await target.post(PAGE)).status == 200

        await asyncio.gather(*(one() for _ in ATTACKS))

    figures = {}
    for when, meanwhile in {"before": None, "in a crowd": crowded, "attacked": attacked, "after": None}.items():
        async with polite(target) as answered:
            if meanwhile is not None:
                await meanwhile()
        figures[when] = (answered, memory(target))

    with capsys.disabled():
        print()
        for when, (took, megabytes) in figures.items():
            typical, rarely = statistics.median(took), statistics.quantiles(took, n=100, method="inclusive")[98]
            print(
                f"  {when}: {len(took)} answers, median {typical:.0f} ms, 99 of 100 within {rarely:.0f} ms, "
                f"the slowest {max(took):.0f} ms; {megabytes:.0f} MB"
            )
    assert max(figures["attacked"][0]) < STARVED * 1000
    assert figures["after"][1] - figures["before"][1] < GROWTH
    lines = target.server.lines
    assert [line for line in lines if line["event"] == "unexpected"] == []
    assert target.server.token not in json.dumps(lines)


@asynccontextmanager
async def polite(target: Target) -> AsyncIterator[list[float]]:
    """Somebody who asks for a page all through the block; afterwards, how many milliseconds each answer took."""
    script = str(Path(__file__).parent / "polite.py")
    process = await asyncio.create_subprocess_exec(sys.executable, script, stdin=PIPE, stdout=PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    took: list[float] = []
    try:
        asked = {"url": target.server.address + "/graphql", "token": target.server.token, "query": PAGE}
        process.stdin.write(json.dumps(asked).encode() + b"\n")
        assert await process.stdout.readline() == b"asking\n"
        yield took
        out, _ = await asyncio.wait_for(process.communicate(b""), LATE)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    found = json.loads(out)
    assert found["answers"] == 1, "always the same"
    took += found["took"]


def memory(target: Target) -> float:
    """What the server holds, in megabytes."""
    done = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(target.server.process.pid)], capture_output=True, text=True, check=True
    )
    return int(done.stdout) / 1024
