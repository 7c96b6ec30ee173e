"""Whatever is done and undone, the rules hold; and undone in reverse, a random history gives back its beginning."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from company import Company, global_id
from conftest import Asking, Stores, asking
from dashgraph.domain.folders import DEEPEST
from dashgraph.domain.ids import Kind
from dashgraph.domain.users import UserStatus
from dashgraph.domain.viewers import Viewer
from dashgraph.store.tables import dashboards, editions, folders, groups, operations, shares, users, widgets
from dashgraph.store.work_tables import alerts, schedules
from test_mutations import ELSEWHERE, FIELDS
from test_shares import UNDO, snapshot

PEOPLE = ("ann", "ben", "cem", "dan")
STEPS = 60
HISTORIES = 3
ADDRESSES = [f"{name}@x.example" for name in (*PEOPLE, "new", "newer")]
CATALOGUE = frozenset({"operations", "datasources"})  # what only grows
SAME = {"title": "Sales", "address": "db"}


async def office(found: Asking) -> None:
    company = Company(found.world.database)
    await company.user("boss", "admin")
    await company.user("deputy", "admin")
    for name in PEOPLE:
        await company.user(name)
    await company.user("vic", "viewer")
    await company.group("team", "ann", "ben")
    await company.group("all", *PEOPLE)
    await company.folder("shelf", "ann")
    await company.folder("box", "ann", parent="shelf")
    await company.folder("bens", "ben")
    await company.dashboard("one", "ann", published=False, folder="box", tiles=("a", "b"))
    await company.dashboard("two", "ben", tiles=("c",))
    await company.dashboard("three", "ann", folder="shelf")


@dataclass(frozen=True)
class Choice:
    """Something random of what there is at the moment."""

    random: Random
    ids: dict[Kind, Sequence[str]]

    def of(self, *kinds: Kind) -> str:
        kind = self.random.choice(kinds)
        return global_id(kind, self.random.choice([*self.ids[kind], "none"]))

    def some(self, kind: Kind) -> list[str]:
        return [self.of(kind) for _ in range(self.random.randrange(3))]

    def either(self, *values: Any) -> Any:
        return self.random.choice(values)

    @property
    def dashboard(self) -> dict[str, str]:
        return {"dashboardId": self.of(Kind.DASHBOARD)}

    @property
    def user(self) -> dict[str, str]:
        return {"userId": self.of(Kind.USER)}

    @property
    def widget(self) -> dict[str, str]:
        return {"widgetId": self.of(Kind.WIDGET)}

    @property
    def folder(self) -> str | None:
        return self.either(None, self.of(Kind.FOLDER))

    @property
    def title(self) -> str:
        return self.either("Plan", "Sales", "Board", "Team")

    @property
    def grant(self) -> dict[str, Any]:
        return {
            "subjectId": self.of(Kind.USER, Kind.GROUP),
            "rule": self.either("VIEW", "EDIT"),
            "subscribed": self.either(True, False),
        }

    @property
    def leaver(self) -> dict[str, Any]:
        rule = self.either("BLOCK", "TRANSFER", "KEEP")
        return {**self.user, "onOwned": rule} | ({"heirId": self.of(Kind.USER)} if rule == "TRANSFER" else {})

    @property
    def delivery(self) -> dict[str, Any]:
        """What a schedule or an alert sends to somebody."""
        target = {"email": {"recipients": [{"userId": self.of(Kind.USER)}]}}
        return {**self.dashboard, "name": self.title, "format": "PDF", "targets": [target]}

    @property
    def document(self) -> dict[str, Any]:
        """A dashboard that may be there already, with widgets that others may have."""
        names = self.random.sample([*self.ids[Kind.WIDGET], "w1", "w2"], 2)
        tiles = [{"oid": name, "title": self.title, "type": "pivot"} for name in names]
        return {"oid": self.either(*self.ids[Kind.DASHBOARD], "5" * 24), "title": self.title, "widgets": tiles}


LOCAL = {"source": "local"}
# What can happen, as the mutation and its input. Much of it is refused at times: that is part of a history too.
WISHES: dict[str, Callable[[Choice], dict[str, Any]]] = {
    "addShare": lambda c: {**c.dashboard, "grant": c.grant},
    "updateShare": lambda c: {"shareId": c.of(Kind.SHARE), "rule": c.either("VIEW", "EDIT")},
    "removeShare": lambda c: {"shareId": c.of(Kind.SHARE)},
    "setDashboardShares": lambda c: {**c.dashboard, "grants": [c.grant for _ in range(c.random.randrange(4))]},
    "copyShares": lambda c: {"fromDashboardId": c.of(Kind.DASHBOARD), "toDashboardId": c.of(Kind.DASHBOARD)},
    "changeDashboardOwner": lambda c: {
        **c.dashboard,
        "ownerId": c.of(Kind.USER),
        "originalOwnerRule": c.either("EDIT", "VIEW", "NONE"),
        "asAdmin": True,
    },
    "transferOwnership": lambda c: {"fromUserId": c.of(Kind.USER), "toUserId": c.of(Kind.USER)},
    "createDashboard": lambda c: LOCAL | {"title": c.title, "folderId": c.folder},
    "updateDashboard": lambda c: {**c.dashboard, "title": c.title},
    "duplicateDashboard": lambda c: c.dashboard,
    "moveDashboard": lambda c: {**c.dashboard, "folderId": c.folder},
    "publishDashboard": lambda c: c.dashboard,
    "restoreDashboard": lambda c: {**c.dashboard, "versionId": c.either(None, c.of(Kind.VERSION))},
    "deleteDashboard": lambda c: c.dashboard,
    "restoreDeletedDashboard": lambda c: c.dashboard,
    "replaceDatasource": lambda c: {**c.dashboard, "from": SAME, "to": {"title": c.title, "address": "db"}},
    "createWidget": lambda c: {**c.dashboard, "title": c.title, "type": "pivot"},
    "updateWidget": lambda c: {**c.widget, "title": c.title},
    "moveWidget": lambda c: {**c.widget, "toDashboardId": c.of(Kind.DASHBOARD)},
    "duplicateWidget": lambda c: c.widget,
    "deleteWidget": lambda c: c.widget,
    "createFolder": lambda c: LOCAL | {"name": c.title, "parentId": c.folder},
    "renameFolder": lambda c: {"folderId": c.of(Kind.FOLDER), "name": c.title},
    "moveFolder": lambda c: {"folderId": c.of(Kind.FOLDER), "parentId": c.folder},
    "deleteFolder": lambda c: {
        "folderId": c.of(Kind.FOLDER),
        "mode": c.either("REFUSE", "MOVE_TO_PARENT", "DELETE_CONTENT"),
    },
    "createUser": lambda c: LOCAL | {"email": c.either(*ADDRESSES), "role": "designer", "groupIds": c.some(Kind.GROUP)},
    "inviteUsers": lambda c: LOCAL | {"emails": [c.either(*ADDRESSES) for _ in range(2)], "role": "viewer"},
    "updateUser": lambda c: {**c.user, "email": c.either(*ADDRESSES), "lastName": c.either(None, "Ray")},
    "setUserActive": lambda c: {**c.user, "active": c.either(True, False)},
    "changeUserRole": lambda c: {**c.user, "role": c.either("admin", "designer", "viewer")},
    "deleteUser": lambda c: c.leaver,
    "restoreUser": lambda c: c.user,
    "createGroup": lambda c: LOCAL | {"name": c.title},
    "updateGroup": lambda c: {"groupId": c.of(Kind.GROUP), "name": c.title},
    "deleteGroup": lambda c: {"groupId": c.of(Kind.GROUP)},
    "addUserToGroup": lambda c: {**c.user, "groupId": c.of(Kind.GROUP)},
    "removeUserFromGroup": lambda c: {**c.user, "groupId": c.of(Kind.GROUP)},
    "setUserGroups": lambda c: {**c.user, "groupIds": c.some(Kind.GROUP)},
    "importDashboards": lambda c: (
        LOCAL
        | {
            "documents": [{"json": c.document} for _ in range(2)],
            "action": c.either("AUTO", "SKIP", "OVERWRITE", "DUPLICATE"),
            "republish": c.either(True, False),
        }
    ),
    "createSchedule": lambda c: c.delivery | {"cron": "0 9 * * 1"},
    "updateSchedule": lambda c: {"scheduleId": c.of(Kind.SCHEDULE), "name": c.title},
    "deleteSchedule": lambda c: {"scheduleId": c.of(Kind.SCHEDULE)},
    "setScheduleEnabled": lambda c: {"scheduleId": c.of(Kind.SCHEDULE), "enabled": c.either(True, False)},
    "changeScheduleOwner": lambda c: {"scheduleId": c.of(Kind.SCHEDULE), "ownerId": c.of(Kind.USER)},
    "createAlert": lambda c: c.delivery,
    "updateAlert": lambda c: {"alertId": c.of(Kind.ALERT), "name": c.title},
    "deleteAlert": lambda c: {"alertId": c.of(Kind.ALERT)},
    "setAlertEnabled": lambda c: {"alertId": c.of(Kind.ALERT), "enabled": c.either(True, False)},
    "changeAlertOwner": lambda c: {"alertId": c.of(Kind.ALERT), "ownerId": c.of(Kind.USER)},
    "undoImport": lambda c: c.dashboard,
    "undoOperation": lambda c: {"operationId": c.of(Kind.OPERATION)},
}
BULK = {
    "addShares": "addShare",
    "removeShares": "removeShare",
    "changeDashboardsOwner": "changeDashboardOwner",
    "moveDashboards": "moveDashboard",
    "deleteDashboards": "deleteDashboard",
    "deleteWidgets": "deleteWidget",
    "createUsers": "createUser",
    "deleteUsers": "deleteUser",
    "createGroups": "createGroup",
    "addUsersToGroup": "addUserToGroup",
    "removeUsersFromGroup": "removeUserFromGroup",
    "setSchedulesEnabled": "setScheduleEnabled",
    "changeSchedulesOwner": "changeScheduleOwner",
}
# What is never undone.
FINAL = {
    *("purgeDashboard", "exportDashboards", "exportDashboard", "exportWidget", "createUpload"),
    "copyDashboards",  # each an import
    *("changePassword", "resetPassword", "runSchedule", "testSchedule", "triggerAlert", "testAlert", "cancelJob"),
}


def test_everything_that_can_be_undone_is_in_the_histories() -> None:
    assert {*WISHES, *BULK, *FINAL, *ELSEWHERE} == set(FIELDS)


# As they were made: their ids, which are new each time, say nothing of that.
ORDERED = {
    Kind.DASHBOARD: (dashboards, ("created_at", "title_key")),
    Kind.WIDGET: (widgets, ("updated_at", "edition", "position", "title_key")),
    Kind.SHARE: (shares, ("created_at", "rule")),
    Kind.USER: (users, ("created_at", "email_key")),
    Kind.GROUP: (groups, ("created_at", "name_key")),
    Kind.FOLDER: (folders, ("created_at", "name_key")),
    Kind.SCHEDULE: (schedules, ("created_at", "name_key")),
    Kind.ALERT: (alerts, ("created_at", "name_key")),
    Kind.OPERATION: (operations, ("at", "item")),
}


async def choice(found: Asking, random: Random) -> Choice:
    async with found.world.database.reading() as session:
        ids = {
            kind: (await session.execute(select(table.c.id).order_by(*(table.c[name] for name in order))))
            .scalars()
            .all()
            for kind, (table, order) in ORDERED.items()
        }
        versions = select(editions.c.dashboard_id, editions.c.number).order_by(editions.c.created_at)
        ids[Kind.VERSION] = [f"{row.dashboard_id}/{row.number}" for row in await session.execute(versions)]
    return Choice(random, ids)


async def step(found: Asking, boss: Viewer, random: Random) -> list[str]:
    """Let something happen; the operations that it left."""
    chosen = await choice(found, random)
    name = random.choice([*WISHES, *BULK])
    if name in BULK:
        items = [WISHES[BULK[name]](chosen) for _ in range(3)]
        wanted: dict[str, Any] = {"items": items, "mode": random.choice(["ATOMIC", "BEST_EFFORT"])}
    else:
        wanted = WISHES[name](chosen)
    answer = "errors { code } operation { id }"
    if name in BULK or name == "importDashboards":
        answer = f"results {{ {answer} }}"
    query = f"mutation($input: {name[0].upper()}{name[1:]}Input!) {{ it: {name}(input: $input) {{ {answer} }} }}"
    payload = (await found.data(boss, query, input=wanted))["it"]
    results = payload.get("results", [payload])
    assert all((one["operation"] is None) is bool(one["errors"]) for one in results), (name, wanted, results)
    return list(dict.fromkeys(one["operation"]["id"] for one in results if one["operation"]))


async def check(found: Asking) -> None:
    """What holds at every moment, whatever has happened."""
    async with found.world.database.reading() as session:
        people = {row.id: row for row in await session.execute(select(users))}
        boards = {row.id: row for row in await session.execute(select(dashboards))}
        contents = {(row.dashboard_id, row.number): row for row in await session.execute(select(editions))}
        tiles = (await session.execute(select(widgets.c.id, widgets.c.dashboard_id).distinct())).all()
        shared = (await session.execute(select(shares))).all()
        tree = {row.id: row for row in await session.execute(select(folders))}

    assert any(row.role == "admin" and row.status == UserStatus.ACTIVE.value for row in people.values())
    for one in boards.values():
        assert contents[one.id, one.working].title_key == one.title_key
        assert one.published is None or contents[one.id, one.published].published_at is not None
    assert all(boards[share.dashboard_id].published is not None for share in shared)
    assert all(boards[share.dashboard_id].owner_id != share.user_id for share in shared)
    assert max(Counter(row.id for row in tiles).values(), default=1) == 1
    owned = [one for one in boards.values() if one.deleted_at is None]
    assert all(people[one.owner_id].role != "viewer" for one in (*owned, *tree.values()))
    for one in tree.values():
        above, levels = one, 1
        while above.parent_id is not None:
            above, levels = tree[above.parent_id], levels + 1
            assert levels <= DEEPEST


@pytest.mark.parametrize("seed", range(HISTORIES))
async def test_a_random_history_keeps_the_rules_and_undone_in_reverse_gives_back_the_start(
    stores: Stores, seed: int
) -> None:
    random = Random(seed)
    async with asking(await stores.fresh("empty")) as found:
        await office(found)
        boss = await found.viewer("boss@x.example")
        before = await snapshot(found, without=CATALOGUE)
        done: list[str] = []
        for _ in range(STEPS):
            done += await step(found, boss, random)
            await check(found)
        assert len(done) > STEPS / 5

        for one in reversed(done):
            query = "query($id: ID!) { node(id: $id) { ... on Operation { canBeUndone kind } } }"
            if (await found.data(boss, query, id=one))["node"]["canBeUndone"]:
                undone = await found.data(boss, UNDO, input={"operationId": one})
                assert undone["undoOperation"]["errors"] == []
                await check(found)
        assert await snapshot(found, without=CATALOGUE) == before
