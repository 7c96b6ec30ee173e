"""What the fake answers about dashboards, their widgets, and files exported from them."""

from aiohttp import web

from dashgraph.app.fakes.holistics.asking import Asking, Key
from dashgraph.app.fakes.holistics.files import WRITERS
from dashgraph.app.fakes.holistics.refusals import impossible, misspelt, not_allowed, nowhere
from dashgraph.app.fakes.holistics.tenant import ExportedFile, Row, is_admin

DRAWN = frozenset({"QueryReport", "QueryMetric", "VizBlock"})  # widgets that can be exported


def by_title(row: Row) -> Key:
    return [row["title"].casefold(), row["id"]]


def dashboards(asking: Asking) -> Row:
    """Without widgets and filters, unless the fake lists them whole."""
    page = asking.page("dashboards", list(asking.tenant.dashboards.values()), {"natural": by_title})
    absent = frozenset({"embed_info"} if asking.whole_lists else {"embed_info", "widgets", "dynamic_filters"})
    if asking.flag("include_embed_info"):
        absent -= {"embed_info"}
    return {**page, "dashboards": [_without(absent, row) for row in page["dashboards"]]}


def dashboard(asking: Asking) -> Row:
    return {"dashboard": _without(frozenset({"embed_info"}), asking.tenant.dashboard(asking.id()))}


def delete_dashboard(asking: Asking) -> Row:
    """For good. Schedules of it stay, archived."""
    tenant = asking.tenant
    found = tenant.dashboard(asking.id())
    _only_for(asking, found)
    if found["id"] in tenant.from_code:
        raise impossible("This dashboard is defined in the project: remove its file there")
    del tenant.dashboards[found["id"]]
    for schedule in tenant.schedules.values():
        if (schedule["source_type"], schedule["source_id"]) == ("Dashboard", found["id"]):
            schedule["schedule"] |= {"is_archived": True, "paused": True}
    return {"message": "Dashboard was deleted"}


def preload(asking: Asking) -> Row:
    found = asking.tenant.dashboard(asking.id())
    return asking.tenant.submit(asking.me, ("Dashboard", found["id"], "preload"))


def widget(asking: Asking) -> Row:
    found, row = asking.tenant.widget(asking.request.match_info["id"])
    told = dict(row)
    if asking.flag("include_dashboard"):
        told["dashboard"] = _without(frozenset({"embed_info"}), found)
    if asking.flag("include_report"):
        told["query_report"] = asking.tenant.reports.get(row["source_id"])
    if asking.flag("include_url"):
        told["url"] = f"{found['url']}?_e={row['id']}"
    return {"dashboard_widget": told}


def delete_widget(asking: Asking) -> Row:
    found, row = asking.tenant.widget(asking.request.match_info["id"])
    _only_for(asking, found)
    found["widgets"].remove(row)
    return {"message": "Dashboard widget was deleted"}


def export_widget(asking: Asking) -> Row:
    found, row = asking.tenant.widget(asking.request.match_info["id"])
    output = asking.bare().get("output")
    if not isinstance(output, str) or output not in WRITERS:
        raise misspelt(f"Parameter output must be one of: {', '.join(WRITERS)}")
    if row["source_type"] not in DRAWN:
        raise impossible("This widget has nothing to export")
    filters = {str(one["id"]) for one in found["dynamic_filters"]}
    if any(str(one.get("dynamic_filter_id")) not in filters for one in _conditions(asking)):
        raise impossible("A filter is not one of this dashboard's")
    content_type, write = WRITERS[output]
    about = ("DashboardWidget", row["id"], f"export_{output}")

    def keep() -> None:
        name = f"{row['source_title']}.{output}"
        asking.tenant.files[told["job"]["id"]] = ExportedFile(content_type, name, write(row["source_title"]))

    told = asking.tenant.submit(asking.me, about, keep)
    return told


def download(asking: Asking) -> web.Response:
    """Send to where the file is: another host, which takes the signature in the address for a key."""
    text = asking.text("job_id") or ""
    if not text.isdecimal():
        raise misspelt("Parameter job_id is missing")
    if int(text) not in asking.tenant.files:
        raise impossible("The job is not successful, or not ready to be downloaded yet")
    port = asking.request.url.port
    return web.Response(status=302, headers={"Location": f"http://localhost:{port}/files/{text}?X-Amz-Signature=0f"})


def file(asking: Asking) -> web.Response:
    found = asking.tenant.files.get(asking.id())
    if found is None:
        raise nowhere("File")
    disposition = {"Content-Disposition": f'attachment; filename="{found.name}"'}
    return web.Response(body=found.content, content_type=found.content_type, headers=disposition)


def _conditions(asking: Asking) -> list[Row]:
    return [one for one in asking.bare().get("dashboard_filter_conditions") or [] if isinstance(one, dict)]


def _only_for(asking: Asking, found: Row) -> None:
    if not is_admin(asking.me) and found["owner_id"] != asking.me["id"]:
        raise not_allowed()


def _without(absent: frozenset[str], row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in absent}
