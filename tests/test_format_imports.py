"""Documents of other tools in the store: what comes in goes out the same, and a preview is what happens."""

import hashlib
import json
from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select

from company import Company, global_id
from conftest import SHARED, Asking, Stores, asking
from dashgraph.app.server import application
from dashgraph.domain.formats.carried import KEY
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import Kind
from dashgraph.domain.lists import LARGEST_PAGE
from dashgraph.domain.problems import BadFormat
from dashgraph.domain.viewers import TokenScope
from dashgraph.store.tables import dashboards
from test_dashfile import dashboard
from test_formats import backup, boards, chart, sales, template, tile, yaml
from test_import_changes import change, send
from test_import_export import Json, Person, person
from test_shares import snapshot

EXPORT = """mutation($input: ExportDashboardsInput!) { exportDashboards(input: $input) {
    text files { name text } format address errors { __typename code message path } operation { kind } } }"""
SHOWN = """query($id: ID!) { dashboard(id: $id) { title description format state filters { disabled jaql { dim } }
    layout { columns { cells { subcells { width elements { widget { title } } } } } }
    widgets { edges { node { title description type subtype renderable raw } } } } }"""
UPDATE = "mutation($input: UpdateDashboardInput!) { updateDashboard(input: $input) { errors { message } } }"
PUBLISH = "mutation($input: PublishDashboardInput!) { publishDashboard(input: $input) { errors { message } } }"
WIDGETS = "query($id: ID!) { dashboard(id: $id) { widgets(first: 50) { edges { node { id title } } } } }"
RENAME = "mutation($input: UpdateWidgetInput!) { updateWidget(input: $input) { errors { message } } }"
BOARD = sales(tile("won", y=3), tile("lost", x=18, y=3), tile(None))
CHARTS = [chart("won"), chart("lost")]


def d(name: str) -> str:
    return global_id(Kind.DASHBOARD, name)


async def export(me: Person, *names: str, **more: Any) -> Json:
    given_ = {"dashboardIds": [d(name) for name in names]} | more
    found: Json = (await me.asking.data(me.viewer, EXPORT, input=given_))["exportDashboards"]
    return found


async def written(me: Person, *names: str, **more: Any) -> dict[str, str]:
    """The files of an export, by name."""
    found = await export(me, *names, **more)
    assert found["errors"] == []
    return {file["name"]: file["text"] for file in found["files"]}


async def came(me: Person, *documents: Any, **more: Any) -> list[tuple[str, str | None]]:
    """The outcome of each dashboard, and its id."""
    results = await send(me, *documents, **more)
    assert [error for one in results for error in one["errors"]] == []
    return [(one["outcome"], one["dashboard"] and one["dashboard"]["nativeId"]) for one in results]


async def natives(me: Person) -> list[str]:
    async with me.asking.world.database.reading() as session:
        return list((await session.execute(select(dashboards.c.id).order_by(dashboards.c.created_at))).scalars())


def text(data: bytes) -> Json:
    return {"text": data.decode()}


async def test_a_dashboard_of_lightdash_comes_in_with_its_charts_and_goes_out_as_it_came(empty: Asking) -> None:
    me = await person(empty, "me")
    sent = [text(yaml(BOARD)), *(text(yaml(one)) for one in CHARTS)]

    assert await came(me, *sent) == [("CREATED", "sales")]
    assert await came(me, *sent) == [("SKIPPED", "sales")]
    files = await written(me, "sales")

    assert files == {
        "charts/lost.yml": yaml(chart("lost")).decode(),
        "charts/won.yml": yaml(chart("won")).decode(),
        "dashboards/sales.yml": yaml(BOARD).decode(),
    }
    shown = (await me.asking.data(me.viewer, SHOWN, id=d("sales")))["dashboard"]
    assert (shown["title"], shown["description"], shown["format"], shown["state"]) == (
        "Sales",
        "What was sold",
        "LIGHTDASH",
        "DRAFT",
    )
    found = [edge["node"] for edge in shown["widgets"]["edges"]]
    assert [(one["title"], one["type"], one["subtype"], one["renderable"]) for one in found] == [
        ("Won", "saved_chart", "big_number", False),
        ("Lost", "saved_chart", "big_number", False),
        ("", "markdown", None, False),
    ]
    assert found[0]["raw"][KEY]["chart"] == chart("won")
    cells = [
        [element["widget"]["title"] for sub in cell["subcells"] for element in sub["elements"]]
        for cell in shown["layout"]["columns"][0]["cells"]
    ]
    assert cells == [[""], ["Won", "Lost"]]


