"""What is written through the ledger is put back whole, however its rows depend on each other, and however many."""

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from company import Company
from conftest import Asking
from dashgraph.domain.problems import Conflict
from dashgraph.store.accounts import NewUser, user_row
from dashgraph.store.ledger import Image, Ledger, read, written
from dashgraph.store.tables import dashboards, editions, folders, memberships, users, widgets
from test_shares import snapshot

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
MANY = 5000
TILES = tuple("abcdef")


async def held(session: AsyncConnection) -> list[dict[str, Any]]:
    return [dict(row) for row in (await session.execute(select(widgets))).mappings()]


async def put_back(asking: Asking, images: list[Image]) -> list[Image]:
    """Undo the writes as an operation is undone: read from text, in a later transaction. What that wrote."""
    async with asking.world.database.writing() as session:
        ledger = Ledger(session, NOW)
        await ledger.put_back(read(written(images)))
        return ledger.images


async def shuffle(asking: Asking, ids: list[str]) -> list[Image]:
    """Put the widgets with these ids at the positions in this order, whatever was at them."""
    async with asking.world.database.writing() as session:
        ledger = Ledger(session, NOW)
        rows = {row["id"]: row for row in await held(session)}
        fresh = next(iter(rows.values()))
        await ledger.delete(widgets, widgets.c.dashboard_id == "plan")
        placed = ({**rows.get(one, fresh), "id": one, "position": place} for place, one in enumerate(ids))
        await ledger.insert(widgets, *placed)
        return ledger.images


async def test_widgets_that_changed_places_within_an_edition_change_back(empty: Asking) -> None:
    company = Company(empty.world.database)
    await company.user("owner")
    await company.dashboard("plan", "owner", tiles=("a", "b"))
    before = await snapshot(empty)

    images = await shuffle(empty, ["plan-b", "plan-a"])

    assert [(image.before and image.before["id"], image.after and image.after["id"]) for image in images] == [
        ("plan-a", "plan-b"),
        ("plan-b", "plan-a"),
    ]
    again = await put_back(empty, images)
    assert await snapshot(empty) == before
    await put_back(empty, again)
    assert await snapshot(empty) != before


async def test_any_shuffle_of_widgets_some_new_and_some_gone_is_put_back(empty: Asking) -> None:
    company = Company(empty.world.database)
    await company.user("owner")
    await company.dashboard("plan", "owner", tiles=TILES)
    before = await snapshot(empty)

    for seed in range(20):
        random = Random(seed)
        known = [f"plan-{tile}" for tile in (*TILES, "new", "newer")]
        images = await shuffle(empty, random.sample(known, random.randint(1, len(known))))
        await put_back(empty, images)
        assert await snapshot(empty) == before, seed


async def test_users_that_changed_addresses_change_back(empty: Asking) -> None:
    company = Company(empty.world.database)
    for name in ("ann", "ben"):
        await company.user(name)
    before = await snapshot(empty)
    async with empty.world.database.writing() as session:
        ledger = Ledger(session, NOW)
        for name, key in (("ann", "aside"), ("ben", "ann@x.example"), ("ann", "ben@x.example")):
            await ledger.update(users, users.c.id == name, email=key, email_key=key)

    again = await put_back(empty, ledger.images)

    assert await snapshot(empty) == before
    assert {image.key: image.changed for image in again} == {(name,): {"email", "email_key"} for name in ("ann", "ben")}


async def test_what_came_to_refer_to_something_new_lets_go_of_it_before_that_goes(empty: Asking) -> None:
    company = Company(empty.world.database)
    await company.user("owner")
    await company.folder("old", "owner")
    await company.dashboard("plan", "owner", folder="old")
    before = await snapshot(empty)
    async with empty.world.database.writing() as session:
        ledger = Ledger(session, NOW)
        await ledger.update(dashboards, dashboards.c.id == "plan", folder_id=None)
        await ledger.delete(folders, folders.c.id == "old")
        new = {"id": "new", "name": "new", "name_key": "new", "owner_id": "owner", "parent_id": None}
        await ledger.insert(folders, {**new, "created_at": NOW, "updated_at": NOW})
        await ledger.update(dashboards, dashboards.c.id == "plan", folder_id="new")

    await put_back(empty, ledger.images)

    assert await snapshot(empty) == before


async def test_what_does_not_fit_any_more_is_refused_and_nothing_is_put_back(empty: Asking) -> None:
    company = Company(empty.world.database)
    await company.user("owner")
    await company.folder("box", "owner")
    await company.dashboard("plan", "owner", folder="box")
    async with empty.world.database.writing() as session:
        ledger = Ledger(session, NOW)
        await ledger.update(editions, editions.c.dashboard_id == "plan", description="new")
        await ledger.update(dashboards, dashboards.c.id == "plan", folder_id=None)
    async with empty.world.database.writing() as session:
        await Ledger(session, NOW).delete(folders, folders.c.id == "box")
    before = await snapshot(empty)

    with pytest.raises(Conflict, match="does not fit"):
        await put_back(empty, ledger.images)

    assert await snapshot(empty) == before


async def test_thousands_of_rows_are_changed_at_once_and_put_back(empty: Asking) -> None:
    company = Company(empty.world.database)
    for name in ("all", "some"):
        await company.group(name)
    start = await snapshot(empty)
    names = [f"u{number}" for number in range(MANY)]
    async with empty.world.database.writing() as session:
        made = Ledger(session, NOW)
        rows = (user_row(NewUser(name, f"{name}@x.example", "viewer"), NOW) for name in names)
        await made.insert(users, *({**row, "id": name} for name, row in zip(names, rows, strict=True)))
        await made.insert(memberships, *({"user_id": name, "group_id": "all"} for name in names))
    before = await snapshot(empty)
    async with empty.world.database.writing() as session:
        changed = Ledger(session, NOW)
        await changed.delete(memberships, memberships.c.group_id == "all")
        await changed.insert(memberships, *({"user_id": name, "group_id": "some"} for name in names))
        await changed.update(users, users.c.role == "viewer", role="designer")

    assert (len(made.images), len(changed.images)) == (2 * MANY, 3 * MANY)
    await put_back(empty, changed.images)
    assert await snapshot(empty) == before
    await put_back(empty, made.images)
    assert await snapshot(empty) == start
