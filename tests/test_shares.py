"""Sharing: who may, what it does, and that nothing is lost."""

import asyncio
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from dashgraph.domain.users import UserStatus
from dashgraph.domain.viewers import TokenScope
from dashgraph.store.tables import editions, metadata, shares


async def snapshot(asking: Asking, *, without: frozenset[str] = frozenset({"operations"})) -> dict[str, Any]:
    """Every row of every table but the audit trail, without what only counts up."""
    found = {}
    async with asking.world.database.reading() as session:
        for table in metadata.sorted_tables:
            if table.name not in without:
                rows = (await session.execute(select(table))).mappings()
                found[table.name] = sorted(
                    (tuple(sorted((k, str(v)) for k, v in row.items() if k not in {"revision", "updated_at"})))
                    for row in rows
                )
    return found


ADD = """mutation($input: AddShareInput!) { addShare(input: $input) {
    share { rule user { displayName } group { name } dashboard { state shares { totalCount } } }
    errors { __typename code message path } operation { kind canBeUndone changes { noun before after } } } }"""


def plan(name: str = "plan") -> str:
    return global_id(Kind.DASHBOARD, name)


async def office(asking: Asking) -> Company:
    company = Company(asking.world.database)
    for name in ("owner", "editor", "friend", "stranger"):
        await company.user(name)
    await company.user("admin", "admin")
    await company.group("team", "friend")
    await company.dashboard("plan", "owner", published=False)
    return company


async def add(asking: Asking, who: str, subject: str, kind: Kind = Kind.USER, **more: Any) -> dict[str, Any]:
    viewer = await asking.viewer(f"{who}@x.example")
    given = {"dashboardId": plan(), "grant": {"subjectId": global_id(kind, subject)}} | more
    found: dict[str, Any] = (await asking.data(viewer, ADD, input=given))["addShare"]
    return found


async def test_the_first_share_publishes_and_leaves_an_operation(empty: Asking) -> None:
    await office(empty)

    done = await add(empty, "owner", "friend")

    assert done["errors"] == []
    assert done["share"] == {
        "rule": "VIEW",
        "user": {"displayName": "friend"},
        "group": None,
        "dashboard": {"state": "PUBLISHED", "shares": {"totalCount": 1}},
    }
    assert done["operation"]["kind"] == "addShare"
    assert [(row["noun"], row["before"] is None) for row in done["operation"]["changes"]] == [
        ("share", True),
        ("dashboard version", False),
        ("dashboard", False),
    ]


async def test_a_dry_run_answers_the_same_and_writes_nothing(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty, without=frozenset())

    tried = await add(empty, "owner", "friend", dryRun=True)

    assert await snapshot(empty, without=frozenset()) == before
    assert (tried["share"]["rule"], tried["errors"], tried["operation"]) == ("VIEW", [], None)
    assert (await add(empty, "owner", "friend"))["share"]["rule"] == "VIEW"


async def test_only_the_owner_and_administrators_share(empty: Asking) -> None:
    company = await office(empty)
    await company.share("plan", user="editor", rule="edit")
    before = await snapshot(empty)

    refused = await add(empty, "editor", "friend")
    hidden = await add(empty, "stranger", "friend")

    assert [(error["__typename"], error["code"]) for error in refused["errors"]] == [("NotAllowed", "FORBIDDEN")]
    assert [(error["__typename"], error["code"]) for error in hidden["errors"]] == [("NotThere", "NOT_FOUND")]
    assert await snapshot(empty) == before
    assert (await add(empty, "admin", "friend"))["errors"] == []
    assert (await add(empty, "owner", "team", Kind.GROUP))["errors"] == []


