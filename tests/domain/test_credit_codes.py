"""Unified social credit codes: GB 32100-2015."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.accounts import CREDIT_CODE_ALPHABET, credit_code_error

# Of well-known companies, as their licences are published.
REAL = ["91330100799655058B", "9144030071526726XG", "91110000802100433B", "914403001922038216"]


@st.composite
def codes(draw):
    body = draw(st.text(CREDIT_CODE_ALPHABET, min_size=17, max_size=17))
    good = [c for c in CREDIT_CODE_ALPHABET if credit_code_error(body + c) is None]
    assert len(good) == 1, "a body has exactly one check character"
    return body + good[0]


@pytest.mark.parametrize("code", REAL)
def test_real_codes(code):
    assert credit_code_error(code) is None


@pytest.mark.parametrize("code", ["", "9", REAL[0][:-1], REAL[0] + "0", REAL[0] + "\n"])
def test_a_wrong_length(code):
    assert "18 characters" in credit_code_error(code)


@pytest.mark.parametrize("wrong", [*"IOSVZ", "b", " ", "０", "٣", "\x00", "\ud800"])
def test_characters_outside_the_alphabet(wrong):
    assert "without I, O, S, V and Z" in credit_code_error(REAL[0][:5] + wrong + REAL[0][6:])


@pytest.mark.parametrize("code", REAL)
def test_every_wrong_check_character(code):
    for other in set(CREDIT_CODE_ALPHABET) - {code[-1]}:
        assert "check character" in credit_code_error(code[:-1] + other)


@given(codes(), st.integers(0, 16), st.integers(1, 30))
def test_any_single_change_in_the_body_is_caught(code, place, shift):
    index = CREDIT_CODE_ALPHABET.index(code[place])
    changed = CREDIT_CODE_ALPHABET[(index + shift) % 31]
    assert "check character" in credit_code_error(code[:place] + changed + code[place + 1 :])


@given(codes(), st.integers(0, 15))
def test_two_neighbours_swapped_are_caught(code, place):
    one, two = code[place], code[place + 1]
    swapped = code[:place] + two + one + code[place + 2 :]
    assert (credit_code_error(swapped) is None) == (one == two)
