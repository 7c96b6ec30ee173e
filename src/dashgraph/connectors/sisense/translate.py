"""Sisense's JSON as values of the domain. Pure."""

import json
from collections.abc import Sequence
from typing import Any

from dashgraph.domain.access import AccessRole
from dashgraph.domain.alerts import Alert, Condition
from dashgraph.domain.dash import Document, JsonObject, Layout
from dashgraph.domain.dashboards import Dashboard, DashboardState
from dashgraph.domain.datasources import DataSource
from dashgraph.domain.folders import Folder
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.groups import Group
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.roles import Role, RoleKind
from dashgraph.domain.shares import Share, ShareRule
from dashgraph.domain.sources import Health, Status
from dashgraph.domain.targets import EmailTarget, Recipient
from dashgraph.domain.users import Account, Origin, User, UserStatus
from dashgraph.domain.widgets import Widget
from dashgraph.sources.live.facts import Membership
from dashgraph.sources.rest.answers import Raw

USER_FIELDS = (
    "_id,email,userName,firstName,lastName,roleId,role,active,groups,activeDirectory,preferences,"
    "created,lastUpdated,lastLogin,pendingExpiration"
)
"""What is asked for of users: never what authenticates them."""
GROUP_FIELDS = "_id,name,mail,ad,roleId,role,created,lastUpdated"
DASHBOARD_FIELDS = (
    "oid,title,desc,type,owner,userId,instanceType,parentFolder,datasource,created,lastUpdated,lastPublish,shares"
)
WIDGETS_FIELDS = "oid,owner,layout,widgets"
OF_SERVER = frozenset(
    {"_id", "owner", "userId", "instanceType", "shares", "created", "lastUpdated", "lastPublish", "lastOpened"}
    | {"parentFolder", "dashboardid", "userid", "instancetype", "hash"}
)
"""What of a document is the server's business: who may see it, and where it is kept."""

ROLES = {
    "super": RoleKind.ADMIN,
    "admin": RoleKind.ADMIN,
    "dataadmin": RoleKind.EDITOR,
    "datadesigner": RoleKind.EDITOR,
    "contributor": RoleKind.EDITOR,
    "consumer": RoleKind.VIEWER,
}
NAMES = {
    "super": "System administrator",
    "admin": "Administrator",
    "dataadmin": "Data administrator",
    "datadesigner": "Data designer",
    "contributor": "Designer",
    "consumer": "Viewer",
}
"""What people call the roles, which go by other words on the wire."""
NO_ROLE = Role("Unknown", RoleKind.OTHER, "unknown")


def status(raw: Raw) -> Status:
    expired = raw.optional_object("license")
    if expired is not None and expired.flag("isExpired", default=False):
        return Status(Health.DEGRADED, "its licence has expired", raw.optional_text("version"))
    return Status(Health.UP, version=raw.optional_text("version"))


def role(raw: Raw | None) -> Role:
    """A role by the name that the server has for it; custom ones are of no kind that others share."""
    if raw is None:
        return NO_ROLE
    native = raw.text("name")
    known = native.casefold()
    shown = NAMES.get(known) or raw.optional_text("displayName") or native
    return Role(shown, ROLES.get(known, RoleKind.OTHER), native)


def user(raw: Raw) -> User:
    """As administrators see it. Names may be missing; the address is always there."""
    email = raw.text("email", default="")
    first, last = raw.optional_text("firstName") or None, raw.optional_text("lastName") or None
    name = " ".join(part for part in (first, last) if part) or raw.optional_text("userName") or email
    return User(
        id=ResourceId(raw.source, Kind.USER, raw.id("_id")),
        name=name,
        email=email,
        initials=initials(name),
        status=_user_status(raw),
        revision=None,
        account=Account(
            user_name=raw.optional_text("userName"),
            first_name=first,
            last_name=last,
            role=role(raw.optional_object("role")),
            origin=Origin.DIRECTORY if raw.flag("activeDirectory", default=False) else Origin.SOURCE,
            preferences=_preferences(raw.get("preferences")),
            created_at=raw.optional_instant("created"),
            updated_at=raw.optional_instant("lastUpdated"),
            last_login_at=raw.optional_instant("lastLogin"),
            deleted_at=None,
            deleted_by=None,
        ),
    )


def initials(name: str) -> str:
    return "".join(word[0] for word in name.replace("@", " ").split()[:2]).upper()


def memberships(raw: Raw) -> list[Membership]:
    """The groups of a user."""
    member = raw.id("_id")
    return [Membership(group=one.as_id(), user=member) for one in raw.optional_list("groups") or ()]


def group(raw: Raw) -> Group:
    named = raw.optional_object("role")
    return Group(
        id=ResourceId(raw.source, Kind.GROUP, raw.id("_id")),
        name=raw.text("name"),
        mail=raw.optional_text("mail") or None,
        role=None if named is None else role(named),
        origin=Origin.DIRECTORY if raw.flag("ad", default=False) else Origin.SOURCE,
        revision=None,
        created_at=raw.optional_instant("created"),
        updated_at=raw.optional_instant("lastUpdated"),
    )


