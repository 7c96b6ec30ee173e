"""How a made-up Lightdash shows what it holds: one object has several faces, and the lists show less of it."""

from dashgraph.app.fakes.lightdash import access
from dashgraph.app.fakes.lightdash.state import Json, Organization

PALETTE = ["#1d4e89", "#00b2ca", "#7dcfb6", "#fbd1a2", "#f79256"]


def named(held: Organization, user: str | None, key: str = "userUuid") -> Json | None:
    """A user in passing. None once the account is gone."""
    one = held.users.get(user or "")
    return None if one is None else {key: user, "firstName": one["firstName"], "lastName": one["lastName"]}


def full_name(held: Organization, user: str) -> str:
    one = held.users.get(user, {"firstName": "", "lastName": ""})
    return f"{one['firstName']} {one['lastName']}".strip()


def _place(held: Organization, one: Json, caller: str) -> Json:
    """The space that something is in, and what the caller (nobody else) may do there."""
    space = held.spaces[one["spaceUuid"]]
    found = access.of_space(held, space, caller)
    return {
        "spaceName": space["name"],
        "inheritsFromOrgOrProject": access.inherits(held, space),
        "access": [] if found is None else [found],
    }


def dashboard(held: Organization, one: Json, caller: str) -> Json:
    hidden = ("createdAt", "createdByUserUuid", "updatedByUserUuid")
    return {
        **{key: value for key, value in one.items() if key not in hidden},
        **_place(held, one, caller),
        "verification": None,
        "updatedByUser": named(held, one["updatedByUserUuid"]),
        "config": None,
        "colorPaletteUuid": None,
    }


def dashboard_row(held: Organization, one: Json) -> Json:
    keys = (
        "organizationUuid", "name", "description", "uuid", "updatedAt", "projectUuid", "spaceUuid", "pinnedListUuid",
        "pinnedListOrder", "views", "firstViewedAt",
    )  # fmt: skip
    return {
        **{key: one[key] for key in keys},
        "updatedByUser": named(held, one["updatedByUserUuid"]),
        "validationErrors": [],
        "verification": None,
        "tileTypes": list(dict.fromkeys(tile["type"] for tile in one["tiles"])),
    }


def version(held: Organization, one: Json) -> Json:
    keys = ("dashboardUuid", "versionUuid", "createdAt")
    return {**{key: one[key] for key in keys}, "createdBy": named(held, one["createdByUserUuid"])}


def chart(held: Organization, one: Json, caller: str) -> Json:
    hidden = ("createdAt", "createdByUserUuid", "updatedByUserUuid", "chartKind", "source", "views", "firstViewedAt")
    return {
        **{key: value for key, value in one.items() if key not in hidden},
        **_place(held, one, caller),
        "organizationUuid": held.uuid,
        "updatedByUser": named(held, one["updatedByUserUuid"]),
        "pinnedListUuid": None,
        "pinnedListOrder": None,
        "dashboardName": _dashboard_name(held, one),
        "colorPalette": PALETTE,
        "colorPaletteUuid": None,
        "resolvedColorPalette": {
            "colors": PALETTE,
            "darkColors": None,
            "paletteUuid": None,
            "paletteName": None,
            "source": {"type": "default"},
        },
        "verification": None,
    }


def chart_summary(held: Organization, one: Json) -> Json:
    keys = (
        "uuid", "name", "description", "spaceUuid", "projectUuid", "chartKind", "dashboardUuid", "updatedAt", "slug",
    )  # fmt: skip
    return {
        **{key: one[key] for key in keys},
        "spaceName": held.spaces[one["spaceUuid"]]["name"],
        "organizationUuid": held.uuid,
        "pinnedListUuid": None,
        "dashboardName": _dashboard_name(held, one),
        "viewsCount": one["views"],
        "chartType": one["chartConfig"]["type"],
    }


def chart_row(held: Organization, one: Json) -> Json:
    summary = chart_summary(held, one)
    del summary["viewsCount"]
    return {
        **summary,
        "updatedByUser": named(held, one["updatedByUserUuid"]),
        "views": one["views"],
        "firstViewedAt": one["firstViewedAt"],
        "pinnedListOrder": None,
        "validationErrors": [],
        "source": one["source"],
        "verification": None,
    }


def _dashboard_name(held: Organization, chart: Json) -> str | None:
    found = held.dashboards.get(chart["dashboardUuid"] or "")
    return None if found is None else str(found["name"])


def space_row(held: Organization, one: Json, caller: str) -> Json:
    """A space in a list: its counts are texts, its access uuids of those who were let in by name."""
    found = access.of_space(held, one, caller)
    known = {} if found is None else {"userAccess": found}
    return {
        **_space(held, one),
        "access": list(one["users"]),
        "inheritsFromOrgOrProject": access.inherits(held, one),
        **known,
    }


def _space(held: Organization, one: Json) -> Json:
    keys = (
        "organizationUuid", "projectUuid", "uuid", "name", "slug", "parentSpaceUuid", "path",
        "inheritParentPermissions",
    )  # fmt: skip
    return {
        **{key: one[key] for key in keys},
        "pinnedListUuid": None,
        "pinnedListOrder": None,
        "projectMemberAccessRole": None,
        **{key: str(count) for key, count in counts(held, one["uuid"]).items()},
    }


