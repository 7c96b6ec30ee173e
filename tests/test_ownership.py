"""Giving things away, one or all."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from company import Company, global_id
from conftest import NOW, Asking
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.users import UserStatus
from dashgraph.store.demo import ADMIN_EMAIL
from dashgraph.store.tables import tokens, users
from test_shares import UNDO, snapshot

GIVE = """mutation($input: ChangeDashboardOwnerInput!) { changeDashboardOwner(input: $input) {
    dashboard { owner { displayName } folder { name } state shares { edges { node { rule user { displayName }
    group { name } } } } } errors { __typename code } operation { id } } }"""


async def house(asking: Asking) -> Company:
    company = Company(asking.world.database)
    for name in ("owner", "heir", "other"):
        await company.user(name)
    await company.user("admin", "admin")
    await company.user("reader", "viewer")
    await company.user("left", status=UserStatus.INACTIVE)
    await company.group("team", "heir")
    await company.folder("private", "owner")
    await company.dashboard("plan", "owner", folder="private", tiles=("a",))
    return company


async def give(asking: Asking, who: str, heir: str, **more: Any) -> dict[str, Any]:
    viewer = await asking.viewer(f"{who}@x.example")
    given = {"dashboardId": global_id(Kind.DASHBOARD, "plan"), "ownerId": global_id(Kind.USER, heir)} | more
    found: dict[str, Any] = (await asking.data(viewer, GIVE, input=given))["changeDashboardOwner"]
    return found


def named(dashboard: dict[str, Any]) -> list[tuple[str, str]]:
    nodes = [edge["node"] for edge in dashboard["shares"]["edges"]]
    return [((node["user"] or {}).get("displayName") or node["group"]["name"], node["rule"]) for node in nodes]


@pytest.mark.parametrize(("rule", "kept"), [("EDIT", [("owner", "EDIT")]), ("VIEW", [("owner", "VIEW")]), ("NONE", [])])
async def test_the_former_owner_keeps_what_the_rule_says(empty: Asking, rule: str, kept: list[tuple[str, str]]) -> None:
    await house(empty)
    before = await snapshot(empty)
    tried = await give(empty, "owner", "heir", originalOwnerRule=rule, dryRun=True)
    assert await snapshot(empty, without=frozenset()) == before | {"operations": []}

    done = await give(empty, "owner", "heir", originalOwnerRule=rule)

    assert done["errors"] == tried["errors"] == []
    query = "{ dashboards(scope: ALL) { edges { node { owner { displayName } folder { name } %s } } } }"
    shares = "shares { edges { node { rule user { displayName } group { name } } } } widgets { totalCount }"
    [edge] = (await empty.data(await empty.viewer("admin@x.example"), query % shares))["dashboards"]["edges"]
    assert edge["node"]["owner"] == {"displayName": "heir"}
    assert edge["node"]["folder"] is None  # it was in a folder that the heir does not see
    assert named(edge["node"]) == kept
    assert edge["node"]["widgets"] == {"totalCount": 1}
    undo = {"operationId": done["operation"]["id"]}
    refused = await empty.data(await empty.viewer("owner@x.example"), UNDO, input=undo)
    assert [error["code"] for error in refused["undoOperation"]["errors"]] == ["FORBIDDEN"]  # given is given
    undone = await empty.data(await empty.viewer("admin@x.example"), UNDO, input=undo)
    assert undone["undoOperation"]["errors"] == []
    assert await snapshot(empty) == before


async def test_the_heirs_own_share_goes_and_group_shares_and_a_seen_folder_stay(empty: Asking) -> None:
    company = await house(empty)
    await company.share("plan", user="heir")
    await company.share("plan", group="team")

    done = await give(empty, "owner", "heir")

    assert done["dashboard"]["owner"] == {"displayName": "heir"}
    assert done["dashboard"]["folder"] == {"name": "private"}  # the heir saw it before, by the share
    heir = (
        "{ dashboards { edges { node { shares { edges { node { rule user { displayName } group { name } } } } } } } }"
    )
    [edge] = (await empty.data(await empty.viewer("heir@x.example"), heir))["dashboards"]["edges"]
    assert named(edge["node"]) == [("owner", "EDIT"), ("team", "VIEW")]


async def test_who_may_not_give_changes_nothing(empty: Asking) -> None:
    company = await house(empty)
    await company.share("plan", user="other", rule="edit")
    before = await snapshot(empty)

    async def code(who: str, heir: str, **more: Any) -> str:
        [error] = (await give(empty, who, heir, **more))["errors"]
        return str(error["code"])

    assert await code("other", "heir") == "FORBIDDEN"
    assert await code("other", "heir", asAdmin=True) == "FORBIDDEN"
    assert await code("admin", "heir") == "FORBIDDEN"  # as an administrator only when said so
    assert await code("heir", "heir") == "NOT_FOUND"
    assert await code("owner", "reader") == "BAD_USER_INPUT"
    assert await code("owner", "left") == "BAD_USER_INPUT"
    assert await code("owner", "nobody") == "NOT_FOUND"
    assert await code("owner", "heir", expectedRevision=7) == "STALE_REVISION"
    assert await snapshot(empty) == before
    assert (await give(empty, "admin", "heir", asAdmin=True))["errors"] == []


async def test_giving_to_the_owner_is_no_change(empty: Asking) -> None:
    await house(empty)
    before = await snapshot(empty)
    done = await give(empty, "owner", "owner")
    assert done["errors"] == []
    assert await snapshot(empty) == before


BULK = """mutation($input: ChangeDashboardsOwnerInput!) { changeDashboardsOwner(input: $input) { succeeded failed
    results { dashboard { title } errors { code message } operation { id } } } }"""


@pytest.mark.parametrize("mode", ["ATOMIC", "BEST_EFFORT"])
async def test_many_at_once_answer_one_result_each_in_order(empty: Asking, mode: str) -> None:
    company = await house(empty)
    for name in ("one", "two"):
        await company.dashboard(name, "owner")
    owner = await empty.viewer("owner@x.example")
    heir = global_id(Kind.USER, "heir")
    items = [{"dashboardId": global_id(Kind.DASHBOARD, name), "ownerId": heir} for name in ("one", "missing", "two")]
    before = await snapshot(empty)

    done = (await empty.data(owner, BULK, input={"items": items, "mode": mode}))["changeDashboardsOwner"]

    codes = [[error["code"] for error in result["errors"]] for result in done["results"]]
    if mode == "ATOMIC":
        assert codes == [["CONFLICT"], ["NOT_FOUND"], ["CONFLICT"]]
        assert (done["succeeded"], done["failed"]) == (0, 3)
        assert await snapshot(empty) == before
    else:
        assert codes == [[], ["NOT_FOUND"], []]
        assert (done["succeeded"], done["failed"]) == (2, 1)


TRANSFER = """mutation($input: TransferOwnershipInput!) { transferOwnership(input: $input) {
    plan { id items { kind name step reason } } errors { __typename code message } operation { id } } }"""


async def by_email(asking: Asking, email: str) -> str:
    async with asking.world.database.reading() as session:
        native = (await session.execute(select(users.c.id).where(users.c.email == email))).scalar_one()
    return global_id(Kind.USER, native)


async def old_token(asking: Asking, email: str) -> None:
    """A token that somebody made before they were deactivated."""
    owner = ResourceId.decode(await by_email(asking, email))
    assert owner is not None
    row = {"id": "t1", "user_id": owner.native, "name": "old script", "kind": "api", "hash": "x", "scopes": ""}
    async with asking.world.database.writing() as session:
        await session.execute(insert(tokens).values(**row, created_at=NOW))


async def test_a_leaver_is_handed_over_by_one_plan_and_nothing_is_left_that_names_her(demo: Asking) -> None:
    await old_token(demo, "marta.lindqvist@tallgrass.example")
    admin = await demo.viewer(ADMIN_EMAIL)
    marta = await by_email(demo, "marta.lindqvist@tallgrass.example")
    heir = await by_email(demo, "claire.dubois@tallgrass.example")
    before = await snapshot(demo)
    given = {"fromUserId": marta, "toUserId": heir}

    tried = (await demo.data(admin, TRANSFER, input=given | {"dryRun": True}))["transferOwnership"]
    assert await snapshot(demo) == before
    given["planId"] = tried["plan"]["id"]
    done = (await demo.data(admin, TRANSFER, input=given))["transferOwnership"]

    assert done["errors"] == tried["errors"] == []
    assert done["plan"] == tried["plan"]
    steps = [(item["kind"], item["name"], item["step"]) for item in done["plan"]["items"]]
    assert steps == [
        ("Dashboard", "Nordic dealers", "TRANSFER"),
        ("Dashboard", "Nordic revenue", "TRANSFER"),
        ("Dashboard", "Price list check", "TRANSFER"),
        ("Dashboard", "Store visits, Stockholm", "TRANSFER"),
        ("Dashboard", "Winter season plan", "TRANSFER"),
        ("Folder", "Nordics", "TRANSFER"),
        ("Token", "old script", "REVOKE"),
    ]
    owned = f'{{ user(id: "{marta}", scope: ALL) {{ ownedDashboards {{ totalCount }} }} }}'
    assert (await demo.data(admin, owned))["user"]["ownedDashboards"]["totalCount"] == 0
    again = (await demo.data(admin, TRANSFER, input=given | {"dryRun": True, "planId": None}))["transferOwnership"]
    assert again["plan"]["items"] == []
    undone = await demo.data(admin, UNDO, input={"operationId": done["operation"]["id"]})
    assert undone["undoOperation"]["errors"] == []
    assert await snapshot(demo) == before


async def test_a_plan_is_refused_when_the_world_has_changed_since(empty: Asking) -> None:
    company = await house(empty)
    admin = await empty.viewer("admin@x.example")
    given = {"fromUserId": global_id(Kind.USER, "owner"), "toUserId": global_id(Kind.USER, "heir")}
    tried = (await empty.data(admin, TRANSFER, input=given | {"dryRun": True}))["transferOwnership"]
    await company.dashboard("later", "owner")
    before = await snapshot(empty)

    refused = (await empty.data(admin, TRANSFER, input=given | {"planId": tried["plan"]["id"]}))["transferOwnership"]

    assert [error["code"] for error in refused["errors"]] == ["CONFLICT"]
    assert await snapshot(empty) == before


async def test_a_hand_over_keeps_the_trash_and_says_so(empty: Asking) -> None:
    company = await house(empty)
    await company.delete_dashboard("plan")
    given = {"fromUserId": global_id(Kind.USER, "owner"), "toUserId": global_id(Kind.USER, "heir")}

    done = (await empty.data(await empty.viewer("admin@x.example"), TRANSFER, input=given))["transferOwnership"]

    [plan, folder] = done["plan"]["items"]
    assert (plan["name"], plan["step"], "trash" in plan["reason"]) == ("plan", "KEEP", True)
    assert (folder["name"], folder["step"]) == ("private", "TRANSFER")


async def test_only_administrators_hand_over_what_others_own(empty: Asking) -> None:
    await house(empty)
    await empty.world.identity.create_token("owner@x.example", name="mine")
    given = {"fromUserId": global_id(Kind.USER, "owner"), "toUserId": global_id(Kind.USER, "heir")}
    before = await snapshot(empty)

    refused = (await empty.data(await empty.viewer("other@x.example"), TRANSFER, input=given))["transferOwnership"]
    assert [error["code"] for error in refused["errors"]] == ["FORBIDDEN"]
    assert await snapshot(empty) == before

    own = (await empty.data(await empty.viewer("owner@x.example"), TRANSFER, input=given))["transferOwnership"]
    assert [item["kind"] for item in own["plan"]["items"]] == ["Dashboard", "Folder"]
    async with empty.world.database.reading() as session:
        revoked = (await session.execute(select(tokens.c.revoked_at))).scalars().all()
    assert revoked == [None]  # one's own tokens stay
