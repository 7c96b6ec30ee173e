"""The endpoints of Holistics (API 2.0), one function each: where they are and what is sent, not what it means."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashgraph.sources.rest.addresses import Params, path
from dashgraph.sources.rest.answers import Answer, Raw, Raws
from dashgraph.sources.rest.client import Rest
from dashgraph.sources.rest.paging import Cursor
from dashgraph.sources.rest.told import Told

PAGE = 100  # rows of a page: the most that it gives
AT_ONCE = 100  # ids that one question may name
GONE = (404,)  # what a repeated deletion answers

Body = Mapping[str, Any]


def told(answer: Answer) -> Told | None:
    """What an error says: its type and its message."""
    body = answer.raw()
    if not isinstance(body.value, dict):
        return None
    code, message = body.get("type"), body.get("message")
    return Told(code=code if isinstance(code, str) else None, message=message if isinstance(message, str) else None)


class Holistics:
    """A tenant as one account reaches it. Lists are read to their end."""

    def __init__(self, rest: Rest) -> None:
        self.rest = rest

    async def me(self) -> Raw:
        return (await self.rest.get("/users/me")).raw().object("user")

    async def dashboards(self) -> Raws:
        """As a rule without widgets and filters, which a single dashboard has."""
        return await self._listed("/dashboards", "dashboards", [("sort", "id_asc")])

    async def dashboard(self, dashboard: str) -> Raw:
        return (await self.rest.get(path("/dashboards/{}", dashboard))).raw().object("dashboard")

    async def delete_dashboard(self, dashboard: str) -> None:
        await self._deleted(path("/dashboards/{}", dashboard))

    async def widget(self, widget: str, *, report: bool = False) -> Raw:
        """A widget with its dashboard, or with the report that it shows."""
        more: Params = [("include_report" if report else "include_dashboard", True)]
        return (await self.rest.get(path("/dashboard_widgets/{}", widget), more)).raw().object("dashboard_widget")

    async def delete_widget(self, widget: str) -> None:
        await self._deleted(path("/dashboard_widgets/{}", widget))

    async def export_widget(self, widget: str, output: str) -> Raw:
        return await self._job(path("/dashboard_widgets/{}/submit_export", widget), {"output": output})

    async def download(self, job: str) -> bytes:
        """The file that an export made. It stands with another host, which gets no key."""
        return await self.rest.file("/exports/download", [("job_id", job)], elsewhere=True)

    async def jobs(self, ids: Sequence[str]) -> Raws:
        """Those that are there, of as many as one question may name."""
        params: Params = [*(("ids[]", one) for one in ids), ("include_source", True)]
        return (await self.rest.get("/jobs", params)).raw().list("jobs")

    async def job_log(self, job: str) -> Raws:
        return (await self.rest.get(path("/jobs/{}/logs", job))).raw().list("job_logs")

    async def job_result(self, job: str) -> Raw:
        return (await self.rest.get(path("/jobs/{}/result", job))).raw()

    async def schedules(self) -> Raws:
        return await self._listed("/data_schedules", "data_schedules")

    async def schedule(self, schedule: str) -> Raw:
        return (await self.rest.get(path("/data_schedules/{}", schedule))).raw().object("data_schedule")

    async def create_schedule(self, row: Body) -> Raw:
        return await self._saved("POST", "/data_schedules", "data_schedule", row)

    async def update_schedule(self, schedule: str, row: Body) -> Raw:
        """The whole of it: what is left out is gone."""
        return await self._saved("PUT", path("/data_schedules/{}", schedule), "data_schedule", row)

    async def delete_schedule(self, schedule: str) -> None:
        await self._deleted(path("/data_schedules/{}", schedule))

    async def run_schedule(self, schedule: str) -> Raw:
        return await self._job(path("/data_schedules/{}/submit_execute", schedule))

    async def try_schedule(self, row: Body) -> Raw:
        return await self._job("/data_schedules/submit_execute", {"test_data_schedule": row})

    async def alerts(self) -> Raws:
        return await self._listed("/data_alerts", "data_alerts")

    async def alert(self, alert: str) -> Raw:
        return (await self.rest.get(path("/data_alerts/{}", alert))).raw().object("data_alert")

    async def create_alert(self, row: Body) -> Raw:
        return await self._saved("POST", "/data_alerts", "data_alert", row)

    async def update_alert(self, alert: str, row: Body) -> Raw:
        """The whole of it: what is left out is gone."""
        return await self._saved("PUT", path("/data_alerts/{}", alert), "data_alert", row)

    async def delete_alert(self, alert: str) -> None:
        await self._deleted(path("/data_alerts/{}", alert))

    async def run_alert(self, alert: str) -> Raw:
        return await self._job(path("/data_alerts/{}/submit_execute", alert))

    async def try_alert(self, row: Body) -> Raw:
        return await self._job("/data_alerts/submit_execute", {"test_data_alert": row})

    async def users(self) -> Raws:
        """All of them, deleted ones too. Titles are never among what is told, groups not always."""
        return await self._listed("/users", "users", [("sort", "id_asc")])

    async def users_by_ids(self, ids: Sequence[str]) -> Raws:
        """Those that are there, of as many as one page holds. There is no address for a single one."""
        params: Params = [*(("ids[]", one) for one in ids), ("limit", PAGE)]
        return (await self.rest.get("/users", params)).raw().list("users")

    async def pending_users(self) -> Raws:
        return await self._listed("/users", "users", [("statuses[]", "pending")])

    async def invite(self, emails: Sequence[str], role: str, groups: Sequence[int]) -> Raw:
        """All of the addresses or none."""
        return await self._job("/users/invite", {"emails": list(emails), "role": role, "group_ids": list(groups)})

    async def update_user(self, user: str, row: Body) -> None:
        """What is left out stays. The answer is not the whole user either."""
        await self.rest.send("PUT", path("/users/{}", user), json={"user": row}, repeatable=True)

    async def delete_user(self, user: str) -> None:
        await self._deleted(path("/users/{}", user))

    async def restore_user(self, user: str) -> None:
        await self.rest.send("POST", path("/users/{}/restore", user))

    async def groups(self) -> Raws:
        """With the ids of their members."""
        return await self._listed("/groups", "groups", [("include_users", True)])

    async def group(self, group: str) -> Raw:
        """With the ids of its members."""
        return (await self.rest.get(path("/groups/{}", group), [("include_users", True)])).raw().object("group")

    async def create_group(self, name: str) -> Raw:
        return await self._saved("POST", "/groups", "group", {"name": name})

    async def update_group(self, group: str, name: str) -> Raw:
        return await self._saved("PUT", path("/groups/{}", group), "group", {"name": name})

    async def delete_group(self, group: str) -> None:
        await self._deleted(path("/groups/{}", group))

    async def add_member(self, group: str, user: str) -> None:
        await self.rest.send("POST", path("/groups/{}/add_user/{}", group, user), repeatable=True)

    async def remove_member(self, group: str, user: str) -> None:
        await self.rest.send("POST", path("/groups/{}/remove_user/{}", group, user), repeatable=True)

    async def _listed(self, where: str, noun: str, params: Params = ()) -> Raws:
        rows = await self.rest.each_page(Cursor(per_page=PAGE, items=noun), where, params, key=_id)
        return Raw(rows, self.rest.source, noun).each()

    async def _saved(self, method: str, where: str, noun: str, row: Body) -> Raw:
        answer = await self.rest.send(method, where, json={noun: row}, repeatable=method == "PUT")
        return answer.raw().object(noun)

    async def _deleted(self, where: str) -> None:
        """Gone already is gone: the first try may have done it."""
        await self.rest.send("DELETE", where, repeatable=True, accept=GONE)

    async def _job(self, where: str, body: Body | None = None) -> Raw:
        return (await self.rest.send("POST", where, json=body)).raw().object("job")


def _id(row: Any) -> object:
    return row.get("id") if isinstance(row, dict) else None
