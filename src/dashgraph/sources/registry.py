"""What there is for each kind of source, loaded when it is asked for: most who run this have one kind, or none."""

from collections import UserDict
from pkgutil import resolve_name
from typing import Any

from dashgraph.domain.sources import SourceKind


class Registry(UserDict[SourceKind, Any]):
    """Told where each is: `package.module`, or `package.module:name` for what is in it."""

    def __getitem__(self, kind: SourceKind) -> Any:
        found = super().__getitem__(kind)
        return resolve_name(found) if isinstance(found, str) else found
