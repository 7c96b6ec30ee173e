"""Who calls, and from where: by a token, or by the word of a gateway that stands in front and is trusted."""

import re
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import hdrs, web

from dashgraph.app.negotiation import wants_websocket
from dashgraph.domain.problems import BadInput, Forbidden, Unauthenticated
from dashgraph.graph.context import Who
from dashgraph.services.identity import REFUSED, Identity

Address = IPv4Address | IPv6Address

# What a page of another site cannot send without asking first (a CORS preflight), which it is refused.
PREFLIGHTED = ("Apollo-Require-Preflight", "X-Requested-With")
JSON = "application/json"
WITH_PORT = re.compile(r"\[([^\]]*)\](?::\d+)?|([\d.]+):\d+")  # as some proxies tell an address
OF_ONE_HOLDER = 64  # bits of an IPv6 address; the rest its holder chooses freely


class Gateways:
    """The peers whose word is taken: for a client's address, and for who it is where a header is named for that."""

    def __init__(self, networks: str = "", header: str = "") -> None:
        """`networks` are separated by commas or spaces. Raises BadInput."""
        found: list[IPv4Network | IPv6Network] = []
        for entry in networks.replace(",", " ").split():
            try:
                found.append(ip_network(entry))
            except ValueError:
                message = f"DASHGRAPH_TRUSTED_NETWORKS: {entry!r} is no network; they look like 10.1.0.0/16."
                raise BadInput(message) from None
        if header and not found:
            message = "DASHGRAPH_GATEWAY_HEADER: say too from where it is believed, with DASHGRAPH_TRUSTED_NETWORKS."
            raise BadInput(message)
        self._networks = tuple(found)
        self._header = header

    def address(self, request: web.Request) -> str:
        """Where a request comes from, as far as it can be believed; of IPv6 the network of one holder."""
        found = _address(request.remote or "")
        if found is None:
            return ""
        if self._trusts(found):
            for told in reversed(",".join(request.headers.getall(hdrs.X_FORWARDED_FOR, [])).split(",")):
                before = _address(_without_port(told.strip()))
                if before is None:
                    break
                found = before
                if not self._trusts(found):
                    break
        return str(found) if found.version == 4 else str(ip_network((found, OF_ONE_HOLDER), strict=False))  # noqa: PLR2004

    def named(self, request: web.Request) -> str | None:
        """The e-mail address that a gateway names. Raises Unauthenticated when somebody else does, or it names two."""
        given = request.headers.getall(self._header, []) if self._header else []
        if not given:
            return None
        peer = _address(request.remote or "")
        if peer is None or not self._trusts(peer) or len(given) > 1 or not given[0].strip():
            raise Unauthenticated(REFUSED)
        return given[0].strip()

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


GATEWAYS = web.AppKey("gateways", Gateways)


def who_of(request: web.Request, identity: Identity, token: str | None) -> Who:
    """How to find out who calls, as of any later moment too. A token counts for more than a gateway's word.

    Raises Unauthenticated, and Forbidden for what a page of another site could have sent: a gateway may know a browser
    by its cookies, which go along with whatever any page sends. Nobody sends a bearer token without meaning to.
    """
    named = request.app[GATEWAYS].named(request)
    if token is not None:
        return partial(identity.viewer, token)
    if named is None:
        raise Unauthenticated(REFUSED)
    if not _is_meant(request):
        message = f"Send JSON by POST, or a header {PREFLIGHTED[0]}: with neither it could be another site's page."
        raise Forbidden(message)
    return partial(identity.forwarded, named)


def _is_meant(request: web.Request) -> bool:
    """Whether no page of another site can have sent this. WebSockets are looked at by their Origin instead."""
    by_script = any(request.headers.get(name) for name in PREFLIGHTED) or wants_websocket(request)
    return by_script or (request.method == hdrs.METH_POST and request.content_type == JSON)


def _without_port(text: str) -> str:
    found = WITH_PORT.fullmatch(text)
    return (found[1] or found[2] or "") if found else text


def _address(text: str) -> Address | None:
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
