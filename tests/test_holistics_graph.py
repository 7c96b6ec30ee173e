"""Holistics through the whole graph: what clients read and write, with what it costs there."""

from collections.abc import AsyncIterator

import pytest

from conftest import Stores
from dashgraph.app.fakes.holistics.fake import HolisticsFake
from dashgraph.domain.ids import Kind
from five import Five, five
from live_holistics import one

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)


@pytest.fixture
async def world(stores: Stores) -> AsyncIterator[Five]:
    async with five(stores) as found:
        yield found


@pytest.fixture
def fake(world: Five) -> HolisticsFake:
    found = world.fakes["holistics"]
    assert isinstance(found, HolisticsFake)
    return found


def gid(kind: Kind, native: object) -> str:
    return one(kind, native).encode()


PAGE = """{
  dashboards(first: 5, scope: ALL, sources: ["holistics"]) {
    edges { node {
      title tags url type
      owner { displayName status sameAs { source { name } } groups { edges { node { name } } } }
      widgets { edges { node { title type } } }
      schedules { edges { node { name cron timezone format targets { __typename kind } } } }
      alerts { edges { node { name conditions { field operator values raw } } } }
    } }
  }
}"""


async def test_a_page_of_dashboards_with_all_around_them_costs_what_the_api_needs(world: Five, fake: HolisticsFake):
    answer = await world.asking.data(await world.admin(), PAGE)

    boards = {edge["node"]["title"]: edge["node"] for edge in answer["dashboards"]["edges"]}
    assert list(boards) == [
        "Battery warranty",
        "Board pack",
        "Cash and receivables",
        "Cost centres",
        "Customer questions",
    ]
    assert boards["Board pack"]["schedules"]["edges"][0]["node"]["cron"] == "5 6 1 * *"
    assert boards["Battery warranty"]["alerts"]["edges"][0]["node"]["name"] == "Old claims"
    assert boards["Cash and receivables"]["owner"]["sameAs"]
    assert {line.replace("/api/v2", ""): count for line, count in fake.counted().items()} == {
        "GET /dashboards": 1,
        "GET /dashboards/*": 5,
        "GET /users": 1,
        "GET /groups": 1,
        "GET /data_schedules": 1,
        "GET /data_alerts": 1,
        "GET /dashboard_widgets/*": 3,
        "GET /dashboard_widgets/312-v1": 1,
    }


CREATE = """mutation($input: CreateScheduleInput!) {
  createSchedule(input: $input) {
    schedule { id name cron targets { ... on EmailTarget { recipients { address } } } nextRuns(first: 1) { at } }
    operation { id } errors { __typename message }
  }
}"""


async def test_a_schedule_is_made_and_stands_in_the_trail(world: Five, fake: HolisticsFake):
    wish = {
        "dashboardId": gid(Kind.DASHBOARD, 302), "name": "Orders", "cron": "10 7 * * *", "format": "PDF",
        "targets": [{"email": {"recipients": [{"address": "nora@tallgrass.example"}]}}],
    }  # fmt: skip
    made = (await world.asking.data(await world.admin(), CREATE, input=wish))["createSchedule"]
    refused = await world.asking.data(await world.admin(), CREATE, input={**wish, "timezone": "Asia/Tokyo"})

    assert made["errors"] == []
    assert made["schedule"]["targets"] == [{"recipients": [{"address": "nora@tallgrass.example"}]}]
    assert made["operation"] is not None
    assert refused["createSchedule"]["errors"][0]["message"].startswith("Holistics knows no time zones")
    assert [row["title"] for row in fake.tenant.schedules.values()].count("Orders") == 1


INVITE = """mutation($input: InviteUsersInput!) {
  inviteUsers(input: $input) {
    results { email outcome user { displayName status } errors { message } } errors { message }
  }
}"""


async def test_who_is_invited_is_shown(world: Five):
    wish = {"source": "holistics", "emails": ["new@tallgrass.example", "nora@tallgrass.example", "x"], "role": "user"}
    told = (await world.asking.data(await world.admin(), INVITE, input=wish))["inviteUsers"]

    assert told["errors"] == []
    assert [(one["outcome"], one["user"]) for one in told["results"]] == [
        ("INVITED", {"displayName": "new@tallgrass.example", "status": "PENDING"}),
        ("EXISTING", {"displayName": "Nora Whitfield", "status": "ACTIVE"}),
        ("REFUSED", None),
    ]


RUN = """mutation($input: RunScheduleInput!) {
  runSchedule(input: $input) { job { status kind schedule { name } requestedBy { displayName } } errors { message } }
}"""


async def test_a_run_answers_its_job(world: Five):
    told = (await world.asking.data(await world.admin(), RUN, input={"scheduleId": gid(Kind.SCHEDULE, 501)}))[
        "runSchedule"
    ]

    assert told == {
        "job": {
            "status": "RUNNING",
            "kind": "DELIVERY",
            "schedule": {"name": "Scorecard for {{$today}}"},
            "requestedBy": {"displayName": "Nora Whitfield"},
        },
        "errors": [],
    }


REFUSALS = """mutation($dashboard: ID!) {
  updateDashboard(input: {dashboardId: $dashboard, title: "x"}) { errors { __typename message } }
  publishDashboard(input: {dashboardId: $dashboard}) { errors { __typename message } }
}"""


async def test_what_it_cannot_do_is_refused_without_a_call(world: Five, fake: HolisticsFake):
    told = await world.asking.data(await world.admin(), REFUSALS, dashboard=gid(Kind.DASHBOARD, 301))

    assert {one["errors"][0]["__typename"] for one in told.values()} == {"UnsupportedBySource"}
    assert fake.calls == []
