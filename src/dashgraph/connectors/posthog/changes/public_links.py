"""Changes of public links and their passwords: what opens a dashboard to anybody who has the address."""

from dataclasses import replace

from dashgraph.connectors.posthog.changes.dashboards import address_of
from dashgraph.connectors.posthog.changes.places import upstream
from dashgraph.connectors.posthog.translate import Address
from dashgraph.domain.changes import Change, Trace
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.problems import BadInput, InvalidState, NotFound
from dashgraph.domain.public_links import (
    AddPublicLinkPassword,
    PublicLink,
    RemovePublicLinkPassword,
    RotatePublicLink,
    SetPublicLink,
)
from dashgraph.domain.secrets import Secret
from dashgraph.sources.live.changing import LEAST_TO_SHARE, Desk, Done, Handler

REFUSAL = "Only the owner and administrators open a dashboard to the public"
SHORTEST_PASSWORD, LONGEST_NOTE = 8, 100


async def set_public_link(desk: Desk, wish: SetPublicLink) -> Done:
    address, before = await _link(desk, wish.dashboard)
    asked = before.password_required if wish.password_required is None else wish.password_required
    if (wish.enabled, asked) == (before.enabled, before.password_required):
        return Done(before)
    if desk.dry_run:
        return Done(replace(before, enabled=wish.enabled, password_required=asked, url=None))
    body = {"enabled": wish.enabled, "password_required": asked}
    after = upstream(desk).say.public_link(
        await upstream(desk).api.update_sharing(address.project, address.dashboard, body), address.native
    )
    former = SetPublicLink(dashboard=wish.dashboard, enabled=before.enabled, password_required=before.password_required)
    return Done(after, trace=_trace(before, after, former))


async def rotate_public_link(desk: Desk, wish: RotatePublicLink) -> Done:
    address, before = await _link(desk, wish.dashboard)
    if not before.enabled:
        message = "There is no public link to rotate; enable it first."
        raise InvalidState(message)
    if desk.dry_run:
        return Done(before)
    after = upstream(desk).say.public_link(
        await upstream(desk).api.rotate_sharing(address.project, address.dashboard), address.native
    )
    return Done(after, trace=Trace(about=wish.dashboard, reason="the address before opens nothing any more"))


async def add_password(desk: Desk, wish: AddPublicLinkPassword) -> Done:
    """The password is told once, by the fact `password`; nothing keeps it."""
    address, before = await _link(desk, wish.dashboard)
    if not before.password_required:
        message = "The link asks for no password; enable it with passwordRequired first."
        raise InvalidState(message)
    if wish.password is not None and len(wish.password.text) < SHORTEST_PASSWORD:
        message = f"A password has at least {SHORTEST_PASSWORD} characters."
        raise BadInput(message, argument="password")
    if wish.note is not None and len(wish.note) > LONGEST_NOTE:
        message = f"A note has at most {LONGEST_NOTE} characters."
        raise BadInput(message, argument="note")
    if desk.dry_run:
        return Done(before)
    body = {"note": wish.note or ""} | ({} if wish.password is None else {"raw_password": wish.password.text})
    raw = await upstream(desk).api.add_password(address.project, address.dashboard, body)
    after = await _now(desk, address)
    undo = RemovePublicLinkPassword(dashboard=wish.dashboard, password_id=raw.id("id"))
    facts = {"password": Secret(raw.text("password"))}
    return Done(after, facts, Trace(about=wish.dashboard, after={"password": raw.id("id")}, undo=(undo,)))


async def remove_password(desk: Desk, wish: RemovePublicLinkPassword) -> Done:
    address, before = await _link(desk, wish.dashboard)
    if wish.password_id not in {one.id for one in before.passwords}:
        if desk.again:
            return Done(before)
        message = "The link has no password with this id."
        raise NotFound(message)
    if desk.dry_run:
        return Done(before)
    await upstream(desk).api.remove_password(address.project, address.dashboard, wish.password_id)
    reason = "nobody knows the password any more; add another one"
    return Done(await _now(desk, address), trace=Trace(about=wish.dashboard, reason=reason))


async def _link(desk: Desk, dashboard: ResourceId) -> tuple[Address, PublicLink]:
    """The link as it is now, of a dashboard that the viewer decides about."""
    await desk.dashboard(dashboard, least=LEAST_TO_SHARE, refusal=REFUSAL)
    address = address_of(desk, dashboard)
    return address, await _now(desk, address)


async def _now(desk: Desk, address: Address) -> PublicLink:
    source = upstream(desk)
    return source.say.public_link(await source.api.sharing(address.project, address.dashboard), address.native)


def _trace(before: PublicLink, after: PublicLink, former: Change) -> Trace:
    """Without addresses: whoever reads the trail is not let in by it."""
    told = ("enabled", "password_required")
    return Trace(
        about=before.dashboard,
        before={name: getattr(before, name) for name in told},
        after={name: getattr(after, name) for name in told},
        undo=(former,),
    )


HANDLERS: dict[type[Change], Handler] = {
    SetPublicLink: set_public_link,
    RotatePublicLink: rotate_public_link,
    AddPublicLinkPassword: add_password,
    RemovePublicLinkPassword: remove_password,
}
