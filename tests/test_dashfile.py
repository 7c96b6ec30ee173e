"""What a `.dash` file may be. Everything else is refused with one line that says what is wrong and where."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashgraph.domain.formats.reading import read
from dashgraph.domain.formats.values import Limits
from dashgraph.domain.problems import BadDocument

USUAL = Limits()
SMALL = Limits(megabytes=1, depth=10, dashboards=2, widgets=2)
BAD_ID = "An id holds 1 to 64 letters, digits or the signs _ . ~ -"
CUT_OFF = "The file ends in the middle; was it cut off?"


def dashboard(oid: str | None = "plan", *tiles: str, title: str = "Plan", **more: Any) -> dict[str, Any]:
    """A small document as a server exports it: the widgets named, the layout placing them, and whatever more."""
    elements = [{"widgetid": tile, "height": "96px"} for tile in tiles]
    return {
        "title": title,
        **({} if oid is None else {"oid": oid}),
        "desc": "",
        "source": None,
        "type": "dashboard",
        "layout": {"type": "columnar", "columns": [{"width": 100, "cells": [{"subcells": [{"elements": elements}]}]}]},
        "widgets": [
            {"title": "", "type": "pivot", "oid": tile, "dashboardid": oid, "style": {"rows": 1}} for tile in tiles
        ],
        **more,
    }


def file_of(found: Any) -> bytes:
    return json.dumps(found).encode()


def titled(rest: str) -> bytes:
    """A dashboard with a title, and a part that only text can say."""
    return b'{"title": "Plan", ' + rest.encode() + b"}"


def nested(levels: int) -> bytes:
    """A dashboard in which this many objects and arrays stand inside each other, itself the first."""
    return titled('"x": ' + "[" * (levels - 1) + "]" * (levels - 1))


def complaint(data: bytes, limits: Limits = USUAL) -> str:
    """Why the file, or the only dashboard in it, is refused."""
    try:
        [candidate] = read(data, limits)
    except BadDocument as problem:
        return problem.message
    assert isinstance(candidate.document, BadDocument), "it was taken"
    return candidate.document.message


REFUSED: dict[str, tuple[bytes, str]] = {
    # not text, or not JSON
    "empty": (b"", "The file is empty"),
    "blank": (b"\xef\xbb\xbf \n\t", "The file is empty"),
    "utf-16": ('{"title": "x"}'.encode("utf-16"), "The file looks like UTF-16 or UTF-32; save it as UTF-8"),
    "utf-16 without a mark": ('{"t": 1}'.encode("utf-16-le"), "The file looks like UTF-16 or UTF-32; save it as UTF-8"),
    "utf-32": ('{"title": "x"}'.encode("utf-32"), "The file looks like UTF-16 or UTF-32; save it as UTF-8"),
    "latin-1": (b'{"a": 1,\n"title": "\xc4rger"}', "Not UTF-8 text at line 2 (byte 19); is this a .dash file?"),
    "half a surrogate in utf-8": (b'"\xed\xa0\x80"', "Not UTF-8 text at line 1 (byte 1); is this a .dash file?"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "Not UTF-8 text at line 1 (byte 0); is this a .dash file?"),
    "truncated": (b'{"title": "Plan",\n "widgets": [', f"{CUT_OFF} (line 2, column 14)"),
    "truncated in a text": (b'{"title": "Pl', f"{CUT_OFF} (line 1, column 11)"),
    "html": (b"<html>", "Not JSON: Expecting value (line 1, column 1)"),
    "two documents": (b"{}\n{}", "Not JSON: Extra data (line 2, column 1)"),
    "a line break in a text": (titled('"a": "x\ny"'), "Not JSON: Invalid control character (line 1, column 26)"),
    # JSON that reading would change
    "NaN": (titled('"a": [1, NaN]'), "NaN is not a value of JSON (at /a/1)"),
    "Infinity": (titled('"a": Infinity'), "Infinity is not a value of JSON (at /a)"),
    "-Infinity": (b"-Infinity", "-Infinity is not a value of JSON (at the top)"),
    "1e999": (titled('"a": {"b~/": -1e999}'), "A number too large to keep (at /a/b~0~1)"),
    "5000 digits": (titled(f'"a": "{"1" * 5000}", "b": [{"1" * 5000}]'), "A number with thousands of digits (at /b/0)"),
    "a key twice": (titled('"a": {"k": 1, "j": 2, "k": 1}'), 'The key "k" stands twice in one object (at /a)'),
    "a key twice at the top": (titled('"title": 1'), 'The key "title" stands twice in one object (at the top)'),
    "a wild key twice": (
        b'{"\\n\\ud800": 1, "\\n\\ud800": 1}',
        r'The key "\n\ud800" stands twice in one object (at the top)',
    ),
    # too much
    "just too deep": (nested(101), "Nested more than 100 levels deep (at /x" + "/0" * 99 + ")"),
    "far too deep": (nested(100_000), "Nested more than 100 levels deep (line 1, column 123)"),
    "endlessly deep": (b'\n{"a":' * 100_000, "Nested more than 100 levels deep (line 102, column 1)"),
    # not a dashboard
    "a number": (b"7", "Expected a dashboard or an array of dashboards, found a number (at the top)"),
    "a text": (b'"x"', "Expected a dashboard or an array of dashboards, found text (at the top)"),
    "null": (b"null", "Expected a dashboard or an array of dashboards, found null (at the top)"),
    "true": (b"true", "Expected a dashboard or an array of dashboards, found true or false (at the top)"),
    "no dashboards": (b"[]", "The array holds no dashboards (at the top)"),
    "a number among dashboards": (b"[1]", "Expected a dashboard (an object), found a number (at /0)"),
    "an array among dashboards": (b"[[]]", "Expected a dashboard (an object), found an array (at /0)"),
    "NaN among dashboards": (b"[NaN]", "NaN is not a value of JSON (at /0)"),
    "an empty object": (b"{}", "A dashboard needs a title (at /title)"),
    "a widget": (
        file_of({"oid": "a", "type": "pivot", "metadata": {"panels": []}}),
        "This is a widget; a dashboard has a title, a layout and widgets (at /title)",
    ),
    # a dashboard with something wrong in it
    "title null": (file_of({"title": None}), "Expected text, found null (at /title)"),
    "title a number": (file_of([{"title": 7}]), "Expected text, found a number (at /0/title)"),
    "id a number": (file_of(dashboard(oid=7)), "Expected an id (text), found a number (at /oid)"),  # type: ignore[arg-type]
    "id with a slash": (file_of(dashboard("a/b")), f"{BAD_ID} (at /oid)"),
    "id with a line break": (file_of(dashboard("a\n")), f"{BAD_ID} (at /oid)"),
    "id empty": (file_of(dashboard("")), f"{BAD_ID} (at /oid)"),
    "id too long": (file_of(dashboard("a" * 65)), f"{BAD_ID} (at /oid)"),
    "description a list": (file_of(dashboard(desc=[])), "Expected text, found an array (at /desc)"),
    "layout a list": (file_of(dashboard(layout=[])), "Expected an object, found an array (at /layout)"),
    "filters an object": (file_of(dashboard(filters={})), "Expected an array, found an object (at /filters)"),
    "data source a number": (
        file_of(dashboard(datasource=0)),
        "Expected an object, found a number (at /datasource)",
    ),
    "widgets a text": (file_of(dashboard(widgets="a")), "Expected an array of widgets, found text (at /widgets)"),
    "widget null": (
        file_of(dashboard(widgets=[{}, None])),
        "Expected a widget (an object), found null (at /widgets/1)",
    ),
    "widget null in a map": (
        file_of(dashboard(widgets={"a/b\n": None})),
        r"Expected a widget (an object), found null (at /widgets/a~1b\n)",
    ),
    "widget id with a slash": (
        file_of([dashboard(widgets=[{"oid": "a/b"}])]),
        f"{BAD_ID} (at /0/widgets/0/oid)",
    ),
    "widget title a number": (
        file_of(dashboard(widgets=[{"title": 1}])),
        "Expected text, found a number (at /widgets/0/title)",
    ),
    "widget data source a list": (
        file_of(dashboard(widgets=[{"datasource": []}])),
        "Expected an object, found an array (at /widgets/0/datasource)",
    ),
    "two widgets with one id": (
        file_of(dashboard("plan", "a", "b", "a")),
        "The widget id a is also at /widgets/0 (at /widgets/2/oid)",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_is_refused_with_its_place(name: str) -> None:
    data, message = REFUSED[name]

    assert complaint(data) == message
    assert message.isprintable()


def test_a_file_may_be_as_large_as_the_limit_and_no_larger() -> None:
    largest = file_of(dashboard()).ljust(SMALL.bytes)

    assert isinstance(read(largest, SMALL)[0].document, dict)
    assert complaint(largest + b" ", SMALL) == "The file is larger than 1 MB, the most that is taken (--max-megabytes)"


def test_a_file_holds_no_more_than_the_limits() -> None:
    two, three = [dashboard("a"), dashboard("b")], [dashboard("a"), dashboard("b"), dashboard("c")]
    full, fuller = dashboard("plan", "a", "b"), dashboard("plan", "a", "b", "c")

    assert len(read(file_of(two), SMALL)) == 2
    assert read(file_of(full), SMALL)[0].document == full
    with pytest.raises(BadDocument, match="3 dashboards in one file; at most 2 are taken at once"):
        read(file_of(three), SMALL)
    assert complaint(file_of(fuller), SMALL) == "3 widgets on one dashboard; at most 2 are taken (at /widgets)"


def test_the_deepest_dashboard_allowed_is_read_alone_and_in_an_array() -> None:
    for deepest in (nested(100), b"[" + nested(100) + b"]"):
        [candidate] = read(deepest)
        assert isinstance(candidate.document, dict)


def test_a_long_place_is_told_in_one_bearable_line() -> None:
    name = "k" * 1_000_000
    deep = titled('"x": ' + f'{{"{name}": ' * 20 + "NaN" + "}" * 20)

    message = complaint(deep)

    assert message.startswith("NaN is not a value of JSON (at /x/kkk")
    assert len(message) < 250


def test_one_broken_dashboard_among_several_fails_alone() -> None:
    good, other = dashboard("a", "w"), dashboard("b", "w")
    data = f'[{json.dumps(good)}, {{"title": "x", "a": NaN}}, 7, {json.dumps(other)}]'.encode()

    found = read(data)

    assert [candidate.pointer for candidate in found] == ["/0", "/1", "/2", "/3"]
    assert [candidate.document for candidate in found if isinstance(candidate.document, dict)] == [good, other]
    assert [str(candidate.document) for candidate in found[1:3]] == [
        "NaN is not a value of JSON (at /1/a)",
        "Expected a dashboard (an object), found a number (at /2)",
    ]


def test_of_two_dashboards_with_one_id_in_a_file_the_second_fails() -> None:
    first, second, third = read(file_of([dashboard("a"), dashboard("a", title="Other"), dashboard(None)]))

    assert isinstance(first.document, dict)
    assert str(second.document) == "The dashboard id a is also at /0 (at /1/oid)"
    assert isinstance(third.document, dict)


@pytest.mark.parametrize(
    "document",
    [
        {"title": ""},
        {"title": "\ufeff\0\ud800 \u202e"},
        {"title": "Plan", "oid": None, "widgets": None, "layout": None, "filters": None, "datasource": "Sales"},
        dashboard("A-z_0.9~", "a", "b", x=[1e308, -0.0, 10**4000, 2**64, "\x7f", {"": {}}]),
        dashboard(widgets={"": {"oid": "a"}, "x": {}}),
        dashboard(layout={"columns": 7}, style="none", widgets=[{"metadata": [], "oid": None}]),
    ],
)
def test_what_dashgraph_does_not_rely_on_may_be_anything(document: dict[str, Any]) -> None:
    for data in (file_of(document), b"\xef\xbb\xbf" + file_of(document), b" \r\n" + file_of(document) + b"\n\n"):
        [candidate] = read(data)
        assert json.dumps(candidate.document) == json.dumps(document)


def test_no_beginning_of_a_file_is_taken_for_the_file() -> None:
    whole = json.dumps([dashboard("plan", "a", title='Ä "q" \\')], ensure_ascii=False).encode()

    for length in range(len(whole)):
        message = complaint(whole[:length])
        assert message.isprintable()
        assert "line" in message or message == "The file is empty"


texts = st.text(st.characters(), max_size=5)
names = st.sampled_from(["title", "oid", "widgets", "layout", "datasource", "desc", "columns", "cells"]) | texts


def values_of(floats: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
    """Any value that `json` writes, shaped a little like dashboards."""
    scalars = st.none() | st.booleans() | st.integers() | floats | texts | st.sampled_from(["plan", "a"])
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5), max_leaves=25
    )


values = values_of(st.floats())
often = settings(max_examples=300, derandomize=True, database=None)


def taken_or_refused(data: bytes) -> None:
    try:
        found = [candidate.document for candidate in read(data, SMALL)]
    except BadDocument as problem:
        found = [problem]
    for document in found:
        assert isinstance(document, dict) or (isinstance(document, BadDocument) and document.message.isprintable())


@often
@given(values)
def test_any_value_is_taken_or_refused(value: Any) -> None:
    taken_or_refused(file_of(value))


@often
@given(
    st.fixed_dictionaries({"title": texts}, optional={"widgets": values, "layout": values, "oid": st.none() | texts})
)
def test_anything_like_a_dashboard_is_taken_or_refused(value: dict[str, Any]) -> None:
    taken_or_refused(file_of([value, value]))


@often
@given(st.binary(max_size=60))
def test_any_bytes_are_taken_or_refused(data: bytes) -> None:
    taken_or_refused(data)


@often
@given(st.data())
def test_a_file_with_a_byte_changed_is_taken_or_refused(data: st.DataObject) -> None:
    whole = bytearray(json.dumps(dashboard("plan", "a"), ensure_ascii=False).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    taken_or_refused(bytes(whole))
