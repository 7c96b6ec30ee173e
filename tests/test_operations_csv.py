"""Every core and important operation of the four systems is reached by a field or a mutation, and executed."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

import rows_holistics
import rows_lightdash
import rows_posthog
import rows_sisense
from conftest import SHARED, Stores
from five import five
from rows import At, Row, spelled

CATALOG = SHARED / "catalog" / "operations.csv"
TABLES = {
    "sisense": rows_sisense,
    "lightdash": rows_lightdash,
    "holistics": rows_holistics,
    "posthog": rows_posthog,
}
ROOTS = {"sisense": "/api/v1", "holistics": "/api/v2"}  # above the paths of rows that leave it out
# Operations that the graph leaves out, each with its reason.
UNREACHABLE: Mapping[tuple[str, str, str], str] = {
    ("sisense", "GET", "/authentication/logout"): (
        "it revokes the token of an account that speaks for everybody, and that other processes hold too; "
        "people log out of dashgraph itself"
    ),
}


def proved() -> list[Any]:
    """Each proof with its rows, once for each kind of settings."""
    found = []
    for system, table in TABLES.items():
        together: list[list[Row]] = []
        for row in table.ROWS:
            alike = [rows for rows in together if (rows[0].proof, rows[0].settings) == (row.proof, row.settings)]
            if alike:
                alike[0].append(row)
            else:
                together.append([row])
        for rows in together:
            name = "-".join([system, rows[0].proof.__name__, *rows[0].settings])
            found.append(pytest.param(system, rows, id=name))
    return found


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("system", "rows"), proved())
async def test_the_graph_reaches_it(stores: Stores, system: str, rows: Sequence[Row]) -> None:
    known = {line for row in TABLES[system].ROWS for line in (row.line, row.by) if line}
    async with five(stores, own={system: rows[0].settings}) as world:
        fake = world.fakes[system]

        await rows[0].proof(At(system, fake, world, await world.admin()))

    asked = {spelled(call.line, ROOTS.get(system, ""), known) for call in fake.calls if 0 < call.status < 400}
    assert {row.by or row.line for row in rows} <= asked, fake.counted()


def test_every_row_of_the_catalog_is_proved_or_has_its_reason() -> None:
    if not CATALOG.exists():
        pytest.skip("the catalog of the systems' operations is not beside this repository")
    with CATALOG.open(newline="", encoding="utf-8") as lines:
        wanted = Counter(
            (row["system"], row["method"], row["path"])
            for row in csv.DictReader(lines)
            if row["priority"] in {"core", "important"}
        )
    listed = [(system, *row.line.split(" ")) for system, table in TABLES.items() for row in table.ROWS]

    assert Counter([*listed, *UNREACHABLE]) == wanted


def test_what_is_asked_elsewhere_says_why() -> None:
    for table in TABLES.values():
        for row in table.ROWS:
            assert (row.by is None) is (row.why is None), row.line
