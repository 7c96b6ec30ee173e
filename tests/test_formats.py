"""Documents of other tools: each becomes a document of the store that holds its original whole, and comes out again."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import SHARED
from dashgraph.domain.dash import widgets_of
from dashgraph.domain.formats import archives, lightdash, native, posthog, reading, writing
from dashgraph.domain.formats.carried import KEY
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.formats.native import Given, Kept
from dashgraph.domain.formats.reading import Candidate, LeftOut
from dashgraph.domain.formats.values import MEGABYTE, Limits
from dashgraph.domain.formats.yaml_writing import written
from dashgraph.domain.imports import DocumentWarningCode
from dashgraph.domain.problems import BadDocument, BadFormat
from readme import README
from test_dashfile import dashboard

Json = dict[str, Any]
LIMITS = Limits()
DATA = SHARED / "data"


def tile(slug: str | None, x: int = 0, y: int = 0, **more: Any) -> Json:
    """A tile of a saved chart, or without a slug one of markdown."""
    place = {"x": x, "y": y, "w": 18, "h": 3}
    if slug is None:
        return {"type": "markdown", "properties": {"title": "", "content": "# Hello"}, **place, **more}
    properties = {"chartSlug": slug, "chartName": slug.title(), "title": "", "hideTitle": False}
    return {"type": "saved_chart", "tileSlug": slug, "properties": properties, **place, **more}


def sales(*tiles: Json, **more: Any) -> Json:
    """A dashboard as code."""
    return {
        "contentType": "dashboard",
        "name": "Sales",
        "slug": "sales",
        "spaceSlug": "shared",
        "description": "What was sold",
        "tiles": list(tiles),
        "tabs": [],
        "filters": {"dimensions": [], "metrics": [], "tableCalculations": []},
        "version": 1,
        **more,
    }


def chart(slug: str, **more: Any) -> Json:
    """A chart as code."""
    query = {"exploreName": "deals", "dimensions": [], "metrics": ["deals_total"], "filters": {}, "sorts": []}
    return {
        "contentType": "chart",
        "name": slug.title(),
        "slug": slug,
        "spaceSlug": "shared",
        "description": f"About {slug}",
        "tableName": "deals",
        "metricQuery": {**query, "limit": 500, "tableCalculations": []},
        "chartConfig": {"type": "big_number", "config": {}},
        "dashboardSlug": None,
        "version": 1,
        **more,
    }


def template(*names: str, **more: Any) -> Json:
    """A dashboard template of PostHog."""
    tiles = [
        {
            "type": "INSIGHT",
            "name": name,
            "description": None,
            "filters": {"insight": "TRENDS", "events": [{"id": "$pageview"}]},
            "layouts": {},
            "color": None,
        }
        for name in names
    ]
    return {
        "template_name": "Traffic",
        "dashboard_description": "Visits",
        "dashboard_filters": {},
        "tiles": tiles,
        **more,
    }


def backup(document: Json, **more: Any) -> Json:
    """dashgraph's own format, with one dashboard."""
    return {"format": "dashgraph", "version": 1, "dashboards": [{"id": "plan", "document": document, **more}]}


def yaml(*values: Json) -> bytes:
    return "---\n".join(map(written, values)).encode()


def one(found: list[Candidate]) -> Json:
    [candidate] = found
    assert isinstance(candidate.document, dict), candidate.document
    return candidate.document


def together(*files: bytes) -> list[list[Candidate]]:
    return reading.candidates([reading.parts(file, LIMITS) for file in files], LIMITS)


def message(data: bytes, kind: DocumentFormat | None = None) -> str:
    """Why the file, or the only dashboard in it, is refused."""
    try:
        [candidate] = reading.read(data, LIMITS, kind)
    except BadDocument as problem:
        return problem.message
    assert isinstance(candidate.document, BadDocument), candidate
    return candidate.document.message


