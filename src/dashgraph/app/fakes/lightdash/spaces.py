"""The routes of spaces: what is in them, and who is let in by name."""

from collections.abc import Mapping
from typing import Any

from dashgraph.app.fakes.lightdash import access, shapes
from dashgraph.app.fakes.lightdash.state import Json
from dashgraph.app.fakes.lightdash.wire import DONE, EMPTY, Ask, Reply, Route, forbidden, invalid, not_found

WRITERS = ("editor", "developer", "admin")


def spaces(ask: Ask) -> list[Json]:
    project = ask.uuid("project")
    seen = access.visible_spaces(ask.held, ask.caller, [project])
    return [shapes.space_row(ask.held, ask.held.spaces[one], ask.caller) for one in seen]


def space(ask: Ask) -> Json:
    return shapes.space(ask.held, _space(ask, writing=False), ask.caller)


def create(ask: Ask) -> Json:
    project, name = ask.project()["projectUuid"], ask.said("name")
    ask.check_in_project(project, *WRITERS)
    parent = ask.fields.get("parentSpaceUuid")
    if parent is not None and parent not in ask.held.spaces:
        raise not_found("space")
    private = bool(ask.fields.get("isPrivate", False))
    uuid = ask.held.add_space(project, name, ask.caller, parent=parent, private=private)
    for one in ask.fields.get("access") or ():
        ask.held.spaces[uuid]["users"][one["userUuid"]] = one["role"]
    return shapes.space(ask.held, ask.held.spaces[uuid], ask.caller)


def change(ask: Ask) -> Json:
    found = _space(ask, writing=True)
    name, private = ask.said("name"), ask.said("isPrivate")
    if not isinstance(private, bool):
        raise invalid("body.isPrivate", "is no truth value", private)
    found.update(name=name, inheritParentPermissions=not private)
    return shapes.space(ask.held, found, ask.caller)


def delete(ask: Ask) -> Reply:
    ask.held.remove_space(_space(ask, writing=True)["uuid"])
    return EMPTY


def share(ask: Ask) -> Reply:
    found = _space(ask, writing=True)
    user, role = ask.said("userUuid"), ask.one_of("spaceRole", access.SPACE_ROLES)
    if user not in ask.held.users:
        raise not_found("user")
    if access.project_role(ask.held, found["projectUuid"], user) is None:
        raise forbidden("Only who is in the project can be let into its spaces")
    found["users"][user] = role
    return DONE


def unshare(ask: Ask) -> Reply:
    _space(ask, writing=True)["users"].pop(ask.uuid("user"), None)
    return DONE


def share_with_group(ask: Ask) -> Reply:
    found = _space(ask, writing=True)
    group, role = ask.said("groupUuid"), ask.one_of("spaceRole", access.SPACE_ROLES)
    if group not in ask.held.groups:
        raise not_found("group")
    found["groups"][group] = role
    return DONE


def unshare_with_group(ask: Ask) -> Reply:
    _space(ask, writing=True)["groups"].pop(ask.uuid("group"), None)
    return DONE


def _space(ask: Ask, *, writing: bool) -> Json:
    found = ask.held.spaces.get(ask.uuid("space"))
    if found is None or found["projectUuid"] != ask.uuid("project"):
        raise not_found("space")
    ask.check_space(found["uuid"], writing=writing)
    return found


