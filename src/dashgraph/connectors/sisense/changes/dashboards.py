"""Dashboards on Sisense: made, changed, copied, moved, published, restored and deleted."""

from typing import Any

from dashgraph.connectors.sisense.changes import shares
from dashgraph.connectors.sisense.changes.upstream import (
    DECIDING,
    EDITING,
    api,
    check_writable,
    document,
    is_mine,
    oids_of_widgets,
    shown,
    unsupported,
    whole,
)
from dashgraph.domain import layouts
from dashgraph.domain.access import AccessRole
from dashgraph.domain.changes import UNCHANGED, Change, Trace
from dashgraph.domain.dash import Document, JsonObject
from dashgraph.domain.dashboard_changes import (
    CreateDashboard,
    DeleteDashboard,
    DuplicateDashboard,
    MoveDashboard,
    PublishDashboard,
    RestoreDashboard,
    UpdateDashboard,
)
from dashgraph.domain.dashboards import Dashboard, DashboardState
from dashgraph.domain.datasources import NamedDataSource
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.imports import ImportAction, ImportDashboard, check_may_import
from dashgraph.domain.problems import BadInput, Conflict, InvalidState
from dashgraph.domain.shares import Grant, SetDashboardShares, ShareRule
from dashgraph.sources.live.changing import LEAST_TO_EDIT, Desk, Done, Handler
from dashgraph.sources.live.standing import ADMIN, VIEW
from dashgraph.sources.rest.told import redacted

PARTS = {"title": "title", "description": "desc", "filters": "filters", "style": "style", "layout": "layout"}
"""The parts of a dashboard that are written as they are, and their names in the document."""
NOT_UNIQUE = (
    "Sisense does not tell the id of what it made, and more than one dashboard could be it; look for the title."
)


async def create_dashboard(desk: Desk, wish: CreateDashboard) -> Done:
    """The account of dashgraph owns it, as nobody else could change it here; who makes it is given it for editing."""
    check_may_import(desk.viewer)
    folder = None if wish.folder is None else (await desk.folder(wish.folder)).id.native
    made: JsonObject = {
        "title": _title(wish.title),
        "desc": wish.description or "",
        "filters": list(wish.filters or ()),
        "layout": wish.layout or {"type": "columnar", "columns": []},
    }
    if wish.datasource is not None:
        made["datasource"] = wish.datasource.raw
    _check(made, widgets=set())
    if desk.dry_run:
        return Done(_preview(desk, wish.title, wish.description, wish.folder))

    async with desk.locks.alone(f"create/{wish.title}"):
        own = await _own(desk, wish.title)
        before = {board.id for board in own}
        drafts = [board for board in own if board.state is DashboardState.DRAFT]
        if not (desk.again and len(drafts) == 1):
            await api(desk).add_dashboard(made)
            desk.forget()
            drafts = [board for board in await _own(desk, wish.title) if board.id not in before]
    if len(drafts) != 1:
        return Done(None, {"warning": NOT_UNIQUE}, Trace(reason=NOT_UNIQUE))
    oid = drafts[0].id.native
    rest: JsonObject = {} if folder is None else {"parentFolder": folder}
    if wish.style is not None:
        rest["style"] = _style(wish.style)
    if rest:
        await api(desk).update_dashboard(oid, rest)
    return await made_by(desk, oid)


async def made_by(desk: Desk, oid: str, **facts: Any) -> Done:
    """A new dashboard, given to its maker where somebody else's account made it."""
    board = await shown(desk, oid)
    me = await desk.me()
    if me is not None and me != board.owner:
        await give(desk, board, me)
        board = await shown(desk, oid)
    trace = Trace(about=board.id, after={"title": board.title}, undo=(DeleteDashboard(dashboard=board.id),))
    return Done(board, facts, trace)


async def give(desk: Desk, board: Dashboard, user: ResourceId) -> None:
    """Share it for editing, if it is not shared with them yet."""
    share = shares.share_for(board, Grant(user, ShareRule.EDIT))
    await shares.rewritten(desk, board, lambda held: {share.id.native: share, **held})


