"""Tallgrass Bicycles, a company that does not exist: its people, groups, folders, dashboards and vocabulary."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashgraph.domain.dash import JsonObject
from dashgraph.domain.dashboards import DashboardState
from dashgraph.domain.roles import ADMIN, DESIGNER, VIEWER
from dashgraph.domain.users import UserStatus

DOMAIN = "tallgrass.example"
EVERYONE = "Everyone"


@dataclass(frozen=True, slots=True)
class DemoUser:
    """The department is the name of a group; the management has none."""

    user_name: str
    first_name: str
    last_name: str | None
    department: str | None
    status: UserStatus = UserStatus.ACTIVE

    @property
    def email(self) -> str:
        return f"{self.user_name}@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class DemoGroup:
    """Members are whole departments and single people."""

    name: str
    departments: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    mail: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class DemoFolder:
    name: str
    parent: str | None
    owner: str


@dataclass(frozen=True, slots=True)
class DemoDashboard:
    """`measure` is what it is mainly about; `groups` and `people` are who it is shared with on purpose.

    A closed dashboard is shared with nobody else. `published_as` is the title of a modified one as viewers see it.
    """

    title: str
    subject: str
    measure: str
    widgets: int
    owner: str
    folder: str | None
    description: str
    groups: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    state: DashboardState = DashboardState.PUBLISHED
    published_as: str | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    title: str
    table: str
    column: str
    agg: str = "sum"
    mask: str = "number"


@dataclass(frozen=True, slots=True)
class Dimension:
    """A column named by its title, and some of the members it has."""

    title: str
    table: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What one can ask of a datasource. The first three dimensions go from wide to narrow."""

    datasource: JsonObject
    date: Dimension
    measures: tuple[Measure, ...]
    dimensions: tuple[Dimension, ...]


@dataclass(frozen=True, slots=True)
class WidgetKind:
    """A sort of widget: how its title is worded, what its panels hold, and how much of a row (100) it takes."""

    type: str
    subtype: str
    title: str
    panels: Mapping[str, tuple[str, ...]]
    style: JsonObject
    room: int
    height: int


def _datasource(title: str) -> JsonObject:
    name = title.replace(" ", "")
    return {
        "title": title,
        "fullname": f"bi.{DOMAIN}/{title}",
        "id": f"tallgrass_{name.lower()}",
        "address": f"bi.{DOMAIN}",
        "database": f"tg{name}",
    }


COMMERCE, LEDGER, FULFILMENT, WORKFORCE = (
    _datasource(title) for title in ("Tallgrass Commerce", "General Ledger", "Fulfilment", "Workforce")
)
DATASOURCES = (COMMERCE, LEDGER, FULFILMENT, WORKFORCE)

REGION = Dimension("Region", "Places", ("Nordics", "DACH", "Benelux", "Iberia"))
COUNTRY = Dimension("Country", "Places", ("Sweden", "Germany", "Netherlands", "Portugal"))
CITY = Dimension("City", "Places", ("Stockholm", "Berlin", "Utrecht", "Porto"))
PRODUCT_LINE = Dimension("Product line", "Products", ("City bikes", "E-bikes", "Cargo bikes", "Kids' bikes"))
CHANNEL = Dimension("Channel", "Channels", ("Dealers", "Own stores", "Web shop", "Company leasing"))

