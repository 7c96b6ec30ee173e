"""What a resolver can reach: the request's loaders, and through them its viewer."""

from dataclasses import dataclass

import strawberry

from dashgraph.domain.viewers import Viewer
from dashgraph.graph.loaders import Loaders
from dashgraph.services.reading import Reading


@dataclass
class Context:
    """One request. `loaders` are for what is visible to the viewer; `loaders.within` for more."""

    loaders: Loaders

    @classmethod
    def of(cls, viewer: Viewer, reading: Reading) -> "Context":
        return cls(Loaders(reading, viewer))


Info = strawberry.Info[Context, None]