async def test_what_is_told_of_charts(empty: Asking) -> None:
    me = await person(empty, "me")

    results = await send(me, text(yaml(sales(tile("won")))), text(yaml(chart("else"))), atomic=True)

    assert [(one["outcome"], one["reason"], [w["code"] for w in one["warnings"]]) for one in results] == [
        ("CREATED", None, ["CHART_MISSING"]),
        (
            "SKIPPED",
            "no dashboard of this import shows this chart, and charts are taken with a dashboard only",
            [],
        ),
    ]
    assert results[1]["errors"] == []


async def test_a_change_is_written_at_its_place_and_nowhere_else(empty: Asking) -> None:
    me = await person(empty, "me")
    await came(me, text(yaml(BOARD, *CHARTS)), {"json": template("a", "b", id=7)})
    before = await written(me, "sales") | await written(me, "7")
    for name in ("sales", "7"):
        given_ = {"dashboardId": d(name), "title": "Renamed", "description": "Anew"}
        await me.asking.data(me.viewer, UPDATE, input=given_)
        edges = (await me.asking.data(me.viewer, WIDGETS, id=d(name)))["dashboard"]["widgets"]["edges"]
        await me.asking.data(me.viewer, RENAME, input={"widgetId": edges[0]["node"]["id"], "title": "First"})

    after = await written(me, "sales") | await written(me, "7")

    differing = {
        (name, old, new)
        for name in before
        for old, new in zip(before[name].splitlines(), after[name].splitlines(), strict=True)
        if old != new
    }
    assert differing == {
        ("dashboards/sales.yml", "name: Sales", "name: Renamed"),
        ("dashboards/sales.yml", "description: What was sold", "description: Anew"),
        ("dashboards/sales.yml", '      title: ""', "      title: First"),
        ("7.json", '  "template_name": "Traffic",', '  "template_name": "Renamed",'),
        ("7.json", '  "dashboard_description": "Visits",', '  "dashboard_description": "Anew",'),
        ("7.json", '      "name": "a",', '      "name": "First",'),
    }
    await came(me, text(yaml(BOARD, *CHARTS)), action="OVERWRITE")
    assert await written(me, "sales") == {name: one for name, one in before.items() if name.endswith(".yml")}


async def test_a_template_comes_in_anew_unless_it_has_an_id(empty: Asking) -> None:
    me = await person(empty, "me")
    several = [template("a"), template("b", id=7)]

    assert [outcome for outcome, _ in await came(me, {"json": several})] == ["CREATED", "CREATED"]
    assert [outcome for outcome, _ in await came(me, {"json": several})] == ["CREATED", "SKIPPED"]

    first, *_ = await natives(me)
    assert json.loads((await export(me, first, "7", format="POSTHOG"))["text"]) == several


COMING = {
    DocumentFormat.DASH: (json.dumps(dashboard("plan", "a")).encode(), "plan"),
    DocumentFormat.LIGHTDASH: (yaml(BOARD, *CHARTS), "sales"),
    DocumentFormat.POSTHOG: (json.dumps(template("a", id="traffic")).encode(), "traffic"),
    DocumentFormat.DASHGRAPH: (json.dumps(backup(dashboard("plan", "a"), published=True)).encode(), "plan"),
}


