"""What the headers of a request say that its client would rather have, and telling caches that they counted."""

import re

from aiohttp import hdrs, web

WEIGHT = re.compile(r"q=([01](?:\.\d{0,3})?)")


def weights(header: str) -> dict[str, float]:
    """The names in a header such as Accept, in small letters, each with its weight; 1 where none is said."""
    found = {}
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name:
            found[name] = float(next((said[1] for said in map(WEIGHT.fullmatch, parameters) if said), "1"))
    return found


def vary(response: web.StreamResponse, name: str) -> None:
    """Tell caches that this header of the request counted too."""
    told = ",".join(response.headers.getall(hdrs.VARY, [])).split(",")
    names = [one for one in map(str.strip, told) if one]
    response.headers[hdrs.VARY] = ", ".join(dict.fromkeys([*names, name]))


def wants_websocket(request: web.Request) -> bool:
    return request.headers.get(hdrs.UPGRADE, "").lower() == "websocket"
