"""Replacing a data source: of one dashboard or of all, exactly where it was asked."""

from typing import Any

from company import Company
from conftest import Asking
from dashgraph.connectors.native.changes import datasources
from dashgraph.domain.datasources import DataSourceMatch, NamedDataSource, replaced
from test_dashboard_changes import codes, make, undone
from test_shares import snapshot

COUNTS = "dashboards widgets remaining dashboard { title state }"
OLD, NEW = {"title": "Sales", "address": "db"}, {"title": "Sales", "address": "new"}
ONCE = frozenset({"operations", "datasources"})  # a data source that was named once stays known


async def office(asking: Asking) -> list[str]:
    """The ids of three published dashboards: two ask the old data source, one does not."""
    company = Company(asking.world.database)
    for name in ("owner", "editor", "friend", "stranger"):
        await company.user(name)
    await company.user("admin", "admin")
    ids = []
    for title, source in (("one", OLD), ("two", OLD), ("three", {"title": "Sales"})):
        filters = [{"jaql": {"dim": "d", "datasource": {**source, "live": True}}}]
        given = {"source": "local", "title": title, "datasource": source, "filters": filters}
        made = await make(asking, "owner", "createDashboard", "dashboard { id nativeId }", **given)
        one = made["dashboard"]["id"]
        for asked in (source, {"title": "Other"}):
            document = {"type": "pivot", "datasource": {**asked, "fullname": "x", "live": True}}
            await make(asking, "owner", "createWidget", "", dashboardId=one, document=document)
        await make(asking, "owner", "publishDashboard", "", dashboardId=one)
        await company.share(made["dashboard"]["nativeId"], user="editor", rule="edit")
        await company.share(made["dashboard"]["nativeId"], user="friend")
        ids.append(one)
    return ids


async def asked(asking: Asking, who: str, one: str) -> list[Any]:
    """What a dashboard, its filter and its widgets ask, by their columns and by their documents."""
    viewer = await asking.viewer(f"{who}@x.example")
    query = """query($id: ID!) { node(id: $id) { ... on Dashboard { raw datasource { title address }
        widgets(sort: POSITION_ASC) { edges { node { raw datasource { title address } } } } } } }"""
    board = (await asking.data(viewer, query, id=one))["node"]
    tiles = [edge["node"] for edge in board["widgets"]["edges"]]
    columns = [board["datasource"], *(tile["datasource"] for tile in tiles)]
    documents = [board["raw"]["datasource"], *(tile["raw"]["datasource"] for tile in tiles)]
    assert [one["title"] for one in columns] == [one["title"] for one in documents]
    assert [one["address"] for one in columns] == [one.get("address") for one in documents]
    return [board["raw"]["filters"][0]["jaql"]["datasource"], *documents]


async def test_one_dashboard_asks_another_source_where_it_asked_the_former(empty: Asking) -> None:
    one, two, _ = await office(empty)
    before = await snapshot(empty, without=ONCE)
    given = {"dashboardId": one, "from": OLD, "to": NEW}
    published = await asked(empty, "friend", one)

    tried = await make(empty, "editor", "replaceDatasource", COUNTS, dryRun=True, **given)
    assert await snapshot(empty, without=ONCE) == before
    done = await make(empty, "editor", "replaceDatasource", COUNTS, **given)

    assert done["errors"] == []
    assert (done["dashboards"], done["widgets"], done["remaining"]) == (1, 1, 0)
    assert done["dashboard"] == tried["dashboard"] == {"title": "one", "state": "MODIFIED"}
    untouched = {"title": "Other", "fullname": "x", "live": True}
    assert await asked(empty, "owner", one) == [{**NEW, "live": True}, NEW, {**NEW, "live": True}, untouched]
    assert await asked(empty, "friend", one) == published
    assert (await asked(empty, "owner", two))[1] == OLD
    again = await make(empty, "editor", "replaceDatasource", COUNTS, **given)
    assert (again["dashboards"], again["widgets"]) == (0, 0)
    await undone(empty, "editor", done)
    assert await snapshot(empty, without=ONCE) == before


async def test_all_dashboards_of_a_source_are_for_administrators_who_confirm(empty: Asking) -> None:
    one, two, three = await office(empty)
    before = await snapshot(empty, without=ONCE)
    given = {"source": "local", "from": OLD, "to": NEW}

    assert await codes(empty, ("owner", "editor"), "replaceDatasource", confirm=True, **given) == ["FORBIDDEN"] * 2
    assert await codes(empty, ("admin",), "replaceDatasource", **given) == ["BAD_USER_INPUT"]
    done = await make(empty, "admin", "replaceDatasource", COUNTS, confirm=True, **given)

    assert (done["dashboards"], done["widgets"], done["remaining"], done["dashboard"]) == (2, 2, 0, None)
    assert [(await asked(empty, "owner", board))[1] for board in (one, two)] == [NEW, NEW]
    assert (await asked(empty, "owner", three))[1] == {"title": "Sales"}
    await undone(empty, "admin", done)
    assert await snapshot(empty, without=ONCE) == before


async def test_of_very_many_the_first_are_changed_and_the_rest_is_told(empty: Asking, monkeypatch: Any) -> None:
    await office(empty)
    monkeypatch.setattr(datasources, "MOST_AT_ONCE", 1)
    given = {"source": "local", "from": OLD, "to": NEW, "confirm": True}

    told = [await make(empty, "admin", "replaceDatasource", COUNTS, **given) for _ in range(3)]

    assert [(one["dashboards"], one["remaining"]) for one in told] == [(1, 1), (1, 0), (0, 0)]


async def test_what_cannot_be_replaced_is_refused(empty: Asking) -> None:
    one, *_ = await office(empty)
    change = {"from": OLD, "to": NEW}

    refused = ("friend", "stranger")
    assert await codes(empty, refused, "replaceDatasource", dashboardId=one, **change) == ["FORBIDDEN", "NOT_FOUND"]
    assert await codes(empty, ("owner",), "replaceDatasource", **change) == ["BAD_USER_INPUT"]
    assert await codes(empty, ("owner",), "replaceDatasource", dashboardId=one, source="local", **change) == [
        "BAD_USER_INPUT"
    ]
    same = {"from": OLD, "to": OLD}
    assert await codes(empty, ("owner",), "replaceDatasource", dashboardId=one, **same) == ["BAD_USER_INPUT"]
    stale = {"dashboardId": one, "expectedRevision": 1, **change}
    assert await codes(empty, ("owner",), "replaceDatasource", **stale) == ["STALE_REVISION"]


def test_a_source_is_known_by_exactly_its_title_and_address() -> None:
    former, new = DataSourceMatch("Sales"), NamedDataSource(title="New", full_name="db/New")
    document = {
        "datasource": "Sales",
        "a": [{"datasource": {"fullname": "Sales", "live": 1}}, {"datasource": {"title": "Sales", "address": "db"}}],
        "title": "Sales",
    }

    assert replaced(document, former, new) == {
        "datasource": {"title": "New", "fullname": "db/New"},
        "a": [
            {"datasource": {"title": "New", "fullname": "db/New", "live": 1}},
            {"datasource": {"title": "Sales", "address": "db"}},
        ],
        "title": "Sales",
    }
