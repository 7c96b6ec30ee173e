"""The graph. Its enums are registered before any type that uses them is made: Strawberry reads them at once."""

import dashgraph.graph.enums
import dashgraph.graph.live_enums
import dashgraph.graph.work_enums  # noqa: F401
