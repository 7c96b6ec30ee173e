"""What the fake holds when it starts: a part of Tallgrass Bicycles, the example company, that works in Holistics."""

from collections.abc import Iterator
from itertools import count

from dashgraph.app.fakes.holistics import deliveries
from dashgraph.app.fakes.holistics.tenant import Row, Tenant

ADMIN_KEY = "hol-key-of-nora-made-up"
ANALYST_KEY = "hol-key-of-wei-ting-made-up"
HOST = "https://eu.holistics.example"
Shown = tuple[str, str | None]  # a widget: its title, and its sort of chart

CREATED = "2024-02-05T08:00:00.000Z"

# e-mail, name, role, groups, title
PEOPLE = (
    ("nora@tallgrass.example", "Nora Whitfield", "admin", (1, 2), "Head of data"),
    ("wei-ting.hsu@tallgrass.example", "Wei-Ting Hsu", "analyst", (1, 2), "Analyst"),
    ("Claire.Dubois@Tallgrass.example", "Claire Dubois-Faure", "analyst", (3,), None),
    ("kofi.mensah@tallgrass.example", "Kofi Mensah-Boateng", "explorer", (4, 5), "Sales lead"),
    ("zoe.vanderlinden@tallgrass.example", "Zoë van der Linden", "explorer", (6,), None),
    ("bao.nguyen@tallgrass.example", "Bảo Nguyễn Hữu", "analyst", (7,), "Operations lead"),
    ("ingrid.sorensen@tallgrass.example", "Ingrid Sørensen", "user", (3,), None),
    ("tiago.vasconcelos@tallgrass.example", "Tiago Vasconcelos", "user", (4,), None),
    ("tomas.ibarra@tallgrass.example", "Tomás Ibarra", "it_admin", (1, 2), None),
    ("jb.thevenet@tallgrass.example", "Jean-Baptiste Thévenet", "explorer", (4, 5), None),
    ("theo.lacombe@tallgrass.example", None, "user", (6,), None),
    ("hanne.lund@lundanalytics.example", "Hanne Lund", "growth_admin", (), "Consultant"),
    ("reports@tallgrass.example", "Report robot", "explorer", (), None),
    ("marek.duda@hubwerk.example", "Marek Duda", "user", (7,), "Supplier"),
)
DELETED, PENDING = "jb.thevenet@tallgrass.example", "theo.lacombe@tallgrass.example"
# Two of one name: Holistics does not mind.
GROUPS = (
    "Data team",
    "Administrators",
    "Finance",
    "Sales",
    "Regional leads",
    "Marketing",
    "Operations",
    "Regional leads",
)

