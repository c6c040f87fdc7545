"""What a demand can pay and what a price is for."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from math import inf

import msgspec

from matching.reading.periods import number

_AMOUNT = (
    r"(?:\d[\d,，]{0,11}(?:\.\d{1,2})?|"
    r"[一二两三四五六七八九十百千]{1,4}万[一二三四五六七八九][一二三四五六七八九十百千]{0,4}|[万千百]把|"
    r"[一二两三四五六七八九十几百千]{1,5}[来多]?)"
)
_MONEY = re.compile(
    rf"(?P<coin>港币|港元|新台币|台币|美金|美元|欧元"
    rf"|人民币)?(?:\d{{1,4}}\s?[-—~～至到]{{1,2}}\s?)?(?P<amount>{_AMOUNT})\s?(?P<scale>万|千|百|亿|k\b"
    rf"|K\b)?\s?(?P<unit>元人民币|人民币|元|块钱|块|毛|刀|RMB|rmb|"
    rf"yuan|CNY|美元|美金|港币|港元|新台币|台币|欧元|HKD|HK\$|USD|yen|日元|euros?|EUR|dollars|万)?(?:钱)?"
    r"(?P<tail>\s?(?:per|a)\s(?:year|month|annum|call|record)|(?:/|每)?(?:年|月|次|条|天)?(?:左右|以内|之内|以下"
    r"|上下|以里|内|封顶|以上|出头|为限|不超)?)"
)
_MONEY_LEAD = re.compile(
    r"(?:年度|每年|一年|每月|一个月|每次|单次|按年|按月|首年|总)?(?:总?预算(?:区间|上限|金额)?|总?经费|总额|费用"
    r"|价格|报价|总价|年费|单价|最高限价|限价|[一-龥]{2}费)?"
    r"(?:一年|每年|每月|一个月|单次|每次|为|是|约|大约|大概|在|控制在|可支持|支持|不超过?|不高于|上限|最多|：|"
    r":|就|，|按|不到|\s){0,4}$"
)
_MONEY_EN = re.compile(
    r"(?P<lead>\b(?:[Bb]udget|[Uu]p to|[Uu]nder|[Bb]elow|[Aa]t most|[Mm]ax(?:imum)?)(?:\s(?:is|of|up to|about|"
    r"around|under|at most|"
    r"limited to|capped at)){0,2}\s)?(?P<sign>[$€£¥]|RMB\s?|CNY\s?|USD\s?|US\$\s?|"
    r"EUR\s?)\s?(?P<amount>\d[\d,]{0,11}(?:\.\d{1,2})?)\s?"
    r"(?P<scale>k|K|thousand|million)?(?P<tail>\s?(?:per|a|/)\s?(?:year|month|annum|call|record))?"
)
_LOOSE = re.compile(r"[一二两三四五六七八九]{2}[百千]?|[一二两三四五六七八九][百千][来多]")
"""三五(千): an amount as it is spoken."""
_CALLED = re.compile(r"的?(?:预算|经费|费用)")
_ALONE = re.compile(r"(?=[，,。；;吧]|$)")
_YUAN = (None, "毛", "元人民币", "人民币", "元", "块钱", "块", "RMB", "rmb", "yuan", "CNY", "万")
_NO_MONEY = re.compile(
    r"(?:不要|不用|不收)(?:钱|费)|不花钱|(?<!非)免费(?!试用|开放|领|停车|义务)|\bfree of charge\b|\bfor free\b",
    re.IGNORECASE,
)
_SCALES = {
    "毛": 0.1, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000, "k": 1_000, "K": 1_000, "thousand": 1_000,
    "million": 1_000_000,
}  # fmt: skip


class Money(msgspec.Struct, frozen=True):
    """A budget: at most ``limit`` yuan per ``days`` (None: for all of it; 0: per call or record; infinite: by volume).

    ``limit`` is None for a foreign currency; ``about`` allows a tenth more."""

    phrase: str
    start: int
    limit: Decimal | None
    days: float | None
    about: bool


@lru_cache(maxsize=4_096)
def budgets(text: str) -> tuple[Money, ...]:
    """The amounts of money named in ``text``. A bare 15万 counts only beside 预算, 经费, 左右, 以内 or the like."""
    found = [_budget(match) for match in _MONEY.finditer(text)]
    free = [Money(match[0], match.start(), Decimal(0), None, False) for match in _NO_MONEY.finditer(text)]
    english = [_budget_en(match) for match in _MONEY_EN.finditer(text)]
    return (*(money for money in found if money), *english, *free)


def _budget(match: re.Match[str]) -> Money | None:
    begin = max(0, match.start() - 16)
    before = _MONEY_LEAD.search(match.string[begin : match.start()])
    lead = before[0].lstrip("，,：: \n\t") if before else ""
    tail, scale = match["tail"], match["scale"]
    marked = (
        re.search(
            r"预算|经费|总额|费|价|左右|以内|之内|以下|上下|封顶|年费|内$|为限|不超|最多",
            lead + (match["coin"] or "") + tail,
        )
        or match["coin"]
    )
    loose = _LOOSE.fullmatch(match["amount"]) and (lead or _ALONE.match(match.string, match.end()))
    marked = marked or loose or _CALLED.match(match.string, match.end())
    if match["amount"] == "几" or (
        not match["unit"]
        and not (
            marked
            and (
                scale == "万"
                or "万" in match["amount"]
                or (match["amount"][-1] in "千百来多把" and (lead or loose or tail))
            )
        )
    ):
        return None
    if match["unit"] == "块" and not marked and not match[0].endswith("钱") and len(match["amount"]) == 1:
        return None
    amount = (
        _amount(match["amount"])
        * _SCALES.get(scale or "", 1)
        * _SCALES.get(match["unit"] if match["unit"] in ("万", "毛") else "", 1)
    )
    foreign = (match["coin"] or "人民币") != "人民币" or match["unit"] not in _YUAN
    phrase = lead + match[0]
    return Money(phrase, match.start() - len(lead), None if foreign or not amount else Decimal(str(amount)),
                 _period(lead + tail), bool(re.search(r"左右|上下|约|大概", phrase)))  # fmt: skip


_PLACES = {"十": 10.0, "百": 100.0, "千": 1_000.0}
_PRICED = (
    ("次|条|call|record", 0.0),
    (r"volume|\b[GMT]B\b", inf),
    ("年|year|annum", 365.0),
    ("月|month", 30.0),
    ("天|日|day", 1.0),
)
COUNTED = (0.0, inf)
"""What is paid by calls, records or volume, not by time."""


def _period(text: str) -> float | None:
    for words, days in _PRICED:
        if re.search(words, text):
            return days
    return None


def _amount(text: str) -> float:
    """The value of an amount in digits or Chinese numerals; the upper one of two (三五千), 0 when it is none."""
    text = text.rstrip("来多把")
    if text[:1].isdigit():
        return float(text.replace(",", "").replace("，", ""))
    if "万" in text:
        many, _, rest = text.partition("万")
        return 10_000 * (_amount(many) if many else 1) + (1_000 * number(rest) if len(rest) == 1 else _amount(rest))
    total, digit = 0.0, 0.0
    for character in text:
        if character in _PLACES:
            total, digit = total + (digit or 1.0) * _PLACES[character], 0.0
        else:
            digit = number(character)
    return total + digit if total + digit == total + digit else 0.0


def _budget_en(match: re.Match[str]) -> Money:
    yuan = match["sign"].strip() in ("¥", "RMB", "CNY")
    amount = Decimal(match["amount"].replace(",", "")) * Decimal(str(_SCALES.get(match["scale"] or "", 1)))
    return Money(match[0], match.start(), amount if yuan else None, _period(match["tail"] or ""),
                 bool(re.search("about|around", match[0])))  # fmt: skip


def price_period(unit: str) -> float | None:
    """Days one price pays for: 元/年 365, per month 30; 0 for a call or record, infinite by volume; None for once and
    for all."""
    return _period(unit.replace("元", ""))
