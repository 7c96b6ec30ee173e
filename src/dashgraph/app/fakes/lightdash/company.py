"""What a made-up Lightdash is filled with: the workshops of a bicycle maker, or as many dashboards as asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashgraph.app.fakes.lightdash.state import Json, Organization

ADMIN_TOKEN = "ldpat_made-up-token-of-nora"  # noqa: S105 - opens nothing but this fake
VIEWER_TOKEN = "ldpat_made-up-token-of-jurgen"  # noqa: S105
DOMAIN = "tallgrass.example"

PEOPLE = (
    ("nora", "Nora", "Whitfield", "admin"),
    ("tomas.ibarra", "Tomás", "Ibarra", "developer"),
    ("priya.raghunathan", "Priya", "Raghunathan", "editor"),
    ("zoe.vanderlinden", "Zoë", "van der Linden", "editor"),
    ("Claire.Dubois", "Claire", "Dubois-Faure", "interactive_viewer"),  # the address as she writes it
    ("lukasz.zielinski", "Łukasz", "Zieliński", "interactive_viewer"),
    ("jurgen.attenberger", "Jürgen", "Attenberger", "viewer"),
    ("dagny.eiriksdottir", "Dagný", "Eiríksdóttir", "viewer"),
    ("marta.lindqvist", "Marta", "Lindqvist", "editor"),
    ("eleni.papadopoulou", "Ελένη", "Παπαδοπούλου", "member"),
)
OUTSIDE = (("ida.falk@fjordmetrics.example", "Ida", "Falk", "viewer"),)
INVITED = "theo.lacombe@tallgrass.example"

GROUPS = (
    ("Workshop leads", ("tomas.ibarra", "priya.raghunathan")),
    ("Finance", ("Claire.Dubois", "jurgen.attenberger")),
    ("Field team", ("dagny.eiriksdottir", "lukasz.zielinski", "eleni.papadopoulou")),
    ("Everyone at Tallgrass", tuple(name for name, *_ in PEOPLE)),
)


@dataclass(frozen=True, slots=True)
class Room:
    """A space. `people` and `groups` are who is let in by name, and as what."""

    name: str
    maker: str
    parent: str | None = None
    private: bool = False
    people: tuple[tuple[str, str], ...] = ()
    groups: tuple[tuple[str, str], ...] = ()


ROOMS = (
    Room("Repairs", "tomas.ibarra"),
    Room("Warranty", "priya.raghunathan", parent="Repairs"),
    Room("Parts", "priya.raghunathan"),
    Room("Board papers", "nora", private=True, people=(("Claire.Dubois", "viewer"),)),
    Room("Board drafts", "nora", parent="Board papers", people=(("priya.raghunathan", "editor"),)),
    Room("Finance room", "Claire.Dubois", private=True, groups=(("Finance", "editor"),)),
    Room("Field notes", "zoe.vanderlinden", people=(("dagny.eiriksdottir", "editor"),)),
    Room("Marta's bench", "marta.lindqvist", private=True),
)

# The space, the title, who made it, what it is about, its charts (name, kind).
BOARDS: tuple[tuple[str, str, str, str, tuple[tuple[str, str], ...]], ...] = (
    ("Repairs", "Workshop today", "tomas.ibarra", "What is on the stands right now.",
     (("Bikes on stands", "big_number"), ("Repairs by workshop", "vertical_bar"), ("Open repairs", "table"))),
    ("Repairs", "Turnaround", "tomas.ibarra", "Days from the counter to the road.",
     (("Median turnaround", "line"), ("Turnaround by frame", "horizontal_bar"))),
    ("Repairs", "Mechanics' week", "priya.raghunathan", "Hours at the stands by mechanic.",
     (("Hours booked", "area"), ("Repairs per mechanic", "vertical_bar"))),
    ("Repairs", "Zurück in der Werkstatt", "marta.lindqvist", "Bikes that came back within a month.",
     (("Returns by cause", "pie"), ("Returns over time", "line"))),
    ("Warranty", "Warranty claims", "priya.raghunathan", "Claims by frame and by age.",
     (("Claims opened", "line"), ("Claims by part", "horizontal_bar"), ("Cost of claims", "big_number"))),
    ("Warranty", "Recall 2025: fork R7", "priya.raghunathan", "Which bikes still have the old fork.",
     (("Forks replaced", "big_number"), ("Still to do by country", "table"))),
    ("Warranty", "Supplier claims", "tomas.ibarra", "What suppliers owe us.", (("Owed by supplier", "vertical_bar"),)),
    ("Parts", "Stock of parts", "priya.raghunathan", "Weeks of cover for the parts that stop a repair.",
     (("Weeks of cover", "horizontal_bar"), ("Out of stock", "table"))),
    ("Parts", "Drivetrain demand", "zoe.vanderlinden", "Chains, cassettes and what follows them.",
     (("Chains by month", "line"), ("Cassettes by month", "line"))),
    ("Parts", "Parts without a home", "marta.lindqvist", "Parts that no shelf knows.", (("Homeless parts", "table"),)),
    ("Board papers", "Board: service business", "nora", "The quarter in six numbers.",
     (("Service revenue", "big_number"), ("Service margin", "line"), ("Revenue by country", "pie"))),
    ("Board papers", "Board: outlook", "nora", "Next year, three ways.", (("Three scenarios", "line"),)),
    ("Board drafts", "Board: draft for May", "priya.raghunathan", "Not yet.", (("Draft numbers", "table"),)),
    ("Finance room", "Workshop margins", "Claire.Dubois", "What a repair costs us, and what it brings.",
     (("Margin by workshop", "vertical_bar"), ("Hourly rate", "line"))),
    ("Finance room", "Unpaid repairs", "Claire.Dubois", "Invoices that wait.", (("Overdue invoices", "table"),)),
    ("Finance room", "Stock valuation", "Claire.Dubois", "Parts at cost.", (("Value of parts", "big_number"),)),
    ("Field notes", "Mobile workshops", "zoe.vanderlinden", "Vans, stops and repairs at the kerb.",
     (("Stops per van", "vertical_bar"), ("Kerbside repairs", "line"))),
    ("Field notes", "Fleet customers", "zoe.vanderlinden", "Couriers and companies whose bikes we keep.",
     (("Bikes under contract", "big_number"), ("Visits by customer", "table"))),
    ("Field notes", "Riders' feedback", "dagny.eiriksdottir", "What riders say when they fetch their bikes.",
     (("Satisfaction", "line"), ("Words used", "table"))),
    ("Marta's bench", "Scratchpad", "marta.lindqvist", "Do not look.", (("Trial", "scatter"),)),
)  # fmt: skip


def tallgrass() -> Organization:
    """The workshops of Tallgrass Bicycles: two projects, one upstream of the other."""
    held = Organization("Tallgrass workshops")
    users = {name: held.add_user(f"{name}@{DOMAIN}", first, last, role) for name, first, last, role in PEOPLE}
    users |= {email: held.add_user(email, first, last, role) for email, first, last, role in OUTSIDE}
    held.add_user(INVITED, "", "", "viewer", pending=True)
    nora = users["nora"]
    held.tokens = {ADMIN_TOKEN: nora, VIEWER_TOKEN: users["jurgen.attenberger"]}
    groups = {name: held.add_group(name, nora, (users[one] for one in members)) for name, members in GROUPS}

    live = held.add_project("Workshops", nora, zone="Europe/Stockholm")
    trial = held.add_project("Workshops (trial)", nora, upstream=live)
    held.projects[live]["access"] = {users["lukasz.zielinski"]: "editor"}
    held.projects[live]["groupAccess"] = {groups["Field team"]: "interactive_viewer"}
    held.projects[trial]["groupAccess"] = {groups["Workshop leads"]: "developer"}

    spaces: dict[str, str] = {}
    for room in ROOMS:
        parent = spaces[room.parent] if room.parent else None
        one = held.add_space(live, room.name, users[room.maker], parent=parent, private=room.private)
        held.spaces[one]["users"].update({users[name]: role for name, role in room.people})
        held.spaces[one]["groups"].update({groups[name]: role for name, role in room.groups})
        spaces[room.name] = one
    boards = {}
    for space, title, maker, about, charts in BOARDS:
        boards[title] = _board(held, spaces[space], title, users[maker], about, charts)
    _tabs_and_filters(held, boards["Workshop today"], users["tomas.ibarra"])

    bench = held.add_space(trial, "Repairs", users["tomas.ibarra"])
    _board(held, bench, "Workshop today", users["tomas.ibarra"], "As it may be next.", BOARDS[0][-1])
    _board(held, bench, "Queue at the counter", users["tomas.ibarra"], "New.", (("Waiting customers", "line"),))

    _schedules(held, boards, users)
    _comments(held, boards["Warranty claims"], users)
    held.open_for_business()
    return held


def _board(
    held: Organization, space: str, title: str, maker: str, about: str, charts: Sequence[tuple[str, str]]
) -> str:
    """A dashboard with a line of words at its top and its charts two by two, the first of them its own."""
    tiles: list[Json] = [
        {"type": "markdown", "x": 0, "y": 0, "w": 36, "h": 2, "properties": {"title": title, "content": about}}
    ]
    one = held.add_dashboard(space, title, maker, description=about)
    for index, (name, kind) in enumerate(charts):
        chart = held.add_chart(
            space, name, kind, maker, dashboard=None if index else one,
            dimensions=("repairs_workshop",), metrics=("repairs_count",), table="repairs",
        )  # fmt: skip
        place = {"x": index % 2 * 18, "y": 2 + index // 2 * 9, "w": 18, "h": 9}
        tiles.append({"type": "saved_chart", **place, "properties": {"savedChartUuid": chart}})
    held.write_version(one, maker, tiles=tiles, tabs=(), filters=None)
    return one


def _tabs_and_filters(held: Organization, dashboard: str, by: str) -> None:
    tabs = [{"uuid": held.fresh(), "name": name, "order": order, "hidden": False}
            for order, name in enumerate(("Now", "This week"))]  # fmt: skip
    found = held.dashboards[dashboard]
    tiles = [{**tile, "tabUuid": tabs[index > 1]["uuid"]} for index, tile in enumerate(found["tiles"])]
    filters = {
        "dimensions": [
            {
                "id": held.fresh(),
                "target": {"fieldId": "repairs_workshop", "tableName": "repairs"},
                "operator": "equals",
                "values": ["Stockholm"],
                "label": "Workshop",
                "disabled": False,
                "tileTargets": {},
            }
        ],
    }
    held.write_version(dashboard, by, tiles=tiles, tabs=tabs, filters=filters)


def _schedules(held: Organization, boards: dict[str, str], users: dict[str, str]) -> None:
    mail, room = {"recipient": f"claire.dubois@{DOMAIN}"}, {"channel": "C0REPAIRS"}
    options = {"formatted": True, "limit": "table"}
    plans: tuple[tuple[str, str, str, str, str, list[Json]], ...] = (
        ("Workshops, every morning", "Workshop today", "tomas.ibarra", "30 7 * * 1-5", "image", [room]),
        ("Claims of the week", "Warranty claims", "priya.raghunathan", "0 9 * * 1", "csv", [mail]),
        ("Margins of the month", "Workshop margins", "Claire.Dubois", "0 6 1 * *", "csv", [mail]),
        ("Marta's returns", "Zurück in der Werkstatt", "marta.lindqvist", "15 8 * * 5", "image", [mail]),
    )  # fmt: skip
    for name, board, owner, cron, kind, targets in plans:
        zone = "Europe/Stockholm" if kind == "image" else None
        content = {"name": name, "cron": cron, "format": kind, "targets": targets, "timezone": zone, "options": options}
        one = held.add_scheduler(content, users[owner], dashboard=boards[board], chart=None)
        _run(held, one, "completed")
    held.schedulers[one]["enabled"] = False
    stock = next(chart["uuid"] for chart in held.charts.values() if chart["name"] == "Out of stock")
    alert = {
        "name": "Parts run out", "cron": "0 * * * *", "format": "csv", "targets": [mail], "options": options,
        "thresholds": [{"fieldId": "repairs_count", "operator": "greaterThan", "value": 5}],
        "notificationFrequency": "once",
    }  # fmt: skip
    _run(held, held.add_scheduler(alert, users["priya.raghunathan"], dashboard=None, chart=stock), "error")


def _run(held: Organization, scheduler: str, status: str) -> None:
    job, at = held.fresh(), held.now()
    details = {"error": "The warehouse did not answer"} if status == "error" else None
    entry = {"schedulerUuid": scheduler, "jobId": job, "jobGroup": job, "scheduledTime": at, "createdAt": at}
    held.runs.insert(0, {**entry, "task": "handleScheduledDelivery", "status": status, "details": details})
    held.jobs[job] = {"step": 2, "file": None, "details": details}


def _comments(held: Organization, dashboard: str, users: dict[str, str]) -> None:
    tile = held.dashboards[dashboard]["tiles"][1]["uuid"]
    said = (("Claire.Dubois", "Is March complete?", False), ("priya.raghunathan", "Since this morning.", True))
    held.comments[dashboard] = {
        tile: [
            {
                "commentId": held.fresh(),
                "text": text,
                "textHtml": f"<p>{text}</p>",
                "createdAt": held.now(),
                "user": {"name": _name(held.users[users[who]])},
                "replyTo": None,
                "replies": [],
                "resolved": resolved,
                "canRemove": True,
                "mentions": [],
            }
            for who, text, resolved in said
        ]
    }


def _name(user: Json) -> str:
    return f"{user['firstName']} {user['lastName']}"


def crowd(dashboards: int) -> Organization:
    """One administrator, one project, ten spaces, and dashboards of one tile each."""
    held = Organization("A crowd")
    nora = held.add_user(f"nora@{DOMAIN}", "Nora", "Whitfield", "admin")
    held.tokens = {ADMIN_TOKEN: nora}
    project = held.add_project("Everything", nora)
    spaces = [held.add_space(project, f"Space {number}", nora) for number in range(10)]
    note = {"type": "markdown", "x": 0, "y": 0, "w": 36, "h": 3, "properties": {"title": "Note", "content": "Yes."}}
    for number in range(dashboards):
        held.add_dashboard(spaces[number % len(spaces)], f"Dashboard {number:05}", nora, tiles=(note,))
    held.open_for_business()
    return held
