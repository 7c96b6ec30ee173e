"""Changes of folders: the tree stays a tree, and nobody loses what is theirs."""

import asyncio
from typing import Any

import pytest

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.folders import DEEPEST
from dashgraph.domain.ids import Kind
from test_dashboard_changes import EVERYTHING, codes, make, undone
from test_shares import snapshot

SHOWN = "folder { name owner { displayName } parent { name } ancestors { name } }"


def folder(name: str) -> str:
    return global_id(Kind.FOLDER, name)


async def office(asking: Asking) -> Company:
    """finance holds sales holds north, with a dashboard in each; the friend sees what is in finance."""
    company = Company(asking.world.database)
    for name in ("owner", "friend", "stranger"):
        await company.user(name)
    await company.user("viewer", "viewer")
    await company.user("admin", "admin")
    await company.folder("finance", "owner")
    await company.folder("sales", "owner", "finance")
    await company.folder("north", "owner", "sales")
    await company.dashboard("plan", "owner", folder="finance")
    await company.dashboard("report", "owner", folder="north")
    await company.share("plan", user="friend")
    await company.share("plan", user="viewer")
    return company


async def test_a_folder_is_made_where_one_sees_and_is_ones_own(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)

    top = await make(empty, "friend", "createFolder", SHOWN, source="local", name=" Mine ", idempotencyKey="k")
    again = await make(empty, "friend", "createFolder", SHOWN, source="local", name=" Mine ", idempotencyKey="k")
    inside = await make(empty, "friend", "createFolder", SHOWN, source="local", name="Mine", parentId=folder("finance"))

    owner = {"displayName": "friend"}
    assert top["folder"] == {"name": "Mine", "owner": owner, "parent": None, "ancestors": []}
    assert again == top
    assert inside["folder"]["parent"] == {"name": "finance"}
    hidden = {"source": "local", "name": "x", "parentId": folder("sales")}
    assert await codes(empty, ("friend", "stranger"), "createFolder", **hidden) == ["NOT_FOUND"] * 2
    assert await codes(empty, ("viewer",), "createFolder", source="local", name="x") == ["FORBIDDEN"]
    await undone(empty, "friend", inside)
    await undone(empty, "friend", top)
    assert await snapshot(empty) == before


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": "FINANCE"}, "CONFLICT"),
        ({"name": "Sales", "parentId": folder("finance")}, "CONFLICT"),
        ({"name": "  "}, "BAD_USER_INPUT"),
        ({"name": "x" * 256}, "BAD_USER_INPUT"),
    ],
)
async def test_names_are_unique_among_the_siblings_of_one_owner(
    empty: Asking, given: dict[str, Any], code: str
) -> None:
    await office(empty)

    assert await codes(empty, ("owner",), "createFolder", source="local", **given) == [code]
    if code == "CONFLICT":
        assert (await make(empty, "owner", "createFolder", SHOWN, source="local", name="Sales"))["errors"] == []
        assert (await make(empty, "friend", "createFolder", SHOWN, source="local", name="finance"))["errors"] == []


async def test_a_folder_is_renamed_by_its_owner_and_administrators(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)
    given = {"folderId": folder("finance"), "name": "Money"}

    assert await codes(empty, ("friend", "stranger"), "renameFolder", **given) == ["FORBIDDEN", "NOT_FOUND"]
    tried = await make(empty, "admin", "renameFolder", SHOWN, dryRun=True, **given)
    assert await snapshot(empty) == before
    done = await make(empty, "owner", "renameFolder", SHOWN, **given)
    assert done["folder"]["name"] == tried["folder"]["name"] == "Money"
    await undone(empty, "owner", done)
    assert await snapshot(empty) == before


async def test_a_folder_moves_with_all_that_is_in_it_and_never_into_itself(empty: Asking) -> None:
    company = await office(empty)
    await company.folder("archive", "owner")
    await company.folder("hidden", "stranger")
    before = await snapshot(empty)

    def to(parent: str | None, one: str = "sales") -> dict[str, Any]:
        return {"folderId": folder(one), "parentId": None if parent is None else folder(parent)}

    for parent in ("finance", "sales", "north"):
        assert await codes(empty, ("owner",), "moveFolder", **to(parent, "finance")) == ["BAD_USER_INPUT"]
    assert await codes(empty, ("owner", "friend"), "moveFolder", **to("hidden")) == ["NOT_FOUND"] * 2
    done = await make(empty, "owner", "moveFolder", SHOWN, **to("archive"))
    assert done["folder"]["ancestors"] == [{"name": "archive"}]
    same = await make(empty, "owner", "moveFolder", "folder { children { totalCount } }", **to("archive"))
    assert same["folder"] == {"children": {"totalCount": 1}}
    top = await make(empty, "admin", "moveFolder", SHOWN, **to(None))
    assert top["folder"]["parent"] is None
    await undone(empty, "admin", top)
    await undone(empty, "owner", done)
    assert await snapshot(empty) == before


