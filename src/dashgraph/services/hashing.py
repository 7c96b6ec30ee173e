"""Passwords as argon2id hashes: made and compared off the event loop, and always as slowly."""

import asyncio
import os
import secrets
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache, partial
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dashgraph.domain import passwords

T = TypeVar("T")

AT_ONCE = 1  # each takes 64 MB and four threads for a moment
NICE = 10  # everybody else goes first


class Hashing:
    """No more of these at once than there is room for beside those who want something else."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hashing", initializer=_step_back)

    async def hashed(self, password: str) -> str:
        return await self._run(partial(self._hasher.hash, _bytes(password)))

    async def is_right(self, known: str | None, password: str) -> bool:
        """Whether a hash is of this password; it takes as long when there is none."""
        return await self._run(partial(self._verify, known, password)) and known is not None

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _verify(self, known: str | None, password: str) -> bool:
        nobody = _nobody()  # also when it is not needed: the first answer must not tell by its time either
        try:
            return len(password) <= passwords.LONGEST and self._hasher.verify(known or nobody, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False


def _step_back() -> None:
    """Have this thread, and those that it starts, run when others leave room. Only Linux knows this of threads."""
    if sys.platform == "linux":
        with suppress(OSError):  # a sandbox may forbid it
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


@cache
def _nobody() -> str:
    """Verified when nobody has the name, so that a wrong name takes as long as a wrong password."""
    return PasswordHasher().hash(secrets.token_hex(16))


def _bytes(text: str) -> bytes:
    """The bytes of any text that a client can send, half characters too."""
    return text.encode(errors="surrogatepass")
