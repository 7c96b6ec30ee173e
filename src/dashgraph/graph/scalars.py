"""Scalars whose text has a specification."""

from datetime import UTC, datetime
from typing import Any, NewType

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

from dashgraph.domain.problems import BadInput

JSON = NewType("JSON", object)
URL = NewType("URL", str)
EmailAddress = NewType("EmailAddress", str)


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _parse_instant(value: Any) -> datetime:
    try:
        parsed = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        message = "A DateTime looks like 2026-01-31T09:00:00Z."
        raise BadInput(message) from None
    if parsed.tzinfo is None:
        message = "A DateTime needs its offset from UTC, like 2026-01-31T09:00:00Z or …+01:00."
        raise BadInput(message)
    try:
        return parsed.astimezone(UTC)
    except OverflowError:
        message = "A DateTime lies between the years 1 and 9999 in UTC."
        raise BadInput(message) from None


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in time with its offset, in UTC on the way out: `2026-01-31T09:00:00Z`.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=_instant,
        parse_value=_parse_instant,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value, just as it was stored.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
    URL: strawberry.scalar(
        name="URL",
        description="An absolute address: `https://bi.example.com`.",
        specified_by_url="https://url.spec.whatwg.org/",
        serialize=str,
        parse_value=str,
    ),
    EmailAddress: strawberry.scalar(
        name="EmailAddress",
        description="An e-mail address: `ada@example.com`.",
        specified_by_url="https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address",
        serialize=str,
        parse_value=str,
    ),
}

CONFIG = StrawberryConfig(scalar_map=SCALARS)
