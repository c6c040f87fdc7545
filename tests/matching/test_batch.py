"""Many demands on several processes get the answers each would get alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date

import pytest

from matching import Demand, Document, Matcher, matcher
from matching.processes import forked

WORDS = ["空气质量", "水库水位", "企业登记", "合肥", "泸州", "小时", "数据", "公交", "bus", "arrivals", "water"]
PRODUCTS = [
    Document(
        id=f"p{n:03}",
        title=WORDS[n % 11] + WORDS[n % 7],
        description=" ".join(WORDS[n % 5 : n % 13]),
        region=("安徽省合肥市", "", "四川省泸州市")[n % 3],
    )
    for n in range(200)
]
DEMANDS = [Demand(id=f"d{n}", text=f"{WORDS[n % 11]} {WORDS[n % 4]} 泸州") for n in range(40)] + [Demand(id="none")]


TODAY = date(2025, 1, 1)


@pytest.fixture
def held() -> Matcher:
    held = Matcher().fit(PRODUCTS[:150])
    held.remove([f"p{n:03}" for n in range(0, 200, 7)])
    held.add(PRODUCTS[140:])
    return held


def test_answers_are_those_of_one_by_one_also_after_edits(held: Matcher, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [held.match([demand], 9)[0] for demand in DEMANDS]
    monkeypatch.setattr(matcher, "PORTION", 15)
    monkeypatch.setattr(matcher, "MANY", len(DEMANDS))
    assert held.match(DEMANDS, 9) == alone
    assert held.match(DEMANDS, 0) == [[] for _ in DEMANDS]


def test_so_are_reasons(held: Matcher, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [held.match([demand], 5, reasons=True, today=TODAY)[0] for demand in DEMANDS]
    assert any(match.reasons for matches in alone for match in matches)
    monkeypatch.setattr(matcher, "PORTION_EXPLAINED", 15)
    monkeypatch.setattr(matcher, "MANY_EXPLAINED", len(DEMANDS))
    assert list(held.each(DEMANDS, 5, reasons=True, today=TODAY)) == alone


def test_a_process_that_ends_too_early_is_an_error() -> None:
    def work(n: int) -> int:
        return n if n < 3 else os._exit(1)

    answers = forked(work, range(9))
    assert [next(answers) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ChildProcessError):
        list(answers)


def test_nothing_is_left_behind_by_a_process_that_is_killed() -> None:
    script = """
import os, signal
from matching.processes import forked
answers = forked(bytes, [1000] * 100_000)
next(answers)
os.kill(os.getpid(), signal.SIGKILL)
"""
    # What it has started holds its output open.
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60)
    assert ended.returncode == -signal.SIGKILL