@pytest.mark.parametrize("kind", COMING)
async def test_a_preview_is_what_happens(empty: Asking, kind: DocumentFormat) -> None:
    me = await person(empty, "me")
    data, native = COMING[kind]
    before = await snapshot(empty, without=frozenset())

    tried = await send(me, text(data), dryRun=True)
    assert await snapshot(empty, without=frozenset()) == before
    done = await send(me, text(data))

    for one in (*tried, *done):
        del one["operation"]
    assert tried == done
    assert (done[0]["outcome"], done[0]["dashboard"]["nativeId"]) == ("CREATED", native)


@pytest.mark.parametrize("kind", COMING)
async def test_what_is_written_and_comes_in_elsewhere_is_written_the_same(
    empty: Asking, stores: Stores, kind: DocumentFormat
) -> None:
    me = await person(empty, "me")
    data, native = COMING[kind]
    await came(me, text(data))
    files = await written(me, native, format=kind.name)

    async with asking(await stores.fresh("empty")) as elsewhere:
        other = await person(elsewhere, "me")
        await came(other, *({"text": one} for one in files.values()))
        assert await written(other, native, format=kind.name) == files
        await came(other, *({"text": one} for one in files.values()), action="OVERWRITE")
        assert await written(other, native, format=kind.name) == files


async def office(empty: Asking) -> Person:
    """One dashboard of Lightdash, one of Sisense, and one of Sisense that has got a widget of Lightdash."""
    me = await person(empty, "me")
    await came(me, text(yaml(BOARD, *CHARTS)), {"json": [dashboard("plan", "a"), dashboard("mixed", "b")]})
    edges = (await me.asking.data(me.viewer, WIDGETS, id=d("sales")))["dashboard"]["widgets"]["edges"]
    move = "mutation($input: MoveWidgetInput!) { moveWidget(input: $input) { errors { message } } }"
    given_ = {"widgetId": edges[1]["node"]["id"], "toDashboardId": d("mixed")}
    assert (await me.asking.data(me.viewer, move, input=given_))["moveWidget"]["errors"] == []
    return me


@pytest.mark.parametrize("delivery", ["TEXT", "ADDRESS"])
async def test_what_cannot_be_written_is_refused_with_the_reason(empty: Asking, delivery: str) -> None:
    me = await office(empty)
    before = await snapshot(empty, without=frozenset())
    came_in = "came in {} and cannot be written in {}; export it as DASHGRAPH, which holds everything."
    sisense, lightdash = "Sisense's .dash format", "Lightdash's format"

    for names, kind, reason in (
        (["plan"], "LIGHTDASH", "The dashboard 'Plan' " + came_in.format(sisense, lightdash)),
        (["plan", "sales"], "DASH", "The dashboard 'Sales' " + came_in.format(lightdash, sisense)),
        (["mixed"], "DASH", "The widget 'Lost' on the dashboard 'Plan' " + came_in.format(lightdash, sisense)),
        (
            ["plan", "sales"],
            None,
            "They came in several formats, DASH and LIGHTDASH; say which to write: DASHGRAPH holds everything.",
        ),
    ):
        refused = await export(me, *names, format=kind, delivery=delivery)
        assert refused["errors"] == [
            {"__typename": "InvalidInput", "code": "BAD_FORMAT", "message": reason, "path": ["format"]}
        ]
        assert (refused["text"], refused["files"], refused["format"], refused["address"]) == (None, [], None, None)
    assert await snapshot(empty, without=frozenset()) == before
    assert (await export(me, "plan", format="DASH", delivery=delivery))["errors"] == []
    assert (await export(me, "sales", delivery=delivery))["format"] == "LIGHTDASH"
    assert (await export(me, "mixed", delivery=delivery))["format"] == "DASHGRAPH"
    assert (await export(me, "mixed", "plan", "sales", format="DASHGRAPH", delivery=delivery))["errors"] == []