async def test_what_cannot_be_shared_says_why(empty: Asking) -> None:
    company = await office(empty)
    await company.user("gone", status=UserStatus.DELETED)
    assert (await add(empty, "owner", "friend"))["errors"] == []
    before = await snapshot(empty)

    async def code(subject: str, kind: Kind = Kind.USER, **more: Any) -> str:
        [error] = (await add(empty, "owner", subject, kind, **more))["errors"]
        return str(error["code"])

    assert await code("friend") == "CONFLICT"
    assert await code("owner") == "BAD_USER_INPUT"
    assert await code("gone") == "NOT_FOUND"
    assert await code("nobody") == "NOT_FOUND"
    assert await code("plan", Kind.DASHBOARD) == "NOT_FOUND"
    assert await code("team", Kind.GROUP, expectedRevision=99) == "STALE_REVISION"
    assert await code("team", Kind.GROUP, grant={"subjectId": "nonsense"}) == "BAD_ID"
    assert await snapshot(empty) == before


async def test_the_same_idempotency_key_is_carried_out_once(empty: Asking) -> None:
    await office(empty)
    first = await add(empty, "owner", "friend", idempotencyKey="k")
    before = await snapshot(empty, without=frozenset())

    again = await add(empty, "owner", "friend", idempotencyKey="k")
    other = await add(empty, "owner", "team", Kind.GROUP, idempotencyKey="k")

    assert again == first
    assert [error["code"] for error in other["errors"]] == ["BAD_USER_INPUT"]
    assert await snapshot(empty, without=frozenset()) == before


async def test_fifty_at_once_lose_nothing_and_double_nothing(empty: Asking) -> None:
    company = await office(empty)
    for number in range(50):
        await company.user(f"u{number}")

    done = await asyncio.gather(*(add(empty, "owner", f"u{number}") for number in range(50)))

    assert [one["errors"] for one in done] == [[]] * 50
    async with empty.world.database.reading() as session:
        rows = (await session.execute(select(shares.c.user_id))).scalars().all()
        published = (await session.execute(select(editions.c.published_at))).scalars().all()
    assert sorted(rows) == sorted(f"u{number}" for number in range(50))
    assert len(published) == 1


async def test_writers_who_cross_each_other_all_come_through(empty: Asking) -> None:
    company = await office(empty)
    await company.dashboard("other", "owner")
    await company.share("plan", user="friend")
    await company.share("other", group="team")
    owner = await empty.viewer("owner@x.example")
    copy = "mutation($input: CopySharesInput!) { copyShares(input: $input) { errors { code } } }"
    ways = [("plan", "other"), ("other", "plan")] * 10

    done = await asyncio.gather(
        *(
            empty.data(owner, copy, input={"fromDashboardId": plan(origin), "toDashboardId": plan(target)})
            for origin, target in ways
        )
    )

    assert [one["copyShares"]["errors"] for one in done] == [[]] * 20
    async with empty.world.database.reading() as session:
        rows = (await session.execute(select(shares.c.id).order_by(shares.c.id))).scalars().all()
    assert rows == [f"{name}/{whom}" for name in ("other", "plan") for whom in ("group/team", "user/friend")]


REMOVE = """mutation($input: RemoveShareInput!) { removeShare(input: $input) { dashboard { shares { totalCount } }
    stillHasAccessVia { kind rule group { name } } errors { code } operation { id } } }"""


async def test_taking_a_share_away_tells_who_still_gets_in(empty: Asking) -> None:
    company = await office(empty)
    await company.share("plan", user="friend")
    await company.share("plan", group="team")
    owner = await empty.viewer("owner@x.example")
    given = {"shareId": global_id(Kind.SHARE, "plan/user/friend")}

    tried = (await empty.data(owner, REMOVE, input=given | {"dryRun": True}))["removeShare"]
    asked = (
        f'{{ simulateRevoke(shareId: "{given["shareId"]}") {{ stillHasAccessVia {{ kind rule group {{ name }} }} }} }}'
    )
    simulated = (await empty.data(owner, asked))["simulateRevoke"]
    done = (await empty.data(owner, REMOVE, input=given))["removeShare"]

    by_group = [{"kind": "GROUP", "rule": "VIEW", "group": {"name": "team"}}]
    assert tried["stillHasAccessVia"] == done["stillHasAccessVia"] == simulated["stillHasAccessVia"] == by_group
    assert (tried["operation"], tried["dashboard"]["shares"]["totalCount"]) == (None, 2)
    assert done["dashboard"]["shares"]["totalCount"] == 1
    [error] = (await empty.data(owner, REMOVE, input=given))["removeShare"]["errors"]
    assert error["code"] == "NOT_FOUND"


