"""Whatever is done can be undone: random histories, undone in reverse, give back the store they began with."""

from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from company import Company, global_id
from conftest import Asking, Stores, asking
from dashgraph.domain.ids import Kind
from test_shares import UNDO, snapshot

PEOPLE = ["ann", "ben", "cem"]
DASHBOARDS = ["one", "two"]
STEPS = 100


async def office(found: Asking) -> None:
    company = Company(found.world.database)
    await company.user("boss", "admin")
    for name in PEOPLE:
        await company.user(name)
    await company.group("team", "ann", "ben")
    await company.group("all", *PEOPLE)
    await company.folder("shelf", "ann")
    await company.dashboard("one", "ann", published=False, folder="shelf", tiles=("a", "b"))
    await company.dashboard("two", "ben", tiles=("c",))


def user(random: Random) -> str:
    return global_id(Kind.USER, random.choice(PEOPLE))


def subject(random: Random) -> str:
    kind, names = random.choice([(Kind.USER, PEOPLE), (Kind.GROUP, ["team", "all"])])
    return global_id(kind, random.choice(names))


def dashboard(random: Random) -> str:
    return global_id(Kind.DASHBOARD, random.choice(DASHBOARDS))


def share(random: Random) -> str:
    whom = random.choice([f"user/{name}" for name in PEOPLE] + ["group/team", "group/all"])
    return global_id(Kind.SHARE, f"{random.choice(DASHBOARDS)}/{whom}")


def grant(random: Random) -> dict[str, Any]:
    return {"subjectId": subject(random), "rule": random.choice(["VIEW", "EDIT"]), "subscribed": random.random() < 0.5}


# What can happen, as the mutation and its input. Most of it is refused at times: that is part of a history too.
WISHES = {
    "addShare": lambda r: {"dashboardId": dashboard(r), "grant": grant(r)},
    "updateShare": lambda r: {"shareId": share(r), "rule": r.choice(["VIEW", "EDIT"])},
    "removeShare": lambda r: {"shareId": share(r)},
    "setDashboardShares": lambda r: {"dashboardId": dashboard(r), "grants": [grant(r) for _ in range(r.randrange(4))]},
    "copyShares": lambda r: {"fromDashboardId": dashboard(r), "toDashboardId": dashboard(r)},
    "changeDashboardOwner": lambda r: {
        "dashboardId": dashboard(r),
        "ownerId": user(r),
        "originalOwnerRule": r.choice(["EDIT", "VIEW", "NONE"]),
        "asAdmin": True,
    },
    "transferOwnership": lambda r: {"fromUserId": user(r), "toUserId": user(r)},
}


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_a_random_history_undone_in_reverse_gives_back_the_start(stores: Stores, seed: int) -> None:
    random = Random(seed)
    async with asking(await stores.fresh("empty")) as found:
        await office(found)
        boss = await found.viewer("boss@x.example")
        before = await snapshot(found)
        done = []
        for _ in range(STEPS):
            name = random.choice(list(WISHES))
            query = f"""mutation($input: {name[0].upper()}{name[1:]}Input!) {{
                {name}(input: $input) {{ errors {{ code }} operation {{ id }} }} }}"""
            payload = (await found.data(boss, query, input=WISHES[name](random)))[name]
            assert (payload["operation"] is None) is bool(payload["errors"]), payload
            if payload["operation"]:
                done.append(payload["operation"]["id"])
        for one in reversed(done):
            undone = await found.data(boss, UNDO, input={"operationId": one})
            assert undone["undoOperation"]["errors"] == []
        assert await snapshot(found) == before
        assert len(done) > STEPS / 5
