"""What the example company measures in PostHog: its people there, two projects, and the dashboards of each."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dashgraph.app.fakes.posthog.instance import ADMIN, COLLABORATORS, MEMBER, OWNER, Instance, Row
from dashgraph.app.fakes.posthog.sharing import new_control, new_link

WEBSHOP, RIDER_APP = 20117, 20344
COMPANY = "tallgrass.example"

# Who they are there: the start of the address, first and last name, level.
PEOPLE: tuple[tuple[str, str, str, int], ...] = (
    ("nora", "Nora", "Whitfield", OWNER),
    ("tomas.ibarra", "Tomás", "Ibarra", ADMIN),
    ("priya.raghunathan", "Priya", "Raghunathan", ADMIN),
    ("wei-ting.hsu", "Wei-Ting", "Hsu", MEMBER),
    ("mirela.colakovic", "Mirela", "Čolaković", MEMBER),
    ("zoe.vanderlinden", "Zoë", "van der Linden", MEMBER),
    ("mateo.alvarez", "Mateo", "Álvarez Rincón", MEMBER),
    ("olena.kovalchuk", "Олена", "Ковальчук", MEMBER),
    ("ravi.chandrasekaran", "Ravi", "Chandrasekaran", MEMBER),
    ("chloe.beaumont", "Chloé", "Beaumont-Ruiz", MEMBER),
    ("seoyeon.kim", "김서연", "", MEMBER),
    ("noam.barak", "נועם", "ברק", MEMBER),
)
CONTRACTOR = "ida.fjeld@northbeam.example"  # has not confirmed the address

ROLES: dict[str, tuple[str, ...]] = {
    "Growth": ("zoe.vanderlinden", "mateo.alvarez", "chloe.beaumont"),
    "Product": ("olena.kovalchuk", "ravi.chandrasekaran", "seoyeon.kim", "noam.barak"),
    "Analysts": ("wei-ting.hsu", "mirela.colakovic", "priya.raghunathan"),
}


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard: each chart is its name and the kind of its query; `note` is a text at its top."""

    project: int
    name: str
    owner: str
    charts: tuple[tuple[str, str], ...]
    description: str = ""
    tags: tuple[str, ...] = ()
    note: str | None = None
    pinned: bool = False
    mode: str = "default"


def _trends(*names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, "TrendsQuery") for name in names)


BOARDS: tuple[Board, ...] = (
    Board(
        WEBSHOP,
        "Shop at a glance",
        "nora",
        (*_trends("Visitors", "Orders", "Basket value"), ("Checkout", "FunnelsQuery")),
        "What everybody looks at on Monday.",
        ("weekly",),
        "## This week\nNumbers run until last night.",
        pinned=True,
    ),
    Board(
        WEBSHOP,
        "Checkout funnel",
        "ravi.chandrasekaran",
        (("From basket to payment", "FunnelsQuery"), ("Where people leave", "PathsQuery"), *_trends("Failed payments")),
        "Each step from the basket to the receipt.",
        ("checkout", "weekly"),
    ),
    Board(WEBSHOP, "Search on the site", "wei-ting.hsu", _trends("Searches", "Searches without a result", "Clicks")),
    Board(
        WEBSHOP,
        "Campaign: spring tune-up",
        "zoe.vanderlinden",
        _trends("Landings", "Bookings", "Cost per booking"),
        tags=("campaign",),
    ),
    Board(
        WEBSHOP, "Campaign: commuter week", "mateo.alvarez", _trends("Landings", "Vouchers used"), tags=("campaign",)
    ),
    Board(WEBSHOP, "Newsletter", "chloe.beaumont", _trends("Opens", "Clicks", "Leaving"), note="Sent on Thursdays."),
    Board(WEBSHOP, "Returns and refunds", "mirela.colakovic", _trends("Returns", "Refunds", "Days to refund")),
    Board(
        WEBSHOP,
        "Configurator",
        "olena.kovalchuk",
        (("Steps of the configurator", "FunnelsQuery"), *_trends("Saved builds")),
    ),
    Board(WEBSHOP, "Speed of pages", "noam.barak", _trends("Slowest pages", "First paint", "Errors in the browser")),
    Board(WEBSHOP, "Store finder", "seoyeon.kim", _trends("Look-ups", "Routes asked for")),
    Board(
        WEBSHOP,
        "Prices under test",
        "tomas.ibarra",
        _trends("Conversion by price"),
        "Not for everybody.",
        ("experiment",),
    ),
    Board(WEBSHOP, "Board pack: web", "nora", _trends("Revenue online", "Returning customers"), tags=("board",)),
    Board(WEBSHOP, "Accessories", "mateo.alvarez", _trends("Lights and locks", "Bags")),
    Board(
        WEBSHOP, "Generated Dashboard: new-basket Usage", "ravi.chandrasekaran", _trends("Flag calls"), mode="template"
    ),
    Board(WEBSHOP, "Scratch for a notebook", "wei-ting.hsu", _trends("Anything"), mode="unlisted"),
    Board(
        RIDER_APP,
        "Riders at a glance",
        "olena.kovalchuk",
        (
            *_trends("Riders each day", "Rides"),
            ("Coming back", "RetentionQuery"),
            ("How sticky it is", "StickinessQuery"),
        ),
        "The app, on one page.",
        ("weekly",),
        pinned=True,
    ),
    Board(
        RIDER_APP,
        "First ride",
        "seoyeon.kim",
        (("From install to first ride", "FunnelsQuery"), *_trends("Sign-ups")),
        tags=("onboarding",),
    ),
    Board(RIDER_APP, "Locks and alarms", "noam.barak", _trends("Locks paired", "Alarms", "False alarms")),
    Board(
        RIDER_APP,
        "Service reminders",
        "ravi.chandrasekaran",
        (("Kinds of riders", "LifecycleQuery"), *_trends("Reminders", "Bookings")),
    ),
    Board(
        RIDER_APP,
        "Releases",
        "noam.barak",
        _trends("Versions in use", "Crashes"),
        note="Store releases go out on Tuesdays.",
    ),
    Board(RIDER_APP, "Battery health", "wei-ting.hsu", _trends("Cycles", "Range left"), description="E-bikes only."),
    Board(
        RIDER_APP, "Subscriptions", "priya.raghunathan", _trends("Trials", "Subscribers", "Leaving"), tags=("revenue",)
    ),
)