async def test_two_folders_moved_into_each_other_at_once_make_no_circle(empty: Asking) -> None:
    company = await office(empty)
    await company.folder("archive", "owner")
    pairs = (("archive", "finance"), ("finance", "archive")) * 5

    done = await asyncio.gather(
        *(make(empty, "owner", "moveFolder", "", folderId=folder(one), parentId=folder(other)) for one, other in pairs)
    )

    told = [error["code"] for one in done for error in one["errors"]]
    assert told == ["BAD_USER_INPUT"] * 5
    owner = await empty.viewer("owner@x.example")
    found = await empty.data(owner, "{ folders { edges { node { parent { name } } } } }")
    assert [edge["node"]["parent"] for edge in found["folders"]["edges"]].count(None) == 1


async def test_folders_are_twenty_levels_deep_and_no_deeper(empty: Asking) -> None:
    company = await office(empty)
    above = None
    for level in range(1, DEEPEST):
        await company.folder(f"level{level}", "owner", above)
        above = f"level{level}"
    lowest, two_up = folder(f"level{DEEPEST - 1}"), folder(f"level{DEEPEST - 2}")

    assert await codes(empty, ("owner",), "moveFolder", folderId=folder("sales"), parentId=lowest) == ["BAD_USER_INPUT"]
    assert (await make(empty, "owner", "moveFolder", "", folderId=folder("sales"), parentId=two_up))["errors"] == []
    last = await make(empty, "owner", "createFolder", "folder { id }", source="local", name="last", parentId=lowest)
    given = {"source": "local", "name": "beyond", "parentId": last["folder"]["id"]}
    assert await codes(empty, ("owner",), "createFolder", **given) == ["BAD_USER_INPUT"]


GONE = "deletedId dashboards folders"


async def test_a_folder_that_is_not_empty_is_deleted_only_with_a_mode(empty: Asking) -> None:
    company = await office(empty)
    await company.folder("bare", "owner")
    before = await snapshot(empty)

    for name in ("finance", "sales", "north"):
        assert await codes(empty, ("owner",), "deleteFolder", folderId=folder(name)) == ["INVALID_STATE"]
    given = {"folderId": folder("finance"), "mode": "MOVE_TO_PARENT"}
    assert await codes(empty, ("friend", "stranger"), "deleteFolder", **given) == ["FORBIDDEN", "NOT_FOUND"]
    bare = await make(empty, "owner", "deleteFolder", GONE, folderId=folder("bare"))

    assert (bare["deletedId"], bare["dashboards"], bare["folders"]) == (folder("bare"), 0, 0)
    await undone(empty, "owner", bare)
    assert await snapshot(empty) == before


async def test_what_was_in_a_deleted_folder_goes_into_the_one_above(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)

    done = await make(empty, "owner", "deleteFolder", GONE, folderId=folder("sales"), mode="MOVE_TO_PARENT")

    assert (done["dashboards"], done["folders"]) == (0, 1)
    owner = await empty.viewer("owner@x.example")
    query = "query($id: ID!) { node(id: $id) { ... on Folder { ancestors { name } dashboards { totalCount } } } }"
    north = (await empty.data(owner, query, id=folder("north")))["node"]
    assert north == {"ancestors": [{"name": "finance"}], "dashboards": {"totalCount": 1}}
    await undone(empty, "owner", done)
    assert await snapshot(empty) == before


async def test_names_that_would_meet_in_the_folder_above_are_refused(empty: Asking) -> None:
    company = await office(empty)
    await company.folder("twin", "owner", "north")
    await make(empty, "owner", "renameFolder", folderId=folder("twin"), name="North", answer="")
    given = {"folderId": folder("north"), "mode": "MOVE_TO_PARENT"}

    assert await codes(empty, ("owner",), "deleteFolder", **given) == ["CONFLICT"]


async def test_content_is_deleted_with_the_folder_when_all_of_it_is_ones_own(empty: Asking) -> None:
    company = await office(empty)
    await company.dashboard("old", "owner", folder="north")
    await company.delete_dashboard("old")
    before = await snapshot(empty)
    given = {"folderId": folder("finance"), "mode": "DELETE_CONTENT"}

    tried = await make(empty, "admin", "deleteFolder", GONE, dryRun=True, **given)
    assert await snapshot(empty) == before
    done = await make(empty, "owner", "deleteFolder", GONE, **given)

    assert (done["dashboards"], done["folders"]) == (tried["dashboards"], tried["folders"]) == (2, 2)
    owner = await empty.viewer("owner@x.example")
    left = await empty.data(owner, "{ folders { totalCount } dashboards { totalCount } }")
    assert left == {"folders": {"totalCount": 0}, "dashboards": {"totalCount": 0}}
    await undone(empty, "owner", done)
    assert await snapshot(empty) == before
    await make(empty, "owner", "deleteFolder", GONE, **given)
    for name in ("report", "old"):
        back = {"dashboardId": global_id(Kind.DASHBOARD, name)}
        found = await make(empty, "owner", "restoreDeletedDashboard", "dashboard { title folder { name } }", **back)
        assert found["dashboard"] == {"title": name, "folder": None}


async def test_the_content_of_others_is_not_deleted_with_a_folder(empty: Asking) -> None:
    company = await office(empty)
    await company.dashboard("theirs", "friend", folder="north")
    given = {"folderId": folder("finance"), "mode": "DELETE_CONTENT"}

    assert await codes(empty, ("owner",), "deleteFolder", **given) == ["FORBIDDEN"]
    assert (await make(empty, "admin", "deleteFolder", GONE, **given))["dashboards"] == 3
    assert "theirs" in str(await snapshot(empty, without=EVERYTHING))
