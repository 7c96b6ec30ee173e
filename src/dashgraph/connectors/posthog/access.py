"""Who may see and edit a dashboard of PostHog, as shares: out of its restriction, its access controls and its project.

PostHog takes the strongest row that applies to somebody on the dashboard itself; where there is none the strongest on
all dashboards of the project; where there is none either, everybody in the project may edit. Administrators of the
organisation and whoever made it may always.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dashgraph.connectors.posthog.translate import ADMIN_LEVEL, Address, everyone
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.projects import ProjectMember
from dashgraph.domain.roles import Role, RoleKind
from dashgraph.domain.shares import Share, ShareRule
from dashgraph.sources.rest.answers import Raw

NONE, VIEWER, EDITOR = "none", "viewer", "editor"
STRENGTH = {NONE: 0, VIEWER: 1, EDITOR: 2, "manager": 3}
RESTRICTED = 37  # only collaborators edit
GATES = frozenset({"access_control", "advanced_permissions", "project_based_permissioning"})
FOR_ROLES = "role_based_access"
PROJECT_ROLES = {
    "member": Role("Member", RoleKind.EDITOR, "member"),
    "admin": Role("Admin", RoleKind.ADMIN, "admin"),
}


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the organisation: the id of the membership, the uuid, the roles by their ids."""

    id: str
    uuid: str
    is_admin: bool
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Row:
    """An access control. For everybody when it names neither a member nor a role."""

    level: str
    member: str | None
    role: str | None

    @property
    def is_default(self) -> bool:
        return self.member is None and self.role is None

    def applies_to(self, who: Member) -> bool:
        return self.is_default or self.member == who.id or self.role in who.roles


@dataclass(frozen=True, slots=True)
class Organization:
    """`controlled` says whether its plan has access controls, `by_roles` whether those of roles count."""

    id: str
    controlled: bool
    by_roles: bool

    @classmethod
    def of(cls, raw: Raw) -> "Organization":
        """An instance that does not tell its plan is taken to have everything: that closes more than it opens."""
        told = raw.optional_list("available_product_features")
        keys = None if told is None else {one.text("key") for one in told}
        return cls(raw.text("id"), keys is None or bool(keys & GATES), keys is None or FOR_ROLES in keys)


@dataclass(frozen=True, slots=True)
class Grounds:
    """What access to the dashboards of a project rests on: its people, and the rows on it and on all its dashboards."""

    source: str
    project: str
    members: Sequence[Member]
    roles: Collection[str]
    entrance: Sequence[Row]
    common: Sequence[Row]

    def entering(self) -> list[Member]:
        """Who may enter the project."""
        return [one for one in self.members if one.is_admin or _levels(self.entrance, one) != {NONE}]

    def project_members(self) -> list[ProjectMember]:
        """Who has a role in the project: given there, or inherited from the organisation."""
        project = ResourceId(self.source, Kind.PROJECT, self.project)
        ids = {one.id: one.uuid for one in self.members}
        found = []
        for row in self.entrance:
            role = PROJECT_ROLES.get(row.level)
            if role is None or row.is_default or (row.member is not None and row.member not in ids):
                continue
            kind, native = (Kind.GROUP, row.role) if row.member is None else (Kind.USER, ids[row.member])
            found.append(ProjectMember(project, ResourceId(self.source, kind, native or ""), role))
        named = {one.subject.native for one in found}
        for one in self.entering():
            if one.uuid not in named and (one.is_admin or not self.is_closed):
                role = PROJECT_ROLES["admin" if one.is_admin else "member"]
                subject = ResourceId(self.source, Kind.USER, one.uuid)
                found.append(ProjectMember(project, subject, role, inherited_from="organization"))
        return found

    @property
    def is_closed(self) -> bool:
        return any(row.is_default and row.level == NONE for row in self.entrance)

    def shares(self, dashboard: Raw, rows: Sequence[Row], collaborators: Sequence[Raw]) -> list[Share]:
        """All shares of a dashboard: given on it, inherited from the project, and of administrators."""
        given = _Given(self.source, Address(self.project, dashboard.id("id")))
        author = dashboard.optional_object("created_by")
        owner = None if author is None else author.text("uuid")
        uuids = {one.id: one.uuid for one in self.entering()}
        direct = [share for row in rows if (share := given.by_row(row, uuids, self.project)) is not None]
        direct = [each for share in direct for each in self._entering_of(share)]
        inherited = self._inherited(given, rows)
        if is_restricted(dashboard):
            inherited = [replace(share, rule=ShareRule.VIEW) for share in inherited]
            direct = [replace(share, rule=ShareRule.VIEW) for share in direct]
            direct = _with_collaborators(direct, [given.to_collaborator(one) for one in collaborators])
        by_right = [given.by_organization(one) for one in self.members if one.is_admin and one.uuid != owner]
        return [*direct, *inherited, *by_right]

    def _entering_of(self, share: Share) -> list[Share]:
        """A share to a role some of whose members may not enter the project is one to each of the others."""
        inside = {one.uuid for one in self.entering()}
        role = share.subject.native
        members = [one.uuid for one in self.members if role in one.roles]
        if share.subject.kind is Kind.USER or inside.issuperset(members):
            return [share]
        return [
            replace(
                share,
                id=ResourceId(self.source, Kind.SHARE, f"{share.id.native}/{one}"),
                subject=ResourceId(self.source, Kind.USER, one),
                inherited_from="group",
            )
            for one in members
            if one in inside
        ]

    def _inherited(self, given: "_Given", rows: Sequence[Row]) -> list[Share]:
        """What those have whom no row on the dashboard names: in one share, or where that says too much in one each."""
        if any(row.is_default for row in rows):
            return []
        common = [row for row in self.common if not row.is_default]
        usual = _strongest([row.level for row in self.common if row.is_default] or [EDITOR])
        if not common and not any(STRENGTH[row.level] < STRENGTH[usual] for row in rows):
            return [] if usual == NONE else [given.to_everyone(self.project, usual, "project")]
        each = []
        for one in self.entering():
            if one.is_admin or _levels(rows, one):
                continue
            each += given.to_one(one, _strongest(_levels(self.common, one) or {EDITOR}))
        return each


