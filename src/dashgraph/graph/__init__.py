"""The graph. Its enums are registered before any type that uses them is made: Strawberry reads them at once."""

import dashgraph.graph.enums  # noqa: F401
