"""Working days: the State Council's calendars of 2025 and 2026, and years it has not published."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain import calendar

DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 1))
TERMS = st.integers(1, 30)


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (date(2026, 2, 12), 3, date(2026, 2, 24)),  # Spring Festival with its make-up Saturday
        (date(2026, 2, 12), 10, date(2026, 3, 4)),
        (date(2025, 9, 26), 10, date(2025, 10, 16)),  # National Day and Mid-Autumn together
        (date(2026, 9, 18), 20, date(2026, 10, 22)),
        (date(2026, 3, 2), 1, date(2026, 3, 3)),
        (date(2026, 3, 6), 1, date(2026, 3, 9)),  # Friday to Monday
    ],
)
def test_terms(start, days, last):
    assert calendar.add_working_days(start, days) == last


@pytest.mark.parametrize("year", [2025, 2026])
def test_a_published_year_has_248_working_days(year):
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range(365)]
    assert sum(map(calendar.is_workday, days)) == 248


def test_an_unpublished_year_is_counted_monday_to_friday():
    assert calendar.is_workday(date(2099, 1, 1))  # a Thursday; New Year's Day is not known to be a holiday
    assert not calendar.is_workday(date(2099, 1, 3))
    assert calendar.add_working_days(date(2098, 12, 31), 2) == date(2099, 1, 2)


def test_deadlines_fall_at_the_close_of_business_in_china():
    late_evening_in_utc = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)  # 3 March in China
    assert calendar.deadline(late_evening_in_utc, 1) == datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


@given(DAYS, TERMS)
def test_the_last_day_is_a_working_day_after_the_start_with_the_right_number_between(start, days):
    last = calendar.add_working_days(start, days)
    assert last > start
    assert calendar.is_workday(last)
    between = (start + timedelta(days=n) for n in range(1, (last - start).days + 1))
    assert sum(map(calendar.is_workday, between)) == days


@given(st.datetimes(datetime(2024, 1, 1), datetime(2026, 11, 1), timezones=st.just(UTC)), TERMS)
def test_a_fresh_term_has_all_its_days_left(now, days):
    assert calendar.working_days_left(now, calendar.deadline(now, days)) == days


@given(DAYS, st.integers(-200, 200))
def test_days_left_and_days_overdue_mirror_each_other(one, days):
    other = one + timedelta(days=days)
    at_one = datetime.combine(one, calendar.CLOSING, calendar.ZONE)
    at_other = datetime.combine(other, calendar.CLOSING, calendar.ZONE)
    assert calendar.working_days_left(at_one, at_other) == -calendar.working_days_left(at_other, at_one)
