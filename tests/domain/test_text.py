"""Cleaning what people send, so that PostgreSQL can store it and the next reader can see it."""

import unicodedata

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from market.domain.demands import DemandContent, LineKind, LineLevel, RequirementLine
from market.domain.text import clean, cleaned

ANYTHING = st.text(st.characters(exclude_categories=()))


def test_what_cannot_be_stored_or_seen_is_taken_out():
    assert clean("a\x00b\ud800c\x1b[31m\x7f\x85") == "abc[31m"


def test_line_breaks_and_tabs_stay_and_are_one_kind():
    assert clean("a\r\nb\rc\td\n") == "a\nb\nc\td"


def test_composed_form():
    assert clean("e\u0301") == "é"


def test_chinese_and_emoji_are_left_alone():
    assert clean("江苏省公路货运量（日）🚚👨‍👩‍👧") == "江苏省公路货运量（日）🚚👨‍👩‍👧"


@given(ANYTHING)
def test_clean_text_can_be_stored_and_is_clean(text):
    once = clean(text)
    assert clean(once) == once
    once.encode("utf-8")
    assert once == once.strip()
    assert unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in once if c not in "\n\t")


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_nothing_that_can_be_seen_is_lost(text):
    assert clean(text) == unicodedata.normalize("NFC", text)


def test_every_text_of_a_struct_is_cleaned_however_deep():
    line = RequirementLine(level=LineLevel.MUST, kind=LineKind.TOPIC, value=" 货运\x00量 ", phrase="e\u0301")
    content = DemandContent(title="a\x00 ", text="b\ud800", lines=(line,), masked=(" x ", "\x00"), sealed=True)
    assert cleaned(content) == DemandContent(
        title="a",
        text="b",
        lines=(msgspec.structs.replace(line, value="货运量", phrase="é"),),
        masked=("x",),
        sealed=True,
    )
