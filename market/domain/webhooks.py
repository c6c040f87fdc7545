"""Webhooks: where an organisation's programs are told of events, and what each delivery came to."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

MOST = 20
"""Webhooks of one organisation."""
TIMEOUT = 10
"""Seconds a receiver has to answer."""
BACKOFF = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1800, 7200, 21600, 43200))
"""How long to wait after the first, second, … failed attempt; after the last there is no further one."""
REST = timedelta(minutes=1)
"""A receiver that does not answer at all is left alone this long, so that it does not hold up the others."""


class EventKind(StrEnum):
    """What an event can be about."""

    ORGANISATION = "organisation"
    PRODUCT = "product"
    DEMAND = "demand"
    MATCH = "match"
    QUESTION = "question"
    ROUTING = "routing"
    NEGOTIATION = "negotiation"
    AGREEMENT = "agreement"


Kinds = Annotated[tuple[EventKind, ...], Meta(max_length=len(EventKind))]


class WebhookContent(msgspec.Struct, frozen=True, kw_only=True):
    """What the organisation chooses. No ``kinds`` means every kind."""

    url: Annotated[str, Meta(min_length=8, max_length=2000)]
    kinds: Kinds = ()
    active: bool = True


class Webhook(WebhookContent, frozen=True, kw_only=True):
    """A webhook as stored, without its secret."""

    id: int
    version: int
    created_at: datetime


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One event for one webhook. ``next_at`` is None once it is delivered or given up."""

    id: int
    event_id: int
    kind: str
    object_id: int
    action: str
    attempts: int
    status: int | None
    """The receiver's last answer."""
    error: str | None
    created_at: datetime
    next_at: datetime | None
    delivered_at: datetime | None


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What is posted. ``id`` is the event's: the same event may come twice, and later events first."""

    id: int
    type: str
    kind: str
    object_id: int
    action: str
    source: str
    """The state before, empty when the event is no change of state."""
    target: str
    at: datetime
    title: str
    reason: str | None
    """Only for those who are party to the object."""
    url: str


def signature(secret: str, body: bytes, at: datetime) -> str:
    """``t=<unix seconds>,v1=<hex HMAC-SHA256 over "t.body">``: the value of the header Duijie-Signature."""
    t = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{t}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={t},v1={digest}"


def is_address(host: str) -> bool:
    """Whether a host is an IP address rather than a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_private(address: str) -> bool:
    """Whether an IP address is anything but a global unicast one, also where IPv6 carries an IPv4 address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_private(str(inner))
    return not ip.is_global or ip.is_multicast


NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""RFC 6052."""