def of(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (of(dashboard()), DocumentFormat.DASH),
        (of(sales()), DocumentFormat.LIGHTDASH),
        (yaml(sales()), DocumentFormat.LIGHTDASH),
        (b"# from the command line\n\n---\n" + yaml(sales()), DocumentFormat.LIGHTDASH),
        (of({key: value for key, value in sales().items() if key != "contentType"}), DocumentFormat.LIGHTDASH),
        (of(template()), DocumentFormat.POSTHOG),
        (of([template()]), DocumentFormat.POSTHOG),
        (of(backup(dashboard())), DocumentFormat.DASHGRAPH),
        (of({"title": "x", "format": "dashgraph"}), DocumentFormat.DASH),
    ],
)
def test_the_format_is_seen_in_the_content(data: bytes, kind: DocumentFormat) -> None:
    assert [part.format for part in reading.parts(data, LIMITS)] == [kind]


def test_a_format_that_is_given_counts_for_more() -> None:
    both = template("a", title="Plan")

    assert one(reading.read(of(both)))["title"] == "Traffic"
    assert one(reading.read(of(both), LIMITS, DocumentFormat.DASH)) == both
    assert message(of(dashboard()), DocumentFormat.POSTHOG) == "Expected text, found null (at /template_name)"
    assert message(of(dashboard()), DocumentFormat.LIGHTDASH) == "Expected text, found null (at /name)"
    assert message(yaml(sales()), DocumentFormat.DASH) == "Not JSON: Expecting value (line 1, column 1)"


def test_a_dashboard_of_lightdash_shows_what_means_the_same_and_holds_the_rest() -> None:
    stage = {"target": {"fieldId": "deals_stage", "tableName": "deals"}, "label": "Stage", "disabled": True}
    raw = sales(
        tile("won", y=6),
        tile("lost", x=18, y=6),
        tile(None, y=0, tabUuid="later"),
        tile("won", y=9, properties={"chartSlug": "won", "title": "Own title"}),
        {"type": "heading", "properties": {"text": "Heading"}, "x": 0, "y": 0, "w": 36, "h": 1},
        tabs=[{"uuid": "later", "name": "Later", "order": 1}],
        filters={"dimensions": [{**stage, "operator": "equals", "values": ["Won"]}]},
    )

    [[candidate], [], []] = together(yaml(raw), yaml(chart("won")), yaml(chart("lost", description="Gone")))
    document = candidate.document

    assert isinstance(document, dict)
    assert (document["title"], document["desc"], document["oid"]) == ("Sales", "What was sold", "sales")
    assert document["filters"] == [
        {"jaql": {"dim": "deals_stage", "table": "deals", "title": "Stage"}, "disabled": True}
    ]
    shown = [
        (widget["title"], widget.get("desc"), widget["type"], widget.get("subtype")) for widget in document["widgets"]
    ]
    assert shown == [
        ("Won", "About won", "saved_chart", "big_number"),
        ("Lost", "Gone", "saved_chart", "big_number"),
        ("", None, "markdown", None),
        ("Own title", "About won", "saved_chart", "big_number"),
        ("Heading", None, "heading", None),
    ]
    ids = [widget["oid"] for widget in document["widgets"]]
    cells = document["layout"]["columns"][0]["cells"]
    rows = [[(sub["elements"][0]["widgetid"], sub["width"]) for sub in cell["subcells"]] for cell in cells]
    assert rows == [[(ids[4], 100)], [(ids[0], 50), (ids[1], 50)], [(ids[3], 50)], [(ids[2], 50)]]
    assert document[KEY] == {"format": "lightdash", "document": {**raw, "tiles": []}}
    assert [widget[KEY]["tile"] for widget in document["widgets"]] == raw["tiles"]
    assert candidate.warnings == ()


def test_ids_of_widgets_are_the_same_each_time_and_follow_the_tile_not_its_place() -> None:
    first, second = tile("won", y=0), tile("lost", y=3)

    before = one(reading.read(yaml(sales(first, second))))["widgets"]
    after = one(reading.read(yaml(sales(second, {**first, "y": 9}))))["widgets"]

    assert [widget["oid"] for widget in after] == [before[1]["oid"], before[0]["oid"]]


def test_a_long_slug_has_an_id_that_is_always_the_same() -> None:
    long = one(reading.read(yaml(sales(slug="s" * 65))))

    assert long["oid"] == one(reading.read(yaml(sales(slug="s" * 65, name="Other"))))["oid"]
    assert len(long["oid"]) == 24
    assert lightdash.written(long)[0]["slug"] == "s" * 65


