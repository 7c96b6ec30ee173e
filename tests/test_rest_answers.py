"""What a system answered is tamed before it is used, and says where it is not as it must be."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dashgraph.domain.problems import SourceFailed
from dashgraph.sources.rest.answers import Answer, Raw

CANARY = "canary-value"


def raw(value: Any) -> Raw:
    return Raw(value, "finance")


def test_fields_come_out_as_what_they_are() -> None:
    one = raw(
        {
            "id": 7, "uuid": "a-1", "name": "Sales", "count": "12", "share": 0.5, "wide": 3.0, "on": True,
            "at": "2026-06-15T12:00:00.123Z", "east": "2026-06-15T14:00:00+02:00", "plain": "2026-06-15T12:00:00",
            "ms": 1781524800000, "owner": {"name": "Nora"}, "tags": ["a", "b"], "nothing": None,
        }
    )  # fmt: skip

    assert (one.id("id"), one.id("uuid"), one.text("name")) == ("7", "a-1", "Sales")
    assert (one.whole("count"), one.number("share"), one.whole("wide"), one.flag("on")) == (12, 0.5, 3, True)
    assert one.instant("at") == datetime(2026, 6, 15, 12, 0, 0, 123000, UTC)
    assert {one.instant(key) for key in ("east", "plain", "ms")} == {datetime(2026, 6, 15, 12, tzinfo=UTC)}
    assert one.instant("east").tzinfo is UTC
    assert one.object("owner").text("name") == "Nora"
    assert [tag.as_text() for tag in one.list("tags")] == ["a", "b"]
    assert one.get("tags") == ["a", "b"]


def test_what_is_absent_is_the_default_or_none_and_null_is_absent() -> None:
    one = raw({"nothing": None})

    assert (one.text("nothing", default="x"), one.text("gone", default="y")) == ("x", "y")
    assert (one.flag("gone", default=False), one.whole("gone", default=0), one.number("gone", default=0.5)) == (
        False, 0, 0.5,
    )  # fmt: skip
    optional = (
        one.optional_text, one.optional_id, one.optional_whole, one.optional_instant,
        one.optional_object, one.optional_list,
    )  # fmt: skip
    assert [take("nothing") for take in optional] == [None] * len(optional)


@pytest.mark.parametrize(
    ("value", "take", "said"),
    [
        ({}, lambda one: one.text("name"), "name is not a text"),
        ({"name": 7}, lambda one: one.text("name", default="x"), "name is not a text"),
        ({"name": None}, lambda one: one.text("name"), "name is not a text"),
        ({"a": {"b": [{}, {"c": CANARY}]}}, lambda one: one.object("a").list("b")[1].flag("c"), "a.b[1].c is not true"),
        ({"id": True}, lambda one: one.id("id"), "id is not an id"),
        ({"id": ""}, lambda one: one.id("id"), "id is not an id"),
        ({"n": True}, lambda one: one.number("n"), "n is not a number"),
        ({"n": "NaN"}, lambda one: one.number("n"), "n is not a number"),
        ({"n": "1.5"}, lambda one: one.whole("n"), "n is not a whole number"),
        ({"at": CANARY}, lambda one: one.instant("at"), "at is not an instant"),
        ({"at": 1e300}, lambda one: one.instant("at"), "at is not an instant"),
        ({"at": "0001-01-01T00:00:00+14:00"}, lambda one: one.instant("at"), "at is not an instant"),
        ([CANARY], lambda one: one.text("name"), "the whole of it is not an object"),
        ({"a": [CANARY]}, lambda one: one.list("a")[0].object("b"), "a[0] is not an object"),
        ({"a": {CANARY: 1}}, lambda one: one.object("a").entries()[CANARY].as_text(), "a[0] is not a text"),
        (CANARY, lambda one: one.each(), "the whole of it is not a list"),
    ],
)
def test_what_is_not_as_it_must_be_is_told_by_its_place_and_never_by_its_value(
    value: Any, take: Any, said: str
) -> None:
    with pytest.raises(SourceFailed) as failed:
        take(raw(value))

    assert failed.value.message.startswith(f"finance answered what nobody can use: {said}")
    assert failed.value.facts == {"source": "finance", "retryable": False}
    assert CANARY not in failed.value.message + repr(raw(value))


def answer(body: bytes, kind: str = "application/json; charset=utf-8", status: int = 200) -> Answer:
    return Answer("finance", "/api/dashboards", status, {"Content-Type": kind}, body)


@pytest.mark.parametrize("body", [b"", b" \n", b"null"])
def test_an_empty_answer_is_nothing(body: bytes) -> None:
    assert answer(body).json() is None


def test_a_mark_of_the_byte_order_and_a_wrong_content_type_do_not_matter_where_it_is_json() -> None:
    assert answer(b'\xef\xbb\xbf{"a": 1}', "text/html").json() == {"a": 1}


@pytest.mark.parametrize(
    "body", [b"<!doctype html>canary-value", b'{"a": canary-value}', b"[" * 100_000, b'{"a": NaN}', b"\xff\xfe{\x00"]
)
def test_what_is_not_json_is_told_by_source_path_and_content_type_and_never_by_its_body(body: bytes) -> None:
    with pytest.raises(SourceFailed) as failed:
        answer(body, "text/html; charset=utf-8", 502).json()

    assert failed.value.message == (
        "finance answered /api/dashboards with text/html that is not JSON (HTTP 502); look whether its url leads to it."
    )


def test_an_answer_shows_neither_headers_nor_body_when_it_is_printed() -> None:
    assert CANARY not in repr(Answer("finance", "/x", 200, {"Set-Cookie": CANARY}, CANARY.encode()))
