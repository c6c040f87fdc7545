"""Reading out a body that is refused for its size, so that the answer reaches whoever is still sending.

A server that answers 413 and closes while bytes are under way resets the connection: the sender sees a network error
instead of the sentence that says what is wrong.
"""

from __future__ import annotations

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

MOST = 64 * 1024 * 1024
"""Bytes read and thrown away before the connection is closed all the same."""


class Drain(ASGIMiddleware):
    """Reads what is left of the body before a 413 goes out."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Methods without a body are passed through."""
        if scope.get("method") in ("GET", "HEAD", "OPTIONS"):
            await next_app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 413:
                await _read_out(receive)
            await send(message)

        await next_app(scope, receive, answer)


async def _read_out(receive: Receive) -> None:
    left = MOST
    while left > 0:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            return
        left -= len(message["body"])
