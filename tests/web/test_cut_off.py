"""Requests cut off half-way, against the real web server: nothing is stored, nothing breaks, the next one is served."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar

from tests import browsing

pytestmark = pytest.mark.anyio

PATIENCE = 120
"""Seconds after which the test gives up waiting; nothing is measured against it."""
BODY = b'{"title":"\xe6\xb1\x9f\xe8\x8b\x8f","text":"we need data"}'


class Line:
    """Connections of one's own to a running site."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.base_url = f"http://127.0.0.1:{port}"

    async def send(self, raw: bytes, *, half_close: bool = False) -> bytes:
        """Send these bytes and hang up, or stop sending and read what comes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        answer = b""
        with suppress(OSError):  # the other end may hang up first
            writer.write(raw)
            await writer.drain()
            if half_close:
                writer.write_eof()
                async with asyncio.timeout(PATIENCE):
                    answer = await reader.read()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return answer


@pytest.fixture
async def line(app: Litestar) -> AsyncIterator[Line]:
    """The site behind the web server it is served by in earnest."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(app, port=port, interface=Interfaces.ASGI, log_enabled=False)
    serving = asyncio.create_task(server.serve())
    found = Line(port)
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient(base_url=found.base_url) as client:
        while not serving.done():
            with suppress(httpx.TransportError):
                if (await client.get("/health")).status_code == 200:
                    break
            await asyncio.sleep(0.05)
    yield found
    server.stop()
    await serving


def request(token: dict[str, str], *extra: str, length: int | None = None, content: bytes = BODY) -> bytes:
    lines = ["POST /api/v1/demands HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in token.items()] + list(extra)
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


async def test_bodies_that_end_too_early(line, committed, caplog):
    """And one that is too large is answered in words, not by a connection that breaks."""
    token = await browsing.bearer(committed, await committed.demander())
    cut = [
        request(token, length=1000),
        request(token, length=len(BODY) + 1),
        request(token, length=len(BODY), content=b""),
        request(token, "Transfer-Encoding: chunked", content=b"20\r\n" + BODY[:20]),
        request(token, "Transfer-Encoding: chunked", content=b"zz\r\n" + BODY),
        request(token, "Expect: 100-continue", length=1000, content=b""),
        request(token)[:40],
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /demands\r\n\r\n",
        b"\0" * 4096,
    ]
    for raw in cut:
        await line.send(raw)
        answer = await line.send(raw, half_close=True)
        assert not answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5")), (raw[:60], answer[:200])
    async with httpx.AsyncClient(base_url=line.base_url) as client:
        assert (await client.get("/api/v1/demands", headers=token)).json()["items"] == []
        whole = await client.post("/api/v1/demands", headers=token, json={"title": "江苏", "text": "we need data"})
        assert whole.status_code == 201
        large = await client.post("/api/v1/demands", headers=token, json={"title": "ab", "text": "a" * 10_000_000})
        assert large.status_code == 413
    assert await committed.db.fetchval("SELECT count(*) FROM demand") == 1
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR] == []
