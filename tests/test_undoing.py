"""Undoing out of order: what has come since is kept, and what would break a rule together with it is refused."""

from typing import Any

import pytest

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from test_shares import UNDO, snapshot

Step = tuple[str, dict[str, Any]]  # a mutation and its input


def d(name: str) -> str:
    return global_id(Kind.DASHBOARD, name)


def u(name: str) -> str:
    return global_id(Kind.USER, name)


def f(name: str) -> str:
    return global_id(Kind.FOLDER, name)


def s(name: str) -> str:
    return global_id(Kind.SHARE, name)


async def office(asking: Asking) -> None:
    company = Company(asking.world.database)
    await company.user("boss", "admin")
    for name in ("ann", "ben", "cem"):
        await company.user(name)
    await company.user("vic", "viewer")
    await company.folder("shelf", "ann")
    await company.folder("box", "ann", parent="shelf")
    await company.dashboard("plan", "ann", tiles=("a", "b"), folder="box")
    await company.dashboard("draft", "ann", tiles=("c", "d"), published=False)
    await company.dashboard("bens", "ben")
    await company.share("plan", user="ben")


async def do(asking: Asking, name: str, given: dict[str, Any]) -> str:
    """Carry out a change as the administrator, which must be possible; its operation."""
    boss = await asking.viewer("boss@x.example")
    answer = "errors { code message } operation { id }"
    shape = f"results {{ {answer} }}" if name == "importDashboards" else answer
    query = f"mutation($input: {name[0].upper()}{name[1:]}Input!) {{ it: {name}(input: $input) {{ {shape} }} }}"
    found = (await asking.data(boss, query, input=given))["it"]
    [payload] = found["results"] if name == "importDashboards" else [found]
    assert payload["errors"] == []
    return str(payload["operation"]["id"])


async def undo(asking: Asking, operation: str) -> list[dict[str, Any]]:
    boss = await asking.viewer("boss@x.example")
    answer = await asking.data(boss, UNDO, input={"operationId": operation})
    return list(answer["undoOperation"]["errors"])


def edit(title: str) -> Step:
    return "updateDashboard", {"dashboardId": d("plan"), "title": title}


def add(name: str, user: str) -> Step:
    return "addShare", {"dashboardId": d(name), "grant": {"subjectId": u(user)}}


def give(name: str, user: str, rule: str = "NONE") -> Step:
    return "changeDashboardOwner", {
        "dashboardId": d(name), "ownerId": u(user), "originalOwnerRule": rule, "asAdmin": True
    }  # fmt: skip


def role(user: str, name: str) -> Step:
    return "changeUserRole", {"userId": u(user), "role": name}


