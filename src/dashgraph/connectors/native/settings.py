"""What an administrator supplies for the native store."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NativeSettings:
    """`name` is part of every global id: once in use it must not change. `url` may hold a password."""

    url: str
    name: str = "local"
    pool_size: int = 10

    def __repr__(self) -> str:
        return f"NativeSettings(name={self.name!r})"
