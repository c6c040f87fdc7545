"""Mail: queued with its cause, sent over SMTP or written to the log."""

import logging
import smtplib

import msgspec
import pytest

from market.services import mail
from market.settings import Settings
from tests import mailbox

pytestmark = pytest.mark.anyio
LETTER = mail.Mail(
    to="anna@luyan.example", subject="对接：新密码", body="打开 https://market.example/reset/abc\n第二行"
)


async def test_a_mail_leaves_only_with_the_transaction_that_causes_it(db, given):
    cause = db.transaction()
    await cause.start()
    await mail.send(db, LETTER.to, LETTER.subject, LETTER.body)
    assert await mailbox.waiting(given) == [LETTER]
    await cause.rollback()
    assert await mailbox.waiting(given) == []
    await mail.send(db, LETTER.to, "two\r\nBcc: victim@test.example", LETTER.body)
    assert [m.subject for m in await mailbox.waiting(given)] == ["two Bcc: victim@test.example"]


async def test_a_mail_goes_to_the_configured_server(db):
    async with mailbox.SmtpServer() as server:
        settings = Settings(smtp_url=server.url, mail_from="duijie@market.example")
        await mail.deliver(settings, msgspec.json.encode(LETTER))
    (sent,) = server.mails
    assert (sent["To"], sent["From"], sent["Subject"]) == (LETTER.to, "duijie@market.example", LETTER.subject)
    assert sent.get_content().split() == LETTER.body.split()
    assert sent["Message-ID"].endswith("@market.example>")


async def test_a_refused_mail_is_an_error_for_the_queue(db):
    async with mailbox.SmtpServer(refuse=True) as server:
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            await mail.deliver(Settings(smtp_url=server.url), msgspec.json.encode(LETTER))
    assert server.mails == []


async def test_without_a_server_the_link_goes_to_the_log(caplog):
    with caplog.at_level(logging.WARNING, logger="market.mail"):
        await mail.deliver(Settings(), msgspec.json.encode(LETTER))
    (record,) = caplog.records
    assert LETTER.to in record.getMessage()
    assert "https://market.example/reset/abc" in record.getMessage()
