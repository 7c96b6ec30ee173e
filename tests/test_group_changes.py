"""Groups: who changes them, who is in them, and what goes with them."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from dashgraph.domain.users import UserStatus
from dashgraph.domain.viewers import Viewer
from dashgraph.store.accounts import NewUser, user_row
from dashgraph.store.tables import groups, memberships, users
from test_shares import UNDO, snapshot

GROUP = "group { name mail role { nativeName } users { edges { node { displayName } } } } "
MEMBER = GROUP + "user { displayName } changed "
GROUPS = "user { groups { edges { node { name } } } } added removed "
GONE = "membershipsRemoved sharesRemoved "


def mutation(name: str, selection: str) -> str:
    kind = name[0].upper() + name[1:] + "Input"
    told = "errors { code message path } operation { id kind changes { noun } }"
    return f"mutation($input: {kind}!) {{ {name}(input: $input) {{ {selection} {told} }} }}"


def group(name: str) -> str:
    return global_id(Kind.GROUP, name)


def user(name: str) -> str:
    return global_id(Kind.USER, name)


async def office(asking: Asking) -> Company:
    company = Company(asking.world.database)
    await company.user("admin", "admin")
    for name in ("owner", "ann", "ben"):
        await company.user(name)
    await company.group("team", "ann")
    await company.group("board")
    await company.dashboard("plan", "owner")
    await company.share("plan", group="team")
    await company.share("plan", user="ben")
    return company


async def do(asking: Asking, name: str, selection: str, /, **given: Any) -> dict[str, Any]:
    admin = await asking.viewer("admin@x.example")
    found: dict[str, Any] = (await asking.data(admin, mutation(name, selection), input=given))[name]
    return found


async def codes(asking: Asking, name: str, selection: str, /, **given: Any) -> list[str]:
    return [error["code"] for error in (await do(asking, name, selection, **given))["errors"]]


async def undo(asking: Asking, operation: str) -> list[str]:
    admin = await asking.viewer("admin@x.example")
    answer = await asking.data(admin, UNDO, input={"operationId": operation})
    return [error["code"] for error in answer["undoOperation"]["errors"]]


def names(connection: dict[str, Any], key: str) -> list[str]:
    return [edge["node"][key] for edge in connection["edges"]]


async def titles(asking: Asking, who: str) -> list[str]:
    viewer = await asking.viewer(f"{who}@x.example")
    return names((await asking.data(viewer, "{ dashboards { edges { node { title } } } }"))["dashboards"], "title")


NEW = {"source": "local", "name": " Sales ", "mail": "sales@x.example", "role": "viewer"}
SHOWN = {"name": "Sales", "mail": "sales@x.example", "role": {"nativeName": "viewer"}, "users": {"edges": []}}


async def test_an_administrator_makes_a_group(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty, without=frozenset())

    tried = await do(empty, "createGroup", GROUP, **NEW, dryRun=True)
    assert await snapshot(empty, without=frozenset()) == before
    made = await do(empty, "createGroup", GROUP, **NEW, idempotencyKey="k")
    again = await do(empty, "createGroup", GROUP, **NEW, idempotencyKey="k")

    assert (tried["group"], tried["operation"]) == (SHOWN, None)
    assert (made["group"], made["errors"]) == (SHOWN, [])
    assert made["operation"]["kind"] == "createGroup"
    assert made["operation"]["changes"] == [{"noun": "group"}]
    assert again == made
    assert await undo(empty, made["operation"]["id"]) == []
    assert (await snapshot(empty))["groups"] == before["groups"]


async def test_what_cannot_be_a_group_says_why(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty, without=frozenset())

    async def refused(change: str = "createGroup", /, **given: Any) -> tuple[str, list[str]]:
        [error] = (await do(empty, change, GROUP, **given))["errors"]
        return error["code"], error["path"]

    assert await refused(**NEW | {"name": "  "}) == ("BAD_USER_INPUT", ["name"])
    assert await refused(**NEW | {"name": "x" * 201}) == ("BAD_USER_INPUT", ["name"])
    assert await refused(**NEW | {"mail": "none"}) == ("BAD_USER_INPUT", ["mail"])
    assert await refused(**NEW | {"role": "boss"}) == ("BAD_USER_INPUT", ["role"])
    assert await refused("updateGroup", groupId=group("team"), name=None) == ("BAD_USER_INPUT", ["name"])
    assert await refused("updateGroup", groupId=group("none"), name="x") == ("NOT_FOUND", [])
    assert await snapshot(empty, without=frozenset()) == before


async def test_absent_stays_and_null_clears(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)

    given = await do(empty, "updateGroup", GROUP, groupId=group("team"), mail="t@x.example", role="designer")
    renamed = await do(empty, "updateGroup", GROUP, groupId=group("team"), name="Crew", role=None)

    assert given["group"]["name"] == "team"
    assert renamed["group"] == {
        "name": "Crew",
        "mail": "t@x.example",
        "role": None,
        "users": {"edges": [{"node": {"displayName": "ann"}}]},
    }
    assert await undo(empty, given["operation"]["id"]) == ["CONFLICT"]
    assert await undo(empty, renamed["operation"]["id"]) == []
    assert await undo(empty, given["operation"]["id"]) == []
    assert await snapshot(empty) == before


async def test_a_group_goes_with_its_memberships_and_shares(empty: Asking) -> None:
    company = await office(empty)
    await company.join("board", "ann")
    before = await snapshot(empty)
    assert await titles(empty, "ann") == ["plan"]

    tried = await do(empty, "deleteGroup", GONE, groupId=group("team"), dryRun=True)
    assert await snapshot(empty) == before
    done = await do(empty, "deleteGroup", GONE, groupId=group("team"))

    for answer in (tried, done):
        assert (answer["membershipsRemoved"], answer["sharesRemoved"], answer["errors"]) == (1, 1, [])
    assert [row["noun"] for row in done["operation"]["changes"]] == ["membership", "share", "group"]
    assert await titles(empty, "ann") == []
    assert await titles(empty, "ben") == ["plan"]
    assert await codes(empty, "deleteGroup", GONE, groupId=group("team")) == ["NOT_FOUND"]
    assert await undo(empty, done["operation"]["id"]) == []
    assert await snapshot(empty) == before


async def test_a_group_of_thousands_goes_like_any_other(empty: Asking) -> None:
    company = await office(empty)
    rows = [user_row(NewUser(f"u{n}", f"u{n}@x.example", "viewer"), company._now) for n in range(1500)]
    async with empty.world.database.writing() as session:
        await session.execute(insert(users), rows)
        await session.execute(insert(memberships), [{"user_id": row["id"], "group_id": "board"} for row in rows])

    done = await do(empty, "deleteGroup", GONE, groupId=group("board"))

    assert (done["membershipsRemoved"], done["errors"]) == (1500, [])
    async with empty.world.database.reading() as session:
        assert (await session.execute(select(memberships.c.user_id))).scalars().all() == ["ann"]
        assert sorted((await session.execute(select(groups.c.id))).scalars()) == ["team"]


async def test_membership_gives_and_takes_at_once_and_doing_it_twice_does_nothing(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)
    pair = {"userId": user("owner"), "groupId": group("team")}

    tried = await do(empty, "addUserToGroup", MEMBER, **pair, dryRun=True)
    assert await snapshot(empty) == before
    added = await do(empty, "addUserToGroup", MEMBER, **pair)
    twice = await do(empty, "addUserToGroup", MEMBER, **pair)
    ann = await do(empty, "removeUserFromGroup", MEMBER, userId=user("ann"), groupId=group("team"))
    hidden = await titles(empty, "ann")
    again = await do(empty, "removeUserFromGroup", MEMBER, userId=user("ann"), groupId=group("team"))

    assert [one["changed"] for one in (tried, added, twice, ann, again)] == [True, True, False, True, False]
    assert (added["user"], names(added["group"]["users"], "displayName")) == (
        {"displayName": "owner"},
        ["ann", "owner"],
    )
    assert [len(one["operation"]["changes"]) for one in (added, twice, ann, again)] == [1, 0, 1, 0]
    assert hidden == []
    for operation in (ann, added):
        assert await undo(empty, operation["operation"]["id"]) == []
    assert await snapshot(empty) == before


async def test_a_deleted_user_is_taken_out_but_not_let_in(empty: Asking) -> None:
    company = await office(empty)
    await company.user("gone", status=UserStatus.DELETED)
    await company.join("team", "gone")

    assert await codes(empty, "addUserToGroup", MEMBER, userId=user("gone"), groupId=group("board")) == [
        "INVALID_STATE"
    ]
    assert await codes(empty, "setUserGroups", GROUPS, userId=user("gone"), groupIds=[]) == ["INVALID_STATE"]
    taken = await do(empty, "removeUserFromGroup", MEMBER, userId=user("gone"), groupId=group("team"))
    assert (taken["changed"], taken["errors"]) == (True, [])


async def test_the_groups_of_a_user_are_set_all_at_once(empty: Asking) -> None:
    company = await office(empty)
    await company.group("choir", "ann")
    before = await snapshot(empty)
    wanted = [group("board"), group("choir"), group("board")]

    unknown = await codes(empty, "setUserGroups", GROUPS, userId=user("ann"), groupIds=[*wanted, group("none")])
    assert await snapshot(empty) == before
    done = await do(empty, "setUserGroups", GROUPS, userId=user("ann"), groupIds=wanted)

    assert unknown == ["NOT_FOUND"]
    assert (done["added"], done["removed"], done["errors"]) == (1, 1, [])
    assert names(done["user"]["groups"], "name") == ["board", "choir"]
    assert await undo(empty, done["operation"]["id"]) == []
    assert await snapshot(empty) == before


CHANGES: dict[str, tuple[str, dict[str, Any]]] = {
    "createGroup": (GROUP, NEW),
    "updateGroup": (GROUP, {"groupId": group("team"), "name": "x"}),
    "deleteGroup": (GONE, {"groupId": group("team")}),
    "addUserToGroup": (MEMBER, {"groupId": group("board"), "userId": user("ann")}),
    "removeUserFromGroup": (MEMBER, {"groupId": group("team"), "userId": user("ann")}),
    "setUserGroups": (GROUPS, {"groupIds": [], "userId": user("ann")}),
}


@pytest.mark.parametrize("name", [*CHANGES])
async def test_only_administrators_whose_token_is_for_it_change_groups(empty: Asking, name: str) -> None:
    await office(empty)
    selection, given = CHANGES[name]
    before = await snapshot(empty, without=frozenset())
    admin = await empty.viewer("admin@x.example")
    narrow = Viewer(admin.user, admin.role, admin.scopes - {"users:admin"})

    for viewer in (narrow, await empty.viewer("owner@x.example")):
        [error] = await empty.errors(viewer, mutation(name, selection), input=given)
        assert error["extensions"] == {"code": "FORBIDDEN", "scope": "users:admin"}

    assert await snapshot(empty, without=frozenset()) == before
    assert await codes(empty, name, selection, **given) == []


async def test_a_group_that_was_used_is_not_unmade(empty: Asking) -> None:
    await office(empty)
    made = await do(empty, "createGroup", "group { id }", **NEW)
    pair = {"userId": user("ann"), "groupId": made["group"]["id"]}
    joined = await do(empty, "addUserToGroup", MEMBER, **pair)
    before = await snapshot(empty)

    assert await undo(empty, made["operation"]["id"]) == ["CONFLICT"]
    assert await snapshot(empty) == before
    assert await undo(empty, joined["operation"]["id"]) == []
    assert await undo(empty, made["operation"]["id"]) == []


BULK = (
    "mutation($input: {kind}!) {{ {name}(input: $input) {{ succeeded failed results {{ {of} errors {{ code }} }} }} }}"
)


async def bulk(asking: Asking, name: str, of: str, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    admin = await asking.viewer("admin@x.example")
    query = BULK.format(kind=name[0].upper() + name[1:] + "Input", name=name, of=of)
    found: dict[str, Any] = (await asking.data(admin, query, input={"items": list(items), **more}))[name]
    return found


async def test_many_memberships_at_once_answer_one_by_one_in_order(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)
    pairs = [
        {"userId": user("ann"), "groupId": group("board")},
        {"userId": user("none"), "groupId": group("board")},
        {"userId": user("ben"), "groupId": group("team")},
        {"userId": user("ann"), "groupId": group("team")},
    ]

    none = await bulk(empty, "addUsersToGroup", "changed", *pairs)
    assert await snapshot(empty) == before
    added = await bulk(empty, "addUsersToGroup", "changed", *pairs, mode="BEST_EFFORT")
    removed = await bulk(empty, "removeUsersFromGroup", "changed", pairs[0], pairs[2], pairs[2])

    assert [one["errors"][0]["code"] for one in none["results"]] == ["CONFLICT", "NOT_FOUND", "CONFLICT", "CONFLICT"]
    assert [one["changed"] for one in added["results"]] == [True, False, True, False]
    assert (added["succeeded"], added["failed"]) == (3, 1)
    assert [one["changed"] for one in removed["results"]] == [True, True, False]
    assert await snapshot(empty) == before


async def test_many_groups_are_made_together(empty: Asking) -> None:
    await office(empty)
    items = [{"source": "local", "name": name} for name in ("one", " ", "two")]

    none = await bulk(empty, "createGroups", "group { name }", *items)
    some = await bulk(empty, "createGroups", "group { name }", *items, mode="BEST_EFFORT")

    assert (none["succeeded"], none["failed"]) == (0, 3)
    assert [(one["group"] or {}).get("name") for one in some["results"]] == ["one", None, "two"]
