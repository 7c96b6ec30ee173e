"""The routes of schedulers: what is sent when, and what came of it."""

import re

from dashgraph.app.fakes.lightdash import access, shapes
from dashgraph.app.fakes.lightdash.state import Json
from dashgraph.app.fakes.lightdash.wire import DONE, Ask, Reply, Route, broken, forbidden, not_found, wrong

_CRON = re.compile(r"\d{1,2}(?: [\d*/,\-A-Za-z]+){4}")


def listed(ask: Ask) -> Json:
    """Of a project; who may not change its content sees his own."""
    wanted = (ask.word("searchQuery") or "").casefold()
    found = [one for one in _of_project(ask) if wanted in one["name"].casefold()]
    return ask.page(found, lambda one: shapes.scheduler_row(ask.held, one))


def _of_project(ask: Ask) -> list[Json]:
    project = ask.project("scheduler")["projectUuid"]
    role = access.project_role(ask.held, project, ask.caller)
    everything = role is not None and role[0] in {"editor", "developer", "admin"}
    return [
        one
        for one in ask.held.schedulers.values()
        if shapes.project_of_scheduler(ask.held, one)["projectUuid"] == project
        and (everything or one["createdBy"] == ask.caller)
    ]


def logs(ask: Ask) -> Json:
    """What was run, with the schedulers, people and content that it names beside it."""
    held, found = ask.held, _of_project(ask)
    names = {one["schedulerUuid"] for one in found}
    people = {one["createdBy"] for one in found}
    charts = {one["savedChartUuid"] for one in found if one["savedChartUuid"]}
    dashboards = {one["dashboardUuid"] for one in found if one["dashboardUuid"]}
    return {
        "schedulers": [shapes.scheduler(held, one) for one in found],
        "logs": [one for one in held.runs if one["schedulerUuid"] in names],
        "users": [shapes.named(held, one) for one in held.users if one in people],
        "charts": [{"savedChartUuid": one, "name": held.charts[one]["name"]} for one in held.charts if one in charts],
        "dashboards": [
            {"dashboardUuid": one, "name": held.dashboards[one]["name"]} for one in held.dashboards if one in dashboards
        ],
    }


def of_dashboard(ask: Ask) -> list[Json]:
    uuid = _content(ask, ask.held.dashboards, "dashboard")
    found = (one for one in ask.held.schedulers.values() if one["dashboardUuid"] == uuid)
    return [shapes.scheduler_row(ask.held, one) for one in found]


def of_chart(ask: Ask) -> list[Json]:
    uuid = _content(ask, ask.held.charts, "chart")
    found = (one for one in ask.held.schedulers.values() if one["savedChartUuid"] == uuid)
    return [shapes.scheduler_row(ask.held, one) for one in found]


def create_for_dashboard(ask: Ask) -> Json:
    return _create(ask, dashboard=_content(ask, ask.held.dashboards, "dashboard"), chart=None)


def create_for_chart(ask: Ask) -> Json:
    return _create(ask, dashboard=None, chart=_content(ask, ask.held.charts, "chart"))


def _create(ask: Ask, *, dashboard: str | None, chart: str | None) -> Json:
    content = ask.held.dashboards[dashboard] if dashboard else ask.held.charts[chart or ""]
    _check_may_schedule(ask, content)
    _check(ask.fields)
    uuid = ask.held.add_scheduler(ask.fields, ask.caller, dashboard=dashboard, chart=chart)
    return shapes.scheduler(ask.held, ask.held.schedulers[uuid])


def scheduler(ask: Ask) -> Json:
    return shapes.scheduler(ask.held, _scheduler(ask))


def change(ask: Ask) -> Json:
    """All of it is said again. Whether it is enabled is another question: what is said of that here is not heard."""
    found = _scheduler(ask)
    _check(ask.fields)
    ask.held.write_scheduler(found["schedulerUuid"], ask.fields)
    return shapes.scheduler(ask.held, found)


def enable(ask: Ask) -> Json:
    found = _scheduler(ask)
    found.update(enabled=ask.fields["enabled"] is True, updatedAt=ask.held.now())
    return shapes.scheduler(ask.held, found)


def delete(ask: Ask) -> Reply:
    del ask.held.schedulers[_scheduler(ask)["schedulerUuid"]]
    return DONE


def coming(ask: Ask) -> list[Json]:
    """The deliveries that are planned for today."""
    found = _scheduler(ask)
    return [{"id": found["schedulerUuid"][:8], "date": ask.held.now()}] if found["enabled"] else []


def send(ask: Ask) -> Json:
    """Once and now, of something that need not be stored; so no log of a scheduler tells of it."""
    body = ask.fields
    if not body.get("name") or not body.get("targets"):
        raise wrong("A delivery has a name and somewhere to go")
    if body.get("dashboardUuid") not in ask.held.dashboards and body.get("savedChartUuid") not in ask.held.charts:
        raise not_found("content")
    job = ask.held.fresh()
    ask.held.jobs[job] = {"step": 0, "file": None, "details": {"createdByUserUuid": ask.caller}}
    return {"jobId": job}


def _scheduler(ask: Ask) -> Json:
    found = ask.held.schedulers.get(ask.uuid("scheduler"))
    if found is None:
        raise not_found("scheduler")
    if found["createdBy"] != ask.caller:
        ask.check_in_project(
            shapes.project_of_scheduler(ask.held, found)["projectUuid"], "editor", "developer", "admin"
        )
    return found


def _content(ask: Ask, rows: dict[str, Json], what: str) -> str:
    found = rows.get(ask.part(what))
    if found is None:
        raise not_found(what)
    ask.check_space(found["spaceUuid"], writing=False)
    return str(found["uuid"])


def _check_may_schedule(ask: Ask, content: Json) -> None:
    role = access.project_role(ask.held, content["projectUuid"], ask.caller)
    if role is None or role[0] == "viewer":
        raise forbidden()


def _check(body: Json) -> None:
    """Only how often is looked at; a format that nobody knows is taken."""
    if not {"name", "cron", "format", "targets"} <= set(body):
        raise broken()
    if not _CRON.fullmatch(str(body["cron"])):
        raise wrong("More often than once an hour is not possible")


_ONE = "/api/v1/schedulers/{scheduler}"

ROUTES: tuple[Route, ...] = (
    ("POST", "/api/v1/schedulers/send", send),
    ("GET", f"{_ONE}/list", listed),
    ("GET", f"{_ONE}/logs", logs),
    ("GET", f"{_ONE}/jobs", coming),
    ("PATCH", f"{_ONE}/enabled", enable),
    ("GET", _ONE, scheduler),
    ("PATCH", _ONE, change),
    ("DELETE", _ONE, delete),
    ("GET", "/api/v1/dashboards/{dashboard}/schedulers", of_dashboard),
    ("POST", "/api/v1/dashboards/{dashboard}/schedulers", create_for_dashboard),
    ("GET", "/api/v1/saved/{chart}/schedulers", of_chart),
    ("POST", "/api/v1/saved/{chart}/schedulers", create_for_chart),
)
