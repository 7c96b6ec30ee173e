"""The routes of charts, and the files that are made of their results."""

from aiohttp import web

from dashgraph.app.fakes.lightdash import access, shapes
from dashgraph.app.fakes.lightdash.state import Json
from dashgraph.app.fakes.lightdash.wire import DONE, Ask, Reply, Route, broken, invalid, not_found

STEPS = ("scheduled", "started", "completed")


def charts(ask: Ask) -> list[Json]:
    """Those of spaces: what lives in a dashboard is not listed here."""
    return [shapes.chart_row(ask.held, one) for one in _seen(ask) if one["dashboardUuid"] is None]


def summaries(ask: Ask) -> list[Json]:
    alone = ask.word("excludeChartsSavedInDashboard") == "true"
    return [shapes.chart_summary(ask.held, one) for one in _seen(ask) if not alone or one["dashboardUuid"] is None]


def _seen(ask: Ask) -> list[Json]:
    seen = access.visible_spaces(ask.held, ask.caller, [ask.uuid("project")])
    return [one for one in ask.held.charts.values() if one["spaceUuid"] in seen and one["source"] != "sql"]


def chart(ask: Ask) -> Json:
    found = _chart(ask, writing=False)
    answer = shapes.chart(ask.held, found, ask.caller)
    found["views"] += 1
    found["firstViewedAt"] = found["firstViewedAt"] or ask.held.now()
    return answer


def create(ask: Ask) -> Json:
    """In a space, or in a dashboard."""
    project, body = ask.project()["projectUuid"], ask.fields
    dashboard = body.get("dashboardUuid")
    if dashboard is not None and dashboard not in ask.held.dashboards:
        raise not_found("dashboard")
    seen = access.visible_spaces(ask.held, ask.caller, [project])
    space = ask.held.dashboards[dashboard]["spaceUuid"] if dashboard else body.get("spaceUuid") or next(iter(seen))
    ask.check_space(space, writing=True)
    if not {"name", "tableName", "metricQuery", "chartConfig", "tableConfig"} <= set(body):
        raise broken()
    uuid = ask.held.add_chart(
        space,
        body["name"],
        "table",
        ask.caller,
        description=body.get("description"),
        dashboard=dashboard,
        table=body["tableName"],
    )
    _write(ask.held.charts[uuid], body)
    return shapes.chart(ask.held, ask.held.charts[uuid], ask.caller)


def change(ask: Ask) -> Json:
    """Name, description and space; what it shows is changed by a new version."""
    found, body = _chart(ask, writing=True), ask.fields
    for key in ("name", "spaceUuid"):
        found[key] = body.get(key) or found[key]
    if "description" in body:
        found["description"] = body["description"]
    return shapes.chart(ask.held, found, ask.caller)


def new_version(ask: Ask) -> Json:
    found = _chart(ask, writing=True)
    _write(found, ask.fields)
    found.update(updatedAt=ask.held.now(), updatedByUserUuid=ask.caller)
    return shapes.chart(ask.held, found, ask.caller)


def _write(chart: Json, body: Json) -> None:
    chart.update({key: body[key] for key in ("tableName", "metricQuery", "chartConfig", "tableConfig") if key in body})
    kind = chart["chartConfig"].get("type", "table")
    chart["chartKind"] = "vertical_bar" if kind == "cartesian" else kind


def delete(ask: Ask) -> Reply:
    ask.held.remove_chart(_chart(ask, writing=True)["uuid"])
    return DONE


def download(ask: Ask) -> Json:
    """A job that makes a CSV file."""
    found = _chart(ask, writing=False)
    if not isinstance(ask.fields.get("onlyRaw"), bool):
        raise invalid("body.onlyRaw", "is required", None)
    job = ask.held.fresh()
    ask.held.jobs[job] = {"step": 0, "file": f"{found['slug']}.csv", "details": None}
    return {"jobId": job}


def job(ask: Ask) -> Json:
    """Each look finds it one step further."""
    found = _job(ask)
    found["step"] = min(found["step"] + 1, len(STEPS) - 1)
    return {"status": STEPS[found["step"]], "details": found["details"]}


def file(ask: Ask) -> Json:
    found = _job(ask)
    done = STEPS[found["step"]] == "completed" and found["file"]
    url = f"{ask.request.url.origin()}/api/v1/files/{found['file']}" if done else ""
    return {"status": STEPS[found["step"]], "url": url, "truncated": False}


def content(ask: Ask) -> web.Response:
    """The file itself."""
    if all(one["file"] != ask.part("file") for one in ask.held.jobs.values()):
        raise not_found("file")
    return web.Response(body=b"Workshop,Repairs\nStockholm,12\nPorto,7\n", content_type="text/csv")


def _job(ask: Ask) -> Json:
    found = ask.held.jobs.get(ask.part("job"))
    if found is None:
        raise not_found("job")
    return found


def _chart(ask: Ask, *, writing: bool) -> Json:
    found = ask.held.charts.get(ask.part("chart"))
    if found is None or found["source"] == "sql":
        raise not_found("chart")
    ask.check_space(found["spaceUuid"], writing=writing)
    return found


_PROJECT, _CHART = "/api/v1/projects/{project}", "/api/v1/saved/{chart}"

ROUTES: tuple[Route, ...] = (
    ("GET", f"{_PROJECT}/charts", charts),
    ("GET", f"{_PROJECT}/chart-summaries", summaries),
    ("POST", f"{_PROJECT}/saved", create),
    ("GET", _CHART, chart),
    ("PATCH", _CHART, change),
    ("DELETE", _CHART, delete),
    ("POST", f"{_CHART}/version", new_version),
    ("POST", f"{_CHART}/downloadCsv", download),
    ("GET", "/api/v1/schedulers/job/{job}/status", job),
    ("GET", "/api/v1/csv/{job}", file),
    ("GET", "/api/v1/files/{file}", content),
)