TAKEN = {"title": "Taken", "oid": "5" * 24, "widgets": [{"oid": "draft-c", "title": "c", "type": "pivot"}]}
# What happens, the first of it is undone; and what must happen before that can be.
REFUSED: dict[str, tuple[list[Step], list[Step]]] = {
    "it was changed again": ([edit("A"), edit("B")], [edit("A")]),
    "a folder would be in itself": (
        [
            ("moveFolder", {"folderId": f("box"), "parentId": None}),
            ("moveFolder", {"folderId": f("shelf"), "parentId": f("box")}),
        ],
        [("moveFolder", {"folderId": f("shelf"), "parentId": None})],
    ),
    "its folder is gone": (
        [
            ("moveDashboard", {"dashboardId": d("plan"), "folderId": None}),
            ("deleteFolder", {"folderId": f("box")}),
        ],
        [],
    ),
    "its owner may own nothing any more": ([give("bens", "ann"), role("ben", "viewer")], [role("ben", "designer")]),
    "its owner was deleted since": (
        [give("bens", "ann"), ("deleteUser", {"userId": u("ben")})],
        [("restoreUser", {"userId": u("ben")})],
    ),
    "somebody would own as a viewer": ([role("vic", "designer"), give("bens", "vic")], [give("bens", "ben")]),
    "its owner would have a share": (
        [("removeShare", {"shareId": s("plan/user/ben")}), give("plan", "ben")],
        [give("plan", "ann")],
    ),
    "what is shared would not be published": (
        [add("draft", "ben"), add("draft", "cem")],
        [("removeShare", {"shareId": s("draft/user/cem")})],
    ),
    "its widget is on another dashboard": (
        [
            ("deleteWidget", {"widgetId": global_id(Kind.WIDGET, "draft-c")}),
            ("importDashboards", {"source": "local", "documents": [{"json": TAKEN}]}),
        ],
        [],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_does_not_go_together_with_what_came_since_is_not_undone(empty: Asking, name: str) -> None:
    await office(empty)
    steps, remedy = REFUSED[name]
    first, *_ = [await do(empty, *step) for step in steps]
    before = await snapshot(empty, without=frozenset())

    errors = await undo(empty, first)

    assert [error["code"] for error in errors] == ["CONFLICT"]
    assert await snapshot(empty, without=frozenset()) == before
    for step in remedy:
        await do(empty, *step)
    if remedy:
        assert await undo(empty, first) == []


async def test_an_import_is_not_undone_while_its_widget_is_on_another_dashboard(empty: Asking) -> None:
    await office(empty)
    replaced = {"title": "Draft", "oid": "draft", "widgets": []}
    await do(empty, "importDashboards", {"source": "local", "action": "OVERWRITE", "documents": [{"json": replaced}]})
    await do(empty, "importDashboards", {"source": "local", "documents": [{"json": TAKEN}]})
    before = await snapshot(empty, without=frozenset())
    boss = await empty.viewer("boss@x.example")
    query = "mutation($input: UndoImportInput!) { undoImport(input: $input) { errors { code } } }"

    refused = await empty.data(boss, query, input={"dashboardId": d("draft")})

    assert refused["undoImport"]["errors"] == [{"code": "CONFLICT"}]
    assert await snapshot(empty, without=frozenset()) == before
    await do(empty, "deleteDashboard", {"dashboardId": d("5" * 24)})
    await do(empty, "purgeDashboard", {"dashboardId": d("5" * 24)})
    done = await empty.data(boss, query, input={"dashboardId": d("draft")})
    assert done["undoImport"]["errors"] == []


async def test_after_a_publication_is_undone_the_dashboard_can_be_changed(empty: Asking) -> None:
    await office(empty)
    await do(empty, *edit("A"))
    published = await do(empty, "publishDashboard", {"dashboardId": d("plan")})
    await do(empty, *edit("B"))
    assert await undo(empty, published) == []
    await do(empty, "restoreDashboard", {"dashboardId": d("plan")})

    await do(empty, *edit("C"))

    boss = await empty.viewer("boss@x.example")
    query = "query($id: ID!) { node(id: $id, scope: ALL) { ... on Dashboard { title state versions { totalCount } } } }"
    found = (await empty.data(boss, query, id=d("plan")))["node"]
    assert found == {"title": "C", "state": "MODIFIED", "versions": {"totalCount": 1}}


async def test_what_changed_nothing_says_that_there_is_nothing_to_undo(empty: Asking) -> None:
    await office(empty)
    boss = await empty.viewer("boss@x.example")
    same = await do(empty, *give("bens", "ben"))
    document = {"title": "Same", "oid": "5" * 24}
    sent = {"source": "local", "documents": [{"json": document}]}
    made = await do(empty, "importDashboards", sent)
    skipped = await do(empty, "importDashboards", sent)
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Operation { canBeUndone reasonAgainstUndoing } } }"

    found = (await empty.data(boss, query, ids=[same, made, skipped]))["nodes"]

    nothing = {"canBeUndone": False, "reasonAgainstUndoing": "it changed nothing"}
    assert found == [nothing, {"canBeUndone": True, "reasonAgainstUndoing": None}, nothing]
    [error] = await undo(empty, skipped)
    assert error["message"] == "It cannot be undone: it changed nothing."
    assert await undo(empty, made) == []