def content(ask: Ask) -> Json:
    """Everything of some projects in one list. Of spaces those at the top, but within a space those below it."""
    kinds = ask.words("contentTypes") or ["dashboard", "chart"]
    for index, kind in enumerate(kinds):
        if kind not in {"chart", "dashboard", "space", "data_app"}:
            raise invalid(f"contentTypes.${index}", "is no type of content", kind)
    seen = access.visible_spaces(ask.held, ask.caller, ask.words("projectUuids") or None)
    wanted, within = (ask.word("search") or "").casefold(), set(ask.words("spaceUuids"))
    found: list[Json] = []
    for kind in (one for one in ("dashboard", "chart", "space") if one in kinds):
        rows = [row for row in _content(ask, kind, within) if _space_of(kind, row) in seen]
        rows = [row for row in rows if wanted in f"{row['name']} {row.get('description') or ''}".casefold()]
        found += [{"kind": kind, "row": row} for row in sorted(rows, key=_updated, reverse=True)]
    by = ask.word("sortBy")
    if by is not None:
        found.sort(key=lambda one: _sort_value(ask, one, by), reverse=ask.word("sortDirection") == "desc")
    return ask.always_page(found, lambda one: shapes.content(ask.held, one["kind"], one["row"]))


def _content(ask: Ask, kind: str, within: set[str]) -> list[Json]:
    if kind == "space":
        parents: set[str | None] = set(within) or {None}
        return [one for one in ask.held.spaces.values() if one["parentSpaceUuid"] in parents]
    rows = ask.held.dashboards.values() if kind == "dashboard" else ask.held.charts.values()
    return [row for row in rows if row.get("dashboardUuid") is None and (not within or row["spaceUuid"] in within)]


def _space_of(kind: str, row: Json) -> str:
    return str(row["uuid"] if kind == "space" else row["spaceUuid"])


def _updated(row: Mapping[str, Any]) -> str:
    return str(row.get("updatedAt", row["createdAt"]))


def _sort_value(ask: Ask, one: Json, by: str) -> str:
    match by:
        case "name":
            return str(one["row"]["name"]).casefold()
        case "space_name":
            return str(ask.held.spaces[_space_of(one["kind"], one["row"])]["name"]).casefold()
        case "last_updated_at":
            return _updated(one["row"])
    raise invalid("sortBy", "is no sort key", by)


def move(ask: Ask) -> Reply:
    """Put a dashboard, a chart or a space into another space; a space can go to the top."""
    item, target = ask.said("item"), ask.said("action")["targetSpaceUuid"]
    if target is not None:
        if target not in ask.held.spaces:
            raise not_found("space")
        ask.check_space(target, writing=True)
    rows = {"dashboard": ask.held.dashboards, "chart": ask.held.charts, "space": ask.held.spaces}[item["contentType"]]
    found = rows.get(item["uuid"])
    if found is None:
        raise not_found(item["contentType"])
    ask.check_space(_space_of(item["contentType"], found), writing=True)
    if item["contentType"] == "space":
        found["parentSpaceUuid"] = target
        _write_paths(ask, found)
    else:
        found["spaceUuid"] = target
        for chart in ask.held.charts.values():
            if chart["dashboardUuid"] == found["uuid"]:
                chart["spaceUuid"] = target
    return DONE


def _write_paths(ask: Ask, space: Json) -> None:
    parent = space["parentSpaceUuid"]
    above = f"{ask.held.spaces[parent]['path']}." if parent else ""
    space["path"] = above + space["slug"].replace("-", "_")
    for one in ask.held.spaces.values():
        if one["parentSpaceUuid"] == space["uuid"]:
            _write_paths(ask, one)


_SPACES = "/api/v1/projects/{project}/spaces"
_SPACE = f"{_SPACES}/{{space}}"

ROUTES: tuple[Route, ...] = (
    ("GET", _SPACES, spaces),
    ("POST", _SPACES, create),
    ("GET", _SPACE, space),
    ("PATCH", _SPACE, change),
    ("DELETE", _SPACE, delete),
    ("POST", f"{_SPACE}/share", share),
    ("DELETE", f"{_SPACE}/share/{{user}}", unshare),
    ("POST", f"{_SPACE}/group/share", share_with_group),
    ("DELETE", f"{_SPACE}/group/share/{{group}}", unshare_with_group),
    ("GET", "/api/v2/content", content),
    ("POST", "/api/v2/content/{project}/move", move),
)
