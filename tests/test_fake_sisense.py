"""The Sisense that is not one bites as the real one does: what its clients must be ready for, over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from dashgraph.app.fakes.kit import Wrong
from dashgraph.app.fakes.sisense.keeping import AdminAccess, Board
from dashgraph.app.fakes.sisense.server import SisenseFake

NOBODY = "f" * 24
CLAIRE = "claire.dubois@tallgrass.example"
AMARA = "amara.osei@tallgrass.example"


@dataclass
class Asker:
    """Asks the fake on behalf of somebody."""

    fake: SisenseFake
    session: aiohttp.ClientSession
    address: str
    token: str = SisenseFake.TOKEN

    def as_(self, email: str) -> "Asker":
        return Asker(self.fake, self.session, self.address, self.fake.token_of(email))

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        async with self.session.request(method, self.address + path, json=body, headers=headers, **more) as answer:
            text = await answer.read()
            return answer.status, (await answer.json()) if text else None

    async def get(self, path: str) -> Any:
        status, body = await self.ask("GET", path)
        assert status == 200, body
        return body


@pytest.fixture
async def admin() -> AsyncIterator[Asker]:
    fake = SisenseFake()
    async with fake.serving() as address, aiohttp.ClientSession() as session:
        yield Asker(fake, session, address)


def titled(asker: Asker, title: str) -> Board:
    [board] = [one for one in asker.fake.keeping.boards.values() if one.working.document["title"] == title]
    return board


def user_id(asker: Asker, email: str) -> str:
    return next(one["_id"] for one in asker.fake.keeping.users.values() if one["email"] == email)


@pytest.mark.parametrize(
    "said", ["", "Bearer", "Bearer  " + SisenseFake.TOKEN, "bearer " + SisenseFake.TOKEN, "Bearer no"]
)
async def test_only_a_bearer_with_one_space_is_let_in(admin: Asker, said: str) -> None:
    refused = await admin.ask("GET", "/api/v1/users", headers={"Authorization": said})
    taken = await admin.ask("GET", "/api/v1/users")

    assert (refused[0], refused[1]["error"]["httpMessage"]) == (401, "Unauthorized")
    assert taken[0] == 200


async def test_logging_in_takes_a_form_and_logging_out_is_a_get(admin: Asker) -> None:
    login = admin.address + "/api/v1/authentication/login"
    who = {"username": CLAIRE, "password": SisenseFake.PASSWORD}

    async with admin.session.post(login, json=who) as answer:
        assert answer.status == 400
    async with admin.session.post(login, data={**who, "password": "x"}) as answer:
        assert (answer.status, (await answer.json())["success"]) == (401, False)
    async with admin.session.post(login, data=who) as answer:
        claire = Asker(admin.fake, admin.session, admin.address, (await answer.json())["access_token"])

    assert (await claire.get("/api/users/loggedin"))["email"] == CLAIRE
    assert await claire.ask("GET", "/api/v1/authentication/logout") == (204, None)
    assert (await claire.ask("GET", "/api/users/loggedin"))[0] == 401


async def test_fields_that_are_mixed_are_a_500_and_unknown_ones_empty_objects(admin: Asker) -> None:
    mixed = await admin.ask("GET", "/api/v1/users?fields=firstName,-lastName")
    unknown = await admin.get("/api/v1/users?fields=shoeSize")
    without = await admin.get("/api/v1/users?fields=-hash&limit=1")

    assert mixed[0] == 500
    assert unknown == [{}] * 13
    assert "hash" not in without[0]
    assert "email" in without[0]


async def test_a_word_to_expand_that_is_unknown_is_a_404(admin: Asker) -> None:
    status, body = await admin.ask("GET", "/api/v1/users?expand=shoes")

    assert (status, body["error"]["code"], body["error"]["resourceName"]) == (404, 202, "shoes")


async def test_users_are_read_by_ids_sorted_cut_and_nested(admin: Asker) -> None:
    ids = [user_id(admin, email) for email in (AMARA, CLAIRE)]

    found = await admin.get(
        f"/api/v1/users?ids={','.join(ids)}&fields=email,groups,role&expand=groups(fields:name),role"
    )
    cut = await admin.get("/api/v1/users?sort=-email&skip=1&limit=2&fields=email")
    nested = await admin.get(f"/api/v1/users/{ids[0]}?expand=groups,groups.users&fields=groups")

    assert [one["email"] for one in found] == [CLAIRE, AMARA]
    assert found[0]["groups"] == [{"name": "Everyone"}, {"name": "Planning"}, {"name": "Controllers"}]
    assert found[1]["role"]["name"] == "consumer"
    assert [one["email"] for one in cut] == ["tomas.ibarra@tallgrass.example", "pilar.echeverria@fenwick.example"]
    assert [len(group["users"]) for group in nested["groups"]] == [13, 1]


async def test_a_wrong_id_is_a_422_without_a_word(admin: Asker) -> None:
    assert await admin.ask("GET", "/api/v1/users/me") == (422, None)
    assert await admin.ask("GET", "/api/v1/dashboards/17") == (422, None)
    assert (await admin.ask("GET", f"/api/v1/dashboards/{NOBODY}"))[0] == 404


async def test_what_is_no_address_is_a_404_and_so_is_a_wrong_method(admin: Asker) -> None:
    for method, path in (("GET", "/api/v1/nothing"), ("PUT", "/api/v1/users")):
        status, body = await admin.ask(method, path)
        assert (status, body["error"]["status"]) == (404, 404)


async def test_all_dashboards_come_as_instances_and_the_owners_alone_when_asked_for(admin: Asker) -> None:
    owners = await admin.get("/api/v1/dashboards/admin?dashboardType=owner&fields=oid,_id,instanceType")
    every = await admin.get("/api/v1/dashboards/admin?fields=oid,_id,instanceType")

    assert len(owners) == len({one["oid"] for one in owners}) == 21
    assert all(one["_id"] != one["oid"] for one in owners)
    assert len(every) > len({one["oid"] for one in every}) == 21
    assert len({one["_id"] for one in every}) == len(every)
    assert (await admin.as_(CLAIRE).ask("GET", "/api/v1/dashboards/admin"))[0] == 403


async def test_the_plain_list_is_what_its_user_owns_or_was_given(admin: Asker) -> None:
    amara = admin.as_(AMARA)

    mine = await admin.get("/api/v1/dashboards?fields=title,owner,userId")
    theirs = await amara.get("/api/v1/dashboards?fields=title,instanceType")

    assert {one["title"] for one in mine if one["owner"] == one["userId"]} == {
        "Plan against actuals", "Headroom of the credit line", "Rolling forecast (in work)", "Assumptions under test",
    }  # fmt: skip
    assert {one["instanceType"] for one in theirs} == {"user"}
    assert "Bridge of the margin" in {one["title"] for one in theirs}  # as published, not as it is being worked on
    assert (await amara.ask("GET", "/api/v1/dashboards?expand=widgets"))[0] == 403


async def test_pages_of_the_search_overlap_and_hold_what_is_no_dashboard(admin: Asker) -> None:
    def page(skip: int) -> Any:
        query = {"ownershipType": "allRoot", "search": "", "ownerInfo": True, "asObject": True}
        wish = {"queryParams": query, "queryOptions": {"sort": {"title": 1}, "limit": 15, "skip": skip}}
        return admin.ask("POST", "/api/v1/dashboards/searches", wish)

    pages = [(await page(skip))[1]["items"] for skip in range(0, 60, 15)]
    first, second, *_, last = pages
    found = [one for items in pages for one in items if "oid" in one]

    assert len(first) == 15
    assert [second[0]["oid"], "oid" in second[1], len(second)] == [first[-1]["oid"], False, 14]
    assert last == []
    assert len({one["_id"] for one in found}) > len({one["oid"] for one in found}) == 21


async def test_creating_answers_nothing_and_writing_is_the_owners(admin: Asker) -> None:
    board = titled(admin, "Month end in one page")
    made = await admin.ask("POST", "/api/v1/dashboards", {"title": "New"})
    theirs = await admin.ask("POST", f"/api/v1/dashboards/{board.oid}/widgets", {"type": "indicator"})
    deleted = await admin.ask("DELETE", f"/api/v1/dashboards/{board.oid}?adminAccess=true")
    own = titled(admin, "New")
    widget = await admin.ask("POST", f"/api/v1/dashboards/{own.oid}/widgets", {"type": "indicator"})
    updated = await admin.ask("PATCH", f"/api/v1/dashboards/{own.oid}", {"title": "Newer", "owner": NOBODY})

    assert [made, widget, updated] == [(201, None), (201, None), (200, None)]
    assert [theirs[0], deleted[0]] == [403, 404]
    assert (own.working.document["title"], own.owner) == ("Newer", user_id(admin, "nora@tallgrass.example"))
    assert own.working.document["layout"]["columns"] == []


async def test_a_share_is_seen_when_it_is_published_and_the_list_is_replaced(admin: Asker) -> None:
    board, amara = titled(admin, "Assumptions under test"), admin.as_(AMARA)
    path, one = f"/api/shares/dashboard/{board.oid}", f"/api/v1/dashboards/{board.oid}"
    share = {"shareId": user_id(admin, AMARA), "type": "user", "rule": "view", "subscribe": False}

    status, shares = await admin.ask("POST", path, {"sharesTo": [share]})
    before = await amara.ask("GET", one)
    published = await admin.ask("POST", f"{one}/publish?force=true")
    after = await amara.ask("GET", one)
    await admin.ask("POST", path, {"sharesTo": []})

    assert status == 200
    assert ["rule" in one for one in shares["sharesTo"]] == [False, True]
    assert [before[0], published, after[0]] == [404, (200, None), 200]
    assert (await admin.get(path))["sharesTo"] == [
        {"shareId": board.owner, "type": "user", "subscribe": False, "userName": "nora"}
    ]


async def test_restoring_is_back_to_what_was_published(admin: Asker) -> None:
    board, draft = titled(admin, "Rolling forecast (in work)"), titled(admin, "Assumptions under test")

    assert await admin.ask("POST", f"/api/v1/dashboards/{board.oid}/restore") == (204, None)
    assert (await admin.ask("POST", f"/api/v1/dashboards/{draft.oid}/restore"))[0] == 404
    assert board.working.document["title"] == "Rolling forecast"


async def test_an_owner_is_changed_to_somebody_whom_it_is_shared_with(admin: Asker) -> None:
    board = titled(admin, "Month end in one page")
    path = f"/api/v1/dashboards/{board.oid}/change_owner"
    [stranger, heir] = [user_id(admin, email) for email in (AMARA, "jurgen.attenberger@tallgrass.example")]
    before = board.owner
    wish = {"ownerId": heir, "originalOwnerRule": "edit"}
    board.shares.append({"shareId": heir, "type": "user", "rule": "view", "subscribe": False})

    plain = await admin.ask("POST", path, wish)
    unshared = await admin.ask("POST", path + "?adminAccess=true", {**wish, "ownerId": stranger})
    done = await admin.ask("POST", path + "?adminAccess=true", wish)

    assert [plain[0], unshared[0], done[0]] == [403, 400, 200]
    assert board.owner == heir
    assert {"shareId": before, "type": "user", "rule": "edit", "subscribe": False} in board.shares
    assert [one for one in board.shares if one["shareId"] == heir] == [
        {"shareId": heir, "type": "user", "subscribe": False}
    ]


@pytest.mark.parametrize(("habit", "status"), [(AdminAccess.REFUSED, 403), (AdminAccess.UNKNOWN, 422)])
async def test_administrative_access_depends_on_the_server(admin: Asker, habit: AdminAccess, status: int) -> None:
    path = f"/api/v1/dashboards/{titled(admin, 'Month end in one page').oid}/widgets?adminAccess=true"
    permitted = await admin.ask("GET", path)

    admin.fake.keeping.admin_access = habit
    refused = await admin.ask("GET", path)

    assert [permitted[0], refused[0]] == [200, status]
    assert permitted[1][0]["instancetype"] == "owner"


async def test_an_import_matches_by_oid_and_can_be_undone(admin: Asker) -> None:
    board = titled(admin, "Plan against actuals")
    [document] = await admin.get(f"/api/v1/dashboards/export?dashboardIds={board.oid}")
    document["title"], bulk = "Overwritten", "/api/v1/dashboards/import/bulk?action="

    skipped = (await admin.ask("POST", bulk + "skip", [document]))[1]
    copied = (await admin.ask("POST", bulk + "duplicate", [document]))[1]
    status, over = await admin.ask("POST", bulk + "overwrite", [document, {"oid": NOBODY}])
    undone = await admin.ask("POST", f"/api/v1/dashboards/{board.oid}/undo_import")

    assert [one["oid"] for one in skipped["skipped"]] == [board.oid]
    assert copied["succeded"][0]["oid"] != board.oid
    assert (status, [one["oid"] for one in over["succeded"]], len(over["failed"])) == (201, [board.oid], 1)
    assert undone == (204, None)
    assert board.working.document["title"] == "Plan against actuals"


async def test_deleting_a_user_takes_the_dashboards_along(admin: Asker) -> None:
    claire = user_id(admin, CLAIRE)
    owned = len(admin.fake.keeping.owned_by(claire))

    answer = await admin.ask("DELETE", f"/api/v1/users/{claire}")

    assert (owned, answer) == (4, (204, None))
    assert len(admin.fake.keeping.boards) == 21 - owned


async def test_a_user_exists_once_and_needs_a_role_by_its_id(admin: Asker) -> None:
    roles = {one["name"]: one["_id"] for one in await admin.get("/api/roles")}

    twice = await admin.ask("POST", "/api/v1/users", {"email": CLAIRE.upper(), "roleId": roles["consumer"]})
    named = await admin.ask("POST", "/api/v1/users", {"email": "new@x.example", "roleId": "consumer"})
    made = await admin.ask("POST", "/api/v1/users", {"email": "new@x.example", "roleId": roles["consumer"]})

    assert (twice[0], twice[1]["error"]["code"]) == (400, 2004)
    assert (named[0], named[1]["error"]["code"]) == (422, 601)
    assert (made[0], made[1]["userName"]) == (201, "new@x.example")


async def test_a_folder_goes_with_all_that_is_in_it_and_nobody_sees_all_folders(admin: Asker) -> None:
    folders = {one["name"]: one["oid"] for one in await admin.get("/api/v1/folders")}
    [tree] = [one for one in await admin.get("/api/v1/folders?structure=tree") if one["name"] == "Plans"]

    assert set(folders) == {"Plans", "This year", "Closing", "Dealers", "Drafts"}
    assert [len(tree["dashboards"]), [len(one["dashboards"]) for one in tree["folders"]]] == [2, [2]]
    assert [one["name"] for one in await admin.get(f"/api/v1/folders/{folders['This year']}/ancestors")] == ["Plans"]
    assert await admin.ask("DELETE", f"/api/v1/folders/{folders['Plans']}") == (204, None)
    assert len(admin.fake.keeping.boards) == 21 - 4


async def test_a_report_goes_to_whom_the_dashboard_is_shared_with(admin: Asker) -> None:
    board = titled(admin, "Plan against actuals")

    def wish(user: str) -> dict[str, Any]:
        recipients = [{"type": "user", "recipient": user_id(admin, user)}]
        return {"assetId": board.oid, "assetType": "dashboard", "recipients": recipients, "preferences": {}}

    assert await admin.ask("POST", "/api/v1/reporting", wish(AMARA)) == (204, None)
    assert (await admin.ask("POST", "/api/v1/reporting", wish(CLAIRE)))[0] == 400
    assert [one["recipients"][0]["recipient"] for one in admin.fake.keeping.reports] == [user_id(admin, AMARA)]


async def test_alerts_are_their_owners(admin: Asker) -> None:
    [alert] = await admin.get("/api/v1/alerts")
    changed = await admin.ask("PATCH", f"/api/v1/alerts/{alert['_id']}", {"enabled": False})

    assert changed[1]["enabled"] is False
    assert [await admin.get("/api/v1/alerts/count"), await admin.as_(CLAIRE).get("/api/v1/alerts/count")] == [1, 0]


async def test_a_datasource_is_replaced_in_one_dashboard_or_in_all(admin: Asker) -> None:
    new = {"title": "Second model", "id": "b", "address": "LocalHost", "database": "b", "fullname": "LocalHost/b"}
    board, path = (
        titled(admin, "Plan against actuals"),
        "/api/v1/dashboards/LocalHost/Planning%20model/replace_datasource",
    )

    def using(title: str) -> int:
        return sum(one.working.document["datasource"]["title"] == title for one in admin.fake.keeping.boards.values())

    await admin.ask("POST", f"{path}?dashboardId={board.oid}", new)
    assert (using("Second model"), using("Planning model")) == (1, 8)
    await admin.ask("POST", path, new)
    assert (using("Second model"), using("Planning model")) == (9, 0)


async def test_it_can_be_filled_for_benchmarks_and_its_pages_can_be_faulted(admin: Asker) -> None:
    admin.fake.pile(300)
    path = "/api/v1/dashboards/admin?dashboardType=owner&fields=oid&sort=oid&limit=100&skip="
    admin.fake.board.switch_on(Wrong.REPLAY, "skip=200", times=1)

    pages = [await admin.get(f"{path}{skip}") for skip in (0, 100, 200, 200)]

    assert [len(page) for page in pages] == [100, 100, 100, 100]
    assert pages[2] == pages[0]
    assert pages[3] != pages[0]