# title, whose, category, version, tags
DASHBOARDS = (
    ("Dealer scorecard", 4, 11, 4, ("sales", "weekly")),
    ("Order intake today", 4, 11, 3, ("sales",)),
    ("Regional targets", 10, 11, 3, ("sales",)),
    ("Web shop conversion", 5, 12, 4, ("marketing",)),
    ("Newsletter performance", 5, 12, 3, ("marketing",)),
    ("Test rides", 5, 12, 1, ()),
    ("Cash and receivables", 3, 13, 4, ("finance", "monthly")),
    ("Cost centres", 3, 13, 3, ("finance",)),
    ("Frame supplier prices", 3, 13, 3, ("finance",)),
    ("Month-end checklist", 3, 13, 3, ()),
    ("Pick rate by hall", 6, 14, 4, ("operations",)),
    ("Late shipments", 6, 14, 4, ("operations", "weekly")),
    ("Stock cover", 6, 14, 3, ("operations",)),
    ("Returned bikes", 6, 14, 3, ()),
    ("Battery warranty", 6, 14, 3, ()),
    ("Board pack", 1, 15, 4, ("board", "monthly")),
    ("Data quality", 2, 15, 3, ("internal",)),
    ("Warehouse cost of queries", 2, 15, 3, ("internal",)),
    ("Customer questions", 12, 15, 1, ()),
    ("Spring campaign", 10, 12, 3, ("marketing",)),
    ("Supplier portal", 14, 14, 3, ("external",)),
    ("Leasing partners", 4, 11, 3, ()),
)
# What each of them shows, in the same order: titles with the sort of chart; a text has none.
WIDGETS = (
    "Orders by dealer: bar_chart; Margin by dealer: data_table; Read me",
    "Orders per hour: line_chart; Open baskets: metric_kpi",
    "Target reached: metric_kpi; Revenue against target: combination_chart",
    "From visit to order: conversion_funnel; By device: pie_chart",
    "Opened and clicked: line_chart; Best subjects: data_table",
    "Booked test rides: column_chart; Ride to order: metric_kpi",
    "Cash: metric_kpi; Ageing: pivot_table; Largest debtors: data_table",
    "Cost by centre: bar_chart; Budget used: solid_gauge",
    "Price per frame: line_chart; Suppliers compared: radar_chart",
    "What is open: data_table",
    "Lines per hour: line_chart; By hall: heatmap; Shifts",
    "Late by carrier: bar_chart; Days late: column_chart",
    "Weeks of cover: data_table; Out of stock: metric_kpi",
    "Reasons: wordcloud; Returned per week: area_chart",
    "Claims: column_chart; Cost of claims: line_chart",
    "Revenue: metric_kpi; Margin: metric_kpi; Headline; Trend: line_chart",
    "Rows late: data_table; Failed checks: column_chart",
    "Cost per day: area_chart",
    "Questions per topic: bar_chart",
    "Spend: line_chart; Revenue won: line_chart",
    "Deliveries on time: metric_kpi; Open orders: data_table",
    "Contracts signed: column_chart; By partner: pie_chart",
)


def tallgrass() -> Tenant:
    """The example company: the same rows each time."""
    tenant = Tenant()
    _people(tenant)
    for number, ((title, owner, category, version, tags), widgets) in enumerate(zip(DASHBOARDS, WIDGETS, strict=True)):
        parts = [part.partition(": ") for part in widgets.split("; ")]
        shown = [(name, chart or None) for name, _, chart in parts]
        _add_dashboard(tenant, 301 + number, title, owner, category, version, tags, shown)
    tenant.from_code.add(316)
    _schedules(tenant)
    _alerts(tenant)
    return tenant


def large(dashboards: int, *, users: int = 200, widgets: int = 3) -> Tenant:
    """A tenant with so many dashboards, for measurements; Nora is its administrator."""
    tenant = Tenant()
    _people(tenant)
    for number in range(len(PEOPLE) + 1, users + 1):
        email = f"rider{number}@tallgrass.example"
        tenant.users[number] = _user(number, email, f"Rider {number}", "user", (1 + number % 8,), None)
    shown: list[Shown] = [(f"Chart {number}", "bar_chart") for number in range(1, widgets + 1)]
    for number in range(1, dashboards + 1):
        owner = 1 + number % len(tenant.users)
        _add_dashboard(tenant, 1000 + number, f"Dashboard {number:05}", owner, 11, 3, (), shown)
    return tenant


def _people(tenant: Tenant) -> None:
    for one, name in enumerate(GROUPS, start=1):
        tenant.groups[one] = {"id": one, "name": name}
    for one, (email, full_name, role, groups, title) in enumerate(PEOPLE, start=1):
        tenant.users[one] = _user(one, email, full_name, role, groups, title)
    tenant.keys |= {ADMIN_KEY: 1, ANALYST_KEY: 2}
    for one in tenant.keys.values():
        tenant.users[one] |= {"has_authentication_token": True, "allow_authentication_token": True}


