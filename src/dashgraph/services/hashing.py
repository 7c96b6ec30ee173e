"""Passwords as argon2id hashes: made and compared off the event loop, and always as slowly."""

import asyncio
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dashgraph.domain import passwords

AT_ONCE = 4  # each takes 64 MB for a moment


class Hashing:
    """No more of these at once than there is memory for."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._places = asyncio.Semaphore(AT_ONCE)

    async def hashed(self, password: str) -> str:
        async with self._places:
            return await asyncio.to_thread(self._hasher.hash, _bytes(password))

    async def is_right(self, known: str | None, password: str) -> bool:
        """Whether a hash is of this password; it takes as long when there is none."""
        async with self._places:
            right = await asyncio.to_thread(self._verify, known, password)
        return right and known is not None

    def _verify(self, known: str | None, password: str) -> bool:
        nobody = _nobody()  # also when it is not needed: the first answer must not tell by its time either
        try:
            return len(password) <= passwords.LONGEST and self._hasher.verify(known or nobody, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobody() -> str:
    """Verified when nobody has the name, so that a wrong name takes as long as a wrong password."""
    return PasswordHasher().hash(secrets.token_hex(16))


def _bytes(text: str) -> bytes:
    """The bytes of any text that a client can send, half characters too."""
    return text.encode(errors="surrogatepass")
