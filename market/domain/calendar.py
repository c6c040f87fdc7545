"""Working days and deadlines.

A term of n working days does not count the day it starts on and ends at the end of its last day; a last day on a
holiday moves on (Civil Code art. 201, 203). Holidays and make-up days are the State Council's, through
``chinesecalendar``; a year it has not published yet is counted Monday to Friday and called provisional.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar

ZONE = ZoneInfo("Asia/Shanghai")
CLOSING = time(18, 0)
"""Deadlines fall at the close of business of their last day."""


@lru_cache(10_000)  # chinesecalendar looks through all its holidays on every call
def is_workday(day: date) -> bool:
    """A working day, make-up days included; Monday to Friday in an unpublished year."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def add_working_days(start: date, days: int) -> date:
    """The last day of a term of ``days`` working days; ``start`` itself does not count."""
    day = start
    left = days
    while left > 0:
        day += timedelta(days=1)
        if is_workday(day):
            left -= 1
    return day


def deadline(now: datetime, days: int) -> datetime:
    """When a term that starts now ends: 18:00 Chinese time of its last working day."""
    return datetime.combine(add_working_days(now.astimezone(ZONE).date(), days), CLOSING, ZONE)


def working_days_left(now: datetime, due: datetime) -> int:
    """Working days after today up to and including the day of ``due``; negative when overdue."""
    today, last = now.astimezone(ZONE).date(), due.astimezone(ZONE).date()
    if last < today:
        return -sum(is_workday(last + timedelta(days=i)) for i in range(1, (today - last).days + 1))
    return sum(is_workday(today + timedelta(days=i)) for i in range(1, (last - today).days + 1))
