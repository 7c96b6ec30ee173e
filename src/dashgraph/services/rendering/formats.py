"""What rendering gives out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file ready to be given out. The name is plain ASCII without folders."""

    name: str
    content_type: str
    content: bytes
