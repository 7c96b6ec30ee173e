"""From the text of a REST request to the GraphQL operation that answers it: reads it, finds what it is, writes it."""

from collections.abc import Sequence

from dashgraph.domain.problems import BadInput
from dashgraph.graph.translation import changing, reading, requests
from dashgraph.graph.translation.matching import Place, match
from dashgraph.graph.translation.routes import Elsewhere, Follow, Read
from dashgraph.graph.translation.translations import Translation


def translate(
    text: str, places: Sequence[Place], *, body: str | None = None, source: str | None = None, everything: bool = False
) -> Translation:
    """The operation for a request. The first of the places is the native store.

    Raises BadInput for what is no request, is not known, is no operation of the graph, or is refused by the vendor too.
    """
    request = requests.read(text, body)
    found = match(request, places, source)
    if isinstance(found.route, Elsewhere):
        message = f"This is no operation of the graph. {found.route.reason}"
        raise BadInput(message)
    if isinstance(found.route, Read):
        return reading.query(request, found, found.route, everything=everything)
    if isinstance(found.route, Follow):
        return changing.following(request, found, found.route)
    return changing.mutation(request, found, found.route)
