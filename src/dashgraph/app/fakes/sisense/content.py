"""Fills a Sisense server with what the sketches say, the same every time."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dashgraph.app.fakes.sisense.keeping import Board, Json, Keeping, written
from dashgraph.app.fakes.sisense.sketches import (
    ADMINISTRATOR,
    EVERYBODY,
    FOLDERS,
    FROM_DIRECTORY,
    GROUPS,
    LEFT,
    PEOPLE,
    PLAN,
    ROLES,
    SKETCHES,
    Sketch,
)

KINDS = (
    ("indicator", "indicator/numeric"),
    ("chart/column", "column/classic"),
    ("chart/line", "line/basic"),
    ("pivot2", "pivot2"),
)
OPENED = datetime(2025, 2, 3, 8, tzinfo=UTC)
PASSWORD = "saddle-and-spoke"  # noqa: S105 - everybody's, on a server that does not exist
TOKEN = "sisense-token-of-nora"  # noqa: S105 - made up


def fill(keeping: Keeping) -> None:
    """Everything: roles, people, groups, folders, dashboards, an alert for the administrator."""
    people(keeping)
    users = {user["userName"]: user["_id"] for user in keeping.users.values()}
    groups = {group["name"]: group["_id"] for group in keeping.groups.values()}
    folders: dict[str, str] = {}
    for number, (name, parent, owner) in enumerate(FOLDERS):
        oid = keeping.new_id()
        folders[name] = oid
        keeping.folders[oid] = _aged(
            {
                "oid": oid,
                "name": name,
                "type": "folder",
                "parentId": folders[parent] if parent else None,
                "owner": users[owner],
            },
            number,
        )
    for number, sketch in enumerate(SKETCHES):
        board = _drawn(keeping, sketch, number, owner=users[sketch.owner], folder=folders.get(sketch.folder or ""))
        board.shares.extend(_shared(sketch.shared.split(", ") if sketch.shared else [], users, groups))
        _dated(keeping, board, number, sketch)
    watched = next(iter(keeping.boards.values()))
    alert = keeping.new_id()
    keeping.alerts[alert] = _aged(
        {
            "_id": alert,
            "name": "The gap to the plan is too wide",
            "enabled": True,
            "message": "Actuals are more than a tenth behind the plan.",
            "owner": watched.owner,
            "parties": [{"type": "user", "id": watched.owner}],
            "action": {"type": "email"},
            "context": {"dashboardId": watched.oid, "widgetId": watched.working.widgets[0]["oid"], "above": 0.1},
        },
        3,
    )


def people(keeping: Keeping) -> None:
    """Roles, groups and users, and the administrator's token."""
    for name, display in ROLES.items():
        role = keeping.new_id()
        keeping.roles[role] = {"_id": role, "name": name, "displayName": display}
    roles = {role["name"]: role["_id"] for role in keeping.roles.values()}
    for number, name in enumerate((EVERYBODY, *GROUPS)):
        group = keeping.new_id()
        directory = name in FROM_DIRECTORY
        keeping.groups[group] = _aged(
            {
                "_id": group,
                "name": name,
                "mail": f"{name.lower()}@tallgrass.example" if directory else None,
                "roleId": None,
                "ad": directory,
                "objectSid": f"S-1-5-21-{number}" if directory else None,
                "dn": f"CN={name},OU=BI" if directory else None,
                "uSNChanged": str(4000 + number) if directory else None,
            },
            number,
        )
    groups = {group["name"]: group["_id"] for group in keeping.groups.values()}
    for number, (email, first, last, role, of) in enumerate(PEOPLE):
        user = keeping.new_id()
        keeping.users[user] = _aged(
            {
                "_id": user,
                "email": email,
                "userName": email.partition("@")[0],
                "firstName": first,
                "lastName": last,
                "roleId": roles[role],
                "active": email != LEFT,
                "groups": [groups[name] for name in (EVERYBODY, *of)],
                "adgroups": [groups[name] for name in of if name in FROM_DIRECTORY],
                "activeDirectory": False,
                "principalName": None,
                "objectSid": None,
                "uSNChanged": None,
                "dn": None,
                "preferences": {"localeId": "en-US"},
                "hash": f"{number:040x}",
                "lastLogin": written(OPENED + timedelta(days=300 + number)) if email != LEFT else None,
                "pendingExpiration": None,
            },
            number,
        )
        keeping.passwords[user] = PASSWORD
        if email == ADMINISTRATOR:
            keeping.tokens[TOKEN] = user


