"""Changes of shares: of the collaborators of a restricted dashboard, and of the access controls on any other one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashgraph.connectors.posthog import access
from dashgraph.connectors.posthog.access import EDITOR, NONE, VIEWER, Grounds, Row
from dashgraph.connectors.posthog.changes.dashboards import address_of
from dashgraph.connectors.posthog.changes.places import upstream
from dashgraph.connectors.posthog.translate import Address, everyone
from dashgraph.domain.access import PathKind
from dashgraph.domain.changes import Change, Trace
from dashgraph.domain.dashboards import Dashboard
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Conflict, InvalidState, NotFound, UnsupportedBySource
from dashgraph.domain.shares import (
    AddShare,
    CopyShares,
    Grant,
    RemoveShare,
    SetDashboardShares,
    Share,
    ShareRule,
    UpdateShare,
)
from dashgraph.sources.live.changing import LEAST_TO_SHARE, Desk, Done, Handler, missing
from dashgraph.sources.live.standing import RULES
from dashgraph.sources.rest.answers import Raw

REFUSAL = "Only the owner and administrators share a dashboard"
LEVELS = {ShareRule.VIEW: VIEWER, ShareRule.EDIT: EDITOR}


@dataclass(frozen=True)
class Sharing:
    """How a dashboard is shared just now, and what its shares would be with other rows or collaborators."""

    desk: Desk
    dashboard: Dashboard
    address: Address
    raw: Raw
    grounds: Grounds
    rows: Sequence[Row]
    collaborators: Sequence[Raw]

    @property
    def restricted(self) -> bool:
        return access.is_restricted(self.raw)

    def shares(self, rows: Sequence[Row] | None = None, collaborators: Sequence[Raw] | None = None) -> dict[str, Share]:
        found = self.grounds.shares(
            self.raw,
            self.rows if rows is None else rows,
            self.collaborators if collaborators is None else collaborators,
        )
        return {share.id.native: share for share in found}

    def given(self) -> dict[ResourceId, Share]:
        """The shares on the dashboard itself, by whom they are for."""
        return {share.subject: share for share in self.shares().values() if share.inherited_from is None}

    def check(self, grant: Grant) -> None:
        """Raises the problem of a share that PostHog could not give."""
        desk, subject = self.desk, grant.subject
        if grant.subscribed:
            message = f"{desk.source} sends nothing to those whom a dashboard is shared with; leave subscribed out."
            raise UnsupportedBySource(message, source=desk.source)
        if subject.native not in self._known(subject.kind) or subject.source != desk.source:
            message = "There is no user or group with this id to share with."
            raise NotFound(message)
        if subject == self.dashboard.owner:
            message = "The owner sees the dashboard already, and needs no share."
            raise BadInput(message)
        if self.restricted:
            self._check_collaborator(grant)

    def _known(self, kind: Kind) -> set[str]:
        if kind is Kind.USER:
            return {one.uuid for one in self.grounds.members}
        return {everyone(self.address.project), *self.grounds.roles} if kind is Kind.GROUP else set()

    def _check_collaborator(self, grant: Grant) -> None:
        desk = self.desk
        if grant.rule is ShareRule.VIEW or grant.subject.kind is not Kind.USER:
            message = (
                f"{desk.source} cannot do this: the dashboard is restricted, so that single users alone are given the "
                "right to edit, and nothing less; everybody in the project sees it."
            )
            raise UnsupportedBySource(message, source=desk.source)
        who = next(one for one in self.grounds.members if one.uuid == grant.subject.native)
        if who.is_admin:
            message = "Administrators of the organization edit the dashboard already, and need no share."
            raise BadInput(message)

    async def give(self, grant: Grant) -> None:
        """Make this the share of its subject, whether there was one or not."""
        api, address = upstream(self.desk).api, self.address
        if self.restricted:
            body = {"user_uuid": grant.subject.native, "level": access.RESTRICTED}
            if grant.subject.native not in _users(self.collaborators):
                await api.add_collaborator(address.project, address.dashboard, body)
        else:
            body = {**self._named(grant.subject), "access_level": LEVELS[grant.rule]}
            await api.set_control(address.project, address.dashboard, body)

    async def take(self, share: Share) -> None:
        """Remove the row of a share. What is taken from everybody is closed: without a row it would be open again."""
        api, address = upstream(self.desk).api, self.address
        if self.restricted and share.subject.native in _users(self.collaborators):
            await api.remove_collaborator(address.project, address.dashboard, share.subject.native)
            return
        level = NONE if self._is_everyone(share.subject) else None
        await api.set_control(address.project, address.dashboard, {**self._named(share.subject), "access_level": level})

    def without(self, share: Share) -> dict[str, Share]:
        """What the shares would be without this one."""
        if self.restricted and share.subject.native in _users(self.collaborators):
            kept = [one for one in self.collaborators if one.object("user").text("uuid") != share.subject.native]
            return self.shares(collaborators=kept)
        if self._is_everyone(share.subject):
            return self.shares([*(row for row in self.rows if not row.is_default), Row(NONE, None, None)])
        named = self._named(share.subject)
        left = (named.get("organization_member"), named.get("role"))
        return self.shares([row for row in self.rows if (row.member, row.role) != left])

    def removable(self, share: Share) -> None:
        """Raises InvalidState for what is not given on the dashboard itself."""
        if share.inherited_from is not None and not self._is_everyone(share.subject):
            where = {"organization": "being an administrator of the organization", "group": "a role"}
            message = f"This share comes from {where.get(share.inherited_from, 'the project')}; take it away there."
            raise InvalidState(message)

    def _is_everyone(self, subject: ResourceId) -> bool:
        return subject.kind is Kind.GROUP and subject.native == everyone(self.address.project)

    def _named(self, subject: ResourceId) -> dict[str, str]:
        """How a row names its subject; a row for everybody names nobody."""
        if self._is_everyone(subject):
            return {}
        if subject.kind is Kind.GROUP:
            return {"role": subject.native}
        return {"organization_member": next(one.id for one in self.grounds.members if one.uuid == subject.native)}


async def add_share(desk: Desk, wish: AddShare) -> Done:
    if wish.dashboard is None or wish.folder is not None:
        message = f"{desk.source} cannot do this: PostHog's API tells of no folders; share the dashboards."
        raise UnsupportedBySource(message, source=desk.source)
    sharing = await _sharing(desk, wish.dashboard)
    sharing.check(wish.grant)
    there = sharing.given().get(wish.grant.subject)
    if there is not None and desk.again and there.rule is wish.grant.rule:
        return Done(there)
    if there is not None:
        message = "It is shared with them already; use updateShare, or setDashboardShares for all at once."
        raise Conflict(message)
    if desk.dry_run:
        return Done(_would_be(sharing, wish.grant))
    await sharing.give(wish.grant)
    made = await _made(desk, wish.dashboard, wish.grant)
    trace = Trace(about=wish.dashboard, after=_said(made), undo=(RemoveShare(share=made.id),))
    return Done(made, trace=trace)


async def update_share(desk: Desk, wish: UpdateShare) -> Done:
    sharing, share = await _shared(desk, wish.share)
    sharing.removable(share)
    grant = Grant(share.subject, wish.rule or share.rule, subscribed=bool(wish.subscribed))
    sharing.check(grant)
    if grant.rule is share.rule:
        return Done(share)
    if desk.dry_run:
        return Done(replace(share, rule=grant.rule))
    await sharing.give(grant)
    made = await _made(desk, sharing.dashboard.id, grant)
    undo = UpdateShare(share=made.id, rule=share.rule)
    return Done(made, trace=Trace(about=sharing.dashboard.id, before=_said(share), after=_said(made), undo=(undo,)))


async def remove_share(desk: Desk, wish: RemoveShare) -> Done:
    """The facts tell by which ways its subject still gets in."""
    sharing, share = await _shared(desk, wish.share)
    sharing.removable(share)
    facts = {"still_has_access_via": _ways(sharing, share.subject, sharing.without(share))}
    if not desk.dry_run:
        await sharing.take(share)
    undo = AddShare(dashboard=sharing.dashboard.id, grant=Grant(share.subject, share.rule))
    trace = Trace(about=sharing.dashboard.id, before=_said(share), undo=(undo,))
    return Done(sharing.dashboard, facts, trace)


async def set_shares(desk: Desk, wish: SetDashboardShares) -> Done:
    """Only of what is given on the dashboard itself; what is inherited stays."""
    sharing = await _sharing(desk, wish.dashboard)
    wanted = {grant.subject: grant for grant in wish.grants}
    for grant in wanted.values():
        sharing.check(grant)
    return await _arranged(sharing, wanted, removing=True)


async def copy_shares(desk: Desk, wish: CopyShares) -> Done:
    sharing = await _sharing(desk, wish.dashboard)
    origin = await _sharing(desk, wish.origin)
    held = sharing.given()
    wanted = {}
    for subject, share in origin.given().items():
        if subject == sharing.dashboard.owner:
            continue  # owning it is more than any share
        there = held.get(subject)
        if there is None or (there.rule is ShareRule.VIEW and share.rule is ShareRule.EDIT):
            wanted[subject] = Grant(subject, share.rule)
    for grant in wanted.values():
        sharing.check(grant)
    return await _arranged(sharing, wanted, removing=False)


async def _arranged(sharing: Sharing, wanted: Mapping[ResourceId, Grant], *, removing: bool) -> Done:
    """Give what is wanted and is not there; with `removing` take what is there and not wanted. Each is repeatable."""
    held = sharing.given()
    gone = [share for subject, share in held.items() if removing and subject not in wanted]
    fresh = [grant for subject, grant in wanted.items() if subject not in held or held[subject].rule is not grant.rule]
    if sharing.desk.dry_run or not (gone or fresh):
        return Done(sharing.dashboard)
    for share in gone:
        await sharing.take(share)
    for grant in fresh:
        await sharing.give(grant)
    before = tuple(Grant(share.subject, share.rule) for share in held.values())
    undo = SetDashboardShares(dashboard=sharing.dashboard.id, grants=before)
    trace = Trace(
        about=sharing.dashboard.id,
        before={"shares": [_said(share) for share in held.values()]},
        undo=(undo,),
    )
    return Done(sharing.dashboard, trace=trace)


async def _sharing(desk: Desk, dashboard: ResourceId) -> Sharing:
    """A dashboard that the viewer may share, and how it is shared. Raises UnsupportedBySource where nothing can be."""
    found = await desk.dashboard(dashboard, least=LEAST_TO_SHARE, refusal=REFUSAL)
    if found.everyone is not None:
        message = f"{desk.source} cannot do this: its plan has no access controls, and everybody edits everything."
        raise UnsupportedBySource(message, source=desk.source)
    source, address = upstream(desk), address_of(desk, dashboard)
    raw, rows, collaborators = await source.sharing(address)
    return Sharing(desk, found, address, raw, await source.grounds(address.project), rows, collaborators)


async def _shared(desk: Desk, one: ResourceId) -> tuple[Sharing, Share]:
    """A share of a dashboard that the viewer may share."""
    board, _, _ = desk.native(one, Kind.SHARE).partition("/")
    try:
        sharing = await _sharing(desk, ResourceId(desk.source, Kind.DASHBOARD, board))
    except NotFound:
        raise missing("share") from None
    found = sharing.shares().get(one.native)
    if found is None:
        raise missing("share")
    return sharing, found


async def _made(desk: Desk, dashboard: ResourceId, grant: Grant) -> Share:
    """The share as PostHog has it now. Raises Conflict when somebody else has changed it at the same time."""
    desk.forget()
    made = (await _sharing(desk, dashboard)).given().get(grant.subject)
    if made is None or made.rule is not grant.rule:
        message = "Somebody else has changed this share at the same time; look at what it is now."
        raise Conflict(message)
    return made


def _would_be(sharing: Sharing, grant: Grant) -> Share:
    way = grant.subject.kind.value.lower()
    return Share(
        id=ResourceId(sharing.desk.source, Kind.SHARE, f"{sharing.address.native}/{way}/{grant.subject.native}"),
        dashboard=sharing.dashboard.id,
        subject=grant.subject,
        rule=grant.rule,
        subscribed=False,
        created_at=None,
    )


def _ways(sharing: Sharing, subject: ResourceId, shares: Mapping[str, Share]) -> list[dict[str, Any]]:
    """How a user still gets in by these shares; groups have no other way."""
    who = next((one for one in sharing.grounds.members if one.uuid == subject.native), None)
    if subject.kind is not Kind.USER or who is None:
        return []
    groups = {*who.roles, everyone(sharing.address.project)}
    ways: list[dict[str, Any]] = []
    for share in shares.values():
        if share.subject.kind is Kind.GROUP and share.subject.native in groups:
            kind, group = PathKind.GROUP, share.subject.native
        elif share.subject == subject:
            kind, group = PathKind.DIRECT if share.inherited_from is None else PathKind.INHERITED, None
        else:
            continue
        ways.append({"kind": kind.value, "rank": RULES[share.rule], "share": share.id.native, "group": group})
    return ways


def _said(share: Share) -> dict[str, str]:
    return {"subject": share.subject.encode(), "rule": share.rule.value}


def _users(collaborators: Sequence[Raw]) -> set[str]:
    return {one.object("user").text("uuid") for one in collaborators}


HANDLERS: dict[type[Change], Handler] = {
    AddShare: add_share,
    UpdateShare: update_share,
    RemoveShare: remove_share,
    SetDashboardShares: set_shares,
    CopyShares: copy_shares,
}
