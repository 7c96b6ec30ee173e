"""Asks a server with the client that ariadne-codegen made: use.py ADDRESS TOKEN."""

import asyncio
import json
import sys

from dashboards import Client, DashboardFilter, NodeNodeDashboard, StringFilter, UpdateDashboardInput


async def main(address: str, token: str) -> None:
    async with Client(f"{address}/graphql", {"Authorization": f"Bearer {token}"}) as client:
        page = await client.dashboards(first=1, filter_=DashboardFilter(title=StringFilter(contains="GLANCE")))
        assert page.dashboards is not None
        [edge] = page.dashboards.edges
        found = (await client.node(id=edge.node.id)).node
        assert isinstance(found, NodeNodeDashboard)
        wish = UpdateDashboardInput(dashboard_id=found.id, title="Revenue", expected_revision=-1)
        [error] = (await client.update_dashboard(input=wish)).update_dashboard.errors
    print(json.dumps({"title": found.title, "year": found.updated_at.year, "error": error.typename__}))


asyncio.run(main(*sys.argv[1:]))
