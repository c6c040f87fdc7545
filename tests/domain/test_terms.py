"""Terms of an offer: one text for equal terms, and every difference named."""

import hashlib
from datetime import date
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from market.domain.negotiations import Clause, Terms, canonical, changes, terms_errors, terms_hash
from market.domain.products import Delivery, PriceUnit

WORDS = st.text('甲乙ab "\\\n€', min_size=1, max_size=6)
CLAUSES = st.lists(st.builds(Clause, title=WORDS, text=WORDS), max_size=4, unique_by=lambda c: c.title).map(tuple)
TERMS = st.builds(
    Terms,
    price=st.integers(0, 10**14 - 1).map(lambda cents: Decimal(cents).scaleb(-2)),
    price_unit=st.sampled_from(PriceUnit),
    period_from=st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    period_to=st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    delivery=st.sampled_from(Delivery),
    permitted_use=WORDS,
    obligations=st.just("") | WORDS,
    clauses=CLAUSES,
)
ONE = Terms(
    price=Decimal("1200.5"),
    price_unit=PriceUnit.MONTH,
    period_from=date(2026, 4, 1),
    period_to=date(2027, 3, 31),
    delivery=Delivery.API,
    permitted_use="内部分析",
    clauses=(Clause(title="验收", text="七日内"), Clause(title="保密", text="三年")),
)


def changed(**values):
    return msgspec.structs.replace(ONE, **values)


def test_the_text_is_sorted_tight_and_has_two_places():
    assert canonical(ONE) == (
        '{"clauses":[{"text":"七日内","title":"验收"},{"text":"三年","title":"保密"}],"delivery":"api","obligations":"",'
        '"period_from":"2026-04-01","period_to":"2027-03-31","permitted_use":"内部分析","price":"1200.50",'
        '"price_unit":"month"}'
    )


@given(TERMS)
def test_the_text_reads_back_as_the_same_terms(terms):
    again = msgspec.json.decode(canonical(terms), type=Terms)
    assert again == terms
    assert canonical(again) == canonical(terms)


@given(TERMS, TERMS)
def test_the_same_text_exactly_when_nothing_changed(one, other):
    assert (canonical(one) == canonical(other)) == (one == other) == (changes(one, other) == ())


@given(TERMS, TERMS)
def test_changes_backwards_are_changes_swapped(one, other):
    there = {(c.name, c.was, c.now) for c in changes(one, other)}
    assert {(c.name, c.now, c.was) for c in changes(other, one)} == there


def test_equal_prices_written_differently_are_one_text():
    prices = ["0", "-0", "0.0", "0E+2"]
    assert len({canonical(changed(price=Decimal(p))) for p in prices}) == 1
    assert canonical(changed(price=Decimal("1E+3"))) == canonical(changed(price=Decimal("1000.00")))


def test_the_hash_is_of_the_bytes():
    assert terms_hash(canonical(ONE)) == hashlib.sha256(canonical(ONE).encode("utf-8")).digest()


def test_changes_name_what_and_from_what_to_what():
    later = changed(
        price=Decimal("900"), clauses=(Clause(title="验收", text="十日内"), Clause(title="付款", text="月结"))
    )
    assert [(c.name, c.was, c.now) for c in changes(ONE, later)] == [
        ("price", "1200.5", "900"),
        ("验收", "七日内", "十日内"),
        ("保密", "三年", ""),
        ("付款", "", "月结"),
    ]


def test_clauses_in_another_order_are_a_change():
    (change,) = changes(ONE, changed(clauses=ONE.clauses[::-1]))
    assert (change.name, change.was, change.now) == ("clause_order", "验收 · 保密", "保密 · 验收")


def test_errors_of_the_whole():
    assert terms_errors(ONE) == {}
    twice = (ONE.clauses[0], Clause(title="验收", text="x"))
    assert set(terms_errors(changed(period_to=date(2026, 3, 31), clauses=twice))) == {"period_to", "clauses"}
