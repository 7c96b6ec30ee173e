"""Who and what is on the Sisense server of the planning department of Tallgrass Bicycles, which does not exist."""

from dataclasses import dataclass

ROLES = {
    "super": "sysAdmin",
    "admin": "admin",
    "dataAdmin": "dataAdmin",
    "dataDesigner": "dataDesigner",
    "contributor": "dashboardDesigner",
    "consumer": "viewer",
}
ADMINISTRATOR = "nora@tallgrass.example"
# e-mail, first name, last name, role, groups. One address is written in capitals, as people do.
PEOPLE = (
    (ADMINISTRATOR, "Nora", "Whitfield", "super", ("Planning",)),
    ("tomas.ibarra@tallgrass.example", "Tomás", "Ibarra", "admin", ("Planning",)),
    ("claire.dubois@tallgrass.example", "Claire", "Dubois-Faure", "contributor", ("Planning", "Controllers")),
    ("jurgen.attenberger@tallgrass.example", "Jürgen", "Attenberger", "contributor", ("Controllers",)),
    ("lukasz.zielinski@tallgrass.example", "Łukasz", "Zieliński", "contributor", ("Dealers",)),
    ("Ingrid.Sorensen@Tallgrass.example", "Ingrid", "Sørensen", "consumer", ("Controllers",)),
    ("amara.osei@tallgrass.example", "Amara", "Osei-Tutu", "consumer", ("Board",)),
    ("desmond.achterberg@fenwick.example", "Desmond", "Achterberg", "dataDesigner", ("Planning", "Advisers")),
    ("pilar.echeverria@fenwick.example", "Pilar", "Echeverría", "contributor", ("Advisers",)),
    ("yann.kerouac@fenwick.example", "Yann", "Le Quéré", "consumer", ("Advisers",)),
    ("milica.stankovic@tallgrass-parts.example", "Milica", "Stanković", "contributor", ("Dealers",)),
    ("oskar.blomgren@tallgrass-parts.example", "Oskar", "Blomgren", "consumer", ("Dealers",)),
    ("greta.falkenrath@tallgrass-parts.example", "Greta", "Falkenrath", "consumer", ()),
)
LEFT = "greta.falkenrath@tallgrass-parts.example"
EVERYBODY = "Everyone"
GROUPS = ("Planning", "Controllers", "Dealers", "Advisers", "Board")
FROM_DIRECTORY = frozenset({"Board"})
# name, the folder that it is in, whose it is
FOLDERS = (
    ("Plans", None, "nora"),
    ("This year", "Plans", "nora"),
    ("Closing", None, "claire.dubois"),
    ("Month end", "Closing", "claire.dubois"),
    ("Dealers", None, "lukasz.zielinski"),
    ("Drafts", None, "desmond.achterberg"),
)


@dataclass(frozen=True, slots=True)
class Sketch:
    """A dashboard in a line. `shared` names people and groups, with `!` those who may edit."""

    title: str
    owner: str
    folder: str | None
    source: str
    measures: str
    by: str
    shared: str = ""
    published: bool = True
    edited: bool = False  # after it was published


PLAN, LEDGER, DEALERS = "Planning model", "Ledger extract", "Dealer orders"
SKETCHES = (
    Sketch(
        "Plan against actuals",
        "nora",
        "This year",
        PLAN,
        "Planned, Actual, Gap",
        "Month, Region",
        "Planning!, Board, amara.osei",
    ),
    Sketch(
        "Headroom of the credit line",
        "nora",
        "This year",
        LEDGER,
        "Drawn, Limit",
        "Week",
        "claire.dubois!, jurgen.attenberger",
    ),
    Sketch(
        "Rolling forecast",
        "nora",
        "Plans",
        PLAN,
        "Forecast, Range",
        "Quarter, Product line",
        "Planning, Advisers",
        edited=True,
    ),
    Sketch("Assumptions under test", "nora", "Plans", PLAN, "Effect", "Assumption", published=False),
    Sketch("Licences of this server", "tomas.ibarra", None, LEDGER, "Seats used, Seats", "Role", "nora!"),
    Sketch(
        "Month end in one page",
        "claire.dubois",
        "Month end",
        LEDGER,
        "Open items, Posted, Days late",
        "Entity, Account class",
        "Controllers!, Board",
    ),
    Sketch(
        "Accruals to check", "claire.dubois", "Month end", LEDGER, "Accrued, Released", "Cost centre", "Controllers"
    ),
    Sketch(
        "Intercompany differences",
        "claire.dubois",
        "Closing",
        LEDGER,
        "Difference",
        "Entity, Partner",
        "jurgen.attenberger!, Ingrid.Sorensen",
    ),
    Sketch(
        "Bridge of the margin",
        "claire.dubois",
        "Closing",
        PLAN,
        "Volume, Price, Mix",
        "Product line",
        "Board, Planning",
        edited=True,
    ),
    Sketch(
        "Stock against the books", "jurgen.attenberger", None, LEDGER, "Counted, Booked", "Warehouse", "Controllers"
    ),
    Sketch(
        "Receivables by age",
        "jurgen.attenberger",
        None,
        LEDGER,
        "Open, Overdue",
        "Bucket, Dealer",
        "claire.dubois, Dealers",
    ),
    Sketch(
        "Orders of the dealers",
        "lukasz.zielinski",
        "Dealers",
        DEALERS,
        "Ordered, Delivered, Backlog",
        "Dealer, Month",
        "Dealers!, Planning",
    ),
    Sketch(
        "Spring campaign: what dealers took",
        "lukasz.zielinski",
        "Dealers",
        DEALERS,
        "Taken, Target",
        "Dealer",
        "Dealers, pilar.echeverria",
    ),
    Sketch(
        "Returns & repairs", "lukasz.zielinski", "Dealers", DEALERS, "Returned, Repaired", "Reason", "milica.stankovic!"
    ),
    Sketch(
        "Parts that run out",
        "milica.stankovic",
        None,
        DEALERS,
        "Stock, Weekly use",
        "Part",
        "lukasz.zielinski, oskar.blomgren",
    ),
    Sketch("Prices of suppliers", "milica.stankovic", None, DEALERS, "Price, Change", "Supplier", published=False),
    Sketch(
        "Model: what drives demand",
        "desmond.achterberg",
        "Drafts",
        PLAN,
        "Demand, Weather, Price",
        "Region, Week",
        "Planning, pilar.echeverria!",
    ),
    Sketch("Model: a worse year", "desmond.achterberg", "Drafts", PLAN, "Demand", "Scenario", published=False),
    Sketch(
        "Findings for the board", "pilar.echeverria", None, PLAN, "Effect, Cost", "Finding", "Board, Advisers!, nora"
    ),
    Sketch("Findings, one by one", "pilar.echeverria", None, PLAN, "Effect", "Finding", "Advisers", edited=True),
    Sketch("Everybody's numbers", "tomas.ibarra", None, PLAN, "Bikes sold, Riders", "Month", "Everyone"),
)
