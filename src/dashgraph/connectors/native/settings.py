"""What an administrator supplies for the native store."""

from dataclasses import dataclass

from dashgraph.domain.retention import USUAL, Retention
from dashgraph.domain.schedules import USUAL_SCHEDULING, Scheduling


@dataclass(frozen=True, slots=True)
class NativeSettings:
    """`name` is part of every global id: once in use it must not change. `url` may hold a password."""

    url: str
    name: str = "local"
    pool_size: int = 10
    retention: Retention = USUAL
    scheduling: Scheduling = USUAL_SCHEDULING

    def __repr__(self) -> str:
        return f"NativeSettings(name={self.name!r})"
