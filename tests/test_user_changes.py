"""Accounts: who changes what of whom, what a leaver leaves behind, and that somebody can always administer."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import Unauthenticated
from dashgraph.domain.users import UserStatus
from dashgraph.domain.viewers import Viewer
from dashgraph.store.tables import operations, tokens, users
from test_shares import UNDO, operation_ids, snapshot

ERRORS = """errors { __typename code message path
    ... on StillOwns { count dashboards { title } folders { name } } } operation { id kind } """
USER = "user { displayName email initials userName firstName lastName status preferences role { nativeName } } "


def mutation(name: str, selection: str = USER) -> str:
    kind = name[0].upper() + name[1:] + "Input"
    return f"mutation($input: {kind}!) {{ {name}(input: $input) {{ {selection} {ERRORS} }} }}"


def user(name: str) -> str:
    return global_id(Kind.USER, name)


async def office(asking: Asking) -> Company:
    """Two administrators, a leaver who owns a dashboard in a folder, an heir, and a viewer."""
    company = Company(asking.world.database)
    await company.user("admin", "admin")
    await company.user("deputy", "admin")
    for name in ("leaver", "heir"):
        await company.user(name)
    await company.user("vic", "viewer")
    await company.group("team", "leaver")
    await company.folder("drawer", "leaver")
    await company.dashboard("plan", "leaver", folder="drawer")
    await company.dashboard("theirs", "heir")
    await company.share("theirs", user="leaver", rule="edit")
    return company


async def do(asking: Asking, who: str, name: str, selection: str = USER, **given: Any) -> dict[str, Any]:
    viewer = await asking.viewer(f"{who}@x.example")
    found: dict[str, Any] = (await asking.data(viewer, mutation(name, selection), input=given))[name]
    return found


async def codes(asking: Asking, who: str, name: str, selection: str = USER, **given: Any) -> list[str]:
    return [error["code"] for error in (await do(asking, who, name, selection, **given))["errors"]]


async def undo(asking: Asking, who: str, operation: str) -> list[str]:
    viewer = await asking.viewer(f"{who}@x.example")
    answer = await asking.data(viewer, UNDO, input={"operationId": operation})
    return [error["code"] for error in answer["undoOperation"]["errors"]]


NEW = {"source": "local", "email": " Ada@X.example ", "role": "designer", "firstName": "Ada", "lastName": "Lovelace"}


async def test_an_administrator_makes_an_account(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)
    given = NEW | {"userName": "ada", "preferences": {"theme": "dark"}, "groupIds": [global_id(Kind.GROUP, "team")]}

    made = await do(empty, "admin", "createUser", USER + "user { groups { edges { node { name } } } }", **given)

    assert made["errors"] == []
    assert made["user"] == {
        "displayName": "Ada Lovelace",
        "email": "Ada@X.example",
        "initials": "AL",
        "userName": "ada",
        "firstName": "Ada",
        "lastName": "Lovelace",
        "status": "ACTIVE",
        "preferences": {"theme": "dark"},
        "role": {"nativeName": "designer"},
        "groups": {"edges": [{"node": {"name": "team"}}]},
    }
    assert made["operation"]["kind"] == "createUser"
    assert await undo(empty, "admin", made["operation"]["id"]) == []
    assert await snapshot(empty) == before


async def test_a_dry_run_shows_the_account_and_makes_none(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty, without=frozenset())

    tried = await do(empty, "admin", "createUser", **NEW, dryRun=True)

    assert (tried["user"]["displayName"], tried["errors"], tried["operation"]) == ("Ada Lovelace", [], None)
    assert await snapshot(empty, without=frozenset()) == before


async def test_what_cannot_be_an_account_says_why(empty: Asking) -> None:
    await office(empty)
    assert await codes(empty, "admin", "createUser", **NEW | {"userName": "Ada"}) == []
    before = await snapshot(empty, without=frozenset())

    async def refused(**given: Any) -> tuple[str, list[str]]:
        [error] = (await do(empty, "admin", "createUser", **{**NEW, "email": "new@x.example", **given}))["errors"]
        return error["code"], error["path"]

    assert await refused(email="ADA@x.EXAMPLE") == ("CONFLICT", ["email"])
    assert await refused(userName="ADA") == ("CONFLICT", ["userName"])
    assert await refused(email="nobody") == ("BAD_USER_INPUT", ["email"])
    assert await refused(userName="a@b") == ("BAD_USER_INPUT", ["userName"])
    assert await refused(userName=" ") == ("BAD_USER_INPUT", ["userName"])
    assert await refused(firstName="x" * 101) == ("BAD_USER_INPUT", ["firstName"])
    assert await refused(lastName="\ufdfa" * 90) == ("BAD_USER_INPUT", ["lastName"])
    assert await refused(preferences=[1]) == ("BAD_USER_INPUT", ["preferences"])
    assert await refused(preferences={"x": "y" * 60_000}) == ("TOO_MUCH", ["preferences"])
    assert await refused(role="boss") == ("BAD_USER_INPUT", ["role"])
    assert await refused(groupIds=[global_id(Kind.GROUP, "none")]) == ("NOT_FOUND", [])
    assert await refused(source="elsewhere") == ("BAD_USER_INPUT", [])
    assert await snapshot(empty, without=frozenset()) == before


async def test_the_same_idempotency_key_makes_one_account(empty: Asking) -> None:
    await office(empty)

    first = await do(empty, "admin", "createUser", **NEW, idempotencyKey="k")
    again = await do(empty, "admin", "createUser", **NEW, idempotencyKey="k")
    other = await do(empty, "admin", "createUser", **NEW | {"role": "admin"}, idempotencyKey="k")

    assert again == first
    assert [error["code"] for error in other["errors"]] == ["BAD_USER_INPUT"]


CHANGES: dict[str, dict[str, Any]] = {
    "createUser": NEW,
    "setUserActive": {"userId": user("vic"), "active": False},
    "changeUserRole": {"userId": user("vic"), "role": "designer"},
    "deleteUser": {"userId": user("vic")},
}


@pytest.mark.parametrize("name", [*CHANGES])
async def test_only_administrators_whose_token_is_for_it_change_accounts(empty: Asking, name: str) -> None:
    await office(empty)
    before = await snapshot(empty, without=frozenset())
    admin = await empty.viewer("admin@x.example")
    narrow = Viewer(admin.user, admin.role, admin.scopes - {"users:admin"})

    for viewer in (narrow, await empty.viewer("heir@x.example")):
        [error] = await empty.errors(viewer, mutation(name), input=CHANGES[name])
        assert error["extensions"] == {"code": "FORBIDDEN", "scope": "users:admin"}

    assert await snapshot(empty, without=frozenset()) == before
    assert await codes(empty, "admin", name, **CHANGES[name]) == []


async def test_people_change_their_own_names_and_preferences_and_nothing_else(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)
    vic = user("vic")

    renamed = await do(empty, "vic", "updateUser", userId=vic, lastName="Vega", preferences={"theme": "dark"})
    changed = await snapshot(empty)

    assert (renamed["user"]["displayName"], renamed["user"]["initials"]) == ("vic Vega", "VV")
    assert renamed["user"]["preferences"] == {"theme": "dark"}
    assert await codes(empty, "vic", "updateUser", userId=vic, email="v@x.example") == ["FORBIDDEN"]
    assert await codes(empty, "vic", "updateUser", userId=vic, userName="v") == ["FORBIDDEN"]
    assert await codes(empty, "vic", "updateUser", userId=user("heir"), lastName="V") == ["FORBIDDEN"]
    viewer = await empty.viewer("vic@x.example")
    narrow = Viewer(viewer.user, viewer.role, viewer.scopes - {"profile:write"})
    refused = (await empty.data(narrow, mutation("updateUser"), input={"userId": vic, "lastName": "V"}))["updateUser"]
    assert [error["code"] for error in refused["errors"]] == ["FORBIDDEN"]
    assert await snapshot(empty) == changed
    assert await undo(empty, "admin", renamed["operation"]["id"]) == []
    assert await snapshot(empty) == before


async def test_absent_stays_and_null_clears(empty: Asking) -> None:
    await office(empty)
    given = {"userId": user("vic"), "userName": "vv", "lastName": "Vega", "preferences": {"a": 1}}
    assert await codes(empty, "admin", "updateUser", **given) == []

    moved = await do(empty, "admin", "updateUser", userId=user("vic"), email="v@y.example", lastName=None)

    assert moved["user"]["email"] == "v@y.example"
    assert (moved["user"]["userName"], moved["user"]["lastName"]) == ("vv", None)
    assert (moved["user"]["displayName"], moved["user"]["preferences"]) == ("vic", {"a": 1})
    admin = await empty.viewer("admin@x.example")
    refused = (await empty.data(admin, mutation("updateUser"), input={"userId": user("vic"), "email": None}))[
        "updateUser"
    ]
    assert refused["errors"][0]["path"] == ["email"]
    taken = await do(empty, "admin", "updateUser", userId=user("vic"), email="HEIR@x.example")
    assert [(error["code"], error["path"]) for error in taken["errors"]] == [("CONFLICT", ["email"])]
    assert (await do(empty, "admin", "updateUser", userId=user("heir"), email="HEIR@x.example"))["errors"] == []


async def test_nobody_leaves_the_house_without_an_administrator(empty: Asking) -> None:
    await office(empty)
    stale = await empty.viewer("deputy@x.example")  # signed in as an administrator, and is one no longer
    ways: dict[str, dict[str, Any]] = {
        "deleteUser": {},
        "setUserActive": {"active": False},
        "changeUserRole": {"role": "designer"},
    }

    for name, more in ways.items():
        assert await codes(empty, "admin", name, userId=user("admin"), **more) == ["FORBIDDEN"]
    assert await codes(empty, "admin", "changeUserRole", userId=user("deputy"), role="designer") == []
    before = await snapshot(empty)
    for name, more in ways.items():
        answer = await empty.data(stale, mutation(name), input={"userId": user("admin"), **more})
        assert [error["code"] for error in answer[name]["errors"]] == ["CONFLICT"]
        assert "last active administrator" in answer[name]["errors"][0]["message"]
    assert await snapshot(empty) == before


async def test_deactivation_ends_every_token_and_session_at_once(empty: Asking) -> None:
    await office(empty)
    identity = empty.world.identity
    held = [await identity.create_token("vic@x.example", name=name, lifetime=timedelta(days=1)) for name in "ab"]
    before = await snapshot(empty)

    tried = await do(empty, "admin", "setUserActive", "tokensRevoked", userId=user("vic"), active=False, dryRun=True)
    unharmed = await identity.viewer(held[0].text)
    done = await do(empty, "admin", "setUserActive", USER + "tokensRevoked", userId=user("vic"), active=False)

    assert tried["tokensRevoked"] == done["tokensRevoked"] == 2
    assert unharmed.user.native == "vic"
    assert done["user"]["status"] == "INACTIVE"
    assert await codes(empty, "admin", "setUserActive", userId=user("vic"), active=True) == []
    for token in held:
        with pytest.raises(Unauthenticated):
            await identity.viewer(token.text)
    second, first = (await operation_ids(empty, "admin"))[::-1]
    assert await undo(empty, "admin", second) == await undo(empty, "admin", first) == []
    assert await snapshot(empty) == before


async def test_who_becomes_a_viewer_owns_nothing(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)

    refused = await do(empty, "admin", "changeUserRole", userId=user("leaver"), role="viewer")

    [error] = refused["errors"]
    assert (error["__typename"], error["code"], error["count"]) == ("StillOwns", "STILL_OWNS", 2)
    assert (error["dashboards"], error["folders"]) == ([{"title": "plan"}], [{"name": "drawer"}])
    assert await snapshot(empty) == before
    promoted = await do(empty, "admin", "changeUserRole", userId=user("leaver"), role="admin")
    assert promoted["user"]["role"] == {"nativeName": "admin"}
    assert await undo(empty, "admin", promoted["operation"]["id"]) == []
    assert await snapshot(empty) == before


async def test_no_secret_is_told_by_the_audit_trail(empty: Asking) -> None:
    company = await office(empty)
    await company.user("ida", password_hash="$argon2id$never-shown")
    token = await empty.world.identity.create_token("ida@x.example", name="a")
    async with empty.world.database.reading() as session:
        digest = (await session.execute(select(tokens.c.hash))).scalar_one()
    admin = await empty.viewer("admin@x.example")

    await do(empty, "admin", "deleteUser", userId=user("ida"))
    trail = await empty.data(admin, "{ operations { edges { node { changes { noun before after } } } } }")

    text = json.dumps(trail)
    assert sorted(row["noun"] for row in trail["operations"]["edges"][0]["node"]["changes"]) == ["token", "user"]
    assert not [secret for secret in ("argon2id", token.text, digest) if secret in text]


async def test_many_are_deleted_together_or_each_alone(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty)
    items = [{"userId": user(name)} for name in ("vic", "admin", "deputy")]
    selection = "succeeded failed results { user { displayName } errors { code } }"
    query = f"mutation($input: DeleteUsersInput!) {{ deleteUsers(input: $input) {{ {selection} }} }}"
    admin = await empty.viewer("admin@x.example")

    none = (await empty.data(admin, query, input={"items": items}))["deleteUsers"]
    assert await snapshot(empty) == before
    some = (await empty.data(admin, query, input={"items": items, "mode": "BEST_EFFORT"}))["deleteUsers"]

    assert (none["succeeded"], none["failed"]) == (0, 3)
    assert [one["errors"] for one in none["results"]] == [
        [{"code": "CONFLICT"}],
        [{"code": "FORBIDDEN"}],
        [{"code": "CONFLICT"}],
    ]
    assert [(one["user"] or {}).get("displayName") for one in some["results"]] == ["vic", None, "deputy"]


async def active_administrators(asking: Asking) -> int:
    async with asking.world.database.reading() as session:
        active = (users.c.role == "admin", users.c.status == UserStatus.ACTIVE.value)
        return int((await session.execute(select(func.count()).select_from(users).where(*active))).scalar_one())


async def test_two_administrators_who_delete_each_other_leave_one(empty: Asking) -> None:
    await office(empty)

    done = await asyncio.gather(
        codes(empty, "admin", "deleteUser", userId=user("deputy")),
        codes(empty, "deputy", "deleteUser", userId=user("admin")),
    )

    assert sorted(done) == [[], ["CONFLICT"]]
    assert await active_administrators(empty) == 1
    async with empty.world.database.reading() as session:
        assert len((await session.execute(select(operations.c.id))).all()) == 1
