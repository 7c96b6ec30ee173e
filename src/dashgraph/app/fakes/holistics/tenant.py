"""What a tenant of Holistics holds: people, content, deliveries and jobs as the rows that its API shows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from dashgraph.app.fakes.holistics.refusals import nowhere

Row = dict[str, Any]

STEPS = ("created", "running", "success")  # of a job; one with each request that comes
ADMINS = frozenset({"admin", "growth_admin", "it_admin"})
ROLES = frozenset({"user", "explorer", "analyst"}) | ADMINS


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Work:
    """A job: its row, what is still before it, and what its end brings about."""

    row: Row
    about: tuple[str, str | int, str]  # type, id and action of its source
    steps: list[str]
    end: Callable[[], None] | None = None
    failing: str | None = None
    logs: list[Row] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return bool(self.steps)

    def step(self) -> None:
        self.row["status"] = status = self.steps.pop(0)
        if status == "running":
            self.row["start_time"] = now()
            self.logs.append({"level": "INFO", "message": f"Started {self.about[2]}", "timestamp": now()})
        if self.is_open:
            return
        self.row |= {"end_time": now(), "cancellable": False}
        if self.failing is not None:
            self.row |= {"status": "failure", "last_error_log": self.failing}
            self.logs.append({"level": "ERROR", "message": self.failing, "timestamp": now()})
            return
        self.logs.append({"level": "INFO", "message": "Done", "timestamp": now()})
        if self.end is not None:
            self.end()


@dataclass(frozen=True, slots=True)
class ExportedFile:
    content_type: str
    name: str
    content: bytes


class Tenant:
    """One customer's rows by their ids. The groups of users stand in the rows of the users alone.

    `failures` are what the next jobs fail with. `from_code` are the dashboards that only a commit can take away.
    """

    def __init__(self) -> None:
        self.users: dict[int, Row] = {}
        self.groups: dict[int, Row] = {}
        self.dashboards: dict[int, Row] = {}
        self.reports: dict[int | str, Row] = {}
        self.schedules: dict[int, Row] = {}
        self.alerts: dict[int, Row] = {}
        self.jobs: dict[int, Work] = {}
        self.files: dict[int, ExportedFile] = {}
        self.keys: dict[str, int] = {}
        self.from_code: set[int] = set()
        self.failures: list[str] = []
        self._ids = count(90_001)

    def new_id(self) -> int:
        return next(self._ids)

    def user(self, one: int) -> Row:
        return _found(self.users, one, "User")

    def group(self, one: int) -> Row:
        return _found(self.groups, one, "Group")

    def dashboard(self, one: int) -> Row:
        return _found(self.dashboards, one, "Dashboard")

    def schedule(self, one: int) -> Row:
        return _found(self.schedules, one, "Data schedule")

    def alert(self, one: int) -> Row:
        return _found(self.alerts, one, "Data alert")

    def job(self, one: int) -> Work:
        if one not in self.jobs:
            raise nowhere("Job")
        return self.jobs[one]

    def widgets(self) -> Iterator[tuple[Row, Row]]:
        """Each widget, after its dashboard."""
        for dashboard in self.dashboards.values():
            for widget in dashboard["widgets"]:
                yield dashboard, widget

    def widget(self, one: str) -> tuple[Row, Row]:
        for dashboard, widget in self.widgets():
            if str(widget["id"]) == one:
                return dashboard, widget
        raise nowhere("Dashboard widget")

    def members(self, group: int) -> list[int]:
        return sorted(one for one, user in self.users.items() if group in user["group_ids"])

    def known_email(self, email: str) -> bool:
        return any(user["email"].casefold() == email.casefold() for user in self.users.values())

    def submit(self, who: Row, about: tuple[str, str | int, str], end: Callable[[], None] | None = None) -> Row:
        """Start a job; one like it that is not over is named instead."""
        one = self.new_id()
        row: Row = {
            "id": one,
            "user_id": who["id"],
            "status": STEPS[0],
            "start_time": None,
            "end_time": None,
            "cancellable": True,
            "last_error_log": None,
            "existing_job_id": None,
        }
        twin = next((work for work in self.jobs.values() if work.is_open and work.about == about), None)
        if twin is None:
            failing = self.failures.pop(0) if self.failures else None
            self.jobs[one] = Work(row, about, list(STEPS[1:]), end, failing)
            return {"job": {"id": one, "status": row["status"]}}
        row |= {"status": "already_existed", "existing_job_id": twin.row["id"], "cancellable": False}
        self.jobs[one] = Work(row, about, [])
        return {"job": {"id": one, "status": "already_existed", "existing_job_id": twin.row["id"]}}

    def work_on(self) -> None:
        """Move every open job by one step."""
        for work in list(self.jobs.values()):
            if work.is_open:
                work.step()


def _found(rows: dict[int, Row], one: int, noun: str) -> Row:
    if one not in rows:
        raise nowhere(noun)
    return rows[one]


def is_admin(user: Row) -> bool:
    return user["role"] in ADMINS
