"""Phrases marked in a text."""

from hypothesis import given
from hypothesis import strategies as st

from market.domain.passages import Passage, passages

texts = st.text("abc", max_size=20)


def plain(*pieces):
    return tuple(Passage(text=text, lines=lines) for text, lines in pieces)


def test_each_phrase_is_marked_with_its_line_where_it_stands_first():
    found = passages("daily traffic, daily", [(2, "traffic"), (1, "daily")])
    assert found == plain(("daily", (1,)), (" ", ()), ("traffic", (2,)), (", daily", ()))


def test_overlapping_phrases_share_what_they_have_in_common():
    assert passages("abcd", [(1, "abc"), (2, "bcd")]) == plain(("a", (1,)), ("bc", (1, 2)), ("d", (2,)))


def test_what_is_not_there_marks_nothing():
    assert passages("abc", [(1, "x"), (2, "")]) == plain(("abc", ()))
    assert passages("", [(1, "x")]) == ()


@given(texts, st.lists(st.tuples(st.integers(1, 9), texts), max_size=5))
def test_no_letter_is_lost_and_every_phrase_is_marked_whole(text, phrases):
    found = passages(text, phrases)
    assert "".join(passage.text for passage in found) == text
    for line, phrase in phrases:
        if phrase and phrase in text:
            assert phrase in "".join(p.text if line in p.lines else "\0" for p in found)