@dataclass(frozen=True, slots=True)
class _Given:
    """Makes the shares of one dashboard."""

    source: str
    address: Address

    def by_row(self, row: Row, uuids: Mapping[str, str], project: str) -> Share | None:
        """The share of a row; none to who has left or may not enter, and none that gives nothing."""
        if row.level == NONE:
            return None
        if row.is_default:
            return self.to_everyone(project, row.level)
        if row.member is None:
            return self._share(Kind.GROUP, row.role or "", "group", row.level)
        uuid = uuids.get(row.member)
        return None if uuid is None else self._share(Kind.USER, uuid, "user", row.level)

    def to_collaborator(self, raw: Raw) -> Share:
        uuid = raw.object("user").text("uuid")
        share = self._share(Kind.USER, uuid, "user", EDITOR)
        return replace(share, native_role=str(raw.whole("level")), created_at=raw.optional_instant("added_at"))

    def to_everyone(self, project: str, level: str, inherited_from: str | None = None) -> Share:
        return self._share(Kind.GROUP, everyone(project), "group", level, inherited_from)

    def to_one(self, one: Member, level: str) -> list[Share]:
        return [] if level == NONE else [self._share(Kind.USER, one.uuid, "project", level, "project")]

    def by_organization(self, one: Member) -> Share:
        return replace(self._share(Kind.USER, one.uuid, "organization", EDITOR, "organization"), native_role="manager")

    def _share(self, kind: Kind, subject: str, way: str, level: str, inherited_from: str | None = None) -> Share:
        return Share(
            id=ResourceId(self.source, Kind.SHARE, f"{self.address.native}/{way}/{subject}"),
            dashboard=ResourceId(self.source, Kind.DASHBOARD, self.address.native),
            subject=ResourceId(self.source, kind, subject),
            rule=ShareRule.EDIT if STRENGTH[level] >= STRENGTH[EDITOR] else ShareRule.VIEW,
            subscribed=False,
            created_at=None,
            native_role=level,
            inherited_from=inherited_from,
        )


def is_restricted(dashboard: Raw) -> bool:
    """Whether only collaborators edit it, as it was before there were access controls."""
    return dashboard.whole("effective_restriction_level", default=RESTRICTED) >= RESTRICTED


def row(raw: Raw) -> Row:
    """One access control. Levels that we do not know give nothing."""
    level = raw.text("access_level", default=NONE)
    return Row(level, raw.optional_text("organization_member"), raw.optional_text("role"))


def rows(raws: Iterable[Raw], *, by_roles: bool, known: Mapping[str, object] = STRENGTH) -> list[Row]:
    """The rows that count; those of roles only where the plan has roles."""
    found = (row(one) for one in raws)
    return [one for one in found if one.level in known and (by_roles or one.role is None)]


def collaborating(source: str, address: Address, collaborators: Iterable[Raw]) -> list[Share]:
    """The shares to collaborators alone."""
    given = _Given(source, address)
    return [given.to_collaborator(one) for one in collaborators]


def member(raw: Raw, roles: Iterable[str]) -> Member:
    person = raw.object("user")
    return Member(raw.text("id"), person.text("uuid"), raw.whole("level") >= ADMIN_LEVEL, frozenset(roles))


def _levels(rows: Iterable[Row], who: Member) -> set[str]:
    return {one.level for one in rows if one.applies_to(who)}


def _strongest(levels: Iterable[str]) -> str:
    return max(levels, key=STRENGTH.__getitem__)


def _with_collaborators(direct: Sequence[Share], collaborators: Sequence[Share]) -> list[Share]:
    """Who edits by being a collaborator need not be told to view as well."""
    named = {share.id for share in collaborators}
    return [*(share for share in direct if share.id not in named), *collaborators]