def counts(held: Organization, space: str) -> Json:
    charts = (one for one in held.charts.values() if one["dashboardUuid"] is None)
    return {
        "chartCount": sum(one["spaceUuid"] == space for one in charts),
        "dashboardCount": sum(one["spaceUuid"] == space for one in held.dashboards.values()),
        "childSpaceCount": sum(one["parentSpaceUuid"] == space for one in held.spaces.values()),
        "appCount": 0,
    }


def space(held: Organization, one: Json, caller: str) -> Json:
    """A space by itself: with everybody who may see it, and all that is in it."""
    uuid = one["uuid"]
    shown = {key: value for key, value in _space(held, one).items() if not key.endswith("Count")}
    return {
        **shown,
        "colorPaletteUuid": None,
        "inheritsFromOrgOrProject": access.inherits(held, one),
        "queries": [
            chart_row(held, each)
            for each in held.charts.values()
            if each["spaceUuid"] == uuid and each["dashboardUuid"] is None
        ],
        "dashboards": [dashboard_row(held, each) for each in held.dashboards.values() if each["spaceUuid"] == uuid],
        "childSpaces": [_space(held, each) for each in held.spaces.values() if each["parentSpaceUuid"] == uuid],
        "access": access.people(held, one),
        "groupsAccess": [
            {"groupUuid": group, "spaceRole": role, "groupName": held.groups[group]["name"]}
            for group, role in one["groups"].items()
        ],
        "breadcrumbs": _breadcrumbs(held, one, caller),
    }


def _breadcrumbs(held: Organization, one: Json, caller: str) -> list[Json]:
    above = [] if one["parentSpaceUuid"] is None else _breadcrumbs(held, held.spaces[one["parentSpaceUuid"]], caller)
    seen = access.of_space(held, one, caller) is not None
    return [*above, {"name": one["name"], "uuid": one["uuid"], "hasAccess": seen}]


def content(held: Organization, kind: str, one: Json) -> Json:
    """A dashboard, chart or space among all content."""
    where = one if kind == "space" else held.spaces[one["spaceUuid"]]
    project = held.projects[one["projectUuid"]]
    shown = {
        "contentType": kind,
        "uuid": one["uuid"],
        "slug": one["slug"],
        "name": one["name"],
        "description": one.get("description"),
        "createdAt": one["createdAt"],
        "createdBy": named(held, one["createdByUserUuid"], "uuid"),
        "lastUpdatedAt": one.get("updatedAt", one["createdAt"]),
        "lastUpdatedBy": named(held, one.get("updatedByUserUuid"), "uuid"),
        "project": {"uuid": project["projectUuid"], "name": project["name"]},
        "organization": {"uuid": held.uuid, "name": held.name},
        "space": {"uuid": where["uuid"], "name": where["name"]},
        "pinnedList": None,
        "views": one.get("views", 0),
        "firstViewedAt": one.get("firstViewedAt"),
        "verification": None,
    }
    if kind == "chart":
        shown.update(source=one["source"], chartKind=one["chartKind"], dashboard=None)
    if kind == "space":
        keys = ("parentSpaceUuid", "path", "inheritParentPermissions")
        shown.update({**{key: one[key] for key in keys}, **counts(held, one["uuid"]), "access": list(one["users"])})
    return shown


def scheduler(held: Organization, one: Json) -> Json:
    """A scheduler by itself. Thresholds stand there only where there are some."""
    shown = {key: value for key, value in one.items() if value is not None or key != "thresholds"}
    return {
        **shown,
        "createdByName": full_name(held, one["createdBy"]),
        "savedChartName": held.charts[one["savedChartUuid"]]["name"] if one["savedChartUuid"] else None,
        "dashboardName": held.dashboards[one["dashboardUuid"]]["name"] if one["dashboardUuid"] else None,
        "savedSqlUuid": None,
        "savedSqlName": None,
        "parameters": None,
    }


def project_of_scheduler(held: Organization, one: Json) -> Json:
    content = held.dashboards[one["dashboardUuid"]] if one["dashboardUuid"] else held.charts[one["savedChartUuid"]]
    return held.projects[content["projectUuid"]]


def scheduler_row(held: Organization, one: Json) -> Json:
    """A scheduler in a list, which knows its project too."""
    project = project_of_scheduler(held, one)
    return {
        **scheduler(held, one),
        "projectSchedulerTimezone": project["schedulerTimezone"],
        "projectUuid": project["projectUuid"],
        "projectName": project["name"],
    }


def group(held: Organization, one: Json, *, most: int | None, within: bool = False) -> Json:
    """A group; with its members where some are asked for, in lists with the group's own id each."""
    shown = {key: value for key, value in one.items() if key != "members"}
    if most is None:
        return shown
    members = [member(held, user) for user in one["members"][:most]]
    if within:
        members = [{"groupUuid": one["uuid"], **each} for each in members]
    return {**shown, "members": members, "memberUuids": [each["userUuid"] for each in members]}


def member(held: Organization, user: str) -> Json:
    return {key: held.users[user][key] for key in ("userUuid", "email", "firstName", "lastName")}