async def update_dashboard(desk: Desk, wish: UpdateDashboard) -> Done:
    board = await desk.dashboard(wish.dashboard, least=LEAST_TO_EDIT, refusal=EDITING)
    await check_writable(desk, board)
    former = await document(desk, board.id.native)
    parts: JsonObject = {}
    for name, key in PARTS.items():
        value = getattr(wish, name)
        if value is not UNCHANGED:
            parts[key] = list(value or ()) if key == "filters" else value
    if "title" in parts:
        parts["title"] = _title(parts["title"])
    if "style" in parts:
        parts["style"] = _style(parts["style"])
    if wish.datasource is not UNCHANGED:
        parts["datasource"] = wish.datasource.raw if wish.datasource else None
    _check(parts, widgets=oids_of_widgets(former))
    changed = {key: value for key, value in parts.items() if former.get(key) != value}
    if desk.dry_run or not changed:
        return Done(board)
    await api(desk).update_dashboard(board.id.native, changed)
    after = await shown(desk, board.id.native)
    if "title" in changed and after.title != changed["title"]:
        message = f"{desk.source} took the change and kept what it had; somebody else may be writing it."
        raise Conflict(message)
    before = {key: former.get(key) for key in changed}
    return Done(after, trace=Trace(board.id, before, changed, undo=(_undone(board.id, before),)))


async def duplicate_dashboard(desk: Desk, wish: DuplicateDashboard) -> Done:
    """By a copy of its document, since Sisense does not tell the id of its own duplicates."""
    check_may_import(desk.viewer)
    board = await desk.dashboard(wish.dashboard, least=VIEW, refusal="")
    title = _title(wish.title or f"{board.title} (copy)")
    if desk.dry_run:
        return Done(_preview(desk, title, board.description, None))
    copy = {**await whole(desk, board.id.native), "title": title}
    return await made_by(desk, await taken_in(desk, copy, action="duplicate"))


async def taken_in(
    desk: Desk, content: JsonObject, *, action: str, republish: bool = False, folder: str | None = None
) -> str:
    """Have Sisense import a document; the id of the dashboard that it has become."""
    answer = await api(desk).import_dashboards([content], action=action, republish=republish, folder=folder)
    made = answer.list("succeded")
    if len(made) == 1:
        return made[0].id("oid")
    failed = answer.get("failed")
    why = redacted(next(iter(failed)), ()) if isinstance(failed, dict) and failed else None
    message = f"{desk.source} did not take the document in; look whether it is whole, and at its data source."
    raise Conflict(message, upstream={"status": 201, "code": None, "message": why})


async def move_dashboard(desk: Desk, wish: MoveDashboard) -> Done:
    board = await desk.dashboard(wish.dashboard, least=ADMIN, refusal=DECIDING)
    folder = None if wish.folder is None else (await desk.folder(wish.folder)).id
    await check_writable(desk, board)
    if desk.dry_run or folder == board.folder:
        return Done(board)
    await api(desk).update_dashboard(board.id.native, {"parentFolder": None if folder is None else folder.native})
    after = await shown(desk, board.id.native)
    if after.folder != folder:
        message = f"{desk.source} took the change and left the dashboard where it was."
        raise Conflict(message)
    trace = Trace(
        board.id,
        {"parentFolder": None if board.folder is None else board.folder.native},
        {"parentFolder": None if folder is None else folder.native},
        undo=(MoveDashboard(dashboard=board.id, folder=board.folder),),
    )
    return Done(after, trace=trace)


async def publish_dashboard(desk: Desk, wish: PublishDashboard) -> Done:
    """Also when nothing seems to be new: Sisense does not tell everything that has changed."""
    board = await desk.dashboard(wish.dashboard, least=ADMIN, refusal=DECIDING)
    if desk.dry_run:
        return Done(board)
    await api(desk).publish(board.id.native)
    reason = "Sisense does not keep what viewers saw before"
    return Done(await shown(desk, board.id.native), trace=Trace(about=board.id, reason=reason))


