"""What a resolver can reach: the request's loaders, and through them its viewer; and the way to change things."""

from dataclasses import dataclass

import strawberry

from dashgraph.domain.viewers import Viewer
from dashgraph.graph.loaders import Loaders
from dashgraph.services.changing import Changing
from dashgraph.services.reading import Reading


@dataclass
class Context:
    """One request. `loaders` are for what is visible to the viewer; `loaders.within` for more."""

    loaders: Loaders
    changing: Changing

    @classmethod
    def of(cls, viewer: Viewer, reading: Reading, changing: Changing) -> "Context":
        return cls(Loaders(reading, viewer), changing)

    def renewed(self) -> Loaders:
        """Loaders that remember nothing, for what is read after a change."""
        self.loaders = Loaders(self.loaders.reading, self.loaders.viewer)
        return self.loaders


Info = strawberry.Info[Context, None]
