"""An agreement prints as a contract."""

import io
from unicodedata import normalize

import pytest
from pypdf import PdfReader

from tests.given import email_of

pytestmark = pytest.mark.browser


def test_on_a4_with_the_parties_the_clauses_and_the_hash_and_without_navigation(open_page, sign_in, setting):
    deal = setting(lambda given: given.agreement())
    page = open_page()
    sign_in(page, email_of(deal.consumer.name))
    page.goto(f"/agreements/{deal.agreement.id}")
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    width, height = (round(float(side) / 72 * 25.4) for side in printed.pages[0].mediabox[2:])
    assert (width, height) == (210, 297)
    # ligatures and look-alikes of radicals come out as such
    text = normalize("NFKC", "".join("".join(sheet.extract_text().split()) for sheet in printed.pages))
    agreement = deal.agreement
    for words in (
        agreement.consumer_name,
        agreement.provider_credit_code,
        "每日十点前更新",
        "1. What is provided",
        "Party A (supplier)",
        "Party B (data user)",
        "Seal",
        "Annex: the product as it was",
        agreement.terms_hash.hex(),
    ):
        assert "".join(words.split()) in text, words
    assert f"1/{len(printed.pages)}" in text
    for words in ("Inbox", "Terminate agreement", "Check this evidence", "Its life so far"):
        assert "".join(words.split()) not in text, words