async def restore_dashboard(desk: Desk, wish: RestoreDashboard) -> Done:
    board = await desk.dashboard(wish.dashboard, least=ADMIN, refusal=DECIDING)
    if wish.version is not None:
        raise unsupported(desk, "Sisense keeps no version but the one published last; leave versionId out")
    if board.state is DashboardState.DRAFT:
        message = "It was never published, so there is nothing to go back to."
        raise InvalidState(message)
    await check_writable(desk, board)
    if desk.dry_run:
        return Done(board)
    former = await whole(desk, board.id.native)
    await api(desk).restore(board.id.native)
    return Done(await shown(desk, board.id.native), trace=Trace(board.id, undo=(brought_back(desk, former),)))


async def delete_dashboard(desk: Desk, wish: DeleteDashboard) -> Done:
    """For good. What takes it back is an import of what it was, with its shares."""
    board = await desk.dashboard(wish.dashboard, least=ADMIN, refusal=DECIDING)
    await check_writable(desk, board)
    facts = {"deleted": wish.dashboard.encode()}
    if desk.dry_run:
        return Done(None, facts)
    former = await whole(desk, board.id.native)
    given = (await desk.lists.shares([board.id.native]))[board.id.native]
    await api(desk).delete_dashboard(board.id.native)
    grants = tuple(Grant(share.subject, share.rule, share.subscribed) for share in given)
    back = (brought_back(desk, former), *((SetDashboardShares(dashboard=board.id, grants=grants),) if grants else ()))
    return Done(None, facts, Trace(board.id, {"title": board.title}, undo=back))


def brought_back(desk: Desk, former: JsonObject) -> ImportDashboard:
    """What makes a dashboard again what it was."""
    return ImportDashboard(place=desk.source, document=Document.of(former), action=ImportAction.OVERWRITE)


async def _own(desk: Desk, title: str) -> list[Dashboard]:
    """The dashboards of this title that the account owns."""
    every: list[Dashboard] = list(await desk.known.all(Kind.DASHBOARD))
    return [board for board in every if board.title == title and await is_mine(desk, board.owner)]


def _preview(desk: Desk, title: str, description: str | None, folder: ResourceId | None) -> Dashboard:
    """A dashboard as it would be made."""
    return Dashboard(
        id=ResourceId(desk.source, Kind.DASHBOARD, "new"),
        title=title,
        description=description or None,
        type="dashboard",
        state=DashboardState.DRAFT,
        role=AccessRole.ADMIN,
        owner=desk.who.me,
        folder=folder,
        datasource=None,
        format=DocumentFormat.DASH,
        revision=None,
        created_at=None,
        updated_at=None,
        published_at=None,
    )


def _undone(board: ResourceId, before: JsonObject) -> UpdateDashboard:
    """What puts these parts of the document back."""
    back = {name: before[key] for name, key in PARTS.items() if key in before}
    if "filters" in back:
        back["filters"] = tuple(back["filters"] or ())
    if "datasource" in before:
        back["datasource"] = named(before["datasource"])
    return UpdateDashboard(dashboard=board, **back)


def named(raw: Any) -> NamedDataSource | None:
    """A data source as a document names it."""
    if not isinstance(raw, dict) or not isinstance(raw.get("title"), str):
        return None
    return NamedDataSource(
        title=raw["title"],
        address=raw.get("address"),
        database=raw.get("database"),
        native_id=raw.get("id"),
        full_name=raw.get("fullname"),
    )


def _title(text: str | None) -> str:
    if text is None or not text.strip():
        message = "A dashboard needs a title."
        raise BadInput(message, argument="title")
    return text


def _style(value: object) -> object:
    if value is not None and not isinstance(value, dict):
        message = "A style is an object."
        raise BadInput(message, argument="style")
    return value


def _check(parts: JsonObject, *, widgets: set[str]) -> None:
    if parts.get("layout") is not None:
        if not isinstance(parts["layout"], dict):
            message = "A layout is an object."
            raise BadInput(message, argument="layout")
        layouts.check(parts["layout"], widgets)


HANDLERS: dict[type[Change], Handler] = {
    CreateDashboard: create_dashboard,
    UpdateDashboard: update_dashboard,
    DuplicateDashboard: duplicate_dashboard,
    MoveDashboard: move_dashboard,
    PublishDashboard: publish_dashboard,
    RestoreDashboard: restore_dashboard,
    DeleteDashboard: delete_dashboard,
}
