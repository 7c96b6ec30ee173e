"""Lightdash's JSON as values of the domain. Pure. Schedulers have a file of their own: deliveries.py."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dashgraph.domain.access import AccessRole
from dashgraph.domain.comments import Comment
from dashgraph.domain.dash import Document
from dashgraph.domain.dashboards import Dashboard, DashboardState
from dashgraph.domain.folders import Folder
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.groups import Group
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.projects import Project, ProjectMember
from dashgraph.domain.promotion import PromotionItem, PromotionStep
from dashgraph.domain.roles import Role, RoleKind
from dashgraph.domain.shares import Share, ShareRule
from dashgraph.domain.users import Account, Origin, User, UserStatus
from dashgraph.domain.widgets import Place, Widget
from dashgraph.sources.live.facts import Membership
from dashgraph.sources.rest.answers import Raw

ROLES: Mapping[str, Role] = {
    "admin": Role("Admin", RoleKind.ADMIN, "admin"),
    "developer": Role("Developer", RoleKind.EDITOR, "developer"),
    "editor": Role("Editor", RoleKind.EDITOR, "editor"),
    "interactive_viewer": Role("Interactive viewer", RoleKind.VIEWER, "interactive_viewer"),
    "viewer": Role("Viewer", RoleKind.VIEWER, "viewer"),
    "member": Role("Member", RoleKind.OTHER, "member"),
}
MEMBER = "member"  # of the organisation, and of no project by that
SPACE_RANKS = ("viewer", "editor", "admin")
ORIGINS: Mapping[str, str] = {
    "organization": "organization",
    "project": "project",
    "group": "group",
    "space_group": "group",
    "parent_space": "folder",
}
STEPS: Mapping[str, PromotionStep] = {
    "create": PromotionStep.CREATE,
    "update": PromotionStep.UPDATE,
    "delete": PromotionStep.DELETE,
    "no changes": PromotionStep.KEEP,
}
FOLDER_SHARE = "folder:"


def role(native: str) -> Role:
    """A role by the server's word; one that is not known here is kept by its name."""
    return ROLES.get(native) or Role(native, RoleKind.OTHER, native)


def user(raw: Raw) -> User:
    """A member of the organisation. Who has not taken up the invitation yet has no name."""
    email, first, last = raw.text("email"), raw.text("firstName", default=""), raw.text("lastName", default="")
    name = f"{first} {last}".strip() or email
    return User(
        id=_id(raw, Kind.USER, raw.id("userUuid")),
        name=name,
        email=email,
        initials="".join(word[0] for word in name.replace("@", " ").split()[:2]).upper(),
        status=_status(raw),
        revision=None,
        account=Account(
            user_name=None,
            first_name=first or None,
            last_name=last or None,
            role=role(raw.text("role")),
            origin=Origin.SOURCE,
            preferences=None,
            created_at=raw.optional_instant("userCreatedAt"),
            updated_at=raw.optional_instant("userUpdatedAt"),
            last_login_at=None,
            deleted_at=None,
            deleted_by=None,
        ),
    )


def _status(raw: Raw) -> UserStatus:
    if raw.flag("isPending", default=False):
        return UserStatus.PENDING
    return UserStatus.ACTIVE if raw.flag("isActive", default=True) else UserStatus.INACTIVE


def group(raw: Raw) -> Group:
    return Group(
        id=_id(raw, Kind.GROUP, raw.id("uuid")),
        name=raw.text("name"),
        mail=None,
        role=None,
        origin=Origin.SOURCE,
        revision=None,
        created_at=raw.optional_instant("createdAt"),
        updated_at=raw.optional_instant("updatedAt"),
    )


def memberships(raw: Raw) -> list[Membership]:
    """Of a group that came with its members."""
    return [Membership(raw.id("uuid"), one.id("userUuid")) for one in raw.list("members")]


def project(raw: Raw, detail: Raw) -> Project:
    """From its line in the list, and itself, which alone tells the time zone."""
    return Project(
        id=_id(raw, Kind.PROJECT, raw.id("projectUuid")),
        name=raw.text("name"),
        type=raw.optional_text("type"),
        zone=detail.optional_text("schedulerTimezone"),
        upstream=_optional(raw, Kind.PROJECT, raw.optional_id("upstreamProjectUuid")),
    )