SUBJECTS = {
    "sales": Subject(
        COMMERCE,
        Dimension("Order date", "Orders", ()),
        (
            Measure("Revenue", "Orders", "Net amount", mask="money"),
            Measure("Orders", "Orders", "Order number", agg="count"),
            Measure("Gross margin", "Orders", "Margin", mask="money"),
            Measure("Average order value", "Orders", "Net amount", agg="avg", mask="money"),
            Measure("Bikes sold", "Order lines", "Quantity"),
        ),
        (REGION, COUNTRY, CITY, PRODUCT_LINE, CHANNEL),
    ),
    "marketing": Subject(
        COMMERCE,
        Dimension("Visit date", "Visits", ()),
        (
            Measure("Acquisition cost", "Campaigns", "Cost per customer", agg="avg", mask="money"),
            Measure("New customers", "Customers", "Customer number", agg="count"),
            Measure("Test rides booked", "Test rides", "Booking number", agg="count"),
            Measure("Campaign revenue", "Campaigns", "Attributed amount", mask="money"),
            Measure("Conversion rate", "Visits", "Converted", agg="avg", mask="percent"),
        ),
        (
            REGION,
            COUNTRY,
            CITY,
            Dimension("Marketing channel", "Campaigns", ("Search", "Social", "Newsletter", "Cycling clubs")),
            Dimension("Audience", "Campaigns", ("Commuters", "Families", "Couriers")),
        ),
    ),
    "finance": Subject(
        LEDGER,
        Dimension("Posting date", "Postings", ()),
        (
            Measure("Revenue recognised", "Postings", "Recognised amount", mask="money"),
            Measure("Operating cost", "Postings", "Cost amount", mask="money"),
            Measure("Cash position", "Balances", "Cash", agg="max", mask="money"),
            Measure("Open receivables", "Invoices", "Open amount", mask="money"),
            Measure("Budget used", "Budgets", "Used share", agg="avg", mask="percent"),
        ),
        (
            Dimension("Account class", "Accounts", ("Income", "Cost of goods", "Overheads")),
            Dimension("Account group", "Accounts", ("Bicycle sales", "Frames and parts", "Rent")),
            Dimension("Account", "Accounts", ("3000 Bikes", "4010 Frames", "5020 Workshops")),
            Dimension("Cost centre", "Cost centres", ("Stores", "Workshops", "Head office")),
            Dimension("Legal entity", "Entities", ("Tallgrass AB", "Tallgrass GmbH", "Tallgrass Lda")),
        ),
    ),
    "warehouse": Subject(
        FULFILMENT,
        Dimension("Shipping date", "Shipments", ()),
        (
            Measure("Lines picked", "Picks", "Pick number", agg="count"),
            Measure("Stock value", "Stock", "Value", mask="money"),
            Measure("Late shipments", "Shipments", "Late number", agg="count"),
            Measure("Delivery time in days", "Shipments", "Days", agg="avg"),
            Measure("Returned bikes", "Returns", "Quantity"),
        ),
        (
            Dimension("Site", "Sites", ("Jönköping", "Leipzig", "Braga")),
            Dimension("Hall", "Sites", ("North hall", "Cold store", "Returns dock")),
            Dimension("Aisle", "Sites", ("A1 frames", "A2 wheels", "B4 batteries")),
            PRODUCT_LINE,
            Dimension("Supplier", "Suppliers", ("Ardenne Forks", "Kestrel Hubs", "Solvik Batteries")),
        ),
    ),
    "care": Subject(
        FULFILMENT,
        Dimension("Contact date", "Contacts", ()),
        (
            Measure("Churned service plans", "Service plans", "Cancelled number", agg="count"),
            Measure("Open tickets", "Tickets", "Ticket number", agg="count"),
            Measure("First answer in hours", "Tickets", "Hours to answer", agg="avg"),
            Measure("Satisfaction", "Surveys", "Score", agg="avg"),
            Measure("Revenue at risk", "Service plans", "Yearly amount", mask="money"),
        ),
        (
            REGION,
            COUNTRY,
            CITY,
            Dimension("Reason", "Contacts", ("Battery", "Delivery", "Warranty", "Invoice")),
            Dimension("Plan", "Service plans", ("Basic", "Commuter", "Fleet")),
        ),
    ),
    "people": Subject(
        WORKFORCE,
        Dimension("Month end", "Contracts", ()),
        (
            Measure("Headcount", "Contracts", "Employee number", agg="count"),
            Measure("Median salary", "Contracts", "Yearly salary", agg="median", mask="money"),
            Measure("Open positions", "Positions", "Position number", agg="count"),
            Measure("Leavers", "Contracts", "Left number", agg="count"),
            Measure("Sick leave", "Absences", "Share", agg="avg", mask="percent"),
        ),
        (
            Dimension("Division", "Teams", ("Commercial", "Operations", "Head office")),
            Dimension("Department", "Teams", ("Sales", "Warehouse", "Finance")),
            Dimension("Team", "Teams", ("Dealers North", "Picking", "Controlling")),
            Dimension("Salary band", "Contracts", ("B1", "B2", "B3", "B4")),
            Dimension("Contract", "Contracts", ("Permanent", "Seasonal", "Apprentice")),
        ),
    ),
    "app": Subject(
        COMMERCE,
        Dimension("Ride date", "Rides", ()),
        (
            Measure("Active riders", "Rides", "Rider number", agg="count"),
            Measure("Kilometres ridden", "Rides", "Kilometres"),
            Measure("App sessions", "Sessions", "Session number", agg="count"),
            Measure("Crash-free sessions", "Sessions", "Crash free", agg="avg", mask="percent"),
        ),
        (
            REGION,
            COUNTRY,
            CITY,
            Dimension("Feature", "Sessions", ("Route planner", "Theft alarm", "Service booking")),
            Dimension("Platform", "Sessions", ("Android", "iOS", "Bike display")),
        ),
    ),
}

