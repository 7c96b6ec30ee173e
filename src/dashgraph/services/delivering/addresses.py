"""Which hosts deliveries may reach: the public internet, and what an administrator allows besides.

People give addresses, and the server goes there: without this it would go to its own neighbours for them (server-side
request forgery). A name is resolved once, each address is checked, and the connection is made to the very address that
was checked, so that a name cannot change its meaning in between. Redirects are never followed.
"""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from dashgraph.domain.problems import BadInput
from dashgraph.services.delivering.answers import Undelivered

NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
NUMERIC = re.compile(r"(.*\.)?([0-9]+|0[xX][0-9a-fA-F]*)")  # what C libraries read as an address, whatever its form
GLOBAL = IPv6Network("2000::/3")  # all that is given out of IPv6
TRANSLATED = IPv6Network("64:ff9b::/96")  # an IPv4 address behind a translator
# What Python takes for global, some versions of it at least: metadata of Azure and of Oracle, relays, documentation.
SPECIAL = tuple(map(ip_network, ("168.63.129.16", "192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
REDIRECTS = {301, 302, 303, 307, 308}

Address = IPv4Address | IPv6Address


def http_url(text: str) -> URL:
    """The address of a target. Raises BadInput, without showing it: some hold secrets."""
    try:
        url = URL(text)
    except ValueError:
        url = URL()
    if url.scheme not in {"http", "https"} or not url.raw_host:
        message = "The address is none that can be asked; it begins with https:// and the name of a host."
        raise BadInput(message)
    return url


class Guard:
    def __init__(self, allowed: str = "") -> None:
        """`allowed` are host names, addresses and networks, separated by commas or spaces. Raises BadInput."""
        names: set[str] = set()
        networks: list[IPv4Network | IPv6Network] = []
        for entry in allowed.replace(",", " ").split():
            try:
                networks.append(ip_network(entry, strict=False))
            except ValueError:
                if not NAME.fullmatch(entry.lower()) or NUMERIC.fullmatch(entry):
                    message = f"DASHGRAPH_ALLOWED_PRIVATE_HOSTS: {entry!r} is no host name, address or network."
                    raise BadInput(message) from None
                names.add(entry.lower())
        self._names = frozenset(names)
        self._networks = tuple(networks)

    def check(self, url: URL) -> None:
        """Raise BadInput for an address that must not be asked, as far as it can be known without resolving names.

        Plain HTTP reaches only hosts that are allowed by their name or number.
        """
        host = _plain(url.raw_host or "")
        literal = _literal(host)
        named = host in self._names or (literal is not None and self._allowed(literal))
        if literal is not None and not self._may_reach(host, literal):
            raise _refused(host)
        if url.scheme != "https" and not (url.scheme == "http" and named):
            message = f"{_told(host)} is only reached by https://, so that nobody reads along."
            raise BadInput(message)

    async def resolve(self, host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
        """The addresses of a host that may be reached. Raises BadInput when it is none, OSError for unknown names."""
        plain = _plain(host)
        literal = _literal(plain)
        if literal is not None:
            found = [(socket.AF_INET if literal.version == 4 else socket.AF_INET6, str(literal))]  # noqa: PLR2004
        else:
            loop = asyncio.get_running_loop()
            try:
                answers = await loop.getaddrinfo(plain, port, type=socket.SOCK_STREAM)
            except UnicodeError:
                message = f"{_told(host)} is not the name of a host."
                raise BadInput(message) from None
            found = [(family, str(address[0])) for family, _, _, _, address in answers]
        reachable = [(family, address) for family, address in found if self._may_reach(plain, ip_address(address))]
        if not reachable:
            raise _refused(plain)
        return reachable

    async def connect(self, host: str, port: int) -> socket.socket:
        """A connection to an address of the host that was checked. Raises BadInput, or OSError."""
        failure: OSError | None = None
        for family, address in await self.resolve(host, port):
            found = socket.socket(family, socket.SOCK_STREAM)
            try:
                found.setblocking(False)
                await asyncio.get_running_loop().sock_connect(found, (address, port))
            except BaseException as error:
                found.close()
                if not isinstance(error, OSError):
                    raise
                failure = error
            else:
                return found
        raise failure or OSError(f"{_told(host)} has no address")

    def _may_reach(self, host: str, address: Address) -> bool:
        return host in self._names or self._allowed(address) or _is_public(address)

    def _allowed(self, address: Address) -> bool:
        meant = (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address
        return any(meant in network for network in self._networks)


@asynccontextmanager
async def guarded_session(guard: Guard) -> AsyncIterator[aiohttp.ClientSession]:
    """A session for HTTP that goes nowhere else, whoever uses it. Proxies of the environment are not asked."""

    async def guarded(request: aiohttp.ClientRequest, go_on: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        guard.check(request.url)
        response = await go_on(request)
        if response.status in REDIRECTS:
            response.close()
            message = f"HTTP {response.status}: it leads elsewhere, and is not followed there. Give the final address."
            raise Undelivered(message)
        return response

    connector = aiohttp.TCPConnector(resolver=_Resolver(guard), use_dns_cache=False)
    async with aiohttp.ClientSession(
        connector=connector,
        middlewares=(guarded,),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "dashgraph"},
    ) as session:
        yield session


class _Resolver(AbstractResolver):
    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._guard.resolve(host, port)
        return [
            ResolveResult(hostname=host, host=address, port=port, family=version, proto=0, flags=socket.AI_NUMERICHOST)
            for version, address in found
            if family in {version, socket.AF_UNSPEC}
        ]

    async def close(self) -> None:
        """It holds nothing open."""


def _plain(host: str) -> str:
    return host.strip().removeprefix("[").removesuffix("]").rstrip(".").lower()


def _literal(host: str) -> Address | None:
    """The address that a host is, None for a name. Raises BadInput for other spellings of an address."""
    try:
        return ip_address(host)
    except ValueError:
        if not host or ":" in host or NUMERIC.fullmatch(host):
            message = f"{_told(host)} is neither the name of a host nor an address in its usual form."
            raise BadInput(message) from None
        return None


def _is_public(address: Address) -> bool:
    """Whether it is an address of the public internet, and what is packed into it too."""
    if any(address in network for network in SPECIAL):
        return False
    if isinstance(address, IPv4Address):
        return address.is_global and not (address.is_multicast or address.is_reserved)
    packed = address.ipv4_mapped or address.sixtofour
    if address in TRANSLATED:
        packed = IPv4Address(int(address) & 0xFFFFFFFF)
    if packed is not None:
        return _is_public(packed)
    return address in GLOBAL and address.is_global


def _refused(host: str) -> BadInput:
    message = (
        f"{_told(host)} is not on the public internet. If deliveries may go there, an administrator allows it with "
        "DASHGRAPH_ALLOWED_PRIVATE_HOSTS."
    )
    return BadInput(message)


def _told(host: str) -> str:
    return repr(host if len(host) <= 80 else host[:80] + "…")  # noqa: PLR2004 - one line of a message