async def test_setting_shares_keeps_what_stays_and_copying_keeps_the_stronger(empty: Asking) -> None:
    company = await office(empty)
    await company.share("plan", user="friend")
    await company.share("plan", user="stranger")
    await company.dashboard("other", "owner")
    await company.share("other", user="friend", rule="edit")
    await company.share("other", group="team")
    owner = await empty.viewer("owner@x.example")
    listed = (
        "dashboard { shares { edges { node { rule user { displayName } group { name } createdAt } } } } errors { code }"
    )
    kept = await empty.data(
        owner, f'{{ dashboards(filter: {{title: {{eq: "plan"}}}}) {{ edges {{ node {{ {listed[12:-17]} }} }} }} }}'
    )
    set_shares = f"mutation($input: SetDashboardSharesInput!) {{ setDashboardShares(input: $input) {{ {listed} }} }}"
    copy = f"mutation($input: CopySharesInput!) {{ copyShares(input: $input) {{ {listed} }} }}"
    grants = [
        {"subjectId": global_id(Kind.USER, "friend")},
        {"subjectId": global_id(Kind.GROUP, "team"), "rule": "EDIT"},
    ]

    after = (await empty.data(owner, set_shares, input={"dashboardId": plan(), "grants": grants}))["setDashboardShares"]
    nodes = [edge["node"] for edge in after["dashboard"]["shares"]["edges"]]
    former = [edge["node"] for edge in kept["dashboards"]["edges"][0]["node"]["shares"]["edges"]]

    assert nodes[0] == former[0]  # friend's share, with its time
    assert [(node["rule"], (node["group"] or {}).get("name")) for node in nodes] == [("VIEW", None), ("EDIT", "team")]
    given = {"fromDashboardId": plan("other"), "toDashboardId": plan()}
    copied = (await empty.data(owner, copy, input=given))["copyShares"]
    assert [edge["node"]["rule"] for edge in copied["dashboard"]["shares"]["edges"]] == ["EDIT", "EDIT"]


UNDO = """mutation($input: UndoOperationInput!) { undoOperation(input: $input) {
    undone { kind undoneBy { kind } canBeUndone } errors { code message } operation { id kind undoes { kind } } } }"""


async def operation_ids(asking: Asking, who: str) -> list[str]:
    viewer = await asking.viewer(f"{who}@x.example")
    data = await asking.data(viewer, "{ operations(sort: AT_ASC) { edges { node { id } } } }")
    return [edge["node"]["id"] for edge in data["operations"]["edges"]]


async def test_undo_puts_everything_back_and_can_be_undone_itself(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)
    await add(empty, "owner", "friend")
    shared = await snapshot(empty)
    owner = await empty.viewer("owner@x.example")
    [first] = await operation_ids(empty, "owner")

    undone = (await empty.data(owner, UNDO, input={"operationId": first}))["undoOperation"]

    assert undone["errors"] == []
    assert undone["undone"] == {"kind": "addShare", "undoneBy": {"kind": "undoOperation"}, "canBeUndone": False}
    assert await snapshot(empty) == before
    [twice] = (await empty.data(owner, UNDO, input={"operationId": first}))["undoOperation"]["errors"]
    assert twice["code"] == "CONFLICT"
    redone = (await empty.data(owner, UNDO, input={"operationId": undone["operation"]["id"]}))["undoOperation"]
    assert redone["errors"] == []
    assert await snapshot(empty) == shared


