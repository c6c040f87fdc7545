"""Posting to an address somebody else chose: only to public networks, and only to the address that was checked.

The name is resolved once, every address it has is checked, and the connection goes to a checked address while Host
header and TLS keep the name: a name that resolves differently a moment later (DNS rebinding) gains nothing. Redirects
are not followed and no proxy of the environment is used.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
import msgspec

from market.domain.errors import Invalid
from market.domain.webhooks import TIMEOUT, is_address, is_private
from market.domain.words import N_

PRIVATE = N_("This address is in a private network; this installation does not allow that.")
UNKNOWN = N_("No server of this name can be found.")
MALFORMED = N_("Give an address like https://example.com/hook, without a user name or password.")
SILENT = N_("It did not answer in time.")
BROKEN = N_("The connection failed.")
REDIRECTED = N_("It answered with a redirect, which is not followed.")
REFUSED = N_("It answered with an error.")


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What posting came to. ``answered`` is false when nobody was there."""

    status: int | None = None
    error: str | None = None

    @property
    def delivered(self) -> bool:
        """Whether the receiver took it."""
        return self.error is None

    @property
    def answered(self) -> bool:
        """Whether somebody was there at all."""
        return self.status is not None


def parse(url: str) -> httpx.URL:
    """The address. Raises Invalid for ``url`` when nothing can be posted to it."""
    try:
        found = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise Invalid({"url": MALFORMED}) from None
    usable = found.scheme in ("http", "https") and found.raw_host and not found.userinfo
    if not usable or not 0 < (80 if found.port is None else found.port) < 65536:
        raise Invalid({"url": MALFORMED})
    return found


async def resolve(url: httpx.URL, *, private: bool) -> list[str]:
    """The IP addresses behind the name, all of them allowed. Raises Invalid for ``url`` otherwise."""
    host = url.raw_host.decode("ascii")
    addresses = [host] if is_address(host) else await _ask(host, url.port)
    if not private and any(is_private(address) for address in addresses):
        raise Invalid({"url": PRIVATE})
    return addresses


async def _ask(host: str, port: int | None) -> list[str]:
    try:
        async with asyncio.timeout(TIMEOUT / 2):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        raise Invalid({"url": UNKNOWN}) from None
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@asynccontextmanager
async def poster() -> AsyncIterator[httpx.AsyncClient]:
    """A client for :func:`post`. It keeps no connection: one opened for a name must not serve another."""
    limits = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(follow_redirects=False, trust_env=False, limits=limits) as client:
        yield client


async def post(
    client: httpx.AsyncClient, url: str, body: bytes, headers: Mapping[str, str], *, private: bool
) -> Outcome:
    """Post ``body`` within TIMEOUT seconds; whatever goes wrong is an outcome, not an exception."""
    try:
        target = parse(url)
        async with asyncio.timeout(TIMEOUT):
            addresses = await resolve(target, private=private)
            return await _post_to(client, target, addresses, body, headers)
    except Invalid as error:
        return Outcome(error=error.fields["url"])
    except TimeoutError:
        return Outcome(error=SILENT)


async def _post_to(
    client: httpx.AsyncClient, target: httpx.URL, addresses: list[str], body: bytes, headers: Mapping[str, str]
) -> Outcome:
    """Try the checked addresses in turn; the first that takes the connection decides."""
    name = target.raw_host.decode("ascii")
    for address in addresses:
        request = client.build_request(
            "POST",
            target.copy_with(host=address, fragment=None),
            content=body,
            headers={**headers, "Host": target.netloc.decode("ascii")},
            extensions={"sni_hostname": name, "timeout": dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT)},
        )
        try:
            answer = await client.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            continue
        except (httpx.TransportError, httpx.InvalidURL, OSError) as error:
            return Outcome(error=SILENT if isinstance(error, httpx.TimeoutException) else BROKEN)
        await answer.aclose()  # nobody reads what else it says
        if answer.is_success:
            return Outcome(status=answer.status_code)
        return Outcome(status=answer.status_code, error=REDIRECTED if answer.is_redirect else REFUSED)
    return Outcome(error=BROKEN)
