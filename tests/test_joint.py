"""Small questions of one round are one statement of PostgreSQL: the same answers, and nobody is left waiting."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event, text

from company import Company, global_id
from conftest import Asking, Stores
from dashgraph.connectors.native.tables import FEW
from dashgraph.domain.ids import Kind
from dashgraph.domain.rounds import side_by_side
from dashgraph.store.database import Database, open_database
from dashgraph.store.joint import USUAL, Question
from dashgraph.store.packing import SEPARATOR

pytestmark = pytest.mark.parametrize("stores", ["postgresql"], indirect=True)

SECONDS = 20  # for what takes milliseconds
PARTS = "widgets { totalCount edges { node { id title } } } shares { edges { node { rule } } } owner { email }"
ONE = f"query ($id: ID!) {{ dashboard(id: $id, scope: ALL) {{ title {PARTS} }} }}"
MANY = f"query ($ids: [ID!]!) {{ nodes(ids: $ids, scope: ALL) {{ ... on Dashboard {{ title {PARTS} }} }} }}"
GREETING = Question("SELECT CAST($2 AS TEXT), 'it''s $1', CAST($1 AS TEXT)", ["hello", "there"], 3)
NUMBER = Question("SELECT CAST($1 AS TEXT), CAST($1 AS TEXT)", ["seven"], 2)
WRONG = Question("SELECT 1 / length($1)", [""], 1)
LOCK = 7
LOCKED = Question(f"SELECT CAST(pg_advisory_xact_lock({LOCK}) AS TEXT), CAST($1 AS TEXT)", ["mine"], 2)


@pytest.fixture
async def database(stores: Stores) -> AsyncIterator[Database]:
    opened = open_database(await stores.fresh("empty"))
    yield opened
    await opened.close()


def asked(database: Database, *questions: Question, times: int = USUAL) -> list["asyncio.Task[Sequence[Any]]"]:
    """These side by side in one round, as if they had been asked so often already."""
    joint = database.joint
    for _ in range(times - 1):
        joint._statement(questions)
    with side_by_side():
        return [asyncio.ensure_future(joint.row(one)) for one in questions]


@pytest.mark.parametrize("times", [1, USUAL])
async def test_each_gets_its_own_row(database: Database, times: int) -> None:
    statements: list[str] = []
    event.listen(
        database.engine.sync_engine, "before_cursor_execute", lambda _c, _d, one, *_more: statements.append(one)
    )

    rows = await asyncio.gather(*asked(database, GREETING, NUMBER, GREETING, times=times))

    greeting = ("there", "it's $1", "hello")
    assert [tuple(one) for one in rows] == [greeting, ("seven", "seven"), greeting]
    assert len(statements) == (1 if times == USUAL else 3)


async def test_rounds_do_not_meet(database: Database) -> None:
    joint = database.joint
    for _ in range(USUAL):
        joint._statement([NUMBER, NUMBER])
    others = [Question(NUMBER.text, [str(at)], NUMBER.width) for at in range(4)]
    tasks = []
    for one in others:
        with side_by_side():
            tasks.append(asyncio.ensure_future(joint.row(one)))

    assert [tuple(one) for one in await asyncio.gather(*tasks)] == [(str(at),) * 2 for at in range(4)]
    assert (NUMBER.text,) * 4 not in joint._usual


async def test_what_goes_wrong_is_told_to_who_asked_for_it(database: Database) -> None:
    ends = await asyncio.gather(*asked(database, NUMBER, WRONG, GREETING), return_exceptions=True)

    assert isinstance(ends[1], asyncpg.DivisionByZeroError)
    assert [ends[0], ends[2]] == [("seven", "seven"), ("there", "it's $1", "hello")]


async def test_who_is_given_up_does_not_hold_the_others(database: Database) -> None:
    async with database.reading() as session:
        await session.execute(text(f"SELECT pg_advisory_lock({LOCK})"))
        first, second, third = asked(database, LOCKED, NUMBER, GREETING)
        await waiters(database, 1)
        second.cancel()
        await session.execute(text(f"SELECT pg_advisory_unlock({LOCK})"))

    async with asyncio.timeout(SECONDS):
        assert tuple(await first) == ("", "mine")
        assert tuple(await third) == ("there", "it's $1", "hello")
    assert second.cancelled()


@pytest.mark.parametrize("is_sent", [False, True])
async def test_the_first_that_is_given_up_leaves_nobody_waiting(database: Database, *, is_sent: bool) -> None:
    async with database.reading() as session:
        await session.execute(text(f"SELECT pg_advisory_lock({LOCK})"))
        first, second, third = asked(database, LOCKED, NUMBER, GREETING)
        if is_sent:
            await waiters(database, 1)
        else:
            await asyncio.sleep(0)
        first.cancel()

        async with asyncio.timeout(SECONDS):
            assert tuple(await second) == ("seven", "seven")
            assert tuple(await third) == ("there", "it's $1", "hello")
            await waiters(database, 0)
        await session.execute(text(f"SELECT pg_advisory_unlock({LOCK})"))
    assert first.cancelled()


async def waiters(database: Database, many: int) -> None:
    """Wait until the server is at so many statements that wait for the lock."""
    async with asyncio.timeout(SECONDS), database.reading() as session:
        while True:
            found = text(
                f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = {LOCK} AND NOT granted"
            )
            if (await session.execute(found)).scalar_one() == many:
                return


async def test_a_small_question_is_answered_by_fewer_statements(empty: Asking) -> None:
    await two_dashboards(empty)
    viewer = await empty.viewer("boss@x.example")
    answers, statements = [], []
    for _ in range(USUAL + 2):
        answers.append(await empty.data(viewer, ONE, id=global_id(Kind.DASHBOARD, "first")))
        statements.append(len(empty.statements))

    assert all(one == answers[0] for one in answers)
    assert set(statements[: USUAL - 1]) == {statements[0]}
    assert max(statements[USUAL - 1 :]) < statements[0]


async def test_texts_that_read_like_what_joins_them_come_back_whole(empty: Asking) -> None:
    await two_dashboards(empty)
    viewer = await empty.viewer("boss@x.example")
    for _ in range(USUAL + 1):
        found = await empty.data(viewer, ONE, id=global_id(Kind.DASHBOARD, "other"))
        assert found["dashboard"]["title"] == f"Oth{SEPARATOR}er"
        assert found["dashboard"]["owner"] == {"email": "boss@x.example"}
        assert found["dashboard"]["widgets"]["totalCount"] == 2


async def test_of_many_things_each_question_is_a_statement(empty: Asking) -> None:
    company = Company(empty.world.database)
    await company.user("boss", "admin")
    names = [f"dash{number}" for number in range(FEW + 1)]
    for name in names:
        await company.dashboard(name, "boss", tiles=("a",))
        await company.share(name, user="boss", rule="edit")
    viewer = await empty.viewer("boss@x.example")
    statements = []
    for _ in range(USUAL + 1):
        await empty.data(viewer, MANY, ids=[global_id(Kind.DASHBOARD, one) for one in names])
        statements.append(len(empty.statements))

    assert len(set(statements)) == 1


async def two_dashboards(asking: Asking) -> None:
    company = Company(asking.world.database)
    await company.user("boss", "admin")
    for name, title in (("first", "First"), ("other", f"Oth{SEPARATOR}er")):
        await company.dashboard(name, "boss", title=title, tiles=("a", "b"))
        await company.share(name, user="boss", rule="edit")
