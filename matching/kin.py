"""Words that public data uses for one another: a register of medical institutions serves who asks for hospitals."""

from __future__ import annotations

from functools import lru_cache

_ROWS = """
医疗机构: 医院 诊所 卫生院 卫生室 社区卫生服务中心 门诊部
养老机构: 养老院 敬老院 养老服务机构
零售药店: 药店 药房
住宿业: 酒店 宾馆 民宿
餐饮: 餐馆 餐厅 饭店
停车场: 停车位 泊位
充电桩: 充电站 充电设施
轨道交通: 地铁 捷运
公交: 公共汽车 巴士
个体工商户: 个体户
社会保险: 社保
医疗保险: 医保
住房公积金: 公积金
招投标: 招标 中标 投标
客流: 人流 客流量 人流量
降水: 降雨 雨量
气温: 温度
司法涉诉: 裁判文书 司法诉讼 涉诉
"""
"""A name and the narrower or shorter ones it stands for; these do not stand for each other."""

_KIN: dict[str, list[str]] = {}
for _row in _ROWS.strip().splitlines():
    _name, _, _others = _row.partition(": ")
    for _other in _others.split():
        _KIN.setdefault(_name, []).append(_other)
        _KIN.setdefault(_other, []).append(_name)


@lru_cache(maxsize=4_096)
def forms(text: str) -> tuple[str, ...]:
    """``text`` and what it becomes when one of its words is put as its kin."""
    found = (text.replace(word, other) for word, kin in _KIN.items() if word in text for other in kin)
    return tuple(dict.fromkeys((text, *found)))
