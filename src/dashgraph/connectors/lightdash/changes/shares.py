"""Changes of shares, which are of folders: administrators of a space let others in, and all that is in it is theirs."""

from dataclasses import replace
from typing import Any

from dashgraph.connectors.lightdash.api import Api
from dashgraph.connectors.lightdash.changes.rooms import kept, shares_of
from dashgraph.connectors.lightdash.translate import FOLDER_SHARE
from dashgraph.domain.access import PathKind
from dashgraph.domain.changes import Change, Trace
from dashgraph.domain.folders import Folder
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Conflict, NotFound, UnsupportedBySource
from dashgraph.domain.shares import AddShare, Grant, RemoveShare, Share, ShareRule, UpdateShare
from dashgraph.sources.live.changing import Desk, Done, Handler, missing
from dashgraph.sources.live.standing import RULES

SHARING = "and administrators of this folder share it"
ROLES = {ShareRule.VIEW: "viewer", ShareRule.EDIT: "editor"}


async def add_share(desk: Desk, wish: AddShare) -> Done:
    if wish.target.kind is not Kind.FOLDER:
        message = (
            "Lightdash shares folders, not single dashboards: give folderId, and all that is in the folder is shared; "
            "or move the dashboard to a folder of its own first."
        )
        raise UnsupportedBySource(message, source=desk.source)
    folder = await kept(desk, wish.target, SHARING)
    if wish.grant.subscribed:
        message = "Lightdash subscribes nobody by a share; make a schedule."
        raise BadInput(message, argument="subscribed")
    await _check_subject(desk, wish.grant.subject)
    native = f"{FOLDER_SHARE}{folder.id.native}/{wish.grant.subject.kind.value.lower()}/{wish.grant.subject.native}"
    there = await _held(desk, folder, native)
    if there is not None and there.inherited_from is None:
        if desk.again and there.rule is wish.grant.rule:
            return _shared(there, folder)
        message = "It is shared with them already; use updateShare."
        raise Conflict(message)
    one = ResourceId(desk.source, Kind.SHARE, native)
    if desk.dry_run:
        return Done(_new(one, folder, wish.grant))
    await _grant(desk, folder, wish.grant.subject, wish.grant.rule)
    return _shared(await _written(desk, folder, native), folder)


async def update_share(desk: Desk, wish: UpdateShare) -> Done:
    share, folder = await _share(desk, wish.share)
    if wish.subscribed:
        message = "Lightdash subscribes nobody by a share; make a schedule."
        raise BadInput(message, argument="subscribed")
    if wish.rule is None or wish.rule is share.rule:
        return Done(share)
    if desk.dry_run:
        return Done(replace(share, rule=wish.rule, native_role=ROLES[wish.rule]))
    await _grant(desk, folder, share.subject, wish.rule)
    now = await _written(desk, folder, share.id.native)
    ways = ({"role": share.native_role}, {"role": now.native_role})
    return Done(now, trace=Trace(folder.id, *ways, undo=(UpdateShare(share=share.id, rule=share.rule),)))


async def remove_share(desk: Desk, wish: RemoveShare) -> Done:
    """The facts tell by what else its subject sees the folder."""
    api: Api = desk.api
    try:
        share, folder = await _share(desk, wish.share)
    except NotFound:
        if desk.again:
            return Done(facts={"still_has_access_via": []}, trace=Trace(wish.share, reason="it was gone already"))
        raise
    if desk.dry_run:
        return Done(folder, {"still_has_access_via": []})
    project, space = _native(folder.project), folder.id.native
    if share.subject.kind is Kind.GROUP:
        await api.unshare_with_group(project, space, share.subject.native)
    else:
        await api.unshare(project, space, share.subject.native)
    desk.forget()
    left = [one for one in await shares_of(desk, space) if await _reaches(desk, one, share.subject)]
    undo = AddShare(folder=folder.id, grant=Grant(share.subject, share.rule))
    trace = Trace(folder.id, {"subject": share.subject.native, "role": share.native_role}, undo=(undo,))
    return Done(folder, {"still_has_access_via": [_way(one) for one in left]}, trace)


async def _reaches(desk: Desk, share: Share, subject: ResourceId) -> bool:
    if subject.kind is Kind.GROUP:
        return False
    if share.subject.kind is Kind.GROUP:
        members = await desk.known.memberships(groups=[share.subject.native])
        return any(one.user == subject.native for one in members)
    return share.subject == subject


def _way(share: Share) -> dict[str, Any]:
    group = share.subject.native if share.subject.kind is Kind.GROUP else None
    kind = PathKind.GROUP if group else PathKind.DIRECT if share.inherited_from is None else PathKind.INHERITED
    return {"kind": kind.value, "rank": RULES[share.rule], "share": share.id.native, "group": group}


async def _grant(desk: Desk, folder: Folder, subject: ResourceId, rule: ShareRule) -> None:
    """Let somebody in, or change as what: both are one question."""
    api: Api = desk.api
    project, space = _native(folder.project), folder.id.native
    if subject.kind is Kind.GROUP:
        await api.share_with_group(project, space, subject.native, ROLES[rule])
    else:
        await api.share(project, space, subject.native, ROLES[rule])


async def _check_subject(desk: Desk, subject: ResourceId) -> None:
    if subject.kind is Kind.GROUP:
        await desk.group(subject)
    elif subject.kind is Kind.USER:
        await desk.user(subject)
    else:
        message = "There is no user or group with this id to share with."
        raise NotFound(message)


async def _share(desk: Desk, one: ResourceId) -> tuple[Share, Folder]:
    """A share that was given on a folder by name, and the folder. What comes from elsewhere is changed there."""
    native = desk.native(one, Kind.SHARE)
    space = native.rsplit("/", 2)[0]
    if not space.startswith(FOLDER_SHARE):
        message = "This share comes from the folder that the dashboard is in: change the shares of the folder."
        raise UnsupportedBySource(message, source=desk.source)
    folder = await kept(desk, ResourceId(desk.source, Kind.FOLDER, space.removeprefix(FOLDER_SHARE)), SHARING)
    found = await _held(desk, folder, native)
    if found is None:
        raise missing("share")
    if found.inherited_from is not None:
        message = f"This share comes from the {found.inherited_from} and can only be changed there."
        raise UnsupportedBySource(message, source=desk.source)
    return found, folder


async def _held(desk: Desk, folder: Folder, native: str) -> Share | None:
    return next((one for one in await shares_of(desk, folder.id.native) if one.id.native == native), None)


async def _written(desk: Desk, folder: Folder, native: str) -> Share:
    desk.forget()
    found = await _held(desk, folder, native)
    if found is None:
        message = f"{desk.source} does not show the share after the change; look whether it is there."
        raise NotFound(message)
    return found


def _new(one: ResourceId, folder: Folder, grant: Grant) -> Share:
    return Share(
        id=one,
        dashboard=None,
        subject=grant.subject,
        rule=grant.rule,
        subscribed=False,
        created_at=None,
        folder=folder.id,
        native_role=ROLES[grant.rule],
    )


def _shared(share: Share, folder: Folder) -> Done:
    after = {"subject": share.subject.native, "role": share.native_role}
    return Done(share, trace=Trace(folder.id, after=after, undo=(RemoveShare(share=share.id),)))


def _native(one: ResourceId | None) -> str:
    return "" if one is None else one.native


HANDLERS: dict[type[Change], Handler] = {
    AddShare: add_share,
    UpdateShare: update_share,
    RemoveShare: remove_share,
}
