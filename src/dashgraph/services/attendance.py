"""Whether those who stay connected still may: one question for all of them finds tokens and accounts that ended."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from dashgraph.domain.problems import Forbidden, Problem, Unauthenticated
from dashgraph.domain.viewers import Viewer
from dashgraph.services.polling import Polling, Time, Watch
from dashgraph.store import accounts
from dashgraph.store.database import Database

Who = Callable[[], Awaitable[Viewer]]


@dataclass(eq=False, kw_only=True)
class _Attendant(Watch):
    viewer: Viewer


class Attendance:
    def __init__(self, database: Database, time: Time | None = None) -> None:
        self._database = database
        self._time = time or Time()
        self._polling: Polling[_Attendant] = Polling("tokens", self._ended, self._time)

    @property
    def is_idle(self) -> bool:
        """Whether nobody is connected, and nothing is asked."""
        return self._polling.is_idle

    async def ended(self, viewer: Viewer, who: Who) -> Unauthenticated | Forbidden:
        """Wait until who is there is nobody any more. `who` is asked when it looks so, and now and then."""
        attendant = _Attendant(viewer=viewer)
        async with self._polling.watched(attendant):
            while True:
                self._polling.looks(attendant)
                await attendant.woken.wait()
                try:
                    attendant.viewer = await who()
                except (Unauthenticated, Forbidden) as problem:
                    return problem
                except Problem:  # nobody can tell just now
                    continue

    async def _ended(self, attendants: Collection[_Attendant]) -> Collection[_Attendant]:
        viewers = [one.viewer for one in attendants]
        tokens = {viewer.token for viewer in viewers if viewer.token is not None}
        users = {viewer.user.native for viewer in viewers}
        revoked, gone = await accounts.ended(self._database, sorted(tokens), sorted(users))
        now = datetime.now(UTC)
        return {
            one
            for one in attendants
            if one.viewer.token in revoked
            or one.viewer.user.native in gone
            or (one.viewer.expires_at is not None and one.viewer.expires_at <= now)
        }
