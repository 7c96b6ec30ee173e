"""What the fake answers about data schedules and data alerts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashgraph.app.fakes.holistics.asking import Asking
from dashgraph.app.fakes.holistics.people import ADDRESS
from dashgraph.app.fakes.holistics.refusals import invalid, misspelt
from dashgraph.app.fakes.holistics.tenant import Row, Tenant

CRON = re.compile(r"[\d*,/A-Za-z-]+( [\d*,/A-Za-z-]+){4}")
# What each kind of destination cannot do without.
SCHEDULE_DESTS = {
    "EmailDest": "recipients",
    "EmailSubscriptionDest": "recipients",
    "SlackDest": "slack_channels",
    "SftpDest": "file_path",
    "Adls2Dest": "file_path",
    "GsheetDest": "sheet_url",
}
ALERT_DESTS = {"EmailDest": "recipients", "SlackDest": "slack_channels", "WebhookDest": "endpoint"}


@dataclass(frozen=True)
class Noun:
    """What tells schedules and alerts apart: their key, what they need, and what they may be about."""

    key: str
    needs: tuple[str, ...]
    sources: frozenset[str]
    dests: Mapping[str, str]
    empty: Row

    def rows(self, tenant: Tenant) -> dict[int, Row]:
        return tenant.schedules if self is SCHEDULE else tenant.alerts


SCHEDULE = Noun(
    "data_schedule",
    ("source_type", "source_id", "schedule", "dest"),
    frozenset({"Dashboard", "QueryReport"}),
    SCHEDULE_DESTS,
    {"title": None, "dynamic_filter_presets": []},
)
ALERT = Noun(
    "data_alert",
    ("source_type", "source_id", "schedule", "dest", "dynamic_filter_presets"),
    frozenset({"DashboardWidget", "VizBlock"}),
    ALERT_DESTS,
    {"title": None, "viz_conditions": None},
)


def schedules(asking: Asking) -> Row:
    return _list(asking, SCHEDULE)


def schedule(asking: Asking) -> Row:
    return {"data_schedule": asking.tenant.schedule(asking.id())}


def create_schedule(asking: Asking) -> Row:
    return _create(asking, SCHEDULE)


def update_schedule(asking: Asking) -> Row:
    return _update(asking, SCHEDULE, asking.tenant.schedule(asking.id()))


def delete_schedule(asking: Asking) -> Row:
    del asking.tenant.schedules[asking.tenant.schedule(asking.id())["id"]]
    return {"message": "Data schedule was deleted"}


def run_schedule(asking: Asking) -> Row:
    found = asking.tenant.schedule(asking.id())
    return asking.tenant.submit(asking.me, ("DataSchedule", found["id"], "execute"))


def try_schedule(asking: Asking) -> Row:
    return _try(asking, SCHEDULE, "test_data_schedule")


def alerts(asking: Asking) -> Row:
    return _list(asking, ALERT)


def alert(asking: Asking) -> Row:
    return {"data_alert": asking.tenant.alert(asking.id())}


def create_alert(asking: Asking) -> Row:
    return _create(asking, ALERT)


def update_alert(asking: Asking) -> Row:
    return _update(asking, ALERT, asking.tenant.alert(asking.id()))


def delete_alert(asking: Asking) -> Row:
    del asking.tenant.alerts[asking.tenant.alert(asking.id())["id"]]
    return {"message": "Data alert was deleted"}


def run_alert(asking: Asking) -> Row:
    found = asking.tenant.alert(asking.id())
    return asking.tenant.submit(asking.me, ("DataAlert", found["id"], "execute"))


def try_alert(asking: Asking) -> Row:
    return _try(asking, ALERT, "test_data_alert")


def _list(asking: Asking, noun: Noun) -> Row:
    dest, kind, one = asking.text("dest_type"), asking.text("source_type"), asking.text("source_id")
    wanted = (asking.text("search_term") or "").casefold() if noun is ALERT else ""
    found = [
        row
        for row in noun.rows(asking.tenant).values()
        if (dest is None or row["dest"]["type"] == dest)
        and (kind is None or row["source_type"] == kind)
        and (one is None or str(row["source_id"]) == one)
        and wanted in (row["title"] or "").casefold()
    ]
    return asking.page(f"{noun.key}s", found)


def _create(asking: Asking, noun: Noun) -> Row:
    wish = asking.record(noun.key)
    rows = noun.rows(asking.tenant)
    one = wish.get("id") or asking.tenant.new_id()
    if one in rows:
        raise invalid(id=["has already been taken"])
    rows[one] = saved(asking.tenant, noun, one, wish)
    return {noun.key: rows[one]}


def _update(asking: Asking, noun: Noun, found: Row) -> Row:
    """All of it anew: what is left out is gone."""
    rows = noun.rows(asking.tenant)
    rows[found["id"]] = saved(asking.tenant, noun, found["id"], asking.record(noun.key), found["schedule"])
    return {noun.key: rows[found["id"]]}


def _try(asking: Asking, noun: Noun, key: str) -> Row:
    """Carry out one that is not kept."""
    wish = saved(asking.tenant, noun, 0, asking.record(key))
    return asking.tenant.submit(asking.me, (wish["source_type"], wish["source_id"], f"test_{asking.tenant.new_id()}"))


def saved(tenant: Tenant, noun: Noun, one: int, wish: Row, before: Row | None = None) -> Row:
    """The row that is kept of a wish, after a look at all of it."""
    for name in noun.needs:
        if wish.get(name) is None:
            raise misspelt(f"Parameter {name} is missing")
    timing, dest = wish["schedule"], wish["dest"]
    if not isinstance(timing, dict) or not isinstance(dest, dict) or "repeat" not in timing or "paused" not in timing:
        raise misspelt("Parameters schedule and dest must be objects; schedule needs repeat and paused")
    wrong = _wrong(tenant, noun, wish)
    if wrong:
        raise invalid(**wrong)
    presets = [
        {"id": tenant.new_id(), **{name: value for name, value in preset.items() if name != "id"}}
        for preset in wish.get("dynamic_filter_presets") or []
    ]
    archived = (before or {}).get("is_archived", False)
    known = {**noun.empty, **{name: wish[name] for name in (*noun.needs, *noun.empty) if name in wish}}
    kept = {"repeat": timing["repeat"], "paused": timing["paused"], "is_archived": archived}
    return {"id": one, **known, "schedule": kept, "dynamic_filter_presets": presets}


def _wrong(tenant: Tenant, noun: Noun, wish: Row) -> dict[str, list[str]]:
    dest, needed = wish["dest"], noun.dests.get(wish["dest"].get("type"))
    wrong = {}
    if wish["source_type"] not in noun.sources or not _is_there(tenant, wish["source_type"], wish["source_id"]):
        wrong["source"] = ["must exist"]
    if not CRON.fullmatch(str(wish["schedule"]["repeat"])):
        wrong["schedule"] = ["repeat is not a valid crontab expression"]
    if needed is None:
        wrong["dest"] = ["type is not included in the list"]
    elif not dest.get(needed):
        wrong["dest"] = [f"{needed} can't be blank"]
    elif needed == "recipients" and not all(ADDRESS.fullmatch(str(one)) for one in dest["recipients"]):
        wrong["dest"] = ["recipients are invalid"]
    return wrong


def _is_there(tenant: Tenant, kind: str, one: Any) -> bool:
    match kind:
        case "Dashboard":
            return one in tenant.dashboards
        case "QueryReport":
            return one in tenant.reports
    return any(row["id"] == one for _, row in tenant.widgets())
