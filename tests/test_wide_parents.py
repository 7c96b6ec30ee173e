"""Pages of the lists under many parents: whatever way the database finds the first few, they are the first few."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from company import Company
from conftest import Asking
from dashgraph.connectors.native.source import NativeSource
from dashgraph.domain.dashboards import DASHBOARDS, VERSIONS_OF_DASHBOARD
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Entry, Listing, Window, Wish
from dashgraph.domain.shares import SHARES_OF_DASHBOARD
from dashgraph.domain.users import UserStatus
from dashgraph.domain.viewers import Reach, Viewer
from dashgraph.domain.widgets import WIDGETS_OF_DASHBOARD

PARENTS = ["wide", "narrow", "changed", "draft", "none"]
LISTINGS: Sequence[Listing[Any]] = (WIDGETS_OF_DASHBOARD, SHARES_OF_DASHBOARD, VERSIONS_OF_DASHBOARD)


@pytest.fixture
async def source(empty: Asking) -> NativeSource:
    """Two dashboards under which there is much and little, one changed since it was published, one never published."""
    company = Company(empty.world.database)
    friends = [f"friend{number}" for number in range(8)]
    for name in ("owner", *friends):
        await company.user(name)
    await company.user("admin", "admin")
    await company.user("gone", status=UserStatus.DELETED)
    await company.group("team", "friend1")
    await company.dashboard("wide", "owner", tiles=tuple(f"tile{number * 7 % 10}" for number in range(10)))
    await company.dashboard("narrow", "friend0", tiles=("only",))
    await company.dashboard("changed", "owner", tiles=("old",))
    await company.change("changed", title="Changed", tiles=("new", "newer"))
    await company.dashboard("draft", "owner", tiles=("a", "b"), published=False)
    for name in (*friends, "gone"):
        await company.share("wide", user=name, rule="edit" if name == "friend2" else "view")
    for board in ("wide", "changed", "draft"):
        await company.share(board, group="team")
    return NativeSource(empty.world.database)


async def walked(source: NativeSource, viewer: Viewer, listing: Listing[Any], wish: Wish) -> list[Entry[Any]]:
    """The list under the wide one, page by page."""
    found: list[Entry[Any]] = []
    window = wish.window
    while True:
        page = (await source.pages(viewer, listing, PARENTS, replace(wish, window=window)))["wide"]
        if window.backward:
            found = [*page.entries, *found]
            window = replace(window, before=page.entries[0].position if page.has_previous else None)
        else:
            found = [*found, *page.entries]
            window = replace(window, after=page.entries[-1].position if page.has_next else None)
        if window == wish.window:
            return found


async def test_pages_under_many_parents_are_the_list_in_pieces(empty: Asking, source: NativeSource) -> None:
    admin = (await empty.viewer("admin@x.example")).within(Reach.ALL)
    for viewer in (admin, replace(admin, as_reader=True), await empty.viewer("friend1@x.example")):
        for listing in LISTINGS:
            for sort in listing.sorts:
                whole = await source.pages(viewer, listing, PARENTS, Wish(sort, Window(100)))
                few = await source.pages(viewer, listing, PARENTS, Wish(sort, Window(3)))

                assert {one: few[one].entries for one in PARENTS} == {one: whole[one].entries[:3] for one in PARENTS}
                for window in (Window(4), Window(4, backward=True)):
                    assert await walked(source, viewer, listing, Wish(sort, window)) == list(whole["wide"].entries)
            counts = await source.counts(viewer, listing, PARENTS, Wish(listing.default))
            assert counts == {one: len(page.entries) for one, page in whole.items() if page.entries}


async def test_what_each_viewer_is_shown_under_a_dashboard(empty: Asking, source: NativeSource) -> None:
    async def shown(name: str, listing: Listing[Any], board: str) -> int:
        viewer = await empty.viewer(f"{name}@x.example")
        viewer = viewer.within(Reach.ALL) if name == "admin" else viewer
        wish = Wish(listing.default, Window(100))
        return len((await source.pages(viewer, listing, PARENTS, wish))[board].entries)

    assert [await shown(name, WIDGETS_OF_DASHBOARD, "changed") for name in ("admin", "owner", "friend1")] == [2, 2, 1]
    assert [await shown(name, WIDGETS_OF_DASHBOARD, "draft") for name in ("admin", "owner", "friend1")] == [2, 2, 0]
    assert [await shown(name, SHARES_OF_DASHBOARD, "wide") for name in ("admin", "friend2", "friend1")] == [9, 9, 2]
    assert [await shown(name, VERSIONS_OF_DASHBOARD, "draft") for name in ("admin", "friend1")] == [0, 0]


async def test_who_is_nobody_here_owns_nothing_and_is_shared_nothing(empty: Asking, source: NativeSource) -> None:
    """Things without an owner, and shares with groups, are not those of somebody without an id."""
    await Company(empty.world.database).dashboard("ownerless", None)
    owner = await empty.viewer("owner@x.example")
    stranger = replace(owner, user=ResourceId("elsewhere", Kind.USER, "owner"))
    wish = Wish(DASHBOARDS.default, Window(100))

    assert (await source.page(stranger, DASHBOARDS, wish)).entries == []
    assert len((await source.page(owner, DASHBOARDS, wish)).entries) == 3
