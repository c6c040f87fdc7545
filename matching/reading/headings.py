"""Requests put as a list of headings: 地域：郑州市, Refresh: quarterly. The heading tells what its value is about."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from matching.types import Kind

_WORDS: Final = {
    Kind.FIELDS: "字段|指标|数据项|信息项|栏位|变量|属性|要素|参数|(?:返回|输出|查询|展示)(?:内容|结果|信息|数据)|"
    "fields?|columns?|variables?|attributes?|items?",
    Kind.TOPIC: "内容|所需|名称|品种|需求|数据|数据集|主题|标的|标题|品类|产品|topic|subject|data|dataset|what",
    Kind.REGION: "地域|区域|地区|范围|地点|城市|省份|地理|空间|覆盖|coverage|scope|regions?|area|geography|locations?|"
    "where|place|cities|city|countr(?:y|ies)",
    Kind.TIME_SPAN: "时间|时段|历史|期间|年度|时点|跨度|年份|年限|时限|日期|起止|"
    "period|time|span|years?|dates?|history|since|when",
    Kind.GRANULARITY: "(?:统计|采样|采集|观测|监测)(?:频率|频次|频度|周期)|粒度|颗粒度|精度|分辨率|间隔|单元|尺度|层级|"
    "细度|口径|granularity|resolution|level|detail|grain",
    Kind.UPDATE_CYCLE: "更新|频率|频次|频度|刷新|周期|时效|refresh|updates?|frequency|cadence|cycle|how often",
    Kind.DELIVERY: "交付|方式|形式|提供|传输|对接|获取|接入|渠道|途径|delivery|transfer|access|mode|method|how",
    Kind.FORMAT: "格式|formats?",
    Kind.PURPOSE: "用途|目的|场景|用处|用在|purpose|use|uses|use case|used for|why",
    Kind.BUDGET: "预算|费用|价格|经费|报价|计费|资金|价位|限价|出价|结算|收费|付费|单价|总价|年费|金额|"
    "budget|price|cost|ceiling",
}
"""The word a heading ends with."""
_BEFORE: Final = (
    r"(?:(?![现亟急特]?[需寻求收找](?!求))[一-龥]{0,6}?|(?:data|update|refresh|delivery|file|time|geographic|geographical|spatial|intended|main|key|"
    r"required|output|preferred|maximum|our|the)\s)"
)
"""What else a heading says before that word."""
_CONTACT: Final = (
    "(?:数据|质量|其他|技术)要求|需求方|(?:需求|采购|用数|征集|申请|填报|提出)(?:单位|部门|处室)|采购[人方]|甲方|单位名称|联系地址|响应|性能|"
    r"并发|准确率|样本量?|资质|合规|安全|验收|付款|入参|查询主键|查询条件|"
    "主键|补充说明|其他|联系人|联系电话|联系方式|电话|手机|邮箱|备注|截止|contact|e-?mail|phone|deadline"
)
_BULLET: Final = (
    r"\s*(?:[-*•·●○▪■◆]\s*|[【\[]|[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[.、)）](?!\d)\s*|[①-⑳]\s*)?"
)
_HEADING: Final = re.compile(
    rf"{_BULLET}(?:(?P<other>{_CONTACT})|{_BEFORE}(?:"
    + "|".join(f"(?P<{kind.value}>{words})" for kind, words in _WORDS.items())
    + r"))(?:要求|方式|范围|频率|周期|区域|名称|单位|上限|列表|清单|说明|\sneeded|\srequired|"
    r"\swanted)?[】\]]?\s?(?:[：:]|—{1,2}|(?<=[】\]]))\s*",
    re.IGNORECASE,
)
_STATED: Final = re.compile(
    rf"{_BULLET}{_BEFORE}(?:"
    + "|".join(f"(?P<{kind.value}>{words})" for kind, words in _WORDS.items() if kind not in (Kind.TOPIC, Kind.FIELDS))
    + r")(?:要求|方式|范围|频率|周期|区域|名称|单位|上限)?(?:为|是|在(?!线)|(?<=口径)(?=按))\s*"
)
"""粒度为网格, 时段为2024年: a heading within a sentence."""
_VAGUE: Final = re.compile(
    r"(?:不限|可谈|面议|待定|无|均可|皆可|任意|any|none|n/?a|tbd|open|negotiable)[。.\s]*$", re.IGNORECASE
)


class Heading(msgspec.Struct, frozen=True):
    """``kind`` of what begins at offset ``value`` of the clause; None for what is not about the data."""

    kind: Kind | None
    value: int


def heading(clause: str) -> Heading | None:
    """The heading ``clause`` begins with, if it does."""
    match = _HEADING.match(clause) or _STATED.match(clause)
    if match is None:
        return None
    return Heading(None if match.lastgroup == "other" else Kind(match.lastgroup or ""), match.end())


def vague(value: str) -> bool:
    """Whether a value leaves everything open (费用：可谈)."""
    return _VAGUE.match(value.strip()) is not None
