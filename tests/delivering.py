"""What the tests of the sinks share: a message, a way out that may reach this machine, and a certificate."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dashgraph.domain.targets import Attachment, Message
from dashgraph.services.delivering.addresses import Guard, guarded_session
from dashgraph.services.delivering.email import MailServer
from dashgraph.services.delivering.sinks import Sinks

NOW = datetime(2026, 6, 15, 6, 30, tzinfo=UTC)
SHEET = Attachment("Umsatz März.pdf", "application/pdf", b"%PDF-1.7 \x00\xff" * 40)
PICTURE = Attachment("Umsatz.png", "image/png", b"\x89PNG\r\n\x1a\n" * 9)
MESSAGE = Message(
    key="0f1e2d3c",
    subject="Umsatz über alles, März",
    text="Umsatz März\n\nVon Nora.",
    html='<p>Umsatz März</p><img src="cid:picture">',
    attachments=(SHEET,),
    facts={"dashboard": "Umsatz", "url": "https://bi.example/d/1?a=b&c=d"},
)


@asynccontextmanager
async def sinks(mail: MailServer | None = None, *, allowed: str = "127.0.0.0/8", **more: Any) -> AsyncIterator[Sinks]:
    guard = Guard(allowed)
    async with guarded_session(guard) as session:
        yield Sinks(session, guard, mail, **{"seconds": 20.0, "clock": lambda: NOW, **more})


@asynccontextmanager
async def listening(routes: web.RouteTableDef | list[web.RouteDef]) -> AsyncIterator[str]:
    """The address of a server on loopback with these routes."""
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


class Certificate:
    """A fresh certificate of this machine: what the server shows, and what a client needs to trust it."""

    def __init__(self, folder: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now = datetime.now(UTC)
        names = [x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))]
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        file = folder / "certificate.pem"
        file.write_bytes(
            made.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        self.shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.shown.load_cert_chain(file)
        self.trusted = ssl.create_default_context(cafile=str(file))
