"""Users, groups and folders count their changes, and refuse what was meant for another state of them."""

from typing import Any

import pytest

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from dashgraph.domain.users import UserStatus
from test_shares import UNDO, snapshot

REVISION = """query($id: ID!) { node(id: $id, scope: ALL) {
    ... on User { revision } ... on Group { revision } ... on Folder { revision } } }"""
BEN, TEAM, SHELF = global_id(Kind.USER, "ben"), global_id(Kind.GROUP, "team"), global_id(Kind.FOLDER, "shelf")
GONE = global_id(Kind.USER, "gone")

# Every change of one user, group or folder that is there: of what the revision is, and what is asked for.
CHANGES: dict[str, tuple[str, dict[str, Any]]] = {
    "updateUser": (BEN, {"userId": BEN, "firstName": "Benjamin"}),
    "setUserActive": (BEN, {"userId": BEN, "active": False}),
    "changeUserRole": (BEN, {"userId": BEN, "role": "admin"}),
    "deleteUser": (BEN, {"userId": BEN}),
    "restoreUser": (GONE, {"userId": GONE}),
    "resetPassword": (BEN, {"userId": BEN}),
    "setUserGroups": (BEN, {"userId": BEN, "groupIds": [TEAM]}),
    "updateGroup": (TEAM, {"groupId": TEAM, "name": "Crew"}),
    "addUserToGroup": (TEAM, {"groupId": TEAM, "userId": BEN}),
    "removeUserFromGroup": (TEAM, {"groupId": TEAM, "userId": global_id(Kind.USER, "ann")}),
    "deleteGroup": (TEAM, {"groupId": TEAM}),
    "renameFolder": (SHELF, {"folderId": SHELF, "name": "Drawer"}),
    "moveFolder": (SHELF, {"folderId": SHELF, "parentId": global_id(Kind.FOLDER, "room")}),
    "deleteFolder": (SHELF, {"folderId": SHELF}),
}


async def office(asking: Asking) -> None:
    company = Company(asking.world.database)
    await company.user("boss", "admin")
    for name in ("ann", "ben"):
        await company.user(name)
    await company.user("gone", status=UserStatus.DELETED)
    await company.group("team", "ann")
    await company.group("board", "ben")
    await company.folder("room", "ann")
    await company.folder("shelf", "ann")


async def do(asking: Asking, name: str, /, **given: Any) -> dict[str, Any]:
    kind = name[0].upper() + name[1:] + "Input"
    told = "errors { __typename code message path ... on StaleRevision { current } } operation { id changes { noun } }"
    boss = await asking.viewer("boss@x.example")
    query = f"mutation($input: {kind}!) {{ {name}(input: $input) {{ {told} }} }}"
    found: dict[str, Any] = (await asking.data(boss, query, input=given))[name]
    return found


async def revision(asking: Asking, one: str) -> int:
    boss = await asking.viewer("boss@x.example")
    return int((await asking.data(boss, REVISION, id=one))["node"]["revision"])


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_of_another_state_is_refused_and_of_this_one_made(empty: Asking, name: str) -> None:
    await office(empty)
    about, given = CHANGES[name]
    before, current = await snapshot(empty, without=frozenset()), await revision(empty, about)

    for stale in (current - 1, current + 1):
        [error] = (await do(empty, name, **given, expectedRevision=stale))["errors"]
        assert (error["__typename"], error["code"], error["current"]) == ("StaleRevision", "STALE_REVISION", current)
    assert await snapshot(empty, without=frozenset()) == before

    assert (await do(empty, name, **given, expectedRevision=current))["errors"] == []
    assert await snapshot(empty) != before


async def test_who_is_in_a_group_counts_for_the_group_and_for_the_user(empty: Asking) -> None:
    await office(empty)
    both, user, team, board = [BEN, TEAM], BEN, TEAM, global_id(Kind.GROUP, "board")

    async def counted(*ones: str) -> list[int]:
        return [await revision(empty, one) for one in ones]

    before = await counted(*both)
    added = await do(empty, "addUserToGroup", groupId=team, userId=user)
    assert await counted(*both) == [number + 1 for number in before]
    await do(empty, "addUserToGroup", groupId=team, userId=user)  # is one already
    assert await counted(*both) == [number + 1 for number in before]
    boss = await empty.viewer("boss@x.example")
    assert (await empty.data(boss, UNDO, input={"operationId": added["operation"]["id"]}))["undoOperation"][
        "errors"
    ] == []
    assert await counted(*both) == [number + 2 for number in before]

    was = await counted(user, team, board)
    await do(empty, "setUserGroups", userId=user, groupIds=[team])  # out of the board, into the team
    assert await counted(user, team, board) == [number + 1 for number in was]
    await do(empty, "setUserGroups", userId=user, groupIds=[team])
    assert await counted(user, team, board) == [number + 1 for number in was]
    await do(empty, "removeUserFromGroup", groupId=team, userId=user)
    assert await counted(user, team) == [was[0] + 2, was[1] + 2]


async def test_the_trail_does_not_name_what_only_counts(empty: Asking) -> None:
    await office(empty)

    added = await do(empty, "addUserToGroup", groupId=TEAM, userId=BEN)

    assert added["operation"]["changes"] == [{"noun": "membership"}]


async def test_new_members_count_once_for_each_group(empty: Asking) -> None:
    await office(empty)
    before = await revision(empty, TEAM)
    boss = await empty.viewer("boss@x.example")
    given = {"source": "local", "emails": ["a@new.example", "b@new.example"], "role": "viewer", "groupIds": [TEAM]}

    query = "mutation($input: InviteUsersInput!) { inviteUsers(input: $input) { errors { code } } }"
    assert (await empty.data(boss, query, input=given))["inviteUsers"]["errors"] == []

    assert await revision(empty, TEAM) == before + 1
