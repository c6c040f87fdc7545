"""Sealed demands: the words to cover are covered everywhere a stranger looks."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.demands import MASK, DemandContent, content_errors, mask

TEXT = st.text("甲乙丙aAbB .*\\[", max_size=30)
PHRASES = st.lists(st.text("甲乙丙aAbB.*\\[", min_size=1, max_size=4), max_size=4).map(tuple)


def test_covers_every_place_and_ignores_case():
    assert mask("Foo, foo and FOO", ("foo",)) == f"{MASK}, {MASK} and {MASK}"


def test_the_longest_phrase_first():
    assert mask("江苏省交通厅", ("江苏", "江苏省交通厅")) == MASK


def test_marks_of_patterns_are_only_text():
    assert mask("a.c abc (x)", ("a.c", "(x)")) == f"{MASK} abc {MASK}"


def test_nothing_to_cover():
    assert mask("江苏", ()) == "江苏"
    assert mask("江苏", ("", " ")) == "江苏"


@given(TEXT, PHRASES)
def test_no_phrase_is_left(text, phrases):
    covered = mask(text, phrases).replace(MASK, "\0")
    assert not any(p.lower() in covered.lower() for p in phrases)


@given(TEXT, PHRASES)
def test_covering_twice_changes_nothing(text, phrases):
    assert mask(mask(text, phrases), phrases) == mask(text, phrases)


def content(**values):
    return DemandContent(**({"title": "标题一", "text": "Die Straße in 江苏", "sealed": True} | values))


@pytest.mark.parametrize("phrase", ["江苏", "STRAßE", "标题", "目的"])
def test_a_phrase_that_is_covered_is_accepted(phrase):
    assert content_errors(content(masked=(phrase,), purpose="目的")) == {}


@pytest.mark.parametrize("phrase", ["浙江", "strasse", "一\nDie"])
def test_a_phrase_that_would_not_be_covered_is_refused(phrase):
    """Whatever is accepted is really covered: accepting by a looser comparison than covering would leak it."""
    assert set(content_errors(content(masked=(phrase,)))) == {"masked"}


def test_covering_words_takes_a_sealed_demand():
    assert set(content_errors(msgspec.structs.replace(content(masked=("江苏",)), sealed=False))) == {"sealed"}
