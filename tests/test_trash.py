"""The trash: who sees what is in it, that nothing else leads there, and that it is emptied in time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update
from structlog.testing import capture_logs

from company import Company, global_id
from conftest import Asking
from dashgraph.app.sweeping import EVERY, keep_sweeping
from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import SourceUnavailable
from dashgraph.domain.retention import Retention
from dashgraph.services.retention import Sweeping
from dashgraph.store import retention as store
from dashgraph.store.tables import dashboards, editions, operations, password_links, shares, tokens, uploads, widgets
from test_import_command import Terminal
from test_shares import UNDO, snapshot

TRASH = """query($scope: Scope! = VISIBLE, $filter: DeletedDashboardFilter, $first: Int, $after: String,
    $sort: DeletedDashboardSort! = DELETED_AT_DESC) {
    deletedDashboards(scope: $scope, filter: $filter, sort: $sort, first: $first, after: $after) {
        totalCount pageInfo { endCursor }
        edges { node { dashboardId title description revision createdAt deletedAt purgeAt source { name }
            owner { displayName } deletedBy { displayName } } } } }"""
DELETE = (
    "mutation($input: DeleteDashboardInput!) { deleteDashboard(input: $input) { errors { code } operation { id } } }"
)
RESTORE = """mutation($input: RestoreDeletedDashboardInput!) { restoreDeletedDashboard(input: $input) {
    dashboard { title widgets { totalCount } shares { totalCount } } errors { code message } } }"""
OPERATIONS = """{ operations(scope: ALL) { edges { node {
    kind canBeUndone reasonAgainstUndoing by { email } about { id } changes { noun } } } } }"""
DAY = timedelta(days=1)


def plan(name: str = "plan") -> str:
    return global_id(Kind.DASHBOARD, name)


async def office(asking: Asking) -> Company:
    """The owner and an administrator have each deleted something; the editor and the friend saw it before."""
    company = Company(asking.world.database)
    for name in ("owner", "editor", "friend"):
        await company.user(name)
    await company.user("admin", "admin")
    await company.group("team", "friend")
    for name in ("plan", "report"):
        await company.dashboard(name, "owner", tiles=("a", "b"))
        await company.share(name, user="editor", rule="edit")
        await company.share(name, group="team")
    await company.dashboard("boss", "admin")
    await company.dashboard("kept", "owner")
    for who, name in (("owner", "plan"), ("admin", "report"), ("admin", "boss")):
        assert (await delete(asking, who, name))["errors"] == []
    return company


async def delete(asking: Asking, who: str, name: str) -> dict[str, Any]:
    viewer = await asking.viewer(f"{who}@x.example")
    found: dict[str, Any] = (await asking.data(viewer, DELETE, input={"dashboardId": plan(name)}))["deleteDashboard"]
    return found


async def trash(asking: Asking, who: str, **given: Any) -> list[str]:
    viewer = await asking.viewer(f"{who}@x.example")
    found = (await asking.data(viewer, TRASH, **given))["deletedDashboards"]
    assert "first" in given or found["totalCount"] == len(found["edges"])
    return [edge["node"]["title"] for edge in found["edges"]]


async def age(asking: Asking, **days: float) -> None:
    """As if these had been deleted so many days ago."""
    async with asking.world.database.writing() as session:
        for name, since in days.items():
            moment = datetime.now(UTC) - since * DAY
            await session.execute(update(dashboards).where(dashboards.c.id == name).values(deleted_at=moment))


async def rows(asking: Asking, table: Any, *where: Any) -> int:
    async with asking.world.database.reading() as session:
        return int((await session.execute(select(func.count()).select_from(table).where(*where))).scalar_one())


async def test_owners_see_theirs_and_administrators_everything(empty: Asking) -> None:
    await office(empty)

    assert await trash(empty, "owner") == ["report", "plan"]
    assert await trash(empty, "admin") == ["boss"]
    assert await trash(empty, "admin", scope="ALL") == ["boss", "report", "plan"]
    for who in ("editor", "friend"):
        assert await trash(empty, who) == []
        [refused] = await empty.errors(await empty.viewer(f"{who}@x.example"), TRASH, scope="ALL")
        assert refused["extensions"]["code"] == "FORBIDDEN"


async def test_it_tells_who_deleted_it_when_and_until_when_it_is_kept(empty: Asking) -> None:
    await office(empty)
    owner = await empty.viewer("owner@x.example")

    found = (await empty.data(owner, TRASH, filter={"title": {"eq": "report"}}))["deletedDashboards"]

    [node] = [edge["node"] for edge in found["edges"]]
    deleted, purged = (datetime.fromisoformat(node[name]) for name in ("deletedAt", "purgeAt"))
    assert purged - deleted == 30 * DAY
    assert (node["dashboardId"], node["owner"], node["deletedBy"]) == (
        plan("report"),
        {"displayName": "owner"},
        {"displayName": "admin"},
    )
    assert node["source"] == {"name": "local"}


async def test_it_is_filtered_sorted_and_paged(empty: Asking) -> None:
    await office(empty)
    by_admin = {"deletedBy": {"eq": global_id(Kind.USER, "admin")}}
    owned = {"owner": {"eq": global_id(Kind.USER, "owner")}}

    assert await trash(empty, "admin", scope="ALL", filter=by_admin) == ["boss", "report"]
    assert await trash(empty, "admin", scope="ALL", filter=owned, sort="TITLE_ASC") == ["plan", "report"]
    assert await trash(empty, "admin", scope="ALL", filter={"title": {"contains": "OS"}}) == ["boss"]
    assert await trash(empty, "admin", scope="ALL", filter={"deletedAt": {"before": "2020-01-01T00:00:00Z"}}) == []
    admin = await empty.viewer("admin@x.example")
    first = (await empty.data(admin, TRASH, scope="ALL", first=2))["deletedDashboards"]
    assert await trash(empty, "admin", scope="ALL", first=2, after=first["pageInfo"]["endCursor"]) == ["plan"]


async def test_nothing_else_leads_to_what_is_in_the_trash(empty: Asking) -> None:
    await office(empty)
    doors = """query($id: ID!, $widget: ID!) {
        node(id: $id, scope: ALL) { id } nodes(ids: [$id, $widget], scope: ALL) { id }
        _entities(representations: [{ __typename: "Dashboard", id: $id }, { __typename: "Widget", id: $widget }]) {
            ... on Dashboard { id } ... on Widget { id } }
        search(text: "plan", scope: ALL) { totalCount } dashboards(scope: ALL) { edges { node { title } } }
        widgets(scope: ALL) { totalCount }
        users(scope: ALL) { edges { node { ownedDashboards { edges { node { title } } } } } } }"""
    ids = {"id": plan(), "widget": global_id(Kind.WIDGET, "plan-a")}

    for who in ("admin", "owner"):
        viewer = await empty.viewer(f"{who}@x.example")
        asked = doors if who == "admin" else doors.replace("scope: ALL", "scope: VISIBLE")
        found = await empty.data(viewer, asked, **ids)
        assert (found["node"], found["nodes"], found["_entities"]) == (None, [None, None], [None, None])
        assert (found["search"], found["widgets"]) == ({"totalCount": 0}, {"totalCount": 0})
        assert [edge["node"]["title"] for edge in found["dashboards"]["edges"]] == ["kept"]


async def test_what_is_restored_is_back_as_it_was_and_out_of_the_trash(empty: Asking) -> None:
    await office(empty)
    owner, friend = await empty.viewer("owner@x.example"), await empty.viewer("friend@x.example")
    listed = (await empty.data(owner, TRASH, filter={"title": {"eq": "plan"}}))["deletedDashboards"]
    [node] = [edge["node"] for edge in listed["edges"]]
    before = await snapshot(empty, without=frozenset())

    stale = {"dashboardId": node["dashboardId"], "expectedRevision": node["revision"] + 1}
    refused = (await empty.data(owner, RESTORE, input=stale))["restoreDeletedDashboard"]
    hidden = (await empty.data(friend, RESTORE, input={"dashboardId": node["dashboardId"]}))["restoreDeletedDashboard"]
    assert [[error["code"] for error in one["errors"]] for one in (refused, hidden)] == [
        ["STALE_REVISION"],
        ["NOT_FOUND"],
    ]
    assert await snapshot(empty, without=frozenset()) == before
    given = {"dashboardId": node["dashboardId"], "expectedRevision": node["revision"]}
    done = (await empty.data(owner, RESTORE, input=given))["restoreDeletedDashboard"]

    assert done["errors"] == []
    assert done["dashboard"] == {"title": "plan", "widgets": {"totalCount": 2}, "shares": {"totalCount": 2}}
    assert await trash(empty, "owner") == ["report"]


async def test_deleted_users_say_when_and_by_whom_to_administrators(empty: Asking) -> None:
    await office(empty)
    admin, friend = await empty.viewer("admin@x.example"), await empty.viewer("friend@x.example")
    remove = "mutation($input: DeleteUserInput!) { deleteUser(input: $input) { errors { code } } }"
    await empty.data(admin, remove, input={"userId": global_id(Kind.USER, "editor")})
    asked = (
        "{ users(filter: {status: [DELETED]}) { edges { node { displayName deletedAt deletedBy { displayName } } } } }"
    )

    [told], [untold] = [
        [edge["node"] for edge in (await empty.data(viewer, asked))["users"]["edges"]] for viewer in (admin, friend)
    ]

    assert (told["displayName"], told["deletedBy"]) == ("editor", {"displayName": "admin"})
    assert datetime.fromisoformat(told["deletedAt"]) <= datetime.now(UTC)
    assert untold == {"displayName": "editor", "deletedAt": None, "deletedBy": None}


async def test_the_trash_is_emptied_after_its_days_and_not_before(empty: Asking) -> None:
    await office(empty)
    await age(empty, plan=31, report=29.9)

    found = await empty.world.sweeping.sweep(datetime.now(UTC))
    again = await empty.world.sweeping.sweep(datetime.now(UTC))

    assert (found["dashboards"], again["dashboards"]) == (1, 0)
    assert await trash(empty, "owner") == ["report"]
    for table, column in ((editions, "dashboard_id"), (widgets, "dashboard_id"), (shares, "dashboard_id")):
        assert await rows(empty, table, table.c[column] == "plan") == 0
        assert await rows(empty, table, table.c[column] == "report") > 0


async def test_emptying_leaves_an_operation_of_nobodys_that_says_why_it_is_not_undone(empty: Asking) -> None:
    await office(empty)
    deleted = await delete(empty, "owner", "kept")
    await age(empty, kept=31)
    admin, owner = await empty.viewer("admin@x.example"), await empty.viewer("owner@x.example")

    await empty.world.sweeping.sweep(datetime.now(UTC))

    listed = (await empty.data(admin, OPERATIONS))["operations"]["edges"]
    assert listed[0]["node"] == {
        "kind": "purgeDashboard",
        "canBeUndone": False,
        "reasonAgainstUndoing": "it was in the trash for 30 days, and what was purged is gone for good",
        "by": None,
        "about": None,
        "changes": [{"noun": "dashboard"}],
    }
    mine = (await empty.data(owner, OPERATIONS.replace("scope: ALL", "scope: VISIBLE")))["operations"]["edges"]
    assert [edge["node"]["kind"] for edge in mine] == ["deleteDashboard"] * 2
    undone = (await empty.data(admin, UNDO, input={"operationId": deleted["operation"]["id"]}))["undoOperation"]
    assert [error["code"] for error in undone["errors"]] == ["CONFLICT"]


async def test_more_than_a_slice_goes_in_one_sweep(empty: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "SLICE", 2)
    company = Company(empty.world.database)
    await company.user("owner")
    names = [f"d{number}" for number in range(5)]
    for name in names:
        await company.dashboard(name, "owner")
    await age(empty, **dict.fromkeys(names, 31))
    await expired(empty, sessions=5)

    found = await empty.world.sweeping.sweep(datetime.now(UTC))

    assert (found["dashboards"], found["sessions"]) == (5, 5)


async def test_two_sweeps_at_once_purge_each_once(empty: Asking) -> None:
    await office(empty)
    await age(empty, plan=31, report=31, boss=31)

    found = await asyncio.gather(*(empty.world.sweeping.sweep(datetime.now(UTC)) for _ in range(3)))

    assert sum(one["dashboards"] for one in found) == 3
    assert await rows(empty, operations, operations.c.kind == "purgeDashboard") == 3


async def test_what_is_restored_between_looking_and_purging_stays(empty: Asking) -> None:
    await office(empty)
    await age(empty, plan=31, report=31)

    owner = await empty.viewer("owner@x.example")
    assert await store.overdue(empty.world.database, datetime.now(UTC) - 30 * DAY) == ["plan", "report"]
    await empty.data(owner, RESTORE, input={"dashboardId": plan()})
    terms: dict[str, Any] = {"until": datetime.now(UTC) - 30 * DAY, "now": datetime.now(UTC), "reason": "x"}

    assert not await store.purge(empty.world.database, "plan", operation="1", **terms)
    assert await store.purge(empty.world.database, "report", operation="2", **terms)
    assert await rows(empty, dashboards, dashboards.c.id == "plan") == 1


async def expired(asking: Asking, *, sessions: int) -> None:
    now = datetime.now(UTC)
    base = {"user_id": "owner", "name": "session", "kind": "session", "scopes": "", "created_at": now}
    async with asking.world.database.writing() as session:
        for number in range(sessions):
            ended = now - timedelta(days=31, hours=number)
            await session.execute(insert(tokens).values(**base, id=f"s{number}", hash=f"h{number}", expires_at=ended))


async def test_what_has_expired_is_forgotten_once_nothing_may_need_it(empty: Asking) -> None:
    company = Company(empty.world.database)
    await company.user("owner")
    now = datetime.now(UTC)
    own: dict[str, Any] = {"user_id": "owner", "created_at": now}
    token = own | {"name": "t", "scopes": ""}
    ago = {"now": now, "soon": now + DAY, "lately": now - 29 * DAY, "long": now - 31 * DAY}
    async with empty.world.database.writing() as session:
        for name, moment in ago.items():
            at = {"expires_at": moment}
            await session.execute(insert(tokens).values(**token, **at, id=f"s{name}", hash=f"s{name}", kind="session"))
            await session.execute(insert(tokens).values(**token, **at, id=f"a{name}", hash=f"a{name}", kind="api"))
            await session.execute(insert(password_links).values(**own, **at, hash=name))
            await session.execute(insert(uploads).values(**own, **at, id=name, hash=name, size=1, sha256=""))
            kept = {"kind": "x", "item": 0, "changes": "[]", "actor_id": "owner", "digest": "d", "outcome": "{}"}
            await session.execute(insert(operations).values(**kept, id=name, at=moment, idempotency_key=name))

    found = await empty.world.sweeping.sweep(now)

    assert found == {
        "dashboards": 0,
        "exports": 0,
        "uploads": 3,  # nothing is undone by them
        "sessions": 1,
        "password links": 1,
        "idempotency keys": 1,
    }
    assert await rows(empty, tokens, tokens.c.kind == "api") == 4
    assert await rows(empty, tokens, tokens.c.id == "slong") == 0
    assert await rows(empty, password_links, password_links.c.hash == "long") == 0
    assert await rows(empty, uploads) == 1
    assert await rows(empty, operations) == 4
    assert await rows(empty, operations, operations.c.idempotency_key.is_(None), operations.c.id == "long") == 1


async def test_an_undoing_is_not_hindered_by_what_is_forgotten(empty: Asking) -> None:
    """A session that was over when its user was deactivated is forgotten; undoing does not miss it."""
    await office(empty)
    await expired(empty, sessions=2)
    admin = await empty.viewer("admin@x.example")
    stop = "mutation($input: SetUserActiveInput!) { setUserActive(input: $input) { tokensRevoked operation { id } } }"
    given = {"userId": global_id(Kind.USER, "owner"), "active": False}
    stopped = (await empty.data(admin, stop, input=given))["setUserActive"]

    assert (await empty.world.sweeping.sweep(datetime.now(UTC)))["sessions"] == 2

    undone = await empty.data(admin, UNDO, input={"operationId": stopped["operation"]["id"]})
    assert stopped["tokensRevoked"] == 0
    assert undone["undoOperation"]["errors"] == []


async def test_the_days_are_a_setting(empty: Asking) -> None:
    await office(empty)
    await age(empty, plan=3)
    short = Sweeping(empty.world.database, Retention(trash=2 * DAY))

    assert (await short.sweep(datetime.now(UTC)))["dashboards"] == 1


class Turns:
    """A sweep that is told when to fail, and a clock that stops after so many hours."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.waited: list[float] = []
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    async def sweep(self, now: datetime) -> dict[str, int]:
        assert now == self.now
        answer = self.answers[len(self.waited)]
        if isinstance(answer, Exception):
            raise answer
        return {"dashboards": answer, "password links": 0}

    async def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += timedelta(seconds=seconds)
        if len(self.waited) == len(self.answers):
            raise asyncio.CancelledError


