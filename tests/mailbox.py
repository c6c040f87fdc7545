"""The mails that wait in the queue, as the worker would send them, and a real SMTP server to send them to."""

from __future__ import annotations

import asyncio
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self, cast

import msgspec

from market.services.mail import Mail
from tests.given import Given
from tests.receiver import until


async def waiting(given: Given) -> list[Mail]:
    """The queued mails, the earliest first."""
    rows = await given.db.fetch("SELECT payload FROM pgqueuer WHERE entrypoint = 'mail' ORDER BY id")
    return [msgspec.json.decode(row["payload"], type=Mail) for row in rows]


def link_in(body: str) -> str:
    """The path of the link in the text of a mail."""
    found = re.search(r"https?://[^/\s]+(/\S+)", body)
    assert found, "no link in the mail"
    return found.group(1)


async def link(given: Given) -> str:
    """The path of the link in the latest mail, e.g. /reset/…"""
    return link_in((await waiting(given))[-1].body)


async def token(given: Given) -> str:
    """The one-time token of the latest mail."""
    return (await link(given)).rpartition("/")[2]


class SmtpServer:
    """Takes every mail: ``async with SmtpServer() as server: … server.url … server.mails``."""

    def __init__(self, refuse: bool = False) -> None:
        self.refuse = refuse
        self.mails: list[EmailMessage] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.url = f"smtp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: Any) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def link_for(self, address: str) -> str:
        """The path of the link in the first mail to this address, once it has come."""

        async def come() -> list[str]:
            return [link_in(mail.get_content()) for mail in self.mails if mail["To"] == address]

        return str((await until(come))[0])

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := await reader.readline():
            command = line.split()[0].upper() if line.split() else b""
            if command == b"DATA":
                writer.write(b"354 go on\r\n")
                raw = await reader.readuntil(b"\r\n.\r\n")
                self.mails.append(cast(EmailMessage, message_from_bytes(raw[:-3], policy=policy.default)))
            elif command == b"RCPT" and self.refuse:
                writer.write(b"550 no such mailbox\r\n")
                continue
            elif command == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            writer.write(b"250 ok\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