MASKS: dict[str, JsonObject] = {
    "number": {"type": "number", "separated": True, "decimals": "auto"},
    "money": {"decimals": "auto", "currency": {"symbol": "€", "position": "pre"}, "separated": True},
    "percent": {"decimals": 1, "percent": True},
}
PALETTES: tuple[JsonObject, ...] = (
    {"name": "Tallgrass", "colors": ["#2f6b3c", "#8fb339", "#d9a441", "#a6432d", "#3b5b7a", "#c7c2ac"]},
    {"name": "Night ride", "colors": ["#0d3b66", "#f4d35e", "#ee964b", "#f95738", "#5f7a8c", "#9fb8ad"]},
    {"name": "Workshop", "colors": ["#264653", "#2a9d8f", "#e9c46a", "#f4a261", "#e76f51", "#8a817c"]},
)

LEGEND: JsonObject = {"legend": {"enabled": True, "position": "bottom"}, "markers": {"enabled": False}}
NOTE = WidgetKind(
    "richtexteditor",
    "richtexteditor",
    "About this dashboard",
    {},
    {"html": "<p><b>{measure}</b></p><p>{description}</p>", "vAlign": "middle", "bgColor": "#ffffff"},
    room=100,
    height=96,
)
# The number comes first; the others take turns.
WIDGET_KINDS = (
    WidgetKind(
        "indicator",
        "indicator/numeric",
        "{measure}",
        {"value": ("measure",), "secondary": (), "min": (), "max": (), "filters": ()},
        {"subtype": "simple", "skin": "vertical", "components": {"title": {"shouldBeShown": True}}},
        room=25,
        height=160,
    ),
    WidgetKind(
        "chart/column",
        "column/classic",
        "{measure} by {dimension}",
        {"categories": ("dimension",), "values": ("measure",), "break by": (), "filters": ()},
        LEGEND,
        room=50,
        height=320,
    ),
    WidgetKind(
        "chart/line",
        "line/spline",
        "{measure} by month and {dimension}",
        {"x-axis": ("months",), "values": ("measure",), "break by": ("dimension",), "filters": ()},
        LEGEND,
        room=50,
        height=320,
    ),
    WidgetKind(
        "chart/pie",
        "pie/donut",
        "{measure}: shares by {dimension}",
        {"categories": ("dimension",), "values": ("measure",), "filters": ()},
        LEGEND,
        room=50,
        height=320,
    ),
    WidgetKind(
        "pivot2",
        "pivot2",
        "{measure} by {dimension} and quarter",
        {"rows": ("dimension",), "columns": ("quarters",), "values": ("measure",), "filters": ()},
        {"pageSize": 25, "automaticHeight": True, "rowsGrandTotal": True},
        room=100,
        height=420,
    ),
    WidgetKind(
        "tablewidget",
        "tablewidget",
        "{measure}: days and {dimension}",
        {"columns": ("days", "dimension", "measure"), "filters": ()},
        {"pageSize": 50, "width/content": True, "colors/rows": True},
        room=100,
        height=420,
    ),
)

INACTIVE, PENDING, DELETED = UserStatus.INACTIVE, UserStatus.PENDING, UserStatus.DELETED
DRAFT, MODIFIED = DashboardState.DRAFT, DashboardState.MODIFIED