async def test_a_change_that_lightdash_cannot_be_told_is_refused_not_lost(empty: Asking) -> None:
    me = await office(empty)
    await me.asking.data(me.viewer, UPDATE, input={"dashboardId": d("sales"), "filters": [{"jaql": {"dim": "x"}}]})

    [error] = (await export(me, "sales", delivery="ADDRESS"))["errors"]

    assert error["message"] == (
        "The dashboard 'Sales' cannot be written in Lightdash's format: it has no place for what was changed here at "
        "/filters/0; export it as DASHGRAPH, which holds everything."
    )
    kept = json.loads((await export(me, "sales", format="DASHGRAPH"))["text"])
    assert kept["dashboards"][0]["document"]["filters"] == [{"jaql": {"dim": "x"}}]


async def test_lightdashs_files_are_downloaded_as_an_archive_and_come_in_from_it(empty: Asking) -> None:
    me = await office(empty)
    files = await written(me, "sales")
    address = (await export(me, "sales", delivery="ADDRESS"))["address"]

    async with TestClient(TestServer(application(empty.world))) as client:
        found = await client.get(address)
        again = await client.get(address)
        content = await found.read()
        assert await again.read() == content

        assert found.headers["Content-Type"] == "application/zip"
        assert "Content-Encoding" not in found.headers
        assert found.headers["Content-Disposition"] == 'attachment; filename="dashboards.zip"'
        with ZipFile(BytesIO(content)) as archive:
            assert {name: archive.read(name).decode() for name in archive.namelist()} == files
        made = "mutation($input: CreateUploadInput!) { createUpload(input: $input) { uploadId address } }"
        given_ = {"source": "local", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        upload = (await me.asking.data(me.viewer, made, input=given_))["createUpload"]
        assert (await client.put(upload["address"], data=content)).status == 204
    await me.asking.data(me.viewer, UPDATE, input={"dashboardId": d("sales"), "title": "Renamed"})
    assert await came(me, {"uploadId": upload["uploadId"]}, action="OVERWRITE") == [("OVERWRITTEN", "sales")]
    assert await written(me, "sales") == files


async def test_an_address_tells_when_its_format_is_not_possible_any_more(empty: Asking) -> None:
    me = await office(empty)
    secret = (await export(me, "sales", delivery="ADDRESS"))["address"].split("/")[-1]
    await me.asking.data(me.viewer, UPDATE, input={"dashboardId": d("sales"), "style": {"name": "x"}})

    with pytest.raises(BadFormat, match="changed here at /style"):
        await empty.world.exports.file(secret)


async def shelf(empty: Asking) -> Person:
    """A dashboard in a folder, published and changed since, shared with a user and a group."""
    me = await person(empty, "me")
    company = Company(empty.world.database)
    await company.user("ben")
    await company.group("Team", "ben")
    await company.folder("top", "me")
    await company.folder("sub", "me", parent="top")
    await came(me, {"json": dashboard("plan", "a", "b", title="First"), "folderId": global_id(Kind.FOLDER, "sub")})
    await company.share("plan", user="ben")
    await company.share("plan", group="Team", rule="edit")
    await change(me, PUBLISH)
    await change(me, UPDATE, title="Second")
    return me


async def test_our_own_format_tells_everything_that_the_viewer_may_know(empty: Asking) -> None:
    me = await shelf(empty)
    viewer = await person(empty, "stranger")
    await Company(empty.world.database).share("plan", user="stranger")

    mine = json.loads((await export(me, "plan", format="DASHGRAPH"))["text"])["dashboards"]
    theirs = json.loads((await export(viewer, "plan", format="DASHGRAPH"))["text"])["dashboards"]

    shares = [
        {"group": "Team", "rule": "edit"},
        {"user": "ben@x.example", "rule": "view"},
        {"user": "stranger@x.example", "rule": "view"},
    ]
    first = dashboard("plan", "a", "b", title="First")
    [entry] = mine
    assert entry == {
        "id": "plan",
        "document": {**first, "title": "Second"},
        "published": first,
        "folder": ["top", "sub"],
        "owner": "me@x.example",
        "shares": shares,
    }
    assert theirs == [
        {"id": "plan", "document": first, "folder": ["top", "sub"], "owner": "me@x.example", "shares": shares[2:]}
    ]


async def test_a_token_that_is_not_for_reading_users_is_told_of_none(empty: Asking) -> None:
    me = await shelf(empty)
    narrow = Person(empty, replace(me.viewer, scopes=frozenset({TokenScope.DASHBOARDS_READ})))

    [entry] = json.loads((await export(narrow, "plan", format="DASHGRAPH"))["text"])["dashboards"]

    assert set(entry) == {"id", "document", "published", "folder"}


async def test_more_shares_than_fit_on_a_page_are_told_of(empty: Asking) -> None:
    me = await shelf(empty)
    company = Company(empty.world.database)
    names = [f"Group {number:03}" for number in range(LARGEST_PAGE + 1)]
    for name in names:
        await company.group(name)
        await company.share("plan", group=name)

    [entry] = json.loads((await export(me, "plan", format="DASHGRAPH"))["text"])["dashboards"]

    assert [share["group"] for share in entry["shares"] if "group" in share] == [*names, "Team"]


async def test_our_own_format_brings_back_what_was_published_and_the_folder(empty: Asking, stores: Stores) -> None:
    me = await shelf(empty)
    file = (await export(me, "plan", format="DASHGRAPH"))["text"]

    async with asking(await stores.fresh("empty")) as elsewhere:
        other = await person(elsewhere, "me")
        [told] = await send(other, {"text": file}, dryRun=True)
        assert [warning["code"] for warning in told["warnings"]] == ["ACCESS_LEFT_OUT", "FOLDER_UNKNOWN"]
        [done] = await send(other, {"text": file}, createMissing=True)
        assert [warning["code"] for warning in done["warnings"]] == ["ACCESS_LEFT_OUT"]
        assert done["dashboard"] | {"revision": 0} == {
            "nativeId": "plan", "title": "Second", "state": "MODIFIED", "revision": 0,
        }  # fmt: skip
        again = json.loads((await export(other, "plan", format="DASHGRAPH"))["text"])
    before = json.loads(file)
    del before["dashboards"][0]["shares"]
    assert again == before


async def test_over_a_dashboard_that_is_there_what_is_published_stays(empty: Asking) -> None:
    me = await shelf(empty)
    file = (await export(me, "plan", format="DASHGRAPH"))["text"]

    [same] = await send(me, {"text": file}, action="OVERWRITE")
    assert ([warning["code"] for warning in same["warnings"]], same["differenceCount"]) == (["ACCESS_LEFT_OUT"], 0)
    assert (await export(me, "plan", format="DASHGRAPH"))["text"] == file

    await change(me, PUBLISH)
    [entry] = json.loads((await export(me, "plan", format="DASHGRAPH"))["text"])["dashboards"]
    assert (entry["published"], entry["document"]["title"]) == (True, "Second")
    [other] = await send(me, {"text": file}, action="OVERWRITE")
    assert "PUBLISHED_LEFT_OUT" in {warning["code"] for warning in other["warnings"]}
    [published] = await send(me, {"text": file}, action="OVERWRITE", republish=True)
    assert "PUBLISHED_LEFT_OUT" not in {warning["code"] for warning in published["warnings"]}


async def test_a_duplicate_of_what_was_published_has_new_widgets_in_both_versions(empty: Asking) -> None:
    me = await shelf(empty)
    file = backup(
        dashboard("plan", "a", "b", title="Second"), published=dashboard("plan", "a", "b", "free", title="First")
    )

    [done] = await send(me, {"json": file}, action="DUPLICATE")

    native = done["dashboard"]["nativeId"]
    [entry] = json.loads((await export(me, native, format="DASHGRAPH"))["text"])["dashboards"]
    ids = [widget["oid"] for widget in entry["document"]["widgets"]]
    former = [widget["oid"] for widget in entry["published"]["widgets"]]
    assert former[:2] == ids
    assert not {*ids, *former} & {"a", "b", "free"}
    assert (entry["published"]["title"], entry["document"]["title"]) == ("First", "Second")
    assert entry["published"]["oid"] == entry["document"]["oid"] == native


async def test_what_is_here_as_it_is_sent_is_skipped_whoever_made_it(empty: Asking) -> None:
    me = await person(empty, "me")
    await Company(empty.world.database).dashboard("made", "me", tiles=("a",))
    file = (await export(me, "made"))["text"]

    assert await came(me, {"text": file}) == [("SKIPPED", "made")]
    assert [one for one, _ in await came(me, {"text": file.replace("plain", "other")})] == ["DUPLICATED"]


async def test_ids_of_documents_without_one_are_kept_by_our_own_format(empty: Asking, stores: Stores) -> None:
    me = await person(empty, "me")
    await came(me, {"json": template("a")})
    [native] = await natives(me)
    file = (await export(me, native, format="DASHGRAPH"))["text"]

    assert await came(me, {"text": file}) == [("SKIPPED", native)]
    async with asking(await stores.fresh("empty")) as elsewhere:
        other = await person(elsewhere, "me")
        assert await came(other, {"text": file}) == [("CREATED", native)]
        assert (await export(other, native, format="DASHGRAPH"))["text"] == file
        assert await written(other, native) == await written(me, native)


async def test_real_documents_of_every_tool_come_out_as_they_went_in(empty: Asking) -> None:
    data = SHARED / "data"
    folder = data / "lightdash" / "demo-saas"
    posthog = data / "posthog" / "posthog-advertising-analytics.json"
    sisense = data / "sisense" / "tabber-buttons.dash"
    if not (folder.exists() and posthog.exists() and sisense.exists()):
        pytest.skip("the vendors' documents are not on this machine")
    me = await person(empty, "me")
    files = {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*.yml"))}

    sent = [*files.values(), posthog.read_text(), sisense.read_text()]
    assert [outcome for outcome, _ in await came(me, *({"text": one} for one in sent))] == ["CREATED"] * 3
    again = [outcome for outcome, _ in await came(me, *({"text": one} for one in sent))]
    assert again == ["SKIPPED", "CREATED", "SKIPPED"]  # a template has no id

    assert await written(me, "sales-overview-wip") == files
    native = (await natives(me))[1]
    assert (await written(me, native))[f"{native}.json"] == posthog.read_text() + "\n"
    everything = (await export(me, *(await natives(me)), format="DASHGRAPH"))["text"]
    assert [outcome for outcome, _ in await came(me, {"text": everything})] == ["SKIPPED"] * 4
    await came(me, {"text": everything}, action="OVERWRITE")
    assert (await export(me, *(await natives(me)), format="DASHGRAPH"))["text"] == everything


@pytest.fixture
async def alone(empty: Asking) -> Person:
    return await person(empty, "me")


@settings(max_examples=15, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(boards)
async def test_any_dashboard_is_kept_whole_by_the_store(alone: Person, board: Json) -> None:
    """Each comes in over the last one with its slug."""
    sent = {"json": [board, *CHARTS]}
    [native] = [native for _, native in await came(alone, sent, action="OVERWRITE") if native is not None]

    files = await written(alone, native)

    assert files[f"dashboards/{native}.yml"] == yaml(board).decode()
    again = await came(alone, *({"text": one} for one in files.values()))
    assert [outcome for outcome, one in again if one is not None] == ["SKIPPED"]