async def test_a_server_sweeps_at_once_and_then_about_every_hour_whatever_happens() -> None:
    turns = Turns(2, SourceUnavailable("silent", source="local"), ValueError("broken"), 0)
    chances = iter([0.0, 0.5, 1.0, 0.5])
    now: Callable[[], datetime] = lambda: turns.now  # noqa: E731
    wait: Callable[[float], Awaitable[None]] = turns.wait

    with capture_logs() as logged, pytest.raises(asyncio.CancelledError):
        await keep_sweeping(turns, now=now, wait=wait, chance=lambda: next(chances))  # type: ignore[arg-type]

    hour = EVERY.total_seconds()
    assert turns.waited == [hour * 0.9, hour, hour * 1.1, hour]
    assert [(line["event"], line["log_level"]) for line in logged] == [
        ("swept", "info"),
        ("not swept", "error"),
        ("not swept", "error"),
    ]
    assert logged[0]["dashboards"] == 2


def test_the_command_says_what_it_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(tmp_path, str(tmp_path / "own.sqlite3"))
    terminal.run("demo")

    nothing = terminal.run("sweep")
    monkeypatch.setenv("DASHGRAPH_TRASH_DAYS", "0")
    wrong = terminal.run("sweep", code=1)

    assert nothing.stdout == "There was nothing to remove.\n"
    assert "DASHGRAPH_TRASH_DAYS" in wrong.stderr