def project_members(
    project: str, people: Sequence[Raw], groups: Sequence[Raw], users: Sequence[Raw]
) -> list[ProjectMember]:
    """Who was given a role in a project, and who has one by their role in the organisation."""
    given: dict[ResourceId, Role] = {}
    for raw, kind, key in (*((one, Kind.USER, "userUuid") for one in people), *_groups(groups)):
        given[_id(raw, kind, raw.id(key))] = role(raw.text("role"))
    found = [ProjectMember(_project(one, project), one, its) for one, its in given.items()]
    for raw in users:
        one = _id(raw, Kind.USER, raw.id("userUuid"))
        if one not in given and raw.text("role") != MEMBER:
            found.append(ProjectMember(_project(one, project), one, role(raw.text("role")), "organization"))
    return found


def _groups(groups: Sequence[Raw]) -> Iterator[tuple[Raw, Kind, str]]:
    return ((one, Kind.GROUP, "groupUuid") for one in groups)


def _project(one: ResourceId, project: str) -> ResourceId:
    return ResourceId(one.source, Kind.PROJECT, project)


def folder(raw: Raw) -> Folder:
    """A space. When and by whom it was made is not told."""
    return Folder(
        id=_id(raw, Kind.FOLDER, raw.id("uuid")),
        name=raw.text("name"),
        parent=_optional(raw, Kind.FOLDER, raw.optional_id("parentSpaceUuid")),
        owner=None,
        revision=None,
        created_at=None,
        updated_at=None,
        project=_id(raw, Kind.PROJECT, raw.id("projectUuid")),
        slug=raw.optional_text("slug"),
        private=not raw.flag("inheritParentPermissions", default=True),
    )


@dataclass(frozen=True, slots=True)
class SpaceGrant:
    """What somebody may do in a space, and in a word where that comes from; None when it was given there by name."""

    subject: ResourceId
    role: str
    inherited_from: str | None

    @property
    def rule(self) -> ShareRule:
        return ShareRule.VIEW if self.role == "viewer" else ShareRule.EDIT


def grants(raw: Raw, members: Mapping[str, Collection[str]]) -> list[SpaceGrant]:
    """All of a space that was asked for by itself. `members` are the users of each group.

    The server lists people whom a group lets in like people who are let in by name; those are left to the group.
    """
    found = []
    through: dict[str, str] = {}
    for one in raw.list("groupsAccess"):
        group, given = one.id("groupUuid"), one.text("spaceRole")
        found.append(SpaceGrant(_id(raw, Kind.GROUP, group), given, None))
        for member in members.get(group, ()):
            through[member] = max(through.get(member, "viewer"), given, key=_rank)
    for one in raw.list("access"):
        native, given = one.id("userUuid"), one.text("role")
        is_direct = one.flag("hasDirectAccess")
        if is_direct and native in through and _rank(given) <= _rank(through[native]):
            continue
        origin = None if is_direct else ORIGINS.get(one.text("inheritedFrom", default="project"), "project")
        found.append(SpaceGrant(_id(raw, Kind.USER, native), given, origin))
    return found


def _rank(given: str) -> int:
    return SPACE_RANKS.index(given) if given in SPACE_RANKS else 0


def dashboard_share(dashboard: str, grant: SpaceGrant) -> Share:
    """What a space gives on a dashboard that is in it."""
    source = grant.subject.source
    return Share(
        id=ResourceId(source, Kind.SHARE, f"{dashboard}/{_subject(grant)}"),
        dashboard=ResourceId(source, Kind.DASHBOARD, dashboard),
        subject=grant.subject,
        rule=grant.rule,
        subscribed=False,
        created_at=None,
        native_role=grant.role,
        inherited_from=grant.inherited_from or "folder",
    )


def folder_share(space: str, grant: SpaceGrant) -> Share:
    source = grant.subject.source
    return Share(
        id=ResourceId(source, Kind.SHARE, f"{FOLDER_SHARE}{space}/{_subject(grant)}"),
        dashboard=None,
        subject=grant.subject,
        rule=grant.rule,
        subscribed=False,
        created_at=None,
        folder=ResourceId(source, Kind.FOLDER, space),
        native_role=grant.role,
        inherited_from=grant.inherited_from,
    )


def _subject(grant: SpaceGrant) -> str:
    return f"{grant.subject.kind.value.lower()}/{grant.subject.native}"


def dashboard(raw: Raw, url: str) -> Dashboard:
    """A dashboard as a line of all content. Nobody owns it: Lightdash knows who made it and who changed it last."""
    project, native = raw.object("project").id("uuid"), raw.id("uuid")
    by = raw.optional_object("lastUpdatedBy")
    return Dashboard(
        id=_id(raw, Kind.DASHBOARD, native),
        title=raw.text("name"),
        description=raw.optional_text("description") or None,
        type=None,
        state=DashboardState.PUBLISHED,
        role=AccessRole.ADMIN,
        owner=None,
        folder=_id(raw, Kind.FOLDER, raw.object("space").id("uuid")),
        datasource=None,
        format=DocumentFormat.LIGHTDASH,
        revision=None,
        created_at=raw.optional_instant("createdAt"),
        updated_at=raw.optional_instant("lastUpdatedAt"),
        published_at=None,
        project=_id(raw, Kind.PROJECT, project),
        updated_by=None if by is None else _id(raw, Kind.USER, by.id("uuid")),
        url=f"{url}/projects/{project}/dashboards/{native}/view",
        slug=raw.optional_text("slug"),
        pinned=raw.get("pinnedList") is not None,
    )


