"""The HTTP session that all sources share: what it keeps open, and what it must not keep."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

Session = aiohttp.ClientSession

IDLE_SECONDS = 30  # below what proxies and load balancers usually keep
DNS_SECONDS = 60


@asynccontextmanager
async def open_session() -> AsyncIterator[aiohttp.ClientSession]:
    """No cookies, which would mix up the accounts of sources on one host, and no proxy out of the environment.

    It bounds neither connections nor seconds: each source bounds its own, so that none waits for another.
    """
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS, ttl_dns_cache=DNS_SECONDS)
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "dashgraph"},
        timeout=aiohttp.ClientTimeout(total=None),
        trust_env=False,
    ) as session:
        yield session
