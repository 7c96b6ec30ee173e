"""What every live source promises, whichever system stands behind it. Each connector's tests inherit it.

A subclass gives `opened`, the source on its fake; the promises are kept against the fake's faults.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar

import pytest

import dashgraph.graph.schema  # noqa: F401 - so that every change is known
from asker import ADMIN, viewer
from dashgraph.app.fakes.kit import Wrong
from dashgraph.domain.budget import tallied
from dashgraph.domain.dashboards import DASHBOARD, DASHBOARDS, Dashboard, DashboardFilter, DashboardSort
from dashgraph.domain.folders import FOLDERS, FolderSort
from dashgraph.domain.groups import GROUP, GROUPS, GroupSort
from dashgraph.domain.lists import Listing, Sort, TextFilter, Window, Wish
from dashgraph.domain.problems import Problem, RateLimited, SourceFailed, SourceRefused, SourceUnavailable
from dashgraph.domain.secrets import Secret
from dashgraph.domain.sources import Capability, Health
from dashgraph.domain.users import USER, USERS, UserSort
from dashgraph.domain.viewers import Viewer
from dashgraph.domain.written_changes import changes
from dashgraph.sources.live.settings import Credentials, Mode, Visibility
from dashgraph.sources.live.source import LiveSource
from dashgraph.sources.live.walks import remembering

BY_TITLE = Wish(DashboardSort.TITLE_ASC, Window(100))
WRONG_TOKEN = Secret("dg-not-the-token-of-anybody")

Opened = Callable[..., AbstractAsyncContextManager[tuple[Any, LiveSource]]]


STRANGER = viewer("nobody@elsewhere.example")


class SourceContract:
    """`opened` is the source on a filled fake. `member` is the address of somebody who sees some of it, not all."""

    opened: ClassVar[Opened]
    member: ClassVar[str]
    unlisted: ClassVar[frozenset[str]] = frozenset()  # root lists that the system does not have

    async def everything(self, source: LiveSource, listing: Listing[Any], sort: Sort, who: Viewer = ADMIN) -> list[Any]:
        """The whole list, walked in pages of seven."""
        found: list[Any] = []
        after = None
        while True:
            page = await source.page(who, listing, Wish(sort, Window(7, after=after)))
            found += [entry.item for entry in page.entries]
            if not page.has_next:
                return found
            after = page.entries[-1].position

    async def test_every_mutation_is_made_or_refused_with_its_reason(self) -> None:
        async with type(self).opened() as (fake, source):
            for name, kind in changes().items():
                reason = source.card.refusal(kind.NEEDS, name)

                assert (kind in source.makes) is (reason is None), (name, reason)
            assert not fake.calls

    async def test_it_says_of_every_capability_whether_it_has_it(self) -> None:
        async with type(self).opened() as (_, source):
            assert set(source.card.reasons) == set(Capability)
            assert all(reason is None or reason.strip() for reason in source.card.reasons.values())

    async def test_lists_come_whole_and_in_order_whatever_the_page(self) -> None:
        async with type(self).opened() as (_, source):
            for listing, up, down in (
                (DASHBOARDS, DashboardSort.TITLE_ASC, DashboardSort.TITLE_DESC),
                (USERS, UserSort.NAME_ASC, UserSort.NAME_DESC),
                (GROUPS, GroupSort.NAME_ASC, GroupSort.NAME_DESC),
                (FOLDERS, FolderSort.NAME_ASC, FolderSort.NAME_DESC),
            ):
                upward = await self.everything(source, listing, up)
                downward = await self.everything(source, listing, down)

                assert Counter(item.id for item in upward) == Counter(item.id for item in downward)
                assert max(Counter(item.id for item in upward).values(), default=1) == 1
                assert bool(upward) is (listing.name not in self.unlisted)
                assert len(upward) == await source.count(ADMIN, listing, Wish(up))

    async def test_what_is_listed_is_found_by_its_id_and_says_the_same(self) -> None:
        async with type(self).opened() as (_, source):
            for listing, sort, lookup in (
                (DASHBOARDS, DashboardSort.TITLE_ASC, DASHBOARD),
                (USERS, UserSort.NAME_ASC, USER),
                (GROUPS, GroupSort.NAME_ASC, GROUP),
            ):
                listed = {item.id.native: item for item in await self.everything(source, listing, sort)}
                found = await source.things(ADMIN, lookup, [*listed, "no-such-thing", "999999999"])

                assert set(found) == set(listed)
                for native, item in found.items():
                    assert item.id == listed[native].id

    async def test_a_stranger_sees_nothing(self) -> None:
        async with type(self).opened() as (_, source):
            boards = [board.id.native for board in await self.everything(source, DASHBOARDS, DashboardSort.TITLE_ASC)]

            assert await source.page(STRANGER, DASHBOARDS, BY_TITLE) == await source.page(
                viewer(None), DASHBOARDS, BY_TITLE
            )
            assert not (await source.page(STRANGER, DASHBOARDS, BY_TITLE)).entries
            assert not (await source.page(STRANGER, USERS, Wish(UserSort.NAME_ASC))).entries
            assert not await source.things(STRANGER, DASHBOARD, boards)

    async def test_a_member_sees_what_is_theirs_and_no_more(self) -> None:
        async with type(self).opened() as (_, source):
            every = await self.everything(source, DASHBOARDS, DashboardSort.TITLE_ASC)
            mine = await self.everything(source, DASHBOARDS, DashboardSort.TITLE_ASC, viewer(self.member))
            by_id = await source.things(viewer(self.member), DASHBOARD, [board.id.native for board in every])

            assert {board.id for board in mine} == {board.id for board in by_id.values()}
            assert {board.id for board in mine} <= {board.id for board in every}
            assert len(mine) > 0

    async def test_visibility_says_who_sees_what(self) -> None:
        async with type(self).opened(visibility=Visibility.EVERYONE) as (_, source):
            every = await source.count(ADMIN, DASHBOARDS, BY_TITLE)
            assert await source.count(STRANGER, DASHBOARDS, BY_TITLE) == every > 0
        async with type(self).opened(visibility=Visibility.ADMINS) as (_, source):
            assert await source.count(viewer(self.member), DASHBOARDS, BY_TITLE) == 0
            assert await source.count(ADMIN, DASHBOARDS, BY_TITLE) == every

    async def test_with_tokens_of_their_own_people_see_what_the_system_shows_them(self) -> None:
        async with type(self).opened() as (fake, _):
            own = Credentials(tokens={" Nora@Tallgrass.example": Secret(fake.TOKEN)})
        async with type(self).opened(mode=Mode.DELEGATED, credentials=own) as (fake, source):
            assert (await source.status()).health is Health.UP
            fake.calls.clear()
            assert await source.count(viewer(self.member), DASHBOARDS, BY_TITLE) == 0
            assert not fake.calls
            assert await source.count(viewer("nora@tallgrass.example"), DASHBOARDS, BY_TITLE) > 0
            assert fake.TOKEN not in repr(source.settings)

    async def test_filters_keep_what_meets_them(self) -> None:
        async with type(self).opened() as (_, source):
            every: list[Dashboard] = await self.everything(source, DASHBOARDS, DashboardSort.TITLE_ASC)
            word = every[0].title.split()[0]
            wanted = Wish(
                DashboardSort.TITLE_ASC, Window(100), DashboardFilter(title=TextFilter(contains=word.upper()))
            )
            found = [entry.item for entry in (await source.page(ADMIN, DASHBOARDS, wanted)).entries]

            assert [one.id for one in found] == [one.id for one in every if word.casefold() in one.title.casefold()]

    async def test_an_operation_asks_nothing_twice(self) -> None:
        async with type(self).opened() as (fake, source):
            with remembering():
                first = await source.page(ADMIN, DASHBOARDS, BY_TITLE)
                asked = len(fake.calls)
                again = await source.page(ADMIN, DASHBOARDS, BY_TITLE)

            assert first == again
            assert len(fake.calls) == asked > 0

    async def test_those_who_ask_at_the_same_time_share_one_walk(self) -> None:
        async with type(self).opened(freshness=60) as (fake, source):
            await source.page(ADMIN, DASHBOARDS, BY_TITLE)
            alone = len(fake.calls)
        async with type(self).opened(freshness=60) as (fake, source):
            with tallied() as tally:
                pages = await asyncio.gather(*(source.page(ADMIN, DASHBOARDS, BY_TITLE) for _ in range(20)))

            assert len(fake.calls) == alone == tally.calls()
            assert all(page == pages[0] for page in pages)

    @pytest.mark.parametrize(
        ("wrong", "how", "problem"),
        [
            (Wrong.CUT, {}, SourceUnavailable),
            (Wrong.PROXY_PAGE, {"status": 200}, SourceFailed),
            (Wrong.PROXY_PAGE, {"status": 502}, SourceUnavailable),
            (Wrong.NONSENSE, {}, SourceFailed),
            (Wrong.HUGE, {"size": 40 * 1024 * 1024}, SourceFailed),
            (Wrong.REDIRECT, {"body": "http://elsewhere.example/"}, SourceFailed),
            (Wrong.TOO_MANY, {"headers": {"Retry-After": "3600"}}, RateLimited),
        ],
    )
    async def test_what_goes_wrong_on_the_way_is_told_as_what_it_is(
        self, wrong: Wrong, how: dict[str, Any], problem: type[Problem]
    ) -> None:
        async with type(self).opened() as (fake, source):
            fake.board.switch_on(wrong, **how)

            with pytest.raises(problem) as told:
                await source.page(ADMIN, DASHBOARDS, BY_TITLE)

            assert source.name in told.value.message
            assert fake.TOKEN not in f"{told.value.message} {told.value.facts}"
            fake.board.switch_off()

    async def test_a_silent_system_costs_its_deadline_and_no_more(self) -> None:
        async with type(self).opened(deadline=0.2, request_seconds=0.2) as (fake, source):
            never = asyncio.Event()
            fake.board.switch_on(Wrong.DELAY, until=never)

            async with asyncio.timeout(5):
                with pytest.raises(SourceUnavailable) as told:
                    await source.page(ADMIN, DASHBOARDS, BY_TITLE)
                status = await source.status()

            assert source.name in told.value.message
            assert status.health is Health.DOWN
            never.set()

    async def test_a_wrong_token_is_refused_in_words_that_help(self) -> None:
        async with type(self).opened(credentials=Credentials(token=WRONG_TOKEN)) as (_, source):
            with pytest.raises(SourceRefused) as told:
                await source.page(ADMIN, DASHBOARDS, BY_TITLE)
            status = await source.status()

            assert status.health is Health.DOWN
            assert source.name in told.value.message
            assert WRONG_TOKEN.text not in f"{told.value.message}{told.value.facts}{status}{source.settings!r}"

    async def test_it_is_up(self) -> None:
        async with type(self).opened() as (_, source):
            assert (await source.status()).health is Health.UP

    async def test_what_the_system_says_is_for_administrators(self) -> None:
        async with type(self).opened(visibility=Visibility.EVERYONE) as (fake, source):
            fake.board.switch_on(Wrong.ERROR, status=503, body={"message": "inner workings"})

            with pytest.raises(Problem) as to_admin:
                await source.page(ADMIN, DASHBOARDS, BY_TITLE)
            with pytest.raises(Problem) as to_other:
                await source.page(STRANGER, DASHBOARDS, BY_TITLE)

            assert to_admin.value.facts["upstream"]["status"] == 503
            assert "upstream" not in to_other.value.facts
