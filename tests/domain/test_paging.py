"""Cursors: what we hand out comes back, anything else is refused in words."""

import base64
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.errors import Invalid
from market.domain.paging import Cursor, Page, decode, encode, page_of
from market.domain.turns import LAST, Due, TurnFirst

CURSORS = st.builds(Cursor, at=st.datetimes(timezones=st.just(UTC)), id=st.integers(0, 2**63 - 1))


@given(CURSORS)
def test_round_trip(cursor):
    text = encode(cursor)
    assert decode(text) == cursor
    assert text.isascii()
    assert not set(text) & set("=+/&?# ")


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_cursor_is_the_first_page(nothing):
    assert decode(nothing) is None


def handed_in(raw: str) -> str:
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "%%%",
        "江苏",
        "\ud800",
        handed_in("null"),
        handed_in("{}"),
        handed_in("[1,2]"),
        handed_in('["2026-01-01T00:00:00Z"]'),
        handed_in('["2026-01-01T00:00:00",1]'),
        handed_in('["2026-01-01T00:00:00Z",-1]'),
        handed_in('["2026-01-01T00:00:00Z",9223372036854775808]'),
        handed_in('["2026-01-01T00:00:00Z",1.5]'),
        handed_in('["2026-01-01T00:00:00Z",1,' + "[" * 100_000),
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(Invalid) as refused:
        decode(text)
    assert set(refused.value.fields) == {"cursor"}


@given(st.text())
def test_garbage_never_breaks(text):
    try:
        found = decode(text)
    except Invalid:
        return
    assert found is None or isinstance(found, Cursor)


@given(st.lists(st.integers(0, 50), max_size=12), st.integers(1, 10))
def test_a_page_has_at_most_its_limit_and_a_cursor_only_when_there_is_more(rows, limit):
    def key(row: int) -> Cursor:
        return Cursor(datetime(2026, 1, 1, tzinfo=UTC), row)

    page = page_of(rows[: limit + 1], limit, key)
    assert list(page.items) == rows[:limit]
    assert (page.next is not None) == (len(rows) > limit)
    if page.next:
        assert decode(page.next) == key(page.items[-1])


def test_mapping_keeps_the_cursor():
    assert Page(items=(1, 2), next="n").map(str) == Page(items=("1", "2"), next="n")


class Row(msgspec.Struct):
    id: int
    updated_at: datetime


def test_what_waits_comes_before_the_rest_across_pages():
    at = datetime(2026, 3, 2, tzinfo=UTC)
    waiting = [Due(id=3, due_at=None), Due(id=1, due_at=at), Due(id=2, due_at=at - timedelta(days=1))]
    assert TurnFirst(waiting, None).ahead == [2, 1, 3]
    order = TurnFirst(waiting, encode(Cursor(at, 1)))
    assert (order.ahead, order.after) == ([3], (None, None))
    order = TurnFirst(waiting, encode(Cursor(LAST, 3)))
    assert (order.ahead, order.after) == ([], (None, None)), "the rest begins at its beginning"
    row = Row(id=9, updated_at=at)
    order = TurnFirst(waiting, encode(TurnFirst(waiting, None).cursor(row)))
    assert (order.ahead, order.after) == ([], (at, 9))


def test_a_cursor_beyond_the_end_of_time_is_no_failure():
    beyond = Cursor(datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))), 1)
    with pytest.raises(Invalid):
        TurnFirst([], encode(beyond))
