"""The feed of operations as it is told: each with a cursor to go on after."""

import base64
import binascii
import json

import strawberry

from dashgraph.domain.problems import BadCursor
from dashgraph.graph.operations import Operation

FEED = "feed"


@strawberry.type(description="An operation was settled.")
class OperationEvent:
    cursor: str = strawberry.field(description="Its place: give it as `after` to go on with what comes next.")
    operation: Operation | None = strawberry.field(
        description="The operation, as it is now. Null in the first event when no `after` was given: it says where the "
        "feed begins, so that nothing is lost even before the first change."
    )


def write_place(source: str, number: int) -> str:
    text = json.dumps([FEED, source, number], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def read_place(source: str, text: str) -> int:
    """The number that a cursor stands for. Raises BadCursor."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        name, of, number = json.loads(raw.decode())
    except (binascii.Error, ValueError, TypeError, RecursionError):
        name = of = number = None
    if (name, of) != (FEED, source) or type(number) is not int or not 0 <= number < 2**63:
        message = "`after` is not a cursor of this feed; begin again without it."
        raise BadCursor(message, argument="after")
    return number
