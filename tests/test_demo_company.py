"""The example company keeps what README, the benchmark and people who try dashgraph rely on."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select

from dashgraph.domain.dash import Document
from dashgraph.domain.problems import Conflict
from dashgraph.store.database import Database, open_database
from dashgraph.store.demo import DemoCompany, load_demo
from dashgraph.store.tables import (
    dashboards,
    datasources,
    editions,
    folders,
    groups,
    memberships,
    metadata,
    shares,
    users,
    widgets,
)
from dashgraph.store.upgrade import upgrade

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)


async def company_in(path: Path, password_hash: str | None = None) -> tuple[Database, DemoCompany]:
    database = open_database(str(path))
    await upgrade(database)
    return database, await load_demo(database, NOW, password_hash)


async def rows(database: Database, table: Table) -> list[dict]:
    async with database.reading() as session:
        found = await session.execute(select(table).order_by(*table.primary_key.columns))
        return [dict(row) for row in found.mappings()]


async def everything(database: Database) -> dict[str, list[dict]]:
    return {table.name: await rows(database, table) for table in metadata.sorted_tables}


async def test_the_company_has_what_it_promises(tmp_path):
    database, company = await company_in(tmp_path / "store.db")

    stored = await everything(database)

    working = {(board["id"], board["working"]) for board in stored["dashboards"]}
    shown = [w for w in stored["widgets"] if (w["dashboard_id"], w["edition"]) in working]
    sizes = Counter(widget["dashboard_id"] for widget in shown)
    assert company.counts == {
        "users": 60,
        "groups": 12,
        "folders": 14,
        "datasources": 4,
        "dashboards": 40,
        "widgets": 320,
        "shares": 250,
    }
    assert company.counts == {name: len(stored[name]) for name in company.counts} | {"widgets": len(shown)}
    assert (len(sizes), min(sizes.values()), max(sizes.values())) == (40, 3, 16)
    assert Counter(user["role"] for user in stored["users"]) == {"admin": 3, "designer": 20, "viewer": 37}
    assert Counter(user["status"] for user in stored["users"]) == {
        "active": 54,
        "inactive": 4,
        "pending": 1,
        "deleted": 1,
    }
    assert sum(board["published"] is None for board in stored["dashboards"]) == 6
    assert sum((board["published"], board["working"]) == (1, 2) for board in stored["dashboards"]) == 4
    await database.close()


async def test_the_password_is_the_administrators_alone(tmp_path):
    database, company = await company_in(tmp_path / "store.db", "a hash")

    known = [user for user in await rows(database, users) if user["password_hash"] is not None]

    assert [(user["id"], user["email"], user["role"], user["password_hash"]) for user in known] == [
        (company.admin_id, "nora@tallgrass.example", "admin", "a hash")
    ]
    await database.close()


async def test_layouts_place_each_widget_once(tmp_path):
    database, _ = await company_in(tmp_path / "store.db")

    of_edition: dict[tuple[str, int], list[str]] = {}
    for widget in await rows(database, widgets):
        of_edition.setdefault((widget["dashboard_id"], widget["edition"]), []).append(widget["id"])
        document = json.loads(widget["document"])
        assert (document["oid"], document["dashboardid"]) == (widget["id"], widget["dashboard_id"])

    for edition in await rows(database, editions):
        document = Document(edition["document"])
        expected = of_edition.pop((edition["dashboard_id"], edition["number"]))
        assert document.raw["widgets"] == expected
        assert sorted(element.widget for element in document.layout.elements()) == sorted(expected)
    assert of_edition == {}
    await database.close()


async def test_every_dashboard_has_filters_that_depend_on_each_other(tmp_path):
    database, _ = await company_in(tmp_path / "store.db")

    for edition in await rows(database, editions):
        period, members, chain = Document(edition["document"]).filters
        assert period.jaql.level in {"years", "quarters", "months"}
        assert members.jaql.filter["members"]
        assert len(chain.levels) == 3
    await database.close()


async def test_everything_shared_is_published(tmp_path):
    database, _ = await company_in(tmp_path / "store.db")

    published = {
        (edition["dashboard_id"], edition["number"]): edition["published_at"]
        for edition in await rows(database, editions)
        if edition["published_at"] is not None
    }
    boards = {board["id"]: board for board in await rows(database, dashboards)}

    for share in await rows(database, shares):
        board = boards[share["dashboard_id"]]
        subject = f"user/{share['user_id']}" if share["user_id"] else f"group/{share['group_id']}"
        assert share["id"] == f"{board['id']}/{subject}"
        assert share["user_id"] != board["owner_id"]
        assert published[board["id"], board["published"]] <= share["created_at"] <= NOW
    assert len(published) == sum(board["published"] is not None for board in boards.values()) == 34
    await database.close()


async def test_a_modified_dashboard_keeps_the_ids_of_widgets_that_stayed(tmp_path):
    database, _ = await company_in(tmp_path / "store.db")
    stored = await everything(database)
    ids: dict[tuple[str, int], list[str]] = {}
    for widget in stored["widgets"]:
        ids.setdefault((widget["dashboard_id"], widget["edition"]), []).append(widget["id"])
    titles = {(edition["dashboard_id"], edition["number"]): edition["title"] for edition in stored["editions"]}

    modified = [board["id"] for board in stored["dashboards"] if board["working"] == 2]

    assert all(ids[board, 1] == ids[board, 2][:-1] for board in modified)
    assert sorted((titles[board, 1], titles[board, 2]) for board in modified) == [
        ("Budget vs actuals", "Budget against actuals"),
        ("Churn watch", "Churn watch"),
        ("E-bike revenue", "E-bike revenue tracker"),
        ("Recurring revenue: service plans", "Recurring revenue: service plans"),
    ]
    await database.close()


async def test_two_stores_of_the_same_moment_are_equal(tmp_path):
    one, first = await company_in(tmp_path / "one.db")
    other, second = await company_in(tmp_path / "other.db")

    assert first == second
    assert await everything(one) == await everything(other)
    await one.close()
    await other.close()


async def test_the_leaver_still_owns_things_and_has_shares(tmp_path):
    database, _ = await company_in(tmp_path / "store.db")

    async with database.reading() as session:
        leaver = (await session.execute(select(users).where(users.c.name == "Marta Lindqvist"))).one()
        counts = {}
        for table, column in ((dashboards, "owner_id"), (folders, "owner_id"), (shares, "user_id")):
            mine = select(func.count()).select_from(table).where(table.c[column] == leaver.id)
            counts[table.name] = (await session.execute(mine)).scalar_one()

    assert (leaver.status, leaver.role) == ("inactive", "designer")
    assert counts == {"dashboards": 5, "folders": 1, "shares": 4}
    await database.close()


async def test_somebody_reaches_the_board_pack_in_three_ways(tmp_path):
    database, _ = await company_in(tmp_path / "store.db")
    direct = select(shares.c.dashboard_id, shares.c.user_id).where(shares.c.user_id.is_not(None))
    by_group = select(shares.c.dashboard_id, memberships.c.user_id).join(
        memberships, memberships.c.group_id == shares.c.group_id
    )
    ways = direct.union_all(by_group).subquery()
    thrice = (
        select(users.c.email)
        .join(ways, ways.c.user_id == users.c.id)
        .join(dashboards, dashboards.c.id == ways.c.dashboard_id)
        .where(dashboards.c.title_key.contains("board pack"))
        .group_by(users.c.email)
        .having(func.count() == 3)
    )

    async with database.reading() as session:
        found = (await session.execute(thrice)).scalars().all()

    assert found == ["ingrid.sorensen@tallgrass.example"]
    await database.close()


async def test_a_broad_group_opens_the_private_dashboard(tmp_path):
    database, _ = await company_in(tmp_path / "store.db")
    private = select(dashboards.c.id).where(dashboards.c.title_key == "salary bands (private)")

    async with database.reading() as session:
        opened = select(shares.c.user_id, groups.c.name).outerjoin(groups, groups.c.id == shares.c.group_id)
        found = (await session.execute(opened.where(shares.c.dashboard_id.in_(private)))).all()
        members = select(func.count()).select_from(memberships.join(groups, groups.c.id == memberships.c.group_id))
        many = (await session.execute(members.where(groups.c.name == "People partners"))).scalar_one()

    assert [tuple(row) for row in found] == [(None, "People partners")]
    assert many == 25
    await database.close()


async def test_the_first_dashboard_by_title_has_everything_a_question_may_ask(tmp_path):
    database, _ = await company_in(tmp_path / "store.db")

    async with database.reading() as session:
        first = (await session.execute(select(dashboards).order_by(dashboards.c.title_key).limit(1))).one()
        shared = (await session.execute(select(shares).where(shares.c.dashboard_id == first.id))).all()
        in_groups = select(func.count()).where(memberships.c.user_id == first.owner_id)
        owners_groups = (await session.execute(in_groups)).scalar_one()

    assert first.title_key == "acquisition cost by channel"
    assert any(share.user_id for share in shared)
    assert any(share.group_id for share in shared)
    assert owners_groups >= 1
    await database.close()


async def test_a_second_load_is_refused_and_changes_nothing(tmp_path):
    database, _ = await company_in(tmp_path / "store.db")
    before = await everything(database)

    with pytest.raises(Conflict):
        await load_demo(database, NOW)

    assert await everything(database) == before
    assert len(await rows(database, datasources)) == 4
    await database.close()
