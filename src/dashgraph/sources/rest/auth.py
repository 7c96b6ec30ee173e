"""How a system is told who asks: a token, a key, or a login that gives one."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from dashgraph.domain.problems import BadInput, SourceRefused
from dashgraph.domain.secrets import Secret
from dashgraph.sources.rest.answers import Answer

AFTER_REFUSAL = 30.0  # seconds; asked at each question, a wrong password would lock the account


class Post(Protocol):
    """Posts without credentials, to the system itself. Any refusal of what was posted raises SourceRefused."""

    async def __call__(
        self, path: str, *, json: Any = None, form: Sequence[tuple[str, str]] | None = None
    ) -> Answer: ...


class Auth(Protocol):
    async def headers(self, post: Post) -> Mapping[str, str]:
        """The headers that show who asks."""

    async def renewed(self, used: Mapping[str, str], post: Post) -> bool:
        """After a 401 to these headers: whether there are others to ask with."""

    def secrets(self) -> Iterable[Secret]:
        """All that must show nowhere."""


class HeaderKey:
    """A key in a header of its own."""

    def __init__(self, name: str, secret: Secret, *, scheme: str = "") -> None:
        if not secret.text.isprintable():
            raise BadInput("A token or key holds what no header can carry, such as a line break; look at its origin.")
        self._name = name
        self._scheme = scheme
        self._secret = secret

    async def headers(self, post: Post) -> Mapping[str, str]:
        return {self._name: f"{self._scheme} {self._secret.text}".strip()}

    async def renewed(self, used: Mapping[str, str], post: Post) -> bool:
        return False

    def secrets(self) -> Iterable[Secret]:
        return (self._secret,)


class Bearer(HeaderKey):
    def __init__(self, secret: Secret) -> None:
        super().__init__("Authorization", secret, scheme="Bearer")


class ApiKey(HeaderKey):
    def __init__(self, secret: Secret) -> None:
        super().__init__("Authorization", secret, scheme="ApiKey")


class Anonymous:
    """Nobody: what is asked of a system without an account, such as whether it is there."""

    async def headers(self, post: Post) -> Mapping[str, str]:
        return {}

    async def renewed(self, used: Mapping[str, str], post: Post) -> bool:
        return False

    def secrets(self) -> Iterable[Secret]:
        return ()


class Login:
    """Asks for a token when there is none or it is no longer taken: once, however many wait for it.

    `log_in` posts and takes the token out of the answer. `known` are the secrets that it posts.
    """

    def __init__(
        self,
        log_in: Callable[[Post], Awaitable[Secret]],
        *,
        known: Sequence[Secret],
        clock: Callable[[], float] = time.monotonic,
        scheme: str = "Bearer",
    ) -> None:
        self._log_in = log_in
        self._known = known
        self._clock = clock
        self._scheme = scheme
        self._token: Secret | None = None
        self._under_way: asyncio.Task[Secret] | None = None
        self._refusal: tuple[float, SourceRefused] | None = None

    async def headers(self, post: Post) -> Mapping[str, str]:
        token = self._token or await self._fetched(post)
        return self._shown(token)

    async def renewed(self, used: Mapping[str, str], post: Post) -> bool:
        if self._token is None or self._shown(self._token) == used:
            await self._fetched(post)
        return True

    def secrets(self) -> Iterable[Secret]:
        return (*self._known, self._token) if self._token is not None else self._known

    async def _fetched(self, post: Post) -> Secret:
        """A new token, of the login that is under way or of a new one. A failed one fails for all who wait for it."""
        if self._under_way is None:
            if self._refusal is not None and self._clock() < self._refusal[0] + AFTER_REFUSAL:
                problem = self._refusal[1]
                raise SourceRefused(problem.message, source=problem.source)
            self._token = None
            self._under_way = asyncio.create_task(self._login(post))
            self._under_way.add_done_callback(_seen)
        return await asyncio.shield(self._under_way)  # whoever goes away does not take it from the others

    async def _login(self, post: Post) -> Secret:
        try:
            self._token = await self._log_in(post)
            self._refusal = None
        except SourceRefused as refusal:
            self._refusal = self._clock(), refusal
            raise
        finally:
            self._under_way = None
        return self._token

    def _shown(self, token: Secret) -> Mapping[str, str]:
        return {"Authorization": f"{self._scheme} {token.text}"}


def _seen(login: asyncio.Task[Secret]) -> None:
    """Its failure is known, even when all who waited for it have gone."""
    if not login.cancelled():
        login.exception()  # noqa: LOG004  the task's, not a logger's
