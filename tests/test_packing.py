"""Whole answers of PostgreSQL as one row: whatever the texts are, the columns are those of the rows."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Integer, MetaData, Select, Table, Text, insert, literal_column, null, select

from conftest import Stores
from dashgraph.store.database import open_database
from dashgraph.store.packing import NULL, SEPARATOR, Kind
from dashgraph.store.prepared import PreparedStatements
from dashgraph.store.tables import Instant

pytestmark = pytest.mark.parametrize("stores", ["postgresql"], indirect=True)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"]) | st.sampled_from(SEPARATOR + NULL)
TEXTS = st.text(CHARACTERS, max_size=3) | st.sampled_from([NULL, SEPARATOR])
WORDS = st.lists(st.tuples(TEXTS, st.none() | TEXTS), max_size=6)
METADATA = MetaData()
WORDS_TABLE = Table(
    "words", METADATA, Column("place", Integer), Column("word", Text, nullable=False), Column("perhaps", Text)
)
PLACES_TABLE = Table("places", METADATA, Column("place", Integer))
OTHERS = {"flag": True, "number": 7, "moment": NOON, "nothing": None, "untyped": 8}


def statement() -> Select[tuple[object, ...]]:
    return select(
        WORDS_TABLE.c.word,
        WORDS_TABLE.c.perhaps,
        literal_column("true", Boolean()).label("flag"),
        literal_column("7", Integer()).label("number"),
        literal_column("TIMESTAMPTZ '2026-11-22 12:00+00'", Instant()).label("moment"),
        null().label("nothing"),
        literal_column("8").label("untyped"),
    ).order_by(WORDS_TABLE.c.place)


def beside_nothing() -> Select[tuple[object, ...]]:
    """The words in an outer join, with one place where there is none."""
    joined = PLACES_TABLE.outerjoin(WORDS_TABLE, WORDS_TABLE.c.place == PLACES_TABLE.c.place)
    return select(WORDS_TABLE.c.word).select_from(joined).order_by(PLACES_TABLE.c.place)


async def test_any_texts_come_back_as_they_were(stores: Stores) -> None:
    database = open_database(await stores.fresh("empty"))
    tried: list[list[tuple[str, str | None]]] = [[], [("", None)], [(NULL, NULL), ("", None)], [(SEPARATOR, "")]]

    @settings(max_examples=150, database=None)
    @given(WORDS)
    def collect(words: list[tuple[str, str | None]]) -> None:
        tried.append(words)

    collect()
    async with database.engine.begin() as session:
        await session.run_sync(METADATA.create_all)
    statements = PreparedStatements(database)
    plain, outer = statements.get("plain", statement), statements.get("outer", beside_nothing)
    assert plain.kinds == [Kind.TEXT, Kind.TEXT_OR_NULL, Kind.OTHER, Kind.OTHER, Kind.OTHER, Kind.NOTHING, Kind.OTHER]
    assert outer.kinds == [Kind.TEXT_OR_NULL]
    for words in tried:
        async with database.writing() as session:
            await session.exec_driver_sql("TRUNCATE words, places")
            await session.execute(insert(PLACES_TABLE), [{"place": at} for at in range(len(words) + 1)])
            if words:
                rows = [{"place": at, "word": word, "perhaps": perhaps} for at, (word, perhaps) in enumerate(words)]
                await session.execute(insert(WORDS_TABLE), rows)
        found = [list(column) for column in await statements.columns(plain)]
        assert found[:2] == [[one for one, _ in words], [one for _, one in words]]
        assert found[2:] == [[value] * len(words) for value in OTHERS.values()]
        assert list((await statements.columns(outer))[0]) == [*(one for one, _ in words), None]
    await database.close()