def dashboard(raw: Raw) -> Dashboard:
    """The owner's instance. Servers that do not tell when it was published are taken to have, once it is shared."""
    updated, published = raw.optional_instant("lastUpdated"), raw.optional_instant("lastPublish")
    state = DashboardState.DRAFT
    if published is not None:
        state = DashboardState.MODIFIED if updated is not None and updated > published else DashboardState.PUBLISHED
    elif "lastPublish" not in raw.value and shares(raw):
        state = DashboardState.PUBLISHED
    return Dashboard(
        id=ResourceId(raw.source, Kind.DASHBOARD, raw.id("oid")),
        title=raw.text("title", default=""),
        description=raw.optional_text("desc") or None,
        type=raw.optional_text("type"),
        state=state,
        role=AccessRole.ADMIN,
        owner=_owner(raw),
        folder=_at(raw, Kind.FOLDER, raw.optional_id("parentFolder")),
        datasource=datasource_id(raw),
        format=DocumentFormat.DASH,
        revision=None,
        created_at=raw.optional_instant("created"),
        updated_at=updated,
        published_at=published,
    )


def shares(raw: Raw) -> list[Share]:
    """The shares of a dashboard."""
    return shares_of(raw.id("oid"), raw.optional_list("shares") or ())


def shares_of(oid: str, raws: Sequence[Raw]) -> list[Share]:
    """A list of shares. The owner stands among them without a rule."""
    found = []
    for raw in raws:
        rule, subject = raw.optional_text("rule"), raw.id("shareId")
        if rule is None:
            continue
        kind = Kind.GROUP if raw.text("type", default="user") == "group" else Kind.USER
        found.append(
            Share(
                id=ResourceId(raw.source, Kind.SHARE, f"{oid}/{kind.value.lower()}/{subject}"),
                dashboard=ResourceId(raw.source, Kind.DASHBOARD, oid),
                subject=ResourceId(raw.source, kind, subject),
                rule=ShareRule.EDIT if rule == "edit" else ShareRule.VIEW,
                subscribed=raw.flag("subscribe", default=False),
                created_at=None,
                native_role=rule,
            )
        )
    return found


def widgets(raw: Raw, of: str, owner: ResourceId | None) -> list[Widget]:
    """The widgets of a dashboard in the order of its layout; those without a place come last."""
    places: dict[str | None, int] = {}
    if isinstance(raw.get("layout"), dict):
        for place, element in enumerate(Layout(raw.get("layout")).elements()):
            places.setdefault(element.widget, place)
    found = [widget(one, of, owner) for one in raw_widgets(raw)]
    return sorted(found, key=lambda one: places.get(native_widget(one.id.native)[1], len(places)))


def native_widget(native: str) -> tuple[str, str]:
    """The dashboard and the widget in the id of a widget, which is addressed through its dashboard alone."""
    board, _, one = native.partition("/")
    return board, one


def widget(raw: Raw, of: str, owner: ResourceId | None) -> Widget:
    return Widget(
        id=ResourceId(raw.source, Kind.WIDGET, f"{of}/{raw.id('oid')}"),
        dashboard=ResourceId(raw.source, Kind.DASHBOARD, of),
        title=raw.optional_text("title") or None,
        type=raw.optional_text("type"),
        subtype=raw.optional_text("subtype"),
        description=raw.optional_text("desc") or None,
        owner=owner,
        datasource=datasource_id(raw),
        format=DocumentFormat.DASH,
        updated_at=raw.optional_instant("lastUpdated"),
    )


def document(raw: Raw) -> Document:
    """A dashboard with the ids of its widgets in their places, without what is the server's business."""
    content = _content(raw)
    held, oid = content.get("widgets"), raw.id("oid")
    if isinstance(held, dict):
        content["widgets"] = {key: f"{oid}/{one.id('oid')}" for key, one in raw.at("widgets").entries().items()}
    elif held is not None:
        content["widgets"] = [f"{oid}/{one.id('oid')}" for one in raw_widgets(raw)]
    return Document.of(content)


def export(raw: Raw) -> Document:
    """A dashboard with its widgets in it, as Sisense takes it in."""
    content = _content(raw)
    held = content.get("widgets")
    if isinstance(held, dict):
        content["widgets"] = {key: _content(one) for key, one in raw.at("widgets").entries().items()}
    elif held is not None:
        content["widgets"] = [_content(one) for one in raw_widgets(raw)]
    return Document.of(content)


def document_of_widget(raw: Raw) -> Document:
    return Document.of(_content(raw))


def raw_widgets(raw: Raw) -> list[Raw]:
    """The widgets in a dashboard, which stand in a list, or in some versions in a map."""
    held = raw.get("widgets") or []
    return (
        list(raw.at("widgets").entries().values())
        if isinstance(held, dict)
        else Raw(held, raw.source, "widgets").each()
    )