# The first one is the administrator that `load_demo` names; it is in the company longest.
PEOPLE = {
    ADMIN.native_name: (
        DemoUser("nora", "Nora", "Whitfield", "Data team"),
        DemoUser("tomas.ibarra", "Tomás", "Ibarra", "Data team"),
        DemoUser("priya.raghunathan", "Priya", "Raghunathan", "Data team"),
    ),
    DESIGNER.native_name: (
        DemoUser("wei-ting.hsu", "Wei-Ting", "Hsu", "Data team"),
        DemoUser("mirela.colakovic", "Mirela", "Čolaković", "Data team"),
        DemoUser("claire.dubois", "Claire", "Dubois-Faure", "Finance"),
        DemoUser("jurgen.attenberger", "Jürgen", "Attenberger", "Finance"),
        DemoUser("sinead.orourke", "Sinéad", "O'Rourke", "Finance"),
        DemoUser("marta.lindqvist", "Marta", "Lindqvist", "Sales", INACTIVE),
        DemoUser("lukasz.zielinski", "Łukasz", "Zieliński", "Sales"),
        DemoUser("ana.figueiredo", "Ana Beatriz", "Figueiredo", "Sales"),
        DemoUser("kofi.mensah", "Kofi", "Mensah-Boateng", "Sales"),
        DemoUser("zoe.vanderlinden", "Zoë", "van der Linden", "Marketing"),
        DemoUser("mateo.alvarez", "Mateo", "Álvarez Rincón", "Marketing"),
        DemoUser("dagny.eiriksdottir", "Dagný", "Eiríksdóttir", "Operations"),
        DemoUser("bao.nguyen", "Bảo", "Nguyễn Hữu", "Operations"),
        DemoUser("eleni.papadopoulou", "Ελένη", "Παπαδοπούλου", "Operations"),
        DemoUser("fatima.benali", "Fatima Zahra", "Benali", "People team"),
        DemoUser("henrik.stahl", "Henrik", "Ståhl", "People team"),
        DemoUser("olena.kovalchuk", "Олена", "Ковальчук", "Product"),
        DemoUser("ravi.chandrasekaran", "Ravi", "Chandrasekaran", "Product"),
        DemoUser("camille.ndiaye", "Camille", "N'Diaye", "Customer care"),
        DemoUser("aoife.nidhuibhir", "Aoife", "Ní Dhuibhir", "Customer care"),
    ),
    VIEWER.native_name: (
        DemoUser("amara.osei", "Amara", "Osei-Tutu", None),
        DemoUser("bernard.delacroix", "Bernard", "Delacroix-Roy", None),
        DemoUser("catherine.ashworth", "Catherine", "Ashworth-Lim", None),
        DemoUser("sven.akerblom", "Sven", "Åkerblom", "Data team"),
        DemoUser("ingrid.sorensen", "Ingrid", "Sørensen", "Finance"),
        DemoUser("peter.szucs", "Péter", "Szűcs", "Finance"),
        DemoUser("noemie.castaing", "Noémie", "Castaing", "Finance"),
        DemoUser("harald.wohrmann", "Harald", "Wöhrmann", "Finance", INACTIVE),
        DemoUser("bjorn.hakonsen", "Bjørn", "Håkonsen", "Sales"),
        DemoUser("giulia.marchesini", "Giulia", "Marchesini", "Sales"),
        DemoUser("tiago.vasconcelos", "Tiago", "Vasconcelos", "Sales"),
        DemoUser("lars-erik.makinen", "Lars-Erik", "Mäkinen", "Sales"),
        DemoUser("rosalia.quintana", "Rosalía", "Quintana", "Sales"),
        DemoUser("emre.yildirim", "Emre", "Yıldırım", "Sales"),  # noqa: RUF001 - the Turkish letter is right
        DemoUser("jb.thevenet", "Jean-Baptiste", "Thévenet", "Sales", DELETED),
        DemoUser("yuki.hoshino", "星野 優希", None, "Marketing"),
        DemoUser("chloe.beaumont", "Chloé", "Beaumont-Ruiz", "Marketing"),
        DemoUser("fionn.gallagher", "Fionn", "Gallagher", "Marketing", INACTIVE),
        DemoUser("agnieszka.wrobel", "Agnieszka", "Wróbel", "Marketing"),
        DemoUser("mehmet.kaplan", "Mehmet", "Kaplan", "Operations"),
        DemoUser("layla.haddad", "ليلى", "حداد", "Operations"),
        DemoUser("jorge.penaloza", "Jorge", "Peñaloza", "Operations"),
        DemoUser("katarina.hruba", "Katarína", "Hrubá", "Operations"),
        DemoUser("sipho.dlamini", "Sipho", "Dlamini", "Operations"),
        DemoUser("anders.kjaergaard", "Anders", "Kjærgaard", "Operations"),
        DemoUser("divya.menon", "Divya", "Menon-Pillai", "Operations"),
        DemoUser("rui.carvalhal", "Rui", "Carvalhal", "Operations", INACTIVE),
        DemoUser("esther.halloran", "Esther", "Halloran", "People team"),
        DemoUser("monica.salgado", "Mónica", "Salgado", "People team"),
        DemoUser("seoyeon.kim", "김서연", None, "Product"),
        DemoUser("theo.lacombe", "Théo", "Lacombe", "Product", PENDING),
        DemoUser("noam.barak", "נועם", "ברק", "Product"),
        DemoUser("beatriz.antunes", "Beatriz", "Antunes", "Customer care"),
        DemoUser("mai.ho", "Mai", "Hồ Thị", "Customer care"),
        DemoUser("owen.prendergast", "Owen", "Prendergast", "Customer care"),
        DemoUser("ebba.nystrand", "Ebba", "Nystrand", "Customer care"),
        DemoUser("aarti.deshmukh", "आरती", "देशमुख", "Customer care"),
    ),
}

