"""How a token stands, in the headers of an answer (draft-ietf-httpapi-ratelimit-headers)."""

from aiohttp import hdrs

from dashgraph.graph.allowances import WINDOW
from dashgraph.graph.execution import Answer, Stage


def standing(answer: Answer) -> dict[str, str]:
    """Nothing where nothing is counted."""
    found = answer.standing
    if found is None:
        return {}
    headers = {
        "RateLimit-Policy": f"{found.limit};w={WINDOW}",
        "RateLimit-Limit": str(found.limit),
        "RateLimit-Remaining": str(found.remaining),
        "RateLimit-Reset": str(found.reset),
    }
    if answer.stage is Stage.EXHAUSTED:
        headers[hdrs.RETRY_AFTER] = str(answer.payload["errors"][0]["extensions"]["retryAfter"])
    return headers
