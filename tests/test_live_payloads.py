"""The payloads of the mutations that only systems elsewhere carry out, and of shares of folders."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.projects import GrantProjectAccess
from dashgraph.domain.promotion import PromoteDashboard
from dashgraph.domain.public_links import (
    AddPublicLinkPassword,
    RotatePublicLink,
)
from dashgraph.domain.reports import SendReport
from dashgraph.domain.secrets import Secret
from dashgraph.domain.shares import AddShare, RemoveShare, Share
from dashgraph.sources.live.changing import LEAST_TO_SHARE, Desk, Done
from live_small import DIFF, LINK, SALES, Small, as_, beside, i, small_south, small_store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Asking]:
    async with small_store(tmp_path) as found:
        yield found


@pytest.fixture
def south() -> Small:
    return small_south()


async def grant(desk: Desk, wish: GrantProjectAccess) -> Done:
    desk.administer("say who is what in a project")
    found = await desk.lists.projects_by_ids([wish.project.native])
    return Done(found[wish.project.native], {"said": [wish.subject.native, wish.role]})


async def rotate(desk: Desk, wish: RotatePublicLink) -> Done:
    await desk.dashboard(wish.dashboard, least=LEAST_TO_SHARE, refusal="Only the owner")
    return Done(LINK)


async def add_password(desk: Desk, wish: AddPublicLinkPassword) -> Done:
    told = {} if desk.dry_run else {"password": wish.password or Secret("made-up-pass")}
    return Done(LINK, told)


async def promote(desk: Desk, wish: PromoteDashboard) -> Done:
    board = await desk.dashboard(wish.dashboard, least=LEAST_TO_SHARE, refusal="Only the owner")
    return Done(board, {"items": [{"kind": one.kind, "name": one.name, "step": one.step.value} for one in DIFF]})


async def send(desk: Desk, wish: SendReport) -> Done:
    return Done(await desk.dashboard(wish.dashboard, least=LEAST_TO_SHARE, refusal="Only the owner"), {"job": "j1"})


async def add_share(desk: Desk, wish: AddShare) -> Done:
    folder, whom = await desk.folder(wish.target), wish.grant.subject
    one = ResourceId(desk.source, Kind.SHARE, f"folder:{folder.id.native}/user/{whom.native}")
    return Done(Share(one, None, whom, wish.grant.rule, False, None, folder=folder.id))


async def remove_share(desk: Desk, wish: RemoveShare) -> Done:
    [folder] = (await desk.lists.folders_by_ids(["shelf"])).values()
    return Done(folder)


HANDLERS: dict[Any, Any] = {
    GrantProjectAccess: grant,
    RotatePublicLink: rotate,
    AddPublicLinkPassword: add_password,
    PromoteDashboard: promote,
    SendReport: send,
    AddShare: add_share,
    RemoveShare: remove_share,
}


async def changed(graph: Asking, who: str, name: str, selection: str, **given: Any) -> dict[str, Any]:
    kind = f"{name[0].upper()}{name[1:]}Input!"
    query = f"mutation($input: {kind}) {{ {name}(input: $input) {{ {selection} errors {{ code path }} }} }}"
    found: dict[str, Any] = (await graph.data(await as_(graph, who), query, input=given))[name]
    return found


async def test_the_payloads_show_what_the_source_made_of_it(store: Asking, south: Small) -> None:
    south.handlers = HANDLERS
    graph = beside(store, south.source())
    south.job("j1", "ann", native_status="sending")
    board = {"dashboardId": SALES["id"]}

    granted = await changed(
        graph, "boss", "grantProjectAccess", "project { name } operation { kind }",
        projectId=i(Kind.PROJECT, "live"), subjectId=i(Kind.USER, "cat"), role="editor",
    )  # fmt: skip
    rotated = await changed(graph, "ann", "rotatePublicLink", "publicLink { url passwords { note } }", **board)
    promoted = await changed(graph, "ann", "promoteDashboard", "dashboard { title } items { name step }", **board)
    sent = await changed(
        graph, "ann", "sendReport", "dashboard { title } job { nativeId nativeStatus }",
        recipientIds=[i(Kind.USER, "cat")], **board,
    )  # fmt: skip

    assert granted == {"project": {"name": "live"}, "operation": {"kind": "grantProjectAccess"}, "errors": []}
    assert rotated["publicLink"] == {"url": LINK.url, "passwords": [{"note": "for the board"}]}
    assert promoted["dashboard"] == {"title": "a: sales"}
    assert promoted["items"] == [{"name": "sales", "step": "UPDATE"}, {"name": "a", "step": "CREATE"}]
    assert sent == {
        "dashboard": {"title": "a: sales"},
        "job": {"nativeId": "j1", "nativeStatus": "sending"},
        "errors": [],
    }


async def test_a_password_of_a_link_is_told_once_and_kept_nowhere(store: Asking, south: Small, tmp_path: Path) -> None:
    south.handlers = HANDLERS
    graph = beside(store, south.source())

    async def add(**more: Any) -> Any:
        given = {"dashboardId": SALES["id"], "idempotencyKey": "k", **more}
        return await changed(graph, "ann", "addPublicLinkPassword", "password publicLink { url }", **given)

    assert (await add(dryRun=True))["password"] is None
    assert (await add())["password"] == "made-up-pass"
    assert (await add())["password"] is None
    own = await add(password="tallgrass-4711", idempotencyKey="other")
    assert own["password"] == "tallgrass-4711"
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())  # noqa: ASYNC240 - files of the test's own
    assert b"made-up-pass" not in kept
    assert b"tallgrass-4711" not in kept


async def test_exactly_one_thing_is_shared(store: Asking, south: Small) -> None:
    south.handlers = HANDLERS
    graph = beside(store, south.source())
    grant = {"grant": {"subjectId": i(Kind.USER, "cat")}}
    board, folder = {"dashboardId": SALES["id"]}, {"folderId": i(Kind.FOLDER, "shelf")}
    bulk = """mutation($input: AddSharesInput!) { addShares(input: $input) { results {
        share { folder { name } } errors { code path } } } }"""

    both = await changed(graph, "ann", "addShare", "share { id }", **grant, **board, **folder)
    neither = await changed(graph, "ann", "addShare", "share { id }", **grant)
    one = await changed(graph, "ann", "addShare", "share { dashboard { title } folder { name } }", **grant, **folder)
    many = {"items": [grant | folder, grant], "mode": "BEST_EFFORT"}
    results = (await graph.data(await as_(graph, "ann"), bulk, input=many))["addShares"]["results"]
    together = {"input": many | {"mode": "ATOMIC"}}
    none = (await graph.data(await as_(graph, "ann"), bulk, **together))["addShares"]["results"]
    removed = await changed(
        graph, "ann", "removeShare", "dashboard { title } folder { name }",
        shareId=i(Kind.SHARE, "folder:shelf/user/cat"),
    )  # fmt: skip

    error = {"code": "BAD_USER_INPUT", "path": ["dashboardId"]}
    assert both == neither == {"share": None, "errors": [error]}
    assert one == {"share": {"dashboard": None, "folder": {"name": "shelf"}}, "errors": []}
    assert results == [{"share": {"folder": {"name": "shelf"}}, "errors": []}, {"share": None, "errors": [error]}]
    assert none == [{"share": None, "errors": [{"code": "CONFLICT", "path": []}]}, {"share": None, "errors": [error]}]
    assert removed == {"dashboard": None, "folder": {"name": "shelf"}, "errors": []}


async def test_folders_of_the_store_give_no_rights(store: Asking) -> None:
    await Company(store.world.database).folder("shelf", "ann")
    given = {"folderId": global_id(Kind.FOLDER, "shelf"), "grant": {"subjectId": global_id(Kind.USER, "ben")}}

    refused = await changed(store, "ann", "addShare", "share { id }", **given)

    assert refused == {"share": None, "errors": [{"code": "UNSUPPORTED_BY_SOURCE", "path": []}]}