GROUPS = (
    DemoGroup(EVERYONE, mail=f"everyone@{DOMAIN}", role=VIEWER.native_name),
    DemoGroup(
        "Board",
        people=("amara.osei", "bernard.delacroix", "catherine.ashworth", "ingrid.sorensen"),
        mail=f"board@{DOMAIN}",
    ),
    DemoGroup("Finance", ("Finance",), mail=f"finance@{DOMAIN}"),
    DemoGroup("Finance leads", people=("ingrid.sorensen", "claire.dubois", "peter.szucs")),
    DemoGroup("Sales", ("Sales",), mail=f"sales@{DOMAIN}"),
    DemoGroup("Marketing", ("Marketing",), mail=f"marketing@{DOMAIN}"),
    DemoGroup("Operations", ("Operations",)),
    DemoGroup("People team", ("People team",), mail=f"people@{DOMAIN}"),
    # Meant for four people. Somebody added whole departments, and so it opens "Salary bands (private)" to them.
    DemoGroup("People partners", ("People team", "Sales", "Operations")),
    DemoGroup("Product", ("Product",)),
    DemoGroup("Customer care", ("Customer care",), mail=f"care@{DOMAIN}", role=VIEWER.native_name),
    DemoGroup("Data team", ("Data team",), role=DESIGNER.native_name),
)

# Parents stand before what they hold.
FOLDERS = (
    DemoFolder("Company", None, "nora"),
    DemoFolder("Finance", None, "claire.dubois"),
    DemoFolder("Board", "Finance", "claire.dubois"),
    DemoFolder("Monthly close", "Finance", "jurgen.attenberger"),
    DemoFolder("2026", "Monthly close", "jurgen.attenberger"),
    DemoFolder("Drafts", "2026", "claire.dubois"),
    DemoFolder("Sales", None, "kofi.mensah"),
    DemoFolder("Regional revenue", "Sales", "lukasz.zielinski"),
    DemoFolder("Nordics", "Sales", "marta.lindqvist"),
    DemoFolder("Marketing", None, "zoe.vanderlinden"),
    DemoFolder("Campaigns", "Marketing", "mateo.alvarez"),
    DemoFolder("Operations", None, "bao.nguyen"),
    DemoFolder("Warehouse", "Operations", "dagny.eiriksdottir"),
    DemoFolder("People", None, "fatima.benali"),
)