def test_charts_are_found_in_whichever_file_of_the_import_they_are() -> None:
    board = sales(tile("won"), tile("absent"), tile("deleted", properties={"chartSlug": None, "chartName": "Deleted"}))
    files = {"dashboards/sales.yml": yaml(board), "charts/won.yml": yaml(chart("won")), "notes.md": b"# Notes"}

    for found in (
        reading.read(yaml(chart("won"), board)),
        reading.read(of([board, chart("won")])),
        reading.read(archives.packed(files)),
        [candidate for thing in together(yaml(chart("won")), yaml(board)) for candidate in thing],
    ):
        [candidate] = found
        assert isinstance(candidate.document, dict)
        assert [KEY in widget and "chart" in widget[KEY] for widget in candidate.document["widgets"]] == [
            True,
            False,
            False,
        ]
        [warning] = candidate.warnings
        assert (warning.code, warning.pointer) == (DocumentWarningCode.CHART_MISSING, "/widgets/1")


def test_what_comes_of_no_dashboard_is_told() -> None:
    [[left], [same], [other], [space]] = together(
        yaml(chart("won")),
        yaml(chart("won")),
        yaml(chart("won", name="Other")),
        yaml({"contentType": "space", "name": "Space", "slug": "space", "spaceSlug": "space"}),
    )

    assert (
        left.document
        == same.document
        == LeftOut(
            "won", "Won", "no dashboard of this import shows this chart, and charts are taken with a dashboard only"
        )
    )
    assert str(other.document) == "There is another chart with the slug won (at /slug)"
    assert isinstance(space.document, LeftOut)