def _user(one: int, email: str, name: str | None, role: str, groups: tuple[int, ...], title: str | None) -> Row:
    pending = email == PENDING
    seen = None if pending else f"2026-0{1 + one % 6}-1{one % 10}T0{one % 10}:15:00.000Z"
    return {
        "id": one,
        "email": email,
        "name": name,
        "initials": "".join(word[0] for word in (name or email).split()[:2]).upper(),
        "role": role,
        "is_deleted": email == DELETED,
        "is_activated": not pending,
        "has_authentication_token": False,
        "allow_authentication_token": False,
        "enable_export_data": role != "user",
        "current_sign_in_at": seen,
        "last_sign_in_at": seen,
        "created_at": CREATED,
        "title": title,
        "job_title": title,
        "group_ids": list(groups),
    }


def _add_dashboard(
    tenant: Tenant,
    one: int,
    title: str,
    owner: int,
    category: int,
    version: int,
    tags: tuple[str, ...],
    shown: list[Shown],
) -> None:
    slug = title.lower().replace(" ", "-")
    tenant.dashboards[one] = {
        "id": one,
        "owner_id": owner,
        "title": title,
        "category_id": category,
        "version": version,
        "dynamic_filters": list(_filters(one)) if one % 2 else [],
        "widgets": list(_widgets(tenant, one, owner, version, shown)),
        "url": f"{HOST}/dashboards/v{version}/{one}-{slug}",
        "tags": list(tags) or None,
        "embed_info": {"hash_code": f"made-up-{one}", "secret_key": "made-up-secret"} if one % 5 == 0 else None,
    }


def _filters(dashboard: int) -> Iterator[Row]:
    for order, (label, kind, operator, values) in enumerate(
        (("Period", "date", "matches", ["last 30 days"]), ("Region", "string", "is", ["Nordics"]))
    ):
        one = dashboard * 10 + order
        yield {
            "id": one,
            "order": order,
            "uname": f"f{order + 1}",
            "permissions": {"read": True, "crud": True, "use": True},
            "definition": {
                "id": one,
                "label": label,
                "default_condition": {"operator": operator, "modifier": None, "values": values},
                "filter_type": kind,
                "input_type": None,
                "is_sharable": False,
                "filter_source": {"source_type": "ManualFilterSource", "manual_options": []},
                "constraints": None,
            },
            "drillthrough_enabled": False,
            "mappings": [],
        }


def _widgets(tenant: Tenant, dashboard: int, owner: int, version: int, shown: list[Shown]) -> Iterator[Row]:
    """Those of a canvas dashboard (version 4) have names for ids, the others numbers."""
    names = count(1)
    for number, (title, chart) in enumerate(shown, start=1):
        canvas, source = version == 4, dashboard * 100 + number  # noqa: PLR2004 - the version named above
        kind = "Text" if chart is None else "VizBlock" if canvas else "QueryReport"
        one: int | str = f"{dashboard}-v{next(names)}" if canvas else source
        source_id: int | str = one if canvas else source
        if chart is not None:
            tenant.reports[source_id] = {
                "id": source,
                "title": title,
                "data_set_id": 70 + dashboard % 4,
                "viz_setting": {"viz_type": chart, "source_id": 70 + dashboard % 4, "fields": {}, "settings": {}},
                "data_source_id": 7,
                "owner_id": owner,
                "category_id": None,
                "is_adhoc": False,
            }
        yield {
            "id": one,
            "source_id": source_id,
            "source_type": kind,
            "source_title": title,
            "permissions": {"can_explore": True, "can_export": chart is not None, "can_export_data": True},
        }