def widgets(raw: Raw, charts: Mapping[str, Raw]) -> list[Widget]:
    """The tiles of a dashboard in the order in which they are read. `charts` are lines of the list of charts."""
    tabs = {tab.id("uuid"): tab.number("order", default=0) for tab in raw.optional_list("tabs") or []}

    def place(tile: Raw) -> tuple[float, float, float]:
        return tabs.get(tile.optional_id("tabUuid") or "", -1), tile.number("y"), tile.number("x")

    return [_widget(raw, tile, charts) for tile in sorted(raw.list("tiles"), key=place)]


def _widget(raw: Raw, tile: Raw, charts: Mapping[str, Raw]) -> Widget:
    """A tile. Copies of a dashboard have tiles of the same uuid, so that it takes both to name one."""
    dashboard, shown = raw.id("uuid"), chart_of(tile)
    chart = charts.get(shown or "")
    properties = tile.object("properties")
    names = (properties.optional_text(key) for key in ("title", "text", "chartName"))
    return Widget(
        id=_id(raw, Kind.WIDGET, f"{dashboard}/{tile.id('uuid')}"),
        dashboard=_id(raw, Kind.DASHBOARD, dashboard),
        title=next((name for name in names if name), None),
        type=tile.text("type"),
        subtype=properties.optional_text("lastVersionChartKind"),
        description=None if chart is None else chart.optional_text("description"),
        owner=None,
        datasource=None,
        format=DocumentFormat.LIGHTDASH,
        updated_at=None if chart is None else chart.optional_instant("updatedAt"),
        chart=shown,
        place=Place(
            x=tile.number("x"),
            y=tile.number("y"),
            width=tile.number("w"),
            height=tile.number("h"),
            tab=tile.optional_id("tabUuid"),
        ),
    )


def chart_of(tile: Raw) -> str | None:
    """The uuid of the chart that a tile shows, if it shows one."""
    properties = tile.object("properties")
    return properties.optional_id("savedChartUuid") or properties.optional_id("savedSqlUuid")


def document(raw: Raw) -> Document:
    return Document.of(raw.as_object().value)


def widget_document(tile: Raw, chart: Raw | None) -> Document:
    """A tile, and the chart that it shows."""
    return Document.of({"tile": tile.value, "chart": None if chart is None else chart.value})


def promotion(raw: Raw) -> tuple[PromotionItem, ...]:
    """What promoting does: first to the dashboard, then to its charts and their spaces."""
    nouns = (("dashboard", "dashboards"), ("chart", "charts"), ("space", "spaces"))
    return tuple(
        PromotionItem(noun, one.object("data").text("name"), STEPS.get(one.text("action"), PromotionStep.UPDATE))
        for noun, key in nouns
        for one in raw.list(key)
    )


def comments(dashboard: str, raw: Raw) -> list[Comment]:
    """What is said about each tile, answers after what they answer."""
    return [
        said
        for tile, thread in raw.entries().items()
        for one in thread.each()
        for said in _comment(ResourceId(raw.source, Kind.DASHBOARD, dashboard), tile, one)
    ]


def _comment(dashboard: ResourceId, tile: str, raw: Raw) -> Iterator[Comment]:
    author = raw.optional_object("user")
    yield Comment(
        native_id=raw.id("commentId"),
        dashboard=dashboard,
        widget=ResourceId(dashboard.source, Kind.WIDGET, f"{dashboard.native}/{tile}"),
        text=raw.text("text"),
        author=None if author is None else author.optional_text("name"),
        reply_to=raw.optional_id("replyTo"),
        resolved=raw.flag("resolved", default=False),
        created_at=raw.optional_instant("createdAt"),
    )
    for answer in raw.optional_list("replies") or []:
        yield from _comment(dashboard, tile, answer)


def _id(raw: Raw, kind: Kind, native: str) -> ResourceId:
    return ResourceId(raw.source, kind, native)


def _optional(raw: Raw, kind: Kind, native: str | None) -> ResourceId | None:
    return None if native is None else _id(raw, kind, native)
