"""Text that must not be seen: it shows itself to nobody by accident."""

from collections.abc import Callable, Mapping

from dashgraph.domain.problems import InvalidState


class Secret:
    """A password, a key or a token. `text` has to be asked for; printing, logging and formatting show stars.

    No dataclass: `asdict` would take it apart, and what is made of the rest would hold it in clear.
    """

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


Seal = Callable[[Mapping[str, Secret]], str]
"""Makes text of secrets that only who has the key reads. Raises InvalidState where there is no key."""


def keyless(_secrets: Mapping[str, Secret]) -> str:
    message = "Secrets cannot be kept here: there is no key to seal them with."
    raise InvalidState(message)
