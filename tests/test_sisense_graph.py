"""Sisense in the whole graph, beside the example company's own store: one query, one mutation, one person."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from company import Company
from conftest import Asking, asking
from dashgraph.app.fakes.sisense.server import SisenseFake
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.text import fold
from live_sisense import NAME, opened
from live_small import beside

NORA, CLAIRE = "nora@tallgrass.example", "claire.dubois@tallgrass.example"


@pytest.fixture
async def graph(tmp_path: Path) -> AsyncIterator[tuple[SisenseFake, Asking]]:
    async with asking(str(tmp_path / "store.sqlite3")) as store, opened() as (fake, source):
        company = Company(store.world.database)
        await company.user("nora", "admin", email=NORA, email_key=fold(NORA))
        await company.user("claire", email=CLAIRE, email_key=fold(CLAIRE))
        yield fake, beside(store, source)


async def test_one_query_walks_from_a_dashboard_to_all_around_it(graph: tuple[SisenseFake, Asking]) -> None:
    fake, ask = graph
    query = """{ dashboards(sources: ["finance-sisense"], filter: {title: {eq: "Month end in one page"}}) { edges {
        node { title owner { displayName } folder { name } datasource { title }
        shares { edges { node { rule } } }
        widgets { edges { node { title } } }
        layout { columns { cells { subcells { elements { widget { title } } } } } } } } } }"""

    found = await ask.data(await ask.viewer(CLAIRE), query)

    [node] = [edge["node"] for edge in found["dashboards"]["edges"]]
    [board] = [one for one in fake.keeping.boards.values() if one.working.document["title"] == node["title"]]
    titles = [one["title"] for one in board.working.widgets]
    cells = node["layout"]["columns"][0]["cells"]
    assert (node["owner"]["displayName"], node["folder"]) == ("Claire Dubois-Faure", None)  # not seen by the account
    assert node["datasource"]["title"] == "Ledger extract"
    assert [edge["node"]["rule"] for edge in node["shares"]["edges"]] == ["VIEW", "EDIT"]
    assert [edge["node"]["title"] for edge in node["widgets"]["edges"]] == titles
    assert [cell["subcells"][0]["elements"][0]["widget"]["title"] for cell in cells] == titles


async def test_a_mutation_leaves_a_trail_and_what_cannot_be_says_why(graph: tuple[SisenseFake, Asking]) -> None:
    fake, ask = graph
    [board] = [one for one in fake.keeping.boards.values() if one.working.document["title"] == "Assumptions under test"]
    one = ResourceId(NAME, Kind.DASHBOARD, board.oid).encode()
    [amara] = [user["_id"] for user in fake.keeping.users.values() if user["email"].startswith("amara")]
    subject = ResourceId(NAME, Kind.USER, amara).encode()
    share = """mutation($id: ID!, $subject: ID!) { addShare(input: {dashboardId: $id, grant: {subjectId: $subject}}) {
        share { rule } operation { kind canBeUndone } errors { message code } } }"""
    purge = "mutation($id: ID!) { purgeDashboard(input: {dashboardId: $id}) { errors { code message } } }"

    nora = await ask.viewer(NORA)
    shared = (await ask.data(nora, share, id=one, subject=subject))["addShare"]
    fake.calls.clear()
    refused = (await ask.data(nora, purge, id=one))["purgeDashboard"]

    assert shared["errors"] == []
    assert shared["share"] == {"rule": "VIEW"}
    assert shared["operation"] == {"kind": "addShare", "canBeUndone": True}
    assert [error["code"] for error in refused["errors"]] == ["UNSUPPORTED_BY_SOURCE"]
    assert fake.calls == []
