"""The users and groups of Sisense, as the graph reaches them."""

from typing import Any

from dashgraph.app.fakes.sisense.server import SisenseFake
from dashgraph.domain.ids import Kind
from rows import At, nodes

Sisense = At[SisenseFake]

NORA, CLAIRE = "nora@tallgrass.example", "claire.dubois@tallgrass.example"


def user(at: Sisense, email: str) -> Any:
    [found] = [one for one in at.fake.keeping.users.values() if one["email"] == email]
    return found


def group(at: Sisense, name: str) -> Any:
    [found] = [one for one in at.fake.keeping.groups.values() if one["name"] == name]
    return found


async def users_are_listed(at: Sisense) -> None:
    found = await at.every("users", "email role { nativeName }")

    assert {one["email"] for one in found} == {one["email"] for one in at.fake.keeping.users.values()}
    assert {"email": NORA, "role": {"nativeName": "super"}} in found


async def a_user_is_shown(at: Sisense) -> None:
    found = await at.one("user", user(at, CLAIRE)["_id"], "email firstName lastName")

    assert found == {"email": CLAIRE, "firstName": "Claire", "lastName": "Dubois-Faure"}


async def groups_are_listed(at: Sisense) -> None:
    found = await at.every("groups", "name users { edges { node { email } } }")

    members = {one["name"]: {node["email"] for node in nodes(one["users"])} for one in found}
    assert members["Board"] == {"amara.osei@tallgrass.example"}
    assert set(members) == {one["name"] for one in at.fake.keeping.groups.values()}


async def a_group_is_shown(at: Sisense) -> None:
    found = await at.one("group", group(at, "Board")["_id"], "name origin")

    assert found == {"name": "Board", "origin": "DIRECTORY"}


async def groups_live(at: Sisense) -> None:
    await at.change("createGroup", "group { id }", source=at.name, name="Auditors")
    items = [{"source": at.name, "name": name} for name in ("North", "South")]
    made = await at.change_all("createGroups", "group { nativeId }", items=items, mode="BEST_EFFORT")
    assert [one["group"]["nativeId"] for one in made] == [group(at, name)["_id"] for name in ("North", "South")]
    gone = group(at, "Auditors")["_id"]

    await at.change("deleteGroup", "membershipsRemoved", groupId=at.id(Kind.GROUP, gone))

    assert gone not in at.fake.keeping.groups


async def users_live(at: Sisense) -> None:
    who = {"source": at.name, "role": "contributor"}
    made = await at.change("createUser", "user { id }", **who, email="new@tallgrass.example")
    await at.change("updateUser", "user { id }", userId=made["user"]["id"], firstName="Ada")
    assert user(at, "new@tallgrass.example")["firstName"] == "Ada"
    await at.change("deleteUser", "user { status }", userId=made["user"]["id"])
    items = [{**who, "email": f"{name}@tallgrass.example"} for name in ("one", "two")]
    many = await at.change_all("createUsers", "user { id }", items=items, mode="BEST_EFFORT")
    assert {"one@tallgrass.example", "two@tallgrass.example"} <= {
        one["email"] for one in at.fake.keeping.users.values()
    }

    gone = [{"userId": one["user"]["id"]} for one in many]
    await at.change_all("deleteUsers", "user { id }", items=gone, mode="BEST_EFFORT")

    assert not {"new@tallgrass.example", "one@tallgrass.example", "two@tallgrass.example"} & {
        one["email"] for one in at.fake.keeping.users.values()
    }
