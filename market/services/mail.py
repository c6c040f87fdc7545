"""E-mail: queued in the transaction that causes it, sent by the worker; without a mail server it goes to the log."""

from __future__ import annotations

import logging
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import SplitResult, unquote, urlsplit

import anyio.to_thread
import msgspec

from market.services import jobs
from market.settings import Settings
from market.store.query import Db

log = logging.getLogger("market.mail")

ENTRYPOINT = "mail"
TIMEOUT = 30
"""Seconds for each step with the mail server."""


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """One plain-text mail to one address."""

    to: str
    subject: str
    body: str


async def send(db: Db, to: str, subject: str, body: str) -> None:
    """Queue a mail; it is sent if and only if the caller's transaction commits."""
    await jobs.enqueue(db, ENTRYPOINT, Mail(to=to, subject=" ".join(subject.split()), body=body))


async def deliver(settings: Settings, payload: bytes) -> None:
    """Send a queued mail through MARKET_SMTP_URL, or write it to the log ``market.mail`` when there is none.

    Raises smtplib.SMTPException or OSError when the server does not take it; the queue's retries are the worker's.
    """
    mail = msgspec.json.decode(payload, type=Mail)
    if not settings.smtp_url:
        log.warning("No MARKET_SMTP_URL is set. Mail to %s: %s\n%s", mail.to, mail.subject, mail.body)
        return
    await anyio.to_thread.run_sync(_send, settings, mail)


def _send(settings: Settings, mail: Mail) -> None:
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=settings.mail_from.rpartition("@")[2])
    message.set_content(mail.body)
    server = urlsplit(settings.smtp_url)
    with _connection(server) as smtp:
        if server.username:
            smtp.login(unquote(server.username), unquote(server.password or ""))
        smtp.send_message(message)


def _connection(server: SplitResult) -> smtplib.SMTP:
    """Encrypted from the start (smtps), or with STARTTLS where the server has it; a password is never sent plain."""
    host, tls = server.hostname or "localhost", ssl.create_default_context()
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, server.port or 465, timeout=TIMEOUT, context=tls)
    smtp = smtplib.SMTP(host, server.port or (587 if server.username else 25), timeout=TIMEOUT)
    try:
        smtp.ehlo()
        if smtp.has_extn("starttls"):
            smtp.starttls(context=tls)
        elif server.username and host not in ("localhost", "127.0.0.1", "::1"):
            raise smtplib.SMTPNotSupportedError("the mail server offers no encryption for the password; use smtps://")
    except BaseException:
        smtp.close()
        raise
    return smtp
