"""Requests put as a list of headings: 地域：郑州市, Refresh: quarterly. The heading tells what its value is about."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from matching.types import Kind

_WORDS: Final = {
    Kind.TOPIC: "内容|名称|需求|数据|数据集|主题|标的|topic|subject|data|dataset|data needed",
    Kind.FIELDS: "字段|指标|数据项|栏位|变量|属性|要素|fields?|columns?|variables?|attributes?",
    Kind.REGION: "地域|区域|地区|范围|地理范围|空间范围|覆盖|coverage|regions?|area|geography|geographic coverage|"
    "locations?",
    Kind.TIME_SPAN: "时间|时段|时间范围|期间|时间跨度|年份|年限|时限|period|"
    "time period|time span|time range|years|dates",
    Kind.UPDATE_CYCLE: "更新|频率|频次|刷新|周期|refresh|updates?|frequency|update frequency|cadence|update cycle",
    Kind.GRANULARITY: "粒度|颗粒度|精度|分辨率|时间粒度|空间粒度|间隔|采集间隔|采样间隔|granularity|resolution|level",
    Kind.DELIVERY: "交付|方式|形式|提供|传输|对接|获取|delivery|access|delivery mode|delivery method",
    Kind.FORMAT: "格式|文件格式|file format|formats?",
    Kind.PURPOSE: "用途|目的|场景|应用场景|使用场景|purpose|use case|use|intended use",
    Kind.BUDGET: "预算|费用|价格|经费|报价|budget|price|cost",
}
_CONTACT: Final = "联系人|联系电话|联系方式|电话|手机|邮箱|备注|截止|contact|e-?mail|phone|deadline"
_BULLET: Final = r"\s*(?:[-*•·●○▪■◆]\s*|[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[.、)）](?!\d)\s*|[①-⑳]\s*)?"
_HEADING: Final = re.compile(
    rf"{_BULLET}(?:数据|需求)?(?:"
    + "|".join(f"(?P<{kind.value}>{words})" for kind, words in _WORDS.items())
    + rf"|(?P<other>{_CONTACT}))(?:要求|方式|范围|频率|周期|区域|名称|needed|required)?\s?(?:[：:]|—{{1,2}})\s*",
    re.IGNORECASE,
)
_VAGUE: Final = re.compile(
    r"(?:不限|可谈|面议|待定|无|均可|皆可|任意|any|none|n/?a|tbd|open|negotiable)[。.\s]*$", re.IGNORECASE
)


class Heading(msgspec.Struct, frozen=True):
    """``kind`` of what begins at offset ``value`` of the clause; None for what is not about the data."""

    kind: Kind | None
    value: int


def heading(clause: str) -> Heading | None:
    """The heading ``clause`` begins with, if it does."""
    match = _HEADING.match(clause)
    if match is None:
        return None
    return Heading(None if match.lastgroup == "other" else Kind(match.lastgroup or ""), match.end())


def vague(value: str) -> bool:
    """Whether a value leaves everything open (费用：可谈)."""
    return _VAGUE.match(value.strip()) is not None