def _schedules(tenant: Tenant) -> None:
    """One goes to each kind of place; one is about a report that stands in no dashboard."""
    mail = {"type": "EmailDest", "title": None, "options": {"include_filters": True, "attachment_formats": ["pdf"]}}
    to_leads = {**mail, "title": "Scorecard for {{$today}}", "recipients": ["kofi.mensah@tallgrass.example"]}
    to_board = {**mail, "recipients": ["amara.osei@tallgrass.example", "nora@tallgrass.example"]}
    to_csv = {**mail, "recipients": ["marek.duda@hubwerk.example"], "options": {"attachment_formats": ["csv"]}}
    channel = {"id": "C0TALLGRASS", "name": "stock"}
    to_slack = {"type": "SlackDest", "title": "Stock", "message": "Morning", "slack_channels": [channel]}
    to_server = {"type": "SftpDest", "data_source_id": 7, "file_path": "/in/late.csv", "format": "csv"}
    to_sheet = {"type": "GsheetDest", "sheet_url": "https://sheets.example/cover", "sheet_title": "Cover"}
    to_readers = {"type": "EmailSubscriptionDest", "recipients": ["ingrid.sorensen@tallgrass.example"], "options": {}}
    region = {"dynamic_filter_id": 3011, "preset_condition": {"operator": "is", "values": ["DACH"], "modifier": None}}
    tenant.reports[8001] = {"id": 8001, "title": "Orders, raw", "data_set_id": 71, "owner_id": 2, "is_adhoc": False}
    for one, title, kind, about, repeat, paused, dest, presets in (
        (501, None, "Dashboard", 301, "30 7 * * 1", False, to_leads, [region]),
        (502, "Board pack, monthly", "Dashboard", 316, "5 6 1 * *", False, to_board, []),
        (503, None, "Dashboard", 313, "10 8 * * 1-5", False, to_slack, []),
        (504, "Late shipments to the carrier", "Dashboard", 312, "20 5 * * *", False, to_server, []),
        (505, None, "Dashboard", 313, "0 9 * * 5", True, to_sheet, []),
        (506, "Finance digest", "Dashboard", 307, "45 6 * * 1-5", False, to_readers, []),
        (507, "Raw orders", "QueryReport", 8001, "15 4 * * *", True, to_csv, []),
    ):
        tenant.schedules[one] = deliveries.saved(
            tenant,
            deliveries.SCHEDULE,
            one,
            {
                "title": title,
                "source_type": kind,
                "source_id": about,
                "schedule": {"repeat": repeat, "paused": paused},
                "dest": dest,
                "dynamic_filter_presets": presets,
            },
        )


def _alerts(tenant: Tenant) -> None:
    to_ops = {"type": "EmailDest", "title": "Late again", "recipients": ["bao.nguyen@tallgrass.example"]}
    channel = {"id": "C0SALES", "name": "sales"}
    to_slack = {"type": "SlackDest", "title": "Orders", "message": "Orders are low", "slack_channels": [channel]}
    to_hook = {"type": "WebhookDest", "endpoint": "https://hooks.tallgrass.example/stock"}
    for one, title, kind, about, repeat, dest, operator, values in (
        (601, "Many late shipments", "VizBlock", "312-v1", "*/30 * * * *", to_ops, "greater_than", [40]),
        (602, "Few orders", "DashboardWidget", 30201, "0 * * * *", to_slack, "less_than", [5]),
        (603, "Out of stock", "DashboardWidget", 31302, "0 7 * * *", to_hook, "between", [10, 500]),
        (604, "Old claims", "DashboardWidget", 31501, "0 7 * * 1", to_ops, "matches", ["last 7 days"]),
    ):
        tenant.alerts[one] = deliveries.saved(
            tenant,
            deliveries.ALERT,
            one,
            {
                "title": title,
                "source_type": kind,
                "source_id": about,
                "schedule": {"repeat": repeat, "paused": False},
                "dest": {**dest, "options": {"body_text": None}} if dest is to_ops else dest,
                "dynamic_filter_presets": [],
                "viz_conditions": [
                    {
                        "field_path": {"field_name": "id", "model_id": 12},
                        "aggregation": "count",
                        "transformation": None,
                        "condition": {"operator": operator, "modifier": None, "values": values},
                    }
                ],
            },
        )
