"""PostHog's JSON as values of the domain. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dashgraph.domain.access import AccessRole
from dashgraph.domain.dash import Document, JsonObject
from dashgraph.domain.dashboards import Dashboard, DashboardState
from dashgraph.domain.formats import posthog
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.groups import Group
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.layouts import renamed
from dashgraph.domain.projects import Project
from dashgraph.domain.public_links import LinkPassword, PublicLink
from dashgraph.domain.roles import Role, RoleKind
from dashgraph.domain.users import Account, Origin, User, UserStatus
from dashgraph.domain.widgets import Place, Widget
from dashgraph.sources.rest.answers import Raw

INSIGHT, TEXT, BUTTON, WIDGET = "INSIGHT", "TEXT", "BUTTON", "WIDGET"  # kinds of tiles, as templates call them
KINDS = {"insight": INSIGHT, "text": TEXT, "button_tile": BUTTON, "widget": WIDGET}
GRID = "sm"  # the layout of wide screens
ADMIN_LEVEL = 8
EVERYONE = "project-"  # how the ids of the groups begin that are everybody in a project
LEVELS = {
    1: Role("Member", RoleKind.EDITOR, "member"),
    8: Role("Admin", RoleKind.ADMIN, "admin"),
    15: Role("Owner", RoleKind.ADMIN, "owner"),
}
NUMBERS = {role.native_name: level for level, role in LEVELS.items()}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a dashboard or a tile of it stands. Its parts are joined by a dot: ids of documents hold no slash."""

    project: str
    dashboard: str
    tile: str | None = None

    @classmethod
    def of(cls, native: str) -> "Address | None":
        """The address in an id; None for what cannot be one of PostHog's."""
        parts = native.split(".")
        return cls(*parts) if len(parts) in {2, 3} and all(part.isdecimal() for part in parts) else None

    @property
    def native(self) -> str:
        parts = (self.project, self.dashboard, self.tile)
        return ".".join(part for part in parts if part is not None)

    @property
    def above(self) -> "Address":
        """The dashboard."""
        return Address(self.project, self.dashboard)


@dataclass(frozen=True, slots=True)
class Translator:
    """`base` is where people open the system."""

    source: str
    base: str

    def id(self, kind: Kind, native: str) -> ResourceId:
        return ResourceId(self.source, kind, native)

    def project(self, raw: Raw) -> Project:
        return Project(
            self.id(Kind.PROJECT, raw.id("id")),
            raw.text("name", default=""),
            type="demo" if raw.flag("is_demo", default=False) else None,
            zone=raw.optional_text("timezone"),
        )

    def user(self, raw: Raw) -> User:
        """A member of the organisation. One who has not confirmed the address may be anybody, so is only pending."""
        person = raw.object("user")
        email = person.text("email", default="")
        first, last = (person.text(key, default="") or None for key in ("first_name", "last_name"))
        name = " ".join(part for part in (first, last) if part) or email
        return User(
            id=self.id(Kind.USER, person.text("uuid")),
            name=name,
            email=email,
            initials="".join(word[0] for word in name.replace("@", " ").split()[:2]).upper(),
            status=UserStatus.ACTIVE if person.flag("is_email_verified", default=True) else UserStatus.PENDING,
            revision=None,
            account=Account(
                user_name=None,
                first_name=first,
                last_name=last,
                role=role(raw.whole("level")),
                origin=Origin.SOURCE,
                preferences=None,
                created_at=raw.optional_instant("joined_at"),
                updated_at=raw.optional_instant("updated_at"),
                last_login_at=raw.optional_instant("last_login"),
                deleted_at=None,
                deleted_by=None,
            ),
        )

    def group(self, raw: Raw) -> Group:
        """A role of the organisation."""
        return self._group(raw.text("id"), raw.text("name"), raw)

    def everyone(self, project: Project) -> Group:
        """All who may enter a project: no role of PostHog's, but whom its dashboards are open to."""
        return self._group(everyone(project.id.native), f"Everyone in {project.name}", None)

    def _group(self, native: str, name: str, raw: Raw | None) -> Group:
        return Group(
            id=self.id(Kind.GROUP, native),
            name=name,
            mail=None,
            role=None,
            origin=Origin.SOURCE,
            revision=None,
            created_at=None if raw is None else raw.optional_instant("created_at"),
            updated_at=None,
        )

    def dashboard(self, raw: Raw, project: str, *, controlled: bool) -> Dashboard:
        """`controlled` says whether who may see it is told by shares; else every member may edit it."""
        address = Address(project, raw.id("id"))
        return Dashboard(
            id=self.id(Kind.DASHBOARD, address.native),
            title=raw.text("name", default=""),
            description=raw.text("description", default="") or None,
            type=raw.optional_text("creation_mode"),
            state=DashboardState.PUBLISHED,
            role=AccessRole.ADMIN,
            owner=self._author(raw),
            folder=None,
            datasource=None,
            format=DocumentFormat.POSTHOG,
            revision=None,
            created_at=raw.optional_instant("created_at"),
            updated_at=None,
            published_at=None,
            project=self.id(Kind.PROJECT, project),
            url=f"{self.base}/project/{project}/dashboard/{address.dashboard}",
            tags=tuple(one.as_text() for one in raw.optional_list("tags") or ()),
            pinned=raw.flag("pinned", default=False),
            everyone=None if controlled else AccessRole.EDIT,
        )

    def _author(self, raw: Raw) -> ResourceId | None:
        author = raw.optional_object("created_by")
        return None if author is None else self.id(Kind.USER, author.text("uuid"))

    def widgets(self, raw: Raw, project: str) -> list[Widget]:
        """The tiles of a dashboard in the order in which people read them."""
        owner, address = self._author(raw), Address(project, raw.id("id"))
        return [self.widget(tile, address, owner) for tile in tiles(raw)]

    def widget(self, tile: Raw, of: Address, owner: ResourceId | None) -> Widget:
        kind, shown = content(tile)
        chart = kind == INSIGHT
        return Widget(
            id=self.id(Kind.WIDGET, Address(of.project, of.dashboard, tile.id("id")).native),
            dashboard=self.id(Kind.DASHBOARD, of.native),
            title=_title(kind, shown),
            type=kind,
            subtype=_subtype(shown.get("query")) if chart else shown.optional_text("widget_type"),
            description=(shown.optional_text("description") or None) if kind in {INSIGHT, WIDGET} else None,
            owner=owner,
            datasource=None,
            format=DocumentFormat.POSTHOG,
            updated_at=shown.optional_instant("last_modified_at"),
            chart=shown.id("id") if chart else None,
            place=_place(tile),
        )

    def documents(self, raw: Raw, project: str) -> dict[str, Document]:
        """The document of a dashboard and those of its widgets, by their ids: its template, carried whole."""
        address = Address(project, raw.id("id"))
        natives = [Address(project, address.dashboard, tile.id("id")).native for tile in tiles(raw)]
        read = posthog.read(self.export(raw, project).raw)
        names = {widget["oid"]: native for widget, native in zip(read["widgets"], natives, strict=True)}
        whole: JsonObject = {**read, "widgets": natives}
        if "layout" in read:
            whole["layout"] = renamed(read["layout"], names)
        widgets = {names[one["oid"]]: Document.of({**one, "oid": names[one["oid"]]}) for one in read["widgets"]}
        return {address.native: Document.of(whole), **widgets}

    def export(self, raw: Raw, project: str) -> Document:
        """A dashboard as the template that PostHog makes another one of."""
        return Document.of({"id": Address(project, raw.id("id")).native, **template(raw)})

    def public_link(self, raw: Raw, dashboard: str) -> PublicLink:
        """Until it is enabled its token is made up anew for whoever looks, and opens nothing."""
        enabled = raw.flag("enabled")
        return PublicLink(
            dashboard=self.id(Kind.DASHBOARD, dashboard),
            enabled=enabled,
            url=f"{self.base}/shared/{raw.text('access_token')}" if enabled else None,
            password_required=raw.flag("password_required", default=False),
            passwords=tuple(self.password(one) for one in raw.optional_list("share_passwords") or ()),
        )

    def password(self, raw: Raw) -> LinkPassword:
        return LinkPassword(
            id=raw.id("id"),
            note=raw.optional_text("note") or None,
            created_at=raw.optional_instant("created_at"),
            created_by_email=raw.optional_text("created_by_email"),
        )


