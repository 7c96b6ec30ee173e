"""The secrets of targets at rest: sealed with a key that only the environment holds.

The first key of DASHGRAPH_SECRET_KEYS seals, all of them open. To change keys, put the new one in front; the old one
can go once every target with secrets has been given them anew.
"""

import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from dashgraph.domain.problems import BadInput, InvalidState
from dashgraph.domain.secrets import Secret

NO_KEY = (
    "Secrets cannot be kept yet: set DASHGRAPH_SECRET_KEYS for every process to a key made with: dashgraph secret-key"
)
OTHER_KEY = (
    "The secrets were sealed with a key that is not in DASHGRAPH_SECRET_KEYS. Put that key back at the end of the "
    "list, or give the target its secrets anew."
)


def new_key() -> str:
    return Fernet.generate_key().decode()


class Sealer:
    def __init__(self, keys: str) -> None:
        """`keys` are separated by commas or spaces, the newest first. Raises BadInput for what is no key."""
        found = []
        for place, key in enumerate(keys.replace(",", " ").split(), start=1):
            try:
                found.append(Fernet(key))
            except ValueError:
                message = f"DASHGRAPH_SECRET_KEYS: number {place} is no key; make one with: dashgraph secret-key"
                raise BadInput(message) from None
        self._keys = MultiFernet(found) if found else None

    def seal(self, secrets: Mapping[str, Secret]) -> str:
        """Text to be stored. Raises InvalidState while there is no key."""
        text = json.dumps({name: secret.text for name, secret in secrets.items()})
        return self._ready().encrypt(text.encode()).decode()

    def open(self, sealed: str) -> dict[str, Secret]:
        """What was sealed. Raises InvalidState when the key is missing."""
        try:
            text = self._ready().decrypt(sealed.encode())
        except InvalidToken:
            raise InvalidState(OTHER_KEY) from None
        return {name: Secret(found) for name, found in json.loads(text).items()}

    def _ready(self) -> MultiFernet:
        if self._keys is None:
            raise InvalidState(NO_KEY)
        return self._keys