PINBOARD: Row = {
    "template_name": "Launch watch",
    "dashboard_description": "What to look at on the day of a launch.",
    "dashboard_filters": {},
    "tags": ["launch"],
    "tiles": [
        {"type": "TEXT", "body": "Started at nine.", "layouts": {"sm": {"x": 0, "y": 0, "w": 12, "h": 1}}},
        {
            "type": "INSIGHT",
            "name": "Events since the launch",
            "description": "",
            "query": {"kind": "InsightVizNode", "source": {"kind": "TrendsQuery", "series": []}},
            "layouts": {"sm": {"x": 0, "y": 1, "w": 12, "h": 5}},
        },
    ],
}


def found(instance: Instance) -> str:
    """Found the organisation with its administrator and two empty projects. Answers the administrator's uuid."""
    moment = instance.moment()
    instance.organization = {
        "id": instance.uuid(),
        "name": "Tallgrass Bicycles",
        "slug": "tallgrass-bicycles",
        "created_at": moment,
    }
    for number, name, zone in ((WEBSHOP, "Webshop", "Europe/Stockholm"), (RIDER_APP, "Rider app", "UTC")):
        instance.projects[number] = {
            "id": number,
            "uuid": instance.uuid(),
            "organization": instance.organization["id"],
            "name": name,
            "timezone": zone,
            "is_demo": False,
            "access_control": False,
            "created_at": moment,
        }
    instance.templates["LAUNCH_WATCH"] = PINBOARD
    start, first, last, level = PEOPLE[0]
    return join(instance, f"{start}@{COMPANY}", first, last, level)


def join(instance: Instance, email: str, first: str, last: str, level: int = MEMBER, *, verified: bool = True) -> str:
    """Take somebody into the organisation. Answers the uuid."""
    uuid, moment = instance.uuid(), instance.moment()
    instance.users[uuid] = {
        "id": instance.number("user"),
        "uuid": uuid,
        "distinct_id": instance.secret(20),
        "first_name": first,
        "last_name": last,
        "email": email,
        "is_email_verified": verified,
        "role_at_organization": None,
    }
    member = instance.uuid()
    instance.members[member] = {"id": member, "user": uuid, "level": level, "joined_at": moment, "updated_at": moment}
    return uuid


