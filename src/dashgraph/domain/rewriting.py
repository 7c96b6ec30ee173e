"""A `.dash` document under other ids, and the JavaScript in it, which is never rewritten."""

from copy import deepcopy

from dashgraph.domain.dash import JsonObject, Layout
from dashgraph.domain.differences import escaped


def renamed(document: JsonObject, native: str, names: dict[str, str]) -> JsonObject:
    """A copy under another id, its widgets renamed, and every structural reference to them."""
    changed = dict(document)
    old = document.get("oid")
    if old is not None:
        changed["oid"] = native

    def moved(widget: JsonObject) -> JsonObject:
        copy = dict(widget)
        if widget.get("oid") in names:
            copy["oid"] = names[widget["oid"]]
        if old is not None and widget.get("dashboardid") == old:
            copy["dashboardid"] = native
        return copy

    held = document.get("widgets")
    if isinstance(held, dict):
        changed["widgets"] = {names.get(key, key): moved(widget) for key, widget in held.items()}
    elif held is not None:
        changed["widgets"] = [moved(widget) for widget in held]
    if document.get("layout") is not None:
        changed["layout"] = deepcopy(document["layout"])
        for element in Layout(changed["layout"]).elements():
            for key in ("widgetid", "widgetId"):
                placed = element.raw.get(key)
                if isinstance(placed, str) and placed in names:
                    element.raw[key] = names[placed]
    return changed


def scripts(document: JsonObject) -> list[tuple[str, str]]:
    """Every JavaScript of a document and of its widgets, with its place."""
    held = document.get("widgets") or []
    placed = held.items() if isinstance(held, dict) else enumerate(held)
    parts = [("", document), *((f"/widgets/{escaped(str(place))}", widget) for place, widget in placed)]
    return [
        (f"{at}/script", part["script"]) for at, part in parts if isinstance(part.get("script"), str) and part["script"]
    ]
