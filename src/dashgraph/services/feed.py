"""The audit trail as it grows: every operation once, in an order that holds over reconnects and processes."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.operations import OPERATIONS, Operation, OperationFilter, OperationState
from dashgraph.domain.problems import BadCursor
from dashgraph.domain.viewers import Viewer
from dashgraph.services.polling import Polling, Time, Watch
from dashgraph.store import feed as store
from dashgraph.store.database import Database
from dashgraph.store.visibility import Asker

MOST = 50  # operations that are read at a time
STALE_SECONDS = 5  # after which what was read is read again before it is told: the follower's rights may have changed

Who = Callable[[], Awaitable[Viewer]]
Read = Callable[[Sequence[ResourceId]], Awaitable[Sequence[Operation | None]]]


@dataclass(frozen=True, slots=True)
class Entry:
    """`number` is the place to go on after. Without an operation it is the place where a follower begins."""

    number: int
    operation: Operation | None = None


@dataclass(eq=False, kw_only=True)
class _Follower(Watch):
    """One who follows, and has been told everything up to this number."""

    told: int


class Feed:
    def __init__(self, database: Database, time: Time) -> None:
        self.source = database.name
        self._database = database
        self._time = time
        self._polling: Polling[_Follower] = Polling("operations", self._behind, time)

    @property
    def is_idle(self) -> bool:
        return self._polling.is_idle

    async def entries(
        self, after: int | None, wanted: OperationFilter, who: Who, read: Read
    ) -> AsyncGenerator[Entry, None]:
        """What is settled from now on, after the entry that says where that is; or everything after a number.

        `who` tells who follows as of now, and `read` the operations as they may see them; what they raise ends this.
        Raises BadCursor for a number that was never given.
        """
        (await who()).require(OPERATIONS.scope)
        follower = _Follower(told=await self._now() if after is None else await self._known(after))
        if after is None:
            yield Entry(follower.told)
        async with self._polling.watched(follower):
            while True:
                self._polling.looks(follower)
                viewer = await who()
                viewer.require(OPERATIONS.scope)
                asker = Asker(viewer, self.source)
                stretch = await store.stretch(self._database, asker, wanted, after=follower.told, most=MOST)
                ids = [ResourceId(self.source, Kind.OPERATION, native) for _, native in stretch.found]
                operations = await read(ids) if ids else ()
                read_at = self._time.clock()
                for (number, _), operation in zip(stretch.found, operations, strict=True):
                    if self._time.clock() - read_at > STALE_SECONDS:
                        break
                    follower.told = number
                    # One that is tried again comes again, when that is settled.
                    if operation is not None and operation.state is not OperationState.BEGUN:
                        yield Entry(number, operation)
                else:
                    follower.told = stretch.until
                    if stretch.is_last:
                        await follower.woken.wait()

    async def _now(self) -> int:
        """The number after which comes what is settled from now on."""
        while await store.number(self._database, queue=True):
            pass
        return (await store.news(self._database))[0]

    async def _known(self, number: int) -> int:
        if number > (await store.news(self._database))[0]:
            message = (
                "`after` is no cursor of this store; begin without it, and look at `operations` for what was before."
            )
            raise BadCursor(message, argument="after")
        return number

    async def _behind(self, followers: Collection[_Follower]) -> Collection[_Follower]:
        last, some_wait = await store.news(self._database)
        if some_wait:
            while await store.number(self._database):
                pass
            last, _ = await store.news(self._database)
        return {follower for follower in followers if follower.told < last}
