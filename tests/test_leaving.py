"""Leaving: what holds an account back, who takes over, and how it comes back."""

import pytest

from conftest import Asking
from dashgraph.domain.problems import Unauthenticated
from dashgraph.domain.viewers import Viewer
from test_shares import snapshot
from test_user_changes import USER, codes, do, mutation, office, undo, user


async def test_an_owner_is_not_deleted_by_default(empty: Asking) -> None:
    company = await office(empty)
    before = await snapshot(empty)

    [error] = (await do(empty, "admin", "deleteUser", userId=user("leaver")))["errors"]

    assert (error["code"], error["count"]) == ("STILL_OWNS", 2)
    assert "leaver still owns 1 dashboard and 1 folder" in error["message"]
    assert await snapshot(empty) == before
    assert await codes(empty, "admin", "deleteUser", userId=user("heir")) == ["STILL_OWNS"]
    await company.delete_dashboard("theirs")
    assert await codes(empty, "admin", "deleteUser", userId=user("heir")) == []  # what is in the trash does not count


async def test_a_token_that_does_not_reach_everything_is_told_the_number_alone(empty: Asking) -> None:
    await office(empty)
    admin = await empty.viewer("admin@x.example")
    narrow = Viewer(admin.user, admin.role, admin.scopes - {"admin:read"})

    answer = await empty.data(narrow, mutation("deleteUser"), input={"userId": user("leaver")})

    [error] = answer["deleteUser"]["errors"]
    assert (error["count"], error["dashboards"], error["folders"]) == (2, [], [])


GIVEN = USER + "transferred tokensRevoked"


async def test_an_heir_takes_everything_over_in_the_same_transaction(empty: Asking) -> None:
    company = await office(empty)
    await company.share("plan", user="heir")
    before = await snapshot(empty)
    given = {"userId": user("leaver"), "onOwned": "TRANSFER", "heirId": user("heir")}

    tried = await do(empty, "admin", "deleteUser", GIVEN, **given, dryRun=True)
    assert await snapshot(empty) == before
    done = await do(empty, "admin", "deleteUser", GIVEN, **given)

    assert tried["transferred"] == done["transferred"] == 2
    assert (done["user"]["status"], done["errors"]) == ("DELETED", [])
    heir = await empty.viewer("heir@x.example")
    owned = await empty.data(heir, "{ dashboards { edges { node { title myPermission { role } folder { name } } } } }")
    assert [edge["node"] for edge in owned["dashboards"]["edges"]] == [
        {"title": "plan", "myPermission": {"role": "OWNER"}, "folder": {"name": "drawer"}},
        {"title": "theirs", "myPermission": {"role": "OWNER"}, "folder": None},
    ]
    assert await undo(empty, "admin", done["operation"]["id"]) == []
    assert await snapshot(empty) == before


async def test_who_cannot_be_an_heir_is_refused(empty: Asking) -> None:
    await office(empty)
    before = await snapshot(empty, without=frozenset())

    async def refused(heir: str | None, on_owned: str = "TRANSFER") -> list[str]:
        given = {"userId": user("leaver"), "onOwned": on_owned} | ({} if heir is None else {"heirId": user(heir)})
        return await codes(empty, "admin", "deleteUser", **given)

    assert await refused(None) == ["BAD_USER_INPUT"]
    assert await refused("heir", "KEEP") == ["BAD_USER_INPUT"]
    assert await refused("leaver") == ["BAD_USER_INPUT"]
    assert await refused("vic") == ["BAD_USER_INPUT"]
    assert await refused("nobody") == ["NOT_FOUND"]
    assert await snapshot(empty, without=frozenset()) == before


async def test_a_deleted_account_comes_back_with_its_shares_and_groups_but_not_its_tokens(empty: Asking) -> None:
    await office(empty)
    token = await empty.world.identity.create_token("leaver@x.example", name="a")
    before = await snapshot(empty, without=frozenset({"operations", "tokens"}))
    admin = await empty.viewer("admin@x.example")
    members = "{ groups { edges { node { users { edges { node { displayName } } } } } } }"

    gone = await do(empty, "admin", "deleteUser", GIVEN, userId=user("leaver"), onOwned="KEEP")
    nobody = await empty.data(admin, members)
    refused = await codes(empty, "admin", "updateUser", userId=user("leaver"), lastName="x")
    back = await do(empty, "admin", "restoreUser", userId=user("leaver"))
    twice = await codes(empty, "admin", "restoreUser", userId=user("leaver"))

    assert (gone["tokensRevoked"], gone["transferred"], refused) == (1, 0, ["INVALID_STATE"])
    assert nobody["groups"]["edges"][0]["node"]["users"]["edges"] == []
    assert (back["user"]["status"], back["errors"], twice) == ("ACTIVE", [], ["INVALID_STATE"])
    assert await snapshot(empty, without=frozenset({"operations", "tokens"})) == before
    with pytest.raises(Unauthenticated):
        await empty.world.identity.viewer(token.text)


async def test_an_address_that_was_given_away_keeps_its_former_holder_out(empty: Asking) -> None:
    company = await office(empty)
    deleted = await do(empty, "admin", "deleteUser", userId=user("vic"))
    await company.user("other", email="VIC@x.example", email_key="vic@x.example")
    before = await snapshot(empty)

    refused = await do(empty, "admin", "restoreUser", userId=user("vic"))
    not_undone = await undo(empty, "admin", deleted["operation"]["id"])

    assert [(error["code"], error["path"]) for error in refused["errors"]] == [("CONFLICT", ["email"])]
    assert "belongs to other already" in refused["errors"][0]["message"]
    assert not_undone == ["CONFLICT"]
    assert await snapshot(empty) == before
