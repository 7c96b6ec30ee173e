"""How the rows of a PostHog instance look in its answers: a list tells less of a dashboard than a single one."""

from typing import Any

from dashgraph.app.fakes.posthog import rights
from dashgraph.app.fakes.posthog.instance import EVERYONE, Instance, Row

FAR = 100  # where a tile without a place stands


def user(instance: Instance, uuid: str | None) -> Row | None:
    return None if uuid is None else instance.users[uuid]


def basic(instance: Instance, dashboard: Row, viewer: str) -> Row:
    """A dashboard as an item of a list: no tiles, no filters, no variables."""
    restriction = rights.restriction(instance, dashboard)
    return {
        "id": dashboard["id"],
        "name": dashboard["name"],
        "description": dashboard["description"],
        "pinned": dashboard["pinned"],
        "created_at": dashboard["created_at"],
        "created_by": user(instance, dashboard["created_by"]),
        "last_accessed_at": dashboard["last_accessed_at"],
        "last_viewed_at": None,
        "is_shared": instance.sharing.get(dashboard["id"], {}).get("enabled", False),
        "deleted": dashboard["deleted"],
        "creation_mode": dashboard["creation_mode"],
        "tags": dashboard["tags"],
        "restriction_level": dashboard["restriction_level"],
        "effective_restriction_level": restriction,
        "effective_privilege_level": rights.privilege(instance, viewer, dashboard),
        "user_access_level": rights.level(instance, viewer, dashboard),
        "access_control_version": "v1" if restriction > EVERYONE else "v2",
        "last_refresh": dashboard["last_refresh"],
        "team_id": dashboard["project"],
    }


def metadata(instance: Instance, dashboard: Row, viewer: str) -> Row:
    """A dashboard on its own, but for its tiles."""
    return {
        **basic(instance, dashboard, viewer),
        "filters": dashboard["filters"],
        "variables": dashboard["variables"],
        "breakdown_colors": dashboard["breakdown_colors"],
        "data_color_theme_id": dashboard["data_color_theme_id"],
        "persisted_filters": dashboard["filters"] or None,
        "persisted_variables": dashboard["variables"] or None,
        "quick_filter_ids": dashboard["quick_filter_ids"],
    }


def whole(instance: Instance, dashboard: Row, viewer: str) -> Row:
    tiles = in_order(instance, dashboard["id"])
    return {
        **metadata(instance, dashboard, viewer),
        "tiles": [tile(instance, one, order) for order, one in enumerate(tiles)],
    }


def in_order(instance: Instance, dashboard: int, size: str = "sm") -> list[Row]:
    """The tiles as people read them: from the top, and from the left."""

    def place(one: Row) -> tuple[int, int]:
        box = one["layouts"].get(size, {})
        return box.get("y", FAR), box.get("x", FAR)

    alive = (one for one in instance.tiles_of(dashboard) if one["insight"] is None or not _gone(instance, one))
    return sorted(alive, key=place)


def _gone(instance: Instance, row: Row) -> bool:
    return bool(instance.insights[row["insight"]]["deleted"])


def tile(instance: Instance, row: Row, order: int) -> Row:
    shown = {key: value for key, value in row.items() if key not in {"dashboard", "deleted", "insight"}}
    held = row["insight"]
    shown["insight"] = None if held is None else insight(instance, instance.insights[held])
    return {**shown, "order": order, "last_refresh": None, "is_cached": held is not None}


def insight(instance: Instance, row: Row) -> Row:
    tiles = instance.tiles_with(row["id"])
    shown = {key: value for key, value in row.items() if key not in {"project", "created_by"}}
    return {
        **shown,
        "created_by": user(instance, row["created_by"]),
        "last_modified_by": user(instance, row["created_by"]),
        "dashboards": [one["dashboard"] for one in tiles],
        "dashboard_tiles": [{"id": one["id"], "dashboard_id": one["dashboard"], "deleted": False} for one in tiles],
        "filters": {},
        "last_refresh": None,
        "result": None,
        "is_cached": False,
    }


def member(instance: Instance, row: Row) -> Row:
    extra: dict[str, Any] = {"is_2fa_enabled": True, "has_social_auth": False}
    return {**row, **extra, "user": instance.users[row["user"]]}


def role(instance: Instance, row: Row) -> Row:
    members = [role_member(instance, one) for one in instance.role_members.values() if one["role_id"] == row["id"]]
    return {**row, "created_by": user(instance, row["created_by"]), "members": members, "is_default": False}


def role_member(instance: Instance, row: Row) -> Row:
    membership = instance.member_of(row["user"])
    return {
        **row,
        "user": instance.users[row["user"]],
        "organization_member": None if membership is None else member(instance, membership),
    }