def datasource_id(raw: Raw) -> ResourceId | None:
    """Of a dashboard or a widget: by address and title, as the ids that documents have for them are not unique."""
    held = raw.optional_object("datasource")
    title = None if held is None else _title_of_source(held)
    if held is None or title is None:
        return None
    return ResourceId(raw.source, Kind.DATASOURCE, f"{held.optional_text('address') or ''}/{title}")


def datasource(raw: Raw) -> DataSource | None:
    """What a dashboard or a widget asks."""
    one, held = datasource_id(raw), raw.optional_object("datasource")
    if one is None or held is None:
        return None
    return DataSource(
        id=one,
        title=_title_of_source(held) or "",
        native_id=held.optional_text("id"),
        address=held.optional_text("address"),
        database=held.optional_text("database"),
        full_name=held.optional_text("fullname"),
    )


def _title_of_source(raw: Raw) -> str | None:
    return raw.optional_text("title") or raw.optional_text("fullname") or raw.optional_text("id")


def folder(raw: Raw) -> Folder:
    return Folder(
        id=ResourceId(raw.source, Kind.FOLDER, raw.id("oid")),
        name=raw.text("name", default=""),
        parent=_at(raw, Kind.FOLDER, raw.optional_id("parentId")),
        owner=_owner(raw),
        revision=None,
        created_at=raw.optional_instant("created"),
        updated_at=raw.optional_instant("lastUpdated"),
    )


def folders(raws: Sequence[Raw]) -> list[Folder]:
    """Folders of a list, and of the trees that some servers answer instead."""
    found = []
    for one in raws:
        found.append(folder(one))
        found += folders(one.optional_list("folders") or ())
    return found


def alert(raw: Raw) -> Alert:
    """What it is about stands in a context without a documented shape; the ids in it are found by their names."""
    context = raw.optional_object("context")
    return Alert(
        id=ResourceId(raw.source, Kind.ALERT, raw.id("_id")),
        name=raw.text("name", default=""),
        owner=_owner(raw),
        dashboard=None if context is None else _at(context, Kind.DASHBOARD, context.optional_id("dashboardId")),
        widget=None if context is None else _widget_of(context),
        zone=None,
        format=None,
        enabled=raw.flag("enabled", default=True),
        disabled_reason=None,
        subject=None,
        body=raw.optional_text("message"),
        filters=None,
        can_change=False,
        created_at=raw.optional_instant("created"),
        updated_at=raw.optional_instant("lastUpdated"),
        revision=None,
        conditions=() if context is None else (Condition(raw=context.value),),
    )


def targets(raw: Raw) -> tuple[EmailTarget, ...]:
    """Whom an alert is for: an e-mail to its parties."""
    recipients = []
    for one in raw.optional_list("parties") or ():
        of_group = one.optional_text("type") == "group"
        party = _at(one, Kind.GROUP if of_group else Kind.USER, one.optional_id("id"))
        if party is not None:
            recipients.append(Recipient(group=party) if of_group else Recipient(user=party))
    return (EmailTarget(recipients=tuple(recipients)),) if recipients else ()


def dashboard_owner(raw: Raw) -> ResourceId | None:
    return _owner(raw)


def is_owners(raw: Raw) -> bool:
    """Whether this instance of a dashboard is its owner's, not a recipient's copy."""
    return raw.text("instanceType", default="owner") == "owner"


def with_widgets(raw: Raw, found: Sequence[Raw]) -> Raw:
    """A dashboard with widgets that were read apart."""
    return Raw({**raw.as_object().value, "widgets": [one.value for one in found]}, raw.source, raw.path)


def share_entry(one: Share) -> JsonObject:
    """A share as it is written."""
    kind = "group" if one.subject.kind is Kind.GROUP else "user"
    return {"shareId": one.subject.native, "type": kind, "rule": one.rule.value, "subscribe": one.subscribed}


def _content(raw: Raw) -> JsonObject:
    return {key: value for key, value in raw.as_object().value.items() if key not in OF_SERVER}


def _owner(raw: Raw) -> ResourceId | None:
    """An id; where the names of owners were asked for, an object with it."""
    held = raw.get("owner")
    native = raw.object("owner").optional_id("_id") if isinstance(held, dict) else raw.optional_id("owner")
    return _at(raw, Kind.USER, native)


def _at(raw: Raw, kind: Kind, native: str | None) -> ResourceId | None:
    return None if not native else ResourceId(raw.source, kind, native)


def _widget_of(context: Raw) -> ResourceId | None:
    board, one = context.optional_id("dashboardId"), context.optional_id("widgetId")
    return None if board is None or one is None else ResourceId(context.source, Kind.WIDGET, f"{board}/{one}")


def _user_status(raw: Raw) -> UserStatus:
    if not raw.flag("active", default=True):
        return UserStatus.INACTIVE
    return UserStatus.PENDING if raw.get("pendingExpiration") is not None else UserStatus.ACTIVE


def _preferences(value: Any) -> str | None:
    return json.dumps(value, separators=(",", ":")) if isinstance(value, dict) and value else None