async def test_undo_is_refused_while_a_later_change_stands_in_the_way(empty: Asking) -> None:
    await office(empty)
    await add(empty, "owner", "friend")
    owner = await empty.viewer("owner@x.example")
    update = "mutation($input: UpdateShareInput!) { updateShare(input: $input) { share { rule } errors { code } } }"
    changed = await empty.data(
        owner, update, input={"shareId": global_id(Kind.SHARE, "plan/user/friend"), "rule": "EDIT"}
    )
    assert changed["updateShare"] == {"share": {"rule": "EDIT"}, "errors": []}
    before = await snapshot(empty)
    first, second = await operation_ids(empty, "owner")

    [refused] = (await empty.data(owner, UNDO, input={"operationId": first}))["undoOperation"]["errors"]

    assert refused["code"] == "CONFLICT"
    assert await snapshot(empty) == before
    for one in (second, first):
        assert (await empty.data(owner, UNDO, input={"operationId": one}))["undoOperation"]["errors"] == []


async def test_undoing_asks_for_the_scopes_of_what_it_puts_back(empty: Asking) -> None:
    await office(empty)
    await add(empty, "owner", "friend")
    [one] = await operation_ids(empty, "owner")
    owner = await empty.viewer("owner@x.example")
    narrow = replace(owner, scopes=owner.scopes - {TokenScope.SHARES_WRITE})
    before = await snapshot(empty)

    [refused] = (await empty.data(narrow, UNDO, input={"operationId": one}))["undoOperation"]["errors"]

    assert refused["code"] == "FORBIDDEN"
    assert await snapshot(empty) == before
    assert (await empty.data(owner, UNDO, input={"operationId": one}))["undoOperation"]["errors"] == []


async def test_who_lost_the_right_does_not_undo(empty: Asking) -> None:
    company = await office(empty)
    await company.share("plan", user="editor", rule="edit")
    rename = "mutation($input: UpdateDashboardInput!) { updateDashboard(input: $input) { errors { code } } }"
    editor, owner = await empty.viewer("editor@x.example"), await empty.viewer("owner@x.example")
    given = {"dashboardId": plan(), "title": "Renamed"}
    assert (await empty.data(editor, rename, input=given))["updateDashboard"]["errors"] == []
    [one] = await operation_ids(empty, "editor")
    remove = {"shareId": global_id(Kind.SHARE, "plan/user/editor")}
    assert (await empty.data(owner, REMOVE, input=remove))["removeShare"]["errors"] == []
    before = await snapshot(empty)

    [refused] = (await empty.data(editor, UNDO, input={"operationId": one}))["undoOperation"]["errors"]

    assert refused["code"] == "FORBIDDEN"
    assert await snapshot(empty) == before
    admin = await empty.viewer("admin@x.example")
    assert (await empty.data(admin, UNDO, input={"operationId": one}))["undoOperation"]["errors"] == []


async def test_the_audit_trail_is_ones_own_and_the_administrators(empty: Asking) -> None:
    await office(empty)
    await add(empty, "owner", "friend")
    [one] = await operation_ids(empty, "owner")
    stranger, admin = await empty.viewer("stranger@x.example"), await empty.viewer("admin@x.example")
    query = "{ operations(scope: ALL) { edges { node { kind by { displayName } about { __typename } } } } }"

    assert await operation_ids(empty, "stranger") == []
    assert await empty.data(stranger, f'{{ node(id: "{one}") {{ id }} }}') == {"node": None}
    [error] = (await empty.data(stranger, UNDO, input={"operationId": one}))["undoOperation"]["errors"]
    assert error["code"] == "NOT_FOUND"
    [edge] = (await empty.data(admin, query))["operations"]["edges"]
    assert edge["node"] == {"kind": "addShare", "by": {"displayName": "owner"}, "about": {"__typename": "Share"}}
    assert (await empty.data(admin, UNDO, input={"operationId": one}))["undoOperation"]["errors"] == []