def pile(keeping: Keeping, number: int, *, widgets: int = 4, shares: int = 3) -> None:
    """So many dashboards more, of the administrator and others in turn, each published."""
    users, groups = list(keeping.users), list(keeping.groups)
    for index in range(number):
        sketch = Sketch(f"Series {index:05}", "", None, PLAN, "Planned, Actual", "Month")
        board = _drawn(keeping, sketch, index % 500, owner=users[index % len(users)], folder=None, widgets=widgets)
        for place in range(shares):
            subjects, type_ = (users, "user") if place % 2 else (groups, "group")
            subject = subjects[(index + place + 1) % len(subjects)]
            if subject != board.owner:
                board.shares.append({"shareId": subject, "type": type_, "rule": "view", "subscribe": False})
        _dated(keeping, board, index % 500, sketch)


def _shared(names: Iterable[str], users: dict[str, str], groups: dict[str, str]) -> list[Json]:
    found = []
    for name in names:
        bare = name.removesuffix("!")
        type_, subject = ("group", groups[bare]) if bare in groups else ("user", users[bare])
        rule = "edit" if bare != name else "view"
        found.append({"shareId": subject, "type": type_, "rule": rule, "subscribe": bare == "Board"})
    return found


def _drawn(
    keeping: Keeping, sketch: Sketch, number: int, *, owner: str, folder: str | None, widgets: int | None = None
) -> Board:
    source = datasource(sketch.source)
    document: Json = {
        "title": sketch.title,
        "desc": f"{sketch.measures} by {sketch.by.lower()}.",
        "datasource": source,
        "style": {"name": "harvest", "palette": {"name": "Harvest", "colors": ["#3d5a40", "#c9a227", "#8a3b12"]}},
        "filters": [{"jaql": _jaql(sketch.by.split(", ")[0], sketch.source), "isCascading": False}]
        if number % 2
        else [],
        "settings": {"autoUpdateOnFiltersChange": True},
    }
    drawn = [_widget(sketch, place, source) for place in range(widgets or 2 + number % 3)]
    board = keeping.add(document, drawn, owner=owner, folder=folder)
    board.working.document["layout"] = _layout([widget["oid"] for widget in board.working.widgets])
    return board


def _dated(keeping: Keeping, board: Board, number: int, sketch: Sketch) -> None:
    for thing in (board.working.document, *board.working.widgets):
        _aged(thing, number)
    if sketch.published:
        keeping.publish(board, force=False)
        at = board.working.document["lastUpdated"]
        for content in (board.working, board.published):
            if content is not None:
                content.document["lastPublish"] = at
    if sketch.edited:
        board.working.document["title"] += " (in work)"
        board.working.document["lastUpdated"] = written(OPENED + timedelta(days=400 + number))


def _widget(sketch: Sketch, place: int, source: Json) -> Json:
    type_, subtype = KINDS[place % len(KINDS)]
    measures, dimensions = sketch.measures.split(", "), sketch.by.split(", ")
    measure, by = measures[place % len(measures)], dimensions[place % len(dimensions)]
    value = {**_jaql(measure, sketch.source), "agg": "sum", "datatype": "numeric"}
    return {
        "title": measure if type_ == "indicator" else f"{measure} by {by.lower()}",
        "type": type_,
        "subtype": subtype,
        "datasource": source,
        "metadata": {
            "panels": [
                {"name": "categories", "items": [] if type_ == "indicator" else [_item(_jaql(by, sketch.source))]},
                {"name": "values", "items": [_item(value)]},
            ]
        },
    }


def _item(jaql: Json) -> Json:
    return {"jaql": jaql, "field": {"id": jaql["dim"], "index": 0}}


def _jaql(column: str, table: str) -> Json:
    return {"dim": f"[{table}.{column}]", "table": table, "column": column, "datatype": "text", "title": column}


def _layout(widgets: Sequence[str]) -> Json:
    def cell(oid: str) -> Json:
        size: dict[str, Any] = {"minHeight": 96, "maxHeight": 2048, "minWidth": 128, "maxWidth": 2048, "height": 320}
        return {"subcells": [{"elements": [{**size, "defaultWidth": 512, "widgetid": oid}], "width": 100}]}

    return {"type": "columnar", "columns": [{"width": 100, "cells": [cell(oid) for oid in widgets]}]}


def datasource(title: str) -> Json:
    return {
        "title": title,
        "fullname": f"LocalHost/{title}",
        "id": f"aLOCALHOST_a{title.replace(' ', 'IAAa').upper()}",
        "address": "LocalHost",
        "database": f"a{title.replace(' ', 'IAAa')}",
    }


def _aged(thing: Json, number: int) -> Json:
    created = OPENED + timedelta(days=7 * (number % 50), minutes=number)
    thing.update(created=written(created), lastUpdated=written(created + timedelta(days=20)))
    return thing