REFUSED: dict[str, tuple[bytes, str]] = {
    "a name that is missing": (yaml({**sales(), "name": None}), "Expected text, found null (at /name)"),
    "an empty slug": (yaml(sales(slug="")), "Lightdash knows its content by a slug; this one is empty (at /slug)"),
    "another version": (
        yaml(sales(version=2)),
        "This is another version of Lightdash's format than 1, the one that is known here (at /version)",
    ),
    "no tiles": (yaml({**sales(), "tiles": None}), "Expected an array of tiles, found null (at /tiles)"),
    "a tile without a type": (yaml(sales({"x": 0})), "Expected text, found null (at /tiles/0/type)"),
    "a broken chart": (yaml({"contentType": "chart", "name": "x"}), "Expected text, found null (at /slug)"),
    "broken yaml": (b"name: x\nslug: [\n", "Not YAML: did not find expected node content (line 3, column 1)"),
    "a template without tiles": (of({"template_name": "x"}), "Expected an array of tiles, found null (at /tiles)"),
    "the list of templates": (
        of([{"name": "x", "url": "https://x.example", "description": "", "verified": True, "maintainer": "official"}]),
        "This is PostHog's list of templates, which only says where they are; import the templates themselves (at /0)",
    ),
    "another version of ours": (
        of(backup(dashboard()) | {"version": 2}),
        "Version 2 of dashgraph's format is not known here; this dashgraph reads version 1 (at the top)",
    ),
    "no version of ours": (
        of({"format": "dashgraph", "dashboards": []}),
        "The version is missing; this dashgraph reads version 1 (at the top)",
    ),
    "ours without a document": (
        of({"format": "dashgraph", "version": 1, "dashboards": [{"id": "plan"}]}),
        "Expected a dashboard (an object), found null (at /dashboards/0/document)",
    ),
    "ours with two ids": (
        of(backup(dashboard("other"))),
        "The document has another id than the dashboard (at /dashboards/0/id)",
    ),
    "ours with a share for nobody": (
        of(backup(dashboard(), shares=[{"rule": "view"}])),
        "Expected text, found null (at /dashboards/0/shares/0/user)",
    ),
    "an original that is none": (
        of(dashboard(**{KEY: {"format": "lightdash", "document": []}})),
        f"Expected an object, found an array (at /{KEY}/document)",
    ),
    "a broken archive": (archives.MARK + b"x" * 50, "The archive is broken, or packed in a way that is not taken"),
    "an archive in an archive": (
        archives.packed({"a.json": archives.packed({"b.json": b"{}"})}),
        "An archive in an archive is not taken",
    ),
    "an archive that is too much": (
        archives.packed({"a.json": b" " * 9 * MEGABYTE, "b.json": b" " * 9 * MEGABYTE}),
        "The archive holds more than 16 MB when unpacked, the most that is taken",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_is_refused_with_its_place(name: str) -> None:
    data, expected = REFUSED[name]

    assert message(data) == expected


def test_a_template_shows_what_means_the_same() -> None:
    placed = template("a", "b", id=7, dashboard_filters={"properties": [{"key": "$browser", "value": "x"}]})
    placed["tiles"][0]["layouts"] = {"sm": {"x": 6, "y": 0, "w": 6, "h": 5}}
    placed["tiles"][1] = {"type": "TEXT", "body": "Hello", "layouts": {"sm": {"x": 0, "y": 0, "w": 6, "h": 5}}}

    document = one(reading.read(of(placed)))

    assert (document["title"], document["desc"], document["oid"]) == ("Traffic", "Visits", "7")
    assert [(widget["title"], widget["type"], widget.get("subtype")) for widget in document["widgets"]] == [
        ("a", "INSIGHT", "TRENDS"),
        ("", "TEXT", None),
    ]
    first, second = (widget["oid"] for widget in document["widgets"])
    [cell] = document["layout"]["columns"][0]["cells"]
    assert [sub["elements"][0]["widgetid"] for sub in cell["subcells"]] == [second, first]
    assert document["filters"] == [{"jaql": {"dim": "$browser"}, "disabled": False}]
    assert "oid" not in one(reading.read(of(template("a"))))


def test_what_was_changed_here_is_written_and_nothing_else() -> None:
    raw, charts = sales(tile("won"), tile(None)), {"won": chart("won")}
    document, _ = lightdash.read(raw, charts)
    document |= {"title": "Renamed", "desc": None}
    document["widgets"][0] |= {"title": "Won deals", "desc": "Better"}
    document["widgets"].reverse()

    changed, shown = lightdash.written(document)

    won = tile("won")
    expected = {
        **raw,
        "name": "Renamed",
        "tiles": [tile(None), {**won, "properties": {**won["properties"], "title": "Won deals"}}],
    }
    del expected["description"]
    assert changed == expected
    assert shown == {"won": chart("won", description="Better")}

    document = posthog.read(template("a", "b"))
    document["title"] = "Renamed"
    document["widgets"] = [document["widgets"][1] | {"title": "c", "desc": "About c"}]
    assert posthog.written(document) == {**template("c"), "template_name": "Renamed"} | {
        "tiles": [{**template("c")["tiles"][0], "description": "About c"}]
    }


def test_a_copy_made_here_has_a_slug_of_its_own() -> None:
    document, _ = lightdash.read(sales(tile("won")), {"won": chart("won")})
    copy = {**document, "oid": "5" * 24}

    names = writing.lightdash_files([document, copy])

    assert list(names) == ["charts/won.yml", f"dashboards/{'5' * 24}.yml", "dashboards/sales.yml"]
    assert f'slug: "{"5" * 24}"' in names[f"dashboards/{'5' * 24}.yml"]


def refused(kind: DocumentFormat, *documents: Json) -> str:
    with pytest.raises(BadFormat) as problem:
        writing.lightdash_files(documents) if kind is DocumentFormat.LIGHTDASH else writing.templates(documents)
    return problem.value.message


def test_what_a_format_has_no_place_for_is_refused_with_the_reason() -> None:
    board, _ = lightdash.read(sales(tile("won"), tile("won", y=9), tile(None)), {"won": chart("won")})
    wins = board["widgets"]
    only = "; export it as DASHGRAPH, which holds everything."
    start = "The dashboard 'Sales' cannot be written in Lightdash's format: "

    def changed(index: int, **more: Any) -> Json:
        return {
            **board,
            "widgets": [{**widget, **(more if place == index else {})} for place, widget in enumerate(wins)],
        }

    for document, reason in (
        ({**board, "filters": [{"jaql": {"dim": "x"}}]}, "it has no place for what was changed here at /filters/0"),
        ({**board, "style": {"name": "x"}}, "it has no place for what was changed here at /style"),
        (changed(0, type="pivot"), "it has no place for what was changed here at /widgets/0/type"),
        (changed(2, desc="About"), "it has no place for what was changed here at /widgets/2/desc"),
        (changed(0, desc="x"), "several of its widgets show the chart 'won', and not with the same description"),
        (
            changed(0, **{KEY: {"format": "lightdash", "tile": {}}}),
            "it has no place for what was changed here at /tiles/0/type",
        ),
    ):
        assert refused(DocumentFormat.LIGHTDASH, document) == start + reason + only

    assert refused(DocumentFormat.LIGHTDASH, dashboard(title="Plan")) == (
        "The dashboard 'Plan' came in Sisense's .dash format and cannot be written in Lightdash's format" + only
    )
    foreign = {**board, "widgets": [*wins, dashboard("plan", "a")["widgets"][0]]}
    assert refused(DocumentFormat.LIGHTDASH, foreign) == (
        "The widget '' on the dashboard 'Sales' came in Sisense's .dash format and cannot be written in Lightdash's "
        "format" + only
    )
    assert writing.own_format(foreign) is DocumentFormat.DASHGRAPH
    other, _ = lightdash.read(sales(tile("won"), slug="other", name="Other"), {"won": chart("won", name="Else")})
    assert refused(DocumentFormat.LIGHTDASH, board, other) == (
        "The dashboards 'Sales' and 'Other' do not agree on charts/won.yml; export them one by one, or as DASHGRAPH."
    )
    assert "it has no place for what was changed here at /style" in refused(
        DocumentFormat.POSTHOG, posthog.read(template("a")) | {"style": {}}
    )


def test_no_slug_leads_out_of_the_folder() -> None:
    evil = "../../etc/passwd"
    board, _ = lightdash.read(sales(tile(evil), slug="../up"), {evil: chart(evil)})

    assert all(".." not in name for name in writing.lightdash_files([board]))


def test_our_own_format_tells_everything_and_warns_of_what_is_not_taken_in() -> None:
    document, other = dashboard(None, "a"), dashboard(None, "a", title="Published")
    kept = Kept(
        native="plan",
        document=document,
        published=other,
        folder=("Sales", "North"),
        owner="ann@x.example",
        shares=[Given("user", "ben@x.example", "view", subscribed=True), Given("group", "Team", "edit")],
    )

    [candidate] = reading.read(of(native.envelope([kept])))

    assert (candidate.document, candidate.published, candidate.native) == (document, other, "plan")
    assert candidate.folder == ("Sales", "North")
    [warning] = candidate.warnings
    assert (warning.code, warning.message) == (
        DocumentWarningCode.ACCESS_LEFT_OUT,
        "Not taken in: its owner 'ann@x.example' and its shares (2). Who imports it owns it, and shares it anew.",
    )
    again, _ = native.read(native.envelope([kept])["dashboards"][0], "", LIMITS)
    assert native.envelope([again]) == native.envelope([kept])
    [same] = reading.read(of(backup(document, published=True)))
    assert (same.published, same.warnings) == (document, ())


def test_the_example_in_readme_is_read() -> None:
    text = README.read_text().split("### dashgraph's own format")[1].split("```json\n")[1].split("```")[0]

    [candidate] = reading.read(text.encode())

    assert (candidate.native, candidate.folder) == ("plan", ("Sales", "North"))
    assert isinstance(candidate.document, dict)
    assert candidate.document["title"] == "Plan, reworked"


def test_an_archive_is_the_same_for_the_same_files() -> None:
    assert archives.packed({"b": b"2", "a": b"1"}) == archives.packed({"a": b"1", "b": b"2"})


def real(*path: str) -> Path:
    found = DATA.joinpath(*path)
    if not found.exists():
        pytest.skip("the vendors' documents are not on this machine")
    return found


def demo() -> tuple[Json, dict[str, str]]:
    """The document of Lightdash's public demo, and its files by name."""
    folder = real("lightdash", "demo-saas")
    paths = sorted(folder.rglob("*.yml"))
    found = [candidate for thing in together(*(path.read_bytes() for path in paths)) for candidate in thing]
    return one(found), {path.relative_to(folder).as_posix(): path.read_text() for path in paths}


def schema(*path: str) -> Any:
    return jsonschema.Draft7Validator(json.loads(real(*path).read_text()))


def test_lightdashs_public_demo_comes_out_as_it_went_in() -> None:
    document, files = demo()

    assert len(widgets_of(document)) == 32
    assert writing.lightdash_files([document]) == files
    document["title"] = document["widgets"][5]["title"] = "Changed here"
    changed = writing.lightdash_files([document])
    differing = {name for name, text in changed.items() if text != files[name]}
    assert differing == {"dashboards/sales-overview-wip.yml"}
    [name] = differing
    lines = [(a, b) for a, b in zip(files[name].splitlines(), changed[name].splitlines(), strict=True) if a != b]
    assert lines == [("name: Plumly Sales", "name: Changed here"), ('      title: ""', "      title: Changed here")]


def test_what_is_written_is_what_the_vendors_schemas_say() -> None:
    boards = schema("lightdash", "lightdash_dashboard-as-code-1.0.json")
    charts = schema("lightdash", "lightdash_chart-as-code-1.0.json")
    for document in (demo()[0], lightdash.read(sales(tile("won"), tile(None)), {"won": chart("won")})[0]):
        for changes in ({}, {"title": "Renamed", "desc": None, "oid": "5" * 24}):
            board, shown = lightdash.written({**document, **changes})
            boards.validate(board)
            for found in shown.values():
                if lightdash.kind_of(found) == lightdash.CHART:
                    charts.validate(found)
    templates = schema("posthog", "dashboard-template.schema.json")
    raw = json.loads(real("posthog", "posthog-advertising-analytics.json").read_text())
    for document in (posthog.read(raw), posthog.read(template("a"))):
        templates.validate(posthog.written({**document, "title": "Renamed"}))
    assert list(posthog.written(posthog.read(raw)).items()) == list(raw.items())


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
values = st.recursive(
    texts | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
slugs = st.sampled_from(["won", "lost", "a b", "../x"]) | st.none()
places = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("x", "y", "w", "h", "tabUuid", "uuid", "tileSlug", "odd"), values)
)
properties = st.fixed_dictionaries(
    {},
    optional={"chartSlug": slugs, "title": values, "text": texts, "chartName": texts, "content": texts, "odd": values},
)
tiles = st.builds(
    lambda kind, place, held: {"type": kind, **place, "properties": held},
    st.sampled_from(["saved_chart", "markdown", "heading", ""]),
    places,
    properties,
)
boards = st.builds(
    lambda held, more: sales(*held, **more),
    st.lists(tiles, max_size=4),
    st.fixed_dictionaries(
        {},
        optional={"description": values, "filters": values, "tabs": values, "slug": texts.filter(bool), "odd": values},
    ),
)
generated = settings(max_examples=150, derandomize=True, database=None)


@generated
@given(boards, st.fixed_dictionaries({}, optional={"description": values, "chartConfig": values, "odd": values}))
def test_any_dashboard_of_lightdash_goes_out_as_it_came_in_and_in_again(board: Json, more: Json) -> None:
    charts = [chart(slug, **more) for slug in ("won", "lost")]
    document = next(c.document for c in reading.read(of([board, *charts])) if not isinstance(c.document, LeftOut))
    assert isinstance(document, dict), document

    files = writing.lightdash_files([document])
    again = one([c for thing in together(*(text.encode() for text in files.values())) for c in thing])

    dashboard_file = files[f"dashboards/{document['oid']}.yml"]
    assert dashboard_file == written(board)
    assert writing.lightdash_files([again]) == files


@generated
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["name", "description", "type", "filters", "layouts", "body", "odd"]), values)
    ),
    st.fixed_dictionaries({}, optional={"id": texts | st.integers(), "dashboard_filters": values, "tags": values}),
)
def test_any_template_goes_out_as_it_came_in(held: list[Json], more: Json) -> None:
    raw = {**template(), "tiles": held, **more}

    again = posthog.written(one(reading.read(of(raw))))

    assert json.dumps(again) == json.dumps(raw)
