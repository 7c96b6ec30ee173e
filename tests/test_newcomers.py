"""Many new accounts at once: one result for each, and as cheap as one."""

from typing import Any

from company import global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from dashgraph.domain.viewers import Viewer
from test_shares import UNDO, snapshot
from test_user_changes import codes, do, office, user

CREATE = """mutation($input: CreateUsersInput!) { createUsers(input: $input) { succeeded failed
    results { user { displayName status } errors { code message path } operation { id kind } } } }"""
INVITE = """mutation($input: InviteUsersInput!) { inviteUsers(input: $input) {
    results { email outcome user { email status } errors { code path } } errors { code path } operation { id } } }"""


def row(name: str, **more: Any) -> dict[str, Any]:
    return {"source": "local", "email": f"{name}@new.example", "role": "viewer", "firstName": name} | more


async def create(asking: Asking, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    admin = await asking.viewer("admin@x.example")
    found: dict[str, Any] = (await asking.data(admin, CREATE, input={"items": list(items), **more}))["createUsers"]
    return found


async def invite(asking: Asking, *emails: str, **more: Any) -> dict[str, Any]:
    admin = await asking.viewer("admin@x.example")
    given = {"source": "local", "role": "viewer", "emails": list(emails)} | more
    found: dict[str, Any] = (await asking.data(admin, INVITE, input=given))["inviteUsers"]
    return found


async def test_a_thousand_accounts_take_as_many_statements_as_two(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)
    admin = await empty.viewer("admin@x.example")

    await create(empty, row("a"), row("b"))
    few = len(empty.statements)
    done = await create(empty, *(row(f"u{number}") for number in range(1000)))

    assert len(empty.statements) == few
    assert (done["succeeded"], done["failed"]) == (1000, 0)
    assert [one["user"]["displayName"] for one in done["results"]] == [f"u{number}" for number in range(1000)]
    [operation] = {one["operation"]["id"] for one in done["results"]}
    assert done["results"][0]["operation"]["kind"] == "createUsers"
    undone = await empty.data(admin, UNDO, input={"operationId": operation})
    assert undone["undoOperation"]["errors"] == []
    assert len((await snapshot(empty))["users"]) == len(before["users"]) + 2


async def test_all_or_nothing_names_the_one_that_stood_in_the_way(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty, without=frozenset())

    done = await create(empty, row("a"), row("b", email="VIC@x.example"), row("c"))

    assert (done["succeeded"], done["failed"]) == (0, 3)
    [first, culprit, last] = [one["errors"][0] for one in done["results"]]
    assert (culprit["code"], culprit["path"]) == ("CONFLICT", ["email"])
    assert first["message"] == last["message"] == f"Not made, because item 1 cannot be: {culprit['message']}"
    assert await snapshot(empty, without=frozenset()) == before


async def test_each_on_its_own_makes_the_others(empty: Asking) -> None:
    await office(empty)
    items = [
        row("a", userName="ay", groupIds=[global_id(Kind.GROUP, "team")]),
        row("b", email="A@NEW.example"),
        row("c", userName="AY"),
        row("d", role="boss"),
        row("e", groupIds=["nonsense"]),
        row("f", groupIds=[global_id(Kind.GROUP, "none")]),
        row("g"),
    ]

    tried = await create(empty, *items, mode="BEST_EFFORT", dryRun=True)
    done = await create(empty, *items, mode="BEST_EFFORT", idempotencyKey="k")
    again = await create(empty, *items, mode="BEST_EFFORT", idempotencyKey="k")

    expected = [[], ["CONFLICT"], ["CONFLICT"], ["BAD_USER_INPUT"], ["BAD_ID"], ["NOT_FOUND"], []]
    for answer in (tried, done):
        assert [[error["code"] for error in one["errors"]] for one in answer["results"]] == expected
        assert [(one["user"] or {}).get("displayName") for one in answer["results"]] == ["a", *[None] * 5, "g"]
    assert [one["operation"] for one in tried["results"]] == [None] * 7
    assert again == done


async def test_too_many_and_several_sources_are_refused(empty: Asking) -> None:
    await office(empty)
    admin = await empty.viewer("admin@x.example")
    before = await snapshot(empty, without=frozenset())

    two = await create(empty, row("a"), row("b", source="other"))
    [none] = await empty.errors(admin, CREATE, input={"items": []})
    [many] = await empty.errors(admin, CREATE, input={"items": [row("a")] * 1001})
    narrow = Viewer(admin.user, admin.role, admin.scopes - {"users:admin"})
    [refused] = await empty.errors(narrow, CREATE, input={"items": [row("a")]})

    assert [one["errors"][0]["code"] for one in two["results"]] == ["BAD_USER_INPUT"] * 2
    assert none["extensions"]["code"] == many["extensions"]["code"] == "TOO_MUCH"
    assert refused["extensions"] == {"code": "FORBIDDEN", "scope": "users:admin"}
    assert await snapshot(empty, without=frozenset()) == before


async def test_invited_people_are_pending_and_those_there_are_told(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)
    emails = ["new@x.example", "Heir@x.example", "none", "NEW@x.example", "other@x.example"]

    tried = await invite(empty, *emails, dryRun=True)
    assert await snapshot(empty, without=frozenset({"operations"})) == before
    done = await invite(empty, *emails, groupIds=[global_id(Kind.GROUP, "team")])

    for answer in (tried, done):
        assert [(one["email"], one["outcome"], one["user"]) for one in answer["results"]] == [
            ("new@x.example", "INVITED", {"email": "new@x.example", "status": "PENDING"}),
            ("Heir@x.example", "EXISTING", {"email": "heir@x.example", "status": "ACTIVE"}),
            ("none", "REFUSED", None),
            ("NEW@x.example", "EXISTING", {"email": "new@x.example", "status": "PENDING"}),
            ("other@x.example", "INVITED", {"email": "other@x.example", "status": "PENDING"}),
        ]
        assert [[error["code"] for error in one["errors"]] for one in answer["results"]] == [
            [], [], ["BAD_USER_INPUT"], [], [],
        ]  # fmt: skip
    admin = await empty.viewer("admin@x.example")
    undone = await empty.data(admin, UNDO, input={"operationId": done["operation"]["id"]})
    assert undone["undoOperation"]["errors"] == []
    assert await snapshot(empty) == before


async def test_invitations_to_nowhere_are_refused_whole(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty, without=frozenset())

    assert [e["path"] for e in (await invite(empty, "a@x.example", role="boss"))["errors"]] == [["role"]]
    assert [e["code"] for e in (await invite(empty))["errors"]] == ["TOO_MUCH"]
    unknown = await invite(empty, "a@x.example", groupIds=[global_id(Kind.GROUP, "none")])
    assert [e["code"] for e in unknown["errors"]] == ["NOT_FOUND"]
    assert await snapshot(empty, without=frozenset()) == before


async def test_an_account_that_was_used_is_not_unmade(empty: Asking) -> None:
    """Undoing would take away with it what others have given to the new user since."""
    company = await office(empty)
    made = await do(empty, "admin", "createUser", source="local", email="n@x.example", role="designer")
    admin = await empty.viewer("admin@x.example")
    listed = await empty.data(admin, '{ users(filter: {email: {eq: "n@x.example"}}) { edges { node { nativeId } } } }')
    native = listed["users"]["edges"][0]["node"]["nativeId"]
    await company.share("theirs", user=native)
    before = await snapshot(empty)

    refused = (await empty.data(admin, UNDO, input={"operationId": made["operation"]["id"]}))["undoOperation"]

    assert [error["code"] for error in refused["errors"]] == ["CONFLICT"]
    assert "has been used since" in refused["errors"][0]["message"]
    assert await snapshot(empty) == before


async def test_undoing_keeps_an_administrator_and_needs_todays_rights(empty: Asking) -> None:
    await office(empty)
    promoted = await do(empty, "deputy", "changeUserRole", userId=user("heir"), role="admin")
    assert await codes(empty, "heir", "deleteUser", userId=user("admin")) == []
    stale = await empty.viewer("deputy@x.example")
    assert await codes(empty, "heir", "changeUserRole", userId=user("deputy"), role="designer") == []
    before = await snapshot(empty)
    given = {"operationId": promoted["operation"]["id"]}

    demoted = await empty.viewer("deputy@x.example")
    for viewer, code in ((demoted, "FORBIDDEN"), (stale, "CONFLICT")):
        refused = (await empty.data(viewer, UNDO, input=given))["undoOperation"]["errors"]
        assert [error["code"] for error in refused] == [code]

    assert await snapshot(empty) == before
