"""What a made-up Lightdash holds: an organisation as plain JSON objects, and how each of them comes to be."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

Json = dict[str, Any]

EPOCH = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # when the organisation began; what it is filled with came after
NO_FILTERS: Mapping[str, Sequence[Json]] = {"metrics": (), "dimensions": (), "tableCalculations": ()}
TILE_DEFAULTS: Mapping[str, Json] = {
    "saved_chart": {"title": "", "hideTitle": False},
    "sql_chart": {"title": "", "hideTitle": False},
    "markdown": {"title": "", "hideTitle": False, "content": "", "hideFrame": False},
    "loom": {"title": "", "hideTitle": False, "url": ""},
    "heading": {"text": "", "showDivider": False},
}


def written(moment: datetime) -> str:
    """A moment as the server writes it: milliseconds and a Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Organization:
    """Everything by its uuid. Handlers read and change the objects in place; the methods make new ones."""

    def __init__(self, name: str, clock: Callable[[], datetime] | None = None) -> None:
        self._random = Random(name)  # noqa: S311 - the same organisation every time
        self._clock = clock or self._next_minute
        self._minutes = 0
        self._versions = 0
        self._slugs: set[tuple[str, str]] = set()
        self.uuid = self.fresh()
        self.name = name
        self.created_at = written(EPOCH)
        self.users: dict[str, Json] = {}
        self.tokens: dict[str, str] = {}  # personal access token -> user
        self.groups: dict[str, Json] = {}  # with `members`, uuids of users
        self.projects: dict[str, Json] = {}  # with `access` and `groupAccess`, roles by uuid
        self.spaces: dict[str, Json] = {}  # with `users` and `groups`, roles by uuid
        self.dashboards: dict[str, Json] = {}
        self.charts: dict[str, Json] = {}
        self.schedulers: dict[str, Json] = {}
        self.runs: list[Json] = []  # entries of the schedulers' log
        self.jobs: dict[str, Json] = {}
        self.comments: dict[str, Json] = {}  # by dashboard, then by tile
        self.history: dict[str, list[Json]] = {}  # versions of a dashboard, the newest first

    def open_for_business(self) -> None:
        """From now on things are made when they are made."""
        self._clock = _now

    def _next_minute(self) -> datetime:
        self._minutes += 7
        return EPOCH + timedelta(minutes=self._minutes)

    def fresh(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def now(self) -> str:
        return written(self._clock())

    def code(self) -> str:
        """A letter code, as in links."""
        return f"{self._random.getrandbits(120):030x}"

    def add_user(self, email: str, first: str, last: str, role: str, *, pending: bool = False) -> str:
        one, at = self.fresh(), self.now()
        self.users[one] = {
            "userUuid": one,
            "firstName": first,
            "lastName": last,
            "email": email,
            "organizationUuid": self.uuid,
            "role": role,
            "isActive": True,
            "isInviteExpired": False,
            "isPending": pending,
            "userCreatedAt": at,
            "userUpdatedAt": at,
        }
        return one

    def add_group(self, name: str, by: str, members: Iterable[str] = ()) -> str:
        one, at = self.fresh(), self.now()
        self.groups[one] = {
            "uuid": one,
            "name": name,
            "createdAt": at,
            "createdByUserUuid": by,
            "updatedAt": at,
            "updatedByUserUuid": None,
            "organizationUuid": self.uuid,
            "members": list(members),
        }
        return one

    def add_project(self, name: str, by: str, *, upstream: str | None = None, zone: str = "UTC") -> str:
        one = self.fresh()
        self.projects[one] = {
            "organizationUuid": self.uuid,
            "projectUuid": one,
            "name": name,
            "type": "DEFAULT",
            "pinnedListUuid": None,
            "schedulerTimezone": zone,
            "upstreamProjectUuid": upstream,
            "createdByUserUuid": by,
            "createdAt": self.now(),
            "access": {},
            "groupAccess": {},
        }
        return one

    def add_space(self, project: str, name: str, by: str, *, parent: str | None = None, private: bool = False) -> str:
        one = self.fresh()
        slug = self._slug(f"spaces of {project}", name)
        above = f"{self.spaces[parent]['path']}." if parent else ""
        self.spaces[one] = {
            "organizationUuid": self.uuid,
            "projectUuid": project,
            "uuid": one,
            "name": name,
            "slug": slug,
            "parentSpaceUuid": parent,
            "path": above + slug.replace("-", "_"),
            "inheritParentPermissions": not private,
            "createdAt": self.now(),
            "createdByUserUuid": by,
            "users": {by: "admin"},
            "groups": {},
        }
        return one

    def add_chart(
        self, space: str, name: str, kind: str, by: str, *, description: str | None = None,
        dashboard: str | None = None, source: str = "dbt_explore", table: str = "orders",
        dimensions: Sequence[str] = (), metrics: Sequence[str] = (),
    ) -> str:  # fmt: skip
        one, at = self.fresh(), self.now()
        project = self.spaces[space]["projectUuid"]
        self.charts[one] = {
            "uuid": one,
            "projectUuid": project,
            "name": name,
            "description": description,
            "tableName": table,
            "createdAt": at,
            "createdByUserUuid": by,
            "updatedAt": at,
            "updatedByUserUuid": by,
            "metricQuery": {
                "exploreName": table,
                "dimensions": list(dimensions),
                "metrics": list(metrics),
                "filters": {},
                "sorts": [],
                "limit": 500,
                "metricOverrides": {},
                "dimensionOverrides": {},
                "tableCalculations": [],
                "additionalMetrics": [],
                "customDimensions": [],
            },
            "chartConfig": {"type": _TYPES.get(kind, "cartesian"), "config": {}},
            "tableConfig": {"columnOrder": [*dimensions, *metrics]},
            "spaceUuid": space,
            "dashboardUuid": dashboard,
            "chartKind": kind,
            "source": source,
            "slug": self._slug(f"charts of {project}", name),
            "views": 0,
            "firstViewedAt": None,
        }
        return one

    def add_dashboard(
        self, space: str, name: str, by: str, *, description: str | None = None, tiles: Sequence[Json] = (),
        tabs: Sequence[Json] = (), filters: Mapping[str, Any] | None = None, slug: str | None = None,
    ) -> str:  # fmt: skip
        one = self.fresh()
        project = self.spaces[space]["projectUuid"]
        self.dashboards[one] = {
            "organizationUuid": self.uuid,
            "projectUuid": project,
            "uuid": one,
            "name": name,
            "description": description,
            "pinnedListUuid": None,
            "pinnedListOrder": None,
            "spaceUuid": space,
            "views": 0,
            "firstViewedAt": None,
            "slug": self._slug(f"dashboards of {project}", slug or name),
        }
        self.write_version(one, by, tiles=tiles, tabs=tabs, filters=filters)
        self.dashboards[one].update(createdAt=self.dashboards[one]["updatedAt"], createdByUserUuid=by)
        return one

    def write_version(
        self, dashboard: str, by: str, *, tiles: Sequence[Json], tabs: Sequence[Json], filters: Mapping[str, Any] | None
    ) -> None:
        """A new version: tiles, tabs and filters are replaced, all of them."""
        self._versions += 1
        held = self.dashboards[dashboard]
        held.update(
            dashboardVersionId=self._versions,
            versionUuid=self.fresh(),
            updatedAt=self.now(),
            updatedByUserUuid=by,
            tiles=[self._tile(tile) for tile in tiles],
            tabs=[dict(tab) for tab in tabs],
            filters={key: list((filters or NO_FILTERS).get(key, ())) for key in NO_FILTERS},
        )
        version = {"dashboardUuid": dashboard, "versionUuid": held["versionUuid"], "createdAt": held["updatedAt"]}
        self.history.setdefault(dashboard, []).insert(0, {**version, "createdByUserUuid": by})

    def _tile(self, sent: Json) -> Json:
        kind = sent["type"]
        properties = {**TILE_DEFAULTS[kind], **(sent.get("properties") or {})}
        chart = self.charts.get(properties.get("savedChartUuid") or properties.get("savedSqlUuid") or "")
        if chart is not None:
            properties.update(chartName=chart["name"], chartSlug=chart["slug"])
        if kind == "saved_chart":
            properties.setdefault("savedChartUuid", None)
            properties["belongsToDashboard"] = chart is not None and chart["dashboardUuid"] is not None
            properties["lastVersionChartKind"] = None if chart is None else chart["chartKind"]
        return {
            "uuid": sent.get("uuid") or self.fresh(),
            **{key: sent[key] for key in ("x", "y", "h", "w")},
            "tabUuid": sent.get("tabUuid"),
            "type": kind,
            "properties": properties,
        }

    def add_scheduler(self, content: Mapping[str, Any], by: str, *, dashboard: str | None, chart: str | None) -> str:
        one, at = self.fresh(), self.now()
        self.schedulers[one] = {
            "schedulerUuid": one,
            "createdAt": at,
            "createdBy": by,
            "savedChartUuid": chart,
            "dashboardUuid": dashboard,
            "enabled": content.get("enabled", True) is not False,
        }
        self.write_scheduler(one, content)
        self.schedulers[one]["updatedAt"] = at
        return one

    def write_scheduler(self, scheduler: str, content: Mapping[str, Any]) -> None:
        """All that can be said of a scheduler, but whether it is enabled. Its targets get new ids."""
        at = self.now()
        held = self.schedulers[scheduler]
        held.update(
            name=content["name"],
            message=content.get("message"),
            updatedAt=at,
            cron=content["cron"],
            timezone=content.get("timezone"),
            format=content["format"],
            options=content.get("options", {}),
            filters=content.get("filters", []),
            thresholds=content.get("thresholds"),
            customViewportWidth=content.get("customViewportWidth"),
            notificationFrequency=content.get("notificationFrequency"),
            selectedTabs=content.get("selectedTabs"),
            includeLinks=content.get("includeLinks", True),
            targets=[self._target(scheduler, target, at) for target in content.get("targets", ())],
        )

    def _target(self, scheduler: str, sent: Mapping[str, Any], at: str) -> Json:
        times = {"createdAt": at, "updatedAt": at, "schedulerUuid": scheduler}
        if "channel" in sent:
            return {"schedulerSlackTargetUuid": self.fresh(), **times, "channel": sent["channel"]}
        return {"schedulerEmailTargetUuid": self.fresh(), **times, "recipient": sent["recipient"]}

    def remove_dashboard(self, dashboard: str) -> None:
        """With the charts that live in it, its schedulers and its comments."""
        del self.dashboards[dashboard]
        for held in (self.comments, self.history):
            held.pop(dashboard, None)
        for chart in [key for key, one in self.charts.items() if one["dashboardUuid"] == dashboard]:
            self.remove_chart(chart)
        self._remove_schedulers("dashboardUuid", dashboard)

    def remove_chart(self, chart: str) -> None:
        """Tiles that show it stay, and show nothing."""
        del self.charts[chart]
        self._remove_schedulers("savedChartUuid", chart)
        for tile in (tile for one in self.dashboards.values() for tile in one["tiles"]):
            if tile["properties"].get("savedChartUuid") == chart:
                tile["properties"]["savedChartUuid"] = None

    def remove_user(self, user: str) -> None:
        """What the user made stays; the schedulers go."""
        del self.users[user]
        self._remove_schedulers("createdBy", user)
        self.tokens = {token: of for token, of in self.tokens.items() if of != user}
        for group in self.groups.values():
            group["members"] = [member for member in group["members"] if member != user]
        for held in (*self.spaces.values(), *self.projects.values()):
            held["users" if "users" in held else "access"].pop(user, None)

    def remove_group(self, group: str) -> None:
        del self.groups[group]
        for held in (*self.spaces.values(), *self.projects.values()):
            held["groups" if "groups" in held else "groupAccess"].pop(group, None)

    def remove_space(self, space: str) -> None:
        """With all that is in it."""
        for below in [key for key, one in self.spaces.items() if one["parentSpaceUuid"] == space]:
            self.remove_space(below)
        for dashboard in [key for key, one in self.dashboards.items() if one["spaceUuid"] == space]:
            self.remove_dashboard(dashboard)
        for chart in [key for key, one in self.charts.items() if one["spaceUuid"] == space]:
            self.remove_chart(chart)
        del self.spaces[space]

    def _remove_schedulers(self, key: str, value: str) -> None:
        self.schedulers = {one: held for one, held in self.schedulers.items() if held[key] != value}

    def _slug(self, scope: str, name: str) -> str:
        """A name for addresses, with a number where it was used before."""
        stem = slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "untitled"
        number = 0
        while (scope, slug) in self._slugs:
            number += 1
            slug = f"{stem}-{number}"
        self._slugs.add((scope, slug))
        return slug


def _now() -> datetime:
    return datetime.now(UTC)


_TYPES = {"table": "table", "big_number": "big_number", "pie": "pie", "funnel": "funnel"}
