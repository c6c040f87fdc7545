"""The fields of data the market knows by name: stored under their Chinese name, read in either language.

They follow the pilot plan for opening public information resources (公共信息资源开放试点工作方案, 2018), with what data
exchanges add to them. Any other field is stored and shown as it was written.
"""

from __future__ import annotations

from typing import Final

from market.domain.words import N_

THEMES: Final[dict[str, str]] = {
    "农业农村": N_("Agriculture and countryside"),
    "商贸物流": N_("Commerce and logistics"),
    "信用服务": N_("Credit services"),
    "文化旅游": N_("Culture and tourism"),
    "教育科技": N_("Education and science"),
    "劳动就业": N_("Employment"),
    "能源资源": N_("Energy and resources"),
    "生态环境": N_("Environment"),
    "财税金融": N_("Finance and tax"),
    "卫生健康": N_("Public health"),
    "城建住房": N_("Housing and construction"),
    "工业制造": N_("Industry"),
    "知识产权": N_("Intellectual property"),
    "法律服务": N_("Legal services"),
    "市场监管": N_("Market supervision"),
    "海洋渔业": N_("Oceans and fisheries"),
    "人口统计": N_("Population"),
    "公共资源交易": N_("Public procurement"),
    "公共安全": N_("Public safety"),
    "遥感测绘": N_("Satellite and mapping"),
    "社会救助": N_("Social assistance"),
    "社会保障": N_("Social security"),
    "经贸海关": N_("Trade and customs"),
    "交通运输": N_("Transport"),
    "气象服务": N_("Weather"),
    "安全生产": N_("Work safety"),
}
"""Stored name -> English name, in the order of the latter."""

_STORED = {english.casefold(): name for name, english in THEMES.items()}


def stored(theme: str) -> str:
    """The name a field is stored under, wherever it is one of them by either name."""
    return _STORED.get(theme.casefold(), theme)
