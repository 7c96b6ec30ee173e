"""JSON put together from texts is what one writer makes of the whole, whatever the texts are."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from graphql import GraphQLBoolean, GraphQLInt, GraphQLString
from hypothesis import given
from hypothesis import strategies as st

from dashgraph.graph.plan.json_texts import listed, strings, text, texts, whole
from dashgraph.graph.plan.leaves import completed, writer
from dashgraph.graph.schema import schema

ODD = st.sampled_from(
    ['"', ",", '","', "\\", "\0", '\\"', "\\u0000", '"\0"', "\x1f", "\\u001f", "é", "\U0001f600", "\u2028", ""]
)
STRINGS = st.lists(ODD | st.text(st.characters(exclude_categories=["Cs"]))).map("".join) | ODD
VALUES = st.none() | STRINGS | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.lists(STRINGS)
SOURCE_KIND: Any = schema._schema.type_map["SourceKind"]
LEAVES = (GraphQLString, GraphQLInt, GraphQLBoolean, SOURCE_KIND)


@given(st.lists(STRINGS, min_size=1))
def test_texts_are_escaped_together_as_each_alone(values: list[str]) -> None:
    assert strings(values) == [text(one) for one in values]


@given(st.lists(VALUES, min_size=1))
def test_the_parts_make_the_whole(values: list[Any]) -> None:
    parts = texts(values)
    assert whole(f"[{','.join(parts)}]") == orjson.dumps(values)
    assert whole(listed(parts, False)) == orjson.dumps(values)
    assert whole(listed([[one] for one in parts], True)) == orjson.dumps(values)


def test_half_of_a_pair_is_refused() -> None:
    with pytest.raises(orjson.JSONEncodeError):
        texts(["whole", "\ud800"])


@pytest.mark.parametrize("type_", LEAVES, ids=str)
@pytest.mark.parametrize("nullable", [True, False])
@given(data=st.data())
def test_a_column_is_written_as_each_of_its_values(type_: Any, nullable: bool, data: st.DataObject) -> None:
    usual = {
        "String": STRINGS,
        "Int": st.integers(-(2**31), 2**31 - 1),
        "Boolean": st.booleans(),
    }.get(type_.name, st.sampled_from(list(getattr(type_, "wrapped_cls", [None]))))
    values = data.draw(st.lists(usual, min_size=1) | st.lists(usual | VALUES, min_size=1))
    complete = completed(type_, nullable=nullable)
    expected = outcome(lambda: [text(complete(one)) for one in values])
    assert outcome(lambda: writer(type_, nullable=nullable)(values)) == expected


def outcome(work: Callable[[], list[str]]) -> list[str] | type[Exception]:
    """What comes of it, or that the reference path is to answer."""
    try:
        return work()
    except Exception:  # noqa: BLE001 - any of them is a reason to ask the reference path
        return Exception
