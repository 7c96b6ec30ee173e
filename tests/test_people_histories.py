"""Whatever administrators do to each other, one of them is left, and an address belongs to one account at a time."""

from collections import Counter
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from company import Company, global_id
from conftest import Asking, Stores, asking
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.users import UserStatus
from dashgraph.domain.viewers import Viewer
from dashgraph.store.tables import dashboards, users
from test_shares import UNDO, snapshot

ADMINS = ["ada", "bea", "cid"]
PEOPLE = [*ADMINS, "dan", "eva"]
ADDRESSES = [f"{name}@x.example" for name in (*PEOPLE, "new")]
STEPS = 60


async def office(found: Asking) -> None:
    company = Company(found.world.database)
    for name in PEOPLE:
        await company.user(name, "admin" if name in ADMINS else "designer")
    await company.group("team", "dan")
    await company.group("all", *PEOPLE)
    await company.folder("shelf", "dan")
    await company.dashboard("one", "dan", folder="shelf")
    await company.dashboard("two", "eva")
    await company.share("two", group="team")


def user(random: Random) -> str:
    return global_id(Kind.USER, random.choice(PEOPLE))


def groups(random: Random) -> list[str]:
    return [global_id(Kind.GROUP, name) for name in random.sample(["team", "all"], random.randrange(3))]


def leaving(random: Random) -> dict[str, Any]:
    rule = random.choice(["BLOCK", "TRANSFER", "KEEP"])
    return {"userId": user(random), "onOwned": rule} | ({"heirId": user(random)} if rule == "TRANSFER" else {})


# What can happen, as the mutation and its input. Much of it is refused: that is part of a history too.
WISHES = {
    "createUser": lambda r: {"source": "local", "email": r.choice(ADDRESSES).upper(), "role": "designer"},
    "updateUser": lambda r: {"userId": user(r), "email": r.choice(ADDRESSES), "lastName": r.choice([None, "Ray"])},
    "setUserActive": lambda r: {"userId": user(r), "active": r.random() < 0.5},
    "changeUserRole": lambda r: {"userId": user(r), "role": r.choice(["admin", "designer", "viewer"])},
    "deleteUser": leaving,
    "restoreUser": lambda r: {"userId": user(r)},
    "setUserGroups": lambda r: {"userId": user(r), "groupIds": groups(r)},
}


async def check(found: Asking) -> list[str]:
    """The rules; who administers by now."""
    async with found.world.database.reading() as session:
        rows = (await session.execute(select(users))).all()
        owned = select(users.c.role).join(dashboards, dashboards.c.owner_id == users.c.id)
        owners = set((await session.execute(owned)).scalars())
    admins = [row.id for row in rows if row.role == "admin" and row.status == UserStatus.ACTIVE.value]
    assert admins
    assert max(Counter(row.email_key for row in rows if row.status != UserStatus.DELETED.value).values()) == 1
    assert "viewer" not in owners
    return admins


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_any_history_leaves_an_administrator_and_is_undone_in_reverse(stores: Stores, seed: int) -> None:
    random = Random(seed)
    async with asking(await stores.fresh("empty")) as found:
        await office(found)
        stale = [await found.viewer(f"{name}@x.example") for name in ADMINS]  # whatever becomes of their role
        before = await snapshot(found)
        done = []
        for _ in range(STEPS):
            name = random.choice(list(WISHES))
            query = f"""mutation($input: {name[0].upper()}{name[1:]}Input!) {{
                {name}(input: $input) {{ errors {{ code }} operation {{ id canBeUndone }} }} }}"""
            payload = (await found.data(random.choice(stale), query, input=WISHES[name](random)))[name]
            assert (payload["operation"] is None) is bool(payload["errors"]), payload
            await check(found)
            if payload["operation"] and payload["operation"]["canBeUndone"]:
                done.append(payload["operation"]["id"])
        for one in reversed(done):
            [admin, *_] = await check(found)
            viewer = Viewer(ResourceId("local", Kind.USER, admin), stale[0].role, stale[0].scopes)
            undone = await found.data(viewer, UNDO, input={"operationId": one})
            assert undone["undoOperation"]["errors"] == []
        assert await snapshot(found) == before
        assert len(done) > STEPS / 10
