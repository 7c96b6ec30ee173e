"""PostHog's routes of dashboards: list, get, create, change. Reading one is never without effect."""

from aiohttp import web

from dashgraph.app.fakes.posthog import rights, shapes, tiles
from dashgraph.app.fakes.posthog.answers import answered, forbidden, invalid, not_allowed
from dashgraph.app.fakes.posthog.asking import Ask
from dashgraph.app.fakes.posthog.instance import Row

LONGEST_NAME, LONGEST_SEARCH = 400, 200
GENERATED = "Generated Dashboard"  # how the names of dashboards for flags begin
PLAIN = ("description", "pinned", "tags", "breakdown_colors", "data_color_theme_id", "quick_filter_ids")


def matching(ask: Ask) -> list[Row]:
    """What the list holds for this query, in its order: pinned first, then by name."""
    query, instance, project = ask.request.query, ask.instance, ask.project
    search, tags, mode = query.get("search", "").lower(), query.getall("tags", []), query.get("creation_mode")
    if len(search) > LONGEST_SEARCH:
        raise invalid(f"Search query must be {LONGEST_SEARCH} characters or fewer.", "search")
    sees_all = rights.is_admin(instance, ask.user)

    def listed(one: Row) -> bool:
        words = (one["name"] or "", one["description"], *one["tags"])
        return (
            one["project"] == project
            and not one["deleted"]
            and (one["creation_mode"] == mode if mode else one["creation_mode"] != "unlisted")
            and (not search or any(search in word.lower() for word in words))
            and (not tags or bool(set(tags) & set(one["tags"])))
            and (query.get("exclude_generated") != "true" or not (one["name"] or "").startswith(GENERATED))
            and (sees_all or rights.sees(instance, ask.user, one))
        )

    found = (one for one in instance.dashboards.values() if listed(one))
    return sorted(found, key=lambda one: (not one["pinned"], one["name"] is None, one["name"] or "", one["id"]))


async def create(ask: Ask) -> web.Response:
    instance, body = ask.instance, ask.body
    template, origin = body.get("use_template"), body.get("use_dashboard")
    if template and origin:
        raise invalid("`use_dashboard` and `use_template` cannot be used together")
    copied = None
    if origin:
        copied = instance.dashboards.get(origin)
        if copied is None or copied["project"] != ask.project or copied["deleted"]:
            raise invalid("Invalid value provided", "use_dashboard")
    if template and template not in instance.templates:
        raise invalid(f"Invalid template provided: {template}", "use_template")

    kept = ("filters", "variables", "breakdown_colors", "data_color_theme_id", "quick_filter_ids")
    made = instance.add_dashboard(
        ask.project,
        ask.user,
        name=ask.text("name", LONGEST_NAME),
        creation_mode="template" if template else "duplicate" if copied else "default",
        **({key: copied[key] for key in kept} if copied else {}),
    )
    made.update({key: body[key] for key in (*PLAIN, "restriction_level") if body.get(key) is not None})
    if body.get("filters"):
        made["filters"] = body["filters"]
    if template:
        tiles.fill(ask, made, instance.templates[template])
    if copied:
        for tile in instance.tiles_of(copied["id"]):
            tiles.copy(ask, tile, made["id"], whole=bool(body.get("duplicate_tiles")))
    return answered(shapes.whole(instance, made, ask.user), 201)


async def from_template(ask: Ask) -> web.Response:
    """Make a dashboard of the template in the body. One that fails half way is taken away again."""
    template = ask.needed("template")
    if not isinstance(template, dict) or not isinstance(template.get("template_name"), str):
        raise invalid("This field is required.", "template__template_name", "required")
    if not isinstance(template.get("tiles"), list):
        raise invalid("This field is required.", "template__tiles", "required")
    made = ask.instance.add_dashboard(
        ask.project,
        ask.user,
        name=template["template_name"],
        description=template.get("dashboard_description") or "",
        filters=template.get("dashboard_filters") or {},
        tags=list(template.get("tags") or []),
        creation_mode="template",
    )
    try:
        tiles.fill(ask, made, template)
    except Exception:
        ask.instance.remove_dashboard(made["id"])
        raise
    return answered(shapes.whole(ask.instance, made, ask.user))


async def get(ask: Ask) -> web.Response:
    """One dashboard with its tiles, worked out unless the query forbids it. That somebody looked is written down."""
    found = ask.dashboard()
    found["last_accessed_at"] = ask.instance.moment()
    if ask.request.query.get("refresh") != "force_cache":
        ask.instance.computed += sum(tile["insight"] is not None for tile in ask.instance.tiles_of(found["id"]))
    return answered(shapes.whole(ask.instance, found, ask.user))


async def update(ask: Ask) -> web.Response:
    body, instance = ask.body, ask.instance
    found = ask.dashboard(deleted=body.get("deleted") is False)
    rights.check_edit(instance, ask.user, found)
    if "restriction_level" in body:
        if not rights.may_restrict(instance, ask.user, found):
            raise forbidden("Only the owner and administrators of the project may restrict this dashboard.")
        if body["restriction_level"] not in {21, 37}:
            raise invalid(
                f'"{body["restriction_level"]}" is not a valid choice.', "restriction_level", "invalid_choice"
            )
        found["restriction_level"] = body["restriction_level"]
    if "name" in body:
        found["name"] = ask.text("name", LONGEST_NAME)
    found.update({key: body[key] for key in PLAIN if key in body})
    for key in ("filters", "variables"):
        if body.get(key):  # an empty object is taken for nothing said: they cannot be cleared
            found[key] = body[key]
    if "deleted" in body:
        _delete(ask, found, deleted=body["deleted"], insights=body.get("delete_insights", False))
    for tile in body.get("tiles") or []:
        tiles.put(ask, found, tile)
    for tile in body.get("duplicate_tiles") or []:
        tiles.duplicate(ask, found, tile)
    return answered(shapes.whole(instance, found, ask.user))


def _delete(ask: Ask, dashboard: Row, *, deleted: bool, insights: bool) -> None:
    """Hide a dashboard with its tiles, or show it again with all that it ever had."""
    held = ask.instance.tiles_of(dashboard["id"], deleted=True)
    if deleted != dashboard["deleted"]:
        for tile in held:
            only_here = tile["insight"] is not None and len(ask.instance.tiles_with(tile["insight"])) == 1
            if tile["insight"] is not None and (not deleted or (insights and only_here)):
                ask.instance.insights[tile["insight"]]["deleted"] = deleted
        for tile in held:
            tile["deleted"] = deleted
    dashboard["deleted"] = deleted


async def delete(ask: Ask) -> web.Response:
    raise not_allowed("DELETE")


async def listed(ask: Ask) -> web.Response:
    return ask.page(matching(ask), lambda one: shapes.basic(ask.instance, one, ask.user))