def fill(instance: Instance) -> None:
    for start, first, last, level in PEOPLE[1:]:
        join(instance, f"{start}@{COMPANY}", first, last, level)
    join(instance, CONTRACTOR, "Ida", "Fjeld", verified=False)
    people = {str(row["email"]).split("@")[0]: one for one, row in instance.users.items()}
    for name, members in ROLES.items():
        role = instance.uuid()
        instance.roles[role] = {
            "id": role, "name": name, "created_at": instance.moment(), "created_by": people["nora"],
        }  # fmt: skip
        for one in members:
            _take_in(instance, role, people[one])
    boards = {board.name: _put_up(instance, board, people[board.owner]) for board in BOARDS}
    _protect(instance, boards, people)


def _take_in(instance: Instance, role: str, user: str) -> None:
    one, moment = instance.uuid(), instance.moment()
    instance.role_members[one] = {"id": one, "role_id": role, "user": user, "joined_at": moment, "updated_at": moment}


def _put_up(instance: Instance, board: Board, owner: str) -> Row:
    age = timedelta(days=30 + 11 * len(instance.dashboards))
    made = (instance.now() - age).isoformat().replace("+00:00", "Z")
    row = instance.add_dashboard(
        board.project,
        owner,
        name=board.name,
        description=board.description,
        tags=list(board.tags),
        pinned=board.pinned,
        creation_mode=board.mode,
        created_at=made,
    )
    top = 0
    if board.note is not None:
        text = {"id": instance.number("text"), "body": board.note, "last_modified_at": made, "team": board.project}
        instance.place(row["id"], text=text, layouts=_layouts(0, 0, 12, 1))
        top = 1
    for index, (name, kind) in enumerate(board.charts):
        insight = _chart(instance, board.project, owner, name, kind)
        instance.place(
            row["id"], insight=insight["id"], layouts=_layouts(6 * (index % 2), top + 5 * (index // 2), 6, 5)
        )
    return row


def _chart(instance: Instance, project: int, owner: str, name: str, kind: str) -> Row:
    event = {"kind": "EventsNode", "event": name.lower().replace(" ", "_"), "math": "total"}
    query = {"kind": "InsightVizNode", "source": {"kind": kind, "series": [event]}}
    return instance.add_insight(project, owner, name=name, query=query)


def _layouts(x: int, y: int, w: int, h: int) -> Row:
    return {"sm": {"x": x, "y": y, "w": w, "h": h}, "xs": {"x": 0, "y": y, "w": 1, "h": h}}


def _protect(instance: Instance, boards: dict[str, Row], people: dict[str, str]) -> None:
    """Close some dashboards: one by the restriction of old, others by access controls; open one to the world."""
    roles = {str(row["name"]): one for one, row in instance.roles.items()}

    def member(name: str) -> Any:
        found = instance.member_of(people[name])
        return found and found["id"]

    def control(board: str, level: str, **to: Any) -> None:
        row = boards[board]
        new_control(instance, row["project"], "dashboard", str(row["id"]), people["nora"], access_level=level, **to)

    pack = boards["Board pack: web"]
    pack["restriction_level"] = COLLABORATORS
    for name in ("tomas.ibarra", "wei-ting.hsu"):
        instance.collaborators[pack["id"], people[name]] = {
            "id": instance.uuid(),
            "dashboard_id": pack["id"],
            "user": people[name],
            "level": COLLABORATORS,
            "added_at": instance.moment(),
            "updated_at": instance.moment(),
        }
    control("Prices under test", "none")
    control("Prices under test", "editor", role=roles["Analysts"])
    control("Prices under test", "viewer", organization_member=member("mateo.alvarez"))
    control("Subscriptions", "viewer")
    control("Subscriptions", "editor", role=roles["Product"])
    control("Battery health", "none", organization_member=member("chloe.beaumont"))
    shared = boards["Campaign: commuter week"]
    instance.sharing[shared["id"]] = new_link(instance, enabled=True)
    locked = boards["Campaign: spring tune-up"]
    instance.sharing[locked["id"]] = new_link(instance, enabled=True, password_required=True)


def fill_many(instance: Instance, count: int, *, tiles: int, shares: int) -> None:
    owners = list(instance.users)
    members = list(instance.members)
    for index in range(count):
        owner = owners[index % len(owners)]
        row = instance.add_dashboard(WEBSHOP, owner, name=f"Dashboard {index:05}")
        for place in range(tiles):
            chart = _chart(instance, WEBSHOP, owner, f"Chart {index:05}.{place}", "TrendsQuery")
            instance.place(row["id"], insight=chart["id"], layouts=_layouts(0, 5 * place, 12, 5))
        for place in range(shares):
            to = members[(index + place) % len(members)]
            new_control(
                instance, WEBSHOP, "dashboard", str(row["id"]), owner, access_level="viewer", organization_member=to
            )
