"""A real HTTP server for webhooks: it keeps what it is sent and answers as it is told.

async with Receiver() as receiver:
    …  receiver.url  …
    request = await receiver.next()
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Self

import msgspec

PATIENCE = 120
"""Seconds after which a test gives up waiting; nothing is measured against it."""


@dataclass
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class Receiver:
    """Answers ``answers`` in turn, then the last one for ever. An answer of None never comes."""

    def __init__(self, *answers: int | None, location: str = "", tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.answers = list(answers or (200,))
        self.location = location
        self.requests: asyncio.Queue[Received] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.port = self.server.sockets[0].getsockname()[1]
        self.url = f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}/hook"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()

    async def next(self) -> Received:
        """The next request, in the order they came."""
        async with asyncio.timeout(PATIENCE):
            return await self.requests.get()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            self.requests.put_nowait(Received(head[0].split()[1], headers, body))
            if answer is None:
                await reader.read()  # until the other side hangs up
            else:
                extra = f"Location: {self.location}\r\n" if self.location else ""
                writer.write(f"HTTP/1.1 {answer} x\r\n{extra}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def until(check: Callable[[], Awaitable[Any]]) -> Any:
    """Wait until ``check`` returns something true, and return it."""
    async with asyncio.timeout(PATIENCE):
        while not (found := await check()):  # noqa: ASYNC110 - the database does not call us
            await asyncio.sleep(0.02)
    return found
