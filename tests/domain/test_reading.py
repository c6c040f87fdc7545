"""Values from forms and files."""

from decimal import Decimal

import pytest

from market.domain.products import ProductContent, UpdateCycle
from market.domain.reading import converted


def test_blank_means_not_given_and_texts_become_what_the_struct_holds():
    raw, errors = converted(ProductContent, {"title": "ab", "price": "12.50", "update_cycle": "daily", "theme": ""})
    assert errors == {}
    assert raw == {"title": "ab", "price": Decimal("12.50"), "update_cycle": UpdateCycle.DAILY}


@pytest.mark.parametrize(
    ("values", "field", "part"),
    [
        ({}, "title", "Fill this in"),
        ({"title": "x"}, "title", "too short"),
        ({"title": "x" * 201}, "title", "too long"),
        ({"price": "much"}, "price", "not a number"),
        ({"time_from": "31.12.2024"}, "time_from", "year-month-day"),
        ({"update_cycle": "sometimes"}, "update_cycle", "options"),
        ({"delivery": ["pigeon"]}, "delivery", "options"),
        ({"fields": [{"name": "x" * 121}]}, "fields", "too long"),
    ],
)
def test_what_does_not_fit_becomes_a_sentence(values, field, part):
    _, errors = converted(ProductContent, {"title": "ab"} | values if values else {})
    assert set(errors) == {field}
    assert part in errors[field]