DASHBOARDS = (
    DemoDashboard(
        "Acquisition cost by channel", "marketing", "Acquisition cost", 9, "zoe.vanderlinden", "Marketing",
        "What a new customer costs us, and where they come from.", groups=("Marketing", "Board"),
        people=("kofi.mensah", "amara.osei")
    ),
    DemoDashboard(
        "Marketing funnel", "marketing", "Conversion rate", 8, "zoe.vanderlinden", "Marketing",
        "From the first visit to the test ride to the order.", groups=("Marketing", "Sales"),
        people=("olena.kovalchuk",)
    ),
    DemoDashboard(
        "Campaign results, spring", "marketing", "Campaign revenue", 7, "mateo.alvarez", "Campaigns",
        "Every spring campaign against its goal.", groups=("Marketing",)
    ),
    DemoDashboard(
        "Brand awareness survey", "marketing", "New customers", 4, "mateo.alvarez", "Campaigns",
        "Waiting for the second wave of answers.", state=DRAFT
    ),
    DemoDashboard(
        "Visits to revenue", "marketing", "Campaign revenue", 8, "zoe.vanderlinden", "Marketing",
        "Which visits became revenue within thirty days.", groups=("Marketing", "Data team")
    ),
    DemoDashboard(
        "Feature adoption", "app", "App sessions", 5, "ravi.chandrasekaran", None,
        "How new features of the ride app are taken up.", state=DRAFT
    ),
    DemoDashboard(
        "Ride app usage", "app", "Active riders", 6, "olena.kovalchuk", None,
        "Riders, rides and kilometres.", groups=("Product", "Customer care")
    ),
    DemoDashboard(
        "Revenue by region", "sales", "Revenue", 12, "lukasz.zielinski", "Regional revenue",
        "Net revenue and margin of all regions, refreshed every night.", groups=("Sales", "Finance", "Board"),
        people=("marta.lindqvist",)
    ),
    DemoDashboard(
        "Revenue by product line", "sales", "Revenue", 10, "ana.figueiredo", "Regional revenue",
        "City bikes, e-bikes, cargo bikes and kids' bikes.", groups=("Sales", "Product"),
        people=("marta.lindqvist",)
    ),
    DemoDashboard(
        "Recurring revenue: service plans", "sales", "Revenue", 8, "ana.figueiredo", "Regional revenue",
        "Service plans sold, renewed and ended.", groups=("Sales", "Customer care"), state=MODIFIED,
        published_as="Recurring revenue: service plans"
    ),
    DemoDashboard(
        "E-bike revenue tracker", "sales", "Revenue", 8, "ana.figueiredo", "Regional revenue",
        "The launch of the e-bike range, week by week.", groups=("Sales", "Marketing"), state=MODIFIED,
        published_as="E-bike revenue"
    ),
    DemoDashboard(
        "Dealer scorecard", "sales", "Orders", 11, "kofi.mensah", "Sales",
        "Orders, margin and returns of every dealer.", groups=("Sales",), people=("marta.lindqvist",)
    ),
    DemoDashboard(
        "Pipeline and forecast", "sales", "Orders", 9, "kofi.mensah", "Sales",
        "Open offers and what we expect of them.", groups=("Sales", "Finance leads"),
        people=("marta.lindqvist",)
    ),
    DemoDashboard(
        "Nordic revenue", "sales", "Revenue", 10, "marta.lindqvist", "Nordics",
        "Sweden, Norway, Denmark and Finland.", groups=("Sales",), people=("bjorn.hakonsen",)
    ),
    DemoDashboard(
        "Nordic dealers", "sales", "Orders", 8, "marta.lindqvist", "Nordics",
        "Who sells what in the north.", groups=("Sales",)
    ),
    DemoDashboard(
        "Store visits, Stockholm", "sales", "Bikes sold", 6, "marta.lindqvist", "Nordics",
        "The pilot with counted visitors.", people=("kofi.mensah", "lars-erik.makinen")
    ),
    DemoDashboard(
        "Winter season plan", "sales", "Bikes sold", 5, "marta.lindqvist", "Nordics",
        "Studded tyres and lights; not agreed yet.", state=DRAFT
    ),
    DemoDashboard(
        "Price list check", "sales", "Average order value", 4, "marta.lindqvist", "Sales",
        "Orders below the list price.", groups=("Sales",)
    ),
    DemoDashboard(
        "Revenue at a glance", "sales", "Revenue", 3, "nora", "Company",
        "One number and two charts for the screen in the hall.", groups=("Everyone",)
    ),
    DemoDashboard(
        "Company pulse", "sales", "Revenue", 12, "nora", "Company",
        "The week in one page, for everybody.", groups=("Everyone",)
    ),
    DemoDashboard(
        "Data quality watch", "warehouse", "Stock value", 3, "nora", "Company",
        "Loads that came late or short.", state=DRAFT
    ),
    DemoDashboard(
        "Board pack Q3", "finance", "Revenue recognised", 16, "claire.dubois", "Board",
        "Results, cash and outlook for the board meeting.", groups=("Board", "Finance leads"),
        people=("ingrid.sorensen", "amara.osei", "nora"), closed=True
    ),
    DemoDashboard(
        "Monthly close checklist", "finance", "Operating cost", 8, "jurgen.attenberger", "Monthly close",
        "What is still open before the books close.", groups=("Finance",)
    ),
    DemoDashboard(
        "Close: accruals", "finance", "Operating cost", 6, "jurgen.attenberger", "2026",
        "Accruals by account and cost centre.", groups=("Finance",)
    ),
    DemoDashboard(
        "Close: revenue recognition", "finance", "Revenue recognised", 7, "sinead.orourke", "2026",
        "Revenue by the month in which it is earned.", groups=("Finance", "Finance leads")
    ),
    DemoDashboard(
        "Cash flow", "finance", "Cash position", 10, "claire.dubois", "Finance",
        "Thirteen weeks back, thirteen weeks ahead.", groups=("Finance leads", "Board")
    ),
    DemoDashboard(
        "Budget against actuals", "finance", "Budget used", 12, "sinead.orourke", "Finance",
        "Every cost centre against its budget.", groups=("Finance", "Board"), state=MODIFIED,
        published_as="Budget vs actuals"
    ),
    DemoDashboard(
        "Receivables by age", "finance", "Open receivables", 8, "sinead.orourke", "Finance",
        "Who owes us, and for how long.", groups=("Finance", "Sales")
    ),
    DemoDashboard(
        "Forecast scenarios", "finance", "Cash position", 5, "claire.dubois", "Drafts",
        "Three scenarios for the next year.", state=DRAFT
    ),
    DemoDashboard(
        "Warehouse picking", "warehouse", "Lines picked", 10, "dagny.eiriksdottir", "Warehouse",
        "Lines picked per hour, hall by hall.", groups=("Operations",)
    ),
    DemoDashboard(
        "Stock on hand", "warehouse", "Stock value", 9, "dagny.eiriksdottir", "Warehouse",
        "What lies where, and what it is worth.", groups=("Operations", "Finance")
    ),
    DemoDashboard(
        "Late deliveries", "warehouse", "Late shipments", 9, "bao.nguyen", "Operations",
        "Shipments that missed their promised day.", groups=("Operations", "Customer care")
    ),
    DemoDashboard(
        "Supplier reliability", "warehouse", "Delivery time in days", 8, "bao.nguyen", "Operations",
        "Suppliers by delay and by complaint.", groups=("Operations",)
    ),
    DemoDashboard(
        "Returns and repairs", "warehouse", "Returned bikes", 8, "eleni.papadopoulou", "Warehouse",
        "Why bikes come back.", groups=("Operations", "Product")
    ),
    DemoDashboard(
        "Workshop capacity", "warehouse", "Delivery time in days", 6, "eleni.papadopoulou", "Operations",
        "A first try at planning the workshops.", state=DRAFT
    ),
    DemoDashboard(
        "Churn watch", "care", "Churned service plans", 9, "camille.ndiaye", None,
        "Service plans that ended, and revenue at risk.", groups=("Customer care", "Sales", "Board"),
        state=MODIFIED, published_as="Churn watch"
    ),
    DemoDashboard(
        "Ticket backlog", "care", "Open tickets", 9, "aoife.nidhuibhir", "Operations",
        "Open tickets by age and reason.", groups=("Customer care",)
    ),
    DemoDashboard(
        "Customer satisfaction", "care", "Satisfaction", 8, "camille.ndiaye", None,
        "What customers say after a contact.", groups=("Everyone",)
    ),
    DemoDashboard(
        "Salary bands (private)", "people", "Median salary", 7, "fatima.benali", "People",
        "Bands and medians. For the people partners only.", groups=("People partners",), closed=True
    ),
    DemoDashboard(
        "Headcount and hiring", "people", "Headcount", 9, "henrik.stahl", "People",
        "Who joined, who left, and whom we look for.", groups=("People team", "Board")
    ),
)  # fmt: skip
