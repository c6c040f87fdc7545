"""Licences that combine and those that do not: the table is complete, and free texts find their kind."""

from itertools import combinations_with_replacement

import pytest

from market.domain.licences import NOT_STATED, TABLE, Licence, combine, licence_of
from market.domain.matches import Verdict


def test_the_table_knows_every_pair():
    assert set(TABLE) == {frozenset(pair) for pair in combinations_with_replacement(Licence, 2)}
    assert all(found.reason and found.verdict is not Verdict.UNKNOWN for found in TABLE.values())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("CC0 1.0", Licence.FREE),
        ("CC BY 4.0", Licence.ATTRIBUTION),
        ("CC-BY-SA 4.0", Licence.SHARE_ALIKE),
        ("Creative Commons BY-NC-SA", Licence.NON_COMMERCIAL),
        ("CC BY-NC-ND 4.0", Licence.NO_DERIVATIVES),
        ("Open Database License (ODbL)", Licence.ODBL),
        ("仅限本企业内部使用，不得转售", Licence.INTERNAL),
        ("使用时须注明来源", Licence.ATTRIBUTION),
        ("用于各自用途，另行约定", None),
        ("", None),
    ],
)
def test_a_text_is_read_as_the_strictest_kind_it_shows(text, kind):
    assert licence_of(text) is kind


def test_what_is_not_known_is_a_question_and_no_refusal():
    assert combine("", "CC0") is combine("面议", "CC BY") is NOT_STATED
    assert NOT_STATED.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ("CC0", "CC BY", Verdict.MET),
        ("CC BY-SA", "ODbL", Verdict.UNMET),
        ("CC BY-SA", "CC BY-NC", Verdict.UNMET),
        ("CC BY-ND", "CC0", Verdict.UNMET),
        ("internal use only", "CC BY", Verdict.MET),
    ],
)
def test_the_order_does_not_matter(one, other, verdict):
    assert combine(one, other) is combine(other, one)
    assert combine(one, other).verdict is verdict
