"""What stands before the site in production, and answers for it while the site is renewed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from urllib.parse import urlsplit

UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Proxy(ThreadingTCPServer):
    """Passes everything on, until it is told that the site is away."""

    daemon_threads = True

    def __init__(self, site: str) -> None:
        super().__init__(("127.0.0.1", 0), Passing)
        there = urlsplit(site)
        self.site = (there.hostname, there.port)
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        self.away = False
        self.held: list[socket.socket] = []

    def leaves(self) -> None:
        """Every line breaks, and who asks is told 503."""
        self.away = True
        for line in self.held:
            with suppress(OSError):  # it ended by itself
                line.shutdown(socket.SHUT_RDWR)
        self.held.clear()

    def returns(self) -> None:
        """As before."""
        self.away = False


class Passing(BaseRequestHandler):
    """One connection."""

    server: Proxy

    def handle(self) -> None:
        if self.server.away:
            self.request.recv(1 << 16)
            self.request.sendall(UNAVAILABLE)
            return
        with socket.create_connection(self.server.site) as site:
            self.server.held += [self.request, site]
            back = Thread(target=pass_on, args=(site, self.request))
            back.start()
            pass_on(self.request, site)
            back.join()


def pass_on(source: socket.socket, target: socket.socket) -> None:
    """Until one of the two ends it."""
    with suppress(OSError):
        while block := source.recv(1 << 16):
            target.sendall(block)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


@contextmanager
def before(site: str) -> Iterator[Proxy]:
    """A proxy before the site at this address."""
    with Proxy(site) as proxy:
        thread = Thread(target=proxy.serve_forever)
        thread.start()
        yield proxy
        proxy.leaves()
        proxy.shutdown()
        thread.join()