def everyone(project: str) -> str:
    """The id of the group of all who may enter a project."""
    return f"{EVERYONE}{project}"


def is_everyone(group: str) -> bool:
    return group.startswith(EVERYONE)


def role(level: int) -> Role:
    return LEVELS.get(level) or Role(f"Level {level}", RoleKind.OTHER, str(level))


def tiles(dashboard: Raw) -> Iterable[Raw]:
    return dashboard.optional_list("tiles") or ()


def content(tile: Raw) -> tuple[str, Raw]:
    """What kind of tile it is, and what it shows."""
    for key, kind in KINDS.items():
        shown = tile.optional_object(key)
        if shown is not None:
            return kind, shown
    raise tile.unfit("a tile of a known kind")


def template(dashboard: Raw) -> JsonObject:
    """A dashboard as a template says it, which another project or instance can make one of."""
    return {
        "template_name": dashboard.text("name", default=""),
        "dashboard_description": dashboard.text("description", default=""),
        "dashboard_filters": dashboard.get("filters") or {},
        "tags": dashboard.get("tags") or [],
        "tiles": [template_tile(tile) for tile in tiles(dashboard)],
    }


def template_tile(tile: Raw) -> JsonObject:
    kind, shown = content(tile)
    said: JsonObject = {"type": kind, "layouts": tile.get("layouts") or {}, "color": tile.get("color")}
    title = _title(kind, shown)
    if title is not None:
        said["name"] = title
    kept = {
        INSIGHT: ("description", "query", "filters"),
        TEXT: ("body",),
        BUTTON: ("url", "text", "placement", "style"),
    }
    said.update(
        {key: shown.get(key) for key in kept.get(kind, ("description", "widget_type", "config")) if shown.get(key)}
    )
    return said


def _title(kind: str, shown: Raw) -> str | None:
    match kind:
        case "INSIGHT":
            return shown.optional_text("name") or shown.optional_text("derived_name")
        case "BUTTON":
            return shown.optional_text("text")
        case "WIDGET":
            return shown.optional_text("name") or None
    return None


def _subtype(query: Any) -> str | None:
    """The kind of a query: of the one inside, where another only says how it is shown."""
    if not isinstance(query, dict):
        return None
    inner = query.get("source")
    kind = inner.get("kind") if isinstance(inner, dict) else query.get("kind")
    return kind if isinstance(kind, str) else None


def _place(tile: Raw) -> Place | None:
    layouts = tile.optional_object("layouts")
    box = None if layouts is None else layouts.optional_object(GRID)
    if box is None or any(box.get(key) is None for key in ("x", "y", "w", "h")):
        return None
    return Place(box.number("x"), box.number("y"), box.number("w"), box.number("h"))
