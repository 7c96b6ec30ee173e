"""How a server of aiohttp is run as a contestant: on a free port, which it prints."""

import asyncio

from aiohttp import web


async def listen(app: web.Application) -> None:
    """Serve on loopback until the process is ended."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()
