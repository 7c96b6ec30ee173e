"""What the benchmark asks is what the schemas answer, and what it measures with is right; it does not run here."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from graphql import build_schema, parse, validate

from benchmark.contest.company import DASHBOARDS, WIDGETS, Branch, Company
from benchmark.contest.contestants import CONTESTANTS, PEERS
from benchmark.contest.load import Load, Unanswered, connected, load
from benchmark.contest.questions import QUESTIONS, Dialect
from benchmark.contest.rounds import Result, ratio
from benchmark.contest.usage import usage

SCHEMAS = {
    Dialect.DASHGRAPH: Path(__file__).parent.parent / "schema.graphql",
    Dialect.PLAIN: PEERS / "plain.graphql",
}
BODY = b"x" * 300_000


@asynccontextmanager
async def answering() -> AsyncIterator[tuple[str, int]]:
    """A server that answers in the two ways of HTTP/1.1, and one that refuses."""

    async def whole(_: web.Request) -> web.Response:
        return web.Response(body=BODY)

    async def chunked(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        answer.enable_chunked_encoding()
        await answer.prepare(request)
        for start in range(0, len(BODY), 100_000):
            await answer.write(BODY[start : start + 100_000])
        return answer

    async def refused(_: web.Request) -> web.Response:
        raise web.HTTPBadRequest(text="no")

    app = web.Application()
    app.add_routes([web.get("/whole", whole), web.get("/chunked", chunked), web.get("/refused", refused)])
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0]
    finally:
        await runner.cleanup()


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: it\r\n\r\n".encode()


@pytest.mark.parametrize("dialect", SCHEMAS)
def test_the_questions_are_valid(dialect: Dialect) -> None:
    schema = build_schema(SCHEMAS[dialect].read_text(), assume_valid=True)  # it may name directives of federation

    assert [validate(schema, parse(one.said[dialect])) for one in QUESTIONS] == [[]] * len(QUESTIONS)


def test_the_company_has_as_much_as_it_says() -> None:
    branch = Branch(0)
    tables = (branch._users(), branch._groups(), branch._dashboards(), branch._shares())

    assert [sum(1 for _ in rows) for rows in tables] == [2_000, 200, 5_000, 30_000]
    assert DASHBOARDS * WIDGETS == 40_000
    assert len(set(Company().dashboard_ids(100))) == 100


def test_connections_and_what_postgraphile_says_become_the_lists_of_the_others() -> None:
    shared = next(one for one in QUESTIONS if one.name == "Q1")
    plain = b"""{"data": {"dashboards": [{"id": "d", "title": "t", "owner": null, "widgets": [{"id": "w"}],
        "shares": [{"rule": "VIEW", "user": {"groups": [{"name": "a"}, {"name": "B"}]}, "group": null}]}]}}"""
    ours = b"""{"data": {"dashboards": {"edges": [{"node": {"id": "d", "title": "t", "owner": null,
        "widgets": {"edges": [{"node": {"id": "w"}}]}, "shares": {"edges": [{"node": {"rule": "VIEW", "user":
        {"groups": {"edges": [{"node": {"name": "a"}}, {"node": {"name": "B"}}]}}, "group": null}}]}}}]}}}"""
    theirs = b"""{"data": {"dashboards": {"nodes": [{"id": "d", "owner": null, "edition": {"title": "t",
        "widgets": {"nodes": [{"id": "w"}]}}, "shares": {"nodes": [{"rule": "view", "user": {"memberships": {"nodes":
        [{"group": {"name": "B"}}, {"group": {"name": "a"}}]}}, "group": null}]}}]}}}"""

    expected = shared.comparable(Dialect.PLAIN, plain)

    assert shared.comparable(Dialect.DASHGRAPH, ours) == expected
    assert shared.comparable(Dialect.POSTGRAPHILE, theirs) == expected
    with pytest.raises(ValueError, match="Q1: broken"):
        shared.comparable(Dialect.PLAIN, b'{"data": null, "errors": ["broken"]}')


async def test_a_load_counts_right_answers_alone() -> None:
    async with answering() as address:
        requests = [get("/whole"), get("/chunked")]
        sizes = [len(BODY)] * 2

        found = await load(address, requests, sizes, concurrency=4, seconds=0.05)

        assert len(found.latencies) >= 4
        assert found.seconds >= 0.05
        assert found.rate == len(found.latencies) / found.seconds
        with pytest.raises(Unanswered, match="300000 bytes instead of 7"):
            await load(address, requests, [7, 7], concurrency=1, seconds=0.05)
        async with connected(address) as connection:
            assert [await connection.ask(one) for one in requests] == [BODY, BODY]
            with pytest.raises(Unanswered, match="status 400: no"):
                await connection.ask(get("/refused"))


def test_ratios_are_those_of_the_middle_round() -> None:
    ours, theirs = Result(), Result()
    for our, their in ((30, 10), (80, 20), (1, 100)):
        ours.add(Load([0.001] * our, 1), 0.2, 0.1)
        theirs.add(Load([0.002] * their, 1), 0.2, 0.1)

    assert ratio(ours, theirs) == 3
    assert theirs.latency(0.99) == 0.002
    assert theirs.spent == pytest.approx(0.9 / 130)


def test_what_a_process_uses_is_told() -> None:
    before = usage(os.getpid())

    sum(number * number for number in range(1_000_000))

    assert usage(os.getpid()).seconds > before.seconds > 0
    assert before.memory > 10_000_000


def test_every_contestant_has_a_name_of_its_own() -> None:
    assert len({one.key for one in CONTESTANTS}) == len({one.name for one in CONTESTANTS}) == len(CONTESTANTS)
